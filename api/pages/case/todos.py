"""What is still to do about a case: the open points in their order, each with its next step and what was said to it."""
from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from api.pages.results.reviewed import Reply, reply
from api.pages.texts import words
from api.service.cases import points
from api.service.cases.points import Kind, Point
from api.service.records import AssessmentView, FileView
from api.service.review_records import ReplyView, SeenByPersons
from assistant.judging import sensitivity
from assistant.report.labels import Vocabulary
from ingestion.domain import Assessment, Finding, Outcome
from ingestion.policies.policy import Policy


@dataclass(frozen=True, slots=True)
class Item:
    """One open point. `subject` is what can be replied to, "" for a file; `href` where it is looked at."""

    subject: str
    citation: str
    label: str
    figure: str
    href: str
    step: str
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class Part:
    kind: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Todo:
    """`ready`: nothing is left that its applicant could do; `sensitive`: where another reading of a term changes an
    outcome; `said`: entries that are open no more and to which something was said.
    """

    parts: tuple[Part, ...]
    sensitive: tuple[str, ...]
    ready: bool
    said: tuple[Item, ...]

    @property
    def count(self) -> int:
        return sum(len(one.items) for one in self.parts)


def of(view: AssessmentView, files: Sequence[FileView], policy: Policy, language: str, seen: SeenByPersons | None,
       replies: Mapping[str, ReplyView]) -> Todo:
    """Of a case as its page shows it."""
    made = seen if seen is not None and seen.assessment_id == view.line.id else None
    shown = replace(view, result=made.result) if made else view
    return _Doing(shown, files, policy, language, replies).todo(
        points.open_points(shown.result, files, frozenset(made.decisions) if made else ()))


class _Doing:
    def __init__(self, view: AssessmentView, files: Sequence[FileView], policy: Policy, language: str,
                 replies: Mapping[str, ReplyView]) -> None:
        self.view, self.policy, self.replies = view, policy, replies
        self.names, self.say = Vocabulary(policy, language), words(language)
        self.findings = {one.criterion.id: one for one in view.result.findings}
        self.files = {one.name: one.id for one in files}

    def todo(self, found: Sequence[Point]) -> Todo:
        parts = ((kind, tuple(self._item(one) for one in found if one.kind is kind)) for kind in Kind)
        return Todo(tuple(Part(kind.value, items) for kind, items in parts if items), sensitivity.changing(
            self.view.result.notes, self.policy, self.view.result.application_date, self.names.words.language),
                    not any(one.kind in points.APPLICANTS for one in found),
                    tuple(self._settled({one.subject for one in found})))

    def _settled(self, open_: Collection[str]) -> Iterator[Item]:
        for subject, one in self.replies.items():
            known = entry(self.view.result, self.policy, self.names.words.language, subject)
            if subject not in open_ and known is not None:
                href = f"#c-{subject}" if subject in self.findings else \
                    f"/cases/{self.view.line.case_id}/facts/{subject}"
                yield Item(subject, "", known[0], "", href, "", reply(one, self.view.line.case_id, self.names))

    def _item(self, point: Point) -> Item:
        """A point with its words, where it leads, its next step, and what was said to it."""
        subject, step = point.subject, self.say(f"todo.steps.{point.kind.value}")
        if point.kind is Kind.UNREAD:
            file = self.files.get(subject)
            notices = next((one.notices for one in self.view.documents if one.name == subject), ())
            why = self.say.pick(notices[0].text, notices[0].text_en) if notices else ""
            return Item("", "", subject, why, f"/cases/{self.view.line.case_id}/documents/{file}" if file else "#files",
                        step, None)
        if subject.startswith(points.WHO):
            differing = next(one for one in self.view.result.identity if f"{points.WHO}{one.what}" == subject)
            return Item("", "", *self.names.identity(differing), "#conflicts", self.say("todo.steps.identity"), None)
        said = reply(self.replies.get(subject), self.view.line.case_id, self.names)
        if point.kind in {Kind.LACKING, Kind.JUDGEMENT}:
            return self._criterion(self.findings[subject], step, said)
        fact = self.view.result.facts.get(subject)
        href = "#conflicts" if point.kind is Kind.CONFLICT else f"/cases/{self.view.line.case_id}/facts/{subject}"
        return Item(subject, "", self.names.fact_label(subject), self.names.figure(fact) if fact else "", href, step,
                    said)

    def _criterion(self, finding: Finding, step: str, said: Reply | None) -> Item:
        """Its own gap is the next step; what all of a kind have in common stands above them."""
        criterion, facts = finding.criterion, self.view.result.facts
        step = finding.gap or step
        if any(key in facts and facts[key].conflict for key in criterion.facts):
            step = self.say("todo.steps.after_conflict")
        outcome = "" if finding.outcome is Outcome.JUDGEMENT else self.names.say.outcome(finding.outcome)
        return Item(criterion.id, self.names.citation(criterion), self.names.label(criterion), outcome,
                    f"#c-{criterion.id}", step, said)


def entry(result: Assessment, policy: Policy, language: str, subject: str) -> tuple[str, bool, str] | None:
    """What an entry is called, whether it is a yes or no, and its unit ("" where it has no figure)."""
    names = Vocabulary(policy, language)
    finding = next((one for one in result.findings if one.criterion.id == subject), None)
    if finding is not None:
        return f"{names.citation(finding.criterion)} {names.label(finding.criterion)}", False, ""
    asked = {key for one in result.findings for key in (*one.criterion.facts, *one.criterion.related)}
    if subject not in asked:
        return None
    spec = policy.facts.facts[subject]
    return names.fact_label(subject), spec.kind == "yes_no", names.say.pick(spec.unit_zh, spec.unit)
