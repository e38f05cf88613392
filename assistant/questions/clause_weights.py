"""How much each clause, and each entry of points.yaml, has to do with a question."""
from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from assistant.questions import understanding
from assistant.questions.clause_words import ClauseWords
from assistant.questions.supposed_days import application_day
from assistant.questions.topics import COMPUTED, FIGURES, INSIDE, OUTSIDE, TYPES, YEAR, Point, Subject, Topics, pattern
from assistant.questions.understanding import Part
from ingestion.domain import Article, Item
from ingestion.policies.policy import Policy

HOME = 3               # the weight at which a clause is about a subject
STRONG = 2             # the weight of a subject that tells what a question is about
ENOUGH = 1.6           # the least score at which a clause answers
OWN_FOOTING = 1.0      # the score from which an entry of points.yaml stands by itself
_STATED = 1.0          # what a figure beside a subject that is counted adds
_BAR = 3.0             # what a bar adds that is repeated word for word
_LEXICAL = 2.0         # what a question counts whose words all stand in the clause
_CONTINUED = 1.0       # what the clause of the question before counts
_FAINT = 0.25          # what a subject counts in a point that weighs nothing by itself, or was counted already
_MATCHED, _ASKED = 1.0, 0.5
_OWN_TYPE, _OTHER_TYPE = 0.7, -6.0
_AHEAD = 0.06          # how far the nearest clause by meaning is before the others to count by itself
_TELLING = 5           # characters from which a word is the policy's own

Scores = Mapping[str, float]


class Matter(Struct, frozen=True):
    """A question as it is weighed: its subjects with what is computed from it, and the base types that it names."""

    part: Part
    context: frozenset[str]
    subjects: Mapping[str, Subject]
    types: tuple[str, ...]


class Weigher:
    """Weighs questions about one policy. `opinion` may score clauses too (a retriever), 0 to 1 each."""

    def __init__(self, policy: Policy, topics: Topics, opinion: Callable[[str], Scores] | None = None) -> None:
        """`opinion` is what learned questions say of clauses."""
        self._policy, self._topics, self.opinion = policy, topics, opinion
        self.meaning: Callable[[str], Scores] | None = None
        self.clauses: dict[str, Article | Item] = {
            ref: one for article in policy.articles for ref, one in clauses_of(article)}
        self.words = ClauseWords({ref: policy.quote(one.opening if isinstance(one, Article) else one.span)
                                  for ref, one in self.clauses.items()})
        start = policy.window.current.start
        self._window_years = abs(start.years) or abs(start.months) // 12
        common = [set(one.articles) for one in policy.base_types]
        shared = set.intersection(*common) if common else set()
        self._conditions = set().union(*common) if common else set()
        self.type_articles = {one.id: ref for one in policy.base_types for ref in one.articles if ref not in shared}

    def matter(self, part: Part) -> Matter:
        context = self._context(part)
        subjects = {name: self._topics.subjects[name] for name in sorted(context - COMPUTED)}
        return Matter(part, context, subjects, tuple(types_of(part, self._topics)))

    def scores(self, matter: Matter, within: Collection[str], continued: Collection[str]) -> dict[str, float]:
        """What each clause gets; only those `within` if there are any. `continued` settled the question before."""
        scores: dict[str, float] = defaultdict(float)
        for ref, score in self._reasons(matter):
            scores[ref] += score
        for ref in continued:
            if scores.get(ref):
                scores[ref] += _CONTINUED
        own = {self.type_articles.get(one, "") for one in matter.types} & set(self.clauses)
        for ref in () if self.particular(matter) else own:
            scores[ref] += ENOUGH
        for ref in scores if matter.types else ():
            article = ref.split("（")[0]
            scores[ref] += _OTHER_TYPE if self.foreign(ref, matter.types) else _OWN_TYPE if article in own else 0.0
        return {ref: score for ref, score in scores.items() if not within or ref in within}

    def points(self, matter: Matter, within: Collection[str]) -> list[tuple[float, Point]]:
        """The entries of points.yaml that are for a question, with their scores, the best first."""
        found = []
        for point in self._topics.points:
            score = _point_score(point, matter)
            if score and (not within or set(point.cites) & set(within)) \
                    and not any(self.foreign(ref, matter.types) for ref in point.cites):
                found.append((score, point))
        return sorted(found, key=lambda one: -one[0])

    def foreign(self, ref: str, types: Collection[str]) -> bool:
        """Whether a clause is of a base type that the question, which names some, does not name."""
        article = ref.split("（")[0]
        own = {self.type_articles.get(one) for one in types}
        return bool(types) and article in self.type_articles.values() and article not in own

    def ahead(self, matter: Matter) -> str:
        """The clause that is by meaning well ahead of those of every other article, "" if none is."""
        scores = self.meaning(matter.part.text) if self.meaning is not None else {}
        scores = {ref: score for ref, score in scores.items() if ref in self.clauses}
        top = max(scores, key=lambda ref: (scores[ref], ref), default="")
        others = [score for ref, score in scores.items() if ref.split("（")[0] != top.split("（")[0]]
        ahead = bool(others) and scores[top] - max(others) >= _AHEAD and not self.foreign(top, matter.types)
        return top if ahead else ""

    def conditional(self, ref: str) -> bool:
        """Whether a clause is one of the conditions for applicants."""
        return ref.split("（")[0] in self._conditions

    def particular(self, matter: Matter) -> bool:
        """Whether a question is about something more particular than a base type."""
        own = {self.type_articles.get(one) for one in matter.types}
        return any(not one.type and (one.weight >= STRONG or any(ref.split("（")[0] in own for ref in one.clauses))
                   for one in matter.subjects.values() if one.weight)

    def at_home(self, matter: Matter) -> bool:
        """Whether a question has a word that is the policy's own, so that it can be about nothing else."""
        return any(not subject.loose or any(len(one.word) >= _TELLING for one in matter.part.found.get(name, ()))
                   for name, subject in matter.subjects.items())

    def _reasons(self, matter: Matter) -> Iterator[tuple[str, float]]:
        """The clauses that something speaks for, and how much."""
        for subject in matter.subjects.values():
            for ref, weight in subject.clauses.items():
                counted = subject.fact and FIGURES in matter.context and weight >= HOME
                yield ref, subject.weight * weight / HOME + (_STATED if counted else 0.0)
        text = self._without_types(matter) if matter.types and self.particular(matter) else matter.part.text
        yield from ((ref, _LEXICAL * score) for ref, score in self.words.scores(text).items())
        plain = re.sub(r"\s", "", matter.part.text)
        for criterion in self._policy.criteria:
            bar = self._policy.wordings[criterion.id].measure
            if bar and understanding.fold(bar) in plain:
                yield criterion.citation, _BAR
        if self.opinion is not None:
            yield from ((ref, score) for ref, score in self.opinion(matter.part.text).items() if ref in self.clauses)

    def _without_types(self, matter: Matter) -> str:
        """The question without the names of base types, which stand in their articles' headings."""
        text = matter.part.text
        for name, found in matter.part.found.items():
            for one in found if self._topics.subjects[name].type else ():
                text = text[:one.span.start] + " " * (one.span.end - one.span.start) + text[one.span.end:]
        return text

    def _context(self, part: Part) -> frozenset[str]:
        """What else a question holds that clauses are weighed by: types, figures, years inside or outside the window.
        """
        context = set(part.subjects)
        if types_of(part, self._topics):
            context.add(TYPES)
        if part.quantities:
            context.add(FIGURES)
        if part.years:
            context.add(YEAR)
        day = application_day(part.text, date.today())  # noqa: DTZ011 - the user's own day
        years = [year for year in part.years if year < day.year]
        if years and part.years_ago is None:
            context.add(INSIDE if min(years) >= self._policy.window_on(day)[0].year else OUTSIDE)
        if part.years_ago is not None and part.years_ago != self._window_years:
            context.add(INSIDE if part.years_ago < self._window_years else OUTSIDE)
        return frozenset(context)


def clauses_of(article: Article) -> Iterator[tuple[str, Article | Item]]:
    """An article and its items, by their references."""
    yield article.ref, article
    for item in article.items:
        yield item.ref, item


def types_of(part: Part, topics: Topics, *, hints: bool = False) -> list[str]:
    """The base types that a question names; with `hints`, where it names none, those that it suggests."""
    found = [topics.subjects[name] for name in part.subjects if topics.subjects[name].type]
    plain = sorted({one.type for one in found if not one.hint})
    return plain or (sorted({one.type for one in found}) if hints else [])


def related(ref: str, others: Iterable[str]) -> bool:
    """Whether a clause is one of the others, an article of theirs, or an item of theirs."""
    return any(ref == one or ref.split("（")[0] == one or one.split("（")[0] == ref for one in others)


def _point_score(point: Point, matter: Matter) -> float:
    """0 if the point is not for this question; the more it asks of a question the higher."""
    context, part = matter.context, matter.part
    if context & set(point.unless) or (point.asks and not part.asks & set(point.asks)):
        return 0.0
    score = _ASKED if point.asks else 0.0
    used: set[str] = set()
    for entry in point.when:
        names = [name for name in entry.split("|") if name in context]
        if not names:
            return 0.0
        best = max(names, key=lambda name: _weight(name, matter))
        score += _FAINT if used.issuperset(names) else _weight(best, matter)
        used.add(best)
    if point.matches and not pattern(point.matches).search(part.text):
        return 0.0
    return score + (_MATCHED if point.matches else 0.0)


def _weight(name: str, matter: Matter) -> float:
    return 1.0 if name in COMPUTED else max(_FAINT, float(matter.subjects[name].weight))
