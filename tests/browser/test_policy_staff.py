"""A new version of the policy in a real browser: its text, what flips, its publication by two persons."""
from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.accessibility import clean
from tests.support import policy_samples


def test_from_a_new_text_to_its_publication_by_two_persons(office: Callable[[str, str], Page], axe: str,
                                                           tmp_path: Path) -> None:
    """Upload, mend, try, propose, approve; the flipped outcomes are seen on the way."""
    applicant, staff = office("applicant", "one"), office("policy_staff", "two")
    second = office("policy_staff", "three")
    case = steps.new_case(applicant)
    application = tmp_path / "申报书.txt"
    application.write_text("近三年发表SCI论文23篇。", encoding="utf-8")
    steps.upload(applicant, application)
    steps.assessed(applicant)
    applicant.click("#submit")
    applicant.click('button:has-text("确认提交")')
    expect(applicant.locator(".submission")).to_contain_text("回执编号")
    applicant.goto("/ask")
    applicant.fill("#question", "认定后有没有停车位补贴？")
    applicant.press("#question", "Enter")
    expect(applicant.locator(".turn form.rate")).to_be_visible(timeout=steps.LONG)
    applicant.click('.turn form.rate button:has-text("没有帮助")')
    expect(applicant.locator(".turn .rate")).to_have_text("已记下")
    clean(applicant, axe)

    staff.goto("/policy/versions")
    clean(staff, axe)
    staff.fill("#words", policy_samples.text(policy_samples.PAPERS))
    staff.fill("#version", "1.9.0")
    staff.click('button:has-text("上传原文")')
    expect(staff.locator(".mistakes li").first).to_be_visible()
    expect(staff.locator("#difference ins")).to_contain_text("25")
    expect(staff.locator("#criterion-8\\.2\\.papers input[name=bar]")).to_have_value("25")
    clean(staff, axe)
    staff.click('#criterion-8\\.2\\.papers button:has-text("改正")')
    explained = staff.locator('.mistakes a[href*="points.yaml"]')   # what explains the clause still says the old number
    expect(staff.locator('.mistakes a[href*="criteria.yaml"]')).to_have_count(0)
    expect(explained.first).to_be_visible()
    assert explained.count() == staff.locator(".mistakes li").count()
    explained.first.click()
    steps.ready(staff)
    lines = staff.input_value("#content").split("\n")
    staff.fill("#content", "\n".join(re.sub(r"(?<![\d.])20(?!\d)", "25", line) if "第八条（二）" in line else line
                                     for line in lines))
    staff.click('main form button:has-text("保存")')
    expect(staff.locator(".mistakes")).to_have_count(0)
    staff.click('button:has-text("试运行")')
    expect(staff.locator(".trial-sum")).to_contain_text("1 个案卷中，1 个有结论改变", timeout=steps.LONG)
    row = staff.locator(".flips tbody tr")
    expect(row).to_contain_text("20 → 25")
    expect(row).to_contain_text("23篇")
    clean(staff, axe)
    steps.go(staff, 'button:has-text("提请发布")')
    expect(staff.locator('button:has-text("发布"):not(:has-text("提请"))')).to_have_count(0)
    address = staff.url

    second.goto(address)
    steps.go(second, '.actions button:text-is("发布")')
    expect(second.locator("h1")).to_contain_text("现行")
    second.goto("/policy#article-8")
    expect(second.locator("#article-8")).to_contain_text("25篇（含）以上")

    applicant.goto(case)
    expect(applicant.locator("#c-8\\.2\\.papers")).to_contain_text("20")
    applicant.locator('.submission summary:has-text("撤回提交")').click()   # what was handed in cannot be changed
    applicant.click('button:has-text("确认撤回")')
    (tmp_path / "补充.txt").write_text("本单位设有国际合作处。", encoding="utf-8")
    steps.upload(applicant, tmp_path / "补充.txt")
    expect(applicant.locator(".summary")).to_contain_text("第 2 次预审", timeout=steps.LONG)
    expect(applicant.locator("#c-8\\.2\\.papers")).to_have_class(re.compile("not_met"))

    staff.goto("/policy/questions")
    clean(staff, axe)
    card = staff.locator('.card:has-text("停车位")').first
    card.locator("summary", has_text="撰写答复").click()
    card.locator("textarea").fill("办法没有规定停车位补贴。")
    card.locator("select").select_option("第十二条（二）")
    card.locator('button:has-text("确认并启用")').click()
    expect(staff.locator("#approved .card")).to_contain_text("办法没有规定停车位补贴。")
    applicant.goto("/ask?new=1", wait_until="networkidle")   # the script that listens for Enter is there
    applicant.fill("#question", "请问认定后有没有停车位补贴")
    applicant.press("#question", "Enter")
    expect(applicant.locator(".turn .approved")).to_contain_text("人工答复：two", timeout=steps.LONG)
    applicant.fill("#q", "停车位")
    applicant.press("#q", "Enter")
    expect(applicant.locator(".history li")).to_have_count(2)
    clean(applicant, axe)


def test_every_place_of_an_old_number_is_found_in_its_file(member: Callable[[str], Page], axe: str) -> None:
    """A text whose last articles have other numbers: each mistake leads to its very line, from the list or the file."""
    staff = member("policy_staff")
    staff.goto("/policy/versions")
    words = policy_samples.TEXT
    for old, new in (("八", "二十"), ("七", "十九"), ("六", "十八"), ("五", "十七")):
        words = words.replace(f"第十{old}条", f"第{new}条")
    staff.fill("#words", words)
    staff.click('button:has-text("上传原文")')
    staff.click('details:has-text("其余") summary')
    expect(staff.locator(".mistakes li").first).to_contain_text("政策中没有 第十五条")
    expect(staff.locator('.notice:has-text("条款编号有变")')).to_contain_text("第十八条 → 第二十条")
    clean(staff, axe)
    staff.locator('.mistakes a:has-text("问题示例")').last.click()
    expect(staff.locator("h1")).to_contain_text("问题示例")
    steps.ready(staff)
    for _ in range(2):
        selected = staff.evaluate("() => { const field = document.getElementById('content'); "
                                  "return field.value.slice(field.selectionStart, field.selectionEnd); }")
        assert selected.startswith("- cites:")
        assert "第十五条" in selected or "第十六条" in selected
        staff.locator("[data-line]").first.click()
    clean(staff, axe)
    staff.click('.crumbs a >> nth=1')
    staff.click('button:has-text("按新编号改写这些文件")', timeout=steps.LONG)  # examples are learned from
    expect(staff.locator("#problems-head + p")).to_have_text("没有发现问题。", timeout=steps.LONG)
    expect(staff.locator('.notice:has-text("条款编号有变")')).to_have_count(0)
