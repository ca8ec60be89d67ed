"""Numbers that a browser gives to the items of ordered lists: "3. ", "b. ", "iv. ".

They stand in no text. In doubt there is no number, rather than a wrong one: pages often
have lists that a style leaves without numbers, and those have a class.
"""

from dataclasses import dataclass

import regex

from index.readers.numbering import FORM, written

_LISTS = frozenset("ol ul menu dir".split())
_UNMARKED = regex.compile(r"list-style(-type)?\s*:\s*none", regex.I)
_WHOLE = regex.compile(r"-?\d{1,5}")
_DEEPEST = 100  # lists within each other


@dataclass(slots=True)
class _List:
    tag: str
    form: str  # "" for none
    next: int


class Items:
    """The lists of a page that we are in, and the number of the item that begins."""

    def __init__(self) -> None:
        self._lists: list[_List] = []
        self._label = ""

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Take notice of a start tag."""
        if tag in _LISTS and len(self._lists) < _DEEPEST:
            form = _form(attributes) if tag == "ol" else ""
            first = _whole(attributes.get("start", ""))
            self._lists.append(_List(tag, form, 1 if first is None else first))
        elif tag == "li":
            self._label = ""
            if self._lists and self._lists[-1].form:
                own = self._lists[-1]
                told = _whole(attributes.get("value", ""))
                number = own.next if told is None else told
                own.next = number + 1
                label = written(own.form, number)
                self._label = f"{label}. " if label else ""

    def end(self, tag: str) -> None:
        """Take notice of an end tag."""
        if tag in _LISTS or tag == "li":
            self._label = ""
        if tag in _LISTS and any(one.tag == tag for one in self._lists):
            while self._lists.pop().tag != tag:
                pass  # was left open within

    def numbered(self, text: str) -> str:
        """Put the number of the item before its first text, unless that has it."""
        if not self._label or not (written := text.lstrip()):
            return text
        label, self._label = self._label, ""
        return text if written.startswith(label.strip()) else f"{label}{written}"


def _form(attributes: dict[str, str]) -> str:
    """Name how the items of an ordered list are numbered, "" where they may be not."""
    declared = "start" in attributes or "type" in attributes
    hidden = "reversed" in attributes or "role" in attributes
    if hidden or _UNMARKED.search(attributes.get("style", "")):
        return ""
    if attributes.get("class") and not declared:
        return ""
    return FORM.get(attributes.get("type", "1"), "")


def _whole(value: str) -> int | None:
    return int(value) if _WHOLE.fullmatch(value.strip()) else None
