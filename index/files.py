"""Which files a build must read, and which are as they were when last read.

A file whose size, times and inode are what they were is not opened; when any of them
differs, or is too young to be trusted, the hash of its content decides.
"""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from index import readers
from index.records import Document

# A change within the file system's clock tick shows in no time (on FAT, 2 s long).
DOUBT = 3.0  # seconds

Report = Callable[[Path, str], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it was when read, and how many documents it gave.

    stamp: size, times of change of content and of inode in ns, inode. problem: what
    kept some of it from being read.
    """

    name: str
    path: str
    stamp: tuple[int, ...] = ()
    digest: str = ""
    documents: int = 0
    problem: str = ""

    def is_settled(self, began: float) -> bool:
        """Tell whether it was left alone for a while before a build began."""
        return max(self.stamp[1:3]) / 1e9 + DOUBT < began


@dataclass(slots=True)
class Known:
    """The files of the generation before, and the rows of their documents.

    began: when that generation's build did.
    """

    began: float = 0.0
    entries: dict[tuple[str, str], tuple[Entry, range]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Sequence[Entry], began: float) -> "Known":
        known, row = cls(began), 0
        for entry in entries:
            rows = range(row, row := row + entry.documents)
            known.entries[entry.path, entry.name] = entry, rows
        return known

    def find(self, path: Path, name: str) -> tuple[Entry, range]:
        """Say how a file is now, and the rows it gave; without rows it must be read."""
        place = os.path.abspath(path)
        old, rows = self.entries.get((place, name), (None, range(0)))
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            return Entry(name, place), range(0)  # reading it might never end
        times = status.st_mtime_ns, status.st_ctime_ns
        stamp = (status.st_size, *times, status.st_ino)
        if old and old.problem:
            old = None  # it may be readable by now
        if old and old.stamp == stamp and old.is_settled(self.began):
            return old, rows
        now = Entry(name, place, stamp, _digest(path))
        if old and old.digest == now.digest:
            return replace(old, stamp=stamp), rows
        return now, range(0)


def read(
    files: Sequence[tuple[Path, str]], known: Known, report: Report, progress: Progress
) -> tuple[list[Entry], list[Document | int]]:
    """Read what has changed: gives the files, and all their documents in order.

    A document that needs no reading is given by its row in the generation before.
    progress: called with the numbers of files looked at, and in all.
    """
    entries: list[Entry] = []
    documents: list[Document | int] = []

    def note(path: Path, problem: str) -> None:
        entries[-1] = replace(entries[-1], problem=problem)
        report(path, problem)

    def changed() -> Iterator[tuple[Path, str]]:
        for done, (path, name) in enumerate(files, 1):
            entry, rows = _find(known, path, name)
            entries.append(entry)
            documents.extend(rows)
            if not rows:
                yield path, name
            elif entry.problem:
                report(path, entry.problem)
            progress(done, len(files))

    for document in readers.read_all(changed(), note):
        documents.append(document)
        entries[-1] = replace(entries[-1], documents=entries[-1].documents + 1)
    return entries, documents


def _find(known: Known, path: Path, name: str) -> tuple[Entry, range]:
    try:
        return known.find(path, name)
    except OSError:  # the reader will say why
        return Entry(name, os.path.abspath(path)), range(0)


def dumps(entries: Sequence[Entry]) -> str:
    """Write entries as JSON, one a line."""
    fields = Entry.__slots__
    lines = (json.dumps([getattr(entry, name) for name in fields]) for entry in entries)
    return "".join(f"{line}\n" for line in lines)


def loads(text: str) -> list[Entry]:
    """Read what `dumps` wrote."""
    rows = map(json.loads, text.splitlines())
    return [Entry(name, path, tuple(stamp), *rest) for name, path, stamp, *rest in rows]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
