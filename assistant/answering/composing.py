"""Wording answers without a model: what it comes to first, then the clauses word for word. Deterministic."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from assistant.answering import affirming
from assistant.answering.advising import Advice
from assistant.answering.clause_selection import Choice, Kind
from assistant.checking import citations
from assistant.dialogue import verdict_words
from assistant.dialogue.application import mentions
from assistant.dialogue.asker import bars, comparison_words
from assistant.dialogue.asker.holding import Held
from assistant.dialogue.results import OF_OUTCOME, together
from assistant.judging import sensitivity
from assistant.questions import question_form, vocabulary
from assistant.questions.dialogue_patterns import says
from assistant.questions.topics import OFF_TOPIC, Point, Topics
from assistant.questions.understanding import Part
from assistant.wording.answer_words import Say, quoted
from ingestion.domain import Article, Citation, Criterion
from ingestion.numbers import numerals, periods
from ingestion.policies import articles
from ingestion.policies.policy import Policy

_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_LACK = re.compile(r"(?:差|缺|少)了?\s*([\d一二两三四五六七八九十]+)\s*[篇家户个项人份件]")
_FREE = frozenset({Kind.POINT, Kind.CLAUSE})
_UNSETTLED = frozenset({Kind.GAP, Kind.NOTHING})


class Piece(Struct, frozen=True):
    """The answer to one part: the verdict word of a yes-or-no question, what is said, and what it rests on.

    `free`: it is a statement that may be worded otherwise, not a listing or the text of a clause.
    """

    said: str
    cites: tuple[Citation, ...]
    settled: bool
    verdict: str = ""
    free: bool = False
    ruled: str = ""      # "yes", "no" or "open" to the question as asked, "" where it asks for none

    def told(self, say: Say) -> str:
        if not self.verdict:
            return self.said
        name = "verdict" if self.said else "verdict_alone"
        return say(name, word=self.verdict, text=self.said)


class Composer:
    """Words answers about one policy."""

    def __init__(self, policy: Policy, topics: Topics) -> None:
        self._policy, self._topics = policy, topics
        self._known = vocabulary.load(policy.root, policy.text)
        common: list[set[str]] = [set(one.articles) for one in policy.base_types]
        self._common = set.intersection(*common) if common else set()
        self._of_types = {ref for one in policy.base_types for ref in one.articles} - self._common

    def piece(self, part: Part, choice: Choice, held: Held, types: Sequence[str]) -> Piece:
        """The answer to `part`, for which `choice` was made."""
        say = Say(part.language)
        whole = choice.kind is Kind.LOOKUP or (choice.kind is Kind.CLAUSE and "meaning" not in part.subjects)
        cites = [citations.of_clause(self._policy, ref, whole=whole) for ref in choice.refs]
        said = self._said(part, choice, held, types, say)
        if choice.unsaid is not None:
            said = say("unsaid", said=said, matter=say.pick(choice.unsaid.zh, choice.unsaid.en)).strip()
        settled = choice.kind not in _UNSETTLED
        verdict, ruled = self._verdict(part, choice, held, say) if part.polar and settled else ("", "")
        if not part.polar and held.comparisons:      # 还差几篇: that something is lacking is ruled, and not asked
            ruled = bars.verdict(held.comparisons)
        if part.polar and not settled and not (choice.gap is not None and choice.gap.id in OFF_TOPIC):
            ruled = verdict_words.OPEN
        return Piece(said, tuple(one for one in cites if one is not None), settled, verdict,
                     free=choice.kind in _FREE, ruled=ruled)

    def advising(self, part: Part, advice: Advice) -> Piece:
        """What was advised on base types."""
        word = verdict_words.word(advice.verdict, part) if advice.verdict else ""
        return Piece(advice.said, advice.cites, settled=True, verdict=word, ruled=advice.verdict)

    def quoting(self, refs: Sequence[str]) -> Piece:
        """Clauses that are cited beside what was said."""
        cites = (citations.of_clause(self._policy, ref) for ref in refs)
        return Piece("", tuple(one for one in cites if one is not None), settled=bool(refs), free=True)

    def text(self, pieces: Sequence[Piece], language: str) -> str:
        """The whole answer: what is said of each part, then each clause once."""
        say = Say(language)
        told = list(dict.fromkeys(filter(None, (piece.told(say) for piece in pieces))))
        if len(told) > 1:
            told = [say("numbered", number=number, text=text) for number, text in enumerate(told, 1)]
        quotes = dict.fromkeys(one for piece in pieces for one in piece.cites)
        return "\n".join([*told, *(quoted(one, say) for one in quotes)])

    def _said(self, part: Part, choice: Choice, held: Held, types: Sequence[str], say: Say) -> str:
        """What one part of a question is answered with, by the kind of its choice."""
        match choice.kind:
            case Kind.NO_SUCH:
                return self._no_such(choice, say)
            case Kind.CHAPTER:
                return self._chapter(choice, say)
            case Kind.EXTENT:
                last = self._policy.articles[-1].ref
                return say("extent", articles=len(self._policy.articles), chapters=len(self._policy.chapters),
                           last=say.refs([last])[0])
            case Kind.LOOKUP if not (held.comparisons or held.statements):
                return self._no_such(choice, say) if choice.missing else self._lookup(choice, say)
            case Kind.FIGURES:
                return self._figures(choice, types, say)
            case Kind.MENTIONS:
                return say("mentions", passage=choice.passage, refs=say.joined(say.refs(choice.refs)))
            case Kind.WINDOW:
                return self._window(part, say)
            case Kind.ELSEWHERE:
                return self._elsewhere(choice, types, say)
            case Kind.ABSENT:
                return say("no_such_rule", refs=say.joined(say.refs(choice.refs)))
            case Kind.GAP | Kind.NOTHING:
                return self._gap(choice, say)
        return self._decided(part, choice, held, say)

    def _decided(self, part: Part, choice: Choice, held: Held, say: Say) -> str:
        """What figures and statements come to, else what the clauses settle."""
        if held.comparisons:
            return comparison_words.worded(held, self._policy, say)
        if held.statements:
            lines = [comparison_words.stated(one, self._policy, say) for one in held.statements]
            return (" " if say.language == "en" else "").join(dict.fromkeys(lines))
        if self._only_priority(part, choice):
            return "".join(say("only_priority", label=say.pick(one.label, one.label_en))
                           for one in self._policy.criteria if one.citation in choice.refs)
        if note := self._noted(part, choice):
            return say("noted", note=note)
        if choice.points:
            return "\n".join(filter(None, (self._point(part, point, say) for point in choice.points)))
        return self._clauses(part, choice.refs, say)

    def _verdict(self, part: Part, choice: Choice, held: Held, say: Say) -> tuple[str, str]:
        """The word that answers yes or no, "" where the policy does not say, and what is ruled on the question."""
        if choice.kind is Kind.ABSENT:
            return say("wrong" if "confirm" in part.asks else "not_there"), verdict_words.NO
        decided = ""
        if held.comparisons:
            if all(one.outcome is None for one in held.comparisons):      # only the bar is asked about
                agrees = all(one.agrees for one in held.comparisons)
                return say("right" if agrees else "wrong"), verdict_words.YES if agrees else verdict_words.NO
            lack = _LACK.search(part.text) if "confirm" in part.asks else None
            if lack is not None and (number := numerals.parse_number(lack[1])) is not None:     # 还差1篇，对吧
                right = all(one.lack == number for one in held.comparisons)
                return say("right" if right else "wrong"), verdict_words.YES if right else verdict_words.NO
            decided, words = bars.verdict(held.comparisons), (say("enough"), say("not_enough"))
        elif held.statements:
            decided = together(OF_OUTCOME[one.outcome] for one in held.statements)
            words = (say("holds"), say("fails"))
        elif self._only_priority(part, choice):
            decided, words = verdict_words.YES, (say("yes_word"), say("no_word"))
        elif says("claims", "compels", part.text) and (
                self._priority(choice) or self._one_of_several(part, choice) or self._chosen(part, choice)):
            return verdict_words.word(verdict_words.NO, part), verdict_words.NO
        if decided:
            word = verdict_words.of_condition(decided, part, words) or say("unsettled")
            return word, verdict_words.as_asked(decided, part, of_condition=True)
        if choice.kind is Kind.ELSEWHERE and not question_form.denies(part.text):
            return verdict_words.word(verdict_words.NO, part), verdict_words.NO
        verdict = ""
        if choice.points:
            point = choice.points[0]
            cited = citations.of_clause(self._policy, point.cites[0])
            verdict = verdict_words.verdict_of(point, part, cited.quote if cited else "")
        if not verdict and choice.unsaid is None and choice.kind in _FREE:
            verdict = affirming.affirms(part, choice.refs, list(self._texts(choice)), self._topics, self._known)
        if not verdict and (note := self._noted(part, choice)):
            verdict = verdict_words.NO if says("asks", "noted_out", note) else verdict_words.YES
        if not verdict:
            return "", verdict_words.OPEN
        return verdict_words.word(verdict, part), verdict_words.as_asked(verdict, part)

    def _texts(self, choice: Choice) -> Iterator[str]:
        """The clauses of a choice, what they say in English, and what its points say."""
        cites = (citations.of_clause(self._policy, ref) for ref in choice.refs)
        yield from (one.quote for one in cites if one is not None)
        glosses = filter(None, (self._topics.glosses.get(ref) for ref in choice.refs))
        yield from (text for gloss in glosses for text in (gloss.zh, gloss.en))
        yield from (text for point in choice.points for text in (point.zh, point.en))

    def _only_priority(self, part: Part, choice: Choice) -> bool:
        """Whether a question asks if something may be missing that only gives priority."""
        return part.polar and question_form.denies(part.text) and self._priority(choice)

    def _priority(self, choice: Choice) -> bool:
        """Whether all that a choice's clauses ask for only gives priority."""
        asked = [one for one in self._policy.criteria if one.citation in choice.refs]
        return bool(asked) and not any(one.required for one in asked)

    def _noted(self, part: Part, choice: Choice) -> str:
        """What the policy folder notes of a kind of which a question asks if it counts: 港澳的算不算境外."""
        if not part.polar or choice.kind is not Kind.CLAUSE or not says("asks", "counted_in", part.text):
            return ""
        about = [one for one in self._policy.criteria if one.citation in choice.refs]
        notes = (self._policy.wordings[one.id].note for one in about)
        return next((found for note in notes if (found := mentions.noted(part.text, note))), "")

    def _chosen(self, part: Part, choice: Choice) -> bool:
        """Whether a question would have all of what a clause leaves to a choice: 会议评审和网络评审必须都搞吗."""
        return says("claims", "sum_of_all", part.text) and says("claims", "choice", "\n".join(self._texts(choice)))

    def _one_of_several(self, part: Part, choice: Choice) -> bool:
        """Whether a question names one of several things of which a clause asks for any one: 一定要有专利吗."""
        named = {self._topics.subjects[name].fact for name in part.found}
        return not says("claims", "sum_of_all", part.text) and any(
            one.citation in choice.refs and len(one.facts) > 1 and 0 < len(named & set(one.facts)) < len(one.facts)
            for one in self._policy.criteria)

    # By number ------------------------------------------------------------------------------------------------------

    def _no_such(self, choice: Choice, say: Say) -> str:
        """That a chapter, an article or an item is not there, and how many there are."""
        missing, last = choice.missing, self._policy.articles[-1].ref
        values: dict[str, object] = {"missing": missing, "missing_en": articles.in_english(missing), "last": last,
                                     "last_en": articles.in_english(last), "count": len(self._policy.articles)}
        if missing.endswith("章"):
            return say("no_such_chapter", **values | {"count": len(self._policy.chapters)})
        article = articles.by_ref(self._policy.articles, missing.split("（")[0])
        if not isinstance(article, Article):
            return say("no_such_article", **values)
        values |= {"article": article.ref, "article_en": articles.in_english(article.ref), "count": len(article.items)}
        return say("no_such_item" if article.items else "no_items", **values)

    def _chapter(self, choice: Choice, say: Say) -> str:
        first = articles.by_ref(self._policy.articles, choice.refs[0])
        chapter = self._policy.chapters[first.chapter if isinstance(first, Article) else 0]
        number = articles.make_ref(chapter.number)[1:-1] if say.language == "zh" else chapter.number
        refs = say.refs(choice.refs)
        head = say("chapter", number=number, title=chapter.title, refs=say.joined(refs))
        lines = [say("chapter_line", ref=named, topic=self._gloss(ref, say))
                 for named, ref in zip(refs, choice.refs, strict=True)]
        return "\n".join([head, *lines])

    def _lookup(self, choice: Choice, say: Say) -> str:
        """In English what a clause says; the Chinese text speaks for itself."""
        glosses = (self._gloss(ref, say) for ref in choice.refs if say.language == "en")
        return "\n".join(gloss + say("stop") for gloss in glosses if gloss)

    # By figures -----------------------------------------------------------------------------------------------------

    def _figures(self, choice: Choice, types: Sequence[str], say: Say) -> str:
        names = say.joined(say.pick(one.label, one.label_en) for one in self._policy.base_types if one.id in types)
        lines = [say("figure", ref=named, figures=say.clauses(self._bars(ref, say)))
                 for named, ref in zip(say.refs(choice.refs), choice.refs, strict=True)]
        return "\n".join([say("figures_of", types=names) if types else say("figures"), *lines])

    def _bars(self, ref: str, say: Say) -> Iterator[str]:
        for one in self._policy.criteria:
            if one.citation == ref and self._policy.wordings[one.id].measure and one.bar is not None:
                yield self._asked(one, say)

    def _asked(self, criterion: Criterion, say: Say) -> str:
        """What a criterion asks for: its label, with its bar if it has one."""
        measure = self._policy.wordings[criterion.id].measure
        name = "one_label" if not measure else "one_open" if criterion.bar is None else "one_figure"
        bar = "" if criterion.bar is None else f"{criterion.bar:,}"
        return say(name, label=say.pick(criterion.label, criterion.label_en), measure=measure, bar=bar)

    # By subject -----------------------------------------------------------------------------------------------------

    def _point(self, part: Part, point: Point, say: Say) -> str:
        return say.pick(point.zh, point.en) or self._clauses(part, point.cites, say)

    def _clauses(self, part: Part, refs: Sequence[str], say: Say) -> str:
        """What the clauses ask for of what the question is about."""
        lines = []
        for ref in refs:
            asked = list(self._relevant(part, ref, say))
            if self._is_list_of_conditions(ref):
                lines.append(self._conditions(ref, asked, say))
            elif asked:
                lines.append(say("requires", figures=say.clauses(asked)))
            elif say.language == "en":
                lines.append(self._gloss(ref, say) + say("stop"))
            else:
                lines.append(self._heading(ref))
        lines = [line for line in lines if line]
        if not lines and part.polar:
            lines.append(say("see", refs=say.joined(say.refs(refs))))
        return (" " if say.language == "en" else "").join(dict.fromkeys(lines))

    def _heading(self, ref: str) -> str:
        """The sentence under which an item stands, "" for what is no item: 有下列情形之一的取消其资格."""
        article = articles.by_ref(self._policy.articles, ref.split("（")[0])
        if not isinstance(article, Article) or article.ref == ref:
            return ""
        opening = self._policy.quote(article.opening).removeprefix(article.ref)
        return next((one.strip() for one in reversed(_SENTENCE.findall(opening)) if one.strip()), "")

    def _relevant(self, part: Part, ref: str, say: Say) -> Iterator[str]:
        """What a clause asks for of the question's subjects; its figures where it is about none in particular."""
        facts = {self._topics.subjects[name].fact for name in part.subjects} - {""}
        here = [one for one in self._policy.criteria if ref in (one.citation, one.citation.split("（")[0])]
        about = [one for one in here if set(one.facts) & facts]
        for one in about or [one for one in here if self._policy.wordings[one.id].measure]:
            yield self._asked(one, say)

    def _is_list_of_conditions(self, ref: str) -> bool:
        article = articles.by_ref(self._policy.articles, ref)
        return isinstance(article, Article) and bool(article.items) and ref in self._of_types | self._common

    def _conditions(self, ref: str, figures: Sequence[str], say: Say) -> str:
        """What stands in an article of conditions, and that the common ones apply too."""
        article = articles.by_ref(self._policy.articles, ref)
        values = {"article": say.refs([ref])[0], "count": len(article.items) if isinstance(article, Article) else 0}
        text = say("conditions", **values)
        if ref in self._of_types and self._common:
            text = say("conditions_and", common=say.joined(say.refs(sorted(self._common))), **values)
        return text + (say("conditions_figures", figures=say.clauses(figures)) if figures else say("stop"))

    def _elsewhere(self, choice: Choice, types: Sequence[str], say: Say) -> str:
        article = choice.refs[0].split("（")[0]
        bases = self._policy.base_types
        own = next(one for one in bases if one.id in types)
        other = next((one for one in bases if article in one.articles), own)
        refs = say.refs(ref for ref in own.articles if ref in self._of_types)
        return say("elsewhere", own=say.pick(own.label, own.label_en), other=say.pick(other.label, other.label_en),
                   refs=say.joined(refs))

    def _window(self, part: Part, say: Say) -> str:
        window = self._policy.window
        days = [last for _, _, last in periods.dates(part.text)]
        if days:        # the days that it comes to for an application on the day that is named
            return sensitivity.reading_used(self._policy, days[-1], say.language)
        return say("window", undefined=say.pick(window.undefined, window.undefined_en),
                   reading=say.pick(window.current.label, window.current.label_en))

    def _gap(self, choice: Choice, say: Say) -> str:
        """That the policy says nothing of it, with the clauses that come near."""
        if choice.gap is None:
            return say("nothing")
        matter = say.pick(choice.gap.zh, choice.gap.en)
        if choice.gap.id in OFF_TOPIC:
            return say("off_topic", title=say.pick(self._policy.title, self._policy.title_en), matter=matter)
        near = [citations.of_clause(self._policy, ref) for ref in choice.gap.near]
        quotes = [quoted(one, say) for one in near if one is not None]
        space = " " if say.language == "en" else ""
        head = say("gap", matter=matter) + space + say("gap_ask")
        return "\n".join([head, *([say("gap_near")] if quotes else []), *quotes])

    def _gloss(self, ref: str, say: Say) -> str:
        gloss = self._topics.glosses.get(ref)
        return say.pick(gloss.zh, gloss.en) if gloss else ""
