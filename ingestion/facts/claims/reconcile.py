"""All evidence of a fact made one interval: bounds are intersected while compatible, else the fact spans them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from datetime import date

from ingestion.domain import Document, Evidence, Exclusion, Fact, Interval, Method, Span, Unexplained
from ingestion.facts.claims.assertions import Assertion, Findings, add, evidence, intersect, overlapping, subtract
from ingestion.facts.claims.trail import NOWHERE, Trail
from ingestion.facts.claims.uniting import unite
from ingestion.facts.lexicon import words
from ingestion.facts.schema import FactSpec
from ingestion.language import fold
from ingestion.numbers.periods import Cover, Period, PeriodKind, Window, reported_year

LONGEST_TITLE = 40  # characters
NEAR = 200  # characters between a figure and the list that names what it counts


def reconcile(
    key: str, spec: FactSpec, findings: Findings, window: Window, trail: Trail = NOWHERE
) -> Fact | None:
    """`trail` is told which statements stand after each step."""
    if not findings.assertions:
        return None
    trail.stand("said", findings.assertions)
    if spec.kind == "yes_no":
        return _yes_no(key, spec, findings, trail)
    unite(findings)
    trail.stand("united", findings.assertions)
    if findings.foreign:  # a table in yuan beside it shows a part of what was spent (reading 14)
        summed = {point for entry in findings.assertions if entry.method is Method.LISTED for point in entry.points}
        for entry in findings.assertions:
            if entry.method is Method.LISTED or entry.interval.high in summed:  # or states what that table comes to
                entry.interval = Interval(entry.interval.low, None)
    if spec.time == "state" and not _of_now(findings, window):
        return None
    firm = [a for a in findings.assertions if not a.told] or findings.assertions
    trail.stand("told", firm)
    firm = [a for a in firm if not a.open] or firm
    firm = _named_of_a_total(findings.assertions, firm)
    trail.stand("open", firm)
    firm = _weighed(findings, firm, trail)
    trail.stand("weighed", firm)
    firm = _without_parts(findings, firm)
    if spec.kind == "money":
        _rounded(firm)
    own = [a for a in firm if not a.larger]
    trail.stand("own", own or firm)
    assertions = _lists(own or firm, findings.empty, window)
    trail.stand("lists", assertions)
    assertions = _whole(spec, assertions, findings)
    trail.stand("kinds", assertions)
    assertions = _distinct(assertions)
    if not assertions:
        return None
    interval, conflict = _meet(assertions)
    if interval is None:
        return None
    trail.comes_to("met", interval)
    interval = _widened(interval, _undecided(findings, assertions))
    interval = _lifted(interval, [a for a in findings.assertions if a.open and a.beside and a not in assertions])
    trail.comes_to("widened", interval)
    shown = () if findings.bare else tuple(_shown(findings.assertions, interval))
    return Fact(key, interval, spec.unit, conflict, shown, tuple(findings.exclusions), tuple(findings.unexplained))


def _weighed(findings: Findings, firm: list[Assertion], trail: Trail) -> list[Assertion]:
    """Without the figures that are outweighed: outside all that plainer statements and whole lists say, where what they
    count, whose they are or what is asked of them was not said beside them but inferred."""
    kept: list[Assertion] = []
    for entry in sorted(firm, key=lambda a: a.inferred):
        plainer = [a for a in kept if _comparable(a, entry) and a.inferred < entry.inferred]
        beside = [a.interval for a in plainer]
        agreed = _common(beside)
        if beside and intersect(agreed or _spanned(beside), entry.interval) is None:
            findings.exclude(entry.document, entry.span, "outweighed", rule=entry.rule)
            trail.outweighed(entry, plainer)
            findings.assertions = [a for a in findings.assertions if a is not entry]
        else:
            kept.append(entry)
    return [entry for entry in firm if any(entry is one for one in kept)]


COARSEST = 4  # digits that money stated in 万元 rounds away


def _rounded(firm: list[Assertion]) -> None:
    """187.34万元 and 1,873,420元 are one figure, and the finer stands (reading 35)."""
    exact = [a for a in firm if a.interval.exact and a.interval.low]
    told = {a.interval.low for a in exact} | {a.points[0] for a in firm if len(a.points) == 1}
    for coarse in exact:
        value = coarse.interval.low
        digits = next((n for n in range(COARSEST, 0, -1) if value % 10**n == 0), 0)
        finer = {one for one in told if one % 10**digits}
        near = [one for one in finer if digits and abs(one - value) * 2 <= 10**digits]
        if len(near) == 1:
            coarse.interval, coarse.points = Interval(near[0], near[0]), (near[0],)


_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年")


def _of_now(findings: Findings, window: Window) -> bool:
    """How it stands is not told by a document of an earlier year (2022年度情况（存档）); whether anything else does."""
    for entry in [a for a in findings.assertions if _of_an_earlier_year(a.document, window)]:
        findings.exclude(entry.document, entry.span, "outside_window", rule=entry.rule)
        findings.assertions = [a for a in findings.assertions if a is not entry]
    return bool(findings.assertions)


def _of_an_earlier_year(document: Document, window: Window) -> bool:
    """Whether its name or its title says that it was kept from an earlier year, or reports of one long past."""
    begun = document.text.lstrip().split("\n", 1)[0][:LONGEST_TITLE]
    for title in (fold(document.name.rsplit("/", 1)[-1]), fold(begun)):
        year = _YEAR.search(title)
        kept = words("kept_from_before").search(title) is not None
        if kept and (year is None or int(year[1]) < window.end.year):
            return True
        if year is not None and int(year[1]) < window.end.year - 1 and reported_year(title) is not None:
            return True
    return False


def _without_parts(findings: Findings, firm: list[Assertion]) -> list[Assertion]:
    """派驻2人, 当地聘用4人, of 6 said elsewhere: figures side by side that come to the whole are its parts."""
    told = [a for a in firm if a.method is Method.DECLARED and a.interval.exact and a.interval.low and not a.loose]
    for first, second in itertools.pairwise(told):
        near = first.document is second.document and 0 <= second.span.start - first.span.end < NEAR
        both = first.interval.low + second.interval.low
        rest = [a for a in firm if a is not first and a is not second]
        if near and any(a.interval.exact and a.interval.low == both for a in rest):
            for part in (first, second):
                findings.exclude(part.document, part.span, "part_of_total", rule=part.rule)
            findings.assertions = [a for a in findings.assertions if a is not first and a is not second]
            return rest
    return firm


def _comparable(plain: Assertion, entry: Assertion) -> bool:
    """Whether a figure, or a whole list, says as much of the same things as another one."""
    firm = not (plain.loose or plain.conflict or plain.partial)
    return firm and plain.kinds == entry.kinds and plain.larger == entry.larger


def _spanned(intervals: list[Interval]) -> Interval:
    highs = [one.high for one in intervals if one.high is not None]
    open_ = len(highs) < len(intervals)
    return Interval(min(one.low for one in intervals), None if open_ else max(highs))


def _common(intervals: list[Interval]) -> Interval | None:
    met: Interval | None = Interval(0, None)
    for one in intervals:
        met = intersect(met, one) if met is not None else None
    return met


def _undecided(findings: Findings, assertions: list[Assertion]) -> list[Unexplained]:
    """What stays unexplained; a figure that may be of the fact is outweighed where others plainly are."""
    plain = any(not a.inferred and not a.loose and a.interval.exact for a in assertions)
    told = [a for a in findings.assertions if a.told and not any(a is one for one in assertions)]
    retold = {one for one in findings.unexplained for a in told  # 逐件叙述的, where something says it directly
              if one.document == a.document.name and a.span.start <= one.span.start < a.span.end}
    for entry in [one for one in findings.unexplained if (plain and not one.adds) or one in retold]:
        del findings.unexplained[entry]
        if not findings.bare:
            left_out = Exclusion(entry.document, entry.page, entry.span, entry.quote, "definition")
            findings.exclusions.setdefault(left_out)
    return [entry for entry in findings.unexplained if entry not in findings.held]


def _widened(interval: Interval, unexplained: Iterable[Unexplained]) -> Interval:
    """The interval with what could not be decided inside it: rows and parts add to its upper bound, another figure of
    the whole is spanned."""
    low, high = interval.low, interval.high
    for entry in unexplained:
        most = entry.could_be.high
        if not entry.adds:
            low = min(low, entry.could_be.low)
            high = None if high is None or most is None else max(high, most)
    added = [entry.could_be.high for entry in unexplained if entry.adds]
    if high is not None and added:
        high = None if None in added else high + sum(most for most in added if most is not None)
    return Interval(low, high)


def _lifted(interval: Interval, beside: list[Assertion]) -> Interval:
    """市级平台1个，另有工作站1个 (rank not given): what may count besides what does."""
    highs = [interval.high, *(a.interval.high for a in beside)]
    return Interval(interval.low, None if None in highs else sum(high for high in highs if high is not None))


def _named_of_a_total(assertions: list[Assertion], firm: list[Assertion]) -> list[Assertion]:
    """平台有三个 (ranks not given), two of them named with theirs: the names bound from below, the total from above."""
    totals = [a.interval.high for a in assertions if a.open and a.interval.high is not None]
    if not totals or not firm or not all(a.loose for a in firm) or len(firm) == len(assertions):
        return firm
    for entry in firm:
        if entry.interval.high is not None and max(totals) > entry.interval.high:
            entry.interval = Interval(entry.interval.low, max(totals))
    return firm


def _yes_no(key: str, spec: FactSpec, findings: Findings, trail: Trail) -> Fact | None:
    """A yes/no fact from its statements; both said is a conflict."""
    names = {name for rule in spec.rules for name in rule.aspects}
    findings.assertions = _once(findings.assertions)
    trail.stand("narrowest", findings.assertions)
    firm = [a for a in findings.assertions if a.weight > 0]
    yes = [a for a in firm if a.interval.low == 1]
    no = [a for a in firm if a.interval.high == 0]
    if names and yes and set().union(*(a.aspects for a in yes)) < names:
        yes = []  # a statement on one aspect only says less than the fact (reading 21)
    if not yes and not no:
        no = [a for a in findings.assertions if a.weight == 0 and a.interval.high == 0]
        yes = [a for a in findings.assertions if a.weight == 0 and a.interval.low == 1 and not names]
    if not yes and not no:
        return None
    kept = [*yes, *no]
    trail.stand("aspects" if len(kept) < len(firm) else "firm", kept)
    interval = Interval(0 if no else 1, 1 if yes else 0)
    trail.comes_to("met", interval)
    shown = tuple(evidence(a.document, a.span, a.method, a.interval) for a in kept if not findings.bare)
    return Fact(key, interval, spec.unit, bool(yes and no), shown, tuple(findings.exclusions),
                tuple(findings.unexplained))


def _once(assertions: list[Assertion]) -> list[Assertion]:
    """One sentence does not say yes and no at once: where one reading spans another one, or the whole of it says that
    there was none, the narrower stands (近三年无责任事故，3起剐蹭均由对方负全责)."""
    def within(inner: Assertion, outer: Assertion) -> bool:
        same = inner.document is outer.document and inner.interval != outer.interval
        return same and outer.span.start <= inner.span.start and inner.span.end <= outer.span.end

    return [a for a in assertions if not (a.interval.high == 0 and any(
        within(b, a) and b.weight >= a.weight for b in assertions))]


def _lists(assertions: list[Assertion], empty: list[tuple[date, date]], window: Window) -> list[Assertion]:
    """Lists beside one another: one that holds the items of another stands for both; names in running text only bound
    from below where a list or a figure says more. Lists of different items are parts of one whole."""
    lists = [a for a in assertions if a.method is Method.LISTED and a.item_keys and not a.loose]
    loose = [a for a in assertions if a.loose]
    rest = [a for a in assertions if a not in lists and a not in loose]
    exact = [a for a in rest if a.interval.high is not None]
    kept: list[Assertion] = list(rest)
    disjoint: list[Assertion] = []
    for entry in lists:
        keys = frozenset().union(*entry.item_keys)
        twin = next((o for o in disjoint if keys & frozenset().union(*o.item_keys)), None)
        if twin is None:
            disjoint.append(entry)
        else:
            _merge(twin, entry)
    retold = _retold(disjoint, exact)
    kept += retold[1:]
    disjoint = [entry for entry in disjoint if not any(entry is one for one in retold[1:])]
    if len(disjoint) > 1:
        first, *others = disjoint
        for other in others:
            _merge(first, other)
        disjoint = [first]
        if first.listed:
            first.listed = (min([first.listed, *empty])[0], max(end for _, end in [first.listed, *empty]))
        _covered(first, window)
    if not disjoint and len(loose) > 1:
        first_loose, *more = loose
        for entry in more:
            _merge(first_loose, entry)
        loose = [first_loose]
    for entry in loose:
        _add_other_kinds(entry, exact)
        _take_gone(entry, exact)
        known = frozenset().union(*(k for d in disjoint for k in d.item_keys)) if disjoint else frozenset()
        new = [k for k in entry.item_keys if not k & known]
        if disjoint or exact:
            low = (
                len(entry.item_keys) if not disjoint else min(len(entry.item_keys), disjoint[0].interval.low + len(new))
            )
            if disjoint and new and not exact:
                low = min(low, disjoint[0].interval.low)
            kept.append(
                Assertion(
                    Interval(min(low, _cap(exact, disjoint)), None),
                    entry.document,
                    entry.span,
                    entry.method,
                    (),
                    items=entry.items,
                    item_keys=entry.item_keys,
                    loose=True,
                )
            )
        else:
            kept.append(entry)
    return kept + disjoint


def _retold(lists: list[Assertion], exact: list[Assertion]) -> list[Assertion]:
    """Lists of different documents without a name in common, of which each comes to the total that is stated: the same
    things under other names (“铝匠”那一单, and the ledger's 半固态压铸工艺许可)."""
    totals = {a.interval.low for a in exact if a.interval.exact}
    whole = [entry for entry in lists if entry.interval.exact and totals == {entry.interval.low}]
    apart = len({id(entry.document) for entry in whole}) == len(whole) > 1
    return whole if apart and whole[0].interval.low > 1 else []


def _add_other_kinds(entry: Assertion, exact: list[Assertion]) -> None:
    """工作站、企业技术中心各1个；…批准组建某重点实验室: what is named is none of the kinds that the figure counts."""
    if len(exact) != 1 or not exact[0].nouns or exact[0].document is not entry.document:
        return
    whole = exact[0]
    named = [entry.document.quote(span) for span in entry.items]
    others = [name for name in named if not any(noun in name for noun in whole.nouns)]
    whole.interval = add([whole.interval, Interval(len(others), len(others))])
    whole.points = (whole.interval.low,)


def _take_gone(entry: Assertion, exact: list[Assertion]) -> None:
    """先后获批平台2个：A正常运行；B已被撤销: the list behind a figure names all that it counts, and some are gone."""
    whole = exact[0] if len(exact) == 1 else None
    if not entry.gone or whole is None or whole.document is not entry.document or not whole.interval.exact:
        return
    near = 0 <= entry.span.start - whole.span.start < NEAR and words("now").search(whole.named) is None
    if near and len(entry.item_keys) + entry.gone <= whole.interval.low:
        whole.interval = subtract(whole.interval, Interval(entry.gone, entry.gone))
        whole.points = (whole.interval.low,)


def _covered(entry: Assertion, window: Window) -> None:
    """Lists year by year that cover the window together are complete, though each alone is not."""
    if entry.interval.high is not None or entry.partial or entry.listed is None:
        return
    period = Period(Span(0, 0), PeriodKind.DATED, entry.listed[0], entry.listed[1])
    if period.cover(window) in (Cover.WINDOW, Cover.WIDER):
        entry.interval = Interval(entry.interval.low, entry.interval.low + entry.doubtful)


def _cap(exact: list[Assertion], disjoint: list[Assertion]) -> int:
    """Names in running text never contradict a total: they may be of a former state or of another kind."""
    highs = [a.interval.high for a in [*exact, *disjoint] if a.interval.high is not None]
    return min(highs) if highs else 0


def _merge(first: Assertion, second: Assertion) -> None:
    """Adds a second list to the first: things in both count once, doubtful ones widen."""
    known = frozenset().union(*first.item_keys) if first.item_keys else frozenset()
    if first.listed and second.listed:
        first.listed = (min(first.listed[0], second.listed[0]), max(first.listed[1], second.listed[1]))
    new = tuple(keys for keys in second.item_keys if not keys & known)
    extra = first.doubtful if first.interval.high is None else first.interval.high - first.interval.low
    extra_second = second.doubtful if second.interval.high is None else second.interval.high - second.interval.low
    first.doubtful = extra + extra_second
    low = first.interval.low + len(new)
    unbounded = first.interval.high is None and second.interval.high is None
    first.interval = Interval(low, None if unbounded else low + max(extra, extra_second))
    first.points = (low,)
    first.item_keys += new


def _whole(spec: FactSpec, assertions: list[Assertion], findings: Findings) -> list[Assertion]:
    """Figures for one alternative stand for the fact only where nothing is said of the whole (readings 1 to 3)."""
    partial = [a for a in assertions if a.kinds]
    whole = [a for a in assertions if not a.kinds]
    if not partial or spec.kinds is None:
        return assertions
    if any(a.interval.high is not None and not a.loose for a in whole):
        if _outnumbered(whole, partial):
            return assertions
        lows = [
            Assertion(Interval(min(a.interval.low, _least(whole)), None), a.document, a.span, a.method, ())
            for a in partial
        ]
        return whole + lows
    by_kind: dict[frozenset[str], list[Assertion]] = {}
    for entry in partial:
        by_kind.setdefault(entry.kinds, []).append(entry)
    if len(by_kind) == 1:
        low = min((a.interval.low for a in partial if a.interval.high is not None), default=0)
        return [
            *partial,
            *(
                Assertion(
                    Interval(min(a.interval.low, low) if low else a.interval.low, None),
                    a.document,
                    a.span,
                    a.method,
                    (),
                )
                for a in whole
            ),
        ]
    parts = [_meet(_distinct(group)) for group in by_kind.values()]
    intervals = [i for i, _ in parts if i is not None]
    if len(intervals) != len(parts):
        return assertions
    apart = findings.disjoint or not spec.kinds.overlap
    value = add(intervals) if apart else overlapping(intervals, nested=findings.nested)
    if findings.twice is not None and not apart:
        value = subtract(add(intervals), findings.twice)
    first = partial[0]
    points = (value.low,) if value.high is None else (value.low, value.high)
    return [
        *whole,
        Assertion(value, first.document, first.span, first.method, points, conflict=any(c for _, c in parts)),
    ]


def _outnumbered(whole: list[Assertion], partial: list[Assertion]) -> bool:
    """高新技术企业15户, and a list of all that holds 9: one kind alone is stated as more than the whole list shows."""
    listed = [a for a in whole if a.method is Method.LISTED and a.interval.high is not None]
    return len(listed) == len([a for a in whole if not a.loose]) and any(
        a.method is Method.DECLARED and not a.loose and a.interval.low > _least(listed) for a in partial
    )


def _least(whole: list[Assertion]) -> int:
    highs = [a.interval.high for a in whole if a.interval.high is not None]
    return min(highs) if highs else 10**18


def _distinct(assertions: list[Assertion]) -> list[Assertion]:
    """One of those that say the same, the plainest."""
    seen: set[tuple[int, int | None, bool]] = set()
    kept = []
    for entry in sorted(assertions, key=lambda a: (a.inferred, a.loose)):
        mark = (entry.interval.low, entry.interval.high, entry.conflict)
        if mark not in seen:
            seen.add(mark)
            kept.append(entry)
    return kept


def _meet(assertions: list[Assertion]) -> tuple[Interval | None, bool]:
    """The intersection, or the span of the figures that leave none (readings 26 and 5)."""
    conflict = any(a.conflict for a in assertions)
    met: Interval | None = assertions[0].interval
    for entry in assertions[1:]:
        met = intersect(met, entry.interval) if met is not None else None
    if met is not None:
        return met, conflict
    bounded = [a for a in assertions if a.interval.high is not None] or assertions
    points = [p for a in bounded for p in _figures(a)]
    points += [a.interval.low for a in assertions if a.interval.low > max(points)]  # a lower bound above them all
    return Interval(min(points), max(points)), True


def _figures(entry: Assertion) -> list[int]:
    low, high = entry.interval.low, entry.interval.high
    if high is None:
        return [low]
    if low == 0 and high > 0 and len(set(entry.points)) <= 1:
        return [high]
    return [low, high] if not entry.points or low != 0 else [*entry.points]


def _shown(assertions: list[Assertion], interval: Interval) -> list[Evidence]:
    """The evidence, what answers the question best first: plain statements of what the fact comes to, then lists, then
    what only bounds it or was inferred; otherwise in the order of reading."""
    shown: list[Evidence] = []
    for entry in sorted(assertions, key=lambda a: (a.interval != interval, a.inferred, a.loose, bool(a.items))):
        if entry.items:
            shown += [evidence(entry.document, span, Method.LISTED) for span in entry.items]
        else:
            shown.append(evidence(entry.document, entry.span, entry.method, entry.interval))
    unique: dict[tuple[str, int, int], Evidence] = {}
    for one in shown:
        unique.setdefault((one.document, one.span.start, one.span.end), one)
    return list(unique.values())
