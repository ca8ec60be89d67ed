"""The Ask tab: a question, what answers it, and the article opened at the place.

The page's script puts what is asked into the address, then presses one of two hidden
buttons; the handlers read nothing else.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa import controls, export, render
from qa.address import LONGEST_QUESTION, Address
from qa.catalogue import Catalogue
from qa.markup import Html, clean, join
from qa.records import Answer
from qa.tabs import DIRECT, reader, say, shown, speech_of
from qa.words import STATIC, Speech

if TYPE_CHECKING:
    from qa.engine import QA

HITS = 8
SESSION_SECONDS = 3600


class Ask:
    """Components and handlers of the tab."""

    def __init__(
        self, qa: "QA", ask: Callable[..., Answer], catalogue: Catalogue
    ) -> None:
        self.qa, self.ask, self.catalogue = qa, ask, catalogue
        with gr.Column(elem_id="asking"):
            self._lay_out_box()
        self.address = gr.Textbox(visible="hidden", elem_id="address")
        self.asked = gr.Button(visible="hidden", elem_id="asked-now")
        self.follow = gr.Button(visible="hidden", elem_id="follow")
        with gr.Row(elem_id="desk"):
            self.results = shown("results", forwards="open")
            self.article = reader("article")
        self.kept = gr.State(None, time_to_live=SESSION_SECONDS)

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
                interactive=True,
                max_lines=1,
                max_length=LONGEST_QUESTION,
                scale=9,
            )
            self.button = gr.Button(
                say("ask"), variant="primary", elem_id="ask", scale=1, min_width=88
            )
        self.filters = shown("filters")

    def wire(self, page: gr.Blocks, live: gr.HTML) -> None:
        """Say what happens when; `live` is read out to those who do not see."""
        gr.on(
            [self.question.submit, self.button.click],
            None,
            js="() => passage.ask()",
            **DIRECT,
        )
        told = [self.greeting, self.results, self.article, live, self.kept]
        link = [self.question, self.filters, *told]
        options = {"js": "() => location.search", **DIRECT}
        arrivals = [
            self.asked.click(
                self.answer, self.address, told, trigger_mode="always_last", **options
            ),
            self.follow.click(
                self.arrive, self.address, link, trigger_mode="always_last", **options
            ),
            page.load(self.arrive, self.address, link, **options),
        ]
        for arrived in arrivals:
            arrived.then(js="() => passage.arrived()")
        opened = self.results.open(
            self.open_hit,
            [self.kept, self.address],
            told,
            js="(kept) => [kept, location.search]",
            **DIRECT,
        )
        opened.then(js="() => passage.opened()")

    def answer(self, query: str, request: gr.Request) -> tuple[Any, ...]:
        """Answer the question of an address; without one, show what could be asked."""
        speech, address = speech_of(request), Address.parse(query or "")
        if not address.question:
            shown = render.greeting(speech), self._examples(speech), Html(), Html()
            return *shown, None
        wanted = {key: value for key, value in asdict(address.filter).items() if value}
        answer = self.ask(
            address.question, HITS, like=address.like, unlike=address.unlike, **wanted
        )
        said = "say_answer" if answer.answered else "say_none"
        told = clean(speech.say(said, n=len(answer.hits)))
        links = export.links(address, HITS)
        results = join(
            controls.chips(address, self._titles(address), speech),
            render.results(answer, address, links, speech),
        )
        return Html(), results, Html(), told, answer

    def arrive(self, query: str, request: gr.Request) -> tuple[Any, ...]:
        """Answer the question of an address, shown in the box and the filters."""
        address = Address.parse(query or "")
        return (
            address.question,
            self.narrowing(query, speech_of(request)),
            *self.answer(query, request),
        )

    def narrowing(self, query: str, speech: Speech) -> Html:
        """Offer the filters of the index in use, set as an address has them."""
        choices = self.catalogue.choices(self.qa.snapshot)
        return controls.filters(Address.parse(query or "").filter, choices, speech)

    def open_hit(
        self, kept: Answer | None, query: str, event: gr.EventData, request: gr.Request
    ) -> tuple[Any, ...]:
        """Show the article of a hit or a sentence of the last answer, at its place.

        An answer that is no longer kept is found anew, and shown with it.
        """
        same = *[gr.skip() for _ in range(4)], kept
        told = same if kept else self.answer(query, request)
        article = self._article(told[-1], str(event.target_id), speech_of(request))
        return *told[:2], article, *told[3:]

    def _article(self, answer: Answer | None, target: str, speech: Speech) -> Html:
        kind, _, number = target.partition(" ")
        if answer is None or not number.isdecimal():
            return render.gone(speech)
        place = export.place(answer, kind, int(number))
        return render.article(*place, speech) if place else render.gone(speech)

    def _titles(self, address: Address) -> dict[str, str]:
        """Name the documents of the places in an address."""
        said = {place: place.rpartition(":")[0] for place in address.like}
        said |= {place: place.rpartition(":")[0] for place in address.unlike}
        entries = self.catalogue.entries(self.qa.snapshot) if said else []
        titles = {entry.id: entry.title for entry in entries}
        return {place: titles[id] for place, id in said.items() if id in titles}

    def _examples(self, speech: Speech) -> Html:
        """Offer questions that the documents at hand can answer."""
        known = {entry.id for entry in self.catalogue.entries(self.qa.snapshot)}
        text = (STATIC / "examples.json").read_text(encoding="utf-8")
        fitting = [(q, code) for q, code, name in json.loads(text) if name in known]
        return render.examples(fitting, speech)
