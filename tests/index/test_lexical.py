"""BM25 against its published formula, and words with weighted stand-ins."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import K1, B, Lexical

PASSAGES = [[["war", "peace"], ["war"]], [["peace", "rain"]], [], [["war"]]]


def bm25(query, passage, passages):
    """The formula, word by word (Robertson and Zaragoza, 2009; Lucene's idf)."""
    mean = sum(map(len, passages)) / len(passages)
    total = 0.0
    for word in query:
        holding = sum(word in p for p in passages)
        idf = math.log(1 + (len(passages) - holding + 0.5) / (holding + 0.5))
        tf = passage.count(word)
        total += idf * tf / (tf + K1 * (1 - B + B * len(passage) / mean))
    return total


def exact(lexical, words):
    ids = {term: i for i, term in enumerate(lexical.terms)}
    found = [ids[word] for word in words if word in ids]
    return np.arange(len(found)), np.array(found, np.int64), np.ones(len(found))


passages_of_words = st.lists(
    st.lists(st.sampled_from("abcdef"), max_size=8), min_size=1
)


@given(passages_of_words, st.lists(st.sampled_from("abcdefg"), max_size=4, unique=True))
def test_scores_are_bm25(passages, query):
    """Every passage gets what the formula says, whatever the collection."""
    lexical = Lexical.build(passages)

    scores = lexical.score(*exact(lexical, query))

    flat = [[word for s in p for word in s] for p in passages]
    expected = [bm25(query, p, flat) if p else 0.0 for p in flat]
    assert scores == pytest.approx(expected, abs=1e-5)


@given(passages_of_words)
def test_both_views_hold_the_same_words(passages):
    """Words read by sentence, and by term, are those of the input."""
    lexical = Lexical.build(passages)
    at = lexical.passage_sentences

    read = [
        [
            {
                lexical.terms[i]
                for i in _stretch(lexical.sentence_offsets, lexical.sentence_terms, s)
            }
            for s in range(at[row], at[row + 1])
        ]
        for row in range(len(lexical))
    ]
    assert read == [[set(s) for s in p] for p in passages]

    held = [
        set(_stretch(lexical.term_offsets, lexical.term_rows, t))
        for t in range(len(lexical.terms))
    ]
    for term, rows in zip(lexical.terms, held, strict=True):
        assert rows == {i for i, p in enumerate(passages) if any(term in s for s in p)}


def _stretch(offsets, values, i):
    return values[offsets[i] : offsets[i + 1]].tolist()


def test_a_word_takes_its_best_stand_in():
    """Alternatives of one word do not add up; the weight scales the gain."""
    lexical = Lexical.build(PASSAGES)
    ids = {term: i for i, term in enumerate(lexical.terms)}
    held = np.array([ids["war"], ids["peace"]])

    scores = lexical.score(np.zeros(2, np.int64), held, np.array([1.0, 0.5]))

    # expected number of passages: 1.0 * 2 + 0.5 * 2 = 3
    idf = math.log(1 + (4 - 3 + 0.5) / (3 + 0.5))
    gains = lexical.term_gains
    at = lexical.term_offsets
    war = gains[at[ids["war"]]]
    rain_side = gains[at[ids["peace"]] + 1]
    assert scores[0] == pytest.approx(idf * war)
    assert scores[1] == pytest.approx(idf * 0.5 * rain_side)
    assert scores[2] == 0


def test_stored_arrays_give_the_same_scores():
    """Arrays put together again score alike."""
    lexical = Lexical.build(PASSAGES)
    again = Lexical.from_arrays(lexical.terms, lexical.arrays())

    query = exact(lexical, ["war", "rain"])
    assert np.array_equal(lexical.score(*query), again.score(*query))
