"""A submission is a fact: a receipt, a frozen copy, what can be done after it and by whom; what applicants say."""
from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select, update

from api.service.records import Role
from api.store.models import Assessment, Audit
from api.store.rows import INSTALLATION
from tests.support.review_samples import PAPERS, TEXT, decide, handed_in, review
from tests.support.web_samples import Client, Installation

pytestmark = pytest.mark.usefixtures("store")
MORE = ("补充.txt", "近三年发表SCI论文19篇。".encode())


@pytest.fixture
def me(site: Installation) -> Client:
    return site.client()


@pytest.fixture
def reviewer(site: Installation) -> Client:
    return site.client(Role.REVIEWER, "李审")


@pytest.fixture
def case(me: Client) -> str:
    return handed_in(me, title="膜中心")


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def returned(reviewer: Client, case: str) -> None:
    assert reviewer.patch(f"/api/v1/review/cases/{case}", json={
        "status": "returned", "note": "请补充证明"}).status_code == 204


def acts(site: Installation, case: str) -> list[str]:
    with site.services.context.database.reading(INSTALLATION) as session:
        return [one.action for one in session.scalars(select(Audit).where(Audit.object_id == case).order_by(Audit.id))]


def say(who: Client, case: str, /, subject: str = PAPERS, version: int = 0, **more: Any) -> Any:
    return who.post(f"/api/v1/cases/{case}/replies", json={"subject": subject, "version": version, **more})


def test_a_receipt_is_for_a_copy_that_stays(site: Installation, me: Client, case: str, reviewer: Client) -> None:
    """Files by their content, the result, the policy's version, a number and a time; the same whatever follows."""
    path = f"/api/v1/cases/{case}"
    stands = me.get(f"{path}/submission").json()
    handed = stands["handed"]
    assert [one["name"] for one in handed["files"]] == ["申报书.txt"]
    assert handed["assessment_id"] == me.get(f"{path}/assessments").json()["items"][0]["id"]
    assert (handed["policy_version"], handed["number"], len(handed["receipt"])) == ("1.0.0", 1, 15)
    returned(reviewer, case)
    me.delete(f"{path}/files/{me.get(f'{path}/files').json()[0]['id']}")
    me.upload(case, ("申报书.txt", TEXT.replace("18篇", "26篇").encode()))
    me.post(f"{path}/assessments")
    assert me.post(f"{path}/submission").status_code == 201
    later = me.get(f"{path}/submissions").json()["items"]
    assert later[1] == handed
    assert later[0]["files"][0]["sha256"] != handed["files"][0]["sha256"]
    assert reviewer.get(f"{path}/assessments/{handed['assessment_id']}").json()["facts"][PAPERS]["low"] == 18
    assert acts(site, case).count("submit") == 2


def test_what_was_handed_in_is_changed_by_nobody(me: Client, case: str) -> None:
    """Neither files nor settings, no new assessment, no reply, and it is not deleted: each with the one reason."""
    path = f"/api/v1/cases/{case}"
    file = me.get(f"{path}/files").json()[0]["id"]
    before = me.get(path).json()
    held = (409, "handed_in")
    assert code(me.post(f"{path}/files", files=[("files", MORE)])) == held
    assert code(me.delete(f"{path}/files/{file}")) == held
    assert code(me.patch(path, json={"title": "另一个"})) == held
    assert code(me.post(f"{path}/assessments")) == held
    assert code(say(me, case, text="再说一句")) == held
    assert code(me.delete(path)) == (409, "handed_in_for_good")
    assert me.get(path).json() == before
    assert (before["may_change"], before["may_delete"], before["status"]) == (False, False, "received")
    page = me.get(f"/cases/{case}").text
    assert 'id="upload"' not in page
    assert "/edit" not in page


def test_it_is_taken_back_until_somebody_takes_it_up(site: Installation, me: Client, case: str, reviewer: Client
                                                     ) -> None:
    """A draft again, its owner's alone; handed in once more it has another receipt."""
    path = f"/api/v1/cases/{case}"
    first = me.get(f"{path}/submission").json()["handed"]["receipt"]
    assert me.delete(f"{path}/submission").status_code == 204
    assert reviewer.get(path).status_code == 404
    assert code(me.delete(f"{path}/submission")) == (409, "not_submitted")
    assert me.get(path).json()["may_change"]
    assert me.get(f"{path}/submission").json() is None
    assert me.post(f"{path}/submission").json()["handed"]["receipt"] != first
    assert decide(reviewer, case, "confirm").status_code == 201
    assert code(me.delete(f"{path}/submission")) == (409, "taken_up")
    reviewer.patch(f"/api/v1/review/cases/{case}", json={"status": "received"})
    assert code(me.delete(f"{path}/submission")) == (409, "taken_up")
    assert [one["withdrawn"] is None for one in me.get(f"{path}/submissions").json()["items"]] == [True, False]
    assert "take_back" in acts(site, case)


def test_a_return_is_answered_and_the_answer_taken_back(me: Client, case: str, reviewer: Client) -> None:
    """Files can be changed again; what is not handed in yet stays the applicant's; taken back, it is returned still."""
    path = f"/api/v1/cases/{case}"
    returned(reviewer, case)
    me.upload(case, MORE)
    me.post(f"{path}/assessments")
    newest = me.get(f"{path}/assessments").json()["items"][0]["id"]
    secret = next(one["id"] for one in me.get(f"{path}/files").json() if one["name"] == MORE[0])
    assert [one["name"] for one in reviewer.get(f"{path}/files").json()] == ["申报书.txt"]
    assert reviewer.get(f"{path}/assessments/{newest}").status_code == 404
    assert reviewer.get(f"{path}/files/{secret}").status_code == 404
    assert reviewer.get(f"{path}/assessments/latest").json()["facts"][PAPERS]["high"] == 18
    assert MORE[0] not in reviewer.get(f"/review/cases/{case}").text
    assert me.post(f"{path}/submission").json()["round"] == 2
    assert reviewer.get(f"{path}/files/{secret}").status_code == 200
    assert me.delete(f"{path}/submission").status_code == 204
    stands = me.get(f"{path}/submission").json()
    assert (stands["status"], stands["round"], stands["handed"]["number"]) == ("returned", 1, 1)
    assert reviewer.get(f"{path}/files/{secret}").status_code == 404


def test_a_return_says_why(me: Client, case: str, reviewer: Client) -> None:
    """By a letter or by a note, which its applicant reads as long as it is returned; what stays as it is needs none."""
    path = f"/api/v1/review/cases/{case}"
    assert code(reviewer.patch(path, json={"status": "returned", "note": " "})) == (422, "return_unexplained")
    form = {"status": "returned", "assignee": "nobody", "due": ""}
    assert reviewer.post(f"/review/cases/{case}/settings", data=form).status_code == 422
    assert reviewer.post(f"/review/cases/{case}/settings", data={**form, "note": "缺检索证明"}).status_code == 200
    assert reviewer.post(f"/review/cases/{case}/settings", data=form).status_code == 200     # it is returned already
    assert "退回理由：<q>缺检索证明</q>" in me.get(f"/cases/{case}").text
    me.upload(case, MORE)
    me.post(f"/api/v1/cases/{case}/assessments")
    assert me.post(f"/api/v1/cases/{case}/submission").status_code == 201
    assert "退回理由" not in me.get(f"/cases/{case}").text
    assert me.delete(f"/api/v1/cases/{case}/submission").status_code == 204
    assert me.get(f"/api/v1/cases/{case}/submission").json()["note"] == "缺检索证明"


def test_a_resubmission_says_what_changed_to_both(me: Client, case: str, reviewer: Client) -> None:
    """File by file, figure by figure; or that nothing did."""
    path = f"/api/v1/cases/{case}"
    returned(reviewer, case)
    assert "材料、设置、数据和结论都没有变化" in me.get(f"/cases/{case}/submission").text
    assert me.post(f"{path}/submission").status_code == 201
    for page in (me.get(f"/cases/{case}").text, reviewer.get(f"/review/cases/{case}").text):
        assert "材料、设置、数据和结论都没有变化" in page
    returned(reviewer, case)
    me.upload(case, MORE)
    me.post(f"{path}/assessments")
    assert me.post(f"{path}/submission").status_code == 201
    for page in (me.get(f"/cases/{case}").text, reviewer.get(f"/review/cases/{case}").text):
        assert "新增“补充.txt”" in page
        assert "18至19篇" in page


def test_two_tabs_and_double_clicks_hand_in_once(me: Client) -> None:
    """What was looked at is what is handed in; said twice, a page shows how the case stands."""
    case = me.assessed(("申报书.txt", TEXT.encode()))
    path = f"/api/v1/cases/{case}"
    old = me.get(f"{path}/assessments").json()["items"][0]["id"]
    me.upload(case, MORE)
    me.post(f"{path}/assessments")
    assert code(me.post(f"{path}/submission?seen={old}")) == (409, "changed_meanwhile")
    new = me.get(f"{path}/assessments").json()["items"][0]["id"]
    csrf = me.http.headers["X-CSRF-Token"]
    for _ in range(2):
        answer = me.http.post(f"/cases/{case}/submission", data={"csrf": csrf, "seen": new}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case}")
    assert len(me.get(f"{path}/submissions").json()["items"]) == 1
    assert code(me.post(f"{path}/submission")) == (409, "submitted_already")


def test_an_administrator_deletes_what_was_handed_in_with_a_reason(site: Installation, me: Client, case: str) -> None:
    """By its receipt, unseen; the audit keeps the reason. A draft is not theirs to delete."""
    admin, path = site.client(Role.ADMINISTRATOR), "/api/v1/admin/cases/deletion"
    receipt = me.get(f"/api/v1/cases/{case}/submission").json()["handed"]["receipt"]
    assert code(me.post(path, json={"receipt": receipt, "reason": "x"})) == (403, "forbidden")
    assert code(admin.post(path, json={"receipt": receipt, "reason": " "})) == (422, "reason_missing")
    assert code(admin.post(path, json={"receipt": "20261201-XXXXXX", "reason": "来函撤销"})) == (404, "not_found")
    assert admin.post(path, json={"receipt": receipt.lower(), "reason": "来函撤销"}).status_code == 204
    assert me.get(f"/api/v1/cases/{case}").status_code == 404
    with site.services.context.database.reading(INSTALLATION) as session:
        row = session.scalars(select(Audit).where(Audit.object_id == case, Audit.action == "delete")).one()
    assert (row.actor_id, row.reason) == (admin.actor.id, "来函撤销")
    taken_back = handed_in(me)
    receipt = me.get(f"/api/v1/cases/{taken_back}/submission").json()["handed"]["receipt"]
    me.delete(f"/api/v1/cases/{taken_back}/submission")
    assert code(admin.post(path, json={"receipt": receipt, "reason": "来函撤销"})) == (404, "not_found")
    assert me.delete(f"/api/v1/cases/{taken_back}").status_code == 204


def test_an_applicant_answers_an_entry_and_the_reviewer_reads_it_there(me: Client, reviewer: Client) -> None:
    """Which figure is right, in which words of which file, a remark, a file added to it; each version is kept."""
    case = me.assessed(("申报书.txt", TEXT.encode()))
    quote = "近三年发表SCI论文18篇"
    start = TEXT.index(quote)
    place = {"document": "申报书.txt", "start": start, "end": start + len(quote), "quote": quote}
    file = me.upload(case, ("检索证明.txt", "检索证明。".encode()))[0]["file"]["id"]
    me.post(f"/api/v1/cases/{case}/assessments")
    answer = say(me, case, low=18, high=18, text="以检索证明为准", place=place, file_id=file)
    assert answer.status_code == 201, answer.text
    assert code(say(me, case, text="旧页面")) == (409, "replied_meanwhile")
    assert say(me, case, version=1, low=18, text="以附件为准", place=place, file_id=file).status_code == 201
    assert me.post(f"/api/v1/cases/{case}/submission").status_code == 201
    (seen,) = review(reviewer, case)["replies"]
    assert (seen["subject"], seen["version"], seen["value"], seen["text"], seen["file"]) == (
        PAPERS, 2, {"low": 18, "high": 18}, "以附件为准", "检索证明.txt")
    assert seen["place"]["quote"] == quote
    page = reviewer.get(f"/review/cases/{case}").text
    row = page[page.index(f'id="s-{PAPERS}"'):]
    assert "以附件为准" in row[:row.index("</article>")]
    returned(reviewer, case)
    assert say(me, case, version=2, text="还没提交的话").status_code == 201
    assert review(reviewer, case)["replies"] == [seen]


def test_whatever_is_said_to_an_entry_is_read_on_both_sides(me: Client, reviewer: Client) -> None:
    """To each entry of the list, and to one that is open no more: once on the applicant's page, once on the other."""
    case = me.assessed(("申报书.txt", TEXT.encode()))
    subjects = [*re.findall(rf"/cases/{case}/replies/([^\"]+)", me.get(f"/cases/{case}").text), PAPERS]
    assert {"8.2.papers", "5.1.registered", "8.1.strength"} < set(subjects)
    for subject in subjects:
        assert say(me, case, subject, text=f"说明〔{subject}〕").status_code == 201
    assert me.post(f"/api/v1/cases/{case}/submission").status_code == 201
    for page in (me.get(f"/cases/{case}").text, reviewer.get(f"/review/cases/{case}").text):
        assert {subject: page.count(f"说明〔{subject}〕") for subject in subjects} == dict.fromkeys(subjects, 1)


@pytest.mark.parametrize(("given", "refused"), [
    ({}, (422, "reply_empty")), ({"subject": "none", "text": "x"}, (422, "unknown_subject")),
    ({"low": 5, "high": 3}, (422, "value_invalid")),
    ({"subject": "dedicated_office", "low": 2}, (422, "value_invalid")),
    ({"subject": "8.1.strength", "low": 2}, (422, "value_invalid")), ({"file_id": "0" * 32}, (404, "not_found")),
    ({"text": "长" * 2001}, (422, "invalid")),
    ({"place": {"document": "申报书.txt", "start": 0, "end": 3, "quote": "不是"}}, (422, "quote_differs")),
])
def test_a_reply_that_cannot_be_is_refused(me: Client, given: dict[str, Any], refused: tuple[int, str]) -> None:
    """With one clear answer each."""
    case = me.assessed(("申报书.txt", TEXT.encode()))
    assert code(say(me, case, **given)) == refused
    assert me.get(f"/api/v1/cases/{case}/replies").json()["items"] == []


def test_after_a_return_table_list_and_letter_say_the_same(me: Client, case: str, reviewer: Client) -> None:
    """The applicant sees decisions with their reasons once the case is returned, not before; every count follows."""
    quality = "核对原件后为21篇"
    assert decide(reviewer, case, "correct", low=21, reason=quality).status_code == 201
    before = me.get(f"/cases/{case}").text
    assert quality not in before
    path = f"/api/v1/review/cases/{case}/letter"
    text = reviewer.get(f"{path}/draft").json()["text"]
    assert reviewer.http.put(path, json={"text": text, "number": 0}).status_code == 200
    assert reviewer.post(f"{path}/sending").status_code == 200
    page = me.get(f"/cases/{case}").text
    row = page[page.index('id="c-8.2.papers"'):]
    row = row[:row.index("</article>")]
    assert quality in row
    assert "21篇" in row
    assert "李审" not in page
    assert "SCI或EI论文" not in text
    counts = me.get(f"/api/v1/cases/{case}").json()["latest"]["counts"]
    assert counts == me.get("/api/v1/cases").json()["items"][0]["latest"]["counts"]
    assert counts["not_met"] == sum(one["outcome"] == "not_met" for one in review(reviewer, case)["criteria"])
    chips = dict(re.findall(r'data-filter="(\w+)".*?class="num">(\d+)<', page))
    for name, shown in (("met", "met"), ("insufficient", "insufficient_evidence"), ("judgement", "needs_judgement")):
        assert int(chips.get(shown, 0)) == counts[name], name
    lacking = counts["not_met"] + counts["insufficient"]
    assert f'不符合或材料不足 <span class="num">{lacking}</span>' in page
    assert f"{counts['insufficient']} 项材料不足" in page


def test_what_was_typed_is_given_back_where_it_could_not_be_kept(me: Client, case: str) -> None:
    """A form of before the case was handed in: one answer, the words to be copied, the way back to the case; nothing
    that the page put into the form, no secret, and no words of a form that was not ours.
    """
    typed = {"version": "0", "text": "附件三第二页写明\n共24篇", "subject": "sci_ei_papers", "password": "秘密的口令"}
    refused = me.post(f"/cases/{case}/replies/{PAPERS}", data=typed)
    assert refused.status_code == 409
    given = re.findall(r"<pre[^>]*>(.*?)</pre>", refused.text, re.DOTALL)
    assert given == [typed["text"]]
    assert "案卷已提交" in refused.text
    assert f'href="/cases/{case}"' in refused.text
    forged = me.http.post(f"/cases/{case}/replies/{PAPERS}", data=typed, headers={"X-CSRF-Token": ""})
    assert forged.status_code == 403
    assert "附件三" not in forged.text
    missing = me.post(f"/cases/{'0' * 32}/replies/{PAPERS}", data=typed)
    assert missing.status_code == 404
    assert f"/cases/{'0' * 32}\"" not in missing.text


def test_a_result_of_an_older_program_says_so(site: Installation, me: Client, case: str, reviewer: Client) -> None:
    """What was handed in stays as it was made then, its words as well; a reviewer has it made anew, and so does the
    owner of a draft."""
    draft = me.assessed()
    with site.services.context.database.writing(INSTALLATION) as session:
        session.execute(update(Assessment).where(Assessment.case_id.in_([case, draft])).values(extractor="0.1.0+old"))
    said = "这份结果由本程序较早的版本得出"
    pages = {"owner": f"/cases/{case}", "draft": f"/cases/{draft}"}
    assert all(said in me.get(one).text for one in pages.values())
    assert ["按现在的程序重新预审" in me.get(one).text for one in pages.values()] == [False, True]
    assert said in reviewer.get(f"/review/cases/{case}").text
    assert me.get(f"/api/v1/cases/{case}").json()["older_program"]
    before = me.get(f"/api/v1/cases/{case}/submission").json()["handed"]
    assert reviewer.post(f"/review/cases/{case}/assess").status_code == 200
    assert me.post(f"/cases/{draft}/assess").status_code == 200
    for who, page in ((me, pages["owner"]), (me, pages["draft"]), (reviewer, f"/review/cases/{case}")):
        assert said not in who.get(page).text
    assert me.get(f"/api/v1/cases/{case}/submission").json()["handed"] == before     # the frozen copy


def test_the_points_of_a_case_are_in_their_order(me: Client) -> None:
    """Files that were not read first, then contradictions, then what is missing, then what a person judges."""
    case = me.assessed(("申报书.txt", TEXT.encode()), ("简介.txt", "近三年发表SCI论文25篇。".encode()),
                       ("扫描.pdf", b"MZ\x90\x00 no pdf"))
    page = me.get(f"/cases/{case}").text
    places = [page.index(f'id="todo-{kind}"') for kind in ("unread", "conflict", "lacking", "judgement")]
    assert places == sorted(places)
    assert page.index('id="todo"') < page.index("data-filter")
    asked = me.get(f"/cases/{case}/submission").text
    for count, kind in ((1, "未读或未读全的文件"), (1, "材料前后矛盾")):
        assert f'{kind} <span class="num">{count}</span>' in asked


def test_a_file_is_added_to_an_entry_by_a_form(me: Client) -> None:
    """It joins the case, which is assessed anew; words that stand nowhere are refused, and the file is there still."""
    case = me.assessed(("申报书.txt", TEXT.encode()))
    form = {"csrf": me.http.headers["X-CSRF-Token"], "version": "0", "low": "19", "text": "见附件"}
    path = f"/cases/{case}/replies/{PAPERS}"
    assert me.get(path).status_code == 200
    answer = me.http.post(path, data=form, files=[("files", MORE)], follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case}#todo")
    (said,) = me.get(f"/api/v1/cases/{case}/replies").json()["items"]
    assert (said["value"], said["text"], said["file"]) == ({"low": 19, "high": 19}, "见附件", MORE[0])
    assert me.get(f"/api/v1/cases/{case}").json()["stale"] is False
    assert "见附件" in me.get(f"/cases/{case}").text
    refused = me.http.post(path, data={**form, "version": "1", "quote": "没有这句话"})
    assert refused.status_code == 422
    assert me.get(f"/cases/{case}/replies/none").status_code == 404
