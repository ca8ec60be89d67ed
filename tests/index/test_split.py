"""Passages: nothing lost, nothing moved, sizes kept."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.length import length
from index.records import Document
from index.split import RUNT, STRETCH, split

# Texts made of what splitting goes by, far denser than hypothesis would find.
PARTS = st.sampled_from(
    [
        "word ",
        "A sentence. ",
        "\n",
        "\n\n",
        " ",
        "停火。",
        "กรุงเทพ",
        ", ",
        "e\u0301",
        "👩‍👧",
        "x" * 40,
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PARTS, max_size=120).map("".join))


def document(text: str, language: str = "") -> Document:
    return Document("d", "", text, language=language)


@given(TEXTS, st.integers(1, 90))
@settings(max_examples=300)
def test_split_loses_nothing(text, size):
    """Passages are cut from the text in order, and only white space lies between."""
    place = 0
    for passage in split(document(text), size):
        assert text[passage.start : passage.end] == passage.text
        assert not text[place : passage.start].strip()
        assert passage.text == passage.text.strip() != ""
        place = passage.end
    assert not text[place:].strip()


@given(TEXTS, st.integers(20, 90))
@settings(max_examples=200)
def test_split_keeps_to_the_size(text, size):
    """No passage outgrows the size by more than joining a runt may make it."""
    for passage in split(document(text), size):
        assert length(passage.text) <= STRETCH * size


def test_split_cuts_at_paragraphs_then_at_sentences():
    """Paragraphs that fit stay whole; the long one is cut between sentences."""
    short = "Talks began. They went on."
    long = "The president spoke. " * 5

    texts = [p.text for p in split(document(f"{short}\n\n{long}\n\n{short}"), 60)]

    sentence = "The president spoke."
    assert texts == [
        short,
        " ".join([sentence] * 2),
        " ".join([sentence] * 2),
        sentence,
        short,
    ]


def test_split_joins_a_heading_to_what_follows():
    """A heading is below RUNT of the size, so it does not stand alone."""
    heading, body = (
        "Truce",
        "The president called for a halt to the fighting today, all say. ",
    )
    assert len(heading) < RUNT * 70 < len(body)

    assert [p.text for p in split(document(f"{heading}\n\n{body}"), 70)] == [
        f"{heading}\n\n{body.strip()}"
    ]


def test_split_leaves_no_tiny_rest():
    """A last sentence of 10 % of the size joins the passage before it."""
    text = "One two three four five six seven eight nine. " * 2 + "The end."

    assert [p.text for p in split(document(text), 92)] == [text]


def test_split_knows_chinese_sentences():
    """The ideographic full stop ends a sentence and stays with it."""
    sentence = "总统呼吁立即停止一切军事行动。"  # 14 x 3 + 1 = 43
    assert length(sentence) == 43

    assert [p.text for p in split(document(sentence * 3, "zh"), 90)] == [
        sentence * 2,
        sentence,
    ]


def test_split_never_cuts_a_grapheme():
    """A family of emoji is seven code points, and stays one."""
    family = "👨‍👩‍👧‍👦"

    passages = split(document(family * 50), 30)

    assert len(passages) > 5
    assert all(p.text == family * (len(p.text) // 7) for p in passages)


@pytest.mark.parametrize(
    "text",
    ["停止军事行动" * 60, "กรุงเทพมหานครเป็นเมืองหลวงของไทย" * 12],
    ids=["zh", "th"],
)
def test_split_cuts_unspaced_text_between_words(text):
    """Where no mark helps, words of ICU's dictionary stay whole."""
    from index.tokens import cut

    ends = {term.end for term in cut(text)}

    passages = split(document(text), 100)

    assert len(passages) > 3
    assert {p.end for p in passages} <= ends


@pytest.mark.parametrize(
    "unit",
    [
        " ",
        "a",
        "停",
        "word ",
        "a.\n",
        "\n",
        ",",
        "\u0301",
        "👩‍👧",
        "\t\n ",
        "A b. ",
        "-",
    ],
)
def test_split_takes_linear_time(unit):
    """A million characters of anything take seconds, not minutes."""
    text = (unit * 1_000_000)[:1_000_000]
    start = time.process_time()

    passages = split(document(text))

    assert time.process_time() - start < 6  # 1.2 s here at worst; slower machines exist
    assert sum(len(p.text) for p in passages) <= len(text)


def test_split_keeps_to_the_size_where_scripts_change():
    """Letters and Han characters without a space, which count differently."""
    text = "abcdefghij" * 500 + "停火协议今天生效了" * 500

    parts = split(Document("a", "", text), 700)

    assert "".join(part.text for part in parts) == text
    assert max(length(part.text) for part in parts) <= 700


def test_a_heading_leads_the_passage_that_it_names():
    """It is not left at the end of the one before."""
    text = "It says much. " * 10 + "\n\nOpening hours\n\n" + "We open at ten. " * 10
    first, second = split(document(text), size=170)
    assert first.text.endswith("much.")
    assert second.text.startswith("Opening hours\n")


def test_a_heading_stays_where_what_it_names_has_no_room():
    """A passage grows no longer for it than it may be."""
    heading = "What is to be done before the doors are opened to anybody"
    text = "It says much. " * 7 + f"\n\n{heading}\n\n" + "And more. " * 17
    first, second = split(document(text), size=170)[:2]
    assert first.text.endswith(heading)
    assert second.text.startswith("And more.")
