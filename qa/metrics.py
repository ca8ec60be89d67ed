"""Counters of a server, as Prometheus text.

Source: Prometheus exposition format 0.0.4; times in seconds.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """Counts questions and requests; may be used from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._questions: Counter[bool] = Counter()
        self._responses: Counter[int] = Counter()
        self._buckets: Counter[float] = Counter()
        self._seconds = 0.0

    def question(self, answered: bool, seconds: float) -> None:
        """Count one question."""
        with self._lock:
            self._questions[answered] += 1
            self._seconds += seconds
            self._buckets.update(limit for limit in BUCKETS if seconds <= limit)

    def response(self, status: int) -> None:
        """Count one HTTP response."""
        with self._lock:
            self._responses[status] += 1

    def text(self, gauges: Mapping[str, float]) -> str:
        """Write everything counted, and the gauges, as `passage_...` lines."""
        with self._lock:
            return "\n".join([*self._lines(), *_gauges(gauges)]) + "\n"

    def _lines(self) -> Iterator[str]:
        for answered in (True, False):
            label = f'{{answered="{str(answered).lower()}"}}'
            yield f"passage_questions_total{label} {self._questions[answered]}"
        for status, count in sorted(self._responses.items()):
            yield f'passage_responses_total{{status="{status}"}} {count}'
        yield "# TYPE passage_question_seconds histogram"
        bucket, total = "passage_question_seconds_bucket", self._questions.total()
        for limit in BUCKETS:
            yield f'{bucket}{{le="{limit}"}} {self._buckets[limit]}'
        yield f'{bucket}{{le="+Inf"}} {total}'
        yield f"passage_question_seconds_sum {self._seconds:.6f}"
        yield f"passage_question_seconds_count {total}"


def _gauges(gauges: Mapping[str, float]) -> Iterator[str]:
    for name, value in gauges.items():
        yield f"# TYPE passage_{name} gauge"
        yield f"passage_{name} {value}"
