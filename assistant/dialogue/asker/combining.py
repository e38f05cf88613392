"""What only all figures of a question together tell: a total of those before it, a figure said twice, the rest."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from assistant.dialogue.asker import counting
from assistant.dialogue.asker.roles import BREAK, RECEIVED, Role, Term
from assistant.questions import question_form
from assistant.questions.dialogue_patterns import pattern, says
from ingestion.domain import Interval

_REST = re.compile(r"其余|剩下的?(?=[^，。；]{0,6}(?:在|没|未|还))")     # the rest is spoken of by itself
_PARTS = 2
_HAD = frozenset({Role.HAVE, Role.PART})
_DEMONSTRATIVE = re.compile(r"[这那该](?:里面?的?)?$|上述$|\b(?:these|those) $")


def alternatives(terms: Sequence[Term], text: str, *, named: bool) -> list[Term]:
    """Figures of which only one can be so (18篇还是19篇) are one from the least to the most, and no sum; nothing of the
    asker's where no fact is `named` (50万还是100万)."""
    done: list[Term] = []
    for one in terms:
        before = done[-1] if done else None
        if before is None or before.fact != one.fact or not {before.role, one.role} <= _HAD \
                or not says("roles", "or_else", text[before.span.end:one.span.start]) \
                or (named and not says("roles", "have", before.said)):      # 算两家还是一家
            done.append(one)
            continue
        done.pop()
        if named:
            highs = [each.high for each in (before.interval, one.interval) if each.high is not None]
            low, high = min(before.interval.low, one.interval.low), max(highs) if len(highs) > 1 else None
            words = text[text.rfind(before.words, 0, before.span.end):one.span.end]
            done.append(replace(before, words=words, interval=Interval(low, high)))
    return done


def doubted(terms: list[Term], text: str) -> list[Term]:
    """Figures that the asker doubts as a whole: 有几篇还没核过."""
    if any(one.role is Role.UNCERTAIN for one in terms) or not says("roles", "doubt", text):
        return terms
    return [replace(one, role=Role.UNCERTAIN) if one.role is Role.HAVE and one.interval.exact else one for one in terms]


def settled(terms: list[Term], text: str, bars: Mapping[str, int]) -> list[Term]:
    """Roles that only all figures together tell: a total of those before it, a figure said twice, the rest."""
    done: list[Term] = []
    for one in terms:
        again = _again(one, done, text)
        if again is not None:       # 有5篇第一单位不是我们，这5篇要是不算: said of the same five
            done[again] = replace(done[again], role=Role.LOST if one.role in (Role.LOST, Role.UNCOUNTED)
                                  and done[again].role is Role.PART else done[again].role)
            continue
        holds = [term for term in done if term.fact == one.fact
                 and term.role in (Role.HAVE, Role.PLANNED, Role.ADDED, Role.UNCOUNTED)]
        if _is_left(one) and any(term.role is Role.HAVE for term in holds):
            done, one = _remaining(one, done)
        elif one.role in (Role.HAVE, Role.UNCERTAIN) and len(holds) > 1 and _apart(holds[-1], one, text) \
                and sum(term.interval.low for term in holds) == one.interval.low:
            one = replace(one, role=Role.TOTAL)     # 17篇，另外4篇，凑成21篇: what sums up the parts is no part
        if one.role is Role.UNCOUNTED and done and done[-1].fact == one.fact and done[-1].role is Role.LOST \
                and done[-1].part and not says("roles", "also", text[done[-1].span.end:one.span.start]):
            one = replace(one, role=Role.LOST, part=True)      # 22篇，其中撤稿1篇，被剔除的2篇
        if one.role is Role.TOTAL and bars.get(one.fact) == one.interval.low and len(holds) == 1 \
                and holds[0].interval.low < one.interval.low and one.words in question_form.asking(text):
            one = replace(one, role=Role.BAR)       # 1个，另外……合起来算2个行不行: what it is to come to
        if one.role is Role.TOTAL and sum(term.interval.low for term in holds) != one.interval.low and holds:
            one = replace(one, role=Role.HAVE)
            done = [replace(term, role=Role.PART) if term in holds and term.role is Role.HAVE else term
                    for term in done]
        done.append(one)
    for fact in {one.fact for one in done}:
        stated = [one for one in done if one.fact == fact and one.role in (Role.HAVE, Role.UNCOUNTED)]
        if len(stated) <= _PARTS:
            continue
        whole, *rest = stated
        if not _apart(whole, rest[0], text) or sum(one.interval.low for one in rest) != whole.interval.low:
            continue
        if all(one.role is Role.HAVE for one in rest):       # 5家：香港2家、德国3家
            done = [replace(one, role=Role.PART) if one in rest else one for one in done]
        elif whole.role is Role.HAVE:                        # 4个，市级2个、区级2个: the parts tell what counts
            done = [replace(one, role=Role.TOTAL) if one is whole else one for one in done]
    done = _within(done, text)
    return [_taken(one, done, text) for one in done]


def _is_left(one: Term) -> bool:
    """Whether a figure is what is left of what was told before, and nothing else is said against it."""
    said = pattern("roles", "left").search(one.said)
    return said is not None and not one.reason and (one.role in (Role.HAVE, Role.PART) or (
        one.role in (Role.LOST, Role.UNCOUNTED) and not counting.lost(one.said.replace(said[0], " "))))


def _remaining(one: Term, done: Sequence[Term]) -> tuple[list[Term], Term]:
    """What is said to be left changes nothing where it is what was had less what was lost; else it is what is had."""
    own = [term for term in done if term.fact == one.fact]
    lost = sum(term.interval.low for term in own if term.role is Role.LOST)
    if sum(term.interval.low for term in own if term.role is Role.HAVE) - lost == one.interval.low:
        return list(done), replace(one, role=Role.PART)
    return [replace(term, role=Role.PART) if term in own and term.role in (Role.HAVE, Role.LOST) else term
            for term in done], replace(one, role=Role.HAVE)


def _within(terms: list[Term], text: str) -> list[Term]:
    """Figures beside one that says more exactly what is asked: what came in beside what was spent; a wider total, and
    its parts, before what is said to be of it: 花了300万，近三年就180万; 全校1200篇，我们中心自己的23篇."""
    for exact in [one for one in terms if one.role is Role.HAVE and one.reason != RECEIVED]:
        terms = [replace(one, role=Role.UNCOUNTED) if one.fact == exact.fact and one.reason == RECEIVED else one
                 for one in terms]
        if exact.period == "window":        # 近五年经费320万，近三年190万
            terms = [replace(one, role=Role.TOTAL) if one.fact == exact.fact and one.role is Role.HAVE
                     and one.period in ("wider", "partial") else one for one in terms]
        whole = next((one for one in terms if one.fact == exact.fact and one.role is Role.HAVE and not one.period
                      and one.span < exact.span and one.interval.low > exact.interval.low), None)
        between = text[whole.span.end:exact.span.start] if whole is not None else ""
        if whole is None or says("roles", "also", between) or not says("roles", "only_so_much", between):
            continue
        if exact.period != "window" and not says("roles", "wide", whole.said):
            continue
        terms = [replace(one, role=Role.TOTAL if one is whole else Role.PART)
                 if one.fact == whole.fact and whole.span <= one.span < exact.span else one for one in terms]
    return terms


def _again(one: Term, done: Sequence[Term], text: str) -> int | None:
    """The place of the part that a figure with 这 or 那 before it speaks of once more, None for a figure of its own."""
    if one.role is Role.BAR or not _DEMONSTRATIVE.search(text[max(0, one.span.start - 4):one.span.start]):
        return None
    return next((place for place, term in enumerate(done) if term.fact == one.fact and term.interval == one.interval
                 and term.role in (Role.PART, Role.LOST, Role.UNCOUNTED)), None)


def _taken(one: Term, terms: Sequence[Term], text: str) -> Term:
    """23篇里有4篇挂的是别校，剔了之后: the part that is taken away is lost."""
    if one.role is not Role.PART or not says("roles", "taken_away", text[one.span.end:]):
        return one
    parts = [term for term in terms if term.fact == one.fact and term.role is Role.PART]
    return replace(one, role=Role.LOST) if parts[-1] is one and _REST.search(text, one.span.end) is None else one


def _apart(one: Term, other: Term, text: str) -> bool:
    """Whether two figures stand in clauses of their own, not in one list: 香港1家、台湾1家."""
    between = text[one.span.end:other.span.start]
    return BREAK.search(between) is not None and not says("roles", "also", between)


def rest(one: Term, terms: Sequence[Term], text: str) -> Term:
    """专利12件，其中授权3件，其余在审: the part is what counts."""
    if one.role is not Role.HAVE:
        return one
    parts = [term for term in terms if term.fact == one.fact and term.role is Role.PART and term.span > one.span]
    match = pattern("roles", "rest").search(text, one.span.end)
    told = match is not None and any(term.role is Role.LOST and term.span.start >= match.start() for term in terms)
    if len(parts) == 1 and match is not None and not told and counting.lost(text[match.start():match.start() + 24]):
        return replace(one, interval=parts[0].interval, words=parts[0].words)
    return one
