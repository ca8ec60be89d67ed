"""Which sentences answer, and how sure we are that any does. Pure."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.rerank import Ranking
from qa.weights import TABLE, Weights

Array = NDArray[Any]

# A second sentence is shown when it scores this close to the best.
ALSO = 0.9
MOST = 3

# Passages the confidence is judged by, the best ones.
LOOKED_AT = 10


def choose(scores: Sequence[float], most: int = MOST) -> list[int]:
    """Pick the sentences worth showing, best first: those close to the best.

    >>> choose([0.2, 0.9, 0.85])
    [1, 2]
    """
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    return [i for i in order[:most] if scores[i] >= ALSO * scores[order[0]] > 0]


def signs(
    cosines: Array, late: Array, sentence: Array, exact: Array, breadth: float
) -> Array:
    """Tell from the n > 0 best passages, (n,) each, whether one answers: (17,) float32.

    The best one's features, and how far each stands above the mean of the others:
    what merely touches on a subject has equals. Others that a small collection does
    not have are taken to say nothing. A passage that has the question's own words is in
    its language, where more is met by chance. All of this, and 1, once more times the
    logarithm of the question's `breadth`: one word is met by chance where ten are not.
    """
    columns = (cosines, late, sentence, exact)
    others = slice(1, LOOKED_AT)
    above = [v[0] - v[others].sum() / (LOOKED_AT - 1) for v in columns]
    found = np.array([*(values[0] for values in columns), *above], np.float32)
    by_breadth = np.float32(math.log(breadth)) * np.array([1, *found], np.float32)
    return np.concatenate([found, by_breadth])


def confidence(
    ranking: Ranking, breadth: float, same: bool, weights: Weights = TABLE
) -> float:
    """Estimate the probability that the ranked passages answer (Platt, 1999).

    breadth: how many words share what the question asks, see `Question.breadth`. same:
    whether the best passage is in the question's language, where more is met by chance,
    and more where there is an answer. The weights were fitted with the right paragraph
    there, or taken away, or its whole article with it.
    """
    if not len(ranking):
        return 0.0
    r = ranking
    found = signs(r.cosines, r.late, r.sentence, r.exact, breadth)
    *of_signs, bias = weights.same if same else weights.across
    return 1 / (1 + math.exp(-float(found @ np.array(of_signs)) - bias))
