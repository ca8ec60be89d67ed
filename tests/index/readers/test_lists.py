"""Numbers of paragraphs in OpenDocument texts: as LibreOffice shows them, or none."""

from pathlib import Path

import pytest

from index import readers
from tests import samples


def level(depth: int, form: str = "1", suffix: str = ".", more: str = "") -> str:
    return (
        f'<text:list-level-style-number text:level="{depth}" text:num-format="{form}" '
        f'text:num-suffix="{suffix}" {more}/>'
    )


def named(levels: str, name: str = "L") -> str:
    return f'<text:list-style text:name="{name}">{levels}</text:list-style>'


def items(*texts: str, more: str = 'text:style-name="L"') -> str:
    """Write a list; what is no text is a list in the item before."""
    written = "</text:list-item><text:list-item>".join(
        text if text.startswith("<") else f"<text:p>{text}</text:p>" for text in texts
    ).replace("</text:list-item><text:list-item><text:list ", "<text:list ")
    return f"<text:list {more}><text:list-item>{written}</text:list-item></text:list>"


def h(depth: int, text: str = "x", more: str = "") -> str:
    return f'<text:h text:outline-level="{depth}" {more}>{text}</text:h>'


def paragraphs(path: Path, body: str, styles: str = "") -> list[str]:
    path = path / "a.odt"
    part = f'<styles xmlns:text="urn:t">{styles}</styles>'
    path.write_bytes(samples.odf(body, **{"styles.xml": part}))
    (document,) = readers.read(path, path.name)
    return document.text.split("\n\n")


def test_lists_in_lists_have_the_style_of_the_outer(tmp_path):
    """A level is counted anew below each number above it."""
    levels = level(1) + level(2, more='text:display-levels="2"') + level(3, "a", ")")
    deepest = items("x", "x", more="")
    body = named(levels) + items("x", items("x", deepest, "x", more=""), "x", deepest)

    assert paragraphs(tmp_path, body) == (
        ["1. x", "1.1. x", "a) x", "b) x", "1.2. x", "2. x", "2.1. x", "2.2. x"]
    )


@pytest.mark.parametrize(
    ("written", "label"),
    [
        (level(1, "I", more='text:start-value="4"'), "IV. x"),
        (level(1, "1", "", 'text:num-prefix="§ "'), "§ 1 x"),
        (level(1, "i", ")", 'text:num-prefix="("'), "(i) x"),
        (level(1, "1", "", 'text:num-list-format="Article %1%:"'), "Article 1: x"),
        (level(1, "01, 02, 03, ...", ""), "01 x"),
        (level(1, "一, 二, 三, ...", "、", 'text:start-value="12"'), "十二、 x"),
        (level(1).replace("/>", "></text:list-level-style-number>"), "1. x"),
        # No number: nothing is said, or it is not known how that is written.
        (level(1, ""), "x"),
        (level(1, "א, ב, ג, ..."), "x"),
        (level(1, "a", more='text:start-value="27"'), "x"),
        (level(1, more='text:num-list-format="%1%.%2%"'), "x"),
        ('<text:list-level-style-bullet text:level="1" text:char="•"/>', "x"),
    ],
)
def test_levels_say_how_numbers_are_written(tmp_path, written, label):
    """What is before and after it, and where they begin."""
    assert paragraphs(tmp_path, named(written) + items("x")) == [label]
    assert paragraphs(tmp_path, items("x"), named(written)) == [label]


def test_labels_may_be_followed_by_nothing(tmp_path):
    """A level that says so says it of itself alone."""
    close = '<text:list-level-label-alignment text:label-followed-by="nothing"/>'
    bullet = (
        f'<text:list-level-style-bullet text:level="2">{close}'
        "</text:list-level-style-bullet>"
    )
    plain = level(1, "1", ")") + bullet
    glued = level(1, "1", "/").replace("/>", f">{close}</text:list-level-style-number>")
    body = named(plain) + named(glued, "M") + items("x")

    found = paragraphs(tmp_path, body + items("x", more='text:style-name="M"'))

    assert found == ["1) x", "1/x"]


def test_levels_without_a_form_are_passed_over(tmp_path):
    """In the numbers of those below; a bullet's place is in doubt."""
    below = level(2, more='text:display-levels="2"')
    body = items("x", items("x", more=""))

    assert paragraphs(tmp_path, body, named(level(1, "") + below)) == ["x", "1. x"]
    assert paragraphs(tmp_path, body, named(below)) == ["x", "x"]


def test_patterns_name_levels(tmp_path):
    """Those that are not named are not shown, and none where it names none."""
    pattern = 'text:num-list-format="{}"'.format
    levels = (
        level(1, "I", more=pattern("Part %1%"))
        + level(2, "a", more=pattern("%1%-%2%)"))
        + level(3, more=pattern("(%3%)"))
    )
    deep = items("x", items("x", items("x", more=""), more=""))

    none = named(level(1, more=pattern("")))

    assert paragraphs(tmp_path, deep, named(levels)) == ["Part I x", "I-a) x", "(1) x"]
    assert paragraphs(tmp_path, items("x"), none) == ["x"]


def test_items_may_tell_their_number(tmp_path):
    """Headers have none, nor has a second paragraph of an item."""
    told = items("x", "x").replace(
        "<text:list-item>", '<text:list-item text:start-value="7">', 1
    )
    header = "<text:list-header><text:p>y</text:p></text:list-header><text:list-item>"
    more = items("x<text:s/></text:p><text:p>y", "x").replace(
        "<text:list-item>", header, 1
    )

    assert paragraphs(tmp_path, named(level(1)) + told) == ["7. x", "8. x"]
    assert paragraphs(tmp_path, named(level(1)) + more) == ["y", "1. x", "y", "2. x"]


def test_items_may_have_another_style(tmp_path):
    """They are counted with the list that they are in."""
    other = items("x", "y", "x").replace(
        "<text:list-item><text:p>y", '<text:list-item text:style-override="M"><text:p>y'
    )
    styles = named(level(1)) + named(level(1, "a", ")"), "M")

    assert paragraphs(tmp_path, other, styles) == ["1. x", "b) y", "3. x"]


def test_lists_go_on(tmp_path):
    """The last one, if of the same style, or one that is named; others begin anew."""
    goes_on = 'text:style-name="{}" text:continue-numbering="true"'
    body = (
        items("x", more='xml:id="one" text:style-name="L"')
        + items("x", more=goes_on.format("L"))
        + items("y")
        + items("z", more=goes_on.format("M"))
        + items("x", more='text:style-name="L" text:continue-list="one"')
        + items("z", more=goes_on.format("M"))  # in doubt: another was between
    )

    styles = named(level(1)) + named(level(1, "a"), "M")

    assert paragraphs(tmp_path, body, styles) == (
        ["1. x", "2. x", "1. y", "a. z", "3. x", "z"]
    )


def test_lower_levels_go_on_after_what_is_between(tmp_path):
    """The item that they are in has no paragraph of its own, and is not counted."""
    levels = level(1) + level(2, more='text:display-levels="2"')
    goes_on = 'text:style-name="L" text:continue-numbering="true"'
    anew = 'text:continue-numbering="false"'
    body = (
        items("x", items("x", more=""))
        + "<text:p>Between</text:p>"
        + items(items("x", more=""), items("y", more=anew), "x", more=goes_on)
    )

    assert paragraphs(tmp_path, body, named(levels)) == (
        ["1. x", "1.1. x", "Between", "1.2. x", "1.1. y", "2. x"]
    )


def test_items_may_have_two_lists(tmp_path):
    """The second is counted anew; a paragraph after a list has no number."""
    inner = items("x", more="")
    body = items("x", f"{inner}<text:p>y</text:p>{inner}", "x")

    assert paragraphs(tmp_path, body, named(level(1) + level(2, "a", ")"))) == (
        ["1. x", "a) x", "y", "a) x", "2. x"]
    )


def test_lists_in_lists_may_have_a_style(tmp_path):
    """Then they are counted by themselves."""
    inner = items("y", "y", more='text:style-name="M"')
    styles = named(level(1)) + named(level(2, "a", ")"), "M")

    assert paragraphs(tmp_path, items("x", inner, "x", inner), styles) == (
        ["1. x", "a) y", "b) y", "2. x", "a) y", "b) y"]
    )


def test_lists_may_have_the_style_that_paragraphs_name(tmp_path):
    """Themselves, or by a style that they are of."""
    styles = named(level(1)) + (
        '<text:style text:name="Text" text:family="paragraph" '
        'text:list-style-name="L"/><text:style text:name="P1" '
        'text:family="paragraph" text:parent-style-name="Text"/>'
    )
    body = items("x", more="").replace("<text:p>", '<text:p text:style-name="P1">')

    assert paragraphs(tmp_path, body, styles) == ["1. x"]


def test_notes_in_lists_are_apart(tmp_path):
    """They have no number of the list; a list in one is none of its levels."""
    note = (
        "<text:note><text:note-body><text:p>n</text:p>{}</text:note-body></text:note>"
    )
    body = items("x" + note.format(items("n")), "x")

    found = paragraphs(tmp_path, body, named(level(1)))

    assert found == ["1. x", "2. x", "n", "1. n"]


def test_what_is_gone_is_not_counted(tmp_path):
    """What was deleted stands beside the text."""
    gone = f"<text:tracked-changes>{items('x')}{h(1)}</text:tracked-changes>"
    goes_on = 'text:style-name="L" text:continue-numbering="true"'
    body = items("x") + gone + items("x", more=goes_on)

    assert paragraphs(tmp_path, body, named(level(1))) == ["1. x", "2. x"]


OUTLINE = (
    '<text:outline-style text:name="Outline"><text:outline-level-style '
    'text:level="1" text:num-format="1"/><text:outline-level-style text:level="2" '
    'text:num-format="1" text:display-levels="2"/></text:outline-style>'
)


def test_headings_are_numbered(tmp_path):
    """By the outline, unless they are told to have no number or have no level."""
    body = (
        h(1)
        + h(2)
        + h(2, more='text:is-list-header="true"')
        + h(2)
        + h(3)
        + h(1)
        + h(2, more='text:restart-numbering="true" text:start-value="5"')
        + items(h(1), more='text:style-name="Outline"')
        + items(h(1))
    )

    assert paragraphs(tmp_path, body, OUTLINE) == (
        ["1 x", "1.1 x", "x", "1.2 x", "x", "2 x", "2.5 x", "3 x", "x"]
    )


def test_numbers_for_other_programs_are_left_out(tmp_path):
    """They repeat what is counted."""
    number = "<text:number>1</text:number>"
    item = items("x").replace("<text:p>", f"{number}<text:p>")
    body = f"<table:table-cell>{item}</table:table-cell>" + h(1, f"{number}x")

    assert paragraphs(tmp_path, body, OUTLINE + named(level(1))) == ["1. x", "1 x"]


def test_headings_with_another_list_have_no_number(tmp_path):
    """Nor those of a style without one; they are not counted."""
    style = (
        '<text:style text:name="{}" text:family="paragraph" text:list-style-name="{}"/>'
    )
    styles = OUTLINE + style.format("A", "") + style.format("B", "L")
    body = "".join(h(1, more=f'text:style-name="{name}"') for name in "ABC")

    assert paragraphs(tmp_path, body, styles) == ["x", "x", "1 x"]


def test_lists_may_be_deep(tmp_path):
    """Twenty thousand lists in one another; numbers may be huge."""
    deep = '<text:list text:style-name="L"><text:list-item>' * 20_000
    huge = 'text:start-value="{0}" text:display-levels="{0}"'.format("9" * 99)
    body = (
        named(level(1, more=huge))
        + items("x")
        + deep
        + "<text:p>x</text:p>"
        + "</text:list-item></text:list>" * 20_000
    )

    assert paragraphs(tmp_path, body) == ["1. x", "x"]
