"""Every figure of every page opens what it counts, or says it beside itself: walked by each role, links and all."""
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from api.gate import SESSION
from api.service.records import Role
from tests import policy_samples
from tests.browser.conftest import WIDE
from tests.browser.server import Server
from tests.browser.steps import FILES
from tests.review_samples import TEXT, decide, handed_in
from tests.web_samples import Client, installation

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


@dataclass(frozen=True)
class Place:
    """A server with people of every role, cases in every state, and versions of the policy; cookies by role."""

    server: Server
    cookies: dict[str, str]
    pages: dict[str, tuple[str, ...]]


def published(staff: Client, other: Client, files: dict[str, bytes]) -> str:
    made = staff.post("/api/v1/policy/versions", files={"file": ("policy.zip", policy_samples.zipped(files))}).json()
    line = made["line"]
    path = f"/api/v1/policy/versions/{line['id']}"
    assert staff.post(f"{path}/proposal", json={"digest": line["digest"]}).status_code == 200
    assert other.post(f"{path}/publication", json={"digest": line["digest"]}).status_code == 200
    return str(line["id"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Filled through the API at once, then served."""
    folder = tmp_path_factory.mktemp("figures") / "data"
    with installation(folder) as site:
        people = {role: site.client(role, name) for role, name in (
            (Role.APPLICANT, "王申报"), (Role.REVIEWER, "李审查"), (Role.POLICY_STAFF, "孙政策"),
            (Role.ADMINISTRATOR, "赵管理"), (Role.AUDITOR, "郑审计"))}
        owner, reviewer, staff = (people[role] for role in (Role.APPLICANT, Role.REVIEWER, Role.POLICY_STAFF))
        membrane = owner.assessed(*[(one.name, one.read_bytes()) for one in FILES], title="膜中心")
        owner.upload(membrane, ("补充.txt", "近三年发表SCI论文25篇。".encode()))
        owner.post(f"/api/v1/cases/{membrane}/assessments")
        owner.post(f"/api/v1/cases/{membrane}/submission")
        twin, done = handed_in(owner, title="甲"), handed_in(site.client(), title="乙")
        rejected = handed_in(owner, text=TEXT.replace("18篇", "26篇"), title="丙")
        decide(reviewer, twin, "correct", low=21, high=21)
        decide(reviewer, rejected, "reject")
        reviewer.patch(f"/api/v1/review/cases/{done}", json={"status": "done"})
        for question in ("认定后有没有停车位补贴？", "国际联合研究中心要求多少篇论文？"):
            owner.post("/api/v1/answers", json={"question": question})
        published(staff, site.client(Role.POLICY_STAFF), policy_samples.stricter("1.5.0", 22))
        tried = staff.post("/api/v1/policy/versions", files={
            "file": ("policy.zip", policy_samples.zipped(policy_samples.stricter("1.9.0", 26)))}).json()["line"]["id"]
        trial = staff.post(f"/api/v1/policy/versions/{tried}/trial").json()
        site.services.policy_work.trials.wait(trial["id"])
        assert site.services.policy_work.trials.latest(staff.actor, tried)
        user = people[Role.ADMINISTRATOR].get("/api/v1/users").json()["items"][0]["id"]
        reviews = tuple(f"/review/cases/{one}" for one in (membrane, twin, rejected, done))
        read = ("/", "/policy", "/policy/articles/8", "/ask", "/account", "/cases")
        policy = ("/policy/versions", f"/policy/versions/{tried}", "/policy/questions")
        case = tuple(f"/cases/{membrane}{part}" for part in ("", "/compare", "/changes", "/facts/sci_ei_papers",
                                                             "/facts/foreign_partners"))
        pages = {
            "": ("/", "/policy", "/login", "/register"), Role.APPLICANT: (*read, *case, f"/cases/{twin}"),
            Role.REVIEWER: (*read, "/review", "/review?outdated=true", "/review/statistics", *reviews,
                            f"{reviews[0]}/letter", *case),
            Role.POLICY_STAFF: (*read, *policy),
            Role.ADMINISTRATOR: (*read, *policy, "/admin", "/admin/users", f"/admin/users/{user}", "/admin/audit",
                                 "/admin/settings", "/admin/webhooks"),
            Role.AUDITOR: (*read, *policy, "/review", "/review/statistics", *reviews, "/admin/audit")}
        cookies = {str(role): str(one.http.cookies.get(SESSION)) for role, one in people.items()}
    running = Server(folder).start()
    yield Place(running, cookies, {str(role): found for role, found in pages.items()})
    running.stop()


def of(chromium: Browser, place: Place, role: str) -> BrowserContext:
    context = chromium.new_context(base_url=place.server.address, viewport=WIDE, locale="zh-CN")
    if role:
        context.add_cookies([{"name": SESSION, "value": place.cookies[role], "url": place.server.address}])
    return context


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
            assert page.locator(".piece a[href*='/documents/'], .piece a[data-open], .figure").count() > 0
        context.close()
