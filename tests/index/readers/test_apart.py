"""A file that crashes, hangs or swells its reader costs a line, and no more."""

import os
import signal
from pathlib import Path

import pytest

from index import readers
from index.errors import InputError
from index.readers.apart import Apart
from tests import samples


@pytest.fixture(scope="module")
def apart():
    with Apart() as process:
        yield process


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix", sorted(samples.EVERY))
def test_apart_reads_as_read_does(apart, tmp_path, suffix):
    """The same file gives the same documents in any process: order, pages and all."""
    path = write(tmp_path / f"a{suffix}", samples.EVERY[suffix])

    here, line = samples.outcome(readers.read(path, "n\udce9"))

    assert here
    assert samples.outcome(apart.read(path, "n\udce9")) == (here, line)


def test_apart_uses_one_process(apart, tmp_path):
    """What starts once is not started for each file."""
    path = write(tmp_path / "a.docx", samples.docx(samples.p("Text")))

    list(apart.read(path, "a"))
    before = apart._process.pid
    list(apart.read(path, "b"))

    assert apart._process.pid == before


def test_apart_passes_errors_on(apart, tmp_path):
    """After the documents that could be read, in the same words."""
    data = samples.zipped({"a.txt": "One.", "b.docx": "x"})
    documents = apart.read(write(tmp_path / "a.zip", data), "a.zip")

    assert next(documents).text == "One."
    with pytest.raises(InputError, match=r"1 of the 2 files in it could not be read"):
        next(documents)


def test_apart_survives_a_crash(apart, tmp_path):
    """The file that was being read is told; the next is read by a new process."""
    texts = {f"{n}.txt": "x" * 1000 for n in range(2000)}  # more than a pipe holds
    box = write(tmp_path / "a.zip", samples.zipped(texts))
    good = write(tmp_path / "b.docx", samples.docx(samples.p("Good")))
    documents = apart.read(box, "a.zip")
    next(documents)

    os.kill(apart._process.pid, signal.SIGSEGV)

    with pytest.raises(InputError, match=r"died \(SIGSEGV\): the file is damaged"):
        list(documents)
    assert [document.text for document in apart.read(good, "b.docx")] == ["Good"]


def test_apart_can_be_left_half_way(apart, tmp_path):
    """What a reader did not wait for does not come with the next file."""
    texts = {f"{n}.txt": "x" for n in range(9)}
    box = write(tmp_path / "a.zip", samples.zipped(texts))
    good = write(tmp_path / "b.docx", samples.docx(samples.p("Good")))

    documents = apart.read(box, "a.zip")
    next(documents)
    documents.close()

    assert [document.text for document in apart.read(good, "b.docx")] == ["Good"]


def test_apart_ends_what_takes_too_long(tmp_path, monkeypatch):
    """The clock is the kernel's: it ends loops in any library."""
    monkeypatch.setattr("index.readers.apart.BYTES_A_SECOND", 1e12)
    path = write(tmp_path / "a.rtf", rb"{\rtf1 " + b"{\\*}" * 8_000_000)

    with Apart(seconds=1) as apart, pytest.raises(InputError, match="took over 1 s"):
        list(apart.read(path, "a.rtf"))


def test_apart_limits_memory(tmp_path):
    """What it would take twice over does not fit."""
    path = write(tmp_path / "a.docx", samples.docx(samples.p("x" * 50_000_000)))

    with (
        Apart(memory=220_000_000) as apart,
        pytest.raises(InputError, match=r"too much memory|needs more than 0\.2 GB"),
    ):
        list(apart.read(path, "a.docx"))


def test_apart_leaves_nothing_behind(tmp_path, monkeypatch):
    """No process, and no copy of a file in an archive, when it was killed meanwhile."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    texts = {f"{n}.txt": "x" * 1000 for n in range(2000)}
    box = write(tmp_path / "a.zip", samples.zipped(texts))

    with Apart() as apart:
        next(apart.read(box, "a.zip"))
        process = apart._process

    assert process is None or process.poll() is not None
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_apart_takes_no_module_from_the_current_folder(tmp_path, monkeypatch):
    """A folder of documents may hold a json.py."""
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    path = write(tmp_path / "a.docx", samples.docx(samples.p("Good")))
    monkeypatch.chdir(tmp_path)

    with Apart() as apart:
        assert [document.text for document in apart.read(path, "a")] == ["Good"]
