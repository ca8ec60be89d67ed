"""One rebuild at a time, in the background."""

import threading
import time
from types import SimpleNamespace

import pytest

from index.errors import InputError
from qa.work import State, Work

REPORT = SimpleNamespace(documents=1)


def finished(work):
    deadline = time.monotonic() + 5
    while work.state.running and time.monotonic() < deadline:
        time.sleep(0.005)
    return work.state


class Build:
    """A build of three steps that waits at the second until it may go on."""

    def __init__(self):
        self.arrived, self.may_go_on, self.count = (
            threading.Event(),
            threading.Event(),
            0,
        )

    def __call__(self, progress):
        self.count += 1
        progress("reading", 1, 1)
        progress("embedding", 1, 3)
        self.arrived.set()
        assert self.may_go_on.wait(5)
        progress("embedding", 2, 3)
        return REPORT


@pytest.fixture
def build():
    return Build()


def test_progress_can_be_looked_at(build):
    """The stage and the count are those of the build; at the end its report."""
    work = Work(build)
    work.start()
    build.arrived.wait(5)
    state = work.state

    assert (state.stage, state.done, state.total, state.running) == (
        "embedding",
        1,
        3,
        True,
    )
    build.may_go_on.set()
    assert finished(work).report is REPORT
    assert work.state.number == 1


def test_a_rebuild_can_be_cancelled(build):
    """The next step of the build raises, and the state says so."""
    work = Work(build)
    work.start()
    build.arrived.wait(5)
    work.cancel()
    build.may_go_on.set()

    assert finished(work).stage == "cancelled"


def test_a_second_start_runs_after_the_first(build):
    """What was added while a rebuild ran is taken up by another one."""
    work = Work(build)
    work.start()
    build.arrived.wait(5)
    work.start()
    work.start()
    build.may_go_on.set()

    assert finished(work).stage == "done"
    assert build.count == 2
    assert work.state.number == 2


def test_a_failure_gives_its_reason():
    """An error a user can act on is shown in its own words."""

    def build(progress):
        raise InputError("docs/ is missing; give a folder")

    work = Work(build)
    work.start()

    assert finished(work).reason == "docs/ is missing; give a folder"
    assert work.state.stage == "failed"


def test_a_defect_shows_no_traceback(caplog):
    """What went wrong inside stands in the log, not on the page."""

    def build(progress):
        raise RuntimeError("secret")

    work = Work(build)
    work.start()

    assert "secret" not in finished(work).reason
    assert "secret" in caplog.text


def test_the_time_left_follows_the_pace():
    """3 of 9 done in 6 seconds: 2 seconds each, 12 for the other 6."""
    assert State("embedding", done=3, total=9, seconds=6.0).left == 12.0
    assert State("embedding").left == 0.0
