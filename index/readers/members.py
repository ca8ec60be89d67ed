"""Files within a file: members of archives, attachments of mail.

Each is copied out under a name of our choice, read as any file, and deleted. Sizes are
counted while unpacking; what a file says about itself is not believed, and the paths
it names are labels, never places on the disk.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import IO

from index import readers
from index.errors import InputError
from index.readers.fields import one_line
from index.records import Document

MAX_BYTES = 2_000_000_000
MAX_MEMBERS = 100_000
MAX_DEPTH = 3
NESTING = ("archive", "mail", "mbox")  # their `read` takes an Allowance too

_CHUNK = 1 << 20
_LONGEST = 150
_SHOWN = 5

# A label within the file, and what opens the member.
Member = tuple[str, Callable[[], IO[bytes]]]


class Exhausted(InputError):
    """A file holds more than may be unpacked."""


@dataclass(slots=True)
class Allowance:
    """What one file may still unpack, with all that is nested in it."""

    bytes: int = MAX_BYTES
    members: int = MAX_MEMBERS
    depth: int = MAX_DEPTH

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Go into a nested file, and out again."""
        if not self.depth:
            raise InputError(f"archives within archives, over {MAX_DEPTH} deep")
        self.depth -= 1
        try:
            yield
        finally:
            self.depth += 1

    def spend(self, n_bytes: int) -> None:
        """Count bytes; raises Exhausted when there are too many."""
        self.bytes -= n_bytes
        if self.bytes < 0:
            raise Exhausted(f"unpacks to more than {MAX_BYTES / 1e9:.0f} GB")

    def count(self) -> None:
        """Count a member; raises Exhausted when there are too many."""
        self.members -= 1
        if self.members < 0:
            raise Exhausted(f"more than {MAX_MEMBERS:,} files in it")


def read_members(
    members: Iterable[Member], source: str, name: str, allowance: Allowance
) -> Iterator[Document]:
    """Read members, those without a reader left out.

    source: what the file that holds them is called; a member's own goes after it.
    Raises InputError after the last document, naming the first bad members.
    """
    bad, n_members = [], 0
    for label, opened in members:
        allowance.count()
        inner = _label(label)
        if not _is_wanted(inner):
            continue
        n_members += 1
        try:
            yield from _read(inner, opened, source, name, allowance)
        except Exhausted as error:
            raise InputError(f"{error}; unpack and divide it") from error
        except (InputError, *readers.DAMAGE, OSError, RuntimeError) as error:
            bad.append(f"{inner}: {readers.reason(error)}")
    if bad:
        more = "; ..." if len(bad) > _SHOWN else ""
        raise InputError(
            f"{len(bad)} of the {n_members} files in it could not be read "
            f"({'; '.join(bad[:_SHOWN])}{more})"
        )


def _read(
    inner: str,
    opened: Callable[[], IO[bytes]],
    source: str,
    name: str,
    allowance: Allowance,
) -> Iterator[Document]:
    base = inner.rpartition("/")[2]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / base
        with opened() as packed, path.open("xb") as copy:
            while chunk := packed.read(_CHUNK):
                allowance.spend(len(chunk))
                copy.write(chunk)
        for document in _documents(path, f"{name}/{inner}", allowance):
            told = document.source
            if told == base or told.startswith(f"{base}/"):
                told = f"{source}/{inner}{told[len(base) :]}"
            yield replace(document, source=told)


def _documents(path: Path, name: str, allowance: Allowance) -> Iterator[Document]:
    module = readers.format_of(path.name)
    if module in NESTING:
        with allowance.deeper():
            reader = import_module(f"index.readers.{module}")
            yield from reader.read(path, name, allowance)
    else:
        yield from readers.read(path, name)


def _label(name: str) -> str:
    """Make a member's path harmless: relative, one line, each part of bounded length.

    >>> _label("../../etc/pass\\nwd.txt"), _label("C:\\\\a.md")
    ('etc/pass wd.txt', 'C:/a.md')
    """
    parts = (one_line(_shorten(part)) for part in name.replace("\\", "/").split("/"))
    kept = [part for part in parts if part not in ("", ".", "..")]
    return "/".join(kept[-20:])


def _shorten(part: str) -> str:
    stem, suffix = os.path.splitext(part)
    short = stem.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore")
    return short + suffix[:10]


def _is_wanted(inner: str) -> bool:
    parts = inner.split("/")
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return not hidden and readers.is_document(inner)
