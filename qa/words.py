"""The words of the interface, and the names of languages, in six languages.

Both tables are JSON files beside this module: {locale: {key: text}}.
"""

import json
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
DEFAULT = "en"

Table = dict[str, dict[str, str]]


@cache
def table(name: str) -> Table:
    """Read one of the tables, `words` or `languages`."""
    read: Table = json.loads((STATIC / f"{name}.json").read_text(encoding="utf-8"))
    return read


def words(locale: str) -> dict[str, str]:
    """Give the interface's words in a locale, in English where it is unknown."""
    return table("words").get(locale, table("words")[DEFAULT])


def names(locale: str) -> dict[str, str]:
    """Give the names of languages, by code, in a locale."""
    return table("languages").get(locale, table("languages")[DEFAULT])


def preferred(accept_language: str) -> str:
    """Choose the locale from a browser's Accept-Language header.

    Source: RFC 9110, 12.5.4.

    >>> preferred("pt-BR, fr;q=0.7, de;q=0.9")
    'de'
    """
    wishes = []
    for part in accept_language.split(","):
        tag, _, quality = part.strip().partition(";q=")
        wishes.append((-_number(quality), tag.split("-")[0].lower()))
    known = [tag for quality, tag in sorted(wishes, key=lambda wish: wish[0]) if tag in table("words") and quality < 0]
    return known[0] if known else DEFAULT


def _number(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0
