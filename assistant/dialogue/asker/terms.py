"""The asker's own figures, each with its role: what they have, a part, lost, planned, in doubt, or the bar itself.

A figure is read by the extractor's numerals and periods; whether a part of what somebody has does not count is told by
the policy folder's words for that fact (`subtract`, `listing.reject`) and by the words that say so of anything.
"""
from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from assistant.dialogue.asker import counting, losses
from assistant.dialogue.asker.combining import alternatives, doubted, rest, settled
from assistant.dialogue.asker.roles import (
    BREAK,
    RECEIVED,
    SOME,
    UNCONVERTED,
    YEARLY,
    Asked,
    Figure,
    Role,
    Term,
    is_part,
    role_of,
)
from assistant.questions import question_form, rates
from assistant.questions.dialogue_patterns import pattern, says
from assistant.questions.topics import Topics
from assistant.questions.understanding import Part
from ingestion.domain import Interval, Span
from ingestion.facts.schema import FactSpec
from ingestion.numbers import numerals, periods
from ingestion.numbers.numerals import Quantity
from ingestion.policies import articles
from ingestion.policies.policy import Policy

_BUT = re.compile(r"but\b|但|不过|可是")
_END = re.compile(r"[。？?！!；;\n]|\.(?=\s|$)")
_PASSED_ON = frozenset({Role.ADDED, Role.PLANNED, Role.LOST})   # of a whole, to a part that another fact counts
_GOES_ON = re.compile(r"^\s*(?:都|均|全|也|还|尚|但|其实|目前|they|which|all|it|that)")
_ABOUT = re.compile(r"(?:差不多|大概|大约|大致|约|\b(?:about|around|roughly) )\s*$")
_ABOUT_BEHIND = re.compile(r"\s*(?:元|块)?(?:左右|上下)")
_LISTED = re.compile(r"[、]|以及|和(?=[^，]{0,8}$)|及(?=[^，]{0,8}$)|,? and ")
_THING_OF = re.compile(r"牌|招|地|田|屏|板")
_BOTH = re.compile(r"\s*(?:[\u4e00-\u9fff]{0,4}(?:条件|要求|指标|标准)|库|数据库|方面|条件|条|指标)")
_EACH_OF_BOTH = re.compile(   # （这）两项都…: what stands before it
    r"(?:^|[，,。；;？?！!])(?:但|可|不过)?(?:这|那|上述|以上|它们|我们)?\Z")
_OF_OUR = re.compile(r"\s*of (?:our|the|these|those|my|all)(?: original)?\s*")
_PAUSE = re.compile(r"[、]|和|及|以及|\band\b")
_VERB = 2             # characters of a word for what a thing did: 入驻, 引进
_FARTHEST = 34        # characters between a figure and the subject that it is of
_BREAK_COSTS, _PAUSE_COSTS = 12, 4
_LEAST_MONEY = 10_000  # a bare number below it is no sum of money
_LOOSE = frozenset({"", "thing", "piece", "organisation", "project", "event"})
_YEARS = re.compile(r"([一二两三四五六七八九十\d]+)\s*(?:个)?年(?!\d|来|前|度|底|初|级|间)|\b(\w+)\s+years\b")
_HAN_YEARS = "零一二三四五六七八九十"


def read(part: Part, keys: Collection[str], policy: Policy, topics: Topics, window: tuple[date, date],
         bars: Mapping[str, int], own: Collection[str] = ()) -> Asked:
    """The figures of a folded question for the facts `keys`, whose bars are `bars`; a unit that several of them share
    speaks of those that are the base type's, or the clause's, `own`."""
    text = part.text
    rate = rates.stated(text)
    amounts = [one for one in part.quantities if one.measure != "time" and not _says_no_amount(one, text)
               and not (rate and rate.span.start <= one.span.start and one.span.end <= rate.span.end + 1)]
    figures = _repeated([_around(one, amounts, text) for one in amounts])
    _assign(figures, part, keys, policy, topics, own)
    found = [one for one in figures if one.fact]
    spans = _periods(text, window, policy)
    terms: list[Term] = []
    single = len(found) == 1 and (question_form.claims(found[0].clause) or "confirm" in part.asks
                                  or says("roles", "rule", text[:found[0].quantity.span.start]))
    repeated = len({one.quantity.interval for one in found}) == 1 and says("roles", "wants_yearly", text)
    claims = part.polar and (single or repeated)
    for one in found:
        terms.append(_term(one, terms, text, policy, spans, bars, claims=claims))
    money = any(policy.facts.facts[one.fact].kind == "money" for one in terms)
    named = not money or bool(part.inherited) or any(topics.subjects[name].fact and len(word.word) > 1
                                                     for name, words in part.found.items() for word in words)
    terms = alternatives(terms, text, named=named)
    terms = settled([*terms, *_foreign(figures, terms, text, keys, policy, rate)], text, bars)
    overlapping = _unchecked_overlap(text)
    if not overlapping:
        terms = doubted(terms, text)
    terms = [rest(one, terms, text) for one in terms]
    terms += losses.unnumbered(text, terms, policy)
    return Asked(tuple(terms), says("roles", "if", text) or any(one.role is Role.ADDED for one in terms),
                 says("roles", "disjoint", text) and not overlapping, overlapping)


# Around a figure ------------------------------------------------------------------------------------------------------

def _around(quantity: Quantity, others: Sequence[Quantity], text: str) -> Figure:
    """A quantity with the words on both sides that belong to it."""
    start, end = quantity.span.start, quantity.span.end
    left = max([match.end() for match in BREAK.finditer(text, 0, start)] or [0])
    right = next((match.start() for match in BREAK.finditer(text, end)), len(text))
    before = max([one.span.end for one in others if one.span.end <= start and one.span.end > left] or [left])
    after = min([one.span.start for one in others if one.span.start >= end and one.span.start < right] or [right])
    tail = text[end:after]
    if after == right and right < len(text) and not _END.match(text, right):
        mark = BREAK.match(text, right)
        begin = mark.end() if mark else right
        stop = next((match.start() for match in BREAK.finditer(text, begin)), len(text))
        goes_on = _GOES_ON.match(text[begin:stop]) or _BUT.match(text, right)
        if goes_on and not any(right < one.span.start <= stop for one in others):
            tail += "，" + text[begin:stop]    # 3篇，都还没见刊; 1项签了但没开工
    listed = _LISTED.search(tail) if after < right else None
    if listed is not None:
        tail = tail[:listed.start()]        # 香港1家、上海2家: 上海 is the next one's
    lead = text[before:start]
    joints = [match.start() for match in _LISTED.finditer(lead)] if before > left else []
    if joints:
        lead = lead[joints[-1]:]            # and what is before the joint is the one's before
    contrast = any(mark.end() == left and _BUT.match(mark[0]) for mark in BREAK.finditer(text, 0, start))
    return Figure(quantity, lead, tail, text[left:right], left, contrasted=contrast and before == left)


def _says_no_amount(quantity: Quantity, text: str) -> bool:
    """Whether a figure says of which of two things something is (两个库都收了, 两条都够吗), that there is none at all
    (一件都没有), or together (三年加一块儿)."""
    said, after = text[quantity.span.start:quantity.span.end], text[quantity.span.end:quantity.span.end + 4]
    if said.endswith("块") and _THING_OF.match(after):
        return True     # 两块牌子
    if text[:quantity.span.start].endswith("哪") or says("roles", "made_of", text[quantity.span.end:]):
        return True     # 是哪六项; 200万里能不能包括工资
    if quantity.interval == Interval(1, 1) and (
            says("roles", "nothing", after) or says("roles", "together", said)
            or (said.startswith("一") and says("roles", "distributive", after))):     # 一家一半, 一人一项
        return True
    before, both = text[:quantity.span.start].rstrip(), after.lstrip().startswith(("都", "均"))
    return quantity.interval == Interval(2, 2) and (
        _BOTH.match(after) is not None or said == "两条" or (both and _EACH_OF_BOTH.search(before) is not None))


def _repeated(figures: list[Figure]) -> list[Figure]:
    """3 of our 10 companies have lost it: one figure, and what is said of the whole is said of it."""
    done: list[Figure] = []
    for one in figures:
        if done and _OF_OUR.fullmatch(done[-1].tail) and done[-1].clause == one.clause:
            done[-1].tail += one.said + one.tail
        else:
            done.append(one)
    return done


def _assign(figures: list[Figure], part: Part, keys: Collection[str], policy: Policy, topics: Topics,
            own: Collection[str]) -> None:
    """The fact of each figure: of the subject next to it, of what its unit alone can mean, or of the figure before."""
    before, unit = "", ""
    asked = {topics.subjects[name].fact for name in part.asking().found}
    for place, one in enumerate(figures):
        allowed = [key for key in keys if fits(one.quantity, key, policy)]
        key = _part_named(one, part, allowed, before, topics) or _narrower(one, allowed, before, policy)
        named_there = _leads(one, part, allowed, topics)     # 其中联合4篇
        listed = one.quantity.unit == unit and _LISTED.match(one.lead) and not named_there
        also = one.quantity.unit == unit and says("roles", "also", one.lead)
        goes_on = (is_part(one) and not named_there) or listed or also or SOME.fullmatch(one.lead)
        alone = one.quantity.unit == unit and bool(unit) and not _named_in(one, part, topics)
        if not key and before in allowed and (goes_on or alone):
            key = before
        unit = one.quantity.unit
        peculiar = _of_unit(unit, allowed, policy)
        if not key and not _named_in(one, part, topics):
            key = peculiar
        named = key or _subject_of(one.quantity, part, allowed, topics)
        key = peculiar if not key and peculiar and _is_counted(one, peculiar, policy) \
            and named and not _is_counted(one, named, policy) else named      # 再引进1户: of what is counted in 户
        if not key and before in allowed:
            key = before
        if not key:
            sure = [name for name in allowed if one.quantity.measure in policy.facts.facts[name].measures]
            wide = [name for name in sure if not _is_part_of_another(name, topics)]
            sure = wide if len(wide) == 1 else [name for name in wide if name in asked] \
                or [name for name in wide if name in own] or sure
            key = sure[0] if len(sure) == 1 else ""
        behind = figures[place + 1] if place + 1 < len(figures) else None
        if behind is not None and is_part(behind) and not _named_in(one, part, topics):
            key = _whole_of(key, allowed, topics)       # 再发2篇，其中1篇跟外方合写
        one.fact = key
        before = key or before


def _whole_of(key: str, allowed: Collection[str], topics: Topics) -> str:
    """The fact that a fact is a part of, where a figure can be one of it."""
    wide = [topics.subjects[one.narrows].fact for one in topics.subjects.values() if one.fact == key and one.narrows]
    return next((fact for fact in wide if fact in allowed), key)


def _is_counted(one: Figure, fact: str, policy: Policy) -> bool:
    """Whether a fact's things are what a figure's unit counts."""
    return one.quantity.measure in policy.facts.facts[fact].measures


def _of_unit(unit: str, allowed: Sequence[str], policy: Policy) -> str:
    """The one fact that the policy counts in a unit of its own: 10户."""
    facts = {key for one in policy.criteria if unit and policy.wordings[one.id].unit == unit for key in one.facts}
    return next(iter(facts)) if len(facts) == 1 and facts <= set(allowed) else ""


def _leads(one: Figure, part: Part, keys: Collection[str], topics: Topics) -> bool:
    """Whether the words right before a figure name a fact that it can be of."""
    start = one.quantity.span.start
    return any(start - len(one.lead) <= word.span.start and word.span.end <= start
               for name, words in part.found.items() if topics.subjects[name].fact in keys for word in words)


def _named_in(one: Figure, part: Part, topics: Topics) -> bool:
    """Whether the words before a figure in its clause, or right behind it, name a fact; what is said of it further
    behind (1人是兼职) names none."""
    start, end = one.quantity.span.start, one.quantity.span.end
    return any((one.start <= word.span.start < start
                or (word.span.start >= end and part.text[end:word.span.start] in ("", "的")))
               and len(word.word) > 1 for name, words in part.found.items()
               if topics.subjects[name].fact for word in words)


def _is_part_of_another(key: str, topics: Topics) -> bool:
    return any(one.fact == key and one.narrows for one in topics.subjects.values())


def _narrower(one: Figure, allowed: Sequence[str], before: str, policy: Policy) -> str:
    """The fact of a part that is told by its own words: 其中5篇是与外方合写的."""
    if not before or not is_part(one):
        return ""
    said = one.lead + one.tail
    for key in allowed:
        spec = policy.facts.facts[key]
        own = [need for need in spec.needs if need.reach == "own"]
        if key != before and own and policy.facts.pattern(spec.heads).search(said) \
                and all(policy.facts.pattern(need.words).search(said) for need in own):
            return key
    return ""


def _part_named(one: Figure, part: Part, allowed: Collection[str], before: str, topics: Topics) -> str:
    """The fact of a part whose own clause names it: 其中2篇和德国人合写."""
    if not before or not is_part(one):
        return ""
    start, end = one.quantity.span.end, one.start + len(one.clause)
    return next((subject.fact for name, words in part.found.items() for subject in [topics.subjects[name]]
                 if subject.narrows and topics.subjects[subject.narrows].fact == before and subject.fact in allowed
                 and any(start <= word.span.start < end for word in words)), "")


def _subject_of(quantity: Quantity, part: Part, keys: Collection[str], topics: Topics) -> str:
    """The fact whose subject stands nearest to a figure; a mere unit is a subject only where there is no other."""
    for shortest in (2, 1):
        best, key, at = _FARTHEST + 1.0, "", None
        for name, words in part.found.items():
            fact = topics.subjects[name].fact
            if fact not in keys:
                continue
            for word in words:
                distance = _distance(quantity, word.span, part.text) - min(len(word.word), 8) / 10
                if len(word.word) >= shortest and distance < best:
                    best, key, at = distance, fact, word.span
        if key and at is not None:
            key, at = _noun_before(key, at, part, keys, topics)
            return key
    inherited = {topics.subjects[name].fact for name in part.inherited} & set(keys)
    return inherited.pop() if len(inherited) == 1 else ""


def _noun_before(key: str, at: Span, part: Part, keys: Collection[str], topics: Topics) -> tuple[str, Span]:
    """海外研发机构入驻4个: of facts whose words stand side by side the first is the thing, the second what it did."""
    for name, words in part.found.items():
        fact = topics.subjects[name].fact
        if fact in keys and fact != key and not topics.subjects[name].narrows:
            for word in words:
                beside = 0 <= at.start - word.span.end <= 1 and at.end - at.start <= _VERB
                inside = word.span.start == at.start and 0 < at.end - word.span.end <= _VERB
                if len(word.word) > _VERB and (beside or inside):
                    return fact, word.span
    return key, at


def _distance(quantity: Quantity, word: Span, text: str) -> float:
    if word.start < quantity.span.end and quantity.span.start < word.end:
        return 0
    between = text[quantity.span.end:word.start] if word.start >= quantity.span.end \
        else text[word.end:quantity.span.start]
    return len(between) + _BREAK_COSTS * len(BREAK.findall(between)) + _PAUSE_COSTS * len(_PAUSE.findall(between))


def fits(quantity: Quantity, fact: str, policy: Policy) -> bool:
    """Whether a figure can be one of a fact by what it counts."""
    spec = policy.facts.facts.get(fact)
    if spec is None or spec.kind == "yes_no" or quantity.measure == "time":
        return False
    if spec.kind == "count" and quantity.measure == "" and quantity.interval.low >= _LEAST_MONEY:
        return False
    if spec.kind == "money":
        bare = quantity.measure == "" and quantity.interval.low >= _LEAST_MONEY
        return (quantity.measure == "money" and quantity.currency in ("", "CNY")) or bare
    return quantity.measure in spec.measures or quantity.measure in _LOOSE


def _foreign(figures: Sequence[Figure], terms: Sequence[Term], text: str, keys: Collection[str],
             policy: Policy, rate: rates.Rate | None) -> list[Term]:
    """Money of another currency beside what is asked about: at the rate that is stated, or nobody can say what it
    adds."""
    spent = {key for key in keys if policy.facts.facts[key].kind == "money"}
    wanted = {one.fact for one in terms if one.fact in spent} or spent
    if len(wanted) != 1 or (rate is None and says("roles", "rate", text)):      # 折人民币200万 is told already
        return []
    key, found = wanted.pop(), []
    for one in figures:
        amount = one.quantity
        if amount.measure != "money" or amount.currency in ("", "CNY"):
            continue
        if says("roles", "planned", one.lead + one.tail) \
                or counting.not_counting(one.lead[-14:] + one.tail, key, policy)[0]:
            continue
        if rate is not None and amount.interval.exact:
            yuan = int(amount.interval.low * rate.yuan)
            found.append(Term(one.said, amount.span, Interval(yuan, yuan), Role.HAVE, key, amount.unit))
        else:
            found.append(Term(one.said, amount.span, Interval(0, None), Role.UNCERTAIN, key, amount.unit, UNCONVERTED))
    return found


# Roles ----------------------------------------------------------------------------------------------------------------

def _passed_on(one: Figure, before: Sequence[Term]) -> bool:
    """Whether a part is of what is still to come, is planned or was lost of another fact."""
    return bool(before) and before[-1].fact != one.fact and before[-1].role in _PASSED_ON


def _role(one: Figure, before: Sequence[Term], text: str, policy: Policy, bars: Mapping[str, int], *,
          claims: bool, outside: bool) -> tuple[Role, str]:
    """What a figure is by the words around it and its period, and why it does not count where it does not."""
    spec, earlier = policy.facts.facts[one.fact], [term for term in before if term.fact == one.fact]
    before_it, reason = counting.not_counting(one.lead[-14:], one.fact, policy)
    behind, other = counting.not_counting(one.tail, one.fact, policy)
    if outside:
        behind, other = True, other or "outside_window"
    asks = bool(question_form.kinds_of(one.clause) & {"yes_no", "confirm"})
    role, reason = role_of(one, earlier, bars, out=before_it or behind, asking=asks), reason or other
    if role is Role.LOST and says("roles", "ahead", one.lead + one.tail) \
            and says("roles", "today", question_form.asking(text)):
        role = Role.PART        # 明年到期的有2家，现在算够吧
    if role is Role.HAVE and before and before[-1].role is Role.ADDED and _LISTED.match(one.lead):
        role = Role.ADDED       # 再来1户高企、1个团队
    elif role in (Role.HAVE, Role.PART) and is_part(one) and _passed_on(one, before):
        role = before[-1].role  # 再发3篇，其中2篇跟国外合写
    if claims and role is Role.HAVE and not says("roles", "have", one.lead):
        role = Role.BAR
    if role is Role.HAVE and _only_received(one, spec, policy):
        role, reason = Role.UNCERTAIN, RECEIVED
    return role, reason


def _term(one: Figure, before: Sequence[Term], text: str, policy: Policy, spans: Sequence[tuple[Span, str]],
          bars: Mapping[str, int], *, claims: bool) -> Term:
    """A figure with its role, its period and what it comes to (每年70万 over three years, 还差2篇)."""
    quantity, spec = one.quantity, policy.facts.facts[one.fact]
    cover = _cover(one, spans, text) if spec.time == "window" else ""
    role, reason = _role(one, before, text, policy, bars, claims=claims, outside=cover == "outside")
    interval, times, bar, lacking = _interval(one), 1, bars.get(one.fact), False
    if role is Role.HAVE and (things := _each_of(one)) > 1 and interval.exact:
        times, interval = things, Interval(interval.low * things, interval.low * things)    # 孵化器、实验室各一个
    if role in (Role.HAVE, Role.BAR) and says("roles", "fewer_if", text[max(0, one.quantity.span.start - 6):]):
        role = Role.LOST        # 少10篇呢
    if role in (Role.HAVE, Role.BAR) and bar and says("roles", "short", one.lead) and interval.low < bar:
        role, interval, lacking = Role.HAVE, Interval(bar - interval.low, bar - interval.low), True    # 差两篇才到20篇
    if role is Role.BAR and spec.time == "window" and says("roles", "yearly", one.clause):
        reason = YEARLY
    if role is Role.HAVE and says("roles", "yearly", one.clause):
        times = 1 if says("roles", "mean", one.clause) else _years(text)
        if times > 1:
            interval = Interval(interval.low * times, None if interval.high is None else interval.high * times)
        else:
            role, reason = Role.UNCERTAIN, "yearly_mean"
    elif role is Role.HAVE and cover in ("wider", "partial"):
        interval = Interval(0, interval.high)
    return Term(_shown(one), quantity.span, interval, role, one.fact, quantity.unit, reason, cover, times,
                is_part(one) or role in (Role.PART, Role.LOST), lacking, one.lead + one.said + one.tail)


def _only_received(one: Figure, spec: FactSpec, policy: Policy) -> bool:
    """Whether money is said to have come in, and not to have been spent: 到账240万."""
    said = one.lead[-14:] + one.tail[:6]
    return bool(spec.received) and policy.facts.pattern(spec.received).search(said) is not None \
        and policy.facts.pattern(spec.spent).search(said) is None


def _interval(one: Figure) -> Interval:
    """What a figure comes to: of a bare number that is said to be about right, a tenth less or more (差不多200万)."""
    found = one.quantity.interval
    about = _ABOUT.search(one.lead) or _ABOUT_BEHIND.match(one.tail)
    if not about or not found.exact or found.low < _LEAST_MONEY:
        return found
    return Interval(found.low * 9 // 10, -(-found.low * 11 // 10))


def _each_of(one: Figure) -> int:
    """How many things a clause lists of which a figure says so many each; 1 where it says nothing of the kind."""
    if not one.lead.rstrip().endswith("各"):
        return 1
    listed = one.clause[:one.quantity.span.start - one.start].rsplit("各", 1)[0]
    return len([piece for piece in re.split(r"、|和|与|及|以及", listed) if piece.strip()])


def _unchecked_overlap(text: str) -> bool:
    """Whether nobody has looked if one thing is counted twice: 有没有重复的没查过, some may be in both."""
    return says("roles", "overlap", text) and (says("roles", "doubt", text) or says("roles", "unsure", text)
                                              or says("roles", "unchecked", text))


# Periods --------------------------------------------------------------------------------------------------------------

def _periods(text: str, window: tuple[date, date], policy: Policy) -> list[tuple[Span, str]]:
    """The periods of a question, each with how it lies to the window."""
    written = "".join(char for char in policy.window.term if char in _HAN_YEARS)
    years = articles.whole_number(written) if written else 0
    of_policy = periods.Window(window[0], window[1], years)
    found = [(one.span, one.cover(of_policy).value) for one in periods.periods(text, of_policy)
             if one.kind not in (periods.PeriodKind.MEAN, periods.PeriodKind.CUMULATIVE)]
    for match in pattern("roles", "years_in_all").finditer(text):        # 五年发了40篇
        number = numerals.parse_number(match[1])
        if number is not None and years and int(number) > years and not any(
                span.overlaps(Span(*match.span(1))) for span, _ in found):
            found.append((Span(*match.span(1)), "wider"))
    return sorted(found)


def _cover(one: Figure, spans: Sequence[tuple[Span, str]], text: str) -> str:
    """How the period in a figure's own clause, before it, or right behind it lies to the window; else that of the
    clauses before it that count nothing themselves (我们统计的是近五年的SCI论文，一共23篇)."""
    end = one.start + len(one.clause)
    inside = [(span, cover) for span, cover in spans if one.start <= span.start < end]
    before = [cover for span, cover in inside if span.end <= one.quantity.span.start]
    carried = [cover for span, cover in spans if span.end <= one.start
               and not numerals.has_number(text[span.end : one.start]) and "。" not in text[span.end : one.start]]
    return before[-1] if before else inside[0][1] if inside else carried[-1] if carried else ""


def _years(clause: str) -> int:
    match = _YEARS.search(clause)
    number = numerals.parse_number(match[1] or match[2]) if match else None
    return int(number) if number is not None and 1 < number < 10 else 1


def _shown(one: Figure) -> str:
    """The figure with the words right before it, as the question has them."""
    return one.lead[-10:].split("，")[-1].lstrip("、, ") + one.said
