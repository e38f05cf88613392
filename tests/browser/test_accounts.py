"""Accounts in the browser: a session that ends in the middle of something, a forgotten password."""
from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from api.service.records import Role
from tests.browser import steps
from tests.browser.offices import Place, of
from tests.browser.people import PASSWORD


def ended(page: Page) -> None:
    page.context.clear_cookies(name="guohe_session")


def signed_in_again(page: Page, password: str = PASSWORD) -> None:
    expect(page.locator("#again-email")).not_to_have_value("")
    page.fill("#again-password", password)
    page.click('#again button:has-text("登录")')


def test_a_form_goes_on_where_the_session_ended(person: Page, axe: str) -> None:
    """One signs in over the page, a wrong password is said there, and what was typed is sent as it stands."""
    person.goto("/cases/new")
    steps.ready(person)
    person.check('input[name="base_type"][value="joint_research_center"]')
    person.fill("#application_date", "2025-06-30")
    person.fill("#title", "写到一半的案卷")
    ended(person)
    person.click('button:has-text("下一步")')
    signed_in_again(person, "not this one at all")
    expect(person.locator("#again [role=alert]")).to_contain_text("邮箱或密码不正确")
    person.evaluate(axe)
    result = person.evaluate("axe.run('#again', {resultTypes: ['violations']})")
    assert [one["id"] for one in result["violations"]] == []
    signed_in_again(person)
    person.wait_for_url(steps.CASE)
    expect(person.locator("h1")).to_contain_text("写到一半的案卷")


def test_a_question_and_a_file_go_on_where_the_session_ended(person: Page) -> None:
    """Neither has to be asked for again."""
    steps.new_case(person)
    steps.ready(person)
    ended(person)
    person.fill("#question", "论文要多少篇？")
    person.press("#question", "Enter")
    signed_in_again(person)
    expect(person.locator(".turn .sources")).to_be_visible(timeout=steps.LONG)
    ended(person)
    steps.upload(person, steps.FILES[0])
    signed_in_again(person)
    expect(person.locator(".file")).to_have_count(1, timeout=steps.LONG)


def test_whoever_puts_it_off_keeps_what_was_typed(person: Page) -> None:
    """The page stays, says that the session has ended, and goes on when its button is used."""
    person.goto("/cases/new")
    steps.ready(person)
    person.fill("#title", "还没写完")
    person.check('input[name="base_type"][value="joint_research_center"]')
    person.fill("#application_date", "2025-06-30")
    ended(person)
    person.click('button:has-text("下一步")')
    person.click('#again button:has-text("稍后")')
    expect(person.locator("#title")).to_have_value("还没写完")
    person.click('button:has-text("下一步")')
    signed_in_again(person)
    person.wait_for_url(steps.CASE)


def test_a_forgotten_password_is_set_with_an_administrators_link(
        chromium: Browser, place: Place, new_person: Callable[..., Page]) -> None:
    """Asked for, made, given, used; a common password is refused in words on the way."""
    administrator = of(chromium, place, str(Role.ADMINISTRATOR)).new_page()
    administrator.goto("/admin/users?role=applicant")
    administrator.click("tbody a >> nth=0")
    administrator.click('button:has-text("生成重设密码的链接")')
    link = administrator.locator("#link").text_content() or ""
    visitor = of(chromium, place, "").new_page()
    visitor.goto("/login")
    visitor.click("text=忘记密码？")
    expect(visitor.locator("main")).to_contain_text("请联系管理员")
    visitor.goto(link)
    visitor.fill("#new", "Password2026")
    visitor.fill("#again", "Password2026")
    visitor.click('button:has-text("设置并登录")')
    expect(visitor.locator("[role=alert]")).to_contain_text("太常见")
    visitor.fill("#new", PASSWORD)
    visitor.fill("#again", PASSWORD)
    steps.go(visitor, 'button:has-text("设置并登录")', "**/cases")
    visitor.goto(link)
    expect(visitor.locator("[role=alert]")).to_contain_text("已失效")
