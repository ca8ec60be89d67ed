"""Building again when documents change."""

import threading
from pathlib import Path
from queue import Queue
from shutil import rmtree
from types import SimpleNamespace

import pytest

from index.errors import InputError, ModelError
from qa import watch


@pytest.fixture
def watched(tmp_path, monkeypatch):
    """A folder that is watched; gives it, what was built, and what shall go wrong."""
    monkeypatch.setattr(watch, "QUIET_MS", 20)
    monkeypatch.setattr(watch, "AGAIN_MS", 100)
    docs, built, wrong, stop = tmp_path / "docs", Queue(), [], threading.Event()
    (docs / "index").mkdir(parents=True)
    (docs / "a.md").write_text("Old.")

    def build():
        if wrong:
            raise wrong.pop()
        return SimpleNamespace(text=(docs / "a.md").read_text())

    thread = threading.Thread(
        target=watch.follow, args=([docs], docs / "index", build, built.put, stop)
    )
    thread.start()
    assert built.get(timeout=20).text == "Old."
    yield SimpleNamespace(docs=docs, built=built, wrong=wrong)
    stop.set()
    thread.join()


def test_a_change_is_built(watched):
    """At once when it begins, and after every change."""
    for text in ("New.", "Newer."):
        (watched.docs / "a.md").write_text(text)

        while watched.built.get(timeout=20).text != text:
            pass


def test_an_error_does_not_end_it(watched, caplog):
    """It is said once, and the build tried again without another change."""
    watched.wrong += [InputError("not now")] * 3

    (watched.docs / "a.md").write_text("New.")

    while watched.built.get(timeout=20).text != "New.":
        pass
    assert [record.message for record in caplog.records] == ["not now"]


def test_a_model_that_cannot_be_used_ends_it(tmp_path, monkeypatch):
    """No change of the documents would mend it."""
    monkeypatch.setattr(watch, "AGAIN_MS", 100)

    def build():
        raise ModelError("no model 'none'")

    with pytest.raises(ModelError):
        watch.follow([tmp_path], tmp_path / "x", build, print, threading.Event())


def test_a_folder_that_was_replaced_is_watched(watched):
    """Moved away, or deleted, and another one there: by its changes, too."""
    for text, away in (("New.", Path.rename), ("Newer.", lambda old, _: rmtree(old))):
        away(watched.docs, watched.docs.with_name("old"))
        (watched.docs / "index").mkdir(parents=True)
        for said in (f"{text} At first.", text):
            (watched.docs / "a.md").write_text(said)

            while watched.built.get(timeout=20).text != said:
                pass


def test_a_link_that_leads_elsewhere_is_followed(tmp_path, monkeypatch):
    """Releases are put in place so: no file below the link has changed."""
    monkeypatch.setattr(watch, "AGAIN_MS", 100)
    docs, built, stop = tmp_path / "docs", Queue(), threading.Event()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(name)
    docs.symlink_to("one")

    def build():
        return (docs / "a.md").read_text()

    arguments = [docs], tmp_path / "index", build, built.put, stop
    thread = threading.Thread(target=watch.follow, args=arguments)
    thread.start()
    try:
        assert built.get(timeout=20) == "one"
        (tmp_path / "new").symlink_to("two")
        (tmp_path / "new").rename(docs)

        while built.get(timeout=20) != "two":
            pass
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("a.md", True),
        ("deep/a.md", True),
        ("LOCK", False),
        ("CURRENT", False),
        ("CURRENT.tmp", False),
        ("generations/.draft/terms.txt", False),
        (".", False),
    ],
)
def test_documents_may_lie_in_the_folder_of_the_index(name, counted):
    """As with `qa watch . --index .`, which must not build for ever."""
    folder = Path("/x/docs")

    assert watch.counts(folder / name, [folder], folder) is counted


@pytest.mark.parametrize(
    ("path", "counted"),
    [
        ("docs/a.md", True),
        ("docs/deep/a.pdf", True),
        ("docs/folder", True),
        ("docs/.passageignore", True),
        ("one.txt", True),
        ("docs/a.md~", False),
        ("docs/.a.md.swp", False),
        ("docs/index/generations/1/vectors.npy", False),
        ("docs/index/documents/added.md", False),
        ("other/a.md", False),
        ("two.txt", False),
    ],
)
def test_what_counts(path, counted):
    """Documents, folders and ignore files, but not the index itself."""
    places = [Path("/x/docs"), Path("/x/one.txt")]

    assert watch.counts(Path("/x") / path, places, Path("/x/docs/index")) is counted


def test_folders_with_dots_count(tmp_path):
    """Moved in, and moved out again: what is gone may have been one."""
    (tmp_path / "v1.2").mkdir()
    (tmp_path / "a.png").touch()

    told = [
        watch.counts(tmp_path / name, [tmp_path], tmp_path / "index")
        for name in ("v1.2", "v1.3", "a.png")
    ]

    assert told == [True, True, False]
