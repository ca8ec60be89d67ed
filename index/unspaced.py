"""Words of Chinese, Japanese and Thai, which put no spaces between them.

ICU's dictionaries are small, and cut what they do not have: *ตะวันตก* (west) to *sun*
and *fall*, 联合国 (United Nations) to *united* and *country*. What a longer list has is
put together again. The list, `unspaced.txt`, is made by `training.unspaced`. Pure, but
for reading it once.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import regex

from index.compounds import listed, longest

_SCRIPTS = regex.compile(r"[\p{Han}\p{Thai}]")
MOST = 3  # parts of a word


def is_unspaced(text: str) -> bool:
    """Tell whether a text has characters of these languages.

    >>> is_unspaced("联合国"), is_unspaced("UN")
    (True, False)
    """
    return bool(_SCRIPTS.search(text))


def words(
    parts: Sequence[str], starts: Sequence[int], ends: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Give the stretches `parts[first:end]` that are one word.

    starts, ends: where each stands in the text. Nothing stands inside a word.

    >>> list(words(["联合", "国", "说"], [0, 2, 3], [2, 3, 4]))
    [(0, 2)]
    """
    return longest(parts, starts, ends, _words(), "", MOST)


@cache
def _words() -> frozenset[str]:
    return listed(__file__)
