"""The grafted transformer of the package."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from index import embedders
from index.embedders import MODELS
from index.embedders.graft import PROBE, cuts_off, opened
from index.errors import ModelError

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


def test_products_are_exact_on_any_processor():
    """64 times 127, the way that is chosen here and the one that is exact everywhere:
    half of it comes out where two products are added in 16 bits."""
    entered = {"entered": np.ones((4, 64), np.float32)}

    for slow in (cuts_off(), True):
        (found,) = opened(PROBE, slow=slow).run(None, entered)
        np.testing.assert_allclose(found, 64 * 127)


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
    for text in ("the same words again and again ", "ещё раз и снова "):
        (short,), (long,) = entrance.rows([text]), entrance.rows([text * 200])

        assert len(long.rows) == len(long.ends) == entrance.longest
        assert long.rows[:3].tolist() == short.rows[:3].tolist()
        assert long.rows[-1] == short.rows[-1]


def test_each_token_knows_where_it_ends(graft):
    """By the letters of the text as it was given, words of the lexicon included."""
    text = "Wer  hat eine Einstellung verlangt? Ｆｒｅｄ 停火"
    (reading,) = graft._entrance.rows([text])

    ends = reading.ends[1:-1].tolist()
    assert reading.ends[[0, -1]].tolist() == [0, 0]
    assert ends == sorted(ends)
    assert ends[-1] == len(text)
    assert text.index("  hat") in ends
    assert text.index("?") in ends


def test_english_enters_by_rows_of_its_own():
    """The last of the table; other languages, and what is too short to tell, do not."""
    entrance = embedders.load("multilingual")._entrance
    first = entrance._inputs.first

    read = entrance.rows([*TEXTS, "a cat"])

    least, most = zip(*((one.rows.min(), one.rows.max()) for one in read), strict=True)
    english = [0, 3, 5]
    assert min(least[i] for i in english) >= first
    assert max(most[i] for i in {*range(7)} - {*english}) < first


def test_names_enter_as_they_do_in_english():
    """As they are written in Latin letters; words without a capital do not."""
    entrance = embedders.load("multilingual")._entrance
    first = entrance._inputs.first
    name = "Zyksgrubian"
    texts = [
        f"{name} a quitté le pays hier.",
        f"{name} 昨天离开了这个国家。",
        "Зыксгрубиан вчера покинул страну.",
    ]
    english, *others = entrance.rows([f"{name} left the country yesterday.", *texts])

    cut = english.rows[english.ends <= len(name)][1:-1].tolist()
    assert len(cut) > 1
    for reading in others:
        pieces = reading.rows >= first
        assert reading.rows[pieces].tolist() == cut
        assert set(reading.ends[pieces].tolist()) == {len(name)}
    for reading in entrance.rows([texts[0].lower(), texts[2].lower()]):
        assert reading.rows.max() < first


def test_an_unlikely_word_of_english_is_read_by_its_pieces():
    """No word of an English text is left out, and each piece knows where it ends."""
    text = "The Zyxgrubian ambassador left Ouagadougou before the snow."
    (reading,) = embedders.load("multilingual")._entrance.rows([text])

    ends = reading.ends[1:-1].tolist()
    assert ends == sorted(set(ends))
    assert {text.index(end) for end in (" ambas", " left", " before", ".")} < set(ends)
    assert sum(4 < end <= 14 for end in ends) > 2


@pytest.fixture(scope="module")
def sentences(graft):
    """Two passages of three sentences each, and the vectors of these."""
    passages = [TEXTS[0:3], TEXTS[3:6]]
    texts = [" ".join(sentences) for sentences in passages]
    ends = [
        np.cumsum([len(s) + 1 for s in sentences]).astype(np.int32)
        for sentences in passages
    ]
    return texts, ends, *graft.encode_sentences(texts, ends)


def test_passages_are_read_the_same_with_their_sentences(graft, sentences):
    """To the bit, and alone as among others."""
    texts, ends, vectors, read = sentences

    np.testing.assert_array_equal(graft.encode_passages(texts), vectors)
    for text, cuts, own in zip(texts, ends, read, strict=True):
        assert own.shape == (3, graft.sentence_dim)
        alone = graft.encode_sentences([text], [cuts])[1][0]
        np.testing.assert_array_equal(alone, own)
        np.testing.assert_allclose(np.linalg.norm(own, axis=1), 1, atol=1e-6)


def test_the_nearest_sentence_is_the_one_asked_for(graft, sentences):
    """By the last numbers of a question's vector."""
    read = np.concatenate(sentences[3])
    asked = graft.encode_queries(
        ["Where does the cat sleep?", "Wann wird Brot gebacken?"]
    )

    near = read @ asked[:, -graft.sentence_dim :].T
    assert near[:, 0].argmax() in {3, 4}
    assert near[:, 1].argmax() == 5


def test_a_sentence_past_the_end_of_what_is_read_says_nothing(graft):
    """Zero rows, as for texts without a known token."""
    text = "one two. " * 300 + "three."
    ends = np.array([9, 2700, len(text)], np.int32)
    (cut,), (blank,) = (
        graft.encode_sentences([t], [e])[1]
        for t, e in ((text, ends), ("\ue000", np.array([1], np.int32)))
    )

    assert cut.any(axis=1).tolist() == [True, True, False]
    assert not blank.any()


def test_a_folder_for_other_inputs_is_refused(tmp_path):
    """A model of another version of the package reads texts otherwise."""
    folder = tmp_path / "old"
    shutil.copytree(FOLDER, folder)
    said = json.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_text(json.dumps(said | {"inputs": 1}))

    with pytest.raises(ModelError, match="for version 1 of how texts enter"):
        embedders.load(str(folder))


def test_nothing_is_noted_down_about_who_runs_it(tmp_path):
    """onnxruntime tells its makers of each use, unless it is told not to: it keeps a
    number for this machine, and what it has to send, in the user's folders."""
    code = (
        "from index import embedders;"
        "embedders.load('multilingual').encode_queries(['tea'])"
    )
    kept = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    folders = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    subprocess.run([sys.executable, "-c", code], env=kept | folders, check=True)

    assert list(tmp_path.rglob("*")) == []
