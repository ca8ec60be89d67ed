"""Words and sentences of a text in any language, with exact offsets.

Boundaries are Unicode's (UAX #29, with ICU's dictionaries for Chinese,
Japanese, Thai, Lao, Khmer and Burmese). Offsets count code points. Pure.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

import regex
from icu4py.breakers import SentenceBreaker, WordBreaker

# Inside one ICU word: a number with its separators, or letters with their marks.
# Apostrophes part words, so that "l'offensive" holds "offensive".
_INSIDE = regex.compile(r"\p{N}+(?:[.,]\p{N}+)*|[\p{L}\p{M}]+")

# Marks that a reader may leave out: Arabic vowel signs and tatweel, Hebrew points.
_OPTIONAL = dict.fromkeys(
    [*range(0x064B, 0x0660), 0x0670, 0x0640, *range(0x0591, 0x05C8), 0x200C, 0x00AD]
)
# Letters that Arabic-script spelling confuses (as Lucene's ArabicNormalizer does).
_VARIANTS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك"}
)


class Term(NamedTuple):
    """A word as it is compared (`term`), and where it stands: `text[start:end]`."""

    term: str
    start: int
    end: int


def normalize(word: str) -> str:
    """Give a word the form in which it is compared.

    Compatibility forms, case and optional marks are folded, native digits become
    0-9; accents stay, for they tell words apart.

    >>> normalize("Ｆｉｎ"), normalize("STRASSE"), normalize("٢٠٢٠")
    ('fin', 'strasse', '2020')
    """
    folded = unicodedata.normalize("NFKC", word).lower().translate(_OPTIONAL)
    if folded.isascii():
        return folded
    return _ascii_digits(folded.translate(_VARIANTS))


def _ascii_digits(word: str) -> str:
    return "".join(
        str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c
        for c in word
    )


def terms(text: str) -> list[Term]:
    """List the words of a text in reading order; punctuation is left out.

    >>> [term.term for term in terms("L’appel d'urgence à 3,5 km")]
    ['l', 'appel', 'd', 'urgence', 'à', '3,5', 'km']
    >>> [term.term for term in terms("停止军事行动")]
    ['停止', '军事', '行动']
    """
    found = []
    for start, end in _places(WordBreaker(text, "und")):
        for match in _INSIDE.finditer(text, start, end):
            term = normalize(match.group())
            if term:
                found.append(Term(term, *match.span()))
    return found


def sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Cut a text into contiguous sentences that together cover all of it.

    language: whose abbreviations ("Mr.", "M.") do not end a sentence.
    Returns (start, end) pairs; white space after a sentence belongs to it.

    >>> sentences("One. Two?")
    [(0, 5), (5, 9)]
    """
    return list(_places(SentenceBreaker(text, f"{language or 'en'}@ss=standard")))


def _places(pieces: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where contiguous pieces stand; ICU itself counts in UTF-16 units."""
    return pairwise(accumulate(map(len, pieces), initial=0))
