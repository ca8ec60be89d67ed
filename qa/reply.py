"""From ranked passages to an answer: hits with evidence, sentences, confidence."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.records import Document, Passage
from index.store import Snapshot
from index.tokens import Term, sentences, terms
from qa import answer, question, rerank
from qa.collection import Collection
from qa.filters import ANY, Filter
from qa.highlight import highlight
from qa.phrase import Phrase, sureness
from qa.question import Question
from qa.records import Hit, Sentence
from qa.rerank import Ranking

Array = NDArray[Any]

# Passages ranked beyond those asked for, so that near duplicates can be joined, and
# that the confidence is the same however many are asked for.
SPARE = answer.LOOKED_AT
# Passages of one language whose vectors are this close are compared, and those that
# share so much of their words (Jaccard) say the same.
NEAR = 0.85
SAME = 0.95
# A question counts as answered from this confidence on.
THRESHOLD = 0.4
# A phrase is shown when it is as likely right as wrong.
LIKELY = 0.5
# How far a sentence is judged by itself, the rest being its passage's.
OWN = 0.7


class Reader(Protocol):
    """Finds the characters of a text that answer a question; see `qa.extractive`."""

    def find(self, question: str, text: str) -> Phrase | None: ...


@dataclass(frozen=True, slots=True)
class _Found:
    """A ranked passage with where it stands."""

    row: int
    score: float
    passage: Passage
    document: Document
    others: tuple[Document, ...]


def compose(
    opened: Collection,
    asked: Question,
    ranking: Ranking,
    k: int,
    wanted: Filter = ANY,
) -> tuple[bool, float, tuple[Sentence, ...], tuple[Hit, ...]]:
    """Give answered, confidence, sentences and hits of ranked passages."""
    confidence = opened.confidence(ranking)
    answered = confidence >= THRESHOLD
    hits, best = shown(opened, asked, ranking, k, wanted)
    return answered, confidence, best if answered else (), hits


def shown(
    opened: Collection,
    asked: Question,
    ranking: Ranking,
    k: int,
    wanted: Filter = ANY,
) -> tuple[tuple[Hit, ...], tuple[Sentence, ...]]:
    """Give the hits, and the sentences that would answer if any did."""
    scores = dict(zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True))
    read = cache(lambda row: terms(opened.text(row)))
    copies = _distinct(opened.snapshot, list(scores), k, read)
    kept = [_find(opened, row, scores[row], wanted) for row in copies]
    words = [[t for t in read(one.row) if t.term in opened.ids] for one in kept]
    cosines = _cosines(opened, asked, words)
    hits = tuple(
        Hit(
            rank,
            one.score,
            one.passage,
            one.document,
            highlight(asked, of_it, beside),
            (*one.others, *(opened.document(row) for row in copies[one.row])),
        )
        for rank, (one, of_it, beside) in enumerate(
            zip(kept, words, cosines, strict=True), 1
        )
    )
    return hits, _sentences(opened, asked, kept, words, cosines)


def _cosines(
    opened: Collection, asked: Question, passages: Sequence[Sequence[Term]]
) -> list[Array]:
    """Compare the question's words with those of passages: (m, n) of each.

    All at once: the passages share many words, and each call has its price.
    """
    ids = [opened.ids[term.term] for words in passages for term in words]
    held, places = np.unique(np.array(ids, np.int64), return_inverse=True)
    cuts = np.cumsum([len(words) for words in passages])[:-1]
    return np.split(asked.cosines(held)[:, places], cuts, axis=1) if passages else []


def phrase(
    opened: Collection,
    asked: Question,
    question: str,
    found: tuple[float, tuple[Sentence, ...], tuple[Hit, ...]],
    reader: Reader | None,
    likely: float = LIKELY,
) -> Sentence | None:
    """Find the phrase of the first sentence that answers, if one is `likely` enough.

    found: confidence, sentences and hits. reader: a network that finds it instead.
    """
    confidence, best, hits = found
    sentence, hit = _first(best, hits)
    if sentence is None or hit is None:
        return None
    if reader is None:
        places = sentences(hit.passage.text, hit.document.language)
        starts = [start for start, _ in places]
        at = bisect_right(starts, sentence.start - hit.passage.start) - 1
        place = opened.phrase(asked, hit, places, at)
        sure = sureness(place, confidence) if place else 0.0
    else:
        place = reader.find(question, hit.passage.text)
        sure = place.score if place else 0.0
    if place is None or sure < likely:
        return None
    text = hit.passage.text[place.start : place.end]
    start, end = (at + hit.passage.start for at in (place.start, place.end))
    return Sentence(text, hit.document, start, end, sure)


def _first(
    sentences: Sequence[Sentence], hits: Sequence[Hit]
) -> tuple[Sentence | None, Hit | None]:
    """Give the first sentence, and the hit that holds it."""
    for sentence in sentences[:1]:
        for hit in hits:
            inside = hit.passage.start <= sentence.start < hit.passage.end
            if inside and hit.document.id == sentence.document.id:
                return sentence, hit
    return None, None


def _find(opened: Collection, row: int, score: float, wanted: Filter) -> _Found:
    """Take up a passage in the first document that is wanted of those it stands in."""
    documents = opened.documents(row)
    document = documents.pop(int(wanted.allowed(documents).argmax()))
    passage = replace(opened.snapshot.passage(row), document_id=document.id)
    return _Found(row, score, passage, document, tuple(documents))


def _distinct(
    snapshot: Snapshot,
    rows: Sequence[int],
    k: int,
    read: Callable[[int], list[Term]],
) -> dict[int, list[int]]:
    """Keep the k best passages that say different things, each with its copies.

    read: gives the words of a row.
    """
    kept: dict[int, list[int]] = {}
    alike = _alike(snapshot, np.array(rows, np.int64))
    places = {row: place for place, row in enumerate(rows)}
    for row, near in zip(rows, alike, strict=True):
        twins = (
            other
            for other in kept
            if near[places[other]] and _same_words(read(row), read(other))
        )
        if (twin := next(twins, None)) is not None:
            kept[twin].append(row)
        elif len(kept) < k:
            kept[row] = []
    return kept


def _alike(snapshot: Snapshot, rows: Array) -> Array:
    """Which of n passages may say the same, (n, n) bool: those of one language and of
    different documents, with vectors that lie near."""
    documents, languages = snapshot.document_rows[rows], snapshot.language_numbers[rows]
    vectors = snapshot.vectors[rows]  # (n, d)
    alike: Array = vectors @ vectors.T >= NEAR
    alike &= languages[:, None] == languages
    alike &= documents[:, None] != documents
    return alike


def _same_words(one: Sequence[Term], other: Sequence[Term]) -> bool:
    """Whether two passages have nearly the same words."""
    mine, theirs = ({term.term for term in words} for words in (one, other))
    return len(mine & theirs) >= SAME * len(mine | theirs)


def _sentences(
    opened: Collection,
    asked: Question,
    kept: Sequence[_Found],
    words: Sequence[Sequence[Term]],
    cosines: Sequence[Array],
) -> tuple[Sentence, ...]:
    """Pick the sentences of the best passages that answer."""
    found = [
        sentence
        for one, of_it, beside in zip(kept, words, cosines, strict=True)
        for sentence in _scored(opened, asked, one, of_it, beside)
    ]
    return tuple(found[i] for i in answer.choose([s.score for s in found]))


def _scored(
    opened: Collection,
    asked: Question,
    one: _Found,
    words: Sequence[Term],
    cosines: Array,
) -> list[Sentence]:
    """Score each sentence of a passage, from 0 to 1."""
    places = sentences(one.passage.text, one.document.language)
    ends = np.searchsorted([t.start for t in words], [0, *(end for _, end in places)])
    best = rerank.best_matches(cosines, ends)
    own = rerank.in_context(question.gain(best), asked.importance)
    if opened.snapshot.sentence_vectors.size:
        # The title, if one was read before the text, has sentences before these.
        read, _ = opened.sentences(np.array([one.row]), asked.vector)
        near = np.clip(read[-len(places) :], 0, 1)
        own = (own + rerank.READ * near) / (1 + rerank.READ)
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
