"""An answer as records, CSV and Markdown."""

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.records import Document, Passage
from qa.address import Address
from qa.cite import plain, quote
from qa.export import (
    answer_csv,
    answer_markdown,
    answer_record,
    formula_safe,
    links,
    place,
)
from qa.filters import Filter
from qa.records import Answer, Hit, Sentence, Span

DOCUMENT = Document("a.md", "=SUM(A1)", "Il pleut. Il neige.", "Le Temps", "fr")
PASSAGE = Passage("a.md", 0, 19, DOCUMENT.text)
COPY = Document("b/a.md", "Temps", DOCUMENT.text)
HIT = Hit(1, 0.81239, PASSAGE, DOCUMENT, (Span(13, 18, 0.5, "snow"),), (COPY,))
SENTENCE = Sentence("Il neige.", DOCUMENT, 10, 19, 0.9)
ANSWER = Answer("Does it snow?", True, 0.9, (SENTENCE,), (HIT,), 0.01)


def test_the_record_has_the_promised_shape():
    """Programs rely on these names, and no others."""
    assert json.loads(json.dumps(answer_record(ANSWER))) == {
        "question": "Does it snow?",
        "answered": True,
        "phrase": None,
        "confidence": 0.9,
        "sentences": [
            {
                "text": "Il neige.",
                "document": "a.md",
                "title": "=SUM(A1)",
                "page": 0,
                "start": 10,
                "end": 19,
                "language": "fr",
            }
        ],
        "hits": [
            {
                "rank": 1,
                "score": 0.8124,
                "place": "a.md:0",
                "document": "a.md",
                "title": "=SUM(A1)",
                "source": "Le Temps",
                "language": "fr",
                "date": "",
                "page": 0,
                "start": 0,
                "end": 19,
                "text": "Il pleut. Il neige.",
                "also_in": [{"document": "b/a.md", "title": "Temps"}],
                "spans": [[13, 18, 0.5]],
            }
        ],
        "seconds": 0.01,
    }


def test_csv_runs_no_formula():
    """A title that starts like a formula is text in a spreadsheet."""
    (row,) = csv.DictReader(io.StringIO(answer_csv(ANSWER)))

    assert row["title"] == "'=SUM(A1)"
    assert row["text"] == "Il pleut. Il neige."
    assert row["score"] == "0.8124"
    assert row["also_in"] == "Temps (b/a.md)"


def test_of_many_copies_the_first_are_named():
    """Ten, as many as can be read; programs get all that the answer has."""
    copies = tuple(Document(f"{n}.md", "Rain", "x") for n in range(50))
    copied = replace(ANSWER, hits=(replace(ANSWER.hits[0], also_in=copies),))

    assert answer_markdown(copied).endswith("; Rain (9.md) …\n")
    assert len(answer_record(copied)["hits"][0]["also_in"]) == 50


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", " =1", "\r=1"])
def test_formulas_are_disarmed(text):
    """Every way to start a formula gets an apostrophe; numbers and text do not."""
    assert formula_safe(text) == f"'{text}"
    assert formula_safe("a=1") == "a=1"
    assert formula_safe(-1) == -1


def test_markdown_cites_every_passage():
    """The question, the sentence and the passage, each with its source."""
    written = answer_markdown(ANSWER)

    assert "# Does it snow?" in written
    assert "> Il neige." in written
    assert "> — *=SUM(A1),* Le Temps (a.md, characters 0–19)" in written
    assert written.endswith("\n\nAlso in: Temps (b/a.md)\n")


@example(r"\<img src=x onerror=alert(1)>")
@given(st.text(r"\<bi>/`a &;", max_size=30))
def test_no_tag_of_a_document_comes_alive_in_markdown(text):
    """Whatever backslashes stand before it."""
    assert not {"html_inline", "html_block"} & set(kinds(quote(text)))


def kinds(markdown):
    """Name the parts of a text as CommonMark has them."""
    for block in MarkdownIt("commonmark").parse(markdown):
        yield block.type
        yield from (part.type for part in block.children or [])


def test_a_title_shows_as_it_is_in_markdown():
    """Neither a tag nor the name of a character is read."""
    (_, inline, _) = MarkdownIt("commonmark").parse(plain("<b> &lt;b&gt; AT&T \\"))

    assert "".join(part.content for part in inline.children) == "<b> &lt;b&gt; AT&T \\"


def test_a_sentence_is_found_with_its_evidence():
    """Span 13:18 of the passage at 0 is 3:8 of the sentence at 10."""
    document, start, end, spans = place(ANSWER, "sentence", 0)

    assert (document, start, end) == (DOCUMENT, 10, 19)
    assert SENTENCE.text[spans[0].start : spans[0].end] == "neige"


def test_a_hit_is_found_by_its_rank():
    """Ranks count from 1; what is not there is None."""
    assert place(ANSWER, "hit", 1) == (DOCUMENT, 0, 19, HIT.spans)
    assert place(ANSWER, "hit", 2) is None
    assert place(ANSWER, "sentence", 1) is None
    assert place(ANSWER, "sentence", -1) is None
    assert place(ANSWER, "other", 0) is None


def test_links_carry_the_question_and_the_filters():
    """Each form has an address of its own, that asks the same."""
    asked = Address("a&b?", Filter("fr"), like=("a.md:0",))

    for form, url in zip(
        ("json", "csv", "markdown"), links(asked, 5).values(), strict=True
    ):
        path, query = url.split("?")
        assert path == "api/ask"
        assert Address.parse(query) == asked
        assert {"k=5", f"format={form}"} <= {*query.split("&")}
