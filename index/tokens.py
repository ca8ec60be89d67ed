"""Words of a text in any language, with exact offsets.

Boundaries are Unicode's (UAX #29, with ICU's dictionaries for Chinese,
Japanese, Thai, Lao, Khmer and Burmese). Offsets count code points. Pure.
"""

import unicodedata
from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

import regex
from icu4py.breakers import WordBreaker

from index.vietnamese import is_vietnamese, words

# Characters that are not seen: soft hyphens, joiners, marks of direction. What parts
# words without a space (U+200B, and U+200C in Persian) is not among them.
_UNSEEN = r"\xad\u061c\u200d-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"

# Inside one ICU word: a number with its separators, or letters with their marks.
# Apostrophes part words, so that "l'offensive" holds "offensive".
_INSIDE = regex.compile(
    r"\p{N}+(?:(?:[.,٫٬．，]|['’](?=\p{N}{3}(?!\p{N})))\p{N}+)*"
    rf"|[\p{{L}}\p{{M}}]+(?:[{_UNSEEN}]+[\p{{L}}\p{{M}}]+)*"
)

# Marks that a reader may leave out: Arabic vowel signs and tatweel, Hebrew points, the
# dot that a Turkish İ leaves on its i.
_FOLDED = regex.compile(
    rf"[{_UNSEEN}\u200c\u0591-\u05c7\u0640\u064b-\u065f\u0670]|(?<=i)\u0307"
)
# Letters that Arabic-script spelling confuses (as in Lucene's ArabicNormalizer), and
# Romanian ones, for which older texts have cedillas; separators in numbers.
_SPELT = str.maketrans("أإآٱىیکșț٫٬", "ااااييكşţ.,")

# A number whose thousands a blank parts, and its decimals. ICU parts it there, too.
_BLANK = r"[ \xa0\u2009\u202f]"
_SPACED = regex.compile(
    rf"(?<![\d.,:/'’])(?<!\d{_BLANK})[1-9]\d{{0,2}}(?:{_BLANK}\d{{3}}){{1,6}}"
    rf"(?:[.,]\d+)?(?!{_BLANK}?\d|[:/]\d)"
)
# What parts the thousands of a number, and in India its lakhs.
_THOUSANDS = regex.compile(r"[ .,'’](?=\d{3}(?!\d))|,(?=(?:\d\d,){1,4}\d{3}(?!\d))")


class Term(NamedTuple):
    """A word as it is compared (`term`), and where it stands: `text[start:end]`."""

    term: str
    start: int
    end: int


@lru_cache(maxsize=1 << 16)
def normalize(word: str) -> str:
    """Give a word the form in which it is compared.

    Compatibility forms, case and optional marks are folded, native digits become
    0-9, without separators but for a full stop before decimals; accents stay, for they
    tell words apart.

    >>> [normalize(word) for word in ("Ｆｉｎ", "STRASSE", "٢٠٢٠", "1.200,5")]
    ['fin', 'strasse', '2020', '1200.5']
    """
    folded = word.lower() if word.isascii() else _folded(word)
    if folded.isalpha() or not folded[:1].isdigit():
        return folded
    number: str = folded if folded[0] == "0" else _THOUSANDS.sub("", folded)
    return number.replace(",", ".")


def _folded(word: str) -> str:
    folded = _FOLDED.sub("", unicodedata.normalize("NFKC", word).lower())
    folded = folded.translate(_SPELT)
    return folded if folded.isalpha() else "".join(map(_ascii_digit, folded))


def _ascii_digit(character: str) -> str:
    return str(unicodedata.digit(character, character))


def terms(text: str) -> list[Term]:
    """List the words of a text in reading order; punctuation is left out.

    >>> [term.term for term in terms("L’appel d'urgence à 3,5 km")]
    ['l', 'appel', 'd', 'urgence', 'à', '3.5', 'km']
    >>> [term.term for term in terms("停止军事行动")]
    ['停止', '军事', '行动']
    >>> [term.term for term in terms("Thủ đô Ba Lan?")]
    ['thủ đô', 'ba lan']
    """
    found, end = [], 0
    for piece in WordBreaker(text, "und"):
        start, end = end, end + len(piece)
        if piece.isalpha():  # most are: spare them the pattern
            if word := normalize(piece):
                found.append(Term(word, start, end))
        elif not piece.isspace():
            for match in _INSIDE.finditer(text, start, end):
                if word := normalize(match.group()):
                    found.append(Term(word, *match.span()))
    found = _with_numbers(found, text)
    return _joined(found, text) if is_vietnamese(text) else found


def _with_numbers(found: list[Term], text: str) -> list[Term]:
    """Put the parts of numbers together."""
    for number in reversed(list(_SPACED.finditer(text))):
        start, end = number.span()
        first = bisect_left(found, start, key=lambda t: t.start)
        after = bisect_left(found, end, key=lambda t: t.start)
        found[first:after] = [Term(normalize(number.group()), start, end)]
    return found


def _joined(found: list[Term], text: str) -> list[Term]:
    """Put the syllables of Vietnamese words together."""
    stretches = words([term.term for term in found], [term[1:] for term in found])
    for first, end in reversed(list(stretches)):
        place = slice(found[first].start, found[end - 1].end)
        if "".join(text[place].split(" ")).isalpha():  # no full stop, and no line's end
            joined = " ".join(term.term for term in found[first:end])
            found[first:end] = [Term(joined, place.start, place.stop)]
    return found
