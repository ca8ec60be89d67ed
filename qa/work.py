"""One rebuild at a time, in the background, with progress and a way to stop it."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.errors import PassageError

if TYPE_CHECKING:
    from index.build import BuildReport

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]


class Cancelled(Exception):
    """Raised inside a build to leave it."""


@dataclass(frozen=True, slots=True)
class State:
    """How far a rebuild is.

    stage: "" before the first rebuild; then "starting", a stage of the build,
    and at last "done", "cancelled" or "failed". seconds: since the stage began.
    number: counts the rebuilds, from 1.
    """

    stage: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
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
        return self.seconds / self.done * (self.total - self.done) if self.done else 0.0


class Work:
    """Runs rebuilds in a thread; its state may be read from any other."""

    def __init__(self, rebuild: Callable[[Progress], "BuildReport"]) -> None:
        self._rebuild, self._state, self._began = rebuild, State(), 0.0
        self._lock, self._stop = threading.Lock(), threading.Event()

    @property
    def state(self) -> State:
        """The state now."""
        state = self._state
        return (
            replace(state, seconds=time.monotonic() - self._began)
            if state.running
            else state
        )

    def start(self) -> bool:
        """Start a rebuild; False when one is running already."""
        with self._lock:
            if self._state.running:
                return False
            self._stop.clear()
            self._enter("starting", number=self._state.number + 1)
        threading.Thread(target=self._run, name="rebuild", daemon=True).start()
        return True

    def cancel(self) -> None:
        """Ask the running rebuild to stop; everything stays as it was."""
        self._stop.set()

    def _run(self) -> None:
        try:
            self._enter("done", report=self._rebuild(self._progress))
        except Cancelled:
            self._enter("cancelled")
        except (PassageError, OSError) as error:
            self._enter("failed", reason=str(error))
        except Exception:
            log.exception("the rebuild failed")
            self._enter("failed", reason="See the log of the server.")

    def _progress(self, stage: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Cancelled
        if stage != self._state.stage:
            self._enter(stage)
        self._state = replace(self._state, done=done, total=total)

    def _enter(
        self,
        stage: str,
        *,
        report: "BuildReport | None" = None,
        reason: str = "",
        number: int = 0,
    ) -> None:
        self._began = time.monotonic()
        self._state = State(
            stage, report=report, reason=reason, number=number or self._state.number
        )
