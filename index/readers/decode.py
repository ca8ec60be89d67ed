"""Bytes of unknown origin to clean text.

Clean text is Unicode NFC, its lines end in `\\n`, and it holds no control
characters but `\\n` and tab, and no lone surrogates. Whatever the input, the time
taken grows linearly with its size.
"""

import codecs
import re
import unicodedata
from pathlib import Path

from index.errors import InputError
from index.readers.guess import guess

MAX_BYTES = 100_000_000
MAX_LINE = 5_000_000

_BOMS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
CONTROL_BYTES = bytes({*range(32)} - {*b"\t\n\r\f\x1b"})
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SAMPLE = 200_000
# What is declared as this is meant as that (WHATWG, Encoding Standard).
_MEANT = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_BEYOND = re.compile(rb"[^\x00-\x7f]")
_JAPANESE = b"\x1b$"  # ISO-2022-JP, which is ASCII otherwise
_BROKEN = 0.05  # of the characters beyond ASCII may be damaged
_NULS = 0.05  # of the bytes of UTF-16 at least

# Not a word character, not a space, not ASCII: all combining marks, and little else.
_MARKS = re.compile(r"[^\w\s\x00-\x7f]{40,}")
_MOST_MARKS = 30


def load(path: Path, declared: re.Pattern[bytes] | None = None) -> str:
    """Read a text file whatever its encoding.

    declared: finds the name of the encoding within the file (HTML's meta element).
    Raises InputError when the file is too large, binary, or of no known encoding.
    """
    if not path.is_file():
        raise InputError(f"{path} is not a regular file; give a file or a folder")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise InputError(
            f"{size / 1e6:.0f} MB, at most {MAX_BYTES / 1e6:.0f} MB is read; "
            "divide the file, or make it a .jsonl with an entry a line"
        )
    data = path.read_bytes()
    found = declared.search(data[:2048]) if declared else None
    named = found[1].decode("ascii") if found else ""
    if named.lower().startswith(("utf-16", "utf-32")):
        named = ""  # it could not have been read
    text = clean(decode(data, named))
    longest = max(map(len, text.split("\n")))
    if longest > MAX_LINE:
        raise InputError(
            f"one line has {longest:,} characters, at most {MAX_LINE:,} are read; "
            "break it into lines"
        )
    return text


def decode(data: bytes, declared: str = "") -> str:
    """Decode by byte order mark, declaration, as UTF-8, or by what fits best.

    Unicode in which a few characters are damaged is still taken for it.
    """
    for bom, encoding in _BOMS.items():
        if data.startswith(bom):
            return _decode(data, encoding)
    if looks_binary(data):
        if text := _unmarked(data):
            return text
        raise InputError("looks binary; give a text file")
    japanese = "iso2022_jp" if _JAPANESE in data else ""
    for encoding in filter(None, (*_meant(declared), japanese, "utf-8")):
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    try:
        return _decode(data, "utf-8")
    except InputError:
        found = guess(_telling(data))
        if not found:
            raise
    return data.decode(found, "replace")


def _unmarked(data: bytes) -> str:
    """Decode UTF-16 without a byte order mark, '' if bytes are none.

    Its line ends and spaces hold a NUL, on the side that tells the order of bytes.
    Where they are too few, NULs in another text could make it look like Chinese.
    """
    first, second = data[::2].count(0), data[1::2].count(0)
    if first + second < _NULS * len(data):
        return ""
    try:
        text = data.decode("utf-16-be" if first > second else "utf-16-le")
    except UnicodeDecodeError:
        return ""
    kinds = {unicodedata.category(c) for c in set(text) - {*"\t\n\r\f"}}
    return "" if kinds & {"Cc", "Cn", "Co"} else text


def _telling(data: bytes) -> bytes:
    """Pick what tells of an encoding: lines with more than ASCII, as far as _SAMPLE."""
    lines = b"\n".join(line for line in data.split(b"\n") if not line.isascii())
    first = _BEYOND.search(lines)
    return lines[max(0, first.start() - _SAMPLE // 2) if first else 0 :][:_SAMPLE]


def _meant(declared: str) -> tuple[str, ...]:
    """Give the encodings that a name may stand for."""
    try:
        name = codecs.lookup(declared.lower().replace("windows-", "cp")).name
    except LookupError:
        return ()
    return (_MEANT[name], name) if name in _MEANT else (name,)


def looks_binary(data: bytes) -> bool:
    """Tell whether bytes hold a NUL, or many control characters."""
    n_controls = len(data) - len(data.translate(None, CONTROL_BYTES))
    return b"\0" in data or n_controls > 0.05 * len(data)


def _decode(data: bytes, encoding: str) -> str:
    """Decode bytes of which a few may be damaged."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        text = data.decode(encoding, "replace")
        beyond = len(text) - len(text.encode("ascii", "ignore"))
        if text.count("\ufffd") <= _BROKEN * beyond:
            return text
        raise InputError(
            f"not {encoding} at byte {error.start:,}; save the file as UTF-8"
        ) from error


def clean(text: str) -> str:
    """Make text NFC, with plain line ends and without control characters.

    >>> clean("e\\u0301\\r\\nb\\0")
    'é\\nb '
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text))
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _MARKS.sub(_thin, text))


def _thin(match: re.Match[str]) -> str:
    """Cut runs of combining marks: normalising them takes quadratic time (UAX #15)."""
    kept, run = [], 0
    for character in match.group():
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)
