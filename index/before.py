"""What the generation before gives to the next one: rows that need no work again."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import files, layout
from index.embedders import Vectors
from index.errors import SnapshotError
from index.files import Known
from index.records import Document
from index.store import Snapshot

HASH = 16  # bytes
_VECTORS = (
    layout.VECTORS,
    layout.SENTENCE_VECTORS,
    layout.HASHES,
    f"{layout.LEXICAL}passage_sentences.npy",
)
_PACKAGE = Path(__file__).parent


@dataclass(slots=True)
class Before:
    """Rows of a snapshot that may be taken over as they are; of none, at first.

    vectors: the row of each embedded string, by its hash. documents: the row of each
    document, by the hash of all that was read of it; `named` tells their names and
    languages.
    """

    snapshot: Snapshot | None = None
    vectors: dict[bytes, int] = field(default_factory=dict)
    documents: dict[bytes, int] = field(default_factory=dict)
    named: list[tuple[str, str]] = field(default_factory=list)
    files: Known = field(default_factory=Known)

    def __enter__(self) -> "Before":
        return self

    def __exit__(self, *_: object) -> None:
        if self.snapshot:
            self.snapshot.close()

    @property
    def whole(self) -> Snapshot | None:
        """The snapshot, if its documents may be taken over."""
        return self.snapshot if self.named else None

    @property
    def document_rows(self) -> NDArray[Any]:
        """The rows of the documents of the passages that may be taken over."""
        return self.whole.document_rows if self.whole else np.zeros(0, np.int32)

    @property
    def spans(self) -> NDArray[Any]:
        """Where the passages that may be taken over start and end."""
        return self.whole.spans if self.whole else np.zeros((0, 2), np.int32)

    def vector(self, row: int) -> tuple[Vectors, NDArray[np.int8]]:
        """Give a vector by the row that `vectors` tells, and those of its sentences."""
        opened = self._opened
        first, end = opened.sentence_offsets[row : row + 2]
        return opened.vectors[row], opened.sentence_vectors[first:end]

    def document(self, row: int) -> Document:
        """Give a document that may be taken over."""
        return self._opened.document(row)

    def hashes(self, row: int) -> bytes:
        """Give the hashes of a document, see `Corpus`."""
        return bytes(self._opened.document_hashes[row])

    def is_copy(self, row: int) -> bool:
        """Tell whether a document had the text of another one."""
        return int(self._opened.originals[row]) != row

    @property
    def _opened(self) -> Snapshot:
        if self.snapshot is None:
            raise LookupError("there is no generation before")
        return self.snapshot


def find(folder: Path, embedder: str, table: str, size: int) -> Before:
    """Give what may be taken over from an index, and was not altered since.

    Vectors must be of the same embedder; documents must have been read and split by
    the same program with the same settings, too.
    """
    try:
        snapshot = Snapshot.open(folder)
    except SnapshotError:
        return Before()
    made = snapshot.manifest
    if made.embedder == embedder:
        same = (made.table, made.size, made.reader) == (table, size, program())
        if same and snapshot.intact(*made.files):
            return _whole(snapshot)
        if snapshot.intact(*_VECTORS):
            return Before(snapshot, _rows(snapshot.hashes))
    snapshot.close()
    return Before()


def _whole(snapshot: Snapshot) -> Before:
    made = snapshot.manifest
    began = datetime.fromisoformat(made.created).timestamp() - made.seconds
    hashes = snapshot.document_hashes[:, :HASH]
    known = Known.of(files.loads(snapshot.read_files()), began)
    named = snapshot.names()
    return Before(snapshot, _rows(snapshot.hashes), _rows(hashes), named, known)


def _rows(hashes: NDArray[Any]) -> dict[bytes, int]:
    """Give the first row of each hash (n, HASH)."""
    data, n = np.ascontiguousarray(hashes).tobytes(), len(hashes)
    return {data[i * HASH : (i + 1) * HASH]: i for i in range(n - 1, -1, -1)}


@cache
def program() -> str:
    """Name what reads and splits documents: this code, and the libraries it uses."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(f for f in _PACKAGE.rglob("*") if f.suffix in (".py", ".txt")):
        digest.update(file.read_bytes())
    for name in _libraries():
        digest.update(f"{name} {_version(name)}\n".encode())
    return digest.hexdigest()


def _libraries() -> list[str]:
    try:
        wanted = metadata.requires("passage-qa") or []
    except metadata.PackageNotFoundError:  # run from a folder
        return []
    return sorted({re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in wanted})


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
