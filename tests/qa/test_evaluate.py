"""Measures against hand-made runs, and the three BEIR files end to end."""

import json
import math

import pytest

from index.embedders import packaged
from index.errors import InputError
from index.records import Document
from qa import evaluate
from qa.records import Sentence

needs_model = pytest.mark.skipif("fast" not in packaged(), reason="no model here")


def test_measures_are_the_published_formulas():
    """One relevant document at rank 1, one at rank 3, one not found."""
    judged = {q: {"d1": 1} for q in ("a", "b", "c")}
    run = {
        "a": {"d1": 3.0, "d2": 2.0},
        "b": {"d2": 3.0, "d3": 2.0, "d1": 1.0},
        "c": {"d2": 1.0},
    }

    found = evaluate.measure(run, judged)

    assert found["ndcg@10"] == pytest.approx((1 + 1 / math.log2(4)) / 3)
    assert found["mrr@10"] == pytest.approx((1 + 1 / 3) / 3)
    assert found["recall@1"] == pytest.approx(1 / 3)
    assert found["recall@5"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(("first", "found"), [("a", 1), ("b", 0)])
def test_of_equal_scores_the_one_given_first_is_first(first, found):
    """Every measure goes by the program's own order: rank 1, or 2 of 2."""
    scores = dict.fromkeys(sorted("ab", key=lambda id: id != first), 0.5)

    measured = evaluate.measure({"q": scores}, {"q": {"a": 1}})

    assert measured["recall@1"] == found
    assert measured["mrr@10"] == (1 if found else 1 / 2)


def write(path, entries):
    path.write_text("".join(json.dumps(e) + "\n" for e in entries), "utf-8")
    return path


@pytest.fixture
def data_set(tmp_path):
    corpus = [
        {"_id": "x", "title": "", "text": "Le volcan est entré en éruption mardi."},
        {"_id": "y", "title": "", "text": "Die Bank senkte gestern den Leitzins."},
    ]
    queries = [
        {"_id": "1", "text": "when did the volcano erupt?"},
        {"_id": "2", "text": "who lowered the interest rate?"},
        {"_id": "3", "text": "not judged"},
    ]
    qrels = tmp_path / "qrels.tsv"
    qrels.write_text("query-id\tcorpus-id\tscore\n1\tx\t1\n2\ty\t1\n", "utf-8")
    corpus_file = write(tmp_path / "corpus.jsonl", corpus)
    return corpus_file, write(tmp_path / "queries.jsonl", queries), qrels


@needs_model
@pytest.mark.parametrize("mode", ["full", "vectors"])
def test_a_data_set_is_measured_across_languages(data_set, mode):
    """English questions find the French and the German document first."""
    found = evaluate.evaluate(*data_set, mode=mode)

    assert found["ndcg@10"] == 1
    assert found["queries"] == 2
    assert found["seconds"] > 0


@needs_model
def test_answers_are_measured_where_queries_hold_them(data_set, tmp_path):
    """The first sentence holds the answer, the phrase is it, and without the document
    the confidence is lower."""
    corpus, _, qrels = data_set
    queries = [
        {
            "_id": "1",
            "text": "when did the volcano erupt?",
            "answers": ["mardi"],
            "answer_start": [32],
        },
        {"_id": "2", "text": "who lowered the interest rate?"},
    ]
    found = evaluate.evaluate(corpus, write(tmp_path / "a.jsonl", queries), qrels)

    assert found["sentence"] == 1
    assert found["phrase_f1"] > 0
    assert found["auroc"] == 1
    assert 0 <= found["calibration_error"] <= 1


def sentence(text, start):
    document = Document("d", "", "x" * start + text)
    return Sentence(text, document, start, start + len(text), 1.0)


def test_a_sentence_is_right_when_the_answer_starts_in_it():
    """In the right document, from its first character to before its end."""
    gold = evaluate.Gold(("b",), (12,))

    assert evaluate._holds(sentence("a b.", 10), {"d"}, gold)
    assert not evaluate._holds(sentence("a ", 10), {"d"}, gold)
    assert not evaluate._holds(sentence("a b.", 10), {"e"}, gold)


@needs_model
@pytest.mark.parametrize("mode", ["fused", "inexact"])
def test_parts_of_the_path_cross_languages_too(data_set, mode):
    """What stands for the question's words finds at least one of two documents."""
    assert evaluate.evaluate(*data_set, mode=mode)["recall@1"] >= 0.5


@needs_model
def test_lexical_mode_knows_no_other_language(data_set):
    """BM25 on the question's own words finds nothing across languages."""
    assert evaluate.evaluate(*data_set, mode="lexical")["ndcg@10"] == 0


def test_an_unknown_mode_is_refused(data_set):
    with pytest.raises(ValueError, match="full, vectors, lexical, expanded"):
        evaluate.evaluate(*data_set, mode="magic")


def test_a_bad_line_is_named(data_set, tmp_path):
    """The message holds the line and what is wanted."""
    corpus, _, qrels = data_set
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"_id": "1", "text": "ok"}\nnot json\n', "utf-8")
    with pytest.raises(InputError, match=r"line 2 of .*bad\.jsonl"):
        evaluate.evaluate(corpus, bad, qrels)


def test_queries_without_judgements_are_an_error(data_set, tmp_path):
    corpus, queries, _ = data_set
    empty = tmp_path / "none.tsv"
    empty.write_text("query-id\tcorpus-id\tscore\n", "utf-8")
    with pytest.raises(InputError, match="check the ids"):
        evaluate.evaluate(corpus, queries, empty)
