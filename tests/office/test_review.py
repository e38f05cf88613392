"""The review over the API: handing in, deciding, the worklist, letters, what is shared, files, statistics."""
from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from api.service.records import Role
from api.store.models import Audit, Decision
from api.store.rows import INSTALLATION
from ingestion import parsing
from tests.support.review_samples import PAPERS, TEXT, decide, fact, handed_in, outcome, review
from tests.support.web_samples import Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def reviewer(site: Installation) -> Client:
    return site.client(Role.REVIEWER, "李审")


@pytest.fixture
def case(site: Installation) -> str:
    return handed_in(site.client(), title="膜中心", applicant="海棠研究院")


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


# Handing in -----------------------------------------------------------------------------------------------------------

def test_a_case_is_handed_in_once_it_is_assessed_as_it_is(site: Installation) -> None:
    """Not before, not stale, not twice; its applicant sees how it stands."""
    me = site.client()
    case = me.case()
    assert me.get(f"/api/v1/cases/{case}/submission").json() is None
    assert code(me.post(f"/api/v1/cases/{case}/submission")) == (409, "not_assessed")
    me.upload(case, ("申报书.txt", TEXT.encode()))
    me.post(f"/api/v1/cases/{case}/assessments")
    me.upload(case, ("补充.txt", "补充说明。".encode()))
    assert code(me.post(f"/api/v1/cases/{case}/submission")) == (409, "stale")
    me.post(f"/api/v1/cases/{case}/assessments")
    assert me.post(f"/api/v1/cases/{case}/submission").json()["status"] == "received"
    assert code(me.post(f"/api/v1/cases/{case}/submission")) == (409, "submitted_already")


def test_reviewers_decide_auditors_look_others_find_nothing(site: Installation) -> None:
    """Nobody reviews a case of their own; one that was not handed in is not there for others."""
    owner = site.client(Role.REVIEWER)
    case = handed_in(owner)
    seen = {role: site.client(role).get(f"/api/v1/review/cases/{case}").status_code for role in Role}
    assert seen == {Role.APPLICANT: 404, Role.REVIEWER: 200, Role.POLICY_STAFF: 404, Role.ADMINISTRATOR: 404,
                    Role.AUDITOR: 200}
    assert code(decide(owner, case, "confirm")) == (403, "forbidden")
    assert code(decide(site.client(Role.AUDITOR), case, "confirm")) == (403, "forbidden")
    lists = {role: site.client(role).get("/api/v1/review/cases").status_code for role in Role}
    assert [role for role, status in lists.items() if status == 200] == [Role.REVIEWER, Role.AUDITOR]
    draft = site.client().assessed()
    assert code(decide(site.client(Role.REVIEWER), draft, "confirm")) == (404, "not_found")


# Deciding -------------------------------------------------------------------------------------------------------------

def test_a_correction_decides_at_once_and_both_values_are_kept(reviewer: Client, case: str) -> None:
    """18 papers by the program, 21 by the reviewer: not met becomes met, and the case is in review, theirs."""
    assert outcome(reviewer, case) == "not_met"
    answer = decide(reviewer, case, "correct", low=21)
    assert answer.status_code == 201, answer.text
    known = fact(reviewer, case)
    assert (known["machine"]["low"], known["person"]["low"], known["checked"], known["version"]) == (
        18, 21, "corrected", 1)
    assert (known["history"][0]["by"]["name"], known["history"][0]["reason"], known["history"][0]["machine"]) == (
        "李审", "核对原件", {"low": 18, "high": 18})
    now = review(reviewer, case)
    assert (outcome(reviewer, case), now["status"], now["assignee"]["name"]) == ("met", "in_review", "李审")


def test_the_stored_assessment_stays_what_it_was(reviewer: Client, case: str) -> None:
    """Byte for byte, whatever is decided about it."""
    before = reviewer.get(f"/api/v1/cases/{case}/assessments/latest").content
    decide(reviewer, case, "reject")
    assert reviewer.get(f"/api/v1/cases/{case}/assessments/latest").content == before


def test_a_fact_without_a_bar_says_what_it_is_for(site: Installation, reviewer: Client, case: str) -> None:
    """Money for cooperation is asked for of no joint research centre; it helps to judge its means."""
    page = reviewer.get(f"/review/cases/{case}").text
    fact = page[page.index('id="s-cooperation_funding"'):]
    fact = fact[:fact.index("</article>")]
    assert "没有指标，供判断时参考：" in fact
    assert "国际科技合作队伍和资金来源相对稳定" in fact
    papers = page[page.index('id="s-sci_ei_papers"'):]
    assert "没有指标" not in papers[:papers.index("</article>")]


def test_a_decision_on_an_outdated_version_is_refused_and_shows_the_others(site: Installation, reviewer: Client,
                                                                          case: str) -> None:
    """The second of two reviewers learns who decided what; nothing is overwritten."""
    other = site.client(Role.REVIEWER, "王审")
    assert decide(reviewer, case, "correct", low=21).status_code == 201
    refused = decide(other, case, "correct", low=5)
    assert code(refused) == (409, "decided_meanwhile")
    detail = refused.json()["error"]["detail"]
    assert (detail["by"], detail["act"], detail["low"], detail["version"]) == ("李审", "correct", 21, 1)
    assert fact(other, case)["person"]["low"] == 21
    assert decide(other, case, "withdraw", version=1).status_code == 201
    history = reviewer.get(f"/api/v1/review/cases/{case}/decisions?subject={PAPERS}").json()["items"]
    assert [(one["version"], one["act"], one["by"]["name"]) for one in history] == [
        (2, "withdraw", "王审"), (1, "correct", "李审")]
    assert fact(other, case)["person"] == fact(other, case)["machine"]


def test_a_picked_piece_is_the_documents_own_words(reviewer: Client, case: str) -> None:
    """At its offsets, or it is refused."""
    quote = "配备专职人员3名"
    start = TEXT.index(quote)
    place = {"document": "申报书.txt", "start": start, "end": start + len(quote), "quote": quote}
    good = decide(reviewer, case, "correct", "dedicated_officers", low=2, place=place)
    assert good.status_code == 201, good.text
    assert good.json()["place"]["quote"] == quote
    for wrong in ({"start": start + 1}, {"quote": "配备专职人员4名"}, {"document": "别的.txt"}, {"end": 9_999}):
        refused = decide(reviewer, case, "correct", "dedicated_officers", 1, low=2, place={**place, **wrong})
        assert code(refused) == (422, "quote_differs")


def test_a_decision_stands_in_the_audit_with_both_values(site: Installation, reviewer: Client, case: str) -> None:
    """In the same transaction, without the words that were typed."""
    decide(reviewer, case, "correct", low=21, reason="暗语紫檀")
    with site.services.context.database.reading(INSTALLATION) as session:
        row = session.scalars(select(Audit).where(Audit.object_id == case, Audit.action == "decide")).one()
        stored = session.scalars(select(Decision).where(Decision.case_id == case)).one()
    assert (row.before, row.after) == ({"low": 18, "high": 18}, {"low": 21, "high": 21})
    assert "紫檀" not in str(row.detail) + row.reason
    assert stored.reason == "暗语紫檀"


def test_decisions_hold_while_what_they_rest_on_does(site: Installation, reviewer: Client) -> None:
    """After a supplement the untouched fact keeps its decision; one whose documents changed is kept but not applied."""
    me = site.client()
    case = handed_in(me)
    decide(reviewer, case, "correct", low=21)
    decide(reviewer, case, "correct", "dedicated_officers", low=5)
    reviewer.patch(f"/api/v1/review/cases/{case}", json={"status": "returned", "note": "请补充证明"})
    me.upload(case, ("补充.txt", "近三年发表SCI论文19篇。".encode()))
    me.post(f"/api/v1/cases/{case}/assessments")
    assert fact(reviewer, case)["person"]["low"] == 21    # until it is handed in again, nothing has changed for them
    assert me.post(f"/api/v1/cases/{case}/submission").status_code == 201
    papers, officers = fact(reviewer, case), fact(reviewer, case, "dedicated_officers")
    assert (papers["person"]["low"], papers["checked"], papers["history"][0]["holds"]) == (18, "open", False)
    assert (officers["person"]["low"], officers["history"][0]["holds"]) == (5, True)


def test_nothing_is_decided_about_a_case_that_is_done(reviewer: Client, case: str) -> None:
    """It is taken up again first."""
    path = f"/api/v1/review/cases/{case}"
    assert reviewer.patch(path, json={"status": "done"}).status_code == 204
    assert code(decide(reviewer, case, "confirm")) == (409, "review_closed")
    assert code(reviewer.patch(path, json={
        "status": "returned", "note": "请补充证明"})) == (409, "status_not_possible")
    assert reviewer.patch(path, json={"status": "in_review"}).status_code == 204
    assert decide(reviewer, case, "confirm").status_code == 201


# The worklist ---------------------------------------------------------------------------------------------------------

def test_the_worklist_is_filtered_sorted_and_paged(site: Installation, reviewer: Client) -> None:
    """Each matching case once, in the order asked for; the total is that of the filter."""
    me = site.client()
    made = [handed_in(me, title=f"排序{number}", applicant=f"甲{9 - number}") for number in range(5)]
    path = "/api/v1/review/cases"
    dues = {made[0]: "2030-01-03", made[1]: "2030-01-01", made[3]: "2020-01-02"}
    for one, due in dues.items():
        assert reviewer.patch(f"{path}/{one}", json={"due": due}).status_code == 204
    reviewer.patch(f"{path}/{made[4]}", json={"assignee": reviewer.actor.id})

    def listed(**query: Any) -> list[str]:
        seen, after = [], None
        while True:
            place = {"after": after} if after else {}
            page = reviewer.get(path, params={"search": "排序", "limit": 2, **query, **place}).json()
            seen += [one["case_id"] for one in page["items"]]
            after = page["after"]
            if after is None:
                assert page["total"] == len(seen)
                return seen

    assert listed() == made
    assert listed(sort="newest") == made[::-1]
    assert listed(sort="applicant") == made[::-1]
    assert listed(sort="due")[:3] == [made[3], made[1], made[0]]
    assert listed(sort="changed")[0] == made[4]
    assert listed(assignee="me") == [made[4]]
    assert set(listed(assignee="none")) == set(made[:4])
    assert listed(overdue="true") == [made[3]]
    assert listed(status="done") == listed(base_type="innovation_park") == []
    assert code(reviewer.get(path, params={"after": "W10", "sort": "due"})) == (422, "cursor_invalid")


def test_views_are_ones_own(site: Installation, reviewer: Client) -> None:
    """Saved under a name, again under the same in its place, deleted by their owner only."""
    path = "/api/v1/review/views"
    made = [reviewer.http.put(path, json={"name": "我的", "query": query}).json()
            for query in ("status=received", "sort=due")]
    assert made[0]["id"] == made[1]["id"]
    assert [one["query"] for one in reviewer.get(path).json()["items"]] == ["sort=due"]
    other = site.client(Role.REVIEWER)
    assert other.get(path).json()["items"] == []
    assert other.delete(f"{path}/{made[0]['id']}").status_code == 404
    assert reviewer.delete(f"{path}/{made[0]['id']}").status_code == 204


def test_many_cases_are_changed_at_once_each_for_itself(site: Installation, reviewer: Client, case: str) -> None:
    """What cannot be done to one is said, and done to the others."""
    draft = site.client().assessed()
    done = reviewer.post("/api/v1/review/cases/change", json={
        "cases": [case, draft], "assignee": reviewer.actor.id, "status": "in_review"}).json()
    assert [(one["case_id"], one["code"]) for one in done] == [(case, ""), (draft, "not_found")]
    assert review(reviewer, case)["assignee"]["id"] == reviewer.actor.id
    assert code(reviewer.patch(f"/api/v1/review/cases/{case}", json={"assignee": site.client().actor.id})) == (
        422, "not_a_reviewer")


def test_who_else_is_here_is_known(site: Installation, reviewer: Client, case: str) -> None:
    """With what they look at, until they leave; the case's events name nobody."""
    other = site.client(Role.REVIEWER, "王审")
    path = f"/api/v1/review/cases/{case}/presence"
    assert reviewer.http.put(path, json={"subject": PAPERS}).json() == {"here": []}
    (here,) = other.http.put(path, json={}).json()["here"]
    assert (here["person"]["name"], here["subject"]) == ("李审", PAPERS)
    assert [one["person"]["name"] for one in review(reviewer, case)["here"]] == ["王审"]
    assert other.delete(path).status_code == 204
    assert review(reviewer, case)["here"] == []


# What is shared -------------------------------------------------------------------------------------------------------

def test_what_two_cases_claim_is_shown_to_reviewers_on_both(site: Installation, reviewer: Client) -> None:
    """The same patent number, once both are handed in; the applicants see nothing of it."""
    number = "ZL202310999888.7"
    text = TEXT.replace("ZL202210345678.X", number)
    first, me = handed_in(site.client(), text, title="甲"), site.client()
    second = me.assessed(("专利.txt", (text + "另有说明。").encode()), title="乙")
    assert [one for one in review(reviewer, first)["shared"] if one["value"] == number[2:]] == []
    me.post(f"/api/v1/cases/{second}/submission")
    for mine, other in ((first, second), (second, first)):
        found = [one for one in review(reviewer, mine)["shared"] if one["kind"] == "patent"]
        assert [(one["value"], one["case_id"]) for one in found] == [(number[2:], other)]
        assert number in found[0]["mine"]["place"]["quote"]
    listed = reviewer.get("/api/v1/review/cases?duplicates=true&limit=200").json()["items"]
    assert {first, second} <= {one["case_id"] for one in listed}
    assert number not in me.get(f"/api/v1/cases/{first}").text


# Letters and files ----------------------------------------------------------------------------------------------------

def test_the_letter_is_drafted_from_the_gaps_edited_and_sent(site: Installation, reviewer: Client) -> None:
    """With the clause word for word; every version kept; the applicant reads it once the case is returned."""
    me = site.client()
    case = handed_in(me, applicant="海棠研究院")
    path = f"/api/v1/review/cases/{case}/letter"
    draft = reviewer.get(f"{path}/draft").json()["text"]
    assert draft.startswith("海棠研究院：")
    assert "第八条（二）：“" in draft
    assert "征求意见稿" in draft
    assert reviewer.get(path).json() is None
    assert code(reviewer.post(f"{path}/sending")) == (409, "no_letter")
    assert reviewer.http.put(path, json={"text": draft + "\n请附原件。", "number": 0}).json()["number"] == 1
    assert code(site.client(Role.REVIEWER).http.put(path, json={"text": "x", "number": 0})) == (409, "letter_meanwhile")
    assert me.get(f"/api/v1/cases/{case}/submission").json()["letter"] == ""
    assert reviewer.post(f"{path}/sending").json()["sent"] is not None
    told = me.get(f"/api/v1/cases/{case}/submission").json()
    assert (told["status"], "请附原件。" in told["letter"], told["letter_number"]) == ("returned", True, 1)
    word = reviewer.get(f"/api/v1/review/cases/{case}/files/letter").content
    assert "请附原件。" in parsing.read(word, "补正通知.docx").text
    assert me.post(f"/api/v1/cases/{case}/submission").json()["round"] == 2


@pytest.mark.parametrize("kind", ["docx", "pdf", "xlsx"])
def test_the_review_form_carries_both_values_and_every_decision(reviewer: Client, case: str, kind: str) -> None:
    """The person's figure beside the program's, with who, what and why."""
    decide(reviewer, case, "correct", low=21, reason="依据检索证明")
    content = reviewer.get(f"/api/v1/review/cases/{case}/files/{kind}").content
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        text = "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    else:
        text = parsing.read(content, f"表.{kind}").text
    flat = text.replace("\n", "").replace(" ", "")
    for wanted in ("审查：21篇（计算机：18篇）", "依据检索证明", "李审", "更正"):
        assert wanted in flat, wanted


def test_the_worklist_is_taken_away_as_a_file(reviewer: Client, case: str) -> None:
    """Every matching case a row; words that look like a formula stay words."""
    me = reviewer
    book = openpyxl.load_workbook(io.BytesIO(me.get("/api/v1/review/cases/export?search=膜中心").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:2] == ("名称", "依托单位")
    assert all(row[0] == "膜中心" for row in rows[1:])
    zipped = me.post("/api/v1/review/cases/files", json={"cases": [case], "kind": "xlsx"})
    assert len(zipfile.ZipFile(io.BytesIO(zipped.content)).namelist()) == 1


def test_a_cell_is_never_a_formula(site: Installation, reviewer: Client) -> None:
    """A title that begins with = is text."""
    handed_in(site.client(), title="=1+1 公式", applicant="x")
    book = openpyxl.load_workbook(io.BytesIO(reviewer.get("/api/v1/review/cases/export?search=公式").content))
    cell = book.active["A2"]
    assert (cell.value, cell.data_type) == ("=1+1 公式", "s")


def test_statistics_count_what_people_did(tmp_path: Any) -> None:
    """How often they changed the program's facts, what fails, how far from the bar, how long it took."""
    with installation(tmp_path) as site:
        reviewer = site.client(Role.REVIEWER)
        first, second = handed_in(site.client()), handed_in(site.client(), TEXT.replace("18", "9"))
        decide(reviewer, first, "correct", low=21)
        decide(reviewer, second, "confirm")
        reviewer.patch(f"/api/v1/review/cases/{second}", json={"status": "done"})
        found = reviewer.get("/api/v1/review/statistics").json()
        reviewer.http.close()
    papers = next(one for one in found["facts"] if one["key"] == PAPERS)
    assert (papers["corrected"], papers["confirmed"]) == (1, 1)
    criterion = next(one for one in found["criteria"] if one["criterion"] == "8.2.papers")
    assert (criterion["met"], criterion["not_met"], criterion["distances"][5]) == (1, 1, 1)
    assert {(one["status"], one["count"]) for one in found["statuses"]} == {("in_review", 1), ("done", 1)}
    assert (found["cases"], found["times"]["done"]) == (2, 1)


def test_statistics_are_counted_anew_as_soon_as_anything_changes(site: Installation, reviewer: Client) -> None:
    """What was counted before stands no longer than the state that it was counted in: a case more, a decision, one
    taken back.
    """
    def told() -> tuple[int, int, int]:
        found = reviewer.get("/api/v1/review/statistics").json()
        assert found == reviewer.get("/api/v1/review/statistics").json()
        return (found["cases"], sum(one["confirmed"] for one in found["facts"]), found["times"]["done"])

    before, owner = told(), site.client()
    case, other = handed_in(owner), handed_in(owner)
    assert told() == (before[0] + 2, *before[1:])
    decide(reviewer, case, "confirm")
    assert told() == (before[0] + 2, before[1] + 1, before[2])
    reviewer.patch(f"/api/v1/review/cases/{case}", json={"status": "done"})
    assert told() == (before[0] + 2, before[1] + 1, before[2] + 1)
    assert owner.delete(f"/api/v1/cases/{other}/submission").status_code == 204
    assert told() == (before[0] + 1, before[1] + 1, before[2] + 1)


