"""The extractor's reading of a question: what it counts of the asker's figures, as it would in a document.

Where the words give a figure no role of the asker's (lost, planned, to come, in doubt), the extractor decides which
figures a fact counts: 海外中心长期驻守的只有1人，另外2人每季度去一周 is one.
"""
from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import combinations

from msgspec.structs import replace

from assistant.dialogue.asker import bars
from assistant.dialogue.asker.roles import Role, Term
from assistant.questions import question_form
from assistant.questions.dialogue_patterns import pattern
from assistant.questions.understanding import Part
from ingestion.domain import Extraction, Fact, Interval
from ingestion.policies.policy import Policy

_CLAUSE = re.compile(r"[，,](?!\d{3}(?!\d))|[。；;？?！!\n]|\.(?=\s|$)")
_SHARE = re.compile(r"[^，,。]*?\d+(?:\.\d+)?\s*[%％](?:的?(?:股份?|股权|表决权))?(?=[算能可够是就])")
_OWN_SHARE = re.compile(r"^(?!.*(?:对方|外方|他们|别人|人家))[^，。]*?(?=[控持占]股)")
_ASKING = re.compile(r"(?:吗|么|呢|吧)$")
_PLAIN = frozenset({Role.HAVE, Role.PART, Role.TOTAL})
HAD = frozenset({Role.HAVE, Role.ADDED})
_AWAY = frozenset({Role.LOST, Role.OVERLAP})
_ASIDE = _AWAY | {Role.UNCOUNTED, Role.PLANNED}
# What a figure may be labelled as that the question's own words give such a role
_HARSHER = {Role.LOST: _AWAY, Role.OVERLAP: _AWAY, Role.UNCOUNTED: _ASIDE, Role.PLANNED: _ASIDE,
            Role.UNCERTAIN: _ASIDE | {Role.UNCERTAIN}}
_MOST = 8       # figures of which sums are tried
_KEPT = 64      # readings that are kept
_NAME = 4       # characters that name something


def decided(terms: Sequence[Term], part: Part, policy: Policy, on: date, keys: Collection[str]) -> list[Term]:
    """The terms with the facts and roles that the extractor gives them, where what it counts is a sum of some. A figure
    that it counts for a fact beside `keys` stays, if its own words name what its fact counts."""
    found = list(terms)
    if not any(one.role is Role.HAVE for one in found):
        return found
    read = {key: fact for key, fact in reading(stated(part.text), policy, on).facts.items()
            if not fact.conflict and fact.interval.high is not None and policy.facts.facts[key].kind != "yes_no"}
    dropped: list[Term] = []
    for key, fact in read.items():
        own = [one for one in found if one.fact == key]
        if not own or any(one.role not in _PLAIN or one.times > 1 or one.lacking for one in own):
            continue
        near = [one for one in found if one.fact == key or (
            fact.interval.exact and one.role is Role.HAVE and _within(one, fact))]
        counted = _adding_up(near, fact, policy)
        if counted is not None:
            dropped += [one for one in own if one not in counted and one.role is Role.HAVE]
            found = [replace(one, fact=key, role=Role.HAVE) if one in counted else one for one in found]
    return [_elsewhere(one, read, policy, keys) if one in dropped else one for one in found]


def _elsewhere(term: Term, read: Mapping[str, Fact], policy: Policy, keys: Collection[str]) -> Term:
    """A figure that its fact does not count: of the fact that counts just it, or of none."""
    fact = next((key for key, fact in read.items() if key != term.fact and fact.interval == term.interval
                 and _within(term, fact)), "")
    if fact and fact not in keys and _in_label(term, policy.facts.facts[term.fact].label):
        return term
    return replace(term, fact=fact) if fact else replace(term, role=Role.UNCOUNTED)


def _in_label(term: Term, label: str) -> bool:
    """Whether a figure's own words name what its fact counts: 技术转移转化1项 of 联合研发或技术转移转化项目."""
    return any(term.words[place:place + _NAME] in label for place in range(len(term.words) - _NAME + 1))


def confirms(labelled: Sequence[Term], own: Sequence[Term], total: Interval | None, part: Part, policy: Policy,
             on: date) -> bool:
    """Whether code counts what labels of figures say: none is had that the question's own words take away, and each
    that is had is so by these words, or the extractor reads the very sum."""
    own_at = {one.span: one for one in own}
    for one in labelled:
        known = own_at.get(one.span)
        if known is not None and known.role in _HARSHER and one.role not in _HARSHER[known.role]:
            return False
    had = [one for one in labelled if one.role in HAD]
    if any(one.role in _HARSHER and one.fact == labelled[0].fact and all(
            other.span != one.span for other in labelled) for one in own):
        return False        # what the words take away was not labelled at all
    if all((known := own_at.get(one.span)) is not None and known.fact == one.fact and known.role in HAD
           for one in had):
        return bool(had)
    fact = reading(stated(part.text), policy, on).facts.get(labelled[0].fact)
    return fact is not None and not fact.conflict and fact.interval.exact and fact.interval == total \
        and all(_within(one, fact) for one in had)


def reading(text: str, policy: Policy, on: date) -> Extraction:
    """What the extractor reads in a text, kept for those who ask again."""
    from ingestion import facts

    key = (policy.sha256, policy.version, on, text)
    if key not in _read:
        while len(_read) >= _KEPT:
            _read.pop(next(iter(_read)))
        _read[key] = facts.extract_text(text, policy, on) if text else Extraction({}, {}, {})
    return _read[key]


def stated(folded: str) -> str:
    """The clauses of a question that say something, as statements; those that ask are left out."""
    kept, start = [], 0
    for match in [*_CLAUSE.finditer(folded), None]:
        clause = folded[start:match.start() if match else len(folded)].strip()
        start = match.end() if match else start
        asks = question_form.kinds_of(clause) - {"list", "how_long", "when"}
        said = _SHARE.match(clause)
        if clause and not asks and not _ASKING.search(clause) and (match is None or match[0] not in "?？"):
            kept.append(clause)
        elif said:
            kept.append(_OWN_SHARE.sub("我方", said[0]))        # 控股51%算实际控制吧
    return "，".join(kept) + "。" if kept else ""


def supposed(folded: str) -> str:
    """What a clause supposes, as a statement of the asker's: 如果院方持股达到60% is 我方持股达到60%."""
    said = pattern("roles", "if").sub("", folded).strip("，,。；;?？ ")
    return "" if question_form.kinds_of(said) & {"yes_no"} else _OWN_SHARE.sub("我方", said) + "。"


def _within(term: Term, fact: Fact) -> bool:
    """Whether a figure stands in what a fact was read from."""
    return any(term.words in piece.quote for piece in fact.evidence)


def _adding_up(terms: Sequence[Term], fact: Fact, policy: Policy) -> Sequence[Term] | None:
    """The figures that come to what the extractor reads: those that are had, or else the most that do; None where none
    do. What it reads of a total without a period is bounded from above only."""
    had = [one for one in terms if one.role is Role.HAVE]
    tried = [some for size in range(min(len(terms), _MOST), 0, -1) for some in combinations(terms, size)
             if set(had) <= set(some) or all(one.role is Role.HAVE for one in some)]      # no part instead of its whole
    for some in [had, *tried]:
        total = bars.add([replace(one, role=Role.HAVE) for one in some],
                         overlapping=bars.of_kinds(some, fact.key, policy)).interval if some else None
        if total is not None and total.high == fact.interval.high and fact.interval.low in (0, total.low):
            return some
    return None


_read: dict[tuple[str, str, date, str], Extraction] = {}
