"""JSON Lines, as BEIR's corpora: an entry a line.

Fields: `_id` (or `id`), `title`, `text`, `language` (or `lang`), `date`, `source`.
The file is streamed, so it may be of any size; a line may not.
"""

import json
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, AnyStr

from index.errors import InputError, first_line
from index.readers.decode import MAX_LINE, looks_binary
from index.readers.fields import document
from index.records import Document

_SHOWN = 5


def read(path: Path, name: str) -> Iterator[Document]:
    """Read the entries of a file; those that cannot be read are told at the end.

    Raises InputError after the last good entry, naming the first bad lines.
    """
    bad = []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            yield _entry(line, number, path.name, name)
        except (InputError, ValueError, RecursionError) as error:
            bad.append(f"line {number}: {first_line(error)}")
    if bad:
        shown = "; ".join(bad[:_SHOWN])
        raise InputError(
            f"{len(bad)} of {number} lines could not be read ({shown}"
            + ("; ...)" if len(bad) > _SHOWN else ")")
        )


def _lines(path: Path) -> Iterator[bytes]:
    """Yield lines in UTF-8; its first brace tells UTF-16 and UTF-32 without a mark."""
    with path.open("rb") as file:
        encoding = json.detect_encoding(file.peek(4))
        if encoding.startswith("utf-8"):
            yield from _cut(file, b"\n")
        else:
            text = TextIOWrapper(file, encoding, "replace", newline="\n")
            yield from map(str.encode, _cut(text, "\n"))


def _cut(file: IO[AnyStr], end: AnyStr) -> Iterator[AnyStr]:
    """Yield lines cut off past the limit, so that none fills the memory."""
    while line := file.readline(4 * MAX_LINE + 1):
        yield line
        while line and not line.endswith(end):
            line = file.readline(4 * MAX_LINE + 1)


def _entry(line: bytes, number: int, file: str, name: str) -> Document:
    entry = _parse(line)
    text, title = entry.get("text") or "", entry.get("title") or ""
    if not isinstance(text, str) or not isinstance(title, str):
        raise InputError("`text` and `title` must be strings")
    if not text.strip() and not title.strip():
        raise InputError("no `text` in it")
    key = entry.get("_id", entry.get("id"))
    return document(
        f"{name}#{number if key is None else key}",
        text if text.strip() else title,
        title=title,
        source=entry.get("source") or file,
        language=entry.get("language") or entry.get("lang"),
        published=entry.get("date"),
    )


def _parse(line: bytes) -> dict[str, Any]:
    if len(line) > 4 * MAX_LINE:
        raise InputError(f"longer than {MAX_LINE:,} characters; divide the text")
    if looks_binary(line):
        raise InputError("looks binary")
    try:
        entry = json.loads(line.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON at column {error.colno}") from error
    if not isinstance(entry, dict):
        raise InputError("not a JSON object")
    return entry
