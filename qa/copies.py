"""Passages that say what another one says. Pure.

A hit stands for another only where one has all words of the other, in their order: a
word that differs may be the answer. What merely says nearly the same is no rival of it.
"""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]

# Passages of one language whose vectors are this close are compared by their words.
NEAR = 0.85
# One is held by another that is not longer by more than the rest of this share.
SAME = 0.95
# Those that share so much of their words (Jaccard) say nearly the same.
NEARLY = 0.8


def near(vectors: Array, languages: Array) -> Array:
    """Tell which of n passages, (n, d) unit and (n,), may say the same: (n, n) bool."""
    found: Array = vectors @ vectors.T >= NEAR
    found &= languages[:, None] == languages
    return found


def same(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether one of two passages has all words of the other, in order and unparted,
    and hardly any more.

    >>> same("the rent is 640".split(), "the rent is 915".split())
    False
    """
    held, holds = sorted((list(mine), list(theirs)), key=len)
    spare = len(holds) - len(held)
    return len(held) >= SAME * len(holds) and any(
        holds[at : at + len(held)] == held for at in range(spare + 1)
    )


def nearly_same(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two passages have mostly the same words."""
    one, other = set(mine), set(theirs)
    return len(one & other) >= NEARLY * len(one | other)
