"""Connections that drop, servers that die, sessions that end: everything goes on, nothing is lost."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.offices import WIDE
from tests.browser.people import registered
from tests.browser.server import Server


def test_an_upload_goes_on_when_the_network_is_back(person: Page) -> None:
    """Dropped files wait through a lost connection; nothing has to be chosen again."""
    steps.new_case(person)
    steps.ready(person)
    person.context.set_offline(True)
    expect(person.locator('[data-banner="net"]')).to_contain_text("网络已断开")
    steps.upload(person)
    expect(person.locator("#uploads .said").first).to_have_text("连接中断，恢复后自动继续")
    person.context.set_offline(False)
    expect(person.locator(".file")).to_have_count(3, timeout=steps.LONG)
    steps.assessed(person)


def test_a_question_is_kept_when_the_answer_breaks_off(person: Page) -> None:
    """What was typed is still there, and one click asks again."""
    person.goto("/ask")
    steps.ready(person)
    person.context.set_offline(True)
    person.fill("#question", "论文要多少篇？")
    person.press("#question", "Enter")
    expect(person.locator(".turn .notice")).to_contain_text("问题已保留")
    expect(person.locator("#question")).to_have_value("论文要多少篇？")
    person.context.set_offline(False)
    person.click(".turn .notice button")
    expect(person.locator(".turn .sources")).to_be_visible(timeout=steps.LONG)
    expect(person.locator("#question")).to_have_value("")


def test_a_session_that_ended_loses_no_question_and_no_file(person: Page) -> None:
    """The page stays as it is, says so, and goes on after signing in in another window; whoever does so later goes on
    then.
    """
    steps.new_case(person)
    steps.ready(person)
    cookies = person.context.cookies()
    person.context.clear_cookies(name="guohe_session")
    person.fill("#question", "论文要多少篇？")
    person.press("#question", "Enter")
    person.click('#again button:has-text("稍后")')
    expect(person.locator('[data-banner="expired"]')).to_be_visible()
    expect(person.locator("#question")).to_have_value("论文要多少篇？")
    steps.upload(person, steps.FILES[0])
    person.click('#again button:has-text("稍后")')
    expect(person.locator("#uploads .bad button")).to_be_visible()
    person.context.add_cookies([one for one in cookies if one["name"] == "guohe_session"])  # type: ignore[misc]
    person.click("#uploads .bad button")
    expect(person.locator(".file")).to_have_count(1, timeout=steps.LONG)
    person.press("#question", "Enter")
    expect(person.locator(".turn .sources")).to_be_visible(timeout=steps.LONG)


def test_what_was_typed_survives_a_reload(person: Page) -> None:
    """A closed lid or a crash costs no text."""
    person.goto("/cases/new")
    person.fill("#title", "写了一半的名称")
    person.reload()
    expect(person.locator("#title")).to_have_value("写了一半的名称")


def test_a_file_that_is_too_large_is_refused_in_words(person: Page) -> None:
    """The limit is said beside the file, and the others go on."""
    steps.new_case(person)
    person.route("**/files", lambda route: route.fulfill(
        status=413, content_type="application/json",
        body='{"error": {"code": "too_large", "message": "文件过大", "message_en": "Too large", "detail": {}}}'))
    steps.upload(person, steps.FILES[0])
    expect(person.locator("#uploads .bad .said")).to_have_text("文件过大")


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Server]:
    """A server that this test may kill."""
    running = Server(tmp_path / "data").start()
    yield running
    running.stop()


def test_an_assessment_survives_the_death_of_the_server(chromium: Browser, mortal: Server) -> None:
    """Killed in the middle and started again: the open page connects by itself and shows the result."""
    context = chromium.new_context(viewport=WIDE, locale="zh-CN", base_url=mortal.address)  # type: ignore[arg-type]
    page = context.new_page()
    registered(page)
    steps.new_case(page)
    with page.expect_response(lambda answer: answer.url.endswith("/assess")):
        steps.upload(page)
    mortal.kill()
    expect(page.locator('[data-banner="stream"]')).to_contain_text("连接中断")
    expect(page.locator(".criterion")).to_have_count(0)
    mortal.start()
    steps.assessed(page)
    expect(page.locator(".summary")).to_contain_text("第 1 次预审")
    context.close()
