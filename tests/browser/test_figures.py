"""Every figure of every page opens what it counts, or says it beside itself: walked by each role, links and all."""
from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from api.service.records import Role
from tests.browser import counting
from tests.browser.offices import Place, of

# A figure is what the pages mark as one: a number, a value, a count in a tag. It is explained by a link on it or around
# it (for what a piece of evidence or a file is read as: that of the piece or the file), by what it opens (the summary
# of what is listed below), by a title or words of its own that say why nothing opens, by the caption of its row in a
# list of particulars, or by the list that its heading counts. Days, the viewer's page numbers and zeros, of which there
# is nothing to open, are no figures.
UNEXPLAINED = r"""() => {
  const figures = [...document.querySelectorAll('main .num, main .figure, main .tag.warn, main .tally li')]
    .filter(one => /[1-9]/.test(one.textContent.replace(/\d{4}-\d{2}-\d{2}/g, '')) && one.offsetParent
            && !one.closest('time, .viewer, .card > h3, pre, dialog'));
  const linked = one => one.closest('a[href]') || one.querySelector('a[href]')
    || one.closest('.piece')?.querySelector('.place a') || one.closest('.file')?.querySelector('.file-name a');
  const opened = one => one.closest('summary') || one.closest('.criterion')?.querySelector('.cover, details')
    || one.closest('article.subject')?.querySelector('.needs a, details .pieces a, details a');
  const titled = one => one.closest('[title]') || one.querySelector('[title], .why');
  const captioned = one => one.matches('dd') && one.previousElementSibling?.matches('dt')
    || one.closest('dd')?.querySelector('q') || one.closest('td')?.querySelector('details q, details p')
    || one.closest('tr')?.querySelector('td a[href*="object_id"]') || one.closest('.rests')?.closest('.item, .article');
  const listed = one => one.closest('h1, h2, h3, h4')?.closest('section, .page, .case, details, div')
    ?.querySelector('ul li, ol li, tbody tr, article');
  return figures.filter(one => !linked(one) && !opened(one) && !titled(one) && !captioned(one) && !listed(one))
    .map(one => one.outerHTML.slice(0, 200));
}"""
LINKS = """() => [...document.querySelectorAll('main :is(.num, .figure, .tag.warn, .tally li)')]
  .flatMap(one => [one.closest('a[href]'), ...one.querySelectorAll('a[href]')]).filter(Boolean)
  .map(one => one.href.replace(location.origin, ''))"""


def walked(page: Page, address: str) -> tuple[list[str], set[str]]:
    """The figures of a page that nothing explains, everything unfolded, and where the others lead."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    page.evaluate("for (const one of document.querySelectorAll('main details:not(.menu)')) one.open = true")
    return page.evaluate(UNEXPLAINED), set(page.evaluate(LINKS))


@pytest.mark.parametrize("role", ["", *map(str, (Role.APPLICANT, Role.REVIEWER, Role.POLICY_STAFF, Role.ADMINISTRATOR,
                                                   Role.AUDITOR))])
def test_every_figure_opens_what_it_counts(chromium: Browser, place: Place, role: str) -> None:
    """And every link of a figure is answered, for whoever sees it."""
    context = of(chromium, place, role)
    page, left, leads = context.new_page(), {}, set()
    for address in place.pages[role]:
        unexplained, links = walked(page, address)
        leads |= links
        if unexplained:
            left[address] = unexplained
    broken = {one: status for one in sorted(leads)
              if (status := context.request.get(one, max_redirects=0).status) != 200}
    context.close()
    assert left == {}, json.dumps(left, ensure_ascii=False, indent=1)
    assert broken == {}
    assert bool(leads) == (role not in {""})


def test_a_count_of_the_statistics_lists_as_many_cases(chromium: Browser, place: Place) -> None:
    """What the figure says is what the list says that it opens."""
    context = of(chromium, place, str(Role.REVIEWER))
    page = context.new_page()
    page.goto("/review/statistics")
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    counts: list[Any] = page.evaluate(r"""() => [...document.querySelectorAll('main td.num a, main li.num a')]
      .map(one => [one.getAttribute('href'), /(\d+)\s*(?:件|$)/.exec(one.textContent.trim())?.[1]])
      .filter(([href, count]) => count).map(([href, count]) => [href, Number(count)])""")
    assert len(counts) > 30
    for address, count in counts:
        page.goto(address)
        assert page.locator(".work tbody tr").count() == count, address
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
    assert len(wrong) > 20
