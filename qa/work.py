"""One rebuild at a time, in the background, with progress and a way to stop it."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.errors import PassageError

if TYPE_CHECKING:
    from index.build import BuildReport

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
RECENT = 5.0  # seconds whose pace tells what is left


class Cancelled(Exception):
    """Raised inside a build to leave it."""


@dataclass(frozen=True, slots=True)
class State:
    """How far a rebuild is.

    stage: "" before the first rebuild; then "starting", a stage of the build,
    and at last "done", "cancelled" or "failed". pace: seconds for one more to be
    done, 0 when unknown. number: counts the rebuilds, from 1.
    """

    stage: str = ""
    done: int = 0
    total: int = 0
    pace: float = 0.0
    report: "BuildReport | None" = None
    reason: str = ""
    number: int = 0

    @property
    def running(self) -> bool:
        """Whether it is still under way."""
        return self.stage not in ("", "done", "cancelled", "failed")

    @property
    def left(self) -> float:
        """Estimate the seconds this stage still takes; 0 when unknown."""
        return self.pace * (self.total - self.done)


class Work:
    """Runs rebuilds in a thread; its state may be read from any other."""

    def __init__(
        self,
        rebuild: Callable[[Progress], "BuildReport"],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rebuild, self._state, self._clock = rebuild, State(), clock
        self._told: deque[tuple[float, int]] = deque()
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._again = False

    @property
    def state(self) -> State:
        """The state now."""
        return self._state

    def start(self) -> None:
        """Start a rebuild; while one is running, another one after it."""
        with self._lock:
            if self._state.running:
                self._again = True
                return
            self._begin()
        threading.Thread(target=self._run, name="rebuild", daemon=True).start()

    def cancel(self) -> None:
        """Ask the running rebuild to stop; everything stays as it was."""
        with self._lock:
            self._again = False
            self._stop.set()

    def forget(self) -> None:
        """Say no more how the last rebuild ended: its index is not the one in use."""
        with self._lock:
            if not self._state.running:
                self._state = State(number=self._state.number)

    def _begin(self) -> None:
        self._again = False
        self._stop.clear()
        self._enter(State("starting", number=self._state.number + 1))

    def _run(self) -> None:
        while True:
            ended = self._rebuilt()
            with self._lock:
                if not self._again:
                    self._enter(ended)
                    return
                self._begin()

    def _rebuilt(self) -> State:
        """Rebuild; tell how it ended."""
        number = self._state.number
        try:
            return State("done", report=self._rebuild(self._progress), number=number)
        except Cancelled:
            return State("cancelled", number=number)
        except (PassageError, OSError) as error:
            return State("failed", reason=str(error), number=number)
        except Exception:
            log.exception("the rebuild failed")
            return State("failed", reason="See the log of the server.", number=number)

    def _progress(self, stage: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Cancelled
        if stage != self._state.stage:
            self._enter(State(stage, number=self._state.number))
        self._told.append((self._clock(), done))
        while len(self._told) > 2 and self._told[1][0] < self._told[-1][0] - RECENT:
            self._told.popleft()
        self._state = replace(
            self._state, done=done, total=total, pace=pace(self._told)
        )

    def _enter(self, state: State) -> None:
        self._told.clear()
        self._state = state


def pace(told: Sequence[tuple[float, int]]) -> float:
    """Give the seconds that one more takes, by what was told last; 0 when unknown.

    told: when, and how much was done. What the first had done says nothing: it may
    have been taken over from the index before.

    >>> pace([(0.0, 900), (2.0, 910)])
    0.2
    """
    (began, first), (ended, last) = told[0], told[-1]
    return (ended - began) / (last - first) if last > first else 0.0
