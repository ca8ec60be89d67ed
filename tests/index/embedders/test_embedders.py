"""Which runtime a model gets, and how a model that is none is refused."""

import json
import socket

import numpy as np
import pytest

from index import embedders
from index.embedders import hub
from index.errors import ModelError
from tests import tiny


def test_load_knows_packaged_models_by_name(fast):
    """The name stands before the content hash; the folder gives the same hash."""
    packaged, local = embedders.load("fast"), embedders.load(fast)

    assert packaged.id == local.id
    assert packaged.id.startswith("fast@")
    assert packaged.dim == tiny.DIM
    assert embedders.packaged() == ["fast"]


def test_id_follows_the_content(fast, tmp_path):
    """Another table of the same name is another embedder."""
    other = tiny.write(tmp_path / "fast", seed=1)

    assert embedders.load(other).id != embedders.load("fast").id


def test_load_says_what_there_is(fast):
    """A name that is nothing: what was given, what would do."""
    with pytest.raises(ModelError, match="no model 'fats'; give one of fast, a folder"):
        embedders.load("fats")


def test_load_refuses_an_empty_folder(tmp_path):
    """It says what a model's folder would hold."""
    with pytest.raises(ModelError, match=r"holds no \.safetensors file"):
        embedders.load(tmp_path)


def test_load_names_a_link_that_leads_nowhere(tmp_path):
    """As in a copy of the hub's cache without what it links to."""
    folder = tiny.write(tmp_path / "model")
    (folder / "README.md").symlink_to(tmp_path / "gone")

    with pytest.raises(ModelError, match=r"model/README.md cannot be read \(No such"):
        embedders.load(folder)


def test_load_refuses_weights_that_can_run_code(tmp_path):
    """A folder without safetensors is not opened."""
    (tmp_path / "pytorch_model.bin").write_bytes(b"x")

    with pytest.raises(ModelError, match=r"holds no \.safetensors file"):
        embedders.load(tmp_path)


@pytest.mark.parametrize(
    "file", ["modules.json", "tokenizer.json", "model.safetensors"]
)
def test_load_refuses_broken_files(tmp_path, file):
    """Each file of the folder, cut short, is one clear line."""
    folder = tiny.write(tmp_path / "model")
    (folder / file).write_bytes((folder / file).read_bytes()[:30])

    with pytest.raises(ModelError, match="get the model again"):
        embedders.load(folder)


def test_load_refuses_a_table_too_short(tmp_path):
    """Tokens without rows would fail later, on some text."""
    small, large = tiny.write(tmp_path / "a"), tiny.write(tmp_path / "b")
    tokenizer = json.loads((large / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"].append(["more", -9.0])
    (small / "tokenizer.json").write_text(json.dumps(tokenizer))

    with pytest.raises(ModelError, match="rows for"):
        embedders.load(small)


def test_load_offline_is_one_line(monkeypatch, tmp_path):
    """A model of the hub that is neither reachable nor in the cache."""

    def refuse(*args, **kwargs):
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(hub, "_fetch", lambda model, offline: refuse())

    with pytest.raises(
        ModelError, match=r"could not be fetched .* is not in the cache"
    ) as e:
        embedders.load("nobody/nothing")
    assert "\n" not in str(e.value)


def test_settled_names_hold_anywhere(fast, tmp_path, monkeypatch):
    """Folders become absolute; names of the package and the hub stay."""
    monkeypatch.chdir(tmp_path)
    tiny.write(tmp_path / "mine")

    assert embedders.settled("mine") == str(tmp_path / "mine")
    assert embedders.settled("fast") == "fast"
    assert embedders.settled("a/b") == "a/b"


def test_words_need_a_table(monkeypatch):
    """A network cannot give the vectors of words."""
    monkeypatch.setattr(embedders, "load", lambda model: object())

    with pytest.raises(ModelError, match="a/b is not a token table"):
        embedders.load_words("a/b")


def test_load_refuses_pickles_beside_good_weights(tmp_path):
    """One module's safetensors do not excuse another module's pickle."""
    folder = tiny.write(tmp_path / "model")
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense/pytorch_model.bin").write_bytes(b"x")

    with pytest.raises(ModelError, match=r"2_Dense holds no \.safetensors file"):
        embedders.load(folder)


@pytest.mark.parametrize(
    "kind", ["evil.Model", "os.system", "sentence_transformersx.A"]
)
def test_load_refuses_code_of_a_models_own(tmp_path, kind):
    """A folder may name the modules it is made of, but only known ones are run."""
    folder = tiny.write(tmp_path / "model")
    (folder / "evil.py").write_text("raise SystemExit('run')")
    modules = [{"idx": 0, "name": "0", "path": "", "type": kind}]
    (folder / "modules.json").write_text(json.dumps(modules))

    with pytest.raises(ModelError, match=f"needs code of its own .{kind}."):
        embedders.load(folder)


@pytest.mark.skipif(not (embedders.MODELS / "fast").exists(), reason="no table here")
def test_romanian_is_the_same_with_commas_and_with_cedillas():
    """What was written before Unicode had the commas is found, and means the same."""
    table = embedders.load_words("fast")
    comma, cedilla = (
        "Președintele națiunii și-a dat demisia",
        ("Preşedintele naţiunii şi-a dat demisia"),
    )

    first, second = table.encode_passages([comma, cedilla])

    np.testing.assert_array_equal(first, second)
    president, english = table.word_vectors(["preşedintele", "president"])[0]
    assert president @ english > 0.6
