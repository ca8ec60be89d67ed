"""Tables as text: values parted by commas, semicolons, tabs or bars; see `table`.

Where tabs part them, a quotation mark that closes nowhere is a mark like any other:
most programs that write tabs quote nothing. Elsewhere it is refused, as nobody can say
which of the lines after it are rows.
"""

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from index.errors import InputError
from index.readers import table
from index.readers.decode import MAX_LINE, load
from index.records import Document

DELIMITERS = ",;\t|"
_DECLARED = re.compile('"?sep=([,;\t|])"?', re.IGNORECASE)  # by Excel's first line
_SAMPLE = 20  # rows by which the delimiter is chosen


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a table of any encoding and any usual delimiter."""
    csv.field_size_limit(MAX_LINE)
    lines = load(path).split("\n")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(lines)
    if declared := _DECLARED.fullmatch(lines[0]):
        lines[0], delimiter = "", declared[1]
    rows = _tabbed(lines) if delimiter == "\t" else _rows(lines, delimiter)
    yield from table.documents(
        rows, name, title=path.stem, source=path.name, delimiter=delimiter
    )


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """Read rows: a cell over several lines must be quoted without fault."""
    rows = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    first = 0
    try:
        for row in rows:
            if rows.line_num - first > 1:
                _strict(lines[first : rows.line_num], delimiter)
            first = rows.line_num
            yield row
    except csv.Error as error:
        raise InputError(
            f"line {first + 1}: {error}; is a quotation mark left open?"
        ) from error


def _strict(lines: list[str], delimiter: str) -> list[list[str]]:
    ended = (line + "\n" for line in lines)
    return list(csv.reader(ended, delimiter=delimiter, strict=True))


def _tabbed(lines: list[str]) -> list[list[str]]:
    """Read rows: over several lines only if lines alone make no table."""
    alone = [_line(line) for line in lines if line]
    widths = {len(row) for row in alone}
    if len(widths) > 1 or 1 in widths:
        with suppress(csv.Error):
            return _strict(lines, "\t")
    return alone


def _line(line: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter="\t", strict=True))
    except csv.Error:
        return line.split("\t")


def _delimiter(lines: list[str]) -> str:
    """Choose the delimiter that cuts most of the first rows into as many cells."""
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter))


def _fit(lines: list[str], delimiter: str) -> int:
    rows = islice(csv.reader(iter(lines), delimiter=delimiter), _SAMPLE)
    try:
        counts = [len(row) for row in rows if row]
    except csv.Error:
        return 0
    agreeing = sum(count == counts[0] for count in counts) if counts else 0
    return agreeing * min(counts[0], 50) if agreeing and counts[0] > 1 else 0
