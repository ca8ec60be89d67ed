"""Not more questions at once than a machine can answer soon."""

import os
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

T = TypeVar("T")

# Running and waiting together. Those that wait cost little memory, but time: each
# core answers some hundred a second.
MOST_AT_ONCE = 128


class Full(Exception):
    """There are too many already."""


class Gate:
    """Runs so many calls at once in threads as there are cores; others wait in line.

    To be used from one event loop.
    """

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most, self._inside = most, 0

    @cached_property
    def _cores(self) -> CapacityLimiter:
        return CapacityLimiter(os.cpu_count() or 1)

    async def run(self, call: Callable[[], T]) -> T:
        """Run a call in its turn; raises Full when the line is too long to join."""
        if self._inside >= self._most:
            raise Full
        self._inside += 1
        try:
            return await run_sync(call, limiter=self._cores)
        finally:
            self._inside -= 1
