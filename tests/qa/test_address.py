"""What is asked for, as an address."""

from hypothesis import given
from hypothesis import strategies as st

from qa.address import MOST_PLACES, Address
from qa.filters import Filter

words = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(words, words, words, st.lists(words.filter(bool), unique=True, max_size=3))
def test_an_address_is_read_as_it_was_written(question, source, folder, places):
    """Whatever the characters; blanks around a question say nothing."""
    wanted = Filter("fr", source, "2023", "2024-05-01", folder)
    address = Address(question.strip(), wanted, tuple(places), ("a.md:7",))

    assert Address.parse(address.query()) == address


@given(st.text())
def test_any_address_can_be_read(query):
    """What a stranger writes there is a question, or nothing."""
    assert len(Address.parse(query).question) <= len(query)


def test_a_date_that_is_none_is_left_out():
    """The rest of the address still counts."""
    address = Address.parse("?q=why&since=yesterday&until=2023&language=fr")

    assert address == Address("why", Filter("fr", until="2023"))


def test_liking_takes_dislike_back():
    """A hit is wanted or not, never both; taking it back leaves neither."""
    address = Address("why?").disliking("a:0").liking("a:0")

    assert (address.like, address.unlike) == (("a:0",), ())
    assert address.without("a:0") == Address("why?")


def test_an_address_stays_short():
    """What it names it keeps; there is no room for one more."""
    address = Address("why?")
    for number in range(MOST_PLACES + 1):
        address = address.liking(f"a:{number}").disliking(f"b:{number}")

    assert address.like == tuple(f"a:{number}" for number in range(MOST_PLACES))
    assert address.unlike == tuple(f"b:{number}" for number in range(MOST_PLACES))
