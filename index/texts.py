"""Documents and passages in a SQLite file: any row at once, none in memory.

A passage is stored as its place in its document, so the two cannot disagree.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from index.errors import CorruptSnapshot
from index.records import Document, Passage

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE documents (
    row INTEGER PRIMARY KEY, id TEXT UNIQUE, title TEXT, text TEXT,
    source TEXT, language TEXT, date TEXT);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, document INTEGER, "start" INTEGER, "end" INTEGER);
"""
_DOCUMENT = "SELECT id, title, text, source, language, date FROM documents "
_SOURCES = "SELECT source FROM documents ORDER BY row"
_PASSAGE = """
SELECT id, "start", "end", substr(text, "start" + 1, "end" - "start")
FROM passages JOIN documents ON documents.row = document WHERE passages.row = ?
"""


def write(
    path: Path, documents: Iterable[Document], passages: Iterable[tuple[int, int, int]]
) -> None:
    """Write documents, and passages as (document row, start, end), in row order.

    The file is not synced: whoever commits the generation does that.
    """
    with closing(sqlite3.connect(path)) as db:
        db.executescript(_SCHEMA)
        db.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (row, d.id, d.title, d.text, d.source, d.language, d.date)
                for row, d in enumerate(documents)
            ),
        )
        db.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?)",
            ((row, *passage) for row, passage in enumerate(passages)),
        )
        db.commit()


class Texts:
    """Reads what `write` wrote, from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        # One connection, opened now: the file may be deleted while we read it.
        self._db = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1",
            uri=True,
            check_same_thread=False,
        )

    def document(self, row: int) -> Document:
        """Give a document by its row; raises IndexError when there is none."""
        found = self._one(_DOCUMENT + "WHERE row = ?", int(row))
        if found is None:
            raise IndexError(f"no document has row {row}")
        return Document(*found)

    def document_by_id(self, id: str) -> Document:
        """Give a document by its id; raises KeyError when there is none."""
        found = self._one(_DOCUMENT + "WHERE id = ?", id)
        if found is None:
            raise KeyError(id)
        return Document(*found)

    def passage(self, row: int) -> Passage:
        """Give a passage by its row; raises IndexError when there is none."""
        found = self._one(_PASSAGE, int(row))
        if found is None:
            raise IndexError(f"no passage has row {row}")
        try:
            return Passage(*found)
        except (ValueError, TypeError) as error:
            raise self._corrupt(error) from error

    def sources(self) -> list[str]:
        """Give the source of every document, in row order."""
        return [source for (source,) in self._all(_SOURCES)]

    def close(self) -> None:
        self._db.close()

    def _one(self, query: str, key: int | str) -> tuple[Any, ...] | None:
        found = self._all(query, key)
        return found[0] if found else None

    def _all(self, query: str, *keys: int | str) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._db.execute(query, keys).fetchall()
        except sqlite3.Error as error:
            raise self._corrupt(error) from error

    def _corrupt(self, error: Exception) -> CorruptSnapshot:
        return CorruptSnapshot(
            f"{self._path} is damaged ({error}); check the index with qa verify, "
            "then build it again"
        )
