"""Vectors of passages: computed, or taken from the generation before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np

from index.corpus import Corpus
from index.embedders import Embedder, Vectors
from index.errors import ModelError, SnapshotError
from index.layout import HASHES, VECTORS
from index.store import Snapshot

_BATCH = 1024
_HASH = 16


@dataclass(frozen=True, slots=True)
class Known:
    """Vectors that need not be computed again, by the hash of what they embed."""

    rows: dict[bytes, int] = field(default_factory=dict)
    vectors: Vectors = field(default_factory=lambda: np.zeros((0, 0), np.float32))


def known(folder: Path, embedder: Embedder) -> Known:
    """Give the vectors of an index if the same embedder made them, and none altered."""
    try:
        snapshot = Snapshot.open(folder)
    except SnapshotError:
        return Known()
    with snapshot:
        if snapshot.manifest.embedder != embedder.id or not snapshot.intact(
            VECTORS, HASHES
        ):
            return Known()
        rows = {bytes(digest): row for row, digest in enumerate(snapshot.hashes)}
        return Known(rows, snapshot.vectors)


def embed(
    corpus: Corpus,
    embedder: Embedder,
    known: Known,
    folder: Path,
    progress: Callable[[int, int], None],
) -> tuple[Vectors, int]:
    """Write the vectors and hashes of all passages, a batch at a time.

    progress: called with the numbers of passages embedded, and in all.
    Returns the vectors (n, dim), mapped from disk, and how many were computed.
    """
    shape = (len(corpus), embedder.dim)
    vectors = np.lib.format.open_memmap(
        folder / VECTORS, mode="w+", dtype=np.float32, shape=shape
    )
    hashes = np.zeros((len(corpus), _HASH), np.uint8)
    computed = 0
    for start in range(0, len(corpus), _BATCH):
        rows = range(start, min(start + _BATCH, len(corpus)))
        texts = [corpus.context(row) for row in rows]
        digests = [blake2b(text.encode(), digest_size=_HASH).digest() for text in texts]
        hashes[rows] = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, _HASH)
        vectors[rows], new = _batch(texts, digests, embedder, known)
        computed += new
        progress(rows.stop, len(corpus))
    vectors.flush()
    np.save(folder / HASHES, hashes)
    return vectors, computed


def _batch(
    texts: list[str], digests: list[bytes], embedder: Embedder, known: Known
) -> tuple[Vectors, int]:
    """Give the vectors of some texts, and how many had to be computed."""
    vectors = np.zeros((len(texts), embedder.dim), np.float32)
    old = [i for i, digest in enumerate(digests) if digest in known.rows]
    new = [i for i, digest in enumerate(digests) if digest not in known.rows]
    if old:
        vectors[old] = known.vectors[[known.rows[digests[i]] for i in old]]
    if new:
        vectors[new] = _checked(embedder.encode_passages([texts[i] for i in new]))
    return vectors, len(new)


def _checked(vectors: Vectors) -> Vectors:
    if not np.isfinite(vectors).all():
        raise ModelError("the model gave NaN or infinity; use another model")
    return vectors
