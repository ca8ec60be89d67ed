"""What stands beside a text: its title, language and date, in one form."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from index.language import identify
from index.readers.decode import clean
from index.records import Document

MAX_TITLE = 300
_LONG = 200  # characters tell a language without fail

# Marks that turn the direction of what follows them: a name must not pose as another.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NO_TITLE = re.compile(
    r"untitled.*|microsoft \w+ - .*|document ?\d*|(slide|folie|diapositiv[ae]|слайд) 1"
    r"|powerpoint[ -]\w+|(\w+ ){1,3}powerpoint"  # a presentation, in any language
    r"|.*\.(docx?|pptx?|xlsx?|odt|rtf|indd|qxd|tex|dvi|pdf|md|html?)",
    re.IGNORECASE,
)
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
    pages: tuple[int, ...] = (),
) -> Document:
    """Make a record of a text and of whatever its file said about it.

    pages: see `paged`, which made the text.
    """
    return Document(
        id=_BIDI.sub("", clean(name)),
        title=one_line(title),
        text=clean(text).strip("\n"),
        source=one_line(source),
        language=language_code(language),
        date=iso_date(published),
        pages=pages,
    )


def paged(texts: Iterable[str]) -> tuple[str, tuple[int, ...]]:
    """Join the texts of pages into one; also tell where each begins in it.

    >>> paged(["One.", "", "Three."])
    ('One.\\n\\nThree.', (0, 4, 6))
    """
    whole, at, starts = [], 0, []
    for text in texts:
        text = clean(text).strip()
        gap = "\n\n" if text and at else ""
        starts.append(at + len(gap))
        whole.append(gap + text)
        at += len(whole[-1])
    return "".join(whole), tuple(starts)


def one_line(value: object) -> str:
    """Turn a field into one line of at most MAX_TITLE characters."""
    text = "" if value is None else str(value)
    return " ".join(_BIDI.sub("", clean(text[: 4 * MAX_TITLE])).split())[:MAX_TITLE]


def declared_title(value: object) -> str:
    """Give a title that a person wrote, or nothing: programs put file names there.

    >>> declared_title("Microsoft Word - draft2.doc"), declared_title("Truce talks")
    ('', 'Truce talks')
    """
    title = one_line(value)
    return "" if _NO_TITLE.fullmatch(title) else title


def language_code(value: object) -> str:
    """Reduce a language tag to ISO 639-1, or to nothing.

    >>> language_code("pt-BR"), language_code("Klingon")
    ('pt', '')
    """
    match = _LANGUAGE.fullmatch(str(value or "").strip().lower())
    return match[1] if match else ""


def likely_language(declared: object, text: str) -> str:
    """Give the declared language; English only if the text, where long, agrees.

    English is what programs declare when nobody chose.

    >>> likely_language("en-US", "Der Präsident rief zur Ruhe auf. " * 9)
    'de'
    """
    code = language_code(declared)
    if code == "en" and len(text) >= _LONG:
        return identify(text, default=code)
    return code


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
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
