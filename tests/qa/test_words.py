"""The interface speaks six languages alike."""

import re

import pytest

from qa.words import preferred, speech, table


@pytest.mark.parametrize("name", ["words", "languages"])
def test_every_locale_has_the_same_words(name):
    """No locale lacks a word, and none has one of its own."""
    keys = [set(words) for words in table(name).values()]

    assert len(keys) == 6
    assert all(one == keys[0] for one in keys)


@pytest.mark.parametrize("locale", table("words"))
def test_every_locale_takes_the_same_values(locale):
    """The values put into a text are those of the English one."""
    for key, text in table("words")[locale].items():
        wanted = re.findall(r"{\w+}", table("words")["en"][key])
        assert sorted(re.findall(r"{\w+}", text)) == sorted(wanted), key


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("es;q=0.6, de;q=0.3", "es"),
        ("nl, de;q=0.9, en;q=0.8", "en"),
        ("he, ar;q=0.9", "en"),
        ("zh-TW", "zh"),
        ("zh-CN, zh;q=0.9", "zh"),
        ("zh-HK, zh;q=0.9", "en"),
        ("xx", "en"),
        ("", "en"),
        ("fr;q=nonsense, ar;q=0.1", "ar"),
        ("fr;q=0", "en"),
        ("fr;q=0, de", "de"),
        ("fr; q=0.7, de ;q = 0.9", "de"),
        ("en;Q=0.5, es;Q=0.8", "es"),
    ],
)
def test_the_browser_chooses_the_locale(header, locale):
    """By its first wish, as on the browser's side; English when that is unknown."""
    assert preferred(header) == locale


@pytest.mark.parametrize(
    ("locale", "whole", "broken"),
    [
        ("en", "1,234,567", "1,234.6"),
        ("de", "1.234.567", "1.234,6"),
        ("es", "1.234.567", "1.234,6"),
        ("fr", "1\u202f234\u202f567", "1\u202f234,6"),
        ("zh", "1,234,567", "1,234.6"),
        ("ar", "1,234,567", "1,234.6"),
    ],
)
def test_numbers_are_written_as_the_language_does(locale, whole, broken):
    """By themselves, and within a sentence."""
    spoken = speech(locale)

    assert spoken.number(1_234_567) == whole
    assert spoken.number(1_234.56) == broken
    assert whole in spoken.say("shown", shown=3, n=1_234_567)


def test_an_unknown_language_keeps_its_code():
    """A code that is in no table is better than nothing."""
    assert speech("fr").name("de") == "allemand"
    assert speech("fr").name("xx") == "xx"
