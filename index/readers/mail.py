"""E-mail (RFC 5322, MIME): the text of a message, then its attachments.

Title, date and source are its subject, day and sender. Of a text that comes as plain
and as HTML the plain one is read. Attachments are read as `members` are.
"""

import io
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from functools import partial
from pathlib import Path

from index.errors import InputError
from index.readers.decode import MAX_BYTES, decode
from index.readers.fields import document
from index.readers.html import parse
from index.readers.lines import joined
from index.readers.members import Allowance, Member, read_members
from index.records import Document


def read(
    path: Path, name: str, allowance: Allowance | None = None
) -> Iterator[Document]:
    """Read a message and what is attached to it."""
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"at most {MAX_BYTES / 1e6:.0f} MB are read of a message")
    yield from message(path.read_bytes(), name, path.name, allowance or Allowance())


def message(
    data: bytes, name: str, source: str, allowance: Allowance
) -> Iterator[Document]:
    """Read a message from its bytes; source: what the file that holds it is called."""
    mail = message_from_bytes(data)
    if not mail.keys():
        raise InputError("no e-mail: it has no headers; save it again")
    sender, address = parseaddr(_header(mail, "from"))
    yield document(
        name,
        _text(mail),
        title=_header(mail, "subject") or source,
        source=sender or address or source,
        language=_header(mail, "content-language"),
        published=_header(mail, "date"),
    )
    yield from read_members(_attachments(mail), source, name, allowance)


def _header(mail: Message, key: str) -> str:
    """Give a header in plain words, '' when there is none or nobody can read it.

    Bytes beyond ASCII should not stand there, and do: in UTF-8, or as the text.
    """
    said = next((value for name, value in mail.raw_items() if name.lower() == key), "")
    data = said.encode("utf-8", "surrogateescape")
    for encoding in ("utf-8", mail.get_content_charset("cp1252")):
        try:
            return str(make_header(decode_header(data.decode(encoding))))
        except (MessageError, LookupError, ValueError):
            continue
    return ""


def _text(part: Message) -> str:
    """Give what a message or a part of it says; attachments say nothing."""
    kind = part.get_content_type()
    payload = part.get_payload()
    if isinstance(payload, list):
        parts = [inner for inner in payload if isinstance(inner, Message)]
        texts = [_text(inner) for inner in parts]
        if kind == "message/rfc822":  # forwarded
            titles = [_header(inner, "subject") for inner in parts[:1]]
            return "\n\n".join(filter(None, titles + texts))
        filled = [text for text in texts if text.strip()]
        return "\n\n".join(filled[:1] if kind == "multipart/alternative" else filled)
    if part.get_filename() or kind not in ("text/plain", "text/html"):
        return ""
    text = decode(_payload(part), part.get_content_charset(""))
    return parse(text).text() if kind == "text/html" else joined(text.splitlines())


def _attachments(mail: Message) -> Iterator[Member]:
    for part in mail.walk():
        label = part.get_filename()
        if label and not part.is_multipart():
            yield label, partial(lambda part: io.BytesIO(_payload(part)), part)


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""
