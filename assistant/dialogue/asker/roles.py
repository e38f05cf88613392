"""What a figure of a question is to its asker: had, part of it, lost, planned, in doubt, or the bar itself."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from assistant.questions.dialogue_patterns import says
from ingestion.domain import Interval, Span
from ingestion.numbers.numerals import Quantity

BREAK = re.compile(r"[，,](?!\d{3}(?!\d))|[；;。？?！!：:\n]|\.(?=\s|$)|\s-+\s|\bbut\b|但是?|不过|可是")
YEARLY = "yearly_bar"         # a bar said to be one of each year
UNCONVERTED = "unconverted"   # why a sum of foreign money is in doubt
RECEIVED = "received"         # why a sum that came in is in doubt: nobody has said that it was spent
SOME = re.compile(r"[，,\s]*(?:但是?|可是?|却|不过)?有")      # 我们有18篇，有3篇还没见刊
_TWICE = re.compile("重[了的复叠]|duplicate")
_BESIDES = re.compile("[另还又再]")
_MARKS = " ，,、；;。"
_OWN = re.compile(r"(?:我们|目前|现在|已经|已|只|才|就|we|our)\s*(?:的)?(?:有|达到|超过|have|has)?\s*$")
_SUFFICES = re.compile(r"\s*就(?:行|够|可以|能|成|满足|达标|合格)")
_ONLY = re.compile(r"(?:不是|只要|不就)\s*$")
_OPENING = re.compile(r"^(?:但是?|不过|可是?|却|有|其中|里面?|还|也|就|只|都|的|中|另|了|我们|目前|现在|[\s（(]"
                      r"|上个?月|下个?月|去年|今年|明年|最近|近期|刚刚?|后来|前不久|年[前底初]"
                      r"|\b(?:but|of which|and|have|has)\b)+")
_REACHED = re.compile(r"[凑满到过]了\s*$")
_WANTS = re.compile(r"(?<![想还又再不])要\s*$")
_MUST = re.compile(r"(?<![想还又再不])要(?:有|做|办|签|发|派|配|完成|达到?)\s*$")
_OF_US = re.compile(r"[我咱]")
_CONFIRMED = re.compile(r"吧\s*$")
_WITH = re.compile(r"(?<![要得须需该])[跟和同与]\s*$")
_AGAINST = re.compile(r"\s*(?:的)?(?:要求|标准|门槛|线)?(?:相?比|还?[差缺少]|还?有差距|还远)")     # 跟20篇比


class Role(StrEnum):
    HAVE = "have"
    PART = "part"                # a part of what they have that changes nothing
    LOST = "lost"                # a part of what they have that does not count, or no longer does
    UNCOUNTED = "uncounted"      # beside what they have, and not counting
    PLANNED = "planned"
    ADDED = "added"              # what would come to it: 再发3篇
    UNCERTAIN = "uncertain"
    OVERLAP = "overlap"          # counted twice
    TOTAL = "total"
    PERIOD = "period"
    BAR = "claimed_bar"


class Term(Struct, frozen=True):
    """One figure of a question for the fact `fact`; `words` are the question's own. `times`: so many years of it."""

    words: str
    span: Span
    interval: Interval
    role: Role
    fact: str = ""
    unit: str = ""
    reason: str = ""      # a reason code of the policy folder, where it says why the figure does not count
    period: str = ""      # "" for none, else how it lies to the window
    times: int = 1
    part: bool = False      # 其中 and the like stand before it
    lacking: bool = False   # it follows from what is said to be missing: 差两篇才到20篇
    said: str = ""          # its clause, from the figure before to the next


class Asked(Struct, frozen=True):
    """The figures of a question. `hypothetical`: it asks what would be; `disjoint`: no thing is counted twice;
    `overlapping`: nobody has looked whether one is."""

    terms: tuple[Term, ...]
    hypothetical: bool = False
    disjoint: bool = False
    overlapping: bool = False

    def of(self, fact: str) -> tuple[Term, ...]:
        return tuple(one for one in self.terms if one.fact == fact)

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.fact for one in self.terms if one.fact))


class Figure(Struct):
    """A quantity with the words around it."""

    quantity: Quantity
    lead: str = ""        # from the figure before, or the clause's beginning
    tail: str = ""        # to the next figure, or the clause's end
    clause: str = ""
    start: int = 0        # of the clause
    contrasted: bool = False      # 但, 不过 stand before it
    fact: str = ""

    @property
    def said(self) -> str:
        span = self.quantity.span
        return self.clause[span.start - self.start:span.end - self.start]


def role_of(one: Figure, earlier: Sequence[Term], bars: Mapping[str, int], *, out: bool, asking: bool = False) -> Role:
    """`out`: words beside the figure, or its period, say that it does not count. `asking`: its clause puts the
    question."""
    holds = [term for term in earlier if term.role in (Role.HAVE, Role.TOTAL)]
    planned = says("roles", "planned", one.lead + one.tail) or says("roles", "planned", one.clause[:len(one.lead)])
    supposed = says("roles", "if", one.clause)
    if _is_bar(one, earlier, bars) or (asking and not out and _repeats_bar(one, earlier, bars)):
        return Role.BAR
    own = _OF_US.search(one.lead) is not None and not _CONFIRMED.search(one.tail)
    if asking and (_WANTS.search(one.lead) or (_MUST.search(one.lead) and not own)):
        return Role.BAR     # 要5个吧, 要做5项是吧
    if says("roles", "gone", one.lead) and (holds or not earlier):
        return Role.LOST
    if holds and (says("roles", "total", one.lead) or says("roles", "total_tail", one.tail)):
        return Role.TOTAL
    added = says("roles", "added", one.lead) or says("roles", "added_tail", one.tail)
    if added and not out and (supposed or not planned):
        return Role.ADDED
    stage = planned or says("roles", "unrealised", one.tail)
    part = bool(holds) and not added and _of_what_is_held(one, earlier, stage=stage, planned=planned and not out)
    if planned and not supposed:
        return Role.LOST if part else Role.PLANNED
    if says("roles", "unsure", one.lead[-12:] + one.tail):
        return Role.UNCERTAIN
    twice = says("roles", "overlap", one.lead[-8:] + one.tail) and not says("roles", "disjoint", one.tail)
    if twice and holds and (not out or (len(holds) > 1 and _TWICE.search(one.lead + one.tail))):
        return Role.OVERLAP
    if out:
        return Role.LOST if part else Role.UNCOUNTED
    after_part = bool(earlier) and earlier[-1].role in (Role.PART, Role.LOST)      # 其中1家在深圳，1家在香港
    said_so = is_part(one) or SOME.fullmatch(one.lead) is not None or (after_part and not one.lead.strip(_MARKS))
    if (said_so and holds) or (asking and not says("roles", "also", one.lead) and _again(one, holds)):
        return Role.PART
    return Role.HAVE


def _of_what_is_held(one: Figure, earlier: Sequence[Term], *, stage: bool, planned: bool) -> bool:
    """Whether a figure is of what was told before it and does not stand beside that: 里面3篇, 但有3篇, or 3篇 without
    another kind of its own (国家级2个，市级1个). What is not reached yet (`stage`) stands beside what was said to be
    done: 发表15篇、录用8篇."""
    if is_part(one) or SOME.fullmatch(one.lead):
        return True
    if says("roles", "also", one.lead) or _BESIDES.search(one.lead) or _own_kind(one):
        return False
    if earlier[-1].part:
        return True
    contrasted = len(one.lead.strip(_MARKS)) > 0 or one.contrasted
    return contrasted or not (planned or (stage and any(
        term.role is Role.HAVE and says("roles", "done", term.words) for term in earlier)))


def _own_kind(one: Figure) -> bool:
    """Whether a figure's own words tell a kind, so that it stands beside what was told: 国家级2个，市级1个正在申报."""
    return len(_OPENING.sub("", one.lead.strip(_MARKS))) > 1


def _again(one: Figure, holds: Sequence[Term]) -> bool:
    """你得承认10篇就满足。10篇够不够: the figure that was spoken of, once more."""
    return any(term.role is Role.HAVE and term.fact == one.fact and term.interval == one.quantity.interval
               for term in holds)


def _is_bar(one: Figure, earlier: Sequence[Term], bars: Mapping[str, int]) -> bool:
    """Whether a figure is said to be what is asked for."""
    lead, tail = one.lead, one.tail
    if says("roles", "added_tail", tail):
        return False    # need 3 more
    if _SUFFICES.match(tail) and (_ONLY.search(lead) or says("roles", "said", lead)):
        return True     # 不是3篇就行嘛
    if re.match(r"\s*了", tail) and not says("roles", "bar_tail", tail) and not lead.endswith("够"):
        return False    # 达到20篇了
    equals = bars.get(one.fact) == one.quantity.interval.low
    if says("roles", "bar_tail", tail):
        return equals or _OWN.search(lead) is None      # 我们4篇差多少
    if equals and not lead and says("roles", "bar_asked", tail) and any(term.role is Role.HAVE for term in earlier):
        return True     # SCI 15篇，EI 8篇，20篇够了没
    if one.quantity.interval.high is None and says("roles", "said", lead):
        return True     # 办法不是要求至少10篇嘛
    if says("roles", "said", lead) and _WANTS.search(lead):
        return True     # 听说论文要30篇
    if _REACHED.search(lead) or (_WITH.search(lead) and not _AGAINST.match(tail)):
        return False    # 凑了18篇; 跟6家有协议
    if says("roles", "bar_lead", lead):
        return _OWN.search(lead) is None or bars.get(one.fact) == one.quantity.interval.low
    return equals and says("roles", "bar_that", lead) and not earlier and not says("roles", "have", lead)


def _repeats_bar(one: Figure, earlier: Sequence[Term], bars: Mapping[str, int]) -> bool:
    """Whether a clause that asks names the bar behind what they have: 近五年25篇，能认定近三年20篇达到了吗."""
    has = any(term.role in (Role.HAVE, Role.ADDED, Role.UNCERTAIN, Role.TOTAL) for term in earlier)
    adds = any(says("roles", name, one.lead) for name in ("added", "also", "total"))
    return has and not adds and bars.get(one.fact) == one.quantity.interval.low


def is_part(one: Figure) -> bool:
    return says("roles", "part_lead", one.lead) or says("roles", "rest", one.lead) \
        or ("of" in one.tail[:6] and says("roles", "part_tail", one.tail))
