"""Wording answers without a model: what it comes to first, then the clauses word for word. Deterministic."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import citations, comparing, questions
from assistant.comparing import Comparison
from assistant.questions import Part
from assistant.selecting import Choice, Kind
from assistant.texts import load
from assistant.topics import Point, Topics
from ingestion import articles
from ingestion.domain import Article, Citation, Criterion, CriterionKind, Outcome
from ingestion.policy import Policy

_LANGUAGE = Path(__file__).parent / "language"
_OFF_TOPIC = frozenset({"tasks", "chat"})
_BLANK_LINES = re.compile(r"\n\s*")
SETTLED = frozenset(
    {
        Kind.LOOKUP,
        Kind.NO_SUCH,
        Kind.CHAPTER,
        Kind.FIGURES,
        Kind.MENTIONS,
        Kind.WINDOW,
        Kind.POINT,
        Kind.CLAUSE,
        Kind.ELSEWHERE,
    }
)


@dataclass(frozen=True)
class Piece:
    """The answer to one part: the verdict word of a yes-or-no question, what is said, and what it rests on.

    `free`: it is a statement that may be worded otherwise, not a listing or the text of a clause.
    """

    said: str
    cites: tuple[Citation, ...]
    settled: bool
    verdict: str = ""
    free: bool = False

    def told(self, say: Say) -> str:
        if not self.verdict:
            return self.said
        return (
            say("verdict", word=self.verdict, text=self.said) if self.said else say("verdict_alone", word=self.verdict)
        )


class Composer:
    """Words answers about one policy."""

    def __init__(self, policy: Policy, topics: Topics) -> None:
        self._policy, self._topics = policy, topics
        common: list[set[str]] = [set(one.articles) for one in policy.base_types]
        shared = set.intersection(*common) if common else set()
        self._of_types = {ref for one in policy.base_types for ref in one.articles} - shared

    def piece(self, part: Part, choice: Choice, comparisons: Sequence[Comparison], types: Sequence[str]) -> Piece:
        """The answer to `part`, for which `choice` was made."""
        say = Say(part.language)
        whole = choice.kind in (Kind.LOOKUP,) or (choice.kind is Kind.CLAUSE and "meaning" not in part.subjects)
        cites = [citations.of_clause(self._policy, ref, whole=whole) for ref in choice.refs]
        said = self._said(part, choice, comparisons, types, say)
        verdict = self._verdict(part, choice, comparisons, say) if part.polar else ""
        return Piece(
            said,
            tuple(one for one in cites if one is not None),
            choice.kind in SETTLED,
            verdict,
            free=choice.kind in (Kind.POINT, Kind.CLAUSE),
        )

    def text(self, pieces: Sequence[Piece], language: str) -> str:
        """The whole answer: what is said of each part, then each clause once."""
        say = Say(language)
        told = list(dict.fromkeys(filter(None, (piece.told(say) for piece in pieces))))
        if len(told) > 1:
            told = [say("numbered", number=number, text=text) for number, text in enumerate(told, 1)]
        quotes = dict.fromkeys(one for piece in pieces for one in piece.cites)
        return "\n".join([*told, *(quoted(one, say) for one in quotes)])

    def _said(
        self, part: Part, choice: Choice, comparisons: Sequence[Comparison], types: Sequence[str], say: Say
    ) -> str:
        match choice.kind:
            case Kind.NO_SUCH:
                return self._no_such(choice, say)
            case Kind.CHAPTER:
                return self._chapter(part, choice, say)
            case Kind.LOOKUP:
                return self._no_such(choice, say) if choice.missing else self._lookup(choice, say)
            case Kind.FIGURES:
                return self._figures(choice, types, say)
            case Kind.MENTIONS:
                return say("mentions", passage=choice.passage, refs=say.joined(self._named(choice.refs, say)))
            case Kind.WINDOW:
                return self._window(say)
            case Kind.ELSEWHERE:
                return self._elsewhere(choice, types, say)
            case Kind.GAP | Kind.NOTHING:
                return self._gap(choice, say)
        if comparisons:
            return self._compared(comparisons, say)
        if choice.points:
            return "\n".join(filter(None, (self._point(part, point, say) for point in choice.points)))
        return self._clauses(part, choice.refs, say)

    # By number ------------------------------------------------------------------------------------------------------

    def _no_such(self, choice: Choice, say: Say) -> str:
        missing = choice.missing
        values = {
            "missing": missing,
            "missing_en": articles.in_english(missing),
            "count": len(self._policy.articles),
            "last": self._policy.articles[-1].ref,
            "last_en": articles.in_english(self._policy.articles[-1].ref),
        }
        if missing.endswith("章"):
            return say("no_such_chapter", **values | {"count": len(self._policy.chapters)})
        article = articles.by_ref(self._policy.articles, missing.split("（")[0])
        if not isinstance(article, Article):
            return say("no_such_article", **values)
        values |= {"article": article.ref, "article_en": articles.in_english(article.ref), "count": len(article.items)}
        return say("no_such_item" if article.items else "no_items", **values)

    def _chapter(self, part: Part, choice: Choice, say: Say) -> str:
        chapter = next(one for one in self._policy.chapters if one.number == part.chapter)
        number = articles.make_ref(chapter.number)[1:-1] if say.language == "zh" else chapter.number
        head = say("chapter", number=number, title=chapter.title, refs=say.joined(self._named(choice.refs, say)))
        lines = [
            say("chapter_line", ref=self._named([ref], say)[0], topic=self._gloss(ref, say)) for ref in choice.refs
        ]
        return "\n".join([head, *lines])

    def _lookup(self, choice: Choice, say: Say) -> str:
        if say.language == "en":
            return "\n".join(filter(None, (self._gloss(ref, say) + say("stop") for ref in choice.refs)))
        return ""

    # By figures -----------------------------------------------------------------------------------------------------

    def _figures(self, choice: Choice, types: Sequence[str], say: Say) -> str:
        names = say.joined(say.pick(one.label, one.label_en) for one in self._policy.base_types if one.id in types)
        lines = [
            say("figure", ref=self._named([ref], say)[0], figures=say.clauses(self._measures(ref, say)))
            for ref in choice.refs
        ]
        return "\n".join([say("figures_of", types=names) if types else say("figures"), *lines])

    def _measures(self, ref: str, say: Say) -> Iterable[str]:
        for one in self._policy.criteria:
            wording = self._policy.wordings[one.id]
            if one.citation == ref and wording.measure and one.bar is not None:
                yield self._one_figure(one, say)

    def _one_figure(self, criterion: Criterion, say: Say) -> str:
        wording = self._policy.wordings[criterion.id]
        bar = "" if criterion.bar is None else f"{criterion.bar:,}"
        name = "one_figure" if bar else "one_open"
        return say(name, label=say.pick(criterion.label, criterion.label_en), measure=wording.measure, bar=bar)

    def _compared(self, comparisons: Sequence[Comparison], say: Say) -> str:
        space = " " if say.language == "en" else ""
        if comparisons[0].claimed:
            return space.join(
                self._line(one, "claim_right" if one.agrees else "claim_wrong", say) for one in comparisons
            )
        failed = [one for one in comparisons if one.outcome is not Outcome.MET]
        met = [one for one in comparisons if one.outcome is Outcome.MET]
        lines = [self._line(one, self._case(one), say) for one in (failed or met)]
        if failed and met:
            lines.append(
                say("others_met", nouns=say.joined(self._noun(one, say) + self._amount(one, say) for one in met))
            )
        lines += self._caveats(comparisons, say)
        return space.join(lines)

    def _verdict(self, part: Part, choice: Choice, comparisons: Sequence[Comparison], say: Say) -> str:
        """The word that answers yes or no, "" where the policy does not say."""
        if choice.kind not in (Kind.POINT, Kind.CLAUSE):
            return ""
        if comparisons and comparisons[0].claimed:
            return say("right" if all(one.agrees for one in comparisons) else "wrong")
        if comparisons:
            if any(one.outcome not in (Outcome.MET, Outcome.NOT_MET) for one in comparisons):
                return ""
            return say("enough" if all(one.outcome is Outcome.MET for one in comparisons) else "not_enough")
        if not choice.points:
            return ""
        point = choice.points[0]
        cited = citations.of_clause(self._policy, point.cites[0])
        verdict = verdict_of(point, part, cited.quote if cited else "")
        return verdict_word(verdict, part) if verdict else ""

    def _case(self, one: Comparison) -> str:
        if one.criterion.kind is CriterionKind.PLURAL:
            return "plural_not_met" if one.outcome is Outcome.NOT_MET else "plural_judged"
        return {Outcome.MET: "met", Outcome.NOT_MET: "not_met"}.get(one.outcome, "open")

    def _line(self, one: Comparison, case: str, say: Say) -> str:
        wording = self._policy.wordings[one.criterion.id]
        money = (
            one.stated.fact in self._policy.facts.facts and self._policy.facts.facts[one.stated.fact].kind == "money"
        )
        lack = comparing.amount(type(one.stated.interval)(one.lack, one.lack), wording.unit, money=money)
        return say(case, noun=self._noun(one, say), amount=self._amount(one, say), measure=wording.measure, lack=lack)

    def _noun(self, one: Comparison, say: Say) -> str:
        wording = self._policy.wordings[one.criterion.id]
        return say.pick(wording.noun, wording.noun_en)

    def _amount(self, one: Comparison, say: Say) -> str:
        spec = self._policy.facts.facts.get(one.stated.fact)
        unit = self._policy.wordings[one.criterion.id].unit
        if say.language == "en" and spec is not None and spec.kind != "money":
            unit = ""
        return comparing.amount(one.stated.interval, unit, money=spec is not None and spec.kind == "money")

    def _caveats(self, comparisons: Sequence[Comparison], say: Say) -> Iterable[str]:
        for one in comparisons:
            wording = self._policy.wordings[one.criterion.id]
            note = say.pick(wording.note, wording.note_en)
            if one.stated.pieces > 1 and note:
                yield say("added_up", note=note)
            if one.stated.counted_out:
                yield say("counted_out")

    # By subject -----------------------------------------------------------------------------------------------------

    def _point(self, part: Part, point: Point, say: Say) -> str:
        text = say.pick(point.zh, point.en)
        return text or self._clauses(part, point.cites, say)

    def _clauses(self, part: Part, refs: Sequence[str], say: Say) -> str:
        lines = []
        for ref in refs:
            figures = list(self._relevant_measures(part, ref, say))
            if self._is_list_of_conditions(ref):
                lines.append(self._conditions(ref, figures, say))
            elif figures:
                lines.append(say("requires", figures=say.clauses(figures)))
            elif say.language == "en":
                lines.append(self._gloss(ref, say) + say("stop"))
        if not lines and part.polar and say.language == "zh":
            lines.append(say("see", refs=say.joined(self._named(refs, say))))
        return (" " if say.language == "en" else "").join(dict.fromkeys(lines))

    def _is_list_of_conditions(self, ref: str) -> bool:
        article = articles.by_ref(self._policy.articles, ref)
        return (
            isinstance(article, Article)
            and bool(article.items)
            and ref in {one for kind in self._policy.base_types for one in kind.articles}
        )

    def _conditions(self, ref: str, figures: Sequence[str], say: Say) -> str:
        """What stands in an article of conditions, and that the common ones apply too."""
        article = articles.by_ref(self._policy.articles, ref)
        count = len(article.items) if isinstance(article, Article) else 0
        common = [one for one in self._policy.base_types[0].articles if one not in self._of_types and one != ref]
        text = say("conditions", article=self._named([ref], say)[0], count=count)
        if ref in self._of_types and common:
            text = say(
                "conditions_and",
                article=self._named([ref], say)[0],
                count=count,
                common=say.joined(self._named(common, say)),
            )
        return text + (say("conditions_figures", figures=say.clauses(figures)) if figures else say("stop"))

    def _relevant_measures(self, part: Part, ref: str, say: Say) -> Iterable[str]:
        """The figures of a clause that the question is about; all of them where it is about none in particular."""
        asked = {self._topics.subjects[name].fact for name in part.subjects} - {""}
        here = [
            one
            for one in self._policy.criteria
            if (one.citation == ref or one.citation.split("（")[0] == ref) and self._policy.wordings[one.id].measure
        ]
        about = [one for one in here if set(one.facts) & asked]
        for one in about or here:
            yield self._one_figure(one, say)

    def _window(self, say: Say) -> str:
        window = self._policy.window
        return say(
            "window",
            undefined=say.pick(window.undefined, window.undefined_en),
            reading=say.pick(window.current.label, window.current.label_en),
        )

    def _elsewhere(self, choice: Choice, types: Sequence[str], say: Say) -> str:
        article = choice.refs[0].split("（")[0]
        bases = self._policy.base_types
        own = next(one for one in bases if one.id in types)
        other = next((one for one in bases if article in one.articles), own)
        articles_of_own = [ref for ref in own.articles if ref in self._of_types]
        return say(
            "elsewhere",
            own=say.pick(own.label, own.label_en),
            other=say.pick(other.label, other.label_en),
            refs=say.joined(self._named(articles_of_own, say)),
        )

    def _gap(self, choice: Choice, say: Say) -> str:
        if choice.gap is None:
            return say("nothing")
        matter = say.pick(choice.gap.zh, choice.gap.en)
        if choice.gap.id in _OFF_TOPIC:
            return say("off_topic", title=say.pick(self._policy.title, self._policy.title_en), matter=matter)
        near = [citations.of_clause(self._policy, ref) for ref in choice.gap.near]
        quotes = [quoted(one, say) for one in near if one is not None]
        space = " " if say.language == "en" else ""
        head = say("gap", matter=matter) + space + say("gap_ask")
        return "\n".join([head, *([say("gap_near")] if quotes else []), *quotes])

    def _gloss(self, ref: str, say: Say, *, needed: bool = True) -> str:
        gloss = self._topics.glosses.get(ref)
        if gloss is None or not needed:
            return ""
        return say.pick(gloss.zh, gloss.en)

    def _named(self, refs: Iterable[str], say: Say) -> list[str]:
        return [articles.in_english(ref) if say.language == "en" else ref for ref in refs]


class Say:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts: Mapping[str, Any] = load(_LANGUAGE / f"answers_{language}.yaml")

    def __call__(self, name: str, /, **values: object) -> str:
        found: Any = self._texts
        for key in name.split("."):
            found = found[key]
        return str(found).format(**values) if values else str(found)

    def pick(self, chinese: str, english: str) -> str:
        return (english or chinese) if self.language == "en" else chinese

    def joined(self, words: Iterable[str]) -> str:
        return str(self._texts["list"]).join(words)

    def clauses(self, words: Iterable[str]) -> str:
        return str(self._texts["clauses"]).join(words)


def quoted(citation: Citation, say: Say) -> str:
    """A citation as a line of an answer, word for word."""
    if citation.ref:
        ref = articles.in_english(citation.ref) if say.language == "en" else citation.ref
        return say("quote", ref=ref, chinese=citation.ref, quote=_BLANK_LINES.sub("\n", citation.quote))
    if citation.page is not None:
        return say("quote_page", document=citation.document, page=citation.page, quote=citation.quote)
    return say("quote_document", document=citation.document, quote=citation.quote)


def verdict_of(point: Point, part: Part, quote: str) -> str:
    """ "yes" or "no" for a question, "" where the policy does not say. What is strange to the policy is not allowed."""
    months = _months(quote)
    asked = _months(part.text)
    if months and asked:
        claimed = "confirm" in part.asks or questions.claims(part.text)
        return "yes" if asked[-1] == months[-1] or (asked[-1] < months[-1] and not claimed) else "no"
    if point.elapsed:
        years = questions.years_passed(part)
        return "" if years is None else ("yes" if years >= point.elapsed else "no")
    if point.verdict == "yes" and part.strange and not point.matches:
        return ""
    return point.verdict


def _months(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"(?<!\d)(1[0-2]|[1-9])\s*月", text)]


def verdict_word(verdict: str, part: Part) -> str:
    """The verdict in the question's own verb: 能 or 不能, 算 or 不算, Yes or No."""
    if part.language == "en":
        return verdict.capitalize()
    modal = questions.modal(part.text)
    return str(modal.get(verdict, ""))
