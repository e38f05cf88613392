"""No figure in an answer that neither asker, quotation nor assessment gave, nor code computed of these."""
from __future__ import annotations

import itertools
import re
from datetime import date

import pytest

from assistant.answering import answering
from assistant.judging import assessing
from assistant.learning import training
from assistant.policy_versions.stale_figures import figures
from ingestion.domain import Answer, Assessment
from tests.assistant.dialogue import dialogue_samples
from tests.support import samples

_QUOTED = re.compile(r"“[^”]*”")
_CITED = re.compile(r"(?m)^(?:第[^：\n]*|Article[^:\n]*|[^：\n]*\.(?:txt|docx|pdf|xlsx)[^：\n]*)[:：].*$")
_DATES = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日|\d{1,2} \w+ \d{4}|\d{4}-\d\d-\d\d")
_NUMBERS = re.compile(r"(?m)^\d{1,3}\. |(?:还差以下|另有|共|有)\d+(?:项|处|份)|\(\d+\)")


def said(answer: Answer) -> frozenset[float]:
    """The figures that an answer states itself: not those of its quotations, dates, and numbers of lists."""
    text = _QUOTED.sub(" ", answer.text)
    for one in (_CITED, _DATES, _NUMBERS):
        text = one.sub(" ", text)
    return figures(text)


def closure(given: frozenset[float]) -> frozenset[float]:
    """What can be computed of figures: differences, sums of up to four, products."""
    some = sorted(given)[:10]
    sums = {float(sum(each)) for size in (2, 3, 4) for each in itertools.combinations(some, size)}
    pairs = {value for x in given | sums for y in given | sums for value in (abs(x - y),)}
    return frozenset(given | sums | pairs | {x * y for x in some for y in some})


def test_two_thousand_questions_are_ruled_and_name_no_figure_of_their_own() -> None:
    """Have against need in every order and wording: the verdict is the arithmetic's, and every figure is accounted
    for.
    """
    policy, wrong = samples.policy(), []
    for asked in dialogue_samples.generated(2000):
        answer = answering.answer(asked.text, policy)
        own = said(answer)
        if answer.verdict != asked.verdict or not own <= asked.figures | figures(asked.text):
            wrong.append((asked.text, asked.verdict, answer.verdict, sorted(own - asked.figures), answer.text[:120]))
    assert wrong[:5] == []


def test_questions_as_people_type_them_are_ruled_as_the_arithmetic_says() -> None:
    """Blanks for commas, everyday verbs, parts told in any way: every verdict is that of the figures that are left."""
    policy = samples.policy()
    wrong = [(asked.text, asked.verdict, answer.verdict, answer.text[:120]) for asked in dialogue_samples.as_typed(200)
             if (answer := answering.answer(asked.text, policy)).verdict != asked.verdict]
    assert wrong == []


@pytest.mark.parametrize("start", range(4))
def test_questions_about_the_policy_name_no_figure_of_their_own(start: int) -> None:
    """A share of the questions that the policy folder's examples hold."""
    policy = samples.policy()
    known = figures(policy.text) | {float(len(policy.articles))}
    groups = training.examples(policy.root)
    questions = [question for group in groups for question in group.questions][start::40]
    wrong = []
    for question in questions:
        answer = answering.answer(question, policy)
        left = said(answer) - known - closure(figures(question) | frozenset(
            float(one.bar) for one in policy.criteria if one.bar))
        if left:
            wrong.append((question, sorted(left), answer.text[:100]))
    assert wrong == []


QUESTIONS = (
    "论文够吗？", "还差几篇？", "要是再发两篇呢？", "总结一下", "哪些没算？", "能过吗？", "如果撤稿1篇，够20篇吗？",
    "三年从哪天开始算", "联合论文有几篇？", "How many papers are there?", "论文怎么算出来的？", "改报国际创新园行吗？")


@pytest.fixture(scope="module")
def case() -> Assessment:
    text = ("重庆澄江研究院有限公司申报国际联合研究中心\n近三年，研究院发表SCI或EI论文19篇，其中中外联合发表论文6篇。\n"
            "另有4篇已投稿，尚未发表。\n")
    document = samples.form_document("申报书.docx", text)
    return assessing.assess_documents([document], samples.policy(), samples.BASE_TYPE, date(2025, 6, 30))


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_about_a_case_name_only_its_figures(case: Assessment, question: str) -> None:
    """Figures are the assessment's, the policy's, the question's, or computed of them."""
    policy = samples.policy()
    answer = answering.answer(question, policy, assessment=case)
    counted = {float(len(case.findings) - number) for number in range(len(case.findings))}   # how many are open, met
    given = figures(question) | figures(policy.text) | frozenset(
        float(bound) for fact in case.facts.values() for bound in fact.interval if bound is not None)
    assert said(answer) - counted <= closure(given)
