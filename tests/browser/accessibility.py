"""What axe finds on a page, in its themes and at the widths of screens, and what lies beside the screen."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from playwright.sync_api import Page

from tests.browser.offices import WIDE

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")   # a theme changes nothing else, as api/pages/test_texts holds
PHONE, DESK, NARROW = 390, 1280, 360
RUN = """options => axe.run(options).then(all => all.violations.map(
    one => [one.id, one.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' ')]))"""


def violations(page: Page, axe: str, widths: Iterable[int] = (), rules: Sequence[str] = RULES
               ) -> list[tuple[object, ...]]:
    """By these rules (all of axe without any) in the light, and in the dark by those of colours; on a screen as it is
    or of each width, beside which nothing may lie.
    """
    page.emulate_media(reduced_motion="reduce")   # no colour on its way to another
    page.evaluate(axe)
    before = page.evaluate("document.documentElement.dataset.theme")
    result: list[tuple[object, ...]] = []
    for width in widths or (0,):
        if width:
            page.set_viewport_size({"width": width, "height": 900})
        for theme, asked in (("light", rules), ("dark", COLOURS)):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            options = {"resultTypes": ["violations"]} | ({"runOnly": list(asked)} if asked else {})
            result += [(theme, width, *one) for one in page.evaluate(RUN, options)]
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", before)
        result += [(width, "too wide")] * (width > 0 and beside(page, width))
    return result


def beside(page: Page, width: int) -> bool:
    """Whether anything lies beside a screen of this width."""
    page.set_viewport_size({"width": width, "height": 900})
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)


def found(page: Page, axe: str, widths: Iterable[int]) -> list[tuple[object, ...]]:
    """Against WCAG 2.2 AA and good practice, with everything unfolded; nothing may lie beside the screen."""
    page.evaluate("for (const one of document.querySelectorAll('main details:not(.menu)')) one.open = true")
    return violations(page, axe, widths)


def clean(page: Page, axe: str, widths: Iterable[int] = ()) -> None:
    """Nothing for axe, by all its rules, in either theme."""
    assert violations(page, axe, widths, ()) == [], page.url


def both_widths(page: Page, axe: str) -> None:
    """`clean` on a desk and on a phone, and nothing beside the screen."""
    clean(page, axe, (DESK, PHONE))
    page.set_viewport_size(dict(WIDE))
