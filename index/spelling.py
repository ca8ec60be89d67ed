"""Which words are spelt alike, across scripts: names above all.

Source: Pirkola et al., SIGIR 2003: n-grams that two words share. Words are compared as
they are written in Latin letters, sounds that languages write differently made equal.
Pure.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

Array = NDArray[Any]
Near = tuple[Array, Array]
_NOTHING: Near = np.zeros(0, np.int64), np.zeros(0, np.float32)

REMEMBERED = 1 << 11  # words that were asked for last
# Shorter words are alike by chance; so are consonants that share less than this.
SHORTEST = 4
FEWEST = 3
BARE = 0.6
_SOUNDS = (
    ("ph", "f"), ("th", "t"), ("kh", "h"), ("ch", "h"), ("sh", "s"), ("ck", "k"),
    ("c", "k"), ("q", "k"), ("w", "v"), ("y", "i"), ("j", "i"), ("z", "s"),
    ("ou", "u"), ("oo", "u"), ("ee", "i"),
)  # fmt: skip

# Scripts that leave vowels out: all but some in Arabic and Hebrew, the commonest in
# those of India. What Arabic and Hebrew do not tell apart is made equal; letters that
# are mute or a vowel's say nothing but at the beginning; articles are joined to words.
_FEW_VOWELS = (("\u0590", "\u07ff"), ("\u0900", "\u0dff"), ("\ufb1d", "\ufeff"))
_CONSONANTS = (
    ("ph", "f"), ("th", "t"), ("kh", "k"), ("ch", "k"), ("sh", "s"), ("gh", "g"),
    ("ck", "k"), ("c", "k"), ("q", "k"), ("x", "ks"), ("z", "s"), ("v", "f"),
    ("p", "b"), ("j", "g"),
)  # fmt: skip
_HEBREW = str.maketrans("בו", "bw")  # read as v, else
_MUTE = re.compile("[aeiouwyh]")
_ARTICLE = re.compile("^(?:[وفبلك]?ال|لل)(?=...)")

# Thai letters by the sounds they stand for in names from abroad; marks of tone and of
# silence stand for none. What is written before or around a consonant sounds after it.
_THAI = {
    "กขฃคฅฆ": "k", "ง": "ng", "จ": "j", "ฉชฌ": "ch", "ซศษส": "s", "ญย": "y",
    "ฎด": "d", "ฏฐฑฒตถทธ": "t", "ณน": "n", "บ": "b", "ปผพภ": "p", "ฝฟ": "f", "ม": "m",
    "ร": "r", "ลฬ": "l", "ว": "w", "หฮ": "h", "อโ": "o", "ะัา": "a", "ำ": "am",
    "ิี": "i", "ึืุู": "u", "เแ": "e", "ไใ": "ai", "ฤ": "ru", "็่้๊๋์ํๅฯๆ": "",
}  # fmt: skip
_LATIN_OF_THAI = {ord(c): latin for thai, latin in _THAI.items() for c in thai}
_TURNED = (
    (re.compile("เ([ก-ฮ])ีย"), r"\1ิะ"),  # -ia
    (re.compile("เ([ก-ฮ])อ"), r"\1เ"),  # -er
    (re.compile("([เแโไใ])([ก-ฮ])"), r"\2\1"),
)
_TWICE = re.compile(r"(.)\1")
_BASE = 28  # the letters, and a mark for each end
_GRAMS = _BASE**2 + _BASE**3


@lru_cache(maxsize=1 << 16)
def key(word: str) -> str:
    """Write a word in Latin letters as it sounds; '' where that tells nothing.

    >>> key("Christopher"), key("кристофер"), key("วิกตอเรีย"), key("1998")
    ('hristofer', 'kristofer', 'viktoria', '')
    """
    sounds = _TWICE.sub(r"\1", _replaced(latin(word), _SOUNDS))
    return sounds if len(sounds) >= SHORTEST else ""


@lru_cache(maxsize=1 << 16)
def bare(word: str) -> str:
    """Write a word's consonants; '' where they are too few to tell anything.

    >>> bare("Victoria"), bare("فكتوريا"), bare("Arpanet"), bare("أربانت")
    ('fktr', 'fktr', 'rbnt', 'rbnt')
    """
    sounds = _replaced(latin(_ARTICLE.sub("", word).translate(_HEBREW)), _CONSONANTS)
    first = sounds[:1].replace("w", "f").strip("aeiouy")
    sounds = _TWICE.sub(r"\1", first + _MUTE.sub("", sounds[1:]))
    return sounds if len(sounds) >= FEWEST else ""


def leaves_vowels(word: str) -> bool:
    """Tell whether a word is of a script that leaves vowels out."""
    return any(first <= word[:1] <= last for first, last in _FEW_VOWELS)


def latin(word: str) -> str:
    """Write a word in Latin letters; '' when it has others than letters."""
    if "ก" <= word[:1] <= "ๆ":
        for written, sounding in _TURNED:
            word = written.sub(sounding, word)
        word = word.translate(_LATIN_OF_THAI)
    letters = anyascii(word).lower().replace("'", "").replace("`", "")
    return letters if letters.isascii() and letters.isalpha() else ""


def _replaced(letters: str, sounds: Sequence[tuple[str, str]]) -> str:
    for written, sound in sounds:
        letters = letters.replace(written, sound)
    return letters


@dataclass(frozen=True, slots=True, eq=False)
class Grams:
    """The n-grams (of two and three letters) of t keys.

    offsets (g + 1,) int64 and terms int32: the keys that hold each n-gram,
    ascending; sizes (t,) uint16: how many different ones each has.
    """

    offsets: Array
    terms: Array
    sizes: Array

    @classmethod
    def build(cls, keys: Sequence[str]) -> "Grams":
        """Take keys apart; a key's number is its place."""
        owners, grams = _grams(keys)
        order = np.argsort(grams, kind="stable")
        counts = np.bincount(grams, minlength=_GRAMS)
        sizes = np.bincount(owners, minlength=len(keys))
        return cls(
            np.concatenate([[0], np.cumsum(counts)]),
            owners[order].astype(np.int32),
            sizes.astype(np.uint16),
        )

    def alike(self, spelt: str, least: float) -> Near:
        """Find the keys that share n-grams with one: numbers, ascending, and cosines
        of their sets of n-grams, at least `least`."""
        if not spelt or not len(self.terms):
            return _NOTHING
        grams = _grams_of(spelt)
        spans = zip(self.offsets[grams], self.offsets[grams + 1], strict=True)
        held = np.concatenate([self.terms[first:end] for first, end in spans])
        shared = np.bincount(held, minlength=len(self.sizes))
        some = np.flatnonzero(shared >= math.ceil(least**2 * len(grams)))
        likeness = shared[some] / np.sqrt(len(grams) * self.sizes[some].astype(float))
        near = likeness >= least
        return some[near], likeness[near].astype(np.float32)


@dataclass(frozen=True, eq=False)
class Spelling:
    """Words by how they are spelt.

    full: as they sound. vowelled and bare: by consonants alone, words of scripts that
    write vowels and of others; each is set against the other.
    """

    full: Grams
    vowelled: Grams
    bare: Grams

    @classmethod
    def build(cls, words: Sequence[str]) -> "Spelling":
        """Take words apart; a word's number is its place."""
        consonants = [(leaves_vowels(word), bare(word)) for word in words]
        return cls(
            Grams.build([key(word) for word in words]),
            Grams.build(["" if left else spelt for left, spelt in consonants]),
            Grams.build([spelt if left else "" for left, spelt in consonants]),
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> "Spelling":
        """Put `arrays()` together again."""
        return cls(
            *(
                Grams(*(arrays[f"{table.name}.{field}"] for field in Grams.__slots__))
                for table in fields(cls)
            )
        )

    def arrays(self) -> dict[str, Array]:
        """Give the arrays by name, to be stored."""
        return {
            f"{table.name}.{field}": getattr(getattr(self, table.name), field)
            for table in fields(self)
            for field in Grams.__slots__
        }

    def alike(self, word: str, least: float) -> Near:
        """Find words spelt like one: numbers, ascending, and how alike they are, from
        `least` to 1. The last words are remembered: the arrays are not to be changed.
        """
        return self._alike(word, least)

    @cached_property
    def _alike(self) -> Callable[[str, float], Near]:
        # Bound to what it needs and not to self: a cycle would keep both in memory.
        return lru_cache(REMEMBERED)(
            partial(_alike, self.full, self.vowelled, self.bare)
        )


def _alike(
    full: Grams, vowelled: Grams, others: Grams, word: str, least: float
) -> Near:
    """Find words spelt like one, in the tables of a `Spelling`."""
    alike = full.alike(key(word), least)
    others = vowelled if leaves_vowels(word) else others
    return either(alike, others.alike(bare(word), max(least, BARE)))


def either(one: Near, other: Near) -> Near:
    """Join two lists of numbers and how near each is: ascending, each once, as near as
    the nearer says."""
    if not len(other[0]):
        return one
    numbers, near = (np.concatenate(pair) for pair in zip(one, other, strict=True))
    order = np.lexsort((-near, numbers))
    first = np.ones(len(numbers), bool)
    first[1:] = np.diff(numbers[order]) > 0
    return numbers[order][first], near[order][first]


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
    # `np.unique` hashes: several times as long where most numbers are different.
    every = np.sort(np.concatenate(found))
    unique = every[np.diff(every, prepend=-1) > 0]
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
