"""Numbers of paragraphs in Word documents: as Word shows them, or none."""

from pathlib import Path

import pytest

from index import readers
from tests import samples
from tests.samples import p

PARTS = samples.relations(styles="styles.xml", numbering="numbering.xml")
LISTS = '<w:num w:numId="1"><w:abstractNumId w:val="7"/>{}</w:num>'
RESTART = (
    '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
)


def level(depth: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def at(depth: int, text: str = "x", number: int = 1) -> str:
    """Write a paragraph at a level of a list."""
    place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{place}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def paragraphs(
    path: Path, body: str, levels: str, lists: str = LISTS.format(""), styles: str = ""
) -> list[str]:
    """Read a document whose lists have these levels."""
    kind = f'<w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
    parts = {
        "word/_rels/document.xml.rels": PARTS,
        "word/numbering.xml": f'<w:numbering xmlns:w="urn:w">{kind}{lists}'
        "</w:numbering>",
        "word/styles.xml": f'<w:styles xmlns:w="urn:w">{styles}</w:styles>',
    }
    path = path / "a.docx"
    path.write_bytes(samples.docx(body, **parts))
    (document,) = readers.read(path, path.name)
    return document.text.split("\n\n")


def test_levels_are_counted_below_those_above(tmp_path):
    """Anew after each of these; a list that goes on elsewhere goes on counting."""
    levels = level(0, "upperRoman", "%1.") + level(1, "decimal", "%1.%2", "<w:isLgl/>")
    body = "".join(map(at, [0, 0, 1, 1, 0, 1])) + p("Between") + at(0, "y")
    chinese = level(0, "chineseCounting", "第%1条")

    assert paragraphs(tmp_path, at(0) * 12, chinese)[-1] == "第十二条 x"
    assert paragraphs(tmp_path, body, levels) == (
        ["I. x", "II. x", "2.1 x", "2.2 x", "III. x", "3.1 x", "Between", "IV. y"]
    )


def test_styles_have_numbers(tmp_path):
    """By their own list or that of the style they are based on, unless told not to."""
    levels = level(0, "decimal", "§ %1", '<w:pStyle w:val="Head"/>') + level(
        1, "decimal", "(%2)", '<w:pStyle w:val="Text"/>'
    )
    styles = (
        '<w:style w:styleId="Head"><w:pPr><w:numId w:val="1"/></w:pPr></w:style>'
        '<w:style w:styleId="Text"><w:basedOn w:val="Head"/></w:style>'
    )
    none = p("No", "Head").replace("</w:pPr>", '<w:numId w:val="0"/></w:pPr>')
    body = p("Rent", "Head") + p("Is due.", "Text") * 2 + none + p("End", "Head")

    found = paragraphs(tmp_path, body, levels, styles=styles)

    assert found == ["§ 1 Rent", "(1) Is due.", "(2) Is due.", "No", "§ 2 End"]


@pytest.mark.parametrize(
    ("more", "numbers"),
    [
        ("", ["a)", "1", "b)", "1"]),
        ('<w:lvlRestart w:val="0"/>', ["a)", "1", "b)", "2"]),
    ],
)
def test_levels_may_go_on(tmp_path, more, numbers):
    """Where a level says so, what is above it does not begin it anew."""
    levels = level(0, "lowerLetter", "%1)") + level(1, "decimal", "%2", more)

    found = paragraphs(tmp_path, "".join(map(at, [0, 1, 0, 1])), levels)

    assert found == [f"{number} x" for number in numbers]


def test_lists_may_begin_anew(tmp_path):
    """Once: after that they go on."""
    body = at(0) + at(0) + at(0, number=2) + at(0, number=2)

    found = paragraphs(
        tmp_path, body, level(0, "decimalZero", "%1"), LISTS.format("") + RESTART
    )

    assert found == ["01 x", "02 x", "01 x", "02 x"]


def test_lists_may_alter_levels(tmp_path):
    """Of the kind that they are of; nothing may part a number from its text."""
    other = level(0, "upperLetter", "%1-", '<w:suff w:val="nothing"/>')
    lists = LISTS.format(f'<w:lvlOverride w:ilvl="0">{other}</w:lvlOverride>')

    assert paragraphs(tmp_path, at(0), level(0, "decimal", "%1"), lists) == ["A-x"]


def test_lists_may_be_of_a_style(tmp_path):
    """Then its list is counted, of which they say nothing themselves."""
    linked = (
        '<w:abstractNum w:abstractNumId="8"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>'
    )
    style = '<w:style w:styleId="L"><w:pPr><w:numId w:val="1"/></w:pPr></w:style>'
    body, levels = at(0) + at(0, number=2), level(0, "decimal", "%1.")

    found = paragraphs(tmp_path, body, levels, LISTS.format("") + linked, style)

    assert found == ["1. x", "2. x"]


@pytest.mark.parametrize(
    ("form", "text"), [("bullet", "•"), ("hebrew1", "%1."), ("decimal", "%1.%2")]
)
def test_in_doubt_there_is_no_number(tmp_path, form, text):
    """Bullets, writings that are not known, and levels not counted yet."""
    levels = level(0, form, text) + level(1, "decimal", "%1.%2")

    assert paragraphs(tmp_path, at(0), levels) == ["x"]


def test_what_is_gone_is_not_counted(tmp_path):
    """A paragraph that was deleted, one for old programs, and how one was before."""
    old = f"<mc:Fallback>{at(0)}</mc:Fallback>"
    before = (
        '<w:pPrChange><w:pPr><w:pStyle w:val="Title"/></w:pPr></w:pPrChange></w:pPr>'
    )
    gone = at(0, "").replace("</w:pPr>", "<w:rPr><w:del/></w:rPr></w:pPr>")
    body = at(0) + old + gone + at(0).replace("</w:pPr>", before)

    assert paragraphs(tmp_path, body, level(0, "decimal", "%1.")) == ["1. x", "2. x"]
