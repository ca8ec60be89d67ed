"""The figures of a model's card: the table of Markdown that begins `| | mean |`."""

import re
from dataclasses import dataclass
from pathlib import Path

from index.embedders import MODELS, packaged

_EACH = re.compile(r"([a-z]{2,3}) (\d(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure, from 0 to 1: its mean, and its value in each language."""

    name: str
    mean: float
    each: dict[str, float]


def of(model: str) -> list[Figure]:
    """Read the figures of a model of the package, or of one in a folder.

    A model without a card, or with one of another kind, has none.
    """
    folder = MODELS / model if model in packaged() else Path(model)
    try:
        return figures((folder / "README.md").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []


def figures(card: str) -> list[Figure]:
    """Find the figures in the text of a card.

    >>> card = "| | mean | worst | each |\\n| --- | --- | --- | --- |\\n"
    >>> figures(card + "| News, F1 | 0.75 | 0.7 | de 0.8 fr 0.7 |")
    [Figure(name='News, F1', mean=0.75, each={'de': 0.8, 'fr': 0.7})]
    """
    _, _, table = card.partition("| | mean |")
    rows = (row.strip().strip("|").split("|") for row in table.splitlines()[2:])
    found = []
    for row in rows:
        if len(row) < 4:
            break
        each = {code: float(value) for code, value in _EACH.findall(row[3])}
        found.append(Figure(row[0].strip(), float(row[1]), each))
    return found
