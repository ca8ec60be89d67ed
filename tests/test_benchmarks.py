"""The tables of benchmarks/quality.md, from records made by hand."""

from pathlib import Path

import pytest

from benchmarks import quality
from benchmarks.xquad import LANGUAGES, MIXED, PARTS, POOLED, Asked, Setup
from qa.evaluate import Outcome


def asked(ask, read, article, rank=1, **more):
    """One question, found at this rank by every part."""
    ranks = dict.fromkeys([*PARTS, "full"], rank)
    values = {
        "sentence": rank == 1,
        "evidence": True,
        "f1": 0.5,
        "sure": rank == 1,
        **more,
    }
    outcome = Outcome({}, 0.9, 0.2, **values)
    return Asked(ask, read, article, ranks, True, outcome, 0.1)


def every():
    """Each run with two questions: of article 2 found first, of 4 third."""
    pairs = [(code, code) for code in LANGUAGES]
    pairs += [(a, b) for c in LANGUAGES if c != "en" for a, b in (("en", c), (c, "en"))]
    pairs += [(code, read) for code in LANGUAGES for read in (MIXED, POOLED)]
    return [asked(a, b, n, rank) for a, b in pairs for n, rank in ((2, 1), (4, 3))]


def test_ndcg_of_a_rank():
    """1 at rank 1, 1/log2(4) at rank 3, 0 when it is not found."""
    found = [asked("de", "de", 2, rank).ndcg() for rank in (1, 3, 0)]
    assert found == pytest.approx([1, 0.5, 0])


def test_the_mean_weighs_runs_alike():
    """A run of two and one of one: (0.75 + 0) / 2."""
    some = [asked("de", "de", 2), asked("de", "de", 2, 3), asked("tr", "tr", 2, 0)]
    assert quality.mean(some, Asked.ndcg) == pytest.approx(0.375)


def test_the_summary_has_a_row_for_each_kind_of_run():
    """nDCG (1 + 0.5) / 2, recall 0.5, with intervals, 12 and 11 languages."""
    of = [one for one in every() if one.read in LANGUAGES]

    rows = quality.summary(of).splitlines()[2:]

    assert [row.split("|")[1].strip() for row in rows] == [
        "same language (12)",
        "English question, other language (11)",
        "other language's question, over English (11)",
    ]
    assert all("0.750 (0.500 to 1.000) | 0.750 | 0.500" in row for row in rows)


def test_the_worst_language_is_the_one_asked_or_read():
    """Hindi questions are never found: the worst is 0, in its own kind alone."""
    of = [
        asked(one.ask, one.read, one.article, 0) if one.ask == "hi" else one
        for one in every()
        if one.read in LANGUAGES and (one.ask, one.read) != ("hi", "hi")
    ]
    same, _, over = quality.summary(of).splitlines()[2:]

    assert over.split("|")[3].strip() == "0.000"
    assert same.split("|")[3].strip() == "0.750"


def test_the_report_holds_every_part():
    """Tables of parts, languages, mixed collections, confidence and LAReQA."""
    setup = Setup(Path(), "fast", reranker="a/b", step=10)

    text = quality.report(every(), {"de": [0.5, 0.7], "el": [0.2]}, setup)

    assert "--model fast --reranker a/b" in text
    assert "one question of 10" in text
    assert "| 0.600 | 0.200 | 0.400 |" in text
    assert text.count("| same language, ") == 3
    assert "BM25, and what stands for them | 0.750; 0.000 (0.000 to 0.000)" in text
    assert "every paragraph in all 12 (2,880), even | 0.500 (0.000 to 1.000)" in text
