"""Which clauses settle a question: by reference, by what the policy folder says of its subject, or by its words.

A question that the policy does not settle gets a gap, or nothing at all; then it is not answered.
"""
from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from assistant.questions import aspects, clause_weights, question_form, understanding
from assistant.questions.aspects import Aspect
from assistant.questions.clause_weights import ENOUGH, HOME, OWN_FOOTING, STRONG, Matter, Scores, Weigher, related
from assistant.questions.topics import Gap, Point, Topics
from assistant.questions.understanding import Part
from ingestion.domain import Article
from ingestion.policies import articles
from ingestion.policies.policy import Policy

# Subjects that are treated by themselves.
_FIGURES, _WINDOW, _WINDOW_STARTS = "hard_figures", "window", "window_starts"
_MANY = 3           # so many facts that are counted: a question for the figures of all of them


class Kind(StrEnum):
    LOOKUP = "lookup"          # named by its number
    NO_SUCH = "no_such"        # named by a number that does not exist
    CHAPTER = "chapter"
    EXTENT = "extent"          # how many articles and chapters there are, and the last of them
    FIGURES = "figures"        # all hard figures
    MENTIONS = "mentions"      # every clause that holds a passage
    WINDOW = "window"          # from when to when 近三年 runs
    POINT = "point"            # settled by an entry of points.yaml
    CLAUSE = "clause"          # the clause that is about it
    ELSEWHERE = "elsewhere"    # a condition of other base types than the one that is named
    GAP = "gap"                # known not to be settled
    ABSENT = "absent"          # claimed to stand in a clause that does not say it
    NOTHING = "nothing"        # nothing in the policy is about it


class Choice(Struct, frozen=True):
    """`refs` are what is cited, the most direct first; `points` what they come to.

    `missing` names a clause that is not there, `passage` what the clauses of MENTIONS hold. `bare`: nothing was found,
    and the question names no subject of its own. `unsaid`: a bar that is asked for and that the condition does not set.
    """

    kind: Kind
    refs: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    gap: Gap | None = None
    missing: str = ""
    passage: str = ""
    score: float = 0.0
    bare: bool = False
    unsaid: Aspect | None = None


class Selector:
    """Chooses clauses for questions about one policy."""

    def __init__(self, policy: Policy, topics: Topics) -> None:
        self._policy, self._topics = policy, topics
        self._weigher = Weigher(policy, topics)

    def with_opinion(self, opinion: Callable[[str], Scores], meaning: Callable[[str], Scores]) -> Selector:
        """The same with another opinion on the clauses, 0 to 1 each; `meaning` is empty where only words are known."""
        other = copy.copy(self)
        other._weigher = copy.copy(self._weigher)
        other._weigher.opinion, other._weigher.meaning = opinion, meaning
        return other

    def choose(self, part: Part, before: Choice | None = None) -> Choice:
        """What settles `part`; `before` is the choice for the question before it."""
        matter = self._weigher.matter(part)
        task = next((gap for gap in self._topics.gaps if gap.id in part.gaps and gap.overrides), None)
        if task is not None:
            return Choice(Kind.GAP, gap=task)
        if part.refs:
            named = self._named(matter)
            return named if isinstance(named, Choice) else self._by_subject(matter, named, before)
        number = part.chapter or self._chapter_by_title(matter)
        if number:
            return self._chapter(number)
        if question_form.asks_for_extent(part.text):
            return Choice(Kind.EXTENT, (self._policy.articles[-1].ref,))
        found = self._gap(matter) or self._listing(matter, before) or self._by_subject(matter, (), before)
        return self._unsaid(part, found) or found

    def speaks_of(self, ref: str, part: Part | None) -> bool:
        """Whether the policy has such a clause, and it is not of another base type than those that `part` names."""
        types = clause_weights.types_of(part, self._topics) if part is not None else ()
        return ref in self._weigher.clauses and not self._weigher.foreign(ref, types)

    def choose_within(self, part: Part, ref: str) -> Choice:
        """What settles `part`, which is about the clause `ref`."""
        found = self._by_subject(self._weigher.matter(part), [ref], None)
        return found if ref in found.refs else Choice(Kind.CLAUSE, (ref,))

    # By number ------------------------------------------------------------------------------------------------------

    def _named(self, matter: Matter) -> Choice | list[str]:
        """A choice for a plain reference, or the clauses to choose from when the question goes on about one of them."""
        part, clauses = matter.part, self._weigher.clauses
        known = [ref for ref in part.refs if ref in clauses]
        missing = [ref for ref in part.refs if ref not in clauses]
        if missing and not known:
            return self._no_such(missing[0])
        inside = [one for ref in known for one in self._inside(ref)]
        goes_on = any(weight >= HOME and ref in inside for one in matter.subjects.values() if not one.type
                      for ref, weight in one.clauses.items())
        items = any("（" in ref for ref in known)
        if goes_on and (part.polar or (part.asks - {"what"} and not items)):
            return inside
        return Choice(Kind.LOOKUP, tuple(known), missing=missing[0] if missing else "")

    def _no_such(self, ref: str) -> Choice:
        article = ref.split("（")[0]
        nearest = article if article in self._weigher.clauses else self._policy.articles[-1].ref
        return Choice(Kind.NO_SUCH, (nearest,), missing=ref)

    def _inside(self, ref: str) -> list[str]:
        one = self._weigher.clauses[ref]
        return [ref, *(item.ref for item in one.items)] if isinstance(one, Article) else [ref]

    def _chapter_by_title(self, matter: Matter) -> int | None:
        """The chapter that a question names by its title, if it speaks of a chapter or of nothing else."""
        said = matter.part.text
        names = [one for one in self._policy.chapters if one.title and understanding.fold(one.title) in said]
        about = question_form.speaks_of_chapters(said) or not any(one.weight for one in matter.subjects.values())
        return names[0].number if names and about else None

    def _chapter(self, number: int) -> Choice:
        for place, chapter in enumerate(self._policy.chapters):
            if chapter.number == number:
                return Choice(Kind.CHAPTER, tuple(one.ref for one in self._policy.articles if one.chapter == place))
        missing = articles.make_ref(number).replace("条", "章")
        return Choice(Kind.NO_SUCH, (self._policy.articles[-1].ref,), missing=missing)

    # Not settled, and lists -----------------------------------------------------------------------------------------

    def _gap(self, matter: Matter) -> Choice | None:
        for gap in self._topics.gaps:
            if gap.id in matter.part.gaps and not matter.context & set(gap.unless):
                return Choice(Kind.GAP, gap=gap)
        return None

    def _unsaid(self, part: Part, choice: Choice) -> Choice | None:
        """A gap where the clauses are about the thing, and none of them says what is asked for of it."""
        if choice.kind not in (Kind.CLAUSE, Kind.POINT) or any(one.matches for one in choice.points):
            return None
        settled = {kind for one in choice.points for kind in one.asks} & part.asks
        texts = [self._policy.quote(self._weigher.clauses[ref].span) for ref in choice.refs]
        texts += [text for one in choice.points for text in (one.zh, one.en)]
        aspect = aspects.unsaid(part.text, map(understanding.fold, texts), settled)
        if aspect is None:
            return None
        if aspect.bar and all(self._weigher.conditional(ref) for ref in choice.refs):
            return replace(choice, unsaid=aspect)
        return Choice(Kind.GAP, gap=Gap(f"aspect {aspect.id}", "", aspect.zh, aspect.en, near=choice.refs[:1]))

    def _listing(self, matter: Matter, before: Choice | None) -> Choice | None:
        """All hard figures, all clauses that mention something, or the clauses that speak of the window."""
        part, window = matter.part, self._policy.window
        lists = bool(part.asks & {"list", "what", "which", "quantity"}) or not part.polar
        counted = {one.fact for one in matter.subjects.values() if one.fact}
        particular = any(one.weight >= STRONG and not one.type for one in matter.subjects.values())
        if _FIGURES in matter.context and lists and (len(counted) >= _MANY or not particular):
            return Choice(Kind.FIGURES, tuple(dict.fromkeys(self._with_figures(part))))
        passage = self._weigher.words.longest_passage(part.text) if question_form.asks_for_mentions(part.text) else ""
        if passage:
            return Choice(Kind.MENTIONS, tuple(self._weigher.words.holding(passage)), passage=passage)
        if self._asks_for_window(matter):
            said = [ref for ref in window.occurs if before is not None and ref in before.refs]
            return Choice(Kind.WINDOW, tuple(said) or window.occurs)
        return None

    def _with_figures(self, part: Part) -> Iterator[str]:
        types = clause_weights.types_of(part, self._topics, hints=True)
        wanted = {self._weigher.type_articles.get(one) for one in types}
        for criterion in self._policy.criteria:
            counted = criterion.bar is not None and self._policy.wordings[criterion.id].measure
            if counted and (not wanted or criterion.citation.split("（")[0] in wanted):
                yield criterion.citation

    def _asks_for_window(self, matter: Matter) -> bool:
        others = [name for name, one in matter.subjects.items() if one.weight and name not in (_WINDOW, _WINDOW_STARTS)]
        asks = _WINDOW_STARTS in matter.context or matter.part.asks & {"when", "what", "how", "quantity", "how_long"}
        starts = _WINDOW_STARTS in matter.context and not any(matter.subjects[name].fact for name in others)
        return _WINDOW in matter.context and (not others or starts) and bool(asks)

    # By subject -----------------------------------------------------------------------------------------------------

    def _by_subject(self, matter: Matter, within: Collection[str], before: Choice | None) -> Choice:
        """The clauses that a question is about, by its subjects and words; a gap where the policy is silent."""
        continued = before.refs if before is not None else ()
        if continued and _continues(matter, continued):
            return Choice(Kind.CLAUSE, continued)
        elsewhere = self._of_others_only(matter) if not within else None
        if elsewhere is not None:
            return elsewhere
        scores = self._weigher.scores(matter, within, continued)
        points = self._weigher.points(matter, within)
        top = max(scores, key=lambda ref: (scores[ref], ref), default="")
        best = scores.get(top, 0.0)
        footing = [one for one in points if one[0] >= OWN_FOOTING and _stands(one[1], scores)]
        chosen: list[Point] = []
        if footing or (points and best < ENOUGH):
            score, point = (footing or points)[0]
            chosen, refs = [point], list(point.cites)
            covered = {name for entry in point.when for name in entry.split("|")}
        elif best >= ENOUGH:
            score, refs, covered = best, [top], set()
        else:
            bare = not any(one.weight >= STRONG for one in matter.subjects.values())
            return self._elsewhere(matter) or self._ahead(matter, within) or Choice(Kind.NOTHING, score=best, bare=bare)
        if matter.part.strange and not within and not self._weigher.at_home(matter):
            return Choice(Kind.NOTHING, score=score)
        refs, chosen = self._down(matter, refs, chosen, covered)
        refs += self._for_each_type(matter, refs, scores)
        refs += self._for_each_named(matter, refs, scores)
        for ref, other in self._uncovered(matter, covered, refs, scores, points):
            chosen += [other] if elsewhere is not None else []
            refs += [one for one in (other.cites if other else (ref,)) if one not in refs]
        return Choice(Kind.POINT if chosen else Kind.CLAUSE, tuple(refs), tuple(chosen), score=score)

    def _down(self, matter: Matter, refs: list[str], chosen: list[Point],
              covered: Collection[str]) -> tuple[list[str], list[Point]]:
        """From an article to the items that a question about it is more particularly about."""
        homes = [ref for name, one in matter.subjects.items() if one.weight >= STRONG and not one.type
                 and name not in covered for ref, weight in one.clauses.items() if weight >= HOME]
        inside = {ref: [home for home in dict.fromkeys(homes) if home != ref and home.split("（")[0] == ref]
                  for ref in refs}
        spoken = any(one.weight for name, one in matter.subjects.items() if name in covered)
        if spoken or not any(inside.values()):
            return refs, chosen
        return [one for ref in refs for one in inside[ref] or [ref]], []

    def _ahead(self, matter: Matter, within: Collection[str]) -> Choice | None:
        """The clause that the retriever finds well ahead of every other article's, if no word points anywhere."""
        ref = "" if within else self._weigher.ahead(matter)
        return Choice(Kind.CLAUSE, (ref,)) if ref else None

    def _elsewhere(self, matter: Matter) -> Choice | None:
        """The condition of another base type that a question about one is really about."""
        for one in matter.subjects.values():
            for ref, weight in one.clauses.items():
                strong = weight >= HOME and one.weight >= STRONG and not one.type
                if strong and self._weigher.foreign(ref, matter.types):
                    return Choice(Kind.ELSEWHERE, (ref,))
        return None

    def _of_others_only(self, matter: Matter) -> Choice | None:
        """The condition of other base types, where a question whether one has it names nothing else."""
        if not matter.types or not matter.part.polar or matter.part.quantities:
            return None
        asked = [one for one in matter.subjects.values() if one.fact]
        homes = [[ref for ref, weight in one.clauses.items() if weight >= HOME] for one in asked]
        foreign = all(refs and all(self._weigher.foreign(ref, matter.types) for ref in refs) for refs in homes)
        asks = question_form.asks_need(matter.part.text, matter.part.language)
        return Choice(Kind.ELSEWHERE, (homes[0][0],)) if asked and foreign and asks else None

    def _for_each_type(self, matter: Matter, refs: Collection[str], scores: Scores) -> Iterator[str]:
        """The best clause of each of several base types that nothing speaks of yet."""
        homes = self._weigher.type_articles
        general = any("（" not in ref and ref not in homes.values() for ref in refs)
        for article in (homes.get(one, "") for one in matter.types if len(matter.types) > 1 and not general):
            inside = [ref for ref, score in scores.items() if ref.split("（")[0] == article and score >= ENOUGH]
            if inside and not any(ref.split("（")[0] == article for ref in refs):
                yield max(inside, key=lambda ref: (scores[ref], ref))

    def _for_each_named(self, matter: Matter, refs: Collection[str], scores: Scores) -> Iterator[str]:
        """The best clause in each of several articles that the question names, if nothing speaks of it yet."""
        for named in matter.part.refs if len(matter.part.refs) > 1 else ():
            inside = [ref for ref in self._inside(named) if scores.get(ref)] if named in self._weigher.clauses else []
            if inside and not any(related(ref, [named]) for ref in refs):
                yield max(inside, key=lambda ref: (scores[ref], ref))

    def _uncovered(self, matter: Matter, covered: Collection[str], refs: Iterable[str], scores: Scores,
                   points: Iterable[tuple[float, Point]]) -> Iterator[tuple[str, Point | None]]:
        """What settles the subjects of the question that the first choice does not speak of."""
        cited, least = list(refs), HOME - 1 if question_form.joins(matter.part.text) else 0
        for name, subject in matter.subjects.items():
            spoken_of = name in covered or any(
                related(ref, cited) for ref, weight in subject.clauses.items() if weight >= least)
            if spoken_of or subject.weight < STRONG or subject.type or subject.loose:
                continue
            homes = [ref for ref, weight in subject.clauses.items() if weight >= HOME
                     and scores.get(ref, 0.0) >= ENOUGH and not self._weigher.foreign(ref, matter.types)]
            if homes:
                home = max(homes, key=lambda ref: (scores[ref], ref))
                cited.append(home)
                yield home, next((one for _, one in points if home in one.cites
                                  and any(name in entry.split("|") for entry in one.when)), None)


def _continues(matter: Matter, refs: Collection[str]) -> bool:
    """Whether what settled the question before also speaks of everything that this one is about."""
    strong = [one for one in matter.subjects.values() if one.weight >= STRONG and not one.type]
    return bool(strong) and all(_directly(one.clauses, refs) and not _inside(one.clauses, refs) for one in strong)


def _inside(clauses: Mapping[str, int], refs: Iterable[str]) -> bool:
    """Whether a subject is at home in one item of an article that was cited as a whole."""
    return any(weight >= HOME and own not in refs and own.split("（")[0] == ref
               for ref in refs for own, weight in clauses.items())


def _directly(clauses: Mapping[str, int], refs: Iterable[str]) -> bool:
    """Whether a cited clause itself, or one of its items, is much about a subject."""
    return any((own == ref or own.split("（")[0] == ref) and weight >= HOME - 1
               for ref in refs for own, weight in clauses.items())


def _stands(point: Point, scores: Scores) -> bool:
    """Whether what a point cites is not far behind the clause that the question's own words point to."""
    own = max((score for ref, score in scores.items() if related(ref, point.cites)), default=0.0)
    return bool(point.matches) or own * 2 >= max(scores.values(), default=0.0)
