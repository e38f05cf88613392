"""Questions about an application, answered from its assessment by rules: one `Result` for each thing that is asked.

What is asked is told by the patterns of `language/dialogue.yaml` and `language/cases.yaml`; which facts it is about by
the subjects of the policy folder, and which rows by what stands in them.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace as copied

from msgspec.structs import replace

from assistant.dialogue.application import listing, mentions, particulars, sameness, supposing
from assistant.dialogue.application.about_rows import by_rows, denied
from assistant.dialogue.application.case import COUNTED, LEFT_OUT, Case, Row
from assistant.dialogue.application.case_question import Question
from assistant.dialogue.application.finding import counts, explained, gaps, missing, overall, settled, with_outcome
from assistant.dialogue.application.overview import in_window, summary, types, window
from assistant.dialogue.application.particulars import compared_particulars, particular, total_of
from assistant.dialogue.asker import comparison_words
from assistant.dialogue.asker.roles import Asked, Role
from assistant.dialogue.results import NO, OPEN, YES, Result
from assistant.questions import case_questions, clause_weights, question_form
from assistant.questions.dialogue_patterns import pattern, says
from assistant.questions.term_spotting import Spotted
from assistant.questions.topics import words_of
from assistant.questions.understanding import Part, fold
from ingestion.domain import Citation, Outcome, Overall

_RULED = frozenset({"findings", "exists"})
_PLAIN = 24       # characters of a question that asks for nothing but what is said of a fact
_SHORT = 14        # characters of a question that only names a row
_FEW = 6
_PAIR = 2          # characters of a word that a longer name may hold by chance
_NAMELIKE = re.compile(r"[\u4e00-\u9fff]+")
_TELLING = 100     # a figure that tells a row from others
_NUMBER = 10       # a number that does, with its unit
_FIGURE = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d.])|(?<![\d.,])\d{3,9}(?![\d.,])")
_OPEN = (Outcome.NOT_MET, Outcome.INSUFFICIENT)


def understood(case: Case, part: Part, figures: Asked) -> Question:
    """A folded part of a question beside the application."""
    part = _without_names(case, part)
    asked = case_questions.read(part, case.findings, case.assessment.facts, case.topics)
    if not asked.facts and not asked.findings:
        keys = _happened(case, part)
        asked = replace(asked, facts=keys, findings=case.findings_of(keys))
    counted = [key for key in asked.facts if figures.of(key)]
    if not counted and all(case.policy.facts.facts[key].kind == "yes_no" for key in asked.facts):
        counted = [key for key in figures.facts if case.findings_of([key]) and _figure_in(part, key, figures)]
    if counted and set(counted) != set(asked.facts):      # its figures say which of them it is about
        asked = replace(asked, facts=counted, findings=case.findings_of(counted))
    if not asked.facts and not asked.findings:
        keys = [key for key in figures.facts if case.findings_of([key])] or _of_unit(case, part.text)
        asked = replace(asked, facts=keys, findings=case.findings_of(keys))
    found = mentions.rows(part, case.rows, asked.facts, case.topics, fold(case.policy.text))
    found = _of_figures(case, asked.facts, figures) or found or ([] if asked.facts else _of_numbers(case, part))
    name = mentions.longest_name(part.text, case.texts, fold(case.policy.text))
    if any(piece in name for piece in part.strange) and not any(name in fold(row.quote) for row in case.rows):
        found = []       # it names what no row is about
    else:
        name = ""
    types = tuple(one for one in clause_weights.types_of(part, case.topics) if one != case.assessment.base_type)
    named = case.documents_named(mentions.without_subjects(part, case.topics, [
        key for key, spec in case.policy.facts.facts.items() if spec.kind != "yes_no"]))
    return Question(part, asked, figures, tuple(found), tuple(named), types, name)


def _without_names(case: Case, part: Part) -> Part:
    """A part without the words that it has only inside a name of the documents: 机密 in 压缩机密封."""
    def inside(word: Spotted) -> bool:
        around = part.text[max(0, word.span.start - 1):word.span.end + 1]
        return len(word.word) == _PAIR and len(around) == _PAIR + 2 and _NAMELIKE.fullmatch(around) is not None \
            and case.speaks_of(around)

    yes_no = {key for key, spec in case.policy.facts.facts.items() if spec.kind == "yes_no"}
    found = {name: kept for name, words in part.found.items()
             if (kept := tuple(word for word in words
                               if case.topics.subjects[name].fact not in yes_no or not inside(word)))}
    return copied(part, found=found) if found != dict(part.found) else part


def _happened(case: Case, part: Part) -> list[str]:
    """The fact that is denied by something of the kind that a question names, be it inside another word (重大安全事故)
    or by a word for what may happen to anybody (罚款)."""
    denied = {subject.fact: words_of(subject.words)[0] for subject in case.topics.subjects.values() if subject.denies}
    keys = [key for one in case.findings for key in one.criterion.facts if key in denied]
    named = [key for key in keys if any(len(word) > 1 and word in part.text for word in denied[key])]
    return named or (keys[:1] if says("asks", "incident", part.text) else [])


def _figure_in(part: Part, key: str, figures: Asked) -> bool:
    return any(one.words in part.text for one in figures.of(key))


def _of_unit(case: Case, text: str) -> list[str]:
    """The fact that a bare 几项 counts, where one condition only is counted so."""
    asked = pattern("asks", "how_many").search(text)
    if asked is None or (len(text) > _SHORT and not says("roles", "if", text)):
        return []
    keys = [one.criterion.facts[0] for one in case.findings
            if one.criterion.bar is not None and case.policy.wordings[one.criterion.id].unit == asked[1]
            and case.policy.wordings[one.criterion.id].measure]
    return keys if len(keys) == 1 else []


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
    text, part = one.text, one.part
    if says("asks", "summary", text) and not one.facts and not part.refs:
        whole = overall(case, polar=True).verdict if part.polar and asks_whole(text) else ""
        return replace(summary(case), verdict=whole)
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
        if counted and (len(one.documents) > 1 or one.figures.of(counted[0])):
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
    asked, text = one.asked, one.text
    match asked.intent:
        case "left_out" if not one.rows or asked.lists or one.documents:
            return listing.left_out(case, asked.facts, one.documents, _reasons(case, one))
        case "missing" if one.part.polar and not asked.facts and case_questions.asks_overall(text):
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
    reasons = [] if says("asks", "what_counts", text) else _reasons(case, one)
    if reasons and asked.findings and one.part.polar and says("asks", "still", text):
        told, out = settled(case, asked.findings), listing.left_out(case, asked.facts, one.documents, reasons)
        return replace(told, quotes=(*told.quotes, *out.quotes), lines=(*told.lines, *out.lines))
    named = any(row.fact in asked.facts for row in one.rows)      # rows are told about one by one
    if reasons and asked.facts and one.part.polar and not named and says("asks", "counted_in", text):
        told = listing.left_out(case, asked.facts, one.documents, reasons)
        return replace(told, verdict=NO if told.quotes else "", lines=(*counts(case, asked.facts).lines, *told.lines))
    if reasons and asked.facts and (asked.lists or part_asks_for(one)):
        return listing.left_out(case, asked.facts, one.documents, reasons, polar=one.part.polar)
    return None


def part_asks_for(one: Question) -> bool:
    """Whether a question asks if there are any: 有重复登记的吗."""
    return one.part.polar and says("asks", "any", one.text)


def _reasons(case: Case, one: Question) -> list[str]:
    """The reasons for leaving something out that a question names: 兼职的有哪几个, 有没有重复的."""
    found, known = [], fold(case.policy.text + "\n".join(case.fact_label(key) for key in one.facts))
    text = mentions.without_subjects(one.part, case.topics)
    there = {row.reason for row in case.rows_of(one.facts or case.assessment.exclusions, LEFT_OUT)}
    for code, texts in case.policy.facts.reasons.items():
        if code not in there:
            continue
        words = {term for text in texts for term in mentions.terms(fold(text))
                 if not mentions.empty(term) and term not in known}
        if any(word in text for word in words if len(word) == 2 or len(word) > 5) or _rejects(case, one, code, text):
            found.append(code)
    return found


def _rejects(case: Case, one: Question, code: str, text: str) -> bool:
    """Whether a question has the words for which the policy folder leaves something out: 证书过期的."""
    book = case.policy.facts
    specs = [book.facts[key] for key in one.facts]
    return any(reject.reason == code and reject.words and book.pattern(reject.words).search(text) is not None
               for spec in specs if spec.listing is not None for reject in spec.listing.reject)


def _of_figures(case: Case, keys: Sequence[str], figures: Asked) -> list[Row]:
    """What was left out of the facts asked about, where the question states its very figure: 全校的3216篇."""
    stated = {f"{one.interval.low:,}" for key in keys for one in figures.of(key)
              if one.interval.exact and one.interval.low >= _TELLING}
    return [row for row in case.rows_of(keys, LEFT_OUT) for figures_of in [_FIGURE.findall(row.quote)]
            if len(figures_of) == 1 and f"{int(figures_of[0].replace(',', '')):,}" in stated]


def _of_numbers(case: Case, part: Part) -> list[Row]:
    """What was left out that states a number of the question in the same unit: 集团的37项奖."""
    stated = [f"{one.interval.low}{one.unit}" for one in part.quantities
              if one.unit and one.interval.exact and one.interval.low >= _NUMBER]
    return [row for row in case.rows if row.status == LEFT_OUT and any(
        re.search(rf"(?<![\d.]){re.escape(one)}", fold(row.quote)) for one in stated)]


def _by_facts(case: Case, one: Question) -> Result | None:
    """Outcomes, rows and counts of what the question names, or of the whole."""
    asked, part, text = one.asked, one.part, one.text
    findings = asked.findings
    if asked.bars and not asked.own and asked.facts and (not part.polar or "confirm" in part.asks):
        return None      # what the policy asks for, not what the application has
    if asked.intent == "why" and findings:
        return explained(case, [each for each in findings if each.outcome in _OPEN] or findings)
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
    if asked.counts and (own := _named_rows(case, one) or _of_year(case, one)):
        return listing.named(case, asked.facts, own)
    if (asked.counts or part.asks & {"quantity"}) and not says("asks", "changes", text):
        return counts(case, asked.facts)
    return None


def _of_year(case: Case, one: Question) -> list[Row]:
    """The few counted rows of the one year that a question names: 2025年花了多少."""
    years = [str(year) for year in one.part.years]
    found = [row for row in case.rows_of(one.facts, COUNTED) if len(years) == 1 and years[0] in row.cells[0]]
    return found if len(found) <= _FEW else []


def _named_rows(case: Case, one: Question) -> list[Row]:
    """The counted rows that hold a name of the question, where they are only some: 和京都大学合写的有几篇."""
    rows = case.rows_of(one.facts, COUNTED)
    name = mentions.longest_name(one.text, [fold(row.quote) for row in one.rows], fold(case.policy.text))
    found = [row for row in rows if name and name in fold(row.quote)]
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
    if plain and asked.facts and asks and len(text) <= _PLAIN \
            and any(case.rows_of(asked.facts)):
        told = listing.told(case, asked.facts)
        if not says("asks", "ordinal", text):
            return told
        said = particulars.around(case, case.rows_of(asked.facts, COUNTED))      # what stands beside it
        return replace(told, quotes=_after_clauses(told.quotes, said))
    return None

