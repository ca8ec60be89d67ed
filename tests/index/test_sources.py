"""Which files are found: folders, patterns, ignore files, links, strange names."""

import os

import pytest

import index
from index import sources
from index.errors import InputError
from index.store import Snapshot


@pytest.fixture
def docs(tmp_path):
    """A folder of some files, with one beside it."""
    for name in ("a.md", "b.txt", "old/c.md", "old/deep/d.md", "new/e.md", "n.png"):
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"This is {name}.")
    (tmp_path / "outside.md").write_text("Secret.")
    return tmp_path / "docs"


def names(*paths) -> list[str]:
    return [name for _, name in sources.find(paths)]


def test_files_come_before_folders_in_order(docs):
    """The same order each time, whatever the file system gives."""
    assert names(docs) == ["a.md", "b.txt", "new/e.md", "old/c.md", "old/deep/d.md"]


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ("old/", ["a.md", "b.txt", "new/e.md"]),
        ("*.md\n!a.md", ["a.md", "b.txt"]),
        ("/old/*\n# a comment\n", ["a.md", "b.txt", "new/e.md"]),
        ("**/deep/*.md", ["a.md", "b.txt", "new/e.md", "old/c.md"]),
        ("", ["a.md", "b.txt", "new/e.md", "old/c.md", "old/deep/d.md"]),
    ],
)
def test_an_ignore_file_leaves_out_what_git_would(docs, ignore, left):
    """Folders, patterns, exceptions."""
    (docs / ".passageignore").write_text(ignore)

    assert names(docs) == left


def test_the_nearest_ignore_file_decides(docs):
    """One in a folder counts from there, and overrides the one above."""
    (docs / ".passageignore").write_text("*.md")
    (docs / "old/.passageignore").write_text("!c.md")

    assert names(docs) == ["b.txt", "old/c.md"]


def test_an_ignore_file_cannot_take_for_ever(docs):
    """Each star between two slashes multiplies the time to match."""
    (docs / ".passageignore").write_text("old/\n*a*a*a*a*a*a*a*b\n")

    with pytest.raises(InputError, match=r"line 2 of .* has more than 3 stars"):
        names(docs)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("!", "is no pattern as .gitignore has them; correct or delete it"),
        ("\\", "no pattern"),
        ("foo\\", "no pattern"),
        ("[z-a].txt", "no pattern"),
        ("[[:alpha:]]*", r"as \[:alpha:\] does; write them, as in \[a-z\]"),
        ("[![:digit:]]*", "names a set of letters"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_an_ignore_file_with_a_wrong_line_is_an_error(docs, line, problem):
    """It names the file, the line and what is wanted."""
    (docs / ".passageignore").write_text(f"# !\nold/\n{line}\n")

    with pytest.raises(InputError, match=rf"line 3 of .*\.passageignore .*{problem}"):
        names(docs)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.md", ["a.md"]),
        ("**/*.md", ["a.md", "new/e.md", "old/c.md", "old/deep/d.md"]),
        ("o[l]d/*", ["old/c.md"]),
        ("?.txt", ["b.txt"]),
    ],
)
def test_patterns_find_files(docs, pattern, found):
    """Names begin where the pattern does."""
    assert names(docs / pattern) == found


@pytest.mark.parametrize("paths", [".", "**/*.*"])
def test_an_index_is_not_read_that_lies_among_its_documents(docs, monkeypatch, paths):
    """As with `qa build . --index .`; the words of the last one were a document."""
    monkeypatch.chdir(docs)
    reports = [index.build([paths], "."), index.build([paths], ".")]

    assert [report.documents for report in reports] == [5, 5]
    assert reports[1].errors == []


def test_patterns_leave_indexes_out(docs):
    """Their own files are no documents."""
    (docs / "idx" / "generations" / "1").mkdir(parents=True)
    (docs / "idx" / "CURRENT").write_text("1 x")
    (docs / "idx" / "generations" / "1" / "terms.txt").write_text("rain")

    assert names(docs / "**/*.txt") == ["b.txt"]


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        ("old/", ["a.md", "new/e.md"]),
        ("deep", ["a.md", "new/e.md", "old/c.md"]),
        ("*.md\n!/a.md", ["a.md"]),
    ],
)
def test_patterns_heed_ignore_files(docs, ignore, left):
    """From the part before the pattern down, as if that folder were walked."""
    (docs / ".passageignore").write_text(ignore)
    (docs.parent / ".passageignore").write_text("*")

    assert names(docs / "**/*.md") == left


def test_a_pattern_heeds_the_nearest_ignore_file(docs):
    """One in a folder overrides the one above."""
    (docs / ".passageignore").write_text("*.md")
    (docs / "old/.passageignore").write_text("!c.md")

    assert names(docs / "**/*.*") == ["b.txt", "old/c.md"]


def test_a_pattern_without_files_is_an_error(docs):
    """As is a path that is not there."""
    with pytest.raises(InputError, match="no file to read in"):
        names(docs / "*.pdf")
    with pytest.raises(InputError, match=r"missing does not exist; give a file"):
        names(docs / "missing")


def test_links_do_not_lead_out(docs):
    """To files and folders outside, round in a loop, or nowhere."""
    os.symlink(docs.parent / "outside.md", docs / "link.md")
    os.symlink(docs.parent, docs / "up")
    os.symlink(docs / "old", docs / "old/deep/loop")
    os.symlink("round.md", docs / "round.md")
    os.symlink("nowhere.md", docs / "broken.md")
    os.symlink("/dev/zero", docs / "endless.txt")
    for name in ("here", "there"):  # 2 to the power of 40 ways round
        os.symlink(".", docs / name)

    assert "link.md" not in names(docs)
    assert names(docs) == ["a.md", "b.txt", "new/e.md", "old/c.md", "old/deep/d.md"]
    assert names(docs / "**/*.md")[0] == "a.md"
    assert "link.md" not in names(docs / "*.md")


def test_a_link_within_is_the_file_it_leads_to(docs):
    """A file is read once, by whatever ways it is found."""
    os.symlink("b.txt", docs / "0.txt")

    assert names(docs, docs / "b.txt").count("b.txt") == 0
    assert names(docs)[0] == "0.txt"


def test_a_folder_that_cannot_be_opened_is_reported(docs, monkeypatch):
    """The others are found all the same."""
    scan = os.scandir

    def refusing(path):
        if str(path).rstrip("/").endswith("old"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    told = []

    found = sources.find([docs], lambda *problem: told.append(problem))

    assert [name for _, name in found] == ["a.md", "b.txt", "new/e.md"]
    assert told == [(docs / "old", "Permission denied")]


def test_special_files_are_no_files(docs, fast, tmp_path):
    """A pipe that nobody writes to would be waited for."""
    os.mkfifo(docs / "pipe.txt")

    assert "pipe.txt" not in names(docs)
    report = index.build([docs, docs / "pipe.txt", "/dev/zero"], tmp_path / "index")
    assert [path.name for path, _ in report.errors] == ["pipe.txt", "zero"]


def test_strange_names_are_only_names(fast, tmp_path):
    """Line ends, no UTF-8, directions turned round: files are read and have ids."""
    folder = os.fsencode(tmp_path / "docs")
    os.mkdir(folder)
    for name in (b"a\nb.md", b"\xff.md", "\u202egpj.md".encode(), b"-rf *.md"):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"# T\n\nText of " + name[:2].hex().encode())

    report = index.build([tmp_path / "docs"], tmp_path / "index")

    assert (report.documents, report.errors) == (4, [])
    with Snapshot.open(tmp_path / "index") as snapshot:
        for document in snapshot.documents():
            assert document.id.encode()


def test_deep_folders_are_walked(tmp_path):
    """Deeper than the interpreter's stack."""
    here = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(600):
            os.mkdir("d")
            os.chdir("d")
        with open("a.md", "w") as file:
            file.write("Deep.")
    finally:
        os.chdir(here)

    assert names(tmp_path) == ["d/" * 600 + "a.md"]


@pytest.mark.slow
def test_a_million_tiny_files_are_walked(tmp_path):
    """Found in order, in memory that any machine has."""
    for folder in range(1000):
        (tmp_path / f"{folder:03d}").mkdir()
        for file in range(1000):
            open(tmp_path / f"{folder:03d}/{file:03d}.txt", "w").close()

    found = sources.find([tmp_path])

    assert len(found) == 1_000_000
    assert found[-1][1] == "999/999.txt"
