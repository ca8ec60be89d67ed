"""The map of an index as SVG: its passages, the question among them, and its hits.

Each point carries its colour by language and by source; the style chooses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.markup import Html, join, tag, tongue
from qa.words import Speech

WIDTH, HEIGHT, MARGIN = 1000, 520, 28
TURN = 137.5  # degrees from one hue to the next, never near an earlier one
READ = 240  # characters of a passage that a point tells
MOST_HUES = 20  # the values that are most frequent have a colour, the others are grey
WAYS = ("language", "source")

Place = Sequence[float]  # x, y in [0, 1], y upwards


@dataclass(frozen=True, slots=True)
class Point:
    """A passage on the map.

    passage: its document and offset, as `Hit.place`. x, y: its place on the map. rank:
    as a hit of the last question, or 0.
    """

    passage: str
    x: float
    y: float
    language: str
    source: str
    title: str
    text: str
    rank: int = 0


def plane(
    points: Sequence[Point], question: Place | None, n: int, speech: Speech
) -> Html:
    """Draw the map of n passages, of which the points are shown, and its legends.

    question: where the last question lies; lines lead to its hits.
    """
    hues = {way: _hues([getattr(p, way) for p in points]) for way in WAYS}
    ordered = sorted(points, key=lambda p: (bool(p.rank), -p.rank))
    hits = [point for point in reversed(ordered) if point.rank]
    lines = [_line(question, hit) for hit in hits] if question else []
    drawn = [_point(point, hues, first=not at) for at, point in enumerate(ordered)]
    label = speech.say("map_label", shown=len(points), n=n)
    svg = tag(
        "svg",
        *lines,
        *drawn,
        _asking(question, speech) if question else "",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="group",
        aria_label=label,
    )
    return tag(
        "div",
        tag("p", label, " ", tag("span", speech.say("map_keys")), class_="count"),
        _choice(speech),
        *(_legend(way, hues[way], speech) for way in WAYS),
        tag("div", svg, tag("p", class_="told", hidden=True), class_="sheet"),
        _list(hits),
        class_="plane",
        **tongue(speech.locale),
    )


def _hues(values: Sequence[str]) -> dict[str, float | None]:
    """Give each value its hue, the most frequent first; None is grey."""
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    return {
        value: at * TURN % 360 if at < MOST_HUES else None
        for at, value in enumerate(ordered)
    }


def _colour(hue: float | None) -> str:
    return "0 0%" if hue is None else f"{hue:g} 60%"


def _at(x: float, y: float) -> tuple[str, str]:
    """Turn a place into coordinates of the picture, whose y goes down."""
    across = MARGIN + x * (WIDTH - 2 * MARGIN)
    down = MARGIN + (1 - y) * (HEIGHT - 2 * MARGIN)
    return f"{across:.1f}", f"{down:.1f}"


def _point(
    point: Point, hues: Mapping[str, Mapping[str, float | None]], first: bool
) -> Html:
    x, y = _at(point.x, point.y)
    dot = tag("circle", cx=x, cy=y, r=12 if point.rank else 5)
    number = tag("text", point.rank, x=x, y=y, dy=4) if point.rank else ""
    title = f"{point.rank}. {point.title}" if point.rank else point.title
    text = " ".join(point.text[:READ].split()) + "…" * (len(point.text) > READ)
    colours = [f"--{way}:{_colour(hues[way][getattr(point, way)])}" for way in WAYS]
    return tag(
        "g",
        dot,
        number,
        style=";".join(colours),
        class_="ranked" if point.rank else None,
        role="button",
        tabindex="0" if first else "-1",
        aria_label=f"{title}\n{text}",
        data_open=point.passage,
    )


def _line(question: Place, hit: Point) -> Html:
    (x1, y1), (x2, y2) = _at(*question), _at(hit.x, hit.y)
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2)


def _asking(question: Place, speech: Speech) -> Html:
    """Mark where the question lies."""
    x, y = _at(*question)
    mark = tag("rect", x=-11, y=-11, width=22, height=22, rx=4, transform="rotate(45)")
    sign = tag("text", "?", dy=5)
    name = tag("title", speech.say("question"))
    return tag("g", name, mark, sign, class_="asking", transform=f"translate({x} {y})")


def _choice(speech: Speech) -> Html:
    """Offer to colour by language or by source."""
    ways = [
        tag(
            "label",
            tag("input", type="radio", name_="colouring", value=way, checked=not at),
            speech.say(way),
        )
        for at, way in enumerate(WAYS)
    ]
    legend = tag("legend", speech.say("colour"))
    return tag("fieldset", legend, *ways, class_="colouring")


def _legend(way: str, hues: Mapping[str, float | None], speech: Speech) -> Html:
    names = [
        _name(speech.name(value) if way == "language" else value, hue)
        for value, hue in hues.items()
        if hue is not None
    ]
    others = [_name(speech.say("others"), None)] if None in hues.values() else []
    return tag("ul", *names, *others, class_=f"legend {way}")


def _name(name: str, hue: float | None) -> Html:
    dot = tag("i", style=f"--hue:{_colour(hue)}", aria_hidden="true")
    return tag("li", dot, tag("bdi", name or "?"))


def _list(hits: Sequence[Point]) -> Html:
    """Name the hits below the map, to be opened from there as well."""
    rows = [
        tag(
            "li",
            tag("b", hit.rank),
            tag(
                "button",
                hit.title,
                type="button",
                data_open=hit.passage,
                **tongue(hit.language),
            ),
        )
        for hit in hits
    ]
    return tag("ol", *rows, class_="on-map") if rows else join()
