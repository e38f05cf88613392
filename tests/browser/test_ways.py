"""By keyboard alone, on a phone, in the dark, with a screen reader's eyes."""
from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.accessibility import violations

PAGES = ("/", "/cases", "/cases/new", "/policy", "/policy/articles/8", "/ask", "/account", "{case}", "{case}/edit",
         "{case}/delete", "{case}/compare", "{case}/changes", "{case}/facts/sci_ei_papers", "{docx}", "{xlsx}", "{pdf}",
         "{pdf}&view=text", "{pdf}&q=重庆", "/cases/none")


def addresses(page: Page, case: str) -> list[str]:
    page.goto(case)
    steps.assessed(page)

    def piece(criterion: str, name: str) -> str:
        found = page.locator(f'[id="c-{criterion}"] .piece a', has_text=name).first.get_attribute("href")
        assert found
        return found.partition("#")[0]

    known = {"case": case, "docx": piece("8.2.papers", "申报书.docx"), "xlsx": piece("8.2.papers", "论文清单.xlsx"),
             "pdf": piece("5.4.secrecy", "证照与承诺书.pdf")}
    return [one.format(**known) for one in PAGES]


def test_axe_finds_nothing(person: Page, axe: str) -> None:
    """No violation of WCAG 2.2 AA or of good practice on any page, light and dark, everything unfolded, wide and
    narrow.
    """
    found: list[tuple[object, ...]] = []
    case = steps.demo(person)
    places = addresses(person, case)
    narrow = [one for one in places if "/cases/" in one][:1] + [one for one in places if "start=" in one][:3]
    for place in places:
        person.goto(place)
        person.evaluate("for (const one of document.querySelectorAll('details:not(.menu)')) one.open = true")
        found += [(place, *one) for one in violations(person, axe, (1440, 360) if place in narrow else (1440,))]
    person.set_viewport_size({"width": 1440, "height": 900})
    person.goto(case)
    steps.ready(person)
    for opener in ("#c-8\\.2\\.papers .cover", "#c-5\\.4\\.secrecy .cover", "#c-8\\.2\\.papers .ref"):
        person.click(opener)
        expect(person.locator("#viewer-panel:not(.busy) :is(.viewer, .clause-page)")).to_be_visible()
        person.evaluate("scrollTo(0, 0)")  # what a sticky head half covers is no small target
        person.wait_for_timeout(200)
        found += [(opener, *one) for one in violations(person, axe)]
    assert found == [], "\n".join(map(str, found))


def test_the_keyboard_alone_is_enough(person: Page) -> None:
    """From the skip link through the conditions into the evidence, along it, and back."""
    page = person
    case = steps.demo(page)
    page.goto(case)
    steps.assessed(page)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#c-8\\\\.2\\\\.papers .cover')"):
            break
    expect(page.locator("#c-8\\.2\\.papers .cover")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#viewer-panel mark.target")).to_be_in_viewport()
    expect(page.locator("#viewer-panel .sheets")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#walk-place")).to_have_text(re.compile(r"^2/"))
    page.keyboard.press("p")
    expect(page.locator("#walk-place")).to_have_text(re.compile(r"^1/"))
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("国际合作n")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page.locator("[data-hit]").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#c-8\\.2\\.papers .cover")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-dialog")).to_be_hidden()


def test_pages_of_a_pdf_turn_and_grow_by_keys(person: Page) -> None:
    """j and k turn pages, + and - zoom, and the place on the page is kept."""
    page = person
    steps.demo(page)
    page.goto(page.locator("#c-5\\.4\\.secrecy .cover").get_attribute("href") or "")
    expect(page.locator("rect.target").first).to_be_in_viewport()
    page.locator(".sheets").focus()
    page.keyboard.press("k")
    expect(page.locator('.thumbs [aria-current][data-page="1"]')).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator('.thumbs [aria-current][data-page="2"]')).to_be_visible()
    before = page.locator("#page-2 img").bounding_box()
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(page.locator("[data-zoom-shown]")).to_have_text("150%")
    after = page.locator("#page-2 img").bounding_box()
    assert before and after and after["width"] > before["width"] * 1.2
    expect(page.locator("#page-2 img")).to_have_attribute("src", re.compile("scale=3"))


def test_a_phone_is_wide_enough(new_person: Callable[..., Page]) -> None:
    """At 360 pixels no page has to be moved sideways, and evidence opens on a page of its own."""
    page = new_person(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    case = steps.demo(page)
    for place in addresses(page, case):
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, place
    page.goto(case)
    page.locator("#c-8\\.2\\.papers .cover").tap()
    page.wait_for_url("**/documents/**")
    expect(page.locator("mark.target")).to_be_in_viewport()
    page.go_back()
    expect(page.locator("#c-8\\.2\\.papers")).to_be_visible()


def test_a_page_in_another_language_opens_its_parts_in_it(person: Page) -> None:
    """An address with ?lang=en is of that page alone, with what is opened beside it."""
    case = steps.demo(person)
    person.goto(f"{case}?lang=en")
    steps.ready(person)
    person.click("#c-8\\.2\\.papers .cover")
    expect(person.locator("#viewer-panel")).to_contain_text("Article 8(2)")
    person.goto(case)
    expect(person.locator("#result-head")).to_contain_text("可量化条件")


def test_language_and_theme_are_kept(person: Page) -> None:
    """Switched once, everywhere after, also in what the scripts say."""
    person.goto("/cases")
    person.click("[data-theme-switch]")
    expect(person.locator("html")).to_have_attribute("data-theme", "dark")
    person.wait_for_timeout(300)
    person.click('a[hreflang="en"]')
    expect(person.locator("h1")).to_contain_text("My pre-checks")
    person.goto("/policy")
    expect(person.locator("html")).to_have_attribute("data-theme", "dark")
    expect(person.locator("html")).to_have_attribute("lang", "en")
