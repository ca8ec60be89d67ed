"""Rich Text Format, by striprtf; footnotes and boxes, which it leaves out, come last.

A row of a table is a line, and of a link its words are read, without the address. What
is hidden or deleted is left out.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from striprtf.striprtf import remove_pict_groups, rtf_to_text

from index.errors import InputError
from index.readers.decode import MAX_BYTES
from index.readers.fields import declared_title, document
from index.readers.flow import Block, row, text_of
from index.records import Document

_TITLE = re.compile(r"\{\\title ([^{}]{1,1000})\}")
_DAY = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_CODE_PAGE = re.compile(r"\\ansicpg\d+")
_FACTS = 100_000  # characters at the beginning that hold them
_NOTE = re.compile(r"\{\s*(?:\\\*\s*)?\\(?:footnote|shptxt)(?![a-z])")
# What holds a box, and the number of a paragraph.
_HOLDER = re.compile(r"\\(?:shpgrp|shp|\*\\shpinst|pntext)(?![a-z])")
_HIDDEN = re.compile(r"(?<!\\)\\(?:v|deleted)1?(?![a-z\d-]) ?")
_SHOWN = (r"\v0", r"\deleted0", r"\plain")
_BRACE = re.compile(r"\\(?:(?:v|deleted)0|plain)(?![a-z\d])|\\.|[{}]", re.DOTALL)
# By characters of no text.
_MARKED = re.compile("\ufdd0([^\ufdd0\ufdd1]*)\ufdd1")
_CELL = "\ufdd2"
_CELL_END = re.compile(r"(?<!\\)\\(?:nest)?cell(?![a-z]) ?")


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a document with the title and day that it declares."""
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"at most {MAX_BYTES / 1e6:.0f} MB is read; divide the file")
    rtf = path.read_bytes().decode("latin-1")  # RTF is ASCII; what is not, is escaped
    if not rtf.lstrip().startswith("{\\rtf"):
        raise InputError("not RTF; save it again")
    rtf = _CELL_END.sub(f"{{{_CELL}}}", _escaped(rtf))
    rtf = rtf.replace(r"\fldinst{", r"\fldinst {")  # or addresses would be written
    day = _DAY.search(rtf, 0, _FACTS)
    yield document(
        name,
        _text(_marked(_shown(rtf))),
        title=declared_title(_title(rtf)) or path.stem,
        source=path.name,
        published="{}-{:0>2}-{:0>2}".format(*day.groups()) if day else "",
    )


def _escaped(rtf: str) -> str:
    """Escape what some programs do not; first pictures go, whose bytes are counted."""
    plain: str = remove_pict_groups(rtf)  # type: ignore[no-untyped-call]
    return re.sub("[\x80-\xff]", lambda byte: f"\\'{ord(byte[0]):02x}", plain)


def _title(rtf: str) -> str:
    title, page = _TITLE.search(rtf, 0, _FACTS), _CODE_PAGE.search(rtf, 0, _FACTS)
    return _text(f"{{\\rtf1{page[0] if page else ''} {title[1]}}}") if title else ""


def _shown(rtf: str) -> str:
    """Leave out what is formatted as hidden, or was deleted."""
    parts, end = [], 0
    while hidden := _HIDDEN.search(rtf, end):
        parts.append(rtf[end : hidden.start()])
        end = _closing(rtf, hidden.end(), _SHOWN)
    return "".join([*parts, rtf[end:]])


def _marked(rtf: str) -> str:
    """Put marks around notes and boxes in place of the words that hide them."""
    rtf = _HOLDER.sub("", rtf)
    parts, end = [], 0
    while note := _NOTE.search(rtf, end):
        parts += [rtf[end : note.start()], "{\ufdd0"]
        end = _closing(rtf, note.end())
        parts += [rtf[note.end() : end], "\ufdd1"]
    return "".join([*parts, rtf[end:]])


def _closing(rtf: str, start: int, words: Sequence[str] = ()) -> int:
    """Find the end of the group, one of some words in it, or the end of the text."""
    depth = 1
    for brace in _BRACE.finditer(rtf, start):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if not depth or (depth == 1 and brace[0] in words):
            return brace.start()
    return len(rtf)


def _text(rtf: str) -> str:
    try:
        text: str = rtf_to_text(rtf, errors="replace")  # type: ignore[no-untyped-call]
    except TypeError as error:  # "\\uc" alone: striprtf takes its number for granted
        raise ValueError("a control word lacks its number") from error
    # Characters beyond the first 65,536 come as two halves.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    notes = (note.strip() for note in _MARKED.findall(whole))
    lines = [*_MARKED.sub("", whole).split("\n"), *notes]
    return text_of(block for line in lines if (block := _block(line)).text.strip())


def _block(line: str) -> Block:
    cells = [cell.strip() for cell in line.split(_CELL)]
    is_row = len(cells) > 1
    return Block(row(cells) if is_row else line, "", is_row)
