"""Presentations (Office Open XML, ECMA-376): a slide is a page.

What is drawn on it as a diagram (SmartArt) comes after its other text, then titles of
charts, then its notes. Headers, footers, days and numbers of slides are left out.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from index.readers.bullets import Bullets
from index.readers.elements import Event
from index.readers.fields import declared_title, document, likely_language, paged
from index.readers.flow import Dialect, blocks, text_of
from index.readers.package import CORE, Package
from index.records import Document

_DRAWING = Dialect(
    paragraphs=frozenset({"p"}),
    rows=frozenset({"tr"}),
    cells=frozenset({"tc"}),
    texts=frozenset({"t"}),
    skipped=frozenset({"Fallback", "fld"}),  # fields hold numbers of slides, and days
    marks={"br": "\n"},
)
_RUNNING = ("hdr", "ftr", "dt", "sldNum")  # ECMA-376-1, 19.7.10


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a presentation; its title is the declared one, or its first line."""
    with closing(Package(path)) as package:
        text, pages = paged(_slide(package, part) for part in _slides(package))
        facts = package.properties(CORE)
    yield document(
        name,
        text,
        title=declared_title(facts.get("title"))
        or text.partition("\n")[0]
        or path.stem,
        source=path.name,
        language=likely_language(facts.get("language"), text),
        published=facts.get("created"),
        pages=pages,
    )


def _slides(package: Package) -> Iterator[str]:
    """Name the parts of the slides in the order in which they are shown."""
    main = package.main()
    links = package.links(main)
    for event in package.events(main):
        if event.kind == "start" and event.name == "sldId":
            link = links.get(event.attributes.get("r:id", ""))
            if link:
                yield link.target


def _slide(package: Package, part: str) -> str:
    parts = [part, *package.linked(part, "diagramData", "chart", "notesSlide")]
    events = (Bullets().numbered(_own(package.events(part))) for part in parts)
    return text_of(chain.from_iterable(blocks(each, _DRAWING) for each in events))


def _own(events: Iterable[Event]) -> Iterator[Event]:
    """Leave out the text of shapes that are on every slide."""
    running = False
    for event in events:
        if event.name == "ph" and event.kind == "start":
            running = event.attributes.get("type") in _RUNNING
        elif event.name == "sp" and event.kind == "end":
            running = False
        if not running:
            yield event
