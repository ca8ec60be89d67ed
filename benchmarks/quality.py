"""Measure the whole path on XQuAD, part by part, and write benchmarks/quality.md.

    python benchmarks/quality.py ../shared/eval/xquad [--model fast]

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
                print(
                    ask,
                    read,
                    {
                        m: round(every[ask, read, m]["ndcg@10"], 3)
                        for m in evaluate.MODES
                    },
                    flush=True,
                )
    return every, evens, sorted(seconds)[len(seconds) // 2]


def kind(ask: str, read: str) -> str:
    if ask == read:
        return "same language"
    return (
        "English question, other language"
        if ask == "en"
        else "other language, over English"
    )


def summary(scores: Scores) -> list[str]:
    """Rows of means: kind of run, and nDCG@10 of each part, recall@1 of the whole."""
    rows = []
    for name in dict.fromkeys(kind(a, r) for a, r, _ in scores):
        runs = [(a, r) for a, r, m in scores if m == "full" and kind(a, r) == name]
        cells = []
        for mode in ("vectors", "lexical", "full"):
            values = [scores[a, r, mode]["ndcg@10"] for a, r in runs]
            cells.append(f"{sum(values) / len(values):.3f}")
        worst = min(scores[a, r, "full"]["ndcg@10"] for a, r in runs)
        first = sum(scores[a, r, "full"]["recall@1"] for a, r in runs) / len(runs)
        rows.append(
            f"| {name} ({len(runs)}) | {' | '.join(cells)} | {worst:.3f} | {first:.3f} |"
        )
    return rows


def detail(scores: Scores, wanted: str, mode: str) -> str:
    """One row of a table: each language's nDCG@10."""
    cells = []
    for code in LANGUAGES:
        found = [
            s["ndcg@10"]
            for (a, r, m), s in scores.items()
            if m == mode
            and kind(a, r) == wanted
            and code == (a if wanted.startswith("other") else r)
        ]
        cells.append(f"{found[0]:.3f}" if found else "")
    return f"| {wanted}, {mode} | {' | '.join(cells)} |"


def report(every: Scores, evens: Scores, seconds: float, model: str) -> str:
    head = "| run (number) | vectors | BM25, own words | whole path | worst | recall@1 |\n| --- | --- | --- | --- | --- | --- |"
    kinds = list(dict.fromkeys(kind(a, r) for a, r, _ in every))
    lines = [
        "# Quality on XQuAD",
        f"Made by `python benchmarks/quality.py XQUAD_FOLDER --model {model}`: 240 paragraphs, 1,190",
        "questions a language, nDCG@10 unless named. No language has a weight of its own.",
        f"Whole path: {seconds * 1000:.1f} ms a question (median of runs, one thread asking).",
        "## Even-numbered articles (the ranking learned on the odd ones)",
        "\n".join([head, *summary(evens)]),
        "## All questions",
        "\n".join([head, *summary(every)]),
        "## By language, all questions",
        "\n".join(
            [
                f"| | {' | '.join(LANGUAGES)} |",
                f"| --- |{' --- |' * len(LANGUAGES)}",
                *(
                    detail(every, k, m)
                    for k in kinds
                    for m in ("vectors", "lexical", "full")
                ),
            ]
        ),
    ]
    return "\n\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="fast")
    given = parser.parse_args()
    every, evens, seconds = measure(given.folder, given.model)
    OUT.write_text(report(every, evens, seconds, given.model), "utf-8")


if __name__ == "__main__":
    main()
