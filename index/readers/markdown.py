"""Markdown, with YAML front matter (`title`, `date`, `language`, `source`).

Headings, emphasis and links become plain text: a document's text is what people
read. Front matter is small and plain: no aliases, no tags.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from index.errors import InputError
from index.readers.decode import load
from index.readers.fields import document
from index.readers.lines import unbroken
from index.records import Document

MAX_FRONT_MATTER = 64_000

_FENCE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
# What is wrong YAML is meant as such when its first line has a name of one word.
_FIELD = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[^\s#:]{1,60}:(?!\S)|\s*[{]")
# These take linear time on any file: what repeats is bounded, or ends where it begins.
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S[^\n]*)$", re.MULTILINE)
_CLOSING = re.compile(r"(?<![ \t#])[ \t]+#{1,6}$")
_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,500})\]\([^()\s]{0,2000}(?: \"[^\"\n]{0,200}\")?\)"
)
_STRONG = re.compile(r"\*\*(?=\S)([^*\n]{1,500})(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,500})(?<=\S)\*(?![\w*])")


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, which can make a small file huge."""

    def compose_node(self, parent: Any, position: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, position)


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a Markdown file; without a `title`, its first heading is one."""
    fields, body = front_matter(load(path))
    heading = _HEADING.search(_uncommented(body))
    yield document(
        name,
        plain(unbroken(body)),
        title=fields.get("title") or (plain(heading[0]) if heading else path.stem),
        source=fields.get("source") or path.name,
        language=fields.get("language"),
        published=fields.get("date"),
    )


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Part the fields at the top from the body; a text may have none.

    >>> front_matter("---\\ntitle: Truce\\n---\\nTalks began.")
    ({'title': 'Truce'}, 'Talks began.')
    """
    opening = _FENCE.match(text)
    closing = _FENCE.search(text, opening.end()) if opening else None
    if not opening or not closing or not text.startswith("---"):
        return {}, text
    block = text[opening.end() : closing.start()]
    try:
        fields = _parse(block)
    except InputError:
        if _FIELD.match(block):
            raise
        return {}, text
    if not isinstance(fields, dict):  # a line drawn with dashes
        return {}, text
    return fields, text[closing.end() :].lstrip("\n")


def _parse(block: str) -> Any:
    if len(block) > MAX_FRONT_MATTER:
        raise InputError(
            f"front matter has {len(block):,} characters, at most "
            f"{MAX_FRONT_MATTER:,} are read; shorten it"
        )
    try:
        return yaml.load(block, _PlainLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = getattr(error, "problem", None) or error
        raise InputError(
            f"front matter is not plain YAML ({str(problem).splitlines()[0]}); "
            "correct what stands between the --- lines"
        ) from error


def plain(text: str) -> str:
    """Take the marks of headings, emphasis, links and comments away.

    >>> plain("## The **truce**\\nSee [the map](https://example.org/m).")
    'The truce\\nSee the map.'
    """
    text = _HEADING.sub(_heading, _uncommented(text))
    for pattern in (_LINK, _STRONG, _EMPHASIS):
        text = pattern.sub(r"\1", text)
    return text


def _heading(match: re.Match[str]) -> str:
    return _CLOSING.sub("", match[1].rstrip())


def _uncommented(text: str) -> str:
    kept, place = [], 0
    while (start := text.find("<!--", place)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        kept.append(text[place:start])
        place = end + 3
    return "".join([*kept, text[place:]])
