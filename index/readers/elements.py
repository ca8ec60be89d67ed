"""XML as a stream of events: no tree in memory, no entities, nothing fetched.

Namespaces are dropped from names: the dialects of a format differ in them alone. Two
leave a mark: attributes that point to another part begin with `r:`, and what is said
of a drawing in OpenDocument with `svg:`, as other things there have a title.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from xml.parsers import expat

from index.errors import InputError


class Event(NamedTuple):
    """A tag opened ("start") or closed ("end"), or a stretch of characters ("text").

    name: of the tag, or the characters.
    """

    kind: str
    name: str
    attributes: dict[str, str]


def events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Parse a file that comes in chunks.

    Raises InputError when it declares entities, ExpatError when it is no XML.
    """
    waiting: list[Event] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: waiting.append(
        Event("start", _local(name), {_key(k): v for k, v in attributes.items()})
    )
    parser.EndElementHandler = lambda name: waiting.append(
        Event("end", _local(name), {})
    )
    parser.CharacterDataHandler = lambda text: waiting.append(Event("text", text, {}))
    parser.EntityDeclHandler = _refuse
    for chunk in chunks:
        parser.Parse(chunk)
        yield from waiting
        waiting.clear()
    parser.Parse(b"", True)
    yield from waiting


def _refuse(*declaration: object) -> None:
    raise InputError(
        f"its XML declares the entity {str(declaration[0])[:40]!r}, which no such file "
        "needs; save it again"
    )


@lru_cache(1000)
def _local(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"svg:{local}" if "xmlns:svg-compatible" in space else local


@lru_cache(1000)
def _key(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"r:{local}" if space.endswith("relationships") else local
