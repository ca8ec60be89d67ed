"""What a cosine is worth. The vectors of some models all lie close together: between
texts that have nothing in common the cosine is 0.0 for one and 0.8 for another
(Ethayarajh, EMNLP 2019). Weights fitted to one model's cosines serve another once
both are set against what chance gives.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from index.embedders import Embedder
from qa.weights import USUAL

_LEAST = 1e-3

# Each of another subject; English, which every model has read.
UNRELATED = (
    "The ferry leaves the old pier at seven every morning.",
    "Copper conducts electricity better than iron does.",
    "Her grandmother taught her to play the accordion.",
    "The central bank kept interest rates where they were.",
    "Whales breathe air and nurse their young.",
    "Add two eggs and a spoon of sugar to the dough.",
    "The goalkeeper signed a contract for three years.",
    "A virus had locked all computers of the town hall.",
    "This bridge was built by monks in the twelfth century.",
    "Patients with high blood pressure should eat less salt.",
    "The novel tells of two brothers who lose their farm.",
    "Snow closed the mountain pass for nine days.",
    "Parliament voted against the new electoral law.",
    "The telescope found a planet of the size of Neptune.",
    "Please return borrowed tools to the shelf by the door.",
    "Olive trees can live for more than a thousand years.",
    "The orchestra rehearsed the second movement again.",
    "He sold his motorcycle to pay for the wedding.",
    "Glass is made by melting sand at great heat.",
    "The court ordered the company to pay damages.",
    "Migrating storks rest on the roofs of our village.",
    "Triangles with equal sides have equal angles.",
    "The airline cancelled all flights to the island.",
    "Children learned to weave baskets from willow.",
)


class Scale(NamedTuple):
    """A cosine times `slope`, plus `offset`, means what the weights take it to mean."""

    slope: float
    offset: float


AS_IT_IS = Scale(1.0, 0.0)


def measured(embedder: Embedder) -> tuple[float, float]:
    """Mean and deviation of the cosines of questions with texts of other subjects."""
    asked = embedder.encode_queries(UNRELATED)
    read = embedder.encode_passages(UNRELATED)
    different = ~np.eye(len(UNRELATED), dtype=bool)
    cosines = (asked @ read.T)[different]
    return float(cosines.mean()), float(cosines.std())


@lru_cache(maxsize=2)
def scale(embedder: Embedder) -> Scale:
    """Bring a network's cosines to what weights.NETWORK was fitted to."""
    mean, deviation = measured(embedder)
    if deviation < _LEAST:  # nothing to be told apart by
        return AS_IT_IS
    slope = USUAL[1] / deviation
    return Scale(slope, USUAL[0] - slope * mean)
