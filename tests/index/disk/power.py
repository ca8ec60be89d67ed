"""Play a log of `disk.c` up to any call, and say what a power cut leaves then.

A file keeps what it held when it was last synced; a folder keeps the names it held
when it was last synced, and a name leads to the file whatever that keeps. Anything
newer may be there or not: at worst none of it is, at random some of it.
"""

import random
from collections.abc import Iterator
from pathlib import Path


class File:
    """Bytes as they are now, and as they were at the last sync."""

    def __init__(self, kept: bytes = b"") -> None:
        self.now, self.kept = bytearray(kept), kept

    def write(self, at: int, data: bytes) -> None:
        if len(self.now) < at:
            self.now.extend(bytes(at - len(self.now)))
        self.now[at : at + len(data)] = data

    def cut(self, size: int) -> None:
        self.now[size:] = bytes(max(0, size - len(self.now)))

    def sync(self) -> None:
        self.kept = bytes(self.now)


class Folder:
    """Names as they are now, and as they were at the last sync."""

    def __init__(self) -> None:
        self.now: dict[str, File | Folder] = {}
        self.kept: dict[str, File | Folder] = {}

    def sync(self) -> None:
        self.kept = dict(self.now)


class Disk:
    """The folder that was watched, call by call."""

    def __init__(self, root: Path) -> None:
        self.root, self.top, self.open = root, Folder(), {}

    def play(self, log: Path) -> Iterator[str]:
        """Go through the log; yields the kind of each call after it has been made."""
        with log.open("rb") as calls:
            while line := calls.readline():
                kind, a, b, *sizes = line.decode().split()
                path, to, data = (calls.read(int(size)) for size in sizes)
                self._call(kind, int(a), int(b), path.decode(), to.decode(), data)
                yield kind

    def _call(self, kind, a, b, path, to, data) -> None:
        if kind == "O":
            self.open[a] = self._opened(path, truncate=bool(b))
        elif kind == "C":
            self.open.pop(a, None)
        elif kind == "W":
            self.open[a].write(b, data)
        elif kind == "T":
            self.open[a].cut(b)
        elif kind == "S":
            self.open[a].sync()
        elif kind == "M" and Path(path) != self.root:
            folder, name = self._at(path)
            folder.now[name] = Folder()
        elif kind == "U":
            folder, name = self._at(path)
            del folder.now[name]
        elif kind == "R":
            (old, was), (new, name) = self._at(path), self._at(to)
            new.now[name] = old.now.pop(was)

    def _opened(self, path: str, truncate: bool) -> File | Folder:
        if Path(path) == self.root:
            return self.top
        folder, name = self._at(path)
        found = folder.now.setdefault(name, File())
        if truncate and isinstance(found, File):
            found.cut(0)
        return found

    def _at(self, path: str) -> tuple[Folder, str]:
        *parts, name = Path(path).relative_to(self.root).parts
        folder = self.top
        for part in parts:
            folder = folder.now[part]
        return folder, name

    def left(self, rng: random.Random | None = None) -> dict[str, bytes]:
        """Give the files that a power cut leaves now: path from the root, content.

        rng: lets some of what was not synced be there; nothing of it otherwise.
        """
        return dict(_left(self.top, "", rng))


def _left(folder: Folder, at: str, rng) -> Iterator[tuple[str, bytes]]:
    names = dict(folder.kept)
    if rng:
        for name in {*folder.kept, *folder.now}:
            if folder.kept.get(name) is not folder.now.get(name) and rng.random() < 0.5:
                names.pop(name, None)
                if name in folder.now:
                    names[name] = folder.now[name]
    for name, found in names.items():
        if isinstance(found, Folder):
            yield from _left(found, f"{at}{name}/", rng)
        else:
            yield f"{at}{name}", _content(found, rng)


def _content(file: File, rng) -> bytes:
    if rng is None or bytes(file.now) == file.kept:
        return file.kept
    whole = rng.choice([file.kept, bytes(file.now)])
    return whole[: rng.randint(0, len(whole))]
