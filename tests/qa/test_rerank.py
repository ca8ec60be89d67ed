"""Late interaction against a loop over words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qa import rerank
from qa.weights import TABLE

NEITHER = np.zeros(2, bool)  # whether passages are in the language of the question

cosines = arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.just(6)),
    elements=st.floats(-1, 1, width=32),
)
stretches = st.lists(st.lists(st.integers(0, 5), max_size=5), max_size=6)


@given(cosines, stretches)
def test_best_matches_are_the_maxima(cosines, stretches):
    """Each word gets its best cosine in each stretch; an empty one gives 0."""
    offsets = np.cumsum([0, *map(len, stretches)])
    flat = np.array([t for s in stretches for t in s], int)

    found = rerank.best_matches(cosines[:, flat], offsets)

    expected = [
        [max((row[t] for t in s), default=0) for row in cosines] for s in stretches
    ]
    assert found == pytest.approx(np.array(expected).reshape(found.shape))


def test_cosines_of_few_words_count_less():
    """Those of none not at all, those of a paragraph wholly; the order is kept."""
    words = np.array([0, 1, 3, 7, 20, 80, 400])

    found = rerank.steadied(np.full(7, 0.5, np.float32), words)

    assert found[0] == 0
    assert (np.diff(found) >= 0).all()
    assert found[2] < 0.25 < found[3] < 0.4 < found[4]
    assert found[5:] == pytest.approx(0.5, abs=1e-4)


def test_late_interaction_weighs_the_words():
    """Half of the question matched wholly, half of it half: 0.75."""
    gains = np.array([[1.0, 0.5], [0.0, 0.0]], np.float32)

    scores = rerank.late_interaction(gains, np.array([0.5, 0.5], np.float32))

    assert scores == pytest.approx([0.75, 0.0])


def test_a_passage_is_judged_whole_and_by_its_best_sentence():
    """Two words in two sentences cover it whole; each sentence covers half."""
    gains = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], np.float32)

    late, best, exact = rerank.of_passages(
        gains, np.array([0.5, 0.5]), np.array([0, 2])
    )

    assert late == pytest.approx([1.0, 0.5])
    assert best == pytest.approx([0.5, 0.5])
    assert exact == pytest.approx([1.0, 0.0])


def test_a_passage_that_covers_more_ranks_higher():
    """With equal cosines late interaction decides; scores are the logistic sums."""
    equal, late = np.array([0.4, 0.4]), np.array([0.2, 0.9])
    ranking = rerank.rank(np.array([3, 8]), equal, late, equal, late, NEITHER)

    assert ranking.rows.tolist() == [8, 3]
    assert ranking.late.tolist() == ranking.exact.tolist() == [0.9, 0.2]
    total = np.dot(TABLE.passage, [0.4, 0.9, 0.4]) + TABLE.passage_bias
    assert ranking.scores[0] == pytest.approx(1 / (1 + np.exp(-total)))


def test_equal_passages_keep_the_order_of_rows():
    """Ties are broken by row, so that asking again gives the same."""
    equal, neither = np.array([0.5, 0.5, 0.5]), np.zeros(3, bool)
    ranking = rerank.rank(np.array([9, 2, 5]), *[equal] * 4, neither)

    assert ranking.rows.tolist() == [2, 5, 9]


def test_a_passage_with_a_translation_crowds_nothing_out():
    """Of those in the question's language; they are compared with all others."""
    same = np.array([True, False, True, False])
    cosines = np.array([[0.2, 0.9], [0.3, 0.1]])

    assert rerank.crowding(same, cosines).tolist() == [False, False, True, False]
    assert rerank.crowding(same[::2], cosines[:, :0]).tolist() == [True, True]


def test_another_language_that_matches_as_well_comes_first():
    """In one language wrong passages match better, too; a clear lead stays."""
    late = np.array([0.6, 0.6, 0.9])
    own = np.array([True, False, True])
    ranking = rerank.rank(np.arange(3), *[late] * 4, own)

    assert ranking.rows.tolist() == [2, 1, 0]


def test_the_top_is_cut_from_every_array():
    """Rows, scores and features stay side by side."""
    nothing = np.zeros(4)
    cosines, same = np.arange(4) / 4, np.zeros(4, bool)
    ranking = rerank.rank(np.arange(4), cosines, *[nothing] * 3, same).top(2)

    assert len(ranking) == 2
    assert ranking.rows.tolist() == [3, 2]
    assert ranking.cosines.tolist() == [0.75, 0.5]


def test_each_language_has_its_share_of_the_sample():
    """Rows are spread over a language, at most SAMPLED of each."""
    languages = np.array([0] * 100 + [1] * 3)

    rows = rerank.sample(languages)

    assert (languages[rows] == 0).sum() == rerank.SAMPLED
    assert rows[-3:].tolist() == [100, 101, 102]
    assert rows[rerank.SAMPLED - 1] > 80


def test_background_leans_on_all_languages_where_it_knows_little():
    """Means 0.2 of two and 0.1 of one; LEAN times their mean, 0.15, is added; all of it
    counts for 3, and what chance gives in general for FEW."""
    values, languages = np.array([0.15, 0.25, 0.1]), np.array([0, 0, 1])

    found = rerank.background(
        values, languages, np.arange(3), np.arange(3), np.array([7, 8, 9])
    )

    lean = rerank.LEAN
    leaned = [(0.4 + lean * 0.15) / (2 + lean), (0.1 + lean * 0.15) / (1 + lean), 0.15]
    expected = [value + rerank.AGAIN * (value - 0.15) for value in leaned]
    usual, few = rerank.CHANCE, rerank.FEW
    expected = [(3 * value + few * usual) / (3 + few) for value in expected]
    assert found == pytest.approx(expected)


def test_in_one_language_the_background_is_its_mean():
    """Nothing stands above the mean of all: of a thousand passages, it is theirs."""
    values, none = np.tile([0.15, 0.25, 0.2], 1000), np.zeros(1, int)
    found = rerank.background(values, np.zeros(3000, int), np.arange(3000), none, none)
    assert found == pytest.approx([0.2], abs=1e-3)


def test_what_matches_well_is_no_chance():
    """It counts as MATCH."""
    few, none = np.zeros(3, int), np.zeros(1, int)
    well = rerank.background(
        np.array([0.1, 0.9, 1.0]), few, np.arange(1, 4), none, none
    )
    least = np.array([0.1, rerank.MATCH, rerank.MATCH])
    assert well == rerank.background(least, few, np.arange(1, 4), none, none)


def test_nothing_is_judged_by_its_own_document():
    """As if that were not in the sample."""
    values, languages = np.array([0.05, 0.2, 0.1, 0.25]), np.array([0, 0, 1, 2])
    documents = np.array([4, 5, 6, 8])

    found = rerank.background(
        values, languages, documents, np.array([0, 1]), np.array([4, 6])
    )

    for i, left in enumerate([[1, 2, 3], [0, 1, 3]]):
        of = np.array([i]), np.array([9])
        there = values[left], languages[left], documents[left]
        assert found[i] == pytest.approx(rerank.background(*there, *of)[0])


def test_a_sentence_gains_by_what_stands_around_it():
    """The same match counts more beside the question's other word than far from it;
    a sentence alone is what late interaction makes of it."""
    half = np.array([0.5, 0.5], np.float32)
    gains = np.array([[0, 0], [1, 0], [0, 0], [1, 0], [0, 1]], np.float32)

    nothing = np.zeros_like(gains)

    scores = rerank.in_context(gains, half, nothing)

    assert scores[3] > scores[1] == pytest.approx(0.5)
    assert scores.max() <= 1
    alone = rerank.in_context(gains[1:2], half, nothing[1:2])
    assert alone == pytest.approx([0.5])


def test_a_sentence_gains_by_what_stands_above_it():
    """A word of the question in the heading counts as one in the sentence beside."""
    half = np.array([0.5, 0.5], np.float32)
    gains = np.array([[0, 0], [1, 0], [0, 0], [0, 0]], np.float32)
    above = np.array([[0, 0], [0, 1], [0, 0], [0, 1]], np.float32)

    scores = rerank.in_context(gains, half, above)

    around = rerank.in_context(gains, half, np.zeros_like(gains))
    gained = (scores - around).tolist()
    assert gained == pytest.approx([0, rerank.AROUND / 2, 0, rerank.AROUND / 2])


def test_copies_do_not_tell_what_is_usual():
    """Of those of one language that lie together the first counts."""
    vectors = np.array([[1, 0], [0.99, 0.141], [0, 1], [1, 0]])

    assert rerank.different(vectors, np.array([0, 0, 0, 1])).tolist() == [0, 2, 3]
    assert not len(rerank.different(np.zeros((0, 2)), np.zeros(0, int)))
