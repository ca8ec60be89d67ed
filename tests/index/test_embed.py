"""Vectors of passages and of their sentences, written once and taken over."""

import numpy as np
import pytest

import index
from index import embedders
from index.build import build_documents
from index.embedders.static import StaticEmbedder
from index.records import Document
from index.sentences import sentences
from index.store import Snapshot

WIDTH = 5
TEXT = "We ask for a halt. Nobody came, Mr. Doe said. Why? " * 30


def read(self, texts, ends):
    """Vectors that tell of the length of the text and the place of the sentence."""
    made = []
    for text, cuts in zip(texts, ends, strict=True):
        rows = np.zeros((len(cuts), WIDTH), np.float32)
        rows[:, 0], rows[:, 1], rows[:, 2] = 1, cuts / 1000, len(text) / 1000
        made.append(embedders.unit(rows))
    return self.encode_passages(texts), made


@pytest.fixture
def reading(fast, monkeypatch):
    """Let the tiny table read sentences."""
    monkeypatch.setattr(StaticEmbedder, "sentence_dim", WIDTH, raising=False)
    monkeypatch.setattr(StaticEmbedder, "encode_sentences", read, raising=False)


def expected(snapshot: Snapshot) -> np.ndarray:
    """The sentences' vectors, made anew from the texts."""
    embedder, made = embedders.load("fast"), []
    for row in range(len(snapshot)):
        document = snapshot.document(snapshot.document_rows[row])
        text = snapshot.passage(row).text
        if document.title and not text.startswith(document.title):
            text = f"{document.title}\n{text}"
        cuts = [end for _, end in sentences(text, document.language)]
        made += embedder.encode_sentences([text], [np.array(cuts, np.int32)])[1]
    return np.concatenate(made)


def holds(folder) -> int:
    """Check the rows and their number; gives how many there are."""
    with Snapshot.open(folder) as snapshot:
        found, wanted = np.array(snapshot.sentence_vectors), expected(snapshot)
        offsets = snapshot.sentence_offsets
        assert offsets.tolist() == snapshot.lexical.passage_sentences.tolist()
    assert found.dtype == np.int8
    assert found.shape == wanted.shape == (offsets[-1], WIDTH)
    directions = embedders.unit(found.astype(np.float32))
    np.testing.assert_allclose(directions, wanted, atol=0.01)
    return len(found)


def test_a_model_that_reads_no_sentences_leaves_none(fast, articles, tmp_path):
    """An empty array, in the first build and in the next."""
    for _ in range(2):
        index.build([articles], tmp_path / "index")

        with Snapshot.open(tmp_path / "index") as snapshot:
            assert snapshot.sentence_vectors.shape == (0, 0)


def test_each_sentence_has_its_row(reading, articles, tmp_path):
    """In the order of the words' sentences, titles included."""
    index.build([articles], tmp_path / "index")

    assert holds(tmp_path / "index") > 5


def test_sentences_are_taken_over(reading, articles, tmp_path):
    """Of files that stay, of one that is new, and of one that goes."""
    (articles / "long.txt").write_text(TEXT)
    first = index.build([articles], tmp_path / "index")
    before = holds(tmp_path / "index")
    (articles / "new.txt").write_text("Nothing is new. It is. " + TEXT)
    (articles / "zh.jsonl").unlink()

    report = index.build([articles], tmp_path / "index")

    assert report.reused > first.passages // 2
    assert holds(tmp_path / "index") > before
    fresh = index.build([articles], tmp_path / "fresh")
    assert fresh.embedded == report.passages
    with Snapshot.open(tmp_path / "index") as a, Snapshot.open(tmp_path / "fresh") as b:
        np.testing.assert_array_equal(a.sentence_vectors, b.sentence_vectors)
        np.testing.assert_array_equal(a.hashes, b.hashes)


def test_another_language_may_cut_other_sentences(reading, tmp_path):
    """The same words, said to be of another language, are read again."""
    text = "Sie war eine geb. Doe. Dann ging sie. " * 3
    build_documents([Document("a", "", text, language="de")], tmp_path / "index")
    german = holds(tmp_path / "index")

    report = build_documents(
        [Document("a", "", text, language="en")], tmp_path / "index"
    )

    assert report.reused == 0
    assert holds(tmp_path / "index") != german


def test_sentences_cut_otherwise_by_then_are_read_again(
    reading, articles, tmp_path, monkeypatch
):
    """As by another version of the program, whose rows would not fit."""
    index.build([articles], tmp_path / "index")
    monkeypatch.setattr("index.before.program", lambda: "another")
    for module in ("index.embed", "index.sentences"):
        monkeypatch.setattr(f"{module}.sentences", lambda text, _: [(0, len(text))])

    report = index.build([articles], tmp_path / "index")

    assert report.embedded > 0
    with Snapshot.open(tmp_path / "index") as snapshot:
        assert len(snapshot.sentence_vectors) == len(snapshot)
