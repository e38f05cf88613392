"""What an assessment comes to: outcomes with their reasons, gaps and what would close them, counts with places."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from assistant.checking import citations
from assistant.dialogue.application import particulars
from assistant.dialogue.application.case import LEFT_OUT, Case
from assistant.dialogue.application.foreign import ForeignSum, foreign_sums
from assistant.dialogue.results import NO, OF_OUTCOME, OPEN, YES, Amount, Result, together
from ingestion.domain import Citation, Finding, Interval, Outcome, Overall

_OF_NOTHING = frozenset({"quotation", "template"})     # what was never anybody's figure
_SHOWN = 3       # places of what was left out, where nothing counts
OPEN_OUTCOMES = (Outcome.NOT_MET, Outcome.INSUFFICIENT)


def settled(case: Case, findings: Sequence[Finding], *, harm: bool = False, where: bool = False) -> Result:
    """Whether conditions hold. `harm`: whether they stand in the way of the whole; what only gives priority never
    does, nor do contradictions that lie on one side of the bar."""
    shown = list(findings)
    required = [one for one in shown if one.criterion.required]
    if harm:
        verdict = together(OF_OUTCOME[one.outcome] for one in required if one.outcome is not Outcome.JUDGEMENT) or YES
        if not required:
            lines = [case.say("only_priority", label=case.label(one.criterion)) for one in shown]
            return _result(case, "findings", shown, lines, verdict=YES)
    else:
        verdict = together(OF_OUTCOME[one.outcome] for one in shown)
    lines, beside = [line(case, one) for one in shown], [one for each in shown for one in _unconverted(case, each)]
    if beside:
        lines.append(case.say("foreign_beside", amounts=case.say.joined(dict.fromkeys(one.words for one in beside))))
    if where:
        lines += [case.say("case_where", label=case.fact_label(key), count=len(case.assessment.facts[key].evidence))
                  for one in shown for key in one.criterion.facts if key in case.assessment.facts]
    told = _result(case, "findings", shown, lines, verdict=verdict)
    return replace(told, quotes=tuple(dict.fromkeys((*told.quotes, *(one.place for one in beside)))))


def _unconverted(case: Case, one: Finding) -> list[ForeignSum]:
    """The sums in other currencies that leave a finding open."""
    if one.outcome is not Outcome.INSUFFICIENT:
        return []
    return [each for key in one.criterion.facts if key in case.assessment.facts
            and case.policy.facts.facts[key].kind == "money" for each in foreign_sums(case, key)]


def explained(case: Case, findings: Sequence[Finding]) -> Result:
    """Outcomes with their reasons."""
    return _result(case, "findings", findings, [line(case, one) for one in findings])


def line(case: Case, one: Finding) -> str:
    text = " ".join(filter(None, (one.explanation, one.gap))) if case.language == "en" else one.explanation + one.gap
    return case.say("case_line", ref=case.ref(one.criterion), label=case.label(one.criterion),
                    outcome=case.words.outcome(one.outcome), text=text)


def gaps(case: Case, findings: Sequence[Finding]) -> Result:
    """How far conditions are from their bars."""
    found = [one for one in findings if one.outcome in OPEN_OUTCOMES]
    if not found:
        return _result(case, "findings", findings, [line(case, one) for one in findings])
    told = missing(case, found)
    ranges = [text for one in found for text in [_range(case, one)] if text]
    return replace(told, lines=(*told.lines, *ranges))


def _range(case: Case, one: Finding) -> str:
    """How much is missing at least and at most, where the documents leave the figure open; "" where they do not."""
    key = next((key for key in one.criterion.facts if key in case.assessment.facts), "")
    if not key or one.criterion.bar is None:
        return ""
    have = case.assessment.facts[key].interval
    if have.exact or have.high is None or have.high >= one.criterion.bar:
        return ""
    least, most = one.criterion.bar - have.high, one.criterion.bar - have.low
    return case.say("gap_range", label=case.fact_label(key), least=case.amount(Interval(least, least), key),
                    most=case.amount(Interval(most, most), key))


def missing(case: Case, findings: Sequence[Finding]) -> Result:
    """What is not met or not shown, each with what would close it; of the whole application without `findings`."""
    found = [one for one in (findings or case.findings)
             if one.outcome in OPEN_OUTCOMES and (findings or one.criterion.required)]
    found.sort(key=lambda one: OPEN_OUTCOMES.index(one.outcome))
    if not found:
        if findings:
            return to_settle(case, findings)
        return Result("missing", lines=(case.say("case_no_gaps"),))
    lines = [case.say("case_gaps", count=len(found))]
    lines += [case.say("case_gap_line", ref=case.ref(one.criterion), label=case.label(one.criterion),
                       outcome=case.words.outcome(one.outcome), gap=one.gap) + _reasons(case, one) for one in found]
    return _result(case, "missing", found, lines)


def _reasons(case: Case, one: Finding) -> str:
    """Why what was found did not count, for what is open."""
    codes = dict.fromkeys(row.reason for row in case.rows_of(one.criterion.facts, LEFT_OUT))
    told = [case.reason(code) for code in codes if code and code not in _OF_NOTHING]
    return case.say("gap_reasons", reasons=case.say.clauses(told)) if told else ""


def to_settle(case: Case, findings: Sequence[Finding]) -> Result:
    """What is met already, and the documents that settle it."""
    lines = []
    for one in findings:
        wording = case.policy.wordings[one.criterion.id]
        settles = case.say.pick(wording.settled_by, wording.settled_by_en)
        lines += [line(case, one), *([case.say("settled_by", settled=settles)] if settles else [])]
    return _result(case, "findings", findings, lines)


def with_outcome(case: Case, head: str, outcomes: Sequence[Outcome]) -> Result:
    """All findings of some outcomes, by name."""
    found = [one for one in case.findings if one.outcome in outcomes]
    lines = [case.say("case_item", ref=case.ref(one.criterion), label=case.label(one.criterion)) for one in found]
    return Result("findings", quotes=case.cites(found, evidence=False), refs=_refs(found),
                  lines=(case.say(head, count=len(found)), *lines) if found else (case.say("case_none"),))


def counts(case: Case, keys: Iterable[str]) -> Result:
    """The figures of facts, with where they come from."""
    lines: list[str] = []
    cites: list[Citation] = []
    figures: list[Amount] = []
    for key in keys:
        fact = case.assessment.facts.get(key)
        if fact is None:
            lines.append(case.say("case_absent", label=case.fact_label(key)))
            continue
        name = "case_count_conflict" if fact.conflict else "case_count"
        lines.append(case.say(name, label=case.fact_label(key), amount=case.amount(fact.interval, key),
                              sides=case.sides(fact)))
        cites += [citations.of_evidence(piece) for piece in fact.evidence]
        figures.append(Amount(fact.interval, fact.unit, key))
    return Result("facts", figures=tuple(figures), quotes=tuple(cites), lines=tuple(lines))


def overall(case: Case, *, polar: bool = False) -> Result:
    """Whether the whole passes, with every open or failed condition."""
    found = case.assessment.overall
    counted = {Overall.FAILS: Outcome.NOT_MET, Overall.INSUFFICIENT: Outcome.INSUFFICIENT,
               Overall.PENDING: Outcome.JUDGEMENT}[found]
    count = sum(1 for one in case.findings if one.criterion.required and one.outcome is counted)
    base = case.policy.base_type(case.assessment.base_type)
    head = case.say("case_overall." + found.value, type=case.say.pick(base.label, base.label_en), count=count)
    rest = missing(case, []) if found is not Overall.PENDING \
        else with_outcome(case, "case_judged", (Outcome.JUDGEMENT,))
    verdict = {Overall.FAILS: NO, Overall.INSUFFICIENT: OPEN, Overall.PENDING: OPEN}[found] if polar else ""
    return Result("overall", verdict=verdict, quotes=rest.quotes, refs=rest.refs, lines=(head, *rest.lines))


def _result(case: Case, kind: str, findings: Sequence[Finding], lines: Sequence[str], verdict: str = "") -> Result:
    facts = [case.assessment.facts[key] for one in findings for key in one.criterion.facts
             if key in case.assessment.facts]
    bare = [key for one in findings if not one.evidence for key in one.criterion.facts]
    left = [row.citation for row in case.rows_of(bare, LEFT_OUT)][:_SHOWN] if bare else []
    if len(left) < _SHOWN and bare:
        left += [one for one in particulars.speaking(case, bare) if one not in left][:_SHOWN - len(left)]
    left = [particulars.following(case, one) for one in left]
    return Result(kind, verdict=verdict, figures=tuple(Amount(one.interval, one.unit, one.key) for one in facts),
                  quotes=(*case.cites(findings), *left), refs=_refs(findings), lines=tuple(lines))


def _refs(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.criterion.citation for one in findings))
