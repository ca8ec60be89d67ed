"""Vietnamese words of several syllables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import embedders, vietnamese
from index.sentences import terms_by_sentence
from index.tokens import terms

TEXT = "Thủ đô của Ba Lan là thành phố nào? Thành phố Warszawa."


def test_syllables_of_one_word_are_one_term():
    """With offsets of the text, and in sentences."""
    found = terms(TEXT)

    assert [term.term for term in found][:4] == ["thủ đô", "của", "ba lan", "là"]
    assert all(TEXT[t.start : t.end].lower() == t.term for t in found)
    sentences = terms_by_sentence(TEXT, "vi")
    assert [t for sentence in sentences for t in sentence] == found
    assert sentences[1][0].term == "thành phố"


@pytest.mark.parametrize("between", [", ", "  ", "\n\n", "; ", "\n", "."])
def test_what_stands_between_syllables_parts_them(between):
    """Only a single space joins."""
    assert [t.term for t in terms(f"ở thủ{between}đô")][-2:] == ["thủ", "đô"]


def test_other_languages_are_left_alone():
    """They have none of the letters, though they may have the syllables."""
    assert [t.term for t in terms("la la Ba Lan")] == ["la", "la", "ba", "lan"]


@given(
    st.lists(st.sampled_from([*"abc", "ba", "lan", "thủ", "đô", "thành"]), max_size=9)
)
def test_words_never_overlap_and_are_in_the_list(syllables):
    """Ascending stretches of two syllables or three, of known words only."""
    text = " ".join(syllables)
    starts = [len(" ".join(syllables[:i])) + (i > 0) for i in range(len(syllables))]
    places = [(a, a + len(s)) for a, s in zip(starts, syllables, strict=True)]

    last = 0
    for first, end in vietnamese.words(syllables, places):
        assert last <= first < end - 1
        assert end - first <= vietnamese.LONGEST
        assert text[places[first][0] : places[end - 1][1]] in vietnamese._words()
        last = end


def test_a_word_means_what_its_translation_does():
    """Its syllables by themselves mean other things; so in whole texts."""
    table = embedders.load_words("fast")
    words = ["lãnh thổ", "lãnh", "thổ", "territory"]
    (whole, *parts, meant), _ = table.word_vectors(words)
    assert whole @ meant > max(part @ meant for part in parts) + 0.1

    one, other, text = table.encode_passages(["territory", "thổ lãnh", "lãnh thổ"])
    assert text @ one > other @ one + 0.1
