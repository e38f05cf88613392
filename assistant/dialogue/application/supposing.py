"""What a question supposes: one more, one less, a row that would count or no longer, a rate, a window, documents."""
from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from assistant.dialogue.application import listing, mentions, particulars
from assistant.dialogue.application.case import COUNTED, LEFT_OUT, Case, Row
from assistant.dialogue.application.case_question import Question
from assistant.dialogue.application.recompute import Change, recompute
from assistant.dialogue.asker.roles import Role
from assistant.dialogue.results import NO, Result
from assistant.questions.dialogue_patterns import pattern, says
from ingestion.domain import Interval
from ingestion.numbers import periods

_RATE = re.compile(r"(?:1\s*|一|每)?(?P<currency>欧元|美元|英镑|日元|港元|港币|新元|新加坡元|加元|澳元|瑞士法郎"
                   r"|卢布|韩元|euros?|eur|dollars?|usd|pounds?|gbp)\s*(?:按|折|换|兑|合|=|等于|对|算|to|at|is|为|是|折合|兑换|折算|折成)*\s*(?:人民币|rmb|cny|yuan)?\s*"
                   r"(?:按|为|是|at)?\s*(?P<rate>\d{1,3}\.\d+|\d{1,3})(?!\d)")
_RATE_BEFORE = re.compile(r"(?:按|以|用|照|at)\s*(?:an? )?(?:exchange )?(?P<rate>\d{1,3}(?:\.\d+)?)\s*(?:元)?(?:的)?\s*"
                          r"(?:汇率|rate)")
_RATE_ALONE = re.compile(r"(?:汇率|rate)(?:[^\d，。；]{0,8})(?P<rate>\d{1,3}(?:\.\d+)?)(?![\d.]|\s*[万亿篇家户项个])")
_TELLING = 3      # pairs of characters that tell what is spoken of
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def changes(case: Case, one: Question) -> Result | None:
    """The result under what the question supposes; None if it supposes nothing that can be computed."""
    text, facts = one.text, one.facts
    rate = _rate(text)
    if rate is not None:
        money = facts or [key for key in case.assessment.facts if case.policy.facts.facts[key].kind == "money"] \
            or [key for each in case.findings for key in each.criterion.facts
                if case.policy.facts.facts[key].kind == "money"]
        if money:
            return recompute(case, [Change("rate", money[0], rate=rate[1], currency=rate[0])])
    if _as_it_is(case, one):
        return None
    day = _day(case, one)
    if day is not None and not (one.rows and says("asks", "ends", text)):
        told = recompute(case, [Change("day", day=day)], facts)
        return replace(told, lines=(case.say("on_day", day=case.words.day(day),
                                             window=case.words.window(case.policy.window_on(day)),
                                             term=case.say.pick(case.policy.window.term,
                                                                case.policy.window.term_en)), *told.lines))
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
        return _event(case, one) or _figures(case, one) or _one_more(case, one)
    return _as_received(case, one)


def _rate(text: str) -> tuple[str, Decimal] | None:
    match = _RATE.search(text) or _RATE_BEFORE.search(text) or _RATE_ALONE.search(text)
    if match is None:
        return None
    return match.groupdict().get("currency") or "", Decimal(match["rate"])


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
    found = [last for span, _, last in periods.dates(one.text) if span.start >= match.start()]
    return found[0] if found and found[0] != case.assessment.application_date else None


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


def _event(case: Case, one: Question) -> Result | None:
    """A row that would come to count (批下来, 交付), or would no longer (到期不续)."""
    text = one.text
    own = [row for row in one.rows if not one.facts or row.fact in one.facts]
    if not own and says("asks", "happens", text):
        own = _expected(case, one)
    if not own or len(own) > 4:
        return None
    ends, happens = says("asks", "ends", text), says("asks", "happens", text) or says("asks", "despite", text)
    if ends and not (happens and not any(row.status == COUNTED for row in own)):
        gone = [row for row in own if row.status == COUNTED and _countable(case, row)]
        if gone:
            return recompute(case, [Change("remove", row.fact, row=row) for row in _by_fact(gone, one.facts)])
    if happens and own:
        new = [row for row in own if row.status == LEFT_OUT and _countable(case, row)]
        if new:
            return recompute(case, [Change("add", row.fact, row=row) for row in _by_fact(new, one.facts)])
    return None


def _expected(case: Case, one: Question) -> list[Row]:
    """What was left out of the facts asked about and is spoken of in their own words only: 等示范机构批下来."""
    said = {term for term in mentions.terms(one.text) if not mentions.common(term)}
    rows = [row for row in case.rows_of(one.facts, LEFT_OUT) if _countable(case, row)]
    scores = [sum(term in row.quote for term in said) for row in rows]
    best = max(scores, default=0)
    return [row for row, score in zip(rows, scores, strict=True) if score == best >= _TELLING][:1]


def _one_more(case: Case, one: Question) -> Result | None:
    """那个要是批下来呢: one more of what is spoken of, where no row is known for it."""
    keys = [key for key in one.facts if case.policy.facts.facts[key].kind == "count"]
    if not keys or not says("asks", "happens", one.text) or not says("asks", "one_more", one.text):
        return None
    told = recompute(case, [Change("add", keys[0], 1)])
    place = particulars.search(case, one.text, one.documents)
    return replace(told, quotes=(*told.quotes, *place.quotes)) if place is not None else told


def _by_fact(found: Sequence[Row], facts: Sequence[str]) -> list[Row]:
    """One row of each fact that is asked about, or of the first fact."""
    kept: dict[str, Row] = {}
    for row in found:
        kept.setdefault(row.fact, row)
    return [row for key, row in kept.items() if key in facts] or list(kept.values())[:1]


def _countable(case: Case, row: Row) -> bool:
    return case.policy.facts.facts[row.fact].kind == "count"


def _figures(case: Case, one: Question) -> Result | None:
    """So many more or fewer, as the question says."""
    found: list[Change] = []
    for term in one.figures.terms:
        if term.role is Role.BAR or term.interval.high is None:
            continue
        key = term.fact if term.fact in one.facts or case.findings_of([term.fact]) or not one.facts else one.facts[0]
        if term.role is Role.ADDED:
            found.append(Change("add", key, term.interval.low))
        elif term.role in (Role.LOST, Role.UNCOUNTED) or (says("asks", "ends", one.text)
                                                          and term.role in (Role.PART, Role.HAVE)):
            found.append(Change("remove", key, term.interval.low))
        elif term.role is Role.PLANNED or (term.role is Role.HAVE and says("asks", "happens", one.text)):
            found.append(Change("add", key, term.interval.low))
        elif term.role is Role.HAVE and not any(other.role is Role.LOST for other in one.figures.terms):
            found.append(Change("value", key, term.interval.low))
    if not found:
        return None
    told = recompute(case, found)
    several = len({change.fact for change in found}) > 1
    if one.part.polar and not told.error and (several or says("asks", "rest_as_is", one.text)):
        whole = recompute(case, found, whole=True)
        return replace(whole, figures=told.figures, lines=(*told.lines, *whole.lines),
                       quotes=(*told.quotes, *whole.quotes), refs=(*told.refs, *whole.refs))
    return told


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
