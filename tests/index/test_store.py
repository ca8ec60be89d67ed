"""Snapshots: what opening checks, what verify finds, what survives."""

import errno
import hashlib
import json
import resource
import shutil
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import index
from index import layout, store
from index.errors import (
    CorruptSnapshot,
    FormatMismatch,
    PassageError,
    SnapshotError,
)
from index.manifest import FORMAT, File
from index.store import Snapshot


@pytest.fixture
def folder(fast, articles, tmp_path):
    """An index of the articles."""
    index.build([articles], tmp_path / "index")
    return tmp_path / "index"


def files(folder):
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name != layout.LOCK
    )


def use(folder) -> None:
    """Do with a snapshot what asking does."""
    with Snapshot.open(folder) as snapshot:
        queries = np.full((2, snapshot.vectors.shape[1]), 0.1, np.float32)
        snapshot.search(queries, 2)
        for row in range(len(snapshot)):
            snapshot.passage(row)
            snapshot.document(snapshot.document_rows[row])


def test_every_file_is_named_in_the_manifest(folder):
    """Nothing lies there unchecked."""
    generation, manifest = layout.current(folder)

    assert {p.name for p in generation.iterdir()} == {*manifest.files, layout.MANIFEST}


def test_verify_finds_a_flipped_byte_in_every_file(folder):
    """First, middle and last byte of each; and opening says so or works."""
    assert store.verify(folder) == []
    for path in files(folder):
        whole = path.read_bytes()
        for place in {0, len(whole) // 2, len(whole) - 1}:
            if path.name == layout.CURRENT and place == len(whole) - 1:
                continue  # the line end says nothing
            altered = bytearray(whole)
            altered[place] ^= 1
            path.write_bytes(altered)

            problems = store.verify(folder)

            assert problems, f"{path.name} at {place}"
            assert all("\n" not in problem for problem in problems)
        path.write_bytes(whole)
    assert store.verify(folder) == []


def test_a_flipped_byte_never_crashes_opening(folder):
    """Each of many bytes of each file: an error of ours, or an opened snapshot."""
    rng = np.random.default_rng(0)
    for number, path in enumerate(files(folder)):
        whole = path.read_bytes()
        step = 4 if path.suffix == ".npy" else 1  # they are many, and have one header
        for place in {
            *range(number % step, min(100, len(whole)), step),
            *rng.integers(0, len(whole), 20 // step).tolist(),
        }:
            altered = bytearray(whole)
            altered[place] ^= 1 << int(rng.integers(8))
            path.write_bytes(altered)
            with suppress(SnapshotError), Snapshot.open(folder) as snapshot:
                assert len(snapshot) == snapshot.manifest.passages
        path.write_bytes(whole)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid escape")  # in headers of arrays
def test_broken_snapshots_at_length(folder, record_property):
    """Bytes changed, gone or more, in one file or two, in places drawn by chance:
    opened and used as far as it goes, or an error of ours."""
    rng, tries, opened = np.random.default_rng(1), 100_000, 0
    wholes = {path: path.read_bytes() for path in files(folder)}
    for _ in range(tries):
        paths = list(wholes)
        broken = [paths[i] for i in rng.integers(len(paths), size=rng.integers(1, 3))]
        for path in broken:
            data = bytearray(wholes[path])
            for _ in range(rng.integers(1, 5)):
                start = int(rng.integers(len(data) + 1))
                gone = int(rng.choice([0, 1, 8, len(data)], p=[0.2, 0.4, 0.3, 0.1]))
                new = rng.bytes(rng.choice([gone, rng.integers(9)], p=[0.8, 0.2]))
                data[start : start + gone] = new[: len(data) - start]
            path.write_bytes(data)
        with suppress(SnapshotError, PassageError, IndexError):
            use(folder)
            opened += 1
        for path in broken:
            path.write_bytes(wholes[path])
    record_property("tries", f"{tries:,}")
    record_property("opened", f"{opened:,}")
    assert store.verify(folder) == []


def test_an_array_that_cannot_be_read_is_named(folder):
    """And nobody is told how to load it unsafely, as numpy would."""
    path = layout.current(folder)[0] / layout.SPANS
    path.write_bytes(bytes(path.stat().st_size))

    with pytest.raises(CorruptSnapshot, match=r"spans\.npy was altered; build"):
        Snapshot.open(folder)


def test_altered_engine_files_never_reach_faiss(folder):
    """The checksum is compared first."""
    path = layout.current(folder)[0] / layout.ENGINE
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    with (
        Snapshot.open(folder) as snapshot,
        pytest.raises(CorruptSnapshot, match="was altered"),
    ):
        snapshot.search(np.asarray(snapshot.vectors), 1)


def test_texts_that_are_not_utf8_are_an_error_of_ours(folder):
    """Found by fuzzing: SQLite gives them back, and Python cannot read them."""
    path = layout.current(folder)[0] / layout.TEXTS
    data = path.read_bytes()
    place = data.index("停止军事".encode())
    path.write_bytes(data[:place] + b"\xb2" + data[place + 1 :])

    with pytest.raises(PassageError, match="damaged"):
        use(folder)


def test_altered_texts_are_an_error_of_ours(folder):
    """SQLite's complaints about any page come out as PassageError."""
    path = layout.current(folder)[0] / layout.TEXTS
    whole = path.read_bytes()
    for place in range(0, len(whole), 997):
        altered = bytearray(whole)
        altered[place : place + 8] = b"\xff" * 8
        path.write_bytes(altered)
        with suppress(PassageError, IndexError):  # a row number may have been hit
            use(folder)


@pytest.mark.parametrize(
    "name", [layout.MANIFEST, layout.VECTORS, layout.TEXTS, layout.TERMS]
)
def test_open_tells_of_missing_and_short_files(folder, name):
    """One line that names the file."""
    path = layout.current(folder)[0] / name
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    with pytest.raises(CorruptSnapshot):
        Snapshot.open(folder)
    path.unlink()
    with pytest.raises(CorruptSnapshot, match=f"{name} is missing; build it again"):
        Snapshot.open(folder)
    assert store.verify(folder)


def test_open_refuses_another_format(folder, articles):
    """The message gives the command that builds it again."""
    path = layout.current(folder)[0] / layout.MANIFEST
    manifest = json.loads(path.read_text())
    manifest["format"] = 99
    path.write_text(json.dumps(manifest))

    with pytest.raises(FormatMismatch) as caught:
        Snapshot.open(folder)

    assert str(caught.value) == (
        f"{folder} has index format 99; this program reads {FORMAT}. "
        f"Rebuild it: qa build {articles} --index {folder} --model fast"
    )


def test_open_refuses_a_manifest_with_other_fields(folder):
    """A manifest that CURRENT vouches for may still not be ours."""
    path = layout.current(folder)[0] / layout.MANIFEST
    path.write_text(f'{{"format": {FORMAT}, "surprise": true, "files": {{}}}}')
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / layout.CURRENT).write_text(f"1 {digest}\n")

    with pytest.raises(CorruptSnapshot, match=r"the manifest of .* is damaged"):
        Snapshot.open(folder)


@pytest.mark.parametrize("content", ["", "x", "../1 0", "-1 0", "1", "9 0", "\xff"])
def test_open_refuses_a_broken_pointer(folder, content):
    """CURRENT that names no generation, or does not vouch for it."""
    (folder / layout.CURRENT).write_bytes(content.encode("latin-1"))

    with pytest.raises(CorruptSnapshot):
        Snapshot.open(folder)


def test_open_says_where_there_is_no_index(tmp_path):
    """A missing folder, an empty one, a file: one line, with the command."""
    (tmp_path / "file").write_text("x")
    for name in ("nowhere", ".", "file"):
        with pytest.raises(
            SnapshotError, match=r"holds no index; build one: qa build docs/"
        ):
            Snapshot.open(tmp_path / name)
        with pytest.raises(SnapshotError, match="holds no index"):
            store.verify(tmp_path / name)


def test_open_says_what_may_not_be_read(folder, monkeypatch):
    """To build again would not help."""

    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)

    with pytest.raises(SnapshotError, match="CURRENT may not be read; get the right"):
        Snapshot.open(folder)


def test_too_many_open_files_are_no_damage(folder):
    """To build again would not help."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            Snapshot.open(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_what_could_not_be_compared_is_not_called_altered(
    folder, articles, monkeypatch
):
    """Nor is it lost to a rollback."""
    index.build([articles], folder)
    kept = layout.pointers(folder)

    def refuse(path):
        raise OSError(errno.EMFILE, "Too many open files", str(path))

    monkeypatch.setattr(File, "of", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        store.verify(folder)
    for change in (index.rollback, lambda folder: index.build([articles], folder)):
        with pytest.raises(SnapshotError, match=r"Too many open files.*ulimit"):
            change(folder)

    assert layout.pointers(folder) == kept


def test_open_looks_again_when_the_generation_went(folder, monkeypatch):
    """CURRENT was read, then builds ended: one of the next looks finds the new one."""
    real, calls = layout.current, []

    def current(place):
        calls.append(place)
        if len(calls) < store.LOOKS:
            raise FileNotFoundError
        return real(place)

    monkeypatch.setattr(store, "current", current)

    assert Snapshot.open(folder).generation == 1
    assert len(calls) == store.LOOKS


def test_a_reader_keeps_its_generation(folder, articles):
    """Everything can still be read after the folder is gone."""
    with Snapshot.open(folder) as snapshot:
        index.build([articles], folder)
        index.build([articles], folder)
        shutil.rmtree(folder / "generations/1")

        expected = np.asarray(snapshot.vectors)
        assert snapshot.search(expected, 1)[1][:, 0].tolist() == list(
            range(len(snapshot))
        )
        assert snapshot.passage(0).document_id == "halt.txt"
        assert len(snapshot.lexical) == len(snapshot)
        assert len(snapshot.terms) == snapshot.manifest.terms
        assert snapshot.term_vectors.shape == (len(snapshot.terms), 16)


def test_many_threads_read_at_once(folder):
    """Texts may be asked for from any thread."""
    with Snapshot.open(folder) as snapshot:
        expected = [snapshot.passage(row) for row in range(len(snapshot))]
        wrong = []

        def read() -> None:
            for _ in range(50):
                found = [snapshot.passage(row) for row in range(len(snapshot))]
                wrong.extend([found] if found != expected else [])

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert not wrong


def test_rows_that_are_not_there(folder):
    """IndexError and KeyError, as of lists and dictionaries."""
    with Snapshot.open(folder) as snapshot:
        for read in (snapshot.passage, snapshot.document):
            with pytest.raises(IndexError, match="has row 999"):
                read(999)
        with pytest.raises(KeyError, match="nothing"):
            snapshot.document_by_id("nothing")


def test_an_index_can_be_moved(folder, tmp_path):
    """Nothing in it depends on where it lies."""
    shutil.move(folder, tmp_path / "else where?#%")

    use(tmp_path / "else where?#%")
    assert store.verify(tmp_path / "else where?#%") == []


def test_headings_are_documents_without_their_texts(folder):
    """Whatever else they have; the lengths are those of the texts."""
    with Snapshot.open(folder) as snapshot:
        whole = list(snapshot.documents())

        assert [(h.id, h.title, h.language) for h in snapshot.headings()] == [
            (d.id, d.title, d.language) for d in whole
        ]
        assert {h.text for h in snapshot.headings()} == {""}
        assert snapshot.lengths() == [len(d.text) for d in whole]


def test_a_passage_is_found_by_its_place(folder):
    """By document and start; another start, or a document that is gone, has none."""
    with Snapshot.open(folder) as snapshot:
        for row in range(len(snapshot)):
            passage = snapshot.passage(row)
            assert snapshot.row_at(passage.document_id, passage.start) == row
            assert snapshot.row_at(passage.document_id, passage.start + 1) is None
        assert snapshot.row_at("gone", 0) is None
