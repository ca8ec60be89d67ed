"""The words of a collection by what they mean: which lie near a given vector.

The signs of a rotated vector are a code whose distance tells the angle (Charikar,
STOC 2002). Words whose codes are near enough are then compared exactly: cosines are
exact, and a word is missed with a chance below a thousandth.
"""

import math
from functools import cache, lru_cache, partial
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embedders import Vectors

Codes = NDArray[np.uint8]
Near = tuple[NDArray[np.int64], Vectors]

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
        engine = faiss.IndexBinaryFlat(codes.shape[1] * 8)
        engine.add(np.ascontiguousarray(codes))
        self._halves = vectors
        # Bound to what it needs and not to self: a cycle would keep both in memory.
        self._near = lru_cache(_REMEMBERED)(partial(_near, vectors, engine))

    def __len__(self) -> int:
        return len(self._halves)

    def vectors(self, numbers: NDArray[Any]) -> Vectors:
        """Give the vectors of words: (n, d) float32."""
        return _widened(self._halves, numbers)

    def near(self, queries: Vectors, least: float) -> list[Near]:
        """Find the words with at least this cosine to each of m queries, (m, d).

        Returns numbers, ascending, and their cosines, for each query. The last queries
        are remembered: the arrays are not to be changed.
        """
        return [self._near(query.tobytes(), least) for query in queries]


def _near(
    halves: NDArray[np.float16],
    engine: faiss.IndexBinaryFlat,
    told: bytes,
    least: float,
) -> Near:
    """Find words near one query, given by the bytes of its vector."""
    query = np.frombuffer(told, np.float32)
    bits = _rotation(len(query)).shape[1]
    share = math.acos(least) / math.pi
    spread = math.sqrt(bits * share * (1 - share))
    radius = int(bits * share + _SPARE * spread) + 1
    # One thread: a question takes too little to share out, and threads that wait for
    # each other on a busy machine take ten times as long.
    faiss.omp_set_num_threads(1)
    _, _, found = engine.range_search(codes(query[None]), radius)
    numbers = np.sort(found)
    cosines = _widened(halves, numbers) @ query
    near = cosines >= least
    return numbers[near], cosines[near]


def _widened(halves: NDArray[np.float16], numbers: NDArray[Any]) -> Vectors:
    """Take rows as singles. The bits are moved by hand: NumPy's own conversion takes
    seven times as long."""
    wide = halves.take(numbers, axis=0).view(np.int16).astype(np.int32)
    wide <<= 13
    wide &= ~0x70000000  # copies of the sign
    floats: Vectors = wide.view(np.float32)
    floats *= np.float32(2.0**112)  # the exponents' biases are 15 and 127
    return floats


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
