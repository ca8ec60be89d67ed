"""Which rows of the graft's input table a text enters by.

English enters by the pieces of words that the layers were first trained on, each with
a row of its own, and so keeps the meaning that it had there. Other languages enter by
the tokens of this package's table, on rows that mean the same in all of them, but for
names: one that has no row is written in Latin letters and cut as in English.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index.embedders.lexicon import Lexicon, cut_words
from index.embedders.static import tokenized
from index.language import identify
from index.spelling import latin

Rows = NDArray[np.int32]
_NAME = regex.compile(r"\p{Lu}[\p{L}\p{M}]+")
_UNKNOWN = "[UNK]"
# Counts up when texts come to enter otherwise: a model's folder names what it is for.
VERSION = 2


class Reading(NamedTuple):
    """How a text enters: by `rows` (n,) of the table, its two ends included; the token
    of each ends at `ends` (n,) of the text, the two at 0."""

    rows: Rows
    ends: Rows


class Inputs:
    """The rows of texts.

    tokenizer, mapping (v,): its tokens and their rows, 0 for the unknown one. lexicon:
    rows of words that it cuts. english: cuts English; its tokens are on the last of
    `size` rows, from `first` on. Raises ValueError where these are too few.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        mapping: Rows,
        lexicon: Lexicon | None,
        english: Tokenizer,
        size: int,
    ) -> None:
        self.first = size - english.get_vocab_size()
        if self.first <= mapping.max(initial=0):
            raise ValueError(f"{size:,} rows are too few")
        for one in (tokenizer, english):
            one.no_padding()
            one.no_truncation()
        self._tokenizer, self._mapping, self._lexicon = tokenizer, mapping, lexicon
        self._english = english

    def __call__(self, texts: Sequence[str], longest: int) -> list[Reading]:
        """Give the rows of each text; one of more than `longest` is cut before its
        last. Unknown tokens are left out, but in English, which has a row for them.
        """
        english = [identify(text) == "en" for text in texts]
        told = list(zip(texts, english, strict=True))
        native = iter(self._native([text for text, own in told if own]))
        foreign = iter(self._foreign([text for text, own in told if not own]))
        return [_cut(next(native if own else foreign), longest) for own in english]

    def _native(self, texts: list[str]) -> list[Reading]:
        """Read English."""
        return [
            Reading(np.array(encoding.ids, np.int32) + self.first, _ends(encoding))
            for encoding in tokenized(self._english, texts)
        ]

    def _foreign(self, texts: list[str]) -> list[Reading]:
        """Read other languages, by tokens or the words that they are pieces of."""
        found = tokenized(self._tokenizer, texts)
        cut = cut_words(self._lexicon, found)
        return [
            self._joined(text, encoding, words)
            for text, encoding, words in zip(texts, found, cut, strict=True)
        ]

    def _joined(
        self, text: str, encoding: Encoding, words: list[tuple[int, int, int]]
    ) -> Reading:
        """Put rows of words in the place of their tokens' where they have any."""
        rows, ends = self._mapping[encoding.ids], _ends(encoding)
        offsets = encoding.offsets
        parts, last = list[tuple[Rows, Rows]](), 0
        for start, end, row in words:
            place = slice(offsets[start][0], offsets[end - 1][1])
            if own := [row] if row else self._name(text[place].strip()):
                parts.append((rows[last:start], ends[last:start]))
                till = np.full(len(own), ends[end - 1], np.int32)
                parts.append((np.array(own, np.int32), till))
                last = end
        parts.append((rows[last:], ends[last:]))
        rows, ends = (np.concatenate(column) for column in zip(*parts, strict=True))
        known = rows > 0
        return Reading(rows[known], ends[known])

    def _name(self, word: str) -> list[int]:
        """Cut what looks like a name as in English, in scripts that have capitals."""
        if not _NAME.fullmatch(word):
            return []
        cut = self._english.encode(latin(word), add_special_tokens=False)
        return [] if _UNKNOWN in cut.tokens else [self.first + id for id in cut.ids]


def _ends(encoding: Encoding) -> Rows:
    return np.array(encoding.offsets, np.int32).reshape(-1, 2)[:, 1]


def _cut(reading: Reading, longest: int) -> Reading:
    rows, ends = reading
    if len(rows) <= longest:
        return reading
    kept = np.append(np.arange(longest - 1), len(rows) - 1)
    return Reading(rows[kept], ends[kept])
