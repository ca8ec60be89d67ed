"""Merge ranked lists by reciprocal rank fusion.

Source: Cormack, Clarke and Büttcher, SIGIR 2009; ranks count from 1. Pure.
"""

from collections import defaultdict
from collections.abc import Sequence


def fuse(rankings: Sequence[Sequence[int]], k: int = 60) -> list[tuple[int, float]]:
    """Give each row the sum of 1 / (k + rank) over the lists holding it.

    rankings: row numbers, best first; lists may differ in length.
    Returns (row, score) pairs, best first; equal scores by lower row.

    >>> [row for row, score in fuse([[7, 3], [3, 9]])]
    [3, 7, 9]
    """
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, row in enumerate(ranking, 1):
            scores[row] += 1 / (k + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
