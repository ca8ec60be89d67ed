"""Files within files: archives, mailboxes, attachments."""

import bz2
import gzip
import io
import json
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from index import readers
from index.errors import InputError
from index.readers import archive
from index.readers.members import Allowance
from index.records import Document
from tests import samples


def read(path: Path, data: bytes) -> tuple[list[Document], str]:
    """Give the documents of a file, and what could not be read of it."""
    path.write_bytes(data)
    return samples.outcome(readers.read(path, path.name))


def sources(path: Path, data: bytes) -> list[str]:
    documents, _ = read(path, data)
    return [document.source for document in documents]


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz", "tgz", "tar.bz2", "txz"])
def test_archives_give_their_files(tmp_path, suffix):
    """Each is a document whose id and source say where it was."""
    files = {"b/a.md": b"# Truce\n\nTalks.", "c.txt": b"More.", "d.png": b"\x89"}
    modes = {"tar": "w", "tgz": "w:gz", "tar.gz": "w:gz", "txz": "w:xz"}
    data = (
        samples.zipped(files)
        if suffix == "zip"
        else samples.tarred(files, modes.get(suffix, "w:bz2"))
    )

    documents, problem = read(tmp_path / f"a.{suffix}", data)

    assert not problem
    assert documents == [
        Document(
            f"a.{suffix}/b/a.md", "Truce", "Truce\n\nTalks.", f"a.{suffix}/b/a.md"
        ),
        Document(f"a.{suffix}/c.txt", "c", "More.", f"a.{suffix}/c.txt"),
    ]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_compressed_corpora_are_read(tmp_path, pack):
    """corpus.jsonl.gz, as BEIR's mirrors have it."""
    suffix = {gzip.compress: "gz", bz2.compress: "bz2"}[pack]
    line = json.dumps({"_id": "x", "title": "T", "text": "Talks."})

    documents, _ = read(tmp_path / f"corpus.jsonl.{suffix}", pack(line.encode()))

    (document,) = documents
    assert document.id == f"corpus.jsonl.{suffix}/corpus.jsonl#x"


def test_archives_in_archives(tmp_path):
    """Sources are paths through all of them."""
    inner = samples.zipped({"d/x.txt": "Talks."})

    assert sources(tmp_path / "a.zip", samples.zipped({"in.zip": inner})) == [
        "a.zip/in.zip/d/x.txt"
    ]


def test_archives_in_archives_end(tmp_path):
    """Three in one another are opened; what lies deeper is told."""
    data = samples.zipped({"x.txt": "Talks."})
    for _ in range(3):
        data = samples.zipped({"a.zip": data})

    assert len(read(tmp_path / "a.zip", data)[0]) == 1
    documents, problem = read(tmp_path / "a.zip", samples.zipped({"a.zip": data}))
    assert not documents
    assert "archives within archives, over 3 deep" in problem


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/x.txt", "etc/x.txt"),
        ("/etc/x.txt", "etc/x.txt"),
        ("C:\\docs\\x.txt", "C:/docs/x.txt"),
        ("a\nb\x1b[2J.txt", "a b [2J.txt"),
        ("txt.\u202egpj/x.txt", "txt.gpj/x.txt"),
        ("n" * 1000 + ".txt", "n" * 150 + ".txt"),
        ("é" * 200 + ".txt", "é" * 75 + ".txt"),
    ],
)
def test_names_in_archives_are_labels(tmp_path, name, label):
    """They lead nowhere, whatever they hold; nothing is written beside the archive."""
    folder = tmp_path / "deep/er"
    folder.mkdir(parents=True)

    assert sources(folder / "a.zip", samples.zipped({name: "Talks."})) == [
        f"a.zip/{label}"
    ]
    assert [path.name for path in tmp_path.rglob("*")] == ["deep", "er", "a.zip"]


def zip_named(names: list[bytes], extra: bytes = b"") -> bytes:
    """Pack files under names whose encoding nothing tells, each with that extra."""
    buffer, blanks = io.BytesIO(), [f"{at:X<{len(n)}}" for at, n in enumerate(names)]
    with zipfile.ZipFile(buffer, "w") as archive:
        for blank in blanks:
            info = zipfile.ZipInfo(blank)
            info.extra = extra
            archive.writestr(info, "Talks.")
    data = buffer.getvalue()
    for blank, name in zip(blanks, names, strict=True):
        data = data.replace(blank.encode(), name)
    return data


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp866", ["Договор.txt", "Отчёт за год.md"]),
        ("cp1251", ["Договор.txt"]),
        ("cp850", ["Übersicht.txt", "plain.txt"]),
        ("cp1252", ["Prüfung der Größe.txt"]),
        ("cp852", ["Příloha č. 1.txt"]),
        ("gbk", ["会议纪要.txt", "合同/第一章 总则.txt"]),
        ("cp932", ["資料/表ソ.txt", "新しいフォルダー/メモ.txt"]),
        ("utf-8", ["é.txt"]),
        ("cp437", ["café.txt"]),
    ],
)
def test_names_in_zips_of_older_systems(tmp_path, encoding, names):
    """All together tell their encoding; the second byte of ソ is a backslash."""
    data = zip_named([name.encode(encoding) for name in names])

    assert sources(tmp_path / "a.zip", data) == [f"a.zip/{name}" for name in names]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("latin-1", "Prüfung der Größe.txt"),
        ("cp866", "Договор/Отчёт.txt"),
        ("cp932", "議事録/表ソ.txt"),
        ("utf-8", "é.txt"),
    ],
)
def test_names_in_tars_of_older_systems(tmp_path, encoding, name):
    """Each tells its encoding by itself."""
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT, encoding=encoding
    ) as archive:
        info = tarfile.TarInfo(name)
        info.size = 6
        archive.addfile(info, io.BytesIO(b"Talks."))

    assert sources(tmp_path / "a.tar", buffer.getvalue()) == [f"a.tar/{name}"]


@pytest.mark.parametrize("named", [b"#U4f1a.txt", b"another.txt"])
def test_names_in_zips_beside_others(tmp_path, named):
    """Info-ZIP's field tells the name, unless somebody has renamed the file."""
    beside = (
        b"\x01" + zlib.crc32(b"#U4f1a.txt").to_bytes(4, "little") + "会.txt".encode()
    )
    field = b"\x75\x70" + len(beside).to_bytes(2, "little") + beside
    name = "会.txt" if named == b"#U4f1a.txt" else "another.txt"

    data = zip_named([named], b"\x55\x54\0\0" + field)

    assert sources(tmp_path / "a.zip", data) == [f"a.zip/{name}"]


def test_members_of_one_name_are_all_read(tmp_path):
    """A zip may hold a name twice; both are documents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "One.")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", "Two.")

    documents, _ = read(tmp_path / "a.zip", buffer.getvalue())

    assert [document.text for document in documents] == ["One.", "Two."]


def test_members_without_a_name_are_left_out(tmp_path):
    """Found by fuzzing: a byte of a zip's directory says that a name has no letters,
    and the next that its one letter belongs to what follows names."""
    data = bytearray(samples.zipped({"x": b"lost", "b.txt": b"kept"}))
    first = data.index(b"PK\1\2")
    data[first + 28 : first + 32] = b"\0\0\1\0"  # lengths of the name, and behind it

    documents, problem = read(tmp_path / "a.zip", bytes(data))

    assert [document.text for document in documents] == ["kept"]
    assert not problem


def test_links_and_devices_in_archives_are_left_out(tmp_path):
    """Only regular files are files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind in (
            ("link.txt", tarfile.SYMTYPE),
            ("hard.txt", tarfile.LNKTYPE),
            ("null.txt", tarfile.CHRTYPE),
            ("pipe.txt", tarfile.FIFOTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)

    assert read(tmp_path / "a.tar", buffer.getvalue()) == ([], "")


def test_bad_members_are_told_after_the_good(tmp_path):
    """With the name and the reason of each."""
    files = {"a.txt": "One.", "b.docx": "x", "c.txt": b"\x89PNG\0", "d.txt": "Two."}

    documents, problem = read(tmp_path / "a.zip", samples.zipped(files))

    assert [document.text for document in documents] == ["One.", "Two."]
    assert problem.startswith("2 of the 4 files in it could not be read (b.docx: dam")
    assert "c.txt: looks binary" in problem


@pytest.mark.parametrize(
    ("allowance", "reason"),
    [
        (Allowance(bytes=1000), "unpacks to more than 2 GB; unpack and divide it"),
        (Allowance(members=2), "more than 100,000 files in it; unpack and divide it"),
    ],
)
def test_archives_that_hold_too_much(tmp_path, allowance, reason):
    """Nested bytes and files count too; what came before is read."""
    inner = samples.zipped({"c.txt": "x" * 900})
    path = tmp_path / "a.zip"
    path.write_bytes(samples.zipped({"a.txt": "One.", "b.zip": inner}))
    documents = archive.read(path, path.name, allowance)

    assert next(documents).text == "One."
    with pytest.raises(InputError, match=reason):
        list(documents)


def test_mail_says_who_and_when(tmp_path):
    """Subject, sender and day; the plain text of two, its lines joined."""
    text = "The delegates of both sides met before noon in\nthe valley.\n"

    documents, _ = read(tmp_path / "a.eml", samples.mail(text, html="<p>No"))

    assert documents == [
        Document(
            "a.eml",
            "Waffenruhe – Gespräche",
            "The delegates of both sides met before noon in the valley.",
            "Ana Ruíz",
            date="2023-09-19",
        )
    ]


def test_mail_reads_html_where_the_plain_text_says_little(tmp_path):
    """As newsletters have it: that there is more to be seen in a browser."""
    story = "The trams stand still on Friday, from five in the morning to midnight."
    data = samples.mail("View this mail in a browser.", html=f"<p>{story}" * 2)

    assert read(tmp_path / "a.eml", data)[0][0].text == f"{story}\n\n{story}"


def test_mail_attachments_are_documents(tmp_path):
    """By their own readers; pictures are left alone."""
    files = {
        "n.txt": b"Inner.",
        "d.docx": samples.docx(samples.p("Deep.")),
        "p.png": b"",
    }

    documents, _ = read(tmp_path / "a.eml", samples.mail("Hello.", files=files))

    assert [(d.source, d.text) for d in documents[1:]] == [
        ("a.eml/n.txt", "Inner."),
        ("a.eml/d.docx", "Deep."),
    ]


@pytest.mark.parametrize("name", ["=?utf-8?b?UsOpc3Vtw6kudHh0?=", "Résumé.txt"])
def test_mail_reads_names_of_attachments(tmp_path, name):
    """Encoded as a header is, as is not allowed and usual, or not encoded at all."""
    data = (
        "Subject: S\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee it.\n"
        f'--b\nContent-Disposition: attachment; filename="{name}"\n\nInner.\n--b--\n'
    )

    documents, problem = read(tmp_path / "a.eml", data.encode())

    assert not problem
    assert [d.id for d in documents] == ["a.eml", "a.eml/Résumé.txt"]


def test_mail_keeps_hyphens(tmp_path):
    """Mail breaks lines after them; it parts no words."""
    data = b"Subject: S\n\nThey agreed on a long-\nterm plan for the valley.\n"

    (found,), _ = read(tmp_path / "a.eml", data)

    assert found.text == "They agreed on a long-term plan for the valley."


def test_mail_that_is_all_subject_is_read(tmp_path):
    """It says what it has to say there."""
    (found,), _ = read(tmp_path / "a.eml", b"Subject: Talks moved to Friday\n\n\n")

    assert found.text == found.title == "Talks moved to Friday"


def test_mail_names_a_sender_with_a_comma(tmp_path):
    """The comma within an encoded name parts no addresses."""
    data = b"From: =?utf-8?q?M=C3=BCller=2C_Anna?= <a@x.org>\nSubject: S\n\nText.\n"

    (found,), _ = read(tmp_path / "a.eml", data)

    assert found.source == "Müller, Anna"


def test_mail_is_read_with_control_characters_in_it(tmp_path):
    """A NUL costs neither the text nor what is attached."""
    data = samples.mail("One. NUL two.", files={"n.txt": b"Inner."})

    documents, _ = read(tmp_path / "a.eml", data.replace(b"NUL", b"\0"))

    assert [d.text for d in documents] == ["One.  two.", "Inner."]


def test_mail_is_read_behind_a_byte_order_mark(tmp_path):
    """A message and a mailbox."""
    mail = b"Subject: Truce\n\nText.\n"
    box = b"From a@b Tue Sep 19 10:00:00 2023\n" + mail

    for name, data in {"a.eml": mail, "a.mbox": box}.items():
        (found,), problem = read(tmp_path / name, b"\xef\xbb\xbf" + data)
        assert (found.title, problem) == ("Truce", "")


@pytest.mark.parametrize("zone", ["+99999999999999999999", "+0200"])
@pytest.mark.parametrize("year", ["99999999999999999999", "2023"])
def test_mail_is_read_whatever_its_date(tmp_path, zone, year):
    """One that no calendar has is none."""
    date = f"Tue, 19 Sep {year} 10:00:00 {zone}"
    data = f"Subject: S\nDate: {date}\n\nText.\n".encode()

    (found,), _ = read(tmp_path / "a.eml", data)

    assert found.text == "Text."
    assert found.date == ("2023-09-19" if date.endswith("2023 10:00:00 +0200") else "")


def test_mail_reads_what_was_forwarded(tmp_path):
    """A message in a message: its subject and its text."""
    outer = (
        b"Subject: Fwd\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n"
        b"See below.\n--b\nContent-Type: message/rfc822\n\n"
        b"Subject: Truce\n\nTalks began.\n--b--\n"
    )

    documents, _ = read(tmp_path / "a.eml", outer)

    assert documents[0].text == "See below.\n\nTruce\n\nTalks began."


@pytest.mark.parametrize(
    ("encoding", "title"), [("utf-8", "Größe né"), ("cp1252", "Größe"), ("gbk", "停火")]
)
def test_mail_reads_headers_in_bare_letters(tmp_path, encoding, title):
    """They should be written in ASCII, and often are not."""
    declared = f"Content-Type: text/plain; charset={encoding}\n"
    data = f"From: José <j@x.es>\n{declared}Subject: {title}\n\nText."

    (found,), _ = read(tmp_path / "a.eml", data.encode(encoding, "replace"))

    assert found.title == title


def test_mail_reads_html_alone(tmp_path):
    """When there is no plain text; in any encoding."""
    data = (
        b"Subject: =?iso-8859-2?q?=BF=F3=B3=E6?=\n"
        b"Content-Type: text/html; charset=iso-8859-2\n\n<p>\xbf\xf3\xb3\xe6</p>"
    )

    documents, _ = read(tmp_path / "a.eml", data)

    assert (documents[0].title, documents[0].text) == ("żółć", "żółć")


def test_mail_reads_what_tables_only_put_side_by_side(tmp_path):
    """A newsletter's stories stay paragraphs; the table of an order is one of rows."""
    stories = "<table><tr><td><h2>Truce</h2><p>They talk.<td><p>Rain.<p>Wind.</table>"
    order = "<table><tr><td>Tea<td>2 EUR<tr><td>Total<td>2 EUR</table>"
    page = f"<table><tr><td>{stories}<tr><td>{order}</table>"
    data = f"Subject: News\nContent-Type: text/html\n\n{page}"

    documents, _ = read(tmp_path / "a.eml", data.encode())

    assert documents[0].text == (
        "Truce\n\nThey talk.\n\nRain.\n\nWind.\n\nTea | 2 EUR\nTotal | 2 EUR"
    )


def test_mbox_parts_messages(tmp_path):
    """At From lines with a time, after a blank one; `>From` was a quoted one."""
    box = (
        b"From a@b Tue Sep 19 10:00:00 2023\nSubject: One\n\n"
        b"From here\n\n>From there\n\n"
        b"From - Wed Sep 20 10:00:00 2023\nSubject: Two\n\nText.\nFrom within.\n"
    )

    documents, problem = read(tmp_path / "a.mbox", box)

    assert not problem
    assert [(d.id, d.title) for d in documents] == [
        ("a.mbox#1", "One"),
        ("a.mbox#2", "Two"),
    ]
    assert "From there" in documents[0].text
    assert "From within" in documents[1].text
