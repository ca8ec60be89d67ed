"""Passages on a plane: their vectors seen along the two directions they differ most in.

Source: Pearson, 1901 (principal components). Pure.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def project(vectors: Array) -> Array:
    """Place rows on a plane.

    vectors: (n, dim), n of at least 1. Returns (n, 2) in [0, 1], the first column
    the direction of most variance; signs are fixed, so that equal input gives equal
    pictures.
    """
    centred = np.asarray(vectors, np.float64) - np.mean(vectors, axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1]  # (dim, 2), most first
    if axes.shape[1] < 2:
        axes = np.hstack([axes, np.zeros_like(axes)])
    strongest = axes[np.abs(axes).argmax(axis=0), np.arange(2)]
    places = centred @ (axes * np.where(strongest < 0, -1, 1))  # (n, 2)
    low, high = places.min(axis=0), places.max(axis=0)
    scaled: Array = (places - low) / np.where(high > low, high - low, 1)
    return scaled


def sample(n: int, most: int) -> Array:
    """Choose at most so many of n rows, evenly, always the same ones."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64))
