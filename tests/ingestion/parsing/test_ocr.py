"""Scans and pictures: what is recognised, in which order, where it stands, and that it is done once."""
from __future__ import annotations

import io
import json
import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import GifImagePlugin, Image, ImageDraw
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingestion import parsing
from ingestion.domain import BlockKind, Document, Span
from ingestion.errors import UnreadableError
from ingestion.parsing import image
from ingestion.parsing.ocr import cache as ocr_cache
from ingestion.parsing.ocr import recognition as ocr
from ingestion.parsing.pdf import reader as pdf
from tests.support import pdf_samples as samples

LICENCE = [("统一社会信用代码", "91500115MA609HDW8A"), ("名称", "重庆长岭生物谷管理有限公司"),
           ("类型", "有限责任公司"), ("住所", "重庆市长寿区桃源大道188号")]


def png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def licence() -> Image.Image:
    """A small licence of labels and values, drawn by weasyprint with whatever Chinese font there is."""
    from weasyprint import HTML

    rows = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in LICENCE)
    html = ("<style>@page{size:330pt 170pt;margin:14pt} h1{font-size:16pt;text-align:center;margin:0 0 6pt}"
            "td{font-size:10.5pt;padding:2pt 26pt 2pt 0}</style><h1>营业执照</h1><table>" + rows + "</table>")
    with pdf.Pdf(HTML(string=html).write_pdf()) as opened:
        return opened.draw(0, 2.2)


def lines_of(document: Document, *kinds: BlockKind) -> list[str]:
    return [document.quote(block.span) for block in document.blocks if not kinds or block.kind in kinds]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of this module's own: a picture is recognised once for all its tests."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("GUOHE_CACHE", str(folder))
        yield folder


@pytest.mark.usefixtures("cache")
def test_a_slanted_licence_reads_label_by_label() -> None:
    """The real recogniser, offline: each label and its value are one block though the picture slants by 2°."""
    slanted = licence().rotate(2, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    document = image.read(png(slanted), "营业执照.png", "0" * 64)
    assert lines_of(document, BlockKind.HEADING) == ["营业执照"]
    assert lines_of(document, BlockKind.PARAGRAPH) == [f"{label} {value}" for label, value in LICENCE]
    assert document.pages[0].recognised
    assert [notice.code for notice in document.notices] == ["ocr_used"]
    assert all(0.5 < line.score <= 1 for line in document.lines)


@pytest.mark.usefixtures("cache")
def test_a_scan_on_its_side_reads_upright_and_boxes_land_on_the_word() -> None:
    """A pdf page that shows a scan turned by a quarter is read, with boxes where the page shows the word."""
    picture = licence().rotate(90, expand=True)
    data = samples.pictured(picture, box=(60, 60, picture.width / 2, picture.height / 2))
    document = pdf.read(data, "扫描件.pdf", "0" * 64)
    word = "91500115MA609HDW8A"
    start = document.text.index(word)
    boxes = document.boxes(Span(start, start + len(word)))
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    top, bottom = min(box.top for box in boxes), max(box.bottom for box in boxes)
    assert bottom - top > 4 * (right - left)
    shown = Image.open(io.BytesIO(pdf.render(data, 1, 2.0))).convert("L").point(lambda value: 255 * (value < 128))
    inked = shown.crop((round(2 * left), round(2 * top), round(2 * right), round(2 * bottom))).getbbox()
    assert inked is not None and inked[3] - inked[1] > 0.9 * 2 * (bottom - top)


@pytest.mark.usefixtures("cache")
def test_what_was_recognised_once_is_not_recognised_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second reading gives the same document without the recogniser."""
    data = png(licence())
    first = image.read(data, "营业执照.png", "0" * 64)
    monkeypatch.setattr(ocr, "_loaded", lambda: pytest.fail("the recogniser was loaded"))
    assert image.read(data, "营业执照.png", "0" * 64) == first


Recognised = tuple[str, tuple[float, float, float, float], float]  # text, box, score


class Recogniser:
    """Stands in for rapidocr: gives the lines it was told, or the picture's width where it was told none."""

    def __init__(self) -> None:
        self.lines: tuple[Recognised, ...] | None = None
        self.calls = 0

    def __call__(self, pixels: Any) -> SimpleNamespace:
        self.calls += 1
        lines = ((str(pixels.shape[1]), (0, 0, 90, 20), 1.0),) if self.lines is None else self.lines
        boxes = [[(left, top), (right, top), (right, bottom), (left, bottom)]
                 for _, (left, top, right, bottom), _ in lines]
        return SimpleNamespace(boxes=np.array(boxes) if boxes else None, txts=[text for text, _, _ in lines],
                               scores=[score for _, _, score in lines], word_results=())


@pytest.fixture
def recogniser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Recogniser:
    monkeypatch.setenv("GUOHE_CACHE", str(tmp_path))
    double = Recogniser()
    monkeypatch.setattr(ocr, "_loaded", lambda: double)
    return double


BLANK = png(Image.new("RGB", (1200, 900), "white"))


def test_a_value_that_wraps_goes_on_below_itself(recogniser: Recogniser) -> None:
    """A line that stands alone under a value belongs to that value's block."""
    recogniser.lines = (("经营范围", (100, 300, 220, 340), 1.0),
                        ("数控机床、工业机器人的研发、制造、销售；货物及技术进", (300, 300, 1000, 340), 1.0),
                        ("出口", (300, 346, 360, 386), 1.0), ("住所", (100, 400, 160, 440), 1.0),
                        ("重庆市江津区", (300, 400, 480, 440), 1.0))
    assert lines_of(image.read(BLANK, "执照.png", "")) == [
        "经营范围 数控机床、工业机器人的研发、制造、销售；货物及技术进出口", "住所 重庆市江津区"]


def test_two_columns_of_labels_are_read_one_after_the_other(recogniser: Recogniser) -> None:
    """The form of newer licences: pairs on the left, pairs on the right, values that wrap in either."""
    words = [("营业执照", 500, 60),
             ("名称", 100, 300), ("重庆长岭生物谷公司", 240, 300), ("注册资本", 700, 300), ("伍仟万元整", 840, 300),
             ("类型", 100, 370), ("有限责任公司", 240, 370), ("成立日期", 700, 370), ("2015年08月20日", 840, 370),
             ("经营范围", 100, 440), ("园区基础设施建设；企业管", 240, 440),
             ("住所", 700, 440), ("重庆市长寿区菩提街道桃", 840, 440),
             ("理咨询；房屋租赁", 240, 486), ("源大道188号", 840, 486)]
    recogniser.lines = tuple((text, (left, top, left + 30 * len(text), top + 40), 1.0) for text, left, top in words)
    assert lines_of(image.read(BLANK, "执照.png", "")) == [
        "营业执照", "名称 重庆长岭生物谷公司", "类型 有限责任公司", "经营范围 园区基础设施建设；企业管理咨询；房屋租赁",
        "注册资本 伍仟万元整", "成立日期 2015年08月20日", "住所 重庆市长寿区菩提街道桃源大道188号"]


def test_wrapped_lines_of_a_scan_are_one_paragraph(recogniser: Recogniser) -> None:
    """Running text is joined although the recogniser's boxes differ in height."""
    first = "我单位申报国际联合研究中心，现郑重承诺以下各项内容均属实并愿承担相应的责任，特"
    recogniser.lines = ((first, (150, 300, 1090, 332), 1.0), ("此说明。", (100, 350, 200, 388), 1.0))
    assert lines_of(image.read(BLANK, "承诺书.png", "")) == [first + "此说明。"]


def test_punctuation_beside_ideographs_takes_their_width(recogniser: Recogniser) -> None:
    """Half-width marks that the recogniser put between ideographs become the full-width ones; figures keep theirs."""
    recogniser.lines = (("有限责任公司(法人独资),注册资本:1,200万元", (100, 300, 900, 340), 1.0),)
    assert lines_of(image.read(BLANK, "执照.png", "")) == ["有限责任公司（法人独资），注册资本：1,200万元"]


def test_a_dash_between_dates_is_no_numeral(recogniser: Recogniser) -> None:
    """The dash that the recogniser takes for 一 is one again between a date and a figure, and only there."""
    recogniser.lines = (("2025年4月一2025年9月，一期、十一月", (100, 300, 900, 340), 1.0),)
    assert lines_of(image.read(BLANK, "计划.png", "")) == ["2025年4月—2025年9月，一期、十一月"]


def test_a_ruled_table_in_a_picture_is_a_table(recogniser: Recogniser) -> None:
    """Lines drawn in the picture divide recognised words into cells, also where the picture slants a little."""
    picture = Image.new("RGB", (1200, 900), "white")
    draw = ImageDraw.Draw(picture)
    slope = math.tan(math.radians(0.5))
    for y in (200, 260, 320):
        draw.line((100, y, 1000, y + 900 * slope), "black", 2)
    for x in (100, 500, 1000):
        draw.line((x, 200 + (x - 100) * slope, x, 320 + (x - 100) * slope), "black", 2)
    words = (("登记编号", 120, 212), ("1117/48/2020", 560, 216), ("所有权人", 120, 272), ("Bayue Kft.", 560, 276))
    recogniser.lines = tuple((text, (left, top, left + 200, top + 36), 1.0) for text, left, top in words)
    document = image.read(png(picture), "登记.png", "")
    table, = (block for block in document.blocks if block.kind is BlockKind.TABLE)
    assert [(cell.row, cell.column, document.quote(cell.span)) for cell in table.cells] == [
        (0, 0, "登记编号"), (0, 1, "1117/48/2020"), (1, 0, "所有权人"), (1, 1, "Bayue Kft.")]


def test_lines_read_with_doubt_are_named(recogniser: Recogniser) -> None:
    """A low score is a notice with the words in question, not a silent guess."""
    recogniser.lines = (("统一社会信用代码 9150O115MA6", (100, 300, 700, 340), 0.72),
                        ("名称 某公司", (100, 360, 400, 400), 1.0))
    notices = image.read(BLANK, "执照.png", "").notices
    assert [notice.code for notice in notices] == ["ocr_used", "low_confidence"]
    assert "9150O115MA6" in notices[1].text


def test_a_picture_without_text_is_said(recogniser: Recogniser) -> None:
    """Nothing recognised is a notice, and the document is empty."""
    recogniser.lines = ()
    document = image.read(BLANK, "空白.png", "")
    assert (document.text, [notice.code for notice in document.notices]) == ("", ["page_no_text"])


def test_a_picture_in_a_page_with_text_is_read_too(recogniser: Recogniser) -> None:
    """A licence pasted under a caption is recognised and follows the page's own text; a small logo is only noted."""
    recogniser.lines = (("统一社会信用代码91500115MA609HDW8A", (300, 700, 1000, 740), 1.0),
                        ("附件1", (170, 120, 300, 160), 1.0))
    data = samples.pictured(Image.new("RGB", (80, 60), "grey"), box=(60, 300, 480, 350),
                            before=lambda canvas: canvas.drawString(80, 780, "附件1 营业执照复印件如下所示。"))
    document = pdf.read(data, "附件.pdf", "")
    assert lines_of(document) == ["附件1 营业执照复印件如下所示。", "统一社会信用代码91500115MA609HDW8A"]
    small = samples.pictured(Image.new("RGB", (80, 60), "grey"), box=(60, 300, 220, 160),
                             before=lambda canvas: canvas.drawString(80, 780, "正文"))
    assert [notice.code for notice in pdf.read(small, "正文.pdf", "").notices] == ["small_pictures_not_read"]


def test_a_garbled_text_layer_is_recognised_instead(recogniser: Recogniser) -> None:
    """Text whose font maps its letters to nothing readable is worthless: the page's picture is read."""
    recogniser.lines = (("发表论文23篇。", (300, 300, 700, 340), 1.0),)
    document = pdf.read(samples.mapped("\ue001\ue002\ue003\ue004\ue005"), "论文.pdf", "")
    assert document.text == "发表论文23篇。\n"
    assert [notice.code for notice in document.notices] == ["garbled_text", "ocr_used"]


@pytest.mark.parametrize(("seen", "text", "codes"), [
    ("近三年未发生环保、安全等责任事故，特此承诺，共9项。", "特此承诺，共9项。\n", ["ocr_layer"]),
    ("近三年未发生环保、安全等责任事故，特此承诺，共7项。", "特此承诺，共7项。\n", ["ocr_used", "ocr_layer_differs"]),
    ("设备采购清单", "设备采购清单\n", ["ocr_used", "ocr_layer_differs"]),
    ("", "", ["page_no_text", "ocr_layer_differs"]),
])
def test_a_scanners_own_text_layer_is_used_where_the_page_shows_it(
    recogniser: Recogniser, seen: str, text: str, codes: list[str]
) -> None:
    """Text that lies invisibly over a picture of the whole page is the page's where recognition finds the same words
    and the same figures; else what is seen counts, and that they differ is said."""
    def layer(canvas: Any) -> None:
        words = canvas.beginText(100, 700)
        words.setTextRenderMode(3)
        words.textLine("近三年未发生环保、安全等责任事故，特此承诺，共9项。")
        canvas.drawText(words)

    recogniser.lines = ((seen, (300, 300, 1300, 340), 1.0),) if seen else ()
    document = pdf.read(samples.pictured(Image.new("RGB", (60, 80), "white"), before=layer), "扫描.pdf", "")
    assert document.text.endswith(text) and bool(document.text) == bool(text)
    assert [notice.code for notice in document.notices] == codes


def test_a_missing_recogniser_is_said_and_the_rest_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without rapidocr a scan in a pdf is a notice with its page; a picture is refused with the reason."""
    def fail() -> None:
        raise ocr.OcrUnavailableError("libGL.so.1")

    monkeypatch.setenv("GUOHE_CACHE", str(tmp_path))
    monkeypatch.setattr(ocr, "_loaded", fail)
    document = pdf.read(samples.pictured(Image.new("RGB", (60, 80), "white")), "扫描.pdf", "")
    assert [notice.code for notice in document.notices] == ["recognition_unavailable"]
    with pytest.raises(UnreadableError) as error:
        image.read(BLANK, "执照.png", "")
    assert error.value.code == "no_recognition" and "libGL.so.1" in error.value.chinese


def test_a_broken_cache_entry_is_ignored(recogniser: Recogniser, tmp_path: Path) -> None:
    """Damage in the cache costs a second recognition and nothing else; the entry is mended."""
    recogniser.lines = (("营业执照", (100, 100, 300, 140), 1.0),)
    first = image.read(BLANK, "执照.png", "")
    entry, = tmp_path.rglob("*.json")
    good = entry.read_text(encoding="utf-8")
    for damage in ("", "{", "[]", good[:len(good) // 2], json.dumps({**json.loads(good), "lines": [{"text": "甲"}]})):
        entry.write_text(damage, encoding="utf-8")
        assert image.read(BLANK, "执照.png", "") == first
        assert entry.read_text(encoding="utf-8") == good
    assert recogniser.calls == 6


def test_a_cache_that_cannot_be_written_is_no_fault(recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch,
                                                    tmp_path: Path) -> None:
    """Where the folder is not to be had, reading goes on without it."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("GUOHE_CACHE", str(tmp_path / "file"))
    recogniser.lines = (("营业执照", (100, 100, 300, 140), 1.0),)
    assert lines_of(image.read(BLANK, "执照.png", "")) == ["营业执照"]
    assert ocr_cache.load("x") is None


def test_pages_come_back_in_order_with_progress(recogniser: Recogniser) -> None:
    """However many pages are read at a time, results follow the jobs, and each is reported once."""
    seen: list[tuple[int, int]] = []
    jobs = [ocr.Job(str(width), lambda width=width: Image.new("RGB", (width, 40))) for width in range(100, 110)]
    results = ocr.recognise(jobs, lambda done, total: seen.append((done, total)))
    assert [result.lines[0].text for result in results] == [str(width) for width in range(100, 110)]
    assert seen == [(done, 10) for done in range(11)]
    assert recogniser.calls == 10


def test_a_page_that_breaks_the_recogniser_loses_only_itself(recogniser: Recogniser,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    """An error inside a library on one picture leaves that page without text, and the others read."""
    def lines(pixels: Any) -> list[Any]:
        if pixels.shape[1] == 101:
            raise RuntimeError("broken")
        return []

    monkeypatch.setattr(ocr, "_lines", lines)
    jobs = [ocr.Job(str(width), lambda width=width: Image.new("RGB", (width, 40))) for width in (100, 101, 102)]
    assert [result.width for result in ocr.recognise(jobs)] == [100, 1, 102]
    assert recogniser.calls == 0


def test_pictures_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture of too many pixels is refused before it is unpacked, and what is no picture is damaged."""
    monkeypatch.setattr(image, "MAX_PIXELS", 1_000)
    for data, code in ((BLANK, "picture_size"), (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "corrupt")):
        with pytest.raises(UnreadableError) as error:
            image.read(data, "图.png", "")
        assert error.value.code == code


def test_a_picture_is_turned_as_its_camera_says(recogniser: Recogniser) -> None:
    """The page has the shape that a viewer shows, after EXIF orientation."""
    recogniser.lines = (("营业执照", (10, 10, 90, 30), 1.0),)
    stream = io.BytesIO()
    picture = Image.new("RGB", (400, 200), "white")
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(stream, "JPEG", exif=exif)
    page = image.read(stream.getvalue(), "照片.jpg", "").pages[0]
    assert page.height == 2 * page.width
    assert Image.open(io.BytesIO(image.render(stream.getvalue()))).size == (200, 400)


def test_each_frame_is_a_page(recogniser: Recogniser) -> None:
    """A scan of several frames is a document of as many pages."""
    recogniser.lines = (("营业执照", (10, 10, 90, 30), 1.0),)
    stream = io.BytesIO()
    frames = [Image.new("RGB", (400, 200 + number), "white") for number in range(3)]
    frames[0].save(stream, "TIFF", save_all=True, append_images=frames[1:])
    document = image.read(stream.getvalue(), "扫描.tif", "")
    assert [page.number for page in document.pages] == [1, 2, 3]
    assert document.notices[0].text.startswith("第 1-3 页")


def moving(count: int, size: tuple[int, int] = (300, 200)) -> bytes:
    """A gif whose frames differ."""
    stream = io.BytesIO()
    frames = [Image.new("L", size, number % 250) for number in range(count)]
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:])
    return stream.getvalue()


def test_a_gif_of_three_hundred_frames_costs_a_few_pictures(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    """A few frames are read, which is said; no more at once than there is room for; each is drawn once, from the one
    before it; the same picture is read once.
    """
    monkeypatch.setenv("GUOHE_CACHE", str(cache / "moving"))
    lock, sizes, most = threading.Lock(), [0], [0]

    def read(picture: Image.Image) -> ocr.Recognised:
        needs = ocr._needs(picture)
        with lock:
            sizes[0] += needs
            most[0] = max(most[0], sizes[0])
        time.sleep(0.02)
        with lock:
            sizes[0] -= needs
        return ocr.Recognised(*picture.size, 0, (ocr.RecognisedLine(
            str(picture.getpixel((0, 0))), 1.0, (0.0, 0.0, 50.0, 0.0, 50.0, 10.0, 0.0, 10.0), ()),))

    sought: list[int] = []
    true = GifImagePlugin.GifImageFile._seek
    monkeypatch.setattr(GifImagePlugin.GifImageFile, "_seek", lambda self, frame, update_image=True: (
        sought.append(frame) if update_image else None, true(self, frame, update_image))[1])
    monkeypatch.setattr(ocr, "_read", read)
    monkeypatch.setattr(ocr, "_engine", lambda: None)
    monkeypatch.setattr(ocr, "_workers", lambda: 4)
    size = (400, 500)
    monkeypatch.setattr(ocr, "ROOM", int(2.5 * ocr._needs(Image.new("RGB", size))))   # for two at once, of four
    document = image.read(moving(300, size), "a.gif", "")
    assert len(document.pages) == image.MAX_MOVING
    assert [one.code for one in document.notices if one.code == "frames_not_read"] == ["frames_not_read"]
    assert 0 < most[0] <= ocr.ROOM
    assert len(sought) <= 3 * image.MAX_MOVING, sought
    reads: list[object] = []
    monkeypatch.setattr(ocr, "_read", lambda picture: (reads.append(picture), read(picture))[1])
    still = [ocr.Job(f"still-{place}", lambda: Image.new("RGB", (100, 100), "white")) for place in range(6)]
    assert len(ocr.recognise(still)) == 6
    assert len(reads) == 1


def test_tiny_words_of_a_picture_are_read(recogniser: Recogniser) -> None:
    """Smaller than half a point, as in a pdf that shows a large picture small: no division by their size."""
    recogniser.lines = (("营业执照", (10, 10, 20, 13), 1.0), ("名称", (10, 30, 20, 33), 1.0))
    stream = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(stream, "PNG", dpi=(1_200, 1_200))
    assert "营业执照" in parsing.read(stream.getvalue(), "a.png").text
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(20, 10))
    assert rl_config.useA85
    canvas.drawImage(ImageReader(Image.new("RGB", (4_000, 2_000), "white")), 0, 0, 20, 10)
    canvas.save()
    assert b"ASCII85Decode" in stream.getvalue()
    assert "营业执照" in parsing.read(stream.getvalue(), "a.pdf").text
