"""PDF: text in reading order, exact pages, and what cannot be read is said."""

from pathlib import Path

import pytest

from index import readers
from index.errors import InputError
from index.records import Document
from tests import samples

PROSE = (
    "The president called for an immediate halt to\n"
    "the attacks on the valley, and the delegates of\n"
    "both sides met before noon.\n"
    "Nobody answered at first, but in the evening an\n"
    "agreement was signed by all."
)
PICTURE = b"q 100 0 0 100 0 0 cm /I Do Q"


def read(path: Path, data: bytes) -> Document:
    path.write_bytes(data)
    (document,) = readers.read(path, path.name)
    return document


def test_pdf_has_pages(tmp_path):
    """Each character stands on its page: a hit can say page 2."""
    info = "/Title(The truce)/CreationDate(D:20230919080000+02'00')"
    data = samples.pdf(
        [PROSE, "More news.", "The end."], info=info, catalog="/Lang(en-GB)"
    )

    document = read(tmp_path / "a.pdf", data)

    assert (document.title, document.date, document.language) == (
        "The truce",
        "2023-09-19",
        "en",
    )
    pages = {
        word: document.page(document.text.index(word))
        for word in ("The", "news", "end")
    }
    assert pages == {"The": 1, "news": 2, "end": 3}


def test_pdf_lines_become_paragraphs(tmp_path):
    """A line that ends early ends its paragraph; others are joined."""
    text = read(tmp_path / "a.pdf", samples.pdf([PROSE])).text

    assert text == PROSE.replace("\n", " ").replace("noon. ", "noon.\n\n")


def test_pdf_leaves_running_heads_out(tmp_path):
    """The first stays, for it may be a title; page numbers all go."""
    pages = [
        f"The Post\n{word} happened today.\nPage {n}"
        for n, word in enumerate(("This", "That", "More"), 1)
    ]

    text = read(tmp_path / "a.pdf", samples.pdf(pages)).text

    assert text.count("The Post") == 1
    assert text.count("Page") == 1
    assert text.endswith("More happened today.")


def test_pdf_keeps_slides_that_differ_in_numbers(tmp_path):
    """Each is a page of its own, though only years and millions tell them apart."""
    slides = [f"Revenue {2019 + n}\nGrew to {5 + n} million" for n in range(4)]

    text = read(tmp_path / "a.pdf", samples.pdf(slides)).text

    assert text == "\n\n".join(slides)


def test_pdf_makes_divided_words_whole(tmp_path):
    """PDFium has a mark of its own for the hyphen, and no line break there."""
    prose = (
        "He announced an imme-\ndiate halt in the re-\ngion and the well-\nknown plan."
    )

    text = read(tmp_path / "a.pdf", samples.pdf([prose, "A well-known plan."])).text

    assert text == (
        "He announced an immediate halt in the region and the well-known plan.\n\n"
        "A well-known plan."
    )


def letters(*texts: str) -> str:
    """Write the map by which a font's a, b, c and so on stand for these texts."""
    lines = "".join(
        f"<{code:02x}> <{text.encode('utf-16-be').hex()}>\n"
        for code, text in enumerate(texts, ord("a"))
    )
    return (
        "/CIDInit /ProcSet findresource begin begincmap /CMapName /X def "
        "1 begincodespacerange <00> <ff> endcodespacerange "
        f"{len(texts)} beginbfchar\n{lines}endbfchar endcmap end"
    )


def draw(*words: tuple[float, float, int, str]) -> bytes:
    """Draw words at x, y, in a size."""
    lines = (
        f"BT /F {size} Tf {x} {y} Td ({word}) Tj ET\n" for x, y, size, word in words
    )
    return "".join(lines).encode()


@pytest.mark.parametrize(
    ("program", "text"), [("Skia/PDF m156", "วิท"), ("Writer", "วิทวิ")]
)
def test_pdf_of_chrome_tells_marks_once(tmp_path, program, text):
    """A mark above a letter, the second b, stands for the whole syllable again."""
    page = draw((20, 300, 10, "ba"), (21, 306.5, 3, "b"))
    data = samples.pdf([page], encoding=letters("ท", "วิ"), info=f"/Producer({program})")

    assert read(tmp_path / "a.pdf", data).text.replace(" ", "") == text


def test_pdf_of_chrome_keeps_words_whole(tmp_path):
    """The gap that a vowel sign leaves is no space; a wider one is."""
    page = draw((20, 300, 10, "b"), (28.4, 300, 10, "d"), (42, 300, 10, "b"))
    encoding = letters("-", "वा", "-", "रा")
    others = samples.pdf([page], encoding=encoding, info="/Producer(Writer)")
    chrome = samples.pdf([page], encoding=encoding, info="/Producer(Skia/PDF m156)")

    assert read(tmp_path / "a.pdf", others).text == "वा रा वा"
    assert read(tmp_path / "b.pdf", chrome).text == "वारा वा"


def test_pdf_puts_letters_from_right_to_left(tmp_path):
    """However they were drawn: هدنة drawn from either side is read the same."""
    forth = b"".join(
        b"BT /F 10 Tf %.1f 300 Td (%c) Tj ET\n" % (x, code)
        for x, code in zip((100, 94.5, 89, 83.5), b"abcd", strict=True)
    )
    back = b"BT /F 10 Tf 70 200 Td (dcba) Tj ET"
    at_once = b"BT /F 10 Tf 90 200 Td [(a) 1112 (b) 1112 (c) 1112 (d)] TJ ET"

    document = read(
        tmp_path / "a.pdf",
        samples.pdf([forth, back, at_once], encoding=letters("ه", "د", "ن", "ة")),
    )

    assert document.text == "\n\n".join(["هدنة"] * 3)


def test_pdf_of_chrome_in_two_scripts(tmp_path):
    """Beside a letter of India, هد is read from the right as elsewhere."""
    page = draw((20, 300, 10, "b")) + b"BT /F 10 Tf 90 200 Td [(c) 1112 (d)] TJ ET"
    encoding = letters("-", "वा", "ه", "د")
    data = samples.pdf([page], encoding=encoding, info="/Producer(Skia/PDF m156)")

    assert read(tmp_path / "a.pdf", data).text.split() == ["वा", "هد"]


def test_pdf_reads_what_was_typed_into_a_form(tmp_path):
    """Or onto the page; comments, ticks and what is not shown are left out."""
    notes = [
        b"/Subtype/Widget/FT/Tx/T(n1)/TU(Full name)/V(Ana\r Ruiz)",
        b"/Subtype/Widget/FT/Tx/T(n2)/V<feff52694f1d>",
        b"/Subtype/Widget/FT/Tx/V()/TU(Empty)",
        b"/Subtype/Widget/FT/Tx/V(Unseen)/F 2",
        b"/Subtype/Widget/FT/Btn/V/Yes",
        b"/Subtype/FreeText/Contents(Paid)",
        b"/Subtype/Text/Contents(Comment)",
    ]
    page = "0 0 300 400]/Annots[" + " ".join(f"{n} 0 R" for n in range(40, 47))
    others = [b"<</Type/Annot/Rect[0 0 9 9]%b>>" % note for note in notes]

    document = read(
        tmp_path / "a.pdf", samples.pdf(["Form", "End"], size=page, others=others)
    )

    typed = "Full name: Ana Ruiz\n剩伝\nPaid"
    assert document.text == f"Form\n\n{typed}\n\nEnd\n\n{typed}"
    assert document.page(document.text.index("End")) == 2


def test_pdf_scans_are_reported(tmp_path):
    """A picture without text is no empty document, and no silence."""
    data = samples.pdf(
        [PICTURE] * 3, resources="/XObject<</I 50 0 R>>", others=[samples.picture()]
    )

    with pytest.raises(InputError, match=r"no text on its 3 pages: a scan\? recognise"):
        read(tmp_path / "a.pdf", data)


def test_pdf_scanned_pages_are_told_after_the_text(tmp_path):
    """The text is read; pages 2 and 3 are named."""
    data = samples.pdf(
        ["Text", PICTURE, PICTURE],
        resources="/XObject<</I 50 0 R>>",
        others=[samples.picture()],
    )
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    documents = readers.read(path, path.name)

    assert next(documents).text == "Text"
    with pytest.raises(InputError, match=r"read, but 2 of its 3 pages .* \(2, 3\)"):
        next(documents)


def test_pdf_locked_by_a_password(tmp_path):
    """Standard security with keys that no empty password makes."""
    lock = f"/Filter/Standard/V 2/R 3/Length 128/P -4/O<{'41' * 32}>/U<{'42' * 32}>"
    data = samples.pdf(["Text"]).replace(
        b"/Root 1 0 R", f"/Root 1 0 R/ID[<41><41>]/Encrypt<<{lock}>>".encode()
    )

    with pytest.raises(InputError, match="needs a password; save it without one"):
        read(tmp_path / "a.pdf", data)
