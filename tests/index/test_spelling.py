"""Words spelt alike, against counting the n-grams they share."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.spelling import BARE, SHORTEST, Spelling, bare, either, key
from tests.memory import freed_at_once

WORDS = [
    "washington",
    "Вашингтон",
    "washing",
    "baku",
    "bakou",
    "rain",
    "1998",
    "的",
    "",
]


def pieces(word):
    """All pairs and triples of letters, with a mark at each end."""
    text = f"<{key(word)}>"
    return {text[i : i + n] for n in (2, 3) for i in range(len(text) - n + 1)}


@given(
    st.lists(st.text("abcdeиан", max_size=9), max_size=12), st.text("abcи", max_size=8)
)
def test_alike_is_the_cosine_of_shared_pieces(words, asked):
    """Whatever the words, those with the cosine or more, and no others."""
    ids, likeness = Spelling.build(words).alike(asked, 0.4)

    found = dict(zip(ids.tolist(), likeness.tolist(), strict=True))
    expected = {}
    for i, word in enumerate(words):
        if key(word) and key(asked):
            mine, theirs = pieces(asked), pieces(word)
            cosine = len(mine & theirs) / math.sqrt(len(mine) * len(theirs))
            expected |= {i: cosine} if cosine >= 0.4 else {}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Вашингтон", "washington"),
        ("кристофер", "Christopher"),
        ("Bakou", "Baku"),
        ("カナダ", "Canada"),
        ("Ολυμπία", "Olympia"),
        ("volcano", "volcan"),
        ("คาร์โนต์", "Carnot"),
        ("ฮาร์วาร์ด", "Harvard"),
        ("วิกตอเรีย", "Виктория"),
        ("เมธอดิสต์", "Methodist"),
    ],
)
def test_names_are_alike_across_scripts(one, other):
    """Romanised, with sounds made equal, they share most pieces."""
    ids, likeness = Spelling.build(["unrelated", other]).alike(one, 0.5)

    assert ids.tolist() == [1]
    assert likeness[0] > 0.6


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("تالبوت", "Talbot"),
        ("فكتوريا", "Victoria"),
        ("هارفارد", "Harvard"),
        ("واشنطن", "Вашингтон"),
        ("الكسندر", "Alexander"),
        ("תלבות", "Talbot"),
        ("हार्वर्ड", "Harvard"),
    ],
)
def test_names_are_alike_though_vowels_are_left_out(one, other):
    """By their consonants, in both directions."""
    for asked, held in ((one, other), (other, one)):
        ids, likeness = Spelling.build(["unrelated", held]).alike(asked, 0.5)

        assert ids.tolist() == [1]
        assert likeness[0] >= BARE


def test_vowels_count_where_both_scripts_write_them():
    """ "Talbot" and "tolbet" share their consonants, and are not alike for it."""
    ids, _ = Spelling.build(["tolbet", "تالبوت"]).alike("talbot", 0.5)

    assert bare("tolbet") == bare("talbot") == bare("تالبوت")
    assert ids.tolist() == [1]


def test_either_keeps_the_nearer():
    """Ascending, each number once."""
    one = np.array([2, 5]), np.array([0.5, 0.9])
    other = np.array([1, 5, 9]), np.array([0.7, 0.6, 0.8])

    numbers, near = either(one, other)
    assert numbers.tolist() == [1, 2, 5, 9]
    assert near.tolist() == [0.7, 0.5, 0.9, 0.8]


@pytest.mark.parametrize("word", ["1998", "a1b2", "的", "of", "", "!?"])
def test_numbers_and_short_words_are_like_nothing(word):
    """Chance would make them alike; numbers that look alike are different."""
    ids, _ = Spelling.build([*WORDS, word, "1999"]).alike(word, 0.1)

    assert key(word) == ""
    assert len(ids) == 0


def test_stored_arrays_find_the_same():
    """Arrays put together again, and none at all."""
    spelling = Spelling.build(WORDS)
    again = Spelling.from_arrays(spelling.arrays())

    for word in ("Baku", "واشنطن"):
        found, same = spelling.alike(word, 0.3), again.alike(word, 0.3)
        assert len(found[0])
        for one, two in zip(found, same, strict=True):
            assert np.array_equal(one, two)
    assert len(Spelling.build([]).alike("washington", 0.1)[0]) == 0
    assert len("baku") == SHORTEST


def test_what_is_remembered_keeps_nothing():
    """What is given up is freed at once, though nobody collects garbage."""

    def asked() -> Spelling:
        spelling = Spelling.build(WORDS)
        spelling.alike("Baku", 0.3)
        return spelling

    assert freed_at_once(asked)
