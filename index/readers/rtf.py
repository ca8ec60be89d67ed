"""Rich Text Format, by striprtf."""

import re
from collections.abc import Iterator
from pathlib import Path

from striprtf.striprtf import rtf_to_text

from index.errors import InputError
from index.readers.decode import MAX_BYTES
from index.readers.fields import declared_title, document
from index.records import Document

_TITLE = re.compile(r"\{\\title ([^{}]{1,1000})\}")
_DAY = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")
_FACTS = 100_000  # characters at the beginning that hold them


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a document with the title and day that it declares."""
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"at most {MAX_BYTES / 1e6:.0f} MB is read; divide the file")
    rtf = path.read_bytes().decode("latin-1")  # RTF is ASCII; what is not, is escaped
    if not rtf.lstrip().startswith("{\\rtf"):
        raise InputError("not RTF; save it again")
    title, day = _TITLE.search(rtf, 0, _FACTS), _DAY.search(rtf, 0, _FACTS)
    yield document(
        name,
        _text(rtf),
        title=declared_title(_text(f"{{\\rtf1 {title[1]}}}") if title else "")
        or path.stem,
        source=path.name,
        published="{}-{:0>2}-{:0>2}".format(*day.groups()) if day else "",
    )


def _text(rtf: str) -> str:
    try:
        text: str = rtf_to_text(rtf, errors="replace")  # type: ignore[no-untyped-call]
    except TypeError as error:  # "\\uc" alone: striprtf takes its number for granted
        raise ValueError("a control word lacks its number") from error
    # Characters beyond the first 65,536 come as two halves.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return re.sub(r"\n(?=\S)", "\n\n", whole)  # a line is a paragraph
