"""Words of a question, and how else they may be spelt."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.spelling import Spelling
from index.tokens import terms
from qa.question import COMMON, FLOOR, TOP
from qa.spelt import ALIKE, Spelt, is_slip, unmarked


def standing(text, held, information=10.0, whole=False):
    """Pairs of a question's words and those they stand for, with cosines."""
    ids = {term: at for at, term in enumerate(held)}
    words = terms(text)
    each = np.full(len(words), information), np.full(len(words), whole)
    found = Spelt(held, ids, Spelling.build(held)).standing(words, *each)
    pairs = zip(*(column.tolist() for column in found), strict=True)
    return {(words[place].term, held[at]): cosine for place, at, cosine in pairs}


def test_a_name_is_found_as_it_is_written_elsewhere():
    """Its cosine goes with the share of pieces."""
    held = ["other", "вашингтон"]
    found = standing("Washington", held)

    (likeness,) = Spelling.build(held).alike("washington", 0.5)[1]
    way = min((likeness - ALIKE[0]) / (ALIKE[1] - ALIKE[0]), 1)
    expected = FLOOR + (TOP - FLOOR) * way
    assert found == {("washington", "вашингтон"): pytest.approx(expected)}


def test_words_that_tell_little_are_not_compared_by_spelling():
    """ "when" is no "whey"."""
    assert not standing("washington", ["washingtons"], COMMON, whole=True)


@pytest.mark.parametrize("slip", ["exchagne", "exchnge", "exchamge", "exchangee"])
def test_a_slip_of_the_pen_stands_for_the_word(slip):
    """Two letters that changed places, one left out, another, one too many."""
    assert standing(slip, ["exchange", "other"])[slip, "exchange"] == pytest.approx(TOP)


@pytest.mark.parametrize(
    ("word", "held"),
    [("their", "there"), ("form", "from"), ("xexchange", "exchange"), ("hause", "abc")],
)
def test_what_is_no_slip(word, held):
    """Another word, a short one, another beginning."""
    assert (word, held) not in standing(word, [held], COMMON)


def test_words_that_a_table_knows_are_no_slips():
    """Nor those that the collection has."""
    assert not standing("house", ["horse"], COMMON, whole=True)
    assert not standing("house", ["horse", "house"], COMMON)


@pytest.mark.parametrize(
    ("asked", "held"),
    [("cuanto", "cuánto"), ("thu", "thủ"), ("lodz", "łódź"), ("café", "cafe"),
     ("resumé", "résumé"), ("αθηνα", "αθήνα"), ("елка", "ёлка")],
)  # fmt: skip
def test_marks_may_be_left_out(asked, held):
    """Of short words, too, and on either side."""
    found = standing(asked, [held, "other"], COMMON, whole=True)
    assert found == {(asked, held): pytest.approx(TOP)}


def test_marks_that_make_other_letters_stay():
    """Of kana they do."""
    assert not standing("かき", ["がき"], COMMON)


def test_an_acronym_may_be_small_in_a_question():
    """Where it is no other word."""
    held = ["united nations", "other"]
    assert standing("onu", held, COMMON)["onu", "united nations"] == pytest.approx(TOP)
    assert not standing("un", held, COMMON)


WORDS = st.text("abc", max_size=7)


@given(WORDS, WORDS)
def test_a_slip_is_one_edit(word, other):
    """As counted by definition."""
    edits = {word[:i] + word[i + 1 :] for i in range(len(word))}
    edits |= {word[:i] + c + word[i:] for i in range(len(word) + 1) for c in "abc"}
    edits |= {word[:i] + c + word[i + 1 :] for i in range(len(word)) for c in "abc"}
    swaps = (word[:i] + word[i : i + 2][::-1] + word[i + 2 :] for i in range(len(word)))
    alike = word[:1] == other[:1] and word != other
    assert is_slip(word, other) == (alike and other in edits | set(swaps))


@given(st.text())
def test_what_has_no_marks_is_left_alone(text):
    """And what is plain stays so."""
    assert unmarked(unmarked(text)) == unmarked(text)
