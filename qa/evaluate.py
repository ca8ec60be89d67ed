"""Measure retrieval and answers on the three files of a BEIR data set.

Source: Thakur et al., NeurIPS 2021. Each entry of the corpus is one document, which
scores as its best passage; measures of rankings are those of ir-measures, others are
in `qa.measures`. Where queries hold `answers` and `answer_start`, as XQuAD's do,
sentences and phrases are measured too.
"""

import csv
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

import ir_measures
import numpy as np
from ir_measures import RR, R, nDCG
from numpy.typing import NDArray

from index.build import MODEL, build_documents
from index.errors import InputError
from index.readers.fields import language_code
from index.records import Document
from index.sentences import sentences as sentences_of
from qa import measures, reply
from qa.collection import Collection
from qa.engine import QA, load_reader, load_reranker
from qa.fuse import fuse
from qa.records import Hit, Sentence

MEASURES = {
    "ndcg@10": nDCG @ 10,
    "recall@1": R @ 1,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "mrr@10": RR @ 10,
}
# Parts of the path: vectors; BM25 on the question's own words; BM25 on all that stand
# for them; both ways fused; reranked, a word itself no better than its translation.
MODES = ("full", "vectors", "lexical", "expanded", "fused", "inexact")
# Documents ranked for a question, and passages looked at to find them.
DEPTH = 10
PASSAGES = 100
# Hits that sentences and phrases are taken from.
SHOWN = 5

# ir-measures takes time and memory that grow with the highest grade of a judgement.
MOST_RELEVANT = 1_000_000

Array = NDArray[Any]
Item = TypeVar("Item")
Run = dict[str, dict[str, float]]
Answers = Mapping[str, "Gold"]


@dataclass(frozen=True, slots=True)
class Gold:
    """What answers a query in the right document: texts, and where they start there."""

    texts: tuple[str, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the whole path makes of one query.

    ranked: scores by document id. confidence: that the passages answer; without:
    likewise, once all the right documents are taken away. sentence: whether the first
    sentence holds the answer; evidence: whether the strongest mark in the first hit of
    a right document stands in a sentence that does; f1: of the likeliest phrase;
    sure: whether it would be shown. All as if every question were answered.
    """

    ranked: dict[str, float]
    confidence: float
    without: float
    sentence: bool
    evidence: bool
    f1: float
    sure: bool


def evaluate(
    corpus: Path,
    queries: Path,
    qrels: Path,
    model: str = MODEL,
    mode: str = "full",
    reader: str | None = None,
    reranker: str | None = None,
) -> dict[str, float]:
    """Index a corpus, ask its judged queries, and compare with the judgements.

    mode: "full", or another of MODES to measure one part.
    Returns the measures (means over queries), `queries`, and `seconds` for all of
    them, indexing left out. Raises InputError when a file is not as it should be.
    """
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}; it must be one of {', '.join(MODES)}")
    judged = read_qrels(qrels)
    asked = {id: q for id, q in read_queries(queries).items() if id in judged}
    if not asked:
        raise InputError(f"no query of {queries} is judged in {qrels}; check the ids")
    judged = {id: judged[id] for id in asked}
    documents, golds = read_corpus(corpus), read_answers(queries)
    if {one.id for one in documents}.isdisjoint(chain(*judged.values())):
        raise InputError(f"no text of {corpus} is judged in {qrels}; check the ids")
    networks = load_reader(reader), load_reranker(reranker)  # or fail before building
    with tempfile.TemporaryDirectory() as folder:
        build_documents(documents, Path(folder), model=model)
        qa = QA.open(folder)
        qa.reader, qa.reranker = networks
        began = time.perf_counter()
        if mode == "full":
            outcomes = judge(qa, asked, judged, golds)
            found = {id: one.ranked for id, one in outcomes.items()}
            more = summary(outcomes, golds)
        else:
            found, more = run(qa.collection, asked, mode), {}
        seconds = time.perf_counter() - began
    return {
        **measure(found, judged),
        **more,
        "queries": len(asked),
        "seconds": round(seconds, 6),
    }


def measure(found: Run, judged: dict[str, dict[str, int]]) -> dict[str, float]:
    """Average each measure over the judged queries.

    found: equal scores are in the order that they are given in.
    """
    ranked = {id: _strict(scores) for id, scores in found.items()}
    means = ir_measures.calc_aggregate(list(MEASURES.values()), judged, ranked)
    return {name: float(means[measure]) for name, measure in MEASURES.items()}


def _strict(scores: dict[str, float]) -> dict[str, float]:
    """Let no two scores be equal: measures order those by id, each in its own way."""
    best_first = sorted(scores, key=scores.__getitem__, reverse=True)
    return {id: float(-rank) for rank, id in enumerate(best_first)}


def summary(outcomes: Mapping[str, Outcome], golds: Answers) -> dict[str, float]:
    """Average what is known of the answers, and judge the confidence."""
    yes = np.array([one.confidence for one in outcomes.values()])
    no = np.array([one.without for one in outcomes.values()])
    chance, truth = np.concatenate([yes, no]), np.repeat([1.0, 0.0], len(yes))
    found = {
        "auroc": measures.auroc(yes, no),
        "calibration_error": measures.calibration_error(chance, truth),
    }
    known = [one for id, one in outcomes.items() if id in golds]
    if known:
        found["sentence"] = float(np.mean([one.sentence for one in known]))
        found["evidence"] = float(np.mean([one.evidence for one in known]))
        found["phrase_f1"] = float(np.mean([one.f1 for one in known]))
        found["phrase_shown"] = float(np.mean([one.sure for one in known]))
    return found


def judge(
    qa: QA, asked: dict[str, str], judged: dict[str, dict[str, int]], golds: Answers
) -> dict[str, Outcome]:
    """Ask every query, with and without the documents that answer it."""
    rows: dict[str, list[int]] = {}
    for row in range(len(qa.snapshot)):
        for name in qa.collection.named(row):
            rows.setdefault(name, []).append(row)
    found = {}
    for id, text in asked.items():
        right = {document for document, grade in judged[id].items() if grade > 0}
        others = np.ones(len(qa.snapshot), bool)
        others[[row for document in right for row in rows.get(document, ())]] = False
        found[id] = _outcome(qa, text, right, others, golds.get(id))
    return found


def _outcome(
    qa: QA, text: str, right: set[str], others: Array, gold: Gold | None
) -> Outcome:
    opened = qa.collection
    asked = opened.read(text)
    ranking = opened.rank(asked, PASSAGES)
    if qa.reranker is not None:
        ranking = qa.reranker.rank(text, ranking, opened.text)
    different, copies = reply.distinct(opened, ranking, SHOWN)
    without = opened.rank(asked, PASSAGES, others)
    missing, _ = reply.distinct(opened, without, SHOWN)
    shown = reply.shown(opened, asked, different.top(SHOWN), copies)
    hits, sentences = shown.hits, shown.sentences
    held = [hit for hit in hits if hit.document.id in right]
    confidence = opened.confidence(asked, different)
    found = reply.phrase(text, confidence, shown, qa.reader, likely=0)
    language = hits[0].document.language if hits else ""
    return Outcome(
        _by_document(opened, ranking.rows, ranking.scores),
        confidence,
        opened.confidence(asked, missing),
        bool(gold and sentences and _holds(sentences[0], right, gold)),
        bool(gold and held and _marks(held[0], gold)),
        measures.f1(found.text, gold.texts, language) if gold and found else 0.0,
        bool(found and found.score >= reply.LIKELY),
    )


def _holds(sentence: Sentence, right: set[str], gold: Gold) -> bool:
    """Whether the answer starts in a sentence."""
    starts = any(sentence.start <= at < sentence.end for at in gold.starts)
    return starts and sentence.document.id in right


def _marks(hit: Hit, gold: Gold) -> bool:
    """Whether the strongest mark of a hit stands in the answer's sentence."""
    if not hit.spans:
        return False
    at = max(hit.spans, key=lambda span: span.weight).start
    wanted = [start - hit.passage.start for start in gold.starts]
    return any(
        a <= at < z and any(a <= start < z for start in wanted)
        for a, z in sentences_of(hit.passage.text, hit.document.language)
    )


def run(opened: Collection, asked: dict[str, str], mode: str) -> Run:
    """Rank documents for each query: scores by document id, by query id."""
    return {
        id: _by_document(opened, *_passages(opened, text, mode))
        for id, text in asked.items()
    }


def _by_document(opened: Collection, rows: Array, scores: Array) -> dict[str, float]:
    """Score the best documents by their best passages."""
    best: dict[str, float] = {}
    for row, score in zip(rows, scores, strict=True):
        for name in opened.named(int(row)):
            if name not in best and len(best) < DEPTH:
                best[name] = float(score)
    return best


def _passages(opened: Collection, text: str, mode: str) -> tuple[Array, Array]:
    if mode == "vectors":
        return opened.rank_by_vectors(text, PASSAGES)
    asked = opened.read(text)
    if mode == "lexical":
        return opened.rank_by_words(asked, PASSAGES)
    if mode == "expanded":
        return opened.rank_by_expansion(asked, PASSAGES)
    if mode == "fused":
        near, _ = opened.rank_by_vectors(text, PASSAGES)
        worded, _ = opened.rank_by_expansion(asked, PASSAGES)
        rows, scores = zip(*fuse([near.tolist(), worded.tolist()]), strict=True)
        return np.array(rows), np.array(scores)
    ranking = opened.rank(asked.inexact() if mode == "inexact" else asked, PASSAGES)
    return ranking.rows, ranking.scores


def read_corpus(path: Path) -> list[Document]:
    """Read each entry of a corpus as one document."""
    return [
        Document(
            r["_id"],
            str(r.get("title") or ""),
            r["text"],
            language=language_code(r.get("language") or r.get("lang")),
        )
        for r in _records(path)
    ]


def read_queries(path: Path) -> dict[str, str]:
    """Read queries by id."""
    return {r["_id"]: r["text"] for r in _records(path)}


def read_answers(path: Path) -> Answers:
    """Read what answers each query, where the file says so."""
    return {r["_id"]: r["gold"] for r in _records(path) if r["gold"]}


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read query id, corpus id and relevance, below a line of headings, if any."""
    judged: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        try:
            for query, document, relevance in filter(None, rows):  # not blank lines
                if rows.line_num == 1 and not relevance.lstrip("-").isdecimal():
                    continue
                _storable(query + document)
                judged.setdefault(query, {})[document] = _grade(relevance)
        except (ValueError, csv.Error) as error:
            raise InputError(
                f"line {rows.line_num} of {path} cannot be read ({error}); wanted "
                "query id, corpus id and a whole number, with tabs between"
            ) from error
    return judged


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """Read the entries of a file, one a line, with the answers of each as `gold`."""
    lines: dict[str, int] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = _record(line)
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise InputError(
                    f"line {number} of {path} is not a JSON object with _id and text "
                    f"({error}); a BEIR file has one on each line"
                ) from error
            first = lines.setdefault(record["_id"], number)
            if first != number:
                raise InputError(
                    f"line {number} of {path} has the _id {record['_id']!r} of line "
                    f"{first}; give each entry its own"
                )
            yield record


def _record(line: bytes) -> dict[str, Any]:
    record = json.loads(line.decode("utf-8-sig"))
    id, text, gold = record["_id"], record["text"], None
    if not (isinstance(id, str | int) and isinstance(text, str)):
        raise TypeError("_id must be a string or a whole number, text a string")
    _storable(f"{id}{text}{record.get('title')}")
    if record.get("answers") and record.get("answer_start"):
        gold = _gold(record["answers"], record["answer_start"])
    return {**record, "_id": str(id), "gold": gold}


def _gold(texts: object, starts: object) -> Gold:
    if not (_is_list(texts, str) and _is_list(starts, int)):
        raise TypeError("answers must be strings in a list, answer_start whole numbers")
    return Gold(tuple(texts), tuple(starts))


def _is_list(values: object, kind: type[Item]) -> TypeGuard[list[Item]]:
    return isinstance(values, list) and all(isinstance(one, kind) for one in values)


def _storable(text: str) -> None:
    """Refuse what no index holds; raises ValueError."""
    if b"\0" in text.encode():  # which refuses lone surrogates
        raise ValueError("a NUL character in it")


def _grade(text: str) -> int:
    grade = int(text)
    if abs(grade) > MOST_RELEVANT:
        raise ValueError(f"{grade} is beyond {MOST_RELEVANT:,}")
    return grade
