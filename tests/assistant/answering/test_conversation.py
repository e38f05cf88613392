"""Follow-ups without a model, and the record of a turn."""
from __future__ import annotations

import json

import pytest

from assistant.answering import answering
from assistant.dialogue import conversation
from assistant.dialogue.conversation import Turn
from ingestion.domain import Answer
from tests.support.samples import policy


def talk(*questions: str) -> list[Answer]:
    """The answers of one conversation."""
    turns: list[Turn] = []
    for question in questions:
        answer = answering.answer(question, policy(), history=turns)
        turns.append(conversation.turn(question, answer, policy()))
    return [one.answer for one in turns]


@pytest.mark.parametrize(("before", "follow_up", "ref"), [
    ("国际技术转移中心的条件是什么？", "那创新园呢？", "第六条"),
    ("联合研究中心对合作伙伴有什么要求？", "那创新园呢？", "第六条（三）"),
    ("创新园要多少高企？", "合作伙伴要几个？", "第六条（三）"),
    ("联合研究中心要多少论文？", "合作伙伴要几个？", "第八条（二）"),
    ("海外中心要多少经费？", "要几个人？", "第九条（二）"),
    ("第八条", "第二项呢？", "第八条（二）"),
    ("年度总结什么时候交？", "交给谁？", "第十三条"),
    ("年度总结什么时候交？", "在哪一条？", "第十三条"),
    ("How many enterprises does an innovation park need?", "What about platforms?", "第六条（二）"),
])
def test_a_follow_up_is_completed_from_the_turn_before(before: str, follow_up: str, ref: str) -> None:
    """Another base type, the same base type, an item of the same article, or the same matter."""
    answer = talk(before, follow_up)[1]
    assert answer.citations[0].ref == ref
    assert answer.question == follow_up
    assert answer.understood


def test_another_figure_is_compared_in_the_same_way() -> None:
    """11户呢？ after 9户高企够吗."""
    first, second = talk("园区9户高企够吗？", "11户呢？")
    assert first.text.startswith("不够。")
    assert second.text.startswith("够。")


def test_follow_ups_go_on_over_several_turns() -> None:
    """What was understood is remembered, not only what was said."""
    answers = talk("国际技术转移中心的条件是什么？", "那海外中心呢？", "要几个人？", "经费呢？")
    assert [one.citations[0].ref for one in answers] == ["第七条", "第九条", "第九条（二）", "第九条（四）"]


def test_a_question_of_its_own_is_left_alone() -> None:
    """A new matter is not drawn to the one before."""
    answers = talk("创新园要多少高企？", "年度总结什么时候交？", "联合研究中心要多少论文？")
    assert [one.understood for one in answers] == ["", "", ""]
    assert answers[2].citations[0].ref == "第八条（二）"


def test_a_turn_records_what_it_rests_on() -> None:
    """Retrieved and cited clauses, policy version and hash; to plain data and back without loss."""
    answer = answering.answer("评审由谁组织？", policy())
    turn = conversation.turn("评审由谁组织？", answer, policy())
    assert turn.cited == ("第十一条（三）",)
    assert (turn.policy_id, turn.policy_version, turn.policy_sha256) == (policy().id, policy().version, policy().sha256)
    record = conversation.to_record(turn)
    assert record["retrieved"] == ["第十一条（三）"]
    assert conversation.from_record(json.loads(json.dumps(record))) == turn
