"""Figures of merit that ir-measures does not have. Pure.

Phrases: SQuAD's F1 (Rajpurkar et al., EMNLP 2016). Confidence: expected calibration
error (Naeini et al., AAAI 2015), area under the ROC curve, risk at a coverage
(El-Yaniv and Wiener, JMLR 2010). Intervals: bootstrap over groups of questions
(Sakai, SIGIR 2006), for questions about one article stand and fall together.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.tokens import terms

Array = NDArray[Any]

# Written without spaces: what counts is how many characters two phrases share.
UNSPACED = frozenset({"ja", "th", "zh"})
BINS = 15
RESAMPLED = 1_000


def f1(found: str, wanted: Sequence[str], language: str = "") -> float:
    """Give the best F1 of a phrase with any of those wanted, by words or characters.

    >>> round(f1("the old bridge", ["old bridge"]), 2)
    0.8
    >>> f1("一九九八年", ["一九九八"], "zh") == 8 / 9
    True
    """
    parts = _parts(found, language)
    return max((_f1(parts, _parts(text, language)) for text in wanted), default=0.0)


def _parts(text: str, language: str) -> Counter[str]:
    words = (term.term for term in terms(text))
    return Counter("".join(words) if language in UNSPACED else words)


def _f1(found: Counter[str], wanted: Counter[str]) -> float:
    shared = (found & wanted).total()
    return 2 * shared / (found.total() + wanted.total()) if shared else 0.0


def auroc(positive: Array, negative: Array) -> float:
    """Chance that a positive scores above a negative; equals count half.

    >>> auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    both = np.concatenate([positive, negative])
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n, m = len(positive), len(negative)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / max(n * m, 1))


def calibration_error(chance: Array, truth: Array) -> float:
    """Mean gap between what was expected and what came, over bins of equal width.

    >>> round(calibration_error(np.array([0.75, 0.75]), np.array([1, 0])), 2)
    0.25
    """
    place = np.minimum((chance * BINS).astype(int), BINS - 1)
    gaps = np.bincount(place, chance - truth, minlength=BINS)
    return float(np.abs(gaps).sum() / max(len(chance), 1))


def risk(chance: Array, right: Array, coverage: float) -> float:
    """Share of wrong ones among the surest `coverage` of all.

    >>> risk(np.array([0.9, 0.8, 0.1]), np.array([1, 0, 0]), 2 / 3)
    0.5
    """
    kept = np.argsort(-chance, kind="stable")[: max(1, round(coverage * len(chance)))]
    return float(1 - np.asarray(right, float)[kept].mean()) if len(kept) else 0.0


def average_precision(relevant: Sequence[bool], total: int) -> float:
    """Mean of the precisions where a relevant one stands, out of `total` of them.

    >>> average_precision([True, False, True], 2) == (1 + 2 / 3) / 2
    True
    """
    places = np.flatnonzero(relevant)
    return float(((np.arange(len(places)) + 1) / (places + 1)).sum() / max(total, 1))


def interval(
    values: Array, groups: Array, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """Give bounds of the mean of values (n,), whole groups (n,) drawn again.

    For two systems, give the differences of their values: paired bootstrap.
    """
    _, number = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(number, values), np.bincount(number)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (RESAMPLED, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
