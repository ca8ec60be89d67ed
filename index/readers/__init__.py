"""Read files of several formats into documents, one module a format.

Each module offers `read(path, name)`, where `name` starts the ids of the documents
it yields. A file that cannot be read raises InputError or OSError, if only some of it
cannot, after the last good document. The same file always gives the same documents.
"""

import errno
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from xml.parsers.expat import ExpatError

from index.errors import InputError, PassageError, first_line, one_line
from index.readers.apart import Apart
from index.records import Document

FORMATS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".pptx": "pptx",
    ".pptm": "pptx",
    ".ppsx": "pptx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".odt": "odf",
    ".odp": "odf",
    ".ods": "odf",
    ".rtf": "rtf",
    ".epub": "epub",
    ".eml": "mail",
    ".mbox": "mbox",
    ".zip": "archive",
    ".tar": "archive",
    ".tgz": "archive",
    ".tbz2": "archive",
    ".txz": "archive",
    ".gz": "archive",
    ".bz2": "archive",
    ".xz": "archive",
}
# Documents all the same: they are reported, not passed over as pictures are.
UNREAD = {
    ".doc": "save it as .docx",
    ".ppt": "save it as .pptx",
    ".xls": "save it as .xlsx",
    ".xlsb": "save it as .xlsx",
    ".pages": "export it as PDF",
    ".key": "export it as PDF",
    ".numbers": "export it as .xlsx",
    ".msg": "save it as .eml",
    ".mht": "save it as .html",
    ".mhtml": "save it as .html",
    ".mobi": "convert it to .epub",
    ".azw3": "convert it to .epub",
    ".djvu": "convert it to PDF",
}
# These are read by a few lines of our own, in linear time, or a line at a time; all
# others in a process apart.
PLAIN = frozenset({"text", "markdown", "jsonl", "csv"})

# What the libraries below us raise at files that are not what they seem.
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    ExpatError,
    EOFError,
    NotImplementedError,
    ValueError,
    OverflowError,
    RecursionError,
)


def read(path: Path, name: str) -> Iterator[Document]:
    """Read one file by the reader its suffix calls for, in this process."""
    module = import_module(f"{__name__}.{format_of(path.name)}")
    if not path.is_file():
        raise InputError(f"{path} is not a regular file; give a file or a folder")
    try:
        yield from module.read(path, name)
    except (*DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the disk, not what is on it
        found = reason(error) if path.stat().st_size else "it is empty"
        raise InputError(
            f"damaged, or no {path.suffix} file ({found}); save it again"
        ) from error


def format_of(name: str) -> str:
    """Give the module that reads files of this name; raises InputError without one."""
    suffix = os.path.splitext(name)[1].lower()
    if suffix in UNREAD:
        raise InputError(f"no reader for {suffix}; {UNREAD[suffix]}")
    if suffix not in FORMATS:
        raise InputError(
            f"no reader for {suffix or 'files without a suffix'}; "
            f"there are readers for {', '.join(FORMATS)}"
        )
    return FORMATS[suffix]


def has_reader(name: str) -> bool:
    """Tell whether files of this name can be read."""
    return os.path.splitext(name)[1].lower() in FORMATS


def is_document(name: str) -> bool:
    """Tell whether files of this name are to be read, or it be told that none can."""
    return has_reader(name) or os.path.splitext(name)[1].lower() in UNREAD


def read_all(
    files: Iterable[tuple[Path, str]], report: Callable[[Path, str], None]
) -> Iterator[Document]:
    """Read many files; `report` gets the path and the reason of each that fails."""
    with Apart() as apart:
        for path, name in files:
            try:
                plain = format_of(path.name) in PLAIN
                empty = True
                for document in (read if plain else apart.read)(path, name):
                    if document.text.strip():
                        empty = False
                        yield document
                if empty:
                    raise InputError("no text in it")
            except (PassageError, OSError, ValueError) as error:
                report(path, reason(error))


def reason(error: Exception) -> str:
    """Say what went wrong in one line that does nothing to a terminal."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, MemoryError):
        return "reading it needs too much memory; divide the file, or leave it"
    if isinstance(error, PassageError):
        return one_line(error)
    text = one_line(first_line(error)).rstrip(":")
    foreseen = isinstance(error, (*DAMAGE, OSError))
    return text if foreseen else f"{type(error).__name__} {text}"
