"""From ranked passages to an answer: hits with evidence, sentences, confidence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.records import Document, Passage
from index.store import Snapshot
from index.tokens import Term, sentences, terms
from qa import answer, question, rerank
from qa.collection import Collection
from qa.highlight import highlight
from qa.question import Question
from qa.records import Hit, Sentence
from qa.rerank import Ranking

# Passages ranked beyond those asked for, so that near duplicates can be joined, and
# that the confidence is the same however many are asked for.
SPARE = answer.LOOKED_AT
# Passages of one language whose vectors are this close are compared, and those that
# share so much of their words (Jaccard) say the same.
NEAR = 0.85
SAME = 0.95
# A question counts as answered from this confidence on.
THRESHOLD = 0.4
# How far a sentence is judged by itself, the rest being its passage's.
OWN = 0.7


@dataclass(frozen=True, slots=True)
class _Found:
    """A ranked passage with where it stands."""

    row: int
    score: float
    passage: Passage
    document: Document


def compose(
    opened: Collection, asked: Question, ranking: Ranking, k: int
) -> tuple[bool, float, tuple[Sentence, ...], tuple[Hit, ...]]:
    """Give answered, confidence, sentences and hits of ranked passages."""
    scores = dict(zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True))
    copies = _distinct(opened.snapshot, list(scores), k)
    kept = [_find(opened, row, scores[row]) for row in copies]
    words = [terms(one.passage.text) for one in kept]
    confidence = answer.confidence(ranking.cosines, ranking.late, ranking.sentence)
    hits = tuple(
        Hit(
            rank,
            one.score,
            one.passage,
            one.document,
            highlight(asked, of_it, opened.ids),
            tuple(opened.document(row) for row in copies[one.row]),
        )
        for rank, (one, of_it) in enumerate(zip(kept, words, strict=True), 1)
    )
    answered = confidence >= THRESHOLD
    best = _sentences(opened, asked, kept, words) if answered else ()
    return answered, confidence, best, hits


def _find(opened: Collection, row: int, score: float) -> _Found:
    return _Found(row, score, opened.snapshot.passage(row), opened.document(row))


def _distinct(snapshot: Snapshot, rows: Sequence[int], k: int) -> dict[int, list[int]]:
    """Keep the k best passages that say different things, each with its copies."""
    kept: dict[int, list[int]] = {}
    for row in rows:
        twins = [other for other in kept if _same(snapshot, row, other)]
        if twins:
            kept[twins[0]].append(row)
        elif len(kept) < k:
            kept[row] = []
    return kept


def _same(snapshot: Snapshot, one: int, other: int) -> bool:
    """Whether two passages, of different documents, have nearly the same words."""
    if snapshot.document_rows[one] == snapshot.document_rows[other]:
        return False
    if snapshot.language_numbers[one] != snapshot.language_numbers[other]:
        return False
    if float(snapshot.vectors[one] @ snapshot.vectors[other]) < NEAR:
        return False
    mine, theirs = (
        {term.term for term in terms(snapshot.passage(row).text)}
        for row in (one, other)
    )
    return len(mine & theirs) >= SAME * len(mine | theirs)


def _sentences(
    opened: Collection,
    asked: Question,
    kept: Sequence[_Found],
    words: Sequence[Sequence[Term]],
) -> tuple[Sentence, ...]:
    """Pick the sentences of the best passages that answer."""
    found = [
        sentence
        for one, of_it in zip(kept, words, strict=True)
        for sentence in _scored(opened, asked, one, of_it)
    ]
    return tuple(found[i] for i in answer.choose([s.score for s in found]))


def _scored(
    opened: Collection, asked: Question, one: _Found, words: Sequence[Term]
) -> list[Sentence]:
    """Score each sentence of a passage, from 0 to 1."""
    places = sentences(one.passage.text, one.document.language)
    known = [term for term in words if term.term in opened.ids]
    ends = np.searchsorted([t.start for t in known], [0, *(end for _, end in places)])
    ids = np.array([opened.ids[term.term] for term in known], np.int64)
    best = rerank.best_matches(asked.cosines, ends, ids)
    own = rerank.late_interaction(question.gain(best), asked.importance)
    scores = OWN * own + (1 - OWN) * one.score
    return [
        _sentence(one, start, end, float(score))
        for (start, end), score in zip(places, scores, strict=True)
    ]


def _sentence(one: _Found, start: int, end: int, score: float) -> Sentence:
    """Cut a sentence of a passage out of its document, without blank edges."""
    text = one.passage.text[start:end]
    at = one.passage.start + start + len(text) - len(text.lstrip())
    text = text.strip()
    return Sentence(text, one.document, at, at + len(text), score)
