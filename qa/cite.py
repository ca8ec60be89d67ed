"""Say where a passage stands, as plain text and as Markdown.

Offsets count Unicode code points of the document's text.
"""

import re

from index.records import Document
from qa.records import Hit

_ACTIVE = re.compile(r"([\\`*_\[\]<>#|~]|&(?=#?\w+;))")
# Two backslashes are one that shows; a third would be the tag's own.
_TAG = re.compile(r"(?<!\\)((?:\\\\)*)<(?=[A-Za-z/!?])")


def citation(hit: Hit) -> str:
    """Name title, source, date, document, page and offsets.

    >>> from index.records import Document, Passage
    >>> post = Document("a.md", "Rain", "It rained.", "The Post", date="2024-05-01")
    >>> citation(Hit(1, 0.5, Passage("a.md", 0, 10, "It rained."), post))
    'Rain, The Post, 2024-05-01 (a.md, characters 0–10)'
    """
    return f"{one_line(', '.join(named(hit)))} {where(hit)}"


def markdown(hit: Hit) -> str:
    """Quote the passage, and cite it below, as Markdown.

    >>> from index.records import Document, Passage
    >>> post = Document("a.md", "Rain*", "It rained.", "The Post")
    >>> print(markdown(Hit(1, 0.5, Passage("a.md", 0, 10, "It rained."), post)))
    > It rained.
    >
    > — *Rain\\*,* The Post (a.md, characters 0–10)
    """
    title, *others = named(hit)
    rest = " ".join([plain(", ".join(others)), plain(where(hit))]).strip()
    title = f"*{plain(title)}{',' if others else ''}*"
    return f"{quote(hit.passage.text)}\n>\n> — {title} {rest}"


def quote(text: str) -> str:
    """Set a text off as a Markdown quotation; tags of HTML show as they are.

    >>> print(quote("1 < 2, <b>so</b>"))
    > 1 < 2, \\<b>so\\</b>
    """
    shown = _TAG.sub(r"\1\\<", text.strip())
    return "\n".join(f"> {line}".rstrip() for line in shown.splitlines())


def plain(text: str) -> str:
    """Put text on one line of Markdown that shows as it is.

    >>> plain("[a](b) *c*")
    '\\\\[a\\\\](b) \\\\*c\\\\*'
    """
    return _ACTIVE.sub(r"\\\1", one_line(text))


def one_line(text: str) -> str:
    """Put text on one line."""
    return " ".join(text.split())


def named(hit: Hit) -> list[str]:
    """Give title, source and date, as far as they are known."""
    document = hit.document
    source = document.source if document.source != document.title else ""
    return [part for part in (document.title, source, document.date) if part] or [""]


def where(hit: Hit) -> str:
    """Give document, page and offsets, in brackets."""
    passage = hit.passage
    page = pages(hit.document, passage.start, passage.end)
    paged = f", p. {page}" if page else ""
    offsets = f"characters {passage.start}–{passage.end}"
    return one_line(f"({hit.document.id}{paged}, {offsets})")


def pages(document: Document, start: int, end: int) -> str:
    """Number the pages that a stretch stands on; nothing without pages.

    >>> pages(Document("a.pdf", "A", "One. Two.", pages=(0, 5)), 0, 9)
    '1–2'
    """
    first, last = document.page(start), document.page(max(start, end - 1))
    return "" if not first else f"{first}" if first == last else f"{first}–{last}"
