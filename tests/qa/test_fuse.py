"""Reciprocal rank fusion against its formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.fuse import fuse, spread

rankings = st.lists(st.lists(st.integers(0, 30), unique=True, max_size=12), max_size=5)


def test_fuse_rewards_agreement():
    """A row in both lists beats a row topping only one."""
    fused = dict(fuse([[7, 3], [3, 9]]))

    assert fused[3] == pytest.approx(1 / 62 + 1 / 61)
    assert fused[7] == pytest.approx(1 / 61)
    assert fused[3] > fused[7] > fused[9]


@given(rankings)
def test_fuse_gives_the_sum_of_reciprocals(lists):
    """Every row met gets exactly its sum, and rows come best first."""
    fused = fuse(lists)

    rows = {row for ranking in lists for row in ranking}
    expected = {
        row: sum(1 / (61 + r.index(row)) for r in lists if row in r) for row in rows
    }
    assert dict(fused) == pytest.approx(expected)
    keys = [(-score, row) for row, score in fused]
    assert keys == sorted(keys)


@given(rankings)
def test_order_of_the_lists_does_not_matter(lists):
    """Fusion is symmetric in its inputs, up to rounding."""
    assert dict(fuse(lists)) == pytest.approx(dict(fuse(lists[::-1])))


ranked = st.lists(st.integers(0, 3), max_size=40)


@given(ranked, st.integers(1, 20))
def test_each_language_has_its_share(languages, n):
    """The best n // 4 of each of four, as far as there are so many; n in all."""
    rows = np.arange(len(languages)) + 100
    numbers = np.array(languages, int)

    kept = spread(rows, numbers, n, 4)

    assert len(kept) == min(n, len(rows))
    assert kept.tolist() == sorted(set(kept.tolist()))
    for language in range(4):
        best = rows[numbers == language][: n // 4]
        assert set(best) <= set(kept)


def test_one_language_is_cut_where_it_was():
    """Without other languages the best n stay."""
    rows = np.array([9, 3, 7, 1])
    assert spread(rows, np.zeros(4, int), 3, 1).tolist() == [9, 3, 7]
