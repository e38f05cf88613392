"""An application as a whole: in ten lines, as other base types, and under which window."""
from __future__ import annotations

from collections.abc import Sequence

from assistant.checking import citations
from assistant.dialogue.application.case import Case, Row
from assistant.dialogue.application.finding import overall
from assistant.dialogue.results import NO, OPEN, YES, Result, together
from assistant.judging import outcomes, rules
from assistant.report import particulars
from ingestion.domain import Citation, Outcome, Overall
from ingestion.language import fold
from ingestion.numbers import periods

LINES = 10


def summary(case: Case) -> Result:
    """Who applies for what, what it comes to, the figures beside their bars, what fails and what is open; ten lines."""
    one, say = case.assessment, case.say
    base = case.policy.base_type(one.base_type)
    who = particulars.read(one.documents)
    head = say("summary_head", applicant=getattr(who, "applicant", "") or say("summary_applicant"),
               type=say.pick(base.label, base.label_en), day=case.words.day(one.application_date),
               count=len(one.documents), window=case.words.window(one.window),
               term=say.pick(case.policy.window.term, case.policy.window.term_en))
    lines, cites = [head, overall(case).lines[0]], []
    for found in case.findings:
        key = next((key for key in found.criterion.facts if key in one.facts), "")
        if not key or case.policy.facts.facts[key].kind == "yes_no":
            continue
        fact = one.facts[key]
        lines.append(say("summary_figure", label=case.label(found.criterion), amount=case.amount(fact.interval, key),
                         outcome=case.words.outcome(found.outcome), ref=case.ref(found.criterion)))
        cites += [citations.of_evidence(piece) for piece in fact.evidence[:1]]
    figures = lines[2:LINES - 2]
    lines = lines[:2]
    if len(figures) > LINES - 5:
        lines += [say.clauses(each.rstrip("。.") for each in figures[place:place + 2])
                  for place in range(0, len(figures), 2)]
    else:
        lines += figures
    for outcome, name in ((Outcome.NOT_MET, "summary_failed"), (Outcome.INSUFFICIENT, "summary_open"),
                          (Outcome.JUDGEMENT, "summary_judged")):
        some = [found for found in case.findings if found.outcome is outcome and found.criterion.required]
        if some:
            named = say.joined(f"{case.label(found.criterion)}（{case.ref(found.criterion)}）" if case.language == "zh"
                               else f"{case.label(found.criterion)} ({case.ref(found.criterion)})" for found in some)
            lines.append(say(name, count=len(some), names=named))
            cites += case.cites(some, evidence=False) if outcome is not Outcome.JUDGEMENT else ()
            cites += [citations.of_evidence(piece) for found in some for piece in found.evidence[:1]]
    conflicts = [case.fact_label(fact.key) for fact in one.facts.values() if fact.conflict]
    conflicts += [case.who(differing)[0] for differing in one.identity]
    if conflicts:
        lines.append(say("summary_conflicts", names=say.joined(conflicts)))
    return Result("summary", quotes=tuple(dict.fromkeys(cites)), lines=tuple(lines[:LINES]))


def types(case: Case, wanted: Sequence[str]) -> Result:
    """The same documents against other base types; people's decisions on this application do not enter there."""
    say, lines, verdicts = case.say, [], []
    ranked: list[tuple[bool, int, str]] = []
    found = case.extracted.found
    cites: list[Citation] = []
    for kind in wanted:
        base = case.policy.base_type(kind)
        criteria = case.policy.criteria_for(kind)
        own = kind == case.assessment.base_type
        checked = case.findings if own else rules.check(
            criteria, found.facts, policy=case.policy, language=case.language, exclusions=found.exclusions,
            documents=case.assessment.documents)
        whole = outcomes.overall((one.criterion, one.outcome) for one in checked)
        required = [one for one in checked if one.criterion.required]
        failed = [one for one in required if one.outcome is Outcome.NOT_MET]
        unclear = [one for one in required if one.outcome is Outcome.INSUFFICIENT]
        verdicts.append(NO if whole is Overall.FAILS else OPEN)
        ranked.append((whole is Overall.FAILS, len(failed) + len(unclear), say.pick(base.label, base.label_en)))
        named = say.joined(case.label(one.criterion) for one in (failed or unclear)[:LINES])
        lines.append(say("type_line", type=say.pick(base.label, base.label_en), overall=case.words.outcome(whole),
                         failed=len(failed), open=len(unclear)) + (say("type_names", names=named) if named else ""))
        cites += case.cites(failed or unclear, evidence=False)[:4]
    head = []
    if len(ranked) > 1:
        least = min(ranked)[:2]
        head = [say("type_easiest", types=say.joined(name for *rank, name in ranked if tuple(rank) == least))]
    return Result("types", verdict=together(verdicts) if len(wanted) == 1 else "", quotes=tuple(cites),
                  lines=(*head, *lines, say("type_note")), hypothetical=True)


def window(case: Case) -> Result:
    """From when to when is counted, and what another reading would change."""
    used = [citations.of_clause(case.policy, ref) for ref in case.policy.window.occurs]
    return Result("window", quotes=tuple(one for one in used if one is not None), refs=case.policy.window.occurs,
                  lines=_notes(case))


def in_window(case: Case, text: str, rows: Sequence[Row]) -> Result | None:
    """Whether the day that a question names, or else the one of the rows that it names, lies in the window; None where
    there is no one day."""
    days = [(first, last) for _, first, last in periods.dates(text)]
    days = days or [(first, last) for row in rows for _, first, last in periods.dates(fold(row.quote))]
    if len({first for first, _ in days}) != 1:
        return None
    (first, last), (start, end) = days[0], case.assessment.window
    verdict = YES if start <= first and last <= end else NO if last < start or first > end else OPEN
    line = case.say("window_days", day=case.words.day(first), window=case.words.window(case.assessment.window),
                    term=case.say.pick(case.policy.window.term, case.policy.window.term_en))
    quotes = tuple(row.citation for row in rows)
    clauses = [citations.of_clause(case.policy, ref) for ref in case.policy.window.occurs]
    return Result("window", verdict=verdict, quotes=(*(one for one in clauses if one is not None), *quotes),
                  refs=case.policy.window.occurs, lines=(line, *_notes(case)[:1]))


def _notes(case: Case) -> tuple[str, ...]:
    """The assessment's notes in the language of the question."""
    from assistant.judging.sensitivity import other_readings, reading_used

    one = case.assessment
    windowed = {key for key, spec in case.policy.facts.facts.items() if spec.time == "window"}

    def facts_for(days: tuple) -> dict:  # type: ignore[type-arg]
        return dict(one.facts) | {key: fact for key, fact in case.facts_in(days, windowed).items() if key in one.facts}

    return (reading_used(case.policy, one.application_date, case.language),
            *other_readings(case.policy, case.findings, facts_for, one.application_date, case.language))

