"""One opened snapshot, with what asking it needs: models and arrays in memory.

Ranking reads: candidates by vectors and by words, fused; late interaction over
them; one weighted sum. It never changes once opened, so threads share it freely.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from index import embedders
from index.build import TABLE
from index.embedders import Embedder, SentenceEmbedder, WordEmbedder
from index.errors import ModelError
from index.language import identify
from index.lexical import Lexical
from index.ragged import ranges
from index.records import Document
from index.store import Snapshot
from index.tokens import Term, terms
from qa import answer, chance, copies, phrase, question, rerank, weights
from qa.beside import beside
from qa.feedback import Feedback
from qa.filters import ANY, Filter
from qa.fuse import fuse, spread
from qa.phrase import Reading
from qa.question import Question, Standing
from qa.rerank import Ranking
from qa.spelt import Spelt

Array = NDArray[Any]
Interaction = tuple[Array, Array, Array]

# How many passages each way of searching proposes, and how many are then reranked.
# Those are the same however many are asked for; any others come behind them.
PROPOSED = 100
RERANKED = 100
# How many are ranked where fewer leave too few that are different.
DEPTHS = (RERANKED, 400, 1600)
# How many times as many are looked at, for each language to have its share.
DEEPER = 8
# A question is read up to this many characters and distinct words.
LONGEST = 2_000
# Documents of the same text that are named.
MOST_COPIES = 50
MOST_WORDS = 64
NONE = Feedback()
_NOT_READ = np.zeros((0, 0), np.float32)


class Collection:
    """A snapshot that can be ranked against questions."""

    def __init__(
        self, snapshot: Snapshot, embedder: Embedder, table: WordEmbedder
    ) -> None:
        self.snapshot = snapshot
        self._embedder = embedder
        self._table = table
        of_table = embedder.id == table.id
        self._weights = weights.TABLE if of_table else weights.NETWORK
        self._scale = chance.AS_IT_IS if of_table else chance.scale(embedder)
        self.lexical = _in_memory(snapshot.lexical)
        self.ids = {term: i for i, term in enumerate(snapshot.terms)}
        self._languages = np.array(snapshot.language_numbers)
        sample = rerank.sample(self._languages)
        unlike = rerank.different(snapshot.vectors[sample], self._languages[sample])
        self._sample = sample[unlike]
        self._sampled = _gather(self.lexical, self._sample)
        self._sampled_vectors = snapshot.neighbours.vectors(self._sampled[2])
        self._asking, _ = table.word_vectors(question.QUESTION_WORDS)
        self._reader = phrase.load(table.id, embedder.id)
        contextual = self._reader is not None and self._reader.contextual
        # Only a model that reads sentences has a reader made for it.
        self._reads = cast(SentenceEmbedder, embedder) if contextual else None
        self._spelt = Spelt(snapshot.terms, self.ids, snapshot.spelling)
        # What the first question would wait for, or find altered, is read now.
        _ = snapshot.backend, self.lexical.term_gains
        identify(" ".join(question.QUESTION_WORDS))

    def read(self, text: str, among: Array | None = None) -> Question:
        """Set a question's words against the words of the collection.

        among: what `rank` will be told; without it the nearest passages are found, too.
        """
        words = question.distinct(text[:LONGEST])[:MOST_WORDS]
        sought = beside(lambda: self._sought(text, words, among))
        names = [word.term for word in words]
        vectors, information = self._table.word_vectors(names)
        whole = self._table.knows(names)
        asked = question.read(
            words,
            vectors,
            information,
            self._asking,
            self.lexical,
            self.snapshot.neighbours,
            self.ids,
            self._spelt.standing(words, information, whole),
        )
        vector, contextual, nearest = sought()
        return replace(
            asked,
            vector=vector,
            nearest=nearest,
            language=identify(text),
            contextual=contextual,
        )

    def _sought(
        self, text: str, words: Sequence[Term], among: Array | None
    ) -> tuple[Array, Array, Array | None]:
        """Encode a question and its words in it, and find the rows that candidates are
        taken from."""
        if self._reads is None:
            vector, contextual = self.vector(text), _NOT_READ
        else:
            vector, contextual = in_context(self._reads, text[:LONGEST], words)
        if among is not None:
            return vector, contextual, None
        nearest, _ = self._by_vectors(vector, DEEPER * PROPOSED, None)
        return vector, contextual, nearest

    def rank(
        self,
        asked: Question,
        k: int,
        among: Array | None = None,
        feedback: Feedback = NONE,
    ) -> Ranking:
        """Rank the passages against a question, at most k of them.

        among: (passages,) bool, the rows that may be found, all by default.
        feedback: moves what is sought, and not how well it answers the question.
        """
        sampled, vectors = self._sampled, self._sampled_vectors
        usual = beside(lambda: self._interact(asked, sampled, vectors))
        sought = feedback.moved(asked.vector, self.snapshot.vectors)
        first = feedback.kept(self._proposed(asked, sought, PROPOSED, among))
        ranking = self._ranked(asked, sought, first[:RERANKED], usual)
        if k > len(ranking) == RERANKED:
            deeper = feedback.kept(self._proposed(asked, sought, k, among))
            known = set(first[:RERANKED])
            rest = [row for row in deeper if row not in known][: k - RERANKED]
            ranking = ranking.followed(self._ranked(asked, sought, rest, usual))
        ranking = ranking.top(k)
        if sought is asked.vector:
            return ranking
        return replace(ranking, cosines=self._cosines(ranking.rows, asked.vector))

    def _proposed(
        self, asked: Question, sought: Array, n: int, among: Array | None
    ) -> list[int]:
        """Give the rows that n found by vectors and n found by words make, fused."""
        near, moved = asked.nearest, sought is not asked.vector
        if near is None or n != PROPOSED or among is not None or moved:
            near, _ = self._by_vectors(sought, DEEPER * n, among)
        worded, _ = self._by_words(asked.alternatives(), DEEPER * n, among)
        near, worded = self._spread(near, n), self._spread(worded, n)
        return [row for row, _ in fuse([near.tolist(), worded.tolist()])]

    def _ranked(
        self,
        asked: Question,
        sought: Array,
        found: list[int],
        usual: Callable[[], Interaction],
    ) -> Ranking:
        """Rerank passages; `usual` gives what the sampled ones have by chance."""
        rows = np.array(found, np.int64)
        cosines = self._cosines(rows, sought)
        late = self._late(asked, rows, usual)
        crowds = self._crowding(asked, rows)
        return rerank.rank(rows, cosines, *late, crowds, self._weights)

    def confidence(self, asked: Question, ranking: Ranking) -> float:
        """Estimate the probability that ranked passages answer."""
        if not len(ranking):
            return 0.0
        same = bool(self._same(asked, ranking.rows)[0])
        return answer.confidence(
            self._rivals(ranking), asked.breadth, same, self._weights
        )

    def _crowding(self, asked: Question, rows: Array) -> Array:
        """Tell which passages (n,) crowd out those in other languages."""
        same, vectors = self._same(asked, rows), self.snapshot.vectors
        cosines = vectors[rows[same]] @ vectors[rows[~same]].T
        return rerank.crowding(same, cosines * self._scale.slope + self._scale.offset)

    def _same(self, asked: Question, rows: Array) -> Array:
        """Tell which passages (n,) are in the question's language, as far as known."""
        found = [code == asked.language != "" for code in self.snapshot.languages]
        same: Array = np.array(found, bool)[self._languages[rows]]
        return same

    def _rivals(self, ranking: Ranking) -> Ranking:
        """Keep the best passages, and of those that say nearly the same the first: it
        has no rivals in the others."""
        rows, found = ranking.rows[:RERANKED], self.snapshot
        near = copies.near(found.vectors[rows], found.language_numbers[rows])
        read = cache(lambda place: self.words(int(rows[place])))
        kept: list[int] = []
        for place in range(len(rows)):
            before = [other for other in kept if near[place, other]]
            if not any(copies.nearly_same(read(o), read(place)) for o in before):
                kept.append(place)
            if len(kept) == answer.LOOKED_AT:
                break
        return ranking.reordered(np.array(kept, np.int64), ranking.scores[kept])

    def _spread(self, rows: Array, n: int) -> Array:
        """Keep n of ranked rows, each language having its share of them."""
        return spread(rows, self._languages[rows], n, len(self.snapshot.languages))

    def rank_by_vectors(self, text: str, k: int) -> tuple[Array, Array]:
        """Rank by the vectors alone, to measure them: rows and cosines, best first."""
        return self._by_vectors(self.vector(text), k, None)

    def rank_by_words(self, asked: Question, k: int) -> tuple[Array, Array]:
        """Rank by BM25 on the question's own words alone, to measure it."""
        return self._by_words(asked.exact(), k, None)

    def rank_by_expansion(self, asked: Question, k: int) -> tuple[Array, Array]:
        """Rank by BM25 on all words that stand for the question's, to measure it."""
        return self._by_words(asked.alternatives(), k, None)

    def reading(
        self,
        asked: Question,
        text: str,
        words: Sequence[Term],
        cosines: Array,
        places: Sequence[tuple[int, int]],
        around: int,
        contextual: Array,
    ) -> Reading | None:
        """Read a text for phrases that answer; see `phrase.read`."""
        if self._reader is None:
            return None
        reader, ids = self._reader, self.ids
        return phrase.read(
            reader, asked, text, words, cosines, places, ids, around, contextual
        )

    def contextual(self, text: str, words: Sequence[Term]) -> Callable[[], Array]:
        """Begin to read words of a text as the model of the passages reads them there,
        where `reading` asks for that; what is returned waits for it: (n, e)."""
        model = self._reads
        if model is None:
            return lambda: _NOT_READ
        return beside(lambda: in_context(model, text, words)[1])

    def text(self, row: int) -> str:
        """Give the text of the passage of this row."""
        return self.snapshot.passage(row).text

    def words(self, row: int) -> list[str]:
        """List the words of the passage of this row."""
        return [term.term for term in terms(self.text(row))]

    def documents(self, rows: Sequence[int], wanted: Filter = ANY) -> list[Document]:
        """Give the documents that passages stand in and that are wanted, each once,
        those of the first passage first, 1 + MOST_COPIES at most."""
        firsts = self.snapshot.document_rows[list(rows)].tolist()
        found = (place for one in firsts for place in (one, *self.snapshot.copies(one)))
        places = list(dict.fromkeys(found))
        if wanted != ANY:
            allowed = wanted.allowed([self.headings[place] for place in places])
            places = [places[at] for at in np.flatnonzero(allowed)]
        return [self.snapshot.document(one) for one in places[: 1 + MOST_COPIES]]

    def named(self, row: int) -> list[str]:
        """Give the ids of all documents that the passage of this row stands in."""
        first = int(self.snapshot.document_rows[row])
        return [self.headings[one].id for one in (first, *self.snapshot.copies(first))]

    def vector(self, text: str) -> Array:
        """Encode a question: (d,)."""
        vector: Array = self._embedder.encode_queries([text[:LONGEST]])[0]
        return vector

    def _cosines(self, rows: Array, vector: Array) -> Array:
        """Cosines (n,) of some passages, on the scale that the weights know."""
        cosines: Array = self.snapshot.vectors[rows] @ vector
        if len(rows) and self.snapshot.sentence_vectors.size:
            inside, starts = self.sentences(rows, vector)
            nearest = np.maximum.reduceat(inside, starts)
            cosines = rerank.with_nearest(cosines, nearest)
        scaled = cosines * self._scale.slope + self._scale.offset
        at, offsets = self.lexical.passage_sentences, self.lexical.sentence_offsets
        return rerank.steadied(scaled, offsets[at[rows + 1]] - offsets[at[rows]])

    def sentences(self, rows: Array, vector: Array) -> tuple[Array, Array]:
        """Cosines (s,) of all sentences of some passages, as the model reads them
        there, and where those of each passage start (n,)."""
        at = self.lexical.passage_sentences
        read = self.snapshot.sentence_vectors
        starts = np.cumsum(at[rows + 1] - at[rows]) - (at[rows + 1] - at[rows])
        sought = vector[-read.shape[1] :]
        sought = sought / max(float(np.linalg.norm(sought)), 1e-9)
        directions = read[ranges(at[rows], at[rows + 1])].astype(np.float32)
        lengths = np.linalg.norm(directions, axis=1)
        return directions @ sought / np.maximum(lengths, 1), starts

    def _by_vectors(
        self, vector: Array, n: int, among: Array | None
    ) -> tuple[Array, Array]:
        if among is None:
            scores, rows = self.snapshot.search(vector[None], n)
            return rows[0], scores[0]
        rows = np.flatnonzero(among)
        return _best(rows, self.snapshot.vectors[rows] @ vector, n)

    def _by_words(
        self, alternatives: Standing, n: int, among: Array | None
    ) -> tuple[Array, Array]:
        scores = self.lexical.score(*alternatives)
        allowed = scores > 0 if among is None else (scores > 0) & among
        rows = np.flatnonzero(allowed)
        return _best(rows, scores[rows], n)

    def _late(
        self, asked: Question, rows: Array, usual: Callable[[], Interaction]
    ) -> Interaction:
        """Late interaction with some passages, and with their best sentences: (n,),
        each above what is usual in the passage's language; that of own words alone."""
        if not len(rows):
            none = np.zeros(0, np.float32)
            return none, none, none
        *found, exact = self._interact(asked, _gather(self.lexical, rows))
        *by_chance, _ = usual()
        places = (self._languages, self.snapshot.document_rows)
        of_sample = tuple(column[self._sample] for column in places)
        ranked = tuple(column[rows] for column in places)
        late, sentence = (
            values - rerank.background(usually, *of_sample, *ranked)
            for values, usually in zip(found, by_chance, strict=True)
        )
        return late, sentence, exact

    def _interact(
        self,
        asked: Question,
        passages: tuple[Array, Array, Array, Array],
        vectors: Array | None = None,
    ) -> Interaction:
        starts, offsets, ids, places = passages
        cosines = asked.cosines(ids, vectors).take(places, axis=1)
        best = rerank.best_matches(cosines, offsets)
        return rerank.of_passages(question.gain(best), asked.importance, starts)

    def among(self, wanted: Filter) -> Array | None:
        """Tell which rows (passages,) bool a filter leaves; None when there is none."""
        if wanted == ANY:
            return None
        kept = wanted.allowed(self.headings)
        # A text is found when any of the documents that share it may be.
        allowed = np.zeros(len(kept), bool)
        allowed[self.snapshot.originals[kept]] = True
        found: Array = allowed[self.snapshot.document_rows]
        return found

    @cached_property
    def headings(self) -> list[Document]:
        """Give the documents without their texts, in row order."""
        return self.snapshot.headings()


def load(snapshot: Snapshot) -> Collection:
    """Load the models a snapshot was built with.

    Raises ModelError when one of them has changed since, CorruptSnapshot when a file
    was altered in a way that shows.
    """
    manifest = snapshot.manifest
    embedder, table = embedders.load(manifest.model), embedders.load_words(TABLE)
    for found, wanted in ((embedder, manifest.embedder), (table, manifest.table)):
        if found.id != wanted:
            raise ModelError(
                f"the index was built with the model {wanted}, but what is installed "
                f"now is {found.id}; build the index again with qa build"
            )
    with snapshot.blamed():
        return Collection(snapshot, embedder, table)


def _in_memory(lexical: Lexical) -> Lexical:
    """Take the arrays off the disk, so that no question waits for it."""
    arrays = {name: np.array(array) for name, array in lexical.arrays().items()}
    return Lexical.from_arrays(lexical.terms, arrays)


def in_context(
    model: SentenceEmbedder, text: str, words: Sequence[Term]
) -> tuple[Array, Array]:
    """Encode a text, (d,), and each of its words as it stands there, (n, e)."""
    ends = np.array([word.end for word in words], np.int32)
    vectors, (inside,) = model.encode_sentences([text], [ends])
    return vectors[0], inside


def _best(rows: Array, scores: Array, n: int) -> tuple[Array, Array]:
    """Sort rows by score, best first, equal scores by row, and keep n."""
    if len(rows) > n:
        kept = np.argpartition(-scores, n - 1)[:n]
        rows, scores = rows[kept], scores[kept]
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]


def _gather(lexical: Lexical, rows: Array) -> tuple[Array, Array, Array, Array]:
    """Take passages out of the ragged arrays: where each one's sentences start (n,),
    the sentences' offsets (s + 1,), their distinct term ids, and for each of their
    words its place among these."""
    at, offsets = lexical.passage_sentences, lexical.sentence_offsets
    sentences = ranges(at[rows], at[rows + 1])
    firsts, ends = offsets[sentences], offsets[sentences + 1]
    starts = np.concatenate([[0], np.cumsum(at[rows + 1] - at[rows])[:-1]])
    lengths = np.concatenate([[0], np.cumsum(ends - firsts)])
    terms = lexical.sentence_terms[ranges(firsts, ends)]
    # As `np.unique` gives them, in a third of its time.
    held = np.zeros(len(lexical.terms), bool)
    held[terms] = True
    ids = np.flatnonzero(held)
    places = np.empty(len(held), np.int32)
    places[ids] = np.arange(len(ids))
    return starts, lengths, ids, places[terms]
