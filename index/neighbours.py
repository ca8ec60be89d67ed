"""The words of a collection by what they mean: which lie near a given vector.

The signs of a rotated vector are a code whose distance tells the angle (Charikar,
STOC 2002). Words whose codes are near enough are then compared exactly: cosines are
exact, and a word is missed with a chance below a thousandth.
"""

import math
from functools import cache, lru_cache
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embedders import Vectors

Codes = NDArray[np.uint8]

_BITS = 256  # of a code, at least
_BLOCK = 1 << 15
_REMEMBERED = 1 << 11  # queries that were asked last
# Codes are let through up to this many standard deviations beyond what is expected.
_SPARE = 3.0


def codes(vectors: Vectors) -> Codes:
    """Give the codes of vectors (t, d): (t, bytes)."""
    turn = _rotation(vectors.shape[1])
    made = [
        np.packbits(vectors[at : at + _BLOCK] @ turn > 0, axis=1)
        for at in range(0, len(vectors), _BLOCK)
    ]
    return np.concatenate([np.zeros((0, -(-turn.shape[1] // 8)), np.uint8), *made])


class Neighbours:
    """Words by number, 0 to t - 1."""

    def __init__(self, vectors: NDArray[np.float16], codes: Codes) -> None:
        """vectors: (t, d), unit or zero rows; codes: what `codes` gave of them."""
        self._halves = vectors
        self._bits = _rotation(vectors.shape[1]).shape[1]
        self._engine = faiss.IndexBinaryFlat(codes.shape[1] * 8)
        self._engine.add(np.ascontiguousarray(codes))
        self._remembered = lru_cache(_REMEMBERED)(self._near)

    def __len__(self) -> int:
        return len(self._halves)

    def vectors(self, numbers: NDArray[Any]) -> Vectors:
        """Give the vectors of words: (n, d) float32.

        The bits are moved by hand: NumPy's own conversion takes seven times as long.
        """
        wide = self._halves.take(numbers, axis=0).view(np.int16).astype(np.int32)
        wide <<= 13
        wide &= ~0x70000000  # copies of the sign
        floats: Vectors = wide.view(np.float32)
        floats *= np.float32(2.0**112)  # the exponents' biases are 15 and 127
        return floats

    def near(
        self, queries: Vectors, least: float
    ) -> list[tuple[NDArray[np.int64], Vectors]]:
        """Find the words with at least this cosine to each of m queries, (m, d).

        Returns numbers, ascending, and their cosines, for each query. The last queries
        are remembered; arrays are not to be changed.
        """
        return [self._remembered(query.tobytes(), least) for query in queries]

    def _near(self, told: bytes, least: float) -> tuple[NDArray[np.int64], Vectors]:
        query = np.frombuffer(told, np.float32)
        share = math.acos(least) / math.pi
        spread = math.sqrt(self._bits * share * (1 - share))
        radius = int(self._bits * share + _SPARE * spread) + 1
        # One thread: a question takes too little to share out, and threads that wait
        # for each other on a busy machine take ten times as long.
        faiss.omp_set_num_threads(1)
        _, _, found = self._engine.range_search(codes(query[None]), radius)
        numbers = np.sort(found)
        cosines: Vectors = self.vectors(numbers) @ query
        near = cosines >= least
        return numbers[near], cosines[near]


@cache
def _rotation(dim: int) -> Vectors:
    """Make random rotations side by side: (dim, bits).

    Codes are stored, so the numbers must stay the same: RandomState's do, by promise,
    and only one factor of each matrix has a positive diagonal beside it.
    """
    chance = np.random.RandomState(0)
    turns = []
    for _ in range(-(-_BITS // dim)):
        turn, rest = np.linalg.qr(chance.standard_normal((dim, dim)))
        turns.append(turn * np.sign(np.diag(rest)))
    return np.concatenate(turns, axis=1).astype(np.float32)
