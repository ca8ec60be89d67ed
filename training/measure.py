"""Measure a model on the test sets; nothing here is trained or tuned on.

Tatoeba: F1 of finding the English sentence of each sentence (MTEB's bitext F1).
STSb: Spearman correlation of the cosine with people's scores. XQuAD: nDCG@10 over
its 240 paragraphs, by the vectors and, for a token table, by plain late interaction
added to them.
"""

import json
import logging
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from model2vec import StaticModel

from index import embedders
from index.embedders import Embedder, WordEmbedder
from index.tokens import terms
from training.data import lines

log = logging.getLogger(__name__)
Array = np.ndarray
TATOEBA = "ar zh de el es fr hi ja ru th tr vi".split()
XQUAD = "ar de el en es hi ro ru th tr vi zh".split()
OTHERS = [code for code in XQUAD if code != "en"]
FLOOR = 0.25


class Model(Protocol):
    """Encodes n texts as unit rows (n, d)."""

    def encode(self, texts: list[str]) -> Array: ...


class Shipped:
    """A model of the package as the product runs it."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def encode(self, texts: list[str]) -> Array:
        return self.embedder.encode_passages(list(texts))


def bitext_f1(queries: Array, targets: Array) -> float:
    """F1 of nearest targets, row i being right for query i; rows are unit."""
    found = (queries @ targets.T).argmax(axis=1)
    right = found == np.arange(len(found))
    chosen = np.bincount(found, minlength=len(found))
    precision = np.where(right, 1 / np.maximum(chosen, 1), 0)
    return float(np.mean(np.where(right, 2 * precision / (precision + 1), 0)))


def spearman(a: Array, b: Array) -> float:
    """Rank correlation, ties given their mean rank."""
    return float(np.corrcoef(_ranks(a), _ranks(b))[0, 1])


def _ranks(values: Array) -> Array:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def ndcg(scores: Array, gold: Array, k: int = 10) -> float:
    """nDCG@k with one relevant column a row; ties count against us."""
    best = scores[np.arange(len(gold)), gold]
    rank = (scores >= best[:, None]).sum(axis=1)
    return float(np.mean(np.where(rank <= k, 1 / np.log2(1 + rank), 0)))


def tatoeba(model: Model, folder: Path) -> dict[str, float]:
    """F1 to English of each language whose file is there."""
    scores = {}
    for path in sorted(folder.glob("tatoeba.*.tsv.zst")):
        english, other = zip(
            *(line.split("\t")[:2] for line in lines(path)), strict=True
        )
        code = path.name.split(".")[1]
        scores[code] = bitext_f1(model.encode(other), model.encode(english))
    return scores


def stsb(model: Model, folder: Path) -> dict[str, float]:
    """Spearman of each language."""
    scores = {}
    for path in sorted(folder.glob("stsb_test.*.tsv.zst")):
        gold, left, right = zip(
            *(line.split("\t")[:3] for line in lines(path)), strict=True
        )
        cosines = (model.encode(left) * model.encode(right)).sum(axis=1)
        scores[path.name.split(".")[1]] = spearman(np.array(gold, float), cosines)
    return scores


class Words:
    """The vectors of words, as the table gives them one by one."""

    def __init__(self, table: WordEmbedder) -> None:
        self.table = table
        self.row: dict[str, int] = {}
        self.vectors = np.zeros((0, table.dim), np.float32)

    def rows(self, words: list[str]) -> Array:
        """Row of each word, learning the new ones."""
        new = [w for w in dict.fromkeys(words) if w not in self.row]
        if new:
            self.row |= {w: len(self.row) + i for i, w in enumerate(new)}
            made, _ = self.table.word_vectors(new)
            self.vectors = np.concatenate([self.vectors, made])
        return np.array([self.row[w] for w in words], np.int64)


def _entries(folder: Path, part: str, code: str) -> list[dict[str, str]]:
    with (folder / "xquad" / part / f"{code}.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def texts(folder: Path, part: str, code: str) -> list[str]:
    """The texts of a part of XQuAD, `corpus` or `queries`, in one language."""
    return [entry["text"] for entry in _entries(folder, part, code)]


def judged(folder: Path) -> list[str]:
    """The right paragraph's id, `<article>-<paragraph>`, of each question in order."""
    rows = (folder / "xquad/qrels/test.tsv").read_text("utf-8").splitlines()[1:]
    right = {query: document for query, document, _ in (r.split("\t") for r in rows)}
    return [right[entry["_id"]] for entry in _entries(folder, "queries", "en")]


def gold(folder: Path) -> Array:
    """The right paragraph's row of each question: (1190,)."""
    ids = [entry["_id"] for entry in _entries(folder, "corpus", "en")]
    rows = {id: row for row, id in enumerate(ids)}
    return np.array([rows[id] for id in judged(folder)])


def articles(folder: Path) -> Array:
    """The article's number of each paragraph, in order: (240,)."""
    return np.array([int(e["_id"][:2]) for e in _entries(folder, "corpus", "en")])


class Vectors:
    """The paragraphs and questions of every language as vectors."""

    def __init__(self, model: Model, folder: Path) -> None:
        self.gold = gold(folder)
        self.passage = {c: model.encode(texts(folder, "corpus", c)) for c in XQUAD}
        self.query = {c: model.encode(texts(folder, "queries", c)) for c in XQUAD}

    def mean(self, question: str, passage: str) -> Array:
        """Cosines (1190, 240)."""
        return self.query[question] @ self.passage[passage].T


class XQuAD(Vectors):
    """The words of every language too, of a token table."""

    def __init__(self, table: WordEmbedder, folder: Path) -> None:
        super().__init__(Shipped(table), folder)
        self.words = Words(table)
        self.passage_words = {c: self._terms(texts(folder, "corpus", c)) for c in XQUAD}
        self.query_words = {c: self._terms(texts(folder, "queries", c)) for c in XQUAD}

    def _terms(self, texts: list[str]) -> list[Array]:
        return [self.words.rows([t.term for t in terms(text)]) for text in texts]

    def late(self, question: str, passage: str) -> Array:
        """MaxSim (1190, 240): idf of the question's own language, floored cosines."""
        frequency = np.zeros(len(self.words.vectors))
        for rows in self.passage_words[question]:
            frequency[np.unique(rows)] += 1
        idf = np.log(241 / (frequency + 0.5))
        asked = np.unique(np.concatenate(self.query_words[question]))
        place = np.zeros(len(frequency), np.int64)
        place[asked] = np.arange(len(asked))
        best = np.stack(
            [
                (self.words.vectors[asked] @ self.words.vectors[np.unique(rows)].T).max(
                    1
                )
                for rows in self.passage_words[passage]
            ],
            axis=1,
        )
        gain = np.maximum(best - FLOOR, 0) * idf[asked][:, None]
        return np.stack(
            [gain[place[rows]].sum(0) for rows in self.query_words[question]]
        )


def standard(scores: Array) -> Array:
    """Scores of each row with mean 0 and deviation 1."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    return centred / (scores.std(axis=1, keepdims=True) + 1e-9)


def measure(model_folder: Path, folder: Path) -> dict[str, Any]:
    """All figures, per language, between 0 and 1.

    "plain" are those of a token table without its lexicon, as model2vec reads it.
    """
    embedder = embedders.load(model_folder)
    if not hasattr(embedder, "word_vectors"):
        model = Shipped(embedder)
        return of_vectors(model, Vectors(model, folder), folder)
    table = embedders.load_words(model_folder)
    xquad = XQuAD(table, folder)

    def both(question: str, passage: str) -> Array:
        late = standard(xquad.late(question, passage))
        return standard(xquad.mean(question, passage)) + late

    plain = StaticModel.from_pretrained(model_folder)
    without = of_vectors(plain, Vectors(plain, folder), folder)
    return of_vectors(Shipped(table), xquad, folder) | {
        "xquad both same": {c: ndcg(both(c, c), xquad.gold) for c in XQUAD},
        "xquad both en>xx": {c: ndcg(both("en", c), xquad.gold) for c in OTHERS},
        "xquad both xx>en": {c: ndcg(both(c, "en"), xquad.gold) for c in OTHERS},
        **{f"plain {name}": scores for name, scores in without.items()},
    }


def of_vectors(model: Model, xquad: Vectors, folder: Path) -> dict[str, Any]:
    """What the vectors alone reach."""
    right = xquad.gold
    return {
        "tatoeba": tatoeba(model, folder),
        "stsb": stsb(model, folder),
        "xquad mean same": {c: ndcg(xquad.mean(c, c), right) for c in XQUAD},
        "xquad mean en>xx": {c: ndcg(xquad.mean("en", c), right) for c in OTHERS},
        "xquad mean xx>en": {c: ndcg(xquad.mean(c, "en"), right) for c in OTHERS},
    }


def summary(
    figures: dict[str, dict[str, float]],
) -> list[tuple[str, float, float, str]]:
    """Rows of name, mean, worst, and each language's figure."""
    rows = []
    for name, scores in figures.items():
        wanted = TATOEBA if name.endswith("tatoeba") else list(scores)
        mean = float(np.mean([scores[c] for c in wanted]))
        cells = " ".join(f"{c} {scores[c]:.2f}" for c in scores)
        rows.append((name, mean, min(scores[c] for c in wanted), cells))
    return rows
