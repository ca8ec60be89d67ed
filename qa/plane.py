"""Passages on a plane: their vectors seen along the two directions they differ most in.

Source: Pearson, 1901 (principal components). Pure.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Two axes through a cloud of vectors.

    centre: (dim,). axes: (dim, 2), the first the direction of most variance; signs
    are fixed, so that equal input gives equal pictures. low, high: (2,), the ends of
    the cloud along them.
    """

    centre: Array
    axes: Array
    low: Array
    high: Array

    @classmethod
    def through(cls, vectors: Array) -> "Plane":
        """Find the plane of a cloud: (n, dim), n of at least 1."""
        centre: Array = np.asarray(vectors, np.float64).mean(axis=0)
        centred = np.asarray(vectors, np.float64) - centre
        axes = np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1]  # (dim, 2), most first
        if axes.shape[1] < 2:
            axes = np.hstack([axes, np.zeros_like(axes)])
        strongest = axes[np.abs(axes).argmax(axis=0), np.arange(2)]
        axes = axes * np.where(strongest < 0, -1, 1)
        places = centred @ axes  # (n, 2)
        return cls(centre, axes, places.min(axis=0), places.max(axis=0))

    def place(self, vectors: Array) -> Array:
        """Place vectors (n, dim) on it: (n, 2) in [0, 1], the cloud's ends at 0 and 1.

        What would lie outside the cloud is put at its edge.
        """
        places = (np.asarray(vectors, np.float64) - self.centre) @ self.axes
        width = np.where(self.high > self.low, self.high - self.low, 1)
        scaled: Array = np.clip((places - self.low) / width, 0, 1)
        return scaled


def sample(n: int, most: int) -> Array:
    """Choose at most so many of n rows, evenly, always the same ones."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64))
