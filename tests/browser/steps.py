"""What a person does, step by step, in words of the page."""
from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

EXAMPLE = Path(__file__).parents[2] / "examples" / "membrane-center"
FILES = sorted(EXAMPLE.iterdir())
LONG = 60_000  # ms that an assessment may take on a busy machine
CASE = re.compile(r"/cases/[0-9a-f]{32}$")
expect.set_options(timeout=20_000)


def go(page: Page, selector: str, to: str | re.Pattern[str] = "**") -> None:
    """By a link or a form, until the page that it leads to is there."""
    with page.expect_navigation(url=to):
        page.click(selector)


def new_case(page: Page, title: str = "膜中心", base_type: str = "joint_research_center") -> str:
    """A case without files; its address."""
    page.goto("/cases/new")
    page.check(f'input[name="base_type"][value="{base_type}"]')
    page.fill("#application_date", "2025-06-30")
    page.fill("#title", title)
    go(page, 'button:has-text("下一步")', CASE)
    expect(page.locator("h1")).to_contain_text(title)
    return page.url


def ready(page: Page) -> None:
    """Until the page's scripts are all there."""
    expect(page.locator("html[data-ready]")).to_be_attached()


def upload(page: Page, *files: Path) -> None:
    page.set_input_files("#pick", [str(one) for one in files or FILES])


def assessed(page: Page) -> None:
    """Until the result stands on the page."""
    expect(page.locator(".criterion").first).to_be_visible(timeout=LONG)


def demo(page: Page) -> str:
    page.goto("/cases")
    go(page, 'button:has-text("看一个示例")', "**/cases/*")
    assessed(page)
    return page.url


def handed_in(page: Page) -> str:
    """The address of a new case that was handed in."""
    case = demo(page).split("?")[0]
    page.goto(case)
    page.click("#submit")
    page.click('button:has-text("确认提交")')
    expect(page.locator(".submission")).to_contain_text("已接收")
    return case
