"""Words beside the tokens: a hash table on the rows of a token table."""

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import WhitespaceSplit

from index import embedders
from index.embedders import lexicon, static
from index.embedders.lexicon import Lexicon
from index.errors import ModelError


def words(n, seed=0):
    """Give n different words of two to fifteen letters."""
    rng = np.random.default_rng(seed)
    letters = "".join(rng.choice(list("abcdefghijkl"), 16 * 2 * n))
    starts, lengths = range(0, len(letters), 16), rng.integers(2, 16, 2 * n)
    made = (letters[at : at + k] for at, k in zip(starts, lengths, strict=True))
    return list(dict.fromkeys(made))[:n]


@pytest.mark.parametrize("n", [1, 7, 8, 1000, 20_000])
def test_every_word_is_found_on_its_row(n):
    """Whatever their number, but for a few that two words' hashes give to one."""
    known = words(n)
    rows = np.random.default_rng(1).integers(1, 1 << lexicon.ROW_BITS, n)

    built = Lexicon.build(known, rows)
    again = Lexicon(**built.arrays())

    for one in (built, again):
        assert (one.rows(known, [0] * n) != rows).mean() < 1e-3


@pytest.mark.parametrize("more", [1, 500])
def test_words_that_are_added_are_found_with_the_others(more):
    """As if they had been there from the beginning."""
    known, rows = words(5_000 + more), np.arange(1, 5_001 + more)

    joined = Lexicon.build(known[:5_000], rows[:5_000])
    joined = joined.added(known[5_000:], rows[5_000:])

    assert (joined.rows(known, [9] * len(known)) != rows).mean() < 1e-3
    whole = Lexicon.build(known, rows).arrays()
    for name, array in joined.arrays().items():
        assert np.array_equal(np.sort(array), np.sort(whole[name]))


def test_words_that_are_there_are_moved():
    """Each has one entry, the others keep theirs, and what moved them is left alone."""
    known, rows = words(1_000), np.arange(1, 1_001)
    built = Lexicon.build(known, rows)
    before = {name: array.copy() for name, array in built.arrays().items()}

    moved = built.added([known[7], "new!", known[3]], np.array([2000, 2001, 2002]))

    wanted = rows.copy()
    wanted[[7, 3]] = 2000, 2002
    assert (moved.rows(known, [16] * 1_000) != wanted).sum() == 0
    assert moved.rows(["new!"], [16])[0] == 2001
    assert len(moved.arrays()["entries"]) == 1_001
    for name, array in built.arrays().items():
        assert np.array_equal(array, before[name])


def test_few_strange_words_are_taken_for_others():
    """Fewer than one in a thousand, where no beginning may stand for a word."""
    known = words(20_000)
    strange = [word + "!" for word in words(20_000, seed=2)]

    found = Lexicon.build(known, np.ones(len(known), int)).rows(
        strange, [len(word) for word in strange]
    )

    assert (found > 0).mean() < 1e-3


def test_a_word_is_taken_for_its_longest_beginning():
    """At least four letters, two in Korean, most of the word, and longer than told."""
    known = Lexicon.build(["plan", "planning", "as", "일본"], np.array([1, 2, 3, 4]))

    def row(word, longer_than=0):
        return known.rows([word], [longer_than])[0]

    assert row("planner") == 1
    assert row("planningly") == 2
    assert row("planner", 4) == 0  # its first piece is as long
    assert row("plantational") == 0  # too much of it is left
    assert row("ask") == 0  # too short
    assert row("일본의") == 4


def test_a_word_of_arabic_script_is_taken_for_itself_without_particles():
    """Its endings are no beginnings' business: other roots begin so."""
    known = Lexicon.build(["سلام", "مدر"], np.array([1, 2]))

    assert known.rows(["والسلام", "بسلام", "مدرسة"], [0] * 3).tolist() == [1, 1, 0]


@pytest.fixture
def folder(models, tmp_path):
    """The tiny table, without word marks, with "zzyzzx" on the row of "f"."""
    tensors = load_file(models / "fast/model.safetensors")
    modules = (models / "fast/modules.json").read_bytes()
    (tmp_path / "modules.json").write_bytes(modules)
    tokenizer = Tokenizer.from_file(str(models / "fast/tokenizer.json"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    row = np.array([tokenizer.token_to_id("f")])
    arrays = Lexicon.build(["zzyzzx"], row).arrays()
    made = {f"lexicon.{name}": array for name, array in arrays.items()}
    save_file(tensors | made, tmp_path / "model.safetensors")
    return tmp_path


def test_a_word_of_the_lexicon_means_what_its_row_does(folder):
    """Alone, in a text, and with an ending; other words keep their pieces."""
    table = static.load(folder, "x")
    plain = static.load(folder, "x")
    plain.lexicon = None
    cut = table._tokenizer.encode("zzyzzx", add_special_tokens=False)
    assert len(cut.ids) > 1

    (one, ending, other), _ = table.word_vectors(["zzyzzx", "zzyzzxes", "f"])
    np.testing.assert_allclose(one, other, atol=1e-6)
    np.testing.assert_allclose(ending, other, atol=1e-6)

    text = "halt zzyzzx ceci"
    assert not np.allclose(*(t.encode_passages([text])[0] for t in (table, plain)))
    same = [t.encode_passages(["halt ceci", "fin"]) for t in (table, plain)]
    np.testing.assert_array_equal(*same)


def test_a_word_of_the_lexicon_may_keep_a_share_of_its_pieces(folder):
    """Its row and its pieces, each as much as the file says; computed again."""
    file = folder / "model.safetensors"
    tensors = load_file(file)
    shares = np.array([0.7, 0.25], np.float32)
    save_file(tensors | {"lexicon.shares": shares}, file)
    table = static.load(folder, "x")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def added(text):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        weighted = tensors["embeddings"] * tensors["weights"][:, None]
        return weighted[[i for i in ids if i]].sum(axis=0)

    word = 0.7 * added("f") + 0.25 * added("zzyzzx")
    (alone,), _ = table.word_vectors(["zzyzzx"])
    (within,) = table.encode_passages(["halt zzyzzx ceci"])

    text = word + added("halt") + added("ceci")
    np.testing.assert_allclose(alone, word / np.linalg.norm(word), atol=1e-6)
    np.testing.assert_allclose(within, text / np.linalg.norm(text), atol=1e-6)


def test_a_lexicon_of_more_rows_than_there_are_is_refused(folder):
    """Said when the model is opened, not when a word is looked up."""
    tensors = load_file(folder / "model.safetensors")
    tensors["lexicon.entries"] |= np.uint32(100_000)
    save_file(tensors, folder / "model.safetensors")

    with pytest.raises(ModelError, match="rows for a lexicon"):
        static.load(folder, "x")


def test_places_are_those_of_words_in_the_text(folder):
    """Tokens from start to end are the word; scripts without spaces are left alone."""
    table = static.load(folder, "x")
    encoding = table._tokenizer.encode("halt zzyzzx 停止", add_special_tokens=False)

    ((found,),) = lexicon.places(table.lexicon, [encoding])

    start, end, row = found
    assert "".join(encoding.tokens[start:end]) == "zzyzzx"
    assert row == table._tokenizer.token_to_id("f")
    assert lexicon.places(None, [encoding]) == [[]]
    table.lexicon = lexicon.Lexicon.build([], np.zeros(0, np.int64))
    assert lexicon.places(table.lexicon, [encoding]) == [[]]
    cut = [(0, start, 0), (start, end, 0)]
    assert lexicon.cut_words(table.lexicon, [encoding]) == [cut]


def test_the_package_has_a_lexicon_that_helps():
    """Words that its tokenizer cuts lie near what they mean."""
    folder = embedders.MODELS / "fast"
    if not folder.exists():
        pytest.skip("the packaged table is not there")
    table = static.load(folder, "fast")
    pairs = [("durdur", "stop"), ("wezwał", "called"), ("réclame", "demands")]

    near = [np.prod(table.word_vectors(pair)[0], axis=0).sum() for pair in pairs]
    table.lexicon = None
    before = [np.prod(table.word_vectors(pair)[0], axis=0).sum() for pair in pairs]

    assert (np.array(near) > np.array(before)).all()
