"""Text of PDFs that Chrome and its kin print (Skia), in scripts of India and Thailand.

There the first glyph of a syllable stands for all its letters. A mark drawn above or
below stands for them once more, and is left out. A vowel sign beside it stands for
none, so PDFium takes its width for a gap and writes a space, which is left out unless
the gap has room for both. Found by comparing printed pages with what was printed.
"""

import re
import unicodedata
from statistics import median

from pypdfium2 import PdfTextPage, raw

SCRIPTS = re.compile("[\u0900-\u0eff]")  # Devanagari to Lao

_LINE = re.compile(r"[^\r\n\x02]+")  # PDFium has \x02 where a word is divided
_NEAR = 12  # letters back that a mark may repeat
_GAP = 0.55  # of the height of letters: more than the width of a vowel sign


def repaired(page: PdfTextPage, text: str) -> str:
    """Give the text of a page with every letter once, and words whole.

    text: a character for each of the page.
    """
    return _LINE.sub(lambda line: _line(page, text, *line.span()), text)


def _line(page: PdfTextPage, text: str, start: int, end: int) -> str:
    boxes = [page.get_charbox(i) for i in range(start, end)]
    letters = [box for i, box in enumerate(boxes, start) if not text[i].isspace()]
    if not letters:
        return text[start:end]
    low, high = median(b[1] for b in letters), median(b[3] for b in letters)
    kept, repeats = "", False
    for i, box in enumerate(boxes, start):
        if raw.FPDFText_IsGenerated(page, i) and start < i < end - 1:
            gap = boxes[i + 1 - start][0] - boxes[i - 1 - start][2]
            narrow = gap < _GAP * (high - low)
            if repeats or (narrow and unicodedata.category(kept[-1:] or " ") == "Mc"):
                continue
        is_outside = box[1] > high - 0.2 * (high - low) or box[3] < low
        repeats = (
            bool(SCRIPTS.match(text[i])) and is_outside and text[i] in kept[-_NEAR:]
        )
        kept += "" if repeats else text[i]
    return kept
