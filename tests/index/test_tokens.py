"""Words and sentences of many languages, with offsets that hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icu4py.breakers import SentenceBreaker

from index.tokens import normalize, sentences, sentences_of, terms

# Characters outside the BMP are two units to ICU.
WITH_EMOJI = st.text(max_size=200) | st.text("a. 😀𠀀\n", max_size=50)


@given(WITH_EMOJI)
def test_terms_stand_where_they_say(text):
    """Each term is the normal form of the characters it points at, in order."""
    end = 0
    for term in terms(text):
        assert normalize(text[term.start : term.end]) == term.term
        assert end <= term.start < term.end
        end = term.end


@given(WITH_EMOJI)
def test_sentences_cover_the_text(text):
    """Sentences put together are the text, whatever it is."""
    assert "".join(text[start:end] for start, end in sentences(text)) == text


ENDS = st.text('aA. 😀\n\r\x85\u2029"', max_size=12)
ABBREVIATED = st.sampled_from(["M. ", "Mr.", "z. B. ", "No. ", "etc. "]) | ENDS


@given(st.lists(st.tuples(ABBREVIATED, st.sampled_from(["fr", "en", "de", "zh", ""]))))
def test_many_texts_are_cut_as_each_alone(told):
    """What stands beside a text does not matter, as ICU cuts the text by itself."""
    texts, languages = [text for text, _ in told], [code for _, code in told]
    found = sentences_of(texts, languages)
    for text, language, places in zip(texts, languages, found, strict=True):
        alone = list(SentenceBreaker(text, f"{language or 'en'}@ss=standard"))
        assert [text[start:end] for start, end in places] == alone


def test_more_texts_than_are_cut_at_a_time_are_all_cut():
    """In order, whatever their languages."""
    texts = [f"No. {number} is here. Mr. {number}?" for number in range(700)]
    languages = ["en" if number % 3 else "fr" for number in range(700)]
    assert [len(places) for places in sentences_of(texts, languages)] == [
        len(sentences(*pair)) for pair in zip(texts, languages, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’appel d'urgence", ["l", "appel", "d", "urgence"]),
        ("Haut-Karabakh, 3,500 km", ["haut", "karabakh", "3,500", "km"]),
        ("停止军事行动", ["停止", "军事", "行动"]),
        ("総理大臣が辞任した", ["総理", "大臣", "が", "辞任", "した"]),
        ("พรรคการเมืองไทย", ["พรรคการเมือง", "ไทย"]),
        ("សួស្តីពិភពលោក", ["សួស្តី", "ពិភពលោក"]),
        ("अंतर्राष्ट्रीय बैठक", ["अंतर्राष्ट्रीय", "बैठक"]),
        ("الرَّئيسُ أكّد", ["الرئيس", "اكد"]),
        ("Președintele și Preşedintele", ["preşedintele", "şi", "preşedintele"]),
        ("ＡＢＣ ﬁn", ["abc", "fin"]),
        ("Wär\xadme\u2060pumpe\u200f", ["wärmepumpe"]),
        ("ශ්\u200dරී ලංකා", ["ශ්රී", "ලංකා"]),
        ("می\u200cرود", ["مي", "رود"]),
        ("İlk kez İzmir'de", ["ilk", "kez", "izmir", "de"]),
        ("٣٫٥ ١٬٠٠٠ ３．５", ["3.5", "1,000", "3.5"]),
        ("", []),
        ("?! …", []),
    ],
)
def test_terms_of_many_languages(text, expected):
    """Words are found with and without spaces, marks and apostrophes."""
    assert [term.term for term in terms(text)] == expected


@pytest.mark.parametrize("digits", ["٢٠٢٠", "۲۰۲۰", "२०२०", "๒๐๒๐", "２０２０"])
def test_digits_of_every_script_are_the_same_number(digits):
    """2020 is found however it is written."""
    assert normalize(digits) == "2020"


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
