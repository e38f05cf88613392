"""What a question supposes: one more, one less, a row that would count or no longer, a rate, a window, documents."""
from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from assistant.dialogue.application import listing, mentions, names, particulars
from assistant.dialogue.application.case import COUNTED, LEFT_OUT, Case, Row
from assistant.dialogue.application.case_question import Question, rows_named
from assistant.dialogue.application.recompute import Change, recompute
from assistant.dialogue.asker import extracted
from assistant.dialogue.asker.roles import Role, Term
from assistant.dialogue.results import NO, OPEN, YES, Result
from assistant.questions import rates
from assistant.questions.dialogue_patterns import pattern, says
from assistant.questions.understanding import Part, fold
from ingestion.domain import Interval, Method, Outcome
from ingestion.numbers import numerals, periods

_NEW = frozenset({Role.ADDED, Role.PLANNED, Role.PART})      # figures that say themselves what comes
_AND = re.compile(r"[和跟与及、]|\band\b")
_JOINT = re.compile(r"[、，,；;]|(?<=[\u4e00-\u9fff])[和与及]")
_NAME, _FEW = 4, 4     # characters that are no chance run of words; rows that one clause can mean
_YEAR_ON = 12      # months
_MARKS = "，,。；;?？ "
_SETTLING = 2     # pairs of characters that name what settles a condition
_TELLING = 3      # pairs of characters that tell what is spoken of
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def changes(case: Case, one: Question) -> Result | None:
    """The result under what the question supposes; None if it supposes nothing that can be computed."""
    text, facts = one.text, one.facts
    rate = rates.stated(text)
    if rate is not None:
        money = facts or [key for key in case.assessment.facts if case.policy.facts.facts[key].kind == "money"] \
            or [key for each in case.findings for key in each.criterion.facts
                if case.policy.facts.facts[key].kind == "money"]
        if money:
            return recompute(case, [Change("rate", money[0], rate=rate.yuan, currency=rate.currency)])
    if says("asks", "home_money", text):
        open_above = [key for key, fact in case.assessment.facts.items() if fact.interval.high is None
                      and case.policy.facts.facts[key].kind == "money"]
        if open_above:
            low = case.assessment.facts[open_above[0]].interval.low
            return recompute(case, [Change("value", open_above[0], low)])
    if _as_it_is(case, one) or (says("asks", "why_row", text) and not says("roles", "if", text)):
        return None
    day = _day(case, one)
    if day is not None and not (one.rows and says("asks", "ends", text)):
        return _on_day(case, day, facts)
    window = _window(case, one)
    if window is not None and facts:
        return recompute(case, [Change("window", window=window)], facts)
    if one.part.polar and says("asks", "overall_again", text) and says("asks", "as_is", text):
        return None     # 按现在的材料，整体符合吗: nothing is supposed
    if one.documents and says("asks", "only", text):
        listed = facts or list(dict.fromkeys(row.fact for row in case.rows if row.document in one.documents
                                             and row.status == COUNTED and _countable(case, row)))
        if listed:
            return recompute(case, [Change("documents", documents=one.documents)], listed)
    lost = [term for term in one.figures.terms if term.role is Role.LOST]
    had = {term.fact for term in one.figures.terms if term.role is Role.HAVE}
    loses = any(term.fact not in had for term in lost) or (bool(lost) and says("roles", "planned", text))
    if one.figures.hypothetical or loses or says("roles", "if", text):
        return _together(case, one)
    return _as_received(case, one)


def _on_day(case: Case, day: date, facts: Sequence[str]) -> Result:
    """The rules on another day; a total that documents state of 近三年 is of their own day, and leaves it open."""
    told = recompute(case, [Change("day", day=day)], facts)
    stated = [key for key in facts if case.policy.facts.facts[key].time == "window" and key in case.assessment.facts
              and any(piece.method is Method.DECLARED for piece in case.assessment.facts[key].evidence)]
    term = case.say.pick(case.policy.window.term, case.policy.window.term_en)
    head = case.say("on_day", day=case.words.day(day), window=case.words.window(case.policy.window_on(day)), term=term)
    if not stated or told.verdict != YES or case.policy.window_on(day)[0] == case.assessment.window[0]:
        return replace(told, lines=(head, *told.lines))
    return replace(told, verdict=OPEN, lines=(head, case.say("on_day_stated", term=term)))


def _together(case: Case, one: Question) -> Result | None:
    """What all that is supposed comes to: each clause's event (批下来, 到期不续, a document that is handed in), and the
    figures of the others."""
    found: list[Change] = []
    eventful: list[str] = []
    shown = ""
    for clause in one.part.clauses():
        counted = any(term.words in clause.text for term in one.figures.terms if term.role in _NEW)
        events = [] if counted and not mentions.codes(clause.text) else _events(case, one, clause)
        events = events or _supplied(case, clause)
        if not events and (events := _settled(case, one, clause)):
            shown = clause.text.strip(_MARKS)
        found += [each for each in events if each not in found]
        eventful += [clause.text] if events else []
    left = [term for term in one.figures.terms if not any(term.words in clause for clause in eventful)]
    found += _figures(case, one, left)
    if not found:
        return _one_more(case, one)
    facts = {change.fact for change in found}
    asked = {case.topics.subjects[name].fact for name in one.part.asking().found}
    told = recompute(case, found)
    if shown:
        told = replace(told, lines=(told.lines[0] + case.say("supposed_words", words=shown), *told.lines[1:]))
    if one.part.polar and not told.error and not asked & facts and (
            says("asks", "rest_as_is", one.text) or len(facts) > 1):
        whole = recompute(case, found, whole=True)
        first = (*whole.lines[1:2], *told.lines, *whole.lines[:1], *whole.lines[2:]) \
            if says("asks", "overall_again", one.text) else (*told.lines, *whole.lines)
        return replace(whole, figures=told.figures, lines=first,
                       quotes=(*told.quotes, *whole.quotes), refs=(*told.refs, *whole.refs))
    return told


def _as_it_is(case: Case, one: Question) -> bool:
    """Whether the question states the application's own figure, and so supposes nothing: 224万这条还算过吗."""
    if one.figures.hypothetical or not one.figures.terms or says("asks", "later", one.text):
        return False
    return all(term.fact in one.facts and term.interval.high is not None and term.fact in case.assessment.facts
               and case.assessment.facts[term.fact].interval == Interval(term.interval.high, term.interval.high)
               for term in one.figures.terms)


def _day(case: Case, one: Question) -> date | None:
    """The day to which a question puts the application off, the last one that its words allow."""
    match = pattern("asks", "later").search(one.text)
    if match is None:
        return None
    if match.groupdict().get("year"):
        return _months_after(case.assessment.application_date, _YEAR_ON * (2 if match["year"] == "后年" else 1))
    found = [last for span, _, last in periods.dates(one.text) if span.start >= match.start()]
    ahead = re.search(r"(\d{1,2}|[一二两三四五六七八九十])\s*个月", one.text)
    number = numerals.parse_number(ahead[1]) if ahead and not found else None
    if number is not None:
        return _months_after(case.assessment.application_date, int(number))
    return found[0] if found and found[0] != case.assessment.application_date else None


def _months_after(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _window(case: Case, one: Question) -> tuple[date, date] | None:
    """The window that a question wants counted: from a day on, or so many whole years."""
    text = one.text
    if not says("asks", "from_year", text):
        return None
    end = case.assessment.application_date
    if "起" in text or "from" in text or "since" in text:
        found = periods.dates(text)
        if found:
            return found[0][1], end
    years = [int(year) for year in _YEAR.findall(text)]
    if len(years) > 1 and min(years) < end.year:
        last = max(years)
        return date(min(years), 1, 1), end if last >= end.year and end < date(last, 12, 31) else date(last, 12, 31)
    return None


def _events(case: Case, one: Question, clause: Part) -> list[Change]:
    """Rows that a clause names and that would come to count (批下来, 交付), or would no longer (到期不续)."""
    here = {case.topics.subjects[name].fact for name in clause.found}
    facts = [key for key in one.facts if key in here] or one.facts
    rows = rows_named(case, clause, facts)
    own = [row for row in rows if (not facts or row.fact in facts) and _countable(case, row)]
    few = 0 < len({row.quote for row in own}) <= _FEW
    if one.reasons and not few and says("asks", "despite", clause.text):      # 把录用的都算上
        every = [row for row in case.rows_of(facts, LEFT_OUT) if row.reason in one.reasons and _countable(case, row)]
        return [Change("add", row.fact, len({other.quote for other in every if other.fact == row.fact}), row=row)
                for row in _by_fact(every, facts)]
    if not own and says("asks", "happens", clause.text):
        own = _expected(case, facts, clause)
    ends = says("asks", "ends", clause.text) or says("roles", "leaves", clause.text)
    happens = says("asks", "happens", clause.text) or says("asks", "despite", clause.text)
    if not own and ends and len(facts) == 1 and names.read(case, clause).sure:      # 如果马小椿也调回来: one fewer
        return [Change("remove", facts[0], 1)]
    if not own or len({row.quote for row in own}) > _FEW:
        return []
    counted = [row for row in own if row.status == COUNTED]
    if ends and (counted or not happens):
        return [Change("remove", row.fact, _things_named(counted, row.fact, clause), row)
                for row in _by_fact(counted, facts)]
    if happens or says("roles", "if", clause.text):
        return [Change("add", row.fact, _named_in(row, clause), row=row)
                for row in _by_fact([row for row in own if row.status == LEFT_OUT], facts)]
    return []


def _things_named(rows: Sequence[Row], fact: str, clause: Part) -> int:
    """How many things that rows of their own are about a clause names (德国和以色列那两家); 0 for one alone."""
    own = [fold(row.quote) for row in rows if row.fact == fact and row.reads is None]
    sides = [{term for term in mentions.terms(side) if not mentions.common(term)} for side in _AND.split(clause.text)]
    told = [{quote for quote in own if any(term in quote for term in side)} for side in sides]
    apart = [found for place, found in enumerate(told) if found and not any(
        found & other for at, other in enumerate(told) if at != place)]
    return len(apart) if len(apart) > 1 else 0


def _named_in(row: Row, clause: Part) -> int:
    """How many of the things that a row lists a clause names; 0 for a row of one thing."""
    listed = [piece for piece in _JOINT.split(fold(row.quote)) if len(piece) >= _NAME]
    named = [piece for piece in listed if any(piece[place:place + _NAME] in clause.text
                                              for place in range(len(piece) - _NAME + 1))]
    return len(named) if len(named) > 1 else 0


def _supplied(case: Case, clause: Part) -> list[Change]:
    """The condition that would hold once what settles it is handed in: 安全承诺书补齐了."""
    if not says("asks", "supplied", clause.text):
        return []
    said = {term for term in mentions.terms(clause.text) if not mentions.common(term)}
    open_ones = [one for one in case.findings if one.outcome is Outcome.INSUFFICIENT
                 and case.policy.facts.facts[one.criterion.facts[0]].kind == "yes_no"]
    scores = [sum(term in case.policy.wordings[one.criterion.id].settled_by + one.criterion.label for term in said)
              for one in open_ones]
    best = max(scores, default=0)
    return [Change("value", one.criterion.facts[0], 1) for one, score in zip(open_ones, scores, strict=True)
            if score == best >= _SETTLING]


def _settled(case: Case, one: Question, clause: Part) -> list[Change]:
    """The yes/no conditions that a supposed clause settles as the extractor reads it: 如果我方持股达到60%."""
    book = case.policy.facts.facts
    own = {key for each in case.findings for key in each.criterion.facts if book[key].kind == "yes_no"}
    text = extracted.supposed(clause.text)
    found = extracted.reading(text, case.policy, case.assessment.application_date).facts
    return [Change("value", key, fact.interval.low) for key, fact in found.items()
            if key in own and fact.interval.exact and (not one.facts or key in one.facts)]


def _expected(case: Case, facts: Sequence[str], clause: Part) -> list[Row]:
    """What was left out of facts and is spoken of in their own words only: 等示范机构批下来."""
    said = {term for term in mentions.terms(clause.text) if not mentions.common(term)}
    rows = [row for row in case.rows_of(facts, LEFT_OUT) if _countable(case, row)]
    scores = [sum(term in row.quote for term in said) for row in rows]
    best = max(scores, default=0)
    return [row for row, score in zip(rows, scores, strict=True) if score == best >= _TELLING][:1]


def _one_more(case: Case, one: Question) -> Result | None:
    """那个要是批下来呢: one more of what is spoken of, where no row is known for it."""
    keys = [key for key in one.facts if case.policy.facts.facts[key].kind == "count"]
    codes = mentions.codes(one.text)
    if not keys or not says("asks", "happens", one.text) or not (codes or says("asks", "one_more", one.text)):
        return None
    told = recompute(case, [Change("add", keys[0], 1)])
    coded = tuple(line.citation for line in case.lines
                  if codes and codes[0] in mentions.plain_code(line.folded))[:listing.SHOWN]
    if coded:
        return replace(told, quotes=(*told.quotes, *coded))
    place = particulars.search(case, one.part, one.documents)
    return replace(told, quotes=(*told.quotes, *place.quotes)) if place is not None else told


def _by_fact(found: Sequence[Row], facts: Sequence[str]) -> list[Row]:
    """One row of each fact that is asked about, or of the first fact."""
    kept: dict[str, Row] = {}
    for row in found:
        kept.setdefault(row.fact, row)
    return [row for key, row in kept.items() if key in facts] or list(kept.values())[:1]


def _countable(case: Case, row: Row) -> bool:
    return case.policy.facts.facts[row.fact].kind == "count"


def _figures(case: Case, one: Question, terms: Sequence[Term]) -> list[Change]:
    """So many more or fewer, as the question says."""
    found: list[Change] = []
    for term in terms:
        if term.role is Role.BAR or term.interval.high is None:
            continue
        key = term.fact if term.fact in one.facts or case.findings_of([term.fact]) or not one.facts else one.facts[0]
        said = one.text if case.assessment.facts.get(key) is None else _around(one, term)
        if term.role is Role.ADDED:
            found.append(Change("add", key, term.interval.low))
        elif term.role in (Role.LOST, Role.UNCOUNTED) or (says("asks", "ends", said)
                                                          and term.role in (Role.PART, Role.HAVE)):
            found.append(Change("remove", key, term.interval.low))
        elif term.role is Role.PLANNED or (term.role is Role.HAVE and says("asks", "happens", said)):
            found.append(Change("add", key, term.interval.low))
        elif term.role is Role.HAVE and not any(other.role is Role.LOST for other in terms):
            found.append(Change("value", key, term.interval.low))
    return found


def _around(one: Question, term: Term) -> str:
    """The clause of a figure with the one behind it, where that states none: 10篇挂错了，要拿掉."""
    clauses = [clause.text for clause in one.part.clauses()]
    place = next((place for place, clause in enumerate(clauses) if term.words in clause), None)
    if place is None:
        return one.text
    others = [other.words for other in one.figures.terms]
    behind = [clause for clause in clauses[place + 1:place + 2] if not any(words in clause for words in others)]
    return "".join([clauses[place], *behind])


def _as_received(case: Case, one: Question) -> Result | None:
    """按到账的算不就够了: whether what was left out for a reason may be counted all the same."""
    if not one.part.polar or not says("asks", "despite", one.text):
        return None
    if one.rows:
        return None      # rows are told about as they are
    keys = one.facts
    named = [row for row in case.rows_of(keys, LEFT_OUT)
             if any(word in row.quote for word in _said_before(one.text))]
    return listing.status(case, named[:listing.SHOWN], NO) if named else None


def _said_before(text: str) -> list[str]:
    """What stands before 的算: 按到账的算 says 到账."""
    return re.findall(r"按(?:照)?([\u4e00-\u9fff]{2,4}?)(?:的|数|口径|金额)?(?:来)?(?:算|计)", text)
