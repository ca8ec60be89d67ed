"""Read files of several formats into documents, one module a format.

Each module offers `read(path, name)`, where `name` starts the ids of the documents
it yields. A file that cannot be read raises InputError or OSError.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

from index.errors import InputError
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
}


def read(path: Path, name: str) -> Iterator[Document]:
    """Read one file by the reader its suffix calls for."""
    module = FORMATS.get(path.suffix.lower())
    if module is None:
        raise InputError(
            f"no reader for {path.suffix or 'files without a suffix'}; "
            f"there are readers for {', '.join(FORMATS)}"
        )
    documents: Iterator[Document] = import_module(f"{__name__}.{module}").read(
        path, name
    )
    return documents


def read_all(
    files: Iterable[tuple[Path, str]], report: Callable[[Path, str], None]
) -> Iterator[Document]:
    """Read many files; `report` gets the path and the reason of each that fails."""
    for path, name in files:
        try:
            empty = True
            for document in read(path, name):
                if document.text.strip():
                    empty = False
                    yield document
            if empty:
                raise InputError("no text in it")
        except (InputError, OSError, ValueError, RecursionError) as error:
            report(path, _reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def find(paths: Sequence[str | Path]) -> list[tuple[Path, str]]:
    """List the files to read, with names: folders are walked in sorted order.

    A file given by itself has its own name; one in a folder, its path from there.
    Raises InputError when a path is missing, or when there is no file at all.
    """
    found: dict[Path, tuple[Path, str]] = {}
    for given in map(Path, paths):
        if not given.exists():
            raise InputError(f"{given} does not exist; give a file or a folder")
        for path, name in _walk(given) if given.is_dir() else [(given, given.name)]:
            found.setdefault(path.resolve(), (path, name))
    if not found:
        raise InputError(
            f"no file to read in {', '.join(map(str, paths)) or 'no path'}; "
            f"there are readers for {', '.join(FORMATS)}"
        )
    return list(found.values())


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    """Walk a folder; hidden files, indexes and links out of it are left out."""
    inside = root.resolve()
    for folder, subfolders, files in os.walk(root):
        here = Path(folder)
        subfolders[:] = sorted(
            name for name in subfolders if name[0] != "." and not _is_index(here / name)
        )
        for path in (here / name for name in sorted(files)):
            if _is_wanted(path) and path.resolve().is_relative_to(inside):
                yield path, path.relative_to(root).as_posix()


def _is_wanted(path: Path) -> bool:
    return path.name[0] != "." and path.suffix.lower() in FORMATS and path.is_file()


def _is_index(folder: Path) -> bool:
    return (folder / "CURRENT").is_file() and (folder / "generations").is_dir()
