"""Acronyms of many languages, read as what they stand for."""

import pytest

from index import acronyms, embedders
from index.tokens import terms


@pytest.mark.parametrize(
    "text",
    ["The UN said", "l'ONU", "the U.N.", "O.N.U", "ООН заявила", "ENSZ-nek", "BM'nin"],
)
def test_one_thing_has_one_name(text):
    """In any language, with full stops and endings; where it stands in the text."""
    (found,) = [t for t in terms(text) if t.term == "united nations"]
    written = text[found.start : found.end].replace(".", "")
    assert acronyms.meaning(written) == "united nations"


def test_spanish_doubles_the_letters_of_a_plural():
    """With a space or without."""
    text = "EE. UU. y EE.UU."
    found = [text[t.start : t.end] for t in terms(text) if t.term == "united states"]
    assert found == ["EE. UU.", "EE.UU."]


@pytest.mark.parametrize(
    "text", ["who told us", "Who told us", "WHO TOLD US", "un chien", "UN HOMME"]
)
def test_other_words_are_left_alone(text):
    """In small letters, and among others in capitals."""
    assert [t.term for t in terms(text)] == text.lower().split()


def test_initials_are_no_acronym():
    """Nor is what the list does not have."""
    assert [t.term for t in terms("J.R.R. Tolkien, B. Smith")] == [
        *"jrr",
        "tolkien",
        "b",
        "smith",
    ]


def test_the_list_holds_what_it_says():
    """Each acronym once, no longer than is looked for, in words that a table knows."""
    listed = acronyms._listed()
    table = embedders.load_words("fast")
    assert len(acronyms._meanings()) == len(listed)
    assert max(map(len, listed)) <= acronyms.LONGEST
    words = {word for name in listed.values() for word in name.split()}
    assert table.knows(sorted(words)).mean() > 0.85
