"""The Map tab: passages on a plane, the last question and its hits among them."""

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from qa import render
from qa.drawing import Point
from qa.drawing import plane as drawn
from qa.feedback import row_of
from qa.markup import Html
from qa.plane import Plane, sample
from qa.records import Answer
from qa.tabs import (
    DIRECT,
    FAILED,
    WITH_ADDRESS,
    Came,
    open_article,
    reader,
    shown,
    speech_of,
)
from qa.tabs.ask import Ask, Kept
from qa.words import Speech

if TYPE_CHECKING:
    from index.store import Snapshot
    from qa.collection import Collection
    from qa.engine import QA

Array = NDArray[Any]

MOST_POINTS = 1_500


@dataclass(frozen=True, slots=True, eq=False)
class _Atlas:
    """The map of a collection: its plane, and some of its passages on it, by row."""

    opened: "Collection"
    plane: Plane
    points: dict[int, Point]


class Map:
    """Components and handlers of the tab."""

    def __init__(self, qa: "QA") -> None:
        self.qa = qa
        self.again = gr.Button(visible="hidden", elem_id="map-again")
        self.picture = shown("map", forwards="open")
        self.reader = reader("map-reader")
        self._lock = threading.Lock()
        self._kept: _Atlas | None = None

    def wire(self, tab: gr.Tab, ask: Ask) -> None:
        """Say what happens when. ask: its question is on the map."""
        self.ask = ask
        drawn = gr.on(
            [tab.select, self.again.click],
            self.show,
            [ask.kept, ask.address],
            self.picture,
            js=WITH_ADDRESS,
            trigger_mode="always_last",
            **DIRECT,
        )
        drawn.failure(**FAILED)
        drawn.then(js="() => passage.drawn()")
        open_article(self.picture.open, self.open_passage, self.reader)

    def show(self, kept: Kept | None, query: str, request: gr.Request) -> Html:
        """Draw the map, with the question of an address and its hits."""
        atlas, answer = self._atlas(self.qa.collection), self.ask.answer_to(query, kept)
        ranks, question = {}, None
        if answer is not None:
            ranks = _ranks(atlas.opened.snapshot, answer)
            vector = atlas.opened.vector(answer.question)
            [question] = atlas.plane.place(vector[None]).tolist()
        n = len(atlas.opened.snapshot)
        return drawn(_ranked(atlas, ranks), question, n, speech_of(request))

    def open_passage(self, event: gr.EventData, request: gr.Request) -> Came:
        """Show the document of a point, at its passage."""
        place = str(event.target_id)
        return {"target": place, "article": self._article(place, speech_of(request))}

    def _article(self, place: str, speech: Speech) -> Html:
        snapshot = self.qa.snapshot
        row = row_of(snapshot, place)
        if row is None:
            return render.gone(speech)
        passage = snapshot.passage(row)
        document = snapshot.document(int(snapshot.document_rows[row]))
        return render.article(document, passage.start, passage.end, (), speech)

    def _atlas(self, opened: "Collection") -> _Atlas:
        """Survey a collection, once."""
        with self._lock:
            if self._kept is None or self._kept.opened is not opened:
                rows = sample(len(opened.snapshot), MOST_POINTS)
                plane = Plane.through(opened.snapshot.vectors[rows])
                self._kept = _Atlas(opened, plane, _points(opened, plane, rows))
            return self._kept


def _points(opened: "Collection", plane: Plane, rows: Array) -> dict[int, Point]:
    """Place passages, by row."""
    snapshot = opened.snapshot
    places = plane.place(snapshot.vectors[rows]).tolist()
    found = {}
    for row, (x, y) in zip(rows.tolist(), places, strict=True):
        d = opened.headings[int(snapshot.document_rows[row])]
        passage = snapshot.passage(row)
        place = f"{d.id}:{passage.start}"
        found[row] = Point(place, x, y, d.language, d.source, d.name, passage.text)
    return found


def _ranks(snapshot: "Snapshot", answer: Answer) -> dict[int, int]:
    """Give the hits' ranks by row; those of an older index may be gone."""
    rows = {
        h.rank: snapshot.row_at(h.document.id, h.passage.start) for h in answer.hits
    }
    return {row: rank for rank, row in rows.items() if row is not None}


def _ranked(atlas: _Atlas, ranks: dict[int, int]) -> list[Point]:
    """Give the points with their ranks, and every hit that was not among them."""
    missing = np.array(sorted(ranks.keys() - atlas.points.keys()), np.int64)
    points = atlas.points | _points(atlas.opened, atlas.plane, missing)
    return [replace(p, rank=ranks.get(row, 0)) for row, p in points.items()]
