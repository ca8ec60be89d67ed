"""A snapshot: all files of one generation of an index, opened for reading.

A generation never changes, so readers need no lock; they keep what they opened even
after it is deleted.
"""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import layout
from index.embedders import Vectors
from index.errors import PassageError
from index.layout import corrupt, current, problem_of, verify
from index.lexical import Lexical
from index.manifest import Manifest
from index.records import Document, Passage
from index.texts import Texts

__all__ = ["Snapshot", "verify"]


class Snapshot:
    """One generation of an index.

    manifest: how it was made. vectors, hashes, document_rows, language_numbers and
    term_vectors: arrays mapped from disk, as `layout` describes.
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
            raise corrupt(folder, f"{error.filename} is missing") from error

    @classmethod
    def _open(cls, folder: Path) -> "Snapshot":
        try:
            return cls(*current(folder))
        except (PassageError, FileNotFoundError):
            raise
        except Exception as error:
            raise corrupt(folder, f"it cannot be read ({error})") from error

    def __init__(self, generation: Path, manifest: Manifest) -> None:
        """Open a generation; `Snapshot.open` finds the current one."""
        self.manifest = manifest
        self.generation = int(generation.name)
        self._folder = generation
        self._check_sizes()
        n, t, d = manifest.passages, manifest.terms, manifest.dim
        self.vectors: Vectors = self._array(layout.VECTORS, np.float32, (n, d))
        self.hashes = self._array(layout.HASHES, np.uint8, (n, 16))
        self.document_rows = self._array(layout.DOCUMENT_ROWS, np.int32, (n,))
        self.language_numbers = self._array(layout.LANGUAGE_NUMBERS, np.int16, (n,))
        self.term_vectors = self._array(layout.TERM_VECTORS, np.float16, (t, None))
        self._arrays = {
            name.removeprefix(layout.LEXICAL).removesuffix(".npy"): self._array(name)
            for name in manifest.files
            if name.startswith(layout.LEXICAL)
        }
        self._terms = (generation / layout.TERMS).read_bytes()
        self._engine = np.memmap(generation / layout.ENGINE, np.uint8, mode="r")
        self._texts = Texts(generation / layout.TEXTS)

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

    def sources(self) -> list[str]:
        """Give the source of every document, in row order, without reading texts."""
        return self._texts.sources()

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
        terms = self._terms.decode("utf-8", "replace").split("\n")
        terms = terms if self._terms else []
        if len(terms) != self.manifest.terms:
            raise corrupt(self._folder, f"{layout.TERMS} holds {len(terms)} terms")
        return terms

    @cached_property
    def lexical(self) -> Lexical:
        """Give the words of each passage, and BM25 over them."""
        return Lexical.from_arrays(self.terms, self._arrays)

    @cached_property
    def backend(self) -> Any:
        """Load the vector index; raises CorruptSnapshot when it was altered."""
        digest = hashlib.sha256(self._engine.data).hexdigest()
        if digest != self.manifest.files[layout.ENGINE].sha256:
            raise corrupt(self._folder, f"{layout.ENGINE} was altered")
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
        return not any(problem_of(self._folder / name, files[name]) for name in names)

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
                raise corrupt(
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
            raise corrupt(self._folder, f"{name} holds {array.dtype}{array.shape}")
        return array
