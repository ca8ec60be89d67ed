"""Figures of merit against their definitions."""

import numpy as np
import pytest

from qa import measures


@pytest.mark.parametrize(
    ("found", "wanted", "language", "expected"),
    [
        ("On Monday!", ["on monday"], "en", 1.0),  # case and punctuation do not count
        ("Monday", ["on Monday", "Tuesday"], "en", 2 / 3),  # the best of those wanted
        ("Tuesday", ["Monday"], "en", 0.0),
        ("", ["Monday"], "en", 0.0),
        ("東京都", ["東京"], "ja", 0.8),  # two of three, and of two, characters
    ],
)
def test_f1_of_a_phrase(found, wanted, language, expected):
    assert measures.f1(found, wanted, language) == pytest.approx(expected)


def test_auroc_is_the_share_of_pairs_in_order():
    """Compared with counting all pairs, ties included."""
    rng = np.random.default_rng(1)
    yes, no = rng.integers(2, 9, 40) / 10, rng.integers(0, 7, 30) / 10

    pairs = (yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2
    assert measures.auroc(yes, no) == pytest.approx(pairs)


def test_calibration_error_weighs_bins_by_how_many_they_hold():
    """Three at 0.9 of which two are true, and one at 0.1 that is false."""
    chance, truth = np.array([0.9, 0.9, 0.9, 0.1]), np.array([1, 1, 0, 0])

    expected = 3 / 4 * (0.9 - 2 / 3) + 1 / 4 * 0.1
    assert measures.calibration_error(chance, truth) == pytest.approx(expected)


def test_risk_looks_at_the_surest():
    """Of the surest half one of two is wrong; of all, three of four."""
    chance, right = np.array([0.1, 0.9, 0.8, 0.2]), np.array([0, 0, 1, 0])

    assert measures.risk(chance, right, 0.5) == 0.5
    assert measures.risk(chance, right, 1.0) == 0.75


def test_an_interval_draws_whole_groups():
    """Ten equal values of one group say no more than one: only two outcomes."""
    values = np.repeat([0.0, 1.0], 10)

    assert measures.interval(values, np.repeat([0, 1], 10)) == (0.0, 1.0)
    low, high = measures.interval(values, np.arange(20))
    assert 0.2 < low < 0.5 < high < 0.8


def test_average_precision_counts_what_was_not_found():
    """Found at ranks 1 and 3, of four: (1 + 2/3) / 4."""
    found = measures.average_precision([True, False, True, False], 4)

    assert found == pytest.approx((1 + 2 / 3) / 4)
