"""Words of Vietnamese: it puts a space after each syllable, and most words have two.

The longest that a list has is taken, from the left. The list, `vietnamese.txt`, is made
by `training.vietnamese`. Pure, but for reading it once.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import regex

from index.compounds import listed, longest

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


@cache
def _words() -> frozenset[str]:
    return listed(__file__)
