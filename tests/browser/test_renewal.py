"""Many cases assessed again from the worklist, in a real browser: how many, how far, done."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.service.accounts.credentials import SESSION
from api.service.records import Role
from tests.browser.offices import WIDE, published
from tests.browser.server import Server
from tests.browser.steps import LONG
from tests.support import policy_samples
from tests.support.review_samples import handed_in
from tests.support.web_samples import installation


@pytest.fixture
def outdated(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A server with three cases of an older version, and a reviewer's cookie."""
    with installation(tmp_path / "data") as site:
        owner, staff, reviewer = site.client(), site.client(Role.POLICY_STAFF), site.client(Role.REVIEWER)
        for number in range(3):
            handed_in(owner, title=f"第{number}案")
        published(staff, site.client(Role.POLICY_STAFF), policy_samples.stricter("1.5.0", 22))
        cookie = str(reviewer.http.cookies.get(SESSION))
    running = Server(tmp_path / "data").start()
    yield running, cookie
    running.stop()


def test_the_chosen_cases_are_assessed_again(chromium: Browser, outdated: tuple[Server, str]) -> None:
    """Nothing can be asked for before a case is ticked; the page counts until all are made, and then none is left."""
    server, cookie = outdated
    context = chromium.new_context(base_url=server.address, viewport=WIDE, locale="zh-CN")
    context.add_cookies([{"name": SESSION, "value": cookie, "url": server.address}])
    page = context.new_page()
    page.goto("/review?outdated=true")
    button = page.locator('button:has-text("按现行版本重新预审所选")')
    expect(button).to_be_disabled()
    page.check("[data-all]")
    expect(page.locator("[data-chosen]")).to_have_text("3")
    button.click()
    expect(page.locator("main")).to_contain_text("将按现行版本 1.5.0 重新预审 3 件")
    page.click('button:has-text("重新预审 3 件")')
    expect(page.locator("#renewing [data-said]")).to_contain_text("已完成 3", timeout=LONG)
    page.click("#renewing [data-look]")
    expect(page.locator(".empty")).to_contain_text("没有符合条件的案卷")
    page.goto("/review")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody")).not_to_contain_text("依据旧版办法")
    context.close()
