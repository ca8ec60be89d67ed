"""Place each token among the English tokens that it is translated by.

For every token of another language, the English tokens it occurs with more than
chance (association: P(e | t) times pointwise mutual information, over sentence and
term pairs) give it a first direction. Seen a few times only, a word would otherwise
stay where it started. Probabilistic dictionaries: Darwish and Oard, SIGIR 2003.
"""

import logging

import numpy as np
import torch
from scipy import sparse

from training.corpus import Corpus, Pairs, Texts
from training.table import Table

log = logging.getLogger(__name__)
Array = np.ndarray
_KEPT = 6
_CHUNK = 4_000


def directions(corpus: Corpus, rows: Array) -> tuple[Array, Array]:
    """Give directions (v, d), zero where there is none, and their evidence (v,).

    rows: (v, d) of the English tokens, as trained. evidence: pairs that a token was
    seen in, English tokens counting 0.
    """
    size = len(rows)
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1), 1e-9)[:, None]
    total = np.zeros_like(rows)
    evidence = np.zeros(size, np.float32)
    english = np.zeros(size, np.float32)
    for code, other in corpus.other.items():
        left, right = _pairs(corpus, code, other, size)
        seen_left = np.asarray(left.sum(axis=0)).ravel()
        seen_right = np.asarray(right.sum(axis=0)).ravel()
        english += seen_left
        tokens = np.flatnonzero(seen_right)
        for start in range(0, len(tokens), _CHUNK):
            part = tokens[start : start + _CHUNK]
            joint = (right[:, part].T @ left).tocsr()  # (part, v)
            best = strongest(joint, seen_right[part], seen_left, left.shape[0])
            total[part] += (best @ unit) * np.sqrt(seen_right[part])[:, None]
        evidence += seen_right
        log.info("aligned %s: %d tokens", code, len(tokens))
    evidence[english > evidence] = 0
    return total / np.maximum(np.linalg.norm(total, axis=1), 1e-9)[:, None], evidence


def _pairs(
    corpus: Corpus, code: str, other: Texts, size: int
) -> tuple[sparse.csr_matrix, sparse.csc_matrix]:
    """Which tokens stand in which pair: English (p, v) and other (p, v), 0 or 1."""
    kinds = [k[code] for k in (corpus.sentences, corpus.terms) if code in k]
    joined = Pairs(
        *(
            np.concatenate([getattr(k, f) for k in kinds])
            for f in ("left", "right", "chance")
        )
    )
    left = occurrence(corpus.english, joined.left, size)
    return left, occurrence(other, joined.right, size).tocsc()


def occurrence(texts: Texts, rows: Array, size: int) -> sparse.csr_matrix:
    """Which tokens stand in which of some texts: (len(rows), size), 0 or 1."""
    starts, ends = texts.offsets[rows], texts.offsets[rows + 1]
    offsets = np.concatenate([[0], np.cumsum(ends - starts)])
    places = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - starts, ends - starts)
    made = sparse.csr_matrix(
        (np.ones(offsets[-1], np.float32), texts.tokens[places], offsets),
        shape=(len(rows), size),
    )
    made.sum_duplicates()
    made.data[:] = 1
    return made


def strongest(
    joint: sparse.csr_matrix, of_t: Array, of_e: Array, n: int
) -> sparse.csr_matrix:
    """Keep each token's strongest associations, scaled to sum to 1."""
    lengths = np.diff(joint.indptr)
    t = np.repeat(np.arange(joint.shape[0]), lengths)
    chance = joint.data / of_t[t]
    lift = np.log(joint.data * n / (of_t[t] * of_e[joint.indices]))
    # A single meeting proves little: shrink by the count.
    score = chance * np.maximum(lift, 0) * joint.data / (joint.data + 1)
    score = score**2
    order = np.lexsort((-score, t))
    rank = np.arange(len(order)) - np.repeat(joint.indptr[:-1], lengths)
    kept = order[rank < _KEPT]
    sums = np.bincount(t[kept], score[kept], joint.shape[0])
    value = score[kept] / np.maximum(sums[t[kept]], 1e-9)
    return sparse.csr_matrix((value, (t[kept], joint.indices[kept])), shape=joint.shape)


def place(table: Table, corpus: Corpus) -> None:
    """Turn the table's rows towards their directions, the more the less trained.

    A row of n updates keeps n / (n + 300) of its own direction; its length moves
    from that of a typical row in the same measure.
    """
    rows = table.rows.numpy()
    found, evidence = directions(corpus, rows)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    updates = table.updates.numpy()
    trust = updates / (updates + 300)
    mixed = trust * rows / np.maximum(lengths, 1e-9) + (1 - trust) * found
    mixed /= np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    typical = float(np.median(lengths[updates > 0]))
    length = trust * lengths + (1 - trust) * typical
    known = (evidence > 0) & (np.linalg.norm(found, axis=1) > 0)
    table.rows[known] = torch.from_numpy((mixed * length)[known].astype(np.float32))
    table.updates[known] = table.updates[known].clamp_min(1)
    log.info("placed %d of %d tokens", known.sum(), len(rows))
