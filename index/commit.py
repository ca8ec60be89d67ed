"""Write a generation so that a crash at any moment leaves a whole index.

Files are written in a draft folder and synced, the folder is renamed, and CURRENT is
replaced by one rename: that is the moment of the commit. Until then the generation
before it stays the current one. Two generations are kept, for readers that are just
opening the older.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from index.errors import SnapshotError
from index.layout import CURRENT, GENERATIONS, LOCK, MANIFEST
from index.lock import lock

_DRAFT = ".draft"
_NEXT = "CURRENT.tmp"


@dataclass(frozen=True, slots=True)
class Draft:
    """A folder to write in, and the number that its generation will have."""

    path: Path
    number: int


@contextmanager
def drafting(folder: Path) -> Iterator[Draft]:
    """Write a generation within a block; it is committed if the block ends well.

    The block must write a manifest. Raises LockedError when another build runs,
    SnapshotError when the disk refuses.
    """
    try:
        generations = folder / GENERATIONS
        generations.mkdir(parents=True, exist_ok=True)
        with lock(folder / LOCK):
            _prune(folder)
            draft = Draft(generations / _DRAFT, max([0, *_numbers(folder)]) + 1)
            draft.path.mkdir()
            try:
                yield draft
                _commit(folder, draft)
            finally:
                shutil.rmtree(draft.path, ignore_errors=True)
            _prune(folder)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise SnapshotError(
            f"{folder} could not be written ({reason}); what it held before is "
            "untouched, so make room or choose another folder"
        ) from error


def _commit(folder: Path, draft: Draft) -> None:
    digest = hashlib.sha256((draft.path / MANIFEST).read_bytes()).hexdigest()
    for file in sorted(draft.path.iterdir()):
        _sync(file)
    _sync(draft.path)
    os.rename(draft.path, draft.path.parent / str(draft.number))
    _sync(draft.path.parent)
    (folder / _NEXT).write_text(f"{draft.number} {digest}\n")
    _sync(folder / _NEXT)
    os.replace(folder / _NEXT, folder / CURRENT)
    _sync(folder)
    with suppress(PermissionError):  # of use when the folder itself is new
        _sync(folder.absolute().parent)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prune(folder: Path) -> None:
    """Delete drafts, generations never committed, and all but the two newest."""
    shutil.rmtree(folder / GENERATIONS / _DRAFT, ignore_errors=True)
    with suppress(OSError, ValueError):
        current = int((folder / CURRENT).read_text().split()[0])
        older = [number for number in _numbers(folder) if number < current]
        for number in {*_numbers(folder)} - {current, *older[-1:]}:
            shutil.rmtree(folder / GENERATIONS / str(number), ignore_errors=True)


def _numbers(folder: Path) -> list[int]:
    """List the generations there are, oldest first."""
    names = (path.name for path in (folder / GENERATIONS).iterdir())
    return sorted(int(name) for name in names if name.isascii() and name.isdecimal())
