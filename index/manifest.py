"""What a generation says about itself: how it was made, and each file's checksum."""

import hashlib
import json
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import CorruptSnapshot, FormatMismatch

FORMAT = 7


@dataclass(frozen=True, slots=True)
class File:
    """Size in bytes and SHA-256, in hexadecimal."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "File":
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path.stat().st_size, digest)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a build was asked for; see Manifest."""

    paths: list[str]
    model: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """How an index was made.

    paths: absolute, as read from. model: what `embedders.load` takes. size: of a
    passage, as `split` takes it. embedder and table: ids with a content hash.
    backend and kind: the engine's module, and its type of index.
    languages: passages of each language; their order gives the language numbers.
    seconds: what the build took. reader: the program that read, see `before`.
    """

    program: str
    created: str
    paths: list[str]
    model: str
    size: int
    embedder: str
    dim: int
    table: str
    reader: str
    backend: str
    kind: str
    documents: int
    passages: int
    terms: int
    languages: dict[str, int]
    seconds: float
    files: dict[str, File]

    def dumps(self) -> str:
        """Write JSON, the format number first."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1)


def loads(data: bytes, folder: Path) -> Manifest:
    """Read what `dumps` wrote; `folder` is only named in errors.

    Raises FormatMismatch when another version wrote it, CorruptSnapshot when nothing
    sensible did.
    """
    try:
        fields = json.loads(data)
        found = fields.pop("format")
        if found != FORMAT:
            raise FormatMismatch(
                f"{folder} has index format {found}; this program reads {FORMAT}. "
                f"Rebuild it: {rebuild(fields, folder)}"
            )
        files = {name: File(**file) for name, file in fields.pop("files").items()}
        return Manifest(**fields, files=files)
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise CorruptSnapshot(
            f"the manifest of {folder} is damaged; build again: {rebuild({}, folder)}"
        ) from error


def rebuild(fields: dict[str, Any], folder: Path) -> str:
    """Give the command that builds an index again."""
    paths = fields.get("paths") or ["docs/"]
    model = ["--model", str(fields["model"])] if "model" in fields else []
    return shlex.join(["qa", "build", *map(str, paths), "--index", str(folder), *model])
