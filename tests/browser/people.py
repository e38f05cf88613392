"""People in browsers of their own: they register, are invited, or are given a role as an administrator would."""
from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.offices import WIDE
from tests.browser.server import Server
from tests.browser.steps import go

PASSWORD = "a sentence that is remembered"


@contextmanager
def browsers(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser of its own. A page that fails in its scripts fails the test."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def opened(**options: Any) -> Page:
        context = chromium.new_context(**{"viewport": WIDE, "locale": "zh-CN", "base_url": server.address, **options})
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert broken == []


def registered(page: Page, name: str = "张三") -> str:
    """Somebody new, signed in, with their list of cases before them; their email. Without the form."""
    email = f"{os.urandom(6).hex()}@example.com"
    answer = page.request.post("/api/v1/users", data={"email": email, "name": name, "password": PASSWORD})
    assert answer.ok, answer.text()
    page.goto("/cases")
    return email


def by_form(page: Page, address: str = "/register", name: str = "张三", email: str = "") -> None:
    """The same as a person would."""
    page.goto(address)
    page.fill("#email", email or f"{os.urandom(6).hex()}@example.com")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    go(page, "main button", "**/cases")


def invited(administrator: Page, page: Page, role: str, name: str) -> None:
    """Somebody with a role, by an administrator's invitation."""
    token = str(administrator.locator('meta[name="csrf"]').get_attribute("content"))
    email = f"{name}@example.com"
    made = administrator.request.post("/api/v1/invitations", data={"email": email, "role": role},
                                      headers={"X-CSRF-Token": token})
    by_form(page, f"/invitation/{made.json()['secret']}", name, email)


def given(server: Server, email: str, role: str) -> None:
    """A role, without an administrator."""
    with closing(sqlite3.connect(server.data / "guohe.sqlite3", timeout=20)) as database, database:
        database.execute("UPDATE users SET role = ? WHERE email = ?", (role, email))
