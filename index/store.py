"""A snapshot: all files of one generation of an index, opened for reading.

A generation never changes, so readers wait for nobody; while one has it open, it is
not deleted.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from index import layout
from index.embedders import Vectors
from index.errors import PassageError, SnapshotError
from index.layout import corrupt, current, problems, verify
from index.lexical import Lexical
from index.lock import hold
from index.manifest import Manifest
from index.records import Document, Passage
from index.spelling import Spelling
from index.texts import Texts

if TYPE_CHECKING:
    from index.neighbours import Neighbours

__all__ = ["Snapshot", "verify"]

LOOKS = 5


class Snapshot:
    """One generation of an index.

    manifest: how it was made. folder: where its files are. vectors, sentence_vectors,
    hashes, document_rows, spans, originals, document_hashes, language_numbers,
    term_vectors and term_codes: arrays mapped from disk, as `layout` describes.
    """

    @classmethod
    def open(cls, folder: str | Path) -> "Snapshot":
        """Open the current generation, checking its manifest and file sizes.

        Raises SnapshotError when the folder holds no index, FormatMismatch or
        CorruptSnapshot when it holds one that cannot be read.
        """
        for _ in range(LOOKS):  # builds may have ended since CURRENT was read
            try:
                return cls._open(Path(folder))
            except FileNotFoundError as error:
                missing = error.filename
        raise corrupt(Path(folder), f"{missing} is missing")

    @classmethod
    def _open(cls, folder: Path) -> "Snapshot":
        try:
            return cls(*current(folder))
        except (PassageError, FileNotFoundError):
            raise
        except PermissionError as error:
            raise SnapshotError(
                f"{error.filename} may not be read; get the right to read it"
            ) from error
        except Exception as error:
            if getattr(error, "errno", None) in layout.TOO_MANY_OPEN:
                raise
            raise corrupt(folder, f"it cannot be read ({error})") from error

    def __init__(self, generation: Path, manifest: Manifest) -> None:
        """Open a generation; `Snapshot.open` finds the current one."""
        self.manifest = manifest
        self.generation = int(generation.name)
        told = hashlib.sha256((generation / layout.MANIFEST).read_bytes()).hexdigest()
        self.pointer = f"{self.generation} {told}"  # what CURRENT says of it
        self.folder = generation
        # Nobody deletes what is held; it is let go with the last reference to us.
        self._release = finalize(self, os.close, hold(generation / layout.MANIFEST))
        self._check_sizes()
        n, t, d = manifest.passages, manifest.terms, manifest.dim
        self.vectors: Vectors = self._array(layout.VECTORS, np.float32, (n, d))
        self.sentence_vectors = self._array(
            layout.SENTENCE_VECTORS, np.int8, (None, None)
        )
        self.hashes = self._array(layout.HASHES, np.uint8, (n, 16))
        self.document_rows = self._array(layout.DOCUMENT_ROWS, np.int32, (n,))
        self.spans = self._array(layout.SPANS, np.int32, (n, 2))
        m = manifest.documents
        self.originals = self._array(layout.ORIGINALS, np.int32, (m,))
        self.document_hashes = self._array(layout.DOCUMENT_HASHES, np.uint8, (m, 32))
        self.language_numbers = self._array(layout.LANGUAGE_NUMBERS, np.int16, (n,))
        self.term_vectors = self._array(layout.TERM_VECTORS, np.float16, (t, None))
        self.term_codes = self._array(layout.TERM_CODES, np.uint8, (t, None))
        self._arrays = self._named(layout.LEXICAL)
        self._spelling = self._named(layout.SPELLING)
        read = len(self.sentence_vectors)
        if read and read != self.sentence_offsets[-1]:
            raise corrupt(generation, f"{layout.SENTENCE_VECTORS} holds {read:,} rows")
        self._terms = (generation / layout.TERMS).read_bytes()
        self._engine = np.memmap(generation / layout.ENGINE, np.uint8, mode="r")
        self._texts = Texts(generation / layout.TEXTS)

    def __len__(self) -> int:
        """Count the passages."""
        return self.manifest.passages

    def passage(self, row: int) -> Passage:
        """Give a passage by its row; raises IndexError when there is none."""
        if not 0 <= row < len(self):
            raise IndexError(f"no passage has row {row}")
        return self._texts.passage(self.document_rows[row], *self.spans[row].tolist())

    def document(self, row: int) -> Document:
        """Give a document by its row; raises IndexError when there is none."""
        if not 0 <= row < len(self.originals):
            raise IndexError(f"no document has row {row}")
        return self._texts.document(row, self.originals[row])

    def copies(self, row: int) -> list[int]:
        """Give the rows of the documents whose text is kept with that of this row."""
        return self._copies.get(int(row), [])

    def documents(self) -> Iterator[Document]:
        """Go through all documents, in row order."""
        return map(self.document, range(self.manifest.documents))

    def headings(self) -> list[Document]:
        """Give every document without its text, in row order."""
        return self._texts.headings()

    def lengths(self) -> list[int]:
        """Count the characters of every document, in row order."""
        lengths = self._texts.lengths()
        return [lengths[original] or 0 for original in self.originals]

    def names(self) -> list[tuple[str, str]]:
        """Give every document's id as it was read, and its language, in row order."""
        return self._texts.names()

    def read_files(self) -> str:
        """Give what `files.dumps` wrote of the files that were read."""
        return (self.folder / layout.FILES).read_text("utf-8")

    def row_at(self, document: str, start: int) -> int | None:
        """Give the row of the passage that starts there in the document of this id.

        None when there is none: passages move when a document changes.
        """
        row = self._texts.document_row(document)
        if row is None:
            return None
        row = int(self.originals[row])
        first, end = np.searchsorted(self.document_rows, [row, row + 1]).tolist()
        found = np.flatnonzero(self.spans[first:end, 0] == start)
        return first + int(found[0]) if len(found) else None

    def document_by_id(self, id: str) -> Document:
        """Give a document by its id; raises KeyError when there is none."""
        row = self._texts.document_row(id)
        if row is None:
            raise KeyError(id)
        return self.document(row)

    @cached_property
    def _copies(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        rows = np.flatnonzero(self.originals != np.arange(len(self.originals)))
        for row in rows.tolist():
            found.setdefault(int(self.originals[row]), []).append(row)
        return found

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
            raise corrupt(self.folder, f"{layout.TERMS} holds {len(terms)} terms")
        return terms

    @property
    def sentence_offsets(self) -> NDArray[np.int64]:
        """Give where each passage's sentences start in `sentence_vectors`: (n + 1,)."""
        return self._arrays["passage_sentences"]

    @cached_property
    def lexical(self) -> Lexical:
        """Give the words of each passage, and BM25 over them."""
        return Lexical.from_arrays(self.terms, self._arrays)

    @cached_property
    def spelling(self) -> Spelling:
        """Give the words by how they are spelt."""
        return Spelling.from_arrays(self._spelling)

    @cached_property
    def neighbours(self) -> "Neighbours":
        """Give the words by what they mean."""
        from index.neighbours import Neighbours

        return Neighbours(self.term_vectors, self.term_codes)

    @cached_property
    def backend(self) -> Any:
        """Load the vector index; raises CorruptSnapshot when it was altered."""
        digest = hashlib.sha256(self._engine.data).hexdigest()
        if digest != self.manifest.files[layout.ENGINE].sha256:
            raise corrupt(self.folder, f"{layout.ENGINE} was altered")
        module = import_module(f"index.backends.{self.manifest.backend}")
        loaded = module.load(self._engine)
        held, wanted = (len(loaded), loaded.dim), (len(self), self.manifest.dim)
        if held != wanted:
            raise corrupt(self.folder, f"{layout.ENGINE} holds {held}, not {wanted}")
        return loaded

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, NDArray[np.int64]]:
        """Find the k nearest passages of each query: (q, n) scores and rows."""
        found: tuple[Vectors, NDArray[np.int64]] = self.backend.search(queries, k)
        return found

    def intact(self, *names: str) -> bool:
        """Compare files with their checksums."""
        return not problems(self.folder, self.manifest, *names)

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Say that a file was altered where something fails in a block, and one was."""
        try:
            yield
        except PassageError:
            raise
        except Exception as error:
            if altered := problems(self.folder, self.manifest):
                raise corrupt(self.folder, altered[0]) from error
            raise

    def close(self) -> None:
        """Let go of the texts; arrays go with the last reference to them."""
        self._texts.close()
        self._release()

    def __enter__(self) -> "Snapshot":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_sizes(self) -> None:
        for name, file in self.manifest.files.items():
            size = (self.folder / name).stat().st_size
            if size != file.size:
                raise corrupt(
                    self.folder, f"{name} has {size:,} bytes instead of {file.size:,}"
                )

    def _named(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Map the arrays whose files' names begin alike."""
        return {
            name.removeprefix(prefix).removesuffix(".npy"): self._array(name)
            for name in self.manifest.files
            if name.startswith(prefix)
        }

    def _array(
        self, name: str, dtype: Any = None, shape: tuple[int | None, ...] | None = None
    ) -> NDArray[Any]:
        path = self.folder / name
        try:
            # A plain view: each slice of a `memmap` runs code of its own.
            array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        except (ValueError, EOFError) as error:  # which tell how to load it unsafely
            raise corrupt(self.folder, f"{name} was altered") from error
        fits = shape is None or (
            array.dtype == dtype
            and len(shape) == array.ndim
            and all(
                want in (None, have)
                for want, have in zip(shape, array.shape, strict=True)
            )
        )
        if not fits:
            raise corrupt(self.folder, f"{name} holds {array.dtype}{array.shape}")
        return array
