"""Which documents a filter lets through."""

import pytest

from index.records import Document
from qa.filters import Filter, folders


def document(id="a.md", source="", language="", date=""):
    return Document(id, "Title", "Text", source, language, date)


@pytest.mark.parametrize(
    ("wanted", "date", "kept"),
    [
        (Filter(since="2023-05-01"), "2023-05-01", True),
        (Filter(since="2023-05-01"), "2023-04-30", False),
        (Filter(until="2023-05-01"), "2023-05-01", True),
        (Filter(until="2023-05-01"), "2023-05-02", False),
        (Filter(until="2023-05"), "2023-05-31", True),
        (Filter(since="2023", until="2023"), "2023-12-31", True),
        (Filter(since="2023", until="2023"), "2024-01-01", False),
        (Filter(until="2023"), "", False),
        (Filter(since="2023"), "", False),
        (Filter(), "", True),
    ],
)
def test_days_are_counted_in(wanted, date, kept):
    """Both ends belong to the range; an undated document to none."""
    assert wanted.allowed([document(date=date)]).tolist() == [kept]


@pytest.mark.parametrize(
    "day", ["soon", "2023-02-30", "2023-13", "2023-1-1", "２０２３"]
)
def test_a_day_that_does_not_exist_is_refused(day):
    """With a word on how one is written."""
    with pytest.raises(ValueError, match="write a date as 2023-09-19"):
        Filter(since=day)


def test_every_part_must_hold():
    """Language, source and folder are asked for together."""
    wanted = Filter("fr", "Le Temps", folder="news")
    documents = [
        document("news/a.md", "Le Temps", "fr"),
        document("news/a.md", "Le Temps", "de"),
        document("news/a.md", "Die Zeit", "fr"),
        document("newspaper/a.md", "Le Temps", "fr"),
    ]

    assert wanted.allowed(documents).tolist() == [True, False, False, False]


def test_a_date_in_another_form_is_refused():
    """The message shows the form."""
    with pytest.raises(ValueError, match="write a date as 2023-09-19"):
        Filter(since="19.9.2023")


def test_a_folder_that_holds_all_is_no_choice():
    """Only folders that leave something out are offered, nested ones too."""
    ids = ["docs/news/a.md", "docs/news/b.md", "docs/mail.jsonl#1"]

    assert folders(ids) == ["docs/mail.jsonl", "docs/news"]
