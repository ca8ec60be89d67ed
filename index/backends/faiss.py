"""FAISS on one machine: the inner product with every vector, kept in half precision.

A search reads all of them, so half the bytes take half the time; scores are within
0.001 of those in single precision. FAISS trusts the bytes it reads, even altered ones:
`load` is for bytes whose checksum has been compared.
"""

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embedders import Vectors
from index.errors import CorruptSnapshot, DimensionMismatch, first_line

KIND = "SQfp16"


class Faiss:
    """Vectors in rows, to be searched."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def __len__(self) -> int:
        return int(self._engine.ntotal)

    @property
    def dim(self) -> int:
        return int(self._engine.d)

    def search(self, queries: Vectors, k: int) -> tuple[Vectors, NDArray[np.int64]]:
        """Find the k nearest passages of each query.

        queries: (q, dim) float32, unit rows.
        Returns scores (q, n), cosine in [-1, 1], best first, and rows (q, n),
        int64, where n = min(k, len(self)).
        Raises DimensionMismatch when dim is not the index's, ValueError when
        k < 1 or a query is not finite.
        """
        if k < 1:
            raise ValueError(f"k is {k}; it must be at least 1")
        queries = _checked(queries)
        if queries.shape[1] != self.dim:
            raise DimensionMismatch(
                f"queries have {queries.shape[1]} dimensions, the index {self.dim}; "
                "ask with the model that the index was built with"
            )
        faiss.omp_set_num_threads(1)  # see index.neighbours
        # FAISS pads with row -1 when k > n
        scores, rows = self._engine.search(queries, min(k, len(self)))
        return scores, rows


def build(vectors: Vectors) -> Faiss:
    """Put vectors (n, dim), float32 unit rows, into an index of halves."""
    vectors = _checked(vectors)
    engine = faiss.IndexScalarQuantizer(
        vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    engine.add(vectors)
    return Faiss(engine)


def dump(searcher: Faiss) -> NDArray[np.uint8]:
    """Give the bytes that `load` reads."""
    data: NDArray[np.uint8] = faiss.serialize_index(searcher._engine)
    return data


def load(data: NDArray[np.uint8]) -> Faiss:
    """Read what `dump` gave; raises CorruptSnapshot when faiss cannot."""
    try:
        return Faiss(faiss.deserialize_index(data))
    except RuntimeError as error:
        raise CorruptSnapshot(
            f"faiss cannot read the vector index ({first_line(error)}); build again"
        ) from error


def _checked(vectors: Vectors) -> Vectors:
    """Refuse what faiss would take in silence and answer with nonsense."""
    if vectors.ndim != 2:
        raise ValueError(f"vectors have shape {vectors.shape}; (n, dim) is wanted")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors hold NaN or infinity; all must be finite")
    return np.ascontiguousarray(vectors, np.float32)
