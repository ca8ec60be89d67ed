"""Pictures of an index as SVG: the map of its passages, its languages as bars."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa.markup import Html, join, tag, tongue
from qa.words import Speech

WIDTH, HEIGHT, MARGIN = 1000, 520, 28
TURN = 137.5  # degrees from one hue to the next, never near an earlier one
READ = 160  # characters of a passage that a point tells


@dataclass(frozen=True, slots=True)
class Point:
    """A passage on the map.

    x, y: in [0, 1], y upwards. rank: as a hit of the last question, or 0.
    """

    row: int
    x: float
    y: float
    language: str
    title: str
    text: str
    rank: int = 0


def plane(points: Sequence[Point], n: int, speech: Speech) -> Html:
    """Draw the map of n passages, of which the points are shown, and its legend."""
    counts = _counts(point.language for point in points)
    hues = {
        language: f"--hue:{at * TURN % 360:g}" for at, language in enumerate(counts)
    }
    ordered = sorted(points, key=lambda point: -point.rank if point.rank else -1_000)
    drawn = [_point(point, hues[point.language]) for point in ordered]
    label = speech.say("map_label", shown=len(points), n=n)
    svg = tag(
        "svg", *drawn, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="group", aria_label=label
    )
    names = [_legend(language, hues[language], speech) for language in counts]
    legend = tag("ul", *names, class_="legend")
    told = tag("p", label, class_="count")
    return tag("div", told, legend, svg, class_="plane", **tongue(speech.locale))


def _counts(languages: Iterable[str]) -> dict[str, int]:
    """Count languages, the most frequent first."""
    counts: dict[str, int] = {}
    for language in languages:
        counts[language] = counts.get(language, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _point(point: Point, hue: str) -> Html:
    x = MARGIN + point.x * (WIDTH - 2 * MARGIN)
    y = MARGIN + (1 - point.y) * (HEIGHT - 2 * MARGIN)
    told = f"{point.title}\n{' '.join(point.text[:READ].split())}…"
    size = 11 if point.rank else 5
    dot = tag("circle", tag("title", told), cx=f"{x:.1f}", cy=f"{y:.1f}", r=size)
    number = tag("text", point.rank, x=f"{x:.1f}", y=f"{y + 4:.1f}")
    return tag(
        "g",
        dot,
        number if point.rank else "",
        style=hue,
        class_="ranked" if point.rank else None,
        data_open=point.row,
    )


def _legend(language: str, hue: str, speech: Speech) -> Html:
    name = speech.name(language) or "?"
    return tag("li", tag("i", style=hue, aria_hidden="true"), name)


def facts(record: Mapping[str, Any], speech: Speech) -> Html:
    """Tell what an index is: its figures, and its passages by language.

    record: as `export.status_record` gives it.
    """
    created = str(record["created"]).replace("T", " ").partition("+")[0]
    built = f"{created} UTC · {record['seconds']:.1f} s · № {record['generation']}"
    rows = {
        "built": built,
        "model": f"{record['model']} ({record['embedder']})",
        "vectors": f"{record['dim']} · {record['kind']} · {record['backend']}",
        "tab_documents": f"{record['documents']:,}",
        "passages": f"{record['passages']:,}",
        "disk": f"{record['bytes'] / 1e6:,.1f} MB",
    }
    told = [join(tag("dt", speech.say(key)), tag("dd", rows[key])) for key in rows]
    paths = tag("ul", *(tag("li", tag("bdi", path)) for path in record["paths"]))
    folders = join(tag("dt", speech.say("folders")), tag("dd", paths))
    title = tag("h2", speech.say("by_language"))
    bars = _bars(record["languages"], speech)
    return tag(
        "div", tag("dl", *told, folders), title, bars, class_="facts-page",
        **tongue(speech.locale),
    )  # fmt: skip


def _bars(counts: Mapping[str, int], speech: Speech) -> Html:
    most = max(counts.values(), default=1)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        tag(
            "tr",
            tag("th", speech.name(language) or "?", scope="row"),
            tag(
                "td",
                tag("i", style=f"width:{100 * count / most:.1f}%"),
                aria_hidden="true",
            ),
            tag("td", f"{count:,}"),
        )
        for language, count in ordered
    ]
    return tag("table", tag("tbody", *rows), class_="bars")
