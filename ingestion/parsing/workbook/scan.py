"""What a library does not say about the sheets of an xlsx, read from their XML before it opens the file.

A sheet with one cell at XFD1048576 makes any reader that lays cells out in a grid take 17 billion of them, so cells far
out are cut off first, and counted.
"""
from __future__ import annotations

import io
import re
import zipfile

from lxml import etree
from msgspec import Struct, field

from ingestion.parsing.package import Element, Package, parse

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
GRID_CELLS = 2_000_000  # rows times columns that are laid out for one sheet
GRID_COLUMNS = 512

CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
COLUMN = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br=[\"']([A-Z]{1,3})[0-9]")
ROW = re.compile(rb"<(?:\w+:)?row\s[^<>]*?\br=[\"']([0-9]{1,9})")
PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})$")
VALUELESS = re.compile(rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f(?:\s[^<>]*)?/>)\s*+"
                       rb"(?:<(?:\w+:)?v\s*/>\s*+|<(?:\w+:)?v>\s*+</(?:\w+:)?v>\s*+)?</(?:\w+:)?c>")
HIDDEN = re.compile(rb"<(?:\w+:)?(?:row|col)\s[^<>]*?\bhidden=[\"'](?:1|true)[\"']")


class Sheet(Struct):
    """`lost` cells with a value lie beyond the first `rows` rows and `columns` columns and were cut off."""

    hidden_cells: bool = False
    valueless: int = 0
    lost: int = 0
    rows: int = 0
    columns: int = 0
    pictures: int = 0
    comments: int = 0
    drawn: list[str] = field(default_factory=list)  # the words of text boxes and shapes


def scan(package: Package) -> tuple[dict[str, Sheet], bytes | None]:
    """What each sheet holds, by name, and the file with far cells cut off (None: as it is)."""
    sheets: dict[str, Sheet] = {}
    cut: dict[str, bytes] = {}
    for name, part in _parts(package).items():
        raw = package.xml_bytes(part)
        sheet = Sheet(hidden_cells=HIDDEN.search(raw) is not None, valueless=len(VALUELESS.findall(raw)))
        columns = max((column_number(letters.decode()) for letters in set(COLUMN.findall(raw))), default=0)
        rows = max((int(number) for number in set(ROW.findall(raw))), default=0)
        placed = len(COLUMN.findall(raw)) == len(CELL.findall(raw))
        if columns > GRID_COLUMNS or rows * columns > GRID_CELLS or not placed:
            cut[part] = _cut(raw, part, sheet)
        _drawings(package, part, sheet)
        sheets[name] = sheet
    return sheets, _repack(package, cut) if cut else None


def column_number(letters: str) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _parts(package: Package) -> dict[str, str]:
    """Sheet names to their parts."""
    main = next((path for kind, path in package.relations("").values() if kind == "officeDocument"), "xl/workbook.xml")
    root = package.xml(main) if main.endswith(".xml") else None
    relations = package.relations(main)
    found = {}
    for sheet in () if root is None else root.iter(S + "sheet"):
        part = relations.get(sheet.get(R + "id", ""), ("", ""))[1]
        if part in package and part.endswith(".xml"):
            found[sheet.get("name", "")] = part
    return found


def _cut(raw: bytes, part: str, sheet: Sheet) -> bytes:
    """The sheet without its far cells; every cell that is left says where it stands."""
    root = parse(raw, part)
    sheet.columns = 0
    placed: list[tuple[Element, int, int]] = []
    number = 0
    for row in root.iter(S + "row"):
        given = row.get("r", "")
        number = int(given) if given.isdigit() and len(given) < 9 else number + 1
        row.set("r", str(number))
        column = 0
        for cell in row.iterchildren(S + "c"):
            match = PLACE.match(cell.get("r", ""))
            column = column_number(match[1]) if match else column + 1
            placed.append((cell, number, column))
            if column <= GRID_COLUMNS:
                sheet.columns = max(sheet.columns, column)
    sheet.rows = GRID_CELLS // max(1, sheet.columns)
    for cell, number, column in placed:
        if column > GRID_COLUMNS or number > sheet.rows:
            sheet.lost += len(cell) > 0
            cell.getparent().remove(cell)
        else:
            cell.set("r", _letters(column) + str(number))
    for row in list(root.iter(S + "row")):
        if not len(row):
            row.getparent().remove(row)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _drawings(package: Package, part: str, sheet: Sheet) -> None:
    """Words and pictures that are drawn on a sheet, and its comments."""
    for kind, path in package.relations(part).values():
        if path not in package:
            continue
        if kind == "drawing":
            root = package.xml(path)
            sheet.pictures += sum(1 for _ in root.iter(XDR + "pic"))
            for paragraph in root.iter(A + "p"):
                words = "".join(text.text or "" for text in paragraph.iter(A + "t")).strip()
                if words:
                    sheet.drawn.append(words)
        elif kind in {"comments", "threadedComment"}:
            names = [element.tag.rsplit("}", 1)[-1] for element in package.xml(path).iter()]
            sheet.comments = max(sheet.comments, names.count("comment"), names.count("threadedComment"))


def _repack(package: Package, cut: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        for name in package.infos:
            if name in cut:
                packed.writestr(name, cut[name])
            elif not name.startswith("xl/media/") and not name.endswith("/"):
                packed.writestr(name, package.read(name))
    return buffer.getvalue()
