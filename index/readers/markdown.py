"""Markdown, with front matter (`title`, `date`, `language`, `source`), YAML or TOML.

Headings, emphasis, links and HTML become plain text: a document's text is what people
read. Code stays as it is. Front matter is small and plain: no aliases, no tags.
"""

import re
import tomllib
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import yaml

from index.errors import InputError
from index.readers.decode import load
from index.readers.fields import document
from index.readers.lines import unbroken
from index.readers.table import LONGEST, told_by
from index.records import Document

MAX_FRONT_MATTER = 64_000

_FENCE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_TOML_FENCE = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
# What is wrong YAML is meant as such when its first line has a name of one word.
_FIELD = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*[^\s#:]{1,60}:(?!\S)|\s*[{]")
# These take linear time on any file: what repeats is bounded, or ends where it begins.
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S[^\n]*)$", re.MULTILINE)
_UNDERLINED = re.compile(r"^(\S[^\n]*)\n=+[ \t]*$", re.MULTILINE)
_CLOSING = re.compile(r"(?<![ \t#])[ \t]+#{1,6}$")
_LINK = re.compile(
    r"!?\[((?:[^\[\]\n]|\n(?![ \t]*\n)){0,500})\]"
    r"\((?:[^()\s]|\([^()\s]{0,500}\)){0,2000}(?: \"[^\"\n]{0,200}\")?\)"
)
_WIKI = re.compile(r"!?\[\[(?:[^\[\]|\n]{1,500}\|)?(\S[^\[\]|\n]{0,500})\]\](?!\()")
# HTML in it, with what stands within a line first.
_TAG = re.compile(
    r"</?(?:(?P<within>a|b|code|del|em|font|i|img|ins|kbd|mark|s|small|span|strong|sub|sup|u)"
    r"|br|center|details|div|h[1-6]|hr|li|ol|p|pre|summary|table|tbody|td|th|thead|tr|ul)"
    r"(?=[\s/>])(?:[^<>\n]|\n(?![ \t]*\n)){0,1000}>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&#?\w{1,31};")
# Where the address of a link stands apart, and what refers to it.
_ADDRESS = re.compile(
    r"^ {0,3}\[([^\[\]\n^][^\[\]\n]{0,500})\]:[ \t]+\S*[/#]\S*"
    r"(?:[ \t]+[\"'(][^\n]*)?[ \t]*$\n?",
    re.MULTILINE,
)
_REFERENCE = re.compile(
    r"(?<!\])!?\[((?:[^\[\]\n]|\n(?![ \t]*\n)){1,500})\]"
    r"(?:\[([^\[\]\n]{0,500})\])?(?!\()"
)
_STRONG = re.compile(r"\*\*(?=\S)([^*\n]{1,500})(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,500})(?<=\S)\*(?![\w*])")
# A fence may be in a list or a quotation, and left open; a span is in one paragraph.
_CODE = r"""
    ^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*+(?P<fence>`{3,}+(?=[^`\n]*$)|~{3,}+)[^\n]*+
    (?:\n(?![ \t>]*+(?P=fence)[`~]*+[ \t]*$)[^\n]*+)*+
    (?:\n[ \t>]*+(?P=fence)[`~]*+)?
|
    (?<!`)(?P<ticks>`{1,20}+)(?!`)
    (?:[^`\n]++|\n(?![ \t]*(?:\n|[-*+][ \t]))|(?!(?P=ticks)(?!`))`++){0,200}+
    (?P=ticks)(?!`)
|
    \\(?P<escaped>[!-/:-@\[-`{-~])
"""
_COMMENT = r"<!--(?s:.*?)(?:(?P<end>-->)|\Z)"
_CODE_ALONE = re.compile(_CODE, re.MULTILINE | re.VERBOSE)
_CODE_OR_COMMENT = re.compile(f"{_CODE}|{_COMMENT}", re.MULTILINE | re.VERBOSE)
_RULE = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*(?::?-+:?[ \t]*)?")
_PLACE = re.compile("\0([0-9]+)\0")  # of code: clean text holds no NUL
_NO_TEXT = (":timestamp", ":null", ":merge")


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, which can make a small file huge."""

    def compose_node(self, parent: Any, position: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, position)


# `no` is Norwegian, `On` a title and `12:30` what it says: only dates are no text.
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag.endswith(_NO_TEXT)]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path, name: str) -> Iterator[Document]:
    """Read a Markdown file; without a `title`, its first heading is one."""
    fields, body = front_matter(load(path))
    text = unbroken(body)
    yield document(
        name,
        plain(text),
        title=fields.get("title") or _title(text) or path.stem,
        source=fields.get("source") or path.name,
        language=fields.get("language"),
        published=fields.get("date"),
    )


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Part the fields at the top from the body; a text may have none.

    >>> front_matter("---\\ntitle: Truce\\n---\\nTalks began.")
    ({'title': 'Truce'}, 'Talks began.')
    """
    is_toml = text.startswith("+++")
    fence = _TOML_FENCE if is_toml else _FENCE
    opening = fence.match(text)
    closing = fence.search(text, opening.end()) if opening else None
    if not opening or not closing or not text.startswith(("---", "+++")):
        return {}, text
    block = text[opening.end() : closing.start()]
    try:
        fields = _parse(block, is_toml)
    except InputError:
        if is_toml or _FIELD.match(block):
            raise
        return {}, text
    if not isinstance(fields, dict):  # a line drawn with dashes
        return {}, text
    return fields, text[closing.end() :].lstrip("\n")


def _parse(block: str, is_toml: bool) -> Any:
    if len(block) > MAX_FRONT_MATTER:
        raise InputError(
            f"front matter has {len(block):,} characters, at most "
            f"{MAX_FRONT_MATTER:,} are read; shorten it"
        )
    try:
        return tomllib.loads(block) if is_toml else yaml.load(block, _PlainLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = getattr(error, "problem", None) or error
        kind, mark = ("TOML", "+++") if is_toml else ("plain YAML", "---")
        raise InputError(
            f"front matter is not {kind} ({str(problem).splitlines()[0]}); "
            f"correct what stands between the {mark} lines"
        ) from error


def plain(text: str) -> str:
    """Take the marks of headings, emphasis, links and comments away, not from code.

    >>> plain("## The **truce**\\nSee [the map](https://example.org/m), not `a**b**c`.")
    'The truce\\nSee the map, not `a**b**c`.'
    """
    prose, code = _parted(text)
    return _joined(_tabled(_unmarked(prose)), code)


def _tabled(prose: str) -> str:
    """Write each row of a table with the names of its columns, as `table` does.

    >>> _tabled("| Day | Opens |\\n| --- | ---: |\\n| Saturday | 10:00 |")
    'Day: Saturday; Opens: 10:00'
    """
    lines, names, before = list[str](), list[str](), list[str]()
    for line in prose.split("\n"):
        row = _cells(line) if "|" in line else []
        if row and len(row) == len(before) and _rules(line, before):
            names, before = before, []
            lines.pop()
        elif names and row:
            lines.append(told_by(names, row))
        else:
            names, before = [], row
            lines.append(line)
    return "\n".join(lines)


def _rules(line: str, names: list[str]) -> bool:
    """Tell whether a line parts names of columns from their rows."""
    return bool(_RULE.fullmatch(line)) and max(map(len, names)) <= LONGEST


def _cells(line: str) -> list[str]:
    cells = line.strip().removeprefix("|").split("|")
    return [cell.strip() for cell in (cells if cells[-1].strip() else cells[:-1])]


def _title(text: str) -> str:
    prose, code = _parted(text)
    heading = _HEADING.search(prose)
    return _joined(_unmarked(heading[0]), code) if heading else ""


def _unmarked(prose: str) -> str:
    prose = _TAG.sub(lambda tag: "" if tag["within"] else " ", prose)
    prose = _HEADING.sub(_heading, prose)
    # An image may be in a link.
    for pattern in (_LINK, _LINK, _WIKI, _STRONG, _EMPHASIS):
        prose = pattern.sub(r"\1", prose)
    return prose


def _heading(match: re.Match[str]) -> str:
    return _CLOSING.sub("", match[1].rstrip())


def _parted(text: str) -> tuple[str, list[str]]:
    """Leave comments out, and numbers in the place of code; give that code, too.

    A character that a backslash makes none of the marks is like code; an underlined
    heading becomes one like others.
    """
    code: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        found = match["escaped"] or match[0]
        if not found.startswith("<!--"):
            code.append(found)
            return f"\0{len(code) - 1}\0"
        if match["end"]:
            return ""
        return "<!--" + _CODE_ALONE.sub(replaced, found[4:])

    prose = _CODE_OR_COMMENT.sub(replaced, text)
    return _UNDERLINED.sub(r"# \1", _linked(prose, code)), code


def _linked(prose: str, code: list[str]) -> str:
    """Leave out addresses that stand apart, and the marks of what refers to them."""

    def key(label: str) -> str:
        return _joined(label, code).casefold()

    def words(found: re.Match[str]) -> str:
        return found[1] if key(found[2] or found[1]) in keys else found[0]

    keys = {key(found[1]) for found in _ADDRESS.finditer(prose)}
    prose = _ADDRESS.sub("", prose) if keys else prose
    for _ in range(2 if keys else 0):  # an image may be in a link
        prose = _REFERENCE.sub(words, prose)
    return prose


def _joined(prose: str, code: list[str]) -> str:
    prose = _ENTITY.sub(lambda entity: unescape(entity[0]), prose)
    return _PLACE.sub(lambda place: code[int(place[1])], prose)
