"""What is indexed: documents, and the passages they are cut into.

Offsets count Unicode code points; `end` is exclusive. Languages are ISO 639-1
codes. Standard library only.
"""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """A text to search in.

    id: stable name that follows from where the text was read
    (`news/a.md`, or `corpus.jsonl#17` for an entry of a collection).
    text: Unicode NFC. source: who published it, or the file's name.
    date: ISO 8601 (`2023-09-19`), or empty when unknown.
    pages: where each page of the file begins in `text`; empty when it has no pages.
    """

    id: str
    title: str
    text: str
    source: str = ""
    language: str = ""
    date: str = ""
    pages: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """What people are shown: the title, or the id where there is none.

        >>> Document("posts.csv#2", "", "It rained.").name
        'posts.csv#2'
        """
        return self.title or self.id

    def page(self, at: int) -> int:
        """Give the page, from 1, that a character stands on; 0 without pages.

        >>> Document("a.pdf", "A", "One. Two.", pages=(0, 5)).page(6)
        2
        """
        return bisect_right(self.pages, at)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document: `document.text[start:end] == text`."""

    document_id: str
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if self.end - self.start != len(self.text) or self.start < 0:
            raise ValueError(
                f"passage of {self.document_id!r} spans {self.start}:{self.end} "
                f"but its text has {len(self.text)} characters; they must agree"
            )
