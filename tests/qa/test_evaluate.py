"""Measures against hand-made runs, and the three BEIR files end to end."""

import csv
import json
import math

import pytest

from index.embedders import packaged
from index.errors import InputError, ModelError
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


def test_blank_lines_and_a_byte_order_mark_count_for_nothing(tmp_path):
    """What editors leave in a file is no entry of it."""
    qrels = tmp_path / "qrels.tsv"
    qrels.write_text("\ufeff1\tx\t1\n\n2\ty\t1\n\n", "utf-8")
    queries = tmp_path / "queries.jsonl"
    queries.write_text('\ufeff{"_id": "1", "text": "a"}\n\n \n', "utf-8")

    assert evaluate.read_qrels(qrels) == {"1": {"x": 1}, "2": {"y": 1}}
    assert evaluate.read_queries(queries) == {"1": "a"}


@pytest.mark.parametrize("option", ["reader", "reranker"])
def test_a_network_that_is_not_there_is_told_before_indexing(
    data_set, monkeypatch, option
):
    """A corpus may take an hour to index, and a name is soon mistyped."""
    monkeypatch.setattr(evaluate, "build_documents", None)

    with pytest.raises(ModelError, match="no model 'typo'"):
        evaluate.evaluate(*data_set, **{option: "typo"})


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


def answered(texts, starts):
    record = {"_id": "1", "text": "?", "answers": texts, "answer_start": starts}
    return json.dumps(record).encode()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[" * 100_000, "recursion"),
        (b'{"_id": "1", "text": "\xff"}', "can't decode byte 0xff"),
        (rb'{"_id": "1", "text": "\ud800"}', "surrogates not allowed"),
        (rb'{"_id": "1", "text": "a\u0000b"}', "a NUL character"),
        (b'{"_id": "1", "text": null}', "text a string"),
        (b'{"_id": null, "text": "?"}', "_id must be"),
        (b"[1]", "JSON object"),
        (answered("x", 22), "answer_start whole numbers"),
        (answered([1], [2]), "strings in a list"),
        (answered([None], [2]), "strings in a list"),
        (answered(["x"], ["x"]), "answer_start whole numbers"),
    ],
)
def test_an_entry_that_is_not_as_it_should_be_is_named(tmp_path, line, reason):
    """In one line, whatever is wrong with it; `[[[...` nests too deep."""
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b'{"_id": "0", "text": "ok"}\n' + line)
    for reads in (evaluate.read_corpus, evaluate.read_queries, evaluate.read_answers):
        with pytest.raises(InputError, match=rf"line 2 of .*{reason}"):
            reads(path)


@pytest.mark.parametrize("headings", ["query-id\tcorpus-id\tscore\n", ""])
def test_judgements_need_no_headings(tmp_path, headings):
    """Without them the first line is a judgement, too."""
    path = tmp_path / "qrels.tsv"
    path.write_text(f"{headings}1\tx\t-1\n1\ty\t2\n")

    assert evaluate.read_qrels(path) == {"1": {"x": -1, "y": 2}}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"1\tx", "not enough values"),
        (b"1\tx\tgood", "invalid literal"),
        (b"1\t\xff\t1", "surrogates not allowed"),
        (b"1\t" + b"x" * 200 + b"\t1", "field larger than field limit"),
        (b"1\tx\t99999999999999999999999", "beyond 1,000,000"),
    ],
)
def test_a_bad_judgement_is_named(tmp_path, request, row, reason):
    """The third line of the file, below the headings and a good one."""
    usual = csv.field_size_limit(100)
    request.addfinalizer(lambda: csv.field_size_limit(usual))
    path = tmp_path / "bad.tsv"
    path.write_bytes(b"query-id\tcorpus-id\tscore\n1\ty\t1\n" + row)
    with pytest.raises(InputError, match=rf"line 3 of .*{reason}.*with tabs between"):
        evaluate.read_qrels(path)


def test_two_entries_of_one_id_are_an_error(tmp_path):
    """Which of them is judged cannot be known."""
    entries = [{"_id": id, "text": "?"} for id in ("1", "2", "1")]
    with pytest.raises(InputError, match=r"line 3 of .* has the _id '1' of line 1"):
        evaluate.read_corpus(write(tmp_path / "twice.jsonl", entries))


@pytest.mark.parametrize(
    ("fields", "language"),
    [
        ({"language": "fr"}, "fr"),
        ({"lang": "pt-BR"}, "pt"),
        ({"language": None, "lang": None}, ""),
        ({}, ""),
    ],
)
def test_an_entry_says_its_language_as_documents_do(tmp_path, fields, language):
    """Under either name; '' lets it be told from the text."""
    path = write(tmp_path / "corpus.jsonl", [{"_id": "1", "text": "?", **fields}])

    assert [document.language for document in evaluate.read_corpus(path)] == [language]


def test_queries_without_judgements_are_an_error(data_set, tmp_path):
    corpus, queries, _ = data_set
    empty = tmp_path / "none.tsv"
    empty.write_text("query-id\tcorpus-id\tscore\n", "utf-8")
    with pytest.raises(InputError, match="check the ids"):
        evaluate.evaluate(corpus, queries, empty)


def test_judgements_of_other_texts_are_an_error(data_set, tmp_path):
    """A measure of 0 would say nothing of the search."""
    corpus, queries, _ = data_set
    other = tmp_path / "other.tsv"
    other.write_text("query-id\tcorpus-id\tscore\n1\tz\t1\n", "utf-8")
    with pytest.raises(InputError, match=r"no text of .* is judged"):
        evaluate.evaluate(corpus, queries, other)
