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
    return longest(syllables, places, _words(), " ", LONGEST)


def longest(
    parts: Sequence[str],
    places: Sequence[tuple[int, int]],
    known: AbstractSet[str],
    between: str,
    most: int,
) -> Iterator[tuple[int, int]]:
    """Give the stretches `parts[first:end]` of at most so many that make a known word,
    from the left the longest.

    places: where each part starts and ends in the text; as much as `between` is in a
    word stands between its parts.
    """
    at = 0
    while at < len(parts):
        end = at + 1
        while end < len(parts) and places[end][0] == places[end - 1][1] + len(between):
            end += 1
            if end - at == most:
                break
        while end > at + 1 and between.join(parts[at:end]) not in known:
            end -= 1
        if end > at + 1:
            yield at, end
        at = end


@cache
def _words() -> frozenset[str]:
    file = Path(__file__).with_suffix(".txt")
    lines = file.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
