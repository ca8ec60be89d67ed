"""Choosing sentences, and the confidence that any answers."""

import numpy as np
import pytest

from qa import answer
from qa.rerank import Ranking
from qa.weights import TABLE


def test_sentences_close_to_the_best_are_shown():
    """0.5 is less than nine tenths of 0.6; 0.58 is not."""
    assert answer.choose([0.5, 0.6, 0.58]) == [1, 2]


def test_no_more_sentences_than_asked_for():
    assert answer.choose([0.9] * 10, most=2) == [0, 1]


@pytest.mark.parametrize("scores", [[], [0.0, 0.0]])
def test_nothing_is_shown_where_nothing_matches(scores):
    assert answer.choose(scores) == []


COSINES, LATE, SENTENCE, EXACT = (
    np.array([0.6, 0.4, 0.2]),
    np.array([0.9, 0.3, 0.1]),
    np.array([0.5, 0.5, 0.0]),
    np.array([0.3, 0.0, 0.2]),
)


def ranking(*columns):
    """Passages in the order of their rows, with these features."""
    return Ranking(np.arange(len(columns[0])), columns[0], *columns)


def test_signs_are_the_best_and_its_lead_over_the_others():
    """The others' mean is 0.3, of as many as are looked at."""
    column = np.array([0.9, *[0.3] * (answer.LOOKED_AT + 5)])
    column[answer.LOOKED_AT :] = 0

    found = answer.signs(column, column / 3, column / 9, 1 - column, breadth=1)

    expected = [0.9, 0.3, 0.1, 0.1, 0.6, 0.2, 0.6 / 9, 0.1 - 0.7]
    assert found == pytest.approx([*expected, *[0] * 9])


def test_signs_say_more_or_less_by_how_many_words_were_met():
    """All of them, and 1, times the logarithm of how many."""
    columns = COSINES, LATE, SENTENCE, EXACT
    one = answer.signs(*columns, breadth=1)[:8]

    found = answer.signs(*columns, breadth=7.5)

    assert found == pytest.approx([*one, *np.log(7.5) * np.array([1, *one])])


@pytest.mark.parametrize("same", [True, False])
def test_confidence_is_the_logistic_of_the_signs(same):
    signs = answer.signs(COSINES, LATE, SENTENCE, EXACT, 4.5)
    *weights, bias = TABLE.same if same else TABLE.across
    total = np.dot(signs, weights) + bias

    found = answer.confidence(ranking(COSINES, LATE, SENTENCE, EXACT), 4.5, same)

    assert found == pytest.approx(1 / (1 + np.exp(-total)), rel=1e-5)


def test_one_passage_alone_leads_by_all_it_has():
    """Passages that a small collection does not have say nothing."""
    one = np.array([0.5])
    assert answer.signs(one, one, one, one, 1).tolist() == [*[0.5] * 8, *[0] * 9]


def test_nothing_found_is_no_confidence():
    assert answer.confidence(ranking(*[np.array([])] * 4), 3, same=True) == 0.0
