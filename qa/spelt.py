"""Which words of a collection a question's words are spelt like: names as they are
written elsewhere, slips of the pen, marks left out, acronyms in small letters. Pure.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.acronyms import uncapitalised
from index.spelling import Spelling, key
from index.tokens import Term
from qa.question import COMMON, FLOOR, NONE, TOP, Standing

Array = NDArray[Any]
Found = tuple[int, Array, Array]

# Words whose spellings are as like as the first number stand for it no more than chance
# would, from the second on as well as a translation: names, above all.
ALIKE = (0.5, 0.9)

# Words of scripts that write no spaces (Thai, Lao, Burmese, Khmer) are put together, at
# most so many, to be spelt like a name.
UNSPACED = (("\u0e00", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff"))
PUT_TOGETHER = 3

# A slip of the pen is looked for in words of so many letters, among those whose
# spellings are as like as this.
SLIPPING = 5
SLIPPED = 0.3
# Scripts whose marks are often left out: Latin, Greek and Cyrillic.
_MARKED = (("\u00c0", "\u052f"), ("\u1e00", "\u1fff"))
_LETTERS = str.maketrans("łđıøħŧ", "ldioht")


class Spelt:
    """The words of a collection as a question may write them."""

    def __init__(
        self, terms: Sequence[str], ids: Mapping[str, int], spelling: Spelling
    ) -> None:
        """terms: the words, in order; ids: their places by name; spelling: of them."""
        self._terms, self._ids, self._spelling = terms, ids, spelling

    def standing(
        self, words: Sequence[Term], information: Array, whole: Array
    ) -> Standing:
        """Find the words that a question's are spelt like, with the cosines they stand
        for; a pair may be there twice.

        information: (m,) nats that meeting each word tells. whole: (m,) bool, whether a
        table knows it, so that it is no slip.
        """
        found = [*self._names(words, information), *self._capitals(words)]
        for place, word in enumerate(words):
            if word.term not in self._ids:
                meant = self._marked(word.term)
                if not whole[place] and len(word.term) >= SLIPPING:
                    meant = meant + self._slipped(word.term)
                found.append(_as_translations(place, meant))
        if not found:
            return NONE
        places, ids, cosines = zip(*found, strict=True)
        return Standing(
            np.repeat(places, [len(column) for column in ids]),
            np.concatenate(ids),
            np.concatenate(cosines),
        )

    def _names(self, words: Sequence[Term], information: Array) -> Iterator[Found]:
        """Words that sound like a telling one, in any script."""
        low, high = ALIKE
        found = [
            (place, *self._spelling.alike(word.term, low))
            for place, word in enumerate(words)
            if information[place] > COMMON
        ]
        for at, name in _put_together(words):
            spelt = self._spelling.full.alike(key(name), low)
            found += [(place, *spelt) for place in range(*at)]
        for place, ids, likeness in found:
            way = np.minimum((likeness - low) / (high - low), 1)
            yield place, ids, FLOOR + (TOP - FLOOR) * way

    def _capitals(self, words: Sequence[Term]) -> Iterator[Found]:
        """What a word would stand for in capitals."""
        for place, word in enumerate(words):
            at = self._ids.get(uncapitalised(word.term) or "")
            if at is not None:
                yield _as_translations(place, [at])

    def _marked(self, word: str) -> list[int]:
        """Words that differ in marks alone."""
        plain = unmarked(word)
        own = self._ids.get(plain)
        return self._unmarked.get(plain, []) + ([] if own is None else [own])

    @cached_property
    def _unmarked(self) -> Mapping[str, list[int]]:
        """Words that have marks, by what they are without."""
        found = defaultdict(list)
        for at, term in enumerate(self._terms):
            if not term.isascii() and (plain := unmarked(term)) != term:
                found[plain].append(at)
        return dict(found)

    def _slipped(self, word: str) -> list[int]:
        """Words that one slip makes the word of; the first letter is seldom wrong."""
        near, _ = self._spelling.full.alike(key(word), SLIPPED)
        return [at for at in near.tolist() if is_slip(word, self._terms[at])]


def unmarked(word: str) -> str:
    """Leave out accents and other marks of letters, where they often are.

    >>> unmarked("thủ"), unmarked("łódź"), unmarked("がき")
    ('thu', 'lodz', 'がき')
    """
    if not any(a <= letter <= z for letter in word for a, z in _MARKED):
        return word
    apart = unicodedata.normalize("NFD", word.translate(_LETTERS))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def is_slip(word: str, other: str) -> bool:
    """Tell whether two words that begin alike differ by a letter, one of them left out
    or two that changed places (Damerau, CACM 1964).

    >>> is_slip("exchangd", "exchange"), is_slip("hatl", "halt"), is_slip("ab", "abcd")
    (True, True, False)
    """
    if word[:1] != other[:1] or abs(len(word) - len(other)) > 1 or word == other:
        return False
    short, long = sorted((word, other), key=len)
    pairs = zip(short, long, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2] == long[at : at + 2][::-1]
    return short[at + 1 :] == long[at + 1 :] or (
        swapped and short[at + 2 :] == long[at + 2 :]
    )


def _as_translations(place: int, ids: Sequence[int]) -> Found:
    return place, np.array(ids, np.int64), np.full(len(ids), TOP, np.float32)


def _put_together(words: Sequence[Term]) -> Iterator[tuple[tuple[int, int], str]]:
    """Put words together that nothing parts, in scripts that write no spaces: what no
    dictionary knows, names above all, was cut into syllables."""
    for first, word in enumerate(words):
        if not any(a <= word.term[0] <= z for a, z in UNSPACED):
            continue
        name = word.term
        for last in range(first + 1, min(first + PUT_TOGETHER, len(words))):
            if words[last].start != words[last - 1].end:
                break
            name += words[last].term
            yield (first, last + 1), name
