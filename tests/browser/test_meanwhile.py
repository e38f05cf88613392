"""What changes while somebody is at work: a second reviewer concludes, a last day passes, a version is withdrawn."""
from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from api.service import clock
from api.service.accounts.credentials import SESSION
from api.service.records import Role
from tests.browser import steps
from tests.browser.people import browsers
from tests.browser.server import Server
from tests.support import policy_samples
from tests.support.review_samples import handed_in
from tests.support.web_samples import Client, installation

TYPED = "附件三第二页写明，论文共二十四篇。"


@dataclass(frozen=True)
class Bureau:
    """An office that looks twice. `case` was handed in, `returned` has a letter, `draft` is for a round."""

    server: Server
    people: dict[str, Client]
    case: str
    returned: str
    draft: str
    version: str

    def late(self) -> None:
        """The last day to answer was yesterday."""
        day = (clock.today("Asia/Shanghai") - timedelta(days=1)).isoformat()
        with closing(sqlite3.connect(self.server.data / "guohe.sqlite3", timeout=20)) as database, database:
            for said in ("UPDATE letters SET due = ?", "UPDATE reviews SET due = ?"):
                database.execute(f"{said} WHERE case_id = ?", (day, self.returned))


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    folder, asked = tmp_path_factory.mktemp("bureau") / "data", {"GUOHE_SECOND_REVIEW": "yes"}
    with installation(folder, **asked) as site:
        people = {"owner": site.client(name="王申报"), "one": site.client(Role.REVIEWER, "李一"),
                  "two": site.client(Role.REVIEWER, "陈二"), "staff": site.client(Role.POLICY_STAFF)}
        owner, one, staff = people["owner"], people["one"], people["staff"]
        case, returned = handed_in(owner, title="甲"), handed_in(owner, title="乙")
        one.http.put(f"/api/v1/review/cases/{returned}/letter", json={"text": "请补充。", "number": 0})
        assert one.post(f"/api/v1/review/cases/{returned}/letter/sending").status_code == 200
        draft = owner.assessed(title="丙", base_type="innovation_park")
        version = staff.post("/api/v1/policy/versions", files={
            "file": ("policy.zip", policy_samples.zipped(policy_samples.FILES))}).json()["line"]["id"]
    server = Server(folder, **asked).start()
    yield Bureau(server, people, case, returned, draft, version)
    server.stop()


@pytest.fixture
def come(chromium: Browser, bureau: Bureau) -> Iterator[Callable[[str], Page]]:
    with browsers(chromium, bureau.server) as opened:
        def made(who: str) -> Page:
            page = opened()
            page.context.add_cookies([{"name": SESSION, "value": str(bureau.people[who].http.cookies.get(SESSION)),
                                       "url": bureau.server.address}])
            return page

        yield made


def test_another_reviewer_concludes(come: Callable[[str], Page], bureau: Bureau) -> None:
    """复核: who has decided reads that somebody else concludes, and is not offered it; who has not looks and does."""
    one, two = come("one"), come("two")
    address = f"/review/cases/{bureau.case}"
    one.goto(address)
    expect(one.locator("#second-look")).to_contain_text("须由一人受理、作出决定，再由另一名没有参与的审查人员看过后办结")
    steps.ready(one)
    one.locator('[data-subject="dedicated_officers"] button[value="confirm"]').click()
    expect(one.locator('[data-subject="dedicated_officers"] .marks')).to_contain_text("已确认")
    one.goto(address)
    expect(one.locator("#second-look")).to_contain_text("您已参与这个案卷，由另一名审查人员看过后办结")
    expect(one.locator('#status option[value="done"]')).to_have_count(0)
    two.goto(address)
    expect(two.locator("#second-look")).to_contain_text("李一已受理或作出决定；您没有参与，看过后可以办结")
    two.select_option("#status", "done")
    steps.go(two, "form.settings button")
    expect(two.locator("#status")).to_have_value("done")
    expect(two.locator("form.decide")).to_have_count(0)


def test_a_last_day_that_passes_while_one_types(come: Callable[[str], Page], bureau: Bureau) -> None:
    """What was typed is kept, handing in says that it is late, and both sides read that it was; a page of before is
    answered with what was typed in it.
    """
    page, reviewer = come("owner"), come("one")
    case = f"/cases/{bureau.returned}"
    page.goto(case)
    expect(page.locator(".submission")).to_contain_text("补正期限")
    forgotten = page.context.new_page()
    for one in (page, forgotten):
        one.goto(f"{case}/replies/8.2.papers")
        one.fill("#text", TYPED)
    bureau.late()
    page.click('button:has-text("保存说明")')
    expect(page.locator("#todo .reply")).to_contain_text(TYPED)
    expect(page.locator(".submission")).to_contain_text("补正期限已过")
    page.click("#submit")
    expect(page.locator(".notice", has_text="补正期限")).to_contain_text("仍可提交，标明逾期")
    page.click('button:has-text("确认提交")')
    expect(page.locator(".submission")).to_contain_text("逾期提交")
    reviewer.goto(f"/review{case}")
    expect(reviewer.locator(".case-head")).to_contain_text("逾期提交")
    expect(reviewer.locator("#s-sci_ei_papers .reply")).to_contain_text(TYPED)
    forgotten.click('button:has-text("保存说明")')
    expect(forgotten.locator("[role=alert]")).to_contain_text("案卷已提交")
    expect(forgotten.locator(".typed")).to_contain_text(TYPED)
    steps.go(forgotten, 'a:has-text("回到案卷")', f"**{case}")


def test_a_round_whose_version_is_withdrawn(come: Callable[[str], Page], bureau: Bureau) -> None:
    """Whoever is about to hand in is told why nothing is taken, and hands in the very same once it goes on."""
    page, reviewer, staff = come("owner"), come("one"), bureau.people["staff"]
    day = clock.today("Asia/Shanghai")
    reviewer.goto("/review/intakes")
    reviewer.fill("#in-title", "2026年第一批")
    reviewer.select_option("#in-type", "innovation_park")
    reviewer.select_option("#in-version", bureau.version)
    reviewer.fill("#in-opens", str(day - timedelta(days=1)))
    reviewer.fill("#in-closes", str(day + timedelta(days=5)))
    reviewer.click('button:has-text("建立批次")')
    expect(reviewer.locator("h1")).to_contain_text("未开始")
    page.goto(f"/cases/{bureau.draft}")
    expect(page.locator(".rounds")).to_contain_text("待所依据的政策版本发布后受理")
    page.click("#submit")
    assert page.request.delete(f"/api/v1/policy/versions/{bureau.version}").status in {401, 403}
    withdrawn = page.request.delete(f"/api/v1/policy/versions/{bureau.version}", headers={
        "Cookie": f"{SESSION}={staff.http.cookies.get(SESSION)}", "X-CSRF-Token": staff.http.headers["X-CSRF-Token"]})
    assert withdrawn.status == 200
    page.reload()
    expect(page.locator(".notice")).to_contain_text("已撤回")
    expect(page.locator('button:has-text("确认提交")')).to_have_count(0)
    page.goto(f"/cases/{bureau.draft}")
    expect(page.locator(".rounds")).to_contain_text("暂停受理")
    expect(page.locator(".file")).to_have_count(1)

    reviewer.reload()
    expect(reviewer.locator(".notice.bad")).to_contain_text("已撤回，这个批次暂停受理；请改选一个版本")
    reviewer.click('summary:has-text("修改批次")')
    reviewer.select_option("#in-version", "")
    reviewer.click('button:has-text("保存")')
    expect(reviewer.locator("h1")).to_contain_text("受理中")
    page.click("#submit")
    page.click('button:has-text("确认提交")')
    expect(page.locator(".submission")).to_contain_text("回执编号")
