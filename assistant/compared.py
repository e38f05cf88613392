"""Figures of a question beside the policy's, in words: met, not met and by how much, claimed rightly or wrongly."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.comparing import Comparison
from assistant.phrases import phrases
from assistant.say import Say
from ingestion.domain import CriterionKind, Interval, Outcome
from ingestion.policy import Policy


def worded(comparisons: Sequence[Comparison], policy: Policy, say: Say) -> str:
    """What the comparisons come to: what fails first, then that the rest holds, then how the clause counts."""
    space = " " if say.language == "en" else ""
    if comparisons[0].claimed:
        lines = [_line(one, "claim_right" if one.agrees else "claim_wrong", policy, say) for one in comparisons]
        return space.join(lines)
    failed = [one for one in comparisons if one.outcome is not Outcome.MET]
    met = [one for one in comparisons if one.outcome is Outcome.MET]
    lines = [_line(one, _case(one), policy, say) for one in (failed or met)]
    if failed and met:
        others = (f"{_noun(one, policy, say)}{space}{_amount(one.stated.interval, one, policy, say)}" for one in met)
        lines.append(say("others_met", nouns=say.joined(others)))
    return space.join([*lines, *_caveats(comparisons, policy, say)])


def verdict(comparisons: Sequence[Comparison], *, confirms: bool, say: Say) -> str:
    """The word that answers, "" where the figures do not decide."""
    if comparisons[0].claimed:
        if not all(one.agrees for one in comparisons):
            return say("wrong")
        return say("right") if confirms else ""
    if any(one.outcome not in (Outcome.MET, Outcome.NOT_MET) for one in comparisons):
        return ""
    return say("enough" if all(one.outcome is Outcome.MET for one in comparisons) else "not_enough")


def _case(one: Comparison) -> str:
    if one.criterion.kind is CriterionKind.PLURAL:
        return "plural_not_met" if one.outcome is Outcome.NOT_MET else "plural_judged"
    return {Outcome.MET: "met", Outcome.NOT_MET: "not_met"}.get(one.outcome, "open")


def _line(one: Comparison, case: str, policy: Policy, say: Say) -> str:
    line = say(case, noun=_noun(one, policy, say), amount=_amount(one.stated.interval, one, policy, say),
               measure=policy.wordings[one.criterion.id].measure,
               lack=_amount(Interval(one.lack, one.lack), one, policy, say))
    return line[:1].upper() + line[1:]


def _noun(one: Comparison, policy: Policy, say: Say) -> str:
    wording = policy.wordings[one.criterion.id]
    return say.pick(wording.noun, wording.noun_en)


def _amount(interval: Interval, one: Comparison, policy: Policy, say: Say) -> str:
    """An amount as a question would put it: 11户, 210万元, 2,100,000 yuan."""
    spec = policy.facts.facts.get(one.stated.fact)
    if spec is not None and spec.kind == "money":
        return phrases(say.language).sum(interval.low)
    unit = policy.wordings[one.criterion.id].unit if say.language == "zh" else ""
    return f"{interval.low}{unit}" if interval.exact else f"{interval.low}–{interval.high}{unit}"


def _caveats(comparisons: Sequence[Comparison], policy: Policy, say: Say) -> Iterable[str]:
    for one in comparisons:
        wording = policy.wordings[one.criterion.id]
        note = say.pick(wording.note, wording.note_en)
        if one.stated.pieces > 1 and note:
            yield say("added_up", note=note)
        if one.stated.counted_out:
            yield say("counted_out")
