"""Spreadsheets (Office Open XML, ECMA-376): a sheet is a table of its own.

Of a formula its last value is read. Dates are numbers that only their format tells.
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

_BUILTIN_DATES = frozenset(
    map(str, [*range(14, 23), *range(45, 48)])
)  # ECMA-376-1, 18.8.30
_DATE_CODE = re.compile(r"[dmyhs]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
_MAX_COLUMNS = 1_000  # up to here gaps are kept


def read(path: Path, name: str) -> Iterator[Document]:
    """Read each sheet as `table` does."""
    with closing(Package(path)) as package:
        sheets, epoch = _workbook(package)
        strings, dates = _strings(package), _dates(package)
        facts = package.properties(CORE)
        yield from table.sheets(
            [
                (sheet, _rows(package.events(part), strings, dates, epoch))
                for sheet, part in sheets
            ],
            name,
            title=declared_title(facts.get("title")) or path.stem,
            source=path.name,
            published=facts.get("created"),
        )


def _workbook(package: Package) -> tuple[list[tuple[str, str]], datetime]:
    """Give name and part of each sheet, and the day that dates count from."""
    main = package.main()
    links = package.links(main)
    sheets, is_1904 = [], False
    for kind, name, attributes in package.events(main):
        if kind == "start" and name == "workbookPr":
            is_1904 = attributes.get("date1904") in ("1", "true")
        if kind == "start" and name == "sheet":
            link = links.get(attributes.get("r:id", ""))
            if link and link.kind == "worksheet":
                sheets.append((attributes.get("name", ""), link.target))
    return sheets, _EPOCHS[is_1904]


def _part(package: Package, kind: str) -> str:
    links = package.links(package.main()).values()
    return next((link.target for link in links if link.kind == kind), "")


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
        elif name == "rPh":  # how Japanese is pronounced
            unread = kind == "start"
        elif name == "si" and kind == "start":
            found.append("")
    return found


def _dates(package: Package) -> frozenset[str]:
    """Give the numbers of the cell styles that show a number as a date."""
    formats: dict[str, str] = {}
    dates, in_styles, number = set(), False, 0
    for kind, name, attributes in package.events(_part(package, "styles")):
        if name == "cellXfs":
            in_styles = kind == "start"
        elif kind == "start" and name == "numFmt":
            code = attributes.get("formatCode", "")
            formats[attributes.get("numFmtId", "")] = _QUOTED.sub("", code[:500])
        elif kind == "start" and name == "xf" and in_styles:
            id = attributes.get("numFmtId", "")
            if id in _BUILTIN_DATES or _DATE_CODE.search(formats.get(id, "")):
                dates.add(str(number))
            number += 1
    return frozenset(dates)


def _rows(
    events: Iterable[Event], strings: list[str], dates: frozenset[str], epoch: datetime
) -> Iterator[list[str]]:
    row: list[str] = []
    cell: dict[str, str] = {}
    value, reading = "", False
    for kind, name, attributes in events:
        if kind == "text":
            value += name if reading else ""
        elif name in ("v", "t"):
            reading = kind == "start"
        elif name == "c" and kind == "start":
            cell, value = attributes, ""
            place = min(_column(cell.get("r", "")), _MAX_COLUMNS)
            row += [""] * (place - len(row))
        elif name == "c":
            is_date = cell.get("s") in dates
            row.append(_shown(value, cell.get("t", "n"), strings, is_date, epoch))
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
    value: str, kind: str, strings: list[str], is_date: bool, epoch: datetime
) -> str:
    """Write the value of a cell as a sheet shows it, or nearly so."""
    if kind == "s":
        known = value.isdecimal() and len(value) < 10 and int(value) < len(strings)
        return strings[int(value)] if known else ""
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind == "e":  # an error, such as #N/A
        return ""
    if kind != "n":
        return value
    return _number(value, is_date, epoch)


def _number(value: str, is_date: bool, epoch: datetime) -> str:
    try:
        number = float(value)
        if not is_date:
            return value if value.isdecimal() else f"{number:.15g}"
        if number < 1:  # a time of day
            return str(timedelta(seconds=round(86_400 * number)))
        day = epoch + timedelta(seconds=round(86_400 * number))
    except (ValueError, OverflowError):
        return value
    return day.date().isoformat() if number == int(number) else f"{day:%Y-%m-%d %H:%M}"
