"""What narrows and steers a question, as HTML: filters and feedback. Pure functions.

The form's fields carry the names of the address's; the page's script puts them there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qa.address import MOST_PLACES, Address
from qa.filters import Filter
from qa.markup import Html, join, tag, tongue
from qa.words import Speech

FEW = 2  # a filter that offers less than this many values is not shown


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from in an index.

    first, last: the earliest and the latest date, "" when no document has one.
    """

    languages: Sequence[str] = ()
    sources: Sequence[str] = ()
    folders: Sequence[str] = ()
    first: str = ""
    last: str = ""


def filters(chosen: Filter, choices: Choices, speech: Speech) -> Html:
    """Offer what a question can be narrowed by, as a form."""
    names = {code: speech.name(code) for code in choices.languages}
    languages = sorted(names, key=lambda code: names[code])
    offered = [
        _select("language", chosen.language, languages, speech, names),
        _select("source", chosen.source, choices.sources, speech),
        _select("folder", chosen.folder, choices.folders, speech),
        _dates(chosen, choices, speech),
    ]
    return tag("form", *offered, **tongue(speech.locale))


def _select(
    name: str,
    chosen: str,
    values: Sequence[str],
    speech: Speech,
    names: Mapping[str, str] | None = None,
) -> Html:
    if len(values) < FEW and not chosen:
        return Html()
    unknown = [chosen] if chosen and chosen not in values else []
    options = [
        tag("option", (names or {}).get(v, v), value=v, selected=v == chosen)
        for v in (*unknown, *values)
    ]
    everything = tag("option", speech.say(f"any_{name}"), value="")
    return tag(
        "select", everything, *options, name_=name, aria_label=speech.say(name)
    )  # fmt: skip


def _dates(chosen: Filter, choices: Choices, speech: Speech) -> Html:
    """Offer a first and a last day, behind a button that says which are chosen."""
    if choices.first == choices.last and not (chosen.since or chosen.until):
        return Html()
    fields = [
        tag(
            "label",
            speech.say(name),
            tag(
                "input",
                type="date",
                name_=name,
                value=_day(date),
                data_said=date,
                min=_day(choices.first),
                max=_day(choices.last),
            ),
        )
        for name, date in (("since", chosen.since), ("until", chosen.until))
    ]
    anyway = speech.say("any_date")
    told = f"{chosen.since} – {chosen.until}"
    shown = told if chosen.since or chosen.until else anyway
    summary = tag("summary", shown, data_any=anyway)
    clear = tag("button", anyway, type="button", data_anyday=True)
    return tag("details", summary, tag("div", *fields, clear), class_="dates")


def _day(date: str) -> str | None:
    """Give a whole day to a field that takes nothing else."""
    return date if len(date) == len("2023-09-19") else None


def chips(address: Address, titles: Mapping[str, str], speech: Speech) -> Html:
    """Show what was said of hits, each a link that takes it back.

    titles: of the documents of the places.
    """
    said = [("more_like", place) for place in address.like]
    said += [("not_this", place) for place in address.unlike]
    if not said:
        return Html()
    links = [tag("li", _chip(address, *one, titles, speech)) for one in said]
    full = MOST_PLACES in (len(address.like), len(address.unlike))
    most = tag("li", speech.say("most", n=MOST_PLACES), class_="most") if full else ""
    return tag("ul", *links, most, class_="chips", tabindex="-1")


def _chip(
    address: Address,
    said: str,
    place: str,
    titles: Mapping[str, str],
    speech: Speech,
) -> Html:
    title = titles.get(place, place)
    told = join(tag("b", speech.say(said)), " ", tag("bdi", title))
    cross = tag("i", "×", aria_hidden="true")
    return tag(
        "a",
        told,
        cross,
        href=address.without(place).query(),
        class_=said,
        data_ask=True,
        aria_label=f"{speech.say('take_back')}: {speech.say(said)} {title}",
    )


def steering(address: Address, place: str, speech: Speech) -> Iterable[Html]:
    """Offer to find more like a hit, or nothing of the kind, as links.

    An address that names as many places as it may is offered no more.
    """
    if place not in address.like and len(address.like) < MOST_PLACES:
        yield _link(address.liking(place), "more_like", speech)
    if len(address.unlike) < MOST_PLACES:
        yield _link(address.disliking(place), "not_this", speech)


def _link(address: Address, said: str, speech: Speech) -> Html:
    return tag("a", speech.say(said), href=address.query(), data_ask=True)
