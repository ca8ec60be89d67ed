"""Reciprocal rank fusion against its formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.fuse import fuse

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
