"""Names of the files in a zip or tar archive, few of which tell their encoding.

A flag says that a name is in UTF-8; a field of Info-ZIP holds it in UTF-8 beside the
other (APPNOTE 4.4.4, 4.6.9). What is left is in one encoding, that of the system that
packed it: UTF-8 if it can be, else the one that fits all these names, else code page
437, as the standard has it. A tar, whose names come one by one, is read likewise.
"""

from collections.abc import Iterable, Sequence
from struct import pack, unpack_from
from zipfile import ZipInfo
from zlib import crc32

from index.readers.guess import fitting

_IS_UTF8 = 0x800
_UNICODE_PATH = 0x7075
_STANDARD = "cp437"
# Those of consoles come first: Windows writes them.
_ENCODINGS = (
    "cp850 cp852 cp866 cp1252 cp1250 cp1251 gb18030 cp932 big5 cp949 cp857 cp737 cp862 "
    "cp1253 cp1254 cp1255 cp1256 cp1257 cp874"
).split()


def names(infos: Sequence[ZipInfo]) -> list[str]:
    """Give each file the name that it had where it was packed."""
    told = [_told(info) for info in infos]
    encoding = _likely(name for name in told if isinstance(name, bytes))
    return [n if isinstance(n, str) else n.decode(encoding) for n in told]


def untold(name: str) -> str:
    """Give a name in which bytes that are no UTF-8 are lone surrogates, as in a tar."""
    data = name.encode("utf-8", "surrogateescape")
    return data.decode(_likely([data]))


def _told(info: ZipInfo) -> str | bytes:
    """Give a name, or its bytes where nothing tells what they mean."""
    if info.flag_bits & _IS_UTF8:
        return info.filename
    name = info.orig_filename.encode(_STANDARD)  # which zipfile took it for
    return _unicode_path(info.extra, crc32(name)) or name.partition(b"\0")[0]


def _unicode_path(extra: bytes, checksum: int) -> str:
    """Find a name in the extra fields, if it is beside the name of that checksum."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        if kind == _UNICODE_PATH and field[:5] == pack("<BL", 1, checksum):
            return field[5:].decode("utf-8", "replace")
        at += 4 + size
    return ""


def _likely(undeclared: Iterable[bytes]) -> str:
    together = b"\n".join(name for name in undeclared if not name.isascii())
    if _is(together, "utf-8"):
        return "utf-8"
    possible = [encoding for encoding in _ENCODINGS if _is(together, encoding)]
    return fitting(together, possible) or _STANDARD


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
