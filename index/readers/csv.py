"""Tables as text: values parted by commas, semicolons, tabs or bars; see `table`."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from index.errors import InputError
from index.readers import table
from index.readers.decode import MAX_LINE, load
from index.records import Document

DELIMITERS = ",;\t|"
_SAMPLE = 20  # rows by which the delimiter is chosen


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a table of any encoding and any usual delimiter."""
    csv.field_size_limit(MAX_LINE)
    lines = load(path).split("\n")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(lines)
    yield from table.documents(
        _rows(lines, delimiter), name, title=path.stem, source=path.name
    )


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    rows = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    try:
        yield from rows
    except csv.Error as error:
        raise InputError(
            f"line {rows.line_num}: {error}; is a quotation mark left open?"
        ) from error


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
