"""Any bytes give clean text, or one clear line."""

import time
import unicodedata
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from index.readers.decode import MAX_LINE, clean, decode, load
from index.readers.html import CHARSET

FRENCH = "Le président a appelé à mettre fin aux combats, dès ce soir. " * 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_decode_knows_unicode(encoding):
    """With a byte order mark or without."""
    assert decode(FRENCH.encode(encoding)) == FRENCH


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "El niño volvió de la montaña; mañana lloverá."),
        ("cp1252", "Le maire a été réélu à Orbanne, où l’on fêtait déjà."),
        ("cp1252", "Il museo è più grande: c’è una sala per le città."),
        ("cp1252", "A reunião não terminou; as eleições são amanhã."),
        ("cp1252", "Name,City\nMüller,Zürich\nØrsted,Århus\nPérez,Málaga\n"),
        ("cp1252", "“Wait,” she said—and left. It’s 20 °C; 10 µg cost £5."),
        ("mac_roman", "La señal llegó mañana; después habrá más."),
        ("cp850", "Größe und Länge für Mädchen, Straße und Fuß."),
        ("cp1250", "Strajk kierowców trwa już piąty dzień, mówią w Łodzi."),
        ("iso8859-2", "Strajk kierowców trwa już piąty dzień, mówią w Łodzi."),
        ("cp1250", "Příští týden začne v Plzni soud s bývalým ředitelem."),
        ("cp1254", "Şehirdeki yağış dün geceden beri sürüyor, ığdır kuru."),
        ("cp1257", "Šiandien mieste įvyko žmonių susitikimas dėl ąžuolų."),
        ("cp1251", "Президент призвал прекратить боевые действия."),
        ("koi8-r", "что хорошо в этой книге"),
        ("cp1253", "Ο Άγγελος είπε ότι η απεργία συνεχίζεται αύριο."),
        ("cp1255", "הממשלה החליטה לפתוח את בתי הספר מחר בבוקר."),
        ("cp1256", "دخلت هدنة جديدة حيز التنفيذ اليوم في المدينة."),
        ("cp874", "รัฐบาลประกาศหยุดยิงตั้งแต่วันนี้เป็นต้นไป"),
        ("big5", "總統呼籲立即停止一切軍事行動。"),
        ("gb18030", "停火协议今天在该地区正式生效。"),
        ("cp932", "停戦は今日から発効し、学校も再開した。"),
        ("cp949", "휴전은 오늘부터 효력을 발생하고 학교도 다시 문을 연다."),
    ],
)
def test_decode_guesses_older_encodings(encoding, text):
    """By what the language of the text writes, and where."""
    assert decode(text.encode(encoding)) == text


def test_a_damaged_byte_does_not_change_the_encoding():
    """One that cp1252 leaves undefined, after which other tables would fit."""
    assert decode(FRENCH.encode("cp1252") + b"\x81") == FRENCH + "\ufffd"


def test_decode_takes_declarations_as_they_are_meant():
    """Latin-1 is what Windows made of it; Japanese mail is ASCII with switches."""
    quoted = "“Don’t”, she said – for €5."
    assert decode(quoted.encode("cp1252"), "ISO-8859-1") == quoted
    assert decode(b"caf\xe9 \x81", "latin1") == "café \x81"
    assert decode(FRENCH.encode(), "us-ascii") == FRENCH
    assert decode(FRENCH.encode(), "no such thing") == FRENCH
    japanese = "停戦が今日発効した。"
    assert decode(japanese.encode("iso2022_jp")) == japanese


def test_a_page_that_can_be_read_is_not_utf_16(tmp_path):
    """Whatever it says of itself."""
    page = tmp_path / "a.html"
    page.write_text('<meta charset="utf-16"><p>' + FRENCH, "utf-8")

    assert load(page, CHARSET).endswith(FRENCH)


def test_a_text_damaged_in_one_place_is_read():
    """UTF-8 that ends in the middle of a character; older bytes after much ASCII."""
    text = "停火协议今天生效了。" * 20
    assert decode(text.encode()[:-1]) == text[:-1] + "\ufffd"
    late = "A plain line.\n" * 30_000 + FRENCH
    assert decode(late.encode("cp1252")) == late


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("iso-8859-9", "cp1254", "“Yağış” – 5 €"),
        ("windows-874", "cp874", "“ฝน” – 5 €"),
        ("tis-620", "cp874", "“ฝน” – 5 €"),
        ("gb2312", "gbk", "朱镕基"),
        ("euc-kr", "cp949", "똠방각하"),
    ],
)
def test_declared_tables_are_those_of_browsers(declared, encoding, text):
    """Each has more than the standard it is named after."""
    assert decode(text.encode(encoding), declared) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [FRENCH, "휴전은 오늘부터 효력을 발생한다.\n"])
def test_decode_knows_utf_16_by_its_line_ends(encoding, text):
    """Without a byte order mark."""
    assert decode(text.encode(encoding)) == text


def test_decode_makes_no_chinese_of_a_stray_nul():
    """Pairs of letters are Chinese in UTF-16."""
    with pytest.raises(InputError, match="looks binary"):
        decode(b"plainwords" * 20 + b"x\0")


def test_a_mark_does_not_make_damage_worse():
    """UTF-8 with one damaged character is read, marked or not."""
    data = FRENCH.encode() + b"\xff"

    assert decode(data) == decode(b"\xef\xbb\xbf" + data) == FRENCH + "\ufffd"


@pytest.mark.parametrize(
    "data", [b"\x7fELF\0\0", bytes(range(1, 32)) * 20, "x".encode("utf-32-le")]
)
def test_decode_refuses_binary(data):
    """NULs, or many control characters, are not text."""
    with pytest.raises(InputError, match="looks binary"):
        decode(data)


def test_decode_refuses_broken_unicode():
    """UTF-16 with half a character at its end names the byte."""
    with pytest.raises(
        InputError, match="not utf-16 at byte 4; save the file as UTF-8"
    ):
        decode(b"\xff\xfea\0b")


@given(st.text())
def test_clean_text_is_clean(text):
    """NFC, no control characters but line ends and tabs, nothing UTF-8 cannot say."""
    cleaned = clean(text)

    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(category(c) == "Cc" and c not in "\n\t" for c in cleaned)
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned


def test_clean_joins_what_belongs_together():
    """é in two parts becomes one; line ends become one character."""
    assert clean("e\u0301\r\nx\ry\0\ud800") == "é\nx\ny \ufffd"


def test_clean_takes_linear_time_over_marks():
    """Sorting 200,000 marks on one letter would take minutes: 30 are kept."""
    start = time.process_time()

    cleaned = clean("x" + "\u0323\u0301" * 100_000 + "y")

    assert time.process_time() - start < 2
    assert len(cleaned) == 32
    assert cleaned[-1] == "y"


def test_clean_leaves_drawn_lines_alone():
    """Box drawings are no marks, however many."""
    assert clean("─" * 500) == "─" * 500


def test_load_refuses_endless_lines(tmp_path):
    """One line of 5 MB and a character: found, limit, what to do."""
    path = tmp_path / "a.txt"
    path.write_text("x" * (MAX_LINE + 1))

    with pytest.raises(
        InputError,
        match=r"one line has 5,000,001 characters, at most 5,000,000 are read",
    ):
        load(path)


def test_load_refuses_huge_files_unread(tmp_path):
    """A sparse file of 200 MB is refused by its size."""
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)

    with pytest.raises(InputError, match="200 MB, at most 100 MB is read; divide"):
        load(path)
