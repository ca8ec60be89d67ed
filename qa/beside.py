"""One call beside another: NumPy, FAISS and onnxruntime let other threads go on while
they count, so that two cores answer one question sooner than one does.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class _Threads:
    """As many as there are cores. A call that is made in one of them makes no other, so
    that none waits for itself."""

    def __init__(self) -> None:
        self.start()
        if hasattr(os, "register_at_fork"):  # threads do not live on in a child
            os.register_at_fork(after_in_child=self.start)

    def start(self) -> None:
        self.pool = ThreadPoolExecutor(os.cpu_count(), "beside")


_THREADS = _Threads()


def beside(call: Callable[[], T]) -> Callable[[], T]:
    """Start a call; what is returned waits for it and gives, or raises, what it did.

    >>> waiting = beside(lambda: 6 * 7)
    >>> waiting()
    42
    """
    return _THREADS.pool.submit(call).result
