"""Late interaction on the static table: how well a passage covers a question.

Source: MaxSim of ColBERT (Khattab and Zaharia, SIGIR 2020), on static word vectors,
so that a passage costs a few hundred look-ups. Pure.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


# Learned by training.ranking on the odd-numbered articles of XQuAD, all languages
# together: cosine of the vectors, and late interaction.
WEIGHTS = (8.0, 12.0)


def best_matches(cosines: Array, offsets: Array, terms: Array) -> Array:
    """Give each question word's best cosine in each stretch of terms.

    cosines: (m, t) of question words to terms. offsets: (n + 1,) and terms: ragged
    term ids, stretch i being `terms[offsets[i]:offsets[i + 1]]`.
    Returns (n, m) float32; an empty stretch matches nothing, 0.
    """
    n = len(offsets) - 1
    found = np.zeros((n, len(cosines)), np.float32)
    filled = np.flatnonzero(np.diff(offsets) > 0)
    if len(filled) and len(cosines):
        at = cosines[:, terms]  # (m, sum of lengths)
        found[filled] = np.maximum.reduceat(at, offsets[filled], axis=1).T
    return found


def late_interaction(gains: Array, importance: Array) -> Array:
    """Weigh the words' degrees of match: (n,) from 0 to 1.

    gains: (n, m), from 0 to 1; importance: (m,), sums to 1.
    """
    scores: Array = gains @ importance
    return scores


def score(cosines: Array, late: Array) -> Array:
    """Add up what speaks for a passage: (n,), higher is better."""
    total: Array = WEIGHTS[0] * cosines + WEIGHTS[1] * late
    return total
