"""A round in a real browser: opened, handed in to, looked at, taken to the meeting; its last day passes meanwhile."""
from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from api.service import clock
from tests.browser import steps
from tests.browser.accessibility import both_widths, clean
from tests.support import policy_samples
from tests.support.review_samples import TEXT


def applied(page: Page, folder: Path, title: str, words: str) -> str:
    """A case with one file, assessed; its address."""
    case = steps.new_case(page, title)
    folder.mkdir(exist_ok=True)
    (folder / f"{title}.txt").write_text(TEXT + words, encoding="utf-8")
    steps.upload(page, folder / f"{title}.txt")
    steps.assessed(page)
    return case


def test_a_round_from_its_opening_to_the_meeting(office: Callable[[str, str], Page], axe: str, tmp_path: Path) -> None:
    """Its last day is said to applicants; what they claim twice is found; a late one loses nothing."""
    reviewer, one, two = office("reviewer", "li"), office("applicant", "one"), office("applicant", "two")
    reviewer.goto("/review")
    reviewer.click('a:text-is("批次")')
    both_widths(reviewer, axe)
    day = clock.today("Asia/Shanghai")
    reviewer.fill("#in-title", "2026年第一批")
    reviewer.select_option("#in-type", "joint_research_center")
    reviewer.fill("#in-opens", str(day - timedelta(days=1)))
    reviewer.fill("#in-closes", str(day - timedelta(days=2)))
    reviewer.fill("#in-quota", "2")
    reviewer.click('button:has-text("建立批次")')
    expect(reviewer.locator(".notice.bad")).to_contain_text("截止日不早于开始日")
    expect(reviewer.locator("#in-title")).to_have_value("2026年第一批")
    reviewer.fill("#in-closes", str(day + timedelta(days=5)))
    reviewer.click('button:has-text("建立批次")')
    expect(reviewer.locator("h1")).to_contain_text("受理中")
    address = reviewer.url

    applied(one, tmp_path / "one", "甲", "项目负责人：王小明\n")
    expect(one.locator(".rounds")).to_contain_text("还有 5 天")
    one.click("#submit")
    expect(one.locator(".notice").first).to_contain_text("2026年第一批")
    both_widths(one, axe)
    one.click('button:has-text("确认提交")')
    expect(one.locator(".submission")).to_contain_text("回执编号")
    applied(two, tmp_path / "two", "乙", "负责人：王小明\n")
    two.click("#submit")
    two.click('button:has-text("确认提交")')
    expect(two.locator(".submission")).to_contain_text("回执编号")
    late = applied(two, tmp_path / "late", "丙", "")
    two.click("#submit")                    # and stays on this page while the round is closed

    reviewer.goto(address)
    expect(reviewer.locator("svg.plot").first).to_be_visible()
    assert reviewer.locator("svg.plot[role=img]").count() == reviewer.locator("svg.plot > title").count() > 2
    expect(reviewer.locator("#overlap")).to_contain_text("同名人员 1")
    both_widths(reviewer, axe)
    reviewer.click('a:has-text("逐项查看")')
    expect(reviewer.locator(".overlap")).to_have_count(2)
    both_widths(reviewer, axe)
    reviewer.goto(address)
    with reviewer.expect_download() as download:
        reviewer.click('a:has-text("会议用表")')
    assert download.value.suggested_filename == "2026年第一批.xlsx"
    reviewer.click('summary:has-text("修改批次")')
    reviewer.click('a:has-text("现在截止")')
    expect(reviewer.locator("main")).to_contain_text("已提交的 2 个案卷照常审查")
    clean(reviewer, axe)
    reviewer.fill("#end-reason", "名额已满")
    reviewer.click('button:has-text("现在截止")')
    expect(reviewer.locator("h1")).to_contain_text("已截止")

    two.click('button:has-text("确认提交")')
    expect(two.locator("main")).to_contain_text("没有提交；材料、结果和填写的说明都保留")
    clean(two, axe)
    two.goto(late)
    expect(two.locator(".criterion").first).to_be_visible()
    expect(two.locator("#files")).to_contain_text("丙.txt")


def test_policy_staff_change_a_threshold_and_the_status_by_forms(member: Callable[[str], Page], axe: str) -> None:
    """200万元 to 350万元 with its clause, 征求意见稿 to 正式; what then disagrees is listed; no file is opened."""
    staff = member("policy_staff")
    staff.goto("/policy/versions")
    staff.fill("#words", policy_samples.TEXT)
    staff.click('button:has-text("上传原文")')
    staff.click('a:has-text("修改内容")')
    both_widths(staff, axe)
    staff.select_option("#usual-status", "in_force")
    staff.fill("#head-new-number", "渝科局发〔2026〕8号")
    staff.fill("#head-new-issued", "2026-12-01")
    staff.locator('section:has(#head) button:has-text("保存")').click()
    expect(staff.locator(".notice.good")).to_contain_text("已保存")
    expect(staff.locator("#usual-status")).to_have_value("in_force")
    staff.check('input[name="reading"][value="rolling_36_months"]')
    staff.locator('section:has(#window) form:has(input[name=reading]) button:has-text("保存")').click()
    expect(staff.locator('input[value="rolling_36_months"]')).to_be_checked()
    staff.click("#criterion-9\\.4\\.funding td.num a")
    expect(staff.locator("#f-bar")).to_have_value("200万元")
    both_widths(staff, axe)
    staff.fill("#f-bar", "350来万")
    staff.click('main form button:has-text("保存")')
    expect(staff.locator(".notice.bad")).to_contain_text("350来万")
    staff.fill("#f-bar", "350万元")
    staff.click('main form button:has-text("保存")')
    expect(staff.locator("#criterion-9\\.4\\.funding")).to_contain_text("350万元")
    staff.click('.notice.good a:has-text("待改正")')
    stale = staff.locator(".mistakes li", has_text="写有 2,000,000，而第九条（四）中没有这个数")
    expect(stale.first).to_be_attached()
    expect(staff.locator("#difference ins").first).to_contain_text("350")
    expect(staff.locator("#criteria")).to_contain_text("350万")
    both_widths(staff, axe)
