"""An answer and an article as HTML."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from index.records import Document, Passage
from qa.address import Address
from qa.records import Answer, Hit, Sentence, Span
from qa.render import (
    SHOWN,
    article,
    marked,
    reasons,
    results,
    strength,
    trimmed,
    verdict,
)
from qa.words import speech

ENGLISH = speech("en")
NO = (Address(), {})
ARTICLE = "Avant.\n\nParis exige l’arrêt immédiat.\n\nAprès."
FRENCH = Document("a.md", "Un <arrêt>", ARTICLE, "Le Courrier", "fr", "2023-09-19")
START, END = 8, 37
SPANS = (Span(12, 19, 0.9, "halt"), Span(20, 28, 0.5, "immediate"))


def hit(document=FRENCH, start=START, end=END, spans=SPANS, score=0.9):
    passage = Passage(document.id, start, end, document.text[start:end])
    return Hit(1, score, passage, document, spans)


def answer(*hits, sentences=()):
    return Answer("who?", bool(sentences), 0.9, tuple(sentences), tuple(hits), 0.012)


def text_of(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


spans_anywhere = st.lists(
    st.builds(
        Span,
        st.integers(-3, 40),
        st.integers(-3, 40),
        st.floats(0, 1),
        st.text(max_size=3),
    )
)


@given(st.text(alphabet="ab <&é\u202e\n", max_size=30), spans_anywhere)
def test_marks_change_no_text(text, spans):
    """Whatever the spans, the text that is read stays the same."""
    assert text_of(marked(text, spans)) == text.replace("\u202e", "")


def test_the_heavier_of_two_spans_counts():
    """Characters under two spans get the strength of the heavier one."""
    made = marked("abcd", [Span(0, 3, 0.2), Span(2, 4, 0.9)])

    assert made == '<mark class="w1">ab</mark><mark class="w3">cd</mark>'


def test_a_blank_between_equal_marks_is_marked():
    """Two words that matched alike read as one."""
    made = marked("mettre fin à", [Span(0, 6, 0.9), Span(7, 10, 0.8)])

    assert made == '<mark class="w3">mettre fin</mark> à'


def test_trimming_moves_the_spans():
    """Spans count from the blanks that are cut off: 2 of them here."""
    assert (
        trimmed("\n\nhalt now", [Span(2, 6, 1.0)]) == '<mark class="w3">halt</mark> now'
    )


def test_a_card_says_where_the_passage_stands():
    """Title, source, name of the language, date, strength, evidence: all there."""
    shown = results(answer(hit()), Address(), {}, ENGLISH)

    for part in ("Un <arrêt>", "Le Courrier", "French", "2023-09-19", "strong"):
        assert part in text_of(shown)
    assert 'lang="fr" dir="ltr"' in shown
    assert '<mark class="w3">l’arrêt</mark>' in shown
    assert 'data-open="hit 1"' in shown


def test_a_card_names_the_pages_of_its_passage():
    """Characters 8 to 37 run from page 2, which begins at 8, to page 3, at 20."""
    paged = replace(FRENCH, pages=(0, 8, 20))
    sentence = Sentence(ARTICLE[8:18], paged, 8, 18, 0.9)

    shown = text_of(results(answer(hit(paged)), Address(), {}, ENGLISH))
    quoted = text_of(verdict(answer(hit(paged), sentences=[sentence]), ENGLISH))

    assert "Le Courrier · p. 2–3 · French" in shown
    assert "Le Courrier · p. 2 · French" in quoted


def test_documents_of_one_name_show_their_paths():
    """Others, and two passages of one document, do without."""
    twins = [replace(FRENCH, id="2023/a.md"), replace(FRENCH, id="2024/a.md")]
    shown = text_of(results(answer(*map(hit, twins)), Address(), {}, ENGLISH))
    alone = text_of(results(answer(hit(), hit()), Address(), {}, ENGLISH))

    assert "Le Courrier · 2023/a.md · French" in shown
    assert "Le Courrier · 2024/a.md · French" in shown
    assert "Le Courrier · French" in alone


def test_a_document_without_a_title_is_called_by_its_id():
    """On its card, where it is quoted, and where it is opened."""
    untitled = replace(FRENCH, id="posts.csv#2", title="")
    quoted = Sentence(ARTICLE[START:END], untitled, START, END, 0.9)

    assert ">posts.csv#2</h3>" in results(answer(hit(untitled)), *NO, ENGLISH)
    assert ">posts.csv#2</cite>" in verdict(answer(sentences=[quoted]), ENGLISH)
    opened = article(untitled, START, END, (), ENGLISH)
    assert ">posts.csv#2</h2>" in opened
    assert 'aria-label="posts.csv#2"' in opened


def test_copies_are_named_after_a_blank():
    """The label and the first title are two words."""
    copied = replace(hit(), also_in=(Document("c", "Report", "x"),))

    shown = text_of(results(answer(copied), Address(), {}, ENGLISH))
    assert "Also in: Report" in shown


def test_of_many_copies_the_first_are_named():
    """Ten, and that there are others."""
    copies = tuple(Document(str(n), f"Report {n}", "x") for n in range(11))

    shown = text_of(results(answer(replace(hit(), also_in=copies)), *NO, ENGLISH))
    assert "Report 9 …" in shown
    assert "Report 10" not in shown


def test_a_right_to_left_passage_says_so():
    """An Arabic passage is marked as such inside an English page."""
    arabic = Document("b.md", "هدنة", "دخلت هدنة حيز التنفيذ.", "", "ar")

    shown = results(answer(hit(arabic, 0, 22, ())), Address(), {}, ENGLISH)

    assert '<p class="passage" lang="ar" dir="rtl">' in shown
    assert shown.startswith('<div lang="en" dir="ltr">')


def test_a_citation_turns_no_date_around():
    """Right after Arabic a day would be read from its end."""
    arabic = Document("b.md", "هدنة", "دخلت هدنة.", "الوطن", "ar", "2023-09-19")

    shown = results(answer(hit(arabic, 0, 10, ())), *NO, ENGLISH)

    assert "<bdi>هدنة</bdi>, <bdi>الوطن</bdi>, <bdi>2023-09-19</bdi> " in shown
    assert "هدنة, الوطن, 2023-09-19 (b.md, characters 0–10)" in text_of(shown)


def test_the_answer_is_quoted_with_the_evidence_of_its_passage():
    """A sentence takes the marks over from the hit that it stands in."""
    text = "Paris exige l’arrêt immédiat."
    sentence = Sentence(text, FRENCH, START, START + len(text), 0.9)
    span = Span(0, 5, 0.9, "paris")

    shown = verdict(answer(hit(spans=(span,)), sentences=[sentence]), ENGLISH)

    assert '<mark class="w3">Paris</mark> exige l’arrêt immédiat.' in shown


def test_the_short_answer_is_set_off():
    """Above the sentence, and in it, evidence inside it staying marked."""
    text = "Paris exige l’arrêt immédiat."
    sentence = Sentence(text, FRENCH, START, START + len(text), 0.9)
    phrase = Sentence("l’arrêt immédiat", FRENCH, START + 12, START + 28, 0.8)
    given = replace(answer(hit(), sentences=[sentence]), phrase=phrase)

    shown = verdict(given, ENGLISH)

    assert '<p class="phrase" lang="fr" dir="ltr">l’arrêt immédiat</p>' in shown
    assert "Paris exige <strong><mark" in shown
    assert "</mark></strong>." in shown


def test_no_answer_is_said_plainly():
    """Without an answer the page says so, and that passages follow."""
    shown = text_of(verdict(answer(hit()), ENGLISH))

    assert shown == "No answer in these documents.The closest passages are below."


def test_reasons_are_listed_by_word():
    """Each word of the question names the texts it met, heaviest first, once."""
    text = "fin, arrêt, fin"
    spans = (
        Span(0, 3, 0.5, "halt"),
        Span(5, 10, 0.9, "halt"),
        Span(12, 15, 0.4, "halt"),
    )
    document = Document("c", "c", text)

    assert reasons(hit(document, 0, 15, spans)) == {"halt": ["arrêt", "fin"]}


def test_strength_has_three_words():
    """Scores are named, from 0 to 1."""
    assert [strength(score) for score in (0.1, 0.3, 0.9)] == ["weak", "fair", "strong"]


def test_an_article_opens_at_the_passage():
    """The whole text is there, the passage framed, without the blanks at its ends."""
    shown = article(FRENCH, START, END + 2, (Span(0, 5, 1.0),), ENGLISH)

    framed = re.search(r'<span class="frame[^>]*>(.*?)</span>', shown)
    assert framed
    assert text_of(framed[1]) == ARTICLE[START:END]
    assert text_of(shown).endswith(ARTICLE.replace("\n\nAprès", "\nAprès"))


def test_a_huge_article_is_shown_around_the_passage():
    """Of a million characters, SHOWN before and after the passage are sent."""
    document = Document("d", "d", "x" * 1_000_000)

    shown = text_of(article(document, 500_000, 500_010, (), ENGLISH))

    assert shown.count("x") == 2 * SHOWN + 10
    assert shown.count("…") == 2
    assert "characters 440,001 to 560,010 of 1,000,000" in shown


def test_a_hostile_document_shows_harmlessly():
    """Markup in any field of a document stays text."""
    bad = '<img src=x onerror="alert(1)">'
    document = Document(bad, bad, f"{bad} \u202edlrow", bad, bad, bad)

    shown = results(answer(hit(document, 0, 30, ())), Address(), {}, ENGLISH)
    shown += article(document, 0, 30, (), ENGLISH)

    seen = Seen()
    seen.feed(shown)
    assert "img" not in seen.elements
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert "\u202e" not in shown


class Seen(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self):
        super().__init__()
        self.elements, self.attributes = set(), set()

    def handle_starttag(self, tag, attributes):
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attributes}
