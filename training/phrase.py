"""Train the small networks that find answer phrases, `qa.phrase`.

    python -m training.phrase DATA_FOLDER

Reads the question-passage-answer material (SQuAD-like sets in several languages; a
passage and its question share a language), runs the product's own question path to
see how words match, and writes qa/models/phrase.safetensors. Networks that differ err
differently: the mean of two is better than either. The last one also sees each word as
the model `multilingual` reads it where it stands. Two cores, an hour and a half.
"""

import json
import logging
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch.nn import functional

from index.build import TABLE, build_documents
from index.embedders import SentenceEmbedder, load, load_words
from index.records import Document
from index.sentences import sentences
from index.tokens import terms
from qa import phrase
from qa.collection import Collection, in_context
from qa.engine import QA
from training.data import lines, pairs, sources

log = logging.getLogger("training.phrase")
HEADS = 2
MOST_OF_ONE = 9_000  # questions of one set
BATCH, RATE, SEED = 32, 2e-3, 1
DATELINES = 0.15  # share of passages that begin like news
CITIES = "dr5hn_cities"  # the lexicon of their places
WINDOW = 1_000  # characters of a longer passage that are read, in whole sentences
CONTEXTUAL = "multilingual"  # the model that reads words where they stand

Array = np.ndarray


class Size(NamedTuple):
    """How large a network is, how long it is trained, and whether it sees contextual
    vectors, too."""

    projected: int
    width: int
    dropout: float
    epochs: int
    contextual: bool = False


SIZES = (Size(64, 96, 0.15, 3), Size(96, 128, 0.2, 5), Size(96, 128, 0.2, 3, True))


class Network(nn.Module):
    """The same arithmetic as `qa.phrase.Network`, padded and in batches.

    dim: columns of the vectors that it sees, those of the table first.
    """

    def __init__(self, dim: int, size: Size) -> None:
        super().__init__()
        self.dropout, self.dim = size.dropout, dim
        self.marks = phrase.MARKS + phrase.LIKENESS * size.contextual
        p, h, a = size.projected, size.width, size.projected * HEADS
        inputs = p * (1 + HEADS) + self.marks
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
        w, marks = self.w, marks[:, :, : self.marks]
        asked, words = (vectors[:, :, : self.dim] for vectors in (asked, words))
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


class Example(NamedTuple):
    """A question and its passage. asked: (m, d + e) vectors of the one's words, the
    table's and contextual ones; ids, read: (n,), (n, e) of the other's words; marks:
    (n, MARKS + LIKENESS); answers: first and last word of each place that answers."""

    asked: Array
    ids: Array
    read: Array
    marks: Array
    answers: list[tuple[int, int]]


class Examples:
    """Those of one set."""

    def __init__(
        self, path: Path, name: str, language: str, cities: Sequence[str]
    ) -> None:
        rows = [json.loads(line) for line in lines(path)]
        rows = [r for r in rows if r["answer"] and r["answer"] in r["passage"]]
        chance = random.Random(SEED)
        chance.shuffle(rows)
        given = zip(rows[:MOST_OF_ONE], datelines(cities, chance), strict=False)
        rows = [
            row | {"passage": line + window(row["passage"], row["answer"], language)}
            for row, line in given
        ]
        model = cast(SentenceEmbedder, load(CONTEXTUAL))
        read = {
            text: in_context(model, text, terms(text))[1].astype(np.float16)
            for text in dict.fromkeys(row["passage"] for row in rows)
        }
        documents = [
            Document(str(i), "", text, language=language) for i, text in enumerate(read)
        ]
        with tempfile.TemporaryDirectory() as folder:
            build_documents(documents, Path(folder))
            opened = QA.open(folder).collection
            self.vectors = np.array(opened.snapshot.term_vectors)
            self.items = [
                item
                for row in rows
                if (item := example(opened, model, row, read[row["passage"]], language))
            ]
        log.info("%s %s: %d of %d", name, language, len(self.items), len(rows))


def window(text: str, answer: str, language: str) -> str:
    """Take the sentence that an answer begins in and, drawn by chance, of those before
    and after it as many as WINDOW holds: passages of the product are no longer."""
    if len(text) <= WINDOW:
        return text
    chance, places = random.Random(len(text)), sentences(text, language)
    first = last = max(i for i, (a, _) in enumerate(places) if a <= text.index(answer))
    while True:
        wider = [(first - 1, last)] * (first > 0)
        wider += [(first, last + 1)] * (last + 1 < len(places))
        wider = [(a, z) for a, z in wider if places[z][1] - places[a][0] <= WINDOW]
        if not wider:
            return text[places[first][0] : places[last][1]]
        first, last = chance.choice(wider)


def example(
    opened: Collection,
    model: SentenceEmbedder,
    row: dict[str, str],
    read: Array,
    language: str,
) -> Example | None:
    """Set a question against its passage; None without an answer.

    read: (n, e) the passage's words in it.
    """
    text, words = row["passage"], terms(row["passage"])
    asked = opened.read(row["question"])
    found = answers(text, row["answer"], words)
    if not found or not asked.words:
        return None
    ids = np.array([opened.ids.get(word.term, 0) for word in words], np.int32)
    held, places = np.unique(ids, return_inverse=True)
    cosines = asked.cosines(held)[:, places]
    marks = phrase.marks(text, words, sentences(text, language), asked, cosines)
    _, of_asked = in_context(model, row["question"], asked.words)
    like = phrase.likeness(of_asked, asked.importance, read)
    return Example(
        np.hstack([asked.vectors, of_asked]).astype(np.float16),
        ids,
        read,
        np.hstack([marks, like]).astype(np.float16),
        found,
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
            key=lambda i: len(one.items[i].ids) + 40 * chance.random(),
        )
        drawn += [(number, order[i : i + BATCH]) for i in range(0, len(order), BATCH)]
    chance.shuffle(drawn)
    for number, chosen in drawn:
        yield padded(sets[number].vectors, [sets[number].items[i] for i in chosen])


def padded(vectors: Array, items: Sequence[Example]) -> tuple[Tensor, ...]:
    """Put examples side by side; the last one tells where answers begin and end."""
    m = max(len(item.asked) for item in items)
    n = max(len(item.ids) for item in items)
    b, d = len(items), items[0].asked.shape[1]
    asked, words = np.zeros((b, m, d), np.float32), np.zeros((b, n, d), np.float32)
    asked_pad, pad = np.ones((b, m), bool), np.ones((b, n), bool)
    marks = np.zeros((b, n, phrase.MARKS + phrase.LIKENESS), np.float32)
    right = np.zeros((b, n, 2), bool)
    for i, (question, ids, read, told, places) in enumerate(items):
        asked[i, : len(question)], asked_pad[i, : len(question)] = question, False
        words[i, : len(ids)] = np.hstack([vectors[ids], read])
        pad[i, : len(ids)], marks[i, : len(ids)] = False, told
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
    seen = sets[0].items[0].asked if size.contextual else sets[0].vectors
    network = Network(seen.shape[1], size)
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


def save(networks: Sequence[Network], out: Path, table: str, contextual: str) -> None:
    """Write the weights as float16, with the id of the table they were made for, and
    under the number of each contextual network that of the model it sees, too."""
    out.parent.mkdir(exist_ok=True)
    made_for, weights = {"table": table}, {}
    for number, network in enumerate(networks):
        if network.marks > phrase.MARKS:
            made_for[str(number)] = contextual
        for name, told in network.w.items():
            weights[f"{number}.{name}"] = told.detach().numpy().astype(np.float16)
    save_file(weights, out, metadata=made_for)


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
    save(networks, phrase.FILE, load_words(TABLE).id, load(CONTEXTUAL).id)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
