"""Which sentences answer, and how sure we are that any does. Pure."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# A second sentence is shown when it scores this close to the best.
ALSO = 0.9
MOST = 3


def choose(scores: Sequence[float], most: int = MOST) -> list[int]:
    """Pick the sentences worth showing, best first: those close to the best.

    >>> choose([0.2, 0.9, 0.85])
    [1, 2]
    """
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    return [i for i in order[:most] if scores[i] >= ALSO * scores[order[0]] > 0]


def probability(features: Array, weights: Array, bias: float) -> float:
    """Logistic regression: the chance that the passages answer (Platt, 1999)."""
    return 1 / (1 + math.exp(-float(np.dot(features, weights)) - bias))
