"""Late interaction on the static table: how well a passage covers a question.

Source: MaxSim of ColBERT (Khattab and Zaharia, SIGIR 2020), on static word vectors,
so that a passage costs a few hundred look-ups. Pure.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.weights import TABLE, Weights

Array = NDArray[Any]

# Passages of each language that tell what chance gives, and how many passages the
# mean of all languages counts for beside them.
SAMPLED = 16
LEAN = 4
# Of these one does not count that is as near as this to another.
COPY = 0.95
# A sampled passage that matches better than this does so not by chance alone, and is
# taken for this; chosen on odd articles.
MATCH = 0.3
# What chance gives in general, and how many sampled passages that counts for: of one
# or two, it cannot be told what is usual.
CHANCE = 0.07
FEW = 2
# Fitted with the weights: in collections of many languages the background's weight came
# out at twice that of what it is taken from.
AGAIN = 1.0
# What is taken off the log-odds of a passage in the question's language, where wrong
# ones match better, too; chosen on odd articles. Not where one in another language is
# this close, and so most likely its translation.
OWN_LANGUAGE = 2.0
TRANSLATION = 0.65
# Of models that read sentences within their passages: the share of the nearest one's
# cosine in a passage's, and what a sentence's own counts beside its words; fitted.
NEAREST = 0.5
READ = 0.5
# Words from which on a passage's cosine counts for some two thirds; chosen on odd
# articles among sentences of other subjects, and with half of the paragraphs cut up.
FEW_WORDS = 7
# How much of what the sentences around it would add counts for a sentence; fitted.
AROUND = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Passages, best first, and what speaks for each; all arrays are (n,).

    rows: int64. scores: float32, from 0 to 1, falling. cosines: of the vectors.
    late: late interaction, above what is usual in the passage's language; sentence:
    likewise, of its best sentence alone. exact: of words that are the question's own.
    """

    rows: Array
    scores: Array
    cosines: Array
    late: Array
    sentence: Array
    exact: Array

    def __len__(self) -> int:
        return len(self.rows)

    def reordered(self, places: Array, scores: Array) -> "Ranking":
        """Put passages in another order, by their places in this one, newly scored."""
        columns = {name: getattr(self, name)[places] for name in Ranking.__slots__}
        return Ranking(**(columns | {"scores": scores}))

    def followed(self, others: "Ranking") -> "Ranking":
        """Put other passages behind, their scores pressed below."""
        columns = {
            name: np.concatenate([getattr(self, name), getattr(others, name)])
            for name in Ranking.__slots__
        }
        rest = np.minimum(others.scores, self.scores.min(initial=1))
        return Ranking(**(columns | {"scores": np.concatenate([self.scores, rest])}))

    def top(self, k: int) -> "Ranking":
        """Keep the k best."""
        columns = (getattr(self, name) for name in Ranking.__slots__)
        return Ranking(*(column[:k] for column in columns))


def best_matches(cosines: Array, offsets: Array) -> Array:
    """Give each question word's best cosine in each stretch of terms.

    cosines: (m, t) of question words to the terms of all stretches, one stretch after
    the other; stretch i is `cosines[:, offsets[i]:offsets[i + 1]]`, offsets (n + 1,).
    Returns (n, m) float32; an empty stretch matches nothing, 0.
    """
    n = len(offsets) - 1
    found = np.zeros((n, len(cosines)), np.float32)
    filled = np.flatnonzero(np.diff(offsets) > 0)
    if len(filled) and len(cosines):
        found[filled] = np.maximum.reduceat(cosines, offsets[filled], axis=1).T
    return found


def late_interaction(gains: Array, importance: Array) -> Array:
    """Weigh the words' degrees of match: (n,) from 0 to 1.

    gains: (n, m), from 0 to 1; importance: (m,), sums to 1.
    """
    scores: Array = gains @ importance
    return scores


def in_context(gains: Array, importance: Array, above: Array) -> Array:
    """Late interaction of sentences that follow each other: (n,) from 0 to 1.

    What the sentence before or after would add counts AROUND as much: a question's
    words are often met around the answer, and not in its sentence. So does what stands
    above each, a title or a heading, of which `above` (n, m) gives the gains.
    """
    own = late_interaction(gains, importance)
    nothing = np.zeros_like(gains[:1])
    before = np.concatenate([nothing, gains])[:-1]
    after = np.concatenate([gains, nothing])[1:]
    scores = own.copy()
    for other in (before, after, above):
        wider = late_interaction(np.maximum(gains, other), importance)
        scores += AROUND * (wider - own)
    return scores


def of_passages(
    gains: Array, importance: Array, starts: Array
) -> tuple[Array, Array, Array]:
    """Late interaction of passages, of the best sentence of each, and that of the
    question's own words alone: (n,) each.

    gains: (s, m) of sentences; passage i's begin at starts[i], and it has at least one.
    """
    whole = np.maximum.reduceat(gains, starts, axis=0)  # (n, m)
    best = np.maximum.reduceat(late_interaction(gains, importance), starts)
    exact = late_interaction((whole >= 1).astype(whole.dtype), importance)
    return late_interaction(whole, importance), best, exact


def with_nearest(cosines: Array, nearest: Array) -> Array:
    """Let the cosine of each passage's nearest sentence speak for it as well."""
    found: Array = (1 - NEAREST) * cosines + NEAREST * nearest
    return found


def steadied(cosines: Array, words: Array) -> Array:
    """Let cosines of passages of few words count less: chance moves them more, and of
    thousands some come near any question.

    words: (n,), those of each passage.
    """
    counted = -np.expm1(-words / FEW_WORDS)
    found: Array = cosines * counted.astype(cosines.dtype)
    return found


def sample(languages: Array) -> Array:
    """Pick rows of each language, evenly spread, to know what chance gives there.

    languages: (n,) language numbers of all passages. Returns rows, ascending.
    """
    picked = []
    for language in np.unique(languages):
        rows = np.flatnonzero(languages == language)
        step = max(1, len(rows) // SAMPLED)
        picked.append(rows[::step][:SAMPLED])
    return np.sort(np.concatenate([np.zeros(0, np.int64), *picked]))


def different(vectors: Array, languages: Array) -> Array:
    """Give the places of passages that have no copy before them: what stands there
    many times is not what is usual.

    vectors: (n, d) unit; languages: (n,) numbers.
    """
    copies = np.tril(vectors @ vectors.T >= COPY, -1)
    copies &= languages[:, None] == languages
    found: Array = np.flatnonzero(~np.any(copies, axis=1))
    return found


def background(
    values: Array,
    languages: Array,
    documents: Array,
    of_languages: Array,
    of_documents: Array,
) -> Array:
    """What sampled passages have by chance, for each of n others: (n,).

    Words of the question's own language match by chance more often than those of
    another; taking this off lets languages compete, and what a language has above the
    mean of all is taken off AGAIN, for it goes with better matches of right passages
    too. values, languages, documents: (s,) of the sample; of_languages, of_documents:
    (n,). Nothing is judged by its own document. A language with few passages leans on
    the mean of all, and a small sample on CHANCE.
    """
    values = np.minimum(values, MATCH)
    n_languages = 1 + max(languages.max(initial=0), of_languages.max(initial=0))
    own = of_documents[:, None] == documents  # (n, s)
    counts = np.bincount(languages, minlength=n_languages)
    sums = np.bincount(languages, values, minlength=n_languages)
    there = counts[of_languages] - own.sum(axis=1)
    sum_there = sums[of_languages] - own @ values
    mean = sums / np.maximum(counts, 1)
    # The mean of all languages, that of the passage's own without its document.
    others = mean.sum() - mean[of_languages] + sum_there / np.maximum(there, 1)
    n_others = (counts > 0).sum() - (counts[of_languages] > 0) + (there > 0)
    overall = others / np.maximum(n_others, 1)
    leaned = (sum_there + LEAN * overall) / (there + LEAN)
    found = leaned + AGAIN * (leaned - overall)
    size = len(values) - own.sum(axis=1)
    result: Array = (size * found + FEW * CHANCE) / (size + FEW)
    return result


def crowding(same: Array, cosines: Array) -> Array:
    """Tell which of n passages crowd out others: (n,) bool, those in the question's
    language that have no translation there, which would not answer better.

    same: (n,) bool, whether they are in it, k of them; cosines: (k, n - k) of these to
    the others.
    """
    crowds = same.copy()
    crowds[same] = (cosines < TRANSLATION).all(axis=1)
    return crowds


def rank(
    rows: Array,
    cosines: Array,
    late: Array,
    sentence: Array,
    exact: Array,
    crowds: Array,
    weights: Weights = TABLE,
) -> Ranking:
    """Order passages by the weighted sum of what speaks for them, equals by row.

    exact: goes along; it tells how sure an answer is, not which passage has it. crowds:
    (n,) bool, as `crowding` tells.
    """
    of_cosine, of_late, of_sentence = weights.passage
    sums = of_cosine * cosines + of_late * late + of_sentence * sentence
    sums = sums + weights.passage_bias - OWN_LANGUAGE * crowds
    order = np.lexsort((rows, -sums))
    scores = (1 / (1 + np.exp(-sums[order]))).astype(np.float32)
    columns = (column[order] for column in (cosines, late, sentence, exact))
    return Ranking(rows[order], scores, *columns)
