"""A question set against a small collection in two languages."""

import numpy as np
import pytest

from index.lexical import Lexical
from index.tokens import terms
from qa import question

# "arrêt" lies near "halt", "qui" near "who"; "pluie" near neither.
VECTORS = {
    "halt": [1.0, 0.0, 0.0],
    "who": [0.0, 1.0, 0.0],
    "arrêt": [0.8, 0.0, 0.6],
    "qui": [0.0, 0.9, np.sqrt(1 - 0.81)],
    "pluie": [0.0, 0.0, 1.0],
}
PASSAGES = [["qui", "arrêt"], ["qui", "pluie"], ["qui"], ["qui", "pluie", "halt"]]


def read(text):
    lexical = Lexical.build(PASSAGES)
    words = terms(text)
    vectors = np.array([VECTORS.get(w.term, [0, 0, 0]) for w in words], np.float32)
    known = np.array([VECTORS[t] for t in lexical.terms], np.float32)
    ids = {term: i for i, term in enumerate(lexical.terms)}
    weights = np.ones(len(words), np.float32)
    vectors = vectors.reshape(len(words), 3)
    return question.read(words, vectors, weights, lexical, known, ids), ids


def test_translations_stand_for_a_word_by_their_cosine():
    """ "halt" finds itself wholly and "arrêt" by (0.8 - floor) / (1 - floor)."""
    asked, ids = read("halt")

    (near,) = asked.alternatives()

    assert near[0] == (ids["halt"], pytest.approx(1.0))
    expected = (0.8 - question.FLOOR) / (1 - question.FLOOR)
    assert near[1] == (ids["arrêt"], pytest.approx(expected))
    assert len(near) == 2


def test_common_words_matter_less_even_in_translation():
    """ "who" stands in no passage but "qui" in all of them: it tells little."""
    asked, _ = read("who halt")

    who, halt = asked.importance
    assert who < halt
    assert who + halt == pytest.approx(1)


def test_the_same_word_matches_wholly_without_a_vector():
    """A word that the table does not know is still found as itself."""
    lexical = Lexical.build([["xyzzy"], ["other"]])
    none = np.zeros((2, 3), np.float32)
    asked = question.read(
        terms("xyzzy"), none[:1], np.zeros(1), lexical, none, {"xyzzy": 0, "other": 1}
    )

    assert asked.cosines[0].tolist() == [1.0, 0.0]
    assert asked.alternatives() == [[(0, 1.0)]]
    assert asked.importance == pytest.approx([1.0])


def test_a_question_without_words_is_read():
    """Punctuation alone gives no words, no alternatives, no importance."""
    asked, _ = read("?!")

    assert asked.words == ()
    assert asked.alternatives() == []
    assert asked.importance.shape == (0,)
