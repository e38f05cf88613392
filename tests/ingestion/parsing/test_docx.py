"""What is read from a docx, and what is said about the rest."""
from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import parsing
from ingestion.domain import Block, BlockKind, Document
from ingestion.errors import UnreadableError
from tests.support.word_samples import cell, level, numbered, numbering, package, paragraph, run, table, text_box

DELETED = '<w:del w:id="1"><w:r><w:delText>原有31篇</w:delText></w:r></w:del>'
WORDS = st.text("国际科技合作基地论文近三年发表篇家项0123456789，。（）ab<&>\"' ", min_size=1, max_size=24).map(
    str.strip).filter(bool)


def read(body: str, **more: object) -> Document:
    return parsing.read(package(body, **more), "申报书.docx")  # type: ignore[arg-type]


def words(document: Document) -> list[str]:
    return [document.quote(block.span) for block in document.blocks]


def cells(document: Document, block: Block) -> list[tuple[int, int, int, int, str]]:
    return [(found.row, found.column, found.row_span, found.column_span, document.quote(found.span))
            for found in block.cells]


def codes(document: Document) -> list[str]:
    return [notice.code for notice in document.notices]


def test_paragraphs_and_tables_in_order() -> None:
    """Blocks come in the order of the body."""
    rows = [["序号", "题目"], ["1", "甲"]]
    document = read(paragraph("近三年发表论文22篇。") + table(rows) + paragraph("以上属实。"))
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH, BlockKind.TABLE, BlockKind.PARAGRAPH]
    assert document.text == "近三年发表论文22篇。\n序号\t题目\n1\t甲\n以上属实。\n"


@given(st.lists(st.one_of(WORDS, st.lists(st.lists(WORDS, min_size=2, max_size=3), min_size=1, max_size=3)),
                min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_span_is_what_was_put_in(content: list[str | list[list[str]]]) -> None:
    """Every paragraph and every cell stands in the text at its span, its typed number before it."""
    body = "".join(paragraph(part) if isinstance(part, str) else table(part) for part in content)
    document = read(body)
    expected, found = [], []
    for part in content:
        expected.extend([part] if isinstance(part, str) else [text for row in part for text in row])
    for block in document.blocks:
        if block.cells:
            found.extend(document.quote(part.span) for part in block.cells)
        else:
            line = document.text.rfind("\n", 0, block.span.start) + 1
            found.append(document.text[line:block.span.end])
            assert found[-1].endswith(document.quote(block.span))
    assert found == expected


def test_merged_cells_stand_once() -> None:
    """A cell merged over columns or rows stands once, with its spans."""
    across = cell(paragraph("合计"), properties='<w:gridSpan w:val="2"/>')
    down = cell(paragraph("孵化区"), properties='<w:vMerge w:val="restart"/>')
    rest = cell(properties="<w:vMerge/>")
    document = read(table([[down, "孵化器", "9,800"], [rest, "加速器", "2,100"], [across, "11,900"]]))
    assert cells(document, document.blocks[0]) == [
        (0, 0, 2, 1, "孵化区"), (0, 1, 1, 1, "孵化器"), (0, 2, 1, 1, "9,800"),
        (1, 1, 1, 1, "加速器"), (1, 2, 1, 1, "2,100"), (2, 0, 1, 2, "合计"), (2, 2, 1, 1, "11,900")]


def test_accepted_changes() -> None:
    """Insertions are text; deletions are not, and a notice counts them."""
    document = read(paragraph("发表论文", f'<w:ins w:id="2">{run("22篇")}</w:ins>', DELETED, "。"))
    assert words(document) == ["发表论文22篇。"]
    assert [(notice.code, "1" in notice.text) for notice in document.notices] == [("deleted_text", True)]


def test_deleted_row() -> None:
    """A table row that was deleted is no row, and is counted."""
    row = f'<w:tr><w:trPr><w:del w:id="1"/></w:trPr>{cell(paragraph("2"))}{cell(paragraph("乙"))}</w:tr>'
    document = read(table([["1", "甲"]]).replace("</w:tbl>", row + "</w:tbl>"))
    assert [part[-1] for part in cells(document, document.blocks[0])] == ["1", "甲"]
    assert codes(document) == ["deleted_text"]


def test_paragraphs_joined_by_a_deletion() -> None:
    """A paragraph whose end was deleted runs on into the next one."""
    end = '<w:rPr><w:del w:id="1"/></w:rPr>'
    document = read(paragraph("近三年发表", properties=end) + paragraph("论文", properties=end) + paragraph("22篇。")
                    + paragraph("尾", properties=end) + table([["a", "b"]]))
    assert words(document) == ["近三年发表论文22篇。", "尾", "a\tb"]


def test_moved_text_once() -> None:
    """Text that was moved stands where it was moved to."""
    document = read(paragraph("甲", f'<w:moveFrom w:id="1">{run("乙")}</w:moveFrom>')
                    + paragraph(f'<w:moveTo w:id="2">{run("乙")}</w:moveTo>', "丙"))
    assert words(document) == ["甲", "乙丙"]


def test_comments_are_no_text() -> None:
    """Comments are counted and not read."""
    document = read(paragraph("论文22篇。"), parts={"comments": f'<w:comment w:id="0">{paragraph("再核")}</w:comment>'})
    assert (words(document), codes(document)) == (["论文22篇。"], ["comments"])


@pytest.mark.parametrize("properties", ["<w:vanish/>", '<w:rStyle w:val="H"/>'])
def test_hidden_text(properties: str) -> None:
    """Text hidden by hand or by its style is no text, and is counted."""
    document = read(paragraph("论文22篇", run("（内部数据30篇）", properties), "。"))
    assert (words(document), codes(document)) == (["论文22篇。"], ["hidden_text"])


def test_text_box_once() -> None:
    """A text box is a block after the paragraph that anchors it, though the file holds it twice."""
    document = read(paragraph("前文。", text_box("近三年发表论文26篇。")) + paragraph("后文。"))
    assert words(document) == ["前文。", "近三年发表论文26篇。", "后文。"]


def test_content_controls() -> None:
    """Content controls are read, whole blocks and within a line; an empty one's placeholder is not."""
    inline = f"<w:sdt><w:sdtPr/><w:sdtContent>{run('22')}</w:sdtContent></w:sdt>"
    empty = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('单击输入')}</w:sdtContent></w:sdt>"
    block = f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('整段。')}</w:sdtContent></w:sdt>"
    assert words(read(paragraph("论文", inline, "篇", empty) + block)) == ["论文22篇", "整段。"]


def test_check_boxes() -> None:
    """Check boxes as ☑ and ☐: content control, symbol font as w:sym, as private character and as letter, form field."""
    control = ('<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{}"/></w14:checkbox></w:sdtPr>'
               f"<w:sdtContent>{run('☒')}</w:sdtContent></w:sdt>")
    form = ('<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/>'
            "</w:checkBox></w:ffData></w:fldChar></w:r>")
    document = read(paragraph(
        control.format(1), "甲", control.format(0), "乙", '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "丙",
        '<w:r><w:sym w:font="Wingdings 2" w:char="F0A3"/></w:r>', "丁",
        run("\uf0a8", '<w:rFonts w:ascii="Wingdings"/>'), "戊",
        run("R", '<w:rFonts w:ascii="Wingdings 2"/>'), "己", form, "庚"))
    assert words(document) == ["☑甲☐乙☑丙☐丁☐戊☑己☑庚"]


def test_notes_follow_their_block() -> None:
    """A footnote is a block of its own after the block that refers to it, once; separators are none."""
    notes = ('<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
             f'<w:footnote w:id="2">{paragraph("数据截至5月。")}</w:footnote>')
    document = read(paragraph("论文22篇", '<w:r><w:footnoteReference w:id="2"/></w:r>', "。") + paragraph("后文。"),
                    parts={"footnotes": notes})
    assert [(block.kind, block.label, document.quote(block.span)) for block in document.blocks] == [
        (BlockKind.PARAGRAPH, "", "论文22篇。"), (BlockKind.NOTE, "[1]", "数据截至5月。"),
        (BlockKind.PARAGRAPH, "", "后文。")]


def test_headers_once() -> None:
    """A header that two sections show stands once, as furniture; one that no section shows does not stand."""
    section = '<w:sectPr><w:headerReference r:id="header1"/></w:sectPr>'
    document = read(paragraph("甲。", properties=section) + paragraph("乙。") + section, parts={
        "header1": paragraph("密级：公开"), "header2": paragraph("旧页眉")})
    assert [(block.kind, document.quote(block.span)) for block in document.blocks] == [
        (BlockKind.FURNITURE, "密级：公开"), (BlockKind.PARAGRAPH, "甲。"), (BlockKind.PARAGRAPH, "乙。")]


def test_headings() -> None:
    """A heading by style, by an inherited outline level, by weight and number; an item with only a number is none."""
    bold = "<w:b/>"
    document = read(paragraph("基本情况", style="1") + paragraph("平台", style="own") + paragraph(run("三、成果", bold))
                    + paragraph("正文。") + paragraph("1. 中德项目") + paragraph(run("重点项目", bold)))
    assert [(block.kind, block.level) for block in document.blocks] == [
        (BlockKind.HEADING, 1), (BlockKind.HEADING, 2), (BlockKind.HEADING, 2), (BlockKind.PARAGRAPH, 0),
        (BlockKind.LIST_ITEM, 0), (BlockKind.HEADING, 6)]


def test_heading_level_follows_the_file() -> None:
    """Where the file's styles make 一、 level 1, a bold 二、 without a style is level 1 as well."""
    document = read(paragraph("一、概况", style="1") + paragraph("正文。") + paragraph(run("二、成果", "<w:b/>")))
    assert [block.level for block in document.blocks] == [1, 0, 1]


def test_large_body_text_is_no_heading() -> None:
    """Short lines in the size of the body's runs are paragraphs, whatever the styles say of the body's size."""
    large = '<w:sz w:val="32"/>'
    long = "本单位近三年发表论文二十二篇均已见刊且无争议，" * 2 + "特此说明。"
    document = read(paragraph(run(long, large)) + paragraph(run("特此说明", large)))
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]


def test_quoted_policy_items_are_list_items() -> None:
    """（一）… with a clause is an item, its number the label."""
    document = read(paragraph("第五条 基本条件：") + paragraph("（一）在本市境内注册的独立法人机构；"))
    assert [(block.kind, block.label) for block in document.blocks] == [
        (BlockKind.PARAGRAPH, ""), (BlockKind.LIST_ITEM, "（一）")]


def test_contents_are_furniture() -> None:
    """A table of contents, by style, by gallery or typed with leaders, is furniture."""
    gallery = ('<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
               f"<w:sdtContent>{paragraph('三、成果 5')}</w:sdtContent></w:sdt>")
    document = read(paragraph("一、概况 1", style="T") + gallery + paragraph("四、经费……12") + paragraph("正文。"))
    assert [block.kind for block in document.blocks] == [BlockKind.FURNITURE] * 3 + [BlockKind.PARAGRAPH]


def test_line_breaks() -> None:
    """Line breaks that divide items divide blocks; one that only wraps a title does not."""
    broken = '<w:r><w:t>如下：</w:t><w:br/><w:t>1. 甲；</w:t><w:br/><w:t>2. 乙。</w:t></w:r>'
    title = '<w:r><w:t>国际联合研究中心</w:t><w:br/><w:t>申报书</w:t></w:r>'
    assert words(read(paragraph(title) + paragraph(broken))) == ["国际联合研究中心\n申报书", "如下：", "甲；", "乙。"]


def test_nested_tables() -> None:
    """A nested table is a block after its outer table; a frame of one cell is read through."""
    inner = table([["序号", "企业"], ["1", "甲"]])
    outer = table([["入驻", cell(paragraph("见下"), inner)], ["备注", "无"]])
    document = read(table([[cell(paragraph("一、概况"), outer)]]))
    assert [(block.kind, len(block.cells)) for block in document.blocks] == [
        (BlockKind.HEADING, 0), (BlockKind.TABLE, 4), (BlockKind.TABLE, 4)]
    assert [part[-1] for part in cells(document, document.blocks[1])] == ["入驻", "见下", "备注", "无"]


def test_numbers_in_cells_are_words() -> None:
    """An automatic number in a cell stands in the cell: a column of 序号 has no other words."""
    numbers = numbering({0: level(0, "decimal", "%1")}, {1: (0, "")})
    rows = [[cell(numbered("", 1)), "甲"], [cell(numbered("", 1)), "乙"]]
    document = read(table(rows), numbers=numbers)
    assert [part[-1] for part in cells(document, document.blocks[0])] == ["1", "甲", "2", "乙"]


def test_rendered_pages() -> None:
    """Pages from the breaks of the last rendering; side by side cells that break count once."""
    broken = '<w:r><w:lastRenderedPageBreak/><w:t>续</w:t></w:r>'
    row = table([[cell(paragraph("甲", broken)), cell(paragraph("乙", broken))]])
    document = read(paragraph("首页。") + paragraph(broken, "第二页。") + row)
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert [document.page_at(document.text.index(mark)) for mark in ("首页", "第二页", "甲")] == [1, 2, 2]
    assert document.pages[-1].span.end == len(document.text)


def test_authors_breaks_only_where_they_can_be_pages() -> None:
    """The author's breaks make pages, unless they leave a stretch that no page holds."""
    page = '<w:r><w:br w:type="page"/></w:r>'
    assert [found.number for found in read(paragraph("封面", page) + paragraph("正文。")).pages] == [1, 2]
    assert read(paragraph("封面", page) + paragraph("正文。" * 800)).pages == ()


def test_pictures_are_named() -> None:
    """Pictures inside are not read, and a notice says how many; a small one (a logo) is not worth it."""
    picture = ('<w:r><w:drawing><wp:inline><wp:extent cx="{0}" cy="{0}"/><a:graphic><a:graphicData>'
               '<a:blip r:embed="x"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>')
    document = read(paragraph("执照见下图。", picture.format(4_000_000), picture.format(200_000)))
    assert [(notice.code, "1" in notice.text) for notice in document.notices] == [("pictures_not_read", True)]


@pytest.mark.parametrize("more", [{"extra": {"docProps/core.xml": b"<!DOCTYPE x><x/>"}},
                                  {"styles": '<!DOCTYPE x SYSTEM "file:///etc/passwd">'},
                                  {"extra": {"word/odd.xml": "<!DOCTYPE x><x/>".encode("utf-16")}}])
def test_doctype_is_refused(more: dict[str, object]) -> None:
    """A DOCTYPE in any part, in any encoding, refuses the file: parsers drop an external entity's text silently."""
    with pytest.raises(UnreadableError) as caught:
        read(paragraph("甲"), **more)
    assert caught.value.code == "doctype"


def test_strict_files() -> None:
    """A file in the strict form of OOXML is read like any other."""
    raw = package(paragraph("论文22篇。"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as usual, zipfile.ZipFile(buffer, "w") as strict:
        for name in usual.namelist():
            strict.writestr(name, usual.read(name).replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                                                           b"http://purl.oclc.org/ooxml/wordprocessingml/main"))
    assert words(parsing.read(buffer.getvalue(), "a.docx")) == ["论文22篇。"]


def test_wide_spans_cost_nothing() -> None:
    """A gridSpan of a million is taken for Word's most."""
    document = read(table([[cell(paragraph("甲"), properties='<w:gridSpan w:val="1000000"/>'), "乙"]]))
    assert [part[1:4] for part in cells(document, document.blocks[0])] == [(0, 1, 63), (63, 1, 1)]


def test_too_many_paragraphs_are_refused() -> None:
    """A file of paragraphs without end is refused before they are laid out."""
    with pytest.raises(UnreadableError) as caught:
        read("<w:p/>" * 100_001)
    assert caught.value.code == "too_large"


def test_empty_document() -> None:
    """A document without words is an error that says so."""
    with pytest.raises(UnreadableError) as caught:
        read(paragraph())
    assert caught.value.code == "blank"
