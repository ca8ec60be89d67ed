"""Numbers of paragraphs on slides: as PowerPoint shows them, or none."""

from pathlib import Path

import pytest

from index import readers
from tests import samples


def bullet(kind: str = "arabicPeriod", more: str = "") -> str:
    return f'<a:buAutoNum type="{kind}" {more}/>'


def p(text: str = "x", level: int = 0, more: str = bullet()) -> str:
    run = f"<a:r><a:t>{text}</a:t></a:r>" if text else "<a:endParaRPr/>"
    return f'<a:p><a:pPr lvl="{level}">{more}</a:pPr>{run}</a:p>'


def paragraphs(path: Path, *bodies: str) -> list[str]:
    """Read a slide of texts, each in a shape."""
    shape = "<p:sp><p:txBody><a:bodyPr/>{}</p:txBody></p:sp>"
    path = path / "a.pptx"
    path.write_bytes(samples.pptx(["".join(map(shape.format, bodies))]))
    (document,) = readers.read(path, path.name)
    return document.text.split("\n\n")


def test_levels_are_counted_below_those_above(tmp_path):
    """Anew after each of these, and in each text; what is deeper ends nothing."""
    letters = bullet("alphaLcParenR")
    body = (
        p()
        + p(level=1, more=letters) * 2
        + p("y", 1, "<a:buChar/>")
        + p(level=1, more=letters)
        + p()
        + p(level=1, more=letters)
    )

    assert paragraphs(tmp_path, body, p() * 2) == (
        ["1. x", "a) x", "b) x", "y", "a) x", "2. x", "a) x", "1. x", "2. x"]
    )


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("arabicPlain", "4 x"),
        ("arabicParenR", "4) x"),
        ("arabicParenBoth", "(4) x"),
        ("alphaUcPeriod", "D. x"),
        ("alphaLcParenBoth", "(d) x"),
        ("romanUcPeriod", "IV. x"),
        ("romanLcParenR", "iv) x"),
        # No number: it is not known how that is written.
        ("hebrew2Minus", "x"),
        ("arabicDbPeriod", "x"),
        ("{}Period", "x"),
        ("", "x"),
    ],
)
def test_types_say_how_numbers_are_written(tmp_path, kind, label):
    """What is around it, and where they begin."""
    body = p(more=bullet(kind, 'startAt="4"'))

    assert paragraphs(tmp_path, body) == [label]


@pytest.mark.parametrize("start", ["27", "99999"])
def test_letters_past_the_last_are_in_doubt(tmp_path, start):
    """Then there is no number."""
    body = p(more=bullet("alphaLcPeriod", f'startAt="{start}"'))

    assert paragraphs(tmp_path, body) == ["x"]


def test_lists_end_where_another_begins(tmp_path):
    """Another type, another start, or none; a line end is part of its paragraph."""
    other = bullet(more='startAt="7"')
    body = p("x</a:t><a:br/><a:t>y") + p() + p(more=other) * 2 + p("y", more="") + p()

    assert paragraphs(tmp_path, body) == (
        ["1. x\ny", "2. x", "7. x", "8. x", "y", "1. x"]
    )


def test_empty_paragraphs_have_no_number(tmp_path):
    """One of a list is passed over, another ends it."""
    body = p() + p("") + p(" ") + p() + p("", more="<a:buNone/>") + p()

    assert paragraphs(tmp_path, body) == ["1. x", "2. x", "1. x"]


def test_texts_have_styles(tmp_path):
    """Of each level; a paragraph may say other, and a field says nothing of it."""
    styles = f"<a:lstStyle><a:lvl2pPr>{bullet()}</a:lvl2pPr></a:lstStyle>"
    field = f'<a:fld><a:pPr lvl="3">{bullet("romanLcPeriod")}</a:pPr></a:fld>'
    body = (
        styles
        + p(level=1, more="")
        + p("y", 0, "")
        + p(level=1, more="")
        + p(level=1, more="").replace("</a:p>", field + "</a:p>")
        + p("y", 1, "<a:buNone/>")
    )

    assert paragraphs(tmp_path, body) == ["1. x", "y", "1. x", "2. x", "y"]
