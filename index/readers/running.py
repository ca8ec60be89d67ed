"""Headers, footers and page numbers that run through pages, left out. Pure.

They are the first or the last lines of a page, worded alike on many, but for its
number. A number is the page's when it lies as far from the page's place in the file as
on most others. In doubt a line stays: a page number harms less than a lost line.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

_EDGE = 2  # lines at the top and the bottom of a page that may be running
_RUNNING = 0.3  # of the pages have it, and at least
_RUNNING_PAGES = 3
_LONG = 200  # characters; a longer line is text
_NUMBERS = 9  # in a line; one with more is of a table
_FEW = 12  # lines on a page, as on a slide
_NUMBER = re.compile(r"(?<!\d)(?<!\d[.,])\d{1,6}(?!\d|[.,]\d)")

Page = Sequence[str]


class _Numbered(NamedTuple):
    """A line that may be numbered by its page: its row, its words, how far off."""

    row: int
    wording: str  # with # for the number
    offset: int


def without_running(pages: Sequence[Page]) -> list[list[str]]:
    """Leave out headers and footers, but for the first time, and bare page numbers.

    >>> without_running([["The Post", "One.", "1"], ["The Post", "Two.", "2"],
    ...                  ["The Post", "Three.", "3"]])
    [['The Post', 'One.'], ['Two.'], ['Three.']]
    """
    least = max(_RUNNING_PAGES, _RUNNING * len(pages))
    numbered = _numbered_by_page(pages, least)
    counts = Counter(line for page in pages for line in set(_edges(page).values()))
    repeated = {line for line, count in counts.items() if count >= least}
    seen = {""}
    stripped = []
    for page, number in zip(pages, numbered, strict=True):
        running = {row: line for row, line in _edges(page).items() if line in repeated}
        if number:
            running[number.row] = number.wording if _has_letters(number.wording) else ""
        stripped.append(_stripped(page, running, seen))
    return stripped


def _stripped(page: Page, running: dict[int, str], seen: set[str]) -> list[str]:
    """Leave out the running lines seen, unless that leaves nothing.

    running: the wording of each, "" for a bare number.
    """
    gone = {row for row, wording in running.items() if wording in seen}
    seen.update(running.values())
    if not any(line.strip() for row, line in enumerate(page) if row not in gone):
        gone = {row for row in gone if not running[row]}
    return [line for row, line in enumerate(page) if row not in gone]


def _numbered_by_page(pages: Sequence[Page], least: float) -> list[_Numbered | None]:
    """Give the line of each page that holds its number, at most one."""
    found = [list(_numbered(page, place)) for place, page in enumerate(pages, 1)]
    alike = Counter(line[1:] for page in found for line in page)
    found = [[line for line in page if alike[line[1:]] > 1] for page in found]
    offsets = Counter(offset for page in found for offset in {n.offset for n in page})
    offset, n_pages = max(offsets.items(), key=itemgetter(1), default=(0, 0))
    if n_pages < least:
        return [None] * len(pages)
    return [_likeliest([n for n in page if n.offset == offset]) for page in found]


def _likeliest(lines: Sequence[_Numbered]) -> _Numbered | None:
    """Choose a bare number before others, the last before the first."""
    return min(lines, key=lambda n: (_has_letters(n.wording), -n.row), default=None)


def _numbered(page: Page, place: int) -> Iterator[_Numbered]:
    """Find numbers that may be the page's; three of four signs make a line content.

    They are words, a place at the top, few lines, and a number beyond the page's place,
    as in "Revenue 2019" or "Step 3" on a slide, and "Invoice 102" on a page.
    """
    filled = [row for row, line in enumerate(page) if line.strip()]
    for row, line in _edges(page).items():
        at_top = row <= filled[(len(filled) - 1) // 2]
        signs = _has_letters(line) + at_top + (len(filled) <= _FEW)
        numbers = list(_NUMBER.finditer(line)) if len(line) <= _LONG else []
        for match in numbers if len(numbers) <= _NUMBERS else ():
            offset = int(match[0]) - place
            if signs + (offset > 0) < 3:
                wording = f"{line[: match.start()]}#{line[match.end() :]}"
                yield _Numbered(row, wording, offset)


def _edges(page: Page) -> dict[int, str]:
    """Give the lines at the top and at the bottom by their rows."""
    filled = [row for row, line in enumerate(page) if line.strip()]
    rows = [*filled[:_EDGE], *filled[_EDGE:][-_EDGE:]]
    return {row: page[row].strip() for row in rows}


def _has_letters(line: str) -> bool:
    return any(character.isalpha() for character in line)
