"""Cells of a table, some of which name others or go over several, to lines.

A row of names alone names the columns below it, and these rows read as in `table`; a
name before other cells names these; cells without names are parted by ` | `, as in
`flow`. A cell over several rows is in each of them; a row of one cell stands for
itself. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, groupby, pairwise
from operator import itemgetter

from index.readers.table import kind, told_by

LONG = 80  # characters of a block are running text, no title or entry of a menu
_REPEATS = 4  # of cells from above, for each cell: what spans unpack to is bounded
_BETWEEN = {(True, False): ": ", (False, True): "; "}  # a name, and what it names


@dataclass
class Cell:
    """A cell; is_name: it says what other cells are; columns, rows: that it goes over.

    is_bold: nothing in it is not. blocks: the parts of each text that stands by itself.
    """

    is_name: bool = False
    columns: int = 1
    rows: int = 1
    is_bold: bool = True
    blocks: list[list[str]] = field(default_factory=list)

    @cached_property
    def paragraphs(self) -> list[str]:
        return filled(self.blocks)

    @cached_property
    def text(self) -> str:
        text = " ".join(self.paragraphs)
        return text.rstrip(" :：") if self.is_name else text

    def flows(self, named: bool) -> bool:
        """Tell whether it reads as a text; named: its table has names."""
        several = len(self.paragraphs) > 1
        long = any(len(paragraph) >= LONG for paragraph in self.paragraphs)
        return (several and long) if named else (several or long)


Row = list[Cell]
Placed = list[tuple[int, Cell]]  # each with its first column


def filled(blocks: Iterable[list[str]]) -> list[str]:
    """Give the texts of blocks that say something, each in one line."""
    texts = (" ".join("".join(parts).split()) for parts in blocks)
    return [text for text in texts if text]


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """Write each row as a line; one without text is empty."""
    names: Mapping[int, str] = {}
    groups = groupby(zip(_naming(rows), _placed(rows), strict=True), itemgetter(0))
    above: list[Placed] = []  # rows of names
    for are_names, group in groups:
        placed = list(map(itemgetter(1), group))
        if are_names:
            above = placed
            continue
        if all(len(row) == 1 for row in placed):
            yield from _told(above, {})  # they name nothing
        names, above = _named(above) or names, []
        yield from _told(placed, names)
    if _named(above) != names:  # else told once more
        yield from _told(above, {})


def _told(rows: Iterable[Placed], names: Mapping[int, str]) -> Iterator[str]:
    return (_line(row, names) for row in rows)


def _naming(rows: Iterable[Row]) -> Iterator[bool]:
    """Tell which rows name columns: below others, none whose numbers are sums.

    It names if it begins like one before it, or if that had such numbers too.
    """
    signs, below = set[str](), False
    for row in rows:
        numbers = {cell.text for cell in row if _is_number(cell.text)}
        own = {row[0].text, *numbers} - {""}
        names = _are_names(row) and not (below and numbers and own.isdisjoint(signs))
        signs |= own if names else set()
        below |= bool(signs) and not names
        yield names


def _is_number(text: str) -> bool:
    return kind(text.partition(" ")[0]) == "number"  # its unit may follow


def _are_names(row: Row) -> bool:
    """Tell whether a row names columns: with all its cells, less an empty corner."""
    corner, *others = row
    return (
        any(cell.text for cell in others)
        and all(cell.is_name for cell in others)
        and (corner.is_name or not corner.text)
        and all(len(cell.text) < LONG for cell in row)
    )


def _placed(rows: Sequence[Row]) -> Iterator[Placed]:
    """Give each row with the columns of its cells, and cells from above over it."""
    left = _REPEATS * sum(map(len, rows))
    above: dict[int, tuple[Cell, int]] = {}  # and in how many more rows
    for row in rows:
        left -= len(above)
        above = above if left > 0 else {}
        placed = [
            (at, cell) for at, (cell, _) in above.items() if len(cell.text) < LONG
        ]
        below = {at: (cell, more - 1) for at, (cell, more) in above.items() if more > 1}
        column = 0
        for cell in row:
            while column in above:
                column += above[column][0].columns
            placed.append((column, cell))
            if cell.rows > 1:
                below[column] = cell, cell.rows - 1
            column += cell.columns
        above = below
        yield sorted(placed, key=itemgetter(0))


def _named(rows: Iterable[Placed]) -> dict[int, str]:
    """Give columns their names, of several rows one after the other."""
    found = defaultdict[int, str](str)
    for start, cell in chain.from_iterable(rows):
        for column in range(start, start + cell.columns):
            name = f"{found[column]} {cell.text}".strip()
            if not found[column].endswith(cell.text) and len(name) < LONG:
                found[column] = name
    return found


def _line(row: Placed, names: Mapping[int, str]) -> str:
    told = [(column, cell) for column, cell in row if cell.text]
    if names and len(row) > 1:
        said = [_name(column, cell, names) for column, cell in told]
        return told_by(said, [cell.text for _, cell in told])
    cells = [cell for _, cell in told]
    texts = [cell.text for cell in cells[:1]]
    for cell, after in pairwise(cells):
        texts += _BETWEEN.get((cell.is_name, after.is_name), " | "), after.text
    return "".join(texts)


def _name(column: int, cell: Cell, names: Mapping[int, str]) -> str:
    """Name a cell; one that goes over columns of several names has none."""
    name = names.get(column, "")
    return name if names.get(column + cell.columns - 1, "") == name else ""
