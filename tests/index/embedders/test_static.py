"""The table's arithmetic, against model2vec and sentence-transformers.

They know nothing of a lexicon: it is set aside for the comparison.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from index import embedders
from index.embedders import MODELS, static

TEXTS = [
    "The president called for an immediate halt.",
    "mettre fin à l'offensive",
    "停止军事行动",
    "Президент призвал",
    "\u2603 only a snowman is unknown",
    "x",
]
PACKAGED = pytest.param(
    MODELS / "fast",
    marks=pytest.mark.skipif(
        not (MODELS / "fast").exists(), reason="the packaged table is not there"
    ),
    id="packaged",
)


@pytest.fixture(params=[pytest.param(None, id="tiny"), PACKAGED])
def folder(request, models):
    return request.param or models / "fast"


def test_encode_agrees_with_model2vec(folder):
    """The unknown left out by both; it multiplies halves as halves, which the package's
    weights are."""
    from model2vec import StaticModel

    expected = StaticModel.from_pretrained(folder).encode(TEXTS)

    table = static.load(folder, "x")
    table.lexicon = None
    found = table.encode_passages(TEXTS)
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.slow
def test_encode_agrees_with_sentence_transformers(folder):
    """Equal to 1e-5; slow because torch loads."""
    from sentence_transformers import SentenceTransformer

    expected = SentenceTransformer(str(folder), device="cpu").encode(TEXTS)

    table = static.load(folder, "x")
    table.lexicon = None
    found = table.encode_queries(TEXTS)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_encode_is_the_unit_mean_of_weighted_rows(models):
    """Computed again from the files, piece by piece."""
    tensors = load_file(models / "fast/model.safetensors")
    tokenizer = Tokenizer.from_file(str(models / "fast/tokenizer.json"))
    ids = [i for i in tokenizer.encode("ceci halt", add_special_tokens=False).ids if i]
    total = sum(tensors["embeddings"][i] * tensors["weights"][i] for i in ids)

    vector = embedders.load(models / "fast").encode_passages(["ceci halt"])[0]

    assert len(ids) > 3
    np.testing.assert_allclose(vector, total / np.linalg.norm(total), atol=1e-6)


@given(st.lists(st.text(max_size=20), max_size=8))
@settings(max_examples=50)
def test_encode_gives_unit_or_zero_rows(models, texts):
    """Whatever the text: float32, never NaN, and the batch does not matter."""
    embedder = embedders.load(models / "fast")

    vectors = embedder.encode_passages(texts)

    assert vectors.shape == (len(texts), embedder.dim)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert all(
        length == 0 or length == pytest.approx(1, abs=1e-5) for length in lengths
    )
    for text, vector in zip(texts, vectors, strict=True):
        assert (embedder.encode_passages([text])[0] == vector).all()


def test_encode_says_nothing_of_the_unknown(models):
    """No known piece: a row of zeros."""
    vectors = embedders.load(models / "fast").encode_passages(["", "\u2603"])

    # The pre-tokenizer's word mark is a piece of its own before the snowman.
    assert not vectors[0].any()
    assert np.isfinite(vectors).all()


def test_word_vectors_are_what_encode_gives(folder):
    """A word by itself has the same direction either way, once it is led from the
    space of texts to that of words, where the table has two."""
    embedder = static.load(folder, "fast")
    words = ["halt", "fin", "停止", "", "stop"] * 1000  # more than one batch

    vectors, information = embedder.word_vectors(words)

    back = load_file(folder / "model.safetensors").get("words", np.eye(embedder.dim))
    expected = embedders.unit(embedder.encode_passages(words) @ back)
    np.testing.assert_allclose(vectors, expected, atol=1e-5)
    assert information.shape == (5000,)
    assert not vectors[3].any()
    assert information[3] == 0
    assert (information[[0, 1, 4]] > 0).all()


def test_the_information_of_a_word_is_that_of_its_pieces(models, tmp_path):
    """A table that says how much its tokens tell is believed, token by token."""
    tensors = load_file(models / "fast/model.safetensors")
    nats = np.arange(len(tensors["weights"]), dtype=np.float32)
    for file in ("tokenizer.json", "modules.json"):
        (tmp_path / file).write_bytes((models / "fast" / file).read_bytes())
    save_file(tensors | {"information": nats}, tmp_path / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(models / "fast/tokenizer.json"))
    ids = tokenizer.encode("halt", add_special_tokens=False).ids

    _, information = static.load(tmp_path, "x").word_vectors(["halt"])

    assert information[0] == pytest.approx(sum(ids))


def test_a_plain_table_weighs_all_tokens_alike(models, tmp_path):
    """`embedding.weight`, as sentence-transformers saves it, holds the weights too."""
    tensors = load_file(models / "fast/model.safetensors")
    table = tensors["embeddings"] * tensors["weights"][:, None]
    for file in ("tokenizer.json", "modules.json"):
        (tmp_path / file).write_bytes((models / "fast" / file).read_bytes())
    save_file({"embedding.weight": table}, tmp_path / "model.safetensors")

    found = embedders.load(tmp_path).encode_passages(TEXTS)

    expected = embedders.load(models / "fast").encode_passages(TEXTS)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_tokens_may_share_rows(models, tmp_path):
    """model2vec's `mapping`: token i has row mapping[i]."""
    tensors = load_file(models / "fast/model.safetensors")
    n = len(tensors["weights"])
    order = np.random.default_rng(0).permutation(n)
    for file in ("tokenizer.json", "modules.json"):
        (tmp_path / file).write_bytes((models / "fast" / file).read_bytes())
    shuffled = {
        "embeddings": tensors["embeddings"][order],
        "weights": tensors["weights"],
    }
    save_file(
        {**shuffled, "mapping": np.argsort(order)}, tmp_path / "model.safetensors"
    )

    found = embedders.load(tmp_path).encode_passages(TEXTS)

    expected = embedders.load(models / "fast").encode_passages(TEXTS)
    np.testing.assert_array_equal(found, expected)
