"""Yes/no facts: statements in clauses, sentences and forms, licences with their credit code, leases with their term."""

from __future__ import annotations

import re
from functools import partial

from msgspec.structs import replace

from ingestion.domain import Interval, Method, Span
from ingestion.facts.claims.assertions import Assertion, Claims, Findings
from ingestion.facts.credit_code import CODE, valid
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis
from ingestion.facts.prose.dating import section_period
from ingestion.facts.prose.modality import exempted
from ingestion.facts.prose.phrases import quoted, residue
from ingestion.facts.prose.terms import term
from ingestion.facts.schema import FactBook, FactSpec, Rule
from ingestion.facts.sentences import Sentence
from ingestion.language import load
from ingestion.names import organisations
from ingestion.names.organisations import Origin
from ingestion.numbers.numerals import parse_number
from ingestion.numbers.periods import Cover, Period, PeriodKind, Window, periods


def statements(
    book: FactBook, spec: FactSpec, analysis: Analysis, window: Window, claims: Claims, context: str = ""
) -> None:
    """Add what one sentence states of a yes/no fact. `context`: the text around it, where a rule reaches so far."""
    before, vetoed = len(claims.steps), dict[Span, str]()
    former = spec.time != "window" and of_former_times(analysis.sentence.folded)
    for rule in spec.rules:
        if (analysis.sentence.row and not rule.rows) or rule.reach == "document":
            continue
        for span in _places(book, rule, analysis, vetoed):
            past = former or (spec.time != "window" and _moved_on(analysis, span))
            _apply(book, rule, analysis, span, window, claims, context, former=past)
    if len(claims.steps) == before and not analysis.sentence.row:
        for span, by in vetoed.items():
            claims.exclude(analysis.sentence.document, _located(analysis, span), _set_aside(analysis, span), rule=by)


_FORMER = re.compile(r"\s*(?:在此之前|此前|之前|早先|早前|原先|过去)")


def of_former_times(text: str) -> bool:
    """此前租用的旧址已退租: what a sentence says to be there no more is a former thing, until it comes to now."""
    begun = _FORMER.match(text)
    return begun is not None and words("now").search(text, begun.end()) is None


def _moved_on(analysis: Analysis, span: Span) -> bool:
    """2016年在外地注册，2019年整体迁回: how it was, before the move that a later clause tells."""
    text = analysis.sentence.folded
    moved = words("moved_on").search(text, span.end) if text.may(words("moved_on")) else None
    return moved is not None and words("plan").search(text, span.end, moved.start()) is None  # 明年打算迁来


def _set_aside(analysis: Analysis, span: Span) -> str:
    """Why a statement that speaks of the fact says nothing of it."""
    index = next((i for i, c in enumerate(analysis.clauses) if c.span.start <= span.start < c.span.end), 0)
    body = analysis.sentence.folded[span.start : span.end]
    planned = words("plan").search(exempted(body, analysis.today, analysis.sentence.folded))
    return analysis.clause_blocks.get(index, "") or ("planned" if planned else "definition")


def _places(book: FactBook, rule: Rule, analysis: Analysis, vetoed: dict[Span, str]) -> list[Span]:
    """Where all groups of a rule meet: clauses at the top level with their brackets, or the whole sentence. `vetoed`
    takes the places where a word speaks against it, with its id."""
    text = analysis.sentence.folded
    whole = Span(0, len(text))
    if not all(analysis.sentence.holds(book.pattern(group)) for group in rule.all):
        return []
    spans = (
        [whole]
        if rule.reach in ("sentence", "paragraph") or analysis.sentence.pair
        else [c.span for c in analysis.clauses if not c.depth]
    )
    if rule.reach == "clause" and rule.nested and not analysis.sentence.pair:
        spans += [c.span for c in analysis.clauses if c.depth and not _of_somebody(text, c.span.start - 1)]
    places: list[Span] = []
    for span in spans:
        body = text[span.start : span.end]
        if "（" in body and not analysis.sentence.pair:
            body = _without_brackets(body, every=not rule.nested)
        if all(_said(book.pattern(group), body, of_one=not rule.value) for group in rule.all):
            against = (rule.none and book.pattern(rule.none).search(body)) or (
                rule.none_so_far and book.pattern(rule.none_so_far).search(text, 0, span.end))
            if against:
                vetoed.setdefault(span, rule.id)
            else:
                places.append(span)
    return places


_COPULA, _NOT_OF_ONE = "是为系属", "不非均都皆"


def _said(asked: re.Pattern[str], body: str, *, of_one: bool) -> bool:
    """Whether a text says what is asked. `of_one`: 不是分公司 denies it, 均为内设机构 says it of several."""
    return any(not of_one or match[0][:1] not in _COPULA or body[max(0, match.start() - 1):match.start()] not in
               [*_NOT_OF_ONE] for match in asked.finditer(body))


def _without_brackets(body: str, *, every: bool) -> str:
    """The text with its brackets blanked, same length: every one, or those that say something of another body."""
    return re.sub(
        r"（[^（）]*）", lambda m: " " * len(m[0]) if every or _of_somebody(body, m.start()) else m[0], body
    )


def _of_somebody(text: str, opened: int) -> bool:
    """向一家化工企业（重庆市注册）转让: whether the bracket that opens here hangs on another body."""
    return words("somebody").search(text, max(0, opened - 24), opened) is not None


def _code_of_home(book: FactBook, rule: Rule, sentence: Sentence, span: Span, claims: Claims) -> bool:
    """Whether a credit code that the registry at home gave stands there; one whose check fails is said."""
    code = CODE.search(sentence.folded[span.start : span.end].upper())
    if code is not None and not valid(code[0]):
        start = sentence.span.start + span.start
        claims.exclude(sentence.document, Span(start + code.start(), start + code.end()), "invalid_code", rule=rule.id)
        return False
    return code is not None and code[0][2:].startswith(tuple(book.home.divisions))


def _told_as_plan(book: FactBook, rule: Rule, sentence: Sentence, body: str) -> bool:
    if rule.planned or rule.denied or not sentence.may(words("plan")):
        return False
    near = _nearby(book, rule, body)
    matter = words("as_matter").match(body, len(near))  # 设立国际合作部一事已列入明年的方案
    return words("plan").search(words("plan_exempt").sub("", body if matter else near)) is not None


def _apply(
    book: FactBook,
    rule: Rule,
    analysis: Analysis,
    span: Span,
    window: Window,
    claims: Claims,
    context: str,
    *,
    former: bool,
) -> None:
    """Says yes or no by one rule, or why its words do not count here."""
    sentence = analysis.sentence
    body = sentence.folded[span.start : span.end]
    located = _located(analysis, span)
    if quoted(analysis, Span(span.start + len(body) - len(body.lstrip()), span.start + len(body.rstrip("。；，“” ")))):
        claims.exclude(sentence.document, located, "quotation", rule=rule.id)
        return
    index = next(
        (
            i
            for i, c in enumerate(analysis.clauses)
            if c.span.start <= span.start + (len(body) - len(body.lstrip())) < max(c.span.end, c.span.start + 1)
        ),
        0,
    )
    reason = next((r for i, r in analysis.clause_blocks.items() if i == index or (
        r in ("quotation", "template") and analysis.clauses[i].span.overlaps(span))), "")
    of_what_is_another = reason == "other_body" and not rule.own and analysis.clauses[index].subject != "apart"
    if reason and not (reason == "planned" and rule.planned) and not of_what_is_another:
        claims.exclude(sentence.document, located, reason, rule=rule.id)
        return
    if _told_as_plan(book, rule, sentence, body):
        claims.exclude(sentence.document, located, "planned", rule=rule.id)
        return
    value = 0 if _denied(book, rule, body) or _denied_behind(book, rule, analysis, index) else rule.value
    if former and not value:
        claims.exclude(sentence.document, located, "expired", rule=rule.id)
        return
    if rule.code == "home" and not _code_of_home(book, rule, sentence, span, claims):
        return
    if rule.percent:
        share = _majority(analysis, span)
        if share is None:
            return
        value = int(share)
    if rule.period in ("running", "ended") and not _term_holds(rule, analysis, window, context):
        if rule.period == "running" and term(sentence.folded, window) is not None:
            claims.exclude(sentence.document, located, "expired", rule=rule.id)  # a lease that ended or was given up
        return
    begun = sentence.previous.folded if sentence.continues and sentence.previous is not None else ""
    aspects = _aspects(book, rule, body) or _aspects(book, rule, begun + sentence.folded[: span.end])
    if rule.aspects and not aspects:
        return
    entry = Assertion(
        Interval(value, value),
        sentence.document,
        located,
        Method(rule.method),
        (value,),
        aspects=aspects,
        weight=rule.weight,
        rule=rule.id,
    )
    if rule.period in ("covers", "inside"):
        claims.later(partial(_settle, rule.period, entry, _period(book, rule, analysis, span, window)))
    else:
        claims.add(entry)


def _aspects(book: FactBook, rule: Rule, text: str) -> frozenset[str]:
    """What a statement is about, by its own words, else by those that its sentence began with (安全环保形势平稳，…)."""
    return frozenset(name for name, group in rule.aspects.items() if book.pattern(group).search(text))


def _denied(book: FactBook, rule: Rule, body: str) -> bool:
    """学院尚未建立国际合作处: a negation right before what a rule asks for says that there is none."""
    if not _deniable(rule):
        return False
    starts = [m.start() for group in rule.all if (m := book.pattern(group).search(body))]
    return bool(starts) and words("denies_next").search(body, 0, min(starts)) is not None


def _deniable(rule: Rule) -> bool:
    return bool(rule.value) and not (rule.denied or rule.percent or rule.period or rule.code)


def _denied_behind(book: FactBook, rule: Rule, analysis: Analysis, index: int) -> bool:
    """专门的国际合作机构，我公司没有设立: a topic of which the next clause says that there is none."""
    if not _deniable(rule) or index + 1 >= len(analysis.clauses) or analysis.clauses[index + 1].depth:
        return False
    body, following = analysis.clause_text(index).rstrip(), analysis.clause_text(index + 1).rstrip("。；")
    said = words("denies_topic").fullmatch(following) is not None
    return said and any(m.end() == len(body) for group in rule.all for m in book.pattern(group).finditer(body))


def _settle(wanted: str, entry: Assertion, period: Period | None, window: Window, findings: Findings) -> None:
    """A statement about a period: it `covers` the window, or what it tells happened `inside` it."""
    cover = period.cover(window) if period is not None else None
    if wanted == "covers":
        whole = period is None or period.of_all_times
        holds, reason = whole or cover in (Cover.WINDOW, Cover.WIDER), "narrower_scope"
    elif period is None or period.days(window)[0] is None:
        return
    else:
        holds, reason = cover not in (Cover.OUTSIDE, Cover.PARTIAL), "outside_window"
        if cover is Cover.WIDER:
            return
    if holds:
        findings.assertions.append(replace(entry))
    else:
        findings.exclude(entry.document, entry.span, reason, rule=entry.rule)


def _nearby(book: FactBook, rule: Rule, body: str) -> str:
    """From the clause's start to the end of the rule's last word: plans behind it speak of something else."""
    end = max((m.end() for group in rule.all if (m := book.pattern(group).search(body))), default=len(body))
    return body[:end]


def _located(analysis: Analysis, span: Span) -> Span:
    """The span of a statement, with the period before it."""
    if analysis.sentence.synthetic:
        return analysis.sentence.span
    text = analysis.sentence.folded[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip(" ，、；\n"))
    end = span.start + len(text.rstrip(" ，、；\n"))
    for period in analysis.periods:  # 近三年，…: the period belongs to the evidence
        if period.span.end <= start and period.kind is PeriodKind.RECENT:
            start = period.span.start
            break
    base = analysis.sentence.span.start
    return Span(base + start, base + max(start, end))


def _term_holds(rule: Rule, analysis: Analysis, window: Window, context: str) -> bool:
    """Whether the term that the sentence (or the text around it) states is running, or has ended."""
    folded = analysis.sentence.folded
    if rule.period == "running" and re.search(load("discourse")["given_up"], context):
        return False
    found = term(folded, window) or term(context, window)
    if found is None:
        return rule.period == "ended" and bool(re.search(load("discourse")["ended_pattern"], folded))
    start, end = found
    running = (start is None or start <= window.end) and end >= window.end
    return running if rule.period == "running" else end < window.end


def _period(book: FactBook, rule: Rule, analysis: Analysis, span: Span, window: Window) -> Period | None:
    """The period that a statement is about."""
    sentence = analysis.sentence
    before = [p for p in analysis.periods if p.span.start < span.end and p.kind is not PeriodKind.MEAN]
    inside = [p for p in before if p.span.start >= span.start]
    if rule.period == "inside":   # the day of what happened stands before it: 2019年10月曾发生…，不在近三年之内
        found_words = (book.pattern(group).search(sentence.folded, span.start) for group in rule.all)
        word = max((m.start() for m in found_words if m), default=0)
        happened = [p for p in before if p.kind is PeriodKind.DATED and p.span.start <= word]
        before, inside = (happened, happened) if happened else (before, inside)
    stated = inside or before or _of_the_same(rule, sentence, window)
    then = words("since_then").search(sentence.folded, stated[-1].span.end, span.end) if stated else None
    if rule.period == "covers" and then:
        return replace(stated[-1], kind=PeriodKind.DATED, end=window.end, years=0)  # 2019年…，此后未再出现
    return stated[-1] if stated else section_period(sentence, window)


def _of_the_same(rule: Rule, sentence: Sentence, window: Window) -> list[Period]:
    """2022年7月16日，样机侧翻。区应急管理局认定为…: when what the sentence before it tells of happened."""
    if rule.period != "inside" or sentence.previous is None:
        return []
    return [p for p in periods(sentence.previous.folded, window) if p.kind is PeriodKind.DATED][:1]


def _percent(match: re.Match[str]) -> float:
    """A share as a percentage: 67%, 百分之六十七, 三分之二, 六成五."""
    if match[1]:
        return float(match[1])
    if match[2]:
        return float(parse_number(match[2]) or 0)
    if match[5]:
        return float(parse_number(match[5]) or 0) * 10 + float(parse_number(match[6] or "") or 0)  # 六成五
    whole, part = parse_number(match[3]) or 1, parse_number(match[4]) or 0
    return float(part) * 100 / float(whole)


def _against_own(analysis: Analysis, span: Span, holder: str) -> bool:
    """芯帆公司持股40%，Perai Microtech持股60%: beside a share of the applicant's, one whose holder is called otherwise
    is somebody else's."""
    name = residue(holder.rpartition("，")[2])
    if len(name) < 2 or _own_holder(analysis, holder):
        return False
    others = [analysis.clause_text(index) for index, clause in enumerate(analysis.clauses) if clause.span != span]
    return any(words("share").search(text) and _own_holder(analysis, text) for text in others)


def _own_holder(analysis: Analysis, text: str) -> bool:
    return words("own_holder").search(text) is not None or any(name in text for name in analysis.names.own)


def _who_held(before: str) -> str:
    """云岚持有荷兰公司49%的股份，但…享有60%的表决权: who goes on holding is who held before, not what was held."""
    held = words("holds_share").search(before)
    return before[: held.start()] if held is not None and before[: held.start()].strip() else before


def _who_holds(before: str) -> str:
    """我司对槟城公司持股75%: what stands behind 对 is what is held, not who holds it."""
    held = words("held_body").search(before)
    return before[: held.start()] if held is not None else before


_LATIN_NAME = re.compile(r"[A-Z][A-Za-z\u00c0-\u024f]*(?:[ .&,'-]+[A-Za-z\u00c0-\u024f]+)+\.?$")


_HELD_BY = re.compile(r"[^，。；]{0,6}?(?:由|归)([^，。；]{2,24}?)(?:持有|所有|拥有|全资|独资|出资)")


def _is_own(holder: str, analysis: Analysis) -> bool | None:
    """100%股权由某公司持有: whether the one who is said to hold is the applicant; None where that is not known."""
    named = holder.strip()
    if words("own_holder").search(named) or any(named in name or name in named for name in analysis.names.own):
        return True
    origin = organisations.origin(named)
    if words("other_holder").search(named) or origin is Origin.FOREIGN:
        return False
    return True if origin is Origin.DOMESTIC else None


def _majority(analysis: Analysis, span: Span) -> bool | None:
    """True: the applicant holds more than half; False: somebody else does; None: neither is said."""
    text = analysis.sentence.folded
    body = text[span.start : span.end]
    values = [(m, _percent(m)) for m in words("share").finditer(body)]
    if not any(v > 50 for _, v in values):
        return None
    match = next(m for m, v in values if v > 50)
    index = next((i for i, c in enumerate(analysis.clauses) if c.span == span), -1)
    outer = analysis.clauses[index].outer if index >= 0 else -1
    scope = body[: match.start()]
    own, other = words("own_holder"), words("other_holder")
    passive = _HELD_BY.match(body, match.end())
    if passive is not None:
        return _is_own(passive[1], analysis)
    holds = [*words("holds_share").finditer(scope)]
    holder = scope[: holds[-1].start()] if holds else scope
    summed = words("total_before").search(holder) or words("sums_up").match(holder.rsplit("，", 1)[-1].lstrip())
    if holds and not summed and _against_own(analysis, span, holder):
        return False
    for candidate in (
        _who_holds(holder) if holds and not summed else "",  # 依托单位持有汉堡中心100%的股权
        (text[: span.start] or scope).split("，")[0] if summed else "",  # 公司持有34%，并受托行使…20%，合计54%
        _who_holds(scope) if holds else scope,
        body[match.end() : match.end() + 14] if body[match.end() : match.end() + 1] != "" else "",
        text[analysis.clauses[outer].span.start : max(0, span.start - 1)] if outer >= 0 else "",
        _who_held(text[: span.start]),
    ):
        if any(name in candidate[-24:] for name in analysis.names.own if len(name) >= 2):
            return True
        holders = [(m.start(), True) for m in own.finditer(candidate)] + [
            (m.start(), False) for m in other.finditer(candidate)
        ]
        bodies = [
            m
            for m in organisations.scan(candidate)
            if m.kind is not organisations.Kind.JOINT
            and m.origin in (Origin.FOREIGN, Origin.DOMESTIC)
            and not words("foreign_title").search(candidate[m.start : m.end])
        ]
        holders += [(m.start, m.origin is Origin.DOMESTIC) for m in bodies]
        latin = _LATIN_NAME.search(candidate.rstrip(" ，、：（"))
        if latin is not None and organisations.origin(latin[0]) is Origin.FOREIGN:
            holders.append((latin.start(), False))  # Perai Microtech Sdn. Bhd.持股60%
        if holders:
            place, mine = max(holders)
            named = [
                m for m in bodies if m.start <= place <= m.end + 8
            ]  # 阿拉木图农机集团: the name decides, not its last word
            return named[-1].origin is Origin.DOMESTIC if named else mine
    return None
