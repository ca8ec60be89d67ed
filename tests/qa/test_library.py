"""The files that are added through the page."""

import contextlib
import io
import shutil
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError, LockedError
from index.readers import read
from qa.library import Library, safe_name


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path)


def test_some_of_the_disk_is_left_free(library, monkeypatch):
    """A gigabyte, or a twentieth of a small disk; others on the machine need it."""
    disks = [(10**12, 10**9 - 1), (10**10, 5 * 10**8 - 1), (10**10, 5 * 10**8)]
    disks = iter([SimpleNamespace(total=total, free=free) for total, free in disks])
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: next(disks))

    for _ in range(2):
        with pytest.raises(InputError, match="the disk is nearly full"):
            library.write("Tea", "It is poured at five.")
    assert library.write("Tea", "It is poured at five.").exists()


@given(st.text(max_size=300))
def test_a_safe_name_is_a_plain_file_name(name):
    """Never a path, hidden, empty, a control, nor too long for a file system."""
    safe = safe_name(name)

    assert safe == Path(safe).name
    assert not safe.startswith(".")
    assert 0 < len(safe.encode()) <= 255 - len(" (999)")
    assert not set(safe) & set('<>:"/\\|?*#')
    for character in set(safe) - {"\u200c", "\u200d"}:
        assert character == " " or unicodedata.category(character)[0] not in "CZ"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\b.txt", "b.txt"),
        (".bashrc", "bashrc"),
        ("CON.txt", "CON_.txt"),
        ("..", "document"),
        ("a\x00b.md", "a_b.md"),
        ("a\u202egnp.txt", "a_gnp.txt"),
        ("a\u3000b\u00a0c.txt", "a b c.txt"),
        ('<a> #2: "b"|c?*.txt', "_a_ _2_ _b__c__.txt"),
        ("停火.md", "停火.md"),
        ("हिन्दी समाचार.txt", "हिन्दी समाचार.txt"),
        ("தமிழ்.txt", "தமிழ்.txt"),
        ("ภาษาไทย ก้าว.txt", "ภาษาไทย ก้าว.txt"),
        ("كِتَابٌ.txt", "كِتَابٌ.txt"),
        ("می\u200cخواهم.txt", "می\u200cخواهم.txt"),
        ("l’été — (final) & too.txt", "l’été — (final) & too.txt"),
    ],
)
def test_names_are_reduced(name, safe):
    """Folders, devices, controls and what is reserved go; any writing stays."""
    assert safe_name(name) == safe


def test_nothing_is_written_over(library, tmp_path):
    """The second file of a name gets a number; both are kept as they were."""
    for text in ("one", "two"):
        (tmp_path / "upload").write_text(text)
        library.keep(tmp_path / "upload", "a.txt")

    assert [file.name for file in library.files()] == ["a (2).txt", "a.txt"]
    assert [file.read_text() for file in library.files()] == ["two", "one"]


def test_a_pasted_text_can_be_read_again(library):
    """Title and text come back from the file that was written."""
    path = library.write('He said "no": # 1', "First.\n\nSecond.")

    (document,) = read(path, path.name)
    assert document.title == 'He said "no": # 1'
    assert document.text.strip() == "First.\n\nSecond."


@pytest.mark.parametrize(
    "title", ["...", ".", "/", "v.1/", "\\\\", "a/b", "md", "x" * 250]
)
def test_a_title_may_be_of_any_characters(library, title):
    """Its file is one that is read."""
    (document,) = read(library.write(title, "It rains."), "x.md")

    assert (document.title, document.text.strip()) == (title, "It rains.")


@pytest.mark.parametrize(("title", "text"), [("", "x"), ("x", " \n")])
def test_an_empty_text_is_refused(library, title, text):
    """A text needs a title, and words."""
    with pytest.raises(InputError, match="a title and a text"):
        library.write(title, text)


@pytest.mark.parametrize("name", ["../CURRENT", "b.txt", "", "/etc/passwd"])
def test_only_its_own_files_are_deleted(library, tmp_path, name):
    """A name from a stranger reaches no other file."""
    (tmp_path / "CURRENT").write_text("1")
    library.write("a", "a")

    with pytest.raises(InputError, match="not among the added files"):
        library.delete(name)
    assert (tmp_path / "CURRENT").exists()


def test_a_file_is_deleted(library):
    """What was kept can go again."""
    library.delete(library.write("a", "a").name)

    assert library.files() == []


def commit(library, number):
    """Do what a build does at its end."""
    (library.folder.parent / "CURRENT").write_text(f"{number} digest\n")


class Cut(io.BytesIO):
    """A stream that breaks off after its first line, as by Ctrl-C or a full disk."""

    def read(self, size=-1):
        raise KeyboardInterrupt


def test_a_stream_that_breaks_off_leaves_nothing(library):
    """Neither half of it nor a hidden file; what the last one held is there."""
    with library.take(io.BytesIO(b"Whales sing.\n")):
        commit(library, 1)

    with pytest.raises(KeyboardInterrupt), library.take(Cut(b"Owls\ndo not.")):
        pass

    assert [file.read_text() for file in library.folder.iterdir()] == ["Whales sing.\n"]


def test_the_first_stream_goes_when_nothing_came_of_it(library):
    """There was none before it to put back."""
    with pytest.raises(KeyboardInterrupt), library.take(io.BytesIO(b"Owls.")):
        raise KeyboardInterrupt

    assert list(library.folder.iterdir()) == []


def test_nobody_else_builds_from_what_a_stream_holds(library):
    """It is put in its place once it is its turn, and that lasts until it is built."""
    with library.take(io.BytesIO(b"Whales sing.\n")):
        with (
            pytest.raises(LockedError, match="is being built"),
            library.take(io.BytesIO(b"Owls do not.\n")),
        ):
            pass
        assert [file.read_text() for file in library.files()] == ["Whales sing.\n"]


@pytest.mark.parametrize("committed", [False, True])
def test_what_a_kill_leaves_is_settled_by_the_next_build(
    tmp_path, monkeypatch, committed
):
    """Wherever it comes: one text is there, of the last build, and nothing hidden."""
    for allowed in range(30):
        library = Library(tmp_path / str(allowed))
        with library.take(io.BytesIO(b"Whales sing.\n")):
            commit(library, 1)
        with monkeypatch.context() as patch:
            kill_after(patch, allowed)
            with (
                contextlib.suppress(Killed),
                library.take(io.BytesIO(b'{"text": "Owls."}')),
            ):
                if committed:
                    commit(library, 2)
        is_new = "2" in (tmp_path / str(allowed) / "CURRENT").read_text()

        with monkeypatch.context() as patch, contextlib.suppress(Killed):
            kill_after(patch, allowed % 4)
            library.beside([])
        library.beside([])

        kept = "standard input.jsonl" if is_new else "standard input.txt"
        assert [file.name for file in library.folder.iterdir()] == [kept]


class Killed(BaseException):
    """Nothing is done any more."""


def kill_after(patch, allowed):
    """Let every call to the disk fail once so many were made."""
    left = [allowed]

    def counted(call):
        def counting(*args, **options):
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return call(*args, **options)

        return counting

    for name in ("mkdir", "write_text", "rename", "unlink"):
        patch.setattr(Path, name, counted(getattr(Path, name)))
    patch.setattr("shutil.rmtree", counted(shutil.rmtree))


def test_it_is_built_from_once_it_holds_files(library, tmp_path):
    """The folder joins the paths of a build when it holds something, once."""
    docs = tmp_path / "docs"

    assert library.beside([docs]) == [docs]
    library.write("a", "a")
    assert library.beside([docs]) == [docs, library.folder]
    assert library.beside([docs, library.folder]) == [docs, library.folder]
