"""What each format gives: text, title, language, date, source."""

import json
import re
import time
from pathlib import Path

import pytest

from index import readers
from index.errors import InputError
from index.readers import html, markdown
from index.records import Document


def read(path: Path, content: str | bytes) -> list[Document]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(readers.read(path, path.name))


def read_one(path: Path, content: str | bytes) -> Document:
    (document,) = read(path, content)
    return document


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Truce talks\n\nThey began.", "Truce talks"),
        ("They began.\nThey went on.", "a"),
        ("x" * 121 + "\n\nThey began.", "a"),
        ("Alone", "a"),
    ],
)
def test_text_takes_its_first_line_as_title(tmp_path, text, title):
    """When it is short and stands alone; the text keeps it either way."""
    assert read_one(tmp_path / "a.txt", text) == Document(
        "a.txt", title, text, source="a.txt"
    )


def test_markdown_reads_front_matter(tmp_path):
    """All four fields, dates as YAML dates or as text."""
    fields = "title: Un arrêt\nlanguage: fr-FR\ndate: 2023-09-19\nsource: Le Jour"
    text = f"---\n{fields}\n---\nCorps."

    assert read_one(tmp_path / "a.md", text) == Document(
        "a.md", "Un arrêt", "Corps.", "Le Jour", "fr", "2023-09-19"
    )


def test_markdown_reads_front_matter_of_hugo(tmp_path):
    """Between lines of +++ it is TOML, of which a day is a day."""
    fields = (
        'title = "Un arrêt"\ndate = 2023-09-19T08:00:00Z\nlanguage = "fr"\n[a]\nb = 1'
    )
    text = f"+++\n{fields}\n+++\n\nCorps."

    assert read_one(tmp_path / "a.md", text) == Document(
        "a.md", "Un arrêt", "Corps.", "a.md", "fr", "2023-09-19"
    )
    assert read_one(tmp_path / "a.md", "+++\n\nCorps.").text == "+++\n\nCorps."
    with pytest.raises(InputError, match=r"not TOML .*; correct .* the \+\+\+ lines"):
        read(tmp_path / "a.md", text.replace("= 2023", "2023"))


def test_front_matter_is_text(tmp_path):
    """Whatever YAML would make of it: `no` is false there, 12:30 a number."""

    def fields(title, language="no", date="2023-09-19"):
        block = f"title: {title}\nlanguage: {language}\ndate: {date}"
        document = read_one(tmp_path / "a.md", f"---\n{block}\n---\n# H\n")
        return document.title, document.language, document.date

    assert fields("On") == ("On", "no", "2023-09-19")
    for title in ("2024", "007", "12:30", "1_000", "no", "0", "2023-09-19"):
        assert fields(title)[0] == title
    assert fields("~", "NO-nb", "2023-09-19 10:00:00") == ("H", "no", "2023-09-19")
    assert fields("", "", "2023-09-19T23:00:00-05:00") == ("H", "", "2023-09-19")


def test_markdown_without_front_matter_has_its_heading_as_title(tmp_path):
    """The first heading, whatever its level; a file without one has its name."""
    assert (
        read_one(tmp_path / "a.md", "Intro.\n\n## The **end** ##\n").title == "The end"
    )
    assert read_one(tmp_path / "b.md", "Intro.").title == "b"


def test_markdown_becomes_plain():
    """Marks go; what only looks like marks stays."""
    marked = (
        '# Title\n<!-- note -->See *the* **map**, [here](https://a.org/b "t") and '
        "![photo](p.png). In C# 2 * 3 * 4 and __init__ stay. <!-- open"
    )

    assert markdown.plain(marked) == (
        "Title\nSee the map, here and photo. "
        "In C# 2 * 3 * 4 and __init__ stay. <!-- open"
    )


@pytest.mark.parametrize(
    "code",
    [
        "`2**10 + 3**2`",
        "`` a`*b*` ``",
        "`over *two*\nlines*`",
        "```python\n# *comment*\n\nd[key](arg)\n<!-- x -->\n```",
        "~~~ `a`\n```\n# b\n~~~~",
        "1. - ```\n     # a\n\n     **b**\n     ```",
        "> ```\n> # a\n> ```",
        "```\n# left open\n\n**a**",
    ],
)
def test_markdown_leaves_code_as_it_is(code):
    """Whatever looks like marks in a fence or a span; marks around it go."""
    marked = f"**a** <!-- open ` --> b\n\n{code}\n"

    assert markdown.plain(marked) == f"a  b\n\n{code}\n"


def test_markdown_reads_marks_around_code():
    """Code may be the text of a link, strong, or beside a tick that is no code."""
    marked = (
        "# [`f()`](a.html) and **`g*h`**\nA \\` and *b* `` c.\n\n*d* `e*f*g` <!-- `*h*"
    )

    assert markdown.plain(marked) == (
        "`f()` and `g*h`\nA ` and b `` c.\n\nd `e*f*g` <!-- `h"
    )


def test_markdown_reads_escaped_marks_as_characters():
    """Without their backslash, which code and letters keep."""
    marked = (
        "\\# It\\'s \\*no\\* emphasis, \\[no link\\](x), 5 \\$, `\\*` C:\\a\n\n"
        "| a\\|b | c |\n|---|---|\n| d | e |\n"
    )

    assert markdown.plain(marked) == (
        "# It's *no* emphasis, [no link](x), 5 $, `\\*` C:\\a\n\na|b: d; c: e\n"
    )


def test_markdown_ends_no_code_in_another_paragraph():
    """Nor in another entry of a list: a tick there begins what is none."""
    marked = "- `a *b*\n- *c* ` d\n\n*e* `\n\n*f* `"

    assert markdown.plain(marked) == "- `a b\n- c ` d\n\ne `\n\nf `"


def test_markdown_takes_no_title_from_code(tmp_path):
    """A comment in code is no heading; code in a heading is read."""
    text = "```sh\n# install\n```\n\n# The `qa` command\n"

    assert read_one(tmp_path / "a.md", text).title == "The `qa` command"


def test_markdown_reads_underlined_headings(tmp_path):
    """As the older books of style have them; other lines of equal signs stay."""
    text = "An\nintro.\n\nThe *end*\n=========  \nIt came.\n\n===\na = b\n"

    document = read_one(tmp_path / "a.md", text)

    assert document.title == "The end"
    assert document.text == "An\nintro.\n\nThe end\nIt came.\n\n===\na = b"


def test_markdown_reads_links_with_parentheses():
    """As on Wikipedia."""
    link = "([Mercury](https://en.wikipedia.org/wiki/Mercury_(planet)#Name))"

    assert markdown.plain(link) == "(Mercury)"


def test_markdown_reads_links_whose_addresses_stand_apart():
    """By the name of these, whatever its case, or by what they say; what refers to
    none, as a note does, stays."""
    marked = (
        "## [1.0] of [the *map*][Map]\n[![b][b]][map] and [`f()`], a[0][1], [x](y) "
        "[^n] [none][no] [b](c)\n\n[1.0]: https://a.org/1\n[map]: <m/n> 'Map'\n"
        "[`f()`]: #f\n[b]: b.svg#1\n\n[^n]: a/note\n[12:30]: hello\n"
    )

    assert markdown.plain(marked) == (
        "1.0 of the map\nb and `f()`, a[0][1], x [^n] [none][no] b\n\n\n"
        "[^n]: a/note\n[12:30]: hello\n"
    )


def test_markdown_reads_no_tags():
    """Words that they are in stay whole, others apart; what is none stays."""
    marked = (
        '<h1 align="center">The <b>tru</b>ce</h1>\n[![x](y)](z) <img src=a\nalt=b />'
        "\n\n| a | b |\n|---|---|\n| c<br>d | e &#124; `<b>&lt;` |\n\n"
        "List<T>, <https://a.org>, a <b, c>, \\<p> &nope; &lt;p&gt; AT&T <i\n\n>"
    )

    assert markdown.plain(marked) == (
        " The truce \nx \n\na: c d; b: e | `<b>&lt;`\n\n"
        "List<T>, <https://a.org>, a <b, c>, <p> &nope; <p> AT&T <i\n\n>"
    )


def test_markdown_reads_links_over_a_line_end():
    """But none over a blank line."""
    marked = "See [the\nmap](m) and [the\nlist][l].\n\n[a\n\nb](c)\n[l]: /l"

    assert markdown.plain(marked) == "See the\nmap and the\nlist.\n\n[a\n\nb](c)\n"


def test_markdown_reads_images_in_links():
    """As badges are."""
    assert markdown.plain("[![Build](b.svg)](https://a.org) [b](c)") == "Build b"


@pytest.mark.parametrize(
    "prose",
    [
        "Just a line.",
        "\n# A heading\n\nThe talks: they failed. *Nobody* knew: why.\n",
        "- 'a list\n- of \"two: points",
        "[" * 3000,
    ],
)
def test_markdown_takes_a_line_of_dashes_for_one(tmp_path, prose):
    """Three dashes around prose are no front matter."""
    document = read_one(tmp_path / "a.md", f"---\n{prose}\n---\nAnd more.")

    assert document.text.startswith("---\n")
    assert document.text.endswith("\n---\nAnd more.")
    assert len(document.text) > len(prose) // 2


def test_front_matter_may_begin_with_anything(tmp_path):
    """Such as comments, and a name of two words."""
    text = "---\n\n# Of\nlast edit: 1\ntitle: Truce\n---\nTalks began."

    assert read_one(tmp_path / "a.md", text).title == "Truce"


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("a: &x [1]\nb: *x", "aliases are not read"),
        ("a: [1", "not plain YAML"),
        ("a: !!python/object/apply:os.system [ls]", "not plain YAML"),
        ("a: " + "[" * 3000, "not plain YAML"),
        ("date: 2023-99-99", "not plain YAML"),
        ("x: " + "y" * 64_000, "front matter has 64,0"),
    ],
)
def test_markdown_refuses_hostile_front_matter(tmp_path, block, reason):
    """Bombs and objects are one clear line."""
    with pytest.raises(InputError, match=reason):
        read(tmp_path / "a.md", f"---\n{block}\n---\nText.")


def test_markdown_links_between_notes_are_words():
    """A label is read in the place of the page; what only looks like one stays."""
    text = (
        "See [[Old town|the town]], [[Trams#Fares]] and `[[a|b]]`; [[ -f x ]] [[1]](/)"
    )

    assert markdown.plain(text) == (
        "See the town, Trams#Fares and `[[a|b]]`; [[ -f x ]] [[1]](/)"
    )


PAGE = """<!doctype html><html lang="de-AT"><head><title>Feuerpause - Blatt</title>
<meta property="og:title" content="Feuerpause &amp; Frieden">
<meta property="og:site_name" content="Das Blatt">
<meta property="article:published_time" content="2023-09-19T08:00:00+02:00">
<style>p { color: red }</style></head><body><nav>Start</nav><header>Kopf</header>
<h1>Feuerpause</h1><p>
Der <b>Präsi</b>dent  rief<br>zur Ruhe.</p><p>Sie &lt;schwiegen&gt;.
<script>if (a < b) alert("</p>")</script><ul><li>eins<li>zwei</ul><footer>Fuß</footer>
"""


def test_html_reads_what_people_read(tmp_path):
    """Blocks are paragraphs; navigation, the site's header and scripts are left out."""
    assert read_one(tmp_path / "a.html", PAGE) == Document(
        "a.html",
        "Feuerpause & Frieden",
        "Feuerpause\n\nDer Präsident rief\nzur Ruhe.\n\n"
        "Sie <schwiegen>.\n\neins\n\nzwei",
        "Das Blatt",
        "de",
        "2023-09-19",
    )


def test_html_makes_do_with_less(tmp_path):
    """<title> and <time> count where there is no meta; then the file's name."""
    page = "<title>A\n b</title><time datetime='2023-09-19'>today</time>"

    document = read_one(tmp_path / "a.html", page)
    assert (document.title, document.date) == ("A b", "2023-09-19")
    assert read_one(tmp_path / "b.html", "x").title == "b"


@pytest.mark.parametrize(
    "page",
    [
        "<nav><button>Menu</nav><p>The bridge was closed.</p>",
        "<div><p><button>Menu</p></div><p>The bridge was closed.</p>",
        "<ul><li><select><option>en</ul></div></div><p>The bridge was closed.</p>",
        "<button><div>Menu</div><b>Now</b></button><p>The bridge was closed.</p>",
        "<nav><div>a<svg></div></nav><p>The bridge was closed.</p>",
    ],
)
def test_html_that_leaves_open_what_is_left_out(tmp_path, page):
    """The rest of the page is read, and nothing of a button."""
    text = "The bridge was closed."
    assert read_one(tmp_path / "a.html", page).text == text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<ol><li>oven<li><p>eggs</p><p>rest</p></ol>", "1. oven|2. eggs|rest"),
        ("<ol start=9><li>x<li value=3><b>y</b> z<li>w</ol>", "9. x|3. y z|4. w"),
        ("<ol type=a><li>x<ol type=I><li>y</ol><li>z</ol>", "a. x|I. y|b. z"),
        ("<ol><li>x<ul><li>milk</ul><li>y</ol>", "1. x|milk|2. y"),
        ("<ol><li>x<ul><li>milk</ol><ol><li>y</ol>", "1. x|milk|1. y"),
        ("<ol><li>1. x</li><li> </li><li>y</li></ol><p>z", "1. x|3. y|z"),
        ("<ol class=crumbs><li>Home</ol><ol class=x start=2><li>y</ol>", "Home|2. y"),
        ("<ol style='list-style-type: none'><li>x</ol><ul><li>y</ul>", "x|y"),
        ("<ol reversed><li>x</ol><ol type=z><li>y</ol><li>z", "x|y|z"),
        ("<ol type=a start=26><li>x<li>y</ol>", "z. x|y"),
        ("<ol><li><select><option>a</select>x</ol>", "1. x"),
    ],
)
def test_html_numbers_items_as_browsers_do(page, text):
    """Where a style may have left them without numbers, there are none."""
    assert html.parse(page).text() == text.replace("|", "\n\n")


def test_html_parts_what_browsers_part():
    """All that the standard displays as blocks, list items or parts of a table."""
    names = (
        "address aside blockquote body caption center dd details dialog dir "
        "div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header "
        "hgroup hr html legend li listing menu nav ol p plaintext pre search "
        "section summary table tbody td tfoot th thead tr ul xmp"
    )
    for name in names.split():
        page = html.parse(f"a<{name}>b</{name}>c", frozenset())
        assert page.text() == "a\n\nb\n\nc"


@pytest.mark.parametrize("section", ["article", "main", "section"])
def test_html_reads_an_articles_own_header(tmp_path, section):
    """Its headline, lead and signature are read; the site's header is not."""
    own = "<header><h1>Truce</h1><p>They talk.</p></header>Text.<footer>Ana</footer>"
    site = "<header>Site<section><header>Top</header></section>News</header>"
    page = f"{site}<{section}>{own}</{section}><footer>Imprint</footer>"

    text = read_one(tmp_path / "a.html", page).text
    assert text == "Truce\n\nThey talk.\n\nText.\n\nAna"


@pytest.mark.parametrize(
    "page",
    [
        "<nav><a href=x>Home</a><p>The bridge was closed.</p>",
        "<header>Home<p>The bridge was closed.</p><footer>Imprint</footer>",
        "<header>Home<nav>Menu<section><p>The bridge was closed.</p></section>",
    ],
)
def test_html_with_navigation_or_header_left_open(tmp_path, page):
    """It is read, for all that follows is within."""
    text = read_one(tmp_path / "a.html", f"<html><body>{page}</body></html>").text

    assert text.startswith("Home")
    assert text.endswith("The bridge was closed.")


def test_html_leaves_out_what_stands_for_films():
    """Browsers that play them show none of it."""
    unseen = "<video controls>No <a href=x>films</a>.</video><audio>None.</audio>"

    assert html.parse(f"<p>One.</p>{unseen}<p>Two.</p>").text() == "One.\n\nTwo."


def test_html_reads_formulas_without_their_source():
    """TeX is kept beside them in many pages, as in Wikipedia's."""
    tex = "<annotation encoding=application/x-tex>{\\displaystyle x}</annotation>"
    page = f"<p>Let <math><semantics><mi>x</mi>{tex}</semantics></math> be 1.</p>"

    assert html.parse(page).text() == "Let x be 1."


@pytest.mark.parametrize(
    "ruby",
    [
        "<ruby>東<rt>とう</rt>京<rt>きょう</rt></ruby>",
        "<ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rp>(<rt>きょう<rp>)</ruby>",
        "<ruby><rb>東<rb>京<rt>とう<rt>きょう<rtc><rt>Tōkyō</ruby>",
        "<ruby><rb>東京<rtc><rt>とうきょう</rt></rtc><rtc>Tōkyō</rtc></ruby>",
    ],
)
def test_html_leaves_out_how_characters_are_said(tmp_path, ruby):
    """Words are whole without their furigana, whose end tags may be omitted."""
    page = f"<p>{ruby}都に行く</p><p>帰る</p>"

    assert read_one(tmp_path / "a.html", page).text == "東京都に行く\n\n帰る"


def test_html_with_furigana_left_open(tmp_path):
    """The rest of the page is read."""
    page = "<p><ruby>東<rt>とう</p><p>帰る</p>"

    assert read_one(tmp_path / "a.html", page).text == "東\n\n帰る"


def test_html_keeps_the_lines_of_code():
    """And its blank ones; outside, a line end is a space."""
    page = "<p>Run\nthis:</p><pre><code>a = 1\n\nb  = 2\n</code></pre>Then\nstop."

    assert html.parse(page).text() == "Run this:\n\na = 1\n\nb = 2\n\nThen stop."


@pytest.mark.parametrize("page", ["<pre>{}</pre>", "<div>{}</div>"])
def test_html_joins_lines_that_were_broken_to_fit(page):
    """As archives of mail have them, in <pre> or with a <br> at the end of each."""
    lines = ["The council decided to close the bridge for the whole of the"] * 2
    lines = [
        *lines,
        "winter and of spring. It said nothing about the reasons for",
        "it.",
    ]
    end = "\n" if "pre" in page else "<br>\n"
    lines[1] = lines[1].lower()

    assert html.parse(page.format(end.join(lines))).text() == " ".join(lines)


def test_html_knows_the_line_ends_of_windows():
    """Books and mail bring them as they are."""
    page = "<p>One\r\ntwo.</p><pre>a\r\n\r\nb</pre>"

    assert html.parse(page).text() == "One two.\n\na\n\nb"


def told(rows: str, attributes: str = "") -> str:
    return html.parse(f"<table {attributes}>{rows}</table>").text()


def test_html_reads_a_table_of_data_a_row_a_line():
    """With the names of its columns, as other tables; end tags may be missing."""
    page = (
        "<p>Come.</p><table><caption>Prices</caption><thead><tr><th>Ticket<th>Price:"
        "<th>Age</tr></thead><tbody><tr><td><a href=x>Ad<b>ults</b></a></td>"
        "<td>12&nbsp;EUR</td><td>from<br>16</td></tr><tr><td>Children<td><p>6 EUR</p>"
        "<td>&nbsp;<tr><td colspan=3>Groups</table>Bye."
    )

    assert html.parse(page).text() == (
        "Come.\n\nPrices\n\nTicket: Adults; Price: 12 EUR; Age: from 16\n"
        "Ticket: Children; Price: 6 EUR\nGroups\n\nBye."
    )


def test_html_reads_a_name_before_a_cell():
    """As in a box of facts: lists are part of their cell; some rows have two names."""
    rows = (
        "<tr><th colspan=2>Works<tr><th>Founded:<td>1882<tr><th>People"
        "<td><ul><li>Eve</li><li>Bob</li></ul><tr><th>City<td>Riga<th>Sales<td>5 m"
    )

    assert told(rows) == (
        "Works\nFounded: 1882\nPeople: Eve Bob\nCity: Riga; Sales: 5 m"
    )


def test_html_reads_a_table_without_names():
    """Its cells are parted by bars; its first row is one like the others."""
    rows = "<tr><td>Monday<td>closed<tr><td>Sunday<td>9:00"

    assert told(rows) == "Monday | closed\nSunday | 9:00"


@pytest.mark.parametrize("cell", ["<b>{}</b>", "<p><strong>{} </strong></p>"])
def test_html_reads_names_in_bold(cell):
    """As Word and Outlook write them, below a title; sums may be bold as well."""
    names = "<tr><td>" + "<td>".join(map(cell.format, ("Day", "Opens:")))
    rows = (
        f"<tr><td colspan=2><b>Hours</b>{names}"
        "<tr><td>Monday<td><b>9</b><tr><td><b>All</b><td><b>3</b>"
    )

    assert told(rows) == "Hours\nDay: Monday; Opens: 9\nDay: All; Opens: 3"


def test_html_takes_no_bold_cells_for_names():
    """Where the next row is as bold, or words beside them are not."""
    rows = "<tr><td><b>a</b><td>{}<tr><td><b>c</b><td><b>d</b>"

    assert told(rows.format("<b>b</b>")) == "a | b\nc | d"
    assert told(rows.format("<b>b</b> x")) == "a | b x\nc | d"


def test_html_reads_cells_that_span():
    """A name over columns is of each; a cell over rows in each; one over columns that
    have several names has none of them."""
    rows = (
        "<tr><th rowspan=2>Day<th colspan=2>Hours<tr><th>from<th>to"
        "<tr><th rowspan=2>Monday<td>9<td>12<tr><td>14<td>18"
        "<tr><th>Sunday<td colspan=2>closed"
    )

    assert told(rows) == (
        "Day: Monday; Hours from: 9; Hours to: 12\n"
        "Day: Monday; Hours from: 14; Hours to: 18\nDay: Sunday; closed"
    )


def test_html_reads_names_in_the_midst_of_a_table():
    """They are of the rows below; where none is named by them, they are a row."""
    rows = (
        "<tr><td><th>Price<tr><th>Adults<td>12<tr><th>Day<th>Opens<tr><td>Monday<td>9"
        "<tr><th>Day<th>Opens<tr><td>None."
    )

    assert told(rows) == "Adults; Price: 12\nDay: Monday; Opens: 9\nDay | Opens\nNone."


def test_html_takes_no_sums_for_names():
    """Below other rows; but what begins like names, or has their numbers, is such."""
    rows = (
        "<tr><th>Ship<th>1<th>2<tr><td>Ana<td>4<td>5<tr><th>Total<th>4<th>5"
        "<tr><td>Eve<td>6<td>7<tr><th>Boat<th>1<th>2<tr><td>Bob<td>8<td>9"
        "<tr><th>Boat<th>3<th>4<tr><td>Tom<td>6<td>7<tr><th>All<th>9 m<th>—"
    )

    assert told(rows) == (
        "Ship: Ana; 1: 4; 2: 5\nShip: Total; 1: 4; 2: 5\nShip: Eve; 1: 6; 2: 7\n"
        "Boat: Bob; 1: 8; 2: 9\nBoat: Tom; 3: 6; 4: 7\nBoat: All; 3: 9 m; 4: —"
    )


@pytest.mark.parametrize(
    ("foot", "line"),
    [("<th>All<th>9", "Day: All; Hours: 9"), ("<th>Day<th>Hours", "")],
)
def test_html_reads_the_foot_of_a_table_last(foot, line):
    """HTML 4 had it first; names in it once more are not told once more."""
    rows = (
        "<thead><tr><th>Day<th>Hours</thead><tfoot><tr>{}</tfoot>"
        "<tbody><tr><td>Monday<td>9"
    )

    assert told(rows.format(foot)) == f"Day: Monday; Hours: 9\n{line}".strip()


def test_html_reads_headings_as_names():
    """As in lists of prices."""
    rows = "<tr><th><th><h3>Free</h3><th><h3>Pro</h3><tr><th>Seats<td>1<td>9"

    assert told(rows) == "Seats; Free: 1; Pro: 9"


def test_html_reads_names_that_are_buttons():
    """To sort by; other buttons are left out."""
    rows = "<tr><th><button>Day</button><th>Hours<tr><td>Monday<button>x</button><td>9"

    assert told(rows) == "Day: Monday; Hours: 9"


def test_html_reads_a_table_in_a_box_of_facts():
    """Its rows are part of the row that it is in, or make one."""
    rows = (
        "<tr><th>City<td>Riga<tr><th>Rain<td><table><caption>mm<tr><td>May<td>42"
        "<tr><td>June<td>61</table><tr><td colspan=2><table><tr><th>Trams<td>8</table>"
    )

    assert told(rows) == "City: Riga\nRain: mm; May | 42; June | 61\nTrams: 8"


def test_html_takes_tables_side_by_side_for_layout():
    """They are neither in bold nor names; nor is one data that holds one in one."""
    inner = "<table><tr><th>{}<td>{}</table>"
    side = f"<tr><td>{inner.format(1, 2)}<td>{inner.format(3, 4)}<tr><td>a<td>b"
    deep = f"<tr><th>a<td>{inner.format('b', inner.format(3, 4))}"

    assert told(side) == "1: 2\n\n3: 4\n\na\n\nb"
    assert told(deep) == "a\n\nb: 3: 4"


STORY = "The council decided to close the bridge for the whole of the winter, and why."


@pytest.mark.parametrize(
    ("attributes", "rows"),
    [
        ("role=presentation", "<tr><td>a<td>b<tr><td>c<td>d"),
        ("", "<tr><td>a<td>b"),
        ("", "<tr><td>a<tr><td>b"),
        ("", f"<tr><td>a<td>b<tr><td>c<td>{STORY * 2}"),
        ("", "<tr><td>a<td>b<tr><td>c<td><p>d<p>e"),
        ("", "<tr><th>a<th>b<tr><td>c<td><h2>d</h2>"),
        ("", f"<tr><th>a<th>b<tr><td>c<td><p>{STORY * 2}<p>d"),
        ("", "<tr><th>a<th>b<tr><td>c<td><table><tr><td>d</table>"),
        ("", "<tr><th>a<th>b<tr><td>c<td>d</td>e"),
    ],
)
def test_html_reads_a_table_of_layout_as_it_flows(attributes, rows):
    """Each block in it is a paragraph."""
    blocks = re.split(r"(?:<[^>]*>)+", rows)

    assert told(rows, attributes) == "\n\n".join(filter(None, blocks))


def test_html_reads_a_table_of_data_in_one_of_layout():
    """And one that is not ended."""
    page = "<table><tr><td><h1>Hours</h1><td><table><tr><th>Mon<td>9"

    assert html.parse(page).text() == "Hours\n\nMon: 9"


def test_html_takes_no_table_for_running_text():
    """A table beside the article leaves it what it is."""
    table = "<table>" + "<tr><th>Riga<td>rain" * 99 + "</table>"
    page = f"<article><p>{STORY * 2}</p></article>{table}"

    assert html.parse(page).text() == STORY * 2


def test_html_believes_its_declared_encoding(tmp_path):
    """Two letters of Latin-2 would be too few to guess by."""
    page = '<meta charset="iso-8859-2"><p>żółć'.encode("iso-8859-2")

    assert read_one(tmp_path / "a.html", page).text == "żółć"


def test_html_survives_wrong_declarations(tmp_path):
    """An encoding that does not exist, or is not the file's, gives way to UTF-8."""
    for name in ("no-such-code", "ascii"):
        page = f'<meta charset="{name}"><p>żółć'
        assert read_one(tmp_path / "a.html", page).text == "żółć"


def test_jsonl_reads_entries(tmp_path):
    """BEIR's names and short ones; numbers count as ids, lines where there is none."""
    lines = [
        {
            "_id": "x",
            "title": "T",
            "text": "One.",
            "language": "en",
            "date": "2023-09-19",
        },
        {"id": 7, "text": "Two.", "lang": "fr", "source": "S"},
        {"text": "Three."},
        {"_id": "t", "title": "Only a title", "text": ""},
    ]

    documents = read(tmp_path / "a.jsonl", "\n".join(map(json.dumps, lines)) + "\n\n")

    assert documents == [
        Document("a.jsonl#x", "T", "One.", "a.jsonl", "en", "2023-09-19"),
        Document("a.jsonl#7", "", "Two.", "S", "fr", ""),
        Document("a.jsonl#3", "", "Three.", "a.jsonl", "", ""),
        Document("a.jsonl#t", "Only a title", "Only a title", "a.jsonl", "", ""),
    ]


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"]
)
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "tsv"])
def test_collections_are_read_in_any_unicode(tmp_path, encoding, suffix):
    """Marked or not, as Excel and PowerShell write them; U+2028 ends no line."""
    rows = [{"id": "1", "text": "停火\u2028"}, {"id": "2", "text": "Un arrêt"}]
    if suffix == "jsonl":
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    else:
        part = {"csv": ",", "tsv": "\t"}[suffix]
        lines = [part.join(row) for row in [rows[0], *(row.values() for row in rows)]]
    content = "\r\n".join(lines).encode(encoding)

    documents = read(tmp_path / f"a.{suffix}", content)

    assert [d.text for d in documents] == ["停火\u2028", "Un arrêt"]


def test_jsonl_tells_of_bad_lines_after_the_good(tmp_path):
    """Each with its number; the entries before and after are read."""
    bad = ['{"text": 1}', "[1]", "nonsense", '{"title": "  "}', "[" * 100_000, '{"a":']
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(['{"text": "first"}', *bad, '{"text": "last\\ud800"}']))
    documents = readers.read(path, path.name)

    assert next(documents).text == "first"
    assert next(documents).text == "last\ufffd"
    with pytest.raises(InputError) as caught:
        next(documents)
    message = str(caught.value)
    assert message.startswith("6 of 8 lines could not be read (line 2: `text` and")
    assert "line 3: not a JSON object" in message
    assert "line 4: not JSON at column 1" in message
    assert "line 5: no `text` in it" in message


def test_jsonl_refuses_endless_lines(tmp_path, monkeypatch):
    """A line past the limit is skipped whole; the next one is read."""
    monkeypatch.setattr("index.readers.jsonl.MAX_LINE", 100)
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "x" * 2_000}) + '\n{"text": "short"}\n')
    documents = readers.read(path, path.name)

    assert next(documents).text == "short"
    with pytest.raises(
        InputError, match=r"1 of 2 lines .*line 1: longer than 100 char"
    ):
        next(documents)


TICKS = " ".join("`" * n for n in range(1, 45))


@pytest.mark.parametrize(
    ("suffix", "unit"),
    [
        *(
            ("html", unit)
            for unit in ["<", "<!--", "<a ", "</", "<![CDATA[", "<a b='", "<p>"]
        ),
        *(
            ("html", "<table>" + unit)
            for unit in ["", "<td>a<td>b</table>", "<tr><th>a<td>b</table>"]
        ),
        *(
            ("md", unit)
            for unit in ["[", "[](", "*", "**a", "<!--", "# a  ", "- ", "`", "` `` "]
        ),
        ("md", "[a]: /\n[a][a] "),
        *(
            ("md", unit)
            for unit in ["[](((a", "[](a(", "```\n", "``` `\n", "\\`", TICKS]
        ),
        *(("md", "---\n" + unit) for unit in ["a: ", "? ", "- "]),
        *(("txt", unit) for unit in [" ", "\n", "é", "\u0323\u0301"]),
    ],
)
def test_bombs_take_linear_time(tmp_path, suffix, unit):
    """Half a million characters of what parsers stumble over take seconds."""
    path = tmp_path / f"a.{suffix}"
    path.write_text((unit * 500_000)[:500_000] + "\n# x")
    start = time.process_time()

    documents = list(readers.read(path, path.name))

    assert time.process_time() - start < 5
    assert len(documents) == 1


@pytest.mark.parametrize("unit", [';\\"', ";", "; a=b", "=?a?q?", "(", '"a'])
def test_long_headers_take_linear_time(tmp_path, unit):
    """One message would else hide those after it: reading the mailbox would end."""
    header = 'text/plain; a="' + (unit * 100_000)[:100_000]
    bad = f"From a 10:00\nContent-Type: {header}\nSubject: {header}\n\nBad.\n\n"
    path = tmp_path / "a.mbox"
    path.write_text(bad + "From b 10:01\nSubject: B\n\nGood.\n")
    start = time.process_time()

    documents = list(readers.read(path, path.name))

    assert time.process_time() - start < 5
    assert [document.text for document in documents] == ["Bad.", "Good."]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("<td rowspan=9999>a", "<tr><td>a"),
        ("<th colspan=9999>a", "<tr><th colspan=9999>a<th>b<tr><td>c<td>d"),
        ("<th>" + "a" * 9999, "<tr><td>a<td>b"),
    ],
)
def test_tables_unpack_to_little(above, below):
    """Cells that span, and names of columns, in linear time and space."""
    rows = above * (250_000 // len(above)) + below * (250_000 // len(below))
    start = time.process_time()

    assert len(told(rows)) < 10 * len(rows)
    assert time.process_time() - start < 5


def test_rows_of_a_markdown_table_have_the_names_of_their_columns():
    """As rows of other tables; bars in prose and in code make none."""
    text = (
        "Hours | of the week.\n\n"
        "| Day | Opens | |\n|:--|--:|---|\n| **Saturday** | 10:00 | `a|b` |\n"
        "Sunday | | closed\n\nThen.\n"
    )
    assert markdown.plain(text) == (
        "Hours | of the week.\n\n"
        "Day: Saturday; Opens: 10:00; `a|b`\nDay: Sunday; closed\n\nThen.\n"
    )


@pytest.mark.parametrize(
    ("name", "table"),
    [("a.csv", "{},b\nc,d\ne,f\n"), ("a.md", "|{}|b|\n|---|---|\n|c|d|\n|e|f|\n")],
)
def test_names_that_are_texts_are_told_once(tmp_path, name, table):
    """Each row would repeat them."""
    assert read_one(tmp_path / name, table.format("w " * 99)).text.count("w") == 198
    assert read_one(tmp_path / name, table.format("w " * 101)).text.count("w") == 101


def test_what_is_like_a_markdown_table_is_left():
    """A rule of other columns, or none above."""
    for text in ("---\n| a |", "a | b\n---\nc", "a\n|---|\n| b |"):
        assert markdown.plain(text) == text
