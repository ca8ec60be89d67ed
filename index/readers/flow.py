"""Paragraphs and tables out of XML events, for formats that differ only in names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from index.readers.elements import Event

_SPACE = re.compile(r"[ \t\r\n]+")
_RUN, _OFF = "r", ("0", "false", "off")  # ECMA-376-1, 17.17.4


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a format calls things: each field holds names of tags.

    texts: what holds characters; empty when all of a paragraph does, white space being
    one space. notes: what holds a note where its sign stands. skipped: what is not
    read. hides: what hides the run that it is in. marks: what stands for characters.
    styles: what names the style of a paragraph, and in which attribute.
    """

    paragraphs: frozenset[str]
    rows: frozenset[str]
    cells: frozenset[str]
    texts: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    hides: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    styles: Mapping[str, str] = field(default_factory=dict)


class Block(NamedTuple):
    """A paragraph, or a row of a table (its cells parted by ` | `)."""

    text: str
    style: str
    is_row: bool


@dataclass(slots=True)
class _Holder:
    """A paragraph, row, cell or note that is open, and what was written in it.

    after: blocks within a paragraph or a note, such as those of a text box.
    """

    name: str
    style: str = ""
    parts: list[str] = field(default_factory=list)
    after: list[Block] = field(default_factory=list)


def blocks(events: Iterable[Event], dialect: Dialect) -> list[Block]:
    """Give what is written, in order.

    What is within a cell becomes part of it; a paragraph within a paragraph comes
    after it; notes come last.
    """
    whole, notes = _Holder(""), list[Block]()
    inside = [whole]
    texts = skipped = 0
    hidden = False
    holders = dialect.paragraphs | dialect.rows | dialect.cells | dialect.notes
    for kind, name, attributes in events:
        if kind == "text":
            if not (skipped or hidden) and (texts or not dialect.texts):
                shown = name if dialect.texts else _SPACE.sub(" ", name)
                inside[-1].parts.append(shown)
            continue
        step = 1 if kind == "start" else -1
        skipped += step * (name in dialect.skipped)
        texts += step * (name in dialect.texts)
        if kind == "start":
            inside += [_Holder(name)] if name in holders else []
            if name == dialect.hides and not skipped:
                hidden = attributes.get("val", "1") not in _OFF
            hidden &= name != _RUN
            if not skipped:
                _mark(inside[-1], name, attributes, dialect)
        elif name in holders:
            written = _written(inside.pop(), dialect)
            if name in dialect.notes:
                notes += written
            else:
                _put(written, inside[-1], dialect)
    return whole.after + notes


def _mark(
    holder: _Holder, name: str, attributes: Mapping[str, str], dialect: Dialect
) -> None:
    holder.parts.append(dialect.marks.get(name, ""))
    holder.style = attributes.get(dialect.styles.get(name, ""), holder.style)


def _written(holder: _Holder, dialect: Dialect) -> list[Block]:
    """Give what a closed holder says; a note says what is in its paragraphs."""
    text = _joined(holder.parts, holder.name, dialect)
    if holder.name in dialect.notes or not text:
        return holder.after
    return [Block(text, holder.style, holder.name in dialect.rows), *holder.after]


def _put(written: list[Block], holder: _Holder, dialect: Dialect) -> None:
    if holder.name not in dialect.rows | dialect.cells:
        holder.after += written
        return
    for block in written:
        holder.parts.append(block.text)
        holder.style = block.style


def _joined(parts: list[str], name: str, dialect: Dialect) -> str:
    if name in dialect.rows:
        return row(parts)
    if name in dialect.cells:
        return " ".join(" ".join(parts).split())  # a row is one line
    return "".join(parts).strip()


def row(cells: Iterable[str]) -> str:
    """Write the cells of a table's row as a line, without empty ones."""
    return " | ".join(filter(str.strip, cells))


def text_of(written: Iterable[Block]) -> str:
    """Join blocks: a blank line between them, none between rows of a table."""
    text, after_row = [], False
    for block in written:
        text += ["\n" if block.is_row and after_row else "\n\n", block.text]
        after_row = block.is_row
    return "".join(text[1:])
