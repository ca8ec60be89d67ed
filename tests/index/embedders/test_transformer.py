"""Networks: their prompts, their names, what is refused. All slow: torch loads."""

import json
import shutil

import numpy as np
import pytest

from index import embedders
from index.errors import ModelError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A BERT of one layer and 16 columns, with random numbers."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    letters = "abcdefghijklmnopqrstuvwxyz:"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    words += [f"##{letter}" for letter in letters]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "raw")
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config).save_pretrained(folder / "raw")
    transformer = Transformer(str(folder / "raw"))
    model = SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu")
    model.save(str(folder / "tiny-e5"))
    return folder / "tiny-e5"


def test_encode_gives_unit_rows(network):
    """float32 unit rows, and nothing for nothing."""
    embedder = embedders.load(network)

    vectors = embedder.encode_passages(["halt", "stop the war"])

    assert vectors.shape == (2, embedder.dim) == (2, 16)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.encode_passages([]).shape == (0, 16)
    assert embedder.id.startswith("tiny-e5@")


def test_e5_gets_its_prefixes(network):
    """Questions and passages differ by what stands before them."""
    from sentence_transformers import SentenceTransformer

    embedder = embedders.load(network)
    plain = SentenceTransformer(str(network), device="cpu")
    expected = plain.encode(["query: halt", "passage: halt"], normalize_embeddings=True)

    found = [
        embedder.encode_queries(["halt"])[0],
        embedder.encode_passages(["halt"])[0],
    ]

    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("1_Pooling/config.json", '"mean"', '"cls"'),
        ("config_sentence_transformers.json", "{", '{"truncate_dim": 8,'),
    ],
)
def test_other_settings_are_another_model(network, tmp_path, file, old, new):
    """Pooling, prompts, or how many numbers are kept: vectors must not be mixed."""
    for name in ("as it was", "changed"):
        shutil.copytree(network, tmp_path / name / "tiny-e5")
    settings = tmp_path / "changed/tiny-e5" / file
    settings.write_text(settings.read_text().replace(old, new, 1))

    same, other = (
        embedders.load(tmp_path / name / "tiny-e5").id
        for name in ("as it was", "changed")
    )

    assert same == embedders.load(network).id
    assert other != same


def test_prompts_of_the_configuration_come_first():
    """A model that declares its prompts gets those."""
    from index.embedders.transformer import prompts

    assert prompts({"query": "Q: ", "document": "D: "}, "my-e5") == ("Q: ", "D: ")
    assert prompts({}, "all-MiniLM-L6-v2") == ("", "")
    assert prompts({}, "intfloat/multilingual-e5-small") == ("query: ", "passage: ")


def test_broken_network_is_one_line(network, tmp_path):
    """A folder that lists a network but holds none."""
    modules = [
        {
            "idx": 0,
            "name": "0",
            "path": "",
            "type": "sentence_transformers.models.Transformer",
        }
    ]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    (tmp_path / "model.safetensors").write_bytes(b"x")

    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        embedders.load(tmp_path)
    assert "\n" not in str(caught.value)
