"""PDF, by PDFium: text as it is drawn, and the pages it stands on.

Lines become paragraphs again (see `lines`); what runs through the pages is left out
(see `running`). What was typed into a form, or onto a page, ends its page. Nothing is
drawn, so the size of a page is no matter.
"""

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from pypdfium2 import PdfDocument, PdfiumError, PdfPage, PdfTextPage, raw

from index.errors import InputError
from index.readers import skia
from index.readers.fields import declared_title, document, likely_language, paged
from index.readers.lines import hyphenated, joined
from index.readers.running import without_running
from index.records import Document

MAX_PAGES = 50_000
MAX_CHARACTERS = 100_000_000

_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_SHOWN = 8
# What holds a text typed into a field of a form, and one typed onto the page.
_TYPED = {raw.FPDF_ANNOT_WIDGET: b"V", raw.FPDF_ANNOT_FREETEXT: b"Contents"}
_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW

_HYPHEN = re.compile(r"[\ufffe\x02]\s*")  # PDFium's own, where a word is divided
# Letters and marks that are written from right to left.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+")


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a file as one document; pages that are only pictures are told at the end.

    Raises InputError when it is locked, no PDF, or a scan without text.
    """
    with closing(_opened(path)) as pdf:
        if len(pdf) > MAX_PAGES:
            raise InputError(f"{len(pdf):,} pages, at most {MAX_PAGES:,} are read")
        facts = pdf.get_metadata_dict()
        lines, typed, unread = _lines(pdf, "Skia" in facts.get("Producer", ""))
        compounds = hyphenated(line for page in lines for line in page)
        written = (joined(page, compounds) for page in without_running(lines))
        text, pages = paged(map("\n\n".join, zip(written, typed, strict=True)))
        if not text:
            raise InputError(_no_text(len(pdf), unread))
        yield document(
            name,
            text,
            title=declared_title(facts.get("Title")) or path.stem,
            source=path.name,
            language=likely_language(_language(pdf), text),
            published=_DATE.sub(r"\1-\2-\3", facts.get("CreationDate", "")[:10]),
            pages=pages,
        )
        if unread:
            raise InputError(_partly(len(pdf), unread))


def _opened(path: Path) -> PdfDocument:
    try:
        return PdfDocument(path)
    except PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise InputError("needs a password; save it without one") from error
        raise InputError("damaged, or no PDF; save it again") from error


def _lines(
    pdf: PdfDocument, by_skia: bool
) -> tuple[list[list[str]], list[str], list[int]]:
    """Give the lines of every page, what was typed into it, and the pages that are
    pictures, or damaged."""
    lines, typed, unread, left = [], [], [], MAX_CHARACTERS
    for number in range(len(pdf)):
        text = filled_in = ""
        try:
            with closing(pdf[number]) as page, closing(page.get_textpage()) as written:
                text = _text(written, by_skia)
                filled_in = "\n".join(filter(None, _typed(page)))
                if not text.strip() and _has_picture(page):
                    unread.append(number + 1)
        except PdfiumError:
            unread.append(number + 1)
        left -= len(text) + len(filled_in)
        if left < 0:
            raise InputError(
                f"more than {MAX_CHARACTERS:,} characters; divide the document"
            )
        lines.append(text.splitlines())
        typed.append(filled_in)
    return lines, typed, unread


def _text(page: PdfTextPage, by_skia: bool) -> str:
    text = page.get_text_range(errors="replace")
    if by_skia and skia.SCRIPTS.search(text):
        text = skia.repaired(page, _reordered(page))
    elif _RIGHT_TO_LEFT.search(text):
        text = _reordered(page)
    return _HYPHEN.sub("-\n", text)


def _reordered(page: PdfTextPage) -> str:
    """Put the letters of words in the order in which they stand, right to left.

    PDFium takes it that such words are drawn from left to right, which is true of
    some programs only. The text has a character for each of the page.
    """
    codes = (raw.FPDFText_GetUnicode(page, i) for i in range(page.count_chars()))
    text = "".join(map(chr, codes))
    return _RIGHT_TO_LEFT.sub(lambda word: _word(page, text, *word.span()), text)


def _word(page: PdfTextPage, text: str, start: int, end: int) -> str:
    ends = [page.get_charbox(i)[2] for i in range(start, end)]
    order = sorted(range(end - start), key=lambda i: -ends[i])
    return "".join(text[start + i] for i in order)


def _has_picture(page: PdfPage) -> bool:
    pictures = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    return next(iter(pictures), None) is not None


def _typed(page: PdfPage) -> Iterator[str]:
    """Give what was typed into a page, each field after what the form calls it."""
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, number)
        key = _TYPED.get(raw.FPDFAnnot_GetSubtype(note), b"")
        is_text = raw.FPDFAnnot_GetValueType(note, key) == raw.FPDF_OBJECT_STRING
        if is_text and not raw.FPDFAnnot_GetFlags(note) & _UNSEEN:
            text, name = _value(note, key), _value(note, b"TU")
            yield f"{name}: {text}" if name and text else text
        raw.FPDFPage_CloseAnnot(note)


def _value(note: object, key: bytes) -> str:
    text = _utf16(partial(raw.FPDFAnnot_GetStringValue, note, key))
    return " ".join(text.split())


def _language(pdf: PdfDocument) -> str:
    return _utf16(partial(raw.FPDFCatalog_GetLanguage, pdf))


def _utf16(get: Callable[..., int]) -> str:
    """Call a function of PDFium that writes a text, and says its size without place."""
    size = get(None, 0)  # in bytes
    units = (ctypes.c_ushort * (size // 2))()
    get(units, size)
    return bytes(units).decode("utf-16-le", "replace").strip("\0")


def _no_text(n_pages: int, unread: list[int]) -> str:
    if not unread:
        return f"no text on its {n_pages} pages"
    return (
        f"no text on its {n_pages} pages: a scan? recognise its text first, "
        "for instance with ocrmypdf"
    )


def _partly(n_pages: int, unread: list[int]) -> str:
    shown = ", ".join(map(str, unread[:_SHOWN])) + ", ..." * (len(unread) > _SHOWN)
    return (
        f"read, but {len(unread)} of its {n_pages} pages hold pictures and no text, or "
        f"are damaged ({shown}); if they are scans, recognise their text first"
    )
