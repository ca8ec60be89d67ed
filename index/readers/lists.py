"""Numbers that LibreOffice gives to paragraphs: "2.1 ", "a) " (ODF 1.3, part 3, 5.3).

They stand in no text: an item of a list, or a heading, has a level of a list style. In
doubt there is no number, rather than a wrong one, as in `numbering`. Bullets are left
out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from index.readers.elements import Event
from index.readers.numbering import FORM, forget, whole, written

_UNREAD = ("tracked-changes", "annotation", "forms")  # deleted, and beside the text
_PARAGRAPHS = ("p", "h")
_NUMBERS = ("list-level-style-number", "outline-level-style")
_FORMS = FORM | {
    "01, 02, 03, ...": "decimalZero",
    "一, 二, 三, ...": "chineseCounting",
}
_PLACE = re.compile("%([0-9]{1,2})%")  # of the number of a level
_LEVELS, _LONGEST = 10, 100  # of a list, and characters of a number

Fields = dict[str, str]  # what is said of a level or style: names and values
Counts = dict[int, int]  # how far a list is counted: levels, from 1, and numbers


@dataclass(slots=True)
class _List:
    """A list that we are in; one without a style has that of its paragraphs."""

    style: str | None
    counts: Counts
    item: Fields = field(default_factory=dict)  # what is said of the one that is open
    is_due: bool = False  # it had no paragraph yet
    has_list: bool = False  # it had one


class Lists:
    """The lists of a document, and how far each is counted."""

    def __init__(self, styles: Iterable[Event]) -> None:
        self._levels = dict[str, dict[int, Fields]]()  # by list style
        self._styles = dict[str, Fields]()  # of paragraphs
        self._outline = ""  # the list style of headings
        self._chapters = Counts()  # how far headings are counted
        self._lists = list[_List]()  # that we are in, the innermost last
        self._around = list[list[_List]]()  # the paragraphs that we are in
        self._last = _List(None, {})  # that was in no other
        self._counts = dict[str, Counts]()  # by the ids of lists
        self._used = set[str | None]()  # list styles
        self._level, self._defined = Fields(), dict[int, Fields]()  # being read
        for kind, name, attributes in styles:
            if kind == "start":
                self._define(name, attributes)

    def numbered(self, events: Iterable[Event]) -> Iterator[Event]:
        """Put numbers before the texts of paragraphs."""
        unread = 0
        for event in events:
            kind, name, attributes = event
            yield event
            if kind == "text":
                continue
            if name in _UNREAD:
                unread += 1 if kind == "start" else -1
            elif unread:
                continue
            elif name in _PARAGRAPHS and kind == "start":
                if number := self._number(name, attributes):
                    yield Event("text", number, {})
                self._around.append(self._lists)  # lists in a note are apart
                self._lists = []
            elif name in _PARAGRAPHS:
                self._lists = self._around.pop()
            elif kind == "start":
                self._begin(name, attributes)
            elif name == "list":
                self._lists.pop()

    def _define(self, name: str, attributes: Fields) -> None:
        own = attributes.get("name", "")
        if name == "style" and attributes.get("family") == "paragraph":
            self._styles[own] = attributes
        elif name in ("list-style", "outline-style"):
            own = own or name  # before ODF 1.2 that of headings had none
            self._defined = self._levels[own] = {}
            self._outline = own if name == "outline-style" else self._outline
        elif "-level-style" in name:
            self._level = dict(attributes)
            if name in _NUMBERS:
                self._defined[whole(attributes.get("level", ""))] = self._level
        elif name == "list-level-label-alignment":
            self._level |= attributes

    def _begin(self, name: str, attributes: Fields) -> None:
        if name == "list":
            opened = self._opened(attributes)
            if not self._lists:
                self._last = opened
            else:
                self._lists[-1].is_due, self._lists[-1].has_list = False, True
            self._lists.append(opened)
            if "id" in attributes:
                self._counts[attributes["id"]] = opened.counts
        elif name in ("list-item", "list-header") and self._lists:
            own = self._lists[-1]
            own.item, own.has_list = attributes, False
            own.is_due = name == "list-item"
        else:
            self._define(name, attributes)

    def _opened(self, attributes: Fields) -> _List:
        """Begin a list, or go on with one.

        A list in another is counted with that: LibreOffice counts it anew after a
        paragraph above it, or another list in its item, not where it begins.
        """
        before = self._lists[-1] if self._lists else self._last
        inherited = before.style if self._lists else None
        style = attributes.get("style-name", inherited)
        goes_on = attributes.get("continue-numbering", "")
        is_used = style in self._used
        self._used.add(style)
        if style == self._outline:
            return _List(style, self._chapters)
        continued = self._counts.get(attributes.get("continue-list", ""))
        if continued is not None:
            return _List(style, continued)
        if style == before.style and (self._lists or goes_on == "true"):
            if goes_on == "false" or (before.has_list and not goes_on):
                forget(before.counts, len(self._lists))
            return _List(style, before.counts)
        is_doubtful = goes_on == "true" and is_used  # programs differ
        return _List("" if is_doubtful else style, {})

    def _number(self, name: str, attributes: Fields) -> str:
        """Count a paragraph, and give its number with what parts it from the text."""
        told = self._list_style(attributes.get("style-name", ""))
        if self._lists:
            return self._of_item(told)
        if name == "h" and not self._around and told in (None, self._outline):
            return self._of_heading(attributes)
        return ""

    def _of_item(self, told: str | None) -> str:
        """Number the first paragraph of an item; others have no number."""
        own = self._lists[-1]
        if not own.is_due:
            return ""
        own.is_due = False
        style = own.item.get("style-override", told if own.style is None else own.style)
        start = own.item.get("start-value", "")
        return self._counted(style or "", len(self._lists), own.counts, start)

    def _of_heading(self, attributes: Fields) -> str:
        if attributes.get("is-list-header") == "true":
            return ""
        level = whole(attributes.get("outline-level", ""), 1)
        if attributes.get("restart-numbering") == "true":
            forget(self._chapters, level - 1)
        start = attributes.get("start-value", "")
        return self._counted(self._outline, level, self._chapters, start)

    def _counted(self, style: str, level: int, counts: Counts, start: str) -> str:
        if level > _LEVELS:
            return ""
        levels = self._levels.get(style, {})
        first = whole(levels.get(level, {}).get("start-value", ""), 1)
        counts[level] = whole(start, counts.get(level, first - 1) + 1)
        forget(counts, level)
        return _label(level, levels, counts)

    def _list_style(self, style: str) -> str | None:
        """Find what a paragraph's style, or one that it is of, says of a list."""
        for _ in range(10):  # styles may be of one another in a circle
            said = self._styles.get(style, {})
            if "list-style-name" in said:
                return said["list-style-name"]
            style = said.get("parent-style-name", "")
        return None


def _label(level: int, levels: dict[int, Fields], counts: Counts) -> str:
    own = levels.get(level, {})
    if not own.get("num-format"):
        return ""

    def shown(at: int) -> str:
        text = written(_FORMS[levels[at]["num-format"]], counts[at])
        if not text:
            raise KeyError(at)
        return text

    try:
        # LibreOffice writes this beside the rest, and follows it alone.
        if (pattern := own.get("num-list-format")) is not None:
            text = _PLACE.sub(lambda at: shown(int(at[1])), pattern[:_LONGEST])
        else:
            before, after = own.get("num-prefix", ""), own.get("num-suffix", "")
            first = max(level + 1 - whole(own.get("display-levels", ""), 1), 1)
            places = range(first, level + 1)
            numbers = [shown(at) for at in places if levels[at].get("num-format")]
            text = before[:_LONGEST] + ".".join(numbers) + after[:_LONGEST]
    except KeyError:
        return ""
    is_close = not text or own.get("label-followed-by") == "nothing"
    return text if is_close else f"{text} "
