"""Which files are read, by what names, and what happens to those that cannot be."""

import os

import pytest

from index import readers, sources
from index.errors import InputError
from tests import samples


def names(*paths) -> list[str]:
    return [name for _, name in sources.find(paths)]


def read_all(*paths):
    errors = []
    files = sources.find(paths)
    documents = list(readers.read_all(files, lambda *error: errors.append(error)))
    return documents, errors


def test_find_walks_in_order(tmp_path):
    """Names are paths from the folder given; unknown formats and hidden files wait."""
    for name in ("b.md", "a.txt", "sub/c.html", ".hidden.txt", ".git/d.txt", "e.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")

    assert names(tmp_path) == ["a.txt", "b.md", "sub/c.html"]


def test_find_takes_each_file_once(tmp_path):
    """A file given by itself and within its folder is one file."""
    (tmp_path / "a.txt").write_text("x")

    assert names(tmp_path, tmp_path / "a.txt") == ["a.txt"]


def test_find_stays_in_the_folder(tmp_path):
    """Links out of the folder are not followed."""
    (tmp_path / "secret.txt").write_text("x")
    inside = tmp_path / "docs"
    inside.mkdir()
    (inside / "a.txt").write_text("x")
    (inside / "out.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "up").symlink_to(tmp_path)

    assert names(inside) == ["a.txt"]


def test_find_leaves_indexes_out(tmp_path):
    """The index's own terms.txt is no document."""
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "index/generations/1").mkdir(parents=True)
    (tmp_path / "index/CURRENT").write_text("1")
    (tmp_path / "index/generations/1/terms.txt").write_text("x")

    assert names(tmp_path) == ["a.txt"]


def test_find_says_what_is_missing(tmp_path):
    """A missing path and an empty folder are one clear line each."""
    with pytest.raises(InputError, match=r"nowhere does not exist; give a file"):
        sources.find([tmp_path / "nowhere"])
    with pytest.raises(
        InputError, match=r"no file to read in .*; there are readers for"
    ):
        sources.find([tmp_path])
    with pytest.raises(InputError, match="no path was given; give a file or a folder"):
        sources.find([])


def test_read_all_goes_on_after_a_bad_file(tmp_path):
    """Each bad file is told with its reason, and the good one is read."""
    (tmp_path / "bad.txt").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "empty.md").write_text("  \n")
    (tmp_path / "good.txt").write_text("Good.")
    (tmp_path / "page.png").write_text("x")

    documents, errors = read_all(tmp_path, tmp_path / "page.png")

    assert [document.text for document in documents] == ["Good."]
    assert [(path.name, reason.split(";")[0]) for path, reason in errors] == [
        ("bad.txt", "looks binary"),
        ("empty.md", "no text in it"),
        ("page.png", "no reader for .png"),
    ]


def test_read_all_tells_of_documents_without_a_reader(tmp_path):
    """A picture is passed over; an old Word document is told, in archives too, and a
    page that a browser saved as one file."""
    (tmp_path / "a.png").write_bytes(b"\x89")
    (tmp_path / "a.mhtml").write_text("x")
    (tmp_path / "b.doc").write_bytes(b"\xd0")
    (tmp_path / "c.zip").write_bytes(samples.zipped({"d.doc": "x", "e.png": "x"}))

    documents, errors = read_all(tmp_path)

    assert not documents
    assert [(path.name, reason) for path, reason in errors] == [
        ("a.mhtml", "no reader for .mhtml; save it as .html"),
        ("b.doc", "no reader for .doc; save it as .docx"),
        (
            "c.zip",
            "1 of the 1 files in it could not be read "
            "(d.doc: no reader for .doc; save it as .docx)",
        ),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_read_all_tells_of_forbidden_files(tmp_path):
    """A file that may not be read is told in the system's words."""
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)

    assert read_all(tmp_path)[1][0][1] == "Permission denied"


def test_read_all_does_not_wait_for_pipes(tmp_path):
    """A named pipe given by itself is refused, not waited for."""
    os.mkfifo(tmp_path / "a.txt")

    documents, errors = read_all(tmp_path / "a.txt")

    assert not documents
    assert "not a regular file" in errors[0][1]


def test_a_beir_folder_is_its_corpus(tmp_path):
    """Questions and judgements beside corpus.jsonl are no documents."""
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\n1\tx\t1\n")
    (tmp_path / "queries.jsonl").write_text('{"_id": "1", "text": "Who?"}')
    (tmp_path / "corpus.jsonl").write_text('{"_id": "x", "text": "Ana."}')

    assert [name for _, name in sources.find([tmp_path])] == ["corpus.jsonl"]
