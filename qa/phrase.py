"""The shortest stretch of a passage that answers: small convolutional networks.

They see the static vectors of the passage's words, how each matches the question, how
it is written, and what the question asks for; dilated convolutions over them (Wu et
al., "Fast reading comprehension with ConvNets", 2017) score where the answer begins
and ends. Marking words of the question is FastQA's idea (Weissenborn et al., CoNLL
2017). One of them sees each word as the model of the passages reads it there, too.
Everything language-dependent is in the word vectors. Pure, but for `load`.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray
from safetensors import safe_open

from index.tokens import Term
from qa.question import Question, gain
from qa.rerank import best_matches, late_interaction

Array = NDArray[Any]

FILE = Path(__file__).parent / "models" / "phrase.safetensors"
# Words of a phrase at most, and words that are read around it.
LONGEST = 16
READ = 400
DILATIONS = (1, 2, 4, 1)
MARKS = 25  # columns of `marks`
LIKENESS = 4  # columns of `likeness`
# How many networks read together: more tell little more.
TOGETHER = 2
# What each of `signs` adds to the log-odds that a phrase is right, and what these are
# without; fitted by training.sureness.
SURE, SURE_BIAS = (0.86, 0.91, 1.42), -1.81
_LITTLE = 1e-3
_YEARS = range(1000, 2100)
_OPENING = frozenset("([{<\"“«„「『《〈（【‘'")
_PAUSES = frozenset(",;:、，；：،؛")


# What belongs to a number that a phrase begins or ends with: a currency, the rest of a
# time, a date or a range, a unit that is a sign. And what "p.m" ends with.
_BEFORE = regex.compile(r"(?:\p{Sc}[ \xa0\u202f]?)?(?:\p{N}+[.,:/–-])*$")
_AFTER = regex.compile(
    r"(?:[.,:/–-]\p{N}+)*"
    r"(?:[ \xa0\u202f]?(?:\p{Sc}|[%‰٪]|°(?:[ \xa0\u202f]?[CFK]\b)?|[²³]))?"
)
# The place, and often the agency, that a report of news begins with.
_DATELINE = regex.compile(
    r"(?m)^\p{Lu}{2}[\p{Lu} ,.'’/-]*(?:\([^()\n]{1,20}\) ?)?[ \xa0]?[–—][ \xa0]"
)
_POINTED = regex.compile(r"\b\p{L}\.[ \xa0]?\p{L}$")
# Articles and the like that lose their vowel before another: French, Italian, Catalan.
_ELIDED = regex.compile(
    r"\s(?:[cdjlmn]|(?:jus|lors|puis)?qu|un|(?:a|co|da|de|ne|que|su)ll)$", regex.I
)
_GOES_ON = regex.compile(r"['’]\p{L}")
_REACH = 16  # characters


class Phrase(NamedTuple):
    """Where a phrase starts and ends, and how well it is expected to answer, 0 to 1.

    share: how much of what might answer, in all that was read, is where it was sought.
    """

    start: int
    end: int
    score: float
    share: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Networks that read together. contextual: whether one of them sees words as the
    model of the passages reads them, too."""

    networks: tuple["Network", ...]
    contextual: bool = False

    def scores(self, asked: Array, words: Array, marks: Array) -> Array:
        """Give the logarithms of how likely each word is the first and the last of the
        answer: (n, 2), the networks' mean.

        asked: (m, d) vectors of the question's words, in order; words: (n, d) of the
        passage's; marks: (n, MARKS). A contextual one wants (m, d + e), (n, d + e) and
        (n, MARKS + LIKENESS), and others take the first columns of these.
        """
        told = [one.scores(asked, words, marks) for one in self.networks]
        # What makes each network's own sum to 1 is the same for all words: it cancels.
        return _log_softmax(np.mean(told, axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """One of them. weights: by name, float32."""

    weights: Mapping[str, Array]

    def scores(self, asked: Array, words: Array, marks: Array) -> Array:
        """Score each word as the first and the last of the answer: (n, 2)."""
        w = self.weights
        d, p = w["project"].shape
        wanted = self._wanted(asked[:, :d] @ w["project"])
        seen = words[:, :d] @ w["project"]  # (n, p)
        pairs = [seen * part for part in wanted.reshape(-1, p)]
        known = len(w["in"]) - p * (1 + len(pairs))
        inputs = np.concatenate([seen, *pairs, marks[:, :known]], axis=1)
        state = _relu(inputs @ w["in"] + wanted @ w["in_asked"] + w["in_bias"])
        for layer, step in enumerate(DILATIONS):
            near = _convolve(state, w[f"conv{layer}"], step) + w[f"bias{layer}"]
            state = state + _relu(near)
        scores: Array = (state * (1 + wanted @ w["gate"])) @ w["out"]
        return scores

    def _wanted(self, asked: Array) -> Array:
        """What is asked for: two weighted means of the question's words, as one row."""
        w = self.weights
        words = _relu(_convolve(asked, w["asked"], 1) + w["asked_bias"]) + asked
        attention = _softmax(words @ w["attention"])  # (m, 2)
        mean: Array = (attention.T @ words).ravel()
        return mean


@cache
def load(table: str, embedder: str, file: Path = FILE) -> Reader | None:
    """Read the networks of the package that were made for a table, and perhaps for a
    model of passages beside it, by their ids; None where there are none."""
    if not file.exists():
        return None
    weights: dict[str, dict[str, Array]] = {}
    with safe_open(file, "np") as stored:
        made_for = stored.metadata() or {}
        if made_for.get("table") != table:
            return None
        for name in sorted(stored.keys()):
            number, _, own = name.partition(".")
            if made_for.get(number, embedder) == embedder:
                told = stored.get_tensor(name).astype(np.float32)
                weights.setdefault(number, {})[own] = told
    chosen = list(weights)[-TOGETHER:]
    networks = tuple(Network(weights[number]) for number in chosen)
    return Reader(networks, any(number in made_for for number in chosen))


class Reading(NamedTuple):
    """What a reader says of n words of a text: where they start and end, (n,) each, and
    their scores (n, 2), see `Reader.scores`."""

    starts: Array
    ends: Array
    scores: Array

    def shares(self, places: Sequence[tuple[int, int]]) -> Array:
        """Tell how much of what might answer is in each of s places: (s,)."""
        chance = np.exp(self.scores)
        return np.array(
            [chance[self._within(place)].sum(axis=0).prod() ** 0.5 for place in places]
        )

    def find(self, place: tuple[int, int]) -> Phrase | None:
        """Give the likeliest stretch `text[start:end]` inside a place, if any."""
        if (found := best(self.scores, self._within(place))) is None:
            return None
        start, end = int(self.starts[found.start]), int(self.ends[found.end])
        return Phrase(start, end, found.score, float(self.shares([place])[0]))

    def _within(self, place: tuple[int, int]) -> Array:
        start, end = place
        within: Array = (start <= self.starts) & (self.ends <= end)
        return within


def read(
    reader: Reader,
    asked: Question,
    text: str,
    words: Sequence[Term],
    cosines: Array,
    places: Sequence[tuple[int, int]],
    ids: Mapping[str, int],
    around: int,
    contextual: Array,
) -> Reading | None:
    """Read a text, at most READ words of it around a character; None without words.

    words: n of the text's that the collection has. cosines: (m, n) of the question's
    to these. places: of the text's sentences. ids: of the collection's words.
    contextual: (n, e) the words as the model of the passages reads them, where the
    reader is.
    """
    if not words or not asked.words:
        return None
    middle = bisect_left(words, around, key=lambda word: word.start)
    part = slice(max(0, middle - READ // 2), middle + READ // 2)
    words, cosines = words[part], cosines[:, part]
    held = np.array([ids[word.term] for word in words], np.int64)
    told = marks(text, words, places, asked, cosines)
    question, passage = asked.vectors, asked.space.vectors(held)
    if reader.contextual:
        inside = contextual[part]
        like = likeness(asked.contextual, asked.importance, inside)
        question = np.hstack([question, asked.contextual])
        passage, told = np.hstack([passage, inside]), np.hstack([told, like])
    scores = reader.scores(question, passage, told)
    starts, ends = np.array([(word.start, word.end) for word in words]).T
    return Reading(starts, ends, scores)


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in what belongs to a phrase and is no word, or only half of a number; leave
    out the place that a report begins with, and an article of the word after it.

    >>> whole("It cost £18 a day.", 9, 17), whole("Open 9.40 p.m.", 5, 13)
    ((8, 17), (5, 14))
    >>> whole("trois jours avant l'audience", 0, 19)
    (0, 17)
    """
    if elided := _ELIDED.search(text, start, end):
        end = elided.start() if _GOES_ON.match(text, end) else end
    if (place := _DATELINE.match(text, start, end)) and place.end() < end:
        start = place.end()
    if text[start].isnumeric():
        start = _BEFORE.search(text, max(0, start - _REACH), start).start()
    if text[end - 1].isnumeric():
        end = _AFTER.match(text, end).end()
    if text[end : end + 1] == "." and _POINTED.search(text, max(0, end - 4), end):
        end += 1
    return start, end


def sureness(found: Phrase, confidence: float) -> float:
    """Estimate the probability that a phrase is right (Platt, 1999).

    confidence: that the passages answer at all.
    """
    told = zip(SURE, signs(found, confidence), strict=True)
    total = sum(weight * sign for weight, sign in told) + SURE_BIAS
    return 1 / (1 + math.exp(-total))


def signs(found: Phrase, confidence: float) -> tuple[float, float, float]:
    """What tells whether a phrase is right: the log-odds of its score, the logarithm
    of its share, and the confidence."""
    score, rest, share = (
        math.log(max(part, _LITTLE))
        for part in (found.score, 1 - found.score, found.share)
    )
    return score - rest, share, confidence


def marks(
    text: str,
    words: Sequence[Term],
    places: Sequence[tuple[int, int]],
    asked: Question,
    cosines: Array,
) -> Array:
    """Tell of each word how it matches, how it is written and what is beside it.

    words: of the text; places: of its sentences; cosines: (m, n) of the question's
    words to these. Returns (n, MARKS) float32, each about 0 to 1.
    """
    gains = np.minimum(gain(cosines), 0.9)  # the same word is no better than another
    starts = [word.start for word in words]
    cuts = np.searchsorted(starts, [0, *(end for _, end in places)])
    of_sentence = late_interaction(gain(best_matches(cosines, cuts)), asked.importance)
    covered = np.repeat(of_sentence, np.diff(cuts))
    best = covered.max(initial=1e-9)
    first = np.zeros(len(words))
    first[cuts[:-1][np.diff(cuts) > 0]] = 1
    beside = _beside(text, words)
    columns = [
        *_matches(gains, asked.importance, least=0),
        covered,
        covered / best,
        covered >= best,
        first,
    ]
    written = np.array([_written(text[w.start : w.end], w.term) for w in words])
    return np.column_stack(
        [*columns, written.reshape(-1, 8), beside[:-1], beside[1:]]
    ).astype(np.float32)


def likeness(asked: Array, importance: Array, words: Array) -> Array:
    """Tell how like the question's words each word is, as a model reads both: the most
    like of them, that weighed by importance, their mean by importance, and the question
    as a whole.

    asked: (m, e), words: (n, e), unit or zero rows. Returns (n, LIKENESS) float32.
    """
    cosines = asked @ words.T  # (m, n)
    whole = asked.mean(axis=0)
    columns = [
        *_matches(cosines, importance, least=-1),
        words @ whole / max(float(np.linalg.norm(whole)), 1e-9),
    ]
    return np.column_stack(columns).astype(np.float32)


def _matches(values: Array, importance: Array, least: float) -> list[Array]:
    """Sum up how m words of a question match each of n words, (m, n), from `least` on:
    the best match, the best by importance, and the mean by importance, (n,) each."""
    strength = importance / importance.max(initial=1e-9)
    return [
        values.max(axis=0, initial=least),
        (values * strength[:, None]).max(axis=0, initial=least),
        importance @ values,
    ]


def _written(surface: str, term: str) -> tuple[float, ...]:
    """How a word is written: its kind of digits, letters and case, and its length."""
    digits = surface[0].isdigit()
    year = digits and len(surface) == 4 and term.isdigit() and int(term) in _YEARS
    return (
        year,
        digits and not year,
        surface[0].isupper(),
        surface.isupper() and len(surface) > 1,
        surface[0].islower(),
        term[0].isascii(),
        "ァ" <= surface[0] <= "ヿ",
        math.log1p(len(surface)) / 3,
    )


def _beside(text: str, words: Sequence[Term]) -> Array:
    """What stands before each word and after the last, of five kinds: (n + 1, 5)."""
    ends = [0, *(word.end for word in words)]
    starts = [*(word.start for word in words), len(text)]
    kinds = [_kind(text[a:b]) for a, b in zip(ends, starts, strict=True)]
    found: Array = np.eye(5)[kinds]
    return found


def _kind(gap: str) -> int:
    if not gap:
        return 0
    if gap.isspace():
        return 1
    if not _OPENING.isdisjoint(gap):
        return 2
    return 3 if not _PAUSES.isdisjoint(gap) else 4


def best(scores: Array, within: Array) -> Phrase | None:
    """Choose the likeliest first and last word, LONGEST words apart at most.

    scores: (n, 2). within: (n,) bool, the words that may be chosen, side by side. The
    phrase's end is the place of its last word; its score is the F1, by words, that it
    is expected to have with the right one, if that is within.
    """
    if not within.any():
        return None
    start, end = _log_softmax(scores[within]).T
    first, last = np.triu_indices(len(start))
    short = last - first < LONGEST
    first, last = first[short], last[short]
    chance = np.exp(start[first] + end[last])
    top = int(chance.argmax())
    shared = np.minimum(last, last[top]) - np.maximum(first, first[top]) + 1
    f1 = 2 * shared.clip(0) / (last - first + 1 + last[top] - first[top] + 1)
    at = int(np.argmax(within))
    expected = float(f1 @ chance / chance.sum())
    return Phrase(at + int(first[top]), at + int(last[top]), expected)


def _convolve(rows: Array, kernel: Array, step: int) -> Array:
    """Sum each row and its neighbours `step` away, through a kernel (3, in, out)."""
    n, width = rows.shape
    beside = np.zeros((n, 3 * width), rows.dtype)  # one product is faster than three
    beside[step:, :width], beside[:, width:-width] = rows[:-step], rows
    beside[:-step, -width:] = rows[step:]
    found: Array = beside @ kernel.reshape(3 * width, -1)
    return found


def _relu(values: Array) -> Array:
    return np.maximum(values, 0)


def _softmax(values: Array) -> Array:
    """Make each column positive, with sum 1."""
    shares: Array = np.exp(_log_softmax(values))
    return shares


def _log_softmax(values: Array) -> Array:
    shifted = values - values.max(axis=0)
    logs: Array = shifted - np.log(np.exp(shifted).sum(axis=0))
    return logs
