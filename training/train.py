"""Train the table: translations, terms, passages, questions, a teacher.

Each step takes one language: a batch of its translations for the mean vectors
(in-batch negatives of one language are hard ones), and, in turn, one batch that
trains late interaction or words. Deterministic for a given seed and thread count.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.corpus import Corpus, Pairs, Texts, shares
from training.curve import Curve
from training.table import Table, contrast, equal, late_scores, means, pad

LONGEST = 48
PASSAGE = 144
# What a step trains beside translations, in turn: words are short and many.
TURNS = ("late", "terms", "passages", "terms", "questions", "terms")
LATE_PASSAGE = 80


class Trainer:
    """Everything one training run holds."""

    def __init__(
        self,
        corpus: Corpus,
        teacher: np.ndarray,
        row: np.ndarray,
        recipe: dict[str, Any],
    ) -> None:
        """teacher: (t, d) unit rows in the table's space; row: (english,) int32, the
        teacher's row of each English text, -1 where there is none."""
        self.corpus, self.recipe = corpus, recipe
        self.teacher, self.teacher_row = torch.from_numpy(teacher), row
        self.rng = np.random.default_rng(recipe["seed"])
        power = recipe["language_power"]
        sizes = {c: len(pairs.left) for c, pairs in corpus.sentences.items()}
        self.languages, self.language_chance = shares(sizes, power)
        self.question_keys = sorted(corpus.questions)
        sizes = np.array([len(corpus.questions[k][0]) for k in self.question_keys])
        boost = np.array(
            [4.0 if k.startswith("qa") else 1.0 for k in self.question_keys]
        )
        self.question_chance = boost * sizes**0.5 / (boost * sizes**0.5).sum()

    def draw(self, pairs: Pairs, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw n translations: rows of the English texts and of the other side's."""
        picked = self.rng.choice(len(pairs.left), n, p=pairs.chance)
        return pairs.left[picked], pairs.right[picked]

    def take(self, texts: Texts, rows: np.ndarray) -> list[np.ndarray]:
        """Token ids of some texts."""
        starts, ends = texts.offsets[rows], texts.offsets[rows + 1]
        return [texts.tokens[a:b] for a, b in zip(starts, ends, strict=True)]

    def batch(self, step: int) -> "dict[str, Any]":
        """Draw what one step needs, as padded blocks of the table's ids."""
        code = self.rng.choice(self.languages, p=self.language_chance)
        n, many = self.recipe["batch"], self.recipe["passage_batch"]
        left, right = self.draw(self.corpus.sentences[code], n)
        english, other = self.corpus.english, self.corpus.other[code]
        made: dict[str, Any] = {"teacher": self.teacher_row[left], "left": left}
        made["a"] = pad(self.take(english, left), LONGEST, self.rng)
        made["b"] = pad(self.take(other, right), LONGEST, self.rng)
        turn = TURNS[step % len(TURNS)]
        if turn == "late" and self.rng.random() < 0.5:
            made["a"], made["b"] = made["b"], made["a"]
        made["turn"] = turn
        if turn == "terms" and code in self.corpus.terms:
            tl, tr = self.draw(self.corpus.terms[code], self.recipe["term_batch"])
            made |= {"tl": tl, "tr": tr}
            made["c"] = pad(self.take(english, tl), 12, self.rng)
            made["d"] = pad(self.take(other, tr), 12, self.rng)
        elif turn == "passages":
            made |= self.passages(code, many)
        elif turn == "questions":
            key = self.rng.choice(self.question_keys, p=self.question_chance)
            questions, passages = self.corpus.questions[key]
            rows = self.rng.choice(
                len(questions), min(many, len(questions)), replace=False
            )
            made["c"] = pad(self.take(questions, rows), 32, self.rng)
            made["d"] = pad(self.take(passages, rows), PASSAGE, self.rng)
        return made

    def passages(self, code: str, n: int) -> dict[str, Any]:
        """Join translations into passages; one sentence of each, in the other
        language, asks for it."""
        k = int(self.rng.integers(2, 6))
        left, right = self.draw(self.corpus.sentences[code], n * k)
        english, other = self.corpus.english, self.corpus.other[code]
        a, b = self.take(english, left), self.take(other, right)
        if self.rng.random() < 0.5:
            a, b = b, a
        joined = [np.concatenate(b[i : i + k]) for i in range(0, n * k, k)]
        at = np.arange(n) * k + self.rng.integers(0, k, n)
        return {
            "c": pad([a[i] for i in at], 32, self.rng),
            "d": pad(joined, PASSAGE, self.rng),
        }

    def loss(self, rows: Tensor, batch: dict[str, Any]) -> dict[str, Tensor]:
        """The losses of one step; `rows` are the batch's rows of the table."""
        recipe, a, b = self.recipe, batch["a"], batch["b"]
        left, right = means(rows, a), means(rows, b)
        same = equal(batch["left"])
        found = {"mean": contrast(left @ right.T / recipe["temperature"], same)}
        known = torch.from_numpy(batch["teacher"] >= 0)
        if known.any():
            target = self.teacher[batch["teacher"][known.numpy()]].float()
            towards = (left[known] * target).sum(1) + (right[known] * target).sum(1)
            found["teacher"] = recipe["teacher_share"] * (2 - towards).mean() * 4
        return found | self.turn_loss(rows, rows, batch)

    def turn_loss(
        self, rows: Tensor, words: Tensor, batch: dict[str, Any]
    ) -> dict[str, Tensor]:
        """What the step trains in its turn: means of `rows`, single `words`."""
        recipe, turn = self.recipe, batch["turn"]
        if turn == "late":
            n = recipe["late_batch"]
            scores = late_scores(words, batch["a"][:n, :24], batch["b"][:n, :32])
            same = equal(batch["left"][:n])
            return {"late": contrast(scores / recipe["late_temperature"], same)}
        if "c" not in batch:
            return {}
        c, d = batch["c"], batch["d"]
        if turn == "terms":
            scores = means(words, c) @ means(words, d).T / recipe["temperature"]
            same = equal(batch["tl"]) | equal(batch["tr"])
            return {"terms": 0.5 * contrast(scores, same)}
        scores = means(rows, c) @ means(rows, d).T / recipe["temperature"]
        none = torch.zeros_like(scores, dtype=torch.bool)
        n = recipe["late_batch"] // 2
        late = late_scores(words, c[:n], d[:n, :LATE_PASSAGE])
        late = late / recipe["late_temperature"]
        return {
            turn: contrast(scores, none),
            f"{turn}.late": contrast(late, none[:n, :n]),
        }

    def run(self, table: Table, folder: Path, phase: int) -> None:
        """Train one phase, from its last checkpoint in `folder` if there is one."""
        steps, rate = self.recipe["steps"][phase], self.recipe["learning_rate"][phase]
        checkpoint = folder / f"phase{phase}.pt"
        start = table.load(checkpoint) if checkpoint.exists() else 0
        self.rng = np.random.default_rng([self.recipe["seed"], phase, start])
        curve = Curve(steps, every=100)
        for step in range(start, steps):
            curve.add(step, self.step(table, step, rate * (1 - step / steps)))
            if step % 500 == 499 or step == steps - 1:
                table.save(checkpoint, step + 1)

    def step(self, table: Table, step: int, rate: float) -> dict[str, float]:
        """One update; gives its losses."""
        batch = self.batch(step)
        unique = self.localise(batch, "abcd")
        rows = table.gather(unique)
        losses = self.loss(rows, batch)
        torch.stack(list(losses.values())).sum().backward()
        assert rows.grad is not None
        table.step(unique, rows.grad[1:], rate)
        return {name: float(value.detach()) for name, value in losses.items()}

    def localise(self, batch: dict[str, Any], blocks: str) -> Tensor:
        """Number the tokens of a batch's blocks from 1, in place; give their ids."""
        held = [k for k in blocks if k in batch]
        ids = torch.cat([batch[k].flatten() for k in held])
        unique, local = ids.unique(return_inverse=True)
        if unique[0] == 0:
            unique = unique[1:]
        else:
            local = local + 1
        parts = local.split([batch[k].numel() for k in held])
        for k, part in zip(held, parts, strict=True):
            batch[k] = part.view_as(batch[k])
        return unique
