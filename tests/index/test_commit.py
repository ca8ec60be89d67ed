"""Whatever happens during a build, there is a whole index, old or new."""

import errno
import fcntl
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager

import pytest

import index
from index import commit, layout, store
from index.errors import CorruptSnapshot, LockedError, SnapshotError
from index.lock import lock, unused
from index.store import Snapshot

BUILD = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    import index
    import index.backends.faiss, index.corpus, index.write
    from index import embedders
    embedders.MODELS = Path(sys.argv[1])
    for _ in sys.stdin:
        builder = os.fork()
        while not builder:
            index.build([sys.argv[2]], sys.argv[3])
        print(builder, flush=True)
        print(os.wait(), flush=True)
    """
)


@pytest.fixture
def folder(fast, articles, tmp_path):
    """An index of the articles."""
    index.build([articles], tmp_path / "index")
    return tmp_path / "index"


def check(folder, passages: int) -> None:
    assert store.verify(folder) == []
    with Snapshot.open(folder) as snapshot:
        assert len(snapshot) == passages
        assert snapshot.passage(passages - 1).text


def generations(folder) -> list[str]:
    return sorted(path.name for path in (folder / layout.GENERATIONS).iterdir())


@pytest.fixture
def starter(models, articles, folder):
    """A process that starts another for each line, which builds over and over."""
    command = [sys.executable, "-c", BUILD, models, articles, folder]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        yield process


def kill_while_building(starter, seconds: float) -> None:
    """Build over and over in another process, and end it without warning."""
    print(file=starter.stdin, flush=True)
    builder = int(starter.stdout.readline())
    time.sleep(seconds)
    os.kill(builder, signal.SIGKILL)
    assert starter.stdout.readline() == f"({builder}, {signal.SIGKILL:d})\n"


@pytest.mark.parametrize("n", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_a_killed_build_leaves_a_whole_index(
    starter, folder, articles, n, record_property
):
    """SIGKILL at random moments: what opens is whole, and the next build works."""
    with Snapshot.open(folder) as snapshot:
        passages = len(snapshot)
    rng = random.Random(0)
    for _ in range(n):
        kill_while_building(starter, rng.uniform(0, 0.5))
        check(folder, passages)
    record_property("kills", n)

    assert index.build([articles], folder).passages == passages
    check(folder, passages)
    assert len(list((folder / "generations").iterdir())) <= 2


class Disk:
    """Counts the calls of one function, and refuses the one after `allowed`."""

    def __init__(self, function) -> None:
        self.function, self.calls, self.allowed = function, 0, None

    def __call__(self, *args, **kwargs):
        self.calls += 1
        if self.allowed is not None and self.calls > self.allowed:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.function(*args, **kwargs)


@pytest.mark.parametrize("call", ["fsync", "rename", "replace"])
def test_a_refusing_disk_leaves_a_whole_index(folder, articles, monkeypatch, call):
    """Each call to the disk that a commit makes, failing in turn."""
    disk = Disk(getattr(os, call))
    monkeypatch.setattr(os, call, disk)
    passages = index.build([articles], folder).passages
    _, manifest = layout.current(folder)
    n_synced = len(manifest.files) + 7  # the manifest, CURRENT.tmp, folders five times
    assert disk.calls == {"fsync": n_synced, "rename": 1, "replace": 1}[call]
    for allowed in range(disk.calls):
        disk.calls, disk.allowed = 0, allowed

        with pytest.raises(SnapshotError, match=r"written \(No space left on device\)"):
            index.build([articles], folder)

        check(folder, passages)


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "make room or choose another folder"),
        (errno.EROFS, "; get the right to write there or choose another folder"),
    ],
)
def test_a_disk_that_takes_nothing_is_one_line(
    folder, articles, monkeypatch, number, remedy
):
    """Where arrays are written, too; with what helps against it."""

    def refuse(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("index.write.save", refuse)

    with pytest.raises(SnapshotError, match=remedy):
        index.build([articles], folder)
    assert store.verify(folder) == []


def test_a_file_in_the_way_is_one_line(fast, articles, tmp_path):
    """An index cannot be made where a file is."""
    (tmp_path / "index").write_text("x")

    with pytest.raises(
        SnapshotError, match=r"could not be written \(Not a directory\)"
    ):
        index.build([articles], tmp_path / "index")
    assert (tmp_path / "index").read_text() == "x"


def test_a_file_in_the_way_is_named(fast, articles, tmp_path):
    """No room would help where a folder of the index is to be."""
    (tmp_path / "generations").write_text("x")

    with pytest.raises(SnapshotError, match=r"move away .*/generations, or above it"):
        index.build([articles], tmp_path)


def test_two_generations_are_kept(folder, articles):
    """The current one, and the one before it."""
    for _ in range(3):
        index.build([articles], folder)

    assert generations(folder) == ["3", "4"]


def test_what_a_crash_left_is_cleared_away(folder, articles):
    """Drafts, and generations that CURRENT never named."""
    (folder / "generations/.draft").mkdir()
    (folder / "generations/2").mkdir()

    assert index.build([articles], folder).generation == 2
    assert generations(folder) == ["1", "2"]


def test_what_is_read_is_not_deleted(folder, articles):
    """A generation stays as long as a reader has it open, and no longer."""
    with Snapshot.open(folder):
        index.build([articles], folder)
        index.build([articles], folder)
        assert generations(folder) == ["1", "2", "3"]

    index.build([articles], folder)

    assert generations(folder) == ["3", "4"]


def test_generations_are_deleted_on_nfs(folder, articles, monkeypatch):
    """Linux locks a file alone there only for who may write it, see flock(2)."""

    def flock(descriptor, operation):
        may_write = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
        if operation & fcntl.LOCK_EX and may_write == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        locked(descriptor, operation)

    locked = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", flock)
    for _ in range(3):
        index.build([articles], folder)

    assert generations(folder) == ["3", "4"]


def test_a_generation_being_deleted_is_not_opened(folder):
    """Whoever comes at that moment looks again at what is current."""
    manifest = layout.current(folder)[0] / layout.MANIFEST
    with unused(manifest) as free:
        assert free
        with pytest.raises(CorruptSnapshot, match="is missing"):
            Snapshot.open(folder)

    with Snapshot.open(folder), unused(manifest) as free:
        assert not free


def test_rollback_brings_the_generation_before_back(folder, articles):
    """Readers keep theirs, another rollback undoes it, and the next build works."""
    (articles / "new.md").write_text("# New\n\nThis is new.")
    index.build([articles], folder)
    with Snapshot.open(folder) as kept:
        assert index.rollback(folder) == 1
        assert kept.document_by_id("new.md").title == "New"
        with Snapshot.open(folder) as older, pytest.raises(KeyError):
            older.document_by_id("new.md")
        assert index.rollback(folder) == 2
        assert index.rollback(folder) == 1

    assert store.verify(folder) == []
    assert index.build([articles], folder).generation == 3
    assert generations(folder) == ["1", "3"]
    assert index.rollback(folder) == 1


def test_rollback_goes_by_what_is_there_once_it_is_its_turn(
    folder, articles, monkeypatch
):
    """A build that ends while it waits for the lock makes another one current."""
    index.build([articles], folder)

    @contextmanager
    def late(path):
        monkeypatch.setattr(commit, "lock", lock)
        index.build([articles], folder)
        with lock(path):
            yield

    monkeypatch.setattr(commit, "lock", late)

    assert index.rollback(folder) == 2
    assert [p.split()[0] for p in layout.pointers(folder)] == ["2", "3"]
    assert store.verify(folder) == []


def test_rollback_refuses_what_is_not_there(folder, articles):
    """No generation before the first, and none that was altered."""
    with pytest.raises(SnapshotError, match="keeps no generation before"):
        index.rollback(folder)
    index.build([articles], folder)
    vectors = folder / "generations/1" / layout.VECTORS
    vectors.write_bytes(vectors.read_bytes()[:-1])

    with pytest.raises(CorruptSnapshot, match="was altered"):
        index.rollback(folder)

    assert Snapshot.open(folder).generation == 2
    assert len(store.verify(folder)) == 1  # what could be brought back is checked, too


def test_rollback_leads_away_from_a_damaged_generation(folder, articles):
    """That is what it is for."""
    index.build([articles], folder)
    (folder / "generations/2" / layout.MANIFEST).write_text("{}")

    assert index.rollback(folder) == 1

    check(folder, len(Snapshot.open(folder)))


def test_a_damaged_index_can_be_built_again(folder, articles):
    """Whatever is broken, a build makes a whole generation beside it."""
    (folder / "CURRENT").write_text("broken")

    report = index.build([articles], folder)

    assert report.generation == 2
    check(folder, report.passages)


def test_a_damaged_generation_is_not_kept(folder, articles):
    """After the build that `qa verify` asks for, nothing is wrong any more."""
    spans = folder / "generations/1" / layout.SPANS
    spans.write_bytes(spans.read_bytes()[:-1] + b"x")
    assert len(store.verify(folder)) == 1

    index.build([articles], folder)

    assert store.verify(folder) == []
    assert not spans.exists()


def test_the_commit_is_the_replacement_of_current(folder, articles, monkeypatch):
    """Files and folders are synced before CURRENT names them."""
    done = []
    sync = commit._sync
    monkeypatch.setattr(
        commit, "_sync", lambda path: (done.append(path.name), sync(path))
    )
    for name in ("rename", "replace"):
        real_call = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *a, n=name, r=real_call: (done.append(n), r(*a))
        )

    index.build([articles], folder)

    _, manifest = layout.current(folder)
    renamed, replaced = done.index("rename"), done.index("replace")
    assert {*manifest.files, layout.MANIFEST, ".draft"} <= set(done[:renamed])
    assert done[renamed:replaced] == [
        "rename",
        "generations",
        folder.name,
        "CURRENT.tmp",
    ]
    assert done[replaced + 1] == folder.name


def test_one_build_at_a_time(folder, articles):
    """The other is told which process builds, and nothing happens."""
    with lock(folder / layout.LOCK):
        with pytest.raises(
            LockedError, match=f"is being built by process {os.getpid()};"
        ):
            index.build([articles], folder)
        assert Snapshot.open(folder).generation == 1

    assert index.build([articles], folder).generation == 2


def test_a_lock_goes_with_its_process(tmp_path):
    """A killed holder leaves none behind."""
    code = (
        "import sys, time; from pathlib import Path; from index.lock import lock\n"
        "with lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "LOCK"], stdout=subprocess.PIPE
    )
    holder.stdout.readline()
    with (
        pytest.raises(LockedError, match=f"process {holder.pid}"),
        lock(tmp_path / "LOCK"),
    ):
        pass
    holder.kill()
    holder.communicate()

    with lock(tmp_path / "LOCK"):
        assert (tmp_path / "LOCK").read_text() == str(os.getpid())
