"""Questions about the policy and about a case: answered, cited, kept, continued, streamed."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from api.errors import Failure
from api.service.conversations.chat import Chat
from assistant.answering import answering
from ingestion.policies import policy
from tests.support.web_samples import APPLICATION, Client, Installation

pytestmark = pytest.mark.usefixtures("store")

QUESTION = "国际联合研究中心要求多少篇论文？"


@pytest.fixture
def me(site: Installation) -> Client:
    return site.client()


def events(text: str) -> list[tuple[str, Any]]:
    """(kind, data) of each event of a stream."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_the_policy_answers_as_on_the_command_line(me: Client) -> None:
    """The same body, and where the turn is kept."""
    answer = me.post("/api/v1/answers", json={"question": QUESTION}).json()
    expected = answering.to_json(answering.answer(QUESTION, policy.load()))
    assert {name: answer[name] for name in ("question", "answer", "answerable", "mode")} == {
        name: expected[name] for name in ("question", "answer", "answerable", "mode")}
    assert [(one["ref"], one["quote"]) for one in answer["citations"]] == [
        (one["ref"], one["quote"]) for one in expected["citations"]]
    (line,) = me.get("/api/v1/conversations").json()["items"]
    assert (line["id"], line["title"], line["turns"]) == (answer["conversation"], QUESTION, 1)


def test_a_question_about_a_case_is_answered_from_its_assessment(me: Client) -> None:
    """With the place of its evidence, where the viewer opens."""
    case = me.assessed()
    answer = me.post(f"/api/v1/cases/{case}/answers", json={"question": "我们的论文够了吗？"}).json()
    (file,) = me.get(f"/api/v1/cases/{case}/files").json()
    cited = next(one for one in answer["citations"] if one.get("document"))
    assert cited["file_id"] == file["id"]
    assert APPLICATION[cited["start"]:cited["end"]] == cited["quote"]
    assert "23" in answer["answer"]


def test_a_follow_up_is_understood_from_the_turns_before(me: Client) -> None:
    """In its conversation, which keeps both."""
    first = me.post("/api/v1/answers", json={"question": "国际联合研究中心有哪些申报条件？"}).json()
    second = me.post("/api/v1/answers", json={"question": "那创新园呢？", "conversation": first["conversation"]}).json()
    assert any(one["ref"].startswith("第六条") for one in second["citations"])
    turns = me.get(f"/api/v1/conversations/{first['conversation']}/turns").json()["items"]
    assert [(one["number"], one["question"]) for one in turns] == [
        (1, "国际联合研究中心有哪些申报条件？"), (2, "那创新园呢？")]
    assert turns[0]["policy_version"] == policy.load().version


def test_a_stream_shows_the_same_answer(me: Client) -> None:
    """Sentences as they are checked, then the answer as it is given at once."""
    plain = me.post("/api/v1/answers", json={"question": QUESTION}).json()
    streamed = me.post("/api/v1/answers", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    kind, body = events(streamed.text)[-1]
    assert kind == "answer"
    assert (body["answer"], body["citations"]) == (plain["answer"], plain["citations"])


def test_what_breaks_off_in_a_stream_is_said_in_it(me: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The response has begun, so the error is an event of the same shape."""
    def broken(*_: object, **__: object) -> Iterator[str]:
        yield "一句。"
        raise Failure("not_assessed")

    monkeypatch.setattr(Chat, "stream", broken)
    answer = me.post("/api/v1/answers", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    (first, sentence), (last, error) = events(answer.text)
    assert (first, sentence["text"], last, error["code"]) == ("sentence", "一句。", "error", "not_assessed")
    assert set(error) == {"code", "message", "message_en", "detail"}


@pytest.mark.parametrize(("question", "status"), [("", 400), ("  \u0000 ", 400), ("x" * 2001, 422)])
def test_what_is_no_question_is_said(me: Client, question: str, status: int) -> None:
    """Nothing is kept of it, and a stream that could not begin is a plain error."""
    for headers in ({}, {"Accept": "text/event-stream"}):
        answer = me.post("/api/v1/answers", json={"question": question}, headers=headers)
        if answer.status_code == 200:  # a stream has begun: the error is its event
            assert events(answer.text)[-1][0] == "error"
            continue
        assert answer.status_code == status
        assert answer.json()["error"]["message"]
    assert me.get("/api/v1/conversations").json()["items"] == []


def test_a_conversation_is_ones_own(me: Client, site: Installation) -> None:
    """Another's cannot be read, nor gone on with, nor about a case that one does not see."""
    answer = me.post("/api/v1/answers", json={"question": QUESTION}).json()
    case = me.assessed()
    other = site.client()
    for failed in (other.get(f"/api/v1/conversations/{answer['conversation']}/turns"),
                   other.post("/api/v1/answers", json={"question": "那呢？", "conversation": answer["conversation"]}),
                   other.post(f"/api/v1/cases/{case}/answers", json={"question": QUESTION}),
                   other.get(f"/api/v1/conversations?case_id={case}")):
        assert (failed.status_code, failed.json()["error"]["code"]) == (404, "not_found")


def test_a_conversation_keeps_its_case(me: Client) -> None:
    """Gone on with from elsewhere, it still speaks of the case it began with."""
    case = me.assessed()
    first = me.post(f"/api/v1/cases/{case}/answers", json={"question": "我们的论文够了吗？"}).json()
    second = me.post("/api/v1/answers", json={"question": "我们的合作论文够了吗？",
                                              "conversation": first["conversation"]}).json()
    assert any(one.get("document") for one in second["citations"])
    (line,) = me.get(f"/api/v1/conversations?case_id={case}").json()["items"]
    assert line["turns"] == 2
    assert me.get("/api/v1/conversations").json()["items"] == []


def test_the_policy_can_be_read_by_anybody(site: Installation) -> None:
    """Its head, its articles, one clause; without signing in."""
    visitor = site.visitor()
    articles = visitor.get("/api/v1/policy/articles").json()
    eighth = next(one for one in articles if one["ref"] == "第八条")
    assert [item["ref"] for item in eighth["items"]] == [f"第八条（{number}）" for number in "一二三四"]
    assert visitor.get("/api/v1/policy/clauses/第八条（二）").json() == eighth["items"][1]
    assert "8.2.papers" in eighth["criteria"]
    assert visitor.get("/api/v1/policy").json()["base_types"][2]["id"] == "joint_research_center"
    assert visitor.get("/api/v1/policy/clauses/第九十九条").status_code == 404
