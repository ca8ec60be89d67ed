"""HTML pages, saved to disk; nothing is fetched.

What is kept is what one reads: navigation, headers, footers and scripts are left
out, and each block is a paragraph of its own.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from index.readers.decode import load
from index.readers.fields import document
from index.records import Document

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?([A-Za-z0-9_:.-]{1,40})", re.I)
_SPACE = re.compile(r"[ \t\n]+")

_SKIPPED = frozenset(
    "script style nav header footer noscript template svg iframe button select "
    "textarea".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body dd details div dl dt fieldset figcaption "
    "figure form h1 h2 h3 h4 h5 h6 hr html li main ol p pre section summary table "
    "tbody td th thead title tr ul".split()
)


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a page with the title, language and date that it declares."""
    page = _Page()
    # No close(): what it would do with tags left open takes quadratic time.
    page.feed(load(path, _CHARSET) + "\n")
    yield document(
        name,
        page.text(),
        title=page.title() or path.stem,
        source=page.meta.get("og:site_name") or path.name,
        language=page.language,
        published=page.meta.get("article:published_time") or page.time,
    )


class _Page(HTMLParser):
    """Gathers the paragraphs of a page and what it says about itself."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.time = ""
        self.meta: dict[str, str] = {}
        self._paragraphs: list[list[str]] = [[]]
        self._title: list[str] = []
        self._in_title = False
        self._skipping: list[str] = []

    def title(self) -> str:
        return self.meta.get("og:title") or "".join(self._title)

    def text(self) -> str:
        paragraphs = ("".join(parts) for parts in self._paragraphs)
        lines = (_tidy(paragraph) for paragraph in paragraphs)
        return "\n\n".join(line for line in lines if line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._notice(tag, {key: value or "" for key, value in attrs})
        if tag in _SKIPPED:
            self._skipping.append(tag)
        elif tag in _BLOCKS:
            self._paragraphs.append([])
        elif tag == "br":
            self._paragraphs[-1].append("\v")
        self._in_title = tag == "title" and not self._title

    def handle_endtag(self, tag: str) -> None:
        if self._skipping and self._skipping[-1] == tag:
            self._skipping.pop()
        elif tag in _BLOCKS:
            self._paragraphs.append([])
        self._in_title = False

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self._title.append(data)
        elif not self._skipping:
            self._paragraphs[-1].append(data)

    def _notice(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "html":
            self.language = self.language or attributes.get("lang", "")
        elif tag == "time":
            self.time = self.time or attributes.get("datetime", "")
        elif tag == "meta":
            key = attributes.get("property") or attributes.get("name", "")
            self.meta.setdefault(key.lower(), attributes.get("content", ""))


def _tidy(paragraph: str) -> str:
    """Let white space be one space, and a `<br>` (\\v) a line end."""
    lines = (_SPACE.sub(" ", line).strip() for line in paragraph.split("\v"))
    return "\n".join(lines).strip()
