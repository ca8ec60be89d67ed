"""Which files need reading again."""

from dataclasses import replace

import pytest

from index.files import DOUBT, Entry, Known


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("It rained.")
    return path


def known(path, problem) -> Known:
    """What a later build knows of a file that gave two documents."""
    entry, _ = Known().find(path, "a.txt")
    entry = replace(entry, problem=problem, documents=2)
    return Known.of([entry], max(entry.stamp[1:3]) / 1e9 + DOUBT + 1)


def test_an_unchanged_file_is_not_read(path):
    """Its documents are those of before."""
    _, rows = known(path, "").find(path, "a.txt")
    assert rows == range(2)


def test_what_could_not_be_read_is_tried_again(path):
    """In part or at all: the reason may have gone, such as a full disk."""
    entry, rows = known(path, "no space left").find(path, "a.txt")

    assert rows == range(0)
    assert entry == Entry("a.txt", str(path), entry.stamp, entry.digest)
