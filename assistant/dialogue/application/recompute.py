"""What would be: the rules again with a change, never the assessment itself. Every result is hypothetical."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from assistant.dialogue.application.case import Case, Row
from assistant.dialogue.application.foreign import foreign_sums
from assistant.dialogue.asker.comparison_words import amount as plain_amount
from assistant.dialogue.results import NO, OF_OUTCOME, OPEN, Amount, Result, together
from assistant.judging import outcomes
from ingestion.domain import Citation, Criterion, CriterionKind, Fact, Finding, Interval, Outcome, Overall
from ingestion.facts.schema import FactSpec

_WAN = 10_000


class Change(Struct, frozen=True):
    """One change: `add` or `remove` so many (or the row), take `value`, read a `rate` (yuan for one of `currency`), a
    `window`, some `documents` alone, or the application on another `day`. `fact` is the fact's key; window, day and
    documents change every fact."""

    kind: str
    fact: str = ""
    amount: int = 0
    row: Row | None = None
    rate: Decimal | None = None
    currency: str = ""
    window: tuple[date, date] | None = None
    documents: tuple[str, ...] = ()
    day: date | None = None


def recompute(case: Case, changes: Sequence[Change], facts: Sequence[str] = (), *, whole: bool = False) -> Result:
    """The criteria of the changed facts (and of `facts`) under the changes; with `whole`, what all come to then."""
    now: dict[str, Fact] = dict(case.assessment.facts)
    touched = list(dict.fromkeys([*(one.fact for one in changes if one.fact), *facts]))
    told: dict[str, str] = {}
    quotes: list[Citation] = []
    for change in changes:
        if change.window is not None or change.documents or change.day is not None:
            wanted = facts or [key for one in case.findings for key in one.criterion.facts]
            found = case.facts_on(change.day, wanted) if change.day is not None \
                else case.facts_in(change.window, wanted) if change.window is not None \
                else case.facts_of(change.documents, wanted)
            for key in wanted:
                now.pop(key, None)
            now |= {key: fact for key, fact in found.items() if key in wanted}
            touched = list(wanted)
            quotes += [Citation(piece.quote, piece.span, document=piece.document, page=piece.page)
                       for key in touched if key in now for piece in now[key].evidence[:2]]
        elif change.rate is not None:
            told |= _at_rate(case, change, now, quotes)
        else:
            told |= _moved(case, change, now, quotes, told.get(change.fact, ""))
    findings = [one for one in case.findings if set(one.criterion.facts) & set(touched)]
    if whole or (not facts and any(one.window or one.day for one in changes)):      # of the whole: what changes
        return _whole(case, findings, now, quotes)
    if not findings:
        return Result("recompute", error="nothing of the application hangs on it", hypothetical=True)
    lines, verdicts, figures = [], [], []
    for one in findings:
        reached = outcomes.outcome(one.criterion, now)
        verdicts.append(OF_OUTCOME[reached])
        key = next((key for key in one.criterion.facts if key in now), one.criterion.facts[0])
        if key in now:
            figures.append(Amount(now[key].interval, now[key].unit, key))
        lines.append(line(case, one.criterion, reached, now, told))
    clauses = case.cites(findings, evidence=False)
    evidence = [cite for cite in case.cites(findings) if cite.document]
    return Result("recompute", verdict=together(verdicts), figures=tuple(figures),
                  quotes=tuple(dict.fromkeys([*clauses, *quotes, *evidence])),
                  refs=tuple(dict.fromkeys(one.criterion.citation for one in findings)), lines=tuple(lines),
                  hypothetical=True)


def _whole(case: Case, findings: Sequence[Finding], now: Mapping[str, Fact], quotes: Sequence[Citation]) -> Result:
    """Which outcomes would be others, and what all come to."""
    lines, changed = [], []
    reaches = outcomes.totalled([(one.criterion, outcomes.reach(one.criterion, now) if one in findings
                                  else outcomes.Reached(one.outcome, one.points)) for one in case.findings])
    pairs = [(criterion, reached.outcome) for criterion, reached in reaches]
    for one, (_, reached) in zip(case.findings, pairs, strict=True):
        if reached is not one.outcome:
            changed.append(one)
            lines.append(case.words.say("window.change", label=case.label(one.criterion),
                                        citation=case.ref(one.criterion), before=case.words.outcome(one.outcome),
                                        after=case.words.outcome(reached)))
    whole = outcomes.overall(pairs)
    told = case.say("whole_changes", changes=case.say.joined(lines)) if lines else case.say("whole_stays")
    left = [(one, reached) for one, (criterion, reached) in zip(case.findings, pairs, strict=True)
            if criterion.required and reached in (Outcome.NOT_MET, Outcome.INSUFFICIENT)]
    rest = [case.say("case_still", items=case.say.joined(
        case.say("case_still_item", ref=case.ref(one.criterion), label=case.label(one.criterion),
                 outcome=case.words.outcome(reached)) for one, reached in left))] if left else []
    return Result("recompute", verdict=NO if whole is Overall.FAILS else OPEN,
                  quotes=(*case.cites(changed), *quotes, *case.cites((one for one, _ in left), evidence=False)),
                  refs=tuple(one.criterion.citation for one in changed),
                  lines=(told, case.say("whole_comes_to", overall=case.words.outcome(whole)), *rest), hypothetical=True)


def line(case: Case, criterion: Criterion, reached: Outcome, facts: Mapping[str, Fact], told: Mapping[str, str]) -> str:
    """One criterion as it would be: the sum, and how it lies to the bar."""
    key = next((key for key in criterion.facts if key in facts), criterion.facts[0])
    wording, say = case.policy.wordings[criterion.id], case.say
    noun = say.pick(wording.noun or criterion.label, wording.noun_en or criterion.label_en)
    if key not in facts:
        return say("would_be_absent", noun=noun, measure=wording.measure)
    interval = facts[key].interval
    if criterion.kind is CriterionKind.YES_NO and reached in (Outcome.MET, Outcome.NOT_MET):
        held = say.pick(wording.holds, wording.holds_en) if reached is Outcome.MET \
            else say.pick(wording.fails, wording.fails_en)
        return say("would_hold", label=say.pick(criterion.label, criterion.label_en), text=held)
    total = told.get(key, "") + _amount(case, interval, key, wording.unit)
    lack = max(0, (criterion.bar or 0) - interval.high) if interval.high is not None else 0
    if not wording.measure or criterion.bar is None:
        return say("would_be", noun=noun, amount=total)
    exact = reached is Outcome.MET and interval.exact and interval.low == criterion.bar
    name = {Outcome.MET: "met_exactly" if exact else "met", Outcome.NOT_MET: "not_met"}.get(reached, "open")
    text: str = say(name, noun=noun, amount=total, measure=wording.measure,
                    lack=_amount(case, Interval(lack, lack), key, wording.unit))
    return text[:1].upper() + text[1:]


def _amount(case: Case, interval: Interval, key: str, unit: str) -> str:
    spec = case.policy.facts.facts.get(key)
    return plain_amount(interval, key, unit or (spec.unit_zh if spec else ""), case.policy, case.say)


def _moved(case: Case, change: Change, now: dict[str, Fact], quotes: list[Citation], before_it: str) -> dict[str, str]:
    """A fact with so many more or fewer, or with another value; how it was reached, by fact. `before_it`: how the
    change before had reached it."""
    spec = case.policy.facts.facts[change.fact]
    before = now.get(change.fact) or Fact(change.fact, Interval(0, 0), spec.unit, conflict=False, evidence=())
    if change.row is not None:
        quotes.append(change.row.citation)
    if change.kind == "value":
        now[change.fact] = replace(before, interval=Interval(change.amount, change.amount), conflict=False)
        return {}
    sign = -1 if change.kind == "remove" else 1
    number = change.amount or (change.row.reads.low if change.row is not None and change.row.reads is not None else 1)
    old = before.interval
    new = Interval(max(0, old.low + sign * number), None if old.high is None else max(0, old.high + sign * number))
    now[change.fact] = replace(before, interval=new)
    if not old.exact:
        return {}
    first = before_it.removesuffix("=") or _shown(case, old.low, spec)
    shown = first + ("-" if sign < 0 else "+") + _shown(case, number, spec) + "="
    return {change.fact: shown}


def _shown(case: Case, number: int, spec: FactSpec) -> str:
    return case.words.sum(number, case.words.pick(spec.unit_zh, spec.unit)) if spec.kind == "money" else str(number)


def _at_rate(case: Case, change: Change, now: dict[str, Fact], quotes: list[Citation]) -> dict[str, str]:
    """Money at a rate: what the documents state of the currency beside what was found, and that."""
    assert change.rate is not None  # noqa: S101 - the caller looked
    sums = [one for one in foreign_sums(case, change.fact) if _same(change.currency, one.currency)]
    if not sums:
        return {}
    quotes += [one.place for one in sums]
    chosen = sum((one.amount for one in sums), Decimal(0))
    yuan, spec = int(chosen * change.rate), case.policy.facts.facts[change.fact]
    before = now.get(change.fact)
    beside = sums[0].home
    home = beside or (before.interval.low if before is not None and before.interval.high is None else 0)
    total = Interval(yuan + home, yuan + home)
    now[change.fact] = Fact(change.fact, total, spec.unit, conflict=False, evidence=before.evidence if before else ())
    shown = _plain(chosen / _WAN) + case.say("wan") if case.language == "zh" else _plain(chosen)
    plus = "" if not home else _shown(case, home, spec) + "+"
    return {change.fact: f"{plus}{shown}×{_plain(change.rate)}="}


def _same(asked: str, stated: str) -> bool:
    """Whether two names can be of one currency: 克朗 and 丹麦克朗, 欧元 and EUR; a question without one means the
    documents'."""
    return not asked or not stated or asked in stated or stated in asked or asked.isascii() != stated.isascii()


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
