"""Files that people add through the page, kept in one folder beside the index.

Only plain names are written there and nothing is written over. The names come
from strangers, so what acts instead of showing goes, and what some system reserves.
"""

import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from index import layout, readers
from index.commit import refused
from index.errors import InputError, LockedError, SnapshotError
from index.lock import lock

STREAM = "standard input"
DOCUMENTS = "documents"  # the folder of an index that added files are in
SPARED = 10**9  # bytes of a disk that are left free, or a twentieth of a small one
LONGEST_NAME = 180  # bytes of UTF-8; file systems allow 255
_RESERVED = frozenset('<>:"/\\|?*#')  # by some system, or, `#`, by ids of documents
_JOINERS = frozenset("\u200c\u200d")  # unseen, yet words of Persian and Hindi need them
_DEVICES = re.compile(
    r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE
)  # names Windows keeps


class Library:
    """The folder of added files that belongs to an index."""

    def __init__(self, index: Path) -> None:
        self._index, self.folder = index, index / DOCUMENTS
        self._aside = self.folder / ".aside"  # used by who holds the index's lock

    def beside(self, paths: Iterable[Path]) -> list[Path]:
        """Add this folder to paths to build from, when it holds files.

        What a killed `take` left is settled first.
        """
        if self._aside.exists():
            with suppress(LockedError), lock(self._index / layout.LOCK):
                self._settle()
        others = [path for path in paths if path.absolute() != self.folder.absolute()]
        return [*others, self.folder] if self.files() or not others else others

    def files(self) -> list[Path]:
        """List what is kept, by name."""
        if not self.folder.is_dir():
            return []
        return sorted(
            f
            for f in self.folder.iterdir()
            if f.is_file() and not f.name.startswith(".")
        )

    def keep(self, path: Path, name: str) -> Path:
        """Copy a file in under a safe form of its name, numbered when that is taken."""
        with path.open("rb") as source, self._create(safe_name(name)) as target:
            shutil.copyfileobj(source, target)
        return Path(target.name)

    @contextmanager
    def take(self, stream: BinaryIO) -> Iterator[None]:
        """Keep what a stream holds, instead of what the last one held, for a block.

        Meanwhile the index is locked, to be built; unless it then has a new generation,
        the last is put back. JSON lines are told by the first one; all else is text.
        Raises InputError when the stream holds nothing that can be read, LockedError
        when another build runs. A kill leaves nothing that `beside` does not settle.
        """
        first = _first_line(stream)
        with refused(self._index):
            self.folder.mkdir(parents=True, exist_ok=True)
            held = TemporaryFile(dir=self.folder)  # noqa: SIM115 - closed below
        with held:
            with refused(self._index):
                held.write(first)
                shutil.copyfileobj(stream, held)
            with lock(self._index / layout.LOCK):
                self._settle()
                try:
                    self._swap(held, ".jsonl" if _is_object(first) else ".txt")
                    yield
                finally:
                    self._settle()

    def _swap(self, held: BinaryIO, suffix: str) -> None:
        """Put what a stream held in the place of the last, which is laid aside."""
        new = self._aside / f"new{suffix}"
        with refused(self._index):
            self._aside.mkdir()
            held.seek(0)
            with new.open("wb") as file:
                shutil.copyfileobj(held, file)
        _check(new)
        with refused(self._index):
            (self._aside / "before").write_text(str(_newest(self._index)))
            for last in _streams(self.folder):
                last.rename(self._aside / last.name)
            new.rename(self.folder / f"{STREAM}{suffix}")

    def _settle(self) -> None:
        """End a swap: without a generation since, what was laid aside comes back."""
        before = self._aside / "before"
        if before.exists() and _newest(self._index) <= int(before.read_text() or 0):
            # A kill may come after each call; it is then gone through once more.
            if not list(self._aside.glob("new.*")):
                for new in _streams(self.folder):
                    new.rename(self._aside / f"new{new.suffix}")
            for last in _streams(self._aside):
                last.rename(self.folder / last.name)
        before.unlink(missing_ok=True)
        shutil.rmtree(self._aside, ignore_errors=True)

    def write(self, title: str, text: str) -> Path:
        """Keep a pasted text as a Markdown article.

        Raises InputError when title or text is empty.
        """
        title, text = " ".join(title.split()), text.strip()
        if not (title and text):
            raise InputError("a title and a text are needed; fill in both")
        article = (
            f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n\n{text}\n"
        )
        stem = re.sub(r"[/\\]", " ", title).strip(" .") or "document"
        with self._create(safe_name(f"{stem}.md")) as target:
            target.write(article.encode("utf-8", "replace"))
        return Path(target.name)

    def delete(self, name: str) -> None:
        """Remove a kept file.

        Raises InputError when no file of this very name is kept.
        """
        known = {file.name: file for file in self.files()}
        if name not in known:
            raise InputError(f"{name!r} is not among the added files; reload the page")
        known[name].unlink()

    def _create(self, name: str) -> BinaryIO:
        """Open a new file of this name, or of the first free one like it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if room(self.folder) < 0:
            raise InputError("the disk is nearly full; make room on the server")
        stem, suffix = os.path.splitext(name)
        for number in range(1, 1000):
            free = name if number == 1 else f"{stem} ({number}){suffix}"
            try:
                return (self.folder / free).open("xb")
            except FileExistsError:
                continue
        raise InputError(f"there are too many files called {name!r}; rename it")


def room(folder: str | Path) -> int:
    """Count the bytes that strangers may still fill of the disk that a folder is on."""
    disk = shutil.disk_usage(folder)
    return disk.free - min(disk.total // 20, SPARED)


def safe_name(name: str) -> str:
    """Reduce a name to a plain file name, never hidden, never a path.

    >>> safe_name("../../etc/pass wd?.md")
    'pass wd_.md'
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c if _is_harmless(c) else "_" for c in re.sub(r"\s", " ", base))
    stem, suffix = os.path.splitext(plain.strip(" ."))
    stem = _shorten(stem, LONGEST_NAME).strip(" .") or "document"
    if _DEVICES.fullmatch(stem):
        stem = f"{stem}_"
    return stem + _shorten(suffix, 20)


def _first_line(stream: BinaryIO) -> bytes:
    """Read up to the first line that is not blank; raises InputError without one."""
    while line := stream.readline():
        if line.strip():
            return line
    raise InputError(f"{STREAM} holds no text; what it held last is kept")


def _newest(index: Path) -> int:
    """Give the newest generation that may be in use again; 0 when there is none."""
    try:
        numbers = layout.numbers(index)
    except SnapshotError:
        return 0
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _streams(folder: Path) -> list[Path]:
    """List what streams held, as far as a folder has it."""
    files = [folder / f"{STREAM}{suffix}" for suffix in (".jsonl", ".txt")]
    return [file for file in files if file.exists()]


def _check(path: Path) -> None:
    """Refuse what a stream held when nothing of it can be read."""
    try:
        if any(document.text.strip() for document in readers.read(path, STREAM)):
            return
        problem = "no text in it"
    except InputError as error:
        problem = str(error)
    raise InputError(f"{STREAM} cannot be read ({problem}); what it held last is kept")


def _is_harmless(character: str) -> bool:
    """Tell whether a character only shows; controls and turns of direction do not."""
    shows = character.isprintable() or character in _JOINERS
    return shows and character not in _RESERVED


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _shorten(text: str, size: int) -> str:
    return text.encode("utf-8", "ignore")[:size].decode("utf-8", "ignore")
