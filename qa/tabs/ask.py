"""The Ask tab: a question, what answers it, and the article opened at the place.

The page's script puts what is asked into the address, then presses one of two hidden
buttons; the handlers read nothing else.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import gradio as gr
from gradio.components import Component

from index.records import Document
from qa import controls, export, render
from qa.address import LONGEST_QUESTION, Address
from qa.catalogue import Catalogue
from qa.markup import Html, join, tag
from qa.records import Answer
from qa.tabs import (
    DIRECT,
    OPENING,
    WITH_ADDRESS,
    Came,
    draw,
    inbox,
    reader,
    say,
    shown,
    speech_of,
)
from qa.words import STATIC, Speech

if TYPE_CHECKING:
    from qa.engine import QA

HITS = 8
SESSION_SECONDS = 3600
# The generation and the address that the last answer is to, and that answer, without
# the texts of its documents: those of books, kept for all who ask, fill any memory.
Kept = tuple[tuple[int, str], Answer | None]


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
        self.came = inbox()
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
        told = [self.came, self.kept]
        options = {"js": "() => location.search", **DIRECT}
        arrivals = [
            self.asked.click(
                self.answer, self.address, told, trigger_mode="always_last", **options
            ),
            self.follow.click(
                self.arrive, self.address, told, trigger_mode="always_last", **options
            ),
            page.load(self.arrive, self.address, told, **options),
        ]
        places = self._places(live)
        for arrived in arrivals:
            draw(arrived, self.came, places, js="() => passage.arrived()")
        opened = self.results.open(
            self.open_hit,
            [self.kept, self.address],
            told,
            js=WITH_ADDRESS,
            **OPENING,
        )
        draw(opened, self.came, places, js="() => passage.opened()")

    def _places(self, live: gr.HTML) -> dict[str, Component]:
        """Name the places that an answer is drawn in."""
        return {
            "question": self.question,
            "filters": self.filters,
            "greeting": self.greeting,
            "results": self.results,
            "article": self.article,
            "live": live,
        }

    def answer(self, query: str, request: gr.Request) -> tuple[Came, Kept]:
        """Answer the question of an address; without one, show what could be asked."""
        speech, address = speech_of(request), Address.parse(query or "")
        to = self._to(query)
        came: Came = {"query": query, "article": "", "live": ""}
        came["narrowed"] = asdict(address.filter)
        if not address.question:
            examples = self._examples(speech)
            came |= {"greeting": render.greeting(speech), "results": examples}
            return came, (to, None)
        answer = self._answer(address)
        said = "say_answer" if answer.answered else "say_none"
        came["live"] = tag("span", speech.say(said, n=len(answer.hits)))
        results = join(
            controls.chips(address, self._titles(address), speech),
            render.results(answer, address, export.links(address, HITS), speech),
        )
        return came | {"greeting": "", "results": results}, (to, _light(answer))

    def _to(self, query: str) -> tuple[int, str]:
        return self.qa.snapshot.generation, query

    def _answer(self, address: Address) -> Answer:
        wanted = {key: value for key, value in asdict(address.filter).items() if value}
        return self.ask(
            address.question, HITS, like=address.like, unlike=address.unlike, **wanted
        )

    def answer_to(self, query: str, kept: Kept | None) -> Answer | None:
        """Give the answer to an address: the one that is kept, or found anew."""
        if kept and kept[0] == self._to(query):
            return kept[1]
        address = Address.parse(query or "")
        return self._answer(address) if address.question else None

    def arrive(self, query: str, request: gr.Request) -> tuple[Came, Kept]:
        """Answer the question of an address, shown in the box and the filters."""
        came, kept = self.answer(query, request)
        filters = self.narrowing(query, speech_of(request))
        # The box has one line.
        asked = " ".join(Address.parse(query or "").question.splitlines())
        return came | {"question": asked, "filters": filters}, kept

    def narrowing(self, query: str, speech: Speech) -> Html:
        """Offer the filters of the index in use, set as an address has them."""
        choices = self.catalogue.choices(self.qa.snapshot)
        return controls.filters(Address.parse(query or "").filter, choices, speech)

    def open_hit(
        self, kept: Kept | None, query: str, event: gr.EventData, request: gr.Request
    ) -> tuple[Came, Kept]:
        """Show the article of a hit or a sentence of the last answer, at its place.

        An answer that is no longer kept is found anew, and shown with it.
        """
        target, came = str(event.target_id), {"query": query}
        if not kept or kept[0] != self._to(query):
            came, kept = self.answer(query, request)
        article = self._article(kept[1], target, speech_of(request))
        return came | {"target": target, "article": article}, kept

    def _article(self, answer: Answer | None, target: str, speech: Speech) -> Html:
        kind, _, number = target.partition(" ")
        if answer is None or not number.isdecimal():
            return render.gone(speech)
        if not (place := export.place(answer, kind, int(number))):
            return render.gone(speech)
        document, start, end, spans = place
        whole = self.qa.snapshot.document_by_id(document.id)
        return render.article(whole, start, end, spans, speech)

    def _titles(self, address: Address) -> dict[str, str]:
        """Name the documents of the places in an address."""
        said = {place: place.rpartition(":")[0] for place in address.like}
        said |= {place: place.rpartition(":")[0] for place in address.unlike}
        entries = self.catalogue.entries(self.qa.snapshot) if said else []
        titles = {entry.id: entry.name for entry in entries}
        return {place: titles[id] for place, id in said.items() if id in titles}

    def _examples(self, speech: Speech) -> Html:
        """Offer questions that the documents at hand can answer."""
        known = {entry.id for entry in self.catalogue.entries(self.qa.snapshot)}
        text = (STATIC / "examples.json").read_text(encoding="utf-8")
        fitting = [(q, code) for q, code, name in json.loads(text) if name in known]
        return render.examples(fitting, speech)


def _light(answer: Answer) -> Answer:
    """Leave out of an answer the texts of its documents."""
    sentences = (replace(s, document=_named(s.document)) for s in answer.sentences)
    hits = (replace(h, document=_named(h.document), also_in=()) for h in answer.hits)
    return replace(answer, hits=tuple(hits), sentences=tuple(sentences), phrase=None)


def _named(document: Document) -> Document:
    return replace(document, text="")
