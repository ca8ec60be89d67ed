"""Filters and feedback as HTML."""

from qa.address import MOST_PLACES, Address
from qa.controls import Choices, chips, filters, steering
from qa.filters import Filter
from qa.words import speech

ENGLISH = speech("en")


def test_a_filter_that_offers_nothing_is_hidden():
    """One language, one date, no folder: there is nothing to choose."""
    shown = filters(Filter(), Choices(["fr"], ["A", "B"], [], "2023", "2023"), ENGLISH)

    assert 'name="source"' in shown
    for name in ("language", "folder", "since"):
        assert f'name="{name}"' not in shown


def test_what_is_chosen_is_shown():
    """Even when the index has it no more, so that it can be taken back."""
    shown = filters(Filter("xx", since="2023-05-01"), Choices(["fr", "de"]), ENGLISH)

    assert '<option value="xx" selected>xx</option>' in shown
    assert 'name="since" value="2023-05-01"' in shown
    assert "2023-05-01 – </summary>" in shown


def test_languages_are_sorted_by_their_names():
    """French comes before German, whatever the codes."""
    shown = filters(Filter(), Choices(["de", "fr", "el"]), ENGLISH)

    assert shown.index("French") < shown.index("German") < shown.index("Greek")


def test_a_chip_takes_back_what_was_said():
    """Its link asks the same without it; titles are escaped."""
    address = Address("why?", like=("a:0",), unlike=("b:7",))

    shown = chips(address, {"a:0": "<b>", "b:7": "B"}, ENGLISH)

    assert 'href="?q=why%3F&amp;unlike=b%3A7" class="more_like"' in shown
    assert 'href="?q=why%3F&amp;like=a%3A0" class="not_this"' in shown
    assert "<b>More like this</b> <bdi>&lt;b&gt;</bdi>" in shown
    assert chips(Address("why?"), {}, ENGLISH) == ""


def test_what_is_liked_is_not_offered_again():
    """Only what can still be said of a hit is offered."""
    assert len([*steering(Address("q"), "a:0", ENGLISH)]) == 2
    assert len([*steering(Address("q", like=("a:0",)), "a:0", ENGLISH)]) == 1


def test_no_more_is_offered_than_an_address_can_name():
    """Instead, what was said first is kept, and the limit is told."""
    unlike = tuple(f"a:{number}" for number in range(MOST_PLACES))
    full = Address("q", unlike=unlike)

    (offered,) = steering(full, "b:0", ENGLISH)
    assert "More like this" in offered
    assert "No more than 20" in chips(full, {}, ENGLISH)
    assert "No more than" not in chips(full.without("a:0"), {}, ENGLISH)


def test_a_year_is_kept_aside_for_the_field_that_takes_days():
    """The page's script goes on asking for it, and shows it."""
    shown = filters(Filter(since="2020"), Choices(), ENGLISH)

    assert 'data-said="2020"' in shown
    assert "2020 – </summary>" in shown
