"""From ranked passages to an answer: hits with evidence, sentences, confidence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.records import Document, Passage
from index.tokens import Term, sentences, terms
from qa import answer, question, rerank
from qa.collection import Collection
from qa.highlight import highlight
from qa.question import Question
from qa.records import Hit, Sentence
from qa.rerank import Ranking

# Passages ranked beyond those asked for, so that near duplicates can be joined.
SPARE = 10
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
    ranked = zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True)
    kept, copies = _distinct(opened, [_find(opened, *one) for one in ranked], k)
    confidence = answer.confidence(ranking.cosines, ranking.late, ranking.sentence)
    words = [terms(one.passage.text) for one in kept]
    hits = tuple(
        Hit(
            rank,
            one.score,
            one.passage,
            one.document,
            highlight(asked, words[rank - 1], opened.ids),
            tuple(copy.document for copy in copies[rank - 1]),
        )
        for rank, one in enumerate(kept, 1)
    )
    answered = confidence >= THRESHOLD
    best = _sentences(opened, asked, kept, words) if answered else ()
    return answered, confidence, best, hits


def _find(opened: Collection, row: int, score: float) -> _Found:
    passage = opened.snapshot.passage(row)
    document = opened.document(row)
    return _Found(row, score, passage, document)


def _distinct(
    opened: Collection, found: Sequence[_Found], k: int
) -> tuple[list[_Found], list[list[_Found]]]:
    """Keep the k best passages that say different things, each with its copies."""
    kept: list[_Found] = []
    copies: list[list[_Found]] = []
    for one in found:
        twins = [i for i, other in enumerate(kept) if _same(opened, one, other)]
        if twins:
            copies[twins[0]].append(one)
        elif len(kept) < k:
            kept.append(one)
            copies.append([])
    return kept, copies


def _same(opened: Collection, one: _Found, other: _Found) -> bool:
    """Whether two passages, of different documents, have nearly the same words."""
    a, b = one.document, other.document
    if a.id == b.id or a.language != b.language:
        return False
    vectors = opened.snapshot.vectors
    if float(vectors[one.row] @ vectors[other.row]) < NEAR:
        return False
    texts = (one.passage.text, other.passage.text)
    mine, theirs = ({term.term for term in terms(text)} for text in texts)
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
