"""A reviewer's whole case by keyboard, and two reviewers on one fact, in a real browser."""
from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser import steps

PAPERS = "#s-sci_ei_papers"


def handed_in(page: Page) -> str:
    """The reviewers' address of a new case."""
    return steps.handed_in(page).replace("/cases/", "/review/cases/")


def go(page: Page, subject: str) -> Locator:
    """To a subject by j alone, from the top; its row."""
    row = page.locator(f'[data-subject="{subject}"]')
    page.keyboard.press("Escape")
    for _ in range(page.locator(".subject").count()):
        page.keyboard.press("k")
    for _ in range(page.locator(".subject").count()):
        if "now" in str(row.get_attribute("class")).split():
            return row
        page.keyboard.press("j")
    raise AssertionError(subject)


def tab(page: Page, selector: str) -> None:
    """To what matches, by the tabulator alone."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(selector)


def test_a_whole_case_by_keyboard(person: Page, member: Callable[[str], Page]) -> None:
    """No click and no focus set from outside: from the worklist to evidence, confirm, correct, reject, an item moved, a
    fact added with its words, a judgement; then the letter, and the status that the applicant sees.
    """
    address = handed_in(person)
    page = member("reviewer")
    page.goto("/review")
    steps.ready(page)
    tab(page, f'a[href="{re.sub("https?://[^/]+", "", address)}"]')
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    steps.ready(page)
    page.keyboard.press("j")
    papers = page.locator(PAPERS)
    expect(papers).to_have_class(re.compile("now"))
    expect(papers.locator(".marks")).to_contain_text("材料矛盾")
    expect(page.locator("#viewer-panel mark.target")).to_have_text("近三年，研究院在膜法水处理领域发表SCI或EI论文24篇")
    expect(papers).to_be_focused()      # the evidence follows, the keys stay where they are
    page.keyboard.press("n")
    expect(page.locator("#walk-place")).to_have_text(re.compile("^2/"))
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.keyboard.type("21")
    tab(page, f"{PAPERS} [data-reason]")
    page.keyboard.type("检索证明为21篇")
    page.keyboard.press("Enter")
    expect(papers.locator(".figure")).to_have_text("21篇")
    expect(papers.locator(".values")).to_contain_text("计算机：19至24篇")
    expect(papers.locator(".needs .outcome")).to_have_class(re.compile("met"))
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.locator(".subject.now .marks")).to_contain_text("已确认")

    office = go(page, "dedicated_office")
    page.keyboard.press("x")
    expect(office.locator(".whys")).to_contain_text("与原件不符")
    page.keyboard.press("1")
    expect(office.locator(".figure")).to_have_text("未见")

    partners = go(page, "foreign_partners")
    page.keyboard.press("e")
    tab(page, "#s-foreign_partners [data-reason]")
    page.keyboard.type("协议仍在履行")
    tab(page, '#s-foreign_partners button[value*="-"]')
    while "不" in page.evaluate("document.activeElement.textContent"):
        tab(page, '#s-foreign_partners button[value*="-"]')
    page.keyboard.press("Enter")
    expect(partners.locator(".figure")).to_have_text("5家")

    incidents = go(page, "no_incidents")
    page.keyboard.press("a")
    tab(page, "#s-no_incidents [data-reason]")
    page.keyboard.type("承诺书")
    tab(page, "#s-no_incidents [data-quote]")
    page.keyboard.type("近三年未发生重大安全责任事故")
    page.keyboard.press("Enter")
    expect(incidents.locator(".figure")).to_have_text("满足")

    judged = go(page, str(page.locator(".subject.judgement").first.get_attribute("data-subject")))
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.value") == ""
    page.keyboard.press("ArrowDown")
    tab(page, ".subject.judgement [data-reason]")
    page.keyboard.type("团队和经费稳定")
    page.keyboard.press("Enter")
    expect(judged.locator(".outcome").first).to_have_class(re.compile("met"))
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#review-keys")).to_be_visible()
    page.keyboard.press("Escape")

    page.goto(f"{address}/letter")
    expect(page.locator("#text")).to_have_value(re.compile("第五条（二）"))
    tab(page, 'button[name="send"]')
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    expect(page.locator("form.decide")).to_have_count(0)
    person.reload()
    expect(person.locator(".submission")).to_contain_text("退回补正")
    expect(person.locator(".submission blockquote")).to_contain_text("第五条（二）")


def test_evidence_is_picked_in_the_original(person: Page, member: Callable[[str], Page]) -> None:
    """Words that are selected there become the evidence of a correction, at their place."""
    address = handed_in(person)
    page = member("reviewer")
    page.goto(address)
    steps.ready(page)
    officers = page.locator("#s-dedicated_officers")
    officers.focus()
    page.keyboard.press("Enter")
    mark = page.locator("#viewer-panel mark.target").first
    expect(mark).to_have_text("现有专职管理人员3名")
    mark.evaluate("node => getSelection().selectAllChildren(node)")
    page.click('#pick button:has-text("用作证据")')
    expect(officers.locator("[data-quote]")).to_have_value("现有专职管理人员3名")
    officers.locator('[name="low"]').fill("2")
    officers.locator("[data-reason]").fill("一人已离职")
    page.keyboard.press("Enter")
    expect(officers.locator(".figure")).to_have_text("2名")
    expect(officers.locator(".history a").first).to_be_attached()


def test_two_reviewers_on_one_fact(person: Page, member: Callable[[str], Page]) -> None:
    """They see each other; the second decision is refused with the first one's, and nothing typed is lost."""
    address = handed_in(person)
    one, two = member("reviewer"), member("reviewer")
    for page in (one, two):
        page.goto(address)
        steps.ready(page)
    expect(one.locator("#here")).to_contain_text("张三")
    two.locator(PAPERS).focus()
    two.keyboard.press("e")
    two.keyboard.type("19")
    two.locator(f"{PAPERS} [data-reason]").fill("按清单计")
    one.locator(PAPERS).focus()
    one.keyboard.press("e")
    one.keyboard.type("21")
    one.locator(f"{PAPERS} [data-reason]").fill("检索证明")
    one.keyboard.press("Enter")
    expect(one.locator(f"{PAPERS} .figure")).to_have_text("21篇")
    expect(two.locator(f"{PAPERS} .figure")).to_have_text("21篇")
    expect(two.locator(f"{PAPERS} [data-reason]")).to_have_value("按清单计")
    two.locator(f"{PAPERS} [data-reason]").press("Enter")
    refused = two.locator(f"{PAPERS} .refused")
    expect(refused).to_contain_text("刚刚对这一项作了决定")
    expect(refused).to_contain_text("检索证明")
    expect(one.locator(f"{PAPERS} .figure")).to_have_text("21篇")
    refused.locator("button").click()
    expect(one.locator(f"{PAPERS} .figure")).to_have_text("19篇")
    expect(one.locator(f"{PAPERS} .history > li")).to_have_count(2)


def test_a_contradiction_is_settled_by_one_of_its_figures(person: Page, member: Callable[[str], Page]) -> None:
    """确认 asks which: the figures stand there with their places, and the one taken has its source as evidence."""
    address = handed_in(person)
    page = member("reviewer")
    page.goto(address)
    steps.ready(page)
    page.keyboard.press("j")
    papers = page.locator(PAPERS)
    assert papers.locator('button[value="confirm"]').count() == 0
    expect(papers.locator(".which")).to_contain_text("材料矛盾，采用哪一个？")
    page.keyboard.press("c")
    chosen = page.evaluate("document.activeElement.textContent").strip()
    page.keyboard.press("Enter")
    expect(papers.locator(".figure")).to_have_text(chosen)
    expect(papers.locator(".history")).to_contain_text("材料矛盾，采用")
    expect(papers.locator(".history a").first).to_be_attached()


def test_back_leads_to_the_original_that_stood_there(person: Page, member: Callable[[str], Page]) -> None:
    """What was opened by hand is a step of the history; what merely follows the keys is not one each."""
    address = handed_in(person)
    page = member("reviewer")
    page.goto(address)
    steps.ready(page)
    page.locator("#s-dedicated_officers a.first").click()
    expect(page.locator("#viewer-panel mark.target").first).to_have_text("现有专职管理人员3名")
    page.locator("#s-granted_ip a.first").click()
    expect(page.locator("#viewer-panel mark.target").first).not_to_have_text("现有专职管理人员3名")
    page.go_back()
    expect(page.locator("#viewer-panel mark.target").first).to_have_text("现有专职管理人员3名")
    page.go_back()
    expect(page.locator("#viewer-panel")).to_contain_text("在这里看到原文")
    assert page.url.startswith(address)
