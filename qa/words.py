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

Table = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Speech:
    """The language of the page: its words, and its names of languages by code."""

    locale: str
    words: Mapping[str, str]
    names: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Give the words of a key, with values put in."""
        return self.words[key].format(**values)

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
    """Choose the locale from a browser's Accept-Language header.

    Source: RFC 9110, 12.5.4.

    >>> preferred("pt-BR, fr;q=0.7, de; q=0.9")
    'de'
    """
    wishes = []
    for part in accept_language.split(","):
        tag, _, weight = "".join(part.split()).lower().partition(";")
        wishes.append((-_number(weight.removeprefix("q=")), tag.split("-")[0]))
    known = [
        tag
        for quality, tag in sorted(wishes, key=lambda wish: wish[0])
        if tag in table("words") and quality < 0
    ]
    return known[0] if known else DEFAULT


def _number(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0
