"""What a training run tells of itself as it goes."""

import logging
import time
from collections import defaultdict
from collections.abc import Mapping

log = logging.getLogger(__name__)


class Curve:
    """Means of the losses, by name, logged every so many steps."""

    def __init__(self, steps: int, every: int) -> None:
        self._steps, self._every = steps, every
        self._began = time.monotonic()
        self._values: dict[str, list[float]] = defaultdict(list)

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Take in a step's losses; steps count from 0."""
        for name, value in values.items():
            self._values[name].append(value)
        if (step + 1) % self._every == 0:
            means = {k: round(sum(v) / len(v), 3) for k, v in self._values.items()}
            seconds = time.monotonic() - self._began
            log.info("%d/%d %.0fs %s", step + 1, self._steps, seconds, means)
            self._values.clear()
