"""Vectors of passages and their sentences: computed, or taken from before."""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from index.arrays import rows_to, save_rows
from index.before import HASH, Before
from index.corpus import Corpus, Order
from index.embedders import Embedder, SentenceEmbedder, Vectors
from index.errors import ModelError
from index.layout import HASHES, SENTENCE_VECTORS, VECTORS
from index.ragged import pieces
from index.sentences import sentences

_BATCH = 1024

Hashes = NDArray[np.uint8]
Directions = NDArray[np.int8]
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
    shape = len(order), embedder.dim
    shape_inside = _sentences(order, before, new), new.width
    with (
        rows_to(folder / VECTORS, np.float32, shape) as put,
        rows_to(folder / SENTENCE_VECTORS, np.int8, shape_inside) as put_inside,
    ):
        done = 0
        for vectors, directions in _parts(order, before, new):
            put(vectors)
            put_inside(directions)
            done += len(vectors)
            progress(done, len(order))
    old = before.whole.hashes if before.whole else np.zeros((0, HASH), np.uint8)
    joined = ((old, hashes)[n][at] for n, at in pieces(order.rows, *order.lengths))
    save_rows(folder / HASHES, np.uint8, (len(order), HASH), joined)
    return new.computed


def hashes_of(corpus: Corpus) -> Hashes:
    """Hash what is embedded of each new passage, and the language that tells its
    sentences: (n, HASH)."""
    texts = (
        f"{corpus.language(place)}\n{corpus.context(place)}"
        for place in range(len(corpus.passages))
    )
    digests = (blake2b(text.encode(), digest_size=HASH).digest() for text in texts)
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, HASH)


class _New:
    """Gives the vectors of the new passages, in order, however many at a time.

    width: of a sentence's vector, 0 when the embedder gives none. ends: where the
    sentences of each new passage end, none then. computed: how many passages were not
    known from before.
    """

    def __init__(
        self, corpus: Corpus, hashes: Hashes, before: Before, embedder: Embedder
    ) -> None:
        self.computed = 0
        self.width = int(getattr(embedder, "sentence_dim", 0))
        n = len(corpus.passages)
        self.ends = _ends(corpus) if self.width else [np.zeros(0, np.int32)] * n
        self._corpus, self._hashes = corpus, hashes
        self._before, self._embedder = before, embedder
        self._vectors = np.zeros((0, embedder.dim), np.float32)
        self._directions: list[Directions] = []
        self._next = 0

    def take(self, n: int) -> Iterator[tuple[Vectors, Directions]]:
        """Give the next n vectors, in parts, and those of the sentences."""
        while n:
            if not self._directions:
                self._vectors, self._directions = self._batch()
            part, self._vectors = self._vectors[:n], self._vectors[n:]
            inner, self._directions = self._directions[:n], self._directions[n:]
            n -= len(part)
            yield part, np.concatenate(inner)

    def _batch(self) -> tuple[Vectors, list[Directions]]:
        """Take over what is known of the next passages, and compute the rest."""
        places = range(self._next, min(self._next + _BATCH, len(self._corpus.passages)))
        self._next = places.stop
        vectors = np.zeros((len(places), self._embedder.dim), np.float32)
        directions = [np.zeros((0, self.width), np.int8)] * len(places)
        unknown = []
        for i, place in enumerate(places):
            known = self._known(place)
            if known is None:
                unknown.append(i)
            else:
                vectors[i], directions[i] = known
        if unknown:
            vectors[unknown], found = self._encode([places[i] for i in unknown])
            for i, inner in zip(unknown, found, strict=True):
                directions[i] = _rounded(_checked(inner))
        self.computed += len(unknown)
        return vectors, directions

    def _known(self, place: int) -> tuple[Vectors, Directions] | None:
        row = self._before.vectors.get(self._hashes[place].tobytes())
        if row is None:
            return None
        vector, inner = self._before.vector(row)
        # Another version of the program may have cut other sentences.
        return (vector, inner) if len(inner) == len(self.ends[place]) else None

    def _encode(self, places: list[int]) -> tuple[Vectors, list[Vectors]]:
        texts = [self._corpus.context(place) for place in places]
        if not self.width:
            none = np.zeros((0, 0), np.float32)
            return _checked(self._embedder.encode_passages(texts)), [none] * len(texts)
        reader = cast(SentenceEmbedder, self._embedder)
        vectors, inner = reader.encode_sentences(texts, [self.ends[i] for i in places])
        return _checked(vectors), inner


def _ends(corpus: Corpus) -> list[NDArray[np.int32]]:
    """Find where the sentences of each new passage end."""
    places = range(len(corpus.passages))
    found = map(sentences, map(corpus.context, places), map(corpus.language, places))
    return [np.array([end for _, end in cut], np.int32) for cut in found]


def _sentences(order: Order, before: Before, new: _New) -> int:
    """Count the sentences that have vectors."""
    if not new.width:
        return 0
    total = 0
    for number, at in pieces(order.rows, *order.lengths):
        if number == 1:
            total += sum(map(len, new.ends[at]))
        elif before.whole:
            offsets = before.whole.sentence_offsets
            total += int(offsets[at.stop] - offsets[at.start])
    return total


def _parts(
    order: Order, before: Before, new: _New
) -> Iterator[tuple[Vectors, Directions]]:
    for number, at in pieces(order.rows, *order.lengths):
        if number == 1:
            yield from new.take(at.stop - at.start)
        elif before.whole:
            offsets = before.whole.sentence_offsets
            inner = slice(int(offsets[at.start]), int(offsets[at.stop]))
            yield before.whole.vectors[at], before.whole.sentence_vectors[inner]


def _checked(vectors: Vectors) -> Vectors:
    if not np.isfinite(vectors).all():
        raise ModelError("the model gave NaN or infinity; use another model")
    return vectors


def _rounded(vectors: Vectors) -> Directions:
    """Keep the directions of vectors (n, d) in 8 bits."""
    largest = np.abs(vectors).max(axis=1, initial=1e-9)
    rounded: Directions = np.rint(vectors * (127 / largest)[:, None]).astype(np.int8)
    return rounded
