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

from index import acronyms, unspaced, vietnamese

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
# Digits as years are written in Chinese and Japanese; ICU takes them for words.
_HAN = regex.compile("[〇零一二三四五六七八九]{3,}")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
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
    >>> [term.term for term in terms("停止军事行动")], terms("联合国")[0].term
    (['停止', '军事行动'], '联合国')
    >>> [term.term for term in terms("一九五二年")]
    ['1952', '年']
    >>> [term.term for term in terms("Thủ đô Ba Lan?")]
    ['thủ đô', 'ba lan']
    >>> [term.term for term in terms("l'ONU")] + [term.term for term in terms("U.N.")]
    ['l', 'united nations', 'united nations']
    """
    found = cut(text)
    for number in reversed(list(_SPACED.finditer(text))):
        _replace(found, Term(normalize(number.group()), *number.span()))
    if acronyms.are_likely(text):
        _read_acronyms(found, text)
    if vietnamese.is_vietnamese(text):
        _join_syllables(found, text)
    if found and unspaced.is_unspaced(text):
        for first, end in reversed(list(unspaced.words(*zip(*found, strict=True)))):
            found[first:end] = [_whole(found[first:end], "")]
    return found


def cut(text: str) -> list[Term]:
    """List the words as ICU cuts them."""
    text = _HAN.sub(lambda digits: digits.group().translate(_DIGITS), text)
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
    return found


def _replace(found: list[Term], whole: Term) -> None:
    """Put one word in the place of its parts."""
    first = bisect_left(found, whole.start, key=lambda t: t.start)
    after = bisect_left(found, whole.end, key=lambda t: t.start)
    found[first:after] = [whole]


def _read_acronyms(found: list[Term], text: str) -> None:
    """Read acronyms as what they stand for, but among words that are all capitals."""
    for start, end, whole in reversed(list(acronyms.dotted(text))):
        _replace(found, Term(whole, start, end))
    for at, (_, start, end) in enumerate(found):
        if end - start > acronyms.LONGEST or not text[start].isupper():
            continue
        if not (name := acronyms.meaning(text[start:end])):
            continue
        beside = found[max(0, at - 1) : at] + found[at + 1 : at + 2]
        if not any(_shouted(text[word.start : word.end]) for word in beside):
            found[at] = Term(name, start, end)


def _shouted(word: str) -> bool:
    return len(word) > 1 and word.isupper() and not acronyms.meaning(word)


def _join_syllables(found: list[Term], text: str) -> None:
    """Put the syllables of Vietnamese words together."""
    stretches = vietnamese.words([t.term for t in found], [t[1:] for t in found])
    for first, end in reversed(list(stretches)):
        whole = _whole(found[first:end], " ")
        inside = text[whole.start : whole.end]
        if "".join(inside.split(" ")).isalpha():  # no full stop, and no line's end
            found[first:end] = [whole]


def _whole(parts: list[Term], between: str) -> Term:
    word = between.join(part.term for part in parts)
    return Term(word, parts[0].start, parts[-1].end)
