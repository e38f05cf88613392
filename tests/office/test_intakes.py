"""Rounds of applications: who is handed in to which, what cannot be handed in and is kept, what they come to."""
from __future__ import annotations

import io
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import delete, select, update

from api.service import clock
from api.service.intakes import numbers
from api.service.records import Role
from api.service.review import intake_choosing as choosing
from api.store.models import Intake, Review, Standing, Step
from api.store.rows import INSTALLATION
from tests.support import policy_samples
from tests.support.review_samples import TEXT, decide, handed_in
from tests.support.web_samples import Client, Installation, installation

TYPE, OTHER_TYPE = "joint_research_center", "innovation_park"
PATH = "/api/v1/review/intakes"


@dataclass
class Place:
    site: Installation
    reviewer: Client
    owner: Client

    def opened(self, **changes: Any) -> dict[str, Any]:
        answer = self.reviewer.post(PATH, json=body(**changes))
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def moved(self, intake_id: str, **values: Any) -> None:
        """As time would: a day of the round is another."""
        with self.site.services.context.database.writing(INSTALLATION) as session:
            session.execute(update(Intake).where(Intake.id == intake_id).values(**values))

    def round_of(self, case_id: str) -> str | None:
        found = self.owner.get(f"/api/v1/cases/{case_id}/intake").json()
        return found["title"] if found else None


@pytest.fixture
def place(tmp_path: Any, store: None) -> Iterator[Place]:
    with installation(tmp_path) as site:
        yield Place(site, site.client(Role.REVIEWER, "李审"), site.client())


def body(**changes: Any) -> dict[str, Any]:
    day = clock.today("Asia/Shanghai")
    return {"title": "2026年第一批", "base_type": TYPE, "opens": str(day - timedelta(days=3)),
            "closes": str(day + timedelta(days=20)), "quota": 3, **changes}


def test_a_case_is_handed_in_to_the_open_round_of_its_type(place: Place) -> None:
    """By itself, where there is just one; another type's round is none of its."""
    place.opened()
    place.opened(title="园区批次", base_type=OTHER_TYPE)
    case = handed_in(place.owner)
    assert place.round_of(case) == "2026年第一批"
    found = place.owner.get("/api/v1/intakes", params={"base_type": TYPE}).json()
    assert [(one["title"], one["state"], one["days_left"]) for one in found] == [("2026年第一批", "open", 20)]
    assert "2026年第一批" in place.owner.get(f"/cases/{case}").text


def test_without_any_round_everything_is_handed_in_as_before(place: Place) -> None:
    """Rounds are an office's choice."""
    case = handed_in(place.owner)
    assert place.round_of(case) is None


def test_where_several_are_open_one_is_chosen(place: Place) -> None:
    """The answer says which there are; the case stays as it is until then."""
    first, second = place.opened(), place.opened(title="专项批次")
    case = place.owner.assessed(("申报书.txt", TEXT.encode()))
    refused = place.owner.post(f"/api/v1/cases/{case}/submission")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "intake_needed")
    assert "专项批次" in refused.json()["error"]["message"]
    page = place.owner.get(f"/cases/{case}/submission").text
    assert f'value="{first["id"]}" required' in page
    assert place.owner.post(f"/api/v1/cases/{case}/submission", params={"intake": second["id"]}).status_code == 201
    assert place.round_of(case) == "专项批次"
    wrong = place.owner.assessed(("申报书.txt", TEXT.encode()))
    assert place.owner.post(f"/api/v1/cases/{wrong}/submission", params={"intake": "0" * 32}).status_code == 404


@pytest.mark.parametrize(("values", "code"), [
    ({"closes": -1}, "intake_closed"), ({"opens": 2, "closes": 9}, "intake_planned"), ({"ended": 0}, "intake_closed")])
def test_outside_its_days_nothing_is_handed_in_and_nothing_lost(place: Place, values: dict[str, int], code: str
                                                                ) -> None:
    """One clear answer: which round, which day; files, result and replies are there as before."""
    made = place.opened()
    case = place.owner.assessed(("申报书.txt", TEXT.encode()), title="甲")
    reply = {"subject": "sci_ei_papers", "version": 0, "text": "以检索证明为准"}
    assert place.owner.post(f"/api/v1/cases/{case}/replies", json=reply).status_code == 201
    page = place.owner.get(f"/cases/{case}/submission")
    assert "还有 20 天" in page.text
    day = clock.today("Asia/Shanghai")
    place.moved(made["id"], **{name: datetime.now(UTC) if name == "ended" else day + timedelta(days=offset)
                               for name, offset in values.items()})
    refused = place.owner.post(f"/api/v1/cases/{case}/submission")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, code)
    assert "2026年第一批" in refused.json()["error"]["message"]
    shown = place.owner.post(f"/cases/{case}/submission", data={}, follow_redirects=False)
    assert shown.status_code == 409
    assert "2026年第一批" in shown.text
    again = place.owner.get(f"/cases/{case}/submission").text     # whoever comes now is told before they try
    assert "2026年第一批" in again
    assert ("确认提交" in page.text, "确认提交" in again) == (True, False)
    assert place.owner.get(f"/api/v1/cases/{case}/submission").json() is None
    assert len(place.owner.get(f"/api/v1/cases/{case}/replies").json()["items"]) == 1
    assert place.owner.get(f"/api/v1/cases/{case}").json()["latest"] is not None


def test_a_returned_case_is_handed_in_again_after_the_last_day(place: Place) -> None:
    """It stays in its round; so does one that was handed in before a new round opened."""
    made = place.opened()
    case = handed_in(place.owner)
    assert place.reviewer.patch(f"/api/v1/review/cases/{case}", json={
        "status": "returned", "note": "请补充证明"}).status_code == 204
    place.moved(made["id"], closes=clock.today("Asia/Shanghai") - timedelta(days=1))
    place.opened(title="2026年第二批")
    place.owner.upload(case, ("补充.txt", "近三年发表SCI论文25篇。".encode()))
    assert place.owner.post(f"/api/v1/cases/{case}/assessments").status_code == 202
    assert place.owner.post(f"/api/v1/cases/{case}/submission").status_code == 201
    assert place.round_of(case) == "2026年第一批"


def test_what_is_taken_back_leaves_the_round(place: Place) -> None:
    """It is a draft again, of no round."""
    made = place.opened()
    case = handed_in(place.owner)
    assert place.reviewer.get(f"{PATH}/{made['id']}").json()["cases"] == 1
    assert place.owner.delete(f"/api/v1/cases/{case}/submission").status_code == 204
    assert place.reviewer.get(f"{PATH}/{made['id']}").json()["cases"] == 0
    assert place.round_of(case) is None


def test_a_round_whose_version_is_withdrawn_takes_nothing(place: Place) -> None:
    """Applicants are told; what is there stays; another version opens it again."""
    staff = place.site.client(Role.POLICY_STAFF)
    version = staff.post("/api/v1/policy/versions", files={
        "file": ("policy.zip", policy_samples.zipped(policy_samples.FILES))}).json()["line"]["id"]
    made = place.opened(version_id=version)
    assert made["state"] == "planned"        # until the version is published
    assert staff.delete(f"/api/v1/policy/versions/{version}").status_code == 200
    case = place.owner.assessed(("申报书.txt", TEXT.encode()))
    refused = place.owner.post(f"/api/v1/cases/{case}/submission")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "intake_suspended")
    assert "暂停受理" in place.owner.get(f"/cases/{case}").text
    assert "已撤回" in place.reviewer.get(f"/review/intakes/{made['id']}").text
    again = place.reviewer.http.put(f"{PATH}/{made['id']}", json=body(seen=made["changed"]))
    assert again.json()["state"] == "open", again.text
    assert place.owner.post(f"/api/v1/cases/{case}/submission").status_code == 201
    assert place.reviewer.post(PATH, json=body(version_id=version)).json()["error"]["code"] == "intake_invalid"


def test_a_version_that_was_published_after_is_told(place: Place) -> None:
    """Cases that were assessed with another version than the round's are counted, not refused."""
    made = place.opened()
    first = handed_in(place.owner)
    with place.site.services.context.database.writing(INSTALLATION) as session:
        session.execute(update(Intake).values(policy_digest="0" * 64))
    assert first
    assert place.reviewer.get(f"{PATH}/{made['id']}/numbers").json()["other_version"] == 1
    assert "有 1 个案卷不是按版本" in place.reviewer.get(f"/review/intakes/{made['id']}").text


@pytest.mark.parametrize(("changes", "name"), [
    ({"title": " "}, "title"), ({"closes": "2020-01-01"}, "closes"), ({"quota": 0}, "quota"),
    ({"version_id": "0" * 32}, "version")])
def test_what_makes_no_round_is_refused(place: Place, changes: dict[str, Any], name: str) -> None:
    """And shown again as it was typed."""
    answer = place.reviewer.post(PATH, json=body(**changes))
    assert (answer.json()["error"]["code"], answer.json()["error"]["detail"]) == ("intake_invalid", {"name": name})
    typed = {key: str(value) for key, value in body(**changes, note="抄送各区县").items()}
    page = place.reviewer.post("/review/intakes", data=typed)
    assert page.status_code == 422
    assert "抄送各区县" in page.text
    assert place.reviewer.post(PATH, json=body(base_type="x")).json()["error"]["code"] == "unknown_base_type"


def test_two_who_change_a_round_do_not_overwrite_each_other(place: Place) -> None:
    """The second is told, and sees again what they typed."""
    made = place.opened()
    assert place.reviewer.http.put(f"{PATH}/{made['id']}", json=body(quota=5, seen=made["changed"])).status_code == 200
    late = place.reviewer.http.put(f"{PATH}/{made['id']}", json=body(quota=7, seen=made["changed"]))
    assert (late.status_code, late.json()["error"]["code"]) == (409, "intake_changed")
    page = place.reviewer.post(f"/review/intakes/{made['id']}", data={**{
        key: str(value) for key, value in body(quota=9).items()}, "seen": made["changed"]})
    assert page.status_code == 409
    assert 'value="9"' in page.text
    assert place.reviewer.get(f"{PATH}/{made['id']}").json()["quota"] == 5


def test_only_reviewers_run_rounds_and_auditors_look(place: Place) -> None:
    """To everybody else they are no rounds; applicants see what they can hand in to, and no number of others' cases."""
    made = place.opened()
    auditor = place.site.client(Role.AUDITOR)
    assert auditor.get(f"/review/intakes/{made['id']}").status_code == 200
    assert auditor.post(PATH, json=body()).status_code == 403
    for role in (Role.APPLICANT, Role.POLICY_STAFF, Role.ADMINISTRATOR):
        who = place.site.client(role)
        for path in (PATH, f"{PATH}/{made['id']}", f"{PATH}/{made['id']}/numbers", f"{PATH}/{made['id']}/overlaps",
                     f"{PATH}/{made['id']}/export"):
            assert who.get(path).status_code == 403, (role, path)
        assert who.post(PATH, json=body()).status_code == 403
    assert "cases" not in place.owner.get("/api/v1/intakes").json()[0]
    assert place.site.visitor().get("/api/v1/intakes").status_code == 401


def test_a_round_with_cases_is_closed_and_not_deleted(place: Place) -> None:
    """Its type stays too; without cases it goes. Each act has its row in the audit."""
    made, empty = place.opened(), place.opened(title="空批次", base_type=OTHER_TYPE)
    handed_in(place.owner)
    path = f"{PATH}/{made['id']}"
    assert place.reviewer.delete(path).json()["error"]["code"] == "intake_has_cases"
    other = body(base_type=OTHER_TYPE, seen=made["changed"])
    assert place.reviewer.http.put(path, json=other).json()["error"]["code"] == "intake_has_cases"
    assert place.reviewer.post(f"{path}/end", params={"reason": "名额已满"}).json()["state"] == "closed"
    assert place.reviewer.post(f"{path}/end").json()["error"]["code"] == "intake_over"
    assert place.reviewer.delete(f"{PATH}/{empty['id']}").status_code == 204
    rows = place.site.client(Role.ADMINISTRATOR).get("/api/v1/audit", params={"limit": 50}).json()["items"]
    found = [(one["action"], one["object_id"], one["reason"]) for one in rows if one["object_kind"] == "intake"]
    assert found == [("delete_intake", empty["id"], ""), ("end_intake", made["id"], "名额已满"),
                     ("open_intake", empty["id"], ""), ("open_intake", made["id"], "")]
    assert next(one for one in rows if one["action"] == "submit")["detail"]["intake"] == made["id"]


def test_closing_asks_once_and_is_taken_back(place: Place) -> None:
    """It says what it means for whom; until its last day the round can be opened again, and takes cases as before."""
    made = place.opened()
    handed_in(place.owner)
    page, path = f"/review/intakes/{made['id']}", f"{PATH}/{made['id']}"
    assert "已提交的 1 个案卷照常审查" in place.reviewer.get(f"{page}/end").text
    assert place.reviewer.get(path).json()["state"] == "open"
    assert place.reviewer.post(f"{path}/reopening").json()["error"]["code"] == "intake_goes_on"
    assert "可以重新受理" in place.reviewer.post(f"{page}/end", data={"reason": "名额已满"}).text
    assert place.reviewer.get(f"{page}/end").status_code == 409
    place.reviewer.post(f"{page}/reopening")
    assert place.reviewer.get(path).json()["state"] == "open"
    assert place.round_of(handed_in(place.owner)) == "2026年第一批"
    rows = place.site.client(Role.ADMINISTRATOR).get("/api/v1/audit", params={"limit": 50}).json()["items"]
    assert "reopen_intake" in {one["action"] for one in rows}
    place.reviewer.post(f"{path}/end")
    place.moved(made["id"], closes=clock.today("Asia/Shanghai") - timedelta(days=1))
    assert "重新受理" not in place.reviewer.get(page).text
    assert place.reviewer.post(f"{path}/reopening").json()["error"]["code"] == "intake_over"


def test_deleting_asks_once_and_can_be_made_again(place: Place) -> None:
    """What the round was stands in the form; nobody but reviewers is asked."""
    made = place.opened(title="误建的批次", note="另行报送")
    page = f"/review/intakes/{made['id']}"
    assert "还没有案卷提交到这个批次" in place.reviewer.get(f"{page}/delete").text
    assert place.site.client(Role.AUDITOR).get(f"{page}/delete").status_code == 403
    shown = place.reviewer.post(f"{page}/delete").text
    assert "已删除“误建的批次”" in shown
    assert 'value="误建的批次"' in shown
    assert "另行报送</textarea>" in shown
    assert place.reviewer.get(page).status_code == 404
    kept = place.opened()
    handed_in(place.owner)
    assert place.reviewer.get(f"/review/intakes/{kept['id']}/delete").status_code == 409


def test_the_days_of_a_round_are_the_offices(place: Place) -> None:
    """It ends where the installation's clock says so, not where Chongqing's does."""
    far = next(one for one in ("Pacific/Kiritimati", "Etc/GMT+12") if clock.today(one) != clock.today("Asia/Shanghai"))
    days = {zone: clock.today(zone) for zone in (far, "Asia/Shanghai")}
    made = place.opened(closes=str(min(days.values())))
    path = f"{PATH}/{made['id']}"
    admin = place.site.client(Role.ADMINISTRATOR)
    for zone, day in days.items():
        office = {"issuer": "", "reference": "", "contact": "", "days": 10, "zone": zone}
        assert admin.http.put("/api/v1/admin/settings/office", json=office).status_code == 200
        over = day > min(days.values())
        assert place.reviewer.get(path).json()["state"] == ("closed" if over else "open"), zone
        case = place.owner.assessed(("申报书.txt", TEXT.encode()))
        assert place.owner.post(f"/api/v1/cases/{case}/submission").status_code == (409 if over else 201), zone


def test_the_numbers_of_a_round_are_those_of_its_cases(place: Place) -> None:
    """Not of others; every number is the length of the list that it leads to."""
    outside = handed_in(place.owner, title="批次外")
    made = place.opened()
    cases = [handed_in(place.site.client(), title=title) for title in ("甲", "乙", "丙")]
    decide(place.reviewer, cases[0], "correct", low=21, high=21)
    decide(place.reviewer, cases[1], "confirm")
    place.reviewer.patch(f"/api/v1/review/cases/{cases[0]}", json={"status": "in_review"})
    found = place.reviewer.get(f"{PATH}/{made['id']}/numbers").json()
    assert found["cases"] == 3
    assert {one["status"]: one["cases"] for one in found["statuses"]} == {
        "received": 1, "in_review": 2, "returned": 0, "done": 0}
    papers = next(one for one in found["criteria"] if one["criterion"] == "8.2.papers")
    assert (papers["met"], papers["not_met"]) == (1, 2)
    assert found["readers"] == [{"reader": "first", "model": "", "kept": 1, "changed": 1}]
    assert [(one["status"], one["cases"]) for one in found["times"]] == [("received", 2)]

    def listed(**query: str) -> int:
        answer = place.reviewer.get("/api/v1/review/cases", params={"intake": made["id"], **query})
        return int(answer.json()["total"])

    assert listed() == 3
    assert all(listed(status=one["status"]) == one["cases"] for one in found["statuses"])
    assert all(listed(outcome=one["outcome"]) == one["cases"] for one in found["outcomes"])
    for one in found["criteria"]:
        for name, result in (("met", "met"), ("not_met", "not_met"), ("insufficient", "insufficient_evidence"),
                             ("judgement", "needs_judgement")):
            assert listed(criterion=one["criterion"], result=result) == one[name]
    assert place.reviewer.get("/api/v1/review/cases", params={"intake": "none"}).json()["items"][0][
        "case_id"] == outside
    with place.site.services.context.database.reading(INSTALLATION) as session:
        held = {(one.case_id, one.intake_id) for one in session.scalars(select(Standing))}
        assert held == {(one.case_id, one.intake_id) for one in session.scalars(select(Review))}


def test_numbers_are_counted_anew_as_soon_as_anything_changes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not otherwise."""
    made = place.opened()
    case = handed_in(place.owner)
    counted = []
    before = numbers.numbers
    monkeypatch.setattr(numbers, "numbers", lambda *given: counted.append(1) or before(*given))
    path = f"{PATH}/{made['id']}/numbers"
    first = place.reviewer.get(path).json()
    assert place.reviewer.get(path).json() == first
    assert len(counted) == 1
    decide(place.reviewer, case, "correct", low=21, high=21)
    assert place.reviewer.get(path).json()["readers"][0]["changed"] == 1
    handed_in(place.site.client())
    assert place.reviewer.get(path).json()["cases"] == 2


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_the_time_in_a_state_is_at_the_median_and_for_nine_of_ten(place: Place, count: int) -> None:
    """As its definition has it, also with fractions of a day and several cases alike; what has not ended counts not."""
    made, start = place.opened(), datetime(2026, 3, 1, tzinfo=clock.FALLBACK)
    case, other = handed_in(place.owner), handed_in(place.site.client(), title="另一份")
    stays = [number * number % 13 + number % 3 / 8 for number in range(count)]
    with place.site.services.context.database.writing(INSTALLATION) as session:
        session.execute(delete(Step))
        at = start
        for days in stays:
            for status in ("received", "returned"):
                session.add(Step(case_id=case, status=status, by_id=place.owner.actor.id, at=at, note=""))
                session.flush()
                at += timedelta(days=days)
        session.add(Step(case_id=other, status="received", by_id=place.owner.actor.id, at=start, note=""))
    found = place.reviewer.get(f"{PATH}/{made['id']}/numbers").json()["times"]
    nine = statistics.quantiles(stays, n=10, method="inclusive")[-1] if count > 1 else stays[0]
    assert found[0] == {"status": "received", "cases": count, "median": round(statistics.median(stays), 1),
                        "nine_of_ten": round(nine, 1)}


def test_what_is_claimed_twice_is_listed_with_its_places(place: Place) -> None:
    """A patent, a person, a telephone: by cases of the round, and by one of another; a draft claims nothing."""
    handed_in(place.site.client(), title="旧案", text=f"{TEXT}项目负责人：王小明\n")
    made = place.opened()
    for title, words in (("甲", "负责人：王小明\n联系电话：13800138000\n"), ("乙", "联系人：赵一\n电话13800138000\n")):
        handed_in(place.site.client(), title=title, text=TEXT + words)
    place.site.client().assessed(("申报书.txt", f"{TEXT}联系人：赵一".encode()), title="草稿")
    path = f"{PATH}/{made['id']}/overlaps"
    found = place.reviewer.get(path).json()
    claimed = {(one["kind"], one["value"]): [case["title"] for case in one["cases"]] for one in found["items"]}
    assert claimed == {("patent", "202210345678.X"): ["旧案", "甲", "乙"], ("person", "王小明"): ["旧案", "甲"],
                       ("phone", "13800138000"): ["甲", "乙"]}
    assert found["total"] == 3
    counts = {one["kind"]: one["count"] for one in place.reviewer.get(f"{path}/kinds").json()}
    assert counts == {"patent": 1, "person": 1, "phone": 1}
    assert [one["value"] for one in place.reviewer.get(path, params={"kind": "phone"}).json()["items"]] == [
        "13800138000"]
    part = place.reviewer.get(path, params={"limit": 2}).json()
    rest = place.reviewer.get(path, params={"limit": 2, "after": part["after"]}).json()
    assert [*part["items"], *rest["items"]] == found["items"]
    place_of = next(one for one in found["items"] if one["kind"] == "person")["cases"][1]
    assert (place_of["document"], place_of["quote"]) == ("申报书.txt", "负责人：王小明")


def test_the_workbook_prints_for_a_meeting(place: Place) -> None:
    """Landscape, as wide as a page, heads on each, borders; a row for each case with every criterion's outcome."""
    made = place.opened()
    for title in ("=1+1", "乙"):
        handed_in(place.site.client(), title=title)
    answer = place.reviewer.get(f"{PATH}/{made['id']}/export")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["案卷", "条件", "重复"]
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
            "landscape", 1, 0)
        assert sheet.print_title_rows in {"1:2", "$1:$2"}
        assert sheet.cell(3, 1).border.left.style == "thin"
        assert "2026年第一批" in sheet.cell(1, 1).value
    cases = book["案卷"]
    heads = [one.value for one in cases[2]]
    assert heads[:4] == ["序号", "名称", "依托单位", "状态"]
    assert [cases.cell(row, 2).value for row in (3, 4)] == ["=1+1", "乙"]
    assert cases.cell(3, 2).data_type == "s"
    papers = next(place for place, one in enumerate(heads, 1) if one.startswith("第八条（二）") and "SCI" in one)
    assert cases.cell(3, papers).value == "不符合"
    assert book["重复"].cell(3, 1).value == "专利"


def test_days_are_the_offices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until midnight in Beijing, whatever the server's zone: 16:00 UTC is the next day."""
    made = Intake(id="i", opens=date(2025, 7, 1), closes=date(2025, 7, 31), ended=None)
    late = datetime.fromisoformat("2025-07-31T15:59:59+00:00")
    assert choosing.state_of(made, None, late.astimezone(clock.FALLBACK).date()) == "open"
    assert choosing.state_of(made, None, (late + timedelta(seconds=1)).astimezone(clock.FALLBACK).date()) == "closed"
    assert choosing.state_of(made, "withdrawn", date(2025, 7, 2)) == "suspended"
    assert choosing.state_of(made, "proposed", date(2025, 7, 2)) == "planned"
