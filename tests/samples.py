"""Small files of every format, written byte by byte: no library makes them for us."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage

from index.errors import InputError
from index.records import Document

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
_DC = "http://purl.org/dc/elements/1.1/"


def outcome(documents: Iterator[Document]) -> tuple[list[Document], str]:
    """Give what was read, and the line that says what could not be, or ''."""
    read = []
    try:
        read.extend(document for document in documents)
    except InputError as error:
        return read, str(error)
    return read, ""


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Pack parts, always to the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def tarred(parts: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    """Pack files; mode: as tarfile takes it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def relations(**targets: str) -> str:
    """Write a .rels part: kind=target; ids are r1, r2 and so on."""
    written = "".join(
        f'<Relationship Id="r{i}" Type="{_OFFICE}/{kind.rstrip("_")}" Target="{to}"/>'
        for i, (kind, to) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}">{written}</Relationships>'


def core(title: str = "", created: str = "", language: str = "") -> str:
    """Write docProps/core.xml."""
    return (
        f'<c:coreProperties xmlns:c="urn:c" xmlns:dc="{_DC}" xmlns:t="urn:t">'
        f"<dc:title>{title}</dc:title><t:created>{created}</t:created>"
        f"<dc:language>{language}</dc:language></c:coreProperties>"
    )


def docx(
    body: str, *, facts: str = "", notes: str = "", prolog: str = "", **parts: str
) -> bytes:
    """Write a Word document of body's XML; `w:` is its namespace."""
    main = f'{prolog}<w:document xmlns:w="{_WORD}" xmlns:mc="urn:mc"><w:body>{body}'
    files = {
        "_rels/.rels": relations(officeDocument="word/document.xml"),
        "word/document.xml": f"{main}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(footnotes="footnotes.xml"),
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{_WORD}">{notes}</w:footnotes>',
        "docProps/core.xml": facts or core(),
    }
    return zipped(files | parts)


def p(text: str, style: str = "") -> str:
    """Write a paragraph of a Word document."""
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}<w:r><w:t>{text}</w:t></w:r></w:p>"


def pptx(slides: Sequence[str], facts: str = "", **others: str) -> bytes:
    """Write a presentation; each slide is XML of paragraphs in `a:`."""
    numbers = range(len(slides), 0, -1)  # files need not be named in order
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in _upto(slides))
    links = "".join(
        f'<Relationship Id="r{i}" Type="{_OFFICE}/slide" Target="slides/s{n}.xml"/>'
        for i, n in enumerate(numbers, 1)
    )
    parts = {
        "_rels/.rels": relations(officeDocument="ppt/presentation.xml"),
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{_SLIDES}" '
        f'xmlns:r="{_OFFICE}"><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f"{links}</Relationships>",
        "docProps/core.xml": facts or core(),
    }
    for number, slide in zip(numbers, slides, strict=True):
        parts[f"ppt/slides/s{number}.xml"] = (
            f'<p:sld xmlns:p="{_SLIDES}" xmlns:a="{_DRAWING}">{slide}</p:sld>'
        )
    return zipped(parts | others)


def _upto(items: Sequence[object]) -> range:
    return range(1, len(items) + 1)


def diagram(text: str) -> str:
    """Write the data of a diagram with one word in it."""
    return (
        f'<d:dataModel xmlns:d="urn:d" xmlns:a="{_DRAWING}"><d:ptLst><d:pt><d:t><a:p>'
        f"<a:r><a:t>{text}</a:t></a:r></a:p></d:t></d:pt></d:ptLst></d:dataModel>"
    )


def xlsx(sheets: Mapping[str, str], strings: Sequence[str] = (), **parts: str) -> bytes:
    """Write a workbook: each sheet is XML of rows; cell style 1 is a date."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>'
        for n, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="s{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    others = "".join(
        f'<Relationship Id="{kind}" Type="{_OFFICE}/{kind}" Target="{kind}.xml"/>'
        for kind in ("sharedStrings", "styles")
    )
    texts = "".join(f"<si><t>{text}</t></si>" for text in strings)
    files = {
        "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f"{links}{others}</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{_SHEETS}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_SHEETS}"><numFmts>'
        '<numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts><cellXfs>'
        '<xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
    }
    for number, rows in enumerate(sheets.values(), 1):
        files[f"xl/s{number}.xml"] = (
            f'<worksheet xmlns="{_SHEETS}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return zipped(files | parts)


def odf(body: str, title: str = "", date: str = "", **parts: str) -> bytes:
    """Write an OpenDocument file; with `text:`, `table:`, `draw:` and `svg:`."""
    names = ("text", "table", "draw", "svg-compatible")
    spaces = " ".join(f'xmlns:{n.partition("-")[0]}="{_OPEN}{n}:1.0"' for n in names)
    files = {
        "content.xml": f"<content {spaces}>{body}</content>",
        "meta.xml": f'<meta xmlns:dc="{_DC}" xmlns:m="urn:m"><dc:title>{title}'
        f"</dc:title><m:creation-date>{date}</m:creation-date></meta>",
    }
    return zipped(files | parts)


def epub(chapters: Mapping[str, str], title: str = "", language: str = "") -> bytes:
    """Write a book: XHTML of each chapter by its name."""
    items = "".join(
        f'<item id="{i}" href="{name}"/>' for i, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="{i}"/>' for i in range(len(chapters)))
    files = {
        "META-INF/container.xml": '<container xmlns="urn:c"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": f'<package xmlns="urn:opf"><metadata xmlns:dc="{_DC}">'
        f"<dc:title>{title}</dc:title><dc:language>{language}</dc:language>"
        f"<dc:date>2023-09-19</dc:date></metadata><manifest>{items}</manifest>"
        f"<spine>{spine}</spine></package>",
    }
    return zipped(files | {f"OEBPS/{name}": page for name, page in chapters.items()})


def mail(text: str, *, html: str = "", files: Mapping[str, bytes] = {}) -> bytes:
    """Write a message from Ana."""
    message = EmailMessage()
    message["Subject"] = "Waffenruhe – Gespräche"
    message["From"] = "Ana Ruíz <ana@example.org>"
    message["Date"] = "Tue, 19 Sep 2023 10:00:00 +0200"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in files.items():
        message.add_attachment(
            data, maintype="application", subtype="octet-stream", filename=name
        )
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"part{number}")  # else it would be drawn by chance
    return message.as_bytes()


def pdf(
    pages: Sequence[str | bytes],
    *,
    info: str = "",
    catalog: str = "",
    size: str = "0 0 300 400",
    encoding: str = "",
    resources: str = "",
    others: Sequence[bytes] = (),
) -> bytes:
    """Write a PDF: a page is text, a line drawn for each, or drawing operators.

    encoding: the ToUnicode map of the font, for letters beyond Latin-1. others:
    objects, numbered from 10 times the number of pages, and 20.
    """
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica"
    objects: dict[int, bytes] = {4: _stream(encoding.encode())} if encoding else {}
    objects[3] = font + (b"/ToUnicode 4 0 R" if encoding else b"") + b">>"
    numbers = [10 * n for n in _upto(pages)]
    for number, page in zip(numbers, pages, strict=True):
        drawn = page if isinstance(page, bytes) else drawing(page.split("\n"))
        objects[number] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[{size}]/Contents {number + 1} 0 R"
            f"/Resources<</Font<</F 3 0 R>>{resources}>>>>"
        ).encode()
        objects[number + 1] = _stream(drawn)
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects[1] = f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode()
    objects[2] = f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode()
    objects[5] = f"<<{info}>>".encode()
    objects |= dict(enumerate(others, 10 * len(pages) + 20))
    return _assemble(objects)


def drawing(lines: Sequence[str]) -> bytes:
    """Draw lines of text, one below the other."""
    drawn = "".join(
        f"BT /F 10 Tf 20 {380 - 14 * n} Td ({_escaped(line)}) Tj ET\n"
        for n, line in enumerate(lines)
    )
    return drawn.encode("latin-1")


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _stream(data: bytes, facts: str = "") -> bytes:
    head = f"<</Length {len(data)}{facts}>>\nstream\n".encode()
    return head + data + b"\nendstream"


def picture(data: bytes = b"\x80") -> bytes:
    """Write the object of a grey picture, one point large."""
    facts = "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8"
    return _stream(data, f"{facts}/ColorSpace/DeviceGray")


def _assemble(objects: Mapping[int, bytes]) -> bytes:
    data, places = b"%PDF-1.7\n", {}
    for number, content in sorted(objects.items()):
        places[number] = len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    size = max(objects) + 1
    table = b"".join(
        b"%010d 00000 n \n" % places[n] if n in places else b"0000000000 65535 f \n"
        for n in range(size)
    )
    tail = b"trailer\n<</Size %d/Root 1 0 R/Info 5 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return data + b"xref\n0 %d\n" % size + table + tail % (size, len(data))


ROW = '<row><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>45188.5</v></c></row>'
HEAD = '<text:h text:outline-level="1">Head</text:h>'
CELL = (
    '<table:table table:name="S"><table:table-row><table:table-cell '
    'table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell>'
    "</table:table-row></table:table>"
)
MAIL = mail("Hello.", html="<p>Hello", files={"n.txt": b"In."})
# A sound file of every format, by its suffix.
EVERY = {
    ".txt": "Tïtle\n\nText.".encode(),
    ".md": b"---\ntitle: T\ndate: 2023-09-19\n---\n# H\n\n[a](b) **c**",
    ".html": b"<html lang=de><title>T</title><article><h1>H</h1><p>a<br>b&amp;c",
    ".jsonl": b'{"_id": "1", "title": "T", "text": "a\\u00e9"}\n{"text": "b"}\n',
    ".csv": b'id,text\n1,"a\nb"\n2,c\n',
    ".pdf": pdf(["One (1)", "Two"], info="/Title(T)", catalog="/Lang(de)"),
    ".docx": docx(p("A", "Title") + p("B"), notes=p("C")),
    ".pptx": pptx(["<a:p><a:r><a:t>One</a:t></a:r></a:p>"] * 2),
    ".xlsx": xlsx({"S": ROW, "T": ROW}, ["a"]),
    ".odt": odf(HEAD + "<text:p>x<text:s/>y</text:p>", title="T"),
    ".ods": odf(CELL),
    ".odp": odf("<draw:page><text:p>One</text:p></draw:page>"),
    ".rtf": rb"{\rtf1\ansi\ansicpg1252{\info{\title T}}{\fonttbl{\f0\fcharset0 A;}}"
    rb"\'e9\u8364?\f0 x\par {\*\g y}}",
    ".epub": epub({"a.xhtml": "<h1>H</h1><p>x"}, "T", "de"),
    ".eml": MAIL,
    ".mbox": b"From a Tue 10:00\n" + MAIL + b"\nFrom b Tue 10:00\n" + MAIL,
    ".zip": zipped({"a.txt": "x", "b.zip": zipped({"c.md": "y"})}),
    ".tar": tarred({"a.txt": b"x", "b/c.md": b"y"}, "w"),
    ".tgz": tarred({"a.txt": b"x", "b/c.md": b"y"}),
    ".txt.gz": gzip.compress(b"Text.", mtime=0),
}
