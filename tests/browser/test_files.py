"""Folders, archives and scans, as applicants have them."""
from __future__ import annotations

import io
import zipfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect
from reportlab.platypus import Paragraph

from ingestion.parsing.pdf import reader as pdf
from tests.browser import steps
from tests.support import pdf_samples as samples

WORDS = "本单位近三年未发生环保、安全等责任事故，严格遵守国家科技保密规定。"


def scanned() -> bytes:
    """A page that was printed and put on a scanner."""
    page = samples.flowed([Paragraph(WORDS, samples.BODY)])
    return samples.pictured(Image.open(io.BytesIO(pdf.render(page, 1, 2.0))).convert("L"))


def folder(within: Path) -> Path:
    """申报材料, with a file at its top and one in a folder below."""
    top = within / "申报材料"
    (top / "附件").mkdir(parents=True)
    (top / "申报书.txt").write_text("申报单位：重庆市海棠膜材料研究院有限公司。\n", encoding="utf-8")
    (top / "附件" / "论文.txt").write_text("近三年发表SCI论文23篇。\n", encoding="utf-8")
    return top


def test_a_folder_is_dropped_anywhere_on_the_page(person: Page, tmp_path: Path) -> None:
    """With all that lies below it; each file keeps its path, and the check begins by itself."""
    steps.new_case(person)
    steps.ready(person)
    over = {"x": 300, "y": 700, "data": {"items": [], "files": [str(folder(tmp_path))], "dragOperationsMask": 1}}
    pointer = person.context.new_cdp_session(person)
    pointer.send("Input.dispatchDragEvent", {"type": "dragEnter", **over})
    expect(person.locator("#upload.over")).to_be_visible()
    pointer.send("Input.dispatchDragEvent", {"type": "dragOver", **over})
    pointer.send("Input.dispatchDragEvent", {"type": "drop", **over})
    expect(person.locator("#upload.over")).to_have_count(0)
    expect(person.locator(".file-name a")).to_have_text(["申报材料/申报书.txt", "申报材料/附件/论文.txt"])
    steps.assessed(person)


def test_a_folder_is_chosen(person: Page, tmp_path: Path) -> None:
    """By the second button, where nothing can be dropped."""
    steps.new_case(person)
    steps.ready(person)
    person.set_input_files("#pick-folder", folder(tmp_path))
    expect(person.locator(".file-name a")).to_have_text(["申报材料/申报书.txt", "申报材料/附件/论文.txt"])


def test_a_zip_is_opened_and_a_scan_in_it_recognised(person: Page, tmp_path: Path) -> None:
    """Each file of an archive is a file of its own; what stands in a scan is found, and boxed on its page."""
    archive = tmp_path / "材料.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("附件/承诺书（扫描）.pdf", scanned())
        made.writestr("申报书.txt", "申报单位：重庆市海棠膜材料研究院有限公司。")
    steps.new_case(person)
    steps.ready(person)
    steps.upload(person, archive)
    expect(person.locator(".file-name a")).to_have_count(2)
    steps.assessed(person)
    expect(person.locator(".file.done")).to_have_count(2, timeout=steps.LONG)
    expect(person.locator('.file:has-text("承诺书") .notices')).to_contain_text("识别")
    person.click("#c-5\\.4\\.secrecy .cover")
    box = person.locator("#viewer-panel rect.target").first
    expect(box).to_be_in_viewport()
    expect(person.locator("#viewer-panel figcaption")).to_contain_text("文字由识别得出")
    person.fill("#find", "责任事故")
    person.press("#find", "Enter")
    expect(person.locator("#viewer-panel [data-hit]")).to_have_count(1)
    expect(person.locator("#viewer-panel rect:is(.hit, .target)").first).to_be_visible()


def test_a_word_file_is_seen_as_pages_beside_its_conditions(person: Page) -> None:
    """A tab away from its text, made while one waits, with the evidence marked where it stands on the page."""
    steps.demo(person)
    person.click("#c-5\\.2\\.officers .cover")
    expect(person.locator("#viewer-panel mark.target").first).to_be_visible()
    person.click('#viewer-panel a:has-text("原样页面")')
    expect(person.locator("#viewer-panel .sheet img").first).to_be_visible(timeout=steps.LONG)
    expect(person.locator("#viewer-panel rect.target").first).to_be_in_viewport()
    person.click('#viewer-panel a:has-text("文字")')
    expect(person.locator("#viewer-panel mark.target").first).to_be_in_viewport()
