"""Documents that are zip files of XML parts: Office Open XML, OpenDocument, EPUB.

Parts are unpacked as they are parsed, and counted: what a file says about its own
sizes is not believed.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from index.errors import InputError
from index.readers.elements import Event, events

CORE = "docProps/core.xml"  # where Office says who, when and what

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2

MAX_BYTES = 1_000_000_000
MAX_PARTS = 50_000
_CHUNK = 1 << 16

# Elements of CORE, of an OpenDocument's meta.xml, and of an OPF file.
_PROPERTIES = frozenset(
    "title language created creation-date date publisher creator".split()
)


class Link(NamedTuple):
    """What one part refers another by: kind ("slide"), and the other's name."""

    kind: str
    target: str


class Package:
    """An opened file, and how much it may still unpack."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            if file.read(len(_OLE)) == _OLE:
                raise InputError(
                    "it is encrypted, or in a format older than its name; "
                    f"save it as {path.suffix}, without a password"
                )
        self._zip = zipfile.ZipFile(path)
        self.names = frozenset(self._zip.namelist())
        self._left = MAX_BYTES
        if len(self.names) > MAX_PARTS:
            raise InputError(
                f"{len(self.names):,} parts, at most {MAX_PARTS:,} are read; "
                "divide the document"
            )

    def events(self, part: str) -> Iterator[Event]:
        """Parse a part; one that is missing is empty."""
        if part in self.names:
            yield from events(self._chunks(part))

    def data(self, part: str) -> bytes:
        """Unpack a part; one that is missing is empty."""
        return b"".join(self._chunks(part))

    def links(self, part: str) -> dict[str, Link]:
        """List what a part refers to, by the ids it uses for that."""
        folder, base = posixpath.split(part)
        return {
            event.attributes["Id"]: Link(
                posixpath.basename(event.attributes.get("Type", "")),
                resolve(folder, event.attributes["Target"]),
            )
            for event in self.events(f"{folder}/_rels/{base}.rels".lstrip("/"))
            if event.name == "Relationship"
            and event.attributes.keys() >= {"Id", "Target"}
        }

    def linked(self, part: str, *kinds: str) -> list[str]:
        """Name the parts that one refers to, kind by kind."""
        links = self.links(part).values()
        return [link.target for kind in kinds for link in links if link.kind == kind]

    def main(self) -> str:
        """Find the part that an Office document begins with."""
        for part in self.linked("", "officeDocument"):
            return part
        raise InputError("no document in it; save it again")

    def properties(self, part: str) -> dict[str, str]:
        """Read what a document says about itself; the first of each counts."""
        found: dict[str, str] = {}
        name, text = "", ""
        for event in self.events(part):
            if event.kind == "start":
                name, text = event.name, ""
            elif event.kind == "text":
                text += event.name[:1000]
            elif event.name == name and name in _PROPERTIES:
                found.setdefault(name, text.strip())
        return found

    def close(self) -> None:
        self._zip.close()

    def _chunks(self, part: str) -> Iterator[bytes]:
        """Unpack a part; raises InputError when all together are too large."""
        if part not in self.names:
            return
        info = self._zip.getinfo(part)
        if info.flag_bits & 1:
            raise InputError("it is encrypted; save it without a password")
        with self._zip.open(info) as file:
            while chunk := file.read(_CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise InputError(
                        f"unpacks to more than {MAX_BYTES / 1e6:,.0f} MB; "
                        "divide the document"
                    )
                yield chunk


def resolve(folder: str, target: str) -> str:
    """Give the name of a part from how another, in `folder`, refers to it.

    >>> resolve("ppt/slides", "../media/a%20b.png"), resolve("xl", "/xl/a.xml")
    ('ppt/media/a b.png', 'xl/a.xml')
    """
    path = unquote(target.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")
