"""Fit the few weights of the ranking on XQuAD's odd-numbered articles.

    python -m training.ranking ../shared/eval

Every question is set against all 240 paragraphs, in its own language, from English
and into English; the weights maximise the likelihood of the right paragraph (a
softmax over the paragraphs), one set of weights for all languages. What is printed
as "even" comes from the articles that were not fitted on.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from index import embedders
from index.lexical import Lexical
from index.tokens import sentences, terms
from qa import answer, question, rerank
from training.measure import XQUAD, ndcg

Array = np.ndarray
NAMES = ("cosine", "late", "sentence", "bm25", "expanded")


class Language:
    """The paragraphs and questions of one language, encoded."""

    def __init__(self, folder: Path, code: str, table: embedders.Embedder) -> None:
        read = lambda part: [
            json.loads(line)
            for line in (folder / "xquad" / part / f"{code}.jsonl").open(
                encoding="utf-8"
            )
        ]
        self.texts = [entry["text"] for entry in read("corpus")]
        self.questions = [entry["text"] for entry in read("queries")]
        words = [[t.term for t in terms(text)] for text in self.texts]
        self.lexical = Lexical.build(words)
        self.ids = {term: i for i, term in enumerate(self.lexical.terms)}
        self.vectors, self.weights = table.word_vectors(self.lexical.terms)
        self.passages = table.encode_passages(self.texts)
        self.queries = table.encode_queries(self.questions)
        self.words = [_distinct(text) for text in self.questions]
        self.pieces = _pieces(self.texts, code, self.ids)


def _distinct(text: str) -> list:
    return list({t.term: t for t in reversed(terms(text))}.values())[::-1]


def _pieces(
    texts: list[str], code: str, ids: dict[str, int]
) -> tuple[Array, Array, Array]:
    """Sentences of all passages as ragged term ids, and each one's passage."""
    flat, lengths, owner = [], [], []
    for row, text in enumerate(texts):
        for start, end in sentences(text, code):
            found = [ids[t.term] for t in terms(text[start:end]) if t.term in ids]
            flat += found
            lengths.append(len(found))
            owner.append(row)
    return np.cumsum([0, *lengths]), np.array(flat), np.array(owner)


def features(asked: Language, read: Language, table: embedders.Embedder) -> Array:
    """Give (questions, passages, features)."""
    made = np.zeros((len(asked.questions), len(read.texts), len(NAMES)), np.float32)
    made[:, :, 0] = asked.queries @ read.passages.T
    starts = np.flatnonzero(np.diff(read.pieces[2], prepend=-1))
    for i, words in enumerate(asked.words):
        vectors, weights = table.word_vectors([w.term for w in words])
        q = question.read(words, vectors, weights, read.lexical, read.vectors, read.ids)
        lexical = read.lexical
        best = rerank.best_matches(
            q.cosines, lexical.passage_offsets, lexical.passage_terms
        )
        whole = question.gain(best)
        parts = question.gain(rerank.best_matches(q.cosines, *read.pieces[:2]))
        made[i, :, 1] = rerank.late_interaction(whole, q.importance)
        made[i, :, 2] = np.maximum.reduceat(parts @ q.importance, starts)
        exact = [[(read.ids[w.term], 1.0)] for w in words if w.term in read.ids]
        made[i, :, 3] = read.lexical.score(exact) / 10
        made[i, :, 4] = read.lexical.score(q.alternatives()) / 10
    return made


def runs() -> Iterator[tuple[str, str]]:
    yield from ((c, c) for c in XQUAD)
    yield from (("en", c) for c in XQUAD if c != "en")
    yield from ((c, "en") for c in XQUAD if c != "en")


def fit(blocks: list[Array], gold: Array) -> Array:
    """Weights (features,) that make the right passage likeliest; deterministic."""
    weights = torch.zeros(blocks[0].shape[-1], requires_grad=True)
    data = [torch.from_numpy(block) for block in blocks]
    target = torch.from_numpy(gold)
    solver = torch.optim.LBFGS([weights], max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        solver.zero_grad()
        losses = [torch.nn.functional.cross_entropy(d @ weights, target) for d in data]
        loss = torch.stack(losses).mean() + 1e-5 * weights.square().sum()
        loss.backward()
        return loss

    solver.step(closure)
    return weights.detach().numpy()


def signs(block: Array, weights: Array) -> Array:
    """What the confidence is judged by: (questions, signs), from ranked features.

    block: (questions, passages, features), scored by `weights`.
    """
    order = np.argsort(-(block @ weights), axis=1)[:, : answer.LOOKED_AT]
    best = np.take_along_axis(block, order[:, :, None], axis=1)
    return np.stack([answer.signs(b[:, 0], b[:, 1]) for b in best])


def without(block: Array, gold: Array) -> Array:
    """Take each question's right passage away."""
    kept = np.ones(block.shape[:2], bool)
    kept[np.arange(len(gold)), gold] = False
    return block[kept].reshape(block.shape[0], block.shape[1] - 1, block.shape[2])


def calibrate(found: Array, missing: Array) -> tuple[Array, float]:
    """Logistic regression of "answered": weights of the signs, and the bias."""
    x = torch.from_numpy(np.concatenate([found, missing])).double()
    y = torch.cat([torch.ones(len(found)), torch.zeros(len(missing))]).double()
    weights = torch.zeros(x.shape[1] + 1, dtype=torch.double, requires_grad=True)
    solver = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        solver.zero_grad()
        logits = x @ weights[:-1] + weights[-1]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, y)
        loss.backward()
        return loss

    solver.step(closure)
    fitted = weights.detach().numpy()
    return fitted[:-1], float(fitted[-1])


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


def table_of(scores: dict[tuple[str, str], float]) -> str:
    """Means of the three kinds of run, and the worst of each."""
    kinds = {
        "same": [v for (a, b), v in scores.items() if a == b],
        "en>xx": [v for (a, b), v in scores.items() if a == "en" != b],
        "xx>en": [v for (a, b), v in scores.items() if b == "en" != a],
    }
    return "  ".join(
        f"{k} {np.mean(v):.3f} (worst {min(v):.3f})" for k, v in kinds.items()
    )


def main(folder: Path, model: str = "fast") -> None:
    table = embedders.load(model)
    languages = {c: Language(folder, c, table) for c in XQUAD}
    with (folder / "xquad/qrels/test.tsv").open() as file:
        named = [line.split("\t")[1] for line in file][1:]
    with (folder / "xquad/corpus/en.jsonl").open() as file:
        rows = {json.loads(line)["_id"]: i for i, line in enumerate(file)}
    gold = np.array([rows[name] for name in named])
    odd = np.array([int(name.split("-")[0]) % 2 == 1 for name in named])
    blocks = {
        run: features(languages[run[0]], languages[run[1]], table) for run in runs()
    }
    np.savez(
        "/tmp/features.npz",
        gold=gold,
        odd=odd,
        **{"_".join(r): b for r, b in blocks.items()},
    )
    for chosen in (
        [0],
        [1],
        [2],
        [3],
        [4],
        [0, 1],
        [0, 1, 2],
        [0, 1, 2, 3],
        [0, 1, 2, 3, 4],
    ):
        weights = fit([b[odd][:, :, chosen] for b in blocks.values()], gold[odd])
        print([f"{NAMES[i]} {w:.2f}" for i, w in zip(chosen, weights)])
        for part, name in ((odd, "odd"), (~odd, "even")):
            scores = {
                r: ndcg(b[part][:, :, chosen] @ weights, gold[part])
                for r, b in blocks.items()
            }
            print("   ", name, table_of(scores))
    abstain([b[:, :, :2] for b in blocks.values()], gold, odd)


def abstain(blocks: list[Array], gold: Array, odd: Array) -> None:
    """Fit the confidence on the odd articles, and report it on the even ones."""
    weights = fit([b[odd] for b in blocks], gold[odd])
    parts = {}
    for name, part in (("odd", odd), ("even", ~odd)):
        found = np.concatenate([signs(b[part], weights) for b in blocks])
        missing = np.concatenate(
            [signs(without(b[part], gold[part]), weights) for b in blocks]
        )
        parts[name] = found, missing
    sign_weights, bias = calibrate(*parts["odd"])
    print("confidence", sign_weights.round(2).tolist(), round(bias, 2))
    for name, (found, missing) in parts.items():
        chance = [
            1 / (1 + np.exp(-(x @ sign_weights + bias))) for x in (found, missing)
        ]
        truth = np.repeat([1.0, 0.0], [len(found), len(missing)])
        error = calibration_error(np.concatenate(chance), truth)
        print(f"    {name} AUROC {auroc(*chance):.3f} ECE {error:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
