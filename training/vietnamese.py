"""Find the words of Vietnamese that have several syllables, and what they mean.

Dictionaries list most; others are syllables that stand together far more often than
by chance (Bouma, 2009) and are translated as one. Each is put on the row of the
table that is nearest to its English words.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import regex

from index import vietnamese
from index.embedders import unit
from index.embedders.static import StaticEmbedder
from index.vietnamese import LONGEST
from training.distil import Material
from training.merge import nearest

Array = np.ndarray
LANGUAGE = "vi"
FILE = Path(vietnamese.__file__).with_suffix(".txt")
_HEADING = """\
# Words of Vietnamese that have several syllables, one a line; of Wiktionary and the
# open wordnets (CC BY-SA), and of what stands together in training material.
"""
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_SYLLABLE = regex.compile(r"[a-zđ\p{Latin}--[fjwz]]{1,7}", regex.V1)
_SEEN = 6  # times that two syllables stand together
_BOUND = 0.35  # how much more often than by chance: -1 never, 1 always
_AGREED = 0.3  # Dice of a pair and its English word
_CLOSE = 0.7  # other English words are as near as this, beside the best
_ROW = 0.6  # least cosine to the row that a word is put on


def words(
    material: Material, table: StaticEmbedder, rows: Array
) -> tuple[list[str], Array]:
    """Give the words, in order, and the row of the table (n,) of each.

    rows: (r, d), unit, all but the unknown token's, 0.
    Raises KeyError when the material has no Vietnamese.
    """
    found = _listed(material)
    found = _collocations(material, found) | found
    names = sorted(found)
    english = [list(_flat(found[name])) for name in names]
    vectors, _ = table.word_vectors([word for of in english for word in of])
    starts = np.cumsum([0, *map(len, english)])[:-1]
    directions = unit(np.add.reduceat(vectors, starts, axis=0))
    cosines, near = nearest(directions, rows)
    kept = np.flatnonzero(cosines >= _ROW)
    return [names[i] for i in kept], near[kept] + 1


def write(words: Sequence[str]) -> None:
    """Write the list that `index.vietnamese` reads."""
    FILE.write_text(_HEADING + "".join(f"{word}\n" for word in words), "utf-8")


def _listed(material: Material) -> dict[str, list[str]]:
    """English terms of each word of dictionaries."""
    found = defaultdict(list)
    of = material.terms[LANGUAGE]
    for english, other in zip(of.english, of.other, strict=True):
        syllables = other.lower().split()
        whole = all(map(_SYLLABLE.fullmatch, syllables))
        if 2 <= len(syllables) <= LONGEST and whole:
            found[" ".join(syllables)].append(english.lower())
    return dict(found)


def _collocations(
    material: Material, known: dict[str, list[str]]
) -> dict[str, list[str]]:
    """English words of each pair of syllables that are bound and translated as one."""
    of = material.sentences[LANGUAGE]
    read = [
        (_split(o), set(_split(e))) for e, o in zip(of.english, of.other, strict=True)
    ]
    single, double = Counter[str](), Counter[tuple[str, str]]()
    for syllables, _ in read:
        single.update(syllables)
        double.update(pairwise(syllables))
    total = single.total()

    def bound(pair: tuple[str, str]) -> float:
        chance = double[pair] / total
        alone = single[pair[0]] * single[pair[1]] / total**2
        return math.log(chance / alone) / -math.log(chance)

    bonds = {
        pair
        for pair, n in double.items()
        if n >= _SEEN
        and " ".join(pair) not in known
        and all(map(_SYLLABLE.fullmatch, pair))
        and bound(pair) > _BOUND
    }
    met, with_it, beside = (
        Counter[str](),
        Counter[tuple[str, str]](),
        defaultdict(Counter),
    )
    for syllables, english in read:
        met.update(english)
        for pair in bonds.intersection(pairwise(syllables)):
            with_it[pair] += 1
            beside[pair].update(english)
    made = {}
    for pair in bonds:
        dice = {e: 2 * n / (with_it[pair] + met[e]) for e, n in beside[pair].items()}
        best = max(dice, key=lambda e: (dice[e], e), default="")
        if best and best not in pair and dice[best] >= _AGREED:
            made[" ".join(pair)] = sorted(
                e for e in dice if dice[e] >= _CLOSE * dice[best]
            )
    return made


def _split(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _flat(terms: Sequence[str]) -> Iterable[str]:
    return (word for term in terms for word in _split(term) or [term])
