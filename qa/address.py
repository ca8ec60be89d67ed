"""What is asked for, as the query part of an address, and back. Pure.

The address is all that the page knows of a person's question: it can be shared and
gone back to, and nobody else sees it.
"""

from dataclasses import asdict, dataclass, replace
from urllib.parse import parse_qs, urlencode

from qa.filters import ANY, Filter, is_date

LONGEST_QUESTION = 1_000  # characters
LONGEST_VALUE = 500
MOST_PLACES = 20  # liked, and as many not liked


@dataclass(frozen=True, slots=True)
class Address:
    """A question, which documents it is asked of, and what was said of its hits.

    like, unlike: places, see `qa.records.Hit.place`.
    """

    question: str = ""
    filter: Filter = ANY
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()

    @classmethod
    def parse(cls, query: str) -> "Address":
        """Read what `query` wrote; what cannot be meant is left out.

        >>> Address.parse("?q=why&since=2023-02-30&like=a.md:0").like
        ('a.md:0',)
        """
        values = parse_qs(query.removeprefix("?"), errors="replace")

        def first(name: str) -> str:
            return values.get(name, [""])[0][:LONGEST_VALUE]

        def day(name: str) -> str:
            return first(name) if is_date(first(name)) else ""

        return cls(
            values.get("q", [""])[0].strip()[:LONGEST_QUESTION],
            Filter(
                first("language"),
                first("source"),
                day("since"),
                day("until"),
                first("folder"),
            ),
            tuple(dict.fromkeys(values.get("like", [])[:MOST_PLACES])),
            tuple(dict.fromkeys(values.get("unlike", [])[:MOST_PLACES])),
        )

    def query(self, **more: str) -> str:
        """Write the query part, with more to it if need be.

        >>> Address("why?", like=("a.md:0",)).query()
        '?q=why%3F&like=a.md%3A0'
        """
        values = {"q": self.question, **asdict(self.filter), **more}
        said = [(name, value) for name, value in values.items() if value]
        said += [("like", place) for place in self.like]
        said += [("unlike", place) for place in self.unlike]
        return f"?{urlencode(said)}"

    def liking(self, place: str) -> "Address":
        """Ask for more like a hit."""
        plain = self.without(place)
        return replace(plain, like=(*plain.like, place)[:MOST_PLACES])

    def disliking(self, place: str) -> "Address":
        """Ask for nothing like a hit."""
        plain = self.without(place)
        return replace(plain, unlike=(*plain.unlike, place)[:MOST_PLACES])

    def without(self, place: str) -> "Address":
        """Take back what was said of a hit."""
        like, unlike = (
            tuple(other for other in places if other != place)
            for places in (self.like, self.unlike)
        )
        return replace(self, like=like, unlike=unlike)
