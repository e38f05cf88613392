"""Chromium, a server, and people who use it."""
from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import offices
from tests.browser.offices import Place
from tests.browser.people import browsers, by_form, given, invited, registered
from tests.browser.server import Server


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
    with offices.office(tmp_path_factory.mktemp("office") / "data") as made:
        yield made


@pytest.fixture
def new_person(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Registers somebody in a browser of their own, by the form where a test begins with it. A page that fails in its
    scripts fails the test.
    """
    with browsers(chromium, server) as opened:
        def made(*, form: bool = False, **options: Any) -> Page:
            page = opened(**options)
            if form:
                by_form(page)
            else:
                registered(page)
            return page

        yield made


@pytest.fixture
def member(new_person: Callable[..., Page], server: Server) -> Callable[[str], Page]:
    """Somebody of a role on the server that all tests share, where a test changes nothing that is everybody's."""
    def made(role: str) -> Page:
        page = new_person(reduced_motion="reduce")
        given(server, page.request.get("/api/v1/session").json()["user"]["email"], role)
        return page

    return made


@pytest.fixture
def office(chromium: Browser, tmp_path: Path) -> Iterator[Callable[[str, str], Page]]:
    """An installation of its own, where a test changes what is everybody's: its administrator invites a person of a
    role.
    """
    server = Server(tmp_path / "data").start()
    with browsers(chromium, server) as opened:
        administrator = opened()
        registered(administrator, name="admin")

        def made(role: str, name: str) -> Page:
            page = opened(reduced_motion="reduce")
            invited(administrator, page, role, name)
            return page

        yield made
    server.stop()


@pytest.fixture
def person(new_person: Callable[..., Page]) -> Page:
    return new_person()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's script, which comes with a package of the tests."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
