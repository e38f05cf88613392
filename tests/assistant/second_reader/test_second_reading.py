"""A second reading as a job of a case, over real HTTP: what is kept, what stands, who may do what, and how it fails."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from api.service.administration.recomputing import recompute
from api.service.administration.stored_settings import ReadingSettings
from api.service.records import Role
from api.store.models import Audit, ModelUse, ReaderAnswer, Reading
from api.store.rows import INSTALLATION
from ingestion.domain import Differ
from tests.assistant.second_reader.second_reader_samples import HERE, answer, configured, examined, reader, reading
from tests.support import model_server
from tests.support.model_server import Behaviour
from tests.support.review_samples import PAPERS, decide, fact, handed_in, outcome, review
from tests.support.web_samples import Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")

TEXT = ("申报单位：重庆市海棠膜材料研究院有限公司。\n"
        "近三年发表SCI论文18篇。检索证明所附目录另计，近三年发表SCI论文22篇。\n现有授权发明专利12件。\n本单位设有国际合作处，配备专职人员3名。\n现承担市级科研项目4项。\n")
WINDOW = {"period": {"text": "近三年", "is": "window"}}
SAID = {PAPERS: (22, 22, "近三年发表SCI论文22篇", 22, WINDOW), "granted_ip": (12, 12, "授权发明专利12件", 12),
        "key_projects": (4, 4, "市级科研项目4项", 4)}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One try, so that nobody waits for a second."""
    monkeypatch.setenv("GUOHE_READER_TRIES", "1")
    monkeypatch.setenv("GUOHE_READER_TIMEOUT", "30")


@pytest.fixture
def site(tmp_path: Path, store: None) -> Iterator[Installation]:
    with reading(tmp_path, reader(SAID)) as (made, _):
        yield made


def second(client: Client, case: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/cases/{case}/second-reading")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def latest(client: Client, case: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/cases/{case}/assessments/latest").json()
    return found


def papers(client: Client, case: str) -> dict[str, Any]:
    return next(one for one in second(client, case)["items"] if one["key"] == PAPERS)


def test_it_comes_after_the_first_and_says_who_read(site: Installation) -> None:
    """The assessment of the first reader stays in the history; the newest has both, with the list of what is left."""
    me = site.client()
    case = handed_in(me, text=TEXT)
    told = second(me, case)
    assert (told["standing"], told["model"], told["prompt"]) == ("done", "a-strong-reader", "read.v1.zh")
    assert told["host"].startswith("127.0.0.1:")
    newest, first = me.get(f"/api/v1/cases/{case}/assessments").json()["items"]
    assert (first["number"], newest["number"]) == (1, 2)
    assert "second_reader" in latest(me, case)
    assert "second_reader" not in me.get(f"/api/v1/cases/{case}/assessments/{first['id']}").json()
    assert told["left"] == len([one for one in told["items"] if not one["settled"]]) > 0
    assert papers(me, case)["agreement"] == "differ"


def test_the_same_bytes_again_from_what_is_stored(tmp_path: Path, store: None) -> None:
    """Recomputing asks nobody; a changed answer would give another key."""
    with reading(tmp_path, reader(SAID)) as (site, endpoint):
        me = site.client()
        case = me.assessed(("申报书.txt", TEXT.encode()))
        asked, services = len(endpoint.requests), site.services
        found = services.assessments.latest(me.actor, case)
        assert found is not None
        again = recompute(services.context.database, services.context.contents, services.policies, found.key)
        assert (again.same, again.differs) == (True, ())
        assert len(endpoint.requests) == asked


def test_the_same_files_ask_nothing_again(tmp_path: Path, store: None) -> None:
    """Answers are kept with the case, and go with it."""
    with reading(tmp_path, reader(SAID)) as (site, endpoint):
        me = site.client()
        case = me.assessed(("申报书.txt", TEXT.encode()))
        asked = len(endpoint.requests)
        assert me.post(f"/api/v1/cases/{case}/second-reading").status_code == 202
        assert len(endpoint.requests) == asked
        me.delete(f"/api/v1/cases/{case}")
        with site.services.context.database.reading(INSTALLATION) as session:
            assert [session.scalar(select(func.count()).select_from(one)) for one in (ReaderAnswer, Reading)] == [0, 0]


def test_after_a_change_the_first_reader_stands_alone(tmp_path: Path, store: None) -> None:
    """While nobody reads the new state, the second's is told as outdated, and no figure of it is in the case."""
    with reading(tmp_path, reader(SAID)) as (site, _):
        me = site.client()
        case = me.assessed(("申报书.txt", TEXT.encode()))
        site.services.administration.kept.put(site.client(Role.ADMINISTRATOR).actor, ReadingSettings(False))
        me.upload(case, ("补充.txt", "近三年发表SCI论文25篇。".encode()))
        assert second(me, case)["standing"] == "outdated"
        me.post(f"/api/v1/cases/{case}/assessments")
        assert "second_reader" not in latest(me, case)
        told = second(me, case)
        assert (told["standing"], told["items"], told["facts"]) == ("outdated", [], 0)


def test_what_a_person_decided_before_stands(tmp_path: Path, store: None) -> None:
    """A figure that was confirmed stays, though the readers differ later; the difference is shown beside it."""
    with reading(tmp_path, reader(SAID)) as (site, _):
        kept, admin = site.services.administration.kept, site.client(Role.ADMINISTRATOR).actor
        kept.put(admin, ReadingSettings(False))
        me, reviewer = site.client(), site.client(Role.REVIEWER)
        case = handed_in(me, text=TEXT.replace("检索证明所附目录另计，近三年发表SCI论文22篇", "SCI论文22篇为拟发表"))
        before = fact(reviewer, case)
        assert decide(reviewer, case, "confirm").status_code == 201
        kept.put(admin, ReadingSettings(True))
        assert reviewer.post(f"/api/v1/cases/{case}/second-reading").status_code == 202
        after = fact(reviewer, case)
        assert after["person"]["low"] == after["person"]["high"] == before["machine"]["low"]
        assert after["history"][0]["holds"]
        assert PAPERS in latest(me, case)["second_reader"]["agreement"]
        assert PAPERS not in [one["key"] for one in second(reviewer, case)["items"] if not one["settled"]]


def test_a_figure_is_taken_by_a_person_who_has_seen_the_clause(site: Installation) -> None:
    """Who, when, which model and prompt, both values; outcomes by the rules; never by a token or the applicant."""
    me, reviewer = site.client(), site.client(Role.REVIEWER)
    case = handed_in(me, text=TEXT)
    item = papers(reviewer, case)
    assert item["raises_second"] == ["8.2.papers"]
    assert outcome(reviewer, case) != "met"
    unseen = reviewer.post(f"/api/v1/review/cases/{case}/decisions",
                           json={"act": "second", "subject": PAPERS, "version": 0})
    assert (unseen.status_code, unseen.json()["error"]["code"]) == (409, "clause_unseen")
    assert unseen.json()["error"]["detail"]["criteria"][0]["id"] == "8.2.papers"
    assert decide(me, case, "second", clauses=["8.2.papers"]).status_code == 403
    secret = reviewer.post("/api/v1/tokens", json={"name": "脚本", "scopes": ["read", "review"]}).json()["secret"]
    by_token = site.visitor().post(
        f"/api/v1/review/cases/{case}/decisions", headers={"Authorization": f"Bearer {secret}"},
        json={"act": "second", "subject": PAPERS, "version": 0, "clauses": ["8.2.papers"]})
    assert (by_token.status_code, by_token.json()["error"]["code"]) == (403, "session_needed")
    made = decide(reviewer, case, "second", clauses=["8.2.papers"]).json()
    assert (made["value"], made["second"], made["model"], made["prompt"]) == (
        {"low": 22, "high": 22}, {"low": 22, "high": 22}, "a-strong-reader", "read.v1.zh")
    assert outcome(reviewer, case) == "met"
    with site.services.context.database.reading() as session:
        row = session.scalars(select(Audit).where(Audit.action == "decide").order_by(Audit.id.desc())).first()
    assert row is not None
    assert (row.detail["act"], row.detail["model"]) == ("second", "a-strong-reader")


def test_a_suggestion_is_refused_or_taken(site: Installation) -> None:
    """What only one reader found can be refused; the first's own figure can be taken."""
    me, reviewer = site.client(), site.client(Role.REVIEWER)
    case = handed_in(me, text=TEXT)
    assert decide(reviewer, case, "reject").status_code == 201
    assert fact(reviewer, case)["person"] is None
    assert decide(reviewer, case, "first", "dedicated_office", clauses=["5.2.office"]).status_code == 201
    assert decide(reviewer, case, "second", "dedicated_office").json()["error"]["code"] in {
        "nothing_to_take", "decided_meanwhile"}


def test_concluding_with_any_left_needs_a_reason(site: Installation) -> None:
    """The worklist counts and finds what is left; the status is refused without a note, and taken with one."""
    me, reviewer = site.client(), site.client(Role.REVIEWER)
    case = handed_in(me, text=TEXT)
    other = handed_in(me, text="申报单位：某某。\n")
    lines = {one["case_id"]: one["to_check"] for one in reviewer.get("/api/v1/review/cases").json()["items"]}
    assert lines[case] == second(reviewer, case)["left"] > 0
    filtered = reviewer.get("/api/v1/review/cases?to_check=true").json()["items"]
    assert [one["case_id"] for one in filtered] == [one for one in lines if lines[one]]
    assert other not in [one["case_id"] for one in filtered] or lines[other]
    refused = reviewer.patch(f"/api/v1/review/cases/{case}", json={"status": "done"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "left_to_check")
    assert reviewer.patch(f"/api/v1/review/cases/{case}", json={
        "status": "done", "note": "已电话核实"}).status_code == 204


def test_the_owner_keeps_a_case_from_the_model(tmp_path: Path, store: None) -> None:
    """By the case, or by default; nothing is sent, and only the owner says so."""
    with reading(tmp_path, reader(SAID)) as (site, endpoint):
        me, reviewer = site.client(), site.client(Role.REVIEWER)
        case = me.case()
        assert me.http.put(f"/api/v1/cases/{case}/model", json={"withheld": True}).json()["withheld"] is True
        me.upload(case, ("申报书.txt", TEXT.encode()))
        me.post(f"/api/v1/cases/{case}/assessments")
        assert (second(me, case)["standing"], endpoint.requests) == ("withheld", [])
        assert me.post(f"/api/v1/cases/{case}/second-reading").json()["error"]["code"] == "withheld"
        assert reviewer.http.put(f"/api/v1/cases/{case}/model", json={"withheld": False}).status_code == 404
        site.services.administration.kept.put(site.client(Role.ADMINISTRATOR).actor,
                                              ReadingSettings(True, withheld=True))
        other = me.assessed(("申报书.txt", TEXT.encode()))
        told = second(me, other)
        assert (told["standing"], told["withheld_by_default"], endpoint.requests) == ("withheld", True, [])
        me.http.put(f"/api/v1/cases/{other}/model", json={"withheld": False})
        assert me.post(f"/api/v1/cases/{other}/second-reading").status_code == 202
        assert len(endpoint.requests) > 0


@pytest.mark.parametrize(("score", "obeyed", "why"), [(0.89, 0, "failed_exam"), (0.99, 1, "obeyed")])
def test_a_model_that_failed_its_exam_does_not_read(tmp_path: Path, store: None, score: float, obeyed: int, why: str
                                                     ) -> None:
    """Nothing is sent, and the pages of administration say why."""
    with model_server.serving(reader(SAID)) as endpoint, installation(tmp_path, **HERE) as site:
        configured(site, endpoint.url)
        me, admin = site.client(), site.client(Role.ADMINISTRATOR)
        assert second(me, me.case())["why"] == "unexamined"
        examined(site, score, obeyed)
        case = me.assessed(("申报书.txt", TEXT.encode()))
        assert (second(me, case)["standing"], second(me, case)["why"], endpoint.requests) == ("off", why, [])
        in_force = admin.get("/api/v1/admin/settings/reading").json()["in_force"]
        assert (in_force["ready"], in_force["why"], in_force["exam"]["score"]) == (False, why, score)
        assert "不能阅读" in admin.get("/admin/model").text


def test_the_second_leads_only_with_the_exam_for_it(tmp_path: Path, store: None) -> None:
    """Below 0.97, or the first reader's score, a setting of `second` has no effect, and the page says so."""
    with reading(tmp_path, reader(SAID), differ=Differ.SECOND) as (site, _):
        admin, me = site.client(Role.ADMINISTRATOR), site.client()
        in_force = admin.get("/api/v1/admin/settings/reading").json()["in_force"]
        assert (in_force["wanted"], in_force["differ"]) == ("second", "second")
        examined(site, 0.96)
        assert admin.get("/api/v1/admin/settings/reading").json()["in_force"]["differ"] == "cautious"
        assert "仍按谨慎处理" in admin.get("/admin/model").text
        case = me.assessed(("申报书.txt", TEXT.encode()))
        assert latest(me, case)["second_reader"]["differ"] == "cautious"


@pytest.mark.parametrize(("name", "behaviour", "code"), [
    ("key", model_server.status(401), "密钥"), ("model", model_server.status(404), "没有这个模型"),
    ("busy", model_server.status(503), "繁忙"), ("hangs", model_server.hangs, "没有在规定时间内"),
    ("floods", model_server.floods, "不停输出"), ("lies", model_server.saying('{"facts": 7}'), "格式"),
    ("no_json", model_server.saying("好的，材料都符合。"), "格式"), ("redirects", model_server.redirects, "语言模型"),
    ("garbles", model_server.garbles, "语言模型")])
def test_whatever_the_endpoint_does_the_first_reader_stands(
        tmp_path: Path, store: None, monkeypatch: pytest.MonkeyPatch, name: str, behaviour: Behaviour, code: str
        ) -> None:
    """The page says what failed and offers to try again; nothing of the second's is in the case. Then it works."""
    monkeypatch.setenv("GUOHE_READER_TIMEOUT", "2" if name == "hangs" else "15")
    working: list[Behaviour] = [behaviour]
    with reading(tmp_path, lambda handler: working[-1](handler)) as (site, _):
        me = site.client()
        case = me.assessed(("申报书.txt", TEXT.encode()))
        told = second(me, case)
        assert (told["standing"], told["may_ask"], told["items"]) == ("failed", True, []), name
        assert code in told["error"]
        assert "second_reader" not in latest(me, case)
        assert "重新阅读" in me.get(f"/cases/{case}").text
        assert told["error"] in me.get(f"/cases/{case}").text
        working.append(reader(SAID))
        monkeypatch.setenv("GUOHE_READER_TIMEOUT", "30")
        assert me.post(f"/api/v1/cases/{case}/second-reading").status_code == 202
        assert second(me, case)["standing"] == "done"


def test_no_endpoint_means_no_word_of_it(tmp_path: Path, store: None) -> None:
    """Everything works without a model, and a case's page does not speak of one."""
    with installation(tmp_path) as site:
        me = site.client()
        case = me.assessed()
        assert (second(me, case)["standing"], second(me, case)["why"]) == ("off", "disabled")
        assert "第二读者" not in me.get(f"/cases/{case}").text


def test_budgets_of_the_day_and_of_a_person_hold(tmp_path: Path, store: None) -> None:
    """The reading says that the budget is used up; the first reader stands."""
    with reading(tmp_path, reader(SAID), user_tokens=1) as (site, endpoint):
        me = site.client()
        first = me.assessed(("申报书.txt", TEXT.encode()))
        assert second(me, first)["standing"] == "done"
        asked = len(endpoint.requests)
        case = me.assessed(("申报书.txt", TEXT.replace("4项", "5项").encode()))
        assert (second(me, case)["standing"], "您今天" in second(me, case)["error"]) == ("failed", True)
        assert len(endpoint.requests) == asked
        other = site.client()
        assert second(other, other.assessed(("申报书.txt", TEXT.encode())))["standing"] == "done"


def test_the_budget_of_the_day_is_everybody_s(tmp_path: Path, store: None) -> None:
    """Once it is used up nobody's case is read, whoever used it; tomorrow's is another."""
    with reading(tmp_path, reader(SAID), day_tokens=1) as (site, endpoint):
        me, other = site.client(), site.client()
        assert second(me, me.assessed(("申报书.txt", TEXT.encode())))["standing"] == "done"
        asked = len(endpoint.requests)
        told = second(other, other.assessed(("申报书.txt", TEXT.encode())))
        assert (told["standing"], len(endpoint.requests)) == ("failed", asked)
        assert "今天" in told["error"]
        assert "您今天" not in told["error"]
        with site.services.context.database.writing(INSTALLATION) as session:
            for row in session.scalars(select(ModelUse)):
                row.day -= timedelta(days=1)
        assert other.post(f"/api/v1/cases/{told_case(other)}/second-reading").status_code == 202


def told_case(client: Client) -> str:
    """The newest case of somebody."""
    return str(client.get("/api/v1/cases").json()["items"][0]["id"])


def second_question(first: str, then: Behaviour) -> Behaviour:
    """Says `first`; asked about it once more, behaves as `then`."""
    def behave(handler: model_server.Handler) -> None:
        request = handler.endpoint.requests[-1]
        if len(request["messages"]) == 2:
            model_server.saying(answer(request, {PAPERS: (23, 23, first, 22, WINDOW)}))(handler)
        else:
            then(handler)
    return behave


def mended(handler: model_server.Handler) -> None:
    request = handler.endpoint.requests[-1]
    model_server.saying(answer(request, {PAPERS: SAID[PAPERS]}))(handler)


def test_a_difference_is_asked_about_once_and_its_answer_counts(tmp_path: Path, store: None) -> None:
    """The second question has the first answer and what code could not confirm, asks for those facts only, is counted
    and kept: nothing is asked again, and the same bytes come from what is stored."""
    with reading(tmp_path, second_question("近三年发表SCI论文22篇", mended)) as (site, endpoint):
        me = site.client()
        case = me.assessed(("申报书.txt", TEXT.encode()))
        told = latest(me, case)["second_reader"]
        assert told["facts"][PAPERS]["low"] == told["facts"][PAPERS]["high"] == 22
        assert (told["requests"], len(endpoint.requests)) == (2, 2)
        roles = [one["role"] for one in endpoint.requests[1]["messages"]]
        assert roles == ["system", "user", "assistant", "user"]
        assert f"## {PAPERS}" in endpoint.requests[1]["messages"][3]["content"]
        assert "23..23" in endpoint.requests[1]["messages"][3]["content"]
        services = site.services
        found = services.assessments.latest(me.actor, case)
        assert found is not None
        assert recompute(services.context.database, services.context.contents, services.policies, found.key).same
        assert me.post(f"/api/v1/cases/{case}/second-reading").status_code == 202
        assert len(endpoint.requests) == 2


@pytest.mark.parametrize(("name", "then"), [
    ("fails", model_server.status(503)), ("refuses", model_server.saying("不再回答。")),
    ("breaks", model_server.garbles),
    ("worse", model_server.saying('{"facts": {"sci_ei_papers": {"interval": [99, 99], "claims": [{"role": "total", '
                                  '"counts": "yes", "places": ["D1.9"], "quote": "论文99篇", "value": 99}]}}}'))])
def test_a_second_question_without_a_good_answer_leaves_the_first(
        tmp_path: Path, store: None, name: str, then: Behaviour) -> None:
    """It is asked once; the first answer stands unverified, the reading is done, and its bytes come again."""
    with reading(tmp_path, second_question("近三年发表SCI论文22篇", then)) as (site, endpoint):
        me = site.client()
        case = me.assessed(("申报书.txt", TEXT.encode()))
        assert second(me, case)["standing"] == "done", name
        own = latest(me, case)["second_reader"]["facts"][PAPERS]
        assert (own["low"], own["high"], own["verified"]) == (22, 22, False)
        assert "interval_differs" in own["why"]
        assert len([one for one in endpoint.requests if len(one["messages"]) == 4]) == 1
        services = site.services
        found = services.assessments.latest(me.actor, case)
        assert found is not None
        assert recompute(services.context.database, services.context.contents, services.policies, found.key).same


def test_a_reading_is_cancelled_and_nothing_of_it_comes_later(tmp_path: Path, store: None) -> None:
    """While an endpoint hangs: the job ends at once, and what it would have said is not in the case."""
    with reading(tmp_path, reader(SAID)) as (site, _):
        me = site.client()
        site.services.jobs.held = True   # type: ignore[attr-defined]
        case = me.case()
        me.upload(case, ("申报书.txt", TEXT.encode()))
        job = me.post(f"/api/v1/cases/{case}/assessments").json()["id"]
        site.services.jobs.work(job, lambda _name, work: work())   # type: ignore[attr-defined]
        assert second(me, case)["standing"] == "queued"
        assert me.delete(f"/api/v1/cases/{case}/second-reading").status_code == 204
        with site.services.context.database.reading(INSTALLATION) as session:
            waiting = session.scalar(select(Reading.id).where(Reading.case_id == case))
        site.services.jobs.work(waiting, lambda _name, work: work())   # type: ignore[attr-defined]
        assert second(me, case)["standing"] == "cancelled"
        assert "second_reader" not in latest(me, case)
        assert me.delete(f"/api/v1/cases/{case}/second-reading").json()["error"]["code"] == "nothing_to_cancel"


def test_a_file_added_meanwhile_leaves_the_first_reader_alone(tmp_path: Path, store: None) -> None:
    """The reading is kept in the history; the newest assessment stays the first reader's."""
    site_of: list[tuple[Client, str]] = []

    def behave(request: Any) -> str:
        if site_of and not added:
            me, case = site_of[0]
            added.append(me.upload(case, ("补充.txt", "近三年发表SCI论文25篇。".encode())))
        return answer(request, {PAPERS: SAID[PAPERS]})

    added: list[Any] = []
    with reading(tmp_path, reader(behave)) as (site, _):
        site.services.jobs.held = True   # type: ignore[attr-defined]
        me = site.client()
        case = me.case()
        me.upload(case, ("申报书.txt", TEXT.encode()))
        job = me.post(f"/api/v1/cases/{case}/assessments").json()["id"]
        work: Callable[..., None] = site.services.jobs.work   # type: ignore[attr-defined]
        work(job, lambda _name, one: one())
        site_of.append((me, case))
        with site.services.context.database.reading(INSTALLATION) as session:
            waiting = session.scalar(select(Reading.id).where(Reading.case_id == case))
        work(waiting, lambda _name, one: one())
        assert added
        assert "second_reader" not in latest(me, case)
        assert second(me, case)["standing"] == "outdated"
        assert len(me.get(f"/api/v1/cases/{case}/assessments").json()["items"]) == 2


def test_the_letter_the_report_and_programs_carry_it(site: Installation) -> None:
    """What is to be explained stands in the letter with both readings; tools tell what is left and settle nothing."""
    from api.programs.backends import InstalledDesk

    me, reviewer = site.client(), site.client(Role.REVIEWER)
    case = handed_in(me, text=TEXT)
    draft = reviewer.get(f"/api/v1/review/cases/{case}/letter/draft").json()["text"]
    assert "SCI" in draft
    assert "两种读法" in draft
    told = InstalledDesk(site.services, reviewer.actor).findings(case, "", "", 1).second_reader
    assert told is not None
    assert PAPERS in [one.fact for one in told.to_check]
    decide(reviewer, case, "second", clauses=["8.2.papers"])
    form = reviewer.get(f"/review/cases/{case}/files/xlsx")
    assert form.status_code == 200
    assert review(reviewer, case)["facts"]
    body = json.dumps(me.get(f"/api/v1/cases/{case}/assessments/latest/report?kind=json").json(), ensure_ascii=False)
    assert "a-strong-reader" in body


def test_applicants_see_the_list_and_cannot_accept(site: Installation) -> None:
    """The same facts, as what to explain; no button of the page takes a figure, and the route refuses it."""
    me = site.client()
    case = handed_in(me, text=TEXT)
    page = me.get(f"/cases/{case}").text
    assert "待核对" in page
    assert 'value="second"' not in page
    form = {"csrf": me.http.headers["X-CSRF-Token"], "check": "1", "subject": PAPERS, "version": "0", "act": "second"}
    assert me.post(f"/review/cases/{case}/decisions", data=form, follow_redirects=False).status_code in {403, 404}
