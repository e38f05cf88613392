"""Answers about an application. Counts and outcomes are the assessment's own, never found by searching.

What is asked (还差什么, 为什么8.2不符合, 哪些论文没算) is told by the patterns of `language/cases.yaml`; which criteria
or facts it is about by the clauses, and the subjects, that the question names. Anything else is answered with
passages of the documents word for word, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from msgspec import Struct

from assistant import case_questions, citations, rules
from assistant.case_passages import passages
from assistant.case_questions import CaseQuestion
from assistant.contradictions import sides
from assistant.phrases import phrases
from assistant.questions import Part, Question
from assistant.say import Say, quoted
from assistant.topics import Topics
from assistant.wording import Draft
from ingestion.domain import (
    Answer,
    Assessment,
    Citation,
    Criterion,
    Exclusion,
    Fact,
    Finding,
    Outcome,
    Overall,
    number_of,
)
from ingestion.policy import Policy

QUOTED = 3  # places that are quoted in the text
SHOWN = 12  # places that are cited for one question
_OPEN = (Outcome.NOT_MET, Outcome.INSUFFICIENT)


class Told(Struct, frozen=True):
    """What is said about an application, and the places that it rests on."""

    lines: tuple[str, ...]
    cites: tuple[Citation, ...] = ()
    verdict: str = ""
    settled: bool = True
    within: bool = False   # the lines hold the quotations already
    free: bool = False     # a model may word the lines
    tail: tuple[str, ...] = ()   # lines that stay after them, however they are worded


def draft(
    asked: Question, assessment: Assessment, policy: Policy, topics: Topics, from_policy: Callable[[Question], Draft]
) -> Draft:
    """The answer to a question that comes with an application: about the application, about the policy, or from the
    documents' own words."""
    case = _Case(assessment, policy, topics, asked.language)
    told = [case.answer(part) for part in asked.parts]
    if not any(told):
        found = from_policy(asked)
        own = any(case_questions.own(part) for part in asked.parts)
        quoted_pieces = passages(assessment.documents, asked.text) if own or not found.answer.answerable else ()
        return case.with_passages(asked, quoted_pieces, found)
    answers: list[Told] = []
    for part, one in zip(asked.parts, told, strict=True):
        if one is None:
            found = from_policy(replace(asked, parts=(part,)))
            if not found.answer.answerable and not part.gaps:   # 为什么？ after a question that was answered
                continue
            one = Told(found.said, found.answer.citations, settled=found.answer.answerable, free=True)
        answers.append(one)
    return case.draft(asked, Told(
        tuple(line for one in answers for line in one.lines), tuple(cite for one in answers for cite in one.cites),
        next((one.verdict for one in answers), ""), within=any(one.within for one in answers),
        free=all(one.free for one in answers), tail=tuple(line for one in answers for line in one.tail)))


class _Case:
    """One assessment, spoken of in one language."""

    def __init__(self, assessment: Assessment, policy: Policy, topics: Topics, language: str) -> None:
        self.assessment, self.policy, self.topics = assessment, policy, topics
        self.say, self.words = Say(language), phrases(language)
        self.findings = _in_language(assessment, policy, language)

    def answer(self, part: Part) -> Told | None:
        """What the assessment says to a question, None if it is not asked about the application."""
        asked = case_questions.read(part, self.findings, self.assessment.facts, self.topics)
        match asked.intent:
            case "left_out":
                return self._left_out(asked.facts)
            case "missing":
                return self._missing(asked.findings)
            case "conflict":
                return self._conflicts()
            case "unread":
                return self._unread()
            case "files":
                return self._files()
            case "passed":
                return self._with_outcome("case_passed", (Outcome.MET,))
            case "judged":
                return self._with_outcome("case_judged", (Outcome.JUDGEMENT,))
            case "where" if asked.facts:
                return self._where(asked.facts)
        return self._about(part, asked)

    def _about(self, part: Part, asked: CaseQuestion) -> Told | None:
        """Outcomes and counts of what the question names, or of the whole."""
        findings, intent = asked.findings, asked.intent
        if findings and intent == "why":
            return self._explained([one for one in findings if one.outcome in _OPEN] or findings)
        if findings and not part.quantities and (intent in ("overall", "met") or (part.refs and asked.own)):
            return self._explained(findings)
        if asked.facts and asked.own and asked.lists:
            return self._where(asked.facts)
        if intent == "why":
            return self._overall() if self.assessment.overall is Overall.PENDING else self._missing([])
        if asked.facts and asked.counts:
            return self._counts(asked.facts)
        if asked.facts and part.polar and asked.own:
            return self._explained([one for one in self.findings if set(one.criterion.facts) & set(asked.facts)])
        if intent in ("overall", "met") and not asked.facts and not part.quantities and not asked.other_matter:
            return self._overall()
        return None

    # Answers --------------------------------------------------------------------------------------------------------

    def _overall(self) -> Told:
        overall = self.assessment.overall
        required = [one for one in self.findings if one.criterion.required]
        counted = {
            Overall.FAILS: Outcome.NOT_MET,
            Overall.INSUFFICIENT: Outcome.INSUFFICIENT,
            Overall.PENDING: Outcome.JUDGEMENT,
        }[overall]
        count = sum(1 for one in required if one.outcome is counted)
        base = self.policy.base_type(self.assessment.base_type)
        head = self.say("case_overall." + overall.value, type=self.say.pick(base.label, base.label_en), count=count)
        gaps = self._missing([]) if overall is not Overall.PENDING else Told(())
        verdict = self.say("no_word") if overall is Overall.FAILS else ""
        return Told((head, *gaps.lines), gaps.cites, verdict, free=True, tail=(self.say("case_pre_screen"),))

    def _missing(self, findings: Sequence[Finding]) -> Told:
        gaps = [
            one for one in (findings or self.findings) if one.outcome in _OPEN and (findings or one.criterion.required)
        ]
        gaps.sort(key=lambda one: _OPEN.index(one.outcome))
        if not gaps:
            return self._explained(findings) if findings else Told((self.say("case_no_gaps"),))
        lines = [
            self.say(
                "case_gap_line",
                ref=self._ref(one),
                label=self._label(one.criterion),
                outcome=self.words.outcome(one.outcome),
                gap=one.gap,
            )
            for one in gaps
        ]
        return Told((self.say("case_gaps", count=len(gaps)), *lines), self._cites(gaps), free=True)

    def _explained(self, findings: Sequence[Finding]) -> Told:
        lines = []
        for one in findings:
            text = (
                " ".join(filter(None, (one.explanation, one.gap)))
                if self.say.language == "en"
                else one.explanation + one.gap
            )
            lines.append(
                self.say(
                    "case_line",
                    ref=self._ref(one),
                    label=self._label(one.criterion),
                    outcome=self.words.outcome(one.outcome),
                    text=text,
                )
            )
        return Told(tuple(lines), self._cites(findings), free=True)

    def _with_outcome(self, head: str, outcomes: Sequence[Outcome]) -> Told:
        found = [one for one in self.findings if one.outcome in outcomes]
        lines = [self.say("case_item", ref=self._ref(one), label=self._label(one.criterion)) for one in found]
        return Told(
            (self.say(head, count=len(found)), *lines) if found else (self.say("case_none"),), self._clauses(found)
        )

    def _counts(self, keys: Sequence[str]) -> Told:
        lines, cites = [], []
        for key in keys:
            fact = self.assessment.facts.get(key)
            if fact is None:
                lines.append(self.say("case_absent", label=self._fact_label(key)))
                continue
            name = "case_count_conflict" if fact.conflict else "case_count"
            lines.append(
                self.say(name, label=self._fact_label(key), amount=self._amount(fact), sides=self._sides(fact))
            )
            cites += [citations.of_evidence(piece) for piece in fact.evidence]
        return Told(tuple(lines), tuple(cites[:SHOWN]))

    def _where(self, keys: Sequence[str]) -> Told:
        lines, cites = [], []
        for key in dict.fromkeys(keys):
            fact = self.assessment.facts.get(key)
            pieces = fact.evidence if fact else ()
            found = [citations.of_evidence(piece) for piece in pieces]
            lines.append(
                self.say("case_where", label=self._fact_label(key), count=number_of(pieces))
                if found
                else self.say("case_absent", label=self._fact_label(key))
            )
            cites += found
        return Told(tuple(lines), tuple(cites[:SHOWN]))

    def _left_out(self, keys: Sequence[str]) -> Told:
        lines: list[str] = []
        cites: list[Citation] = []
        chosen = [key for key in (keys or self.assessment.exclusions) if keys or self.assessment.exclusions.get(key)]
        for key in chosen:
            left = self.assessment.exclusions.get(key, ())
            if not left:
                lines.append(self.say("case_left_out_none", label=self._fact_label(key)))
                continue
            lines.append(self.say("case_left_out", label=self._fact_label(key), count=number_of(left)))
            by_reason: dict[str, list[Exclusion]] = {}
            for one in left:
                by_reason.setdefault(one.reason, []).append(one)
            for reason, found in by_reason.items():
                here = [citations.of_evidence(one) for one in found]
                lines.append(self.say("case_left_out_line", reason=self._reason(reason), count=number_of(found)))
                lines += [quoted(one, self.say) for one in here[: max(0, SHOWN - len(cites))]]
                cites += here
        return Told(tuple(lines) or (self.say("case_left_out_any"),), tuple(cites[:SHOWN]), within=True)

    def _conflicts(self) -> Told:
        found = [fact for fact in self.assessment.facts.values() if fact.conflict]
        if not found:
            return Told((self.say("case_no_conflicts"),))
        lines = [
            self.say("case_conflict_line", label=self._fact_label(fact.key), sides=self._sides(fact)) for fact in found
        ]
        cites = [citations.of_evidence(piece) for fact in found for piece in fact.evidence]
        return Told((self.say("case_conflicts", count=len(found)), *lines), tuple(cites[:SHOWN]))

    def _unread(self) -> Told:
        lines = [
            self.say(
                "case_unread_line",
                place=self.words.place(document.name, notice.page),
                text=self.say.pick(notice.text, notice.text_en),
            )
            for document in self.assessment.documents
            for notice in document.notices
        ]
        return Told((self.say("case_unread", count=len(lines)), *lines) if lines else (self.say("case_all_read"),))

    def _files(self) -> Told:
        names = [document.name for document in self.assessment.documents]
        return Told((self.say("case_files", count=len(names), names=self.say.joined(names)),))

    def with_passages(self, asked: Question, found: Sequence[Citation], from_policy: Draft) -> Draft:
        """Passages of the documents word for word, the policy's answer, or that neither has one."""
        if found:
            return self.draft(asked, Told((self.say("case_passages"),), tuple(found)))
        if from_policy.answer.answerable or any(part.gaps for part in asked.parts):
            return from_policy
        return self.draft(asked, Told((self.say("case_not_found"),), settled=False))

    def draft(self, asked: Question, told: Told) -> Draft:
        """What is told as an answer, its citations verified."""
        cited = citations.verified(told.cites, self.policy, self.assessment.documents)
        said = tuple(dict.fromkeys(told.lines))
        clauses, places = [one for one in cited if one.ref], [one for one in cited if not one.ref]
        quotes = list(told.tail)
        if not told.within:
            quotes += [quoted(one, self.say) for one in (*clauses, *places[:QUOTED])]
        if not told.within and len(places) > QUOTED:
            quotes.append(self.say("case_more", count=len(places) - QUOTED))
        lines = [self.say("verdict", word=told.verdict, text=said[0]), *said[1:]] if told.verdict else list(said)
        answer = Answer(asked.text, "\n".join([*lines, *quotes]), told.settled, cited, language=asked.language,
                        considered=tuple(dict.fromkeys(one.ref or one.document for one in cited)))
        return Draft(answer, said, tuple(quotes), told.verdict, free=told.free and told.settled)

    # Words ----------------------------------------------------------------------------------------------------------

    def _cites(self, findings: Iterable[Finding]) -> tuple[Citation, ...]:
        """The clauses of findings, then the evidence for them."""
        findings = list(findings)
        pieces = [
            citations.of_evidence(piece)
            for one in findings
            for piece in one.evidence
            if one.outcome is not Outcome.JUDGEMENT
        ]
        return (*self._clauses(findings), *pieces[:SHOWN])

    def _clauses(self, findings: Iterable[Finding]) -> tuple[Citation, ...]:
        found = (Citation(one.criterion.quote, one.criterion.span, ref=one.criterion.citation) for one in findings)
        return tuple(dict.fromkeys(found))

    def _ref(self, one: Finding) -> str:
        return self.words.citation(one.criterion.citation)

    def _label(self, criterion: Criterion) -> str:
        return self.say.pick(criterion.label, criterion.label_en)

    def _fact_label(self, key: str) -> str:
        spec = self.policy.facts.facts.get(key)
        return self.say.pick(spec.label, spec.label_en) if spec else key

    def _amount(self, fact: Fact) -> str:
        spec = self.policy.facts.facts.get(fact.key)
        if spec is not None and spec.kind == "money":
            return self.words.money(fact.interval)
        if spec is not None and spec.kind == "yes_no":
            return self.say("right" if fact.interval.low else "wrong")
        return self.words.amount(
            fact.interval, fact.unit if self.say.language == "en" or spec is None else spec.unit_zh
        )

    def _sides(self, fact: Fact) -> str:
        spec = self.policy.facts.facts.get(fact.key)
        return (
            sides(fact, self.words, spec.kind if spec else "count", spec.unit_zh if spec else "")
            if fact.conflict
            else ""
        )

    def _reason(self, code: str) -> str:
        texts = self.policy.facts.reasons.get(code, [code, code])
        return self.say.pick(texts[0], texts[-1])


def _in_language(assessment: Assessment, policy: Policy, language: str) -> tuple[Finding, ...]:
    """The assessment's findings, explained in the language of the question; their outcomes are the assessment's."""
    again = {one.criterion.id: one for one in rules.check(
        [one.criterion for one in assessment.findings], assessment.facts, policy=policy, language=language,
        exclusions=assessment.exclusions, documents=assessment.documents)}
    return tuple(again[one.criterion.id] if again[one.criterion.id].outcome is one.outcome else one
                 for one in assessment.findings)
