"""Archives (zip, tar) and compressed files (gzip, bzip2, xz): each file in them.

Links, devices and hidden files in an archive are left out; see `members`.
"""

import bz2
import gzip
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from index.errors import InputError
from index.readers.members import Allowance, Member, read_members
from index.readers.zipnames import names, untold
from index.records import Document

_TARS = (".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
_OPENERS: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}


def read(
    path: Path, name: str, allowance: Allowance | None = None
) -> Iterator[Document]:
    """Read what an archive holds; its sources are paths that begin with its name."""
    allowance = allowance or Allowance()
    yield from read_members(_members(path), path.name, name, allowance)


def _members(path: Path) -> Iterator[Member]:
    lower = path.name.lower()
    if lower.endswith(".zip"):
        return _zipped(path)
    if lower.endswith(_TARS):
        return _tarred(path)
    return iter([(path.stem, partial(_OPENERS[path.suffix.lower()], path))])


def _zipped(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        for name, info in zip(names(infos), infos, strict=True):
            if not name.endswith("/"):
                yield name, partial(_unzip, archive, info)


def _unzip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    if info.flag_bits & 1:
        raise InputError("it is encrypted")
    return archive.open(info)


def _tarred(path: Path) -> Iterator[Member]:
    with tarfile.open(path) as archive:
        after = -1
        for info in archive:
            if info.offset <= after:  # a negative size would lead back for ever
                raise InputError("damaged: its files overlap; pack it again")
            after = info.offset
            if info.isreg():
                yield untold(info.name), partial(_untar, archive, info)


def _untar(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    return cast(IO[bytes], archive.extractfile(info))
