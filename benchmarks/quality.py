"""Measure the whole path on XQuAD, part by part, and write benchmarks/quality.md, or
benchmarks/quality-MODEL.md for another model than the default.

    python -m benchmarks.quality EVAL_FOLDER [--model fast] [--every 1] [--jobs 2]

The folder holds xquad/ (corpus/<lang>.jsonl, queries/<lang>.jsonl, qrels/test.tsv) and
xquad_r.*.jsonl.zst. What the ranking learned, it learned on odd-numbered articles:
figures are those of the even ones unless it is said. --every 10 asks one question of
ten, for a first look.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the jobs share the cores

import numpy as np

from benchmarks import xquad
from benchmarks.xquad import LANGUAGES, MIXED, PARTS, POOLED, Asked, Setup
from index.build import MODEL
from qa import measures

SAME, FROM_ENGLISH, OVER_ENGLISH = KINDS = (
    "same language",
    "English question, other language",
    "other language's question, over English",
)
NAMES = {
    "vectors": "vectors alone",
    "lexical": "BM25, the question's own words",
    "expanded": "BM25, and what stands for them",
    "fused": "vectors and expanded BM25, fused",
    "full": "reranked: the whole path",
    "inexact": "the whole path, no bonus for the same word",
}
COVERAGES = (0.5, 0.7, 0.9, 1.0)
OUT = Path(__file__).with_suffix(".md")
Value = Callable[[Asked], float]


def kind(one: Asked) -> str:
    """Name the kind of run."""
    if one.read in (MIXED, POOLED):
        return one.read
    if one.ask == one.read:
        return SAME
    return FROM_ENGLISH if one.ask == "en" else OVER_ENGLISH


def table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a Markdown table."""
    lines = [list(heading)]
    lines += [["---"] * len(lines[0]), *map(list, rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def mean(asked: Iterable[Asked], value: Value) -> float:
    """Mean over the runs of the means over their questions."""
    of: dict[tuple[str, str], list[float]] = {}
    for one in asked:
        of.setdefault((one.ask, one.read), []).append(value(one))
    return float(np.mean([np.mean(values) for values in of.values()]))


def bounds(asked: list[Asked], value: Value) -> str:
    """Give the mean with its 95 % interval, articles drawn again."""
    values = np.array([value(one) for one in asked], float)
    articles = np.array([one.article for one in asked])
    low, high = measures.interval(values, articles)
    return f"{mean(asked, value):.3f} ({low:.3f} to {high:.3f})"


def summary(asked: list[Asked]) -> str:
    """Table of what is measured of each kind of run."""
    values: dict[str, Value] = {
        "nDCG@10": Asked.ndcg,
        "recall@1": lambda one: one.ranks["full"] == 1,
        "first sentence answers": lambda one: one.outcome.sentence,
        "strongest mark in the answering sentence": lambda one: one.outcome.evidence,
        "phrase, F1": lambda one: one.outcome.f1,
        "phrase is sure": lambda one: one.outcome.sure,
    }
    rows = []
    for name in KINDS:
        of = [one for one in asked if kind(one) == name]
        languages = {one.read if name == FROM_ENGLISH else one.ask for one in of}
        worst = min(
            mean([x for x in of if code in (x.ask, x.read)], Asked.ndcg)
            for code in languages - ({"en"} if name != SAME else set())
        )
        sure = [one for one in of if one.outcome.sure]
        cells = [bounds(of, value) for value in values.values()]
        cells.append(f"{mean(sure, lambda one: one.outcome.f1):.3f}" if sure else "")
        heading = f"{name} ({len(languages)})"
        rows.append([heading, cells[0], f"{worst:.3f}", *cells[1:]])
    first, *others = values
    return table(["", first, "worst language", *others, "F1 of the sure"], rows)


def ablation(asked: list[Asked]) -> str:
    """Table of each part's nDCG@10, and how far it lies below the whole."""
    rows = []
    for part, name in NAMES.items():
        cells = []
        for run in KINDS:
            of = [one for one in asked if kind(one) == run]
            found = f"{mean(of, partial(Asked.ndcg, part=part)):.3f}"
            if part != "full":
                less = bounds(of, lambda one, p=part: one.ndcg(p) - one.ndcg())
                found += f"; {less}"
            cells.append(found)
        rows.append([name, *cells])
    return table(["", *(f"{run}; less the whole" for run in KINDS)], rows)


def detail(asked: list[Asked]) -> str:
    """Table of each language, by kind of run."""
    values: dict[str, Value] = {
        "nDCG@10": Asked.ndcg,
        "first sentence": lambda one: one.outcome.sentence,
        "phrase F1": lambda one: one.outcome.f1,
    }
    rows = []
    for name in KINDS:
        of = [one for one in asked if kind(one) == name]
        for label, value in values.items():
            cells = []
            for code in LANGUAGES:
                chosen = [
                    x for x in of if code == (x.ask if name == OVER_ENGLISH else x.read)
                ]
                cells.append(f"{mean(chosen, value):.3f}" if chosen else "")
            rows.append([f"{name}, {label}", *cells])
    return table(["", *LANGUAGES], rows)


def many(asked: list[Asked], every: list[Asked]) -> str:
    """Table of collections in many languages: even articles, and all."""
    rows = []
    for read, name in (
        (POOLED, "every paragraph in all 12 (2,880)"),
        (MIXED, "each paragraph in one drawn by chance (240)"),
    ):
        for part, label in ((asked, "even"), (every, "all")):
            of = [one for one in part if one.read == read]
            own = f"{mean(of, lambda one: one.own):.3f}"
            cells = [
                bounds(of, lambda one: one.ranks["full"] == 1),
                bounds(of, Asked.ndcg) if read == MIXED else "",
                own,
            ]
            rows.append([f"{name}, {label}", *cells])
    heading = ["", "recall@1", "nDCG@10", "first hit in the question's language"]
    return table(heading, rows)


def pooled_detail(asked: list[Asked]) -> str:
    """Table of the pooled run by the question's language."""
    of = [one for one in asked if one.read == POOLED]
    values: dict[str, Value] = {
        "recall@1": lambda one: one.ranks["full"] == 1,
        "own language first": lambda one: one.own,
    }
    rows = [
        [name]
        + [f"{mean([x for x in of if x.ask == c], value):.3f}" for c in LANGUAGES]
        for name, value in values.items()
    ]
    return table(["", *LANGUAGES], rows)


def abstention(asked: list[Asked]) -> str:
    """Table of the confidence, by kind of run."""
    rows = []
    for name in KINDS:
        of = [one for one in asked if kind(one) == name]
        yes = np.array([one.outcome.confidence for one in of])
        near = np.array([one.outcome.without for one in of])
        far = np.array([one.far for one in of])
        right = np.array([one.ranks["full"] == 1 for one in of])
        chance = np.concatenate([yes, yes, near, far])
        truth = np.repeat([1.0, 0.0], 2 * len(yes))
        rows.append(
            [
                name,
                f"{measures.calibration_error(chance, truth):.3f}",
                f"{measures.auroc(yes, near):.3f}",
                f"{measures.auroc(yes, far):.3f}",
                *(f"{measures.risk(yes, right, part):.3f}" for part in COVERAGES),
            ]
        )
    risks = [f"risk at {part:.0%}" for part in COVERAGES]
    heading = ["", "ECE", "AUROC, paragraph gone", "AUROC, article gone", *risks]
    return table(heading, rows)


def lareqa(found: dict[str, list[float]]) -> str:
    """Table of mean average precision by the question's language."""
    means = [float(np.mean(values)) for values in found.values()]
    cells = [f"{value:.3f}" for value in (*means, float(np.mean(means)))]
    return table([*found, "mean"], [cells])


def report(every: list[Asked], sentences: dict[str, list[float]], setup: Setup) -> str:
    """Compose benchmarks/quality.md."""
    even = [one for one in every if one.even]
    single = [one for one in even if one.read in LANGUAGES]
    given = f"--model {setup.model}" + "".join(
        f" --{name} {value}"
        for name, value in (("reader", setup.reader), ("reranker", setup.reranker))
        if value
    )
    asked = "every question" if setup.step == 1 else f"one question of {setup.step}"
    parts = [
        "# Quality on XQuAD",
        f"Made by `python -m benchmarks.quality EVAL_FOLDER {given}`: 240 paragraphs\n"
        f"in each of 12 languages, {asked}, of even-numbered articles unless it is\n"
        "said (what was learned, was learned on the odd ones). No language has a\n"
        "weight of its own. In parentheses, 95 % intervals: articles drawn again,\n"
        "1,000 times.",
        "## The whole path",
        summary(single),
        "On all articles:",
        summary([one for one in every if one.read in LANGUAGES]),
        "## What each part adds (nDCG@10)",
        ablation(single),
        "## Collections in many languages",
        "Right is the paragraph in any language.",
        many(even, every),
        pooled_detail(every),
        "## Knowing when there is no answer",
        "The right paragraph is there, or it is taken away, or its whole article is.\n"
        "Risk: how often the first passage is wrong among the surest share of the\n"
        "questions that have an answer.",
        abstention(single),
        "## LAReQA (XQuAD-R): mean average precision",
        "Sentences of 11 languages in one index; the answering one is right in all.\n"
        f"Ranked are the first {xquad.DEEP}; all articles.",
        lareqa(sentences),
        "## By language, all articles",
        detail([one for one in every if one.read in LANGUAGES]),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--reader")
    parser.add_argument("--reranker")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    setup = Setup(given.folder, given.model, given.reader, given.reranker, given.every)
    reading = [POOLED, "en", MIXED, *(code for code in LANGUAGES if code != "en")]
    with ProcessPoolExecutor(given.jobs, get_context("spawn")) as jobs:
        sentences = jobs.submit(xquad.lareqa, setup)
        done = jobs.map(partial(xquad.runs, setup, parts=PARTS), reading)
        every = []
        for read, run in zip(reading, done, strict=True):
            print(f"{read}: {len(run)} questions", file=sys.stderr, flush=True)
            every += run
        text = report(every, sentences.result(), setup)
    name = "" if given.model == MODEL else f"-{Path(given.model).name}"
    OUT.with_stem(OUT.stem + name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
