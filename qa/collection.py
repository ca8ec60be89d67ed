"""One opened snapshot, with what asking it needs: models and arrays in memory.

Ranking reads: candidates by vectors and by words, fused; late interaction over
them; one weighted sum. It never changes once opened, so threads share it freely.
"""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import embedders
from index.build import TABLE
from index.embedders import Embedder, WordEmbedder
from index.errors import ModelError
from index.lexical import Lexical
from index.records import Document
from index.store import Snapshot
from qa import question, rerank
from qa.fuse import fuse
from qa.question import Question
from qa.rerank import Ranking

Array = NDArray[Any]

# How many passages each way of searching proposes, and how many are then reranked.
PROPOSED = 100
RERANKED = 100
# A question is read up to this many characters and distinct words.
LONGEST = 2_000
MOST_WORDS = 64


class Collection:
    """A snapshot that can be ranked against questions."""

    def __init__(
        self, snapshot: Snapshot, embedder: Embedder, table: WordEmbedder
    ) -> None:
        self.snapshot = snapshot
        self._embedder = embedder
        self._table = table
        self.lexical = _in_memory(snapshot.lexical)
        self.ids = {term: i for i, term in enumerate(snapshot.terms)}
        self._languages = np.array(snapshot.language_numbers)
        self._sample = rerank.sample(self._languages)
        self._sampled = _gather(self.lexical, self._sample)
        self._asking, _ = table.word_vectors(question.QUESTION_WORDS)
        self._term_vectors = snapshot.term_vectors.astype(np.float32)  # (t, d)

    def read(self, text: str) -> Question:
        """Set a question's words against the words of the collection."""
        words = question.distinct(text[:LONGEST])[:MOST_WORDS]
        vectors, information = self._table.word_vectors([word.term for word in words])
        return question.read(
            words,
            vectors,
            information,
            self._asking,
            self.lexical,
            self._term_vectors,
            self.ids,
        )

    def rank(
        self, text: str, asked: Question, k: int, among: Array | None = None
    ) -> Ranking:
        """Rank the passages against a question, at most k of them.

        among: (passages,) bool, the rows that may be found, all by default.
        """
        vector = self._vector(text)
        n = max(k, PROPOSED)
        near, _ = self._by_vectors(vector, n, among)
        worded, _ = self._by_words(asked.alternatives(), n, among)
        fused = [row for row, _ in fuse([near.tolist(), worded.tolist()])]
        rows = np.array(fused[: max(k, RERANKED)], np.int64)
        cosines = self.snapshot.vectors[rows] @ vector
        return rerank.rank(rows, cosines, *self._late(asked, rows)).top(k)

    def rank_by_vectors(self, text: str, k: int) -> tuple[Array, Array]:
        """Rank by the vectors alone, to measure them: rows and cosines, best first."""
        return self._by_vectors(self._vector(text), k, None)

    def rank_by_words(self, asked: Question, k: int) -> tuple[Array, Array]:
        """Rank by BM25 on the question's own words alone, to measure it."""
        exact = [[(self.ids[w.term], 1.0)] for w in asked.words if w.term in self.ids]
        return self._by_words(exact, k, None)

    def document(self, row: int) -> Document:
        """Give the document that the passage of this row was cut from."""
        return self.snapshot.document(int(self.snapshot.document_rows[row]))

    def _vector(self, text: str) -> Array:
        """Encode a question: (d,)."""
        vector: Array = self._embedder.encode_queries([text[:LONGEST]])[0]
        return vector

    def _by_vectors(
        self, vector: Array, n: int, among: Array | None
    ) -> tuple[Array, Array]:
        if among is None:
            scores, rows = self.snapshot.search(vector[None], n)
            return rows[0], scores[0]
        rows = np.flatnonzero(among)
        return _best(rows, self.snapshot.vectors[rows] @ vector, n)

    def _by_words(
        self, alternatives: list[list[tuple[int, float]]], n: int, among: Array | None
    ) -> tuple[Array, Array]:
        scores = self.lexical.score(alternatives)
        allowed = scores > 0 if among is None else (scores > 0) & among
        rows = np.flatnonzero(allowed)
        return _best(rows, scores[rows], n)

    def _late(self, asked: Question, rows: Array) -> tuple[Array, Array]:
        """Late interaction with some passages, and with their best sentences: (n,),
        each above what is usual in the passage's language."""
        if not len(rows):
            return np.zeros(0, np.float32), np.zeros(0, np.float32)
        found = self._interact(asked, _gather(self.lexical, rows))
        usual = self._interact(asked, self._sampled)
        sampled, n = self._languages[self._sample], len(self.snapshot.languages)
        late, sentence = (
            values - rerank.background(chance, sampled, n)[self._languages[rows]]
            for values, chance in zip(found, usual, strict=True)
        )
        return late, sentence

    def _interact(
        self, asked: Question, passages: tuple[Array, Array, Array]
    ) -> tuple[Array, Array]:
        starts, offsets, flat = passages
        best = rerank.best_matches(asked.cosines, offsets, flat)
        return rerank.of_passages(question.gain(best), asked.importance, starts)

    def among(self, language: str | None, source: str | None) -> Array | None:
        """Tell which rows (passages,) bool a filter leaves; None when there is none."""
        if language is None and source is None:
            return None
        kept = np.ones(len(self.snapshot), bool)
        if language is not None:
            is_it = np.array([code == language for code in self.snapshot.languages])
            kept &= is_it[self._languages]
        if source is not None:
            is_it = np.array([name == source for name in self._sources], bool)
            kept &= is_it[self.snapshot.document_rows]
        return kept

    @cached_property
    def _sources(self) -> list[str]:
        return self.snapshot.sources()


def load(snapshot: Snapshot) -> Collection:
    """Load the models a snapshot was built with.

    Raises ModelError when one of them has changed since.
    """
    manifest = snapshot.manifest
    embedder, table = embedders.load(manifest.model), embedders.load_words(TABLE)
    for found, wanted in ((embedder, manifest.embedder), (table, manifest.table)):
        if found.id != wanted:
            raise ModelError(
                f"the index was built with the model {wanted}, but what is installed "
                f"now is {found.id}; build the index again with qa build"
            )
    return Collection(snapshot, embedder, table)


def _in_memory(lexical: Lexical) -> Lexical:
    """Take the arrays off the disk: each slice of a mapped one costs microseconds."""
    arrays = {name: np.array(array) for name, array in lexical.arrays().items()}
    return Lexical.from_arrays(lexical.terms, arrays)


def _best(rows: Array, scores: Array, n: int) -> tuple[Array, Array]:
    """Sort rows by score, best first, equal scores by row, and keep n."""
    if len(rows) > n:
        kept = np.argpartition(-scores, n - 1)[:n]
        rows, scores = rows[kept], scores[kept]
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]


def _gather(lexical: Lexical, rows: Array) -> tuple[Array, Array, Array]:
    """Take passages out of the ragged arrays: where each one's sentences start (n,),
    the sentences' offsets (s + 1,), and their term ids."""
    firsts, ends = lexical.passage_sentences[rows], lexical.passage_sentences[rows + 1]
    offsets = lexical.sentence_offsets
    parts = [
        lexical.sentence_terms[offsets[a] : offsets[b]]
        for a, b in zip(firsts, ends, strict=True)
    ]
    lengths = [np.diff(offsets[a : b + 1]) for a, b in zip(firsts, ends, strict=True)]
    starts = np.cumsum([0, *map(len, lengths)])[:-1]
    return starts, np.cumsum(np.concatenate([[0], *lengths])), np.concatenate(parts)
