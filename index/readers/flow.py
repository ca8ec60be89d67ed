"""Paragraphs and tables out of XML events, for formats that differ only in names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from index.readers.elements import Event

_SPACE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a format calls things: each field holds names of tags.

    texts: what holds characters; empty when all of a paragraph does, white space being
    one space. skipped: what is not read. marks: what stands for characters. styles:
    what names the style of a paragraph, and in which attribute.
    """

    paragraphs: frozenset[str]
    rows: frozenset[str]
    cells: frozenset[str]
    texts: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    marks: Mapping[str, str] = field(default_factory=dict)
    styles: Mapping[str, str] = field(default_factory=dict)


class Block(NamedTuple):
    """A paragraph, or a row of a table (its cells parted by ` | `)."""

    text: str
    style: str
    is_row: bool


def blocks(events: Iterable[Event], dialect: Dialect) -> Iterator[Block]:
    """Give what is written, in order; what is within a cell becomes part of it."""
    # Texts of the paragraphs, rows and cells we are in; all that is written is last.
    inside: list[list[str]] = []
    texts = skipped = 0
    style = ""
    holders = dialect.paragraphs | dialect.rows | dialect.cells
    for kind, name, attributes in events:
        if kind == "text":
            if inside and not skipped and (texts or not dialect.texts):
                inside[-1].append(name if dialect.texts else _SPACE.sub(" ", name))
            continue
        step = 1 if kind == "start" else -1
        skipped += step * (name in dialect.skipped)
        texts += step * (name in dialect.texts)
        if kind == "start":
            if name in dialect.paragraphs:
                style = ""
            style = attributes.get(dialect.styles.get(name, ""), style)
            if name in holders:
                inside.append([])
            elif inside and not skipped:
                inside[-1].append(dialect.marks.get(name, ""))
        elif name in holders:
            text = _joined(inside.pop(), name, dialect)
            if inside:
                inside[-1].append(text)
            elif text:
                yield Block(text, style, name in dialect.rows)


def _joined(parts: list[str], name: str, dialect: Dialect) -> str:
    if name in dialect.rows:
        return " | ".join(part for part in parts if part)
    if name in dialect.cells:
        return " ".join(part for part in parts if part)
    return "".join(parts).strip()


def text_of(written: Iterable[Block]) -> str:
    """Join blocks: a blank line between them, none between rows of a table."""
    text, after_row = [], False
    for block in written:
        text += ["\n" if block.is_row and after_row else "\n\n", block.text]
        after_row = block.is_row
    return "".join(text[1:])
