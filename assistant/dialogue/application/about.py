"""Questions about an application, answered from its assessment by rules: one `Result` for each thing that is asked.

What is asked is told by the patterns of `language/dialogue.yaml` and `language/cases.yaml`; which facts it is about by
the subjects of the policy folder, and which rows by what stands in them.
"""
from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from assistant.dialogue.application import listing, particulars, sameness, supposing
from assistant.dialogue.application.about_rows import by_rows, denied
from assistant.dialogue.application.case import COUNTED, LEFT_OUT, Case, Row
from assistant.dialogue.application.case_question import Question
from assistant.dialogue.application.finding import (
    OPEN_OUTCOMES,
    counts,
    explained,
    gaps,
    missing,
    overall,
    settled,
    with_outcome,
)
from assistant.dialogue.application.overview import in_window, summary, types, window
from assistant.dialogue.application.particulars import compared_particulars, particular, total_of
from assistant.dialogue.asker import comparison_words
from assistant.dialogue.asker.roles import Role
from assistant.dialogue.results import NO, OPEN, YES, Result
from assistant.questions import case_questions, clause_weights, question_form
from assistant.questions.dialogue_patterns import says
from assistant.questions.understanding import fold
from ingestion.domain import Citation, Outcome, Overall

_RULED = frozenset({"findings", "exists"})
_FEW = 3          # rows that one thing named can be
_PLAIN = 24       # characters of a question that asks for nothing but what is said of a fact
_SHORT_YEARS = re.compile(r"(?<!\d)\d\d(?:\s*年?\s*[、,，和]\s*\d\d)*\s*年(?!前|来|内|以)")     # 22、23、24年


def answer(case: Case, one: Question) -> Result | None:
    """What the application says to a question; None if it is not asked about the application. What is said of facts
    cites the clauses that ask for them."""
    found = _answer(case, one)
    if found is not None and found.kind in _RULED:
        beside = particulars.beside(case, one.part, found) or particulars.events(case, one.part)
        found = replace(found, quotes=_after_clauses(found.quotes, beside))
    if found is None or found.kind not in ("rows", "facts") or found.refs or not one.facts:
        return found
    if found.kind == "facts" and one.asked.intent != "conflict" and not says("asks", "valid", one.text):
        return found      # how many there are stands in the documents alone
    findings = case.findings_of(one.facts)
    return replace(found, quotes=(*found.quotes, *case.cites(findings, evidence=False)),
                   refs=tuple(dict.fromkeys(each.criterion.citation for each in findings)))


def _after_clauses(quotes: Sequence[Citation], more: Sequence[Citation]) -> tuple[Citation, ...]:
    """Citations with the documents' own words about the question before other places."""
    return (*(one for one in quotes if one.ref), *more, *(one for one in quotes if not one.ref and one not in more))


def _answer(case: Case, one: Question) -> Result | None:
    """The first of all ways to read the question that has a result."""
    text, part = one.text, one.part
    if says("asks", "summary", text) and not one.facts and not part.refs:
        whole = overall(case, polar=True).verdict if part.polar and asks_whole(text) else ""
        short = summary(case)
        first = (short.lines[1], short.lines[0]) if whole else short.lines[:2]
        return replace(short, verdict=whole, lines=(*first, *short.lines[2:]))
    if one.types and (says("asks", "types", text) or one.figures.hypothetical or one.asked.intent == "overall"):
        return types(case, one.types)
    if one.types:
        return None      # it asks of another base type: the policy answers
    if says("asks", "types_asking", text) and one.facts:
        return None      # which types ask for a thing: the policy answers
    which = says("asks", "type_for_us", text) or (says("asks", "types", text) and _asks_which_type(text))
    if which and not one.facts:
        return types(case, [base.id for base in case.policy.base_types])
    change = supposing.changes(case, one)
    if change is not None:
        return change
    inside = in_window(case, text, one.rows) if part.polar and says("asks", "in_window", text) else None
    if inside is not None:
        return inside
    if _of_the_window(one) or (says("asks", "changes", text) and "window" in part.found and not one.facts):
        return window(case)
    if says("asks", "sum", text) and (one.documents or not one.facts) and not says("asks", "why_row", text):
        total = total_of(case, text, one.documents)
        if total is not None:
            return total
    told = _plain(case, one)
    if told is not None and told.kind == "findings":
        told = replace(told, lines=(*told.lines, *_set_aside(case, one)))
    supposed = says("roles", "if", text) and any(says("asks", name, text) for name in ("ends", "happens", "despite"))
    if told is not None and supposed and told.verdict and told.kind == "findings":     # it may be otherwise then
        return replace(told, verdict=OPEN, lines=(case.say("not_computed"), *told.lines))
    return told


def _set_aside(case: Case, one: Question) -> list[str]:
    """The figures of a question that count for nothing of what it asks, with the reason: 预算安排了260万."""
    left = [term for term in one.figures.terms
            if term.fact in one.facts and term.role in (Role.UNCOUNTED, Role.PLANNED)]
    units = {key: case.policy.wordings[each.criterion.id].unit
             for each in one.asked.findings for key in each.criterion.facts}
    return [text for term in left
            for text in comparison_words.aside(term, term.fact, units.get(term.fact, ""), case.policy, case.say)]


def _plain(case: Case, one: Question) -> Result | None:
    """What the application says as it is."""
    for answers in (sameness.answer, _which_stands, _elsewhere, _by_field, _by_intent, by_rows, _by_facts):
        told = answers(case, one)
        if told is not None:
            return told
    return None


def asks_whole(text: str) -> bool:
    """Whether a question asks, among other things, if the whole passes."""
    return case_questions.asks_overall(text) or says("asks", "overall_again", text)


def _elsewhere(case: Case, one: Question) -> Result | None:
    """That what a question says is missing is a condition of other base types only."""
    part, topics = one.part, case.topics
    named = {topics.subjects[name].fact for name in part.found
             if topics.subjects[name].weight >= clause_weights.STRONG} - {""}
    if one.facts or one.types or not named or not part.polar or not (
            question_form.asks_harm(part.text) or question_form.denies(part.text)):
        return None
    found = [each for each in case.policy.criteria if named & set(each.facts)]
    if not found or any(named & set(each.criterion.facts) for each in case.findings):
        return None
    article = found[0].citation.split("（")[0]
    other = next((base for base in case.policy.base_types if article in base.articles), None)
    own = case.policy.base_type(case.assessment.base_type)
    if other is None:
        return None
    clauses = tuple(dict.fromkeys(Citation(each.quote, each.span, ref=each.citation) for each in found))
    line = case.say("elsewhere", own=case.say.pick(own.label, own.label_en),
                    other=case.say.pick(other.label, other.label_en), refs=case.say.joined(case.say.refs(own.articles)))
    return Result("harm", verdict=YES, quotes=clauses, refs=tuple(one.ref for one in clauses), lines=(line,))


def _which_stands(case: Case, one: Question) -> Result | None:
    """Which of several figures or statements stands, and what that comes to."""
    if not says("asks", "which_stands", one.text) or not one.facts or one.part.polar:
        return None
    counted = [key for key in one.facts if case.policy.facts.facts[key].kind != "yes_no"]
    told, found = counts(case, counted), explained(case, one.asked.findings)
    known = [case.assessment.facts[key] for key in one.facts if key in case.assessment.facts]
    rule = (case.say("conflict_rule"),) if any(fact.conflict for fact in known) else ()
    return replace(told, quotes=(*found.quotes, *told.quotes), refs=found.refs,
                   lines=(*told.lines, *found.lines, *rule))


def _asks_which_type(text: str) -> bool:
    return any(word in text for word in ("哪", "什么", "which", "what"))


def _of_the_window(one: Question) -> bool:
    counted = [each for each in one.part.quantities if each.measure != "time"]
    return says("asks", "window", one.text) and not one.facts and not counted


# By what is asked -----------------------------------------------------------------------------------------------------

def _by_field(case: Case, one: Question) -> Result | None:
    """What documents say under a label: a code, a date, a name; or whether two of them say the same."""
    if one.part.polar and says("asks", "differs", one.text):
        same = compared_particulars(case, one.text, one.documents)
        if same is not None:
            return same
        if one.documents and not one.facts:
            return listing.conflicts(case, (), one.documents)
        counted = [key for key in one.facts if case.policy.facts.facts[key].kind != "yes_no"]
        if counted:
            return listing.agreeing(case, counted, one.documents, one.figures)
    why = one.asked.findings and (one.asked.intent == "why" or says("asks", "why_row", one.text))
    settles = why or (one.part.polar and (one.asked.findings or one.asked.intent in ("overall", "met")))
    if settles or one.part.refs:
        return None
    told = particular(case, one.text, one.documents)
    if told is not None and told.error and (unrated := case.rows_of(case.assessment.exclusions, LEFT_OUT)):
        unrated = [row for row in unrated if row.reason == "foreign_currency" and says("roles", "of_rate", one.text)]
        return listing.status(case, unrated, "") if unrated else told
    return told


def _by_intent(case: Case, one: Question) -> Result | None:
    """The result by what the question asks for: what is missing, left out, in conflict, unread."""
    asked, text = one.asked, one.text
    match asked.intent:
        case "left_out" if not one.rows or asked.lists or one.documents:
            return listing.left_out(case, asked.facts, one.documents, list(one.reasons))
        case "missing" if one.part.polar and not asked.facts and asks_whole(text):
            return overall(case, polar=True)
        case "missing" if says("asks", "gap", text) and asked.facts:
            return gaps(case, asked.findings)
        case "missing":
            return missing(case, asked.findings)
        case "conflict":
            return listing.conflicts(case, asked.facts, exists=one.part.polar and says("asks", "any", text))
        case "unread":
            return listing.unread(case)
        case "files" if not asked.facts:
            return listing.files(case)
        case "passed":
            return with_outcome(case, "case_passed", (Outcome.MET,))
        case "judged":
            return with_outcome(case, "case_judged", (Outcome.JUDGEMENT,))
        case "where" if asked.facts and not one.part.polar:
            return listing.where(case, asked.facts, one.documents)
    told = _by_reasons(case, one)
    if told is not None:
        return told
    if says("asks", "next_step", text):
        return missing(case, asked.findings)
    if says("asks", "gap", text) and asked.findings:
        return gaps(case, asked.findings)
    return None


def _by_reasons(case: Case, one: Question) -> Result | None:
    """What was left out for reasons that the question names: 在审的有没有算进去, 兼职的有哪几个."""
    asked, text = one.asked, one.text
    reasons = [] if says("asks", "what_counts", text) else list(one.reasons)
    if reasons and asked.findings and one.part.polar and says("asks", "still", text):
        told, out = settled(case, asked.findings), listing.left_out(case, asked.facts, one.documents, reasons)
        return replace(told, quotes=(*told.quotes, *out.quotes), lines=(*told.lines, *out.lines))
    named = any(row.fact in asked.facts for row in one.rows)      # rows are told about one by one
    if reasons and asked.facts and one.part.polar and not named and says("asks", "counted_in", text):
        told = listing.left_out(case, asked.facts, one.documents, reasons)
        return replace(told, verdict=NO if told.quotes else "", lines=(*counts(case, asked.facts).lines, *told.lines))
    if says("asks", "without", text) and asked.facts and not one.part.polar:
        return listing.left_out(case, asked.facts, one.documents, reasons)
    how_many = asked.counts and not one.part.polar and not says("asks", "minus", text)      # 区级的有几个
    if reasons and asked.facts and (asked.lists or how_many or part_asks_for(one)):
        return listing.left_out(case, asked.facts, one.documents, reasons, polar=one.part.polar)
    return None


def part_asks_for(one: Question) -> bool:
    """Whether a question asks if there are any: 有重复登记的吗."""
    return one.part.polar and says("asks", "any", one.text)


def _by_facts(case: Case, one: Question) -> Result | None:
    """Outcomes, rows and counts of what the question names, or of the whole."""
    asked, part, text = one.asked, one.part, one.text
    findings = asked.findings
    if asked.bars and not asked.own and asked.facts and (not part.polar or "confirm" in part.asks):
        return None      # what the policy asks for, not what the application has
    if asked.intent == "why" and findings:
        return explained(case, [each for each in findings if each.outcome in OPEN_OUTCOMES] or findings)
    if says("asks", "why_row", text) and asked.facts and not part.polar:      # also: why it is not the figure stated
        return listing.why_less(case, asked.facts, one.documents)
    if asked.lists and asked.facts and not part.polar:
        return listing.rows(case, asked.facts, one.documents)
    if says("asks", "whole", text) and asked.intent in ("overall", "met", ""):
        return overall(case, polar=part.polar)
    if question_form.asks_harm(text) and findings and part.polar:
        return settled(case, findings, harm=True)
    happened = says("asks", "exists_of", text) or says("asks", "counted_in", text)
    if findings and part.polar and happened and not part.refs and denied(case, one):
        told = settled(case, findings)      # 有没有事故: no, where the condition holds
        return replace(told, kind="exists", verdict={YES: NO, NO: YES}.get(told.verdict, told.verdict))
    if findings and (part.polar or asked.intent in ("overall", "met")):
        return settled(case, findings, where=asked.intent == "where")
    counted = _counted(case, one) if asked.facts else None
    if counted is not None:
        return counted
    if findings and part.refs and asked.own:
        return explained(case, findings)
    if asked.intent == "why":
        return overall(case) if case.assessment.overall is Overall.PENDING else missing(case, [])
    if asked.facts and asked.own:
        return counts(case, asked.facts)
    return _by_whole(case, one)


def _counted(case: Case, one: Question) -> Result | None:
    """How many there are, of all or of what the question names; which of two figures it is."""
    asked, part, text = one.asked, one.part, one.text
    if not part.polar and says("asks", "alternatives", text) and len(one.figures.terms) > 1:
        return listing.why_less(case, asked.facts, one.documents)
    if asked.counts and (own := _named_rows(case, one)):
        return listing.named(case, asked.facts, own)
    if asked.counts and (years := _years(one)) and (told := listing.of_years(case, asked.facts, years)):
        return told
    if (asked.counts or part.asks & {"quantity"}) and not says("asks", "changes", text):
        return counts(case, asked.facts)
    return None


def _years(one: Question) -> list[int]:
    """The years for which a question asks one by one (22、23、24年各多少篇), not from one on."""
    if says("asks", "from_then", one.text):
        return []
    short = [2000 + int(year) for match in _SHORT_YEARS.finditer(one.text) for year in re.findall(r"\d\d", match[0])]
    return list(dict.fromkeys([*one.part.years, *short]))


def _named_rows(case: Case, one: Question) -> list[Row]:
    """The counted rows that hold a name of the question, where they are only some: 和京都大学合写的有几篇."""
    rows = case.rows_of(one.facts, COUNTED)
    found = [row for row in rows if one.named.sure and any(word in fold(row.quote) for word in one.named.words)]
    return found if len(found) < len(rows) else []


def _by_whole(case: Case, one: Question) -> Result | None:
    """What is asked of the whole, or of nothing in particular."""
    asked, part, text = one.asked, one.part, one.text
    strange = asked.other_matter or any(not case.speaks_of(piece) for piece in part.strange)
    whole = asked.intent in ("overall", "met") or (says("asks", "overall_again", text) and part.polar)
    if whole and not asked.facts and not strange:
        return overall(case, polar=part.polar)
    if says("asks", "bare_why", text) and not asked.facts and not strange:
        return overall(case) if case.assessment.overall is Overall.PENDING else missing(case, [])
    plain = not part.polar and not asked.bars and not part.refs and "meaning" not in part.found
    asks = part.asks & {"when", "which", "what", "who", "where", "how"} or says("asks", "ordinal", text)
    if plain and part.asks == {"how"} and one.named.sure:
        own = [row for row in one.rows if row.fact in one.facts][:listing.SHOWN]      # 香港那篇怎么算
        return listing.status(case, own, "") if own else particulars.naming(case, one.named)
    if plain and part.asks == {"how"} and asked.findings and all(
            case.policy.facts.facts[key].kind == "yes_no" for key in asked.facts):
        return explained(case, asked.findings)      # 控制权这条怎么看
    if plain and asked.facts and asks and len(text) <= _PLAIN \
            and any(case.rows_of(asked.facts)):
        own = [row for row in one.rows if row.fact in asked.facts] if one.named.sure else []
        if 0 < len(own) <= _FEW:      # 有篇ESCI的是哪篇
            return listing.status(case, own, "")
        told = listing.told(case, asked.facts)
        if not says("asks", "ordinal", text):
            return told
        said = particulars.around(case, case.rows_of(asked.facts, COUNTED))      # what stands beside it
        return replace(told, quotes=_after_clauses(told.quotes, said))
    return None

