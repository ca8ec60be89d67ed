"""Lines become paragraphs where they were broken to fit, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers.lines import hyphenated, joined, unbroken

WRAPPED = """\
The president of the council called for an immediate halt
to all attacks on the valley, and the delegates of Western
Sarrow met before noon in the old customs house, for which
a key had to be found.

- The first point was the water of the upper reservoir
- The second was the road
"""
CODE = """\
```
result = compute(everything, with_=these, arguments=all)
print(result, file=log, flush=True, end=lines, sep=commas)
return result_of_the_longest_line_that_there_is_in_here()
```
"""
TITLES = """\
Effects of warm winters on the migration of the grey heron
Songs of the northern islands, collected before the great war
Water and its uses in the gardens of the second dynasty
"""


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["the presi-", "dent spoke"], "the president spoke"),
        (["the Austro-", "Hungarian day"], "the Austro-Hungarian day"),
        (["die Vor- ", "und Nachteile"], "die Vor- und Nachteile"),
        (["Covid-", "19 came in the spring."], "Covid-19 came in the spring."),
        (["soft\u00ad", "ware here"], "software here"),
        (["停止军事", "行动吧啊"], "停止军事行动吧啊"),
        (["- one thing", "- another"], "- one thing\n- another"),
        (["A Heading", "This is as long as any other"], None),
        (["", " ", "x", "", "", "y"], "x\n\ny"),
        ([], ""),
    ],
)
def test_lines_are_joined_with_sense(lines, text):
    """Hyphens, scripts without spaces, lists, headings, blank lines."""
    assert joined(lines) == ("\n".join(lines) if text is None else text)


def test_compounds_keep_their_hyphen():
    """At the end of a line as within one; what stands nowhere else is made whole."""
    lines = ["A Well-known man, the (well-", "known) leader of the imme-", "diate halt"]

    text = joined(lines, hyphenated(lines))

    assert text == "A Well-known man, the (well-known) leader of the immediate halt"


def test_broken_prose_is_made_whole():
    """Its sentences would end at each line; lists and paragraphs stay apart."""
    text = unbroken(WRAPPED)

    assert text.split("\n") == [
        WRAPPED.partition("\n\n")[0].replace("\n", " "),
        "",
        "- The first point was the water of the upper reservoir",
        "- The second was the road",
        "",
    ]


@pytest.mark.parametrize("text", [CODE, TITLES, "One.\nTwo.\n", ""])
def test_what_was_not_broken_stays(text):
    """Code, a list of titles, short lines."""
    assert unbroken(text) == text


@given(st.text(alphabet="aB .\n#`", max_size=400))
def test_offsets_stay(text):
    """A space for a line end, and nothing else."""
    whole = unbroken(text)

    assert len(whole) == len(text)
    assert all(
        a == b or (a, b) == (" ", "\n") for a, b in zip(whole, text, strict=True)
    )
