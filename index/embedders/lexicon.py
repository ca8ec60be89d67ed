"""Words that a table has no token for, each on one of its rows: four bytes a word.

A tokenizer takes thirty bytes for a word, and time to open; this is read where it
lies. The words themselves are not kept: a hash says where an entry would be, and 15
bits of it in the entry whether it is the word's, so that one strange word in some
thousands is taken for another (Bloom, CACM 1970). A word that has no entry is taken
for the longest of its beginnings that has one, in Arabic script for what is left
without the particles before it. Pure.
"""

from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray
from tokenizers import Encoding

from index.vietnamese import is_vietnamese, words

ROW_BITS = 17
_MARK_BITS = 32 - ROW_BITS
_CROWD = 16  # entries that a bucket has, about
# A beginning has at least this many letters, in Korean two, and is at least this part
# of the word.
_LEAST, _LEAST_HANGUL, _PART = 4, 2, 0.4
# What words of Arabic script carry in front ("and", "so", "by", "as", "to", "the"), and
# the fewest letters without it.
_PARTICLES = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل", "ك")
_BARE = 3
# Scripts that put no spaces: what a tokenizer takes for a word holds several.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}]")
_REMEMBERED = 1 << 17
_AT_ONCE = 1 << 12  # words


class _Cut(NamedTuple):
    """A word that a tokenizer cuts: its tokens are `[start:end]` of its text's, the
    first of them has `first` letters."""

    start: int
    end: int
    word: str
    first: int


class Lexicon:
    """Rows of words by their hashes, bucket after bucket.

    entries: (n,) uint32, bits of a hash above the 17 bits of a row. starts: (2^k + 1,)
    uint32, where in `entries` each bucket begins.
    """

    def __init__(self, entries: NDArray[np.uint32], starts: NDArray[np.uint32]) -> None:
        self._entries, self._starts = entries, starts
        self._bits = (len(starts) - 1).bit_length() - 1
        self._fullest = int(np.diff(starts.astype(np.int64)).max(initial=0))
        self._known: dict[tuple[str, int], int] = {}

    @classmethod
    def build(cls, words: Sequence[str], rows: NDArray[np.int64]) -> "Lexicon":
        """Put distinct words on rows (n,), each from 1 to 2^17 - 1."""
        buckets = 1 << (len(words) // _CROWD).bit_length()
        none = cls(np.zeros(0, np.uint32), np.zeros(buckets + 1, np.uint32))
        return none.added(words, rows)

    def added(self, words: Sequence[str], rows: NDArray[np.int64]) -> "Lexicon":
        """Give a lexicon that has distinct words (n,) on rows, too; those that it has
        already are moved."""
        entries, there = self._entries.copy(), self._places(words)
        hashes = _hashes(words)
        said = (_marks(hashes) << np.uint64(ROW_BITS)).astype(np.uint32)
        said |= rows.astype(np.uint32)
        entries[there[there >= 0]] = said[there >= 0]
        hashes, said = hashes[there < 0], said[there < 0]
        buckets = _buckets(hashes, self._bits)
        order = np.lexsort((hashes, buckets))
        at = self._starts[buckets[order] + 1].astype(np.int64)
        made = np.insert(entries, at, said[order])
        more = np.bincount(buckets, minlength=len(self._starts) - 1)
        starts = self._starts + np.concatenate([[0], np.cumsum(more)])
        return Lexicon(made, starts.astype(np.uint32))

    def arrays(self) -> dict[str, NDArray[np.uint32]]:
        """Give what `Lexicon` is made of, by name."""
        return {"entries": self._entries, "starts": self._starts}

    @property
    def last_row(self) -> int:
        """The largest row that a word is on, 0 where there are no words."""
        return int((self._entries & np.uint32((1 << ROW_BITS) - 1)).max(initial=0))

    def has(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Tell which words themselves are there: (n,)."""
        return self._find(words) > 0

    def rows(
        self, words: Sequence[str], longer_than: Sequence[int]
    ) -> NDArray[np.int64]:
        """Give the row of each word, or of its first form that has one: (n,), or 0.

        longer_than: letters of each word that its beginnings must exceed.
        """
        asked = list(zip(words, longer_than, strict=True))
        known = self._known if len(self._known) < _REMEMBERED else {}
        new = [key for key in dict.fromkeys(asked) if key not in known]
        tried = [forms(*key) for key in new]
        found = self._find([form for of_word in tried for form in of_word])
        ends = np.cumsum([0, *map(len, tried)])
        for key, (start, end) in zip(new, pairwise(ends), strict=True):
            rows = found[start:end]
            known[key] = int(rows[(rows > 0).argmax()])
        self._known = known
        return np.array([known[key] for key in asked], np.int64)

    def _find(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Give the row of each word itself: (n,), 0 for none."""
        found, at = np.zeros(len(words), np.int64), self._places(words)
        own = self._entries[at[at >= 0]]
        found[at >= 0] = own & np.uint32((1 << ROW_BITS) - 1)
        return found

    def _places(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Tell which entry is each word's own: (n,), -1 for none."""
        found = np.full(len(words), -1, np.int64)
        if not len(self._entries):
            return found
        hashes = _hashes(words)
        buckets, marks = _buckets(hashes, self._bits), _marks(hashes)
        starts = self._starts[buckets].astype(np.int64)
        ends = self._starts[buckets + 1].astype(np.int64)
        for first in range(0, len(words), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            at = starts[part, None] + np.arange(self._fullest)  # (b, fullest)
            entries = self._entries[np.minimum(at, len(self._entries) - 1)]
            same = entries >> np.uint32(ROW_BITS) == marks[part, None]
            same &= at < ends[part, None]
            last = self._fullest - 1 - same[:, ::-1].argmax(axis=1)
            one = np.arange(len(last)), last
            found[part] = np.where(same[one], at[one], -1)
        return found


def places(
    lexicon: Lexicon | None, encodings: Sequence[Encoding]
) -> list[list[tuple[int, int, int]]]:
    """Find the words of texts that are cut to several tokens and have a row.

    Returns for each text (start, end, row): tokens `[start:end]` are one word.
    """
    return [
        [cut for cut in of_text if cut[2]] for of_text in cut_words(lexicon, encodings)
    ]


def cut_words(
    lexicon: Lexicon | None, encodings: Sequence[Encoding]
) -> list[list[tuple[int, int, int]]]:
    """Find the words of texts that are cut to several tokens, in order.

    Returns for each text (start, end, row): tokens `[start:end]` are one word, which
    has this row, or 0 for none. Without a lexicon, and in scripts without spaces, words
    are left as they are cut.
    """
    if lexicon is None:
        return [[] for _ in encodings]
    of_texts = [sorted(_cuts(encoding)) for encoding in encodings]
    cuts = [cut for of_text in of_texts for cut in of_text]
    rows = iter(lexicon.rows([c.word for c in cuts], [c.first for c in cuts]).tolist())
    return [[(c.start, c.end, next(rows)) for c in of_text] for of_text in of_texts]


def _cuts(encoding: Encoding) -> list[_Cut]:
    """List the words of a text that are cut to several tokens."""
    tokens = encoding.tokens
    of = np.array([-1 if word is None else word for word in encoding.word_ids])
    starts = np.flatnonzero(np.diff(of, prepend=-2))
    ends = np.append(starts[1:], len(of))
    spoken = of[starts] >= 0
    whole = []
    if is_vietnamese("".join(tokens)):
        held = zip(starts[spoken].tolist(), ends[spoken].tolist(), strict=True)
        whole = _compounds(encoding, list(held))
    several = (ends - starts > 1) & spoken
    for one in whole:
        several &= (starts < one.start) | (starts >= one.end)
    if not several.any():
        return whole
    places = zip(starts[several].tolist(), ends[several].tolist(), strict=True)
    found = [_Cut(a, b, "".join(tokens[a:b]), len(tokens[a])) for a, b in places]
    return whole + [one for one in found if not _UNSPACED.search(one.word)]


def _compounds(encoding: Encoding, held: list[tuple[int, int]]) -> list[_Cut]:
    """List the words of a Vietnamese text that have several syllables; syllable i is
    the tokens `[a:z]` of held[i]."""
    tokens, offsets = encoding.tokens, encoding.offsets
    syllables = ["".join(tokens[a:z]) for a, z in held]
    places = [(offsets[a][0], offsets[z - 1][1]) for a, z in held]
    return [
        _Cut(held[first][0], held[end - 1][1], " ".join(syllables[first:end]), 0)
        for first, end in words(syllables, places)
    ]


def forms(word: str, longer_than: int) -> list[str]:
    """The word and what may stand for it: its beginnings, longest first, or in Arabic
    script what is left without the particles before it. A word of several syllables, as
    in Vietnamese, has no other form.

    longer_than: letters that a beginning must exceed.

    >>> forms("planning", 0)
    ['planning', 'plannin', 'planni', 'plann', 'plan']
    >>> forms("بالسلام", 0)
    ['بالسلام', 'سلام', 'السلام']
    """
    if " " in word:
        return [word]
    if "\u0600" <= word[:1] <= "\u06ff":
        bare = (word.removeprefix(p) for p in _PARTICLES if word.startswith(p))
        return [word, *(form for form in bare if len(form) >= _BARE)]
    letters = _LEAST_HANGUL if "가" <= word[:1] <= "힣" else _LEAST
    least = max(letters, round(_PART * len(word)), longer_than + 1)
    return [word, *(word[:n] for n in range(len(word) - 1, least - 1, -1))]


def _hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    told = b"".join(blake2b(word.encode(), digest_size=8).digest() for word in words)
    return np.frombuffer(told, "<u8")


def _buckets(hashes: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    return ((hashes >> np.uint64(32)) >> np.uint64(32 - bits)).astype(np.int64)


def _marks(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return hashes & np.uint64((1 << _MARK_BITS) - 1)
