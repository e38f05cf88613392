"""Answers from the policy without a model: what is cited, what is said, what is left unanswered."""
from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistant.answering import answering
from assistant.learning import training
from ingestion.domain import Answer, Mode
from ingestion.errors import UsageError
from ingestion.policies import policy as policies
from tests.support.places import DATA, YUNLING
from tests.support.samples import policy

QUESTIONS = DATA / "questions.jsonl"
HARD = {"第六条（二）", "第六条（三）", "第七条（四）", "第八条（二）", "第九条（二）", "第九条（四）"}


def ask(question: str) -> Answer:
    return answering.answer(question, policy())


def refs(question: str) -> list[str]:
    return [one.ref for one in ask(question).citations]


def lead(question: str) -> str:
    """The first line of the answer."""
    return ask(question).text.split("\n")[0]


def _hits(cited: str, gold: str) -> bool:
    return cited == gold or ("（" not in gold and cited.split("（")[0] == gold)


def _score(cases: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """How many of the questions are answered as their gold says, by what is measured."""
    score: Counter[str] = Counter()
    for case in cases:
        answer, gold = ask(case["question"]), case["gold"]
        cited = [one.ref for one in answer.citations]
        if not gold:
            score["unanswerable"] += 1
            score["abstained"] += not answer.answerable
            continue
        score["answerable"] += 1
        score["answered"] += answer.answerable
        score["first"] += bool(cited) and any(_hits(cited[0], one) for one in gold)
        score["gold"] += len(gold)
        score["found"] += sum(any(_hits(one, each) for one in cited) for each in gold)
        score["cited"] += len(cited)
        score["right"] += sum(any(_hits(one, each) for each in gold) for one in cited)
        score["key"] += all(key in re.sub(r"\s", "", answer.text) for key in case["answer_key"])
    return {"abstain": score["abstained"] / score["unanswerable"], "answered": score["answered"] / score["answerable"],
            "first": score["first"] / score["answerable"], "complete": score["found"] / score["gold"],
            "precision": score["right"] / score["cited"], "key": score["key"] / score["answerable"]}


def test_no_question_stands_twice() -> None:
    """Marks and blanks aside: a question counts once."""
    said = Counter(re.sub(r"[\W_]", "", one["question"]) for one in _cases())
    assert [text for text, times in said.items() if times > 1] == []


def test_questions_that_are_examples_are_answered_from_their_clauses() -> None:
    """What was learned, or listed, is known: clauses, key words, and what is left unanswered."""
    score = _score([one for one in _cases() if one["question"] in _examples()])
    least = {"abstain": 0.97, "answered": 0.98, "first": 0.97, "complete": 0.97, "precision": 0.94, "key": 0.97}
    assert {name: score[name] for name in least if score[name] < least[name]} == {}


def test_questions_that_are_no_examples_are_answered_from_their_clauses() -> None:
    """The same in other words, in every register."""
    cases = [one for one in _cases() if one["question"] not in _examples()]
    assert len(cases) >= 150
    score = _score(cases)
    least = {"abstain": 0.88, "answered": 0.97, "first": 0.90, "complete": 0.93, "precision": 0.80, "key": 0.93}
    assert {name: score[name] for name in least if score[name] < least[name]} == {}


@cache
def _cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


@cache
def _examples() -> frozenset[str]:
    return frozenset(one for group in training.examples(policy().root) for one in group.questions)


def test_the_same_question_gets_the_same_answer() -> None:
    """An answer depends on the question alone, not on what was asked before it."""
    asked = ["园区9户高企够吗", "评审打分标准是什么", "第八条", "Who interprets the measures?"]
    first = [ask(one) for one in asked]
    assert [ask(one) for one in reversed(asked)][::-1] == first


@pytest.mark.parametrize(("question", "word"), [
    ("联合研究中心论文19篇，够不够？", "不够。"),
    ("联合研究中心论文20篇，够不够？", "够。"),
    ("专利还没授权，能算吗？", "不算。"),
    ("教授个人能申报吗？", "不能。"),
    ("评估不合格一次就取消吗？", "不会。"),
    ("技术转移要5项才够，对吗？", "不对。"),
    ("技术转移要3项以上，对吗？", "对。"),
    ("12月5日才交年度总结，晚了吗？", "晚了。"),
    ("年度总结11月30日前交，对吗？", "对。"),
    ("2024年3月被取消资格，2026年3月可以重新申报吗？", "不可以。"),
    ("被取消资格四年后可以重新申报吗？", "可以。"),
    ("五年前的环保事故影响申报吗？", "不影响。"),
    ("去年的环保事故影响申报吗？", "影响。"),
    ("Is a pending patent enough for a joint research center?", "No."),
    ("Do Chinese core journal papers count?", "No."),
])
def test_a_yes_or_no_question_gets_its_word_first(question: str, word: str) -> None:
    """The question's own verb, affirmed or denied, opens the answer."""
    assert lead(question).startswith(word)


def test_a_matter_that_the_policy_leaves_open_gets_no_verdict() -> None:
    """Whether an agreement must be notarised is not decided by a clause that only asks for agreements."""
    assert not ask("海外中心的合作协议要公证吗？").answerable


def test_stated_facts_are_held_against_every_bar_that_they_meet_or_miss() -> None:
    """Two kinds are added up where they do not overlap, and may be the larger alone where they may (reading 3); what is
    missing is said with its number."""
    assert lead("高企7家、创新型企业5家，互不重复，市级平台4个，够报创新园吗").startswith("够。")
    assert lead("高企7家、创新型企业5家，市级平台4个，够报创新园吗").startswith("不能确定。")
    answer = ask("园区高企12家、市级平台2个、海外团队3个、境外合作机构6家，差在哪？")
    assert "市级以上创新平台2个，不到“3个以上”，还差1个" in answer.text
    assert [one.ref for one in answer.citations] == ["第六条（二）", "第六条（三）"]


def test_what_is_not_finished_is_not_counted() -> None:
    """A transfer that was only signed is none."""
    assert "2项，不到“3项以上”，还差1项" in lead("1项输出已签约未交付、2项引进已完成，算几项？")


def test_sums_of_money_are_added_and_compared_in_yuan() -> None:
    """80万、70万、60万 are 210万元."""
    assert lead("海外中心三年经费分别是80万、70万、60万，够不够？").startswith("够。") and "210万元" in lead(
        "海外中心三年经费分别是80万、70万、60万，够不够？")


def test_an_article_that_does_not_exist_is_said_to_be_missing() -> None:
    """The last article is cited instead; an item that is missing cites its article."""
    assert lead("第十九条规定了什么？") == "本办法只有18条，没有第十九条；最后一条是第十八条。"
    assert refs("第十九条规定了什么？") == ["第十八条"]
    assert lead("第五条第六项是什么") == "第五条只有4项，没有第五条（六）。"
    assert refs("第十三条第二项") == ["第十三条"]


@pytest.mark.parametrize(("question", "ref"), [
    ("第八条第二项", "第八条（二）"), ("8条2项", "第八条（二）"), ("第八条（二）原文", "第八条（二）"),
    ("Article 8 item 2", "第八条（二）"), ("Art. 9(2)", "第九条（二）"), ("8.2写了什么", "第八条（二）"),
])
def test_a_clause_is_found_by_its_number_in_any_spelling(question: str, ref: str) -> None:
    """Look-up is direct: the clause itself, word for word."""
    answer = ask(question)
    assert [one.ref for one in answer.citations] == [ref]
    assert answer.citations[0].quote in answer.text


@pytest.mark.parametrize(("question", "ref"), [
    ("技术专移中心的条件", "第七条"), ("gjcxy要多少高企", "第六条（二）"), ("国际联和研究中心论文几篇", "第八条（二）"),
    ("國際聯合研究中心要發表幾篇論文", "第八条（二）"), ("shenbao 材料交到哪里", "第十一条（一）"),
    ("年总度结几月交", "第十三条"),
    ("How many publicatons does a joint research center need?", "第八条（二）"),
])
def test_slips_pinyin_initials_and_traditional_characters_are_understood(question: str, ref: str) -> None:
    """A question need not be spelled as the policy is."""
    assert refs(question)[0] == ref


def test_two_questions_get_two_answers() -> None:
    """Each part is answered, numbered, from its own clause."""
    answer = ask("年度总结什么时候交？评估多久一次？")
    assert [one.ref for one in answer.citations] == ["第十三条", "第十四条"]
    first, second = answer.text.split("\n")[:2]
    assert first.startswith("1. 每年11月底前")
    assert second.startswith("2. 条文只写“定期开展评估”")


def test_an_english_question_gets_an_english_answer_with_the_chinese_clause() -> None:
    """The sentence is English, the quotation stays as it is."""
    answer = ask("When is the annual summary due?")
    assert answer.language == "en"
    assert answer.text.startswith("By the end of November")
    assert "Article 13 (第十三条): “国合基地每年11月底前" in answer.text


def test_all_hard_figures_are_listed() -> None:
    """Every clause with a bar, for all types or for one."""
    assert set(refs("政策里所有量化指标列一下")) == HARD
    assert set(refs("海外中心的数字指标有哪些")) == {"第九条（二）", "第九条（四）"}


def test_clauses_are_found_by_what_they_mention() -> None:
    """Which clauses hold a passage is a search, not a guess."""
    assert refs("哪些条款提到“知识产权”？") == ["第八条（三）"]
    assert refs("哪些条款提到“及时”？") == ["第十一条（四）", "第十五条（二）", "第十六条"]


def test_the_window_is_said_to_be_undefined_with_the_reading_that_is_used() -> None:
    """近三年 has no first day in the policy; the clauses that use it are cited."""
    answer = ask("近三年从哪一天起算？")
    assert {one.ref for one in answer.citations} == {"第五条（三）", "第八条（二）", "第九条（四）"}
    assert "未规定从哪一天起算" in answer.text


def test_a_condition_of_another_type_is_said_to_be_one() -> None:
    """Innovation parks need no papers: the clause that asks for them is another type's."""
    said = "国际创新园的条件（第六条）没有这方面的要求；这是国际联合研究中心的条件。"
    assert lead("创新园要发表多少篇论文？") == said


@pytest.mark.parametrize("question", [
    "申报截止日期是哪天", "评审打分标准是什么", "每个区县最多推荐几家", "办公室电话是多少", "帮我写一份申报书",
    "What is the application fee?", "今天天气怎么样", "怎么申请信用卡", "What is quantum physics?",
])
def test_what_the_policy_does_not_settle_is_not_answered(question: str) -> None:
    """It is said plainly, without a citation."""
    answer = ask(question)
    assert not answer.answerable
    assert answer.citations == ()
    assert answer.text


@pytest.mark.parametrize("question", [
    "推荐部门要在多少天内完成审查？", "评审专家有几位？", "评审会可以旁听吗？", "為什麼要公示？",
])
def test_what_a_clause_does_not_say_of_its_subject_is_not_answered(question: str) -> None:
    """The clause is about the thing, but not about what is asked for of it."""
    assert not ask(question).answerable


def test_a_bar_that_a_condition_does_not_set_is_said_to_be_open() -> None:
    """A condition without a figure is the answer to the question for one."""
    answer = ask("技术转移服务团队要几个人？")
    assert answer.answerable
    assert "条文没有规定人数。" in answer.text


def test_a_gap_comes_with_the_clause_nearest_to_it() -> None:
    """For orientation, word for word, but not as a citation."""
    assert "在规定时间内将申报材料提交至组织推荐部门" in ask("今年什么时候截止？").text


def test_every_quotation_stands_in_the_answer() -> None:
    """What is cited is also read: each quotation is part of the text, word for word."""
    for question in ("国际创新园的条件", "评审由谁组织", "How often are bases evaluated?"):
        answer = ask(question)
        squeezed = re.sub(r"\s", "", answer.text)
        assert all(re.sub(r"\s", "", one.quote) in squeezed for one in answer.citations)


@pytest.mark.parametrize(("question", "reason"), [
    ("", "empty"), ("   \n\t ", "empty"), ("\u200b\u200e", "empty"), ("问" * 2001, "2,001 characters"),
    ("论文\x00要几篇", "control character"), ("?!…", "no words"), ("論文は何本必要ですか", "Chinese and English only"),
    ("Сколько статей нужно?", "Chinese and English only"), ("논문은 몇 편이 필요합니까?", "Chinese and English only"),
])
def test_a_question_that_cannot_be_understood_is_refused_with_its_reason(question: str, reason: str) -> None:
    """A clear message in both languages, never an answer."""
    with pytest.raises(UsageError, match=reason) as caught:
        ask(question)
    assert caught.value.chinese


@pytest.mark.parametrize("question", [
    "（" * 1000, "a" * 2000, "第" * 2000, "不" * 2000, "1" * 2000, "论文" * 1000, "？" * 1999 + "啊",
])
def test_odd_questions_end_in_an_answer_or_a_refusal(question: str) -> None:
    """Nothing but a UsageError is raised, and it takes no time to speak of."""
    with contextlib.suppress(UsageError):
        assert isinstance(ask(question), Answer)


def test_the_json_is_that_of_the_contract() -> None:
    """question, answer, answerable, citations with ref and quote, mode."""
    found = answering.to_json(ask("年度总结什么时候交？"))
    assert list(found) == ["question", "answer", "answerable", "verdict", "citations", "mode"]
    assert found["mode"] == Mode.EXTRACTIVE.value
    assert found["citations"] == [{"ref": "第十三条", "quote": found["citations"][0]["quote"]}]


def test_a_policy_without_topics_is_answered_from_its_own_words(tmp_path: Path) -> None:
    """The three files about questions are optional: references, clauses and figures work without them."""
    folder = tmp_path / "plain"
    shutil.copytree(policy().root / "facts", folder / "facts")
    for name in ("policy.yaml", "text.txt", "criteria.yaml"):
        (folder / name).write_bytes((policy().root / name).read_bytes())
    plain = policies.load(folder)
    assert answering.answer("第八条第二项", plain).citations[0].ref == "第八条（二）"
    assert answering.answer("人类遗传资源管理相关法规", plain).citations[0].ref == "第十七条"
    assert not answering.answer("今天天气怎么样", plain).answerable




@pytest.mark.parametrize(("question", "ref", "lead"), [
    ("第三条", "第三条", "第三条：“申报单位应当符合下列基本条件"),
    ("示范实验室的条件", "第四条", "须符合第三条的基本条件和第四条的4项条件"),
    ("示范实验室节能改造经费60万元够不够", "第四条（二）", "够。节能改造经费60万元，达到“超过50万元”的要求。"),
    ("培育实验室要几名专职节能管理人员", "第五条", "要求专职节能管理人员1人以上。"),
    ("近两年怎么算", "第三条（二）", "本办法未规定“近两年”的起止日"),
    ("第九十条", "第六条", "本办法只有6条，没有第九十条"),
])
def test_another_policy_is_answered_without_a_change_of_code(question: str, ref: str, lead: str) -> None:
    """An invented policy without topics: its base types, criteria and window name the subjects."""
    answer = answering.answer(question, policies.load(YUNLING))
    assert answer.citations[0].ref == ref
    assert answer.text.startswith(lead)


def test_a_mistake_in_the_topics_is_named_with_its_line(tmp_path: Path) -> None:
    """A clause that does not exist is refused when the files are read."""
    folder = tmp_path / "wrong"
    shutil.copytree(policy().root / "facts", folder / "facts")
    for name in ("policy.yaml", "text.txt", "criteria.yaml"):
        (folder / name).write_bytes((policy().root / name).read_bytes())
    topics = "concepts:\n  papers:\n    words: 论文\n    clauses: {第九十九条: 3}\n"
    (folder / "topics.yaml").write_text(topics, encoding="utf-8")
    with pytest.raises(UsageError, match=r"topics\.yaml:4: '第九十九条' does not stand in the policy"):
        answering.answer("论文", policies.load(folder))
