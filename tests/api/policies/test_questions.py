"""Questions as policy staff see them, and answers that a person approved."""
from __future__ import annotations

import pytest

from api.errors import Failure
from api.service.records import Role
from assistant.answering import approved
from tests.support import policy_samples
from tests.support.web_samples import Installation

pytestmark = pytest.mark.usefixtures("store")

PERKS = "认定后有没有停车位补贴？"


@pytest.mark.parametrize(("one", "other"), [
    ("请问公示要多少天？", "公示要几天"), ("第8条第2项是什么要求呢", "第八条（二）是什么条件"),
    ("公示要多少天", "公示要多少天？谢谢"), ("Please, what does article 8 ask?", "what does article 8 ask"),
    ("园区怎样申报", "园区如何申請？")])
def test_the_same_question_in_other_words(one: str, other: str) -> None:
    """A close paraphrase is the same question; one about another thing is not."""
    assert approved.key(one) == approved.key(other)


@pytest.mark.parametrize(("one", "other"), [
    ("要20篇论文吗", "要25篇论文吗"), ("可以申报吗", "不可以申报吗"), ("甲给乙转让算吗", "乙给甲转让算吗"),
    ("第八条（二）是什么", "第八条（三）是什么"), ("创新园要多少家企业", "创新园要多少家机构"),
    ("What is article 8?", "What is article 9?")])
def test_other_questions_are_never_the_same(one: str, other: str) -> None:
    """Figures, denials, order, clauses and things all tell them apart."""
    assert approved.key(one) != approved.key(other)


def test_what_found_no_answer_is_a_worklist_without_names(site: Installation) -> None:
    """Counted over all who asked; identifiers are out; nobody but policy staff, administrators and auditors sees it."""
    for words in (PERKS, "请问认定后有没有停车位补贴"):
        site.client(name="李四").post("/api/v1/answers", json={"question": words})
    site.client().post("/api/v1/answers", json={"question": "我的电话13812345678，认定后发不发奖杯？"})
    staff = site.client(Role.POLICY_STAFF)
    answer = staff.get("/api/v1/policy/questions")
    lines = answer.json()["items"]
    assert [(one["times"], one["unanswered"]) for one in lines] == [(2, 2), (1, 1)]
    assert "停车位" in lines[0]["question"]
    assert "13812345678" not in answer.text
    assert "李四" not in answer.text
    assert site.client(Role.REVIEWER).get("/api/v1/policy/questions").status_code == 403


def test_a_thumbs_down_puts_an_answered_question_on_the_list(site: Installation) -> None:
    """The last word counts; only an answer of one's own can be rated."""
    owner, staff = site.client(), site.client(Role.POLICY_STAFF)
    turn = owner.post("/api/v1/answers", json={"question": "公示多少天？"}).json()["id"]
    path = f"/api/v1/turns/{turn}/rating"

    def listed() -> list[tuple[int, list[str]]]:
        return [(one["down"], one["comments"]) for one in staff.get("/api/v1/policy/questions").json()["items"]
                if one["turn_id"] == turn]

    assert listed() == []
    assert owner.post(path, json={"up": False, "comment": "没有说是不是工作日"}).status_code == 204
    assert listed() == [(1, ["没有说是不是工作日"])]
    assert site.client().post(path, json={"up": True}).status_code == 404
    assert owner.post(path, json={"up": True}).status_code == 204
    assert listed() == []


def test_an_approved_answer_is_given_and_named_until_its_clause_changes(site: Installation) -> None:
    """To the same question in other words too, with the clause letter by letter; a version that changes the clause
    retires it, and the question is on the list again.
    """
    staff, second, asker = site.client(Role.POLICY_STAFF, "王五"), site.client(Role.POLICY_STAFF), site.client()
    question = "国际联合研究中心的论文必须是第一作者吗？"
    asker.post("/api/v1/answers", json={"question": question})
    made = staff.post("/api/v1/policy/approved-answers", json={
        "question": question, "answer": "办法没有限定第一作者。", "ref": "第八条（二）",
        "quote": "在所申报领域近三年发表SCI或EI论文20篇（含）以上"})
    assert made.status_code == 201, made.text
    told = asker.post("/api/v1/answers", json={"question": "请问国际联合研究中心论文必须是第一作者么"}).json()
    assert (told["answer"], told["approved"]["by"]) == ("办法没有限定第一作者。", "王五")
    (citation,) = told["citations"]
    text = site.services.policies.current.text
    assert text[citation["start"]:citation["end"]] == citation["quote"]
    other = asker.post("/api/v1/answers", json={"question": "国际联合研究中心的论文必须是第二作者吗？"}).json()
    assert other["approved"] is None

    versions = site.services.policy_work.versions
    draft = versions.upload(staff.actor, policy_samples.zipped(policy_samples.stricter()))
    versions.propose(staff.actor, draft.line.id, draft.line.digest)
    versions.publish(second.actor, draft.line.id, draft.line.digest)
    retired = staff.get("/api/v1/policy/approved-answers").json()["items"][0]
    assert retired["why"] == "clause_changed"
    assert asker.post("/api/v1/answers", json={"question": question}).json()["approved"] is None
    assert any("第一作者" in one["question"] for one in staff.get("/api/v1/policy/questions").json()["items"])


def test_an_answer_needs_words_of_its_clause(site: Installation) -> None:
    """A quotation that does not stand in the clause, or a clause that is none, is refused."""
    staff = site.client(Role.POLICY_STAFF).actor
    answers = site.services.policy_work.answers
    for ref, quote, code in (("第十三条", "每年10月底前", "quote_missing"), ("第九十条", "", "not_found")):
        with pytest.raises(Failure) as raised:
            answers.approve(staff, "年度总结什么时候交？", "每年11月底前。", ref, quote)
        assert raised.value.code == code


def test_questions_about_cases_are_counted_and_never_told(site: Installation) -> None:
    """Policy staff see how many there were, and not a word of them."""
    owner, staff = site.client(), site.client(Role.POLICY_STAFF)
    case = owner.assessed()
    owner.post(f"/api/v1/cases/{case}/answers", json={"question": "海棠膜的论文够不够？"})
    found = staff.get("/api/v1/policy/clause-questions")
    papers = next(one for one in found.json() if one["ref"] == "第八条（二）")
    assert papers["about_cases"] == 1
    assert "海棠膜" not in found.text + staff.get("/api/v1/policy/questions").text
