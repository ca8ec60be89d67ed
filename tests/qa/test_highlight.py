"""Evidence is the characters that matched, and nothing else."""

import numpy as np
import pytest

from index.tokens import terms
from qa import highlight as highlights
from qa.question import EXACT, FLOOR, TOP, Question

TEXT = "Le président exige l'arrêt immédiat. Il pleut."
IDS = {term.term: i for i, term in enumerate(terms(TEXT))}


def asked(words, **cosines):
    """A question whose words have these cosines to words of TEXT, 0 elsewhere."""
    table = np.zeros((len(words), len(IDS)), np.float32)
    for name, (word, cosine) in cosines.items():
        table[words.index(word), IDS[name]] = cosine
    return question(words, table)


def question(words, table):
    """A question with a table of cosines (words, terms of TEXT)."""
    m = len(words)
    importance = np.full(m, 1 / max(m, 1), np.float32)
    found = tuple(terms(" ".join(words)))
    own = np.full(m, -1)
    return Question(found, np.eye(m), own, (), importance, Table(table))


class Table:
    """Words in a space with one axis for each word of the question."""

    def __init__(self, table):
        self.table = table

    def vectors(self, ids):
        return self.table[:, ids].T

    def near(self, queries, least):
        raise NotImplementedError


def highlight(asked, words):
    """The marks of words that the collection has."""
    ids = np.array([IDS[word.term] for word in words], np.int64)
    held, places = np.unique(ids, return_inverse=True)
    return highlights.highlight(asked, words, asked.cosines(held)[:, places])


def test_the_translation_is_marked_exactly():
    """ "halt" lights up "arrêt", from its first character to its last."""
    (span,) = highlight(asked(["halt"], arrêt=("halt", 0.5)), terms(TEXT))

    assert TEXT[span.start : span.end] == "arrêt"
    assert span.word == "halt"
    assert span.weight == pytest.approx((1 - EXACT) * (0.5 - FLOOR) / (TOP - FLOOR))


def test_a_weak_match_is_no_evidence():
    """A cosine near the floor marks nothing."""
    assert highlight(asked(["halt"], pleut=("halt", 0.3)), terms(TEXT)) == ()


def test_only_the_best_match_of_a_word_and_its_equals_are_marked():
    """A second word far behind the first is left unmarked."""
    found = highlight(
        asked(["halt"], arrêt=("halt", 0.9), exige=("halt", 0.42)), terms(TEXT)
    )

    assert [TEXT[s.start : s.end] for s in found] == ["arrêt"]


def test_every_occurrence_counts_the_same():
    """A word that stands twice is marked twice, with equal weight."""
    text = "arrêt, arrêt"
    found = highlight(asked(["halt"], arrêt=("halt", 0.9)), terms(text))

    assert [(s.start, s.end) for s in found] == [(0, 5), (7, 12)]
    assert found[0].weight == found[1].weight


def test_nothing_asked_nothing_marked():
    """A question without words marks nothing."""
    nothing = question([], np.zeros((0, len(IDS)), np.float32))
    assert highlight(nothing, terms(TEXT)) == ()
