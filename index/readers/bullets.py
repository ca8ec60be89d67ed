"""Numbers that PowerPoint gives to paragraphs: "1. ", "b) " (ECMA-376-1, 21.1.2.4.1).

They stand in no text. In doubt there is no number, rather than a wrong one, as in
`numbering`: what paragraphs have of a layout or a master is not looked for.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from index.readers.elements import Event
from index.readers.numbering import forget, whole, written

_BULLETS = ("buNone", "buChar", "buBlip", "buAutoNum")
_LEVEL = re.compile("lvl([1-9])pPr")  # of the styles of a text
_TYPE = re.compile("([a-z]+(?:[LU]c)?)(Period|Plain|ParenR|ParenBoth)")
_FORMS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_AROUND = {"Period": "{}. ", "Plain": "{} ", "ParenR": "{}) ", "ParenBoth": "({}) "}


class _Bullet(NamedTuple):
    """How a paragraph is numbered; those of one list have the same."""

    type: str  # "" for not at all
    first: int


_NONE = _Bullet("", 1)


class Bullets:
    """The text that we are in, and how far its levels are counted."""

    def __init__(self) -> None:
        self._styles = dict[int, _Bullet]()  # by level, from 0
        self._counts = dict[int, tuple[_Bullet, int]]()  # by level, the last number
        self._level = 0
        self._own: _Bullet | None = None  # of the paragraph, where it says so
        self._is_due = False  # it has no text yet
        self._is_style = False  # what is said of bullets is of the level
        self._before = ""  # the tag that was opened last

    def numbered(self, events: Iterable[Event]) -> Iterator[Event]:
        """Put numbers before the texts of paragraphs."""
        for event in events:
            kind, name, attributes = event
            if kind == "start":
                self._begin(name, attributes)
                self._before = name
            elif kind == "text" and self._is_due and not name.isspace():
                self._is_due = False
                yield Event("text", self._number(), {})
            elif kind == "end" and name == "p" and self._is_due:
                self._is_due = False
                self._pass_over()
            yield event

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "bodyPr":
            self._styles, self._counts = {}, {}
        elif name == "p":
            self._level, self._own = 0, None
            self._is_due, self._is_style = True, False
        elif name == "pPr" and self._before == "p":  # a field may have one, too
            self._level = whole(attributes.get("lvl", ""))
        elif place := _LEVEL.fullmatch(name):
            self._level, self._is_style = int(place[1]) - 1, True
        elif name in _BULLETS and self._is_style:
            self._styles[self._level] = _bullet(name, attributes)
        elif name in _BULLETS and self._is_due:
            self._own = _bullet(name, attributes)

    def _bullet(self) -> _Bullet:
        """Give how the paragraph is numbered; it ends what is counted below it."""
        forget(self._counts, self._level)
        return self._own or self._styles.get(self._level, _NONE)

    def _number(self) -> str:
        """Count the paragraph, and give its number with what parts it from the text."""
        bullet = self._bullet()
        before, last = self._counts.pop(self._level, (_NONE, 0))
        if not bullet.type:
            return ""
        number = last + 1 if before == bullet else bullet.first
        self._counts[self._level] = bullet, number
        return _label(bullet.type, number)

    def _pass_over(self) -> None:
        """Take notice of an empty paragraph: it has no number, and may end a list."""
        bullet = self._bullet()
        if self._counts.get(self._level, (bullet,))[0] != bullet:
            del self._counts[self._level]


def _bullet(name: str, attributes: dict[str, str]) -> _Bullet:
    if name != "buAutoNum":
        return _NONE
    kind = attributes.get("type", "")
    return _Bullet(kind, whole(attributes.get("startAt", ""), 1))


def _label(kind: str, number: int) -> str:
    known = _TYPE.fullmatch(kind)
    form = _FORMS.get(known[1] if known else "", "")
    text = written(form, number) if form else ""
    return _AROUND[known[2]].format(text) if known and text else ""
