"""From ranked passages to an answer: hits with evidence, sentences, confidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.records import Document, Passage
from index.sentences import is_heading, sentences
from index.tokens import Term, terms
from qa import answer, copies, question, rerank
from qa.collection import Collection
from qa.filters import ANY, Filter
from qa.highlight import highlight
from qa.phrase import Phrase, Reading, sureness, whole
from qa.question import Question
from qa.records import Hit, Sentence
from qa.rerank import Ranking

Array = NDArray[Any]

# A question counts as answered from this confidence on.
THRESHOLD = 0.4
# A phrase is shown when it is as likely right as wrong.
LIKELY = 0.5
# Digits that cosines of words are rounded to.
DIGITS = 6
# How far a sentence is judged by itself, the rest being its passage's.
OWN = 0.7
# How far a heading answers, which repeats what is asked.
NAMING = 0.7
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
    """Hits; the sentences that would answer if any did, best first, the first hit's
    before others; and what the package's reader says of its passage."""

    hits: tuple[Hit, ...]
    sentences: tuple[Sentence, ...]
    reading: Reading | None


def shown(
    opened: Collection,
    asked: Question,
    ranking: Ranking,
    same: Mapping[int, Sequence[int]],
    wanted: Filter = ANY,
    answered: bool = True,
) -> Shown:
    """Make hits of ranked passages, and pick sentences of theirs, unless nothing is
    `answered`.

    same: the rows of passages that say the same as that of a row.
    """
    scored = zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True)
    kept = [
        _find(opened, row, score, same.get(row, ()), wanted) for row, score in scored
    ]
    words = [_known(opened, one.passage.text) for one in kept]
    read, titles = None, list[list[Term]]()
    if answered and kept:
        read = opened.contextual(kept[0].passage.text, words[0])
        titles = [_known(opened, one.document.title) for one in kept]
    cosines = _cosines(opened, asked, [*words, *titles])
    of_each = list(zip(kept, words, cosines[: len(kept)], strict=True))
    hits = _hits(asked, of_each)
    if read is None:
        return Shown(hits, (), None)
    cut = [sentences(one.passage.text, one.document.language) for one in kept]
    own = [
        (found, _own(opened, asked, *one, found, title.max(axis=1, initial=0)))
        for one, found, title in zip(of_each, cut, cosines[len(kept) :], strict=True)
    ]
    places, of_first = own[0]
    around = places[int(of_first.argmax())][0]
    text = kept[0].passage.text
    told = opened.reading(asked, text, words[0], cosines[0], places, around, read())
    return Shown(hits, _sentences(kept, own, told), told)


def _known(opened: Collection, text: str) -> list[Term]:
    """Give the words of a text that the collection has."""
    return [t for t in terms(text) if t.term in opened.ids]


def _hits(
    asked: Question, found: Sequence[tuple[_Found, Sequence[Term], Array]]
) -> tuple[Hit, ...]:
    """Mark the evidence in passages, given with their words and cosines of these."""
    return tuple(
        Hit(
            rank,
            one.score,
            one.passage,
            one.document,
            highlight(asked, words, cosines),
            one.others,
        )
        for rank, (one, words, cosines) in enumerate(found, 1)
    )


def _cosines(
    opened: Collection, asked: Question, passages: Sequence[Sequence[Term]]
) -> list[Array]:
    """Compare the question's words with those of passages: (m, n) of each.

    All at once: the passages share many words, and each call has its price. What a
    product of many gives differs in its last digits from that of few, and is rounded.
    """
    ids = [opened.ids[term.term] for words in passages for term in words]
    held, places = np.unique(np.array(ids, np.int64), return_inverse=True)
    cuts = np.cumsum([len(words) for words in passages])[:-1]
    cosines = asked.cosines(held).round(DIGITS)
    return np.split(cosines[:, places], cuts, axis=1) if passages else []


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
    if not found.sentences:
        return None
    sentence, passage = found.sentences[0], found.hits[0].passage
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
    start, end = whole(passage.text, place.start, place.end)
    text, at = passage.text[start:end], passage.start
    return Sentence(text, sentence.document, at + start, at + end, sure)


def _find(
    opened: Collection, row: int, score: float, same: Sequence[int], wanted: Filter
) -> _Found:
    """Take up a passage in the first document that is wanted of those it stands in, it
    or one that says the same."""
    document, *others = opened.documents([row, *same], wanted)
    passage = replace(opened.snapshot.passage(row), document_id=document.id)
    return _Found(row, score, passage, document, tuple(others))


def distinct(
    opened: Collection, ranking: Ranking, k: int, unlike: Sequence[int] = ()
) -> tuple[Ranking, dict[int, list[int]]]:
    """Keep the best of those ranked passages that say the same, and none that says
    nearly the same as one of the rows `unlike`; give also the rows of the others, by
    its row.

    k: how many will be shown. Those behind them are compared with them alone, and may
    say the same as each other.
    """
    rows = np.array([*unlike, *ranking.rows.tolist()], np.int64)
    found = opened.snapshot
    near = copies.near(found.vectors[rows], found.language_numbers[rows])
    read = cache(lambda place: opened.words(int(rows[place])))
    earlier: list[list[int]] = [[] for _ in rows]
    for place, other in np.argwhere(np.tril(near, -1)).tolist():
        earlier[place].append(other)
    kept: dict[int, list[int]] = {}
    behind: list[int] = []
    for place in range(len(unlike), len(rows)):
        before = earlier[place]
        if any(
            copies.nearly_same(read(o), read(place)) for o in before if o < len(unlike)
        ):
            continue
        same = (o for o in before if o in kept and copies.same(read(o), read(place)))
        twin = next(same, None)
        if twin is not None:
            kept[twin].append(int(rows[place]))
        elif len(kept) < k:
            kept[place] = []
        else:
            behind.append(place)
    places = np.array([*kept, *behind], np.int64) - len(unlike)
    different = ranking.reordered(places, ranking.scores[places])
    return different, {int(rows[place]): others for place, others in kept.items()}


def _sentences(
    kept: Sequence[_Found],
    own: Sequence[tuple[Sequence[tuple[int, int]], Array]],
    reading: Reading | None,
) -> tuple[Sentence, ...]:
    """Pick the sentences of the best passages that answer; none comes before those of
    the first passage, which was read: where it might answer counts for its sentences.

    own: of each passage, where its sentences are and how each scores.
    """
    scores = [of_it for _, of_it in own]
    if reading is not None:
        scores[0] = _answering(scores[0], reading.shares(own[0][0]))
    best = OWN * scores[0].max() + (1 - OWN) * kept[0].score
    found = [
        _sentence(one, *place, min(OWN * score + (1 - OWN) * one.score, best))
        for one, (places, _), of_it in zip(kept, own, scores, strict=True)
        for place, score in zip(places, of_it.tolist(), strict=True)
    ]
    different: dict[str, Sentence] = {}  # what several say in the same words, once
    for one in sorted(found, key=lambda one: -one.score):
        different.setdefault(one.text, one)
    told = list(different.values())
    return tuple(told[at] for at in answer.choose([one.score for one in told]))


def _own(
    opened: Collection,
    asked: Question,
    one: _Found,
    words: Sequence[Term],
    cosines: Array,
    places: Sequence[tuple[int, int]],
    title: Array,
) -> Array:
    """Score each of s sentences of a passage by itself and what is around and above it:
    (s,). title: (m,) the best cosine of each word of the question in the title."""
    ends = np.searchsorted([t.start for t in words], [0, *(end for _, end in places)])
    best = rerank.best_matches(cosines, ends)
    gains = question.gain(best)
    naming = np.array([_names(one.passage.text[a:z], one.document) for a, z in places])
    above = _above(gains, naming, question.gain(title))
    own = rerank.in_context(gains, asked.importance, above)
    if opened.snapshot.sentence_vectors.size:
        # The title, if one was read before the text, has sentences before these.
        read, _ = opened.sentences(np.array([one.row]), asked.vector)
        near = np.clip(read[-len(places) :], 0, 1)
        own = (own + rerank.READ * near) / (1 + rerank.READ)
    return own * np.where(naming, NAMING, 1)


def _names(line: str, document: Document) -> bool:
    """Tell whether a sentence is a heading, or the title, whatever that looks like."""
    return is_heading(line) or line.strip().lstrip("# ") == document.title != ""


def _above(gains: Array, naming: Array, title: Array) -> Array:
    """Tell what the title and the heading above each of s sentences match: (s, m).

    gains: (s, m), of the sentences; naming: (s,), whether each is a heading, which has
    nothing above it; title: (m,).
    """
    last = np.maximum.accumulate(np.where(naming, np.arange(1, len(gains) + 1), 0))
    found: Array = np.maximum(np.vstack([title, gains])[last], title)
    return found * ~naming[:, None]


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
