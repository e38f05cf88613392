"""From the first page to a receipt and through a return, as an applicant and a reviewer go it in a browser."""
from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.people import given
from tests.browser.server import Server
from tests.browser.test_review import handed_in

MOST_CLICKS = 11
COUNTING = """addEventListener("click", (event) => { if (event.isTrusted && event.detail) sessionStorage.clicks =
  Number(sessionStorage.clicks || 0) + 1; }, true);"""


def test_a_newcomer_hands_in_with_few_clicks(person: Page) -> None:
    """Create, upload, read, fix, submit on the bundled application: what the to-do list names first is a contradiction,
    its sources are read and it is answered; a receipt at the end, and nothing to change any more.
    """
    page = person
    page.add_init_script(COUNTING)
    page.goto("/")
    page.click('a:has-text("新建预审")')
    page.click('label:has-text("国际联合研究中心")')
    steps.go(page, 'button:has-text("下一步")', steps.CASE)
    with page.expect_file_chooser() as chosen:
        page.click('label[for="pick"]')
    chosen.value.set_files([str(one) for one in steps.FILES])
    steps.assessed(page)
    expect(page.locator("#todo details").first).to_have_attribute("id", "todo-conflict")
    page.click('#conflicts .sides a:has-text("论文清单.xlsx")')
    expect(page.locator("#viewer-panel mark.target").first).to_be_visible()
    page.click('#todo-conflict a:has-text("填写说明")')
    page.fill("#low", "19")
    page.fill("#text", "以清单为准，申报书中的24篇含5篇已录用未见刊的。")
    page.click('button:has-text("保存说明")')
    expect(page.locator("#todo .reply")).to_contain_text("以清单为准")
    page.click("#submit")
    page.click('button:has-text("确认提交")')
    expect(page.locator(".submission")).to_contain_text(re.compile(r"回执编号 \d{8}-[2-9A-Z]{6}"))
    assert int(page.evaluate("sessionStorage.clicks")) <= MOST_CLICKS
    expect(page.locator("#upload")).to_have_count(0)


def test_an_open_review_hears_of_what_its_applicant_does(person: Page, member: Callable[[str], Page]) -> None:
    """Taken back, it is gone there; after a return and a reply, handed in again, it says so without a reload."""
    address = handed_in(person)
    page = member("reviewer")
    page.goto(address)
    expect(page.locator(".subject").first).to_be_visible()
    page.select_option("#status", "returned")
    page.fill("#note", "缺检索证明")
    steps.go(page, "form.settings button")
    expect(page.locator("#status")).to_have_value("returned")
    case = address.replace("/review", "")
    person.goto(case)
    expect(person.locator(".submission")).to_contain_text("缺检索证明")
    person.locator("#todo-lacking summary").click()
    person.locator('#todo-lacking a:has-text("填写说明")').first.click()
    person.fill("#text", "附件三已证明")
    person.click('button:has-text("保存说明")')
    expect(person.locator("#todo .reply")).to_contain_text("附件三已证明")
    person.click("#submit")
    expect(person.locator("main")).to_contain_text("材料、设置、数据和结论都没有变化")
    person.click('button:has-text("确认提交")')
    expect(page.locator("#since")).to_contain_text("材料、设置、数据和结论都没有变化")
    expect(page.locator("#status")).to_have_value("received")
    person.locator('.submission summary:has-text("撤回提交")').click()
    person.click('button:has-text("确认撤回")')
    expect(person.locator("#submit")).to_be_visible()
    expect(page.locator("#status")).to_have_value("returned")


def test_two_tabs_hand_in_once_and_an_administrator_deletes_with_a_reason(
        person: Page, new_person: Callable[..., Page], server: Server) -> None:
    """What the second tab confirms is done already: one receipt, said in both. What was handed in only an administrator
    deletes, by its receipt; an address of before says that it is gone.
    """
    steps.demo(person)
    case = person.url.split("?")[0]
    other = person.context.new_page()
    for tab in (person, other):
        tab.goto(f"{case}/submission")
    for tab in (person, other):
        tab.click('button:has-text("确认提交")')
        expect(tab.locator(".submission")).to_contain_text("回执编号")
    receipt = person.locator(".submission a.num").inner_text()
    expect(other.locator(".submission a.num")).to_have_text(receipt)
    other.goto(f"{case}/submissions")
    expect(other.locator("h2 .num")).to_have_count(1)
    other.goto(f"{case}/delete")
    expect(other.locator("main")).to_contain_text("已提交的案卷不能自行删除")
    other.goto(f"{case}/edit")
    expect(other.locator("main")).to_contain_text("案卷已提交，材料和设置不能再改")

    administrator = new_person()
    given(server, administrator.evaluate("fetch('/api/v1/session').then((answer) => answer.json())")["user"]["email"],
          "administrator")
    administrator.goto("/admin/settings")
    administrator.fill("#receipt", receipt)
    administrator.fill("#deletion-reason", "申报单位来函撤销申报")
    administrator.click('button:has-text("删除已提交的案卷")')
    expect(administrator.locator(".notice.good")).to_contain_text("已删除")
    person.goto(case)
    expect(person.locator("h1")).to_contain_text("没有找到")
