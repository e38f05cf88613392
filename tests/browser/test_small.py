"""Small things of a case's page: files that go and come back, uploads that stand in one list, two views on a phone."""
from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import steps


def test_removing_a_file_asks_and_is_undone(person: Page) -> None:
    """Whoever says no keeps it; whoever says yes has a button to take that back; each upload stands in one list."""
    steps.new_case(person)
    steps.ready(person)
    steps.upload(person, *steps.FILES[:2])
    expect(person.locator(".file")).to_have_count(2, timeout=steps.LONG)
    steps.assessed(person)
    expect(person.locator("#uploads li")).to_have_count(0)
    person.locator("[data-remove] button").first.click()
    expect(person.locator("#remove-dialog")).to_contain_text(steps.FILES[0].name)
    person.click("#remove-dialog [data-close]")
    expect(person.locator(".file")).to_have_count(2)
    person.locator("[data-remove] button").first.click()
    person.click("#remove-dialog [data-yes]")
    expect(person.locator(".file")).to_have_count(1)
    person.click('[data-banner="removed"] button')
    expect(person.locator(".file")).to_have_count(2)
    expect(person.locator('[data-banner="removed"]')).to_have_count(0)


def test_case_and_chat_are_two_views_on_a_phone(new_person: Callable[..., Page]) -> None:
    """One button for each; the links to a part of the page lead to the view that holds it."""
    page = new_person(viewport={"width": 390, "height": 844})
    steps.new_case(page)
    steps.ready(page)
    expect(page.locator("#files")).to_be_visible()
    expect(page.locator("#chat")).to_be_hidden()
    page.click('[data-show="chat"]')
    expect(page.locator("#chat")).to_be_visible()
    expect(page.locator("#files")).to_be_hidden()
    page.click('[data-show="case"]')
    page.click('.jump a[href="#chat"]')
    expect(page.locator("#question")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.locator("#files")).to_be_visible()
    expect(page.locator(".phone-views")).to_be_hidden()


def test_the_type_finders_answer_is_in_view(person: Page) -> None:
    """Nobody has to look for it."""
    person.set_viewport_size({"width": 1280, "height": 600})
    person.goto("/cases/new")
    person.click(".guide summary")
    person.check('input[name="place"][value="abroad"]')
    person.click('button[name="suggest"]')
    expect(person.locator("#suggestion")).to_be_in_viewport()
