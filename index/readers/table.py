"""Rows of cells to documents, for CSV and spreadsheets.

With a column called `text`, as in a collection of articles, each row is a document,
and `id`, `title`, `date`, `language` and `source` are taken from columns of these
names. Any other table is one document, a line a row, and each cell is told by the name
of its column: a line is understood by itself.
"""

from collections.abc import Iterable, Iterator, Sequence

from index.readers.fields import document, one_line
from index.records import Document

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
        "\n".join(_lines(first, filled)),
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


def _lines(first: Row, rows: Iterable[Row]) -> Iterator[str]:
    """Write each row as `Name: Ana; City: Riga`, if the first one holds names."""
    if not _are_names(first):
        yield "; ".join(filter(None, map(_cell, first)))
        first = ()
    names = [_cell(cell) for cell in first]
    for row in rows:
        cells = [_cell(cell) for cell in row]
        labels = [*names, *[""] * len(cells)]
        yield "; ".join(
            f"{label}: {cell}" if label else cell
            for label, cell in zip(labels, cells, strict=False)
            if cell
        )


def _cell(cell: str) -> str:
    return " ".join(cell.split())


def _are_names(row: Row) -> bool:
    """Tell whether a first row names columns: filled, distinct, and no numbers."""
    cells = [_cell(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    named = all(cell and not _is_number(cell) for cell in cells)
    return len(cells) > 1 and named and len(set(cells)) == len(cells)


def _is_number(cell: str) -> bool:
    return any(c.isdigit() for c in cell) and not any(c.isalpha() for c in cell)
