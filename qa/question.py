"""What a question asks for: its words, how much each matters, and which words of
the collection, in any language, stand for it.

Source of the translations: probabilistic structured queries, Darwish and Oard,
SIGIR 2003, the probabilities being cosines of the static table. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.lexical import Lexical
from index.tokens import Term, terms

Array = NDArray[Any]
Near = tuple[Array, Array]

# A term with a smaller cosine does not stand for a question word. Cosines of
# unrelated words stay below it.
FLOOR = 0.2
# One with this cosine stands for it as well as the word itself: translations of a
# word seldom lie nearer, and must not lose to chance words of its own language.
TOP = 0.75
# Only the word itself has a cosine above this, and matches that much better.
ALMOST = 0.999
EXACT = 0.1
# Terms this near are taken for translations and inflections when candidates are
# sought, at most MOST of them for a word.
NEAR = 0.55
MOST = 24

# Words that tell no more than COMMON nats say nearly nothing, those that tell more
# than RARE say no more. A word that only asks loses this share of what it tells.
COMMON = 5.0
RARE = 14.0
ASKING = 0.8
# Its neighbours in any language only ask.
QUESTION_WORDS = ("who", "whom", "what", "which", "when", "where", "why", "how")


class Standing(NamedTuple):
    """Words of a collection that stand for words of a question: of k such pairs, the
    place of the one in the question, the id of the other, and their cosine, (k,) each.
    """

    words: Array
    ids: Array
    cosines: Array


_NO_IDS = np.zeros(0, np.int64)
NONE = Standing(_NO_IDS, _NO_IDS, np.zeros(0, np.float32))


class Space(Protocol):
    """The words of a collection by what they mean; see `index.neighbours`."""

    def vectors(self, numbers: Array) -> Array: ...

    def near(self, queries: Array, least: float) -> list[Near]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question's distinct words, set against the words of a collection.

    words: (m,), first occurrence of each. vectors: (m, d), unit or zero rows. own:
    (m,) the id of the collection's same word, -1 where it has none. near: the words
    near each, itself among them. importance: (m,) float32, sums to 1 unless the
    question has no words. alike: words spelt like each, with cosines that they have at
    least; a pair may be there twice. vector: (e,) of the whole question, by the model
    of the passages. nearest: rows by it, best first, if sought. language: that it is
    in, as far as it can be told, else "". contextual: (m, e) the words as that model
    reads them in it, where that is asked for.
    """

    words: tuple[Term, ...]
    vectors: Array
    own: Array
    near: Standing
    importance: Array
    space: Space
    alike: Standing = NONE
    vector: Array = field(default_factory=lambda: np.zeros(0, np.float32))
    nearest: Array | None = None
    language: str = ""
    contextual: Array = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def cosines(self, ids: Array, others: Array | None = None) -> Array:
        """Compare the words with n of the collection, ids ascending: (m, n), 1 where
        they are same.

        others: the vectors of these, where they are at hand.
        """
        if not len(self.words) or not len(ids):
            return np.zeros((len(self.words), len(ids)), np.float32)
        others = self.space.vectors(ids) if others is None else others  # (n, d)
        # The longer matrix first: the same numbers, in half of the time.
        cosines: Array = np.ascontiguousarray((others @ self.vectors.T).T)
        np.minimum(cosines, ALMOST, out=cosines)
        alike = self.alike
        held, at = _places(alike.ids, ids)
        np.maximum.at(cosines, (alike.words[held], at), alike.cosines[held])
        same, at = _places(self.own, ids)
        cosines[same, at] = 1
        return cosines

    @property
    def breadth(self) -> float:
        """How many words share the importance: 1 where one has it all, at most m (the
        effective number of words, of order 2: Hill, 1973)."""
        squares = float(np.square(self.importance).sum())
        return max(1.0, 1 / squares) if squares else 1.0

    def inexact(self) -> "Question":
        """Forget which words the collection has itself, to measure what that adds."""
        near = self.near._replace(cosines=np.minimum(self.near.cosines, ALMOST))
        none = np.full_like(self.own, -1)
        return replace(self, own=none, near=near)

    def exact(self) -> Standing:
        """Give the words that the collection has itself."""
        return _same(self.own)

    def alternatives(self) -> Standing:
        """Give the MOST words that stand best for each, best first, with their weights
        in the place of cosines."""
        words, ids, cosines = self.near
        order = np.lexsort((ids, -cosines, words))
        words = words[order]
        firsts = np.searchsorted(words, words)  # where its word's begin
        best = order[np.arange(len(words)) - firsts < MOST]
        return Standing(self.near.words[best], ids[best], gain(cosines[best]))


def distinct(text: str) -> list[Term]:
    """List the words of a text, each where it first occurs, in reading order.

    >>> [word.term for word in distinct("Who asked, and who answered?")]
    ['who', 'asked', 'and', 'answered']
    """
    first: dict[str, Term] = {}
    for word in terms(text):
        first.setdefault(word.term, word)
    return list(first.values())


def read(
    words: list[Term],
    vectors: Array,
    information: Array,
    asking: Array,
    lexical: Lexical,
    space: Space,
    ids: Mapping[str, int],
    alike: Standing = NONE,
) -> Question:
    """Set a question's words against a collection.

    words: those of the question, distinct. vectors: (m, d) float32 unit or zero
    rows in the static table; information: (m,) nats that meeting each tells.
    asking: (a, d) vectors of words that only ask, like "who". space: the words of
    `lexical`, in their order; ids: their places by name; alike: those that the words
    are spelt like, see `spelt.Spelt`.
    """
    own = np.array([ids.get(word.term, -1) for word in words], np.int64)
    near = _near(own, space.near(vectors, NEAR), alike)
    only_ask = gain((vectors @ asking.T).max(axis=1, initial=0))  # (m,)
    telling = np.clip(information - COMMON, 0.5, RARE - COMMON) * (
        1 - ASKING * only_ask
    )
    importance = _importance(near, telling, lexical)
    return Question(tuple(words), vectors, own, near, importance, space, alike)


def _near(own: Array, close: Sequence[Near], alike: Standing) -> Standing:
    """Put words that lie near, words spelt alike and the words themselves together,
    each once, by word and id.

    own: as in Question. close: for each word, ids and cosines of words near it.
    """
    near = _joined([(place, *found) for place, found in enumerate(close)])
    spelt = np.flatnonzero(alike.cosines >= NEAR)
    parts = (
        _same(own),
        near._replace(cosines=np.minimum(near.cosines, ALMOST)),
        Standing(*(column[spelt] for column in alike)),
    )
    words, ids, cosines = (np.concatenate(c) for c in zip(*parts, strict=True))
    order = np.lexsort((-cosines, ids, words))
    words, ids, cosines = words[order], ids[order], cosines[order]
    first = np.ones(len(words), bool)
    first[1:] = (np.diff(words) > 0) | (np.diff(ids) > 0)
    return Standing(words[first], ids[first], cosines[first])


def _same(own: Array) -> Standing:
    """Give the words that a collection has themselves; own: as in Question."""
    same = np.flatnonzero(own >= 0)
    return Standing(same, own[same], np.ones(len(same), np.float32))


def _joined(found: Sequence[tuple[int, Array, Array]]) -> Standing:
    """Lay end to end what was found for words, given by their places."""
    if not found:
        return NONE
    places, ids, cosines = zip(*found, strict=True)
    words = np.repeat(places, [len(column) for column in ids])
    return Standing(words, np.concatenate(ids), np.concatenate(cosines))


def _places(wanted: Array, ids: Array) -> tuple[Array, Array]:
    """Find which of some ids are among others, ascending, and where."""
    at = np.searchsorted(ids, wanted).clip(max=len(ids) - 1)
    held = np.flatnonzero(ids[at] == wanted)
    return held, at[held]


def gain(cosines: Array) -> Array:
    """Turn cosines into degrees of match, from 0 (FLOOR and below) to 1.

    The word itself has 1; another word has at most 1 - EXACT, from TOP on.
    """
    near = np.minimum(np.maximum((cosines - FLOOR) / (TOP - FLOOR), 0), 1)
    return np.where(cosines > ALMOST, 1, (1 - EXACT) * near)


def _importance(near: Standing, telling: Array, lexical: Lexical) -> Array:
    """How much each word matters: rare in the collection, and telling in general.

    The number of passages is expected, over the terms that stand for the word, so
    that "who" counts little even where only "qui" and "谁" occur.
    """
    expected = np.zeros(len(telling))
    frequency = lexical.document_frequency(near.ids)
    np.maximum.at(expected, near.words, gain(near.cosines) * frequency)
    raw = lexical.idf(np.minimum(expected, len(lexical))) * telling
    return (raw / max(float(raw.sum()), 1e-9)).astype(np.float32)
