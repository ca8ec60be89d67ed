"""Sentences of many languages, with offsets that hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import is_heading, sentences

# Characters outside the BMP are two units to ICU.
WITH_EMOJI = st.text(max_size=200) | st.text("a. 😀𠀀\n", max_size=50)


def cut(text, language="en"):
    """The sentences themselves."""
    return [text[start:end] for start, end in sentences(text, language)]


@given(WITH_EMOJI)
def test_sentences_cover_the_text(text):
    """Sentences put together are the text, whatever it is."""
    assert "".join(text[start:end] for start, end in sentences(text)) == text


def test_abbreviations_do_not_end_a_sentence():
    """The language's own abbreviations are known."""
    text = "M. Macron a parlé. C'est M. Dupont."
    assert [text[a:b] for a, b in sentences(text, "fr")] == [
        "M. Macron a parlé. ",
        "C'est M. Dupont.",
    ]


def test_chinese_sentences_need_no_spaces():
    """The ideographic full stop ends a sentence."""
    assert sentences("谁？我。") == [(0, 2), (2, 4)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Es gilt ab dem 1. September, im 3. Obergeschoss, z. B. heute. "),
        ("en", "Cllr. Rahman met John F. Kennedy and Maria C. Tiddeman. "),
        ("en", "1. Tidy the room first. "),
        ("en", "(b) It is cold. "),
        ("ru", "Директор П. С. Лоскутов подписал договор. "),
        ("es", "Fue en el siglo II d. C. Aquí no. "),
        ("ar", "قال د. أحمد ذلك. "),
        ("th", "ใน พ.ศ. 2545 เขามา. "),
        ("de", "Prof. Ahn zahlt ca. 300 bzw. 9 Mio. Euro nach Art. 5 Abs. 2 BGB. "),
        ("fr", "Né en 52 av. J.-C., lu p. 12 et vol. II des éd. Gallimard. "),
        ("pl", "Szkoła im. Adama, ul. Długa, m.in. od godz. 8 rano. "),
        ("tr", "II. Abdülhamit ve Prof. Yılmaz geldi. "),
        ("ru", "Он из г. Москва, ул. Ленина, т.е. Россия. "),
        ("hi", "डॉ. ली आए. "),
    ],
)
def test_what_no_reader_would_cut_is_whole(language, text):
    """Abbreviations, initials, ordinals and the numbers of a list."""
    assert cut(text + "Next.", language)[0] == text


@pytest.mark.parametrize(
    ("language", "pieces"),
    [
        ("en", ["She works for the BBC. ", "He does not."]),
        ("en", ["It is 5 km. ", "Then turn."]),
        ("en", ["It gave 30 °C. ", "This was warm."]),
        ("en", ["It rose by 15. ", "Then it fell."]),
        ("sk", ["Bol to vlk. ", "Potom odišiel."]),
        ("vi", ["Hai năm. ", "Ba đồng."]),
        ("en", ["Item 1.\n", "Next."]),
        ("en", ["It was no. ", "He left."]),
        ("de", ["Es war im Jahr. ", "Danach kam er. ", "Dann blieb er."]),
        ("de", ["Das ist eine Art. ", "Sie lebt."]),
        ("fr", ["Il y a des journaux. ", "Il lit."]),
        ("es", ["Está en la red. ", "Ella no."]),
        ("pt", ["Vive no Brasil. ", "Ela não."]),
        ("en", ["They are in NATO. ", "She does not."]),
        ("ru", ["Это было в 1999 г. ", "Потом нет."]),
        ("et", ["See on SARS-i. ", "2006. aastal."]),
    ],
)
def test_what_a_reader_cuts_is_cut(language, pieces):
    """Words, whatever they end in, units after a number and the end of a line."""
    assert cut("".join(pieces), language) == pieces


def test_what_opens_begins_the_next_sentence():
    """In scripts that put no space between."""
    assert cut("他说不行。“明天再来。”", "zh") == ["他说不行。", "“明天再来。”"]
    assert cut("そう言った。「昔は違う。」", "ja") == ["そう言った。", "「昔は違う。」"]


def test_blank_lines_are_no_sentences():
    """They belong to what is before them, and at the beginning to what follows."""
    assert cut("\n \nOne.\n\n \nTwo.\n\n") == ["\n \nOne.\n\n \n", "Two.\n\n"]
    assert cut(" \n") == [" \n"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Opening hours\n", True),
        ("Öffnungszeiten \n", True),
        ("開館時間\n", True),
        ("Opening hours", False),  # nothing follows
        ("Opening hours:\n", False),
        ("Weight: 3 kg\n", False),
        ("We are closed.\n", False),
        ("- two eggs\n", False),
        ("2. Mix them\n", False),
        ("| Saturday | 10\n", False),
        ("Saturday 10 to 19 o'clock\n", False),
        ("a" * 100 + "\n", False),
    ],
)
def test_a_heading_is_a_line_that_ends_without_a_mark(line, expected):
    """And holds neither a value, columns nor a number."""
    assert is_heading(line) is expected
