"""Cosines of different networks on one scale."""

import zlib

import numpy as np
import pytest

from index import embedders
from index.embedders import MODELS
from qa import chance


class Crowded:
    """Random vectors of texts, all drawn towards one direction."""

    id, dim = "crowded", 33

    def __init__(self, shared: float) -> None:
        self.shared = shared  # of every cosine

    def encode_passages(self, texts):
        of = [np.random.default_rng(zlib.crc32(t.encode())) for t in texts]
        own = np.stack([rng.standard_normal(self.dim - 1) for rng in of])
        own *= np.sqrt(1 - self.shared) / np.linalg.norm(own, axis=1, keepdims=True)
        common = np.full((len(texts), 1), np.sqrt(self.shared))
        return np.hstack([own, common]).astype(np.float32)

    encode_queries = encode_passages


TEXTS = [f"text {i}" for i in range(20)]


def cosines(model) -> np.ndarray:
    vectors = model.encode_passages(TEXTS)
    slope, offset = chance.scale(model)
    return vectors @ vectors.T * slope + offset


def test_a_crowded_model_means_what_a_free_one_does():
    """Cosines from 0.75 on say as much as those from -1 on, and get the same scale."""
    free, crowded = cosines(Crowded(0.0)), cosines(Crowded(0.75))

    assert crowded == pytest.approx(free, abs=1e-4)


def test_unrelated_texts_come_out_as_usual():
    """Mean and deviation are those the weights were fitted to."""
    model = Crowded(0.5)
    slope, offset = chance.scale(model)
    mean, deviation = chance.measured(model)

    assert mean > 0.4
    assert slope * mean + offset == pytest.approx(chance.USUAL[0])
    assert slope * deviation == pytest.approx(chance.USUAL[1])


def test_a_model_that_tells_nothing_apart_is_left_as_it_is():
    """One vector for every text: nothing to divide by."""
    assert chance.scale(Crowded(1.0)) == chance.AS_IT_IS


@pytest.mark.skipif(not (MODELS / "multilingual").exists(), reason="no graft here")
def test_the_graft_is_as_it_is_on_any_processor():
    """Products of 8-bit numbers that were cut off would show: the deviation was .0647
    on processors with AVX2 alone."""
    found = chance.measured(embedders.load("multilingual"))

    assert found == pytest.approx(chance.USUAL, abs=2e-4)
