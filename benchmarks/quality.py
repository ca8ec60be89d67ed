"""Measure the whole path on XQuAD, part by part, and write benchmarks/quality.md.

    python benchmarks/quality.py XQUAD_FOLDER [--model fast]

The folder holds corpus/<lang>.jsonl, queries/<lang>.jsonl and qrels/test.tsv. The
ranking's weights were learned on odd-numbered articles, so figures of the even ones
are given beside those of all 1,190 questions.
"""

import argparse
import tempfile
import time
from pathlib import Path

from index.build import build_documents
from qa import evaluate
from qa.engine import QA

LANGUAGES = "ar de el en es hi ro ru th tr vi zh".split()
SAME, FROM_ENGLISH, OVER_ENGLISH = KINDS = (
    "same language",
    "English question, other language",
    "other language's question, over English",
)
PARTS = ("vectors", "lexical", "full")  # in the order of the tables' columns
OUT = Path(__file__).with_suffix(".md")
Scores = dict[tuple[str, str, str], dict[str, float]]


def measure(folder: Path, model: str) -> tuple[Scores, Scores, float]:
    """nDCG@10 and recall@1 of every run: all questions, even articles, seconds a
    question of the whole path."""
    judged = evaluate.read_qrels(folder / "qrels" / "test.tsv")
    even = {q: d for q, d in judged.items() if int(next(iter(d))[:2]) % 2 == 0}
    asked = {c: evaluate.read_queries(folder / f"queries/{c}.jsonl") for c in LANGUAGES}
    every, evens, seconds = {}, {}, []
    for read in LANGUAGES:
        with tempfile.TemporaryDirectory() as index:
            documents = evaluate.read_corpus(folder / "corpus" / f"{read}.jsonl")
            build_documents(documents, Path(index), model=model)
            opened = QA.open(index).collection
            for ask in LANGUAGES if read == "en" else sorted({read, "en"}):
                for mode in evaluate.MODES:
                    began = time.perf_counter()
                    run = evaluate.run(opened, asked[ask], mode)
                    if mode == "full":
                        seconds.append((time.perf_counter() - began) / len(run))
                    every[ask, read, mode] = evaluate.measure(run, judged)
                    evens[ask, read, mode] = evaluate.measure(run, even)
                print(ask, read, every[ask, read, "full"]["ndcg@10"], flush=True)
    return every, evens, sorted(seconds)[len(seconds) // 2]


def kind(ask: str, read: str) -> str:
    """Name the kind of run."""
    if ask == read:
        return SAME
    return FROM_ENGLISH if ask == "en" else OVER_ENGLISH


def summary(scores: Scores) -> str:
    """Table of means: each part's nDCG@10, the whole path's worst and recall@1."""
    rows = [
        "| run (number) | vectors | BM25, own words | whole path | worst | recall@1 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name in KINDS:
        runs = [(a, r) for a, r, m in scores if m == "full" and kind(a, r) == name]
        means = [
            sum(scores[a, r, mode]["ndcg@10"] for a, r in runs) / len(runs)
            for mode in PARTS
        ]
        worst = min(scores[a, r, "full"]["ndcg@10"] for a, r in runs)
        first = sum(scores[a, r, "full"]["recall@1"] for a, r in runs) / len(runs)
        cells = " | ".join(f"{value:.3f}" for value in (*means, worst, first))
        rows.append(f"| {name} ({len(runs)}) | {cells} |")
    return "\n".join(rows)


def detail(scores: Scores) -> str:
    """Table of each language's nDCG@10, by kind of run and part."""
    rows = [f"| | {' | '.join(LANGUAGES)} |", f"| --- |{' --- |' * len(LANGUAGES)}"]
    for name in KINDS:
        for mode in PARTS:
            of = {
                (ask if name == OVER_ENGLISH else read): f"{found['ndcg@10']:.3f}"
                for (ask, read, m), found in scores.items()
                if m == mode and kind(ask, read) == name
            }
            cells = " | ".join(of.get(code, "") for code in LANGUAGES)
            rows.append(f"| {name}, {mode} | {cells} |")
    return "\n".join(rows)


def report(every: Scores, evens: Scores, seconds: float, model: str) -> str:
    """Compose benchmarks/quality.md."""
    parts = [
        "# Quality on XQuAD",
        f"Made by `python benchmarks/quality.py XQUAD_FOLDER --model {model}`: 240\n"
        "paragraphs and 1,190 questions a language, nDCG@10 unless named. No language\n"
        f"has a weight of its own. Whole path: {seconds * 1000:.1f} ms a question\n"
        "(median of the runs, one thread asking, on a shared machine of two cores).",
        "## Even-numbered articles (the ranking was learned on the odd ones)",
        summary(evens),
        "## All questions",
        summary(every),
        "## By language, all questions",
        detail(every),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="fast")
    given = parser.parse_args()
    every, evens, seconds = measure(given.folder, given.model)
    OUT.write_text(report(every, evens, seconds, given.model), "utf-8")


if __name__ == "__main__":
    main()
