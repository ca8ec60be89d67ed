"""Tables of a web page: which of them hold data.

Many tables, as those of newsletters, only put things side by side; what is in them is
read as it flows. A table is one of data when

- its `role` is neither `presentation` nor `none`;
- another table is only in a cell that names none, holds data but no third table, and
  some cells name others; a heading is only in such a one, and no text beside the cells;
- with cells that name others (`<th>`, `<thead>`), some row has two filled cells, and
  no cell has several paragraphs and running text among them;
- without, two rows have two filled cells, and each cell is one paragraph and no running
  text.

Word and Outlook write no `<th>`: there, a first row in bold names the columns.
"""

from collections.abc import Mapping
from itertools import chain

from index.readers.cells import Cell, Row, filled, lines

_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_CELLS = ("td", "th")
_PARTS = ("caption", "tbody", "tfoot", "thead", "tr")
_WIDEST, _DEEPEST = 50, 1_000  # columns and rows that a cell goes over


class Grid:
    """Gathers the cells of a table from the tags in it; end tags may be missing."""

    def __init__(self, start: int, role: str) -> None:
        """start: the place of its first block in the page.

        cell: the last one that began. in_name: what comes next is in a cell that names
        others, or the caption.
        """
        self.start = start
        self.caption: list[list[str]] = []
        self._flows = role in ("presentation", "none")
        self._rows: list[Row] = [[]]
        self._foot: list[Row] = [[]]  # which may stand above what it is below
        self._into = self._rows
        self._beside: list[list[str]] = []  # blocks that are in no cell
        self._open = self._beside
        self._in_head = False
        self._holds_table = False
        self.cell = Cell()
        self.in_name = False

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Notice a tag before the block that it opens."""
        if tag in _CELLS:
            columns = _span(attributes.get("colspan", ""), _WIDEST)
            rows = _span(attributes.get("rowspan", ""), _DEEPEST)
            self.cell = Cell(tag == "th" or self._in_head, columns, rows)
            self._into[-1].append(self.cell)
            self._open = self.cell.blocks
            self.in_name = self.cell.is_name
        elif tag in _PARTS:
            self._part(tag)
            self._in_head |= tag == "thead"
            self.in_name = tag == "caption"
            self._open = self.caption if self.in_name else self._beside
        elif tag == "table":
            self._holds_table = True
            self._flows |= self.in_name
        elif tag in _HEADINGS and not self.in_name:
            self._flows = True

    def end(self, tag: str) -> None:
        """Notice an end tag before the block that comes after it."""
        if tag in _PARTS:
            self._part(tag)
        if tag in _PARTS or tag in _CELLS:
            self._open = self._beside

    def add(self, block: list[str]) -> None:
        self._open.append(block)

    def take(self, inner: "Grid", lines: list[str]) -> None:
        """Let the rows of a table in a cell be part of it, if they are data."""
        self.add(["; ".join(chain(filled(inner.caption), lines))])
        self._flows |= inner._holds_table or not lines
        self.cell.is_bold = False

    def lines(self) -> list[str]:
        """Write each row as a line; none, when the table holds no data."""
        rows = [row for row in chain(self._rows, self._foot) if row]
        _name_by_bold(rows)
        named = any(cell.is_name and cell.text for cell in chain.from_iterable(rows))
        flows = self._flows or (self._holds_table and not named)
        if flows or filled(self._beside) or not _hold_data(rows, named):
            return []
        return [line for line in lines(rows) if line]

    def _part(self, tag: str) -> None:
        if tag in ("tbody", "tfoot", "thead"):
            self._into = self._foot if tag == "tfoot" else self._rows
        if self._into[-1]:
            self._into.append([])
        self._in_head &= tag in ("caption", "tr")


def _span(value: str, most: int) -> int:
    digits = value.strip()[:9]
    return max(1, min(int(digits), most)) if digits.isdecimal() else 1


def _name_by_bold(rows: list[Row]) -> None:
    """Let the first row of several cells be names if it is bold and the next is not."""
    wide = [row for row in rows if sum(bool(cell.paragraphs) for cell in row) > 1]
    if [all(cell.is_bold for cell in row) for row in wide[:2]] == [True, False]:
        for cell in wide[0]:
            cell.is_name = True


def _hold_data(rows: list[Row], named: bool) -> bool:
    cells = chain.from_iterable(rows)
    wide = sum(sum(bool(cell.text) for cell in row) > 1 for row in rows)
    least = 1 if named else 2
    return wide >= least and not any(cell.flows(named) for cell in cells)
