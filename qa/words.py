"""The words of the interface, and the names of languages, in six languages.

Both tables are JSON files beside this module: {locale: {key: text}}.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
DEFAULT = "en"
CHINESE = ("zh-cn", "zh-tw")  # the kinds that Gradio draws its half of the page in
# Between thousands, and before decimals, where it is not as in English.
MARKS = {"de": ".,", "es": ".,", "fr": "\u202f,"}

Table = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Speech:
    """The language of the page: its words, and its names of languages by code."""

    locale: str
    words: Mapping[str, str]
    names: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Give the words of a key, with values put in; numbers as the language does."""
        told = {
            name: self.number(value) if isinstance(value, int | float) else value
            for name, value in values.items()
        }
        return self.words[key].format(**told)

    def number(self, value: float, digits: int | None = None) -> str:
        """Write a number; of one that is not whole, one digit unless told otherwise.

        >>> speech("de").number(1061), speech("de").number(1234.56)
        ('1.061', '1.234,6')
        """
        if digits is None:
            digits = 0 if isinstance(value, int) else 1
        marks = str.maketrans(",.", MARKS.get(self.locale, ",."))
        return f"{value:,.{digits}f}".translate(marks)

    def name(self, language: str) -> str:
        """Name a language; an unknown code stays as it is."""
        return self.names.get(language, language)


@cache
def table(name: str) -> Table:
    """Read one of the tables, `words` or `languages`."""
    read: Table = json.loads((STATIC / f"{name}.json").read_text(encoding="utf-8"))
    return read


def speech(locale: str) -> Speech:
    """Give the words and the names of languages in a locale; English if unknown."""
    known = locale if locale in table("words") else DEFAULT
    return Speech(known, table("words")[known], table("languages")[known])


def preferred(accept_language: str) -> str:
    """Choose the locale from a browser's Accept-Language header, RFC 9110, 12.5.4.

    The first wish counts alone, as it does for the half of the page that the browser
    draws; it knows of no second one.

    >>> preferred("de-AT, fr;q=0.7"), preferred("fr;q=0.7, de;q=0.9")
    ('de', 'de')
    >>> preferred("nl, de;q=0.9")
    'en'
    """
    wishes = []
    for part in accept_language.split(","):
        tag, _, weight = "".join(part.split()).lower().partition(";")
        wishes.append((-_number(weight.removeprefix("q=")), tag))
    rank, first = min(wishes, key=lambda wish: wish[0])
    locale = first.partition("-")[0]
    known = locale in table("words") and (locale != "zh" or first in CHINESE)
    return locale if rank < 0 and known else DEFAULT


def _number(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0
