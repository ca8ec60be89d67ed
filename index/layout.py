"""Where the files of an index lie, and whether they are what was written.

    CURRENT                 the number of the generation, its manifest's SHA-256;
                            below it the same of the generation before, if kept
    LOCK                    held while a build runs
    generations/<n>/        the files named below

Row i is the same passage in every file.
"""

import errno
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from index import manifest as manifests
from index.errors import CorruptSnapshot, SnapshotError
from index.manifest import File, Manifest

CURRENT = "CURRENT"
LOCK = "LOCK"
THREADS = 4  # that compute checksums
GENERATIONS = "generations"

MANIFEST = "manifest.json"
TEXTS = "texts.sqlite"
VECTORS = "vectors.npy"  # (n, dim) float32 unit rows: the truth
# (s, e) int8, the directions of the sentences of all passages, in order, as the model
# reads them there; (0, 0) when it does not.
SENTENCE_VECTORS = "sentence_vectors.npy"
ENGINE = "vectors.faiss"  # what the engine made of them
HASHES = "hashes.npy"  # (n, 16) uint8 of each embedded string
DOCUMENT_ROWS = "document_rows.npy"  # (n,) int32: the document of a passage
SPANS = "spans.npy"  # (n, 2) int32: where a passage starts and ends in its document
ORIGINALS = "originals.npy"  # (d,) int32: the document that has a document's text
DOCUMENT_HASHES = "document_hashes.npy"  # (d, 32) uint8, see `corpus`
FILES = "files.jsonl"  # what was read, see `files`
LANGUAGE_NUMBERS = "language_numbers.npy"  # (n,) int16: its place in `languages`
TERMS = "terms.txt"  # one of t terms a line
TERM_VECTORS = "term_vectors.npy"  # (t, d) float16 unit rows, of the table
TERM_CODES = "term_codes.npy"  # (t, c) uint8: their codes, see `neighbours`
LEXICAL = "lexical."  # and the name of the array, and .npy
SPELLING = "spelling."  # likewise

# Too many files are open, in the process or on the machine: no fault of an index.
TOO_MANY_OPEN = (errno.EMFILE, errno.ENFILE)


def current(folder: Path) -> tuple[Path, Manifest]:
    """Find the generation in use, and read its manifest.

    Raises SnapshotError when the folder holds no index, FileNotFoundError when the
    generation has been deleted since.
    """
    return _named(folder, pointers(folder)[0])


def previous(folder: Path) -> tuple[Path, Manifest]:
    """Find the generation before the one in use; raises SnapshotError without one."""
    found = pointers(folder)
    if len(found) < 2:
        raise SnapshotError(
            f"{folder} keeps no generation before the current one; "
            "there is one after the next build"
        )
    try:
        return _named(folder, found[1])
    except FileNotFoundError as error:
        raise corrupt(folder, f"{error.filename} is missing") from error


def pointers(folder: Path) -> list[str]:
    """Give the lines of CURRENT: a generation's number and its manifest's SHA-256.

    Raises SnapshotError when the folder holds no index.
    """
    try:
        lines = (folder / CURRENT).read_bytes().decode("ascii", "replace")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SnapshotError(
            f"{folder} holds no index; build one: {manifests.rebuild({}, folder)}"
        ) from error
    return lines.removesuffix("\n").split("\n")


def numbers(folder: Path) -> list[str]:
    """Give the numbers of the generations that CURRENT names, the one in use first."""
    return [pointer.partition(" ")[0] for pointer in pointers(folder)]


def _named(folder: Path, pointer: str) -> tuple[Path, Manifest]:
    number, _, digest = pointer.partition(" ")
    if not (number.isascii() and number.isdecimal()):
        raise corrupt(folder, f"{CURRENT} does not name a generation")
    generation = folder / GENERATIONS / number
    data = (generation / MANIFEST).read_bytes()
    manifest = manifests.loads(data, folder)
    if hashlib.sha256(data).hexdigest() != digest:
        raise corrupt(folder, f"its manifest is not the one {CURRENT} names")
    return generation, manifest


def verify(folder: str | Path) -> list[str]:
    """Compare every file with its checksum; give what is wrong, a line each.

    The generation that `rollback` would bring back is compared, too.
    """
    folder = Path(folder)
    while True:
        told, found = pointers(folder), list[str]()
        for pointer in told:
            try:
                found += problems(*_named(folder, pointer))
            except (CorruptSnapshot, FileNotFoundError) as error:
                found.append(str(error))
        if not found or pointers(folder) == told:
            return found
        # A build has deleted meanwhile what was looked at.


def problems(generation: Path, manifest: Manifest, *names: str) -> list[str]:
    """Compare files of a generation, by default all, with their checksums."""
    files = {name: manifest.files[name] for name in names or manifest.files}
    with ThreadPoolExecutor(THREADS) as pool:
        checked = pool.map(
            problem_of, (generation / name for name in files), files.values()
        )
        return [problem for problem in checked if problem]


def problem_of(path: Path, expected: File) -> str:
    """Say in what a file differs from its checksum; '' when it does not."""
    try:
        return "" if File.of(path) == expected else f"{path} was altered"
    except OSError as error:
        if error.errno in TOO_MANY_OPEN:
            raise
        return f"{path} cannot be read ({error.strerror})"


def corrupt(folder: Path, problem: str) -> CorruptSnapshot:
    """Make the error for an index that cannot be opened."""
    return CorruptSnapshot(
        f"{folder} cannot be opened: {problem}; build it again with qa build"
    )
