"""Vectors of passages: computed, or taken from the generation before."""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import save_rows
from index.before import HASH, Before
from index.corpus import Corpus, Order
from index.embedders import Embedder, Vectors
from index.errors import ModelError
from index.layout import HASHES, VECTORS
from index.ragged import pieces

_BATCH = 1024

Hashes = NDArray[np.uint8]
Progress = Callable[[int, int], None]


def embed(
    corpus: Corpus,
    order: Order,
    before: Before,
    embedder: Embedder,
    folder: Path,
    progress: Progress,
) -> int:
    """Write the vectors and hashes of all passages, a batch at a time.

    progress: called with the numbers of passages done, and in all.
    Returns how many vectors were computed.
    """
    hashes = hashes_of(corpus)
    new = _New(corpus, hashes, before, embedder)
    parts = _tracked(_parts(order, before, new), len(order), progress)
    save_rows(folder / VECTORS, np.float32, (len(order), embedder.dim), parts)
    old = before.whole.hashes if before.whole else np.zeros((0, HASH), np.uint8)
    joined = ((old, hashes)[n][at] for n, at in pieces(order.rows, *order.lengths))
    save_rows(folder / HASHES, np.uint8, (len(order), HASH), joined)
    return new.computed


def hashes_of(corpus: Corpus) -> Hashes:
    """Hash what is embedded of each new passage: (n, HASH)."""
    texts = map(corpus.context, range(len(corpus.passages)))
    digests = (blake2b(text.encode(), digest_size=HASH).digest() for text in texts)
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, HASH)


class _New:
    """Gives the vectors of the new passages, in order, however many at a time."""

    def __init__(
        self, corpus: Corpus, hashes: Hashes, before: Before, embedder: Embedder
    ) -> None:
        self.computed = 0
        self._corpus, self._hashes = corpus, hashes
        self._before, self._embedder = before, embedder
        self._ready = np.zeros((0, embedder.dim), np.float32)
        self._next = 0

    def take(self, n: int) -> Iterator[Vectors]:
        """Give the next n vectors, in parts."""
        while n:
            if not len(self._ready):
                self._ready = self._batch()
            part, self._ready = self._ready[:n], self._ready[n:]
            n -= len(part)
            yield part

    def _batch(self) -> Vectors:
        """Take over what is known of the next passages, and compute the rest."""
        places = range(self._next, min(self._next + _BATCH, len(self._corpus.passages)))
        self._next = places.stop
        known = [self._before.vectors.get(self._hashes[i].tobytes()) for i in places]
        vectors = np.zeros((len(places), self._embedder.dim), np.float32)
        unknown = [i for i, row in enumerate(known) if row is None]
        for i, row in enumerate(known):
            if row is not None:
                vectors[i] = self._before.vector(row)
        if unknown:
            texts = [self._corpus.context(places[i]) for i in unknown]
            vectors[unknown] = _checked(self._embedder.encode_passages(texts))
        self.computed += len(unknown)
        return vectors


def _parts(order: Order, before: Before, new: _New) -> Iterator[Vectors]:
    for number, at in pieces(order.rows, *order.lengths):
        if number == 1:
            yield from new.take(at.stop - at.start)
        elif before.whole:
            yield before.whole.vectors[at]


def _tracked(
    parts: Iterator[Vectors], total: int, progress: Progress
) -> Iterator[Vectors]:
    done = 0
    for part in parts:
        yield part
        done += len(part)
        progress(done, total)


def _checked(vectors: Vectors) -> Vectors:
    if not np.isfinite(vectors).all():
        raise ModelError("the model gave NaN or infinity; use another model")
    return vectors
