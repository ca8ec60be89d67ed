"""Rows taken from arrays laid end to end, in runs; ranges of ragged arrays. Pure."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def pieces(rows: Array, *lengths: int) -> Iterator[tuple[int, slice]]:
    """Cut rows of arrays laid end to end into runs: which array, and what of it.

    >>> list(pieces(np.array([1, 2, 3, 0]), 3, 5))
    [(0, slice(1, 3, None)), (1, slice(0, 1, None)), (0, slice(0, 1, None))]
    """
    ends = np.cumsum([0, *lengths]).tolist()
    cuts = np.flatnonzero(np.diff(rows) != 1) + 1
    for stretch in np.split(rows, cuts) if len(rows) else ():
        first, end = int(stretch[0]), int(stretch[-1]) + 1
        for number, (start, stop) in enumerate(pairwise(ends)):
            if max(first, start) < min(end, stop):
                at = slice(max(first, start) - start, min(end, stop) - start)
                yield number, at


def ranges(firsts: Array, ends: Array) -> Array:
    """Count from each first number up to its end, one range after the other.

    >>> ranges(np.array([3, 8]), np.array([5, 9])).tolist()
    [3, 4, 8]
    """
    lengths = ends - firsts
    before = np.cumsum(lengths) - lengths
    return np.repeat(firsts - before, lengths) + np.arange(lengths.sum())
