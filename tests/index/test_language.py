"""Languages by script and by statistics."""

import errno

import pytest
from py3langid.langid import LanguageIdentifier

from index import language
from index.errors import ModelError
from index.language import identify

SENTENCES = {
    "ar": "دعا الرئيس إلى وقف فوري للقتال في المنطقة.",
    "de": "Der Präsident forderte ein sofortiges Ende der Kämpfe.",
    "el": "Ο πρόεδρος ζήτησε άμεση παύση των μαχών.",
    "en": "The president called for an immediate end to the fighting.",
    "es": "El presidente pidió el fin inmediato de los combates.",
    "fr": "Le président a appelé à mettre fin immédiatement aux combats.",
    "hi": "राष्ट्रपति ने लड़ाई को तुरंत रोकने का आह्वान किया है।",
    "ja": "大統領は戦闘の即時停止を求めた。",
    "ko": "대통령은 전투의 즉각적인 중단을 촉구했다.",
    "ru": "Президент призвал немедленно прекратить боевые действия.",
    "th": "ประธานาธิบดีเรียกร้องให้ยุติการสู้รบทันที",
    "tr": "Cumhurbaşkanı çatışmaların derhal durdurulmasını istedi.",
    "vi": "Tổng thống kêu gọi chấm dứt ngay lập tức giao tranh.",
    "zh": "总统呼吁立即停止战斗。",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_identify_tells_a_sentence(code):
    """One sentence is enough."""
    assert identify(SENTENCES[code]) == code


@pytest.mark.parametrize("text", ["", "   ", "123 456", "Hm.", "😀😀"])
def test_identify_does_not_guess_from_nothing(text):
    """Too little text gives the default."""
    assert identify(text) == ""
    assert identify(text, "de") == "de"


def test_identify_takes_few_letters_of_a_script_of_its_own():
    """Five letters of Thai are Thai."""
    assert [identify(text) for text in ("停火", "평화", "かな", "Ειρήνη")] == [
        "zh",
        "ko",
        "ja",
        "el",
    ]


def test_identify_goes_by_the_greater_part():
    """An English word in a Thai text does not make it English."""
    assert identify(f"Bangkok {SENTENCES['th']}") == "th"
    assert identify(f"{SENTENCES['en']} ไทย") == "en"


def test_identify_says_where_room_is_missing(monkeypatch):
    """Its model is unpacked in the folder for temporary files, not in the index."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    language._identifier.cache_clear()
    monkeypatch.setattr(LanguageIdentifier, "from_model_file", full)

    with pytest.raises(ModelError, match=r"No space left .* TMPDIR"):
        identify(SENTENCES["de"])
