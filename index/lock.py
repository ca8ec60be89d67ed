"""Locks of the operating system: one writer of an index, any readers of a generation.

A lock goes with the process that holds it, so a killed one leaves none behind.
"""

import errno
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


def hold(path: Path) -> int:
    """Keep a file from being `unused`, until the descriptor that is given is closed.

    Raises FileNotFoundError when it is gone, or is being deleted at this moment.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, "is being deleted", str(path)) from error
    except OSError:
        pass  # no locks on this file system: what is open stays readable all the same
    return descriptor


@contextmanager
def unused(path: Path) -> Iterator[bool]:
    """Tell whether nobody holds a file; if so, nobody can until the block ends."""
    try:
        descriptor = os.open(path, os.O_RDWR)  # or NFS gives no such lock, see flock(2)
    except FileNotFoundError:
        yield True
        return
    try:
        yield _taken(descriptor)
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
