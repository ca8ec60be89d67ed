"""Write a generation so that a crash at any moment leaves a whole index.

Files are written in a draft folder and synced, the folder is renamed, and CURRENT is
replaced by one rename: that is the moment of the commit. Until then the generation
before it stays the current one; afterwards it is kept, for `rollback`. Older ones are
deleted as soon as no reader has them open.
"""

import errno
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from index import layout
from index.errors import PassageError, SnapshotError
from index.layout import CURRENT, GENERATIONS, LOCK, MANIFEST
from index.lock import lock, unused

_DRAFT = ".draft"
_NEXT = "CURRENT.tmp"


@dataclass(frozen=True, slots=True)
class Draft:
    """A folder to write in, and the number that its generation will have."""

    path: Path
    number: int


@contextmanager
def drafting(folder: Path, locked: bool = False) -> Iterator[Draft]:
    """Write a generation within a block; it is committed if the block ends well.

    The block must write a manifest. locked: whether the caller holds the lock already.
    Raises LockedError when another build runs, SnapshotError when the disk refuses.
    """
    with refused(folder):
        generations = folder / GENERATIONS
        generations.mkdir(parents=True, exist_ok=True)
        with nullcontext() if locked else lock(folder / LOCK):
            _prune(folder)
            draft = Draft(generations / _DRAFT, max([0, *_numbers(folder)]) + 1)
            draft.path.mkdir()
            try:
                yield draft
                _commit(folder, draft)
            finally:
                shutil.rmtree(draft.path, ignore_errors=True)
            _prune(folder)


def rollback(folder: str | Path) -> int:
    """Bring the generation before the current one back; gives its number.

    The other one is kept instead, so a second rollback undoes the first. Readers keep
    what they opened. Raises SnapshotError when there is none or it was altered,
    LockedError when a build runs.
    """
    folder = Path(folder)
    layout.pointers(folder)  # without an index there is nothing to lock
    with refused(folder), lock(folder / LOCK):
        pointers = layout.pointers(folder)
        generation, manifest = layout.previous(folder)
        if problems := layout.problems(generation, manifest):
            raise layout.corrupt(folder, problems[0])
        _point(folder, pointers[1], *_usable(folder))
    return int(generation.name)


def _commit(folder: Path, draft: Draft) -> None:
    digest = hashlib.sha256((draft.path / MANIFEST).read_bytes()).hexdigest()
    for file in sorted(draft.path.iterdir()):
        _sync(file)
    _sync(draft.path)
    os.rename(draft.path, draft.path.parent / str(draft.number))
    _sync(draft.path.parent)
    _sync(folder)  # in the first build, `generations` itself is new
    _point(folder, f"{draft.number} {digest}", *_usable(folder))


def _usable(folder: Path) -> list[str]:
    """Give the pointer to the current generation, if it can be gone back to: damage
    would only be told of once more."""
    try:
        altered = layout.problems(*layout.current(folder))
        return [] if altered else layout.pointers(folder)[:1]
    except (PassageError, FileNotFoundError):
        return []


def _point(folder: Path, *pointers: str) -> None:
    """Let CURRENT name a generation, and the one before it."""
    (folder / _NEXT).write_text("\n".join(pointers) + "\n")
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
    """Delete drafts, and generations that CURRENT does not name and nobody reads."""
    shutil.rmtree(folder / GENERATIONS / _DRAFT, ignore_errors=True)
    with suppress(OSError, PassageError):
        layout.current(folder)  # a damaged CURRENT condemns nobody
        named = layout.numbers(folder)
        for number in _numbers(folder):
            generation = folder / GENERATIONS / str(number)
            if str(number) not in named:
                with unused(generation / MANIFEST) as free:
                    if free:
                        shutil.rmtree(generation, ignore_errors=True)


def _numbers(folder: Path) -> list[int]:
    """List the generations there are, oldest first."""
    names = (path.name for path in (folder / GENERATIONS).iterdir())
    return sorted(int(name) for name in names if name.isascii() and name.isdecimal())


@contextmanager
def refused(folder: Path) -> Iterator[None]:
    """Say in one line that the disk refuses to be written."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise SnapshotError(
            f"{folder} could not be written ({reason}); {_remedy(error)} or choose "
            "another folder"
        ) from error


def _remedy(error: Exception) -> str:
    """Say what to do where a disk refuses to be written."""
    match error:
        case FileExistsError() | NotADirectoryError():
            return f"move away the file that is at {error.filename}, or above it,"
        case PermissionError() | OSError(errno=errno.EROFS):
            return f"get the right to write {error.filename or 'there'}"
        case OSError(errno=number) if number in layout.TOO_MANY_OPEN:
            return "the index it held is still whole, so allow more (ulimit -n)"
    return "the index it held is still whole, so make room"
