"""Find the words of Chinese, Japanese and Thai that ICU cuts, and what they mean.

Dictionaries list them. Taken are those that none of their parts tells: each is put on
the row of the table that is nearest to its English words.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import regex

from index import unspaced
from index.embedders import unit
from index.embedders.static import StaticEmbedder
from index.tokens import cut
from index.unspaced import MOST
from training.distil import Material
from training.merge import nearest

Array = np.ndarray
LANGUAGES = ("zh", "ja", "th")
FILE = Path(unspaced.__file__).with_suffix(".txt")
_HEADING = """\
# Words of Chinese, Japanese and Thai that ICU's dictionaries cut, one a line; of the
# lexicons that the card of the model `fast` names (CC BY-SA, ODbL, and freer ones).
"""
# Longer ones of Han characters are phrases more often than words.
_WORD = regex.compile(
    r"\p{Han}{2,4}|(?=.*\p{Katakana})[\p{Han}\p{Katakana}ー]{2,12}|[\p{Thai}\p{M}]{2,24}"
)
_AGREED = 0.4  # length of the mean of its translations' directions
_TELLS = 9.0  # nats, least that its English words tell
_PART = 0.6  # a part with this cosine to what the word means tells it
_ROW = 0.6  # least cosine to the row that a word is put on


def words(
    material: Material, table: StaticEmbedder, rows: Array
) -> tuple[list[str], Array]:
    """Give the words, in order, and the row of the table (n,) of each.

    rows: (r, d), unit, all but the unknown token's, 0.
    Raises KeyError when the material has none of the languages.
    """
    found = _listed(material)
    names = sorted(found)
    english = sorted({term for name in names for term in found[name]})
    vectors, information = table.word_vectors(english)
    place = {term: at for at, term in enumerate(english)}
    meant, kept = [], []
    for name in names:
        at = [place[term] for term in found[name]]
        mean = vectors[at].mean(axis=0)
        agreed = np.linalg.norm(mean) >= _AGREED
        if agreed and np.median(information[at]) >= _TELLS:
            meant.append(mean)
            kept.append(name)
    directions = unit(np.array(meant, np.float32))
    cosines, near = nearest(directions, rows)
    told = _by_parts(kept, directions, table)
    chosen = np.flatnonzero((cosines >= _ROW) & (told <= _PART))
    return [kept[i] for i in chosen], near[chosen] + 1


def write(words: Sequence[str]) -> None:
    """Write the list that `index.unspaced` reads."""
    FILE.write_text(_HEADING + "".join(f"{word}\n" for word in words), "utf-8")


def _listed(material: Material) -> dict[str, list[str]]:
    """English terms of each word of dictionaries that ICU cuts."""
    found = defaultdict(list)
    for code in LANGUAGES:
        of = material.terms[code]
        for english, other in zip(of.english, of.other, strict=True):
            if _WORD.fullmatch(other):
                found[other].append(english.lower())
    return {word: of for word, of in found.items() if 1 < len(cut(word)) <= MOST}


def _by_parts(words: Sequence[str], meant: Array, table: StaticEmbedder) -> Array:
    """Cosine of what each word means, (n, d), to the nearest of its parts: (n,)."""
    parts = [[term.term for term in cut(word)] for word in words]
    vectors, _ = table.word_vectors([part for of in parts for part in of])
    lengths = [len(of) for of in parts]
    cosines = (vectors * np.repeat(meant, lengths, axis=0)).sum(axis=1)
    starts = np.cumsum([0, *lengths])[:-1]
    nearest_part: Array = np.maximum.reduceat(cosines, starts)
    return nearest_part
