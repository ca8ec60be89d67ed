"""A build, from files to a snapshot, and the next one."""

import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import index
from index import embedders, files, layout, store
from index.build import build_documents
from index.errors import InputError, ModelError
from index.files import Entry, Known
from index.records import Document
from index.store import Snapshot
from index.tokens import terms
from tests import tiny

ARRAYS = (
    "vectors",
    "hashes",
    "document_rows",
    "language_numbers",
    "term_vectors",
)


def contents(snapshot: Snapshot) -> dict:
    """Everything a snapshot says, row by row."""
    n = len(snapshot)
    return {
        **{name: getattr(snapshot, name).tolist() for name in ARRAYS},
        **{name: array.tolist() for name, array in snapshot.lexical.arrays().items()},
        "terms": list(snapshot.terms),
        "passages": [snapshot.passage(row) for row in range(n)],
        "documents": list(snapshot.documents()),
        "languages": snapshot.manifest.languages,
        "found": [array.tolist() for array in snapshot.search(snapshot.vectors, 3)],
    }


@pytest.fixture
def built(fast, articles, tmp_path):
    """The index of the articles; gives its folder and the report."""
    folder = tmp_path / "index"
    return folder, index.build([articles], folder)


def test_a_single_path_may_be_given_as_it_is(fast, articles, tmp_path):
    """Text or Path, it is one path: not one for each letter, such as `/`."""
    for one in (str(articles), articles):
        assert index.build(one, tmp_path / "one").documents == 3
        assert layout.current(tmp_path / "one")[1].paths == [str(articles)]


def test_an_index_may_have_any_name(fast, articles, tmp_path):
    """Even one that is not UTF-8; built, built again with what was there, and read."""
    folder = tmp_path / "a?\udcff%23"
    first = index.build([articles], folder)

    assert index.build([articles], folder).reused == first.passages
    with Snapshot.open(folder) as snapshot:
        assert len(list(snapshot.documents())) == 3


def test_build_keeps_what_was_read(built):
    """Documents in order, passages cut from them, rows that agree."""
    folder, report = built
    with Snapshot.open(folder) as snapshot:
        documents = list(snapshot.documents())

        assert [d.id for d in documents] == ["halt.txt", "zh.jsonl#1", "fr/arret.md"]
        assert [d.title for d in documents] == ["Call for a halt", "停火", "Un arrêt"]
        assert [d.language for d in documents] == ["en", "zh", "fr"]
        assert documents[2].date == "2023-09-19"
        assert snapshot.document_by_id("zh.jsonl#1") == documents[1]
        for row in range(len(snapshot)):
            passage = snapshot.passage(row)
            document = snapshot.document(snapshot.document_rows[row])
            assert document.id == passage.document_id
            assert document.text[passage.start : passage.end] == passage.text
        assert report.documents == 3
        assert report.passages == len(snapshot) == report.embedded
        assert (report.reused, report.errors, report.generation) == (0, [], 1)


def test_build_counts_by_language(built):
    """The manifest's counts are those of the rows."""
    with Snapshot.open(built[0]) as snapshot:
        codes = [snapshot.languages[i] for i in snapshot.language_numbers]

        assert dict(Counter(codes)) == snapshot.manifest.languages
        assert snapshot.manifest.languages["zh"] == 1
        assert snapshot.manifest.passages == len(codes)


def test_build_embeds_the_title_with_each_passage(built, fast):
    """But not twice where the passage begins with it."""
    embedder = embedders.load("fast")
    with Snapshot.open(built[0]) as snapshot:
        for row in range(len(snapshot)):
            title = snapshot.document(snapshot.document_rows[row]).title
            text = snapshot.passage(row).text
            embedded = text if text.startswith(title) else f"{title}\n{text}"

            expected = embedder.encode_passages([embedded])[0]
            np.testing.assert_allclose(snapshot.vectors[row], expected, atol=1e-6)
            words = {term.term for term in terms(embedded)}
            lexical = snapshot.lexical
            ends = lexical.passage_sentences[row : row + 2]
            ids = lexical.sentence_terms[slice(*lexical.sentence_offsets[ends])]
            assert {snapshot.terms[i] for i in ids} == words
    assert title == "Un arrêt"  # the last of three passages or more has its title too


def test_build_gives_words_the_vectors_of_the_table(built, fast):
    """float16 rows of the table, whatever embeds the passages."""
    table = embedders.load_words("fast")
    with Snapshot.open(built[0]) as snapshot:
        vectors, _ = table.word_vectors(snapshot.terms)

        np.testing.assert_allclose(snapshot.term_vectors, vectors, atol=1e-3)
        assert snapshot.manifest.table == table.id


def test_build_again_embeds_nothing(built, articles):
    """The same files: all vectors are taken over, and everything is the same."""
    folder, first = built
    with Snapshot.open(folder) as before:
        expected = contents(before)

    second = index.build([articles], folder)

    assert (second.embedded, second.reused) == (0, first.passages)
    assert second.generation == 2
    with Snapshot.open(folder) as after:
        assert contents(after) == expected


def test_incremental_equals_fresh(built, articles, tmp_path):
    """After a change, an addition and a removal, row for row."""
    folder, _ = built
    (articles / "zh.jsonl").unlink()
    (articles / "new.md").write_text("# New\n\nSomething else is said here.")
    halt = articles / "halt.txt"
    halt.write_text(halt.read_text().replace("president", "prime minister"))

    report = index.build([articles], folder)
    index.build([articles], tmp_path / "fresh")

    assert 0 < report.embedded < report.passages
    with Snapshot.open(folder) as old, Snapshot.open(tmp_path / "fresh") as fresh:
        assert contents(old) == contents(fresh)


def test_incremental_equals_fresh_file_for_file(built, articles, tmp_path):
    """Whatever happens to the documents, what is taken over is what is made anew."""
    folder, _ = built
    rng = random.Random(0)
    for step in range(12):
        for change in rng.sample(CHANGES, 2):
            change(articles, rng)

        report = index.build([articles], folder)
        shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
        index.build([articles], tmp_path / "fresh")

        old, new = layout.current(folder)[0], layout.current(tmp_path / "fresh")[0]
        names = {path.name for path in new.iterdir()} - {layout.MANIFEST}
        assert {path.name for path in old.iterdir()} == names | {layout.MANIFEST}
        for name in names:
            assert (old / name).read_bytes() == (new / name).read_bytes(), (step, name)
        assert report.reused


def write(articles: Path, rng: random.Random) -> None:
    words = rng.choices(
        "halt rain arrêt президент 停火 tea nobody harbour".split(), k=90
    )
    name = f"{rng.choice('abcd')}{rng.randrange(4)}.md"
    text = " ".join(words) + ". " + " ".join(words[:40]) + ".\n\n" + words[0]
    (articles / name).write_text(f"# {rng.choice(words)}\n\n{text}")


def delete(articles: Path, rng: random.Random) -> None:
    files = sorted(articles.rglob("*.md"))
    if len(files) > 2:
        rng.choice(files).unlink()


def rename(articles: Path, rng: random.Random) -> None:
    rng.choice(sorted(articles.rglob("*.md"))).rename(articles / f"z{rng.random()}.md")


def copy(articles: Path, rng: random.Random) -> None:
    file = rng.choice(sorted(articles.rglob("*.md")))
    (articles / f"{rng.choice('am')}{rng.random()}.md").write_bytes(file.read_bytes())


def add_line(articles: Path, rng: random.Random) -> None:
    with (articles / "zh.jsonl").open("a") as file:
        file.write(f'\n{{"_id": {rng.randrange(3)}, "text": "Line {rng.random()}."}}')


CHANGES = [write, delete, rename, copy, add_line]


def test_what_is_as_it_was_is_not_opened(built, articles, monkeypatch):
    """Only the file that changed is read, and only its document embedded."""
    folder, _ = built
    monkeypatch.setattr(files, "DOUBT", -1e9)
    opened = []
    digest = files._digest
    monkeypatch.setattr(
        files, "_digest", lambda p: (opened.append(p.name), digest(p))[1]
    )
    (articles / "zh.jsonl").write_text('{"_id": 1, "text": "停火了。"}')

    report = index.build([articles], folder)

    assert opened == ["zh.jsonl"]
    assert report.embedded == 1
    assert report.documents == 3


def test_a_young_file_is_not_trusted(tmp_path):
    """A change within the clock's tick shows in no time, so its content is compared."""
    path = tmp_path / "a.txt"
    path.write_text("new")
    now = path.stat()
    stamp = (now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino)
    was = Entry("a.txt", str(path), stamp, digest="of the old content", documents=1)

    def rows(began: float) -> range:
        return Known.of([was], began).find(path, "a.txt")[1]

    assert rows(now.st_mtime + 1) == range(0)
    assert rows(now.st_mtime + 60) == range(1)


def test_a_renamed_file_is_not_embedded_again(built, articles):
    """Its documents have other ids, and the same vectors."""
    folder, _ = built
    (articles / "fr/arret.md").rename(articles / "halte.md")

    report = index.build([articles], folder)

    assert report.embedded == 0
    with Snapshot.open(folder) as snapshot:
        assert snapshot.document_by_id("halte.md").title == "Un arrêt"
        with pytest.raises(KeyError):
            snapshot.document_by_id("fr/arret.md")


def test_other_passages_of_the_same_words_are_not_embedded_again(built, articles):
    """Another size splits all anew; what comes out the same keeps its vector."""
    folder, first = built

    report = index.build([articles], folder, size=300)

    assert report.passages > first.passages
    assert 0 < report.reused < first.passages


def test_a_problem_is_told_again(fast, tmp_path):
    """A bad line stays in the report while the file is not read again."""
    (tmp_path / "a.jsonl").write_text('{"text": "Good."}\n{bad\n{"text": "Better."}')
    told = [index.build([tmp_path / "a.jsonl"], tmp_path / "index").errors]

    told.append(index.build([tmp_path / "a.jsonl"], tmp_path / "index").errors)

    assert told[0] == told[1]
    assert "line 2" in told[0][0][1]


def test_another_model_embeds_all_again(built, articles, tmp_path):
    """Vectors of different models must not be mixed."""
    folder, first = built
    other = tiny.write(tmp_path / "other", seed=1)

    report = index.build([articles], folder, model=str(other))

    assert report.embedded == first.passages
    with Snapshot.open(folder) as snapshot:
        assert snapshot.manifest.model == str(other)
        assert snapshot.manifest.embedder.startswith("other@")
        assert snapshot.manifest.table.startswith("fast@")


def test_altered_vectors_are_not_reused(built, articles, tmp_path):
    """A flipped byte must not live on in the next generation."""
    folder, first = built
    path = folder / "generations/1" / layout.VECTORS
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)

    assert index.build([articles], folder).embedded == first.passages


def test_equal_documents_have_their_own_ids(fast, tmp_path):
    """Ids are made unlike; what searches can tell them apart."""
    twin = Document("a", "", "Same text.")

    build_documents([twin, twin, Document("a~2", "", "Other.")], tmp_path / "index")

    with Snapshot.open(tmp_path / "index") as snapshot:
        assert [d.id for d in snapshot.documents()] == ["a", "a~2", "a~2~2"]


def test_build_tells_what_it_left_out(fast, articles, tmp_path):
    """A bad file is in the report, the others are in the index."""
    (articles / "bad.txt").write_bytes(b"\0")

    report = index.build([articles], tmp_path / "index")

    assert report.errors == [(articles / "bad.txt", "looks binary; give a text file")]
    assert report.documents == 3


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"\0", r"a\.txt could not be read: looks binary"),
        ("a.txt", b" ", r"a\.txt could not be read: no text in it"),
        ("a.png", b"x", r"no file to read in "),
    ],
)
def test_build_refuses_nothing(built, tmp_path, name, content, message):
    """When nothing at all can be read, and the index stays as it was."""
    folder, report = built
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / name).write_bytes(content)

    with pytest.raises(InputError, match=message):
        index.build([empty], folder)

    assert store.verify(folder) == []
    with Snapshot.open(folder) as snapshot:
        assert len(snapshot) == report.passages


def test_build_tells_how_far_it_is(fast, articles, tmp_path):
    """The stages in order, each to its end."""
    seen = []

    report = index.build(
        [articles], tmp_path / "index", progress=lambda *a: seen.append(a)
    )

    assert list(dict.fromkeys(stage for stage, _, _ in seen)) == list(
        index.build.__globals__["STAGES"]
    )
    last = {stage: (done, total) for stage, done, total in seen}
    assert last["reading"] == last["splitting"] == (3, 3)
    assert last["embedding"] == last["writing"] == (report.passages,) * 2


@pytest.mark.parametrize("stage", ["reading", "splitting", "embedding", "writing"])
def test_build_can_be_cancelled(built, articles, stage):
    """What the callback raises comes out, and nothing has changed."""
    folder, _ = built

    def cancel(at, done, total):
        if at == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.build([articles], folder, progress=cancel)

    assert store.verify(folder) == []
    assert [p.name for p in (folder / "generations").iterdir()] == ["1"]
    assert index.build([articles], folder).generation == 2


def test_build_refuses_nan(fast, articles, tmp_path, monkeypatch):
    """A model that gives NaN is named, before any engine sees it."""
    from index.embedders.static import StaticEmbedder

    monkeypatch.setattr(
        StaticEmbedder,
        "encode_passages",
        lambda self, texts: np.full((len(texts), self.dim), np.nan, np.float32),
    )

    with pytest.raises(ModelError, match="the model gave NaN"):
        index.build([articles], tmp_path / "index")


def test_build_refuses_what_cannot_be_stored(fast, tmp_path):
    """Documents given directly must be as clean as readers make them."""
    for text, what in (("a\0b", "NUL"), ("a\ud800", "surrogates")):
        with pytest.raises(ValueError, match=f"'x' holds .*{what}.*; clean it"):
            build_documents([Document("x", "", text)], tmp_path / "index")


def test_importing_is_light():
    """No torch, no faiss, no splitter: 0.2 s here."""
    code = "import sys, index; print(*sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {
        "torch",
        "faiss",
        "gradio",
        "sentence_transformers",
        "langchain_text_splitters",
    }
    assert not heavy.intersection(out.stdout.split())
