"""Every figure of every page opens what it counts, or says it beside itself: walked by each role, links and all."""
from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from api.service.records import Role
from tests.api.access.test_tenants import below
from tests.browser import counting
from tests.browser.offices import Place, of

LINKS = """() => [...document.querySelectorAll('main :is(.num, .figure, .tag.warn, .tally li)')]
  .flatMap(one => [one.closest('a[href]'), ...one.querySelectorAll('a[href]')]).filter(Boolean)
  .map(one => one.href.replace(location.origin, ''))"""


# What is no page: files to be taken away, streams, parts that scripts ask for, addresses that go on to another one.
NO_PAGES = re.compile(r"/(export|content|events|folder|places|preferences|callback|start|files)(/\{kind\})?$"
                      r"|/\{(number|kind)\}$|/notices/\{notice_id\}$")


def walked(page: Page, address: str) -> tuple[list[str], set[str]]:
    """The figures of a page that nothing explains, everything unfolded, and where the others lead."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    page.evaluate("for (const one of document.querySelectorAll('main details:not(.menu)')) one.open = true")
    return page.evaluate(counting.UNEXPLAINED), set(page.evaluate(LINKS))


def counted(page: Page) -> set[tuple[str, int]]:
    """What counts cases on the page: where it leads, and how many it says there are."""
    return {tuple(one) for one in page.evaluate(r"""() => [...document.querySelectorAll(
            'main :is(td, li, dd, span).num a[href^="/review?"]')]
          .map(one => [one.getAttribute('href'), /(?:^|[^\d.])(\d+)\s*(?:件|$)/.exec(one.textContent.trim())?.[1]])
          .filter(([href, count]) => count).map(([href, count]) => [href, Number(count)])""")}


def counting_pages(place: Place) -> tuple[str, ...]:
    """The statistics, and a round with cases."""
    rounds = next(one for one in place.pages[str(Role.REVIEWER)] if re.search("/intakes/[0-9a-f]+$", one))
    return "/review/statistics", rounds


@pytest.mark.parametrize("role", ["", *map(str, (Role.APPLICANT, Role.REVIEWER, Role.POLICY_STAFF, Role.ADMINISTRATOR,
                                                   Role.AUDITOR))])
def test_every_figure_opens_what_it_counts(chromium: Browser, place: Place, role: str) -> None:
    """And every link of a figure is answered, for whoever sees it; of a reviewer's counts of cases, those of the next
    test but one are opened there.
    """
    context = of(chromium, place, role)
    page, left, leads = context.new_page(), {}, set()
    for address in place.pages[role]:
        unexplained, links = walked(page, address)
        leads |= links
        if role == Role.REVIEWER and address in counting_pages(place):
            leads -= {link for link, _ in counted(page)}
        if unexplained:
            left[address] = unexplained
    broken = {one: status for one in sorted(leads)
              if (status := context.request.get(one, max_redirects=0).status) != 200}
    context.close()
    assert left == {}, json.dumps(left, ensure_ascii=False, indent=1)
    assert broken == {}
    assert bool(leads) == (role not in {""})


def test_no_page_is_left_out(place: Place) -> None:
    """Whoever adds one has somebody walk it: here, or in test_axe, which looks at the figures of the pages it has."""
    from api import pages

    seen = {one.partition("?")[0] for found in (place.pages, place.more) for many in found.values() for one in many}
    routes = {route.path for route in below(pages.router) if "GET" in (getattr(route, "methods", None) or ())}
    assert sorted(path for path in routes if not NO_PAGES.search(path) and not any(
        re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), one) for one in seen)) == []


def test_a_count_lists_as_many_cases(chromium: Browser, place: Place) -> None:
    """What a figure of the statistics, or of a round, says is what the list says that it opens."""
    context = of(chromium, place, str(Role.REVIEWER))
    page = context.new_page()
    for address, least in zip(counting_pages(place), (30, 20), strict=True):
        page.goto(address)
        counts = counted(page)
        assert len(counts) > least
        for link, count in counts:
            rows = context.request.get(link).text().count('<th scope="row"><a href="/review/cases/')
            assert rows == count, link
    context.close()


def test_a_trial_leads_to_evidence_whoever_may_see_it(chromium: Browser, place: Place) -> None:
    """An auditor opens criterion and evidence from the flip; policy staff read how many pieces there are, and where."""
    version = next(one for one in place.pages[str(Role.AUDITOR)] if one.startswith("/policy/versions/"))
    for role, sees in ((Role.AUDITOR, True), (Role.POLICY_STAFF, False)):
        context = of(chromium, place, str(role))
        page = context.new_page()
        page.goto(version)
        row = page.locator(".flips tbody tr").first
        assert row.locator("td a").count() == (2 if sees else 0)
        assert "处证据" in row.inner_text()
        assert ("由审查人员查看" in row.inner_text()) != sees
        if sees:
            row.locator("td.num a").click()
            shown = page.locator(".piece a[href*='/documents/'], .piece a[data-open], .figure")
            expect(shown.first).to_be_attached()  # the page is on its way
        context.close()


OUTCOMES = ("met", "not_met", "insufficient_evidence", "needs_judgement")


def agreed(found: dict[str, Any], line: dict[str, Any]) -> list[Any]:
    """What an applicant's page of a case and its row in the list say, where they or the page's own counts differ."""
    said, listed, headline = found["said"], found["listed"], found["headline"]
    counts = {one: said.get(one, 0) for one in OUTCOMES}
    open_ = {one: count for one, count in counts.items() if count and one != "met"}
    checks = {
        "lists": (said, listed), "headline": (headline[2:], list(open_.values())), "row": (open_, line["counts"]),
        "measured": (headline[:2], line["measurable"]), "files": (str(said["files"]), line["numbers"][0]),
        "lacking": (counts["not_met"] + counts["insufficient_evidence"], said.get("todo-lacking", 0)),
        "judgement": (counts["needs_judgement"], said.get("todo-judgement", 0)),
        "conflicts": (said["conflicts"], said.get("todo-conflict", 0))}
    return [(name, *pair) for name, pair in checks.items() if pair[0] != pair[1]]


def test_counts_agree_on_both_sides(chromium: Browser, place: Place) -> None:
    """Headline, chips, lists and what is asked before handing in, on an applicant's page of every case; the rows of
    both lists; a reviewer's page of the same case. Where its applicant may see what was decided, the same there.
    """
    seen: dict[str, dict[str, dict[str, Any]]] = {}
    wrong: dict[str, Any] = {}
    for role in map(str, (Role.APPLICANT, Role.REVIEWER)):
        context = of(chromium, place, role)
        page, lists, seen[role] = context.new_page(), {}, {}
        for address in ("/cases", *(["/review"] if role == Role.REVIEWER else [])):
            page.goto(address)
            for row in page.locator("tbody tr").all():
                link = str(row.locator("th a").first.get_attribute("href"))
                lists[link] = {**row.evaluate(counting.LINE), "status": row.locator(".tag").first.get_attribute("class")
                               if row.locator(".tag").count() else ""}
        for link, line in lists.items():
            if link.startswith("/cases"):
                found = seen[role][link] = counting.case(page, link)
                found["shown"] = role == Role.REVIEWER or any(one in line["status"] for one in ("returned", "done"))
                wrong[f"{role} {link}"] = agreed(found, line)
                if page.locator("#submit").count():
                    page.goto(f"{link}/submission")
                    asked = {str(one.get_attribute("href")).partition("#")[2]: int(one.locator(".num").inner_text())
                             for one in page.locator(".open-counts a").all()}
                    parts = {name: count for name, count in found["said"].items() if name.startswith("todo-")}
                    wrong[f"{link}/submission"] = [] if asked == parts else [(asked, parts)]
            else:
                found, same = counting.review(page, link), seen[role][link.removeprefix("/review")]["said"]
                said, listed = found["said"], found["listed"]
                tags = {"矛盾": listed["conflict"]} if listed["conflict"] else {}
                checks = {
                    "lists": ({one: said[one] for one in said.keys() & listed}, {
                        one: listed[one] for one in said.keys() & listed}),
                    "outcomes": ({one: said[one] for one in OUTCOMES}, {one: same.get(one, 0) for one in OUTCOMES}),
                    "judgement": (listed["judgement"], said["needs_judgement"]),
                    "undecided": (listed["undecided"], same.get("todo-undecided", 0)),
                    "conflicts": (listed["conflict"], same.get("todo-conflict", 0)),
                    "sensitive": (said["sensitive"], same["sensitive"]),
                    "files": (said["files"], same["files"]), "unchecked": (str(said["unchecked"]), line["numbers"][0]),
                    "tags": (tags, {name: int(count) for name, count in line["tags"].items() if name == "矛盾"})}
                wrong[link] = [(name, *pair) for name, pair in checks.items() if pair[0] != pair[1]]
        context.close()
    both = seen[str(Role.APPLICANT)].keys() & seen[str(Role.REVIEWER)].keys()
    for link in both:
        one, other = (seen[str(role)][link] for role in (Role.APPLICANT, Role.REVIEWER))
        if one["shown"]:
            wrong[f"both {link}"] = [] if one["said"] == other["said"] else [(one["said"], other["said"])]
    assert {name: found for name, found in wrong.items() if found} == {}
    assert len(both) > 4
    assert any(found["said"].get("sensitive") for found in seen[str(Role.REVIEWER)].values())
    assert len(wrong) > 20
