"""Reading workbooks (xlsx, xlsm, xlsb, xls, et, ods) with python-calamine: values as stored, formulas by their result.

Each visible sheet is a run of blocks whose `section` is its name. Hidden sheets are named in a notice and not read.
"""
from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import re
import threading
from collections.abc import Iterator
from decimal import Decimal

import python_calamine as calamine

from ingestion.domain import BlockKind, Document
from ingestion.parsing.builder import DocumentBuilder
from ingestion.parsing.notices import notice, unreadable
from ingestion.parsing.package import Package
from ingestion.parsing.workbook import grid
from ingestion.parsing.workbook.scan import GRID_CELLS, Sheet, scan

ZIP = b"PK"
PLAIN_NAME = re.compile(r"(?:sheet|工作表|表)\s*\d*$", re.IGNORECASE)  # as programs name a new sheet
MERGED_AREA = 500_000  # cells under merged cells of one sheet that are looked at
ESCAPED_RETURN = "_x000D_"
WHOLE = 10 ** 15
SIGNIFICANT = ".15g"  # digits that a spreadsheet keeps of a number

_stderr = threading.Lock()

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read(data: bytes, name: str, sha256: str, kind: str = "") -> Document:
    """The document in a workbook, sheet by sheet."""
    known: dict[str, Sheet] = {}
    source = data
    if data.startswith(ZIP):
        package = Package(data)
        package.refuse_doctypes()
        for entry in package.infos:
            if entry.endswith(".bin"):
                package.read(entry)
        known, cut = scan(package)
        source = cut or data
    builder = DocumentBuilder(name, sha256, kind or ("xlsx" if data.startswith(ZIP) else "xls"))
    try:
        with _quiet() if source is data and not known else contextlib.nullcontext(), \
                calamine.CalamineWorkbook.from_filelike(io.BytesIO(source)) as workbook:
            _sheets(workbook, known, builder)
    except calamine.PasswordError as error:
        raise unreadable("encrypted") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise unreadable("corrupt", detail=str(error)[:120]) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what calamine's Rust raises on a file that breaks it
            raise
        raise unreadable("corrupt", detail="calamine") from error
    if not builder.blocks and not builder.notices:
        raise unreadable("blank")
    return builder.build()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Standard error goes nowhere: calamine's Rust reports there that a damaged .xls broke it, trace and all."""
    with _stderr:
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


def _sheets(workbook: calamine.CalamineWorkbook, known: dict[str, Sheet], builder: DocumentBuilder) -> None:
    """Sheets as blocks; hidden ones and charts are said instead."""
    read_sheets: list[tuple[str, list[list[str]], grid.Spans]] = []
    for index, meta in enumerate(workbook.sheets_metadata):
        if meta.visible != calamine.SheetVisibleEnum.Visible:
            builder.notices.append(notice("hidden_sheet", name=meta.name))
        elif meta.typ != calamine.SheetTypeEnum.WorkSheet:
            builder.notices.append(notice("chart_sheet", name=meta.name))
        else:
            sheet = workbook.get_sheet_by_index(index)
            rows = _rows(sheet, builder)
            if any(any(row) for row in rows) or known.get(meta.name, Sheet()).drawn:
                read_sheets.append((meta.name, rows, _spans(sheet, rows)))
            _report(meta.name, known.get(meta.name), builder)
    for name, rows, spans in read_sheets:
        if len(read_sheets) > 1 or not PLAIN_NAME.match(name):
            builder.text_block(BlockKind.HEADING, name, level=1, section=name)
        grid.write(builder, rows, merged=spans, section=name)
        for words in known.get(name, Sheet()).drawn:
            builder.text_block(BlockKind.PARAGRAPH, words, section=name)


def _rows(sheet: calamine.CalamineSheet, builder: DocumentBuilder) -> list[list[str]]:
    """The sheet's cells in words; of one that is too far spread the first rows, with a notice."""
    if sheet.height * sheet.width <= GRID_CELLS:
        return [[_words(value) for value in row] for row in sheet.to_python(skip_empty_area=True)]
    most = GRID_CELLS // sheet.width
    lost = 0
    rows: list[list[str]] = []
    for number, row in enumerate(sheet.iter_rows()):
        if number < most:
            rows.append([_words(value) for value in row])
        else:
            lost += len(row) - row.count("")
    if lost:
        builder.notices.append(notice("cut_sheet", name=sheet.name, rows=most, columns=sheet.width, count=lost))
    return rows


def _spans(sheet: calamine.CalamineSheet, rows: list[list[str]]) -> grid.Spans:
    """Merged cells by their place in `rows`, kept within them."""
    top, left = sheet.start or (0, 0)
    height, width = len(rows), max(map(len, rows), default=0)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    area = 0
    for (first, start), (last, end) in sheet.merged_cell_ranges or ():
        row, column = first - top, start - left
        below, right = min(last - top, height - 1), min(end - left, width - 1)
        if row >= 0 and column >= 0 and below >= row and right >= column and (below, right) != (row, column):
            area += (below - row + 1) * (right - column + 1)
            if area > MERGED_AREA:
                break
            spans[row, column] = (below - row + 1, right - column + 1)
    return spans


def _words(value: Value) -> str:
    """A cell's value in words: dates as 2024-06-15, whole numbers without a point."""
    if isinstance(value, str):
        return value.replace(ESCAPED_RETURN, "").replace("\r\n", "\n").strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < WHOLE
        return str(int(value)) if whole else f"{Decimal(format(value, SIGNIFICANT)):f}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _report(name: str, sheet: Sheet | None, builder: DocumentBuilder) -> None:
    """What a sheet holds that is not read."""
    if sheet is None:
        return
    add = builder.notices.append
    if sheet.hidden_cells:
        add(notice("hidden_cells", name=name))
    if sheet.valueless:
        add(notice("formula_without_value", name=name, count=sheet.valueless))
    if sheet.lost:
        add(notice("cut_sheet", name=name, rows=sheet.rows, columns=sheet.columns, count=sheet.lost))
    if sheet.pictures:
        add(notice("pictures_not_read", count=sheet.pictures))
    if sheet.comments:
        add(notice("comments", count=sheet.comments))
