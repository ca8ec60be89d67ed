"""Late interaction on the static table: how well a passage covers a question.

Source: MaxSim of ColBERT (Khattab and Zaharia, SIGIR 2020), on static word vectors,
so that a passage costs a few hundred look-ups. Pure.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


# Learned by training.ranking on the odd-numbered articles of XQuAD, all languages
# together: what a unit of cosine, of late interaction, and of that of the best
# sentence, adds to the log-odds.
WEIGHTS = (16.41, 12.96, 17.45)
BIAS = -13.68


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Passages, best first, and what speaks for each; all arrays are (n,).

    rows: int64. scores: float32, from 0 to 1, falling. cosines: of the vectors.
    late: late interaction, from 0 to 1; sentence: that of its best sentence alone.
    """

    rows: Array
    scores: Array
    cosines: Array
    late: Array
    sentence: Array

    def __len__(self) -> int:
        return len(self.rows)

    def top(self, k: int) -> "Ranking":
        """Keep the k best."""
        columns = (getattr(self, name) for name in Ranking.__slots__)
        return Ranking(*(column[:k] for column in columns))


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


def of_passages(gains: Array, importance: Array, starts: Array) -> tuple[Array, Array]:
    """Late interaction of passages, and of the best sentence of each: (n,) both.

    gains: (s, m) of sentences; passage i's begin at starts[i], and it has at least one.
    """
    whole = np.maximum.reduceat(gains, starts, axis=0)  # (n, m)
    best = np.maximum.reduceat(late_interaction(gains, importance), starts)
    return late_interaction(whole, importance), best


def rank(rows: Array, cosines: Array, late: Array, sentence: Array) -> Ranking:
    """Order passages by the weighted sum of what speaks for them, equals by row."""
    sums = WEIGHTS[0] * cosines + WEIGHTS[1] * late + WEIGHTS[2] * sentence + BIAS
    order = np.lexsort((rows, -sums))
    scores = (1 / (1 + np.exp(-sums[order]))).astype(np.float32)
    return Ranking(rows[order], scores, cosines[order], late[order], sentence[order])
