"""What office formats and books give: what is printed, in its order."""

from pathlib import Path

import pytest

from index import readers
from index.errors import InputError
from index.readers.xlsx import _EPOCHS, _format, _number
from index.records import Document
from tests import samples
from tests.samples import p


def read(path: Path, data: bytes) -> list[Document]:
    path.write_bytes(data)
    return list(readers.read(path, path.name))


def read_one(path: Path, data: bytes) -> Document:
    (document,) = read(path, data)
    return document


def test_docx_reads_what_is_printed(tmp_path):
    """Paragraphs, tables a row a line, then footnotes; deleted text is gone."""
    cell = "<w:tc>{}</w:tc>".format
    table = "<w:tbl>{}</w:tbl>".format(
        f"<w:tr>{cell(p('Ana'))}{cell(p('Riga') + p('Ulm'))}</w:tr>"
        f"<w:tr>{cell(p('Bo'))}{cell(p(''))}</w:tr>"
    )
    edited = (
        "<w:p><w:r><w:t>Now</w:t><w:tab/><w:t xml:space='preserve'> kept</w:t></w:r>"
        "<w:del><w:r><w:t>gone</w:t></w:r></w:del>"
        "<w:r><w:noBreakHyphen/><w:br/><w:t>on</w:t></w:r></w:p>"
    )
    body = p("Truce", "Heading1") + table + edited
    facts = samples.core(created="2023-09-19T08:00:00Z", language="de-AT")

    document = read_one(
        tmp_path / "a.docx", samples.docx(body, facts=facts, notes=p("A note."))
    )

    assert document == Document(
        "a.docx",
        "Truce",
        "Truce\n\nAna | Riga Ulm\nBo\n\nNow\t kept-\non\n\nA note.",
        "a.docx",
        "de",
        "2023-09-19",
    )


def test_docx_reads_text_boxes_once(tmp_path):
    """A box is written twice, for old programs and new; it comes after its words."""
    box = f"<w:txbxContent>{p('In a')}{p('box')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>Ar</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        "</mc:AlternateContent></w:r><w:r><w:t>ound.</w:t></w:r></w:p>"
    )

    document = read_one(tmp_path / "a.docx", samples.docx(body))

    assert document.text == "Around.\n\nIn a\n\nbox"


def test_docx_leaves_out_what_is_hidden(tmp_path):
    """Runs are; a paragraph whose mark alone is hidden is not."""
    run = "<w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r>".format
    body = (
        "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>"
        + run("", "Ar")
        + run("<w:vanish/>", "gone")
        + run('<w:vanish w:val="0"/>', "ou")
        + run("<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>", "nd")
        + "</w:p>"
    )

    assert read_one(tmp_path / "a.docx", samples.docx(body)).text == "Around"


def test_docx_reads_fractions(tmp_path):
    """Of formulas: their parts are not one word."""
    body = "<w:p><w:num><w:t>a</w:t></w:num><w:den><w:t>b</w:t></w:den></w:p>"

    assert read_one(tmp_path / "a.docx", samples.docx(body)).text == "a/b"


def test_docx_text_box_in_a_table_stays_in_its_cell(tmp_path):
    """And does not part the words around it."""
    box = f"<w:txbxContent>{p('box')}</w:txbxContent>"
    words = f"<w:p><w:r><w:t>Ar</w:t>{box}<w:t>ound</w:t></w:r></w:p>"
    row = f"<w:tr><w:tc>{words}</w:tc><w:tc>{p('Riga')}</w:tc></w:tr>"

    document = read_one(tmp_path / "a.docx", samples.docx(f"<w:tbl>{row}</w:tbl>"))

    assert document.text == "Around box | Riga"


def test_line_ends_in_a_cell_end_no_row(tmp_path):
    """What is in a cell is part of its row, however many lines it is drawn in."""
    drawn = (
        "<a:tbl><a:tr><a:tc><a:p><a:t>Old</a:t><a:br/><a:t>town</a:t></a:p></a:tc>"
        "<a:tc><a:p><a:t>9:00</a:t></a:p></a:tc></a:tr></a:tbl>"
    )
    word = (
        "<w:tr><w:tc><w:p><w:r><w:t>Old</w:t><w:br/><w:t>town</w:t></w:r></w:p></w:tc>"
        f"<w:tc>{p('9:00')}</w:tc></w:tr>"
    )

    slides = read_one(tmp_path / "a.pptx", samples.pptx([drawn]))
    text = read_one(tmp_path / "a.docx", samples.docx(word))

    assert slides.text == text.text == "Old town | 9:00"


@pytest.mark.parametrize(
    ("declared", "title"),
    [
        ("The truce", "The truce"),
        ("Microsoft Word - draft.doc", "a"),
        ("notes.docx", "a"),
        ("PowerPoint-Präsentation", "a"),
        ("Presentación de PowerPoint", "a"),
        ("PowerPoint 演示文稿", "a"),
        ("PowerPoint for the truce", "PowerPoint for the truce"),
        ("", "a"),
    ],
)
def test_titles_that_programs_made_are_none(tmp_path, declared, title):
    """The name of another file says less than the name of this one."""
    data = samples.docx(p("Text"), facts=samples.core(title=declared))

    assert read_one(tmp_path / "a.docx", data).title == title


def test_docx_knows_its_headings_in_any_language(tmp_path):
    """The ids of styles are translated, their names are not."""
    style = '<w:style w:styleId="{}"><w:name w:val="{}"/></w:style>'.format
    styles = style("Standard", "Normal") + style("berschrift1", "heading 1")
    parts = {
        "word/_rels/document.xml.rels": samples.relations(styles="styles.xml"),
        "word/styles.xml": f'<w:styles xmlns:w="urn:w">{styles}</w:styles>',
    }
    body = p("Entwurf", "Standard") + p("Lage", "berschrift1")

    assert read_one(tmp_path / "a.docx", samples.docx(body, **parts)).title == "Lage"


def test_declared_english_must_be_english(tmp_path):
    """Programs declare it unasked; of a text too short to tell it is believed."""
    facts = samples.core(language="en-US")
    german = p("Der Präsident rief zur sofortigen Ruhe auf. " * 9)

    long = read_one(tmp_path / "a.docx", samples.docx(german, facts=facts))
    short = read_one(tmp_path / "b.docx", samples.docx(p("Ruhe!"), facts=facts))

    assert (long.language, short.language) == ("de", "en")


@pytest.mark.parametrize("name", ["a.pptx", "a.ppsx"])
def test_pptx_slides_are_pages(tmp_path, name):
    """In the order shown, whatever their files are called; slide numbers are left."""
    number = '<a:p><a:fld type="slidenum"><a:t>1</a:t></a:fld></a:p>'
    slides = [
        f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>{number}" for text in ("One", "Two")
    ]

    document = read_one(tmp_path / name, samples.pptx(slides))

    assert (document.title, document.text) == ("One", "One\n\nTwo")
    assert [document.page(at) for at in (0, 5, 7)] == [1, 2, 2]


def test_pptx_leaves_out_what_is_on_every_slide(tmp_path):
    """Footers and days, typed in or not; titles and other text stay."""
    shape = (
        '<p:sp><p:nvPr><p:ph type="{0}"/></p:nvPr><p:txBody><a:p><a:r><a:t>{0}</a:t>'
        "</a:r></a:p></p:txBody></p:sp>"
    )
    slide = "".join(map(shape.format, ["dt", "title", "ftr", "sldNum", "body", "hdr"]))

    assert read_one(tmp_path / "a.pptx", samples.pptx([slide])).text == "title\n\nbody"


def test_diagrams_are_read(tmp_path):
    """After the slide's other text and before its notes; at the end of a document.

    As are titles of charts.
    """
    parts = {
        "ppt/slides/_rels/s1.xml.rels": samples.relations(
            notesSlide="../n.xml", chart="../c.xml", diagramData="../d.xml"
        ),
        "ppt/n.xml": samples.diagram("Note"),
        "ppt/c.xml": samples.diagram("Sales"),
        "ppt/d.xml": samples.diagram("Collect"),
    }
    slides = samples.pptx(["<a:p><a:r><a:t>One</a:t></a:r></a:p>"], **parts)
    linked = {
        "word/_rels/document.xml.rels": samples.relations(
            chart="c.xml", diagramData="d.xml"
        ),
        "word/d.xml": samples.diagram("Collect"),
        "word/c.xml": samples.diagram("Sales"),
    }
    word = samples.docx(p("One"), **linked)

    assert (
        read_one(tmp_path / "a.pptx", slides).text == "One\n\nCollect\n\nSales\n\nNote"
    )
    assert read_one(tmp_path / "a.docx", word).text == "One\n\nCollect\n\nSales"


def test_xlsx_rows_name_their_columns(tmp_path):
    """Strings, numbers, dates and gaps: each cell is told by its column's name."""
    rows = (
        '<row><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
        '<c r="C1" t="inlineStr"><is><t>Born</t></is></c></row>'
        '<row><c r="A2" t="str"><f>1+1</f><v>Ana</v></c>'
        '<c r="C2" s="1"><v>45188</v></c></row>'
        '<row><c r="A3" t="b"><v>1</v></c><c r="B3"><v>0.30000000000000004</v></c>'
        '<c r="C3" t="e"><v>#N/A</v></c></row>'
    )

    document = read_one(
        tmp_path / "a.xlsx", samples.xlsx({"S": rows}, ["Name", "Size"])
    )

    assert document.text == "Name: Ana; Born: 2023-09-19\nName: TRUE; Size: 0.3"


def test_xlsx_sheets_are_documents(tmp_path):
    """When there are several, each has its name in id and title."""
    row = '<row><c t="str"><v>x</v></c></row>'

    documents = read(tmp_path / "a.xlsx", samples.xlsx({"In": row, "Out": row}))

    assert [(d.id, d.title) for d in documents] == [
        ("a.xlsx#In", "a: In"),
        ("a.xlsx#Out", "a: Out"),
    ]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_xlsx_hidden_sheets_are_left_out(tmp_path, state):
    """Nobody who opens the file finds what stands in them."""
    row = '<row><c t="str"><v>{}</v></c></row>'
    data = samples.xlsx({"In": row.format("x"), f'Out" state="{state}': row})

    assert read_one(tmp_path / "a.xlsx", data).text == "x"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("45188", "2023-09-19"),
        ("45188.5", "2023-09-19 12:00"),
        ("0.25", "6:00:00"),
        ("1e300", "1e300"),
        ("nan", "nan"),
    ],
)
def test_xlsx_dates_count_days(value, shown):
    """45,188 days after 30 December 1899 is 19 September 2023."""
    assert _number(value, "date", _EPOCHS[False]) == shown


@pytest.mark.parametrize("number", [14, 22, 31, 58])
def test_xlsx_dates_may_be_of_formats_without_a_code(tmp_path, number):
    """Every program knows these; Chinese sheets have 31 and 58."""
    style = f'<styleSheet><cellXfs><xf numFmtId="{number}"/></cellXfs></styleSheet>'
    row = '<row><c s="0"><v>45188</v></c></row>'
    data = samples.xlsx({"S": row}, **{"xl/styles.xml": style})

    assert read_one(tmp_path / "a.xlsx", data).text == "2023-09-19"


def test_xlsx_durations_count_hours(tmp_path):
    """A day and a half is 36 hours, not noon of a day in 1899."""
    styles = (
        '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts>'
        '<cellXfs><xf numFmtId="164"/><xf numFmtId="46"/></cellXfs></styleSheet>'
    )
    row = '<row><c s="0"><v>1.5</v></c><c s="1"><v>-0.260416667</v></c></row>'
    data = samples.xlsx({"S": row}, **{"xl/styles.xml": styles})

    assert read_one(tmp_path / "a.xlsx", data).text == "36:00:00; -6:15:00"


def test_xlsx_percentages_are_shown_as_such(tmp_path):
    """A quarter is 25%, with the decimals that its format has; a sign alone is one."""
    styles = (
        '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0.0%;[Red]-0.0%"/>'
        '<numFmt numFmtId="165" formatCode="0\\%"/></numFmts><cellXfs>'
        '<xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
        "</styleSheet>"
    )
    row = (
        '<row><c s="0"><v>0.25</v></c><c s="1"><v>-0.12345</v></c>'
        '<c s="2"><v>7.5</v></c></row>'
    )
    data = samples.xlsx({"S": row}, **{"xl/styles.xml": styles})

    assert read_one(tmp_path / "a.xlsx", data).text == "25%; -12.3%; 8%"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("$#,##0.00", "-$1,234.50"),
        ("[$€-407]\\ #,##0", "-€ 1,235"),
        ('_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-', "-1,234.50 €"),
        ('0.0" {kg}"', "-1234.5 {kg}"),
        # Beside no other words, in other parts, or of thousands.
        ("[Red]#,##0.00_)", "-1234.5"),
        ('[>9]0" m";0" cm"', "-1234.5"),
        ('0,"K"', "-1234.5"),
        ('"No. "0000', "-1234.5"),
    ],
)
def test_xlsx_units_are_shown(code, shown):
    """Currencies and others, where the format says them beside the whole number."""
    assert _number("-1234.5", _format(code), _EPOCHS[False]) == shown


def test_xlsx_strings_are_what_is_shown(tmp_path):
    """Without how they are spoken; characters that XML cannot hold are escaped."""
    rows = (
        '<row><c t="inlineStr"><is><t>漢字</t><rPh><t>かんじ</t></rPh></is></c>'
        '<c t="s"><v>0</v></c><c t="str"><v>_x005F_x41_</v></c></row>'
    )
    data = samples.xlsx({"S": rows}, ["Ana_x000D_\nBo"])

    assert read_one(tmp_path / "a.xlsx", data).text == "漢字; Ana Bo; _x41_"


def test_texts_leave_out_how_words_are_spoken(tmp_path):
    """What stands small above a Chinese character repeats it in letters."""
    docx = (
        "<w:p><w:r><w:ruby><w:rt><w:r><w:t>かんじ</w:t></w:r></w:rt><w:rubyBase><w:r>"
        "<w:t>漢字</w:t></w:r></w:rubyBase></w:ruby><w:t>を読む</w:t></w:r></w:p>"
    )
    odt = (
        "<text:p><text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>"
        "かんじ</text:ruby-text></text:ruby>を読む</text:p>"
    )

    assert read_one(tmp_path / "a.docx", samples.docx(docx)).text == "漢字を読む"
    assert read_one(tmp_path / "a.odt", samples.odf(odt)).text == "漢字を読む"


def test_odt_reads_what_is_printed(tmp_path):
    """White space is one space, marks are what they stand for."""
    body = (
        '<text:h text:outline-level="1">Truce</text:h>'
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        "<text:p>One\n   two<text:tab/>three<text:line-break/>four</text:p>"
    )

    document = read_one(
        tmp_path / "a.odt", samples.odf(body, date="2023-09-19T08:00:00")
    )

    assert (document.title, document.date) == ("Truce", "2023-09-19")
    assert document.text == "Truce\n\nOne two\tthree\nfour"


def test_odt_leaves_out_what_is_hidden(tmp_path):
    """Sections, always or by a condition, and words of a hidden style."""
    style = (
        '<text:style text:name="T1"><text:text-properties text:display="{}"/>'
        "</text:style>"
    )
    section = "<text:section {}><text:p>gone<text:s/></text:p></text:section>"
    body = (
        style.format("none")
        + style.format("true").replace("T1", "T2")
        + section.format('text:display="none"')
        + section.format('text:display="condition" text:is-hidden="true"')
        + section.format('text:display="condition"').replace("gone", "Stays")
        + '<text:p>Sh<text:span text:style-name="T1">gone</text:span>'
        '<text:span text:style-name="T2">own</text:span></text:p>'
    )

    document = read_one(tmp_path / "a.odt", samples.odf(body))

    assert document.text == "Stays\n\nShown"


def test_odt_rows_hold_cells_alone(tmp_path):
    """Not the white space between these, which some programs write; empty ones go."""
    filled = "<table:table-row>\n {}\n {}\n</table:table-row>"
    empty = filled.format(cell("\n"), cell(""))
    body = filled.format(cell(" Ana\n"), cell("Riga")) + empty

    assert read_one(tmp_path / "a.odt", samples.odf(body)).text == "Ana | Riga"


def test_odt_notes_come_last(tmp_path):
    """The sentence that a note is on stays whole."""
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>Signed in 1648.</text:p></text:note-body></text:note>"
    )
    body = f"<text:p>The treaty{note} held.</text:p><text:p>Then peace.</text:p>"

    document = read_one(tmp_path / "a.odt", samples.odf(body))

    assert document.text == "The treaty held.\n\nThen peace.\n\nSigned in 1648."


def test_odt_text_boxes_come_after_their_paragraph(tmp_path):
    """What is said of a picture is left out; a field that is called so, too, stays."""
    body = (
        "<text:p>Wor<draw:frame><draw:text-box><text:p>One.</text:p><text:p>Two."
        "</text:p></draw:text-box><svg:title>Alt</svg:title><svg:desc>Alt</svg:desc>"
        "</draw:frame>ds of <text:title>Truce</text:title></text:p>"
    )

    document = read_one(tmp_path / "a.odt", samples.odf(body))

    assert document.text == "Words of Truce\n\nOne.\n\nTwo."


def test_odp_pages_are_pages(tmp_path):
    """As of a presentation in the other family."""
    body = "".join(
        f"<draw:page><text:p>{text}</text:p></draw:page>" for text in ("One", "Two")
    )

    document = read_one(tmp_path / "a.odp", samples.odf(body))

    assert (document.text, document.pages) == ("One\n\nTwo", (0, 5))


def sheet(*rows: str) -> bytes:
    """Write a spreadsheet of the XML of rows."""
    written = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return samples.odf(f'<table:table table:name="S">{written}</table:table>')


cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>".format


def test_ods_cells_keep_their_columns(tmp_path):
    """A repeated empty cell moves what follows."""
    gap = '<table:table-cell table:number-columns-repeated="1"/>'
    data = sheet(cell("Name") + cell("City"), gap + cell("Riga"))

    assert read_one(tmp_path / "a.ods", data).text == "City: Riga"


def test_ods_merged_cells_keep_their_columns(tmp_path):
    """A cell that another lies over keeps its place; what it holds is not seen."""
    covered = (
        '<table:covered-table-cell table:number-columns-repeated="2"><text:p>x</text:p>'
        "</table:covered-table-cell>"
    )
    data = sheet("".join(map(cell, ("City", "Year", "Size"))), covered + cell("621"))

    assert read_one(tmp_path / "a.ods", data).text == "Size: 621"


def test_ods_hidden_sheets_are_left_out(tmp_path):
    """Their style tells; two tables may share one."""
    style = '<style text:name="{}"><table-properties table:display="{}"/></style>'
    table = (
        '<table:table table:name="{0}" table:style-name="{1}"><table:table-row>'
        + cell("{0}")
        + "</table:table-row></table:table>"
    )
    styles = style.format("a", "true") + style.format("b", "false")
    tables = "".join(map(table.format, ("One", "Two", "Three"), "bab"))

    assert read_one(tmp_path / "a.ods", samples.odf(styles + tables)).text == "Two"


def test_ods_cells_hold_what_is_printed(tmp_path):
    """Comments are not; tabs and line ends part words."""
    comment = (
        '<office:annotation xmlns:office="urn:o"><text:p>no</text:p>'
        "</office:annotation>"
    )
    city = cell("Old<text:tab/>Town<text:line-break/>Riga").replace(
        "<text:p>", f"{comment}<text:p>"
    )
    data = sheet(cell("Name") + cell("City"), cell("Ana") + city)

    document = read_one(tmp_path / "a.ods", data)

    assert document.text == "Name: Ana; City: Old Town Riga"


def test_epub_chapters_are_documents(tmp_path):
    """In reading order, each with the book's title and its own."""
    chapters = {
        "b.xhtml": "<html><body><h1>Night</h1><p>It was dark.</p></body></html>",
        "a.xhtml": "<html><body><p>It was light.</p></body></html>",
    }

    documents = read(tmp_path / "a.epub", samples.epub(chapters, "Days", "en-GB"))

    assert documents == [
        Document(
            "a.epub#1",
            "Days: Night",
            "Night\n\nIt was dark.",
            "a.epub",
            "en",
            "2023-09-19",
        ),
        Document("a.epub#2", "Days", "It was light.", "a.epub", "en", "2023-09-19"),
    ]


def test_epub_chapters_have_headers(tmp_path):
    """They are no site's: the title in one is read, and not one of the contents."""
    chapter = "<nav><h2>Contents</h2></nav><header><h1>Night</h1></header><p>Dark.</p>"

    (document,) = read(tmp_path / "a.epub", samples.epub({"a.xhtml": chapter}, "Days"))

    assert (document.title, document.text) == ("Days: Night", "Night\n\nDark.")


def test_epub_tables_are_rows(tmp_path):
    """As in web pages."""
    rows = "<tr><td/><th>Sails</th></tr><tr><th>Anna</th><td>May</td></tr>"
    chapter = f"<h1>Ships</h1><table>{rows}</table>"

    (document,) = read(tmp_path / "a.epub", samples.epub({"a.xhtml": chapter}, "Days"))

    assert document.text == "Ships\n\nAnna; Sails: May"


def test_rtf_reads_any_letter(tmp_path):
    """Code pages, Unicode, halves of what lies beyond; formatting goes."""
    rtf = (
        rb"{\rtf1\ansi\ansicpg1251{\info{\title \'cc\'e8\'f0}{\creatim\yr2023\mo9\dy1}}"
        rb"\'cc\'e8\'f0, \u8364?5 {\b bold}\par \u-10179?\u-8704?\par}"
    )

    document = read_one(tmp_path / "a.rtf", rtf)

    assert (document.title, document.date) == ("Мир", "2023-09-01")
    assert document.text == "Мир, €5 bold\n\n😀"


@pytest.mark.parametrize("mark", [rb"\footnote", rb"\*\footnote"])
def test_rtf_footnotes_come_last(tmp_path, mark):
    """Whoever wrote them; braces and a code page of their own are theirs."""
    rtf = (
        rb"{\rtf1\ansi{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}\f0 The treaty{%b"
        rb"\pard\plain {\super 1} Signed \{in\} {\f1 \'cc\'e8\'f0}.} ended."
        rb"\par More.\par}"
    )

    text = read_one(tmp_path / "a.rtf", rtf % mark).text

    assert text == "The treaty ended.\n\nMore.\n\n1 Signed {in} Мир."


def test_rtf_boxes_come_last(tmp_path):
    """What they are drawn like is not read, nor what older programs show for them."""
    shape = (
        rb"{\shp{\*\shpinst\shpleft90{\sp{\sn fill}{\sv 1}}"
        rb"{\shptxt \pard In a\par box\par}}{\shprslt{\*\do{\dptxbxtext old}}}}"
    )

    text = read_one(tmp_path / "a.rtf", rb"{\rtf1 Ar%bound.\par More.}" % shape).text

    assert text == "Around.\n\nMore.\n\nIn a\nbox"


def test_rtf_leaves_out_what_is_hidden(tmp_path):
    """And what was deleted, until that ends or its group; words may look like it."""
    rtf = (
        rb"{\rtf1 Sh{\f0\v {\b hid}den}{\deleted\revauth1 gone}own\v1  hidden{x}"
        rb"\par\v0 , too.\par {\v a\plain B}\viewkind4 \\v.}"
    )

    assert read_one(tmp_path / "a.rtf", rtf).text == "Shown, too.\n\nB\\v."


def test_rtf_numbers_are_read(tmp_path):
    """However the program writes them: WordPad has them in a group of its own."""
    rtf = rb"{\rtf1 {\pntext\f0 1.\tab}{\*\pn\pndec}A.\par {\listtext 2.\tab}B.\par}"

    assert read_one(tmp_path / "a.rtf", rtf).text == "1.\tA.\n\n2.\tB."


def test_rtf_rows_are_lines(tmp_path):
    """As in other texts; bars and names that only look like marks stay words."""
    row = rb"\trowd\cellx900\cellx1800\pard\intbl %b\cell %b\cell\row"
    rows = row % (b"Day", b"Opens") + row % (b"", b"") + row % (rb"\u8364?", b"a|b")

    text = read_one(tmp_path / "a.rtf", rb"{\rtf1 A\\cell.\par %b\pard B.}" % rows).text

    assert text == "A\\cell.\n\nDay | Opens\n€ | a|b\n\nB."


def test_rtf_links_are_read_without_their_address(tmp_path):
    """However the program that wrote them puts its braces."""
    link = rb'{\rtf1 See {\field{\*\fldinst%bHYPERLINK "x.y"%b}{\fldrslt a map}}.\par}'

    for opening, closing in ((b"{", b"}"), (b" ", b""), (b" {", b"}")):
        data = link % (opening, closing)
        assert read_one(tmp_path / "a.rtf", data).text == "See a map."


def test_rtf_without_escapes(tmp_path):
    """Bytes beyond ASCII are letters of its code page, in the title too."""
    rtf = r"{\rtf1\ansi\ansicpg1251{\info{\title Мир}}Привет\par}"

    document = read_one(tmp_path / "a.rtf", rtf.encode("cp1251"))

    assert (document.title, document.text) == ("Мир", "Привет")


def test_rtf_with_a_number_missing_is_damaged(tmp_path):
    """Found by fuzzing: its reader takes the number for granted."""
    with pytest.raises(InputError, match="damaged"):
        read_one(tmp_path / "a.rtf", rb"{\rtf1 \uc text}")


def test_csv_rows_name_their_columns(tmp_path):
    """Whatever delimiter; quoted cells may hold it, and line ends."""
    table = 'Name;City\nAna;"Riga;\nold town"\n;Ulm\n'

    document = read_one(tmp_path / "a.csv", table.encode())

    assert document.text == "Name: Ana; City: Riga; old town\nCity: Ulm"


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("Land,2019,2020\nPeru,5,6\n", "Land: Peru; 2019: 5; 2020: 6"),
        ("Land,2020-01-22,\nPeru,5,6\n", "Land: Peru; 2020-01-22: 5; 6"),
        ("n,size,size\nAna,5,6\n", "n: Ana; size: 5; size: 6"),
        ("n,,size\nAna,x,6\n", "n: Ana; x; size: 6"),
        (",n,city\n0,Ana,Ulm\n", "0; n: Ana; city: Ulm"),
        (",Mon,Tue\nnoon,Art,Law\n", "noon; Mon: Art; Tue: Law"),
        ("sep=;\nn;city, land\nAna;Ulm\n", "n: Ana; city, land: Ulm"),
        ("Report\n\nn,city\nAna,Ulm\n", "Report\nn: Ana; city: Ulm"),
    ],
)
def test_csv_names_may_be_years_repeated_or_missing(tmp_path, table, text):
    """What stands below is of another kind; a title or `sep=` may stand above."""
    assert read_one(tmp_path / "a.csv", table.encode()).text == text


@pytest.mark.parametrize(
    "table",
    ["Ana,2019\nBo,2020", "Ana,5\nBo,6", "yes,yes\nno,yes", "a,,b\nc,d,e", "a,b"],
)
def test_csv_rows_of_one_kind_are_all_data(tmp_path, table):
    """A row that could be one of those below is not made into names."""
    shown = table.replace(",,", ",").replace(",", "; ")

    assert read_one(tmp_path / "a.csv", table.encode()).text == shown


def test_csv_rows_above_a_wider_table_name_nothing(tmp_path):
    """The date and the customer of an invoice are no names of its columns."""
    above = "Invoice 17\n\nDate,2024-03-04\nCustomer,Ana\n\n"
    table = "Pos,Item,Qty,Price\n1,Tea,3,2.50\n2,Milk,1,1.20\n,,Sum,8.70\n"

    text = read_one(tmp_path / "a.csv", (above + table).encode()).text

    assert text == (
        "Invoice 17\nDate; 2024-03-04\nCustomer; Ana\n"
        "Pos: 1; Item: Tea; Qty: 3; Price: 2.50\n"
        "Pos: 2; Item: Milk; Qty: 1; Price: 1.20\nQty: Sum; Price: 8.70"
    )


def test_csv_rows_that_grow_wider_are_all_data(tmp_path):
    """Of words alone: none of them names columns."""
    data = b"name,tags\nAna,a,b,c,d\nBo,e,f,g,h\n"

    text = read_one(tmp_path / "a.csv", data).text

    assert text == "name; tags\nAna; a; b; c; d\nBo; e; f; g; h"


def test_csv_forgives_words_after_a_quotation(tmp_path):
    """Within a line nothing else is at stake."""
    assert read_one(tmp_path / "a.csv", b'a,b\n"x" y,z\n').text == "a: x y; b: z"


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ('1\t"Hello\n2\tbye\n', 'n: 1; t: "Hello\nn: 2; t: bye'),
        ('1\t"Hello\n2\tbye"\n', 'n: 1; t: "Hello\nn: 2; t: bye"'),
        ('1\t"Hello" she said\n', 'n: 1; t: "Hello" she said'),
        ('1\t"Hello\n2\n', 'n: 1; t: "Hello\nn: 2'),
        ('1\t"say ""hi""\tnow"\n', 'n: 1; t: say "hi" now'),
        ('1\t"one\ntwo"\n2\tbye\n', "n: 1; t: one two\nn: 2; t: bye"),
    ],
)
def test_tsv_quotes_only_where_that_makes_a_table(tmp_path, rows, text):
    """A mark that begins a cell is mostly just a mark: it swallows no rows."""
    assert read_one(tmp_path / "a.tsv", f"n\tt\n{rows}".encode()).text == text


def test_csv_without_names_keeps_its_first_row(tmp_path):
    """Numbers name nothing."""
    assert read_one(tmp_path / "a.csv", b"1,2\n3,4\n").text == "1; 2\n3; 4"


def test_csv_with_texts_is_a_collection(tmp_path):
    """A column called text makes each row a document, as in JSON lines."""
    table = (
        "id\ttitle\ttext\tdate\tlang\n7\tTruce\tTalks began.\t2023-09-19\tde\n\t\tx\n"
    )

    assert read(tmp_path / "a.tsv", table.encode()) == [
        Document("a.tsv#7", "Truce", "Talks began.", "a.tsv", "de", "2023-09-19"),
        Document("a.tsv#3", "", "x", "a.tsv"),
    ]


def test_csv_row_without_text_is_its_title(tmp_path):
    """As in JSON lines."""
    (document,) = read(tmp_path / "a.csv", b"id,title,text\n1,Truce,\n")

    assert document.text == "Truce"


def test_csv_only_text_makes_a_collection(tmp_path):
    """What is in a package is one fact of many."""
    table = b"product,content,body\nSoap,200 ml,green\n"

    document = read_one(tmp_path / "a.csv", table)

    assert document.text == "product: Soap; content: 200 ml; body: green"


def test_csv_text_may_hold_the_delimiter(tmp_path):
    """A row with more cells than columns has it in its text, unquoted."""
    table = "id,text,lang\n1,Hello, world, again,en\n2,short\n3,x,de,,\n"

    documents = read(tmp_path / "a.csv", table.encode())

    assert [(d.text, d.language) for d in documents] == [
        ("Hello, world, again", "en"),
        ("short", ""),
        ("x", "de"),
    ]


def test_html_keeps_the_article(tmp_path):
    """What stands beside <article> goes; the date may be in JSON-LD."""
    page = (
        '<script type="application/ld+json">{"datePublished": "2023-09-19T08:00"}'
        "</script><div>Menu</div><main><article><h1>Truce</h1><p>Talks began.</p>"
        "</article></main><div>Read more</div>"
    )

    document = read_one(tmp_path / "a.html", page.encode())

    assert (document.text, document.date) == ("Truce\n\nTalks began.", "2023-09-19")


def test_html_distrusts_articles_that_are_teasers(tmp_path):
    """Most running text stands outside of them, though a fifth of all text is in."""
    teaser = "<article><h3>Related</h3><p>They met once more.</p></article>"
    story = "<p>The council decided to close the bridge for the whole of the winter, "
    page = f"<div>{(story + 'and said why.</p>') * 3}</div>{teaser * 3}"

    text = read_one(tmp_path / "a.html", page.encode()).text

    assert text.startswith("The council")
    assert text.endswith("They met once more.")


def test_html_keeps_an_article_among_long_menus(tmp_path):
    """A menu of many short entries is no running text."""
    menu = "<ul>" + "<li>News of the day</li>" * 100 + "</ul>"
    story = "The council decided to close the bridge for the winter, " * 2
    page = f"{menu}<article><p>{story}</p></article>"

    assert read_one(tmp_path / "a.html", page.encode()).text.startswith("The council")


def test_html_distrusts_an_empty_article(tmp_path):
    """One that holds next to nothing is not where the text is."""
    page = "<article>x</article><p>" + "Talks began. " * 5

    assert read_one(tmp_path / "a.html", page.encode()).text.endswith("began.")
