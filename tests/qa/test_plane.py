"""Passages on a plane, and the map drawn of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.drawing import MOST_HUES, READ, Point, plane
from qa.plane import Plane, sample
from qa.words import speech

ENGLISH = speech("en")


def project(vectors):
    return Plane.through(vectors).place(vectors)


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


def test_what_is_outside_is_put_at_the_edge():
    """On the line from 0 to 4, 3 lies at 0.75; 9 lies beyond the end."""
    plane = Plane.through(np.array([[0.0, 0.0], [4.0, 0.0]]))

    assert plane.place(np.array([[3.0, 0.0], [9.0, 0.0]]))[:, 0].tolist() == [0.75, 1]


@given(st.integers(1, 500), st.integers(1, 100))
def test_a_sample_is_even(n, most):
    """At most so many rows, each once, all of them when there is room."""
    rows = sample(n, most)

    assert len(rows) == min(n, most)
    assert rows.min() >= 0
    assert rows.max() <= n - 1


def test_the_map_is_drawn_escaped():
    """Each point tells its text; a hit has its number, and its name below."""
    points = [
        Point("a:4", 0.0, 1.0, "fr", "<u>", "<b>", "Il <i>pleut</i>", rank=2),
        Point("b:5", 1.0, 0.0, "en", "The Post", "Rain", "It rained"),
    ]

    drawn = plane(points, (0.5, 0.5), 9, ENGLISH)

    assert drawn.count('data-open="a:4"') == 2
    assert drawn.count('data-open="b:5"') == 1
    assert ">2</text>" in drawn
    assert "&lt;b&gt;" in drawn
    assert "<i>p" not in drawn
    assert "Shown: 2 of 9" in drawn
    assert drawn.count("<line ") == 1


def test_a_map_without_a_question_has_no_lines():
    """There is neither a question nor a hit to lead to."""
    drawn = plane([Point("b:5", 1.0, 0.0, "en", "", "Rain", "It")], None, 9, ENGLISH)

    assert "<line" not in drawn
    assert "asking" not in drawn


def test_rare_values_are_grey():
    """The most frequent sources have hues of their own, the others share one."""
    sources = [f"s{number:02}" for number in range(MOST_HUES + 2)]
    points = [Point(f"a:{i}", 0, 0, "en", s, "T", "t") for i, s in enumerate(sources)]

    drawn = plane(points, None, 9, ENGLISH)

    assert drawn.count("--source:0 0%") == 2
    assert "<bdi>Others</bdi>" in drawn
    assert f"<bdi>s{MOST_HUES + 1}</bdi>" not in drawn


def test_a_number_on_the_map_is_read_out():
    """It begins the name of its point."""
    point = Point("a:0", 0.5, 0.5, "en", "s", "River", "It froze.", rank=3)

    assert 'aria-label="3. River\n' in plane([point], None, 1, ENGLISH)


def test_a_title_below_the_map_has_its_own_direction():
    """Its number stays where the page puts numbers."""
    point = Point("a:0", 0.5, 0.5, "ar", "s", "هدنة", "توقف القتال.", rank=3)

    below = plane([point], None, 1, ENGLISH).partition('class="on-map"')[2]
    assert '<li><b>3</b><button type="button"' in below
    assert 'lang="ar" dir="rtl">هدنة</button>' in below


def test_only_a_text_that_is_cut_ends_in_dots():
    """At 240 characters; one of 10 is told whole."""
    points = [Point("a:0", 0, 0, "en", "s", "T", "x" * n) for n in (10, READ + 1)]

    drawn = plane(points, None, 2, ENGLISH)
    assert f'"T\n{"x" * 10}"' in drawn
    assert f'"T\n{"x" * READ}…"' in drawn
