"""Persons are told of what happens, as they chose, by a true mail server and true robots; nothing of it is lost."""
from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from api.service import clock
from api.service.context import now
from api.service.environment import settings, ways
from api.service.notice_records import CHOSEN, Kind, Way
from api.service.notices.postman import Postman
from api.service.records import Role
from api.store.models import Audit, Dispatch, Notice, NoticeChoice, Review
from api.store.rows import INSTALLATION
from ingestion.errors import UsageError
from tests.browser.offices import published
from tests.office.notice_samples import Group, Mailbox, group, mailbox
from tests.support import policy_samples
from tests.support.review_samples import TEXT, decide, handed_in
from tests.support.web_samples import Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")
CANARY = "海棠密语七四一九"
BASE = "https://guohe.example.cn"


@dataclass(frozen=True)
class Office:
    site: Installation
    box: Mailbox
    robot: Group
    postman: Postman

    def client(self, role: Role = Role.APPLICANT) -> Client:
        return self.site.client(role)

    def carry(self) -> None:
        while self.postman.carry():
            pass

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.site.services.context.database.reading(INSTALLATION) as session:
            return list(session.scalars(select(table).where(*where)))


def surroundings(box: Mailbox, robot: Group) -> dict[str, str]:
    return {"GUOHE_SMTP_HOST": "127.0.0.1", "GUOHE_SMTP_PORT": str(box.port), "GUOHE_SMTP_SECURITY": "none",
            "GUOHE_SMTP_FROM": "guohe@example.cn", "GUOHE_ROBOT_WECOM": robot.url, "GUOHE_BASE_URL": BASE,
            "GUOHE_WEBHOOK_NETWORKS": "127.0.0.0/8"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with mailbox() as box, group() as robot, installation(tmp_path, **surroundings(box, robot)) as site:
        given = site.services.notices
        yield Office(site, box, robot, Postman(given.context, given.kept, given.ways, given.noting, (0.0, 0.0)))


def told(who: Client) -> list[str]:
    return [one["kind"] for one in reversed(who.get("/api/v1/notices").json()["items"])]


def choose(who: Client, **choices: Any) -> None:
    body = {"page": [one.value for one in CHOSEN], "mail": [one.value for one in CHOSEN], "digest": False, **choices}
    assert who.http.put("/api/v1/notices/choices", json=body).status_code == 200


def returned(reviewer: Client, case: str) -> None:
    path = f"/api/v1/review/cases/{case}/letter"
    number = (reviewer.get(path).json() or {"number": 0})["number"]
    assert reviewer.http.put(path, json={"text": f"{CANARY}：\n请补正{CANARY}。", "number": number}).status_code == 200
    assert reviewer.post(f"{path}/sending").status_code == 200


def test_the_way_of_a_case_is_told_to_both_sides(office: Office) -> None:
    """Handed in, taken up by the first decision, returned with its deadline, handed in again, decided: each to whom it
    concerns, none to who did it; to the reviewer whose case it is once it is somebody's."""
    me, reviewer, other = office.client(), office.client(Role.REVIEWER), office.client(Role.REVIEWER)
    stranger = office.client()
    case = handed_in(me, text=TEXT + CANARY, title=CANARY, applicant=CANARY)
    assert told(reviewer) == told(other) == ["submitted"]
    assert decide(reviewer, case, "confirm").status_code == 201
    returned(reviewer, case)
    assert me.post(f"/api/v1/cases/{case}/submission").status_code == 201
    assert reviewer.http.patch(f"/api/v1/review/cases/{case}", json={"status": "in_review"}).status_code == 204
    assert reviewer.http.patch(f"/api/v1/review/cases/{case}", json={"status": "done"}).status_code == 204
    assert told(me) == ["taken_up", "returned", "taken_up", "decided"]
    assert told(reviewer) == ["submitted", "resubmitted"]
    assert told(other) == ["submitted"]
    assert told(stranger) == []
    items = me.get("/api/v1/notices").json()["items"]
    due = clock.working_days_after(now().astimezone(clock.zone("Asia/Shanghai")).date(), 10)
    assert f"{due.year}年{due.month}月{due.day}日" in items[2]["text"]
    assert {one["address"] for one in items} == {f"/cases/{case}"}
    assert reviewer.get("/api/v1/notices").json()["items"][0]["address"] == f"/review/cases/{case}"


def test_nothing_of_an_application_leaves_in_a_notice(office: Office) -> None:
    """Neither title, applicant, name of a file, text nor letter: not in the page, the mails, the robots' messages, nor
    in what is kept of them."""
    me, reviewer = office.client(), office.client(Role.REVIEWER)
    for who in (me, reviewer):
        choose(who)
    case = me.assessed((f"{CANARY}.txt", (TEXT + CANARY).encode()), title=CANARY, applicant=CANARY)
    receipt = me.post(f"/api/v1/cases/{case}/submission").json()["handed"]["receipt"]
    returned(reviewer, case)
    office.carry()
    said = [text for who in (me, reviewer) for mail in office.box.texts(who.actor.email) for text in mail]
    said += [str(body) for _, body in office.robot.heard]
    said += [str(one.detail) for table in (Notice, Dispatch) for one in office.rows(table)]
    said += [str(who.get("/api/v1/notices").json()) for who in (me, reviewer)]
    assert any(receipt in one for one in said)
    assert len(office.box.mails) == 2
    assert len(office.robot.heard) == 1
    assert [one for one in said if "海棠" in one] == []


def test_a_mail_says_it_in_both_languages_with_where_it_leads(office: Office) -> None:
    """Chinese first; from the sender that is set; where one chooses what one is told."""
    me = office.client()
    case = handed_in(me)
    returned(office.client(Role.REVIEWER), case)
    office.carry()
    (subject, text), = office.box.texts(me.actor.email)
    assert subject.startswith("国合助手：您的申报（回执编号 ")
    assert text.index("需要补正") < text.index("returned to be supplemented")
    assert f"{BASE}/cases/{case}" in text
    assert f"{BASE}/notices" in text
    assert office.box.mails[0][1]["From"] == "guohe@example.cn"


def test_each_person_chooses_which_and_how(office: Office) -> None:
    """What is switched off is not told that way; who never chose is told everything in the page, and by mail what asks
    for something."""
    me, quiet, reviewer = office.client(), office.client(), office.client(Role.REVIEWER)
    choose(quiet, page=["decided"], mail=[])
    for who in (me, quiet):
        case = handed_in(who)
        reviewer.http.patch(f"/api/v1/review/cases/{case}", json={"status": "in_review"})
        reviewer.http.patch(f"/api/v1/review/cases/{case}", json={"status": "done"})
    office.carry()
    assert (told(me), told(quiet)) == (["taken_up", "decided"], ["decided"])
    assert len(office.box.texts(me.actor.email)) == 1
    assert office.box.texts(quiet.actor.email) == []
    page = quiet.post("/notices/choices", data={"page-taken_up": "1", "mail-returned": "1", "digest": "1"})
    assert page.status_code == 200
    assert quiet.get("/api/v1/notices/choices").json() == {"page": ["taken_up"], "mail": ["returned"], "digest": True}
    assert [one.object_id for one in office.rows(Audit, Audit.action == "choose_notices")] == [quiet.actor.id] * 2


def test_a_digest_is_one_mail_a_day(office: Office) -> None:
    """At the office's hour, with all that came till then."""
    me, reviewer = office.client(), office.client(Role.REVIEWER)
    choose(reviewer, digest=True)
    for _ in range(3):
        handed_in(me)
    office.carry()
    assert office.box.mails == []
    waiting = office.rows(Dispatch, Dispatch.user_id == reviewer.actor.id)
    assert len(waiting) == 3
    local = {one.due.astimezone(clock.zone("Asia/Shanghai")) for one in waiting}
    assert {(one.hour, one.minute) for one in local} == {(8, 0)}
    assert all(now() < one <= now() + timedelta(days=1) for one in local)
    with office.site.services.context.database.writing(INSTALLATION) as session:
        session.execute(update(Dispatch).values(due=now()))
    office.carry()
    (subject, text), = office.box.texts(reviewer.actor.email)
    assert subject == "国合助手：3 条通知"
    assert text.count("收到一份新的申报") == 3


def test_a_deadline_that_comes_near_is_told_once(office: Office) -> None:
    """To the applicant of a returned case, to the reviewer of one under review, again only for another day."""
    me, reviewer = office.client(), office.client(Role.REVIEWER)
    mine, theirs, far = handed_in(me), handed_in(me), handed_in(me)
    returned(reviewer, mine)
    returned(reviewer, far)
    today = now().astimezone(clock.zone("Asia/Shanghai")).date()
    reviewer.http.patch(f"/api/v1/review/cases/{theirs}", json={"status": "in_review", "assignee": reviewer.actor.id,
                                                               "due": today.isoformat()})
    with office.site.services.context.database.writing(INSTALLATION) as session:
        session.execute(update(Review).where(Review.case_id == mine).values(due=clock.working_days_after(today, 3)))
    for _ in range(2):
        office.postman.look()
    near = [(one.user_id, one.case_id) for one in office.rows(Notice, Notice.kind == "near")]
    assert sorted(near) == sorted([(me.actor.id, mine), (reviewer.actor.id, theirs)])
    with office.site.services.context.database.writing(INSTALLATION) as session:
        session.execute(update(Review).where(Review.case_id == mine).values(due=today))
    office.postman.look()
    assert told(me).count("near") == 2
    choose(me, page=[])
    assert told(me).count("near") == 2    # what was told stays


def test_a_new_version_of_the_policy_is_told_to_everybody(office: Office) -> None:
    """But who published it; a group hears it, too."""
    me, staff, other = office.client(), office.client(Role.POLICY_STAFF), office.client(Role.POLICY_STAFF)
    published(staff, other, policy_samples.stricter("1.5.0", 22))
    assert told(me) == told(staff) == ["published"]
    assert told(other) == []
    assert "1.5.0" in me.get("/api/v1/notices").json()["items"][0]["text"]
    office.carry()
    assert "1.5.0" in office.robot.heard[0][1]["text"]["content"]


def test_a_change_that_fails_tells_nothing(office: Office) -> None:
    """A notice is of the same transaction."""
    me, reviewer = office.client(), office.client(Role.REVIEWER)
    case = handed_in(me)
    assert reviewer.post(f"/api/v1/review/cases/{case}/letter/sending").status_code == 409
    assert me.post(f"/api/v1/cases/{case}/submission").status_code == 409
    assert (told(me), told(reviewer)) == ([], ["submitted"])


def test_a_mail_server_that_refuses_loses_nothing(office: Office) -> None:
    """Administrators see what failed, how often, when it is tried again, and send it once more; it then arrives, once.
    """
    me, admin = office.client(), office.client(Role.ADMINISTRATOR)
    office.box.refuses = "451 later"
    returned(office.client(Role.REVIEWER), handed_in(me))
    assert office.postman.carry() >= 1
    first = next(one for one in admin.get("/api/v1/admin/notices/messages").json()["items"] if one["way"] == "mail")
    assert (first["state"], first["attempts"], first["problem"]) == ("waiting", 1, "SMTP 451")
    assert first["due"] is not None
    page = admin.get("/admin/notices").text
    for words in ("SMTP 451", "下次尝试", "退回补正"):
        assert words in page
    office.carry()
    mail = next(one for one in admin.get("/api/v1/admin/notices").json()["ways"] if one["way"] == "mail")
    assert (mail["failed"], mail["waiting"], mail["problem"]) == (1, 0, "SMTP 451")
    assert told(me) == ["returned"]
    office.box.refuses = ""
    again = f"/api/v1/admin/notices/messages/{first['id']}/again"
    assert admin.post(again).json()["state"] == "waiting"
    office.carry()
    assert len(office.box.texts(me.actor.email)) == 1
    assert admin.post(again).status_code == 404
    assert [one.object_id for one in office.rows(Audit, Audit.action == "resend_notice")] == [first["id"]]


def test_a_server_that_hangs_holds_nobody_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A robot that does not answer is given up after a while, told, tried again; mail goes out meanwhile."""
    monkeypatch.setattr(ways, "PATIENCE", 0.3)
    me, reviewer, admin = office.client(), office.client(Role.REVIEWER), office.client(Role.ADMINISTRATOR)
    choose(reviewer)
    office.robot.hangs = 1.5
    handed_in(me)
    assert office.postman.carry() == 2
    assert len(office.box.texts(reviewer.actor.email)) == 1
    found = next(one for one in admin.get("/api/v1/admin/notices").json()["ways"] if one["way"] == "wecom")
    assert (found["waiting"], found["problem"]) == (1, "ReadTimeout")
    office.robot.hangs = 0.0
    office.carry()
    found = next(one for one in admin.get("/api/v1/admin/notices").json()["ways"] if one["way"] == "wecom")
    assert (found["waiting"], found["failed"], found["problem"]) == (0, 0, "")


@pytest.mark.parametrize(("status", "answer", "problem"), [
    (200, {"errcode": 45009, "errmsg": "freq"}, "errcode 45009"), (500, {}, "HTTP 500"), (302, {}, "HTTP 302"),
    (200, "plain", "no answer of a robot"), (200, {"ok": True}, "no answer of a robot")])
def test_a_robot_that_says_no_is_understood(office: Office, status: int, answer: Any, problem: str) -> None:
    """They answer 200 to what they refuse; what is no answer of a robot is none."""
    office.robot.status, office.robot.answer = status, answer
    handed_in(office.client())
    office.postman.carry()
    row, = office.rows(Dispatch, Dispatch.way == "wecom")
    assert (row.state, row.problem) == ("waiting", problem)


def test_robots_are_signed_as_each_wants_it() -> None:
    """DingTalk in the address, Feishu in the body, WeCom by its key alone."""
    at = 1_700_000_000.0
    dingtalk = ways.Robot(Way.DINGTALK, "https://oapi.dingtalk.com/robot/send?access_token=x", "SEC1")
    url, body = dingtalk.request("话", at)
    asked = parse_qs(urlsplit(url).query)
    sign = hmac.digest(b"SEC1", b"1700000000000\nSEC1", hashlib.sha256)
    assert (asked["timestamp"], asked["sign"]) == (["1700000000000"], [base64.b64encode(sign).decode()])
    assert body == {"msgtype": "text", "text": {"content": "话"}}
    url, body = ways.Robot(Way.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/x", "S").request("话", at)
    assert url.endswith("/hook/x")
    assert body == {"msg_type": "text", "content": {"text": "话"}, "timestamp": "1700000000",
                    "sign": base64.b64encode(hmac.digest(b"1700000000\nS", b"", hashlib.sha256)).decode()}
    url, body = ways.Robot(Way.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k").request("话", at)
    assert (url.endswith("?key=k"), body) == (True, {"msgtype": "text", "text": {"content": "话"}})


def test_keys_and_passwords_are_shown_nowhere(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Not in pages, answers, logs, failures, nor in what the settings look like."""
    admin = office.client(Role.ADMINISTRATOR)
    office.robot.status = 500
    with caplog.at_level(logging.DEBUG, logger="api"):
        assert admin.post("/api/v1/admin/notices/ways/wecom/trial").status_code == 202
        office.carry()
    seen = [admin.get(path).text for path in ("/admin/notices", "/api/v1/admin/notices", "/admin/settings", "/admin",
                                              "/api/v1/admin/notices/messages", "/api/v1/admin/settings")]
    seen += [caplog.text, repr(office.site.services.settings), repr(office.site.services.notices.ways)]
    assert [one for one in seen if "geheim-4711" in one] == []
    assert "127.0.0.1" in seen[0]


def test_a_trial_goes_to_oneself_or_to_the_group(office: Office) -> None:
    """And by no way that is not set up."""
    admin = office.client(Role.ADMINISTRATOR)
    for way, status in (("mail", 202), ("wecom", 202), ("feishu", 409)):
        assert admin.post(f"/api/v1/admin/notices/ways/{way}/trial").status_code == status
    office.carry()
    assert [subject for subject, _ in office.box.texts(admin.actor.email)] == ["国合助手：这是一条试发的通知。"]
    assert len(office.robot.heard) == 1
    assert told(admin) == []


def test_notices_are_ones_own(office: Office) -> None:
    """Others neither see, read nor open them; reading those that a page showed leaves what came since."""
    me, other, reviewer = office.client(), office.client(), office.client(Role.REVIEWER)
    case = handed_in(me)
    reviewer.http.patch(f"/api/v1/review/cases/{case}", json={"status": "in_review"})
    mine, = me.get("/api/v1/notices").json()["items"]
    assert other.get(f"/notices/{mine['id']}").status_code == 404
    other.post("/api/v1/notices/read", json={"ids": [mine["id"]]})
    assert '<span class="count num">1<' in me.get("/cases").text
    reviewer.http.patch(f"/api/v1/review/cases/{case}", json={"status": "done"})
    me.post("/notices/read", data={"notice": mine["id"]})
    assert [one["read"] is None for one in me.get("/api/v1/notices").json()["items"]] == [True, False]
    newest = me.get("/api/v1/notices").json()["items"][0]["id"]
    assert me.get(f"/notices/{newest}", follow_redirects=False).headers["location"] == f"/cases/{case}"
    assert 'class="count num"' not in me.get("/cases").text
    for path in ("/admin/notices", "/api/v1/admin/notices", "/api/v1/admin/notices/messages"):
        assert me.get(path).status_code == 403


def test_what_is_told_goes_with_the_case_and_with_the_person(office: Office) -> None:
    """A case that is deleted and a person who is erased leave no notice behind."""
    me, reviewer, admin = office.client(), office.client(Role.REVIEWER), office.client(Role.ADMINISTRATOR)
    first, second = handed_in(me), handed_in(me)
    for case in (first, second):
        returned(reviewer, case)
    receipt = me.get(f"/api/v1/cases/{first}/submission").json()["handed"]["receipt"]
    admin.post("/api/v1/admin/cases/deletion", json={"receipt": receipt, "reason": "来函撤销"})
    assert office.rows(Notice, Notice.case_id == first) == office.rows(Dispatch, Dispatch.case_id == first) == []
    choose(me)
    assert admin.post(f"/api/v1/users/{me.actor.id}/erasure", json={"reason": "本人要求"}).status_code == 204
    for table in (Notice, NoticeChoice, Dispatch):
        assert office.rows(table, table.user_id == me.actor.id) == []


def test_without_mail_and_robots_everything_is_in_the_page(tmp_path: Path) -> None:
    """Nothing waits for a way that is not set up."""
    with installation(tmp_path) as site:
        me, reviewer = site.client(), site.client(Role.REVIEWER)
        choose(reviewer)
        handed_in(me)
        assert told(reviewer) == ["submitted"]
        assert "没有设置邮件" in reviewer.get("/notices").text
        with site.services.context.database.reading(INSTALLATION) as session:
            assert session.scalars(select(Dispatch)).all() == []


def test_old_notices_and_messages_are_forgotten(office: Office) -> None:
    """After a year, and 30 days after a message's end."""
    me = office.client()
    returned(office.client(Role.REVIEWER), handed_in(me))
    office.carry()
    with office.site.services.context.database.writing(INSTALLATION) as session:
        session.execute(update(Notice).values(created=datetime(2020, 1, 1, tzinfo=UTC)))
        session.execute(update(Dispatch).values(ended=now() - timedelta(days=31)))
    office.postman._forget()
    assert office.rows(Notice) == office.rows(Dispatch) == []


@pytest.mark.parametrize(("name", "value"), [
    ("GUOHE_ROBOT_WECOM", "geheim"), ("GUOHE_SMTP_SECURITY", "ssl3"), ("GUOHE_SMTP_PORT", "0"),
    ("GUOHE_SMTP_FROM", "nobody")])
def test_a_way_that_cannot_be_used_is_said_at_the_start(tmp_path: Path, name: str, value: str) -> None:
    """By the name of its setting; a key is not repeated."""
    given = {"GUOHE_SMTP_HOST": "mail.example.cn", "GUOHE_SMTP_FROM": "a@example.cn", name: value}
    with pytest.raises(UsageError, match=name) as error:
        settings.read(given, tmp_path)
    assert "geheim" not in f"{error.value}{error.value.chinese}"


def test_every_kind_is_worded_in_both_languages() -> None:
    """With and without a deadline."""
    from api.service.notice_records import Told
    from api.service.notices import wording

    for kind in Kind:
        for due in ({}, {"due": "2026-12-15"}):
            if kind is Kind.NEAR and not due:
                continue
            one = Told(kind, "c", {"receipt": "R", "round": 2, "version": "1.2.0", **due})
            texts = [wording.said(one, language) for language in ("zh", "en")]
            assert texts[0] != texts[1]
            assert wording.address(one).startswith("/")
