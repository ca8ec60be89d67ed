"""Documents in a SQLite file: any of them at once, none in memory."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from index.errors import CorruptSnapshot
from index.records import Document, Passage

if TYPE_CHECKING:
    from index.corpus import Corpus

# The text comes last, so that the rest is read without it; copies have none.
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA temp_store = MEMORY;
CREATE TABLE documents (
    row INTEGER PRIMARY KEY, id TEXT, name TEXT, title TEXT,
    source TEXT, language TEXT, date TEXT, pages TEXT, text TEXT);
CREATE TEMP TABLE kept (row INTEGER PRIMARY KEY, id TEXT, old INTEGER, whole INTEGER);
"""
_NEW = "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_KEPT = """
INSERT INTO documents
SELECT kept.row, kept.id, name, title, source, language, date, pages,
    CASE whole WHEN 1 THEN text END
FROM kept JOIN old.documents ON old.documents.row = kept.old
WHERE kept.row BETWEEN ? AND ? ORDER BY kept.row
"""
_IDS = "CREATE UNIQUE INDEX ids ON documents (id)"

_DOCUMENT = """
SELECT id, title, (SELECT text FROM documents WHERE row = ?), source, language, date,
    pages
FROM documents WHERE row = ?
"""
_HEADINGS = """
SELECT id, title, '', source, language, date FROM documents ORDER BY row
"""
_NAMES = "SELECT name, language FROM documents ORDER BY row"
_LENGTHS = "SELECT length(text) FROM documents ORDER BY row"
_ROW = "SELECT row FROM documents WHERE id = ?"
_PASSAGE = "SELECT id, substr(text, ?, ?) FROM documents WHERE row = ?"


def write(path: Path, corpus: "Corpus", old: Path | None) -> None:
    """Write the documents of a corpus, in row order.

    old: the file of the generation before, to take those from that are not new.
    The file is not synced: whoever commits the generation does that.
    """
    with closing(sqlite3.connect(_uri(path), uri=True)) as db:
        db.executescript(_SCHEMA)
        if old:
            db.execute("ATTACH ? AS old", [_uri(old, "mode=ro&immutable=1")])
        kept = (
            (row, corpus.ids[row], at, not corpus.is_copy(row))
            for row, at in enumerate(corpus.before)
            if at >= 0
        )
        db.executemany("INSERT INTO kept VALUES (?, ?, ?, ?)", kept)
        new = _columns(corpus)
        is_new = (at < 0 for at in corpus.before)
        for insert, group in groupby(enumerate(is_new), key=lambda pair: pair[1]):
            rows = [row for row, _ in group]
            if insert:
                db.executemany(_NEW, (next(new) for _ in rows))
            else:
                db.execute(_KEPT, (rows[0], rows[-1]))
        db.execute(_IDS)
        db.commit()


def _columns(corpus: "Corpus") -> Iterator[tuple[Any, ...]]:
    """Give the columns of each new document."""
    rows = (row for row, at in enumerate(corpus.before) if at < 0)
    for row, d in zip(rows, corpus.documents, strict=True):
        pages, text = " ".join(map(str, d.pages)), d.text
        name, kept = corpus.names[row], None if corpus.is_copy(row) else text
        yield row, d.id, name, d.title, d.source, d.language, d.date, pages, kept


def _uri(path: Path, options: str = "") -> str:
    return f"file:{quote(os.fsencode(path.absolute()))}?{options}"


class Texts:
    """Reads what `write` wrote, from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        # One connection, opened now: the file may be deleted while we read it.
        self._db = sqlite3.connect(
            _uri(path, "mode=ro&immutable=1"), uri=True, check_same_thread=False
        )

    def document(self, row: int, original: int) -> Document:
        """Give a document by its row, and that of the original of its text.

        Raises IndexError when there is none.
        """
        found = self._one(_DOCUMENT, int(original), int(row))
        if found is None:
            raise IndexError(f"no document has row {row}")
        try:
            id, title, text, source, language, date, pages = found
            starts = tuple(map(int, pages.split()))
            return Document(id, title, text, source, language, date, starts)
        except (ValueError, AttributeError) as error:
            raise self._corrupt(error) from error

    def passage(self, document: int, start: int, end: int) -> Passage:
        """Cut a passage out of the document of this row."""
        found = self._one(_PASSAGE, int(start) + 1, int(end - start), int(document))
        try:
            id, text = found or ("", "")
            return Passage(id, int(start), int(end), text)
        except (ValueError, TypeError) as error:
            raise self._corrupt(error) from error

    def headings(self) -> list[Document]:
        """Give every document without its text, in row order."""
        return [Document(*found) for found in self._all(_HEADINGS)]

    def lengths(self) -> list[int]:
        """Count the characters of every document, in row order."""
        return [length for (length,) in self._all(_LENGTHS)]

    def names(self) -> list[tuple[str, str]]:
        """Give every document's id as it was read, and its language."""
        return [(name, language) for name, language in self._all(_NAMES)]

    def document_row(self, id: str) -> int | None:
        """Give the row of a document by its id; None when there is none."""
        found = self._one(_ROW, id)
        return None if found is None else int(found[0])

    def close(self) -> None:
        self._db.close()

    def _one(self, query: str, *keys: int | str) -> tuple[Any, ...] | None:
        found = self._all(query, *keys)
        return found[0] if found else None

    def _all(self, query: str, *keys: int | str) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._db.execute(query, keys).fetchall()
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            raise self._corrupt(error) from error

    def _corrupt(self, error: Exception) -> CorruptSnapshot:
        return CorruptSnapshot(
            f"{self._path} is damaged ({error}); check the index with qa verify, "
            "then build it again"
        )
