"""Sentences of a text in any language, with exact offsets.

Boundaries are Unicode's (UAX #29) but for the abbreviations that ICU knows of a
language, and what is put together again here: what a reader would call the beginning of
a sentence, an initial or the number of a day, answers nothing. Pure.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice, pairwise, tee

import regex
from icu4py.breakers import SentenceBreaker

from index.tokens import Term, terms

Places = list[tuple[int, int]]

_END = "\u2029"  # of a paragraph
_TOGETHER = 256  # texts that are cut at a time

# What ends no sentence on its line: the number or letter of a list's item, which is all
# that stands before; an initial; one letter before another ("z. B.").
_MARKER = regex.compile(r"\s*(?:[-*•–]\s*)?\(?(?:\p{N}{1,3}|\p{L})[.)]")
_INITIAL = regex.compile(r"(?<![\p{L}\p{M}\p{N}'’°º]|\p{N}\s)[\p{Lu}\p{Lo}]\.$")
_LETTER = regex.compile(r"(?<![\p{L}\p{M}\p{N}'’])\p{L}\.$")
_ANOTHER = regex.compile(r"\p{L}{1,2}\.")
# A number of a day or a floor, in languages that write ordinals so.
_ORDINAL = regex.compile(r"(?<![\p{L}\p{N}.,:/-])\p{N}{1,2}\.$")
_ORDINALS = frozenset(
    "cs da de et fi hr hu is lb lt lv nb nn no pl sk sl sr tr".split()
)
# A word that cannot be spoken, as "Cllr.", unless it is a unit after a number; in some
# languages r and l are spoken by themselves.
_WORD = regex.compile(
    r"(?<![\p{L}\p{M}]|\p{N}\s?)((?=[\p{Latin}\p{Cyrillic}])\p{L}\p{Ll}{1,4})\.$"
)
_LONGEST = 9  # characters that these look at
_BEFORE = 64  # and blanks after them
_HEADING = regex.compile(
    r"(?![-*•–>]|\p{N}+[.)])(?:(?!\p{N}{2})[^\n\t|:：])*[\p{L}\p{M}]"
)
_LINE = 80
_VOWELS = frozenset("aeiouywæœøıаеиоуыэюяєіў")
_SYLLABIC = frozenset("bg bs cs hr mk sk sl sr".split())
_SPOKEN = frozenset("rlрл")
# What opens after the end of a sentence without a space, as "。「", opens the next one.
_OPENING = regex.compile(r"(?<=[。！？])[\p{Ps}\p{Pi}]+$")


def sentences(text: str, language: str = "en") -> Places:
    """Cut a text into contiguous sentences that together cover all of it.

    language: whose abbreviations ("Mr.", "M.") do not end a sentence.
    Returns (start, end) pairs; white space after a sentence belongs to it.

    >>> sentences("One. Two?")
    [(0, 5), (5, 9)]
    """
    return next(sentences_of([text], [language]))


def sentences_of(texts: Iterable[str], languages: Iterable[str]) -> Iterator[Places]:
    """Cut each of some texts as `sentences` does: much faster for many in one language.

    ICU makes its list of abbreviations anew for each breaker, which takes as long as
    some thousands of characters.
    """
    pairs = zip(texts, languages, strict=True)
    while some := list(islice(pairs, _TOGETHER)):
        found: list[Places] = [[] for _ in some]
        for language in {code for _, code in some}:
            at = [i for i, (_, code) in enumerate(some) if code == language]
            cut = _pieces([some[i][0] for i in at], language)
            for i, ends in zip(at, cut, strict=True):
                found[i] = _places(some[i][0], ends, language)
        yield from found


def is_heading(line: str) -> bool:
    """Tell whether a line names what follows it: a few words without a mark at the end,
    a value after a colon, columns, or more than a digit at once; no item of a list.

    >>> is_heading("How to pay\\n"), is_heading("Paid.\\n"), is_heading("- eggs\\n")
    (True, False, False)
    """
    told = line.strip()
    return line.endswith("\n") and len(told) <= _LINE and bool(_HEADING.fullmatch(told))


def terms_by_sentence(
    texts: Iterable[str], languages: Iterable[str]
) -> Iterator[list[list[Term]]]:
    """List the words of each sentence of each text, as `sentences` cuts it.

    >>> for words in next(terms_by_sentence(["One. Two three."], ["en"])):
    ...     print([word.term for word in words])
    ['one']
    ['two', 'three']
    """
    texts, again = tee(texts)
    for text, places in zip(texts, sentences_of(again, languages), strict=True):
        found = terms(text)
        ends = (end for _, end in places)
        cuts = [0, *(bisect_left(found, end, key=lambda t: t.start) for end in ends)]
        yield [found[a:b] for a, b in pairwise(cuts)]


def _pieces(texts: list[str], language: str) -> Iterator[list[int]]:
    """Find where ICU ends the sentences of texts in one language, before their ends: a
    paragraph's end ends a sentence, and leaves those before and after it as they are.
    """
    breaker = SentenceBreaker(_END.join(texts), f"{language or 'en'}@ss=standard")
    # ICU counts in UTF-16 units, and so the pieces are measured.
    ends = list(accumulate(map(len, breaker)))
    start = at = 0
    for text in texts:
        end = start + len(text)
        first, at = bisect_right(ends, start, at), bisect_left(ends, end, at)
        yield [place - start for place in ends[first:at]]
        start = end + len(_END)


def _places(text: str, ends: list[int], language: str) -> Places:
    """Put together what ICU cuts and no reader would; blank lines end what is before
    them."""
    cuts, said = [0], ""
    pieces = [text[a:z] for a, z in pairwise([0, *ends, len(text)])]
    for end, piece, after in zip(ends, pieces, pieces[1:], strict=False):
        said = said or piece.strip()
        before = text[max(cuts[-1], end - _BEFORE) : end]
        if said and after.strip() and not _goes_on(before, after, language):
            opening = _OPENING.search(before)
            cuts.append(end - len(opening[0]) if opening else end)
            said = ""
    return list(pairwise([*cuts, len(text)])) if text else []


def _goes_on(before: str, after: str, language: str) -> bool:
    """Tell whether what ICU takes for two sentences is one."""
    told = before.rstrip()
    if not told.endswith((".", ")")) or "\n" in before[len(told) :]:
        return False
    if _MARKER.fullmatch(told):
        return True
    last = told[-_LONGEST:]
    if _INITIAL.search(last) or (_LETTER.search(last) and _ANOTHER.match(after)):
        return True
    if language in _ORDINALS and _ORDINAL.search(last):
        return True
    word = _WORD.search(last)
    return bool(word) and not _is_spoken(word[1], language)


def _is_spoken(word: str, language: str) -> bool:
    letters = set(unicodedata.normalize("NFD", word.lower()))
    vowels = _VOWELS | _SPOKEN if language in _SYLLABIC else _VOWELS
    return not letters.isdisjoint(vowels)
