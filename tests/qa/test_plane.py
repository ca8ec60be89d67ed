"""Passages on a plane, and the pictures drawn of an index."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.drawing import Point, facts, plane
from qa.plane import project, sample
from qa.words import speech

ENGLISH = speech("en")


def test_the_first_axis_is_that_of_most_variance():
    """Points on a line in three dimensions keep their order and their distances."""
    line = np.outer([0.0, 1.0, 3.0, 4.0], [0.6, 0.8, 0.0])

    assert project(line)[:, 0] == pytest.approx([0, 0.25, 0.75, 1])


def test_it_equals_a_singular_value_decomposition():
    """Independent computation: the two first right singular vectors, up to sign."""
    rows = np.random.default_rng(1).normal(size=(50, 8))
    centred = rows - rows.mean(axis=0)
    axes = np.linalg.svd(centred)[2][:2]

    for place, axis in zip(project(rows).T, axes, strict=True):
        assert abs(np.corrcoef(place, centred @ axis)[0, 1]) == pytest.approx(1)


@pytest.mark.parametrize("shape", [(1, 4), (3, 1), (5, 2)])
def test_small_inputs_have_places(shape):
    """One row, or one column, still gives finite places in [0, 1]."""
    places = project(np.ones(shape))

    assert places.shape == (shape[0], 2)
    assert np.all((places >= 0) & (places <= 1))


@given(st.integers(1, 500), st.integers(1, 100))
def test_a_sample_is_even(n, most):
    """At most so many rows, each once, all of them when there is room."""
    rows = sample(n, most)

    assert len(rows) == min(n, most)
    assert rows.min() >= 0
    assert rows.max() <= n - 1


def test_the_map_is_drawn_escaped():
    """Each point tells its text; a hit has its number."""
    points = [
        Point(4, 0.0, 1.0, "fr", "<b>", "Il <i>pleut</i>", rank=2),
        Point(5, 1.0, 0.0, "en", "Rain", "It rained"),
    ]

    drawn = plane(points, 9, ENGLISH)

    assert 'data-open="4"' in drawn
    assert ">2</text>" in drawn
    assert "<b>" not in drawn
    assert "Shown: 2 of 9" in drawn


def test_the_facts_name_the_languages():
    """Counts come as bars, the largest first at full width."""
    record = {
        "created": "2026-11-22T12:00:00+00:00", "seconds": 1.0, "generation": 3,
        "model": "fast", "embedder": "fast@1", "dim": 256, "kind": "Flat",
        "backend": "faiss", "documents": 2, "passages": 12, "bytes": 3_000_000,
        "paths": ["/docs"], "languages": {"en": 3, "fr": 9},
    }  # fmt: skip

    told = facts(record, ENGLISH)

    assert told.index("French") < told.index("English")
    assert "width:100.0%" in told
    assert "width:33.3%" in told
    assert "2026-11-22 12:00:00 UTC" in told
