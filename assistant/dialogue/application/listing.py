"""The rows behind figures: which count, which do not and why, where they stand, and where documents differ."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from assistant.checking import citations
from assistant.dialogue.application.case import COUNTED, LEFT_OUT, UNDECIDED, Case, Row
from assistant.dialogue.application.finding import counts, line
from assistant.dialogue.application.lines import Line
from assistant.dialogue.application.names import Named
from assistant.dialogue.asker import counting
from assistant.dialogue.asker.roles import Asked, Role
from assistant.dialogue.results import NO, OF_OUTCOME, OPEN, YES, Amount, Result, together
from assistant.questions.dialogue_patterns import says
from ingestion.domain import Citation, Interval, Outcome
from ingestion.language import fold
from ingestion.numbers import periods

PART = "part_of_total"       # the reason by which it leaves out what a total holds already
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
NOT_STATED = "not_stated"    # the reason by which it leaves out what nobody can judge by what is written
DUPLICATE = "duplicate"      # the reason by which a policy folder leaves out what it has counted already
_CLAUSE = re.compile(r"[^，。；;]+")
_SHORT = 10       # characters of a clause that says something of the one before
SHOWN = 12        # places that are shown for one question


def rows(case: Case, keys: Sequence[str], documents: Sequence[str] = ()) -> Result:
    """The rows that count, one a line, under each fact's figure."""
    lines: list[str] = []
    cites: list[Citation] = []
    figures: list[Amount] = []
    whole = True
    for key in dict.fromkeys(keys):
        found = _once(case.rows_of([key], COUNTED, documents) or case.rows_of([key], COUNTED))
        fact = case.assessment.facts.get(key)
        if fact is None or not found:
            lines.append(case.say("case_absent", label=case.fact_label(key)))
            continue
        figures.append(Amount(fact.interval, fact.unit, key))
        lines.append(case.say("case_count", label=case.fact_label(key), amount=case.amount(fact.interval, key)))
        items = [row for row in found if row.reads is None] or found
        lines += [_item(case, number, row) for number, row in enumerate(items[:SHOWN * 2], 1)]
        whole = whole and len(items) <= SHOWN * 2
        cites += [row.citation for row in found]
    return Result("rows", figures=tuple(figures), quotes=tuple(cites), lines=tuple(lines), exhausted=whole)


def where(case: Case, keys: Sequence[str], documents: Sequence[str] = ()) -> Result:
    """Where figures come from."""
    lines: list[str] = []
    cites: list[Citation] = []
    for key in dict.fromkeys(keys):
        found = _once(case.rows_of([key], COUNTED, documents) or case.rows_of([key], COUNTED))
        fact = case.assessment.facts.get(key)
        if fact is None:
            lines.append(case.say("case_absent", label=case.fact_label(key)))
            continue
        lines.append(case.say("case_where", label=case.fact_label(key), count=len(found)))
        lines.append(case.say("case_count", label=case.fact_label(key), amount=case.amount(fact.interval, key)))
        cites += _spread(found)
    return Result("rows", quotes=tuple(cites), lines=tuple(lines))


def left_out(case: Case, keys: Sequence[str], documents: Sequence[str] = (), reasons: Sequence[str] = (), *,
             polar: bool = False) -> Result:
    """What was seen and not counted, by reason (all or some), word for word. `polar`: whether there is any."""
    barred = [key for one in case.findings if one.criterion.bar is not None for key in one.criterion.facts]
    chosen = list(keys) or [key for key in case.assessment.exclusions if case.rows_of([key], LEFT_OUT, documents)
                            and (reasons or documents or key in barred)]
    lines: list[str] = []
    cites: list[Citation] = []
    whole = True
    for key in chosen:
        found = _once(case.rows_of([key], LEFT_OUT, documents) or case.rows_of([key], LEFT_OUT))
        found = [row for row in found if not reasons or row.reason in reasons]
        if not found:
            lines.append(case.say("case_left_out_none", label=case.fact_label(key)))
            continue
        lines.append(case.say("case_left_out", label=case.fact_label(key), count=len(found)))
        by_reason: dict[str, list[Row]] = {}
        for row in found:
            by_reason.setdefault(row.reason, []).append(row)
        for reason, some in by_reason.items():
            lines.append(case.say("case_left_out_line", reason=case.reason(reason), count=len(some)))
            lines += [_item(case, number, row) for number, row in enumerate(some[:SHOWN], 1)]
            whole = whole and len(some) <= SHOWN
            cites += [row.citation for row in some]
    undecided = _once(case.rows_of(chosen, UNDECIDED))
    if undecided:
        lines.append(case.say("case_undecided", count=len(undecided)))
        lines += [_item(case, number, row) for number, row in enumerate(undecided[:SHOWN], 1)]
        cites += [row.citation for row in undecided]
    return Result("rows", verdict=(YES if cites else NO) if polar else "", quotes=tuple(cites),
                  lines=tuple(lines) or (case.say("case_left_out_any"),), exhausted=whole)


def told(case: Case, keys: Sequence[str]) -> Result:
    """All that the documents say of facts: what counts and what was left out, with its reason."""
    found = _once(case.rows_of(keys))
    lines = [case.say("row_line", number=number, row=" ".join(row.quote.split()), place=case.place(row))
             + (case.say("row_reason", reason=case.reason(row.reason)) if row.reason else "")
             for number, row in enumerate(found[:SHOWN], 1)]
    findings = case.findings_of(keys)
    return Result("rows", quotes=(*case.cites(findings, evidence=False), *(row.citation for row in found)),
                  refs=tuple(one.criterion.citation for one in findings), lines=tuple(lines),
                  exhausted=len(found) <= SHOWN)


def why_less(case: Case, keys: Sequence[str], documents: Sequence[str] = ()) -> Result:
    """The figure, and what was left out of it with the reasons: why it is less than some other figure."""
    figure, out = counts(case, keys), left_out(case, keys, documents)
    notes = tuple(one for one in case.assessment.notes[:1]) if any(
        row.reason in ("outside_window", "partial_window") for row in case.rows_of(keys, LEFT_OUT)) else ()
    return Result("rows", figures=figure.figures, quotes=(*out.quotes, *figure.quotes),
                  lines=(*figure.lines, *out.lines, *notes), exhausted=out.exhausted)


def status(case: Case, found: Sequence[Row], verdict: str) -> Result:
    """Whether rows count, with the reason where they do not, and the place; with a verdict also what does count."""
    lines: list[str] = []
    cites: list[Citation] = []
    keys = dict.fromkeys(row.fact for row in found)
    for row in found[:SHOWN]:
        name = {COUNTED: _counted_as(case, row), UNDECIDED: "row_undecided"}.get(row.status, "row_left_out")
        lines.append(case.say(name, row=row.label or row.quote.strip(), label=case.fact_label(row.fact),
                              place=case.place(row), reason=case.reason(row.reason) if row.reason else ""))
        cites.append(row.citation)
    findings = [one for one in case.findings if not keys.keys().isdisjoint(one.criterion.facts)]
    if any(row.reason in ("outside_window", "partial_window") for row in found):
        lines += case.assessment.notes[:1]
    if verdict:
        lines += counts(case, [key for key in keys if case.policy.facts.facts[key].kind != "yes_no"
                               and key in case.assessment.facts]).lines
    return Result("rows", verdict=verdict, quotes=(*case.cites(findings, evidence=False), *cites),
                  refs=tuple(one.criterion.citation for one in findings), lines=tuple(dict.fromkeys(lines)))


def _counted_as(case: Case, row: Row) -> str:
    """That a row is counted, or that it speaks for or against a yes/no condition."""
    fact = case.assessment.facts.get(row.fact)
    stated = row.reads or (fact.interval if fact is not None and not fact.conflict else None)
    if case.policy.facts.facts[row.fact].kind != "yes_no" or stated is None or not stated.exact:
        return "row_counted"
    return "row_for" if stated.low else "row_against"


def verdict_of(found: Sequence[Row]) -> str:
    """Whether rows count: open where nobody could decide."""
    statuses = {row.status for row in found if row.reason != DUPLICATE}
    if COUNTED in statuses and LEFT_OUT not in statuses:
        return YES
    untold = {row.reason for row in found if row.status == LEFT_OUT} == {NOT_STATED}
    return OPEN if (UNDECIDED in statuses or untold) and COUNTED not in statuses else NO


def unseen(case: Case, key: str) -> Result:
    """What counts for a fact, where what a question names is not among it and nothing else is said of it."""
    told = rows(case, [key])
    findings = case.findings_of([key])
    return Result("rows", verdict=OPEN, figures=told.figures,
                  quotes=(*case.cites(findings, evidence=False), *told.quotes),
                  refs=tuple(one.criterion.citation for one in findings),
                  lines=(case.say("rows_unseen", label=case.fact_label(key)), *told.lines), exhausted=told.exhausted)


def of_kind(case: Case, key: str, note: str, *, reason: str = "", ruled_out: str = "") -> Result:
    """Whether things of a kind count for a fact, by what the policy folder notes of them, leaves them out for, or says
    not to count (`ruled_out`)."""
    told = counts(case, [key])
    findings, label = case.findings_of([key]), case.fact_label(key)
    verdict = YES if note and not says("asks", "noted_out", note) else NO
    name = "kind_noted" if note else "kind_reason" if reason else "kind_out"
    why = case.say("kind_ruled_out", label=label, kind=ruled_out) if ruled_out else \
        case.say(name, label=label, note=note, reason=case.reason(reason) if reason else "")
    return Result("rows", verdict=verdict, figures=told.figures,
                  quotes=(*case.cites(findings, evidence=False), *told.quotes),
                  refs=tuple(one.criterion.citation for one in findings), lines=(why, *told.lines))


def not_the_figure(case: Case, key: str, places: Sequence[Row]) -> Result:
    """That a figure is not what was found for a fact, with the places that state it and were left out."""
    whole, told = counts(case, [key]), status(case, places[:SHOWN], NO)
    return Result("rows", verdict=NO, figures=whole.figures, quotes=(*told.quotes, *whole.quotes), refs=told.refs,
                  lines=(*whole.lines, *told.lines))


def named(case: Case, keys: Sequence[str], found: Sequence[Row]) -> Result:
    """How many of what counts the question's own words name: 和京都大学合写的有几篇."""
    whole, lines = counts(case, keys), [_item(case, number, row) for number, row in enumerate(found[:SHOWN * 2], 1)]
    return Result("rows", figures=whole.figures, quotes=tuple(row.citation for row in found),
                  lines=(case.say("rows_named", count=len(found)), *lines, *whole.lines))


def of_years(case: Case, keys: Sequence[str], years: Sequence[int]) -> Result | None:
    """How many of what is listed one by one fall in each of some years, of money what the documents sum up; None where
    nothing listed does."""
    lines: list[str] = []
    cites: list[Citation] = []
    for key in keys:
        listed = [row for row in case.rows_of([key], COUNTED) if row.reads is None]
        money = case.policy.facts.facts[key].kind == "money"
        for year in years:
            own = _once(row for row in listed if _year(row) == year)
            if not own:
                continue
            sums = [row for row in case.rows_of([key], LEFT_OUT) if row.reason == PART and str(year) in row.quote]
            amount = case.say("places", count=len(own)) if money else case.amount(Interval(len(own), len(own)), key)
            lines.append(case.say("count_of_year", year=year, label=case.fact_label(key), amount=amount))
            shown = sums if money and sums else own
            if len(years) == 1 or money:
                lines += [_item(case, number, row) for number, row in enumerate(shown[:SHOWN], 1)]
            cites += [row.citation for row in shown]
    return Result("rows", quotes=tuple(cites), lines=(*lines, *counts(case, keys).lines)) if lines else None


def _year(row: Row) -> int | None:
    """The year of the first day that a row names."""
    days = periods.dates(fold(row.quote))
    plain = _YEAR.search(row.quote)
    return days[0][1].year if days else int(plain[1]) if plain else None


def unlisted(case: Case, key: str, named: Named, places: Sequence[Line]) -> Result:
    """Whether what a question names, and no row is about, counts for a fact: not where its own words rule it out or
    what counts is listed one by one; nobody can say where only their number is told."""
    counted, findings = case.rows_of([key], COUNTED), case.findings_of([key])
    said_of = [clause for line in places for clause in _clauses_of(line, named)]
    out = [counting.not_counting(clause, key, case.policy) for clause in said_of]
    reasons = [case.reason(reason) for left, reason in out if left and reason]
    denied = any(left for left, _ in out) or any(says("asks", "noted_out", line.folded) for line in places)
    heads = case.policy.facts.facts[key].heads
    about = any("\t" in line.text or (heads and case.policy.facts.pattern(heads).search(line.text)) for line in places)
    verdict = NO if denied or (about and any(row.reads is None for row in counted)) else OPEN
    said = case.say("rows_without_this" if verdict == NO else "rows_unsaid", label=case.fact_label(key))
    why = [case.say("rows_reason", reason=case.say.clauses(dict.fromkeys(reasons)))] if reasons else []
    return Result("rows", verdict=verdict,
                  quotes=(*case.cites(findings, evidence=False), *(line.citation for line in places)),
                  refs=tuple(one.criterion.citation for one in findings),
                  lines=(said, *why, *counts(case, [key]).lines))


def _clauses_of(line: Line, named: Named) -> Iterator[str]:
    """The clauses of a line that hold what is named, each with a short one right behind it: 协议已签，尚未启动."""
    clauses = list(_CLAUSE.finditer(line.folded))
    for place, clause in enumerate(clauses):
        if named.within(clause[0]):
            behind = clauses[place + 1:place + 2]
            goes_on = behind and len(behind[0][0]) <= _SHORT and line.folded[clause.end():behind[0].start()] == "，"
            yield clause[0] + (f"，{behind[0][0]}" if goes_on else "")


def harm(case: Case, found: Sequence[Row]) -> Result:
    """Whether what rows tell stands in the way: what was left out does not, what counts is as the findings say."""
    told = status(case, found, "")
    out = all(row.status == LEFT_OUT for row in found)
    findings = [one for one in case.findings if set(one.criterion.facts) & {row.fact for row in found}]
    verdict = together(OF_OUTCOME[one.outcome] for one in findings if one.criterion.required)
    yes_no = {key for row in found for key in [row.fact] if case.policy.facts.facts[key].kind == "yes_no"}
    if out and yes_no:
        verdict = YES
    lines = (*told.lines, *(line(case, one) for one in findings if not out))
    return Result("harm", verdict=verdict or YES, quotes=told.quotes, refs=told.refs, lines=lines)


def agreeing(case: Case, keys: Sequence[str], documents: Sequence[str], asked: Asked) -> Result | None:
    """Whether the documents give one figure for facts, or the one that the question states."""
    lines: list[str] = []
    cites: list[Citation] = []
    same = True
    for key in keys:
        by_document = _figures(case, key, documents)
        if not by_document:
            continue
        stated = [one.interval for one in asked.of(key) if one.role is not Role.BAR]
        for document, (interval, some) in by_document.items():
            lines.append(case.say("figure_in", document=document, label=case.fact_label(key),
                                  amount=case.amount(interval, key)))
            cites += some
        values = {interval for interval, _ in by_document.values()} | set(stated)
        same = same and len(values) == 1
    if not lines:
        return None
    return Result("rows", verdict=YES if same else NO, quotes=tuple(cites), lines=tuple(lines))


def _figures(case: Case, key: str, documents: Sequence[str]) -> dict[str, tuple[Interval, list[Citation]]]:
    """What each document alone gives for a fact."""
    every = list(dict.fromkeys(row.document for row in case.rows_of([key], COUNTED)))
    chosen = list(documents) if len(documents) > 1 else list(dict.fromkeys([*documents, *every]))
    found: dict[str, tuple[Interval, list[Citation]]] = {}
    for name in chosen:
        fact = case.facts_of([name], [key]).get(key)
        if fact is not None:
            found[name] = (fact.interval, [citations.of_evidence(piece) for piece in fact.evidence[:SHOWN]])
    return found


def conflicts(case: Case, keys: Sequence[str], documents: Sequence[str] = (), *, exists: bool = False) -> Result:
    """What documents contradict each other on; with `documents`, whether these agree with the others. `exists`: whether
    there is a contradiction is what is asked."""
    found = [fact for fact in case.assessment.facts.values() if fact.conflict and (not keys or fact.key in keys)]
    who = () if keys else case.assessment.identity
    if documents:
        found = [fact for fact in found if any(piece.document in documents for piece in fact.evidence)]
        who = tuple(one for one in who if any(piece.document in documents for piece in one.evidence))
    if not found and not who:
        return Result("facts", verdict=YES if documents else NO if exists else "",
                      lines=(case.say("case_no_conflicts"),))
    lines = [case.say("case_conflict_line", label=label, sides=values) for label, values in map(case.who, who)]
    lines += [case.say("case_conflict_line", label=case.fact_label(fact.key), sides=case.sides(fact)) for fact in found]
    findings = case.findings_of(fact.key for fact in found)
    unclear = keys and any(one.outcome is Outcome.INSUFFICIENT for one in findings)
    verdict = NO if documents else YES if exists else OPEN if unclear else ""
    pieces = [piece for one in who for piece in one.evidence] + [piece for fact in found for piece in fact.evidence]
    cites = [citations.of_evidence(piece) for piece in pieces]
    return Result("facts", verdict=verdict, quotes=tuple(cites),
                  lines=(case.say("case_conflicts", count=len(lines)), *lines))


def unread(case: Case) -> Result:
    """What could not be read, or only with doubt."""
    lines = [case.say("case_unread_line", place=case.words.place(document.name, notice.page),
                      text=case.say.pick(notice.text, notice.text_en))
             for document in case.assessment.documents for notice in document.notices]
    return Result("documents", lines=(case.say("case_unread", count=len(lines)), *lines) if lines
                  else (case.say("case_all_read"),))


def files(case: Case) -> Result:
    names = [document.name for document in case.assessment.documents]
    return Result("documents", lines=(case.say("case_files", count=len(names), names=case.say.joined(names)),))


def _item(case: Case, number: int, row: Row) -> str:
    """A row with its place; a sum with the heads of its columns, which say what it is a sum of."""
    head = case.heads(row) if row.reason in ("outside_window", "partial_window") else ""
    text = case.say("row_line", number=number, row=" ".join(row.quote.split()), place=case.place(row))
    return text + (case.say("row_heads", heads=head) if head else "")


def _once(found: Iterable[Row]) -> list[Row]:
    kept: dict[tuple[str, str], Row] = {}
    for row in found:
        kept.setdefault((row.document, row.quote), row)
    return list(kept.values())


def _spread(found: Sequence[Row]) -> list[Citation]:
    """Places of every document before more of the same."""
    first = {row.document: row for row in reversed(found)}
    heads = [row for row in found if first.get(row.document) is row]
    return [row.citation for row in [*heads, *(row for row in found if row not in heads)]]
