"""An office of every role at work, as pages are looked at: cases in every state, versions of the policy, a trial."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from api.service import clock
from api.service.accounts.credentials import SESSION
from api.service.records import Role
from tests.browser.server import Server
from tests.browser.steps import FILES
from tests.ingestion.facts.tables.test_tables import ENTERPRISE_STATUS
from tests.support import policy_samples
from tests.support.review_samples import TEXT, decide, handed_in
from tests.support.web_samples import Client, installation

UNDECIDED = "申报单位：重庆市海棠国际创新园有限公司。\n" + "\n".join(ENTERPRISE_STATUS)
WIDE = {"width": 1440, "height": 900}


@dataclass(frozen=True)
class Place:
    """A server with people of every role, cases in every state, and versions of the policy; cookies by role."""

    server: Server
    cookies: dict[str, str]
    pages: dict[str, tuple[str, ...]]
    more: dict[str, tuple[str, ...]]      # pages without figures, and refusals


def published(staff: Client, other: Client, files: dict[str, bytes]) -> str:
    made = staff.post("/api/v1/policy/versions", files={"file": ("policy.zip", policy_samples.zipped(files))}).json()
    line = made["line"]
    path = f"/api/v1/policy/versions/{line['id']}"
    assert staff.post(f"{path}/proposal", json={"digest": line["digest"]}).status_code == 200
    assert other.post(f"{path}/publication", json={"digest": line["digest"]}).status_code == 200
    return str(line["id"])


@contextmanager
def office(folder: Path) -> Iterator[Place]:
    """Filled through the API at once, then served."""
    with installation(folder) as site:
        people = {role: site.client(role, name) for role, name in (
            (Role.APPLICANT, "王申报"), (Role.REVIEWER, "李审查"), (Role.POLICY_STAFF, "孙政策"),
            (Role.ADMINISTRATOR, "赵管理"), (Role.AUDITOR, "郑审计"))}
        owner, reviewer, staff = (people[role] for role in (Role.APPLICANT, Role.REVIEWER, Role.POLICY_STAFF))
        day = clock.today("Asia/Shanghai")
        opened = reviewer.post("/api/v1/review/intakes", json={
            "title": "2026年第一批", "base_type": "joint_research_center", "opens": str(day - timedelta(days=9)),
            "closes": str(day + timedelta(days=21)), "quota": 2, "note": "纸质材料另行报送"}).json()["id"]
        membrane = owner.assessed(*[(one.name, one.read_bytes()) for one in FILES], title="膜中心")
        owner.upload(membrane, ("补充.txt", "近三年发表SCI论文25篇。".encode()))
        owner.post(f"/api/v1/cases/{membrane}/assessments")
        owner.post(f"/api/v1/cases/{membrane}/submission")
        twin, done = handed_in(owner, title="甲"), handed_in(site.client(), title="乙")
        rejected = handed_in(owner, text=TEXT.replace("18篇", "26篇"), title="丙")
        decide(reviewer, twin, "correct", low=21, high=21)
        decide(reviewer, rejected, "reject")
        for status in ("in_review", "done"):
            reviewer.patch(f"/api/v1/review/cases/{done}", json={"status": status})
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
        read = ("/", "/policy", "/policy/articles/8", "/ask", "/account", "/cases", "/notices")
        file = owner.get(f"/api/v1/cases/{membrane}/files").json()[0]["id"]
        policy = ("/policy/versions", f"/policy/versions/{tried}", f"/policy/versions/{tried}/forms",
                  f"/policy/versions/{tried}/forms/criterion/9.4.funding", "/policy/questions")
        rounds = ("/review/intakes", f"/review/intakes/{opened}", f"/review/intakes/{opened}/overlaps")
        case = tuple(f"/cases/{membrane}{part}" for part in ("", "/compare", "/changes", "/facts/sci_ei_papers",
                                                             "/facts/foreign_partners", f"/documents/{file}"))
        pages = {
            "": ("/", "/policy", "/login", "/register"), Role.APPLICANT: (*read, *case, f"/cases/{twin}"),
            Role.REVIEWER: (*read, "/review", "/review?outdated=true", "/review/statistics", *rounds,
                            *reviews, f"{reviews[0]}/letter", *case),
            Role.POLICY_STAFF: (*read, *policy),
            Role.ADMINISTRATOR: (*read, *policy, "/admin", "/admin/users", f"/admin/users/{user}", "/admin/audit",
                                 "/admin/settings", "/admin/webhooks", "/admin/notices"),
            Role.AUDITOR: (*read, *policy, "/review", "/review/statistics", *rounds, *reviews, "/admin/audit")}
        cookies = {str(role): str(one.http.cookies.get(SESSION)) for role, one in people.items()}
        invitation = people[Role.ADMINISTRATOR].post("/api/v1/invitations", json={"role": "reviewer"}).json()["secret"]
        reset = people[Role.ADMINISTRATOR].post(f"/api/v1/users/{site.client().actor.id}/reset").json()["secret"]
        draft = owner.assessed(("申报书.txt", UNDECIDED.encode()), base_type="innovation_park", title="草稿")
        undecided = handed_in(owner, UNDECIDED, base_type="innovation_park", title="丁")
        returned = handed_in(owner, title="戊")
        reviewer.patch(f"/api/v1/review/cases/{returned}", json={"status": "returned", "note": "请补充证明"})
        paper = reviewer.post("/api/v1/cases/paper", json={
            "paper_number": "2026-纸-0107", "applicant": "重庆市海棠国际创新园有限公司",
            "application_date": "2025-06-30", "base_type": "innovation_park"}).json()["id"]
        reviewer.upload(paper, ("扫描件.txt", UNDECIDED.encode()))
        reviewer.post(f"/api/v1/cases/{paper}/assessments")
        reviewer.post(f"/api/v1/cases/{paper}/submission")
        site.client(Role.REVIEWER).patch(f"/api/v1/review/cases/{paper}", json={
            "status": "returned", "note": "请补充证明"})
        spare = reviewer.post("/api/v1/review/intakes", json={
            "title": "园区批次", "base_type": "innovation_park", "opens": str(day + timedelta(days=30)),
            "closes": str(day + timedelta(days=60))}).json()["id"]
        hook = people[Role.ADMINISTRATOR].post("/api/v1/webhooks", json={
            "url": "https://oa.example.com/guohe", "kinds": ["assessment.finished"]}).json()["id"]
    more = {
        "": (f"/invitation/{invitation}", "/nothing", "/forgotten", f"/reset/{reset}"),
        Role.APPLICANT: ("/demo", "/cases/new", "/help", "/help/architecture", "/help/applicants",
                         f"/cases/{draft}/edit", f"/cases/{draft}", f"/cases/{draft}/submission",
                         f"/cases/{membrane}/submissions", f"/cases/{draft}/replies/resident_enterprises",
                         f"/cases/{returned}", f"/cases/{returned}/replies/sci_ei_papers", f"/cases/{draft}/delete"),
        Role.REVIEWER: (*rounds, f"/review?intake={opened}", "/cases/paper", f"/review/cases/{paper}",
                        f"/review/intakes/{opened}/end", f"/review/intakes/{spare}/delete",
                        "/review?criterion=8.2.papers&result=not_met",
                        "/review/renewal?outdated=true", "/cases/none", f"/review/cases/{undecided}",
                        f"/cases/{undecided}/submissions"),
        Role.POLICY_STAFF: (*policy[1:4], f"/policy/versions/{tried}/files/criteria.yaml", "/review"),
        Role.ADMINISTRATOR: (f"/admin/webhooks/{hook}", f"/admin/users/{user}/erase", "/admin/model",
                             "/admin/model/second",
                             "/admin/audit?verify=1", f"/admin/users/{user}"), Role.AUDITOR: ()}
    running = Server(folder).start()
    yield Place(running, cookies, {str(role): found for role, found in pages.items()},
                {str(role): found for role, found in more.items()})
    running.stop()


def of(chromium: Browser, place: Place, role: str, **options: Any) -> BrowserContext:
    context = chromium.new_context(**{"base_url": place.server.address, "viewport": WIDE, "locale": "zh-CN", **options})
    if role:
        context.add_cookies([{"name": SESSION, "value": place.cookies[role], "url": place.server.address}])
    return context
