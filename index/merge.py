"""Put the words of taken-over and of new passages into one table. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.lexical import Lexical
from index.ragged import pieces

Array = NDArray[Any]


def merge(old: Lexical, new: Lexical, rows: Array) -> tuple[Lexical, Array]:
    """Give the table of these rows of two tables, as if it were counted afresh.

    rows (n,): of `old`, then from len(old) on of `new`; those of `new` ascend.
    Returns also, for each term, its id in `old`, or -1.
    """
    places = np.full(len(old) + len(new), -1, np.int64)
    places[rows] = np.arange(len(rows))
    union, old_ids, new_ids = _union(old.terms, new.terms)
    terms, where, counts = _joined(
        _postings(old, old_ids, places[: len(old)]),
        _postings(new, new_ids, places[len(old) :]),
        len(rows),
    )
    frequency = np.bincount(terms, minlength=len(union))
    kept = frequency > 0
    renumbered = (np.cumsum(kept) - 1).astype(np.int32)
    sentences = _sentences(old, renumbered[old_ids], new, renumbered[new_ids], rows)
    lexical = Lexical(
        union if kept.all() else [t for t, k in zip(union, kept, strict=True) if k],
        *sentences,
        np.concatenate([[0], np.cumsum(frequency[kept])]),
        where,
        counts,
    )
    origin = np.full(len(union), -1, np.int64)
    origin[old_ids] = np.arange(len(old_ids))
    return lexical, origin[kept]


def _union(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], Array, Array]:
    """Merge ordered terms; gives also the ids that each side's have then."""
    at = [bisect_left(old, term) for term in new]
    known = np.array(
        [i < len(old) and old[i] == term for i, term in zip(at, new, strict=True)], bool
    )
    added = np.array(at, np.int64)[~known]
    old_ids = np.arange(len(old)) + np.searchsorted(added, np.arange(len(old)), "right")
    new_ids = np.zeros(len(new), np.int64)
    new_ids[~known] = added + np.arange(len(added))
    new_ids[known] = old_ids[np.array(at, np.int64)[known]]
    union = np.empty(len(old) + len(added), object)
    union[old_ids] = list(old)
    union[new_ids] = list(new)
    return union.tolist(), old_ids, new_ids


def _postings(table: Lexical, ids: Array, places: Array) -> tuple[Array, Array, Array]:
    """List term, row and count wherever a term stands in a row that stays."""
    terms = np.repeat(ids.astype(np.int32), np.diff(table.term_offsets))
    rows = places[table.term_rows]
    counts = table.term_counts
    stays = rows >= 0
    if not stays.all():
        terms, rows, counts = terms[stays], rows[stays], counts[stays]
    return terms, rows, counts


def _joined(
    old: tuple[Array, Array, Array], new: tuple[Array, Array, Array], n: int
) -> tuple[Array, Array, Array]:
    """Join postings, sorted by term and row; there are n rows."""
    keys, new_keys = (t.astype(np.int64) * n + rows for t, rows, _ in (old, new))
    parts: Sequence[Array] = old
    if (keys[1:] < keys[:-1]).any():  # rows have changed places
        order = np.argsort(keys, kind="stable")
        keys, parts = keys[order], [part[order] for part in old]
    at = np.searchsorted(keys, new_keys)
    terms, rows, counts = (np.insert(a, at, b) for a, b in zip(parts, new, strict=True))
    return terms, rows.astype(np.int32), counts.astype(np.int32)


def _sentences(
    old: Lexical, old_ids: Array, new: Lexical, new_ids: Array, rows: Array
) -> tuple[Array, Array, Array]:
    """Give the three arrays of sentences, see `Lexical`."""
    n_sentences, n_terms, held = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)], []
    for number, at in pieces(rows, len(old), len(new)):
        table, ids = ((old, old_ids), (new, new_ids))[number]
        passages = table.passage_sentences[at.start : at.stop + 1]
        sentences = table.sentence_offsets[passages[0] : passages[-1] + 1]
        n_sentences.append(np.diff(passages))
        n_terms.append(np.diff(sentences))
        held.append(ids[table.sentence_terms[sentences[0] : sentences[-1]]])
    flat = np.concatenate([np.zeros(0, np.int32), *held])
    return (
        np.cumsum(np.concatenate(n_sentences)),
        np.cumsum(np.concatenate(n_terms)),
        flat,
    )
