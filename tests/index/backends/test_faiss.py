"""Search among all vectors, against brute force."""

import faiss as library
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.backends import faiss
from index.errors import CorruptSnapshot, DimensionMismatch


def unit(shape: tuple[int, int], seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(st.integers(1, 60), st.integers(1, 8), st.integers(1, 80), st.integers(0, 99))
@settings(max_examples=60)
def test_search_agrees_with_brute_force(n, q, k, seed):
    """The same scores, best first, and rows that have them; never a row of -1."""
    vectors, queries = unit((n, 16), seed), unit((q, 16), seed + 1000)
    similarity = queries @ vectors.T  # (q, n)

    scores, rows = faiss.build(vectors).search(queries, k)

    expected = -np.sort(-similarity, axis=1)[:, :k]
    assert scores.shape == rows.shape == (q, min(k, n))
    assert rows.dtype == np.int64
    np.testing.assert_allclose(scores, expected, atol=1e-3)
    np.testing.assert_allclose(
        np.take_along_axis(similarity, rows, 1), scores, atol=1e-3
    )


def test_load_gives_what_was_dumped():
    """The bytes hold everything."""
    vectors = unit((20, 16), 0)
    built = faiss.build(vectors)

    loaded = faiss.load(faiss.dump(built))

    assert len(loaded) == 20
    assert loaded.dim == 16
    np.testing.assert_array_equal(
        loaded.search(vectors, 5)[1], built.search(vectors, 5)[1]
    )


def test_indexes_of_before_are_searched():
    """Those kept their vectors in single precision."""
    vectors = unit((20, 16), 0)
    flat = library.IndexFlatIP(16)
    flat.add(vectors)

    loaded = faiss.load(library.serialize_index(flat))

    assert loaded.search(vectors, 1)[1][:, 0].tolist() == list(range(20))


def test_a_vector_takes_two_bytes_a_number():
    """Half of what it takes in single precision."""
    some, more = (faiss.dump(faiss.build(unit((n, 64), 0))) for n in (100, 200))

    assert len(more) - len(some) == 100 * 64 * 2


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(bad):
    """FAISS would answer NaN with row -1."""
    vectors = unit((3, 4), 0)
    engine = faiss.build(vectors)
    vectors[1, 2] = bad

    with pytest.raises(ValueError, match="NaN or infinity"):
        faiss.build(vectors)
    with pytest.raises(ValueError, match="NaN or infinity"):
        engine.search(vectors, 1)


def test_other_dimensions_are_refused():
    """What was found, what was wanted."""
    engine = faiss.build(unit((3, 4), 0))

    with pytest.raises(
        DimensionMismatch, match="queries have 5 dimensions, the index 4"
    ):
        engine.search(unit((1, 5), 0), 1)
    with pytest.raises(ValueError, match="k is 0"):
        engine.search(unit((1, 4), 0), 0)


def test_load_refuses_what_is_no_index():
    """Bytes that faiss refuses are a corrupt snapshot."""
    with pytest.raises(CorruptSnapshot, match="faiss cannot read"):
        faiss.load(np.arange(100, dtype=np.uint8))
