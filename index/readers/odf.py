"""OpenDocument texts, presentations and spreadsheets (ISO/IEC 26300).

A page of a presentation is a page; a sheet is a table of its own, unless hidden.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from index.errors import InputError
from index.readers import table
from index.readers.elements import Event
from index.readers.fields import declared_title, document, likely_language, paged
from index.readers.flow import Dialect, blocks, text_of
from index.readers.lists import Lists
from index.readers.package import Package
from index.records import Document

_MANIFEST = "META-INF/manifest.xml"
_WRITTEN = Dialect(
    paragraphs=frozenset({"p", "h"}),
    rows=frozenset({"table-row"}),
    cells=frozenset({"table-cell"}),
    notes=frozenset({"note"}),
    # number repeats what `lists` counts, for programs that do not
    skipped=frozenset(
        "tracked-changes annotation forms ruby-text svg:title svg:desc number".split()
    ),
    marks={"s": " ", "tab": "\t", "line-break": "\n"},
    styles={"h": "outline-level"},
)
_CELLS = ("table-cell", "covered-table-cell")
_UNREAD = _WRITTEN.skipped | {"covered-table-cell"}  # one that another lies over
_MOST_REPEATED = 1_000  # up to here equal neighbours are kept

Facts = dict[str, str]


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a document by the kind that its suffix tells."""
    kinds = {".odp": _presentation, ".ods": _spreadsheet}
    with closing(Package(path)) as package:
        if any(e.name == "encryption-data" for e in package.events(_MANIFEST)):
            raise InputError("it is encrypted; save it without a password")
        kind = kinds.get(path.suffix.lower(), _text)
        facts = package.properties("meta.xml")
        facts["title"] = declared_title(facts.get("title"))
        facts.setdefault("creation-date", facts.get("date", ""))
        content = package.events("content.xml")
        if kind is _text:
            content = Lists(package.events("styles.xml")).numbered(content)
        yield from kind(content, path, name, facts)


def _text(
    events: Iterable[Event], path: Path, name: str, facts: Facts
) -> Iterator[Document]:
    written = blocks(_shown(events), _WRITTEN)
    headings = (block.text for block in written if block.style)
    text = text_of(written)
    yield document(
        name,
        text,
        title=facts["title"] or next(headings, "") or path.stem,
        source=path.name,
        language=likely_language(facts.get("language"), text),
        published=facts["creation-date"],
    )


def _shown(events: Iterable[Event]) -> Iterator[Event]:
    """Leave out hidden sections, and what is formatted as hidden."""
    style, hidden, within = "", set[str](), 0
    for event in events:
        kind, name, attributes = event
        if kind == "start":
            style = attributes.get("name", "") if name == "style" else style
            is_none = attributes.get("display") == "none"
            if name == "text-properties" and is_none:
                hidden.add(style)
            is_hidden = (
                attributes.get("is-hidden") == "true"
                or (name == "section" and is_none)
                or attributes.get("style-name") in hidden
            )
            within += bool(within or is_hidden)
        if not within:
            yield event
        within -= bool(within and kind == "end")


def _presentation(
    events: Iterable[Event], path: Path, name: str, facts: Facts
) -> Iterator[Document]:
    text, pages = paged(text_of(blocks(page, _WRITTEN)) for page in _pages(events))
    yield document(
        name,
        text,
        title=facts["title"] or text.partition("\n")[0] or path.stem,
        source=path.name,
        language=likely_language(facts.get("language"), text),
        published=facts["creation-date"],
        pages=pages,
    )


def _pages(events: Iterable[Event]) -> Iterator[list[Event]]:
    page: list[Event] = []
    for event in events:
        page.append(event)
        if event.name == "page" and event.kind != "text":
            if event.kind == "end":
                yield page
            page = []


def _spreadsheet(
    events: Iterable[Event], path: Path, name: str, facts: Facts
) -> Iterator[Document]:
    yield from table.sheets(
        list(_sheets(events)),
        name,
        title=facts["title"] or path.stem,
        source=path.name,
        published=facts["creation-date"],
    )


def _sheets(events: Iterable[Event]) -> Iterator[tuple[str, list[list[str]]]]:
    """Give the name and rows of each sheet that is shown, rows that repeat once."""
    sheet, rows, row, cell = "", list[list[str]](), list[str](), list[str]()
    style, hidden = "", set[str]()
    repeated, paragraphs, unread = 1, 0, 0
    for kind, name, attributes in events:
        if kind == "text":
            cell += [name] if paragraphs and not unread else []
            continue
        step = 1 if kind == "start" else -1
        unread += step * (name in _UNREAD)
        paragraphs += step * (name == "p")
        if name == "p" and not unread:
            cell.append(" ")
        elif kind == "start" and name == "style":
            style = attributes.get("name", "")
        elif name == "table-properties" and attributes.get("display") == "false":
            hidden.add(style)
        elif kind == "start" and name == "table":
            sheet, rows = attributes.get("name", ""), []
            style = attributes.get("style-name", "")
        elif kind == "start" and name == "table-row":
            row = []
        elif kind == "start" and name in _CELLS:
            repeated, cell = _repeated(attributes), []
        elif kind == "start" and not unread:
            cell.append(_WRITTEN.marks.get(name, ""))
        elif name in _CELLS:
            n_cells = min(repeated, max(_MOST_REPEATED - len(row), 1))
            row += ["".join(cell).strip()] * n_cells
        elif kind == "end" and name == "table-row":
            rows.append(row)
        elif kind == "end" and name == "table" and style not in hidden:
            yield sheet, rows


def _repeated(attributes: dict[str, str]) -> int:
    number = attributes.get("number-columns-repeated", "1")
    return int(number) if number.isdecimal() and len(number) < 9 else 1
