"""Chromium, a server, and people who use it."""
from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.offices import WIDE, Place, office
from tests.browser.server import Server

PASSWORD = "a sentence that is remembered"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("GUOHE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("serve") / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with office(tmp_path_factory.mktemp("office") / "data") as made:
        yield made


@pytest.fixture
def new_person(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Registers somebody in a browser of their own. A page that fails in its scripts fails the test."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def made(**options: Any) -> Page:
        context = chromium.new_context(**{"viewport": WIDE, "locale": "zh-CN", "base_url": server.address, **options})
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto("/register")
        page.fill("#email", f"{os.urandom(6).hex()}@example.com")
        page.fill("#name", "张三")
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/cases")
        return page

    yield made
    for context in contexts:
        context.close()
    assert broken == []


@pytest.fixture
def person(new_person: Callable[..., Page]) -> Page:
    return new_person()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's script, which comes with a package of the tests."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
