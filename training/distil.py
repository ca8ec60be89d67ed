"""Train the graft: translations towards the teacher's reading of the English.

Source: Reimers and Gurevych, EMNLP 2020. A step takes one language, and in turn
sentences, passages (neighbouring sentences joined), terms of the lexicons, or
questions with their passages. The vector of the other side, or of the English itself
for some, is drawn to the teacher's (cosine), and told from the rest of the batch
(contrastive); so are those of a passage's sentences, as they are read in it, and a
question is drawn to the sentence that answers it. Deterministic for a given seed and
thread count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from index.embedders.inputs import Reading
from index.sentences import sentences
from training.corpus import shares
from training.curve import Curve
from training.data import pairs, records, sources
from training.graft import Start
from training.student import Student, Teacher
from training.table import Table, contrast, equal, save_whole

Array = np.ndarray
TURNS = "sentences passages sentences questions sentences terms passages questions"
_FULL = 40  # characters from which a sentence is drawn at its full weight
_RUN, _STRIDE = 4, 3  # questions of one article in a batch, and how far apart
_ANCHORED = 0.35  # share of the student's texts that are the English itself


@dataclass(frozen=True)
class Pairs:
    """Translations in their sources' order, and how likely each is drawn."""

    english: list[str]
    other: list[str]
    chance: Array


class Asked(NamedTuple):
    """A question; the passage that answers it, parted into sentences, each with what
    follows it; and the one of them that holds the answer, -1 if that is not clear."""

    question: str
    sentences: list[str]
    right: int


@dataclass(frozen=True)
class Material:
    """What is trained on, by language."""

    sentences: dict[str, Pairs]
    terms: dict[str, Pairs]
    questions: dict[str, list[Asked]]


def read(data: Path, weights: dict[str, float]) -> Material:
    """Read the folder of training material."""
    found: dict[tuple[str, str], list[tuple[str, str, float]]] = {}
    asked: dict[str, list[Asked]] = {}
    for source in sources(data):
        weight = weights.get(source.name, 1.0)
        if source.kind in ("parallel", "lexicon"):
            joined = found.setdefault((source.kind, source.language), [])
            for left, right in pairs(source.path):
                full = len(left) / _FULL if source.kind == "parallel" else 1.0
                joined.append((left, right, weight * min(1.0, full)))
        elif source.kind == "qa":
            told = asked.setdefault(source.language, [])
            told += [_parted(r, source.language) for r in records(source.path)]
    return Material(_pairs(found, "parallel"), _pairs(found, "lexicon"), asked)


def _parted(record: dict[str, str], language: str) -> Asked:
    text = record["passage"]
    starts = [start for start, _ in sentences(text, language)]
    cut = [text[a:z] for a, z in pairwise([0, *starts[1:], len(text)])]
    right = [i for i, sentence in enumerate(cut) if record["answer"] in sentence]
    return Asked(record["question"], cut, right[0] if len(right) == 1 else -1)


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
        self.material, self.begin, self.recipe = material, begin, recipe
        self.inputs = begin.inputs()
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
                ("questions", {c: len(q) for c, q in material.questions.items()}),
            )
        }

    def run(self, checkpoint: Path) -> Start:
        """Train to the end, from the checkpoint where there is one, and give it."""
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
        body = {k: v.numpy() for k, v in self.student.body.state_dict().items()}
        return replace(self.begin, rows=self.table.rows.numpy(), body=body)

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
        own = self.rng.random(len(english)) < _ANCHORED
        read = [e if o else x for e, o, x in zip(english, own, other, strict=True)]
        rows, ids, ((texts, numbers),) = self._enter(
            [read], self.recipe["longest"][turn]
        )
        joined = ["".join(parts) for parts in english]
        if turn != "passages":
            return self._drawn(self.student(rows, texts), joined), rows, ids
        made = self.student.by_sentence(rows, texts, numbers, len(read[0]))
        sentences = made[:, 1:].flatten(0, 1)
        left = sentences.detach().any(dim=1)  # what was not cut off at the end
        kept = np.array(english).ravel()[left.numpy()].tolist()
        loss = self._drawn(made[:, 0], joined) + self._drawn(sentences[left], kept)
        return loss, rows, ids

    def _drawn(self, made: Tensor, english: list[str]) -> Tensor:
        """Draw vectors to the teacher's of the English, and tell them from others."""
        target = self.teacher(english)
        near = (1 - (made * target).sum(1)).mean()
        scores = made @ target.T / self.recipe["temperature"]
        return self.recipe["near"] * near + contrast(scores, _equal(english))

    def _asked(self, code: str) -> tuple[Tensor, Tensor, Tensor]:
        of, n = self.material.questions[code], self.recipe["questions"]
        # Neighbours are of one article: its other passages are the hard ones to tell.
        first = self.rng.integers(len(of) - _STRIDE * _RUN, size=n // _RUN)
        asked = [of[i] for i in (first[:, None] + _STRIDE * np.arange(_RUN)).ravel()]
        rows, ids, ((questions, _), (passages, numbers)) = self._enter(
            [[[one.question] for one in asked], [one.sentences for one in asked]],
            self.recipe["longest"]["questions"],
        )
        made = self.student(rows, questions) / self.recipe["temperature"]
        most = max(len(one.sentences) for one in asked)
        given = self.student.by_sentence(rows, passages, numbers, most)
        loss = contrast(made @ given[:, 0].T, _equal(["".join(o[1]) for o in asked]))
        among = [v[1 : 1 + len(one[1])] for v, one in zip(given, asked, strict=True)]
        return loss + _answered(made @ torch.cat(among).T, asked, numbers), rows, ids

    def _draw(self, of: Pairs, turn: str) -> tuple[list[list[str]], list[list[str]]]:
        """Translations in parts: single ones, or some neighbours for a passage."""
        n = self.recipe[turn]
        k = int(self.rng.integers(3, 7)) if turn == "passages" else 1
        places = np.searchsorted(of.chance, self.rng.random(n))
        places = np.minimum(places, len(of.other) - k)
        ends = [" "] * (k - 1) + [""]

        def parted(side: list[str]) -> list[list[str]]:
            return [[side[p + i] + end for i, end in enumerate(ends)] for p in places]

        return parted(of.english), parted(of.other)

    def _enter(
        self, groups: Sequence[list[list[str]]], longest: int
    ) -> tuple[Tensor, Tensor, list[tuple[list[Array], list[Array]]]]:
        """Give the rows that texts, each in parts, need, padding first, as a leaf;
        their places in the table; and the texts as ids into the rows, with the number
        of the part that each token is of."""
        read = [self.inputs(["".join(t) for t in g], longest) for g in groups]
        flat = np.concatenate([one.rows for group in read for one in group])
        ids, local = np.unique(flat, return_inverse=True)
        places = torch.from_numpy(ids.astype(np.int64))
        rows = self.table.gather(places)
        sizes = [len(one.rows) for group in read for one in group]
        texts = iter(np.split(local + 1, np.cumsum(sizes)))
        entered = [
            ([next(texts) for _ in group], list(map(_numbers, group, of)))
            for group, of in zip(read, groups, strict=True)
        ]
        return rows, places, entered

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


def _answered(scores: Tensor, asked: list[Asked], numbers: list[Array]) -> Tensor:
    """Tell the sentences that answer from all others, where it is clear which do.

    scores: (n, s) of n questions and the sentences of all their passages. numbers: of
    the sentences that tokens of each passage are of: it may have been cut short.
    """
    size = [len(one.sentences) for one in asked]
    right = np.cumsum([0, *size[:-1]]) + [one.right for one in asked]
    read = [number.max() for number in numbers]
    clear = np.flatnonzero([0 <= o.right < n for o, n in zip(asked, read, strict=True)])
    if not len(clear):
        return scores.sum() * 0
    texts = np.array([sentence for one in asked for sentence in one.sentences])
    same = texts[right[clear], None] == texts[None, :]
    same[np.arange(len(clear)), right[clear]] = False
    scores = scores[clear].masked_fill(torch.from_numpy(same), -1e4)
    return cross_entropy(scores, torch.from_numpy(right[clear]))


def _numbers(reading: Reading, parts: list[str]) -> Array:
    """Number the part of a text that each token is of, from 1 on; 0 for its ends."""
    bounds = np.cumsum([len(part) for part in parts])
    number = np.searchsorted(bounds, reading.ends) + 1
    return np.where(reading.ends > 0, np.minimum(number, len(parts)), 0)


def _equal(texts: list[str]) -> Tensor:
    """(n, n) bool: off-diagonal places where two texts are the same."""
    _, number = np.unique(texts, return_inverse=True)
    return equal(number)
