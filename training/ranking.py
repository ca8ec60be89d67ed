"""Fit the few weights of the ranking on XQuAD's odd-numbered articles.

    python -m training.ranking ../shared/eval [MODEL]

Every question is set against all 240 paragraphs, in its own language, from English
and into English; the weights maximise the likelihood of the right paragraph (a
softmax over the paragraphs), one set of weights for all languages. What is printed
as "even" comes from the articles that were not fitted on. The numbers go by hand
into qa.rerank and qa.answer.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from index import embedders
from index.embedders import WordEmbedder
from index.lexical import Lexical
from index.tokens import Term, terms, terms_by_sentence
from qa import answer, question, rerank
from training import measure
from training.measure import XQUAD, ndcg

Array = np.ndarray
Run = tuple[str, str]
NAMES = ("cosine", "late", "sentence", "bm25", "expanded")
# What the product adds up, and what was tried beside it.
TRIED = ([0], [1], [3], [4], [0, 1], [0, 1, 2], [0, 1, 3], [0, 1, 4], [0, 1, 2, 3, 4])
CHOSEN = [0, 1, 2]


class Language:
    """The paragraphs and questions of one language, encoded."""

    def __init__(self, folder: Path, code: str, table: WordEmbedder) -> None:
        self.texts = measure.texts(folder, "corpus", code)
        questions = measure.texts(folder, "queries", code)
        self.lexical = Lexical.build(
            [[t.term for t in sentence] for sentence in terms_by_sentence(text, code)]
            for text in self.texts
        )
        self.ids = {term: i for i, term in enumerate(self.lexical.terms)}
        self.vectors, _ = table.word_vectors(self.lexical.terms)
        self.passages = table.encode_passages(self.texts)
        self.queries = table.encode_queries(questions)
        self.words = [_distinct(text) for text in questions]


def _distinct(text: str) -> list[Term]:
    return list({term.term: term for term in reversed(terms(text))}.values())[::-1]


def features(asked: Language, read: Language, table: WordEmbedder) -> Array:
    """Give (questions, passages, features) as NAMES."""
    made = np.zeros((len(asked.words), len(read.texts), len(NAMES)), np.float32)
    made[:, :, 0] = asked.queries @ read.passages.T
    lexical = read.lexical
    asking, _ = table.word_vectors(question.QUESTION_WORDS)
    for row, words in zip(made, asked.words, strict=True):
        vectors, information = table.word_vectors([w.term for w in words])
        q = question.read(
            words, vectors, information, asking, lexical, read.vectors, read.ids
        )
        best = rerank.best_matches(
            q.cosines, lexical.sentence_offsets, lexical.sentence_terms
        )
        row[:, 1], row[:, 2] = rerank.of_passages(
            question.gain(best), q.importance, lexical.passage_sentences[:-1]
        )
        exact = [[(read.ids[w.term], 1.0)] for w in words if w.term in read.ids]
        row[:, 3] = lexical.score(exact) / 10
        row[:, 4] = lexical.score(q.alternatives()) / 10
    return made


def runs() -> Iterator[Run]:
    """Question language and paragraph language of each run."""
    yield from ((c, c) for c in XQUAD)
    yield from (("en", c) for c in XQUAD if c != "en")
    yield from ((c, "en") for c in XQUAD if c != "en")


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


def signs(block: Array, weights: Array) -> Array:
    """What the confidence is judged by: (questions, signs), from ranked features."""
    order = np.argsort(-(block @ weights), axis=1)[:, : answer.LOOKED_AT]
    best = np.take_along_axis(block, order[:, :, None], axis=1)
    return np.stack([answer.signs(*b.T) for b in best])


def without(block: Array, gold: Array) -> Array:
    """Take each question's right passage away."""
    kept = np.ones(block.shape[:2], bool)
    kept[np.arange(len(gold)), gold] = False
    return block[kept].reshape(block.shape[0], block.shape[1] - 1, block.shape[2])


def auroc(positive: Array, negative: Array) -> float:
    """Chance that a positive scores above a negative."""
    ranks = np.concatenate([positive, negative]).argsort().argsort() + 1
    n, m = len(positive), len(negative)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def calibration_error(chance: Array, truth: Array, bins: int = 15) -> float:
    """Expected calibration error (Naeini et al., AAAI 2015), equal-width bins."""
    place = np.minimum((chance * bins).astype(int), bins - 1)
    gaps = [
        abs(chance[place == b].mean() - truth[place == b].mean()) * (place == b).mean()
        for b in range(bins)
        if (place == b).any()
    ]
    return float(sum(gaps))


def table_of(scores: dict[Run, float]) -> str:
    """Means of the three kinds of run, and the worst of each."""
    kinds = {
        "same": [v for (a, b), v in scores.items() if a == b],
        "en>xx": [v for (a, b), v in scores.items() if a == "en" != b],
        "xx>en": [v for (a, b), v in scores.items() if b == "en" != a],
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


def calibrate(blocks: list[Array], gold: Array, odd: Array) -> None:
    """Fit the score's bias and the confidence on the odd articles."""
    weights = fit([b[odd] for b in blocks], gold[odd])
    parts = {}
    for name, part in (("odd", odd), ("even", ~odd)):
        found = [signs(b[part], weights) for b in blocks]
        missing = [signs(without(b[part], gold[part]), weights) for b in blocks]
        parts[name] = np.concatenate(found), np.concatenate(missing)
    sign_weights, bias = logistic(*parts["odd"])
    print("score", weights.round(2).tolist(), "bias", _bias(blocks, weights, gold, odd))
    print("confidence", sign_weights.round(2).tolist(), round(bias, 2))
    for name, (found, missing) in parts.items():
        chance = [
            1 / (1 + np.exp(-(x @ sign_weights + bias))) for x in (found, missing)
        ]
        truth = np.repeat([1.0, 0.0], [len(found), len(missing)])
        error = calibration_error(np.concatenate(chance), truth)
        print(f"    {name} AUROC {auroc(*chance):.3f} ECE {error:.3f}")


def _bias(blocks: list[Array], weights: Array, gold: Array, odd: Array) -> float:
    """The log-odds at which a passage among the best ten is as likely right as not."""
    right, wrong = [], []
    for block in blocks:
        sums = block[odd] @ weights
        at = sums[np.arange(len(sums)), gold[odd]]
        others = np.sort(without(sums[:, :, None], gold[odd])[:, :, 0], axis=1)
        right.append(at)
        wrong.append(others[:, -5:].ravel())
    a, b = np.concatenate(right), np.concatenate(wrong)
    points = np.linspace(min(a.min(), b.min()), max(a.max(), b.max()), 400)
    errors = [(a < p).mean() + (b >= p).mean() for p in points]
    return round(-float(points[int(np.argmin(errors))]), 2)


def main(folder: Path, model: str = "fast") -> None:
    """Print what each choice of features reaches, then the numbers to take over."""
    table = embedders.load_words(model)
    languages = {code: Language(folder, code, table) for code in XQUAD}
    odd = np.array([int(id[:2]) % 2 == 1 for id in measure.judged(folder)])
    blocks = {
        run: features(languages[run[0]], languages[run[1]], table) for run in runs()
    }
    gold = measure.gold(folder)
    compare(blocks, gold, odd)
    calibrate([b[:, :, CHOSEN] for b in blocks.values()], gold, odd)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
