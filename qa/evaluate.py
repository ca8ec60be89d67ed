"""Measure retrieval on the three files of a BEIR data set.

Source: Thakur et al., NeurIPS 2021. Each entry of the corpus is one document, which
scores as its best passage; measures are those of ir-measures.
"""

import csv
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import RR, R, nDCG
from numpy.typing import NDArray

from index.build import MODEL, build_documents
from index.errors import InputError
from index.records import Document
from qa.collection import Collection
from qa.engine import QA

MEASURES = {
    "ndcg@10": nDCG @ 10,
    "recall@1": R @ 1,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "mrr@10": RR @ 10,
}
MODES = ("full", "vectors", "lexical")
# Documents ranked for a question, and passages looked at to find them.
DEPTH = 10
PASSAGES = 100

Array = NDArray[Any]
Run = dict[str, dict[str, float]]


def evaluate(
    corpus: Path, queries: Path, qrels: Path, model: str = MODEL, mode: str = "full"
) -> dict[str, float]:
    """Index a corpus, ask its judged queries, and compare with the judgements.

    mode: "full", or "vectors" or "lexical" to measure one part.
    Returns the measures (means over queries), `queries`, and `seconds` for all of
    them, indexing left out. Raises InputError when a file is not as it should be.
    """
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}; it must be one of {', '.join(MODES)}")
    judged = read_qrels(qrels)
    asked = {id: q for id, q in read_queries(queries).items() if id in judged}
    if not asked:
        raise InputError(f"no query of {queries} is judged in {qrels}; check the ids")
    with tempfile.TemporaryDirectory() as folder:
        build_documents(read_corpus(corpus), Path(folder), model=model)
        opened = QA.open(folder).collection
        began = time.perf_counter()
        found = run(opened, asked, mode)
        seconds = time.perf_counter() - began
    return measure(found, {id: judged[id] for id in asked}) | {
        "queries": len(asked),
        "seconds": round(seconds, 6),
    }


def measure(found: Run, judged: dict[str, dict[str, int]]) -> dict[str, float]:
    """Average each measure over the judged queries."""
    means = ir_measures.calc_aggregate(list(MEASURES.values()), judged, found)
    return {name: float(means[measure]) for name, measure in MEASURES.items()}


def run(opened: Collection, asked: dict[str, str], mode: str) -> Run:
    """Rank documents for each query: scores by document id, by query id."""
    return {id: _ranked(opened, text, mode) for id, text in asked.items()}


def _ranked(opened: Collection, text: str, mode: str) -> dict[str, float]:
    """Score the best documents by their best passages."""
    best: dict[str, float] = {}
    for row, score in zip(*_passages(opened, text, mode), strict=True):
        document = opened.document(int(row)).id
        if document not in best and len(best) < DEPTH:
            best[document] = float(score)
    return best


def _passages(opened: Collection, text: str, mode: str) -> tuple[Array, Array]:
    if mode == "vectors":
        return opened.rank_by_vectors(text, PASSAGES)
    asked = opened.read(text)
    if mode == "lexical":
        return opened.rank_by_words(asked, PASSAGES)
    ranking = opened.rank(text, asked, PASSAGES)
    return ranking.rows, ranking.scores


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                record = json.loads(line)
                yield {**record, "_id": str(record["_id"]), "text": str(record["text"])}
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(
                    f"line {number} of {path} is not a JSON object with _id and text "
                    f"({error}); a BEIR file has one on each line"
                ) from error


def read_corpus(path: Path) -> list[Document]:
    """Read each entry of a corpus as one document."""
    return [
        Document(
            r["_id"],
            str(r.get("title", "")),
            r["text"],
            language=str(r.get("lang", "")),
        )
        for r in _records(path)
    ]


def read_queries(path: Path) -> dict[str, str]:
    """Read queries by id."""
    return {r["_id"]: r["text"] for r in _records(path)}


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read query id, corpus id and relevance, below a line of headings."""
    judged: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        next(rows, None)
        for row in rows:
            try:
                query, document, relevance = row
                judged.setdefault(query, {})[document] = int(relevance)
            except ValueError as error:
                raise InputError(
                    f"line {rows.line_num} of {path} is {row}; wanted query id, corpus "
                    "id and a whole number, with tabs between"
                ) from error
    return judged
