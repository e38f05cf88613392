"""Administration in a browser: signing on, users, audit; and nothing that a screen reader or the dark stumbles over."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.access.oidc_provider import Provider, provider
from tests.browser import steps
from tests.browser.accessibility import DESK, NARROW, violations
from tests.browser.server import Server

PAGES = ("/admin", "/admin/users", "/admin/audit?verify=1", "/admin/settings", "/login", "{user}")


@pytest.fixture(scope="module")
def there() -> Iterator[Provider]:
    with provider() as made:
        made.people = {"admin": {"email": "admin@example.com", "email_verified": True, "name": "赵管理"},
                       "li": {"email": "li@example.com", "email_verified": True, "name": "李申报"}}
        yield made


@pytest.fixture(scope="module")
def place(there: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own whose people sign on elsewhere; the first one administers."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in there.environment().items():
            patch.setenv(name, value)
        running = Server(tmp_path_factory.mktemp("administered") / "data").start()
    yield running
    running.stop()


def sign_on(chromium: Browser, place: Server, person: str) -> Page:
    page = chromium.new_context(base_url=place.address, locale="zh-CN").new_page()
    page.goto("/login?next=/account")
    page.click('a:has-text("统一身份")')
    page.fill('input[name="person"]', person)
    steps.go(page, "button", "**/account")
    return page


def test_people_sign_on_and_an_administrator_gives_them_a_role(chromium: Browser, place: Server, axe: str) -> None:
    """From the button to the provider and back; then users, audit and settings, light and dark, without violations."""
    admin = sign_on(chromium, place, "admin")
    expect(admin.locator("main")).to_contain_text("管理员")
    sign_on(chromium, place, "li").context.close()
    admin.goto("/admin/users")
    admin.click('a:has-text("李申报")')
    user = admin.url
    admin.select_option("#role", "reviewer")
    admin.fill("#reason", "调入审查科")
    admin.click("main .made button")
    expect(admin.locator("tr", has_text="李申报")).to_contain_text("审查人员")
    admin.goto("/admin/audit?verify=1")
    expect(admin.locator(".notice.good")).to_contain_text("完整")
    expect(admin.locator("tbody tr").first).to_contain_text("调入审查科")
    found: list[tuple[object, ...]] = []
    for address in PAGES:
        admin.goto(address.format(user=user))
        found += [(address, *one) for one in violations(admin, axe, (DESK, NARROW))]
    admin.context.close()
    assert found == [], "\n".join(map(str, found))
