"""Train the small networks that find answer phrases, `qa.phrase`.

    python -m training.phrase DATA_FOLDER

Reads the question-passage-answer material (SQuAD-like sets in several languages; a
passage and its question share a language), runs the product's own question path to
see how words match, and writes qa/models/phrase.safetensors. Two networks of different
sizes err differently: their mean is better than either. Two cores, an hour.
"""

import json
import logging
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch.nn import functional

from index.build import TABLE, build_documents
from index.embedders import load_words
from index.records import Document
from index.tokens import sentences, terms
from qa import phrase
from qa.engine import QA
from training.data import lines, pairs, sources

log = logging.getLogger("training.phrase")
HEADS = 2
MOST_OF_ONE = 9_000  # questions of one set
BATCH, RATE, SEED = 32, 2e-3, 1
DATELINES = 0.15  # share of passages that begin like news
CITIES = "dr5hn_cities"  # the lexicon of their places
MARGIN = 180  # words read around the answer

Array = np.ndarray


class Size(NamedTuple):
    """How large a network is, and how long it is trained."""

    projected: int
    width: int
    dropout: float
    epochs: int


SIZES = (Size(64, 96, 0.15, 3), Size(96, 128, 0.2, 5))


class Network(nn.Module):
    """The same arithmetic as `qa.phrase.Network`, padded and in batches."""

    def __init__(self, dim: int, size: Size) -> None:
        super().__init__()
        self.dropout = size.dropout
        p, h, a = size.projected, size.width, size.projected * HEADS
        inputs = p * (1 + HEADS) + phrase.MARKS
        shapes = {
            "project": (dim, p),
            "asked": (3, p, p),
            "attention": (p, HEADS),
            "in": (inputs, h),
            "in_asked": (a, h),
            "gate": (a, h),
            "out": (h, 2),
        } | {f"conv{i}": (3, h, h) for i in range(len(phrase.DILATIONS))}
        biases = {"asked_bias": p, "in_bias": h} | {
            f"bias{i}": h for i in range(len(phrase.DILATIONS))
        }
        self.w = nn.ParameterDict()
        for name, shape in shapes.items():
            fan = shape[-2] * (3 if len(shape) == 3 else 1)
            small = 0.1 if name in ("gate", "attention") else 1.0
            self.w[name] = nn.Parameter(torch.randn(shape) * small / fan**0.5)
        for name, size in biases.items():
            self.w[name] = nn.Parameter(torch.zeros(size))

    def forward(
        self,
        asked: Tensor,
        asked_pad: Tensor,
        words: Tensor,
        pad: Tensor,
        marks: Tensor,
    ) -> Tensor:
        """Scores (b, n, 2); asked (b, m, d), words (b, n, d), pads are True outside."""
        w = self.w
        wanted = self._wanted(asked @ w["project"], asked_pad)  # (b, heads, p)
        seen = words @ w["project"]
        pairs = [seen * wanted[:, i, None] for i in range(HEADS)]
        flat = wanted.flatten(1)
        inputs = torch.cat([seen, *pairs, marks], 2)
        inputs = functional.dropout(inputs, self.dropout, self.training)
        state = inputs @ w["in"] + (flat @ w["in_asked"])[:, None] + w["in_bias"]
        state = _masked(functional.relu(state), pad)
        for layer, step in enumerate(phrase.DILATIONS):
            near = _convolve(state, w[f"conv{layer}"], step) + w[f"bias{layer}"]
            near = functional.dropout(
                functional.relu(near), self.dropout, self.training
            )
            state = _masked(state + near, pad)
        scores = (state * (1 + flat @ w["gate"])[:, None]) @ w["out"]
        return scores.masked_fill(pad[:, :, None], -1e4)

    def _wanted(self, asked: Tensor, pad: Tensor) -> Tensor:
        w = self.w
        near = _convolve(_masked(asked, pad), w["asked"], 1) + w["asked_bias"]
        words = functional.relu(near) + asked
        scores = (words @ w["attention"]).masked_fill(pad[:, :, None], -1e4)
        return torch.softmax(scores, 1).transpose(1, 2) @ words


def _masked(values: Tensor, pad: Tensor) -> Tensor:
    return values.masked_fill(pad[:, :, None], 0)


def _convolve(rows: Tensor, kernel: Tensor, step: int) -> Tensor:
    before = functional.pad(rows, (0, 0, step, 0))[:, : rows.shape[1]]
    after = functional.pad(rows, (0, 0, 0, step))[:, step:]
    return before @ kernel[0] + rows @ kernel[1] + after @ kernel[2]


def datelines(cities: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Give what news begin with: nothing mostly, else a place, in capitals or not, and
    perhaps an agency, before a dash. None of the sets has them, and archives do."""
    while True:
        city = chance.choice(cities)
        city = city.upper() if chance.random() < 0.6 else city
        agency = chance.choice(["", "", " (AP)", " (AFP)", " (Reuters)", ", dpa"])
        dash = chance.choice([" – ", " - ", " — "])
        yield f"{city}{agency}{dash}" if chance.random() < DATELINES else ""


class Examples:
    """Questions, passages and where the answers stand, of one set."""

    def __init__(
        self, path: Path, name: str, language: str, cities: Sequence[str]
    ) -> None:
        rows = [json.loads(line) for line in lines(path)]
        rows = [r for r in rows if r["answer"] and r["answer"] in r["passage"]]
        random.Random(SEED).shuffle(rows)
        given = zip(
            rows[:MOST_OF_ONE], datelines(cities, random.Random(SEED)), strict=False
        )
        rows = [row | {"passage": line + row["passage"]} for row, line in given]
        unique = dict.fromkeys(r["passage"] for r in rows)
        documents = [
            Document(str(i), "", text, language=language)
            for i, text in enumerate(unique)
        ]
        with tempfile.TemporaryDirectory() as folder:
            build_documents(documents, Path(folder))
            opened = QA.open(folder).collection
            self.vectors = np.array(opened.snapshot.term_vectors)
            self.items = [
                item
                for row in rows
                if (item := example(opened, row, language)) is not None
            ]
        log.info("%s %s: %d of %d", name, language, len(self.items), len(rows))


def example(opened, row: dict[str, str], language: str):  # type: ignore[no-untyped-def]
    """Vectors of the question, ids and marks of the passage, places of the answer."""
    text, answer = row["passage"], row["answer"]
    words = terms(text)
    asked = opened.read(row["question"])
    found = answers(text, answer, words)
    if not found or not asked.words:
        return None
    ids = np.array([opened.ids.get(word.term, 0) for word in words], np.int32)
    held, places = np.unique(ids, return_inverse=True)
    cosines = asked.cosines(held)[:, places]
    marks = phrase.marks(text, words, sentences(text, language), asked, cosines)
    low = max(0, found[0][0] - random.Random(len(text)).randrange(MARGIN))
    high = low + 2 * MARGIN
    inside = [(a - low, b - low) for a, b in found if low <= a and b < high]
    return (
        asked.vectors.astype(np.float16),
        ids[low:high],
        marks[low:high].astype(np.float16),
        inside,
    )


def answers(text: str, answer: str, words) -> list[tuple[int, int]]:  # type: ignore[no-untyped-def]
    """Where an answer stands: first and last word of each of its occurrences."""
    starts, ends = [w.start for w in words], [w.end for w in words]
    found, at = [], text.find(answer)
    while at >= 0:
        first = int(np.searchsorted(ends, at, side="right"))
        last = int(np.searchsorted(starts, at + len(answer))) - 1
        if first <= last:
            found.append((first, last))
        at = text.find(answer, at + 1)
    return found


def batches(sets: list[Examples], seed: int) -> Iterator[tuple[Tensor, ...]]:
    """Give padded batches, of one set each, in an order drawn by chance."""
    chance = random.Random(seed)
    drawn = []
    for number, one in enumerate(sets):
        order = sorted(
            range(len(one.items)),
            key=lambda i: len(one.items[i][1]) + 40 * chance.random(),
        )
        drawn += [(number, order[i : i + BATCH]) for i in range(0, len(order), BATCH)]
    chance.shuffle(drawn)
    for number, chosen in drawn:
        yield padded(sets[number].vectors, [sets[number].items[i] for i in chosen])


def padded(vectors: Array, items: list) -> tuple[Tensor, ...]:  # type: ignore[type-arg]
    """Put examples side by side; the last two tell where answers begin and end."""
    m = max(len(item[0]) for item in items)
    n = max(len(item[1]) for item in items)
    b, d = len(items), vectors.shape[1]
    asked, words = np.zeros((b, m, d), np.float32), np.zeros((b, n, d), np.float32)
    asked_pad, pad = np.ones((b, m), bool), np.ones((b, n), bool)
    marks = np.zeros((b, n, phrase.MARKS), np.float32)
    right = np.zeros((b, n, 2), bool)
    for i, (question, ids, told, places) in enumerate(items):
        asked[i, : len(question)], asked_pad[i, : len(question)] = question, False
        words[i, : len(ids)], pad[i, : len(ids)] = vectors[ids], False
        marks[i, : len(ids)] = told
        for a, z in places:
            right[i, a, 0] = right[i, z, 1] = True
    return tuple(map(torch.from_numpy, (asked, asked_pad, words, pad, marks, right)))


def loss(scores: Tensor, right: Tensor) -> Tensor:
    """Negative log probability of any right beginning, and of any right end."""
    logs = torch.log_softmax(scores, 1)
    return -torch.logsumexp(logs.masked_fill(~right, -1e4), 1).sum(1).mean()


def train(sets: list[Examples], size: Size) -> Network:
    """Adam with a linear decay."""
    torch.manual_seed(SEED)
    network = Network(sets[0].vectors.shape[1], size)
    total = size.epochs * sum(-(-len(one.items) // BATCH) for one in sets)
    solver = torch.optim.AdamW(network.parameters(), RATE, weight_decay=0.01)
    plan = torch.optim.lr_scheduler.OneCycleLR(solver, RATE, total, pct_start=0.05)
    for epoch in range(size.epochs):
        network.train()
        losses = []
        for *inputs, right in batches(sets, epoch):
            value = loss(network(*inputs), right)
            solver.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            solver.step()
            plan.step()
            losses.append(value.item())
            if len(losses) % 200 == 0:
                log.info("%d %d loss %.3f", epoch, len(losses), np.mean(losses[-200:]))
    return network


def save(networks: Sequence[Network], out: Path, table: str) -> None:
    """Write the weights as float16, with the id of the table they were made for."""
    out.parent.mkdir(exist_ok=True)
    weights = {
        f"{i}.{name}": told.detach().numpy().astype(np.float16)
        for i, network in enumerate(networks)
        for name, told in network.w.items()
    }
    save_file(weights, out, metadata={"table": table})


def main(data: Path) -> None:
    """Train on all sets and write the networks."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    every = sources(data)
    chosen = [s for s in every if s.kind == "qa"]
    cities: dict[str, list[str]] = {}
    for source in every:
        if source.name == CITIES:
            told = zip(*pairs(source.path), strict=True)
            cities["en"], cities[source.language] = map(list, told)
    sets = [
        Examples(s.path, s.name, s.language, cities.get(s.language, cities["en"]))
        for s in chosen
    ]
    networks = [train(sets, size) for size in SIZES]
    save(networks, phrase.FILE, load_words(TABLE).id)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
