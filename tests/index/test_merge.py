"""Tables of words put together are what counting afresh gives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import Lexical
from index.merge import merge

WORDS = st.sampled_from("a b c d e f g".split())
PASSAGES = st.lists(st.lists(st.lists(WORDS, max_size=4), max_size=3), max_size=6)


@given(PASSAGES, PASSAGES, st.data())
def test_merge_is_counting_afresh(old, new, data):
    """Whatever passages are kept, in whatever order, and wherever new ones stand."""
    kept = data.draw(st.permutations(range(len(old))))
    rows = kept[: data.draw(st.integers(0, len(kept)))]
    for place in range(len(new)):
        # New passages keep their order.
        least = rows.index(len(old) + place - 1) + 1 if place else 0
        rows.insert(data.draw(st.integers(least, len(rows))), len(old) + place)
    before, added = Lexical.build(old), Lexical.build(new)

    merged, origin = merge(before, added, np.array(rows, np.int64))

    afresh = Lexical.build([[*old, *new][row] for row in rows])
    assert list(merged.terms) == list(afresh.terms)
    for name, array in afresh.arrays().items():
        assert merged.arrays()[name].tolist() == array.tolist(), name
        assert merged.arrays()[name].dtype == array.dtype, name
    for term, at in zip(merged.terms, origin.tolist(), strict=True):
        assert at == (list(before.terms).index(term) if term in before.terms else -1)
