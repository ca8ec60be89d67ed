"""Turn the training material into token arrays, cached in a work folder.

`Texts` is a ragged array: text i is `tokens[offsets[i]:offsets[i + 1]]`. For each
language a `Pairs` joins rows of the English texts with rows of its own.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Encoding, Tokenizer

from index.embedders.lexicon import Lexicon, places
from training.data import pairs, records, sources

log = logging.getLogger(__name__)
Array = np.ndarray


@dataclass(frozen=True)
class Texts:
    """Token ids of many texts: `tokens` (t,) int32, `offsets` (n + 1,) int64."""

    tokens: Array
    offsets: Array

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        tokenizer: Tokenizer,
        lexicon: Lexicon | None = None,
    ) -> "Texts":
        """Tokenize; the unknown token (row 0) is dropped.

        Of v tokens, token i is v + i where it is a piece of a word of the lexicon; the
        word itself stands at the text's end, row r as 2v + r.
        """
        ids: list[Array] = []
        for start in range(0, len(texts), 50_000):
            batch = texts[start : start + 50_000]
            if lexicon is None:
                of = (e.ids for e in tokenizer.encode_batch_fast(batch))
            else:
                of = _with_words(tokenizer.encode_batch(batch), tokenizer, lexicon)
            ids += [np.array([i for i in one if i], np.int32) for one in of]
        lengths = np.array([0, *map(len, ids)], np.int64)
        return cls(np.concatenate([*ids, np.zeros(0, np.int32)]), np.cumsum(lengths))


def _with_words(
    encodings: Sequence[Encoding], tokenizer: Tokenizer, lexicon: Lexicon
) -> Iterator[list[int]]:
    v = tokenizer.get_vocab_size()
    for encoding, words in zip(encodings, places(lexicon, encodings), strict=True):
        ids = encoding.ids
        for start, end, _ in words:
            ids[start:end] = [i and v + i for i in ids[start:end]]
        yield ids + [2 * v + row for *_, row in words]


@dataclass(frozen=True)
class Pairs:
    """Translations: rows of two `Texts`, and how likely each is drawn (sums to 1)."""

    left: Array
    right: Array
    chance: Array


@dataclass(frozen=True)
class Corpus:
    """All training texts: English once, the other side per language."""

    english: Texts
    other: dict[str, Texts]
    sentences: dict[str, Pairs]
    terms: dict[str, Pairs]
    questions: dict[str, tuple[Texts, Texts]]


def _chances(weights: list[float]) -> Array:
    chance = np.array(weights, np.float64)
    return chance / max(chance.sum(), 1e-9)


def shares(sizes: dict[str, int], power: float) -> tuple[list[str], Array]:
    """Names in order, and how likely each is drawn: by its size to a power."""
    names = sorted(sizes)
    share = np.array([sizes[name] for name in names], np.float64) ** power
    return names, share / share.sum()


class _Rows:
    """Numbers distinct texts in the order they are met."""

    def __init__(self) -> None:
        self.row: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.row.setdefault(text, len(self.row))


def read(
    data: Path,
    tokenizer: Tokenizer,
    weights: dict[str, float],
    lexicon: Lexicon | None = None,
) -> tuple[Corpus, list[str], list[float]]:
    """Read everything; also give the English texts and the best weight of each."""
    english, best = _Rows(), []
    rows: dict[tuple[str, str], list[tuple[int, int, float]]] = {}
    others: dict[str, _Rows] = {}
    for source in sources(data):
        if source.kind not in ("parallel", "lexicon"):
            continue
        weight = weights.get(source.name, 1.0)
        other = others.setdefault(source.language, _Rows())
        joined = rows.setdefault((source.kind, source.language), [])
        for left, right in pairs(source.path):
            i = english(left)
            if i == len(best):
                best.append(0.0)
            if source.kind == "parallel":
                best[i] = max(best[i], weight)
            joined.append((i, other(right), weight))
    corpus = Corpus(
        Texts.of(list(english.row), tokenizer, lexicon),
        {code: Texts.of(list(o.row), tokenizer, lexicon) for code, o in others.items()},
        _pairs(rows, "parallel"),
        _pairs(rows, "lexicon"),
        _questions(data, tokenizer, lexicon),
    )
    log.info("%d English texts, %d languages", len(corpus.english), len(others))
    return corpus, list(english.row), best


def _pairs(
    rows: dict[tuple[str, str], list[tuple[int, int, float]]], kind: str
) -> dict[str, Pairs]:
    made = {}
    for (of, code), joined in rows.items():
        if of == kind:
            left, right, weight = zip(*joined, strict=True)
            made[code] = Pairs(
                np.array(left, np.int32), np.array(right, np.int32), _chances(weight)
            )
    return made


def _questions(
    data: Path, tokenizer: Tokenizer, lexicon: Lexicon | None
) -> dict[str, tuple[Texts, Texts]]:
    """Question and passage, or title and passage, of one language."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for source in sources(data):
        if source.kind not in ("qa", "passages"):
            continue
        key = f"{source.kind}.{source.language}"
        questions, passages = found.setdefault(key, ([], []))
        for record in records(source.path):
            question = record.get("question") or record["title"]
            passage = record.get("passage") or record["text"]
            if question and passage:
                questions.append(question)
                passages.append(passage)
    return {
        key: (Texts.of(q, tokenizer, lexicon), Texts.of(p, tokenizer, lexicon))
        for key, (q, p) in found.items()
        if len(q) >= 64
    }
