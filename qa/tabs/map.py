"""The Map tab: passages on a plane, those of the last answer numbered."""

from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from qa import plane, render
from qa.drawing import Point
from qa.drawing import plane as drawn
from qa.markup import Html
from qa.records import Answer
from qa.tabs import DIRECT, shown, speech_of

if TYPE_CHECKING:
    from index.store import Snapshot
    from qa.engine import QA

MOST_POINTS = 1_500


class Map:
    """Components and handlers of the tab."""

    def __init__(self, qa: "QA") -> None:
        self.qa = qa
        self.picture = shown("map", forwards="open")
        self.reader = shown("map-reader")

    def wire(self, tab: gr.Tab, kept: gr.State) -> None:
        """Say what happens when. kept: the person's last answer."""
        tab.select(self.show, kept, self.picture, **DIRECT)
        opened = self.picture.open(self.open_passage, None, self.reader, **DIRECT)
        opened.then(js="() => passage.opened()")

    def show(self, kept: Answer | None, request: gr.Request) -> Html:
        """Draw the map, with the hits of the last answer."""
        snapshot = self.qa.snapshot
        hits = kept.hits if kept else ()
        ranks = {(h.document.id, h.passage.start): h.rank for h in hits}
        return drawn(_points(snapshot, ranks), len(snapshot), speech_of(request))

    def open_passage(self, event: gr.EventData, request: gr.Request) -> Html:
        """Show the document of a point, at its passage."""
        snapshot, speech = self.qa.snapshot, speech_of(request)
        row = str(event.target_id)
        if not (row.isdecimal() and int(row) < len(snapshot)):
            return Html()
        passage = snapshot.passage(int(row))
        document = snapshot.document(int(snapshot.document_rows[int(row)]))
        return render.article(document, passage.start, passage.end, (), speech)


def _points(snapshot: "Snapshot", ranks: dict[tuple[str, int], int]) -> list[Point]:
    """Place a sample of the passages, and every hit."""
    chosen = plane.sample(len(snapshot), MOST_POINTS)
    found = {row: _read(snapshot, int(row)) for row in chosen}
    places = plane.project(np.asarray(snapshot.vectors[chosen]))
    return [
        Point(int(row), float(x), float(y), **told, rank=ranks.get(key, 0))
        for (row, (key, told)), (x, y) in zip(found.items(), places, strict=True)
    ]


def _read(snapshot: "Snapshot", row: int) -> tuple[tuple[str, int], dict[str, Any]]:
    document = snapshot.document(int(snapshot.document_rows[row]))
    passage = snapshot.passage(row)
    told = {
        "language": document.language,
        "title": document.title,
        "text": passage.text,
    }
    return (document.id, passage.start), told
