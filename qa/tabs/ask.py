"""The Ask tab: a question, what answers it, and the article opened at the place."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa import export, render
from qa.catalogue import Catalogue
from qa.markup import Html, clean
from qa.records import Answer
from qa.tabs import DIRECT, say, shown, speech_of
from qa.words import STATIC, Speech

if TYPE_CHECKING:
    from qa.engine import QA

LONGEST_QUESTION = 1_000  # characters
HITS = 8
MOST_SOURCES = 500
SESSION_SECONDS = 3600

Choices = list[tuple[str, str]]


class Ask:
    """Components and handlers of the tab."""

    def __init__(
        self, qa: "QA", ask: Callable[..., Answer], catalogue: Catalogue
    ) -> None:
        self.qa, self.ask, self.catalogue = qa, ask, catalogue
        with gr.Column(elem_id="asking"):
            self._lay_out_box()
        self.follow = gr.Button(visible="hidden", elem_id="follow")
        with gr.Row(elem_id="desk"):
            self.results = shown("results", forwards="open")
            self.article = shown("article")
        self.kept = gr.State(None, time_to_live=SESSION_SECONDS)
        self.last = gr.State(("", "", ""), time_to_live=SESSION_SECONDS)

    def _lay_out_box(self) -> None:
        self.greeting = shown("greeting")
        with gr.Row(elem_id="box"):
            self.question = gr.Textbox(
                label=say("question"),
                placeholder=say("placeholder"),
                elem_id="question",
                container=False,
                show_label=False,
                autofocus=True,
                max_lines=1,
                max_length=LONGEST_QUESTION,
                scale=9,
            )
            self.button = gr.Button(
                say("ask"), variant="primary", elem_id="ask", scale=1, min_width=88
            )
        with gr.Row(elem_id="filters"):
            self.language, self.source = _filter("language"), _filter("source")

    def wire(self, page: gr.Blocks, live: gr.HTML) -> None:
        """Say what happens when; `live` is read out to those who do not see."""
        asked = [self.question, self.language, self.source]
        told = [self.greeting, self.results, self.article, live, self.kept, self.last]
        options = {"js": "(...asked) => passage.asked(asked)", **DIRECT}
        options["trigger_mode"] = "always_last"
        answered = gr.on(
            [self.question.submit, self.button.click],
            self.answer,
            asked,
            told,
            **options,
        )
        narrowed = gr.on(
            [self.language.input, self.source.input],
            self.narrow,
            [*asked, self.last],
            told,
            **options,
        )
        linked = {"inputs": asked, "outputs": [*asked, *told], **DIRECT}
        loaded = page.load(self.follow_link, js="() => passage.next()", **linked)
        went = self.follow.click(self.follow_link, js="() => passage.next()", **linked)
        for done in (answered, narrowed, loaded, went):
            done.then(js="() => passage.remind()")
        opened = self.results.open(self.open_hit, self.kept, self.article, **DIRECT)
        opened.then(js="() => passage.opened()")

    def answer(
        self, question: str, language: str, source: str, request: gr.Request
    ) -> tuple[Any, ...]:
        """Answer a question; without one, show what could be asked."""
        speech = speech_of(request)
        question = (question or "").strip()[:LONGEST_QUESTION]
        last = (question, language, source)
        if not question:
            shown = render.greeting(speech), self._examples(speech), Html(), Html()
            return *shown, None, last
        answer = self.ask(question, HITS, language or None, source or None)
        said = "say_answer" if answer.answered else "say_none"
        told = clean(speech.say(said, n=len(answer.hits)))
        links = export.links(question, HITS, language, source)
        shown = Html(), render.results(answer, links, speech), Html(), told
        return *shown, answer, last

    def narrow(
        self,
        question: str,
        language: str,
        source: str,
        last: tuple[str, str, str],
        request: gr.Request,
    ) -> Any:
        """Answer again when a filter changed; Tab passing through one is no change."""
        question = (question or "").strip()[:LONGEST_QUESTION]
        if (question, language, source) == tuple(last):
            return gr.skip()
        return self.answer(question, language, source, request)

    def follow_link(
        self, question: str, language: str, source: str, request: gr.Request
    ) -> tuple[Any, ...]:
        """Answer a question of the address, shown in the box and the filters."""
        languages, sources = self.choices(speech_of(request))
        language, source = _among(language, languages), _among(source, sources)
        return (
            question or "",
            _offer(languages, language),
            _offer(sources, source),
            *self.answer(question, language, source, request),
        )

    def open_hit(
        self, kept: Answer | None, event: gr.EventData, request: gr.Request
    ) -> Html:
        """Show the article of a hit or a sentence of the last answer, at its place."""
        kind, _, number = str(event.target_id).partition(" ")
        if kept is None or not number.isdecimal():
            return Html()
        place = export.place(kept, kind, int(number))
        return render.article(*place, speech_of(request)) if place else Html()

    def filters(self, speech: Speech) -> tuple[gr.Dropdown, gr.Dropdown]:
        """Offer the languages and the sources of the index in use."""
        languages, sources = self.choices(speech)
        return _offer(languages), _offer(sources)

    def choices(self, speech: Speech) -> tuple[Choices, Choices]:
        """List the languages and the sources of the index, "" for any."""
        snapshot = self.qa.snapshot
        codes = [code for code in snapshot.manifest.languages if code]
        languages = sorted((speech.name(code), code) for code in codes)
        sources = self.catalogue.sources(snapshot, MOST_SOURCES)
        return (
            [(speech.say("any_language"), ""), *languages],
            [(speech.say("any_source"), ""), *((name, name) for name in sources)],
        )

    def _examples(self, speech: Speech) -> Html:
        """Offer questions that the documents at hand can answer."""
        known = {entry.id for entry in self.catalogue.entries(self.qa.snapshot)}
        text = (STATIC / "examples.json").read_text(encoding="utf-8")
        fitting = [(q, code) for q, code, name in json.loads(text) if name in known]
        return render.examples(fitting, speech)


def _filter(name: str) -> gr.Dropdown:
    return gr.Dropdown(
        [("", "")],
        value="",
        label=say(name),
        show_label=False,
        container=False,
        visible=False,
        elem_id=name,
        min_width=150,
    )


def _offer(choices: Choices, value: str | None = None) -> gr.Dropdown:
    """Show a filter's choices; one that offers nothing is hidden."""
    visible = len(choices) > 2
    if value is None:
        return gr.Dropdown(choices=choices, visible=visible)
    return gr.Dropdown(choices=choices, value=value, visible=visible)


def _among(value: str, choices: Choices) -> str:
    return value if value in [key for _, key in choices] else ""
