"""Which documents a question is asked of: by language, source, date, folder. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.records import Document

Array = NDArray[Any]

_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class Filter:
    """What documents must have; an empty field asks for nothing.

    since, until: the first and the last day, `2023-09-19`; `2023-09` and `2023` stand
    for all their days. folder: what the ids begin with, see `folders`.
    Raises ValueError for a date in another form.
    """

    language: str = ""
    source: str = ""
    since: str = ""
    until: str = ""
    folder: str = ""

    def __post_init__(self) -> None:
        for name, day in (("since", self.since), ("until", self.until)):
            if day and not is_date(day):
                raise ValueError(f"{name} is {day!r}; write a date as 2023-09-19")

    def allowed(self, documents: Sequence[Document]) -> Array:
        """Tell which documents have all that: (n,) bool."""
        kept = np.ones(len(documents), bool)
        if self.language:
            wanted = self.language.lower()
            kept &= [d.language.lower() == wanted for d in documents]
        if self.source:
            kept &= [d.source == self.source for d in documents]
        if self.folder:
            kept &= [lies_in(d.id, self.folder) for d in documents]
        if self.since or self.until:
            kept &= [self._covers(d.date) for d in documents]
        return kept

    def _covers(self, day: str) -> bool:
        """Whether a date lies in the range; an unknown one lies in none."""
        begun, ended = day >= self.since, day[: len(self.until)] > self.until
        return bool(day) and begun and not ended


ANY = Filter()


def is_date(text: str) -> bool:
    """Tell whether a text is a day, a month or a year of the calendar.

    >>> is_date("2024-02-29"), is_date("2023-02-29"), is_date("2023-02")
    (True, False, True)
    """
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - len("2023") :])
    except ValueError:
        return False
    return True


def lies_in(id: str, folder: str) -> bool:
    """Tell whether a document's id lies in a folder, or in a file of many documents.

    >>> lies_in("news/2023/a.md", "news/"), lies_in("newspaper.md", "news")
    (True, False)
    """
    folder = folder.rstrip("/")
    return id.startswith(folder) and (id == folder or id[len(folder)] in "/#")


def folders(ids: Sequence[str]) -> list[str]:
    """List the folders, and the files of many documents, that hold some but not all.

    >>> folders(["news/a.md", "news/b.md", "mail.jsonl#1"])
    ['mail.jsonl', 'news']
    """
    counts: dict[str, int] = {}
    for id in ids:
        for at in (i for i, c in enumerate(id) if c in "/#"):
            counts[id[:at]] = counts.get(id[:at], 0) + 1
    return sorted(name for name, count in counts.items() if count < len(ids))
