"""Words of many languages, with offsets that hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import normalize, terms

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’appel d'urgence", ["l", "appel", "d", "urgence"]),
        ("Haut-Karabakh, 3,500 km", ["haut", "karabakh", "3500", "km"]),
        ("停止军事行动", ["停止", "军事行动"]),
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
        ("٣٫٥ ١٬٠٠٠ ３．５", ["3.5", "1000", "3.5"]),
        ("", []),
        ("?! …", []),
    ],
)
def test_terms_of_many_languages(text, expected):
    """Words are found with and without spaces, marks and apostrophes."""
    assert [term.term for term in terms(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14,300 or 14.300", ["14300", "or", "14300"]),
        ("14 300 hommes", ["14300", "hommes"]),
        ("14\u202f300,5 t", ["14300.5", "t"]),
        ("10 000-15 000", ["10000", "15000"]),
        ("12'500 – 12’500", ["12500", "12500"]),
        ("1.234.567,89", ["1234567.89"]),
        ("₹1,00,000", ["100000"]),
        ("0,125 and 3.1416", ["0.125", "and", "3.1416"]),
        ("12.05.2020", ["12.05.2020"]),
        ("in 2012 300 came", ["in", "2012", "300", "came"]),
        ("020 123 456", ["020", "123", "456"]),
    ],
)
def test_a_number_is_one_word_however_its_thousands_are_parted(text, expected):
    """English, German, French, Swiss and Indian separators are none of the number's."""
    assert [term.term for term in terms(text)] == expected


@pytest.mark.parametrize("digits", ["٢٠٢٠", "۲۰۲۰", "२०२०", "๒๐๒๐", "２０２０"])
def test_digits_of_every_script_are_the_same_number(digits):
    """2020 is found however it is written."""
    assert normalize(digits) == "2020"
