"""The grafted transformer of the package."""

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from index import embedders
from index.embedders import MODELS

FOLDER = MODELS / "multilingual"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="no graft here")

TEXTS = [
    "The council wants the work on the bridge to stop at once.",
    "Le conseil veut que les travaux du pont cessent immédiatement.",
    "市议会要求立即停止桥梁施工。",
    "Our cat sleeps on the warm roof every afternoon.",
    "Nuestro gato duerme en el tejado caliente todas las tardes.",
    "Bread is baked here before sunrise, except on Mondays.",
]


@pytest.fixture(scope="module")
def graft():
    return embedders.load("multilingual")


def test_a_text_stands_nearest_to_its_translation(graft):
    """Sentences 0 to 2 say the same, and so do 3 and 4."""
    cosines = (vectors := graft.encode_passages(TEXTS)) @ vectors.T
    np.fill_diagonal(cosines, -1)

    assert cosines[:5].argmax(axis=1).tolist()[3:] == [4, 3]
    assert all(cosines[i].argmax() in {0, 1, 2} for i in range(3))


def test_a_vector_does_not_depend_on_what_is_beside_it(graft):
    """Alone or among others, to the bit: incremental builds equal fresh ones."""
    together = graft.encode_passages(TEXTS)

    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_array_equal(graft.encode_queries([text])[0], vector)


def test_encode_gives_unit_or_zero_rows(graft):
    """What holds no known token says nothing; no text is too long."""
    vectors = graft.encode_passages(["", " \n", "\ue000", "word " * 3000, *TEXTS])

    lengths = np.linalg.norm(vectors, axis=1)
    assert vectors.dtype == np.float32
    assert lengths[:3].tolist() == [0, 0, 0]
    np.testing.assert_allclose(lengths[3:], 1, atol=1e-6)
    assert graft.encode_passages([]).shape == (0, graft.dim)


def test_sentence_transformers_gives_the_same_order(graft):
    """Spearman of all similarities, torch in floats against integers."""
    other = SentenceTransformer(str(FOLDER), trust_remote_code=True, device="cpu")
    lines = [f"{a} {b}" for a in TEXTS for b in TEXTS] + TEXTS
    ours, theirs = graft.encode_passages(lines), other.encode(lines)

    pairs = np.triu_indices(len(lines), 1)
    ranks = [(v @ v.T)[pairs].argsort().argsort() for v in (ours, theirs)]
    assert np.corrcoef(ranks)[0, 1] > 0.998
    assert (ours * theirs).sum(axis=1).min() > 0.995


def test_a_long_text_keeps_its_beginning_and_its_end():
    """Cut to the positions there are, the closing token still last."""
    entrance = embedders.load("multilingual")._entrance
    (short,), (long,) = entrance.rows(["one two"]), entrance.rows(["one two " * 500])

    assert len(long) == entrance.longest
    assert long[:3].tolist() == short[:3].tolist()
    assert long[-1] == short[-1]
