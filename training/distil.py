"""Train the graft: translations towards the teacher's reading of the English.

Source: Reimers and Gurevych, EMNLP 2020. A step takes one language, and in turn
sentences, passages (neighbouring sentences joined), terms of the lexicons, or
questions with their passages. The vector of the other side, or of the English itself
for some, is drawn to the teacher's (cosine), and told from the rest of the batch
(contrastive). Deterministic for a given seed and thread count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from index.embedders.graft import entered
from training.corpus import shares
from training.curve import Curve
from training.data import pairs, records, sources
from training.graft import Start
from training.student import Student, Teacher
from training.table import Table, contrast, equal, save_whole

Array = np.ndarray
TURNS = "sentences terms sentences passages sentences terms sentences questions"
LONGEST = {"sentences": 72, "passages": 200, "terms": 16, "questions": 200}
_FULL = 60  # characters from which a sentence is drawn at its full weight
_RUN, _STRIDE = 4, 3  # questions of one article in a batch, and how far apart
_ANCHORED = 0.2  # share of the student's texts that are the English itself


@dataclass(frozen=True)
class Pairs:
    """Translations in their sources' order, and how likely each is drawn."""

    english: list[str]
    other: list[str]
    chance: Array


@dataclass(frozen=True)
class Material:
    """What is trained on, by language; `questions` are (question, passage) lists."""

    sentences: dict[str, Pairs]
    terms: dict[str, Pairs]
    questions: dict[str, tuple[list[str], list[str]]]


def read(data: Path, weights: dict[str, float]) -> Material:
    """Read the folder of training material."""
    found: dict[tuple[str, str], list[tuple[str, str, float]]] = {}
    asked: dict[str, tuple[list[str], list[str]]] = {}
    for source in sources(data):
        weight = weights.get(source.name, 1.0)
        if source.kind in ("parallel", "lexicon"):
            joined = found.setdefault((source.kind, source.language), [])
            for left, right in pairs(source.path):
                full = len(left) / _FULL if source.kind == "parallel" else 1.0
                joined.append((left, right, weight * min(1.0, full)))
        elif source.kind == "qa":
            questions, passages = asked.setdefault(source.language, ([], []))
            for record in records(source.path):
                questions.append(record["question"])
                passages.append(record["passage"])
    return Material(_pairs(found, "parallel"), _pairs(found, "lexicon"), asked)


def _pairs(
    found: dict[tuple[str, str], list[tuple[str, str, float]]], kind: str
) -> dict[str, Pairs]:
    made = {}
    for (of, code), joined in found.items():
        if of == kind:
            left, right, weight = zip(*joined, strict=True)
            chance = np.cumsum(weight)
            made[code] = Pairs(list(left), list(right), chance / chance[-1])
    return made


class Distiller:
    """Everything one training run holds."""

    def __init__(
        self, material: Material, begin: Start, teacher: Path, recipe: dict[str, Any]
    ) -> None:
        self.material, self.recipe = material, recipe
        self.tokenizer: Tokenizer = begin.tokenizer
        self.mapping, self.lexicon = begin.mapping, begin.lexicon
        self.teacher, self.student = Teacher(teacher), Student(teacher)
        body = {k: torch.from_numpy(v) for k, v in begin.body.items()}
        if body:
            self.student.body.load_state_dict(body)
        self.table = Table(len(begin.rows), begin.rows.shape[1], recipe["seed"])
        self.table.rows = torch.from_numpy(begin.rows).clone()
        self.adam = torch.optim.AdamW(
            self.student.body.parameters(), lr=0.0, weight_decay=0.01
        )
        self.languages = {
            kind: shares(sizes, recipe["language_power"])
            for kind, sizes in (
                ("sentences", {c: len(p.other) for c, p in material.sentences.items()}),
                ("terms", {c: len(p.other) for c, p in material.terms.items()}),
                ("questions", {c: len(q) for c, (q, _) in material.questions.items()}),
            )
        }

    def run(self, checkpoint: Path) -> None:
        """Train to the end, from the checkpoint where there is one."""
        steps, begin = self.recipe["steps"], self._load(checkpoint)
        self.rng = np.random.default_rng([self.recipe["seed"], begin])
        curve = Curve(steps, every=50)
        for step in range(begin, steps):
            warm = min(1.0, (step + 1) / 100)
            left = min(1.0, (steps - step) / (steps * self.recipe["decay"]))
            self.student.body.requires_grad_(step >= steps * self.recipe["frozen"])
            turn = TURNS.split()[step % len(TURNS.split())]
            curve.add(step, {turn: self.step(turn, warm * left)})
            if step % 500 == 499 or step == steps - 1:
                self._save(checkpoint, step + 1)

    def step(self, turn: str, share: float) -> float:
        """One update; `share` of the recipe's learning rates is taken."""
        kind = "sentences" if turn == "passages" else turn
        codes, chance = self.languages[kind]
        code = str(self.rng.choice(codes, p=chance))
        if turn == "questions":
            loss, rows, ids = self._asked(code)
        else:
            loss, rows, ids = self._translated(turn, code)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.student.body.parameters(), 1.0)
        for group in self.adam.param_groups:
            group["lr"] = share * self.recipe["body_rate"]
        self.adam.step()  # leaves frozen layers alone: they have no gradient
        self.adam.zero_grad()
        assert rows.grad is not None
        rate = share * self.recipe["table_rate"]
        self.table.step(ids, rows.grad[1:], rate, self.recipe["eager"])
        return float(loss.detach())

    def _translated(self, turn: str, code: str) -> tuple[Tensor, Tensor, Tensor]:
        kind = self.material.terms if turn == "terms" else self.material.sentences
        english, other = self._draw(kind[code], turn)
        target = self.teacher(english)
        own = self.rng.random(len(english)) < _ANCHORED
        read = [e if o else x for e, o, x in zip(english, own, other, strict=True)]
        rows, ids, (texts,) = self._enter([read], LONGEST[turn])
        made = self.student(rows, texts)
        near = (1 - (made * target).sum(1)).mean()
        same = _equal(english)
        loss = self.recipe["near"] * near
        loss = loss + contrast(made @ target.T / self.recipe["temperature"], same)
        return loss, rows, ids

    def _asked(self, code: str) -> tuple[Tensor, Tensor, Tensor]:
        questions, passages = self.material.questions[code]
        n = self.recipe["questions"]
        # Neighbours are of one article: its other passages are the hard ones to tell.
        first = self.rng.integers(len(questions) - _STRIDE * _RUN, size=n // _RUN)
        picked = (first[:, None] + _STRIDE * np.arange(_RUN)).ravel()
        asked, given = [questions[i] for i in picked], [passages[i] for i in picked]
        rows, ids, texts = self._enter([asked, given], LONGEST["questions"])
        made = self.student(rows, [*texts[0], *texts[1]])
        scores = made[:n] @ made[n:].T / self.recipe["temperature"]
        return contrast(scores, _equal(given)), rows, ids

    def _draw(self, of: Pairs, turn: str) -> tuple[list[str], list[str]]:
        """Translations: single ones, or some neighbours joined to a passage."""
        n = self.recipe[turn]
        k = int(self.rng.integers(3, 7)) if turn == "passages" else 1
        places = np.searchsorted(of.chance, self.rng.random(n))
        places = np.minimum(places, len(of.other) - k)

        def joined(side: list[str]) -> list[str]:
            return [" ".join(side[p : p + k]) for p in places]

        return joined(of.english), joined(of.other)

    def _enter(
        self, groups: Sequence[list[str]], longest: int
    ) -> tuple[Tensor, Tensor, list[list[Array]]]:
        """Give the rows that the texts need, padding first, as a leaf; their places
        in the table; and the texts as ids into the rows."""
        tokens = [self.tokens(texts, longest) for texts in groups]
        flat = np.concatenate([t for group in tokens for t in group])
        ids, local = np.unique(flat, return_inverse=True)
        places = torch.from_numpy(ids.astype(np.int64))
        rows = self.table.gather(places)
        parts = iter(
            np.split(local + 1, np.cumsum([len(t) for g in tokens for t in g]))
        )
        return rows, places, [[next(parts) for _ in group] for group in tokens]

    def tokens(self, texts: list[str], longest: int) -> list[Array]:
        """Rows of the table that each text enters by."""
        encodings = self.tokenizer.encode_batch(texts)
        return entered(encodings, self.mapping, self.lexicon, longest)

    def _save(self, path: Path, step: int) -> None:
        state = {
            "table": vars(self.table),
            "body": self.student.body.state_dict(),
            "adam": self.adam.state_dict(),
            "step": step,
        }
        save_whole(state, path)

    def _load(self, path: Path) -> int:
        if not path.exists():
            return 0
        state = torch.load(path, weights_only=True)
        vars(self.table).update(state["table"])
        self.student.body.load_state_dict(state["body"])
        self.adam.load_state_dict(state["adam"])
        return int(state["step"])


def _equal(texts: list[str]) -> Tensor:
    """(n, n) bool: off-diagonal places where two texts are the same."""
    _, number = np.unique(texts, return_inverse=True)
    return equal(number)
