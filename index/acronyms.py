"""Acronyms that mean the same in many languages: UN is ONU, ООН, ΟΗΕ and YK.

In small letters most are other words (*un*, *who*, *us*) or nothing that a table of
words knows, so each is read as what it stands for. The list is `acronyms.txt`. Pure,
but for reading it once.
"""

from collections.abc import Iterator
from functools import cache

import regex

from index.compounds import listed

LONGEST = 6  # letters
_TWO = regex.compile(r"\p{Lu}\.?\p{Lu}")
# "U.S.", "O.N.U"; in Spanish letters of a plural are doubled: "EE. UU.".
_DOTTED = regex.compile(
    r"(?<![\p{L}\p{N}.])(?:(?:\p{Lu}\.){1,5}\p{Lu}|\p{Lu}{2}\. ?\p{Lu}{2})"
    r"(?:\.|(?![\p{L}\p{N}.]))"
)


def are_likely(text: str) -> bool:
    """Tell whether a text has two capitals together, which few have."""
    return bool(_TWO.search(text))


def meaning(word: str) -> str | None:
    """Give what an acronym stands for, if it is known and written in capitals.

    >>> meaning("ООН"), meaning("un")
    ('united nations', None)
    """
    return _meanings().get(word)


def uncapitalised(word: str) -> str | None:
    """Give what a word in small letters stands for, if it is no other word.

    >>> uncapitalised("onu"), uncapitalised("un")
    ('united nations', None)
    """
    return meaning(word.upper()) if word in _listed() else None


def dotted(text: str) -> Iterator[tuple[int, int, str]]:
    """Find known acronyms with full stops: where they stand, and for what.

    >>> list(dotted("The U.S. and the U.N."))
    [(4, 8, 'united states'), (17, 21, 'united nations')]
    """
    for found in _DOTTED.finditer(text):
        letters = found.group().replace(".", "").replace(" ", "")
        if name := _meanings().get(letters):
            yield *found.span(), name


@cache
def _listed() -> dict[str, str]:
    lines = (line.partition(": ") for line in listed(__file__))
    return {word: name for name, _, words in lines for word in words.split()}


@cache
def _meanings() -> dict[str, str]:
    return {acronym.upper(): name for acronym, name in _listed().items()}
