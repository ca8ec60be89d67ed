"""Words that are written, or cut, as several, put together by a list. Pure, but for
reading lists."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path


def listed(module: str) -> frozenset[str]:
    """Read the words that stand one a line in the .txt beside a module's file."""
    lines = Path(module).with_suffix(".txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def longest(
    parts: Sequence[str],
    starts: Sequence[int],
    ends: Sequence[int],
    known: AbstractSet[str],
    between: str,
    most: int,
) -> Iterator[tuple[int, int]]:
    """Give the stretches `parts[first:end]` of at most so many that make a known word,
    from the left the longest.

    starts, ends: where each part stands in the text; in a word, as much as `between` is
    stands between its parts.
    """
    gap, count, at = len(between), len(parts), 0
    goes_on = [end + gap == start for end, start in zip(ends, starts[1:], strict=False)]
    while at < count - 1:
        reach = 1
        while reach < most and at + reach < count and goes_on[at + reach - 1]:
            reach += 1
        while reach > 1 and between.join(parts[at : at + reach]) not in known:
            reach -= 1
        if reach > 1:
            yield at, at + reach
        at += reach
