"""Rows of cells to documents, for CSV and spreadsheets.

With a column called `text`, as in a collection of articles, each row is a document,
and `id`, `title`, `date`, `language` and `source` are taken from columns of these
names. Any other table is one document, a line a row, and each cell is told by the name
of its column: a line is understood by itself.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, repeat, zip_longest
from statistics import mode, multimode

from index.readers.fields import document, one_line
from index.records import Document

_SAMPLE = 20  # rows that tell whether the first holds names
LONGEST = 200  # characters of a name; every row repeats it
_NARROW = 0.5  # of the usual width: a row up to here names no columns
_DAY = re.compile(r"(?:1[5-9]|2[01])\d\d|\d+(?:[-/:]\d+)+(?: .*)?|\d+\.\d+\.\d{4}")
Row = Sequence[str]


def documents(
    rows: Iterable[Row],
    name: str,
    *,
    title: str,
    source: str,
    published: object = "",
    delimiter: str = "",
) -> Iterator[Document]:
    """Make documents of a table; blank rows are left out.

    delimiter: what parts the cells; with it, a text may hold it unquoted.
    """
    filled = (row for row in rows if any(cell.strip() for cell in row))
    first = next(filled, ())
    names = [one_line(cell).lower() for cell in first]
    if "text" in names:
        for number, row in enumerate(filled, 2):
            whole = _whole(row, names, delimiter) if delimiter else row
            cells = dict(zip(names, whole, strict=False))
            yield _entry(cells, f"{name}#", number, source)
        return
    yield document(
        name,
        "\n".join(_lines(chain([first], filled))),
        title=title,
        source=source,
        published=published,
    )


def sheets(
    named: Sequence[tuple[str, Iterable[Row]]],
    name: str,
    *,
    title: str,
    source: str,
    published: object = "",
) -> Iterator[Document]:
    """Make documents of the sheets of a workbook; with several, each has its name."""
    for sheet, rows in named:
        alone = len(named) == 1
        yield from documents(
            rows,
            name if alone else f"{name}#{sheet}",
            title=title if alone else f"{title}: {sheet}",
            source=source,
            published=published,
        )


def _whole(row: Row, names: Sequence[str], delimiter: str) -> list[str]:
    """Join the cells that a text fell into, where there are more than columns.

    >>> _whole(["1", "Well", " well", "en", ""], ["id", "text", "lang"], ",")
    ['1', 'Well, well', 'en']
    """
    cells = list(row)
    while len(cells) > len(names) and not cells[-1].strip():
        cells.pop()
    text = names.index("text")
    end = text + 1 + max(len(cells) - len(names), 0)
    cells[text:end] = [delimiter.join(cells[text:end])]
    return cells


def _entry(cells: dict[str, str], prefix: str, number: int, source: str) -> Document:
    text, title = cells.get("text", ""), cells.get("title", "")
    key = cells.get("_id") or cells.get("id") or number
    return document(
        f"{prefix}{key}",
        text if text.strip() else title,
        title=title,
        source=cells.get("source") or source,
        language=cells.get("language") or cells.get("lang"),
        published=cells.get("date"),
    )


def _lines(rows: Iterator[Row]) -> Iterator[str]:
    """Write each row as `Name: Ana; City: Riga`, if the first one holds names.

    Rows of one cell before it, such as a title, stand for themselves, and so do those
    that are far narrower than what follows, such as the date of an invoice.
    """
    head = [list(map(_cell, row)) for row in islice(rows, _SAMPLE)]
    widths = {
        n: _width(row) for n, row in enumerate(head) if len(row) - row.count("") > 1
    }
    usual = max(multimode(widths.values()), default=0)
    wide = (n for n, width in widths.items() if width > _NARROW * usual)
    start = next(wide, len(head))
    is_first = start in islice(widths, 1)
    names = head.pop(start) if _begin_with_names(head[start:], is_first) else []
    for number, row in enumerate(chain(head, rows)):
        yield told_by(names if number >= start else [], list(map(_cell, row)))


def _width(row: Row) -> int:
    return max(place for place, cell in enumerate(row, 1) if cell)


def told_by(names: Sequence[str], cells: Sequence[str]) -> str:
    """Write a row: its cells, each after the name of its column, where these are."""
    return "; ".join(
        f"{name}: {cell}" if name else cell
        for name, cell in zip(chain(names, repeat("")), cells, strict=False)
        if cell
    )


def _cell(cell: str) -> str:
    return " ".join(cell.split())


def _begin_with_names(rows: Sequence[Row], is_first: bool) -> bool:
    """Tell whether the first of some rows names columns: by words, years or days.

    Gaps, but for a corner, repeats, years and days are data as well: with them, and
    below narrower rows, some column must go on with another kind of cell.
    """
    if len(rows) < 2 or max(map(len, rows[0]), default=0) > LONGEST:
        return False
    places = [place for place, cell in enumerate(rows[0]) if cell]
    cells = {rows[0][place] for place in places}
    kinds = set(map(kind, cells))
    whole = len(cells) == places[-1] - places[0] + 1  # neither a gap nor a repeat
    if is_first and whole and kinds == {"word"}:
        return True
    return "number" not in kinds and any(
        kind(name) != mode(map(kind, column))
        for name, *below in zip_longest(*rows, fillvalue="")
        if name and (column := list(filter(None, below)))
    )


def kind(cell: str) -> str:
    """Tell a word from a number, and both from a day or a year."""
    if any(map(str.isalpha, cell)) or not any(map(str.isdigit, cell)):
        return "word"
    return "day" if _DAY.fullmatch(cell) else "number"
