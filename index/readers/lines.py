"""Lines that were broken to fit a page, joined to paragraphs again. Pure.

PDF and mail know lines only. A line much shorter than the others ends its paragraph,
and a hyphenated word becomes whole. Text and Markdown may be broken too, or not.
"""

import re
from collections.abc import Container, Iterable, Sequence
from itertools import pairwise
from operator import add

SHORT = 0.75  # of the usual width
WIDTHS = range(50, 121)  # that editors break text to
_FENCE = ("```", "~~~")
_ENDS = tuple(".!?:;…。！？：；।؟۔\"'”’»)")
_MARKS = "".join(_ENDS) + ",،、([{<>}])„“‘«"
_ITEM = re.compile(r"[-–—•▪◦‣*>|]|\(?\w{1,3}[.)]\s")
_SOFT = "\u00ad"  # a hyphen that is only there at the end of a line
_HARD = re.compile(r"[^\W\d_][-\u2010]$")
_KEEPS = re.compile(r"(und|oder|bis|and|or|to|y|o|et|ou|en|of|e)\b")  # pre- and post-
# Scripts without spaces: Thai to Burmese, Khmer, kana, Han, full-width letters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u9fff\uff00-\uffef]"
)


def joined(lines: Iterable[str], compounds: Container[str] | None = ()) -> str:
    """Join lines to paragraphs, which a blank line parts; lists keep their lines.

    compounds: words that keep their hyphen at the end of a line, see `hyphenated`; all
    do with None, where no word was broken to fit.

    >>> joined(["The presi-", "dent called", "for a halt.", "", "Nobody spoke."])
    'The president called for a halt.\\n\\nNobody spoke.'
    """
    rows = [line.strip() for line in lines]
    width = _width(rows)
    parts: list[str] = []
    for line in rows:
        if line and parts:
            parts[-1], gap = _join(parts[-1], line, width, compounds)
            parts.append(gap)
        if line:
            parts.append(line)
        elif parts and parts[-1]:
            parts.append("")
    return "".join(parts)


def hyphenated(lines: Iterable[str]) -> set[str]:
    """Give the words with a hyphen that stand within a line.

    >>> hyphenated(["A Well-known", "plan, imme-", "diate"])
    {'well-known'}
    """
    words = (word for line in lines for word in line.split() if "-" in word)
    return {_plain(word) for word in words if not word.endswith("-")}


def _plain(word: str) -> str:
    return word.strip(_MARKS).lower()


def unbroken(text: str) -> str:
    """Put spaces where an editor broke lines, if it did; offsets stay what they are.

    It did when many full lines go on with a small letter; lists and code do not.
    """
    lines = text.split("\n")
    width = _width(lines)
    if width not in WIDTHS:
        return text
    breaks = _breaks(lines, width)
    small = sum(lines[i + 1][0].islower() for i in breaks)
    if small < max(2, 0.4 * len(breaks)):
        return text
    ends = [" " if i in breaks else "\n" for i in range(len(lines) - 1)]
    return "".join(map(add, lines, [*ends, ""]))


def _breaks(lines: Sequence[str], width: int) -> set[int]:
    """Number the full lines that a line beginning with a letter follows."""
    found, fenced = set(), False
    for i, (line, following) in enumerate(pairwise(lines)):
        fenced ^= line.lstrip().startswith(_FENCE)
        full = len(line) >= SHORT * width and not line.startswith(("#", "    ", "|"))
        if full and not fenced and following[:1].isalpha():
            found.add(i)
    return found


def _width(rows: Sequence[str]) -> int:
    """Give the width that lines were broken to; a tenth of them may be longer."""
    lengths = sorted(len(row) for row in rows if row)
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _join(
    line: str, following: str, width: int, compounds: Container[str] | None
) -> tuple[str, str]:
    """Give a line as it ends when another follows, and what goes between them."""
    if not line:
        return line, "\n\n"
    if line.endswith(_SOFT):
        return line[:-1], ""
    if _ITEM.match(following):
        return line, "\n"
    if _HARD.search(line) and not _KEEPS.match(following):
        word = _plain(line.rsplit(None, 1)[-1] + following.split(None, 1)[0])
        whole = compounds is None or word in compounds or not following[0].islower()
        return line if whole else line[:-1], ""
    if len(line) < SHORT * width:
        if line.endswith(_ENDS):
            return line, "\n\n"
        if not following[0].islower():
            return line, "\n"
    unspaced = _UNSPACED.match(line[-1]) and _UNSPACED.match(following[0])
    return line, "" if unspaced else " "
