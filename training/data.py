"""Read the training material: a folder of zstd files with a MANIFEST.json.

    parallel/<source>.<lang>.tsv.zst   English TAB other language
    lexicon/<source>.<lang>.tsv.zst    English term TAB other-language term
    passages/<source>.<lang>.jsonl.zst {"title", "text", ...}
    qa/<source>.<lang>.jsonl.zst       {"question", "passage", ...}

Sources under GPL, LGPL and AGPL licences are left out, by the manifest.
"""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import zstandard

COPYLEFT = re.compile(r"\bA?L?GPL\b|GPL-")


class Source(NamedTuple):
    """One file of the material."""

    kind: str
    name: str
    language: str
    path: Path
    rows: int
    licence: str


def sources(data: Path) -> list[Source]:
    """List the files whose licences let a model made of them be shipped."""
    found = []
    for entry in json.loads((data / "MANIFEST.json").read_text("utf-8")):
        kind, file = entry["file"].split("/")
        name, language = file.split(".")[:2]
        if not COPYLEFT.search(entry["licence"]):
            found.append(
                Source(
                    kind,
                    name,
                    language,
                    data / entry["file"],
                    entry["rows"],
                    entry["licence"],
                )
            )
    return sorted(found)


def lines(path: Path) -> Iterator[str]:
    """Read a zstd text file line by line."""
    with (
        path.open("rb") as raw,
        zstandard.ZstdDecompressor().stream_reader(raw) as file,
    ):
        for line in io.TextIOWrapper(file, "utf-8", newline="\n"):
            yield line.rstrip("\n")


def pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Read (English, other) pairs; a row without exactly two columns is skipped."""
    for line in lines(path):
        columns = line.split("\t")
        if len(columns) == 2 and all(columns):
            yield columns[0], columns[1]


def records(path: Path) -> Iterator[dict[str, str]]:
    """Read the objects of a JSON-lines file."""
    return map(json.loads, lines(path))
