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
# Passages whose vectors are this close, in one language, say the same.
SAME = 0.97
# A question counts as answered from this confidence on.
THRESHOLD = 0.5
# How far a sentence is judged by itself, the rest being its passage's.
OWN = 0.7


@dataclass(frozen=True, slots=True)
class _Found:
    """A ranked passage with its words."""

    row: int
    score: float
    passage: Passage
    document: Document
    words: Sequence[Term]


def compose(
    opened: Collection, asked: Question, ranking: Ranking, k: int
) -> tuple[bool, float, tuple[Sentence, ...], tuple[Hit, ...]]:
    """Give answered, confidence, sentences and hits of ranked passages."""
    ranked = zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True)
    kept, copies = _distinct(opened, [_find(opened, *one) for one in ranked], k)
    confidence = answer.confidence(ranking.cosines, ranking.late)
    hits = tuple(
        Hit(
            rank,
            one.score,
            one.passage,
            one.document,
            highlight(asked, one.words, opened.ids),
            tuple(copy.document for copy in copies[rank - 1]),
        )
        for rank, one in enumerate(kept, 1)
    )
    answered = confidence >= THRESHOLD
    best = _sentences(opened, asked, kept) if answered else ()
    return answered, confidence, best, hits


def _find(opened: Collection, row: int, score: float) -> _Found:
    passage = opened.snapshot.passage(row)
    document = opened.document(row)
    return _Found(row, score, passage, document, terms(passage.text))


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
    if (
        one.document.id == other.document.id
        or one.document.language != other.document.language
    ):
        return False
    vectors = opened.snapshot.vectors
    if float(vectors[one.row] @ vectors[other.row]) < SAME:
        return False
    mine, theirs = ({term.term for term in found.words} for found in (one, other))
    return len(mine & theirs) >= SAME * len(mine | theirs)


def _sentences(
    opened: Collection, asked: Question, kept: Sequence[_Found]
) -> tuple[Sentence, ...]:
    """Pick the sentences of the best passages that answer."""
    found = [s for one in kept for s in _scored(opened, asked, one)]
    return tuple(found[i] for i in answer.choose([s.score for s in found]))


def _scored(opened: Collection, asked: Question, one: _Found) -> list[Sentence]:
    """Score each sentence of a passage, from 0 to 1."""
    made = []
    for start, end in sentences(one.passage.text, one.document.language):
        words = [opened.ids[t.term] for t in one.words if start <= t.start < end]
        best = rerank.best_matches(
            asked.cosines, np.array([0, len(words)]), np.array(words, int)
        )
        own = float(rerank.late_interaction(question.gain(best), asked.importance)[0])
        text = one.passage.text[start:end]
        lead = len(text) - len(text.lstrip())
        at = one.passage.start + start + lead
        text = text.strip()
        score = OWN * own + (1 - OWN) * one.score
        made.append(Sentence(text, one.document, at, at + len(text), score))
    return made
