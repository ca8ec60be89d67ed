"""Numbers that Word gives to paragraphs: "1.", "a)", "§ 3", "2.1" (ECMA-376-1, 17.9).

They stand in no text: a paragraph, or its style, names a list and a level of it. In
doubt there is no number, rather than a wrong one: where a level above was not counted
yet, or numbers are written in a way that is not known here. Bullets are left out.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from index.readers.elements import Event
from index.readers.package import Package

_UNREAD = ("Fallback", "pPrChange")  # the same again, and what was before
_TOLD = ("pStyle", "numId", "ilvl", "del", "moveFrom")  # of a paragraph
_PLACE = re.compile("%([1-9])")  # of the number of a level
_LEVELS, _LONGEST = 9, 100  # of a list, and characters of a number
_LETTERS, _ROMAN_END = 26, 4000  # up to where programs agree
_ROMAN = list(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        "m cm d cd c xc l xl x ix v iv i".split(),
        strict=True,
    )
)

# How HTML and OpenDocument name the ways to write a number.
FORM = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
}

Fields = dict[str, str]  # what is said of a level, style or paragraph: names and values


class Numbering:
    """The lists of a document, and how far each is counted."""

    def __init__(self, package: Package, main: str) -> None:
        self._styles = defaultdict[str, Fields](dict)
        self._levels = defaultdict[str, dict[int, Fields]](dict)  # by list
        self._starts = dict[tuple[str, int], int]()  # anew, where a list begins
        self._counted_as = defaultdict[str, str](str)  # lists that are counted together
        self._counts = defaultdict[str, dict[int, int]](dict)
        for part in package.linked(main, "styles"):
            self._read_styles(package.events(part))
        for part in package.linked(main, "numbering"):
            self._read_lists(package.events(part))

    def numbered(self, events: Iterable[Event]) -> Iterator[Event]:
        """Put numbers before the texts of paragraphs, in the order in which they are
        counted."""
        told, unread = Fields(), 0
        for event in events:
            kind, name, attributes = event
            yield event
            if name in _UNREAD and kind != "text":
                unread += 1 if kind == "start" else -1
            elif unread or kind == "text":
                continue
            elif kind == "start" and name == "pPr":
                told = {}
            elif kind == "start" and name in _TOLD:
                told[name] = attributes.get("val", "")
            elif name == "pPr" and (number := self._number(told)):
                yield Event("start", "t", {})
                yield Event("text", number, {})
                yield Event("end", "t", {})

    def _read_styles(self, events: Iterable[Event]) -> None:
        style = ""
        for kind, name, attributes in events:
            if kind == "start" and name == "style":
                style = attributes.get("styleId", "")
            elif kind == "start" and name in ("basedOn", "numId", "ilvl"):
                self._styles[style][name] = attributes.get("val", "")

    def _read_lists(self, events: Iterable[Event]) -> None:
        """Lists (num) are of a kind (abstractNum), of which they may alter levels."""
        kinds = defaultdict[str, dict[int, Fields]](dict)
        links = dict[str, str]()  # a kind that is a style's
        levels, level = dict[int, Fields](), Fields()
        of = number = ""
        depth = 0
        for kind, name, attributes in events:
            if kind != "start":
                continue
            value = attributes.get("val", "")
            if name == "abstractNum":
                of = attributes.get("abstractNumId", "")
                levels = kinds[of]
            elif name == "numStyleLink":
                links[of] = value
            elif name == "num":
                number = attributes.get("numId", "")
                levels = self._levels[number]
            elif name == "abstractNumId":
                self._counted_as[number] = value
            elif name in ("lvlOverride", "lvl"):
                depth = whole(attributes.get("ilvl", ""))
                is_level = name == "lvl" and depth < _LEVELS
                level = levels.setdefault(depth, {}) if is_level else {}
            elif name == "startOverride":
                self._starts[number, depth] = whole(value)
            else:
                level.setdefault(name, value)
        for number, of in self._counted_as.items():
            linked = self._styles[links[of]].get("numId", "") if of in links else ""
            of = self._counted_as[number] = self._counted_as.get(linked, of)
            self._levels[number] = kinds[of] | self._levels[number]

    def _number(self, told: Fields) -> str:
        """Count a paragraph, and give its number with what parts it from the text."""
        style = told.get("pStyle", "")
        inherited = self._inherited(style)
        number = told.get("numId", inherited.get("numId", ""))
        levels = self._levels.get(number, {})
        depth = whole(told.get("ilvl", inherited.get("ilvl", "0")))
        if style and told.keys().isdisjoint({"numId", "ilvl"}):
            own = (at for at, level in levels.items() if level.get("pStyle") == style)
            depth = next(own, depth)
        if depth not in levels or "del" in told or "moveFrom" in told:
            return ""
        counts = self._counts[self._counted_as[number]]
        self._count(number, depth, levels, counts)
        return _label(depth, levels, counts)

    def _inherited(self, style: str) -> Fields:
        found = Fields()
        for _ in range(10):  # styles may be based on one another in a circle
            found = self._styles[style] | found
            style = found.pop("basedOn", "")
        return found

    def _count(
        self,
        number: str,
        depth: int,
        levels: dict[int, Fields],
        counts: dict[int, int],
    ) -> None:
        first = whole(levels[depth].get("start", "0"))
        following = counts.get(depth, first - 1) + 1
        counts[depth] = self._starts.pop((number, depth), following)
        for below in [level for level in counts if level > depth]:
            restart = levels.get(below, {}).get("lvlRestart")
            if restart is None or depth < whole(restart):
                del counts[below]


def _label(depth: int, levels: dict[int, Fields], counts: dict[int, int]) -> str:
    level = levels[depth]
    if level.get("numFmt") == "bullet":
        return ""

    def shown(place: re.Match[str]) -> str:
        at = int(place[1]) - 1
        form = "decimal" if "isLgl" in level else levels[at].get("numFmt", "decimal")
        return _FORMS[form](counts[at])

    try:
        text = _PLACE.sub(shown, level.get("lvlText", "")[:_LONGEST])[:_LONGEST]
    except KeyError:
        return ""
    return text if level.get("suff") == "nothing" else f"{text} "


def written(form: str, number: int) -> str:
    """Write a number, or nothing where programs differ in how it is written."""
    if form != "decimal" and not 0 < number < _ROMAN_END:
        return ""
    if form.endswith("Letter") and number > _LETTERS:
        return ""
    return _FORMS[form](number)


def forget(counts: dict[int, Any], level: int) -> None:
    """Count anew what is below a level."""
    for below in [one for one in counts if one > level]:
        del counts[below]


def whole(value: str, otherwise: int = 0) -> int:
    """Give a number of at most five digits, or another."""
    return int(value) if value.isdecimal() and len(value) < 6 else otherwise


def _letters(number: int) -> str:
    """Write a number as a letter, which repeats beyond the last one.

    >>> _letters(2), _letters(28)
    ('b', 'bb')
    """
    again, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * min(again + 1, _LONGEST)


def _roman(number: int) -> str:
    """Write a number in Roman numerals.

    >>> _roman(14), _roman(1999)
    ('xiv', 'mcmxcix')
    """
    written = ""
    for value, numeral in _ROMAN:
        written += numeral * min(number // value, _LONGEST)
        number %= value
    return written


def _han(number: int) -> str:
    """Write a number in Chinese characters; raises KeyError where it is over 99.

    >>> _han(7), _han(10), _han(32)
    ('七', '十', '三十二')
    """
    tens, ones = divmod(number, 10)
    digits: dict[int, str] = dict(enumerate(["", *"一二三四五六七八九"]))
    before = "" if tens == 1 else digits[tens]
    return before + ("十" if tens else "") + digits[ones]


_FORMS: dict[str, Callable[[int], str]] = {
    "none": lambda _: "",
    "decimal": str,
    "decimalZero": "{:02}".format,
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "chineseCounting": _han,
    "chineseCountingThousand": _han,
    "japaneseCounting": _han,
    "taiwaneseCountingThousand": _han,
}
