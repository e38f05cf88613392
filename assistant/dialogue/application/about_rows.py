"""Rows of an application that a question names: whether they count, why not, and what they mean for the whole."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from assistant.dialogue.application import listing, mentions
from assistant.dialogue.application.case import COUNTED, LEFT_OUT, Case, Row
from assistant.dialogue.application.case_question import Question
from assistant.dialogue.application.finding import OPEN_OUTCOMES, counts
from assistant.dialogue.asker import counting
from assistant.dialogue.asker.roles import Role
from assistant.dialogue.results import NO, OF_OUTCOME, YES, Result, together
from assistant.questions import question_form
from assistant.questions.dialogue_patterns import says
from ingestion.domain import CriterionKind, Interval
from ingestion.facts.schema import described
from ingestion.language import fold
from ingestion.numbers import numerals, periods

_ASKS = re.compile(r"[不没]?(?:能|可以)?[不没]?[算计](?:[不没][算计])?")
_TELLING = 2     # pairs of characters that tell a kind
_SHORT, _FEW = 14, 3      # characters of a question that only names a row; rows that it can mean


def by_rows(case: Case, one: Question) -> Result | None:
    """Rows that the question names: whether and why they count, or not."""
    counted = [key for key in one.facts if case.policy.facts.facts[key].kind == "count"]
    among = one.part.polar and not says("asks", "reaches", one.text) and (
        says("asks", "counted_in", one.text) or (one.part.continues and one.named.sure))      # 砚台种业呢
    despite = one.part.polar and says("asks", "despite", one.text)
    own = any(row.fact in one.facts for row in one.rows)
    taken = one.part.polar and says("asks", "taken_for", one.text) and not one.figures.hypothetical
    if taken and (other := _other_figure(case, one)):
        return _with_places(other, one)
    if (among or despite or taken) and (ruled_out := _ruled_out(case, one)) is not None:
        return ruled_out
    if (among or despite) and counted and not own:
        if one.names_sure:
            return listing.unlisted(case, counted[0], one.named, one.places)
        return _other_figure(case, one) or _of_kind(case, one, counted[0]) \
            or (listing.unseen(case, counted[0]) if among and _names_something(case, one) else None)
    if not one.rows or len(one.rows) > listing.SHOWN:
        return None
    told = _of_rows(case, one, among=among, despite=despite)
    return _with_places(told, one) if told is not None else None


def _with_places(told: Result, one: Question) -> Result:
    """A result with the lines that hold what the question names, before other places."""
    places = [line.citation for line in one.places] if one.named.sure else []
    clauses = [cite for cite in told.quotes if cite.ref]
    return replace(told, quotes=tuple(dict.fromkeys((*clauses, *places, *told.quotes))))


def _of_rows(case: Case, one: Question, *, among: bool, despite: bool) -> Result | None:
    """`among`: whether they are counted is what is asked; `despite`: whether they may be, all the same."""
    asked = one.asked
    if asked.intent == "why" and asked.findings and any(each.outcome in OPEN_OUTCOMES for each in asked.findings):
        return None      # it asks for the outcome's reasons
    own = [row for row in one.rows if row.fact in one.facts]
    rows = own or list(one.rows)
    if one.facts and not own and denied(case, one):
        return None      # what happened is told by its own lines, not by rows of other facts
    if among and (own or (not one.facts and not asked.findings)) and not asked.counts:
        return listing.status(case, rows, _verdict(case, one, rows))
    if question_form.asks_harm(one.text) and one.part.polar:
        if _apart(one, own):
            return None      # what rows of another matter mean for these conditions: their outcomes, and what is said
        return listing.harm(case, rows)
    told = _reasons_of(case, one, rows, despite=despite) if own or not one.facts else None
    if told is not None:
        return told
    short = len(one.text) <= _SHORT
    if asked.counts and (asked.lists or (says("asks", "how_many", one.text) and not one.part.polar)):
        return None      # how many and which
    if (not one.facts or short) and says("asks", "status_row", one.text) and not one.part.polar:
        return listing.status(case, rows, "")
    listed = any(case.policy.facts.facts[row.fact].kind == "count" for row in own)
    single = listed and says("asks", "counts_as", one.text) and not says("asks", "enough", one.text) \
        and not one.figures.terms      # 荷兰那份算驻在国协议吗: of this row, not of the condition
    bare = says("asks", "valid", one.text) and not one.asked.findings
    if one.part.polar and len(rows) <= _FEW and (single or bare):
        return listing.status(case, rows, _verdict(case, one, rows))
    return None


def _verdict(case: Case, one: Question, rows: Sequence[Row]) -> str:
    """Whether rows count; what is told for or against a yes/no condition comes to what the condition does, or, asked
    whether it is what the condition denies (算不算事故), to the opposite."""
    topics = case.topics.subjects
    named = {topics[name].fact for name in one.part.found}
    parts = {each.fact for each in topics.values() if each.narrows} - named
    rows = [row for row in rows if row.fact not in parts] or rows      # 这篇算不算: as a paper, not as a joint one
    keys = {row.fact for row in rows}
    if any(case.policy.facts.facts[key].kind != "yes_no" for key in keys):
        return listing.verdict_of(rows)
    reached = together(OF_OUTCOME[each.outcome] for each in case.findings_of(keys))
    if says("asks", "of_condition", one.text):      # 事故那条能不能算过
        return reached
    if listing.verdict_of(rows) != YES:
        return listing.verdict_of(rows)
    return {YES: NO, NO: YES}.get(reached, reached) if denied(case, one) else reached


def _other_figure(case: Case, one: Question) -> Result | None:
    """全校SCI 1120多篇能当成中心的吗: a figure that is not the one that was found for its fact, with the places that
    state it."""
    for key in one.facts:
        fact = case.assessment.facts.get(key)
        stated = [term.interval for term in one.figures.of(key) if term.role is not Role.BAR]
        if fact is None or fact.conflict or not stated or any(_meet(each, fact.interval) for each in stated):
            continue
        rows = [row for row in case.rows_of([key]) if any(
            figure.interval.high is not None and _meet(figure.interval, each)
            for figure in numerals.quantities(fold(row.quote)) for each in stated)]
        return listing.not_the_figure(case, key, [row for row in rows if row.status != COUNTED])
    return None


def _of_kind(case: Case, one: Question, key: str) -> Result | None:
    """That a kind which a question names does not count, by the policy folder's words for the fact: 短期出差的."""
    noted = _noted(case, one, key)
    if noted is not None:
        return listing.of_kind(case, key, noted)
    days = periods.dates(one.text)
    if days and all(last < case.assessment.window[0] for _, _, last in days) \
            and case.policy.facts.facts[key].time == "window":
        return listing.of_kind(case, key, "", reason="outside_window")
    out, reason = counting.not_counting(_ASKS.sub(" ", one.text), key, case.policy)
    return listing.of_kind(case, key, "", reason=reason) if out else None


def _ruled_out(case: Case, one: Question) -> Result | None:
    """That a kind which a question names is one of those that the policy folder says do not count: 领导小组, 兼职的."""
    clauses = {each.criterion.citation for each in case.findings_of(one.facts)}
    beside = [key for each in case.findings if each.criterion.citation in clauses for key in each.criterion.facts]
    said, last = set(mentions.terms(one.text)), case.topics.subjects[_last_named(one)].fact if one.part.found else ""
    for key in dict.fromkeys([*([last] if case.findings_of([last]) else []), *one.facts, *beside]):
        label = fold(case.policy.facts.facts[key].label)
        for kind in _not_counted(case.policy.root, case.policy.sha256)[key]:
            for piece in re.split("、", fold(kind)) if not says("asks", "undecided_kind", kind) else ():
                own = set(mentions.terms(_without(label, piece.removesuffix("的"))))
                if own and (len(own & said) >= _TELLING or own <= said):
                    return listing.of_kind(case, key, "", ruled_out=kind)
    return None


def _last_named(one: Question) -> str:
    """The subject that a question names last: 兼职的顾问算不算工作人员."""
    return max(one.part.found, key=lambda name: max(word.span.start for word in one.part.found[name]))


def _without(label: str, piece: str) -> str:
    """A piece of text without the pairs of characters that a fact's label has."""
    for term in mentions.terms(label):
        piece = piece.replace(term, " ")
    return piece


@cache
def _not_counted(root: Path, sha256: str) -> Mapping[str, Sequence[str]]:  # noqa: ARG001 - a policy that changed
    """What the policy folder says of each fact not to count, in words."""
    return {key: one.not_counted for key, one in described(root).items()}


def _noted(case: Case, one: Question, key: str) -> str | None:
    """What the policy folder notes of a kind that a question names: 港台的 of 港澳台机构属境外."""
    said = mentions.without_subjects(one.part, case.topics, one.facts)
    notes = (case.policy.wordings[each.criterion.id].note for each in case.findings_of([key]))
    return next((found for note in notes if (found := mentions.noted(said, note))), None)


def _names_something(case: Case, one: Question) -> bool:
    """Whether a question names a thing of the documents besides the conditions, so that it is not about all of it."""
    known = fold(case.policy.text)
    told = mentions.terms(mentions.without_subjects(one.part, case.topics, one.facts))
    return any(not mentions.common(term) and term not in known for term in told)


def _meet(one: Interval, other: Interval) -> bool:
    """Whether two intervals have a figure in common."""
    return (one.high is None or one.high >= other.low) and (other.high is None or other.high >= one.low)


def _apart(one: Question, own: Sequence[Row]) -> bool:
    """Whether a question names yes/no conditions and only rows of other facts."""
    return not own and bool(one.asked.findings) and all(
        each.criterion.kind is CriterionKind.YES_NO for each in one.asked.findings)


def _reasons_of(case: Case, one: Question, rows: Sequence[Row], *, despite: bool) -> Result | None:
    """Why rows do not count, or that they do not although somebody would have it so."""
    why = says("asks", "why_row", one.text)
    left = [row for row in rows if row.status == LEFT_OUT]
    if (despite or why) and left:
        told = listing.status(case, left, NO if despite else "")
        figures = _figures_of(case, one) if why and one.figures.terms else ()
        return replace(told, lines=(*told.lines, *figures))
    if despite or (why and not one.facts):
        return listing.status(case, rows, _verdict(case, one, rows) if one.part.polar else "")
    return None


def _figures_of(case: Case, one: Question) -> tuple[str, ...]:
    """What was found for the facts of a question that states figures of its own."""
    return counts(case, [key for key in one.facts if one.figures.of(key)]).lines


def denied(case: Case, one: Question) -> bool:
    """Whether a question names what its facts deny."""
    named = [case.topics.subjects[name] for name in one.part.found]
    return any(subject.denies and subject.fact in one.facts for subject in named)
