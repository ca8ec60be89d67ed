"""Read risky formats in another process, with limits on its time and memory.

A file that crashes its reader, hangs it or makes it swell costs one line in the
report. The two processes talk in JSON, a line a message: a parser that was taken over
has no objects to hand back.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from index.errors import InputError
from index.records import Document

SECONDS = 60  # of the processor for a file, and one more for every
BYTES_A_SECOND = 500_000
MEMORY = 2_000_000_000  # bytes of address space
MAX_MESSAGE = 1_000_000_000

_PACKAGES = str(Path(__file__).parents[2])

Pipe = IO[bytes]


class Apart:
    """A process that reads: started when first needed, and again when it died.

    seconds: for a file, before its size adds to it. memory: in bytes.
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds, self._memory = seconds, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> "Apart":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        if self._scratch:
            self._scratch.cleanup()

    def read(self, path: Path, name: str) -> Iterator[Document]:
        """Read a file as `readers.read` does; raises InputError when that dies."""
        whole = False
        try:
            seconds = self._seconds + path.stat().st_size / BYTES_A_SECOND
            for message in self._ask([os.fspath(path.absolute()), name, seconds]):
                if "error" in message:
                    whole = True
                    raise InputError(message["error"])
                if "document" in message:
                    yield _document(message["document"])
            whole = True
        finally:
            if not whole:
                self._stop()

    def _ask(self, request: list[Any]) -> Iterator[dict[str, Any]]:
        """Send a request, and give the messages before the empty one that ends it."""
        process = self._process = self._process or self._start()
        to, back = cast(Pipe, process.stdin), cast(Pipe, process.stdout)
        with contextlib.suppress(BrokenPipeError):
            to.write(json.dumps(request).encode() + b"\n")
            to.flush()
        while (line := back.readline(MAX_MESSAGE)).endswith(b"\n"):
            message = json.loads(line)
            if not message:
                return
            yield message
        if len(line) == MAX_MESSAGE:
            process.kill()  # it would wait for ever to tell us the rest
        raise InputError(self._obituary(process.wait(), request[2]))

    def _start(self) -> "subprocess.Popen[bytes]":
        # Ours, so that what it had unpacked goes even when it was killed.
        self._scratch = self._scratch or tempfile.TemporaryDirectory(prefix="passage-")
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([_PACKAGES, *filter(None, sys.path)]),
            "TMPDIR": self._scratch.name,
            "OMP_NUM_THREADS": "1",  # each thread takes address space
            "OPENBLAS_NUM_THREADS": "1",
        }
        return subprocess.Popen(
            # -P: no module is taken from the current folder.
            [sys.executable, "-P", "-m", "index.readers.worker", str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    def _stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _obituary(self, status: int, seconds: float) -> str:
        """Say why the process ended."""
        if status in (-signal.SIGPROF, -signal.SIGALRM):
            return f"reading it took over {seconds:.0f} s; divide the file, or leave it"
        cause = signal.Signals(-status).name if status < 0 else f"status {status}"
        return (
            f"the process reading it died ({cause}): the file is damaged, or needs "
            f"more than {self._memory / 1e9:.1f} GB; save it again, or leave it"
        )


def _document(fields: dict[str, Any]) -> Document:
    return Document(**{**fields, "pages": tuple(fields["pages"])})
