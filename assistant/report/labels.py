"""What the policy and its facts are called in one language: labels, figures, requirements, reasons."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.report.model import Quotation
from assistant.report.words import Wording
from assistant.wording.phrases import phrases
from ingestion.domain import (
    Criterion,
    CriterionKind,
    Difference,
    Evidence,
    Exclusion,
    Fact,
    Finding,
    Interval,
    Outcome,
    Overall,
    Unexplained,
)
from ingestion.policies.policy import Policy

BY_REVIEWER = "by_reviewer"   # the reason of an item that a person took out of a count


def reason_text(policy: Policy, code: str, language: str) -> str:
    """Why something was left out, in words: the policy's, or that a person did; another code stands for itself."""
    texts = policy.facts.reasons.get(code)
    if texts:
        return texts[-1] if language == "en" else texts[0]
    return Wording(language)(f"reasons.{code}") if code == BY_REVIEWER else code.replace("_", " ")


class Vocabulary:
    """What is kept of a case may name what another version of the policy knows: such a name stands for itself."""

    def __init__(self, policy: Policy, language: str = "zh") -> None:
        self.policy, self.words, self.say = policy, Wording(language), phrases(language)

    # The policy -------------------------------------------------------------------------------------------------------

    def title(self) -> str:
        return self.say.pick(self.policy.title, self.policy.title_en)

    def status(self) -> str:
        return self.say.pick(self.policy.status, self.policy.status_en)

    def policy_line(self) -> str:
        return self.words("policy_line", title=self.title(), version=self.policy.version, status=self.status())

    def base_type(self, base_type_id: str) -> str:
        found = next((one for one in self.policy.base_types if one.id == base_type_id), None)
        return self.say.pick(found.label, found.label_en) if found else base_type_id

    # Criteria ---------------------------------------------------------------------------------------------------------

    def label(self, criterion: Criterion) -> str:
        return self.say.pick(criterion.label, criterion.label_en)

    def citation(self, criterion: Criterion) -> str:
        return self.say.citation(criterion.citation)

    def named(self, criterion_id: str) -> tuple[str, str]:
        """Citation and label of the criterion of that id."""
        found = next((one for one in self.policy.criteria if one.id == criterion_id), None)
        return (self.citation(found), self.label(found)) if found else ("", criterion_id)

    def full(self, criterion_id: str) -> str:
        """Citation and label in one line."""
        return " ".join(self.named(criterion_id)).strip()

    def outcome(self, outcome: Outcome) -> str:
        """The outcome with its mark: it is told apart without colour."""
        return f"{self.words(f'mark.{outcome.value}')} {self.say.outcome(outcome)}"

    def reached(self, finding: Finding) -> str:
        """A finding's outcome with its mark, or the points that it earns."""
        return f"{self.words(f'mark.{finding.outcome.value}')} {self.word(finding)}"

    def word(self, finding: Finding) -> str:
        """A finding's outcome in a word, or the points that it earns."""
        if finding.criterion.points is None or finding.points is None or finding.outcome is Outcome.JUDGEMENT:
            return self.say.outcome(finding.outcome)
        return self.words("scored", points=self.say.points(finding.points))

    def shown(self, finding: Finding, facts: Mapping[str, Fact]) -> str:
        """What stands beside the requirement: the facts' figures, or the points that a total adds up."""
        if finding.criterion.kind is CriterionKind.TOTAL and finding.points is not None:
            return self.say.points(finding.points)
        return self.figures(finding.criterion, facts)

    def suggestion(self, overall: Overall, findings: Sequence[Finding]) -> str:
        """What the required criteria come to, with how many of them."""
        counts = Counter(one.outcome for one in findings if one.criterion.required)
        left = any(one.outcome is Outcome.JUDGEMENT for one in findings if one.criterion.required)
        name = overall.value if left or overall is not Overall.PENDING else "nothing_left"
        return self.words(f"overall.{name}", **{one.value: counts[one] for one in Outcome})

    def scored(self, findings: Sequence[Finding]) -> str:
        """How many criteria earn points, and how many they earn together; "" where none does."""
        earning = [one for one in findings if one.criterion.points is not None and one.points is not None]
        if not earning:
            return ""
        points = Interval(sum(one.points.low for one in earning if one.points),
                          sum(one.points.high or 0 for one in earning if one.points))
        most = sum(one.criterion.points.most for one in earning if one.criterion.points)
        return self.words("tally_scored", all=len(earning), points=self.say.points(points), most=self.say.points(most))

    def term(self) -> str:
        """The policy's word for its window, as a label."""
        term = self.say.pick(self.policy.window.term, self.policy.window.term_en)
        return term[:1].upper() + term[1:]

    def category(self, criterion: Criterion) -> str:
        """An article that every base type shares holds the general conditions."""
        shared = set.intersection(*(set(base_type.articles) for base_type in self.policy.base_types))
        article = next((one for one in self.policy.articles if criterion.span.start in one.span), None)
        general = len(self.policy.base_types) > 1 and article is not None and article.ref in shared
        return self.words("categories.general" if general else "categories.specific")

    def requirement(self, criterion: Criterion) -> str:
        """The policy's own measure (20篇（含）以上); where its language is not the report's, the bar with its unit."""
        measure = self.policy.wordings[criterion.id].measure
        if measure and self.policy.language == self.words.language:
            return measure
        if criterion.kind is CriterionKind.COUNT and criterion.bar is not None:
            key = criterion.facts[0]
            bar = self.interval(key, Interval(criterion.bar, criterion.bar))
            return self.words(f"requirement.{criterion.comparator.value}", bar=bar)
        if criterion.points is not None:
            return self.words("requirement.scored", most=self.say.points(criterion.points.most))
        if criterion.kind is CriterionKind.TOTAL:
            return self.words("requirement.at_least", bar=self.say.points(criterion.bar or 0))
        names = {CriterionKind.YES_NO: "affirmed", CriterionKind.PLURAL: "plural"}
        return self.words(f"requirement.{names.get(criterion.kind, 'judgement')}")

    # Facts ------------------------------------------------------------------------------------------------------------

    def fact_label(self, key: str) -> str:
        fact = self.policy.facts.facts.get(key)
        return self.say.pick(fact.label, fact.label_en) if fact else key

    def yes_no(self, key: str) -> bool:
        return self.policy.facts.facts[key].kind == "yes_no"

    def interval(self, key: str, interval: Interval) -> str:
        """A figure of the fact `key` as people write it: 23篇, 至少20篇, 205万元, 是."""
        fact = self.policy.facts.facts[key]
        if fact.kind == "money":
            return self.say.money(interval, self.say.pick(fact.unit_zh, fact.unit))
        if fact.kind == "yes_no":
            known = "yes" if interval.low == 1 else "no" if interval.high == 0 else "open"
            return self.words(f"answer.{known}")
        return self.say.amount(interval, self.say.pick(fact.unit_zh, fact.unit))

    def figure(self, fact: Fact) -> str:
        return self.interval(fact.key, fact.interval)

    def figure_and_conflict(self, fact: Fact) -> str:
        if not fact.conflict:
            return self.figure(fact)
        conflict = self.words("figure.conflict")
        return conflict if self.yes_no(fact.key) else self.words("figure.and_conflict", figure=self.figure(fact))

    def figures(self, criterion: Criterion, facts: Mapping[str, Fact]) -> str:
        """The figures of a criterion's facts; 未见 where a measurable one has none."""
        known = [facts[key] for key in criterion.facts if key in facts]
        if not known:
            return "" if criterion.kind is CriterionKind.JUDGEMENT else self.words("figure.absent")
        figures = [self.figure_and_conflict(fact) for fact in known]
        if len(criterion.facts) > 1:
            figures = [self.words("figure.one_of_many", label=self.fact_label(fact.key), figure=figure)
                       for fact, figure in zip(known, figures, strict=True)]
        return self.words("separator").join(figures)

    def identity(self, one: Difference) -> tuple[str, str]:
        """What documents say differently of who applies, and the values."""
        return self.words(f"identity.{one.what}"), self.words("identity.against").join(one.values)

    def quotation(self, key: str, piece: Evidence, text: str | None = None) -> Quotation:
        """A piece of evidence for the fact `key`, or for none (""); `text` is a contiguous part of its quote."""
        text = piece.quote if text is None else text
        reads = self.interval(key, piece.reads) if piece.reads and key else ""
        return Quotation(self.say.place(piece.document, piece.page), text, reads,
                         self.words(f"method.{piece.method.value}"), text == piece.quote, piece.more)

    def undecided(self, piece: Unexplained) -> str:
        return self.words("undecided", reason=reason_text(self.policy, piece.why, self.words.language))

    def reason(self, piece: Exclusion) -> str:
        text = reason_text(self.policy, piece.reason, self.words.language)
        return self.words("reason", reason=text, detail=piece.detail) if piece.detail else text
