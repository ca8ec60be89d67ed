"""Words of Vietnamese: it puts a space after each syllable, and most words have two.

The longest that a list has is taken, from the left. The list, `vietnamese.txt`, is made
by `training.vietnamese`. Pure, but for reading it once.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

import regex

# Letters that no other language of Latin script writes.
_LETTERS = regex.compile("[ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", regex.I)
LONGEST = 3


def is_vietnamese(text: str) -> bool:
    """Tell whether a text has letters of Vietnamese.

    >>> is_vietnamese("Thủ đô ở đâu?"), is_vietnamese("Où est-ce ?")
    (True, False)
    """
    return bool(_LETTERS.search(text))


def words(
    syllables: Sequence[str], places: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Give the stretches `syllables[first:end]` that are one word of several.

    syllables: in lower case; places: where each starts and ends in the text. Nothing
    but one character, the space, stands inside a word.

    >>> list(words(["ở", "thủ", "đô"], [(0, 1), (2, 5), (6, 8)]))
    [(1, 3)]
    """
    starts, ends = [place[0] for place in places], [place[1] for place in places]
    return longest(syllables, starts, ends, _words(), " ", LONGEST)


def longest(
    parts: Sequence[str],
    starts: Sequence[int],
    ends: Sequence[int],
    known: AbstractSet[str],
    between: str,
    most: int,
) -> Iterator[tuple[int, int]]:
    """Give the stretches `parts[first:end]` of at most so many that make a known word,
    from the left the longest.

    starts, ends: where each part stands in the text; in a word, as much as `between` is
    stands between its parts.
    """
    gap, count, at = len(between), len(parts), 0
    goes_on = [end + gap == start for end, start in zip(ends, starts[1:], strict=False)]
    while at < count - 1:
        reach = 1
        while reach < most and at + reach < count and goes_on[at + reach - 1]:
            reach += 1
        while reach > 1 and between.join(parts[at : at + reach]) not in known:
            reach -= 1
        if reach > 1:
            yield at, at + reach
        at += reach


@cache
def _words() -> frozenset[str]:
    file = Path(__file__).with_suffix(".txt")
    lines = file.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
