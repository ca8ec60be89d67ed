"""Which words are spelt alike, across scripts: names above all.

Source: Pirkola et al., SIGIR 2003: n-grams that two words share. Words are compared as
they are written in Latin letters, sounds that languages write differently made equal.
Pure.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from index.ragged import ranges

Array = NDArray[Any]

# Shorter words are alike by chance.
SHORTEST = 4
_SOUNDS = (
    ("ph", "f"), ("th", "t"), ("kh", "h"), ("ch", "h"), ("sh", "s"), ("ck", "k"),
    ("c", "k"), ("q", "k"), ("w", "v"), ("y", "i"), ("j", "i"), ("z", "s"),
    ("ou", "u"), ("oo", "u"), ("ee", "i"),
)  # fmt: skip
_TWICE = re.compile(r"(.)\1")
_BASE = 28  # the letters, and a mark for each end
_GRAMS = _BASE**2 + _BASE**3


@lru_cache(maxsize=1 << 16)
def key(word: str) -> str:
    """Write a word in Latin letters as it sounds; '' where that tells nothing.

    >>> key("Christopher"), key("кристофер"), key("1998")
    ('hristofer', 'kristofer', '')
    """
    latin = anyascii(word).lower().replace("'", "")
    if not (latin.isascii() and latin.isalpha()):
        return ""
    for written, sound in _SOUNDS:
        latin = latin.replace(written, sound)
    latin = _TWICE.sub(r"\1", latin)
    return latin if len(latin) >= SHORTEST else ""


@dataclass(frozen=True, slots=True, eq=False)
class Spelling:
    """The n-grams (of two and three letters) of t words.

    offsets (g + 1,) int64 and terms int32: the words that hold each n-gram,
    ascending; sizes (t,) uint16: how many different ones each word has.
    """

    offsets: Array
    terms: Array
    sizes: Array

    @classmethod
    def build(cls, words: Sequence[str]) -> "Spelling":
        """Take words apart; a word's number is its place."""
        owners, grams = _grams(map(key, words))
        order = np.argsort(grams, kind="stable")
        counts = np.bincount(grams, minlength=_GRAMS)
        sizes = np.bincount(owners, minlength=len(words))
        return cls(
            np.concatenate([[0], np.cumsum(counts)]),
            owners[order].astype(np.int32),
            sizes.astype(np.uint16),
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> "Spelling":
        """Put `arrays()` together again."""
        return cls(**{name: arrays[name] for name in cls.__slots__})

    def arrays(self) -> dict[str, Array]:
        """Give the arrays by name, to be stored."""
        return {name: getattr(self, name) for name in self.__slots__}

    def alike(self, word: str, least: float) -> tuple[Array, Array]:
        """Find the words that share n-grams with one: numbers, ascending, and cosines
        of their sets of n-grams, at least `least`."""
        if not (spelt := key(word)):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        grams = _grams_of(spelt)
        held = self.terms[ranges(self.offsets[grams], self.offsets[grams + 1])]
        shared = np.bincount(held, minlength=len(self.sizes))
        some = np.flatnonzero(shared >= least**2 * len(grams))
        likeness = shared[some] / np.sqrt(len(grams) * self.sizes[some].astype(float))
        near = likeness >= least
        return some[near], likeness[near].astype(np.float32)


def _grams(keys: Iterable[str]) -> tuple[Array, Array]:
    """List the different n-grams of each key: its number, and theirs."""
    marked = [f"{{{key}|" if key else "" for key in keys]  # what follows z marks ends
    letters = np.frombuffer("".join(marked).encode(), np.uint8).astype(np.int64) - 97
    owner = np.repeat(np.arange(len(marked)), [len(text) for text in marked])
    found = []
    for n, first in ((2, 0), (3, _BASE**2)):
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(letters, (0, n)), n)[
            : len(letters)
        ]
        whole = np.pad(owner, (0, n), constant_values=-1)[n - 1 : -1] == owner
        number = first + windows @ _BASE ** np.arange(n)
        found.append(owner[whole] * _GRAMS + number[whole])
    unique = np.unique(np.concatenate(found))
    return unique // _GRAMS, unique % _GRAMS


def _grams_of(spelt: str) -> Array:
    """List the different n-grams of one key, as `_grams`: in a tenth of its time."""
    letters = [26, *(ord(letter) - 97 for letter in spelt), 27]
    twos = {a + _BASE * b for a, b in pairwise(letters)}
    threes = {
        _BASE**2 + a + _BASE * b + _BASE**2 * c
        for (a, b), c in zip(pairwise(letters), letters[2:], strict=False)
    }
    return np.array(sorted(twos | threes), np.int64)
