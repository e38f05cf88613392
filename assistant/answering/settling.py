"""What settles a question, by the words of the policy folder and by what questions like it were about.

The words alone (`assistant.answering.clause_selection`) know the policy exactly and the ways of asking only as far as
they are listed; the learned opinion (`assistant.learning.likeness`) knows the ways of asking. Where a question names a
clause, or asks for a list that is made, the words decide. Everywhere else the two are added up. Without an opinion the
words decide alone.
"""
from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from assistant.answering.clause_selection import Choice, Kind, Selector
from assistant.learning.likeness import GAP, SEVERAL, Likeness
from assistant.questions.clause_weights import related
from assistant.questions.topics import Topics
from assistant.questions.understanding import Part

_ANSWERED = frozenset({Kind.POINT, Kind.CLAUSE, Kind.ELSEWHERE})
_OPEN = _ANSWERED | {Kind.GAP, Kind.NOTHING, Kind.FIGURES}
_RULES: Final = 0.1       # what the words' own choice adds
_KNOWN: Final = 0.15      # the least score with which the opinion counts
_GAP: Final = 0.2         # what a gap that they find adds to that nothing settles it
_SURE: Final = 0.6        # the score with which a question is about one clause and not about all figures
_KEPT: Final = 0.15       # the score with which a clause stays that the words cite besides the first
_HINTED: Final = 0.1      # the score with which an item that the words name counts as much as its article
_WHOLE: Final = 0.3       # what the whole question counts in a part of it
_ASKS_SEVERAL: Final = 0.3
_LIKELY, _NEAR = 0.3, 0.6  # the score, and the share of the first's, with which a second clause is cited in doubt
_TOO, _ALONE = 0.25, 0.5  # the score with which a clause is cited besides the first, of several and otherwise

Scores = Mapping[str, float]


class Opinion(Struct, frozen=True):
    """`gaps` are by their ids, "" for none in particular; `several` that more than one clause settles the question."""

    clauses: Scores
    gaps: Scores
    several: float

    @property
    def unsettled(self) -> float:
        return sum(self.gaps.values())


class Judge:
    """Chooses what settles the parts of questions about one policy."""

    def __init__(self, selector: Selector, likeness: Likeness | None, topics: Topics) -> None:
        self._selector, self._likeness = selector, likeness
        self._gaps = {one.id: one for one in topics.gaps}

    def with_opinion(self, words: Callable[[str], Scores], meaning: Callable[[str], Scores]) -> Judge:
        """The same with a retriever's opinion on the clauses, see `Selector.with_opinion`."""
        other = copy.copy(self)
        other._selector = self._selector.with_opinion(words, meaning)
        return other

    def choose(self, part: Part, before: Choice | None = None, whole: Part | None = None) -> Choice:
        """What settles `part`; `before` is the choice for the part before it, `whole` the question that it is of."""
        first = self._selector.choose(part, before)
        if first.gap is not None and first.gap.overrides:
            return first
        if self._likeness is None or part.refs or part.continues or first.kind not in _OPEN:
            return first
        opinion = self._opinion(part, whole, of_any_type=first.kind is Kind.ELSEWHERE)
        clauses, unsettled = dict(opinion.clauses), opinion.unsettled
        if first.kind in _ANSWERED:
            own = first.refs[0]
            score, article = clauses.get(own, 0.0), clauses.get(own.split("（")[0], 0.0)
            clauses[own] = (max(score, article) if score >= _HINTED else score) + _RULES
        elif first.kind is Kind.GAP:
            unsettled += _GAP
        top = max(clauses, key=lambda ref: (clauses[ref], ref), default="")
        best = clauses.get(top, 0.0)
        if first.kind is Kind.FIGURES and (not part.polar or best < _SURE or top in first.refs):
            return first
        if max(best, unsettled) < _KNOWN:
            return first
        if first.kind is Kind.ELSEWHERE and "（" not in top:
            return first        # the base type's own article is named; what is asked about is another's
        if unsettled > best:
            worded = bool(first.points) and bool(first.points[0].matches)   # an entry is for just this wording
            if (worded and not part.strange) or self._says_as_much(first, opinion):
                return first
            return self._unsettled(first, opinion)
        if first.bare and before is not None and top in before.refs:
            return first
        choice = first if top in first.refs else self._selector.choose_within(part, top)
        refs = [top, *(ref for ref in choice.refs if ref != top and opinion.clauses.get(ref, 0.0) >= _KEPT)]
        refs += self._besides(opinion, refs) if whole is None else ()
        if len(refs) == 1:
            refs += self._next(clauses, top)
        points = tuple(sorted((one for one in choice.points if set(one.cites) & set(refs)),
                              key=lambda one: top not in one.cites))
        return replace(choice, refs=tuple(refs), points=points)

    def besides(self, whole: Part, cited: Collection[str]) -> tuple[str, ...]:
        """What settles a question of several parts, too, when `cited` settles the parts."""
        if self._likeness is None or whole.refs or not cited:
            return ()
        return self._besides(self._opinion(whole), cited)

    def _opinion(self, part: Part, whole: Part | None = None, *, of_any_type: bool = False) -> Opinion:
        """What learned questions say of a part: clauses, gaps, whether several are asked for."""
        assert self._likeness is not None  # noqa: S101 - asked only where there is one
        scores = dict(self._likeness.scores(part))
        if whole is not None:
            for label, score in self._likeness.scores(whole).items():
                scores[label] = scores.get(label, 0.0) + _WHOLE * score
        several = scores.pop(SEVERAL, 0.0)
        gaps = {label.removeprefix(GAP): score for label, score in scores.items() if label.startswith(GAP)}
        clauses = {label: score for label, score in scores.items()
                   if self._selector.speaks_of(label, None if of_any_type else part)}
        return Opinion(clauses, gaps, several)

    def _says_as_much(self, first: Choice, opinion: Opinion) -> bool:
        """Whether an entry of the clause that the words found says what the likeliest gap would: that clause is all
        that comes near to it."""
        likeliest = max(opinion.gaps, key=lambda name: (opinion.gaps[name], name), default="")
        gap = self._gaps.get(likeliest)
        return gap is not None and bool(first.points) and bool(gap.near) and set(gap.near) <= set(first.refs)

    def _unsettled(self, first: Choice, opinion: Opinion) -> Choice:
        """The gap that the words found, or the likeliest."""
        if first.kind not in _ANSWERED:
            return first
        likeliest = max(self._gaps, key=lambda name: (opinion.gaps.get(name, 0.0), name), default="")
        if opinion.gaps.get(likeliest, 0.0) < _KNOWN:
            return Choice(Kind.NOTHING)
        return Choice(Kind.GAP, gap=self._gaps[likeliest])

    def _next(self, clauses: Scores, top: str) -> tuple[str, ...]:
        """The clause that may settle a question as well as the first."""
        second = max((ref for ref in clauses if ref != top), key=lambda ref: (clauses[ref], ref), default="")
        near = clauses.get(second, 0.0) >= max(_LIKELY, _NEAR * clauses[top])
        return (second,) if near else ()

    def _besides(self, opinion: Opinion, cited: Collection[str]) -> tuple[str, ...]:
        """The clauses that settle a question too, the surest first."""
        least = _TOO if opinion.several >= _ASKS_SEVERAL else _ALONE
        sure = sorted((ref for ref, score in opinion.clauses.items() if score >= least),
                      key=lambda ref: (-opinion.clauses[ref], ref))
        found: list[str] = []
        for ref in sure:
            if not related(ref, [*cited, *found]):
                found.append(ref)
        return tuple(found)
