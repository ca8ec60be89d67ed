"""Which words lie near a vector, against comparing it with all of them."""

import numpy as np
import pytest

from index.neighbours import Neighbours, codes
from tests.memory import freed_at_once


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def crowd(seed, n, dim):
    """Words in clusters, so that many lie near one another."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((n // 40, dim))
    spread = rng.standard_normal((n, dim)) * rng.uniform(0.3, 1.2, (n, 1))
    return unit(centres[rng.integers(0, len(centres), n)] + spread)


@pytest.mark.parametrize("dim", [16, 256, 300])
def test_nearly_all_words_that_lie_near_are_found(dim):
    """Of those with the cosine or more, 999 in 1,000; and nothing else."""
    words = crowd(1, 4_000, dim)
    queries = unit(words[:200] + 0.5 * crowd(2, 200, dim))
    space = Neighbours(words.astype(np.float16), codes(words))

    found = {
        (q, int(i)) for q, (ids, _) in enumerate(space.near(queries, 0.55)) for i in ids
    }

    cosines = queries @ words.astype(np.float16).astype(np.float32).T
    wanted = set(map(tuple, np.argwhere(cosines >= 0.55).tolist()))
    assert len(wanted) > 2_000
    assert len(found & wanted) >= 0.999 * len(wanted)
    assert all(cosines[pair] >= 0.549 for pair in found)


def test_cosines_are_exact():
    """Codes only choose whom to compare."""
    words = crowd(3, 500, 64)
    space = Neighbours(words.astype(np.float16), codes(words))

    ((ids, cosines),) = space.near(words[:1], 0.5)

    expected = words.astype(np.float16).astype(np.float32) @ words[0]
    assert 0 in ids
    assert ids.tolist() == sorted(ids.tolist())
    assert cosines == pytest.approx(expected[ids], abs=1e-6)


def test_halves_widen_to_the_same_numbers():
    """Every finite half has an equal single, subnormal ones and zero too."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)].reshape(-1, 16)
    space = Neighbours(halves, codes(np.zeros((len(halves), 16), np.float32)))

    found = space.vectors(np.arange(len(halves)))

    assert np.array_equal(found, halves.astype(np.float32))


def test_no_words_and_no_queries():
    """An empty collection has no neighbours, and nothing asked finds nothing."""
    none = np.zeros((0, 16), np.float32)
    empty = Neighbours(none.astype(np.float16), codes(none))

    assert empty.near(none, 0.5) == []
    ((ids, cosines),) = empty.near(np.eye(16, dtype=np.float32)[:1], 0.5)
    assert len(ids) == len(cosines) == 0


def test_what_is_remembered_is_found_again_and_keeps_nothing():
    """Equal to the first time; and an index that is given up is freed at once, though
    nobody collects garbage."""
    words = crowd(5, 400, 64)
    space = Neighbours(words.astype(np.float16), codes(words))
    first = space.near(words[:3], 0.5)
    space.near(words[50:60], 0.5)

    for one, again in zip(first, space.near(words[:3], 0.5), strict=True):
        assert all(map(np.array_equal, one, again))

    def asked() -> Neighbours:
        space = Neighbours(words.astype(np.float16), codes(words))
        space.near(words[:3], 0.5)
        return space

    assert freed_at_once(asked)
