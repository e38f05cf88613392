"""What a question says of the asker, held against the criteria: figures against bars, statements against yes and no.

Statements (公司注册在外省) are read by the extractor with the policy folder's rules, as a document's sentences are.
"""
from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from assistant.dialogue.asker import bars, counting, extracted, terms
from assistant.dialogue.asker.bars import Comparison
from assistant.dialogue.asker.roles import Asked, Role, Term
from assistant.judging import outcomes
from assistant.questions import clause_weights, question_form
from assistant.questions.dialogue_patterns import says
from assistant.questions.supposed_days import application_day
from assistant.questions.topics import Topics
from assistant.questions.understanding import Part
from ingestion.domain import Criterion, CriterionKind, Fact, Interval, Outcome
from ingestion.policies.policy import Policy

_CLAUSE = re.compile(r"[，,](?!\d{3}(?!\d))|[。；;？?！!\n]|\.(?=\s|$)")
_LONG_AGO = date(1990, 1, 1)


class Statement(Struct, frozen=True):
    """What the asker says of themselves for a yes/no criterion. `before`: it was before the window."""

    criterion: Criterion
    outcome: Outcome
    words: str
    before: bool = False


class Held(Struct, frozen=True):
    """A question held against the criteria. `asked` are its figures; `on` the day that it supposes."""

    asked: Asked
    comparisons: tuple[Comparison, ...]
    statements: tuple[Statement, ...]
    on: date

    def within(self, refs: Collection[str]) -> Held:
        """What is about the clauses `refs`, or about clauses inside them."""
        near = [one for one in self.comparisons if _in(one.criterion.citation, refs)]
        said = [one for one in self.statements if _in(one.criterion.citation, refs)]
        return replace(self, comparisons=tuple(near), statements=tuple(said))


def hold(part: Part, policy: Policy, topics: Topics, types: Sequence[str], today: date,
         near: Collection[str] = ()) -> Held:
    """The figures and statements of a folded question against the criteria of `types`, or of all. A unit that several
    facts share speaks of those of the clauses `near`."""
    on = application_day(part.text, today)
    wanted = {ref for one in types for ref in policy.base_type(one).articles}
    criteria = [one for one in policy.criteria if not wanted or one.citation.split("（")[0] in wanted]
    asked = Asked(())
    if part.quantities:
        asked = figures(part, policy, topics, types, on, near)
    stated = _none_and_some(part, criteria, asked, policy, topics)
    by_fact = {key: [*asked.of(key), *stated.get(key, ())] for key in {*asked.facts, *stated}}
    compared = [bars.compare(one, by_fact, policy, disjoint=asked.disjoint, overlapping=asked.overlapping)
                for one in criteria if one.kind in (CriterionKind.COUNT, CriterionKind.PLURAL)]
    found = [one for one in compared if one is not None]
    quoted = [one for one in found if (bar := policy.wordings[one.criterion.id].measure)
              and re.search(rf"[“\"「]{re.escape(bar)}[”\"」]", part.text)]
    found = quoted or found      # 够不够“多家” is about the clause that says so
    counted = {one.fact for one in found if one.criterion.kind is CriterionKind.COUNT}
    found = [one for one in found if types or one.criterion.kind is CriterionKind.COUNT or one.fact not in counted]
    meant = {one.fact for one in found if one.agrees}      # 够5家吗 is about the clause that asks for five
    found = [one for one in found if one.fact not in meant or one.agrees]
    return Held(asked, tuple(found),
                tuple(_statements(part, criteria, policy, on)), on)


def figures(part: Part, policy: Policy, topics: Topics, types: Sequence[str], on: date,
            near: Collection[str] = ()) -> Asked:
    """The question's figures, by role."""
    keys = list(dict.fromkeys(key for one in policy.criteria for key in one.facts
                              if not types or _of_types(one, types, policy)))
    common = set.intersection(*(set(one.articles) for one in policy.base_types)) if policy.base_types else set()
    named = types or clause_weights.types_of(part, topics, hints=True)
    own = {key for kind in named for one in policy.criteria_for(kind) for key in one.facts
           if one.citation.split("（")[0] not in common}
    own = {key for one in policy.criteria if _in(one.citation, near) for key in one.facts} or own
    asked = terms.read(part, keys, policy, topics, policy.window_on(on), lowest_bars(policy, named), own)
    return replace(asked, terms=tuple(extracted.decided(asked.terms, part, policy, on, keys)))


def lowest_bars(policy: Policy, types: Sequence[str]) -> Mapping[str, int]:
    """The bar of each fact, the base types' own first."""
    found: dict[str, int] = {}
    for one in sorted(policy.criteria, key=lambda one: (bool(types) and not _of_types(one, types, policy),
                                                        not one.required)):
        if one.bar is not None:
            for key in one.facts:
                found.setdefault(key, one.bar)
    return found


def _of_types(one: Criterion, types: Sequence[str], policy: Policy) -> bool:
    return any(one.citation.split("（")[0] in policy.base_type(kind).articles for kind in types)


def _in(citation: str, refs: Collection[str]) -> bool:
    return citation in refs or citation.split("（")[0] in refs


def _none_and_some(part: Part, criteria: Sequence[Criterion], asked: Asked, policy: Policy,
                   topics: Topics) -> dict[str, list[Term]]:
    """Facts that the question says there are none of (没得过科技奖), or some of (得过一次), without a figure."""
    found: dict[str, list[Term]] = {}
    open_facts = {key for one in criteria if len(one.facts) > 1 for key in one.facts}
    for name, words in part.found.items():
        key = topics.subjects[name].fact
        if key not in open_facts or topics.subjects[name].weight < clause_weights.STRONG:
            continue
        for word in words:
            start = max([match.end() for match in _CLAUSE.finditer(part.text, 0, word.span.start)] or [0])
            end = next((match.start() for match in _CLAUSE.finditer(part.text, word.span.end)), len(part.text))
            clause = part.text[start:end]
            lead = part.text[start:word.span.start]
            if question_form.kinds_of(clause) & {"yes_no"} and end == len(part.text):
                continue
            if says("roles", "none", lead) or says("roles", "none", word.word[:1]):
                term = Term(clause, word.span, Interval(0, 0), Role.HAVE, key)
            elif not asked.of(key) and (says("roles", "planned", clause) or says("roles", "applying_for", clause)):
                term = Term(clause, word.span, Interval(1, None), Role.UNCOUNTED, key)
            elif says("roles", "got", clause) and not asked.of(key):
                out, reason = counting.not_counting(clause, key, policy)
                needs = [need for need in policy.facts.facts[key].needs if need.reach in ("own", "clause")]
                sure = all(policy.facts.pattern(need.words).search(clause) for need in needs)
                role = Role.UNCOUNTED if out else Role.HAVE if sure else Role.UNCERTAIN
                term = Term(clause, word.span, Interval(1, None), role, key, reason=reason)
            else:
                continue
            found.setdefault(key, [term])
    applied = {key for key, some in found.items() if some[0].role is Role.UNCOUNTED and not some[0].reason}
    if applied == set(found):
        return {}       # 专利还没授权，能算吗 asks of the one alone
    return {key: some for key, some in found.items()
            if not any(one.role is Role.HAVE for one in asked.of(key))}


def _statements(part: Part, criteria: Sequence[Criterion], policy: Policy, on: date) -> Iterator[Statement]:
    """The yes/no criteria that the question's statements settle."""
    from ingestion import facts

    text = extracted.stated(part.text)
    wanted = [one for one in criteria if one.kind is CriterionKind.YES_NO]
    if not text or not wanted:
        return
    found = extracted.reading(text, policy, on)
    document = None
    for one in wanted:
        fact = found.facts.get(one.facts[0])
        if fact is not None and fact.interval.exact and not fact.conflict:
            reached = outcomes.outcome(one, {one.facts[0]: fact})
            yield Statement(one, reached, fact.evidence[0].quote if fact.evidence else "")
        elif fact is None and policy.facts.facts[one.facts[0]].kind == "yes_no" \
                and any(rule.period == "inside" for rule in policy.facts.facts[one.facts[0]].rules):
            if document is None:
                from ingestion.parsing.text import from_string

                document = [from_string(text)]
            earlier = facts.extract(document, policy, on, window=(_LONG_AGO, on), keys=set(one.facts))
            before: Fact | None = earlier.facts.get(one.facts[0])
            if before is not None and before.interval == Interval(0, 0):
                yield Statement(one, Outcome.MET, before.evidence[0].quote if before.evidence else "", before=True)
