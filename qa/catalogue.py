"""What an index holds, one light entry a document: for tables and filters."""

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.controls import Choices
from qa.filters import folders

if TYPE_CHECKING:
    from index.records import Document
    from index.store import Snapshot

MOST_SOURCES = 500
MOST_FOLDERS = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A document without its text. characters: how long that is."""

    id: str
    title: str
    source: str
    language: str
    date: str
    passages: int
    characters: int

    @property
    def name(self) -> str:
        """What people are shown, as `Document.name`."""
        return self.title or self.id

    def mentions(self, words: Iterable[str], language: str = "") -> bool:
        """Tell whether all these words, in lower case, occur in it.

        language: the name of its language, for people who look for that.
        """
        facts = (self.id, self.title, self.source, self.language, language, self.date)
        told = " ".join(facts).lower()
        return all(word in told for word in words)


class Catalogue:
    """Lists a snapshot's documents; the lists are made once for each snapshot."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listed: tuple[Snapshot, list[Entry], Choices] | None = None

    def entries(self, snapshot: "Snapshot") -> list[Entry]:
        """List all documents, by title."""
        return self._of(snapshot)[0]

    def choices(self, snapshot: "Snapshot") -> Choices:
        """List what questions can be narrowed by."""
        return self._of(snapshot)[1]

    def _of(self, snapshot: "Snapshot") -> tuple[list[Entry], Choices]:
        with self._lock:
            if self._listed is None or self._listed[0] is not snapshot:
                entries = _entries(snapshot)
                self._listed = snapshot, entries, _choices(entries)
            return self._listed[1:]


def _entries(snapshot: "Snapshot") -> list[Entry]:
    headings, lengths = snapshot.headings(), snapshot.lengths()
    kept = np.bincount(snapshot.document_rows, minlength=len(headings))
    passages = kept[snapshot.originals].tolist()  # a copy has those of its original
    found = [
        Entry(d.id, d.title, d.source, d.language, d.date, count, length)
        for d, count, length in zip(headings, passages, lengths, strict=True)
    ]
    return sorted(found, key=lambda entry: (entry.name.lower(), entry.id))


def _choices(entries: Sequence[Entry]) -> Choices:
    languages, sources, dates = (
        sorted({getattr(entry, name) for entry in entries} - {""})
        for name in ("language", "source", "date")
    )
    return Choices(
        languages,
        sources[:MOST_SOURCES],
        folders([entry.id for entry in entries])[:MOST_FOLDERS],
        *((dates[0], dates[-1]) if dates else ()),
    )


def twins(documents: Iterable["Document | Entry"]) -> set[str]:
    """Give the ids of documents that name and source do not tell apart."""
    named = {document.id: (document.name, document.source) for document in documents}
    counts = Counter(named.values())
    return {id for id, name in named.items() if counts[name] > 1}
