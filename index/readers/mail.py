"""E-mail (RFC 5322, MIME): the text of a message, then its attachments.

Title, date and source are its subject, day and sender. Of a text that comes as plain
and as HTML the plain one is read, unless it says little. Attachments are read as
`members` are.
"""

import io
from codecs import BOM_UTF8
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr
from functools import partial
from pathlib import Path

from index.errors import InputError
from index.readers.decode import CONTROL_BYTES, MAX_BYTES, decode
from index.readers.fields import document
from index.readers.html import parse
from index.readers.lines import joined
from index.readers.members import Allowance, Member, read_members
from index.records import Document

_LONGEST = 5_000  # characters of a header
_FULLER = 3  # times as long: the plain text says that this is to be read in a browser


class _AsIs(Compat32):
    """Gives headers as they stand, bytes beyond ASCII as lone surrogates.

    Only so much of each: what follows takes Python quadratic time.
    """

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value[:_LONGEST]


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
    mail = message_from_bytes(data.removeprefix(BOM_UTF8), policy=_AsIs())
    if not mail.keys():
        raise InputError("no e-mail: it has no headers; save it again")
    subject = _header(mail, "subject")
    sender, address = parseaddr(mail.get("from", ""))
    yield document(
        name,
        _text(mail) or subject,
        title=subject or source,
        source=_plain(sender, mail) or address or source,
        language=_header(mail, "content-language"),
        published=_header(mail, "date"),
    )
    yield from read_members(_attachments(mail), source, name, allowance)


def _header(mail: Message, key: str) -> str:
    """Give a header in plain words, '' when there is none or nobody can read it."""
    return _plain(mail.get(key, ""), mail)


def _plain(said: str, mail: Message) -> str:
    """Decode what stands in a header.

    Bytes beyond ASCII should not stand there, and do: in UTF-8, or as the text.
    """
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
        if kind == "multipart/alternative":
            return _told(filled)
        return "\n\n".join(filled)
    if part.get_filename() or kind not in ("text/plain", "text/html"):
        return ""
    text = _decoded(part)
    if kind == "text/html":
        return parse(text).text()
    return joined(text.splitlines(), compounds=None)


def _told(alternatives: list[str]) -> str:
    """Choose the first, as the plainest, unless it only refers to another."""
    first, *others = alternatives or [""]
    return next((text for text in others if len(text) > _FULLER * len(first)), first)


def _attachments(mail: Message) -> Iterator[Member]:
    for part in mail.walk():
        label = _plain(part.get_filename(""), part)
        if label and not part.is_multipart():
            yield label, partial(lambda part: io.BytesIO(_payload(part)), part)


def _decoded(part: Message) -> str:
    """Decode a text; one with control characters in it is a text still."""
    data, declared = _payload(part), part.get_content_charset("")
    try:
        return decode(data, declared)
    except InputError:
        return decode(data.translate(None, CONTROL_BYTES), declared)


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""
