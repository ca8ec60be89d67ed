"""Builds on the disk of `disk.c`, which is preloaded into this process.

    python driver.py MODELS ARTICLES INDEX fail STEP      every STEPth call fails
    python driver.py MODELS ARTICLES INDEX log FILE       one build is logged

Prints a JSON object.
"""

import ctypes
import errno
import json
import sys
from pathlib import Path

import numpy as np

import index
from index import embedders, store
from index.errors import SnapshotError
from index.store import Snapshot

DISK = ctypes.CDLL(None)
DISK.disk_calls.restype = ctypes.c_long
# One call fails; from one on, all do; one fails with half of its bytes on the disk.
WAYS = {"once": (0, 0), "from then on": (1, 0), "torn": (0, 1)}
NEVER = -1


def fail(at: int, number: int = 0, way: str = "once") -> None:
    DISK.disk_fail(ctypes.c_long(at), number, *WAYS[way])


def versions(articles: Path):
    """Change an article, so that no two builds write the same."""
    number = 0
    while True:
        number += 1
        text = f"# Version\n\nThis is version {number}. " + "It says little. " * 40
        (articles / "version.md").write_text(text)
        yield number


def whole(folder: Path, allowed: set[int]) -> str:
    """Say what is wrong with an index that must hold one of some versions."""
    try:
        if problems := store.verify(folder):
            return problems[0]
        with Snapshot.open(folder) as snapshot:
            snapshot.search(np.asarray(snapshot.vectors), 3)
            for row in range(len(snapshot)):
                snapshot.passage(row)
            text = snapshot.document_by_id("version.md").text
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    held = int(text.split("version ")[1].split(".")[0])
    return "" if held in allowed else f"version {held}, not of {allowed}"


def fail_in_turn(articles: Path, folder: Path, step: int) -> dict:
    """Let each call fail; after each the index is whole, and can be built again."""
    numbers = versions(articles)
    for _ in range(3):  # the third deletes the first
        now = next(numbers)
        fail(NEVER)
        index.build([articles], folder)
    calls, wrong, refused = DISK.disk_calls(), [], 0
    for way in WAYS:
        for name in ("ENOSPC", "EIO"):
            for at in range(0, calls, step):
                was, now = now, next(numbers)
                what = f"{name} {way} at call {at}"
                fail(at, getattr(errno, name), way)
                try:
                    index.build([articles], folder)
                except SnapshotError:
                    refused += 1
                except BaseException as error:
                    wrong.append(f"{what}: {type(error).__name__}: {error}")
                fail(NEVER)
                if problem := whole(folder, {was, now}):
                    wrong.append(f"{what}: {problem}")
                now = next(numbers)
                index.build([articles], folder)
                left = sorted(p.name for p in (folder / "generations").iterdir())
                if (problem := whole(folder, {now})) or len(left) > 2:
                    wrong.append(f"{what}, then built again: {problem} {left}")
    return {"calls": calls, "refused": refused, "wrong": wrong}


def log(articles: Path, folder: Path, path: str) -> dict:
    """Log the calls of a build, and of the rollback after it."""
    number = next(versions(articles))
    DISK.disk_log(path.encode())
    index.build([articles], folder)
    (articles / "version.md").write_text(f"# Version\n\nThis is version {number + 1}.")
    index.build([articles], folder)
    index.rollback(folder)
    DISK.disk_log(None)
    return {}


def main() -> None:
    models, articles, folder = map(Path, sys.argv[1:4])
    embedders.MODELS = models
    DISK.disk_watch(str(folder).encode())
    if sys.argv[4] == "fail":
        print(json.dumps(fail_in_turn(articles, folder, int(sys.argv[5]))))
    else:
        print(json.dumps(log(articles, folder, sys.argv[5])))


if __name__ == "__main__":
    main()
