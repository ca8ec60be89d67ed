"""More like this, not like that: a question's vector moved by what was found.

Source: Rocchio, 1971, with the weights usual since Salton and Buckley, 1990. What is
not wanted is left out besides: one would not say so of it to see it again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from index.store import Snapshot

Array = NDArray[Any]

TOWARDS, AWAY = 0.75, 0.15


@dataclass(frozen=True, slots=True)
class Feedback:
    """The rows of passages that were liked, and of those that were not."""

    like: tuple[int, ...] = ()
    unlike: tuple[int, ...] = ()

    @classmethod
    def read(
        cls, snapshot: "Snapshot", like: Iterable[str], unlike: Iterable[str]
    ) -> "Feedback":
        """Look the places of hits up, several or a single one; what is gone from the
        index counts no more."""
        return cls(_rows(snapshot, like), _rows(snapshot, unlike))

    def moved(self, question: Array, vectors: Array) -> Array:
        """Move a question towards the mean of what was liked, away from the other.

        question: (d,) unit; vectors: (n, d) unit rows of all passages.
        Returns (d,) unit.
        """
        found = question
        for rows, weight in ((self.like, TOWARDS), (self.unlike, -AWAY)):
            if rows:
                found = found + weight * vectors[list(rows)].mean(axis=0)
        length = float(np.linalg.norm(found))
        return found / length if found is not question and length else question

    def kept(self, rows: Sequence[int]) -> list[int]:
        """Leave out what was not liked."""
        return [row for row in rows if row not in self.unlike]


def _rows(snapshot: "Snapshot", places: Iterable[str]) -> tuple[int, ...]:
    several = [places] if isinstance(places, str) else places
    found = (row_of(snapshot, place) for place in several)
    return tuple(sorted({row for row in found if row is not None}))


def row_of(snapshot: "Snapshot", place: str) -> int | None:
    """Look up the place of a hit; None where it is gone from the index."""
    document, _, start = place.rpartition(":")
    if not (start.isascii() and start.isdecimal() and len(start) < 16):
        return None
    known = document.encode("utf-8", "replace").decode()  # no lone surrogates
    return snapshot.row_at(known, int(start))
