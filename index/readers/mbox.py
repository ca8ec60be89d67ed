"""Mailboxes (mbox, RFC 4155): many messages in a file, each read as `mail` does."""

import re
from collections.abc import Iterator
from pathlib import Path

from index import readers
from index.errors import InputError
from index.readers import mail
from index.readers.decode import MAX_BYTES
from index.readers.members import Allowance
from index.records import Document

_LINE = 1 << 20
_SHOWN = 5
_FROM = re.compile(rb"(?:\xef\xbb\xbf)?From [^\n]{0,500}\d\d:\d\d")
_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)


def read(
    path: Path, name: str, allowance: Allowance | None = None
) -> Iterator[Document]:
    """Read all messages; those that cannot be read are told at the end."""
    allowance = allowance or Allowance()
    bad, number = [], 0
    for number, data in enumerate(_messages(path), 1):
        try:
            if len(data) > MAX_BYTES:
                raise InputError(f"over {MAX_BYTES / 1e6:.0f} MB")
            yield from mail.message(data, f"{name}#{number}", path.name, allowance)
        except (InputError, *readers.DAMAGE) as error:
            bad.append(f"message {number}: {readers.reason(error)}")
    if not number:
        raise InputError("no mailbox: no line begins with `From `; save it again")
    if bad:
        more = "; ..." if len(bad) > _SHOWN else ""
        raise InputError(
            f"{len(bad)} of {number} messages could not be read wholly "
            f"({'; '.join(bad[:_SHOWN])}{more})"
        )


def _messages(path: Path) -> Iterator[bytes]:
    """Cut a mailbox where a `From ` line with a time follows a blank one."""
    lines: list[bytes] = []
    size, started, after_blank = 0, False, True
    with path.open("rb") as file:
        while line := file.readline(_LINE):
            if after_blank and _FROM.match(line):
                if started:
                    yield _QUOTED.sub(b"", b"".join(lines))
                lines, size, started = [], 0, True
            elif size <= MAX_BYTES:  # what is longer is refused, not kept
                lines.append(line)
                size += len(line)
            after_blank = line in (b"\n", b"\r\n")
    if started:
        yield _QUOTED.sub(b"", b"".join(lines))
