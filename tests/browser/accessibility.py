"""What axe finds on a page, in its themes and at the widths of screens, and what lies beside the screen."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Page

from tests.browser.offices import WIDE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, DESK, NARROW = 390, 1280, 360


def found(page: Page, axe: str, widths: Iterable[int]) -> list[tuple[object, ...]]:
    """Against WCAG 2.2 AA and good practice, with everything unfolded; nothing may lie beside the screen."""
    page.evaluate("for (const one of document.querySelectorAll('main details:not(.menu)')) one.open = true")
    page.evaluate(axe)
    result: list[tuple[object, ...]] = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        violations = page.evaluate("tags => axe.run({runOnly: tags, resultTypes: ['violations']})", RULES)["violations"]
        result += [(width, one["id"], one["nodes"][0]["html"][:200]) for one in violations]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            result.append((width, "too wide"))
    return result


def clean(page: Page, axe: str) -> None:
    """Nothing for axe, by all its rules, in either theme."""
    page.evaluate(axe)
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        violations: Any = page.evaluate("() => axe.run().then(all => all.violations.map(one => [one.id, "
                                        "one.nodes.map(node => node.target.join(' ')).slice(0, 3)]))")
        assert violations == [], f"{page.url} {theme}"


def both_widths(page: Page, axe: str) -> None:
    """`clean` on a desk and on a phone, and nothing beside the screen."""
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        clean(page, axe)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)
    page.set_viewport_size(dict(WIDE))
