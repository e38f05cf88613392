"""Pages that no other test holds against axe: those of visitors, of refusals, and what staff see now and then."""
from __future__ import annotations

from playwright.sync_api import Browser

from api.service.records import Role
from tests.browser import accessibility, counting
from tests.browser.accessibility import DESK, NARROW, PHONE
from tests.browser.offices import Place, of

OTHERS = {"": ("/", "/policy", "/login", "/register"),
          str(Role.REVIEWER): ("/", "/cases", "/review", "/review?outdated=true", "/review/statistics"),
          str(Role.POLICY_STAFF): ("/", "/policy/articles/8"), str(Role.ADMINISTRATOR): ("/admin/webhooks",),
          str(Role.AUDITOR): ("/", "/review")}


def test_axe_finds_nothing_on_the_other_pages(chromium: Browser, place: Place, axe: str) -> None:
    """No violation of WCAG 2.2 AA or of good practice, light and dark, on a desk and on a narrow phone; nothing lies
    beside the screen of any, and no figure is without what it counts (as test_figures has it).
    """
    found: list[tuple[object, ...]] = []
    unexplained: dict[str, list[str]] = {}
    for role in ("", *map(str, Role)):
        context = of(chromium, place, role)
        page = context.new_page()
        letters = [one for one in place.pages[role] if one.endswith("/letter")]
        cases = [one.removesuffix("/letter") for one in letters]      # of a reviewer, with every form unfolded
        for address in (*OTHERS.get(role, ()), *cases, *letters, *place.more[role]):
            page.set_viewport_size({"width": DESK, "height": 900})
            page.goto(address)
            found += [(role, address, *one) for one in accessibility.found(page, axe, (DESK, NARROW))]
            unexplained[address] = page.evaluate(counting.UNEXPLAINED)
            found += [(role, address, PHONE, "too wide")] * accessibility.beside(page, PHONE)
        context.close()
    assert found == [], "\n".join(map(str, found))
    assert {address: figures for address, figures in unexplained.items() if figures} == {}
