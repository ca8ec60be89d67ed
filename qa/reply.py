"""From ranked passages to an answer: hits with evidence, sentences, confidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.records import Document, Passage
from index.store import Snapshot
from index.tokens import Term, sentences, terms
from qa import answer, question, rerank
from qa.collection import Collection
from qa.filters import ANY, Filter
from qa.highlight import highlight
from qa.phrase import Phrase, Reading, sureness
from qa.question import Question
from qa.records import Hit, Sentence
from qa.rerank import Ranking

Array = NDArray[Any]

# Passages ranked beyond those asked for, so that near duplicates can be joined.
SPARE = 10
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
# What a unit of the logarithm of how much of what might answer is in a sentence, at
# least LITTLE, adds to that; fitted.
ANSWERS, LITTLE = 0.05, 1e-3


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


class Shown(NamedTuple):
    """Hits; the sentences that would answer if any did, best first; the hit that holds
    the first of these, and what the package's reader says of its passage."""

    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    first: Hit | None
    reading: Reading | None


def shown(
    opened: Collection,
    asked: Question,
    ranking: Ranking,
    copies: Mapping[int, Sequence[int]],
    wanted: Filter = ANY,
    answered: bool = True,
) -> Shown:
    """Make hits of ranked passages, and pick sentences of theirs, unless nothing is
    `answered`.

    copies: the rows of passages that say the same as that of a row.
    """
    scored = zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True)
    kept = [_find(opened, row, score, wanted) for row, score in scored]
    words = [
        [t for t in terms(one.passage.text) if t.term in opened.ids] for one in kept
    ]
    cosines = _cosines(opened, asked, words)
    hits = tuple(
        Hit(
            rank,
            one.score,
            one.passage,
            one.document,
            highlight(asked, of_it, beside),
            (*one.others, *map(opened.document, copies.get(one.row, ()))),
        )
        for rank, (one, of_it, beside) in enumerate(
            zip(kept, words, cosines, strict=True), 1
        )
    )
    if not answered:
        return Shown(hits, (), None, None)
    best, at, reading = _sentences(opened, asked, kept, words, cosines)
    return Shown(hits, best, hits[at] if best else None, reading)


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
    question: str,
    confidence: float,
    found: Shown,
    reader: Reader | None,
    likely: float = LIKELY,
) -> Sentence | None:
    """Find the phrase of the first sentence that answers, if one is `likely` enough.

    confidence: that the passages answer. reader: a network that finds it instead.
    """
    if found.first is None:
        return None
    sentence, passage = found.sentences[0], found.first.passage
    place, sure = None, 0.0
    if reader is not None:
        if place := reader.find(question, passage.text):
            sure = place.score
    elif found.reading is not None:
        inside = sentence.start - passage.start, sentence.end - passage.start
        if place := found.reading.find(inside):
            sure = sureness(place, confidence)
    if place is None or sure < likely:
        return None
    text = passage.text[place.start : place.end]
    start, end = (at + passage.start for at in (place.start, place.end))
    return Sentence(text, sentence.document, start, end, sure)


def _find(opened: Collection, row: int, score: float, wanted: Filter) -> _Found:
    """Take up a passage in the first document that is wanted of those it stands in."""
    document, *others = opened.documents(row, wanted)
    passage = replace(opened.snapshot.passage(row), document_id=document.id)
    return _Found(row, score, passage, document, tuple(others))


def distinct(
    opened: Collection, ranking: Ranking, unlike: Sequence[int] = ()
) -> tuple[Ranking, dict[int, list[int]]]:
    """Keep the best of those ranked passages that say the same, and none that says the
    same as one of the rows `unlike`; give also the rows of the others, by its row."""
    rows = [*unlike, *ranking.rows.tolist()]
    alike = np.tril(_alike(opened.snapshot, np.array(rows, np.int64)), -1)
    before = dict[int, list[int]]()
    for place, other in np.argwhere(alike).tolist():
        before.setdefault(rows[place], []).append(rows[other])
    read = cache(lambda row: {term.term for term in terms(opened.text(row))})
    kept: dict[int, list[int]] = {}
    for row in rows:
        near = (other for other in before.get(row, ()) if other in kept)
        twin = next((o for o in near if _same_words(read(row), read(o))), None)
        if twin is None:
            kept[row] = []
        else:
            kept[twin].append(row)
    for row in unlike:
        kept.pop(row, None)
    places = np.flatnonzero(np.isin(ranking.rows, list(kept)))
    return ranking.reordered(places, ranking.scores[places]), kept


def _alike(snapshot: Snapshot, rows: Array) -> Array:
    """Which of n passages may say the same, (n, n) bool: those of one language and of
    different documents, with vectors that lie near."""
    documents, languages = snapshot.document_rows[rows], snapshot.language_numbers[rows]
    vectors = snapshot.vectors[rows]  # (n, d)
    alike: Array = vectors @ vectors.T >= NEAR
    alike &= languages[:, None] == languages
    alike &= documents[:, None] != documents
    return alike


def _same_words(mine: set[str], theirs: set[str]) -> bool:
    """Whether two passages have nearly the same words."""
    return len(mine & theirs) >= SAME * len(mine | theirs)


def _sentences(
    opened: Collection,
    asked: Question,
    kept: Sequence[_Found],
    words: Sequence[Sequence[Term]],
    cosines: Sequence[Array],
) -> tuple[tuple[Sentence, ...], int, Reading | None]:
    """Pick the sentences of the best passages that answer; give the place of the one
    that holds the first, and read it. Where the best passage might answer counts for
    its sentences."""
    places = [sentences(one.passage.text, one.document.language) for one in kept]
    given = zip(kept, places, words, cosines, strict=True)
    own = [_own(opened, asked, *of_it) for of_it in given]

    def read(i: int) -> Reading | None:
        text, around = kept[i].passage.text, places[i][int(own[i].argmax())][0]
        return opened.reading(asked, text, words[i], cosines[i], places[i], around)

    reading = read(0) if kept else None
    if reading is not None:
        own[0] = _answering(own[0], reading.shares(places[0]))
    found = [
        (i, _sentence(one, *place, OWN * score + (1 - OWN) * one.score))
        for i, one in enumerate(kept)
        for place, score in zip(places[i], own[i].tolist(), strict=True)
    ]
    chosen = [found[at] for at in answer.choose([s.score for _, s in found])]
    first = chosen[0][0] if chosen else 0
    if first > 0:
        reading = read(first)
    return tuple(sentence for _, sentence in chosen), first, reading


def _own(
    opened: Collection,
    asked: Question,
    one: _Found,
    places: Sequence[tuple[int, int]],
    words: Sequence[Term],
    cosines: Array,
) -> Array:
    """Score each sentence of a passage by itself and what is around it: (s,)."""
    ends = np.searchsorted([t.start for t in words], [0, *(end for _, end in places)])
    best = rerank.best_matches(cosines, ends)
    own = rerank.in_context(question.gain(best), asked.importance)
    if opened.snapshot.sentence_vectors.size:
        # The title, if one was read before the text, has sentences before these.
        read, _ = opened.sentences(np.array([one.row]), asked.vector)
        near = np.clip(read[-len(places) :], 0, 1)
        own = (own + rerank.READ * near) / (1 + rerank.READ)
    return own


def _answering(own: Array, shares: Array) -> Array:
    """Prefer sentences that hold more of what might answer; the best one stays as good
    as the best was, beside other passages'."""
    told = own + ANSWERS * np.log(np.maximum(shares, LITTLE))
    found: Array = np.maximum(told + own.max() - told.max(), 0)
    return found


def _sentence(one: _Found, start: int, end: int, score: float) -> Sentence:
    """Cut a sentence of a passage out of its document, without blank edges."""
    text = one.passage.text[start:end]
    at = one.passage.start + start + len(text) - len(text.lstrip())
    text = text.strip()
    return Sentence(text, one.document, at, at + len(text), score)
