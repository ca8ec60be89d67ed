"""A snapshot: all files of one generation of an index, opened for reading.

    CURRENT                 the number of the generation, its manifest's SHA-256
    LOCK                    held while a build runs
    generations/<n>/        the files named below

Row i is the same passage in every file. A generation never changes, so readers need
no lock; they keep what they opened even after it is deleted.
"""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import manifest as manifests
from index.embedders import Vectors
from index.errors import CorruptSnapshot, PassageError, SnapshotError
from index.lexical import Lexical
from index.manifest import File, Manifest
from index.records import Document, Passage
from index.texts import Texts

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
TERM_WEIGHTS = "term_weights.npy"  # (t,) float32
LEXICAL = "lexical."  # and the name of the array, and .npy


class Snapshot:
    """One generation of an index.

    manifest: how it was made. vectors, hashes, document_rows, language_numbers,
    term_vectors and term_weights: arrays mapped from disk, as commented above.
    """

    @classmethod
    def open(cls, folder: str | Path) -> "Snapshot":
        """Open the current generation, checking its manifest and file sizes.

        Raises SnapshotError when the folder holds no index, FormatMismatch or
        CorruptSnapshot when it holds one that cannot be read.
        """
        try:
            return cls._open(Path(folder))
        except FileNotFoundError:
            return cls._open_again(Path(folder))

    @classmethod
    def _open_again(cls, folder: Path) -> "Snapshot":
        """Two builds may have ended since CURRENT was read; a third is unlikely."""
        try:
            return cls._open(folder)
        except FileNotFoundError as error:
            raise _corrupt(folder, f"{error.filename} is missing") from error

    @classmethod
    def _open(cls, folder: Path) -> "Snapshot":
        try:
            return cls(*current(folder))
        except (PassageError, FileNotFoundError):
            raise
        except Exception as error:
            raise _corrupt(folder, f"it cannot be read ({error})") from error

    def __init__(self, generation: Path, manifest: Manifest) -> None:
        """Open a generation; `Snapshot.open` finds the current one."""
        self.manifest = manifest
        self.generation = int(generation.name)
        self._folder = generation
        self._check_sizes()
        n, t, d = manifest.passages, manifest.terms, manifest.dim
        self.vectors: Vectors = self._array(VECTORS, np.float32, (n, d))
        self.hashes = self._array(HASHES, np.uint8, (n, 16))
        self.document_rows = self._array(DOCUMENT_ROWS, np.int32, (n,))
        self.language_numbers = self._array(LANGUAGE_NUMBERS, np.int16, (n,))
        self.term_vectors = self._array(TERM_VECTORS, np.float16, (t, None))
        self.term_weights = self._array(TERM_WEIGHTS, np.float32, (t,))
        self._arrays = {
            name.removeprefix(LEXICAL).removesuffix(".npy"): self._array(name)
            for name in manifest.files
            if name.startswith(LEXICAL)
        }
        self._terms = (generation / TERMS).read_bytes()
        self._engine = np.memmap(generation / ENGINE, np.uint8, mode="r")
        self._texts = Texts(generation / TEXTS)

    def __len__(self) -> int:
        """Count the passages."""
        return self.manifest.passages

    def passage(self, row: int) -> Passage:
        """Give a passage by its row; raises IndexError when there is none."""
        return self._texts.passage(row)

    def document(self, row: int) -> Document:
        """Give a document by its row; raises IndexError when there is none."""
        return self._texts.document(row)

    def documents(self) -> Iterator[Document]:
        """Go through all documents, in row order."""
        return map(self.document, range(self.manifest.documents))

    def document_by_id(self, id: str) -> Document:
        """Give a document by its id; raises KeyError when there is none."""
        return self._texts.document_by_id(id)

    @property
    def languages(self) -> list[str]:
        """Give the codes that `language_numbers` count from 0; '' is unknown."""
        return list(self.manifest.languages)

    @cached_property
    def terms(self) -> list[str]:
        """List the words of the collection; a term's id is its place."""
        return self._terms.decode().split("\n") if self._terms else []

    @cached_property
    def lexical(self) -> Lexical:
        """Give the words of each passage, and BM25 over them."""
        return Lexical.from_arrays(self.terms, self._arrays)

    @cached_property
    def backend(self) -> Any:
        """Load the vector index; raises CorruptSnapshot when it was altered."""
        digest = hashlib.sha256(self._engine.data).hexdigest()
        if digest != self.manifest.files[ENGINE].sha256:
            raise _corrupt(self._folder, f"{ENGINE} was altered")
        return import_module(f"index.backends.{self.manifest.backend}").load(
            self._engine
        )

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, NDArray[np.int64]]:
        """Find the k nearest passages of each query: (q, n) scores and rows."""
        found: tuple[Vectors, NDArray[np.int64]] = self.backend.search(queries, k)
        return found

    def intact(self, *names: str) -> bool:
        """Compare files with their checksums."""
        files = self.manifest.files
        return not any(_problem(self._folder / name, files[name]) for name in names)

    def close(self) -> None:
        """Let go of the texts; arrays go with the last reference to them."""
        self._texts.close()

    def __enter__(self) -> "Snapshot":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_sizes(self) -> None:
        for name, file in self.manifest.files.items():
            size = (self._folder / name).stat().st_size
            if size != file.size:
                raise _corrupt(
                    self._folder, f"{name} has {size:,} bytes instead of {file.size:,}"
                )

    def _array(
        self, name: str, dtype: Any = None, shape: tuple[int | None, ...] | None = None
    ) -> NDArray[Any]:
        path = self._folder / name
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        fits = shape is None or (
            array.dtype == dtype
            and len(shape) == array.ndim
            and all(
                want in (None, have)
                for want, have in zip(shape, array.shape, strict=True)
            )
        )
        if not fits:
            raise _corrupt(self._folder, f"{name} holds {array.dtype}{array.shape}")
        return array


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
        raise _corrupt(folder, f"{CURRENT} does not name a generation")
    generation = folder / GENERATIONS / number
    data = (generation / MANIFEST).read_bytes()
    manifest = manifests.loads(data, folder)
    if hashlib.sha256(data).hexdigest() != digest:
        raise _corrupt(folder, f"its manifest is not the one {CURRENT} names")
    return generation, manifest


def verify(folder: str | Path) -> list[str]:
    """Compare every file with its checksum; give what is wrong, a line each."""
    folder = Path(folder)
    try:
        generation, manifest = current(folder)
    except (CorruptSnapshot, FileNotFoundError) as error:
        return [str(error)]
    checked = (
        _problem(generation / name, file) for name, file in manifest.files.items()
    )
    return [problem for problem in checked if problem]


def _problem(path: Path, expected: File) -> str:
    try:
        return "" if File.of(path) == expected else f"{path} was altered"
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"


def _corrupt(folder: Path, problem: str) -> CorruptSnapshot:
    return CorruptSnapshot(
        f"{folder} cannot be opened: {problem}; build it again with qa build"
    )
