"""Cut documents into passages of some size, at the best places there are.

A text is cut at paragraphs; a paragraph that is too long, at sentences; a sentence
that is too long, at clauses, then words, then anywhere between two graphemes. At each
level neighbours are merged again as long as they fit. All pieces together are the
text, so offsets are running sums. Pure, and linear in the length of the text.
"""

import re
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise

from icu4py.breakers import CharacterBreaker, WordBreaker
from langchain_text_splitters import TextSplitter

from index.length import SIZE, length
from index.records import Document, Passage
from index.sentences import is_heading, sentences

# A passage below the first share of the size is joined to a neighbour, if both
# together stay below the second.
RUNT = 0.15
STRETCH = 1.25

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_CLAUSE = re.compile(r"[,;:،؛、，；：…–—][\s\"'”’»)」]*|\n\s*")
_SPACE = re.compile(r"\s+")
_NEAR = 64

Cut = Callable[[str], Iterator[int]]


def split(document: Document, size: int = SIZE) -> list[Passage]:
    """Cut a document into passages without blank edges, in reading order.

    size: length of a passage, as `length` counts it; some are up to STRETCH longer.
    """
    passages = []
    chunks = _Splitter(document.language, size).split_text(document.text)
    for end, chunk in zip(accumulate(map(len, chunks)), chunks, strict=True):
        start = end - len(chunk.lstrip())
        text = chunk.strip()
        if text:
            passages.append(Passage(document.id, start, start + len(text), text))
    return passages


class _Splitter(TextSplitter):
    """Cuts by ever finer levels and merges what fits, losing no character."""

    def __init__(self, language: str, size: int) -> None:
        super().__init__(
            chunk_size=size,
            chunk_overlap=0,
            length_function=length,
            keep_separator="end",
            strip_whitespace=False,
        )
        self._size = size
        self._levels: tuple[Cut, ...] = (
            _after(_PARAGRAPH),
            lambda text: (end for _, end in sentences(text, language)),
            _after(_CLAUSE),
            _after(_SPACE),
            lambda text: _windows(text, size),
        )

    def split_text(self, text: str) -> list[str]:
        return self._lead(self._join_runts(self._fit(text, 0))) if text else []

    def _fit(self, text: str, level: int) -> list[str]:
        """Cut at one level; cut what is still too long at the next."""
        chunks: list[str] = []
        small: list[str] = []
        for piece in _pieces(text, self._levels[level]):
            if length(piece) <= self._size or level == len(self._levels) - 1:
                small.append(piece)
            else:
                chunks += self._merge_splits(small, "")
                chunks += self._fit(piece, level + 1)
                small = []
        return chunks + self._merge_splits(small, "")

    def _join_runts(self, chunks: list[str]) -> list[str]:
        """Join a small chunk (a heading, a last line) to what follows or precedes."""
        joined: list[str] = []
        for chunk in chunks:
            if joined and self._belong(joined[-1], chunk):
                joined[-1] += chunk
            else:
                joined.append(chunk)
        return joined

    def _lead(self, chunks: list[str]) -> list[str]:
        """Move a heading at the end of a chunk to what it names, if it fits there."""
        for place in range(len(chunks) - 1):
            chunk, following = chunks[place : place + 2]
            start = chunk.rstrip().rfind("\n") + 1  # of the last line
            longer = chunk[start:] + following
            fits = length(longer) <= STRETCH * self._size
            if start and fits and is_heading(chunk[start:]):
                chunks[place : place + 2] = chunk[:start], longer
        return chunks

    def _belong(self, left: str, right: str) -> bool:
        shorter, longer = sorted((length(left), length(right)))
        return shorter < RUNT * self._size and (
            shorter + longer <= STRETCH * self._size
        )


def _pieces(text: str, cut: Cut) -> Iterator[str]:
    for start, end in pairwise([0, *cut(text), len(text)]):
        if end > start:
            yield text[start:end]


def _after(pattern: re.Pattern[str]) -> Cut:
    return lambda text: (match.end() for match in pattern.finditer(text))


def _windows(text: str, size: int) -> Iterator[int]:
    """Cut a text without spaces, if possible between words, never in a grapheme."""
    start = 0
    while start + (step := _fitting(text[start : start + size], size)) < len(text):
        start = _boundary(text, start, start + step)
        yield start


def _fitting(text: str, size: int) -> int:
    """Count the first characters of a text that are no longer than a size."""
    n = len(text)
    while n > 1 and (long := length(text[:n])) > size:
        n = max(1, n * size // long)
    return n


def _boundary(text: str, start: int, wanted: int) -> int:
    """Find the last good place in (start, wanted], looking back a little."""
    base = max(start, wanted - _NEAR)
    near = text[base : wanted + _NEAR]
    for breaker in (WordBreaker(near, "und"), CharacterBreaker(near, "und")):
        # segments() counts UTF-16 units, so the pieces themselves are measured
        ends = accumulate(map(len, breaker), initial=base)
        good = [end for end in ends if start < end <= wanted]
        if good:
            return good[-1]
    return wanted
