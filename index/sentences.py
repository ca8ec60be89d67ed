"""Sentences of a text in any language, with exact offsets.

Boundaries are Unicode's (UAX #29) but for what is put together again here: what a
reader would call the beginning of a sentence, as an abbreviation, an initial or the
number of a day, answers nothing. Pure.

ICU's own lists of abbreviations (`ss=standard`) are left out: it also finds them at the
end of longer words, "r." in "Jahr.", and so joins far more sentences than it mends.
"""

import unicodedata
from bisect import bisect_left
from itertools import accumulate, pairwise

import regex
from icu4py.breakers import SentenceBreaker

from index.tokens import Term, terms

Places = list[tuple[int, int]]

# What ends no sentence on its line: the number or letter of a list's item, which is all
# that stands before; an initial, or the "г." of a town; one letter before another
# abbreviation or a number ("z. B.", "p. 5").
_MARKER = regex.compile(r"\s*(?:[-*•–]\s*)?\(?(?:\p{N}{1,3}|\p{L})[.)]")
_INITIAL = regex.compile(r"(?<![\p{L}\p{M}\p{N}'’°º]|\p{N}\s)[\p{Lu}\p{Lo}г]\.$")
_LETTER = regex.compile(r"(?<![\p{L}\p{M}\p{N}'’-])\p{L}\.$")
_ANOTHER = regex.compile(r"\p{L}{1,3}\.|\p{N}")
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
# Abbreviations that can be spoken and end no sentence, our own list from general
# knowledge: in any language those that are a word in none; before a number those of
# places in a book, of months and of amounts; and in one language what is a word in
# another, or a ruler's number. As listed or with a capital letter. What often ends a
# sentence, as "etc." and "Inc.", is not here.
_SHORT = regex.compile(r"(?<![\p{L}\p{M}\p{N}])(\p{L}[\p{L}\p{M}.]*)\.$")
_NUMBER = regex.compile(r"\p{N}|[IVXLC]{2,}\b")
_ANYWHERE = frozenset(
    """
    prof profa dr sra sras srta srtas dott avv Ing inż inž arq exmo exma excmo excma
    rvdo sres messrs mevr mw Ste Sta Sto Lic Rev Hon Brig MM PhDr JUDr MUDr RNDr doç
    ifj özv approx aprox bijv bzw vgl npr např napr popř příp esim piem resp evt evtl
    incl inkl excl exkl ekskl allg ehem gegr engl ital griech hiszp łac niem ransk tzw
    św wł avda boul nám éd szerk EE Mio Mrd Tsd b.v bl.a d.h d.v.s d.w.z e.g f.eks
    i.d.r i.e i.p.v m.b.t m.in o.a p.ej p.ex p.g.a p.sh t.ex t.i t.j t.o.v u.a z.b т.е
    т.к λ.χ π.χ проф акад доц инж ул просп бул вул обл ім напр англ исп ісп итал яп
    греч укр енг долл δηλ δρ αγ βλ μτφ डॉ डा प्रो पं ดร
    """.split()
)
_NUMBERED = frozenset(
    """
    no nos nr n.º nº num núm art abb Abs kap Tab ziff fig figs vol vols sec sect séc
    eq ref ch chap cap pág págs pàg pag pagg tel obr odst alin str br čl Op al ap ca
    env ok godz рис табл стр гл ст бл σελ αρ jan janv ene feb febr févr fev mar mrt
    apr avr abr jun juin jul juil aug sep sept okt oct ott nov dec déc dez dic янв
    февр апр авг сент окт нояб дек
    """.split()
)
_RULERS = " II III IV VI VII VIII IX XI XII XIII XIV XV XVI XVII XVIII XIX XX"
_IN = {
    code: _ANYWHERE.union(words.split())
    for codes, words in {
        "en": "Capt Col Gen Gov Lieut Maj Pres Rep Sen Supt viz",
        "de": "Aufl bes Dipl Fa Fam geb Gebr gest Inh insb kath lat österr russ sog",
        "fr": "anc apr av coll dir",
        "ca es pt": "av Dª Dña dra dras ej eng gral ilma ilmo Lcda Lcdo Lda Ldo Pe",
        "it": "arch es geom ing rag sig sigg simb",
        "nl": "ing ir",
        "pl": "abp al ang gen hab im kard ul zob",
        "cs sk": "doc ing ul",
        "id": "Ir Jend Ny",
        "vi": "GS PGS ThS TP TS",
        "ro": "av dna jud șos",
        "bs hr sr": "ul",
        "sl": "oz ul",
        "el": "κ",
        "hu": _RULERS,
        "tr": "Alb Av cad mah sok ör örn" + _RULERS,
    }.items()
    for code in codes.split()
}
_LONGEST = 8  # characters that these look at
_BEFORE = 64  # and blanks after them
_HEADING = regex.compile(
    r"(?![-*•–>]|\p{N}+[.)])(?:(?!\p{N}{2})[^\n\t|:：])*[\p{L}\p{M}]"
)
_LINE = 80
_VOWELS = frozenset("aeiouywæœøıаеиоуыэюяєіў")
_SYLLABIC = frozenset("bg bs cs hr mk sk sl sr".split())
_SPOKEN = frozenset("rlрл")
# What opens after the end of a sentence without a space, as "。「", opens the next one.
_OPENING = regex.compile(r"(?r)(?<=[。！？])[\p{Ps}\p{Pi}]+")


def sentences(text: str, language: str = "en") -> Places:
    """Cut a text into contiguous sentences that together cover all of it.

    language: whose abbreviations ("Mr.", "M.") do not end a sentence.
    Returns (start, end) pairs; white space after a sentence belongs to it.

    >>> sentences("One. Two?")
    [(0, 5), (5, 9)]
    """
    # ICU counts in UTF-16 units, and so the pieces are measured.
    ends = list(accumulate(map(len, SentenceBreaker(text, language or "en"))))
    return _places(text, ends[:-1], language)


def is_heading(line: str) -> bool:
    """Tell whether a line names what follows it: a few words without a mark at the end,
    a value after a colon, columns, or more than a digit at once; no item of a list.

    >>> is_heading("How to pay\\n"), is_heading("Paid.\\n"), is_heading("- eggs\\n")
    (True, False, False)
    """
    told = line.strip()
    return line.endswith("\n") and len(told) <= _LINE and bool(_HEADING.fullmatch(told))


def terms_by_sentence(text: str, language: str) -> list[list[Term]]:
    """List the words of each sentence of a text, as `sentences` cuts it.

    >>> for words in terms_by_sentence("One. Two three.", "en"):
    ...     print([word.term for word in words])
    ['one']
    ['two', 'three']
    """
    found = terms(text)
    ends = (end for _, end in sentences(text, language))
    cuts = [0, *(bisect_left(found, end, key=lambda t: t.start) for end in ends)]
    return [found[a:b] for a, b in pairwise(cuts)]


def _places(text: str, ends: list[int], language: str) -> Places:
    """Put together what ICU cuts and no reader would; blank lines end what is before
    them."""
    cuts, said = [0], ""
    pieces = [text[a:z] for a, z in pairwise([0, *ends, len(text)])]
    for end, piece, after in zip(ends, pieces, pieces[1:], strict=False):
        said = said or piece.strip()
        before = text[max(cuts[-1], end - _BEFORE) : end]
        if said and after.strip() and not _goes_on(before, after, language):
            opening = _OPENING.match(before)
            cuts.append(end - len(opening[0]) if opening else end)
            said = ""
    return list(pairwise([*cuts, len(text)])) if text else []


def _goes_on(before: str, after: str, language: str) -> bool:
    """Tell whether what ICU takes for two sentences is one."""
    told = before.rstrip()
    last = told[-_LONGEST:]
    if not last.endswith((".", ")")) or "\n" in before[len(told) :]:
        return False
    if len(last) == _LONGEST and last[:-1].isalpha():  # a longer word than any
        return False
    if _MARKER.fullmatch(told):
        return True
    if _INITIAL.search(last) or (_LETTER.search(last) and _ANOTHER.match(after)):
        return True
    if language in _ORDINALS and _ORDINAL.search(last):
        return True
    if (short := _SHORT.search(last)) and _is_short(short[1], after, language):
        return True
    word = _WORD.search(last)
    return bool(word) and not _is_spoken(word[1], language)


def _is_short(word: str, after: str, language: str) -> bool:
    """Tell whether a word is listed as an abbreviation before what follows."""
    forms = (word, word[0].lower() + word[1:])
    known = _IN.get(language, _ANYWHERE)
    if any(form in known for form in forms):
        return True
    return any(form in _NUMBERED for form in forms) and bool(_NUMBER.match(after))


def _is_spoken(word: str, language: str) -> bool:
    letters = set(unicodedata.normalize("NFD", word.lower()))
    vowels = _VOWELS | _SPOKEN if language in _SYLLABIC else _VOWELS
    return not letters.isdisjoint(vowels)
