"""Which characters of a passage answer to which word of the question.

A stretch is marked where a word of the passage won, or nearly won, the maximum of
late interaction for a word of the question. Exact, and the same every time. Pure.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.tokens import Term
from qa.question import Question, gain
from qa.records import Span

Array = NDArray[Any]

# A match weaker than this is no evidence, nor is one this far behind the word's best;
# but what a word means in another language is often several words.
WEAK = 0.25
CLOSE = 0.45
# Spans that weigh less than this beside the strongest are left unmarked.
FAINT = 0.25


def highlight(
    question: Question, words: Sequence[Term], cosines: Array
) -> tuple[Span, ...]:
    """Mark the evidence of one passage, in reading order, weights up to 1.

    words: n of the passage, with their offsets; cosines: (m, n) of the question's words
    to these.
    """
    if not words or not question.words:
        return ()
    gains = gain(cosines)
    best = gains.max(axis=1, keepdims=True)
    gains = np.where((gains >= WEAK) & (gains >= CLOSE * best), gains, 0)
    weights = gains * (question.importance / question.importance.max())[:, None]
    word = weights.argmax(axis=0)
    strength = weights.max(axis=0)
    spans = [
        Span(term.start, term.end, float(s), question.words[w].term)
        for term, w, s in zip(words, word, strength, strict=True)
        if s >= FAINT
    ]
    return tuple(_joined(spans))


def _joined(spans: list[Span]) -> list[Span]:
    """Join neighbours that touch and answer to the same word."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and last.end == span.start and last.word == span.word:
            weight = max(last.weight, span.weight)
            joined[-1] = Span(last.start, span.end, weight, span.word)
        else:
            joined.append(span)
    return joined
