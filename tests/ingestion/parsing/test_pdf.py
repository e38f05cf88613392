"""Reading pdf: the words, their order and their places."""
from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph

from ingestion.domain import BlockKind, Document, Span
from ingestion.errors import UnreadableError
from ingestion.parsing.ocr.cache import Recognised
from ingestion.parsing.pdf import reader as pdf
from tests.support import pdf_samples as samples

WORD = "专职人员3名"


def read(data: bytes) -> Document:
    return pdf.read(data, "材料/申报书.pdf", "0" * 64)


def texts(document: Document, *kinds: BlockKind) -> list[str]:
    return [block.label + document.quote(block.span) for block in document.blocks if not kinds or block.kind in kinds]


def paragraphs(count: int) -> list[str]:
    return [f"第{number}段。" + samples.TEXT * (1 + number % 3) + f"段尾{number}。" for number in range(count)]


@pytest.fixture(scope="module")
def flowed() -> Document:
    return read(samples.flowed([Paragraph(text, samples.BODY) for text in paragraphs(24)]))


def test_wrapped_lines_are_one_paragraph_also_over_pages(flowed: Document) -> None:
    """Every paragraph that was written comes back whole, in order, though pages and lines divide it."""
    assert len(flowed.pages) > 1
    assert texts(flowed, BlockKind.PARAGRAPH) == paragraphs(24)


def test_running_heads_and_page_numbers_are_furniture(flowed: Document) -> None:
    """What repeats on every page is a block of its own and interrupts no paragraph."""
    furniture = texts(flowed, BlockKind.FURNITURE)
    assert furniture.count(samples.HEAD) == len(flowed.pages)
    assert [text for text in furniture if text.startswith("-")] == [
        f"- {page.number} -" for page in flowed.pages]


def test_pages_follow_one_another_and_tell_where_words_stand(flowed: Document) -> None:
    """Page spans are ordered, touch, cover the text, and agree with the lines' boxes."""
    assert [page.span.start for page in flowed.pages[1:]] == [page.span.end for page in flowed.pages[:-1]]
    assert (flowed.pages[0].span.start, flowed.pages[-1].span.end) == (0, len(flowed.text))
    body = [line for line in flowed.lines if samples.HEAD not in flowed.quote(line.span)
            and not flowed.quote(line.span).startswith("-")]
    assert all(flowed.page_at(line.span.start) == line.box.page for line in body)


def test_every_character_of_a_block_has_a_line_with_edges(flowed: Document) -> None:
    """Lines are in order, do not overlap, cover the blocks and know the sides of each character."""
    covered = set()
    before = 0
    for line in flowed.lines:
        assert line.span.start >= before
        before = line.span.end
        covered.update(range(line.span.start, line.span.end))
        assert len(line.edges) == line.span.end - line.span.start + 1
        assert list(line.edges) == sorted(line.edges)
    assert all(offset in covered for block in flowed.blocks for offset in range(block.span.start, block.span.end))


def test_columns_are_read_one_after_the_other() -> None:
    """In two columns whose lines do not align, the left one comes first; paragraphs go on in the next column."""
    story = []
    for number, text in enumerate(paragraphs(12)):
        story += [Paragraph(f"{'一二三四五六七八九十'[number % 10]}、第{number}节", samples.HEADING),
                  Paragraph(text, samples.BODY)]
    document = read(samples.flowed(story, columns=2))
    assert texts(document, BlockKind.PARAGRAPH) == paragraphs(12)
    assert len(texts(document, BlockKind.HEADING)) == 12


def test_latin_lines_are_joined_with_one_blank() -> None:
    """A wrapped English paragraph has single blanks, and a hyphen at a line's end joins its two halves."""
    text = ("The Parties agree to continue the scientific cooperation established in 2019 in the field of light "
            "metals, in particular wrought magnesium alloys, twin-roll casting and sheet forming. ") * 3
    document = read(samples.flowed([Paragraph(text, samples.LATIN)]))
    assert texts(document, BlockKind.PARAGRAPH) == [text.strip()]


def test_typographic_spaces_between_ideographs_and_figures_are_no_blanks() -> None:
    """A quarter em between pieces is left out, a wide gap between label and value is one blank."""
    def page(canvas: Canvas) -> None:
        x = 80.0
        for piece in ("自", "2021", "年", "1", "月", "1", "日", "起"):
            canvas.drawString(x, 700, piece)
            x += canvas.stringWidth(piece, samples.FONT, 12) + 3
        canvas.drawString(80, 660, "法定代表人")
        canvas.drawString(220, 660, "余见微")

    assert texts(read(samples.drawn(page))) == ["自2021年1月1日起", "法定代表人 余见微"]


def test_marks_drawn_into_gaps_are_woven_in() -> None:
    """Quotation marks that a program draws after the line, into gaps it left, stand where they are seen."""
    def page(canvas: Canvas) -> None:
        canvas.drawString(80, 700, "以下简称")
        canvas.drawString(80 + 60, 700, "中心")
        canvas.drawString(80 + 96, 700, "），成立于2019年。")
        canvas.drawString(80 + 48, 700, "“")
        canvas.drawString(80 + 84, 700, "”")

    assert texts(read(samples.drawn(page))) == ["以下简称“中心”），成立于2019年。"]


def test_items_carry_their_numbers_as_labels() -> None:
    """A typed number is the block's label; the item's span begins behind it."""
    items = ["（一）近三年未发生环保、安全等责任事故，也没有受到有关部门的行政处罚，情况属实，特此说明并承担责任；",
             "（二）未出现科研诚信问题；", "（三）严格遵守我国科技保密有关规定。"]
    document = read(samples.flowed([Paragraph("承诺如下：", samples.BODY),
                                    *(Paragraph(item, samples.BODY) for item in items)]))
    found = [block for block in document.blocks if block.kind is BlockKind.LIST_ITEM]
    assert [block.label + document.quote(block.span) for block in found] == items
    assert [block.label for block in found] == ["（一）", "（二）", "（三）"]


def test_radicals_become_the_ideographs_that_they_look_like() -> None:
    """Fonts that name a radical for the ideograph do not hide the word: one character for one."""
    assert read(samples.mapped("⾸⻚论⽂⺠")).text == "首页论文民\n"


def test_raised_figures_are_superscripts() -> None:
    """A note's mark or a power does not become a digit of the number before it."""
    def page(canvas: Canvas) -> None:
        canvas.drawString(80, 700, "发表论文23篇")
        canvas.setFont(samples.FONT, 7)
        canvas.drawString(80 + canvas.stringWidth("发表论文23篇", samples.FONT, 12), 706, "1")

    assert texts(read(samples.drawn(page))) == ["发表论文23篇¹"]


def test_slanted_text_does_not_break_into_lines() -> None:
    """A watermark across the page is one block apart, and the lines below it stay whole."""
    lines = [f"第{number}条 甲方与乙方就共建国际联合研究中心达成如下约定。" for number in range(8)]

    def page(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(150, 500)
        canvas.rotate(40)
        canvas.setFont(samples.FONT, 60)
        canvas.drawString(0, 0, "内部资料")
        canvas.restoreState()
        canvas.setFont(samples.FONT, 12)
        for number, line in enumerate(lines):
            canvas.drawString(80, 720 - 30 * number, line)

    document = read(samples.drawn(page))
    assert texts(document)[:-1] == lines
    assert texts(document, BlockKind.FURNITURE) == ["内部资料"]


def turned(angle: int, rotation: int) -> Callable[[Canvas], None]:
    """A page whose text is drawn at `angle` and which is displayed turned by `rotation`."""
    def page(canvas: Canvas) -> None:
        width, height = A4
        canvas._pageRotation = rotation
        canvas.translate(*{0: (0, 0), 90: (width, 0), 180: (width, height), 270: (0, height)}[angle])
        canvas.rotate(angle)
        canvas.drawString(80, 500, "横向页面标题")
        canvas.drawString(80, 460, f"中心设立国际合作办公室，现有{WORD}，负责协议。")

    return page


@pytest.mark.parametrize(("angle", "rotation"), [(0, 0), (90, 0), (180, 0), (270, 0), (90, 90), (180, 180), (270, 270),
                                                 (0, 90)])
def test_turned_pages_read_upright_and_boxes_land_on_the_word(angle: int, rotation: int) -> None:
    """However text and page are turned, the sentence reads, and a word's boxes lie where pdfium draws the word."""
    data = samples.drawn(turned(angle, rotation))
    document = read(data)
    assert f"现有{WORD}，" in document.text
    start = document.text.index(WORD)
    boxes = document.boxes(Span(start, start + len(WORD)))
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    picture = Image.open(io.BytesIO(pdf.render(data, 1, 2.0))).convert("L")
    assert abs(document.pages[0].width - picture.width / 2) < 1
    assert abs(document.pages[0].height - picture.height / 2) < 1
    ink = picture.point(lambda value: 255 if value < 128 else 0)
    inside = ink.crop((round(2 * left) - 2, round(2 * top) - 2, round(2 * right) + 2, round(2 * bottom) + 2)).getbbox()
    assert inside is not None
    filled = (inside[2] - inside[0]) * (inside[3] - inside[1]) / (4 * (right - left) * (bottom - top))
    assert filled > 0.5


def test_boxes_agree_with_pdfium_search(flowed: Document) -> None:
    """The box of a word found in the text is the rectangle that pdfium's own search gives, to a point."""
    data = samples.flowed([Paragraph(text, samples.BODY) for text in paragraphs(24)])
    page = pypdfium2.PdfDocument(data)[0]
    found = page.get_textpage().search(WORD).get_next()
    assert found is not None
    textpage = page.get_textpage()
    corners = [textpage.get_charbox(place, loose=True) for place in range(found[0], found[0] + found[1])]
    start = flowed.text.index(WORD)
    box = flowed.boxes(Span(start, start + len(WORD)))[0]
    assert abs(box.left - corners[0][0]) < 1 and abs(box.right - corners[-1][2]) < 1
    assert abs(box.bottom - (A4[1] - corners[0][1])) < 1


def test_the_same_file_reads_the_same_twice() -> None:
    """Reading has no state that changes its result."""
    data = samples.flowed(samples.application(2))
    assert read(data) == read(data)


def test_form_fields_are_text_beside_their_labels() -> None:
    """What was filled into a form is read where it stands, and ticks as marks."""
    def page(canvas: Canvas) -> None:
        canvas.drawString(80, 700, "论文篇数")
        canvas.acroForm.textfield(name="papers", value="23", x=160, y=695, width=60, height=18)
        canvas.drawString(80, 660, "独立法人")
        canvas.acroForm.checkbox(name="legal", checked=True, x=160, y=655)
        canvas.drawString(80, 620, "分支机构")
        canvas.acroForm.checkbox(name="branch", checked=False, x=160, y=615)

    assert texts(read(samples.drawn(page))) == ["论文篇数 23", "独立法人 ☑", "分支机构 ☐"]


def test_hidden_text_is_left_out_and_said() -> None:
    """Text drawn invisibly or outside the page is no part of the document; a notice tells of it."""
    def page(canvas: Canvas) -> None:
        canvas.drawString(80, 700, "发表论文5篇。")
        hidden = canvas.beginText(80, 650)
        hidden.setTextRenderMode(3)
        hidden.textLine("发表论文500篇。")
        canvas.drawText(hidden)
        canvas.drawString(80, -300, "发表论文600篇。")

    document = read(samples.drawn(page))
    assert document.text == "发表论文5篇。\n"
    assert [notice.code for notice in document.notices] == ["hidden_text"]


def encrypted(user: str, owner: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(samples.drawn(lambda canvas: canvas.drawString(80, 700, "正文"))))
    writer.encrypt(user_password=user, owner_password=owner, algorithm="AES-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_an_owner_password_alone_does_not_hide_a_file() -> None:
    """Restrictions without a password to open are no obstacle."""
    assert read(encrypted("", "owner")).text == "正文\n"


def test_a_password_to_open_is_said() -> None:
    """A file that needs a password is refused with its reason."""
    with pytest.raises(UnreadableError) as error:
        read(encrypted("secret", "owner"))
    assert error.value.code == "encrypted"


@pytest.mark.parametrize("data", [b"%PDF-1.7 nothing else", b"%PDF-1.4\n" + b"\x00" * 5_000])
def test_a_damaged_file_is_said(data: bytes) -> None:
    """A file that pdfium cannot open is refused as damaged."""
    with pytest.raises(UnreadableError) as error:
        read(data)
    assert error.value.code == "corrupt"


def test_a_cut_off_file_carries_a_notice() -> None:
    """A file without its end mark is read as far as it goes, and the notice says that pages may be missing."""
    data = samples.flowed([Paragraph(samples.TEXT, samples.BODY)])
    document = read(data[:data.rindex(b"%%EOF")])
    assert samples.TEXT in document.text
    assert [notice.code for notice in document.notices] == ["truncated"]


def test_embedded_files_are_named() -> None:
    """A file inside the pdf is not read, and that is said."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(samples.drawn(lambda canvas: canvas.drawString(80, 700, "正文"))))
    writer.add_attachment("清单.txt", "论文".encode())
    stream = io.BytesIO()
    writer.write(stream)
    assert [notice.code for notice in read(stream.getvalue()).notices] == ["attachments_not_read"]


def test_pages_beyond_the_limit_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A longer file is read up to the limit, and the notice gives both numbers."""
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    story = [item for number in range(3) for item in (Paragraph(f"第{number}页正文。", samples.BODY), PageBreak())]
    document = read(samples.flowed(story))
    assert len(document.pages) == 2 and "第2页正文" not in document.text
    assert [notice.code for notice in document.notices] == ["pages_not_read"]


def test_an_empty_page_is_no_fault() -> None:
    """A blank page between others keeps its number and raises no notice."""
    document = read(samples.drawn(lambda canvas: canvas.drawString(80, 700, "第一页"), lambda _: None,
                                  lambda canvas: canvas.drawString(80, 700, "第三页")))
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.page_at(document.text.index("第三页")) == 3
    assert document.notices == ()


def test_damaged_bytes_never_break_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with flipped bits or a missing end gives a sound document or a reasoned refusal, never another error."""
    monkeypatch.setattr(pdf.ocr, "recognise", lambda jobs, _: [Recognised(100, 100, 0, ()) for _ in jobs])
    whole = samples.flowed(samples.application(1))
    rnd = random.Random(3)
    refused = 0
    for _ in range(150):
        data = bytearray(whole[:rnd.randrange(len(whole))] if rnd.random() < 0.2 else whole)
        for place in rnd.choices(range(len(data)), k=rnd.choice((1, 5, 50))) if data else ():
            data[place] ^= 1 << rnd.randrange(8)
        try:
            document = read(bytes(data))
        except UnreadableError as error:
            refused += error.code == "corrupt"
            continue
        assert all(line.span.end <= len(document.text) for line in document.lines)
        assert all(block.span.start <= cell.span.start and cell.span.end <= block.span.end
                   for block in document.blocks for cell in block.cells)
    assert 0 < refused < 150


def test_render_gives_a_picture_of_one_page() -> None:
    """The viewer's picture has the asked scale; a page that is not there is said."""
    data = samples.drawn(lambda canvas: canvas.drawString(80, 700, "正文"))
    picture = Image.open(io.BytesIO(pdf.render(data, 1, 1.0)))
    assert (picture.format, picture.size) == ("PNG", (596, 842))
    with pytest.raises(UnreadableError):
        pdf.render(data, 2)


def test_reading_imports_no_recogniser(tmp_path: Path) -> None:
    """A pdf with text of its own is read without numpy, OpenCV or rapidocr."""
    import subprocess
    import sys

    path = tmp_path / "file.pdf"
    path.write_bytes(samples.flowed([Paragraph(samples.TEXT, samples.BODY)]))
    code = ("import sys; from ingestion.parsing.pdf import reader; "
            "reader.read(open(sys.argv[1], 'rb').read(), 'a', 'b'); "
            "print(sorted({'numpy', 'cv2', 'rapidocr', 'onnxruntime', 'pypdf'} & set(sys.modules)))")
    result = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
