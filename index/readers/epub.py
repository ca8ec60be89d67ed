"""EPUB books: each chapter with text is a document, in reading order."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from index.errors import InputError
from index.readers.decode import decode
from index.readers.fields import document, one_line
from index.readers.html import BOOK, CHARSET, parse
from index.readers.package import Package, resolve
from index.records import Document


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a book; a chapter's title is the book's and its own first heading."""
    with closing(Package(path)) as package:
        _refuse_locked(package)
        book = _book(package)
        facts = package.properties(book)
        title = one_line(facts.get("title")) or path.stem
        for number, part in enumerate(_chapters(package, book), 1):
            data = package.data(part)
            declared = CHARSET.search(data[:2048])
            charset = declared[1].decode("ascii") if declared else ""
            page = parse(decode(data, charset), BOOK)
            heading = one_line(page.heading())
            yield document(
                f"{name}#{number}",
                page.text(),
                title=f"{title}: {heading}" if heading not in ("", title) else title,
                source=path.name,
                language=facts.get("language") or page.language,
                published=facts.get("date"),
            )


def _book(package: Package) -> str:
    """Find the part that lists all others."""
    for event in package.events("META-INF/container.xml"):
        if event.kind == "start" and event.name == "rootfile":
            return resolve("", event.attributes.get("full-path", ""))
    raise InputError("no book in it; save it again")


def _chapters(package: Package, book: str) -> Iterator[str]:
    folder = book.rpartition("/")[0]
    items: dict[str, str] = {}
    for kind, name, attributes in package.events(book):
        if kind == "start" and name == "item":
            target = resolve(folder, attributes.get("href", ""))
            items[attributes.get("id", "")] = target
        elif kind == "start" and name == "itemref":
            part = items.get(attributes.get("idref", ""))
            if part in package.names:
                yield part


def _refuse_locked(package: Package) -> None:
    """Fonts alone may be encrypted; chapters may not."""
    for event in package.events("META-INF/encryption.xml"):
        if event.attributes.get("URI", "").lower().endswith(("html", "htm", "xml")):
            raise InputError("it is encrypted; a copy without that can be read")
