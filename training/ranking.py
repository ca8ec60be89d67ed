"""Fit the few weights of the ranking on XQuAD's odd-numbered articles.

    python -m training.ranking EVAL_FOLDER [MODEL]

MODEL gives the vectors; words are always the package's table's.

Every question is set against all 240 paragraphs: in its own language, from English
and into English, and with each paragraph in a language drawn by chance. The weights
maximise the likelihood of the right paragraph (a softmax over the paragraphs), one
set of weights for all languages. What is printed
as "even" comes from the articles that were not fitted on. The numbers go by hand
into qa.weights.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from index import embedders, neighbours
from index.build import TABLE
from index.embedders import Embedder, WordEmbedder
from index.language import identify
from index.lexical import Lexical
from index.neighbours import Neighbours
from index.sentences import sentences, terms_by_sentence
from index.spelling import Spelling
from qa import answer, question, rerank
from qa.chance import measured
from qa.measures import auroc, calibration_error
from qa.spelt import Spelt
from training import measure
from training.measure import XQUAD, ndcg

Array = np.ndarray
Run = tuple[str, str]
NAMES = (
    "cosine", "late", "sentence", "bm25", "expanded", "table", "nearest", "exact",
    "breadth",
)  # fmt: skip
# What the product adds up, and what was tried beside it.
TRIED = (
    [0],
    [1],
    [3],
    [4],
    [0, 1],
    [0, 1, 2],
    [0, 1, 3],
    [0, 1, 4],
    [0, 1, 2, 5],
    [0, 1, 2, 6],
    [0, 1, 2, 3, 4],
)
CHOSEN = [0, 1, 2]
NOTHING = -1.0  # a feature's value for a passage that is taken away


class Collection:
    """Paragraphs of one language or of many, encoded."""

    def __init__(
        self,
        texts: list[str],
        codes: list[str],
        table: WordEmbedder,
        embedder: Embedder,
    ) -> None:
        self.lexical = Lexical.build(
            [[t.term for t in sentence] for sentence in passage]
            for passage in map(terms_by_sentence, texts, codes)
        )
        self.ids = {term: i for i, term in enumerate(self.lexical.terms)}
        vectors, _ = table.word_vectors(self.lexical.terms)
        self.space = Neighbours(vectors.astype(np.float16), neighbours.codes(vectors))
        spelling = Spelling.build(self.lexical.terms)
        self.spelt = Spelt(self.lexical.terms, self.ids, spelling)
        self.terms, self.places = np.unique(
            self.lexical.sentence_terms, return_inverse=True
        )
        self.passages, self.inner = _encoded(embedder, texts, codes)
        self.tabled = table.encode_passages(texts)
        self.codes = np.array(codes)
        self.languages = np.unique(codes, return_inverse=True)[1]
        self.sample = rerank.sample(self.languages)

    def nearest(self, queries: Array) -> Array:
        """Cosine of the nearest sentence of each paragraph: (questions, paragraphs)."""
        if self.inner is None:
            return np.zeros((len(queries), len(self.passages)), np.float32)
        sought = embedders.unit(queries[:, -self.inner.shape[1] :])
        starts = self.lexical.passage_sentences[:-1]
        return np.maximum.reduceat(sought @ self.inner.T, starts, axis=1)

    def above(self, values: Array) -> Array:
        """Take off what is usual in each paragraph's language."""
        each, of = np.arange(len(values)), self.sample  # a paragraph is a document
        usual = rerank.background(
            values[of], self.languages[of], each[of], self.languages, each
        )
        return values - usual


def _encoded(
    embedder: Embedder, texts: list[str], codes: list[str]
) -> tuple[Array, Array | None]:
    """Vectors of texts, and of all their sentences where the model reads these."""
    if not hasattr(embedder, "encode_sentences"):
        return embedder.encode_passages(texts), None
    cut = map(sentences, texts, codes)
    ends = [np.array([end for _, end in places], np.int32) for places in cut]
    vectors, inner = embedder.encode_sentences(texts, ends)
    return vectors, np.concatenate(inner)


class Questions:
    """The questions of one language, encoded."""

    def __init__(
        self, texts: list[str], table: WordEmbedder, embedder: Embedder
    ) -> None:
        self.queries = embedder.encode_queries(texts)
        self.tabled = table.encode_queries(texts)
        self.words = [question.distinct(text) for text in texts]
        self.codes = np.array([identify(text) for text in texts])


def mixed(of: dict[str, list[str]], seed: int) -> tuple[list[str], list[str]]:
    """Give each paragraph in one language drawn by chance: texts and codes."""
    codes = np.random.default_rng(seed).choice(XQUAD, len(of["en"])).tolist()
    return [of[code][i] for i, code in enumerate(codes)], codes


def features(asked: Questions, read: Collection, table: WordEmbedder) -> Array:
    """Give (questions, passages, features) as NAMES."""
    lexical = read.lexical
    made = np.zeros((len(asked.words), len(lexical), len(NAMES)), np.float32)
    made[:, :, 0] = asked.queries @ read.passages.T
    made[:, :, 5] = asked.tabled @ read.tabled.T
    made[:, :, 6] = read.nearest(asked.queries)
    asking, _ = table.word_vectors(question.QUESTION_WORDS)
    for row, words in zip(made, asked.words, strict=True):
        names = [word.term for word in words]
        vectors, information = table.word_vectors(names)
        q = question.read(
            words,
            vectors,
            information,
            asking,
            lexical,
            read.space,
            read.ids,
            read.spelt.standing(words, information, table.knows(names)),
        )
        best = rerank.best_matches(
            q.cosines(read.terms)[:, read.places], lexical.sentence_offsets
        )
        both = rerank.of_passages(
            question.gain(best), q.importance, lexical.passage_sentences[:-1]
        )
        row[:, 1], row[:, 2] = map(read.above, both[:2])
        row[:, 7], row[:, 8] = both[2], q.breadth
        row[:, 3] = lexical.score(*q.exact()) / 10
        row[:, 4] = lexical.score(*q.alternatives()) / 10
    return made


def shipped(block: Array, reads: bool) -> Array:
    """What the product adds up, and what tells how sure it is beside that; `reads`:
    whether the model reads sentences."""
    made = block[:, :, [*CHOSEN, NAMES.index("exact"), NAMES.index("breadth")]]
    if reads:
        made[:, :, 0] = rerank.with_nearest(block[:, :, 0], block[:, :, 6])
    return made


def runs() -> Iterator[Run]:
    """Language of the questions and of the paragraphs, "mixed" ones among them."""
    yield from ((c, c) for c in XQUAD)
    yield from (("en", c) for c in XQUAD if c != "en")
    yield from ((c, "en") for c in XQUAD if c != "en")
    yield from ((c, "mixed") for c in XQUAD)


def _minimise(weights: torch.Tensor, loss_of: object) -> Array:
    solver = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        solver.zero_grad()
        loss = loss_of(weights)  # type: ignore[operator]
        loss.backward()
        return loss

    solver.step(closure)
    return weights.detach().numpy()


def fit(blocks: list[Array], gold: Array) -> Array:
    """Weights (features,) that make the right passage likeliest; deterministic."""
    data, target = [torch.from_numpy(b) for b in blocks], torch.from_numpy(gold)

    def loss(weights: torch.Tensor) -> torch.Tensor:
        return torch.stack([cross_entropy(d @ weights, target) for d in data]).mean()

    return _minimise(torch.zeros(blocks[0].shape[-1], requires_grad=True), loss)


def logistic(positive: Array, negative: Array) -> tuple[Array, float]:
    """Logistic regression that tells positive from negative rows: weights, bias."""
    x = torch.from_numpy(np.concatenate([positive, negative])).double()
    y = torch.cat([torch.ones(len(positive)), torch.zeros(len(negative))]).double()

    def loss(weights: torch.Tensor) -> torch.Tensor:
        return binary_cross_entropy_with_logits(x @ weights[:-1] + weights[-1], y)

    start = torch.zeros(x.shape[1] + 1, dtype=torch.double, requires_grad=True)
    fitted = _minimise(start, loss)
    return fitted[:-1], float(fitted[-1])


def signs(block: Array, weights: Array, same: Array) -> Array:
    """What the confidence is judged by: (questions, signs + 1), from ranked features.

    same: (questions, passages) whether they are in one language; the last column says
    so of the best passage.
    """
    sums = block[:, :, : len(weights)] @ weights - rerank.OWN_LANGUAGE * same
    order = np.argsort(-sums, axis=1)[:, : answer.LOOKED_AT]
    best = np.take_along_axis(block, order[:, :, None], axis=1)
    of_best = np.take_along_axis(same, order[:, :1], axis=1)
    told = [answer.signs(*b.T[:-1], breadth=float(b[0, -1])) for b in best]
    return np.column_stack([np.stack(told), of_best])


def without(block: Array, gold: Array) -> Array:
    """Take each question's right passage away, by scoring nothing for it."""
    left = block.copy()
    left[np.arange(len(gold)), gold] = NOTHING
    return left


def elsewhere(block: Array, gold: Array, article: Array) -> Array:
    """Take away all passages of the article that the question is about."""
    left = block.copy()
    left[article[None, :] == article[gold][:, None]] = NOTHING
    return left


def table_of(scores: dict[Run, float]) -> str:
    """Means of the three kinds of run, and the worst of each."""
    kinds = {
        "same": [v for (a, b), v in scores.items() if a == b],
        "en>xx": [
            v for (a, b), v in scores.items() if a == "en" and b not in ("en", "mixed")
        ],
        "xx>en": [v for (a, b), v in scores.items() if b == "en" != a],
        "mixed": [v for (_, b), v in scores.items() if b == "mixed"],
    }
    cells = (f"{k} {np.mean(v):.3f} (worst {min(v):.3f})" for k, v in kinds.items())
    return "  ".join(cells)


def compare(blocks: dict[Run, Array], gold: Array, odd: Array) -> None:
    """Fit each choice of features on the odd articles, and measure it on both."""
    for chosen in TRIED:
        weights = fit([b[odd][:, :, chosen] for b in blocks.values()], gold[odd])
        print(*(f"{NAMES[i]} {w:.2f}" for i, w in zip(chosen, weights, strict=True)))
        for part, name in ((odd, "odd"), (~odd, "even")):
            scores = {
                run: ndcg(b[part][:, :, chosen] @ weights, gold[part])
                for run, b in blocks.items()
            }
            print("   ", name, table_of(scores))


def calibrate(
    blocks: list[Array], same: list[Array], gold: Array, odd: Array, article: Array
) -> None:
    """Fit the score's bias and the confidence on the odd articles.

    Questions that find no answer are of two kinds, as many of each: the right
    paragraph is missing among its neighbours, or the whole article is.
    same: of each block, (questions, passages) whether they are in one language.
    """
    weights = fit([b[odd][:, :, : len(CHOSEN)] for b in blocks], gold[odd])
    print("score", weights.round(2).tolist(), "bias", _bias(blocks, weights, gold, odd))
    parts = {}
    for name, part in (("odd", odd), ("even", ~odd)):
        of = [(b[part], s[part]) for b, s in zip(blocks, same, strict=True)]
        right = gold[part]
        found = [signs(b, weights, s) for b, s in of]
        near = [signs(without(b, right), weights, s) for b, s in of]
        far = [signs(elsewhere(b, right, article), weights, s) for b, s in of]
        parts[name] = [np.concatenate(x) for x in (found, near, far)]
    fitted = []
    for name, wanted in (("same", 1), ("across", 0)):
        found, near, far = (x[x[:, -1] == wanted, :-1] for x in parts["odd"])
        told, bias = logistic(np.repeat(found, 2, 0), np.concatenate([near, far]))
        fitted.append((told, bias))
        print("confidence,", name, [*told.round(2).tolist(), round(bias, 2)])

    def chances(told: Array) -> Array:
        sums = [told[:, :-1] @ weights + bias for weights, bias in fitted]
        return 1 / (1 + np.exp(-np.where(told[:, -1] == 1, *sums)))

    for name, signs_of in parts.items():
        yes, near, far = map(chances, signs_of)
        chance = np.concatenate([yes, yes, near, far])
        error = calibration_error(chance, np.repeat([1.0, 0.0], 2 * len(yes)))
        print(f"    {name} ECE {error:.3f} AUROC near {auroc(yes, near):.3f}", end="")
        print(f" far {auroc(yes, far):.3f}; answered from 0.3, 0.4, 0.5 on:")
        for t in (0.3, 0.4, 0.5):
            print("       ", *(f"{(x >= t).mean():.2f}" for x in (yes, near, far)))


def _bias(blocks: list[Array], weights: Array, gold: Array, odd: Array) -> float:
    """The sum at which a passage among the best is as likely right as not, negated."""
    right, wrong = [], []
    for block in blocks:
        sums = block[odd][:, :, : len(weights)] @ weights
        at = np.arange(len(sums)), gold[odd]
        right.append(sums[at])
        sums[at] = -np.inf
        wrong.append(np.sort(sums, axis=1)[:, -5:].ravel())
    a, b = np.concatenate(right), np.concatenate(wrong)
    points = np.linspace(min(a.min(), b.min()), max(a.max(), b.max()), 400)
    errors = [(a < p).mean() + (b >= p).mean() for p in points]
    return round(-float(points[int(np.argmin(errors))]), 2)


def main(folder: Path, model: str = TABLE) -> None:
    """Print what each choice of features reaches, then the numbers to take over."""
    table, embedder = embedders.load_words(TABLE), embedders.load(model)
    texts = {c: measure.texts(folder, "corpus", c) for c in XQUAD}
    queries = {c: measure.texts(folder, "queries", c) for c in XQUAD}
    asked = {c: Questions(queries[c], table, embedder) for c in XQUAD}
    read = {
        c: Collection(texts[c], [c] * len(texts[c]), table, embedder) for c in XQUAD
    }
    read["mixed"] = Collection(*mixed(texts, seed=1), table, embedder)
    odd = np.array([int(id[:2]) % 2 == 1 for id in measure.judged(folder)])
    blocks = {run: features(asked[run[0]], read[run[1]], table) for run in runs()}
    gold = measure.gold(folder)
    compare(blocks, gold, odd)
    reads = read["en"].inner is not None
    chosen = [shipped(b, reads) for b in blocks.values()]
    same = [asked[a].codes[:, None] == read[b].codes for a, b in blocks]
    calibrate(chosen, same, gold, odd, measure.articles(folder))
    print("usual", measured(embedder))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
