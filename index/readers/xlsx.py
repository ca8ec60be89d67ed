"""Spreadsheets (Office Open XML, ECMA-376): a sheet is a table of its own.

Hidden sheets are left out. Of a formula its last value is read. Dates, durations,
percentages, and currencies and other units are told by the format of a number alone.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from index.readers import table
from index.readers.elements import Event
from index.readers.fields import declared_title
from index.readers.package import CORE, Package
from index.records import Document

# ECMA-376-1, 18.8.30; the days from 27 on are those of East Asia
_DAYS = [*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)]
_BUILTIN = dict.fromkeys(map(str, _DAYS), "date") | {
    "46": "duration",
    "9": "{:.0%}",
    "10": "{:.2%}",
}
_DATE_CODE = re.compile(r"[dmyhs]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DECIMALS = re.compile(r"\.([0#?]+)")
# What stands before and after a number, and pieces of that.
_BESIDE = r'(?:"[^"]*"|\\.|\[(?![<=>])[^\]]*\]|[_*].|[-+$€£¥() ])*+'
_WITH_UNIT = re.compile(rf"({_BESIDE})([#?,]*[#0?](?:\.[#0?]+)?)({_BESIDE})(?:;|$)")
_PIECE = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|(.)')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-F]{4})_", re.IGNORECASE)  # ECMA-376-1, 22.9.2.19
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
_SPOKEN = "rPh"  # how Japanese is pronounced
_LEAST = 2**-51  # of a number, which no sheet shows
_MAX_COLUMNS = 1_000  # up to here gaps are kept


def read(path: Path, name: str) -> Iterator[Document]:
    """Read each sheet as `table` does."""
    with closing(Package(path)) as package:
        sheets, epoch = _workbook(package)
        strings, styles = _strings(package), _styles(package)
        facts = package.properties(CORE)
        yield from table.sheets(
            [
                (sheet, _rows(package.events(part), strings, styles, epoch))
                for sheet, part in sheets
            ],
            name,
            title=declared_title(facts.get("title")) or path.stem,
            source=path.name,
            published=facts.get("created"),
        )


def _workbook(package: Package) -> tuple[list[tuple[str, str]], datetime]:
    """Give name and part of each sheet that is shown, and the day dates count from."""
    main = package.main()
    links = package.links(main)
    sheets, is_1904 = [], False
    for kind, name, attributes in package.events(main):
        if kind == "start" and name == "workbookPr":
            is_1904 = attributes.get("date1904") in ("1", "true")
        if kind == "start" and name == "sheet":
            link = links.get(attributes.get("r:id", ""))
            is_shown = attributes.get("state", "visible") == "visible"
            if is_shown and link and link.kind == "worksheet":
                sheets.append((attributes.get("name", ""), link.target))
    return sheets, _EPOCHS[is_1904]


def _part(package: Package, kind: str) -> str:
    return next(iter(package.linked(package.main(), kind)), "")


def _strings(package: Package) -> list[str]:
    """Read the strings that cells refer to by number."""
    found: list[str] = []
    in_text = unread = False
    for kind, name, _ in package.events(_part(package, "sharedStrings")):
        if kind == "text":
            if found and in_text and not unread:
                found[-1] += name
        elif name == "t":
            in_text = kind == "start"
        elif name == _SPOKEN:
            unread = kind == "start"
        elif name == "si" and kind == "start":
            found.append("")
    return found


def _styles(package: Package) -> dict[str, str]:
    """Tell what cell styles, by number, show a number as; see `_format`."""
    formats = dict(_BUILTIN)
    shown, in_styles, number = {}, False, 0
    for kind, name, attributes in package.events(_part(package, "styles")):
        if name == "cellXfs":
            in_styles = kind == "start"
        elif kind == "start" and name == "numFmt":
            code = attributes.get("formatCode", "")[:500]
            formats[attributes.get("numFmtId", "")] = _format(code)
        elif kind == "start" and name == "xf" and in_styles:
            shown[str(number)] = formats.get(attributes.get("numFmtId", ""), "")
            number += 1
    return shown


def _format(code: str) -> str:
    """Tell what a number format shows; what Python can format, as it is told there.

    >>> _format("[h]:mm"), _format('[Red]d/m "h"'), _format("0.0%"), _format("0.0")
    ('duration', 'date', '{:.1%}', '')
    >>> _format("#,##0.00 [$€-407]"), _format('0" kg"')
    ('{:,.2f} €', '{:.0f} kg')
    """
    if _ELAPSED.search(code):
        return "duration"
    plain = _QUOTED.sub("", code).partition(";")[0]
    if "%" in plain:
        return f"{{:.{_decimals(plain)}%}}"
    if _DATE_CODE.search(plain):
        return "date"
    found = _WITH_UNIT.match(code)
    before, after = (_literal(found[1]), _literal(found[3])) if found else ("", "")
    if not found or not f"{before}{after}".strip():
        return ""
    group = "," if "," in found[2] else ""
    return f"{before}{{:{group}.{_decimals(found[2])}f}}{after}".strip()


def _decimals(code: str) -> int:
    found = _DECIMALS.search(code)
    return len(found[1]) if found else 0


def _literal(code: str) -> str:
    """Give what a part of a format shows as it is, for Python to format."""
    shown = ("".join(filter(None, piece.groups())) for piece in _PIECE.finditer(code))
    return "".join(shown).replace("{", "{{").replace("}", "}}")


def _rows(
    events: Iterable[Event],
    strings: list[str],
    styles: dict[str, str],
    epoch: datetime,
) -> Iterator[list[str]]:
    row: list[str] = []
    cell: dict[str, str] = {}
    value, reading, unread = "", False, False
    for kind, name, attributes in events:
        if kind == "text":
            value += name if reading and not unread else ""
        elif name in ("v", "t"):
            reading = kind == "start"
        elif name == _SPOKEN:
            unread = kind == "start"
        elif name == "c" and kind == "start":
            cell, value = attributes, ""
            place = min(_column(cell.get("r", "")), _MAX_COLUMNS)
            row += [""] * (place - len(row))
        elif name == "c":
            style = styles.get(cell.get("s", ""), "")
            row.append(_shown(value, cell.get("t", "n"), strings, style, epoch))
        elif name == "row" and kind == "end":
            yield row
            row = []


def _column(reference: str) -> int:
    """Number a column from 0.

    >>> _column("A1"), _column("AB12")
    (0, 27)
    """
    number = 0
    for letter in reference[:3].upper():
        if "A" <= letter <= "Z":
            number = 26 * number + ord(letter) - ord("A") + 1
    return max(number - 1, 0)


def _shown(
    value: str, kind: str, strings: list[str], style: str, epoch: datetime
) -> str:
    """Write the value of a cell as a sheet shows it, or nearly so."""
    if kind == "s":
        known = value.isdecimal() and len(value) < 10 and int(value) < len(strings)
        return _unescaped(strings[int(value)]) if known else ""
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind == "e":  # an error, such as #N/A
        return ""
    if kind != "n":
        return _unescaped(value)
    return _number(value, style, epoch)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)


def _number(value: str, style: str, epoch: datetime) -> str:
    try:
        number = float(value)
        if not style:
            return value if value.isdecimal() else f"{number:.15g}"
        if "{" in style:
            sign = "-" if number < 0 else ""
            halves_up = abs(number) * (1 + _LEAST)  # as in a sheet
            return sign + style.format(halves_up)
        seconds = round(86_400 * number)
        if style == "duration" or number < 1:  # else a time of day
            minutes, seconds = divmod(abs(seconds), 60)
            sign = "-" if number < 0 else ""
            return f"{sign}{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        day = epoch + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return value
    return day.date().isoformat() if number == int(number) else f"{day:%Y-%m-%d %H:%M}"
