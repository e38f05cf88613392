"""The applicant's journey in a real browser, on the bundled example's files."""
from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import steps


def test_from_the_first_page_to_the_deleted_case(new_person: Callable[..., Page], tmp_path: Path) -> None:
    """Upload, progress, result, evidence beside it, questions, changes, comparison, report, deletion."""
    page = new_person(form=True)
    page.goto("/cases/new")
    page.click("details.guide summary")
    for name, value in (("place", "chongqing"), ("work", "research"), ("body", "institute")):
        page.check(f'input[name="{name}"][value="{value}"]')
    page.fill("#title", "膜中心 2025")
    page.click('button[name="suggest"]')
    expect(page.locator("#suggestion")).to_contain_text("国际联合研究中心")
    expect(page.locator('input[value="joint_research_center"]')).to_be_checked()
    expect(page.locator("#title")).to_have_value("膜中心 2025")
    page.fill("#application_date", "2025-06-30")
    steps.go(page, 'button:has-text("下一步")', steps.CASE)
    case = page.url

    steps.upload(page)
    expect(page.locator(".file")).to_have_count(3, timeout=steps.LONG)
    steps.assessed(page)
    expect(page.locator("#result-head")).to_contain_text(re.compile(r"可量化条件 \d+/\d+ 达到"))
    expect(page.locator(".file.done")).to_have_count(3, timeout=steps.LONG)
    expect(page.locator("#submit")).to_be_visible()

    chip = page.locator('[data-filter="insufficient_evidence"]')
    chip.click()
    expect(page.locator(".criterion:visible")).to_have_count(int(chip.locator(".num").inner_text()))
    expect(page).to_have_url(re.compile(r"\?show=insufficient_evidence$"))
    page.click('[data-filter=""]')
    page.click("#c-8\\.2\\.papers .cover")
    mark = page.locator("#viewer-panel mark.target")
    expect(mark).to_have_text("近三年，研究院在膜法水处理领域发表SCI或EI论文24篇")
    expect(mark).to_be_in_viewport()
    page.click('#viewer-panel [data-step="next"]')
    expect(page.locator("#viewer-panel .viewer-name")).to_contain_text("论文清单.xlsx")
    page.click("#c-5\\.4\\.secrecy .cover")
    box = page.locator("#viewer-panel rect.target").first
    expect(box).to_be_in_viewport()
    expect(page.locator("#viewer-panel .sheet img").first).to_have_js_property("complete", True)
    page.click("#c-8\\.2\\.papers .ref")
    expect(page.locator("#viewer-panel #item-2")).to_contain_text("20篇（含）以上")

    page.click('[data-tab="chat"]')
    page.fill("#question", "论文数量达到要求了吗？")
    page.press("#question", "Enter")
    source = page.locator('.turn .sources a:has-text("申报书.docx")').first
    expect(source).to_be_visible(timeout=steps.LONG)
    expect(page.locator("#question")).to_have_value("")
    source.click()
    expect(page.locator("#viewer-panel mark.target").first).to_be_in_viewport()

    page.locator('.file:has-text("论文清单.xlsx") form button').click()
    page.click("#remove-dialog [data-yes]")
    page.wait_for_load_state()
    expect(page.locator(".file")).to_have_count(2)
    expect(page.locator(".summary")).to_contain_text("第 2 次预审", timeout=steps.LONG)
    page.click("[data-inline]")
    expect(page.locator("#changes-holder")).to_contain_text("移除“论文清单.xlsx”")
    expect(page.locator("#changes-holder .change-list")).to_contain_text("近三年SCI或EI论文")

    page.click('a:has-text("比较类型")')
    expect(page.locator(".kind")).to_have_count(4)
    expect(page.locator("#closest")).to_contain_text("最接近“国际联合研究中心”")
    expect(page.locator(".kind").first).to_contain_text("当前类型")
    page.goto(case)
    page.click("details.menu summary")
    with page.expect_download() as download:
        page.click('a:has-text("数据（JSON）")')
    target = tmp_path / "report.json"
    download.value.save_as(target)
    assert json.loads(target.read_text(encoding="utf-8"))["base_type"] == "joint_research_center"

    page.click('[data-dialog="delete-dialog"]')
    steps.go(page, "#delete-dialog button.danger", "**/cases?deleted=1")
    assert page.goto(case).status == 404  # type: ignore[union-attr]
    expect(page.locator("h1")).to_have_text("没有找到")


def test_a_file_of_the_same_name_replaces_the_old_one_and_says_so(person: Page, tmp_path: Path) -> None:
    """Nothing is overwritten silently; the same content under another name is not stored twice; what cannot be read
    says why.
    """
    steps.new_case(person)
    (tmp_path / "说明.txt").write_text("近三年发表SCI论文23篇。", encoding="utf-8")
    steps.upload(person, tmp_path / "说明.txt")
    steps.assessed(person)
    (tmp_path / "说明.txt").write_text("近三年发表SCI论文19篇。", encoding="utf-8")
    steps.upload(person, tmp_path / "说明.txt")
    expect(person.locator("#uploads")).to_contain_text("已替换")
    (tmp_path / "另一份.txt").write_text("近三年发表SCI论文19篇。", encoding="utf-8")
    steps.upload(person, tmp_path / "另一份.txt")
    expect(person.locator("#uploads")).to_contain_text("与“说明.txt”内容相同")
    (tmp_path / "坏的.pdf").write_bytes(b"%PDF-1.7 broken")
    steps.upload(person, tmp_path / "坏的.pdf")
    expect(person.locator('.file.unread:has-text("坏的.pdf")')).to_be_visible(timeout=steps.LONG)
    expect(person.locator('.file:has-text("坏的.pdf") .notices li')).not_to_have_count(0)


def test_what_was_asked_is_listed_at_once(person: Page) -> None:
    """Beside the answer, without the page being loaded again."""
    person.goto("/ask")
    expect(person.locator(".history")).to_contain_text("还没有提问")
    steps.ready(person)
    person.fill("#question", "国际联合研究中心要求多少篇论文？")
    person.press("#question", "Enter")
    listed = person.locator(".history a[aria-current]")
    expect(listed).to_have_text("国际联合研究中心要求多少篇论文？", timeout=steps.LONG)
    expect(person.locator(".turn .answer")).to_contain_text("20篇（含）以上")


def test_the_journey_works_without_scripts(new_person: Callable[..., Page]) -> None:
    """Every step is a form or a link: upload, result, marked words, search, question."""
    page = new_person(form=True, java_script_enabled=False)
    steps.new_case(page)
    page.set_input_files("#pick", [str(one) for one in steps.FILES])
    steps.go(page, '#upload button:has-text("上传")', "**/cases/*")
    for _ in range(60):
        if page.locator(".criterion").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.click("#c-8\\.2\\.papers .cover")
    expect(page.locator("mark.target")).to_be_visible()
    page.click('[data-step="next"]')
    expect(page.locator("mark.target").first).to_be_visible()
    page.fill("#find", "SCI")
    page.press("#find", "Enter")
    expect(page.locator("[data-hit]")).not_to_have_count(0)
    page.go_back()
    page.click('a:has-text("回到预审")')
    page.fill("#question", "论文要多少篇？")
    page.click('#ask button:has-text("提问")')
    expect(page.locator(".turn")).to_contain_text("20篇")


def test_a_colleagues_address_opens_the_same_place(person: Page) -> None:
    """The address of a piece of evidence, opened anew, shows the same words in the same place."""
    steps.demo(person)
    link = person.locator("#c-8\\.2\\.papers .cover").get_attribute("href")
    assert link
    person.goto(link)
    expect(person.locator("mark.target")).to_be_in_viewport()
    expect(person.locator(".viewer-aside blockquote")).to_have_text(person.locator("mark.target").inner_text())
