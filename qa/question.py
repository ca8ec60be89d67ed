"""What a question asks for: its words, how much each matters, and which words of
the collection, in any language, stand for it.

Source of the translations: probabilistic structured queries, Darwish and Oard,
SIGIR 2003, the probabilities being cosines of the static table. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.lexical import Lexical
from index.tokens import Term, terms

Array = NDArray[Any]

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


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question's distinct words, and every term of a collection against them.

    words: (m,), first occurrence of each. cosines: (m, t) float32 to each term of
    the collection, 1 where the word is the term. importance: (m,) float32, sums
    to 1 unless the question has no words.
    """

    words: tuple[Term, ...]
    cosines: Array
    importance: Array

    def alternatives(self) -> list[list[tuple[int, float]]]:
        """Give, for each word, the (term id, weight) that stand for it, best first."""
        return [_nearest(row) for row in self.cosines]


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
    term_vectors: Array,
    term_ids: Mapping[str, int],
) -> Question:
    """Set a question's words against a collection.

    words: those of the question, distinct. vectors: (m, d) float32 unit or zero
    rows in the static table; information: (m,) nats that meeting each tells.
    asking: (a, d) vectors of words that only ask, like "who". term_vectors: (t, d),
    rows as `lexical.terms`; term_ids: their ids by name.
    """
    cosines = np.minimum(vectors @ term_vectors.T, ALMOST)  # (m, t)
    for row, word in zip(cosines, words, strict=True):
        if word.term in term_ids:
            row[term_ids[word.term]] = 1.0
    only_ask = gain((vectors @ asking.T).max(axis=1, initial=0))  # (m,)
    telling = np.clip(information - COMMON, 0.5, RARE - COMMON) * (
        1 - ASKING * only_ask
    )
    return Question(tuple(words), cosines, _importance(cosines, telling, lexical))


def _nearest(cosines: Array) -> list[tuple[int, float]]:
    near = np.flatnonzero(cosines >= NEAR)
    if len(near) > MOST:
        near = near[np.argpartition(-cosines[near], MOST)[:MOST]]
    order = near[np.lexsort((near, -cosines[near]))]
    return [(int(i), float(gain(cosines[i]))) for i in order]


def gain(cosines: Array) -> Array:
    """Turn cosines into degrees of match, from 0 (FLOOR and below) to 1.

    The word itself has 1; another word has at most 1 - EXACT, from TOP on.
    """
    near = np.clip((cosines - FLOOR) / (TOP - FLOOR), 0, 1)
    return np.where(cosines > ALMOST, 1, (1 - EXACT) * near)


def _importance(cosines: Array, telling: Array, lexical: Lexical) -> Array:
    """How much each word matters: rare in the collection, and telling in general.

    The number of passages is expected, over the terms that stand for the word, so
    that "who" counts little even where only "qui" and "谁" occur.
    """
    if not len(cosines):
        return np.zeros(0, np.float32)
    frequency = lexical.document_frequency().astype(np.float32)
    near = np.where(cosines >= NEAR, gain(cosines), 0)
    expected = np.minimum((near * frequency).max(axis=1, initial=0), len(lexical))
    raw = lexical.idf(expected) * telling
    return (raw / max(float(raw.sum()), 1e-9)).astype(np.float32)
