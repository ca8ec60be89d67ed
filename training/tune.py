"""Train the table on as it is shipped: rows that tokens share, and tokens' weights.

What `train` trains for, for means in the space of means and for words in that of
words, on all tokens, the ones of `extend` too; and instead of the teacher's vectors
the order of its similarities: of pairs of sentences that lie near each other in its
eyes, the cosines are to go with the teacher's (their correlation; after CoSENT, Su,
2022). That is what sentences are compared by, and what a mean of words is bad at.
Once without the lexicon, whose words are then put on rows, and once with it.
"""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import Tensor

from index.embedders.static import shares_of, spoken_weights
from training.corpus import Corpus, shares
from training.curve import Curve
from training.export import even, quantize
from training.table import Table, contrast, equal, means, pad, save_whole
from training.train import LONGEST, Trainer

Array = np.ndarray
_NEAR = 64  # neighbours that a pair is drawn from
_FEWEST = 500  # sentences that the teacher knows, for a language to be compared


class Shared:
    """The table in a folder: shared rows (r, d) and the tokens' weights (v,).

    It is gathered from by the ids of `Texts`: tokens, tokens as pieces of words of the
    lexicon, and rows that such words are on, which weigh what they do in the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.tensors = folder, load_file(folder / "model.safetensors")
        rows = self.tensors["embeddings"].astype(np.float32)
        lengths = np.linalg.norm(rows, axis=1)
        mapping = self.tensors["mapping"].astype(np.int64)
        weights = self.tensors["weights"] * lengths[mapping]
        v, r = len(mapping), len(rows)
        own, pieces = shares_of(self.tensors)
        spoken = spoken_weights(weights, mapping, r)
        # Of each id: its row, whose weight it has, and how much of that.
        self.row = torch.from_numpy(np.concatenate([mapping, mapping, np.arange(r)]))
        self.token = torch.arange(2 * v + r) % v
        self.token[2 * v :] = 0
        share = np.concatenate([weights > 0, pieces * (weights > 0), own * spoken])
        self.share = torch.from_numpy(share.astype(np.float32))
        self.words = torch.from_numpy(self.tensors["words"])
        self.rows = Table(*rows.shape, seed=0)
        unit = rows / np.where(lengths > 0, lengths, 1)[:, None]
        self.rows.rows = torch.from_numpy(unit)
        self.weights = Table(len(weights), 1, seed=0)  # their logarithms
        logs = np.log(np.maximum(weights, 1e-6)).astype(np.float32)
        self.weights.rows = torch.from_numpy(logs)[:, None]
        self.began = self.rows.rows.clone(), self.weights.rows.clone()

    def gather(self, ids: Tensor) -> Tensor:
        """Give the weighted rows of ids, padding first; they collect a gradient."""
        self._of, place = self.row[ids].unique(return_inverse=True)
        self._tokens, named = self.token[ids].unique(return_inverse=True)
        self._rows = self.rows.rows[self._of].clone().requires_grad_()
        self._logs = self.weights.rows[self._tokens].clone().requires_grad_()
        loud = torch.where((self._tokens > 0)[:, None], self._logs.exp(), 1)
        weighted = self._rows[place] * loud[named] * self.share[ids, None]
        return torch.cat([torch.zeros(1, weighted.shape[1]), weighted])

    def step(self, rate: float, weight_rate: float) -> None:
        """Update what was gathered last, by its gradient."""
        for table, ids, leaf, by in (
            (self.rows, self._of, self._rows, rate),
            (self.weights, self._tokens, self._logs, weight_rate),
        ):
            assert leaf.grad is not None
            table.step(ids, leaf.grad, by)

    def save(self, checkpoint: Path, step: int) -> None:
        """Write everything needed to go on, whole or not at all."""
        state = {"rows": vars(self.rows), "weights": vars(self.weights), "step": step}
        save_whole(state, checkpoint)

    def load(self, checkpoint: Path) -> int:
        """Take up a saved state; gives the step to go on with."""
        state = torch.load(checkpoint, weights_only=True)
        vars(self.rows).update(state["rows"])
        vars(self.weights).update(state["weights"])
        return int(state["step"])

    def write(self, settings: dict[str, Any]) -> None:
        """Write the table back, its axes made more even once more.

        `settings["taken"]` is how much of the way that was trained is gone: a table
        between the first and the last is better than both (Wortsman et al., CVPR 2022).
        """
        tensors, mapping = self.tensors, self.tensors["mapping"]
        taken = settings["taken"]
        trained, logs = (
            torch.lerp(old, table.rows, taken).numpy()
            for old, table in zip(self.began, (self.rows, self.weights), strict=True)
        )
        weights = np.exp(logs[:, 0]) * self.share[: len(mapping)].numpy()
        rows, weights, back = even(
            trained,
            mapping,
            weights,
            tensors["information"].astype(np.float32),
            {"information_power": 0, "length_power": 0} | settings,
        )
        embeddings, scale = quantize(rows)
        made = tensors | {
            "embeddings": embeddings,
            "weights": (weights * scale[mapping]).astype(np.float32),
            "words": (back @ tensors["words"]).astype(np.float32),
        }
        save_file(made, self.folder / "model.safetensors")


class Tuner(Trainer):
    """A Trainer of the shipped table."""

    def __init__(
        self, corpus: Corpus, teacher: Array, row: Array, recipe: dict[str, Any]
    ) -> None:
        super().__init__(corpus, teacher, row, recipe)
        self.known = {
            code: picked
            for code, pairs in corpus.sentences.items()
            if len(picked := _first(row, pairs.left)) > _FEWEST
        }
        sizes = {code: len(picked) for code, picked in self.known.items()}
        self.codes, self.chance = shares(sizes, recipe["language_power"])
        self.near: dict[str, Array] = {}

    def batch(self, step: int) -> dict[str, Any]:
        """Draw what a step needs, and pairs of sentences of one language."""
        made, n = super().batch(step), self.recipe["graded"]
        code = str(self.rng.choice(self.codes, p=self.chance))
        known, near = self.known[code], self._neighbours(code)
        first = self.rng.integers(len(known), size=n)
        rank = np.exp(self.rng.random(n) * np.log(_NEAR)).astype(int)  # near ones more
        second = near[first, rank]
        second = np.where(second < 0, self.rng.integers(len(known), size=n), second)
        picked = known[np.concatenate([first, second])]
        pairs = self.corpus.sentences[code]
        left, right = pairs.left[picked], pairs.right[picked]
        return made | {
            "graded": self.teacher[self.teacher_row[left]].float(),
            "e": pad(self.take(self.corpus.english, left), LONGEST, self.rng),
            "f": pad(self.take(self.corpus.other[code], right), LONGEST, self.rng),
        }

    def _neighbours(self, code: str) -> Array:
        """Places of the sentences that lie near each in the teacher's eyes."""
        if code not in self.near:
            left = self.corpus.sentences[code].left[self.known[code]]
            vectors = self.teacher[self.teacher_row[left]].float().numpy()
            kind = "Flat" if len(vectors) < 20_000 else "IVF256,Flat"
            finder = faiss.index_factory(
                vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT
            )
            finder.train(vectors)
            finder.add(vectors)
            if kind != "Flat":
                finder.nprobe = 8
            self.near[code] = finder.search(vectors, _NEAR + 1)[1].astype(np.int32)
        return self.near[code]

    def losses(
        self, rows: Tensor, words: Tensor, batch: dict[str, Any]
    ) -> dict[str, Tensor]:
        """The losses of one step; `rows` and `words` are those of the batch in the
        space of means and in that of words."""
        recipe, a, b = self.recipe, batch["a"], batch["b"]
        left, right = means(rows, a), means(rows, b)
        same = equal(batch["left"])
        found = {"mean": contrast(left @ right.T / recipe["temperature"], same)}
        found["graded"] = recipe["grade"] * _graded(
            batch["graded"], means(rows, batch["e"]), means(rows, batch["f"])
        )
        return found | self.turn_loss(rows, words, batch)

    def tune(self, table: Shared, checkpoint: Path) -> None:
        """Train to the end, from the checkpoint where there is one."""
        steps = self.recipe["tuned"]
        start = table.load(checkpoint) if checkpoint.exists() else 0
        self.rng = np.random.default_rng([self.recipe["seed"], 2, start])
        curve = Curve(steps, every=100)
        for step in range(start, steps):
            batch = self.batch(step)
            ids = self.localise(batch, "abcdef")
            rows = table.gather(ids)
            losses = self.losses(rows, rows @ table.words, batch)
            torch.stack(list(losses.values())).sum().backward()
            share = min(1.0, (step + 1) / 50) * (1 - step / steps)
            table.step(*(share * rate for rate in self.recipe["tuning_rate"]))
            curve.add(step, {name: float(v.detach()) for name, v in losses.items()})
            if step % 500 == 499 or step == steps - 1:
                table.save(checkpoint, step + 1)


def _first(row: Array, left: Array) -> Array:
    """Places of pairs whose English text the teacher has read, each text once."""
    known = np.flatnonzero(row[left] >= 0)
    _, first = np.unique(row[left[known]], return_index=True)
    return known[first]


def _graded(teacher: Tensor, english: Tensor, other: Tensor) -> Tensor:
    """How badly cosines go with the teacher's: 1 less their correlation, summed over
    pairs of English, of the other language, and one of each.

    All (2n, d): texts, then their partners. A quarter as many pairs more are of texts
    that have nothing to do with each other.
    """
    n = len(english) // 2
    m = n // 4

    def pairs(a: Tensor, b: Tensor) -> Tensor:
        strange = (a[:m] * b[n + m : n + 2 * m]).sum(1)
        return torch.cat([(a[:n] * b[n:]).sum(1), strange])

    wanted = pairs(teacher, teacher)
    wanted = wanted - wanted.mean()
    lost = torch.zeros(())
    for one, two in ((english, english), (other, other), (english, other)):
        found = pairs(one, two)
        found = found - found.mean()
        lost = lost + 1 - found @ wanted / (found.norm() * wanted.norm() + 1e-6)
    return lost
