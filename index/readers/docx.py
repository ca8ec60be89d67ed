"""Word documents (Office Open XML, ECMA-376).

What is read is what is printed: paragraphs, each with its text boxes after it, tables a
row a line, then diagrams (SmartArt), titles of charts and footnotes. Deleted text,
comments, headers and footers and what is formatted as hidden are left out.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from index.readers.fields import declared_title, document, likely_language
from index.readers.flow import Dialect, blocks, text_of
from index.readers.numbering import Numbering
from index.readers.package import CORE, Package
from index.records import Document

_WORD = Dialect(
    paragraphs=frozenset({"p"}),
    rows=frozenset({"tr"}),
    cells=frozenset({"tc"}),
    texts=frozenset({"t"}),
    # Fallback repeats its Choice; rt tells how the word beside it is spoken, and
    # rPrChange and pPrChange how it was formatted
    skipped=frozenset("Fallback del moveFrom rt rPrChange pPrChange".split()),
    hides="vanish",
    marks={"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "den": "/"},
    styles={"pStyle": "val"},
)
_BESIDE = ("diagramData", "chart", "footnotes", "endnotes")
_TITLES = ("title", "heading 1")


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a document; its title is the declared one, or its first heading."""
    with closing(Package(path)) as package:
        main = package.main()
        numbering = Numbering(package, main)
        written = blocks(numbering.numbered(package.events(main)), _WORD)
        titles = _titles(package, main)
        headings = (b.text for b in written if b.style.lower() in titles)
        for part in package.linked(main, *_BESIDE):
            written += blocks(package.events(part), _WORD)
        facts = package.properties(CORE)
    text = text_of(written)
    yield document(
        name,
        text,
        title=declared_title(facts.get("title")) or next(headings, "") or path.stem,
        source=path.name,
        language=likely_language(facts.get("language"), text),
        published=facts.get("created"),
    )


def _titles(package: Package, main: str) -> set[str]:
    """Give the ids of the styles of titles: Word has them in its user's language."""
    found, style = {"title", "heading1"}, ""
    for part in package.linked(main, "styles"):
        for _, name, attributes in package.events(part):
            style = attributes.get("styleId", style)
            if name == "name" and attributes.get("val", "").lower() in _TITLES:
                found.add(style.lower())
    return found
