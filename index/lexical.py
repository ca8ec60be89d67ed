"""Which words stand in which sentence of which passage, and BM25 over them.

Source: Robertson and Zaragoza, Foundations and Trends in IR 2009; the idf is
Lucene's, never negative. A question word may be a weighted set of terms (its own
and its translations): probabilistic structured queries, Darwish and Oard, SIGIR
2003. Row i is passage i; a term's id is its place in `terms`. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.ragged import ranges

Array = NDArray[Any]

K1 = 1.2
B = 0.75
_FIELDS = (
    "passage_sentences",
    "sentence_offsets",
    "sentence_terms",
    "term_offsets",
    "term_rows",
    "term_counts",
)


@dataclass(frozen=True, eq=False)
class Lexical:
    """Two views of one table, as ragged arrays.

    passage_sentences (n + 1,) int64: passage i has the sentences from number
    passage_sentences[i] to passage_sentences[i + 1].
    sentence_offsets (s + 1,) int64 and sentence_terms int32: the distinct term ids of
    each sentence, ascending.
    term_offsets (t + 1,) int64, term_rows int32 and term_counts int32: the rows that
    hold each term, ascending, and how often. Terms are in order, too.
    """

    terms: Sequence[str]
    passage_sentences: Array
    sentence_offsets: Array
    sentence_terms: Array
    term_offsets: Array
    term_rows: Array
    term_counts: Array

    @classmethod
    def build(cls, passages: Iterable[Sequence[Sequence[str]]]) -> "Lexical":
        """Count the terms of each sentence of each passage, given in row order."""
        ids: dict[str, int] = {}
        n_sentences, lengths, flat = [], [], []
        for passage in passages:
            n_sentences.append(len(passage))
            for sentence in passage:
                lengths.append(len(sentence))
                found = (ids.setdefault(term, len(ids)) for term in sentence)
                flat.append(np.fromiter(found, np.int64))
        terms = sorted(ids)
        places = np.zeros(len(ids), np.int64)
        places[[ids[term] for term in terms]] = np.arange(len(ids))
        words = places[np.concatenate([*flat, np.zeros(0, np.int64)])]
        sentences = np.repeat(np.arange(len(lengths)), lengths)
        place, held, _ = _counted(sentences, words, len(ids))
        owners = np.repeat(np.arange(len(n_sentences)), n_sentences)
        rows = owners[sentences]
        row, term, counts = _counted(rows, words, len(ids))
        by_term = np.argsort(term, kind="stable")
        return cls(
            terms,
            np.cumsum([0, *n_sentences]),
            _offsets(place, len(lengths)),
            held.astype(np.int32),
            _offsets(term, len(ids)),
            row[by_term].astype(np.int32),
            counts[by_term].astype(np.int32),
        )

    @classmethod
    def from_arrays(
        cls, terms: Sequence[str], arrays: Mapping[str, Array]
    ) -> "Lexical":
        """Put `arrays()` together again."""
        return cls(terms, **{name: arrays[name] for name in _FIELDS})

    def arrays(self) -> dict[str, Array]:
        """Give the arrays by name, to be stored."""
        return {name: getattr(self, name) for name in _FIELDS}

    def __len__(self) -> int:
        return len(self.passage_sentences) - 1

    @cached_property
    def term_gains(self) -> Array:
        """BM25's saturated frequency of each term in each row that holds it, below 1:
        float32, as `term_rows`."""
        rows, counts = self.term_rows, self.term_counts
        lengths = np.bincount(rows, counts, minlength=len(self))
        mean = float(lengths.mean()) if lengths.any() else 1.0
        norm = K1 * (1 - B + B * lengths / mean)
        gains: Array = (counts / (counts + norm[rows])).astype(np.float32)
        return gains

    def document_frequency(self, terms: Array) -> Array:
        """Count the passages that hold each of some terms: (k,) int64."""
        found: Array = self.term_offsets[terms + 1] - self.term_offsets[terms]
        return found

    def idf(self, frequency: Array) -> Array:
        """Turn numbers of passages into inverse document frequencies, above 0."""
        return np.log1p((len(self) - frequency + 0.5) / (frequency + 0.5))

    def score(self, words: Array, terms: Array, weights: Array) -> Array:
        """Give BM25 of every passage: (n,) float32.

        words, terms, weights: (k,) each, of every term that stands for a word of the
        question the word's number, ascending, the term's id, and its weight within
        (0, 1]. A passage takes each word's best term; the word's idf follows from how
        many passages its terms are expected in.
        """
        weights = weights.astype(np.float32)
        firsts, ends = self.term_offsets[terms], self.term_offsets[terms + 1]
        held = ends - firsts
        expected = np.bincount(words, weights * held)
        idf = self.idf(np.minimum(expected, len(self))).astype(np.float32)
        scores = np.zeros(len(self), np.float32)
        cuts = np.cumsum(np.bincount(words)).tolist()
        for word, (start, end) in enumerate(pairwise([0, *cuts])):
            if start == end:  # nothing stands for it
                continue
            of = slice(start, end)  # one word at a time: common ones are in most rows
            at = ranges(firsts[of], ends[of])
            gains = np.zeros(len(self), np.float32)
            weighed = np.repeat(weights[of], held[of]) * self.term_gains[at]
            np.maximum.at(gains, self.term_rows[at], weighed)
            scores += idf[word] * gains
        return scores


def _counted(places: Array, words: Array, n_words: int) -> tuple[Array, Array, Array]:
    """Count each word in each place: places, words and counts, sorted by both."""
    width = max(1, n_words)
    keys, counts = np.unique(places * width + words, return_counts=True)
    return keys // width, keys % width, counts


def _offsets(places: Array, size: int) -> Array:
    return np.concatenate([[0], np.cumsum(np.bincount(places, minlength=size))])
