"""What an index holds, one light entry a document: for tables and filters."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from index.store import Snapshot


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

    def mentions(self, words: Iterable[str], language: str = "") -> bool:
        """Tell whether all these words, in lower case, occur in it.

        language: the name of its language, for people who look for that.
        """
        facts = (self.id, self.title, self.source, self.language, language, self.date)
        told = " ".join(facts).lower()
        return all(word in told for word in words)


class Catalogue:
    """Lists a snapshot's documents; the list is made once for each snapshot."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listed: tuple[Snapshot, list[Entry]] | None = None

    def entries(self, snapshot: "Snapshot") -> list[Entry]:
        """List all documents, by title."""
        with self._lock:
            if self._listed is None or self._listed[0] is not snapshot:
                self._listed = snapshot, _entries(snapshot)
            return self._listed[1]

    def sources(self, snapshot: "Snapshot", most: int) -> list[str]:
        """List the sources, sorted, at most so many."""
        return sorted(
            {entry.source for entry in self.entries(snapshot) if entry.source}
        )[:most]


def _entries(snapshot: "Snapshot") -> list[Entry]:
    count = snapshot.manifest.documents
    passages = np.bincount(snapshot.document_rows, minlength=count)
    found = []
    for row in range(count):
        d = snapshot.document(row)
        found.append(
            Entry(
                d.id,
                d.title,
                d.source,
                d.language,
                d.date,
                int(passages[row]),
                len(d.text),
            )
        )
    return sorted(found, key=lambda entry: (entry.title.lower(), entry.id))
