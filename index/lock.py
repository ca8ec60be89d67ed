"""One writer at a time: a file locked by the operating system.

The lock goes with the process that holds it, so a killed build leaves none behind.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import LockedError


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the lock of a file for a block; raises LockedError when another does."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            raise LockedError(
                f"{path.parent} is being built by process {holder}; wait for it to end"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
