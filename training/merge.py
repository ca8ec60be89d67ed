"""Let tokens that mean the same share a row, so that a large vocabulary fits.

Inflections and translations of a word end up almost parallel; one int8 row serves
them all, each token keeping its own length. Rows are spherical k-means centres
(Dhillon and Modha, 2001) over the tokens, weighted by how much each matters.
"""

import logging

import faiss
import numpy as np

log = logging.getLogger(__name__)
Array = np.ndarray
_ROUNDS = 4


def merge(rows: Array, counts: Array, budget: int) -> tuple[Array, Array, Array]:
    """Share `budget` unit rows among all tokens.

    rows: (v, d) float32; counts: (v,) how often each was trained.
    Returns shared (budget, d) unit rows, row 0 zero; mapping (v,) int32 into them;
    lengths (v,) float32 of the tokens' own rows.
    """
    lengths = np.linalg.norm(rows, axis=1).astype(np.float32)
    unit = rows / np.maximum(lengths, 1e-9)[:, None]
    weight = lengths**2 * np.sqrt(counts)
    alive = np.flatnonzero(weight > 0)
    centres = unit[_seeds(unit, weight, alive, budget - 1)]
    for _ in range(_ROUNDS):
        cosine, near = nearest(unit[alive], centres)
        log.info("merge: mean cosine %.4f", np.average(cosine, weights=weight[alive]))
        centres = _recentre(unit[alive], weight[alive], near, centres)
    mapping = np.zeros(len(rows), np.int32)
    mapping[alive] = 1 + nearest(unit[alive], centres)[1]
    shared = np.concatenate([np.zeros((1, rows.shape[1]), np.float32), centres])
    return shared, mapping, np.where(mapping > 0, lengths, 0)


def _seeds(unit: Array, weight: Array, alive: Array, n: int) -> Array:
    """Take the weightiest tokens, then trade those that have a near twin among them
    for the tokens left out that are furthest from any."""
    order = alive[np.argsort(-weight[alive], kind="stable")]
    kept, left = order[:n], order[n:]
    if not len(left):
        return kept
    twin = _twins(unit[kept])
    far, _ = nearest(unit[left], unit[kept])
    give, take = np.argsort(-twin), np.argsort(far)
    m = min(len(give), len(take))
    trade = twin[give[:m]] > far[take[:m]] + 0.15
    kept = kept.copy()
    kept[give[:m][trade]] = left[take[:m][trade]]
    return kept


def _twins(unit: Array) -> Array:
    """Cosine of each row to its nearest row before it (the weightier one)."""
    finder = _finder(unit)
    cosines, near = finder.search(np.ascontiguousarray(unit), 8)
    before = near < np.arange(len(unit))[:, None]
    return np.where(before & (near >= 0), cosines, 0).max(axis=1)


def nearest(unit: Array, centres: Array) -> tuple[Array, Array]:
    """The cosine and place of the centre nearest to each unit row."""
    cosines, near = _finder(centres).search(np.ascontiguousarray(unit), 1)
    return cosines[:, 0], near[:, 0]


def _finder(rows: Array) -> faiss.Index:
    """Inverted lists over the rows; a sixteenth of them is searched."""
    lists = 512 if len(rows) > 50_000 else 1
    finder = faiss.index_factory(
        rows.shape[1], f"IVF{lists},Flat", faiss.METRIC_INNER_PRODUCT
    )
    faiss.extract_index_ivf(finder).cp.niter = 8
    finder.train(np.ascontiguousarray(rows))
    finder.add(np.ascontiguousarray(rows))
    finder.nprobe = max(1, lists // 16)
    return finder


def _recentre(unit: Array, weight: Array, near: Array, centres: Array) -> Array:
    moved = np.zeros_like(centres)
    np.add.at(moved, near, unit * weight[:, None])
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.where(length > 0, moved / np.maximum(length, 1e-9), centres)
