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
    """At 2 seconds each, the other 6 take 12; nothing is known of no pace."""
    assert State("embedding", done=3, total=9, pace=2.0).left == 12.0
    assert State("embedding", total=9).left == 0.0


def test_what_is_taken_over_does_not_count_as_work():
    """900 of 1000 come at once, 10 more in 20 seconds: the other 90 take 180."""
    seconds = iter([0.0, 20.0])
    left = []

    def build(progress):
        for done in (900, 910):
            progress("embedding", done, 1000)
            left.append(work.state.left)
        return REPORT

    work = Work(build, clock=lambda: next(seconds))
    work.start()
    finished(work)

    assert left == [0.0, 180.0]


def test_the_latest_pace_counts():
    """10 a second at first, then 1 a second: the other 80 take 80 seconds."""
    seconds = iter([0.0, 1.0, 6.0, 11.0])
    left = []

    def build(progress):
        for done in (0, 10, 15, 20):
            progress("embedding", done, 100)
        left.append(work.state.left)
        return REPORT

    work = Work(build, clock=lambda: next(seconds))
    work.start()
    finished(work)

    assert left == [80.0]


def test_how_it_ended_is_forgotten():
    """Once its index is not in use; the count of rebuilds goes on."""
    work = Work(lambda progress: REPORT)
    work.start()
    finished(work)
    work.forget()

    assert work.state == State(number=1)
