"""Files made to do harm: each ends in one clear line, and the rest is read."""

import os
import re
import struct
import zlib
from pathlib import Path

import pytest

from index import readers
from index.readers.apart import Apart
from tests import samples
from tests.samples import p

ENTITY = '<!DOCTYPE x [<!ENTITY a "{}">]>'


def read(path: Path, data: bytes) -> tuple[list[str], str]:
    """Give the texts of a file, and the one line that says what was not read."""
    path.write_bytes(data)
    documents, line = samples.outcome(readers.read(path, path.name))
    assert "\n" not in line
    return [document.text for document in documents], line


def refused(path: Path, data: bytes) -> str:
    """Give the line a file is refused with."""
    texts, line = read(path, data)
    assert not texts
    assert line
    return line


@pytest.mark.parametrize(
    "prolog",
    [
        ENTITY.format("&b;" * 10),
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]>',
    ],
    ids=["billion laughs", "external", "parameter"],
)
@pytest.mark.parametrize("suffix", ["docx", "odt", "xlsx", "epub"])
def test_xml_entities_are_refused(tmp_path, prolog, suffix):
    """Bombs and files from outside need a declaration; no office file has one."""
    part = f"{prolog}<x>&a;</x>"
    bombs = {
        "docx": samples.docx("", **{"word/document.xml": part}),
        "odt": samples.odf("", **{"content.xml": part}),
        "xlsx": samples.xlsx({"S": ""}, **{"xl/sharedStrings.xml": part}),
        "epub": samples.zipped({"META-INF/container.xml": part}),
    }

    line = refused(tmp_path / f"a.{suffix}", bombs[suffix])

    assert "its XML declares the entity 'a'" in line


def test_xml_may_be_deep(tmp_path):
    """Twenty thousand elements in one another are no recursion."""
    deep = "<w:x>" * 20_000 + p("Text") + "</w:x>" * 20_000

    assert read(tmp_path / "a.docx", samples.docx(deep)) == (["Text"], "")


def test_parts_may_not_unpack_to_too_much(tmp_path, monkeypatch):
    """Counted while unpacking: 20 MB from 20 kB, whatever the header says."""
    monkeypatch.setattr("index.readers.package.MAX_BYTES", 1_000_000)
    data = samples.docx(p("x" * 20_000_000))
    lying = data.replace(struct.pack("<I", 20_000_000), struct.pack("<I", 20))

    assert len(data) < 100_000
    assert "unpacks to more than 1 MB" in refused(tmp_path / "a.docx", data)
    refused(tmp_path / "b.docx", lying)


def test_zip_quine_ends(tmp_path):
    """An archive whose member is nearly itself stops at the depth allowed."""
    data = samples.zipped({"x.txt": "y"})
    for _ in range(50):
        data = samples.zipped({"a.zip": data})

    assert "archives within archives" in refused(tmp_path / "a.zip", data)


def test_zip_with_overlapping_members(tmp_path):
    """Fifield's bomb lets thousands of names share the same bytes."""
    data = samples.zipped({f"{n}.txt": "x" * 999 for n in range(2)})
    first, second = (data.index(b"PK\1\2"), data.rindex(b"PK\1\2"))
    same = data[first + 42 : first + 46]
    bomb = data[: second + 42] + same + data[second + 46 :]

    texts, line = read(tmp_path / "a.zip", bomb)

    assert texts == ["x" * 999]
    assert line.startswith("1 of the 2 files in it could not be read")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"%PDF-1.7\n",
        b"\0" * 100_000,
        b"\xff" * 1000,
        b"x" * 1000,
        bytes(range(256)) * 40,
    ],
    ids=["empty", "PK", "%PDF", "NUL", "FF", "x", "all"],
)
@pytest.mark.parametrize("suffix", sorted(set(readers.FORMATS) - {".tsv", ".text"}))
def test_what_is_not_the_format_is_refused_or_read(tmp_path, suffix, data):
    """By every reader: one line, or clean text, or nothing, which is reported."""
    texts, _ = read(tmp_path / f"a{suffix}", data)

    assert not any("\0" in text for text in texts)


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "ods", "epub", "zip", "tgz"])
def test_what_was_found_is_told_in_words(tmp_path, suffix):
    """A file is empty, or another than its name says; Python's names tell nobody."""
    text = refused(tmp_path / f"a.{suffix}", b"Hello.")
    inner = refused(tmp_path / "c.gz.zip", samples.zipped({"c.txt.gz": "Hello."}))

    assert refused(tmp_path / f"b.{suffix}", b"") == (
        f"damaged, or no .{suffix} file (it is empty); save it again"
    )
    assert re.fullmatch(
        rf"damaged, or no \.{suffix} file \([Ff]ile [a-z ]+\); save it again", text
    )
    assert "(c.txt.gz: 1 of the 1 files in it could not be read (c.txt: Not a" in inner


def test_pdf_with_a_loop_of_pages(tmp_path):
    """A tree of pages that is its own child has an end."""
    data = samples.pdf(["Text"]).replace(b"/Kids[10 0 R]", b"/Kids[2 0 R ]")

    assert "no text on its" in refused(tmp_path / "a.pdf", data)


def test_pdf_with_a_loop_of_forms(tmp_path):
    """A drawing that draws itself is drawn as deep as it goes."""
    form = (
        b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I 30 0 R>>>>"
    )
    itself = b"<<%b/Length 5>>\nstream\n/I Do\nendstream" % form
    data = samples.pdf([b"/I Do"], resources="/XObject<</I 30 0 R>>", others=[itself])

    assert "no text on its 1 pages" in refused(tmp_path / "a.pdf", data)


@pytest.mark.parametrize("size", ["0 0 1e30 1e30", "0 0 0 0", "9 9 -9 nan", "0 0"])
def test_pdf_with_absurd_pages(tmp_path, size):
    """Nothing is drawn, so no page is too large."""
    data = samples.pdf(["Text"], size=size)

    assert read(tmp_path / "a.pdf", data) == (["Text"], "")


def test_pdf_that_claims_many_pages(tmp_path):
    """A billion of them, or a negative number."""
    for count in (b"999999999", b"-7"):
        data = samples.pdf(["Text"]).replace(b"/Count 1", b"/Count " + count)
        texts, line = read(tmp_path / "a.pdf", data)

        assert texts == ["Text"] or "pages" in line


def test_pdf_stream_bomb(tmp_path):
    """Deflated a thousandfold: a page of 50 MB of blanks is read, and has no text."""
    data = zlib.compress(b" " * 50_000_000, 9)
    packed = b"<</Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream" % (
        len(data),
        data,
    )
    bomb = samples.pdf(["Text"], others=[packed]).replace(
        b"/Contents 11 0", b"/Contents 30 0"
    )

    assert "no text on its 1 pages" in refused(tmp_path / "a.pdf", bomb)


def test_encrypted_members_are_told(tmp_path):
    """The flag is enough: nobody is asked for a password."""
    data = samples.zipped({"a.txt": "Secret.", "b.txt": "Open."})
    place = data.index(b"PK\1\2") + 8  # the flags in the first entry of the directory
    locked = data[:place] + b"\1" + data[place + 1 :]
    texts, line = read(tmp_path / "a.zip", locked)

    assert texts == ["Open."]
    assert "a.txt: it is encrypted" in line


def test_encrypted_office_files_are_told(tmp_path):
    """OpenDocument and EPUB say so in a part of their own; Office is no zip then."""
    manifest = {"META-INF/manifest.xml": "<m><encryption-data/></m>"}
    locked = {
        "META-INF/encryption.xml": '<e><CipherReference URI="OEBPS/a.xhtml"/></e>',
    }

    assert "encrypted" in refused(tmp_path / "a.odt", samples.odf("", **manifest))
    assert "encrypted" in refused(tmp_path / "a.epub", samples.zipped(locked))
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    for suffix in (".docx", ".xlsx", ".pptx"):
        line = refused(tmp_path / f"a{suffix}", ole)
        assert "encrypted" in line
        assert f"save it as {suffix}, without a password" in line


def test_csv_with_an_open_quotation(tmp_path, monkeypatch):
    """A cell that never ends is told with its line."""
    monkeypatch.setattr("index.readers.csv.MAX_LINE", 1000)
    data = b'a,b\n1,2\n"x' + b"y\n" * 1000

    assert refused(tmp_path / "a.csv", data).startswith("line ")


@pytest.mark.parametrize("end", ["", "5,b\n", '5,"b"\n', '5,"b\n6,"c"\n'])
def test_csv_with_a_quotation_that_would_swallow_rows(tmp_path, end):
    """Whatever comes after it: the line it begins on is told."""
    data = f'a,b\n1,2\n3,"x\n4,y\n{end}'

    assert refused(tmp_path / "a.csv", data.encode()).startswith("line 3: ")


def test_mail_of_many_parts_ends(tmp_path):
    """Nested a thousandfold, it is one line at worst."""
    data = b"Subject: x\n"
    for n in range(1000):
        data += b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n)
    texts, line = read(tmp_path / "a.eml", data + b"\nText\n")

    assert texts or "recursion" in line


@pytest.mark.parametrize("name", ["a\nb.docx", "a\x1b[31m.docx", "\udce9.docx"])
def test_files_of_strange_names_are_read(tmp_path, name):
    """Line ends, controls and bytes that are no UTF-8 do not reach the id."""
    path = tmp_path / name
    path.write_bytes(samples.docx(p("Text")))
    with Apart() as apart:
        (document,) = apart.read(path, name)

    assert document.id.encode()
    assert not set(document.source) & set("\n\x1b")


def test_reasons_do_nothing_to_a_terminal(tmp_path):
    """A suffix may hold what clears the screen, and a name a line end."""
    path = tmp_path / "a\n.b\x1b[2Jc"
    path.write_text("x")
    told = []

    list(readers.read_all([(path, "a")], lambda _, why: told.append(why)))

    assert told[0].startswith("no reader for .b [2jc; there are")


def test_build_reads_the_rest(tmp_path):
    """Each bad file is a line of the report; good ones before and after are read."""
    (tmp_path / "a.txt").write_text("First.")
    (tmp_path / "b.docx").write_bytes(samples.docx("", prolog=ENTITY.format("x")))
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "d.zip").write_bytes(samples.zipped({"x.txt": "In.", "y.pdf": "no"}))
    os.mkfifo(tmp_path / "e.docx")
    (tmp_path / "f.docx").write_bytes(samples.docx(p("Last.")))
    told = {}

    files = [(path, path.name) for path in sorted(tmp_path.iterdir())]
    documents = list(
        readers.read_all(files, lambda path, why: told.update({path.name: why}))
    )

    assert [document.text for document in documents] == ["First.", "In.", "Last."]
    assert sorted(told) == ["b.docx", "c.pdf", "d.zip", "e.docx"]
    assert "not a regular file" in told["e.docx"]
    assert not any("\n" in why or "Traceback" in why for why in told.values())


@pytest.mark.slow
def test_a_gigabyte_of_one_line(tmp_path):
    """Refused by its size where it would be one text, by its line in a collection."""
    told = {}
    for name in ("a.txt", "b.csv", "c.jsonl"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(1_000_000_000)  # takes no room on the disk
    files = [(path, path.name) for path in sorted(tmp_path.iterdir())]

    assert not list(
        readers.read_all(files, lambda path, why: told.update({path.name: why}))
    )

    assert "1000 MB, at most 100 MB is read" in told["a.txt"]
    assert "line 1: longer than" in told["c.jsonl"]
