"""A question set against a small collection in two languages."""

import numpy as np
import pytest

from index.lexical import Lexical
from index.neighbours import Neighbours, codes
from index.tokens import terms
from qa import question
from qa.question import Standing

# "arrêt" lies near "halt", "qui" near "who"; "pluie" near neither.
VECTORS = {
    "halt": [1.0, 0.0, 0.0],
    "who": [0.0, 1.0, 0.0],
    "arrêt": [0.6, 0.0, 0.8],
    "qui": [0.0, 0.9, np.sqrt(1 - 0.81)],
    "pluie": [0.0, 0.0, 1.0],
}
PASSAGES = [
    [["qui", "arrêt"]],
    [["qui"], ["pluie"]],
    [["qui"]],
    [["qui", "pluie"], ["halt"]],
]


def space(vectors):
    return Neighbours(vectors.astype(np.float16), codes(vectors))


def read(text):
    lexical = Lexical.build(PASSAGES)
    words = terms(text)
    vectors = np.array([VECTORS.get(w.term, [0, 0, 0]) for w in words], np.float32)
    known = np.array([VECTORS[t] for t in lexical.terms], np.float32)
    ids = {term: i for i, term in enumerate(lexical.terms)}
    telling = np.full(len(words), 10, np.float32)
    vectors = vectors.reshape(len(words), 3)
    none = np.zeros((0, 3), np.float32)
    asked = question.read(words, vectors, telling, none, lexical, space(known), ids)
    return asked, ids


def test_translations_stand_for_a_word_by_their_cosine():
    """halt finds itself wholly, arrêt by how far 0.6 is from floor to top."""
    asked, ids = read("halt")

    words, found, weights = asked.alternatives()

    assert words.tolist() == [0, 0]
    assert found.tolist() == [ids["halt"], ids["arrêt"]]
    way = (0.6 - question.FLOOR) / (question.TOP - question.FLOOR)
    expected = (1 - question.EXACT) * way
    assert weights == pytest.approx([1, expected], abs=1e-3)  # of halves


def test_common_words_matter_less_even_in_translation():
    """ "who" stands in no passage but "qui" in all of them: it tells little."""
    asked, _ = read("who halt")

    who, halt = asked.importance
    assert who < halt
    assert who + halt == pytest.approx(1)


def test_the_same_word_matches_wholly_without_a_vector():
    """A word that the table does not know is still found as itself."""
    lexical = Lexical.build([[["xyzzy"]], [["other"]]])
    none = np.zeros((2, 3), np.float32)
    ids = {"xyzzy": 0, "other": 1}
    asked = question.read(
        terms("xyzzy"), none[:1], np.zeros(1), none, lexical, space(none), ids
    )

    assert asked.cosines(np.array([0, 1])).tolist() == [[1.0, 0.0]]
    assert [column.tolist() for column in asked.alternatives()] == [[0], [0], [1.0]]
    assert asked.importance == pytest.approx([1.0])


def test_another_word_never_stands_for_one_wholly():
    """Two words on one vector: only the word itself has 1, also where it is there."""
    lexical = Lexical.build([[["halt", "stopp"]]])
    same = np.array([[1, 0], [1, 0]], np.float32)
    ids = {"halt": 0, "stopp": 1}
    asked = question.read(
        terms("halt"),
        same[:1],
        np.array([10.0]),
        np.zeros((0, 2), np.float32),
        lexical,
        space(same),
        ids,
    )

    assert asked.cosines(np.array([0, 1])) == pytest.approx(
        np.array([[1, question.ALMOST]])
    )
    _, found, weights = asked.alternatives()
    assert found.tolist() == [0, 1]
    assert weights == pytest.approx([1, 1 - question.EXACT])


def weighed(information, asking):
    """Read "halt" and "arrêt", each in one passage of two."""
    lexical = Lexical.build([[["halt"]], [["arrêt"]]])
    vectors = np.array([[1, 0], [0, 1]], np.float32)
    ids = {"halt": 0, "arrêt": 1}
    words = terms("halt arrêt")
    return question.read(
        words, vectors, np.array(information), asking, lexical, space(vectors), ids
    )


def test_words_that_tell_more_matter_more():
    """With equal idf, importance goes as information above COMMON: 2 to 6."""
    asked = weighed([question.COMMON + 2, question.COMMON + 6], np.zeros((0, 2)))

    assert asked.importance == pytest.approx([0.25, 0.75])


def test_words_that_only_ask_matter_little():
    """A word like "who" keeps a fifth of its importance: 0.2 to 1."""
    asked = weighed([10.0, 10.0], np.array([[1.0, 0.0]]))

    assert asked.importance == pytest.approx([0.2 / 1.2, 1 / 1.2])


@pytest.mark.parametrize(("more", "breadth"), [(2, 2.0), (6, 1.6)])
def test_a_question_is_as_broad_as_many_words_matter_alike(more, breadth):
    """Two words that matter alike are two; one with three times as much is more than
    half of them: 1 / (0.25² + 0.75²)."""
    asked = weighed([question.COMMON + 2, question.COMMON + more], np.zeros((0, 2)))

    assert asked.breadth == pytest.approx(breadth)


def test_a_question_without_words_is_as_broad_as_one():
    asked, _ = read("?!")

    assert asked.breadth == 1


def test_a_question_without_words_is_read():
    """Punctuation alone gives no words, no alternatives, no importance."""
    asked, _ = read("?!")

    assert asked.words == ()
    assert all(len(column) == 0 for column in asked.alternatives())
    assert asked.importance.shape == (0,)


def test_words_spelt_alike_stand_for_each_other():
    """Without a vector in common: reranking sees them as candidates do."""
    lexical = Lexical.build([[["вашингтон"]], [["other"]]])
    none = np.zeros((2, 3), np.float32)
    ids = {"вашингтон": 0, "other": 1}
    alike = Standing(np.array([0]), np.array([0]), np.array([0.6], np.float32))
    words, telling = terms("Washington"), np.array([10.0])

    asked = question.read(
        words, none[:1], telling, none, lexical, space(none), ids, alike
    )

    assert asked.cosines(np.array([0, 1]))[0] == pytest.approx([0.6, 0], abs=1e-6)
    words, found, weights = asked.alternatives()
    assert (words.tolist(), found.tolist()) == ([0], [0])
    assert weights == pytest.approx(float(question.gain(np.float32(0.6))))
