"""HTML pages, saved to disk; nothing is fetched.

What is kept is what one reads: navigation, the site's header and footer, scripts,
furigana, the source of formulas and what only old browsers show in place of a film are
left out, and each block is a paragraph of its own, whose lines end at a `<br>` and as
they do in a `<pre>`, unless to fit a page; of a table that holds data (see `grid`),
each row is a line, and items of ordered lists have their numbers (see `items`). Where
a page says which part of it is the article (<article>, <main>) and that holds most of
its running text, only that is kept.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from index.readers.cells import LONG
from index.readers.decode import load
from index.readers.fields import document, likely_language
from index.readers.grid import Grid
from index.readers.items import Items
from index.readers.lines import unbroken
from index.records import Document

CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?([A-Za-z0-9_:.-]{1,40})", re.I)
_SPACE = re.compile(r"[ \t\r\n]+")

LEFT_OUT = frozenset(
    "script style nav header footer noscript template svg iframe button select "
    "textarea rp rt rtc audio canvas video annotation annotation-xml".split()
)
BOOK = LEFT_OUT - {"header", "footer"}  # they are the chapter's
# As in ARIA, a header or footer within one of these is its own, not the site's.
_SECTIONS = ("article", "aside", "main", "section")
_IN_RUBY = frozenset({"rb", "rp", "rt", "rtc"})
_RUBY = (["rp"], ["rt"], ["rtc"])
_OFTEN_OPEN = (["button"], ["select"], ["textarea"], *_RUBY)
_MOST = 0.5  # of it is in the article, else only teasers are called articles
_ENOUGH = 0.1  # of all text, in a page without running text
_DATES = ("article:published_time", "datepublished", "date", "dc.date", "dcterms.date")
_JSON_DATE = re.compile(r"\"datePublished\"\s*:\s*\"([^\"]{8,40})\"")
_HEADINGS = frozenset({"h1", "h2", "h3"})
_BOLD = ("b", "strong")
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div "
    "dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr "
    "html legend li listing main menu nav ol p plaintext pre search section summary "
    "table tbody td tfoot th thead title tr ul xmp".split()
)


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a page with the title, language and date that it declares."""
    page = parse(load(path, CHARSET))
    text = page.text()
    yield document(
        name,
        text,
        title=page.title() or path.stem,
        source=page.meta.get("og:site_name") or path.name,
        language=likely_language(page.language, text),
        published=page.date(),
    )


def parse(text: str, left_out: frozenset[str] = LEFT_OUT) -> "Page":
    """Read what a page says, from its text, less some elements."""
    page = Page(left_out)
    # No close(): what it would do with tags left open takes quadratic time.
    page.feed(text + "\n</table>")  # the last one may be open
    unclosed = page.unclosed() & {"nav", "header"}  # all that follows is in them
    return parse(text, left_out - unclosed) if unclosed else page


@dataclass(slots=True)
class _Block:
    """A paragraph, or a table of data, as the parts that its text comes in.

    chosen: it is in what the page calls its article.
    """

    parts: list[str]
    chosen: bool
    is_table: bool = False

    def text(self) -> str:
        """Let white space be one space, and a \\v a line end."""
        lines = "".join(self.parts).split("\v")
        text = "\n".join(_SPACE.sub(" ", line).strip() for line in lines).strip()
        return text if self.is_table else unbroken(text)


_Told = tuple[_Block, str]  # with its text


class Page(HTMLParser):
    """Gathers the paragraphs of a page and what it says about itself."""

    def __init__(self, left_out: frozenset[str]) -> None:
        super().__init__()
        self._left_out = left_out
        self.language = ""
        self.time = ""
        self.meta: dict[str, str] = {}
        self._blocks = [_Block([], False)]
        self._grids: list[Grid] = []  # tables that we are in
        self._items = Items()
        self._sections = Counter[str]()  # that we are in
        self._title: list[str] = []
        self._heading: _Block | None = None  # the first one
        self._in_title = False
        self._preformatted = self._bold = 0  # elements that we are in
        self._skipping: list[str] = []
        self._skipped = Counter[str]()  # the same, by name
        self._within = 0  # blocks opened in the innermost of them and not ended

    def unclosed(self) -> set[str]:
        """Name what is left out and did not end."""
        return set(self._skipping)

    def title(self) -> str:
        return self.meta.get("og:title") or "".join(self._title)

    def heading(self) -> str:
        """Give the first heading, or else the title."""
        if self._heading is None:
            return self.title()
        return self._heading.text() or self.title()

    def date(self) -> str:
        named = (self.meta[name] for name in _DATES if self.meta.get(name))
        return next(named, "") or self.time

    def text(self) -> str:
        told = [(block, block.text()) for block in self._blocks]
        kept = [(block, text) for block, text in told if block.chosen]
        if not _is_article(kept, told):
            kept = told
        return "\n\n".join(text for _, text in kept if text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in attrs}
        self._notice(tag, attributes)
        self._bold += tag in _BOLD
        if tag in _IN_RUBY:
            self._end_ruby()
        if self._is_left_out(tag):
            self._skipping.append(tag)
            self._skipped[tag] += 1
            self._within = 0
        elif tag in _BLOCKS:
            self._within += 1
            self._sections[tag] += tag in _SECTIONS
            self._preformatted += tag == "pre"
            self._begin_in_table(tag, attributes)
            self._items.begin(tag, attributes)
            self._begin()
            if tag in _HEADINGS and self._heading is None and not self._skipping:
                self._heading = self._blocks[-1]
        elif tag == "br":
            self._blocks[-1].parts.append("\v")
        self._in_title = tag == "title" and not self._title

    def handle_endtag(self, tag: str) -> None:
        self._bold -= tag in _BOLD and self._bold > 0
        if self._skipped[tag]:
            while self._spoken() != tag:
                pass  # was left open within
        elif tag == "ruby":
            self._end_ruby()
        elif tag in _BLOCKS:
            self._within -= 1
            while self._within < 0 and self._skipping[-1:] in _OFTEN_OPEN:
                self._spoken()  # was left open, and would hide the rest of the page
            self._sections[tag] -= self._sections[tag] > 0
            self._preformatted -= tag == "pre" and self._preformatted > 0
            self._end_in_table(tag)
            self._items.end(tag)
            self._begin()
        self._in_title = False

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self._title.append(data)
        elif not self._skipping:
            shown = data.replace("\n", "\v") if self._preformatted else data
            self._blocks[-1].parts.append(self._items.numbered(shown))
            if self._grids and not self._bold and data.strip():
                self._grids[-1].cell.is_bold = False
        elif self._skipping[-1] == "script" and not self.time:
            found = _JSON_DATE.search(data, 0, 100_000)  # of JSON-LD
            self.time = found[1] if found else ""

    def _is_left_out(self, tag: str) -> bool:
        if tag in ("header", "footer") and not self._skipping:
            return tag in self._left_out and not any(self._sections.values())
        if tag == "button" and any(grid.in_name for grid in self._grids[-1:]):
            return False  # it sorts the column that it names
        return tag in self._left_out

    def _spoken(self) -> str:
        """End what is left out innermost."""
        tag = self._skipping.pop()
        self._skipped[tag] -= 1
        return tag

    def _end_ruby(self) -> None:
        """End what is said above the characters before: its end tag may be omitted."""
        if self._skipping[-1:] in _RUBY:
            self._spoken()

    def _begin(self) -> None:
        self._blocks.append(self._block([]))
        if self._grids:
            self._grids[-1].add(self._blocks[-1].parts)

    def _block(self, parts: list[str], is_table: bool = False) -> _Block:
        chosen = self._sections["article"] + self._sections["main"] > 0
        return _Block(parts, chosen, is_table)

    def _begin_in_table(self, tag: str, attributes: dict[str, str]) -> None:
        if self._grids:
            self._grids[-1].begin(tag, attributes)
        if tag == "table":
            role = attributes.get("role", "")
            self._grids.append(Grid(len(self._blocks), role.strip().lower()))

    def _end_in_table(self, tag: str) -> None:
        if tag != "table":
            for grid in self._grids[-1:]:
                grid.end(tag)
        elif self._grids:
            grid = self._grids.pop()
            lines = grid.lines()
            for outer in self._grids[-1:]:
                outer.take(grid, lines)
            if lines:
                told = [self._block(parts) for parts in grid.caption]
                rows = self._block(["\v".join(lines)], is_table=True)
                self._blocks[grid.start :] = [*told, rows]

    def _notice(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "html":
            self.language = self.language or attributes.get("lang", "")
        elif tag == "time":
            self.time = self.time or attributes.get("datetime", "")
        elif tag == "meta":
            names = (attributes.get(kind) for kind in ("property", "name", "itemprop"))
            key = next(filter(None, names), "")
            self.meta.setdefault(key.lower(), attributes.get("content", ""))


def _is_article(kept: list[_Told], told: list[_Told]) -> bool:
    """Tell whether the blocks kept say most of what the page says."""
    running = _length(_running(told))
    if running:
        return _length(_running(kept)) >= _MOST * running
    return _length(kept) > _ENOUGH * _length(told)


def _running(told: list[_Told]) -> list[_Told]:
    return [(b, text) for b, text in told if len(text) >= LONG and not b.is_table]


def _length(told: list[_Told]) -> int:
    return sum(len(text) for _, text in told)
