"""What is read from workbooks, and what is said about the rest."""
from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import parsing
from ingestion.domain import BlockKind, Document
from ingestion.errors import UnreadableError
from ingestion.parsing import office
from ingestion.parsing.builder import DocumentBuilder
from ingestion.parsing.sandbox import wall
from ingestion.parsing.workbook import grid

SHEET = "xl/worksheets/sheet1.xml"
VALUES = st.text("国际合作论文篇家abc012、（）&<", min_size=1, max_size=8).filter(lambda text: not text.isdigit())


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def workbook(rows: list[list[object]], title: str = "论文") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return book


def read(book: openpyxl.Workbook, name: str = "台账.xlsx") -> Document:
    return parsing.read(saved(book), name)


def changed(raw: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The package with one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, change(old.read(entry)) if entry == part else old.read(entry))
    return buffer.getvalue()


def table(document: Document) -> list[list[str]]:
    """The first table's rows, as far as cells stand in them."""
    block = next(block for block in document.blocks if block.cells)
    rows: dict[int, list[str]] = {}
    for cell in block.cells:
        rows.setdefault(cell.row, []).append(document.quote(cell.span))
    return list(rows.values())


def words(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.quote(block.span)) for block in document.blocks if not block.cells]


def codes(document: Document) -> list[str]:
    return [notice.code for notice in document.notices]


@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=2, max_size=6))
@settings(max_examples=40, deadline=None)
def test_every_cell_is_what_was_put_in(rows: list[list[str]]) -> None:
    """Every cell stands in the text at its span, at its place in the grid."""
    document = read(workbook(rows))  # type: ignore[arg-type]
    block = document.blocks[-1]
    assert [(cell.row, cell.column, document.quote(cell.span)) for cell in block.cells] == [
        (number, column, text) for number, row in enumerate(rows) for column, text in enumerate(row)]


def test_titles_and_remarks() -> None:
    """Rows of one cell above the header are paragraphs, and so is a remark below; a section inside stays a row."""
    document = read(workbook([
        ["论文台账"], ["编制单位：技术中心", None, "单位：万元"], ["序号", "题目", "经费"], ["一、高新技术企业"],
        [1, "甲", 2.5],
        [2, "乙", 3], ["注：截至2024年5月。"]]))
    assert words(document) == [("heading", "论文"), ("paragraph", "论文台账"), ("paragraph", "编制单位：技术中心"),
                               ("paragraph", "单位：万元"), ("paragraph", "注：截至2024年5月。")]
    assert table(document) == [["序号", "题目", "经费"], ["一、高新技术企业"], ["1", "甲", "2.5"], ["2", "乙", "3"]]


def test_empty_rows_divide_tables() -> None:
    """An empty row ends a table; the next one begins at its own first column."""
    document = read(workbook([["a", "b"], ["c", "d"], [], [None, "e", "f"], [None, "g", "h"]]))
    tables = [block for block in document.blocks if block.cells]
    assert [[(cell.row, cell.column) for cell in block.cells] for block in tables] == [[(0, 0), (0, 1), (1, 0),
    (1, 1)]] * 2


def test_column_of_entries() -> None:
    """Entries below each other are a table of one column; sentences are paragraphs."""
    assert table(read(workbook([["企业名称"], ["甲公司"], ["乙公司"]]))) == [["企业名称"], ["甲公司"], ["乙公司"]]
    assert words(read(workbook([["说明一。"], ["说明二。"], ["说明三。"]])))[1:] == [
        ("paragraph", "说明一。"), ("paragraph", "说明二。"), ("paragraph", "说明三。")]


def test_values() -> None:
    """Dates in ISO form, whole numbers without a point, long ones without an exponent, float noise rounded off."""
    document = read(workbook([
        ["日期", "时间", "整数", "小数", "小", "是"],
        [dt.date(2024, 6, 15), dt.datetime(2024, 6, 15, 8, 30), 1950000.0, 0.1 + 0.2, 1e-7, True]]))  # noqa: DTZ001 (a cell has no time zone)
    assert table(document)[1] == ["2024-06-15", "2024-06-15 08:30", "1950000", "0.3", "0.0000001", "TRUE"]


def test_merged_cells_stand_once() -> None:
    """A merged cell stands once, with its spans; a merged title is a paragraph."""
    book = workbook([["名录", None, None], ["类", "企业", "年"], ["甲类", "甲", 2021], [None, "乙", 2022]])
    sheet = book.active
    assert sheet is not None
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A3:A4")
    document = read(book)
    block = document.blocks[-1]
    assert [(cell.row, cell.column, cell.row_span, cell.column_span, document.quote(cell.span)) for cell in block.cells
            if cell.row > 0] == [(1, 0, 2, 1, "甲类"), (1, 1, 1, 1, "甲"), (1, 2, 1, 1, "2021"), (2, 1, 1, 1, "乙"),
                                 (2, 2, 1, 1, "2022")]


def test_hidden_sheets_are_named_and_not_read() -> None:
    """Hidden and very hidden sheets are named in notices, their words nowhere in the text."""
    book = workbook([["a", "b"]])
    for title, state in (("旧台账", "hidden"), ("底稿", "veryHidden")):
        sheet = book.create_sheet(title)
        sheet["A1"] = "作废31篇"
        sheet.sheet_state = state
    document = read(book)
    assert [(notice.code, title in notice.text) for notice,
    title in zip(document.notices, ("旧台账", "底稿"), strict=True)
            ] == [("hidden_sheet", True), ("hidden_sheet", True)]
    assert "作废" not in document.text


def test_sheet_names() -> None:
    """A sheet's name heads its blocks, unless it is the only sheet and has the name that programs give."""
    assert words(read(workbook([["a", "b"]], "Sheet1"))) == []
    book = workbook([["a", "b"]], "Sheet1")
    book.create_sheet("空")
    assert words(read(book)) == []
    book.create_sheet("经费").append(["c", "d"])
    document = read(book)
    assert words(document) == [("heading", "Sheet1"), ("heading", "经费")]
    assert [block.section for block in document.blocks] == ["Sheet1", "Sheet1", "经费", "经费"]


def test_formulas() -> None:
    """A formula counts by its stored result; without one it is empty, and a notice says so."""
    raw = changed(saved(workbook([["合计", "=1+1"], ["x", "=2+2"]])), SHEET,
                  lambda xml: re.sub(rb"(<f>1\+1</f>)<v\s*(?:/>|></v>)", rb"\1<v>2</v>", xml))
    document = parsing.read(raw, "a.xlsx")
    assert table(document)[0] == ["合计", "2"]
    assert [(notice.code, "1" in notice.text) for notice in document.notices] == [("formula_without_value", True)]


def test_hidden_rows_comments_and_text_boxes() -> None:
    """Hidden rows and comments are said."""
    book = workbook([["a", "b"], ["c", "d"]])
    sheet = book.active
    assert sheet is not None
    sheet.row_dimensions[2].hidden = True
    sheet["A1"].comment = openpyxl.comments.Comment("再核", "审核")
    assert codes(read(book)) == ["hidden_cells", "comments"]


def test_far_cell() -> None:
    """One cell at the far corner adds no rows, and a notice says that it was cut off."""
    raw = changed(saved(workbook([["a", "b"]])), SHEET, lambda xml: xml.replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'))
    document = parsing.read(raw, "a.xlsx")
    assert (codes(document), table(document)) == (["cut_sheet"], [["a", "b"]])


def test_cells_without_places() -> None:
    """Cells that do not say where they stand follow each other, and are bounded too."""
    raw = changed(saved(workbook([["a", "b"]])), SHEET, lambda xml: xml.replace(
        b"</sheetData>",
        b"<row><c><v>1</v></c><c><v>2</v></c></row><row>" + b"<c><v>3</v></c>" * 600 + b"</row></sheetData>"))
    document = parsing.read(raw, "a.xlsx")
    assert table(document)[1] == ["1", "2"]
    assert codes(document) == ["cut_sheet"]


def test_huge_merged_cell() -> None:
    """A merged cell over the whole sheet is kept to what is used, and what it covers is not seen."""
    raw = changed(saved(workbook([["a", "b", "c"], [1, 2, 3], [4, 5, 6]])), SHEET, lambda xml: xml.replace(
        b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="B2:XFD1048576"/></mergeCells>'))
    document = parsing.read(raw, "a.xlsx")
    assert [(document.quote(cell.span), cell.row_span, cell.column_span) for cell in document.blocks[-1].cells] == [
        ("a", 1, 1), ("b", 1, 1), ("c", 1, 1), ("1", 1, 1), ("2", 2, 2), ("4", 1, 1)]


def test_xls() -> None:
    """An old .xls is read alike, also under another name; its hidden sheets are named."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("论文")
    for column, text in enumerate(["序号", "题目"]):
        sheet.write(0, column, text)
    sheet.write(1, 0, 1)
    sheet.write(1, 1, "甲")
    hidden = book.add_sheet("旧")
    hidden.write(0, 0, "乙")
    hidden.visibility = 1
    buffer = io.BytesIO()
    book.save(buffer)
    for name in ("台账.xls", "台账.et", "台账.xlsx"):
        document = parsing.read(buffer.getvalue(), name)
        assert (document.kind, table(document), codes(document)) == (
            "xls", [["序号", "题目"], ["1", "甲"]], ["hidden_sheet"])


def test_damaged_xls(capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever is broken in an .xls, the error is ours and nothing is printed."""
    book = xlwt.Workbook()
    book.add_sheet("论文").write(0, 0, "甲")
    buffer = io.BytesIO()
    book.save(buffer)
    raw = buffer.getvalue()
    for cut in range(600, len(raw) // 2, 300):
        with pytest.raises(UnreadableError) as caught:
            parsing.read(raw[:cut], "a.xls")
        assert caught.value.code == "corrupt"
    assert capfd.readouterr().err == ""


def biff2(*texts: str) -> bytes:
    """A workbook of Excel 2: one sheet, records without a container; cells A1, B1, ..."""
    def record(kind: int, body: bytes) -> bytes:
        return kind.to_bytes(2, "little") + len(body).to_bytes(2, "little") + body

    cells = b"".join(record(4, bytes([0, 0, column, 0, 0, 0, 0, len(text)]) + text.encode())
                     for column, text in enumerate(texts))
    return record(9, b"\x02\x00\x10\x00") + cells + record(10, b"")


def old_xls() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("论文").write(0, 0, "甲")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("read_it", [parsing.read, wall.read], ids=["here", "behind the wall"])
def test_a_workbook_that_only_libreoffice_knows_is_read(read_it: Callable[[bytes, str], Document]) -> None:
    """An old format is no damage; it says which program read it. Where there is no LibreOffice it stays unreadable."""
    raw = biff2("SCI", "23")
    if any(map(shutil.which, office.PROGRAMS)):
        document = read_it(raw, "台账.xls")
        assert "SCI" in document.text
        assert "23" in document.text
        assert codes(document) == ["old_workbook"]
    else:
        with pytest.raises(UnreadableError):
            read_it(raw, "台账.xls")


@pytest.mark.parametrize("program", [True, False])
def test_an_old_workbook_with_a_password_says_so(program: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encrypted is not corrupt, whether LibreOffice is there or not."""
    raw = old_xls()
    start = raw.index(b"\x09\x08\x10\x00")
    second = start + 4 + raw[start + 2]
    locked = raw[:second] + b"\x2f\x00" + raw[second + 2:]
    if not program:
        monkeypatch.setattr(office, "PROGRAMS", ())
    with pytest.raises(UnreadableError) as caught:
        parsing.read(locked, "台账.xls")
    assert caught.value.code == "encrypted"


def test_an_old_workbook_that_was_cut_off_is_not_read_in_part() -> None:
    """LibreOffice would read what is left and say nothing."""
    raw = old_xls()
    assert not office.is_cut(raw)
    assert all(office.is_cut(raw[:length]) for length in (9, 600, len(raw) // 2, len(raw) - 600))


def test_doctype_is_refused() -> None:
    """A DOCTYPE in any part refuses the workbook."""
    raw = changed(saved(workbook([["a"]])), "xl/styles.xml", lambda xml: b"<!DOCTYPE x>" + xml)
    with pytest.raises(UnreadableError) as caught:
        parsing.read(raw, "a.xlsx")
    assert caught.value.code == "doctype"


def test_grid_keeps_rows_under_a_tall_cell() -> None:
    """A row that only holds the rest of a merged cell does not end its table."""
    builder = DocumentBuilder("a", "", "xlsx")
    grid.write(builder, [["类", "企业"], ["甲类", "甲"], ["", ""], ["乙类", "乙"]], merged={(1, 0): (2, 1)})
    document = builder.build()
    assert [block.kind for block in document.blocks] == [BlockKind.TABLE]
    assert [cell.row for cell in document.blocks[0].cells] == [0, 0, 1, 1, 3, 3]
