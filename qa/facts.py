"""What an index is, and how good its model is, as HTML. Pure functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from qa.card import Figure
from qa.markup import Html, join, tag, tongue
from qa.words import Speech


def facts(
    record: Mapping[str, Any], measured: Sequence[Figure], speech: Speech
) -> Html:
    """Tell what an index is: its figures, its languages, and those of its model.

    record: as `export.status_record` gives it.
    """
    created = str(record["created"]).replace("T", " ").partition("+")[0]
    took = speech.number(float(record["seconds"]))
    built = f"{created} UTC · {took} s · № {record['generation']}"
    rows = {
        "built": built,
        "model": f"{record['model']} ({record['embedder']})",
        "vectors": f"{record['dim']} · {record['kind']} · {record['backend']}",
        "tab_documents": speech.number(record["documents"]),
        "passages": speech.number(record["passages"]),
        "disk": f"{speech.number(record['bytes'] / 1e6)} MB",
    }
    told = [
        join(tag("dt", speech.say(key)), tag("dd", tag("bdi", row)))
        for key, row in rows.items()
    ]
    paths = tag("ul", *(tag("li", tag("bdi", path)) for path in record["paths"]))
    folders = join(tag("dt", speech.say("folders")), tag("dd", paths))
    return tag(
        "div",
        tag("dl", *told, folders),
        tag("h2", speech.say("by_language")),
        _counts(record["languages"], speech),
        _quality(measured, speech),
        class_="facts-page",
        **tongue(speech.locale),
    )


def _counts(counts: Mapping[str, int], speech: Speech) -> Html:
    """Draw counts as bars, the largest first."""
    most = max(counts.values(), default=1)
    shares = {language: count / most for language, count in counts.items()}
    told = {language: speech.number(count) for language, count in counts.items()}
    return _bars(shares, told, speech)


def _quality(measured: Sequence[Figure], speech: Speech) -> Html:
    """Draw what the model's card says, a strip a measure, opened by language."""
    if not measured:
        return Html()
    title = tag("h2", speech.say("quality"))
    hint = tag("p", speech.say("quality_hint"), class_="count")
    return join(title, hint, *(_measure(figure, speech) for figure in measured))


def _measure(figure: Figure, speech: Speech) -> Html:
    dots = [
        tag(
            "i",
            style=f"inset-inline-start:{100 * value:.0f}%",
            title=f"{code} {speech.number(value, 2)}",
        )
        for code, value in figure.each.items()
    ]
    mean = tag("b", style=f"width:{100 * figure.mean:.1f}%")
    strip = tag("span", mean, *dots, class_="strip", aria_hidden="true")
    name = tag("span", figure.name, class_="name", **tongue("en"))
    summary = tag("summary", name, strip, tag("span", speech.number(figure.mean, 3)))
    told = {code: speech.number(value, 2) for code, value in figure.each.items()}
    return tag("details", summary, _bars(figure.each, told, speech), class_="measure")


def _bars(shares: Mapping[str, float], told: Mapping[str, str], speech: Speech) -> Html:
    """Draw a bar a language, the longest first. shares: from 0 to 1."""
    ordered = sorted(shares, key=lambda language: (-shares[language], language))
    rows = [
        tag(
            "tr",
            tag("th", speech.name(language) or "?", scope="row"),
            tag(
                "td",
                tag("i", style=f"width:{100 * shares[language]:.1f}%"),
                aria_hidden="true",
            ),
            tag("td", told[language]),
        )
        for language in ordered
    ]
    return tag("table", tag("tbody", *rows), class_="bars")
