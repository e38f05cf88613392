"""An application on paper: the office types it in, scans it, reviews it and prints its letter, in a real browser."""
from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import steps


def test_the_office_hands_in_for_an_applicant_without_an_account(member: Callable[[str], Page]) -> None:
    """From the worklist and back to it: what was typed stays where a number is taken; the case is marked as on paper,
    another reviewer decides, the letter is downloaded to be printed, and what comes in later is added by the office.
    """
    page, other = member("reviewer"), member("reviewer")
    page.goto("/review")
    page.click('a:has-text("登记纸质申报")')
    page.fill("#applicant", "重庆市海棠膜材料研究院有限公司")
    page.fill("#paper_number", "2026-纸-0107")
    page.check('input[value="joint_research_center"]')
    page.fill("#application_date", "2025-06-30")
    steps.go(page, 'button:has-text("下一步")', steps.CASE)
    expect(page.locator(".case-head")).to_contain_text(re.compile("纸质申报.*收件编号2026-纸-0107", re.DOTALL))
    steps.ready(page)
    steps.upload(page)
    steps.assessed(page)
    case = page.url.split("?")[0]
    expect(page.locator("#todo")).not_to_contain_text("填写说明")
    page.click('#submit:has-text("转入审查")')
    expect(page.locator("main")).to_contain_text("不是申报单位本人的操作")
    page.click('button:has-text("确认提交")')
    expect(page.locator(".submission")).to_contain_text("已接收")

    page.goto("/cases/paper")
    page.fill("#applicant", "另一家")
    page.fill("#paper_number", "2026-纸-0107")
    page.check('input[value="joint_research_center"]')
    page.click('button:has-text("下一步")')
    expect(page.locator('[role="alert"]')).to_contain_text("2026-纸-0107 已登记过")
    expect(page.locator("#applicant")).to_have_value("另一家")

    page.goto(f"/review{case[case.index('/cases/'):]}")
    expect(page.locator(".case-head")).to_contain_text("由您代录，须由另一名审查人员审查")
    expect(page.locator("form.decide")).to_have_count(0)
    other.goto("/review?paper=true")
    row = other.locator("tbody tr", has=other.locator(f'a[href="/review{case[case.index("/cases/"):]}"]').first)
    expect(row.locator(".tags")).to_contain_text("纸质申报")
    row.locator("th a").click()
    other.click('a:has-text("补正通知")')
    steps.go(other, 'button[name="send"]', re.compile("/review/cases/[0-9a-f]{32}$"))
    expect(other.locator("main")).to_contain_text("通知须打印送达")
    page.goto(f"{other.url}/letter")
    with page.expect_download() as printed:
        page.click('a[href$="/letters/1/docx"] >> nth=0')
    assert printed.value.suggested_filename.endswith(".docx")
    page.click(".crumbs a")
    page.click('a:has-text("补充材料")')
    expect(page.locator("#upload")).to_be_visible()
