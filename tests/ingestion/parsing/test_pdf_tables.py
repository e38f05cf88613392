"""Tables in pdf: ruled grids, merged cells, tables over pages, tables without a grid."""
from __future__ import annotations

import io
import random
from collections.abc import Callable

import pdfplumber
import pytest
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, Spacer

from ingestion.domain import Block, BlockKind, Document
from ingestion.parsing.pdf import reader as pdf
from tests.support import pdf_samples as samples

Rows = list[list[str]]


def read(data: bytes) -> Document:
    return pdf.read(data, "表.pdf", "0" * 64)


def tables(document: Document) -> list[Block]:
    return [block for block in document.blocks if block.kind is BlockKind.TABLE]


def rows_of(document: Document, table: Block) -> Rows:
    rows: Rows = []
    for cell in table.cells:
        while len(rows) <= cell.row:
            rows.append([])
        rows[cell.row].append(document.quote(cell.span))
    return rows


PAPERS: Rows = [["序号", "论文题目", "作者单位", "收录"],
                ["1", "膜法水处理与国际联合研究的关键技术进展及其在山地城市中的应用", "重庆大学；TU Munich, Germany",
                 "SCI"],
                ["2", "镁合金", "重庆嘉陵理工大学", "EI"], ["合计", "", "", "2"]]
WIDTHS = (40, 200, 120, 60)


def test_cells_of_a_ruled_table() -> None:
    """Each field is a cell, empty ones too; wrapped lines are joined as words demand; the caption stays above."""
    document = read(samples.flowed([Paragraph("表1 论文清单", samples.FLUSH), samples.table(PAPERS, WIDTHS),
                                    Paragraph(samples.TEXT, samples.BODY)]))
    table, = tables(document)
    assert rows_of(document, table) == PAPERS
    kinds = [block.kind for block in document.blocks if block.kind is not BlockKind.FURNITURE]
    assert kinds == [BlockKind.PARAGRAPH, BlockKind.TABLE, BlockKind.PARAGRAPH]


def test_merged_cells_stand_once_with_their_spans() -> None:
    """A merged cell is one cell at its first field and says how many rows and columns it covers."""
    rows = [["申报单位基本情况", "", "", ""], ["单位名称", "重庆某某公司", "法定代表人", "张三"],
            ["平台", "市级", "重点实验室", "2"], ["", "国家级", "工程中心", "1"], ["合计", "", "", "3"]]
    document = read(samples.flowed([samples.table(rows, (100,) * 4, spans=[(0, 0, 3, 0), (0, 2, 0, 3), (0, 4, 2, 4)])]))
    table, = tables(document)
    merged = {(cell.row, cell.column): (cell.row_span, cell.column_span, document.quote(cell.span))
              for cell in table.cells if (cell.row_span, cell.column_span) != (1, 1)}
    assert merged == {(0, 0): (1, 4, "申报单位基本情况"), (2, 0): (2, 1, "平台"), (4, 0): (1, 3, "合计")}
    assert [document.quote(cell.span) for cell in table.cells if cell.row == 3] == ["国家级", "工程中心", "1"]


def test_cells_lie_inside_their_table_and_have_lines() -> None:
    """Cells are inside the block, in order, and every character of them has a place on the page."""
    document = read(samples.flowed(samples.application(1)))
    table, = tables(document)
    assert all(table.span.start <= cell.span.start <= cell.span.end <= table.span.end for cell in table.cells)
    for cell in table.cells:
        boxes = document.boxes(cell.span)
        assert boxes and all(box.right > box.left and box.bottom > box.top for box in boxes)


def test_a_table_over_pages_is_one_block() -> None:
    """A table that goes on at the next page's top is one block, its repeated header counted once."""
    rows = [["序号", "项目名称", "合作方"]] + [[str(number), f"第{number}项国际合作项目的名称", "德国慕尼黑工业大学"]
                                      for number in range(1, 121)]
    document = read(samples.flowed([samples.table(rows, (50, 200, 150), repeat=1), Paragraph("表后。", samples.BODY)]))
    table, = tables(document)
    assert len(document.pages) > 2
    assert rows_of(document, table) == rows
    for cell in table.cells:
        assert document.page_at(cell.span.start) == document.boxes(cell.span)[0].page


def test_a_row_that_a_page_end_divides_is_put_together() -> None:
    """What stands in few cells at the next page's top, without the first, goes on the row above."""
    def page(rows: Rows, top: float) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            for number, row in enumerate(rows):
                for place, text in enumerate(row):
                    canvas.rect(80 + 140 * place, top - 30 * (number + 1), 140, 30)
                    canvas.drawString(86 + 140 * place, top - 30 * number - 20, text)
        return draw

    header, last = ["序号", "项目名称", "合作方"], ["2", "镁合金", "东北大学"]
    document = read(samples.drawn(page([header, ["1", "轻合金联合研究", "德国巴登符腾堡州国际经"]], 120),
                                  page([header, ["", "", "济合作署"], last], 800)))
    table, = tables(document)
    assert rows_of(document, table) == [header, ["1", "轻合金联合研究", "德国巴登符腾堡州国际经济合作署"], last]
    cell = next(cell for cell in table.cells if document.quote(cell.span).startswith("德国"))
    assert [box.page for box in document.boxes(cell.span)] == [1, 2]


def test_a_form_over_pages_is_one_table_though_its_rows_are_merged() -> None:
    """A form whose later rows have fewer columns is one block, in the columns of the page that has most."""
    widths, long = (80, 140, 80, 140), "近三年合作情况。" + samples.TEXT * 6
    rows = [["基地名称", "膜法水处理中心", "基地类型", "联合研究中心"], ["工作基础", long, "", ""],
            ["单位意见", "同意申报。", "", ""]]
    form = samples.table(rows, widths, spans=[(1, 1, 3, 1), (1, 2, 3, 2)])
    document = read(samples.flowed([Spacer(1, 640), form]))
    table, = tables(document)
    assert len(document.pages) == 2
    assert rows_of(document, table) == [rows[0], ["工作基础", long], ["单位意见", "同意申报。"]]
    assert [(cell.column, cell.column_span) for cell in table.cells if cell.row] == [(0, 1), (1, 3)] * 2


def test_different_tables_on_two_pages_stay_apart() -> None:
    """Tables with other columns, or with a heading between them, are not joined."""
    first = samples.table([["甲", "乙"], ["1", "2"]], (100, 100))
    second = samples.table([["丙", "丁"], ["3", "4"]], (100, 100))
    document = read(samples.flowed([first, PageBreak(), Paragraph("二、第二张表", samples.HEADING), second]))
    assert len(document.pages) == 2
    assert [rows_of(document, table) for table in tables(document)] == [[["甲", "乙"], ["1", "2"]],
                                                                       [["丙", "丁"], ["3", "4"]]]


@pytest.mark.parametrize(("lines", "widths", "rows"), [
    ("three", (80, 80), [["项目", "金额（万元）"], ["设备", "120"], ["差旅", "30"]]),
    ("none", (80, 120, 80, 80), [
        ["国家", "机构", "协议年限", "签订时间"], ["德国", "慕尼黑工业大学", "5年", "2021.03"],
        ["以色列", "特拉维夫大学", "3年", "2022.05"], ["日本", "东北大学", "5年", "2020.11"]])])
def test_tables_without_a_grid(lines: str, widths: tuple[int, ...], rows: Rows) -> None:
    """Between the lines of a three-line table two columns are enough, without any lines three that align."""
    document = read(samples.flowed([Paragraph(samples.TEXT, samples.BODY), samples.table(rows, widths, lines=lines),
                                    Paragraph(samples.TEXT, samples.BODY)]))
    table, = tables(document)
    assert rows_of(document, table) == rows
    assert [document.quote(block.span) for block in document.blocks
            if block.kind is BlockKind.PARAGRAPH] == [samples.TEXT] * 2


def test_labels_and_values_are_no_table() -> None:
    """Pairs in two columns without lines are lines of their own, label and value with one blank."""
    def page(canvas: Canvas) -> None:
        for number, line in enumerate(lines):
            label, value = line.split()
            canvas.drawString(80, 700 - 30 * number, label)
            canvas.drawString(200, 700 - 30 * number, value)

    lines = ["名称 重庆某某有限公司", "类型 有限责任公司", "法定代表人 余见微", "注册资本 伍仟万元整"]
    assert read(samples.drawn(page)).text.splitlines() == lines


def test_a_frame_around_text_is_no_table() -> None:
    """A box with one field leaves its text as it is."""
    def page(canvas: Canvas) -> None:
        canvas.rect(70, 600, 450, 150)
        canvas.drawString(80, 720, "一、本单位近三年未发生安全责任事故。")
        canvas.drawString(80, 690, "二、本单位未发现科研诚信问题。")

    document = read(samples.drawn(page))
    assert tables(document) == []
    assert len(document.blocks) == 2


def test_borders_drawn_as_thin_rectangles_in_a_form() -> None:
    """Filled rectangles count as lines, also inside a form object that is moved."""
    def page(canvas: Canvas) -> None:
        canvas.beginForm("grid")
        for row in range(3):
            canvas.rect(0, 30 * row, 200, 0.7, stroke=0, fill=1)
        for column in range(3):
            canvas.rect(100 * column, 0, 0.7, 60, stroke=0, fill=1)
        canvas.endForm()
        canvas.saveState()
        canvas.translate(80, 600)
        canvas.doForm("grid")
        canvas.restoreState()
        for place, text in enumerate(("年度", "论文", "2022", "9")):
            canvas.drawString(90 + 100 * (place % 2), 640 - 30 * (place // 2), text)

    document = read(samples.drawn(page))
    table, = tables(document)
    assert rows_of(document, table) == [["年度", "论文"], ["2022", "9"]]


def test_words_drawn_in_one_go_are_cut_at_the_borders() -> None:
    """A line that runs through several fields is divided among them, character by character."""
    def page(canvas: Canvas) -> None:
        for column in range(3):
            canvas.rect(80 + 24 * column, 690, 24, 20)
        canvas.drawString(80, 695, "甲一乙二丙三")

    table, = tables(document := read(samples.drawn(page)))
    assert rows_of(document, table) == [["甲一", "乙二", "丙三"]]


@pytest.mark.parametrize("seed", range(12))
def test_random_grids_come_back_as_they_were_drawn(seed: int) -> None:
    """Tables of any size with any merged rectangles read back cell for cell, and as pdfplumber reads them."""
    rnd = random.Random(seed)
    columns, count = rnd.randint(2, 6), rnd.randint(2, 12)
    free = {(row, column) for row in range(count) for column in range(columns)}
    spans, covered = [], set()
    for _ in range(rnd.randint(0, 4)):
        row, column = rnd.randrange(count), rnd.randrange(columns)
        high, wide = rnd.randint(1, min(3, count - row)), rnd.randint(1, min(3, columns - column))
        fields = {(y, x) for y in range(row, row + high) for x in range(column, column + wide)}
        if fields <= free and 1 < len(fields) < count * columns:
            free -= fields
            covered |= fields - {(row, column)}
            spans.append((column, row, column + wide - 1, row + high - 1))
    words = ["德国", "2021年", "重庆大学", "SCI", "1,200", "", "慕尼黑工业大学国际联合研究中心", "5"]
    rows = [["" if (row, column) in covered else rnd.choice(words) or "—" for column in range(columns)]
            for row in range(count)]
    data = samples.flowed([samples.table(rows, [440 / columns] * columns, spans=spans)])
    document = read(data)
    table, = tables(document)
    expected = [[text for column, text in enumerate(row) if (number, column) not in covered]
                for number, row in enumerate(rows)]
    assert rows_of(document, table) == expected[:len(rows_of(document, table))]
    fields = [(cell.row + y, cell.column + x) for cell in table.cells
              for y in range(cell.row_span) for x in range(cell.column_span)]
    assert len(fields) == len(set(fields))
    with pdfplumber.open(io.BytesIO(data)) as opened:
        theirs = [["".join(cell.split()) for cell in row if cell] for row in opened.pages[0].extract_tables()[0]]
    assert [["".join(cell.split()) for cell in row if cell] for row in rows_of(document, table)] == theirs
