"""Ask XQuAD and XQuAD-R through the whole path: one record a question and run.

Source: Artetxe et al., ACL 2020; LAReQA, Roy et al., EMNLP 2020. A run is a language
of questions over a language of paragraphs; MIXED has each paragraph in a language
drawn by chance, POOLED has every paragraph in all of them.
"""

import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.build import build_documents
from index.records import Document
from qa import evaluate, measures, reply
from qa.engine import QA

LANGUAGES = "ar de el en es hi ro ru th tr vi zh".split()
MIXED, POOLED = "mixed", "pooled"
PARTS = ("vectors", "lexical", "expanded", "fused", "inexact")
DEEP = 200  # sentences ranked for LAReQA


@dataclass(frozen=True, slots=True)
class Setup:
    """What is measured, and on how much: every `step`th question."""

    folder: Path
    model: str
    reader: str | None = None
    reranker: str | None = None
    step: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one run, and what came of it.

    ranks: of the first right paragraph, 0 when it is not among ten, by part of the
    path ("full" is all of it). own: whether the first hit is in the question's
    language. far: the confidence with its whole article taken away.
    """

    ask: str
    read: str
    article: int
    ranks: dict[str, int]
    own: bool
    outcome: evaluate.Outcome
    far: float

    @property
    def even(self) -> bool:
        """Whether the weights were learned without it."""
        return self.article % 2 == 0

    def ndcg(self, part: str = "full") -> float:
        """nDCG@10 of a part."""
        rank = self.ranks[part]
        return float(1 / np.log2(1 + rank)) if rank else 0.0


def runs(setup: Setup, read: str, parts: Iterable[str] = PARTS) -> list[Asked]:
    """Ask over the paragraphs of one language: its own questions and English ones,
    over English all; over MIXED and POOLED all, and no parts."""
    asking = LANGUAGES if read in ("en", MIXED, POOLED) else sorted({read, "en"})
    found: list[Asked] = []
    with opened(setup, corpus(setup, read)) as qa:
        for ask in asking:
            found += _asked(setup, qa, ask, read, list(parts))
    return found


@contextmanager
def opened(setup: Setup, documents: list[Document]) -> Iterator[QA]:
    """Index documents and open them."""
    with tempfile.TemporaryDirectory() as folder:
        build_documents(documents, Path(folder), model=setup.model)
        yield QA.open(folder, reader=setup.reader, reranker=setup.reranker)


def corpus(setup: Setup, read: str) -> list[Document]:
    """The paragraphs of a run; in several languages their ids begin with it."""
    if read in LANGUAGES:
        return evaluate.read_corpus(setup.folder / f"xquad/corpus/{read}.jsonl")
    of = {
        code: [
            replace(document, id=f"{code}:{document.id}", language=code)
            for document in corpus(setup, code)
        ]
        for code in LANGUAGES
    }
    if read == POOLED:
        return [document for documents in of.values() for document in documents]
    drawn = np.random.default_rng(1).choice(LANGUAGES, len(of["en"]))
    return [of[code][i] for i, code in enumerate(drawn)]


def _asked(
    setup: Setup, qa: QA, ask: str, read: str, parts: list[str]
) -> Iterator[Asked]:
    queries = setup.folder / f"xquad/queries/{ask}.jsonl"
    every = evaluate.read_queries(queries)
    judged = evaluate.read_qrels(setup.folder / "xquad/qrels/test.tsv")
    asked = {id: every[id] for id in list(judged)[:: setup.step]}
    single = read in LANGUAGES
    if not single:
        judged = {
            id: {f"{code}:{document}": 1 for code in LANGUAGES for document in right}
            for id, right in judged.items()
        }
    golds: Mapping[str, evaluate.Gold] = {}
    if single:
        answered = setup.folder / f"xquad/queries/{read}.jsonl"
        golds = evaluate.read_answers(answered)
    outcomes = evaluate.judge(qa, asked, judged, golds)
    found = {
        part: evaluate.run(qa.collection, asked, part)
        for part in (parts if single else ())
    } | {"full": {id: one.ranked for id, one in outcomes.items()}}
    articles = np.array([_article(d.id) for d in qa.snapshot.headings()])
    owners = articles[qa.snapshot.document_rows]
    for id, outcome in outcomes.items():
        article = _article(next(iter(judged[id])))
        yield Asked(
            ask,
            read,
            article,
            {part: _rank(ranked[id], judged[id]) for part, ranked in found.items()},
            next(iter(outcome.ranked), "").startswith(f"{ask}:"),
            outcome,
            _confidence(qa, asked[id], owners != article) if single else 0.0,
        )


def _confidence(qa: QA, text: str, among: np.ndarray) -> float:
    opened = qa.collection
    asked = opened.read(text, among)
    ranking = opened.rank(asked, evaluate.PASSAGES, among)
    return opened.confidence(asked, reply.distinct(opened, ranking, evaluate.SHOWN)[0])


def _article(id: str) -> int:
    return int(id.rpartition(":")[2].partition("-")[0])


def _rank(ranked: Mapping[str, float], right: Mapping[str, int]) -> int:
    order = sorted(ranked, key=lambda id: (-ranked[id], id))
    return next((i for i, id in enumerate(order, 1) if id in right), 0)


def lareqa(setup: Setup) -> dict[str, list[float]]:
    """Average precision of each question, by language: its answering sentence in all
    11 languages is sought among all sentences of all of them."""
    paragraphs = list(_lines(setup.folder / "xquad_r.paragraphs.jsonl.zst"))
    documents = [
        Document(f"{p['lang']}:{p['paragraph_id']}:{i}", "", text, language=p["lang"])
        for p in paragraphs
        for i, text in enumerate(p["sentences"])
    ]
    questions = list(_lines(setup.folder / "xquad_r.questions.jsonl.zst"))
    languages = sorted({q["lang"] for q in questions})
    right: dict[str, set[str]] = {}
    for q in questions:
        place = f"{q['lang']}:{q['paragraph_id']}:{q['answer_sentence_index']}"
        right.setdefault(q["id"], set()).add(place)
    found: dict[str, list[float]] = {code: [] for code in languages}
    with opened(setup, documents) as qa:
        for code in languages:
            of = [q for q in questions if q["lang"] == code]
            for q in of[:: setup.step]:
                ranked = _sentences(qa, q["question"])
                wanted = right[q["id"]]
                hits = [id in wanted for id in ranked]
                found[code].append(measures.average_precision(hits, len(wanted)))
    return found


def _sentences(qa: QA, text: str) -> list[str]:
    opened = qa.collection
    ranking = opened.rank(opened.read(text), DEEP)
    return [name for row in ranking.rows for name in opened.named(int(row))]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    import zstandard  # of the extra `training`

    with (
        path.open("rb") as raw,
        zstandard.ZstdDecompressor().stream_reader(raw) as file,
    ):
        yield from map(json.loads, io.TextIOWrapper(file, "utf-8"))
