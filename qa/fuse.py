"""Merge ranked lists by reciprocal rank fusion, and give languages their share.

Source: Cormack, Clarke and Büttcher, SIGIR 2009; ranks count from 1. Pure.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


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


def spread(rows: Array, languages: Array, n: int, n_languages: int) -> Array:
    """Keep n of ranked rows, among them the best n / n_languages of each language.

    rows: best first; languages: of each, its number. Passages in the question's own
    language would otherwise leave no room for others.

    >>> spread(np.array([5, 6, 7, 8]), np.array([0, 0, 0, 1]), 2, 2).tolist()
    [5, 8]
    """
    order = np.argsort(languages, kind="stable")
    ordered = languages[order]
    place = np.empty(len(rows), np.int64)  # in its language
    place[order] = np.arange(len(rows)) - np.searchsorted(ordered, ordered)
    share = n // max(1, n_languages)
    kept = np.flatnonzero(place < share)
    others = np.flatnonzero(place >= share)[: n - len(kept)]
    chosen: Array = rows[np.sort(np.concatenate([kept, others]))]
    return chosen
