"""Words and sentences of a text in any language, with exact offsets.

Boundaries are Unicode's (UAX #29, with ICU's dictionaries for Chinese,
Japanese, Thai, Lao, Khmer and Burmese). Offsets count code points. Pure.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import regex
from icu4py.breakers import SentenceBreaker, WordBreaker

from index.vietnamese import is_vietnamese, words

# Inside one ICU word: a number with its separators, or letters with their marks.
# Apostrophes part words, so that "l'offensive" holds "offensive".
_INSIDE = regex.compile(r"\p{N}+(?:[.,]\p{N}+)*|[\p{L}\p{M}]+")

# Marks that a reader may leave out (Arabic vowel signs and tatweel, Hebrew points,
# joiners and soft hyphens), letters that Arabic-script spelling confuses (as Lucene's
# ArabicNormalizer takes them), and Romanian ones, for which older texts have cedillas.
_FOLDED = dict.fromkeys(
    [*range(0x064B, 0x0660), 0x0670, 0x0640, *range(0x0591, 0x05C8), 0x200C, 0x00AD]
) | str.maketrans("أإآٱىیکșț", "ااااييكşţ")


class Term(NamedTuple):
    """A word as it is compared (`term`), and where it stands: `text[start:end]`."""

    term: str
    start: int
    end: int


@lru_cache(maxsize=1 << 16)
def normalize(word: str) -> str:
    """Give a word the form in which it is compared.

    Compatibility forms, case and optional marks are folded, native digits become
    0-9; accents stay, for they tell words apart.

    >>> normalize("Ｆｉｎ"), normalize("STRASSE"), normalize("٢٠٢٠")
    ('fin', 'strasse', '2020')
    """
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKC", word).lower().translate(_FOLDED)
    return folded if folded.isalpha() else "".join(map(_ascii_digit, folded))


def _ascii_digit(character: str) -> str:
    return str(unicodedata.digit(character, character))


def terms(text: str) -> list[Term]:
    """List the words of a text in reading order; punctuation is left out.

    >>> [term.term for term in terms("L’appel d'urgence à 3,5 km")]
    ['l', 'appel', 'd', 'urgence', 'à', '3,5', 'km']
    >>> [term.term for term in terms("停止军事行动")]
    ['停止', '军事', '行动']
    >>> [term.term for term in terms("Thủ đô Ba Lan?")]
    ['thủ đô', 'ba lan']
    """
    found, end = [], 0
    for piece in WordBreaker(text, "und"):
        start, end = end, end + len(piece)
        if piece.isalpha():  # most are: spare them the pattern
            found.append(Term(normalize(piece), start, end))
        elif not piece.isspace():
            for match in _INSIDE.finditer(text, start, end):
                found.append(Term(normalize(match.group()), *match.span()))
    found = [term for term in found if term.term]
    return _joined(found) if is_vietnamese(text) else found


def _joined(found: list[Term]) -> list[Term]:
    """Put the syllables of Vietnamese words together."""
    stretches = words([term.term for term in found], [term[1:] for term in found])
    for first, end in reversed(list(stretches)):
        joined = " ".join(term.term for term in found[first:end])
        found[first:end] = [Term(joined, found[first].start, found[end - 1].end)]
    return found


def sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Cut a text into contiguous sentences that together cover all of it.

    language: whose abbreviations ("Mr.", "M.") do not end a sentence.
    Returns (start, end) pairs; white space after a sentence belongs to it.

    >>> sentences("One. Two?")
    [(0, 5), (5, 9)]
    """
    return list(_places(SentenceBreaker(text, f"{language or 'en'}@ss=standard")))


def terms_by_sentence(text: str, language: str = "en") -> list[list[Term]]:
    """List the words of each sentence of a text, as `sentences` cuts it.

    >>> [[t.term for t in s] for s in terms_by_sentence("One. Two three.")]
    [['one'], ['two', 'three']]
    """
    found = terms(text)
    ends = [end for _, end in sentences(text, language)]
    cuts = [0, *(bisect_left(found, end, key=lambda t: t.start) for end in ends)]
    return [found[a:b] for a, b in pairwise(cuts)]


def _places(pieces: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where contiguous pieces stand; ICU itself counts in UTF-16 units."""
    return pairwise(accumulate(map(len, pieces), initial=0))
