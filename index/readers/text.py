"""Plain text: a file is a document."""

from collections.abc import Iterator
from pathlib import Path

from index.readers.decode import load
from index.readers.fields import document
from index.readers.lines import unbroken
from index.records import Document

_SHORT = 120


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a text file; its first line is the title when it stands alone."""
    text = unbroken(load(path))
    yield document(name, text, title=_title(text) or path.stem, source=path.name)


def _title(text: str) -> str:
    """Give the first line when it is short and a blank line follows."""
    first, _, rest = text.lstrip().partition("\n")
    stands_alone = not rest.partition("\n")[0].strip() and rest.strip()
    return first.strip() if len(first) <= _SHORT and stands_alone else ""
