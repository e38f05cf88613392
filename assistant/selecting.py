"""Which clauses settle a question: by reference, by what the policy folder says of its subject, or by its words.

A question that the policy does not settle gets a gap, or nothing at all; then it is not answered.
"""
from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant import questions
from assistant.questions import Part
from assistant.topics import COMPUTED, FIGURES, INSIDE, OUTSIDE, TYPES, YEAR, Gap, Point, Topics, pattern
from ingestion import articles
from ingestion.domain import Article, Item
from ingestion.policy import Policy

HOME = 3              # the weight at which a clause is about a subject
ENOUGH = 1.6          # the least score at which a clause answers
_OWN_FOOTING = 1.0    # the score from which an entry of points.yaml stands by itself
_STATED = 1.0         # what a figure beside a subject that is counted adds
_LEXICAL = 2.0        # what a question counts whose words all stand in the clause
_VERBATIM = 8         # characters in a row that point to the clause that has them
_CONTINUED = 1.0      # what the clause of the question before counts
_TELLING = 5          # characters from which a word is the policy's own
_OWN_TYPE, _OTHER_TYPE = 0.5, -6.0
_HAN_ONLY = re.compile(r"[\u4e00-\u9fff]+")
_MARKED = re.compile(r"[“\"「『]([^”\"」』]+)[”\"」』]")
_PAIRS = re.compile(r"[\u4e00-\u9fff]{2,}|[a-z]{3,}|\d+")

Scores = Mapping[str, float]


class Kind(StrEnum):
    LOOKUP = "lookup"          # named by its number
    NO_SUCH = "no_such"        # named by a number that does not exist
    CHAPTER = "chapter"
    FIGURES = "figures"        # all hard figures
    MENTIONS = "mentions"      # every clause that holds a passage
    WINDOW = "window"          # from when to when 近三年 runs
    POINT = "point"            # settled by an entry of points.yaml
    CLAUSE = "clause"          # the clause that is about it
    GAP = "gap"                # known not to be settled
    NOTHING = "nothing"        # nothing in the policy is about it


@dataclass(frozen=True)
class Choice:
    """`refs` are what is cited, the most direct first; `points` what they come to; `missing` a clause that is not there."""

    kind: Kind
    refs: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    gap: Gap | None = None
    missing: str = ""
    passage: str = ""      # what the clauses of MENTIONS hold
    score: float = 0.0
    bare: bool = False     # nothing was found, and the question names no subject of its own


class Selector:
    """Chooses clauses for questions about one policy. `extra` may score clauses too (a retriever), 0 to 1 each."""

    def __init__(self, policy: Policy, topics: Topics, extra: Callable[[str], Scores] | None = None) -> None:
        self._policy, self._topics, self._extra = policy, topics, extra
        self._clauses: dict[str, Article | Item] = {
            one.ref: one for article in policy.articles for one in (article, *article.items)}
        self._window_years = abs(policy.window.current.start.years) or abs(policy.window.current.start.months) // 12
        self._type_articles = self._articles_of_types()
        self._words = _Words({ref: policy.quote(one.opening if isinstance(one, Article) else one.span)
                              for ref, one in self._clauses.items()})

    def choose(self, part: Part, before: Choice | None = None) -> Choice:
        """What settles `part`; `before` is the choice for the question before it."""
        context = _context(part, self._topics, self._window_years)
        within: Collection[str] = ()
        task = next((gap for gap in self._topics.gaps if gap.id in part.gaps and gap.overrides), None)
        if task is not None:
            return Choice(Kind.GAP, gap=task)
        if part.refs:
            named = self._named(part, context)
            if not isinstance(named, list):
                return named
            within = named
        elif part.chapter is not None:
            return self._chapter(part.chapter)
        gap = None if within else self._gap(part, context)
        if gap is not None:
            return Choice(Kind.GAP, gap=gap, refs=())
        if "hard_figures" in context and not self._particular(context) and (part.asks & {"list", "what", "which", "quantity"} or not part.polar):
            return Choice(Kind.FIGURES, tuple(dict.fromkeys(self._with_figures(part))))
        passage = self._words.longest_passage(part.text) if not within and questions.asks_for_mentions(part.text) else ""
        if passage:
            return Choice(Kind.MENTIONS, tuple(self._words.holding(passage)), passage=passage)
        if not within and self._asks_for_window(part, context):
            said = [ref for ref in self._policy.window.occurs if before is not None and ref in before.refs]
            return Choice(Kind.WINDOW, tuple(said) or self._policy.window.occurs)
        return self._by_subject(part, context, within, before)

    # By number ------------------------------------------------------------------------------------------------------

    def _named(self, part: Part, context: frozenset[str]) -> Choice | list[str]:
        """A choice for a plain reference, or the clauses to choose from when the question goes on about one of them."""
        known = [ref for ref in part.refs if ref in self._clauses]
        missing = [ref for ref in part.refs if ref not in self._clauses]
        if missing and not known:
            return self._no_such(missing[0])
        inside = [one for ref in known for one in self._inside(ref)]
        subjects = [name for name in context - COMPUTED
                    if not self._topics.subjects[name].type
                    and any(weight >= HOME for ref, weight in self._topics.subjects[name].clauses.items() if ref in inside)]
        only_articles = all("（" not in ref for ref in known)
        if only_articles and subjects and (part.polar or part.asks - {"what"}):
            return inside
        return Choice(Kind.LOOKUP, tuple(known), missing=missing[0] if missing else "")

    def _no_such(self, ref: str) -> Choice:
        article = ref.split("（")[0]
        nearest = article if article in self._clauses else self._policy.articles[-1].ref
        return Choice(Kind.NO_SUCH, (nearest,), missing=ref)

    def _inside(self, ref: str) -> list[str]:
        one = self._clauses[ref]
        return [ref, *(item.ref for item in one.items)] if isinstance(one, Article) else [ref]

    def _chapter(self, number: int) -> Choice:
        for place, chapter in enumerate(self._policy.chapters):
            if chapter.number == number:
                return Choice(Kind.CHAPTER, tuple(one.ref for one in self._policy.articles if one.chapter == place))
        return Choice(Kind.NO_SUCH, (self._policy.articles[-1].ref,), missing=articles.make_ref(number).replace("条", "章"))

    # By figures -----------------------------------------------------------------------------------------------------

    def _with_figures(self, part: Part) -> Iterable[str]:
        types = self.types_of(part, hints=True)
        for criterion in self._policy.criteria:
            article = criterion.citation.split("（")[0]
            if self._policy.wordings[criterion.id].measure and criterion.bar is not None \
                    and (not types or article in {self._type_articles.get(one) for one in types}):
                yield criterion.citation

    def _particular(self, context: frozenset[str], types: Collection[str] = ()) -> bool:
        """Whether a question is about something more particular than a base type."""
        subjects = [self._topics.subjects[name] for name in context - COMPUTED]
        own = {self._type_articles.get(one) for one in types}
        return any(not one.type and (one.weight >= 2 or any(ref.split("（")[0] in own for ref in one.clauses))
                   for one in subjects if one.weight)

    def _at_home(self, part: Part, context: frozenset[str]) -> bool:
        """Whether a question has a word that is the policy's own, so that it can be about nothing else."""
        named = [(self._topics.subjects[name], part.found.get(name, ())) for name in context - COMPUTED]
        return any(not subject.loose or any(len(one.word) >= _TELLING for one in words) for subject, words in named)

    def _without_types(self, part: Part) -> str:
        """The question without the names of base types, which stand in their articles' headings."""
        text = part.text
        for name, found in part.found.items():
            if self._topics.subjects[name].type:
                for one in found:
                    text = text[:one.span.start] + " " * (one.span.end - one.span.start) + text[one.span.end:]
        return text

    def _asks_for_window(self, part: Part, context: frozenset[str]) -> bool:
        if "window" not in context:
            return False
        others = [name for name in context - COMPUTED - {"window", "window_starts"} if self._topics.subjects[name].weight]
        if others:
            return False
        return "window_starts" in context or bool(part.asks & {"when", "what", "how", "quantity", "how_long"})

    # By subject -----------------------------------------------------------------------------------------------------

    def _gap(self, part: Part, context: frozenset[str]) -> Gap | None:
        for gap in self._topics.gaps:
            if gap.id in part.gaps and not context & set(gap.unless):
                return gap
        return None

    def types_of(self, part: Part, *, hints: bool = False) -> list[str]:
        """The base types that a question names; with `hints` also what only suggests one."""
        subjects = self._topics.subjects
        found = [name for name in part.subjects if subjects[name].type]
        plain = [subjects[name].type for name in found if not subjects[name].hint]
        return list(dict.fromkeys(plain or ([subjects[name].type for name in found] if hints else [])))

    def _by_subject(self, part: Part, context: frozenset[str], within: Collection[str], before: Choice | None) -> Choice:
        types = self.types_of(part)
        if before is not None and before.refs and self._continues(context, before):
            return Choice(Kind.CLAUSE, before.refs, score=before.score)
        scores = self._scores(part, context, types, within, before)
        points = self._points(part, context, types, within)
        strong = [one for one in points if one[0] >= _OWN_FOOTING and self._stands(one[1], scores)]
        if strong or (points and max(scores.values(), default=0.0) < ENOUGH):
            best = max(strong or points, key=lambda one: one[0])
            refs, chosen = list(best[1].cites), [best[1]]
            covered = {name for entry in best[1].when for name in entry.split("|")}
            score = best[0]
        else:
            ranked = sorted(scores.items(), key=lambda one: -one[1])
            if not ranked or ranked[0][1] < ENOUGH:
                bare = not any(self._topics.subjects[name].weight >= HOME - 1 for name in context - COMPUTED)
                return Choice(Kind.NOTHING, score=ranked[0][1] if ranked else 0.0, bare=bare)
            refs, chosen, covered, score = [ranked[0][0]], [], set(), ranked[0][1]
        if len(types) > 1 and score:
            refs += self._for_each(types, refs, scores)
        for ref, point in self._uncovered(context, covered, refs, scores, points, types):
            if point is not None:
                chosen.append(point)
            refs += [one for one in (point.cites if point else (ref,)) if one not in refs]
        if part.strange and not within and not self._at_home(part, context):
            return Choice(Kind.NOTHING, score=score)
        return Choice(Kind.POINT if chosen else Kind.CLAUSE, tuple(refs), tuple(chosen), score=score)

    def _for_each(self, types: list[str], refs: list[str], scores: Scores) -> Iterable[str]:
        """The best clause of each base type that the question names and that nothing speaks of yet."""
        for article in (self._type_articles.get(one) for one in types):
            if any(ref.split("（")[0] == article or "（" not in ref and ref not in self._type_articles.values() for ref in refs):
                continue
            inside = {ref: score for ref, score in scores.items() if ref.split("（")[0] == article and score >= ENOUGH}
            if inside:
                yield max(inside, key=lambda ref: inside[ref])

    def _continues(self, context: frozenset[str], before: Choice) -> bool:
        """Whether what settled the question before also speaks of everything that this one is about."""
        subjects = [self._topics.subjects[name] for name in context - COMPUTED]
        strong = [one for one in subjects if one.weight >= 2 and not one.type]
        return bool(strong) and all(_directly(one.clauses, before.refs) for one in strong)

    def _points(self, part: Part, context: frozenset[str], types: list[str],
                within: Collection[str]) -> list[tuple[float, Point]]:
        found = []
        for place, point in enumerate(self._topics.points):
            score = _point_score(point, part, context, self._topics)
            if not score or (within and not set(point.cites) & set(within)):
                continue
            if types and any(self._foreign(ref, types) for ref in point.cites):
                continue
            found.append((score - place / 1e6, point))
        return found

    def _stands(self, point: Point, scores: Scores) -> bool:
        """Whether what a point cites is not far behind the clause that the question's own words point to."""
        own = max((score for ref, score in scores.items() if _related(ref, point.cites)), default=0.0)
        return bool(point.matches) or own * 2 >= max(scores.values(), default=0.0)

    def _foreign(self, ref: str, types: list[str]) -> bool:
        """Whether a clause is of a base type that the question does not name."""
        article = ref.split("（")[0]
        return article in self._type_articles.values() and article not in {self._type_articles.get(one) for one in types}

    def _scores(self, part: Part, context: frozenset[str], types: list[str], within: Collection[str],
                before: Choice | None) -> dict[str, float]:
        scores: Counter[str] = Counter()
        for name in context - COMPUTED:
            subject = self._topics.subjects[name]
            for ref, weight in subject.clauses.items():
                scores[ref] += subject.weight * weight / HOME
                if subject.fact and FIGURES in context and weight >= HOME:
                    scores[ref] += _STATED
        particular = self._particular(context, types)
        text = self._without_types(part) if types and particular else part.text
        for ref, score in self._words.scores(text).items():
            scores[ref] += _LEXICAL * score
        if self._extra is not None:
            for ref, score in self._extra(part.text).items():
                if ref in self._clauses:
                    scores[ref] += score
        if before is not None:
            for ref in before.refs:
                if scores.get(ref):
                    scores[ref] += _CONTINUED
        own = {self._type_articles.get(one) for one in types}
        if types and not particular:
            for ref in own & set(self._clauses):
                scores[str(ref)] += ENOUGH
        for ref in list(scores):
            if types:
                scores[ref] += _OTHER_TYPE if self._foreign(ref, types) else _OWN_TYPE * (ref.split("（")[0] in own)
            if within and ref not in within:
                del scores[ref]
        return dict(scores)

    def _uncovered(self, context: frozenset[str], covered: set[str], refs: list[str], scores: Scores,
                   points: list[tuple[float, Point]], types: list[str]) -> Iterable[tuple[str, Point | None]]:
        """What settles the subjects of the question that the first choice does not speak of."""
        refs = list(refs)
        for name in sorted(context - COMPUTED - covered):
            subject = self._topics.subjects[name]
            if subject.weight < 2 or subject.type or _speaks(subject.clauses, refs):
                continue
            homes = [ref for ref, weight in subject.clauses.items() if weight >= HOME and scores.get(ref, 0) >= ENOUGH
                     and not (types and self._foreign(ref, types))]
            if not homes:
                continue
            home = max(homes, key=lambda ref: scores[ref])
            point = next((one for _, one in sorted(points, key=lambda pair: -pair[0])
                          if home in one.cites and any(name in entry.split("|") for entry in one.when)), None)
            refs.append(home)
            yield home, point

    def _articles_of_types(self) -> dict[str, str]:
        shared = set.intersection(*(set(one.articles) for one in self._policy.base_types)) if self._policy.base_types else set()
        return {one.id: ref for one in self._policy.base_types for ref in one.articles if ref not in shared}


class _Words:
    """Pairs of characters and words of the clauses, weighed by how few clauses have them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {ref: questions.fold(text) for ref, text in texts.items()}
        self._terms = {ref: set(_terms(text)) for ref, text in self._texts.items()}
        counts = Counter(term for terms in self._terms.values() for term in terms)
        self._weights = {term: math.log(1 + len(texts) / (1 + count)) for term, count in counts.items()}
        self._rare = math.log(1 + len(texts))

    def scores(self, folded: str) -> dict[str, float]:
        """For each clause, the weighed share of the question's terms that it has, and 1 more for a passage of it."""
        terms = set(_terms(folded))
        whole = sum(self._weights.get(term, self._rare / 2) for term in terms) or 1.0
        scores = {}
        for ref, own in self._terms.items():
            share = sum(self._weights[term] for term in terms & own) / whole
            if share:
                scores[ref] = share + _passage(folded, self._texts[ref])
        return scores


    def longest_passage(self, folded: str) -> str:
        """What a question puts in quotation marks, or its longest run of Chinese characters that stands in a clause."""
        marked = _MARKED.search(folded)
        if marked:
            return marked[1]
        whole = "\n".join(self._texts.values())
        best = ""
        for start in range(len(folded)):
            end = start + max(2, len(best) + 1)
            while end <= len(folded) and _HAN_ONLY.fullmatch(folded, start, end) and folded[start:end] in whole:
                best = folded[start:end]
                end += 1
        return best

    def holding(self, passage: str) -> Iterable[str]:
        """The clauses that hold a passage: items, and articles for what stands in their opening."""
        return (ref for ref, text in self._texts.items() if passage in text)


def _terms(text: str) -> Iterable[str]:
    for run in _PAIRS.findall(text):
        if "\u4e00" <= run[0] <= "\u9fff":
            yield from (run[place:place + 2] for place in range(len(run) - 1))
        else:
            yield run


def _passage(question: str, clause: str) -> float:
    """1 for a question that holds a long piece of the clause word for word."""
    for place in range(len(question) - _VERBATIM + 1):
        piece = question[place:place + _VERBATIM]
        if re.fullmatch(r"[\u4e00-\u9fff、，]+", piece) and piece in clause:
            return 1.0
    return 0.0


def _context(part: Part, topics: Topics, window_years: int) -> frozenset[str]:
    """The subjects of a question, and what is computed from it."""
    context = set(part.subjects)
    if any(topics.subjects[name].type and not topics.subjects[name].hint for name in context):
        context.add(TYPES)
    if part.quantities:
        context.add(FIGURES)
    if part.years:
        context.add(YEAR)
    if part.years_ago is not None and part.years_ago != window_years:
        context.add(INSIDE if part.years_ago < window_years else OUTSIDE)
    return frozenset(context)


def _point_score(point: Point, part: Part, context: frozenset[str], topics: Topics) -> float:
    """0 if the point is not for this question; the more it asks of a question the higher."""
    if context & set(point.unless) or (point.asks and not part.asks & set(point.asks)):
        return 0.0
    score = 0.0
    used: set[str] = set()
    for entry in point.when:
        names = [name for name in entry.split("|") if name in context]
        if not names:
            return 0.0
        fresh = [name for name in names if name not in used]
        best = max(names, key=lambda name: _weight(name, topics))
        score += _weight(best, topics) if fresh else 0.25
        used.add(best)
    if point.matches:
        if not pattern(point.matches).search(part.text):
            return 0.0
        score += 1.0
    return score + (0.5 if point.asks else 0.0)


def _weight(name: str, topics: Topics) -> float:
    return 1.0 if name in COMPUTED else max(0.25, float(topics.subjects[name].weight))


def _related(ref: str, cites: Collection[str]) -> bool:
    """Whether a clause is one of those cited, an article of theirs, or an item of theirs."""
    return any(ref == one or ref.split("（")[0] == one or one.split("（")[0] == ref for one in cites)


def _speaks(clauses: Mapping[str, int], refs: Iterable[str]) -> bool:
    """Whether one of the clauses already cited speaks of the subject, as an item of its article or the other way round."""
    for ref in refs:
        for own in clauses:
            if own == ref or ref.split("（")[0] == own or own.split("（")[0] == ref:
                return True
    return False


def _directly(clauses: Mapping[str, int], refs: Iterable[str]) -> bool:
    """Whether a cited clause itself, or one of its items, is much about the subject."""
    return any(own == ref or own.split("（")[0] == ref for ref in refs for own, weight in clauses.items() if weight >= HOME - 1)


__all__ = ["INSIDE", "OUTSIDE", "Choice", "Kind", "Selector"]
