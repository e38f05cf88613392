"""What the rule checker guarantees for any facts, and how it words what it found."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.judging import outcomes, rules, sensitivity
from assistant.wording import phrases
from ingestion.domain import (
    Comparator,
    Criterion,
    CriterionKind,
    Evidence,
    Exclusion,
    Extraction,
    Fact,
    Finding,
    Interval,
    Method,
    Outcome,
    Overall,
    Span,
)
from ingestion.errors import UsageError
from ingestion.policies import policy
from tests.support.places import YUNLING

POLICY = policy.load()
CRITERION = {one.id: one for one in POLICY.criteria}
DAY = date(2024, 6, 15)


@st.composite
def intervals(draw: st.DrawFn, most: int = 60) -> Interval:
    low = draw(st.integers(0, most))
    return Interval(low, draw(st.none() | st.integers(low, most + 20)))


def fact(key: str, interval: Interval, *evidence: Evidence, conflict: bool = False) -> Fact:
    return Fact(key, interval, POLICY.facts.facts[key].unit, conflict, evidence)


def said(document: str, quote: str, low: int, page: int | None = None) -> Evidence:
    return Evidence(document, page, Span(0, len(quote)), quote, Method.DECLARED, Interval(low, low))


def listed(document: str, number: int) -> tuple[Evidence, ...]:
    return tuple(Evidence(document, None, Span(one, one + 1), "题", Method.LISTED) for one in range(number))


def find(key: str, facts: Mapping[str, Fact], language: str = "zh") -> Finding:
    return rules.check([CRITERION[key]], facts, policy=POLICY, language=language)[0]


def bare(kind: CriterionKind, bar: int | None = None, comparator: Comparator = Comparator.AT_LEAST,
         facts: tuple[str, ...] = ("joint_papers",), *, required: bool = True) -> Criterion:
    return Criterion("x", "第八条", "", Span(0, 0), kind, "", "", facts, bar, required, comparator)


@given(intervals(), st.integers(1, 40))
def test_outcome_follows_the_interval(interval: Interval, bar: int) -> None:
    """Met when every value of the interval reaches the bar, not met when none does, else open."""
    got = outcomes.outcome(bare(CriterionKind.COUNT, bar), {"joint_papers": fact("joint_papers", interval)})
    values = range(interval.low, (interval.high if interval.high is not None else interval.low + 200) + 1)
    reached = {value >= bar for value in values}
    assert got == (Outcome.INSUFFICIENT if len(reached) == 2 else Outcome.MET if reached == {True} else Outcome.NOT_MET)


@given(intervals(), st.integers(1, 40), st.integers(0, 30))
def test_more_is_never_worse(interval: Interval, bar: int, more: int) -> None:
    """Raising the bounds never turns a met requirement into another outcome, nor an open one into not met."""
    criterion = bare(CriterionKind.COUNT, bar)
    raised = Interval(interval.low + more, None if interval.high is None else interval.high + more)
    order = [Outcome.NOT_MET, Outcome.INSUFFICIENT, Outcome.MET]
    before, after = (outcomes.outcome(criterion, {"joint_papers": fact("joint_papers", one)})
                     for one in (interval, raised))
    assert order.index(after) >= order.index(before)


@given(intervals(), st.integers(1, 40))
def test_knowing_more_never_contradicts(interval: Interval, bar: int) -> None:
    """A value inside the interval comes to what the interval came to, if that settled it."""
    criterion = bare(CriterionKind.COUNT, bar)
    wide = outcomes.outcome(criterion, {"joint_papers": fact("joint_papers", interval)})
    for value in {interval.low, interval.high if interval.high is not None else interval.low + 1}:
        exact = outcomes.outcome(criterion, {"joint_papers": fact("joint_papers", Interval(value, value))})
        assert exact is not Outcome.INSUFFICIENT
        assert wide in (Outcome.INSUFFICIENT, exact)


@given(intervals(), st.integers(0, 40))
def test_at_most_is_the_mirror_of_at_least(interval: Interval, bar: int) -> None:
    """不超过n is met exactly when 不少于n+1 is not."""
    facts = {"joint_papers": fact("joint_papers", interval)}
    most = outcomes.outcome(bare(CriterionKind.COUNT, bar, Comparator.AT_MOST), facts)
    least = outcomes.outcome(bare(CriterionKind.COUNT, bar + 1), facts)
    mirror = {Outcome.MET: Outcome.NOT_MET, Outcome.NOT_MET: Outcome.MET, Outcome.INSUFFICIENT: Outcome.INSUFFICIENT}
    assert most == mirror[least]


@given(intervals(5))
def test_several_is_judged_from_two_on(interval: Interval) -> None:
    """多项: not met up to one, a person's judgement from two on, else open; never met."""
    got = outcomes.outcome(bare(CriterionKind.PLURAL), {"joint_papers": fact("joint_papers", interval)})
    expected = Outcome.NOT_MET if interval.high is not None and interval.high <= 1 else \
        Outcome.JUDGEMENT if interval.low >= 2 else Outcome.INSUFFICIENT
    assert got == expected


@given(st.lists(st.none() | intervals(3), min_size=2, max_size=2))
def test_any_of_several_facts(found: list[Interval | None]) -> None:
    """Met if one is met, not met if all are known not to be, else open: what was not found is not none."""
    keys = ("granted_ip", "municipal_awards")
    facts = {key: fact(key, interval) for key, interval in zip(keys, found, strict=True) if interval is not None}
    each = [outcomes.outcome(bare(CriterionKind.COUNT, 1, facts=(key,)), facts) for key in keys]
    expected = Outcome.MET if Outcome.MET in each else \
        Outcome.NOT_MET if each == [Outcome.NOT_MET] * 2 else Outcome.INSUFFICIENT
    assert outcomes.outcome(CRITERION["8.3.ip_or_award"], facts) == expected


@given(st.lists(st.tuples(st.sampled_from(list(Outcome)), st.booleans()), max_size=12))
def test_overall(found: list[tuple[Outcome, bool]]) -> None:
    """Any required criterion not met fails; else any open one is open; priority criteria never count."""
    findings = [Finding(bare(CriterionKind.COUNT, 1, required=counts), outcome, "", "", ())
                for outcome, counts in found]
    required = [outcome for outcome, counts in found if counts]
    expected = Overall.FAILS if Outcome.NOT_MET in required else \
        Overall.INSUFFICIENT if Outcome.INSUFFICIENT in required else Overall.PENDING
    assert rules.overall(findings) == expected


@given(st.dictionaries(st.sampled_from(sorted(POLICY.facts.facts)), intervals(30)), st.sampled_from(["zh", "en"]),
       st.sampled_from([one.id for one in POLICY.base_types]), st.booleans())
def test_any_facts_are_explained(found: dict[str, Interval], language: str, base_type: str, conflict: bool) -> None:
    """Whatever the facts are, every criterion gets one outcome and words; met has no gap and all else has one."""
    facts = {key: fact(key, interval, conflict=conflict) for key, interval in found.items()}
    findings = rules.check(POLICY.criteria_for(base_type), facts, policy=POLICY, language=language)
    assert [one.criterion for one in findings] == list(POLICY.criteria_for(base_type))
    for one in findings:
        assert one.explanation
        assert bool(one.gap) != (one.outcome is Outcome.MET)


def test_what_is_missing_and_by_how_much() -> None:
    """The gap says the number, what there is and what is asked for; name and clause stand beside it."""
    gap = find("8.2.joint_papers", {"joint_papers": fact("joint_papers", Interval(3, 3))}).gap
    assert gap.startswith("还差2篇（现有3篇，要求不少于5篇）。")


def test_contradiction_names_documents_pages_and_figures() -> None:
    """Who declares which figure, and what a list comes to."""
    evidence = (said("申报书.docx", "发表论文26篇", 26, 3), *listed("台账.xlsx", 18))
    finding = find("8.2.papers", {"sci_ei_papers": fact("sci_ei_papers", Interval(18, 26), *evidence, conflict=True)})
    assert "申报书.docx第3页写明26篇；台账.xlsx逐项计数为18篇" in finding.explanation
    assert "申报书.docx第3页写明26篇" in finding.gap
    assert "论文清单" in finding.gap


def test_contradiction_within_one_document_names_it_once() -> None:
    """A total and a list in the same file stand side by side."""
    evidence = (said("报告.docx", "共10户", 10), *listed("报告.docx", 9))
    facts = {"resident_enterprises": fact("resident_enterprises", Interval(9, 10), *evidence, conflict=True)}
    assert "报告.docx写明10户、逐项计数为9户；有的" in find("6.2.enterprises", facts).explanation


def test_contradiction_of_sums() -> None:
    """Amounts of a list come to the bound that nobody declares."""
    evidence = (said("报告.docx", "210万元", 2_100_000), *listed("明细.xlsx", 4))
    funding = fact("cooperation_funding", Interval(1_800_000, 2_100_000), *evidence, conflict=True)
    gap = find("9.4.funding", {"cooperation_funding": funding}).gap
    assert "报告.docx写明210万元；明细.xlsx明细合计180万元" in gap


def test_contradiction_of_statements_quotes_both() -> None:
    """A pledge and a disclosed accident stand beside each other, word for word."""
    evidence = (said("总结.docx", "2022年7月发生一起安全责任事故，已整改", 0),
                said("承诺书.pdf", "近三年未发生环保、安全等责任事故", 1, 1))
    finding = find("5.3.incidents", {"no_incidents": fact("no_incidents", Interval(0, 1), *evidence, conflict=True)})
    assert "承诺书.pdf第1页称“近三年未发生环保、安全等责任事故”；总结.docx称“2022年7月发生一起安全责任事故，已整改”" \
        in finding.gap


def test_a_long_quotation_is_cut_at_a_stop_or_left_out() -> None:
    """What stands between quotation marks is one verbatim piece, never stitched."""
    quote = "近三年未发生环保事故，" + "另外" * 30
    evidence = (said("甲.pdf", quote, 1), said("乙.pdf", "长" * 80, 0))
    gap = find("5.3.incidents", {"no_incidents": fact("no_incidents", Interval(0, 1), *evidence, conflict=True)}).gap
    assert "甲.pdf称“近三年未发生环保事故”" in gap
    assert "乙.pdf表明不符合" in gap


def test_money_in_wan_and_yuan() -> None:
    """Round sums in 万元 with the yuan beside them, others to the yuan; what was written 300余万元 as that."""
    say = phrases.phrases("zh")
    assert say.money(Interval(2_050_000, 2_050_000)) == "205万元（2,050,000元）"
    assert say.money(Interval(3_322_800, 3_322_800)) == "332.28万元（3,322,800元）"
    assert say.money(Interval(2_053_421, 2_053_421)) == "2,053,421元"
    assert say.money(Interval(3_000_001, 3_999_999)) == "超过300万元、不足400万元"
    assert say.money(Interval(0, 2_600_000)) == "最多260万元"
    assert say.money(Interval(1_200_000, None)) == "至少120万元"
    assert say.money(Interval(1_800_000, 2_100_000)) == "180万元至210万元"


def test_counts_in_words() -> None:
    """Exact, between, at least, at most, and unknown."""
    say = phrases.phrases("zh")
    found = [say.amount(Interval(*bounds), "个") for bounds in ((3, 3), (11, 19), (20, None), (0, 15), (0, None))]
    assert found == ["3个", "11至19个", "至少20个", "最多15个", "数量不明"]
    english = phrases.phrases("en")
    assert [english.amount(Interval(one, one), "papers") for one in (1, 2)] == ["1 paper", "2 papers"]


def test_evidence_is_the_facts_evidence() -> None:
    """A finding carries all evidence of its facts, and a judgement that of the related ones; each piece once."""
    piece = said("甲.docx", "专职5人", 5)
    facts = {"dedicated_officers": fact("dedicated_officers", Interval(5, 5), piece, piece)}
    assert find("5.2.officers", facts).evidence == (piece,)
    assert find("5.2.team_and_funds", facts).evidence == (piece,)
    assert find("6.3.influence", facts).evidence == ()


def test_what_was_left_out_is_counted_by_reason() -> None:
    """The explanation says how much was found and not counted, and why."""
    left_out = {"sci_ei_papers": [Exclusion("甲.docx", None, Span(0, 1), "题", code)
                                  for code in ("outside_window", "outside_window", "duplicate")]}
    facts = {"sci_ei_papers": fact("sci_ei_papers", Interval(19, 19))}
    finding = rules.check([CRITERION["8.2.papers"]], facts, policy=POLICY, exclusions=left_out)[0]
    worded = {code: POLICY.facts.reasons[code][0] for code in ("outside_window", "duplicate")}
    assert f"另有3处未计入（{worded['outside_window']}：2处；{worded['duplicate']}：1处）。" in finding.explanation


def test_english_findings() -> None:
    """English speaks of the same figures."""
    finding = find("8.2.joint_papers", {"joint_papers": fact("joint_papers", Interval(4, 4))}, "en")
    assert finding.gap.startswith("1 paper more needed (4 papers found, at least 5 papers required).")


def test_notes_name_the_reading() -> None:
    """The first note says how 近三年 is read, with its days, and where the policy leaves it open."""
    _, notes = rules.findings_for(POLICY, "joint_research_center", Extraction({}), DAY)
    assert len(notes) == 1
    assert "2021年1月1日至2024年6月15日" in notes[0]
    assert "第八条（二）" in notes[0]


def test_notes_say_where_another_reading_changes_an_outcome() -> None:
    """Each reading that changes something is named with its days, the criteria and both outcomes."""
    asked: list[tuple[date, date]] = []

    def facts_for(window: tuple[date, date]) -> dict[str, Fact]:
        asked.append(window)
        number = 20 if window[0].year == 2021 else 12
        return {"sci_ei_papers": fact("sci_ei_papers", Interval(number, number))}
    extraction = Extraction(facts_for((date(2021, 1, 1), DAY)))
    _, notes = rules.findings_for(POLICY, "joint_research_center", extraction, DAY, facts_for=facts_for)
    assert len(asked) == 4
    changed = "“近三年SCI或EI论文”（第八条（二））由“符合”变为“不符合”"
    assert [changed in note for note in notes] == [False, True]
    assert "2022年1月1日至2024年6月15日" in notes[1]
    assert "总体结论由“材料不足，尚不能判断”变为“不符合申报条件”" in notes[1]


def test_notes_say_that_no_reading_changes_anything() -> None:
    """Where all readings agree, the assessment says so."""
    _, notes = rules.findings_for(POLICY, "joint_research_center", Extraction({}), DAY, facts_for=lambda _: {})
    assert notes[1] == "“近三年”按其他口径计算，各项结论不变。"


def test_a_reading_that_changes_an_outcome_is_told_from_what_always_stands_there() -> None:
    """The reading that is used, that no other changes anything, and whose figures are compared are no changes."""
    def noted(later: int, language: str) -> tuple[str, ...]:
        """With 20 papers since 2021, and `later` in any window that begins later."""
        def facts_for(window: tuple[date, date]) -> dict[str, Fact]:
            number = 20 if window[0].year == 2021 else later
            return {"sci_ei_papers": fact("sci_ei_papers", Interval(number, number))}
        _, notes = rules.findings_for(POLICY, "joint_research_center", Extraction(facts_for((date(2021, 1, 1), DAY))),
                                      DAY, language, facts_for)
        compared = phrases.phrases(language).say("window.first_reader")
        return sensitivity.changing((*notes, compared), POLICY, DAY, language)

    assert [len(noted(later, language)) for later in (20, 12) for language in phrases.LANGUAGES] == [0, 0, 1, 1]


def test_another_policy_is_checked_by_its_own_words() -> None:
    """Other articles, bars, units and an upper limit come from the folder alone."""
    other = policy.load(YUNLING)
    facts = {key: Fact(key, Interval(number, number), other.facts.facts[key].unit, False, ())
             for key, number in (("energy_managers", 2), ("waste_stores", 3), ("retrofit_funding", 500_000),
                                 ("energy_patents", 2), ("registered_in_yunling", 0))}
    found = {one.criterion.id: one for one in rules.check(other.criteria_for("model_laboratory"), facts, policy=other)}
    assert {key: one.outcome.value for key, one in found.items()} == {
        "registered": "not_met", "accidents": "insufficient_evidence", "managers": "not_met", "funding": "not_met",
        "waste_stores": "not_met", "patents": "needs_judgement", "management": "needs_judgement"}
    assert found["managers"].gap == "还差1人（现有2人，要求不少于3人）。"
    assert found["waste_stores"].gap == "超出1个（现有3个，要求不超过2个）。"
    assert found["funding"].gap == "还差1元（现有50万元，要求超过50万元）。"
    assert found["registered"].gap == "材料表明不满足。"
    young = rules.check(other.criteria_for("young_laboratory"), facts, policy=other)
    assert [one.outcome for one in young if one.criterion.id == "young_managers"] == [Outcome.MET]


def test_both_languages_have_the_same_texts() -> None:
    """Every text exists in Chinese and in English."""
    texts = [yaml.safe_load((phrases.ROOT / f"{one}.yaml").read_text(encoding="utf-8")) for one in phrases.LANGUAGES]
    for section in set(texts[0]) - {"units"}:
        assert set(texts[0][section]) == set(texts[1][section])


def test_unknown_variables_are_refused() -> None:
    """A template with a misspelled variable is refused when it is read."""
    with pytest.raises(UsageError, match=r"count\.met uses amonut"):
        phrases.check("zh", {"count": {"met": "{noun}{amonut}"}})


def test_unknown_language_is_refused() -> None:
    """The choices are named."""
    with pytest.raises(UsageError, match="zh, en"):
        phrases.phrases("fr")
