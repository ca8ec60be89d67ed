"""What runs in the process that `apart` starts: read files, tell what is in them.

A request is a line [path, name, seconds]; the reply is a line {"document": ...} for
each document, a line {"error": ...} if that is how it ended, or else a line {}.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from index import readers

PATIENCE = 10  # how much longer the clock may run than the processor


def main() -> None:
    """Serve requests until there are no more."""
    limit(int(sys.argv[1]))
    # What libraries print must not come between our messages.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin.buffer:
        path, name, seconds = json.loads(line)
        for message in reply(Path(path), name, seconds):
            tell(out, message)


def limit(memory: int) -> None:
    """Take at most so many bytes of address space, leave no core, end by alarm."""
    for kind, wanted in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (most, most))
    for ending in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(ending, signal.SIG_DFL)


def reply(path: Path, name: str, seconds: float) -> Iterator[dict[str, Any]]:
    """Read a file; the kernel ends the process when that takes longer.

    seconds: of the processor, so that a busy machine fails no file.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE * seconds)
    try:
        for document in readers.read(path, name):
            yield {"document": asdict(document)}
        end: dict[str, Any] = {}
    except Exception as error:  # parsers raise what they like
        end = {"error": readers.reason(error)}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    yield end


def tell(out: BinaryIO, message: dict[str, Any]) -> None:
    """Write a message; the time that our reader lets us wait is not the file's."""
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    out.write(json.dumps(message).encode() + b"\n")
    out.flush()
    signal.setitimer(signal.ITIMER_REAL, left)


if __name__ == "__main__":
    main()
