"""Where the files of an index lie, and whether they are what was written.

    CURRENT                 the number of the generation, its manifest's SHA-256
    LOCK                    held while a build runs
    generations/<n>/        the files named below

Row i is the same passage in every file.
"""

import hashlib
from pathlib import Path

from index import manifest as manifests
from index.errors import CorruptSnapshot, SnapshotError
from index.manifest import File, Manifest

CURRENT = "CURRENT"
LOCK = "LOCK"
GENERATIONS = "generations"

MANIFEST = "manifest.json"
TEXTS = "texts.sqlite"
VECTORS = "vectors.npy"  # (n, dim) float32 unit rows: the truth
ENGINE = "vectors.faiss"  # what the engine made of them
HASHES = "hashes.npy"  # (n, 16) uint8 of each embedded string
DOCUMENT_ROWS = "document_rows.npy"  # (n,) int32: the document of a passage
LANGUAGE_NUMBERS = "language_numbers.npy"  # (n,) int16: its place in `languages`
TERMS = "terms.txt"  # one of t terms a line
TERM_VECTORS = "term_vectors.npy"  # (t, d) float16 unit rows, of the table
LEXICAL = "lexical."  # and the name of the array, and .npy


def current(folder: Path) -> tuple[Path, Manifest]:
    """Find the generation in use, and read its manifest.

    Raises SnapshotError when the folder holds no index, FileNotFoundError when the
    generation has been deleted since.
    """
    try:
        pointer = (folder / CURRENT).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SnapshotError(
            f"{folder} holds no index; build one: {manifests.rebuild({}, folder)}"
        ) from error
    number, _, digest = pointer.decode("ascii", "replace").strip().partition(" ")
    if not (number.isascii() and number.isdecimal()):
        raise corrupt(folder, f"{CURRENT} does not name a generation")
    generation = folder / GENERATIONS / number
    data = (generation / MANIFEST).read_bytes()
    manifest = manifests.loads(data, folder)
    if hashlib.sha256(data).hexdigest() != digest:
        raise corrupt(folder, f"its manifest is not the one {CURRENT} names")
    return generation, manifest


def verify(folder: str | Path) -> list[str]:
    """Compare every file with its checksum; give what is wrong, a line each."""
    folder = Path(folder)
    try:
        generation, manifest = current(folder)
    except (CorruptSnapshot, FileNotFoundError) as error:
        return [str(error)]
    checked = (
        problem_of(generation / name, file) for name, file in manifest.files.items()
    )
    return [problem for problem in checked if problem]


def problem_of(path: Path, expected: File) -> str:
    """Say in what a file differs from its checksum; '' when it does not."""
    try:
        return "" if File.of(path) == expected else f"{path} was altered"
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"


def corrupt(folder: Path, problem: str) -> CorruptSnapshot:
    """Make the error for an index that cannot be opened."""
    return CorruptSnapshot(
        f"{folder} cannot be opened: {problem}; build it again with qa build"
    )
