"""What a question names of an application's documents, and what is told of it."""
from __future__ import annotations

from datetime import date

import pytest

from assistant.answering import answering
from assistant.dialogue import conversation
from assistant.judging import assessing
from ingestion.domain import Assessment
from tests.support import samples

TEXT = """重庆澄江研究院申报海外科技创新中心
近三年用于国际科技合作的经费，人民币部分146.2万元，另外付了58.4万丹麦克朗。
姓名\t来自\t岗位\t到岗\t如今
许渭\t重庆\t中心主任\t2019-10\t常驻
马小椿\t重庆\t材料主管\t2021-03\t常驻
韦立\t重庆\t商务\t2020-01\t2024年6月已调回
目前稳定在中心工作的人员为2人，其中国内派驻2人。
走山车的样机2023年12月19日运到，货款72000元已收。
2018年厂区油罐渗漏，环保部门认定过一次责任事故。
近三年本院未发生环保责任事故，未发生安全责任事故。
"""


@pytest.fixture(scope="module")
def case() -> Assessment:
    document = samples.form_document("申报书.txt", TEXT)
    return assessing.assess_documents([document], samples.policy(), "overseas_innovation_center", date(2025, 3, 14))


@pytest.mark.parametrize(("question", "said"), [
    ("走山车的货款收了多少", "72000"),
    ("韦立现在在哪", "已调回"),
    ("经费够不够200万", "丹麦克朗"),
])
def test_the_lines_that_hold_a_name_are_quoted(case: Assessment, question: str, said: str) -> None:
    """Names of two characters and things that no condition counts are found, too."""
    assert said in answering.answer(question, samples.policy(), assessment=case).text


@pytest.mark.parametrize(("question", "verdict"), [
    ("韦立算不算常驻人员", "no"),
    ("油罐渗漏那次会不会影响申报", "no"),
    ("按1克朗0.9元折，经费够200万吗", "no"),
    ("按1克朗1.1元折，经费够200万吗", "yes"),
])
def test_what_is_named_is_ruled_on(case: Assessment, question: str, verdict: str) -> None:
    """By its own words, by what the documents call it, or at the rate that is supposed."""
    assert answering.answer(question, samples.policy(), assessment=case).verdict == verdict


def test_a_follow_up_that_only_names_another_asks_the_same(case: Assessment) -> None:
    """韦立呢 after 许渭算不算常驻人员."""
    policy = samples.policy()
    first = answering.answer("许渭算不算常驻人员", policy, assessment=case)
    told = answering.answer("韦立呢", policy, assessment=case,
                            history=[conversation.turn("许渭算不算常驻人员", first, policy)])
    assert told.verdict == "no"
    assert "已调回" in told.text
