"""Advice on base types: which ask for a thing, which fit what an asker tells, which is nearest for an application."""
from __future__ import annotations

from datetime import date

import pytest

from assistant.answering import answering
from assistant.judging import assessing
from ingestion.parsing.text import from_string
from tests.support import samples


@pytest.mark.parametrize(("question", "nearest"), [
    ("我们主要做技术转移，属于中介机构，报哪种合适", "国际技术转移中心"),
    ("我们在德国设了个研发中心，报哪类", "海外科技创新中心"),
    ("高校实验室想报，一般报哪个类型", "国际联合研究中心"),
    ("搞跨境技术交易的服务公司适合报什么", "国际技术转移中心"),
])
def test_the_type_nearest_to_what_is_told_is_named_with_its_figures(question: str, nearest: str) -> None:
    """In the policy's words, with the conditions of all; the choice stays the applicant's."""
    answer = answering.answer(question, samples.policy())
    assert f"最接近的是{nearest}。" in answer.text
    assert "有具体数量要求的是" in answer.text
    assert "由申报单位自己决定" in answer.text


def test_what_an_asker_has_none_of_rules_out_the_types_that_require_it() -> None:
    """The others are named, each with what it asks for and its clauses; the one ruled out with the reason."""
    answer = answering.answer("我们是区里的民营小公司，没有论文，能报哪一类？", samples.policy())
    assert "不要求“SCI或EI论文”的有" in answer.text
    for name in ("国际创新园（第六条）", "国际技术转移中心（第七条）", "海外科技创新中心（第九条）"):
        assert name in answer.text
    assert "国际联合研究中心要求近三年SCI或EI论文20篇（含）以上（第八条（二））" in answer.text
    assert {"第六条", "第七条", "第九条", "第八条（二）"} <= {one.ref for one in answer.citations}


@pytest.mark.parametrize(("question", "verdict", "asked"), [
    ("四类里面哪些要求论文", "", "国际联合研究中心有这项要求"),
    ("四类基地都要求经费200万吗", "no", "海外科技创新中心有这项要求"),
    ("哪几类要求有海外合作协议", "", "海外科技创新中心有这项要求"),
])
def test_the_types_that_ask_for_a_thing_are_named(question: str, verdict: str, asked: str) -> None:
    """A right bar does not make it a bar of every type."""
    answer = answering.answer(question, samples.policy())
    assert answer.verdict == verdict
    assert asked in answer.text
    assert "没有这项要求" in answer.text


def test_an_application_is_told_which_type_it_is_nearest_to() -> None:
    """By the fewest failed and open conditions of the same documents."""
    document = from_string("重庆澄江研究院有限公司注册地址为重庆市北碚区云汉大道1号，是独立法人。\n\n"
                           "近三年完成由国外向重庆企业的技术转移5项。\n", "申报书.txt")
    case = assessing.assess_documents([document], samples.policy(), samples.BASE_TYPE, date(2025, 6, 30))
    text = answering.answer("这套材料报哪一类最容易过", samples.policy(), assessment=case).text
    assert text.startswith("按同一份材料核对，不符合和材料不足的必备条件最少的是国际技术转移中心。"), text
