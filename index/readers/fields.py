"""What stands beside a text: its title, language and date, in one form."""

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from index.readers.decode import clean
from index.records import Document

MAX_TITLE = 300

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.DOTALL)


def document(
    name: str,
    text: str,
    *,
    title: object = "",
    source: object = "",
    language: object = "",
    published: object = "",
) -> Document:
    """Make a record of a text and of whatever its file said about it."""
    return Document(
        id=clean(name),
        title=one_line(title),
        text=clean(text).strip("\n"),
        source=one_line(source),
        language=language_code(language),
        date=iso_date(published),
    )


def one_line(value: object) -> str:
    """Turn a field into one line of at most MAX_TITLE characters."""
    text = "" if value is None else str(value)
    return " ".join(clean(text[: 4 * MAX_TITLE]).split())[:MAX_TITLE]


def language_code(value: object) -> str:
    """Reduce a language tag to ISO 639-1, or to nothing.

    >>> language_code("pt-BR"), language_code("Klingon")
    ('pt', '')
    """
    match = _LANGUAGE.fullmatch(str(value or "").strip().lower())
    return match[1] if match else ""


def iso_date(value: object) -> str:
    """Give the day as `YYYY-MM-DD`, or nothing when there is none to be read.

    >>> iso_date("2023-09-19T10:00:00Z"), iso_date("Tue, 19 Sep 2023 10:00:00 GMT")
    ('2023-09-19', '2023-09-19')
    """
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value or "").strip()[:64]
    match = _ISO_DATE.match(text)
    try:
        if match:
            return date.fromisoformat(match.group()).isoformat()
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""
