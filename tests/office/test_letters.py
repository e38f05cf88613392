"""Supplement letters as an office sends them: numbered, dated, with a last day to answer; and what is printed."""
from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from api.service import clock
from api.service.administration.stored_settings import OfficeSettings
from api.service.context import now
from api.service.records import Role
from api.store.models import Audit, Letter, Review
from api.store.rows import INSTALLATION
from ingestion import parsing
from tests.support.review_samples import handed_in
from tests.support.web_samples import Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")
OFFICE = {"issuer": "重庆市科学技术局", "reference": "渝科基补〔{year}〕{number}号", "contact": "李工，023-67510000",
          "days": 10, "zone": "Asia/Shanghai"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, store: str) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("site")) as made:
        admin = made.client(Role.ADMINISTRATOR)
        assert admin.http.put("/api/v1/admin/settings/office", json=OFFICE).status_code == 200
        yield made


@pytest.fixture
def reviewer(site: Installation) -> Client:
    return site.client(Role.REVIEWER, "李审")


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def today() -> date:
    return now().astimezone(clock.zone("Asia/Shanghai")).date()


def letter(case: str) -> str:
    return f"/api/v1/review/cases/{case}/letter"


def sent(reviewer: Client, case: str, **frame: Any) -> dict[str, Any]:
    """The draft, saved with these changes to its frame and sent."""
    draft = reviewer.get(f"{letter(case)}/draft").json()
    number = (reviewer.get(letter(case)).json() or {"number": 0})["number"]
    saved = reviewer.http.put(letter(case), json={"text": draft["text"], "number": number,
                                                  "frame": {**draft["frame"], **frame}})
    assert saved.status_code == 200, saved.text
    answer = reviewer.post(f"{letter(case)}/sending")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_letter_is_numbered_dated_and_gets_its_last_day_when_it_is_sent(site: Installation, reviewer: Client) -> None:
    """By the rules of the settings; numbers follow one another; the case's deadline is the letter's, and is gone when
    the applicant has answered."""
    me = site.client()
    first, second = handed_in(me, applicant="海棠研究院"), handed_in(me)
    made = [sent(reviewer, one)["frame"] for one in (first, second)]
    due = clock.working_days_after(today(), 10)
    numbers = [int(one["reference"].partition("〕")[2].removesuffix("号")) for one in made]
    assert numbers == [numbers[0], numbers[0] + 1]
    assert made[0]["reference"].startswith(f"渝科基补〔{today().year}〕")
    assert [(one["due"], one["days"], one["dated"]) for one in made] == [(due.isoformat(), 10, today().isoformat())] * 2
    told = me.get(f"/api/v1/cases/{first}/submission").json()
    assert told["due"] == due.isoformat()
    for words in ("重庆市科学技术局", made[0]["reference"], "《重庆市国际科技合作基地管理办法（试行）》（征求意见稿）",
                  "10个工作日内", "联系方式：李工，023-67510000"):
        assert words in told["letter"]
    assert me.post(f"/api/v1/cases/{first}/submission").json()["due"] is None
    with site.services.context.database.reading(INSTALLATION) as session:
        row = session.scalars(select(Audit).where(Audit.action == "letter_sent", Audit.object_id == first)).one()
    assert row.detail["reference"] == made[0]["reference"]


def test_a_day_and_a_number_that_a_person_gives_stand(site: Installation, reviewer: Client) -> None:
    """And take no number of the row; without a day it is counted."""
    case, day = handed_in(site.client()), today() + timedelta(days=40)
    frame = sent(reviewer, case, reference="渝科函〔2026〕7号", due=day.isoformat())["frame"]
    assert (frame["reference"], frame["due"], frame["days"]) == ("渝科函〔2026〕7号", day.isoformat(), None)


def test_a_day_that_has_passed_is_refused_also_when_it_passed_meanwhile(site: Installation, reviewer: Client) -> None:
    """In the form with everything that was typed; nothing is sent."""
    me = site.client()
    case, past = handed_in(me), (today() - timedelta(days=1)).isoformat()
    body = {"text": "海棠研究院：\n补正。", "number": 0, "frame": {"title": "通知", "due": past}}
    assert code(reviewer.http.put(letter(case), json=body)) == (422, "letter_due")
    page = reviewer.post(f"/review/cases/{case}/letter", data={"text": body["text"], "title": "通知", "due": past,
                                                              "number": "0"})
    assert page.status_code == 422
    assert "补正期限" in page.text
    assert "海棠研究院：\n补正。" in page.text
    assert me.get(f"/api/v1/cases/{case}/submission").json()["status"] == "received"


def test_an_answer_after_its_last_day_is_late_for_both_sides(site: Installation, reviewer: Client) -> None:
    """It is taken, and says so: by the letter that it answers, and by no letter of a time before; what is taken back
    answers none. Until then the page says how many days are left."""
    me = site.client()
    case = handed_in(me)
    submission = f"/api/v1/cases/{case}/submission"

    def handed(*, passed: int) -> Any:
        """The answer to a letter whose last day is moved so many days into the past."""
        sent(reviewer, case)
        assert "补正期限" in me.get(f"/cases/{case}").text
        assert me.get(submission).json()["days_left"] >= 10
        with site.services.context.database.writing(INSTALLATION) as session:
            day = today() - timedelta(days=passed)
            session.execute(update(Letter).where(Letter.case_id == case, Letter.due > today()).values(due=day))
            session.execute(update(Review).where(Review.case_id == case).values(due=day))
        assert ("补正期限已过" in me.get(f"/cases/{case}").text) == (passed > 0)
        assert ("仍可提交，标明逾期" in me.get(f"/cases/{case}/submission").text) == (passed > 0)
        assert me.get(submission).json()["days_left"] == -passed
        return me.post(submission).json()["handed"]["late"]

    assert me.get(submission).json()["handed"]["late"] is None
    assert handed(passed=0) is None          # on the day itself
    late = (today() - timedelta(days=1)).isoformat()
    assert handed(passed=1) == late
    for page in (me.get(f"/cases/{case}").text, reviewer.get(f"/review/cases/{case}").text,
                 reviewer.get(f"/cases/{case}/submissions").text):
        assert "逾期提交" in page
    assert me.delete(submission).status_code == 204
    assert me.post(submission).json()["handed"]["late"] == late      # still the answer to that letter
    assert reviewer.patch(f"/api/v1/review/cases/{case}", json={
        "status": "returned", "note": "请补充证明"}).status_code == 204
    assert me.post(submission).json()["handed"]["late"] is None      # to no letter
    lates = [one["late"] for one in me.get(f"/api/v1/cases/{case}/submissions").json()["items"]]
    assert lates == [None, late, late, None, None]


def test_every_version_is_kept_and_each_side_has_its_own(site: Installation, reviewer: Client) -> None:
    """Reviewers every version, applicants those that they were sent, as Word and PDF; others nothing. Two tabs: the
    second is told, keeps what it typed, and saves after the first."""
    me, other = site.client(), site.client()
    case = handed_in(me)
    assert reviewer.http.put(letter(case), json={"text": "第一稿甲", "number": 0}).status_code == 200
    typed = {"text": "第二稿乙", "title": "通知", "number": "0"}
    refused = reviewer.post(f"/review/cases/{case}/letter", data=typed)
    assert refused.status_code == 409
    assert "第二稿乙" in refused.text
    assert 'name="number" value="1"' in refused.text
    reviewer.post(f"/review/cases/{case}/letter", data={**typed, "number": "1"})
    assert [one["number"] for one in reviewer.get(f"{letter(case)}/versions").json()["items"]] == [2, 1]
    path = f"/api/v1/cases/{case}/letters"
    assert me.get(path).json()["items"] == []
    assert me.get(f"{path}/1/docx").status_code == me.get(f"{path}/2/docx").status_code == 404
    assert "草稿" in parsing.read(reviewer.get(f"{path}/1/pdf").content, "稿.pdf").text
    assert reviewer.post(f"{letter(case)}/sending").status_code == 200
    assert code(reviewer.post(f"{letter(case)}/sending")) == (409, "no_letter")
    assert me.get(f"{path}/1/docx").status_code == 404
    for kind in ("docx", "pdf"):
        for who in (me, reviewer):
            file = parsing.read(who.get(f"{path}/2/{kind}").content, f"信.{kind}").text
            assert "第二稿乙" in file.replace("\n", "")
            assert "草稿" not in file
        assert other.get(f"{path}/2/{kind}").status_code == 404
    listed = me.get(path).json()["items"]
    assert [(one["number"], "第二稿乙" in one["text"]) for one in listed] == [(2, True)]
    assert "by" not in listed[0]
    for page in (f"/cases/{case}", f"/cases/{case}/submissions"):
        assert f'href="/cases/{case}/letters/2/pdf"' in me.get(page).text


def test_a_letter_of_before_frames_stays_as_it_was(site: Installation, reviewer: Client) -> None:
    """Its text alone, on the page and in files."""
    me = site.client()
    case = handed_in(me)
    reviewer.http.put(letter(case), json={"text": "甲：\n请补正。", "number": 0, "frame": {"title": ""}})
    assert reviewer.post(f"{letter(case)}/sending").json()["frame"]["reference"] == ""
    assert me.get(f"/api/v1/cases/{case}/submission").json()["letter"] == "甲：\n请补正。"


def test_the_preview_shows_what_was_typed_and_keeps_nothing(site: Installation, reviewer: Client) -> None:
    """Escaped, with the last day as if it were sent today."""
    case = handed_in(site.client())
    page = reviewer.post(f"/review/cases/{case}/letter/preview", data={
        "text": "甲：\n<b>请补正</b>", "title": "关于补正的通知", "number": "0", "contact": "023-1"}).text
    shown = page[page.index('id="letter-preview"'):]
    due = clock.working_days_after(today(), 10)
    for words in ("关于补正的通知", "&lt;b&gt;请补正&lt;/b&gt;", f"{due.year}年{due.month}月{due.day}日", "023-1"):
        assert words in shown
    assert reviewer.get(letter(case)).json() is None


@pytest.mark.parametrize("change", [{"days": 0}, {"days": 251}, {"zone": "Mars/Base"}, {"reference": "第号"},
                                    {"reference": "{number}{number}"}, {"reference": "{number}{x}"},
                                    {"issuer": "长" * 61}])
def test_office_settings_that_cannot_be_right_are_refused(site: Installation, change: dict[str, Any]) -> None:
    """With one answer, on the page too; what was before stays."""
    admin = site.client(Role.ADMINISTRATOR)
    assert code(admin.http.put("/api/v1/admin/settings/office", json={**OFFICE, **change})) == (422, "office_invalid")
    page = admin.post("/admin/settings/office", data={**OFFICE, **change})
    assert (page.status_code, "设置不正确" in page.text) == (422, True)
    assert site.services.administration.kept.get(OfficeSettings).days == 10


# What is printed ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_the_review_form_says_when_it_came_and_what_lacks_before_the_table(
        site: Installation, reviewer: Client, kind: str) -> None:
    """With the receipt, by the office's clock."""
    me = site.client()
    case = handed_in(me)
    handed = me.get(f"/api/v1/cases/{case}/submission").json()["handed"]
    file = parsing.read(reviewer.get(f"/api/v1/review/cases/{case}/files/{kind}").content, f"表.{kind}")
    flat = file.text.replace("\n", "").replace(" ", "")
    came = clock.local(now(), "Asia/Shanghai")[:10]
    assert f"{came}" in flat
    assert f"（回执编号{handed['receipt']}）" in flat
    assert "UTC" not in flat
    assert flat.index("补正清单") < flat.index("逐项审查")


def test_spreadsheets_print_on_landscape_pages(site: Installation, reviewer: Client) -> None:
    """As wide as the page, with borders, the head on every page; times by the office's clock."""
    case = handed_in(site.client())
    for path in (f"/api/v1/review/cases/{case}/files/xlsx", "/api/v1/review/cases/export?kind=xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(reviewer.get(path).content))
        for sheet in book:
            assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
            assert sheet.print_title_rows == "$1:$1"
            assert sheet.cell(1, 1).border.left.style == sheet.cell(1, 1).border.bottom.style == "thin"
    received = [str(row[8]) for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
    assert received
    assert all(one.startswith(str(today().year)) and len(one) == 16 for one in received)
