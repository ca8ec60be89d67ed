"""A disk that fails at any call, is full, or loses its power, and what is left then.

The calls are the real ones, of Python, SQLite and numpy: `disk/disk.c` is loaded
before the C library of a process that builds.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import index
from index import store
from index.errors import SnapshotError
from index.store import Snapshot
from tests.index.disk.power import Disk

DRAWS = 3  # of what happens to be there after a cut
HERE = Path(__file__).parent / "disk"
COMPILER = shutil.which("cc")
pytestmark = pytest.mark.skipif(
    not (COMPILER and sys.platform == "linux"), reason="needs Linux and a C compiler"
)


@pytest.fixture(scope="session")
def shim(tmp_path_factory) -> Path:
    """The disk, compiled."""
    target = tmp_path_factory.mktemp("disk") / "disk.so"
    command = [COMPILER, "-shared", "-fPIC", "-o", target, HERE / "disk.c", "-ldl"]
    subprocess.run(command, check=True)
    return target


def run(shim, *args) -> dict:
    """Run the driver on that disk."""
    environment = os.environ | {
        "LD_PRELOAD": str(shim),
        "PYTHONPATH": str(HERE.parents[2]),
    }
    out = subprocess.run(
        [sys.executable, HERE / "driver.py", *map(str, args)],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(out.stdout)


@pytest.mark.parametrize("step", [29, pytest.param(1, marks=pytest.mark.slow)])
def test_every_call_to_the_disk_may_fail(
    shim, models, articles, tmp_path, step, record_property
):
    """No room, or an error, at each in turn: the index is whole, old or new, and
    the next build works and leaves nothing lying about."""
    told = run(shim, models, articles, tmp_path / "index", "fail", step)

    record_property("calls", told["calls"])
    record_property("refused", told["refused"])
    assert told["wrong"] == []
    assert told["calls"] > 80
    assert told["refused"] > 6 * told["calls"] / step / 2


@pytest.mark.parametrize("step", [29, pytest.param(1, marks=pytest.mark.slow)])
def test_a_power_cut_leaves_a_whole_index(
    shim, models, fast, articles, tmp_path, step, record_property
):
    """After each call of two builds and a rollback, all that was not synced is lost,
    or some of it: there is no index yet, or there is a whole one, never an older one
    than was committed."""
    folder, cut = tmp_path / "index", tmp_path / "cut"
    run(shim, models, articles, folder, "log", tmp_path / "log")
    disk, rng, seen, reached, cuts = Disk(folder), random.Random(0), [{}], [0], 0
    for number, _ in enumerate(disk.play(tmp_path / "log")):
        if (left := disk.left()) != seen[-1]:
            seen.append(left)
            reached.append(check(left, cut))
        for _ in range(DRAWS if number % step == 0 else 0):
            check(disk.left(rng), cut)
            cuts += 1
    record_property("cuts", cuts + len(seen))

    assert list(dict.fromkeys(reached)) == [0, 1, 2]
    assert sorted(reached[:-1]) == reached[:-1]
    assert reached[-1] == 1  # after the rollback
    for left in seen:
        check(left, cut)
        assert index.build([articles], cut).generation > 0
        assert store.verify(cut) == []


def check(left: dict[str, bytes], folder: Path) -> int:
    """Write what a cut left; gives the generation, 0 when there is no index."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in left.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if "CURRENT" not in left:
        with pytest.raises(SnapshotError, match="holds no index"):
            Snapshot.open(folder)
        return 0
    assert store.verify(folder) == []
    with Snapshot.open(folder) as snapshot:
        assert snapshot.passage(len(snapshot) - 1).text
        return snapshot.generation
