"""A finding in words: what the documents show, what is missing and by how much, and what would settle it."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from assistant.judging.contradictions import sides
from assistant.judging.outcomes import Reached
from assistant.wording.phrases import Phrases, Values, phrases
from ingestion.domain import (
    Comparator,
    Criterion,
    CriterionKind,
    Evidence,
    Exclusion,
    Fact,
    Finding,
    Interval,
    Outcome,
)
from ingestion.policies.policy import Policy

PLACES_SHOWN = 2
REASONS_SHOWN = 4
_SETTLING = {"absent": "missing", "open": "missing", "open_unknown": "missing", "not_met": "failed", "none": "failed",
             "not_met_most": "failed", "over": "failed", "denied": "failed", "conflict": "conflict", "judged": "person"}


class Explainer:
    """Explains the criteria of one application in one language."""

    def __init__(self, policy: Policy, facts: Mapping[str, Fact], exclusions: Mapping[str, Sequence[Exclusion]],
                 language: str = "zh") -> None:
        self.policy, self.facts, self.exclusions = policy, facts, exclusions
        self.say: Phrases = phrases(language)

    def explain(self, criterion: Criterion, outcome: Outcome, points: Interval | None = None) -> tuple[str, str]:
        """The explanation and the gap; there is no gap where the criterion is met. A gap stands beside name
        and clause of its criterion and repeats neither. A total is explained by `total`."""
        known = [self.facts[key] for key in criterion.facts if key in self.facts]
        if criterion.points is not None:
            return self._scored(criterion, outcome, points or Interval(0, criterion.points.most), known)
        if criterion.kind is CriterionKind.TOTAL:
            return "", ""
        section = self._section(criterion)
        case, gap_case = self._cases(section, criterion, outcome, known)
        values = self._values(criterion, known)
        explanation = _capital(self.say.say(f"{section}.{case}", values))
        if outcome is not Outcome.JUDGEMENT:
            explanation += self._left_out(criterion)
        if outcome is Outcome.MET:
            return explanation, ""
        own, general = f"money.{gap_case}_gap", f"{section}.{gap_case}_gap"
        gap = self.say.say(own if self._is_money(criterion) and self.say.has(own) else general, values)
        if values.settled:
            settling = self.say.say(f"forms.settle_{_SETTLING[gap_case]}", values)
            gap = settling.strip() if outcome is Outcome.JUDGEMENT and section == "judgement" else gap + settling
        if not criterion.required:
            gap += self.say.say("forms.priority")
        return explanation, gap

    def _scored(self, criterion: Criterion, outcome: Outcome, points: Interval, known: list[Fact]) -> tuple[str, str]:
        """What a criterion earns, and what could earn it more."""
        values = replace(self._values(criterion, known), points=self.say.points(points),
                         most=self.say.points(criterion.points.most if criterion.points else 0),
                         parts=self._parts(criterion, known) or self.say.join(self._part(one) for one in known))
        conflict = any(one.conflict for one in known)
        case = "judged_related" if outcome is Outcome.JUDGEMENT and values.parts else \
            "judged" if outcome is Outcome.JUDGEMENT else "absent" if not known else \
            "conflict" if conflict and outcome is Outcome.INSUFFICIENT else \
            {Outcome.MET: "met", Outcome.NOT_MET: "not_met", Outcome.INSUFFICIENT: "open"}[outcome]
        explanation = _capital(self.say.say(f"points.{case}", values))
        if outcome is not Outcome.JUDGEMENT:
            explanation += self._left_out(criterion)
        if outcome is Outcome.MET:
            return explanation, ""
        case = "judged" if case == "judged_related" else case
        gap = self.say.say(f"points.{case}_gap", values)
        return explanation, gap + (self.say.say(f"forms.settle_{_SETTLING[case]}", values) if values.settled else "")

    def total(self, criterion: Criterion, reached: Reached, parts: Sequence[Finding]) -> tuple[str, str]:
        """How the points add up, and what is missing to the passing mark."""
        say, points = self.say, reached.points or Interval(0, 0)
        measure, bar = self.policy.wordings[criterion.id].measure, criterion.bar or 0
        short = bar - (points.high or 0) if reached.outcome is Outcome.NOT_MET else bar - points.low
        values = Values(
            label=say.pick(criterion.label, criterion.label_en), points=say.points(points),
            most=say.points(sum(one.criterion.points.most for one in parts if one.criterion.points)),
            measure=measure if say.language == "zh" else say.say("forms.measure_at_least", money=say.points(bar)),
            lack=say.points(max(0, short)),
            parts=say.join(say.say("points.part", label=say.pick(one.criterion.label, one.criterion.label_en),
                                   points=say.points(one.points or Interval(0, 0))) for one in parts))
        case = {Outcome.MET: "met", Outcome.NOT_MET: "not_met", Outcome.INSUFFICIENT: "open",
                Outcome.JUDGEMENT: "judged"}[reached.outcome]
        gap = "" if reached.outcome is Outcome.MET else say.say(f"total.{case}_gap", values)
        return _capital(say.say(f"total.{case}", values)), gap

    def _cases(self, section: str, criterion: Criterion, outcome: Outcome, known: list[Fact]) -> tuple[str, str]:
        """Which texts of the section explain the outcome, and its gap."""
        if section == "judgement":
            return ("judged_related" if self._related(criterion) else "judged"), "judged"
        if not known:
            return "absent", "absent"
        first, conflict = known[0].interval, any(fact.conflict for fact in known)
        if outcome is Outcome.INSUFFICIENT and conflict:
            return "conflict", "conflict"
        if outcome is Outcome.INSUFFICIENT:
            certain = section == "count" and first.low and criterion.comparator is Comparator.AT_LEAST
            return "open", "open" if certain or section not in ("count", "presence") else "open_unknown"
        if outcome is Outcome.NOT_MET and criterion.comparator is Comparator.AT_MOST:
            return "over", "over"
        name = {Outcome.MET: "met", Outcome.NOT_MET: "not_met", Outcome.JUDGEMENT: "judged"}[outcome]
        gap = name
        if section == "count" and outcome is Outcome.NOT_MET and not first.exact:
            gap = "not_met_most"
        elif section == "yes_no" and outcome is Outcome.NOT_MET and not self.policy.wordings[criterion.id].fails:
            gap = "denied"
        elif section == "plural" and outcome is Outcome.NOT_MET and first.high == 0:
            gap = "none"
        if conflict and self.say.has(f"{section}.{name}_conflict"):
            return f"{name}_conflict", gap
        if section == "count" and outcome is Outcome.MET and first.exact and first.low == criterion.bar:
            return "met_exactly", gap
        return name, gap

    def _section(self, criterion: Criterion) -> str:
        if criterion.kind is CriterionKind.COUNT:
            if len(criterion.facts) > 1:
                return "any_of"
            return "count" if self.policy.wordings[criterion.id].measure else "presence"
        return criterion.kind.value

    def _is_money(self, criterion: Criterion) -> bool:
        return len(criterion.facts) == 1 and self._kind(criterion.facts[0]) == "money"

    def _values(self, criterion: Criterion, known: list[Fact]) -> Values:
        """What the templates of a criterion may use."""
        wording, pick = self.policy.wordings[criterion.id], self.say.pick
        disputed = next((one for one in known if one.conflict), None)
        pieces = [piece for one in known for piece in one.evidence]
        values = Values(
            noun=pick(wording.noun, wording.noun_en), label=pick(criterion.label, criterion.label_en),
            measure=self._measure(criterion), unit=wording.unit,
            settled=pick(wording.settled_by, wording.settled_by_en), places=self._places(pieces),
            sides=sides(disputed, self.say, self._kind(disputed.key), wording.unit) if disputed else "",
            parts=self._parts(criterion, known), holds=pick(wording.holds or criterion.label,
                                                            wording.holds_en or criterion.label_en),
            fails=pick(wording.fails, wording.fails_en) or self.say.say(
                "forms.denied", label=pick(criterion.label, criterion.label_en)))
        if not known:
            return values
        fact, bar = known[0], criterion.bar or 0
        low, high = fact.interval.low, fact.interval.high
        short = criterion.comparator is Comparator.AT_LEAST and high is not None and high < bar
        amount, known_so_far = self._amount(fact, wording.unit), self._plain(fact, low, wording.unit)
        return replace(values, amount=amount, known=known_so_far, have=known_so_far if fact.interval.exact else amount,
                       lack=self._plain(fact, abs(bar - (high if short and high is not None else low)), wording.unit))

    def _measure(self, criterion: Criterion) -> str:
        """The bar in the clause's words, or for English readers in English."""
        wording = self.policy.wordings[criterion.id]
        if self.say.language != "en" or criterion.bar is None or not wording.measure:
            return wording.measure
        spec = self.policy.facts.facts.get(criterion.facts[0])
        amount = self.say.sum(criterion.bar, spec.unit if spec else "") if self._is_money(criterion) else \
            self.say.amount(Interval(criterion.bar, criterion.bar), spec.unit if spec else wording.unit)
        return self.say.say(f"forms.measure_{criterion.comparator.value}", money=amount)

    def _parts(self, criterion: Criterion, known: list[Fact]) -> str:
        if criterion.kind is CriterionKind.JUDGEMENT:
            return self.say.join(self._related(criterion))
        if len(criterion.facts) < 2:
            return ""
        enough = [one for one in known if one.interval.low >= (criterion.bar or 1)]
        if enough:
            return self.say.join(self._part(one) for one in enough)
        return self.say.join(self._part(self.facts[key]) if key in self.facts else self.say.say(
            "forms.part_absent", name=self._name(key)) for key in criterion.facts)

    def _related(self, criterion: Criterion) -> list[str]:
        return [self._part(self.facts[key]) for key in criterion.related if key in self.facts]

    def _part(self, fact: Fact) -> str:
        """One fact by its name, where several bear on a criterion."""
        spec = self.policy.facts.facts.get(fact.key)
        name = self._name(fact.key)
        if self._kind(fact.key) == "yes_no":
            bounds = (fact.interval.low, fact.interval.high)
            answer = "part_yes" if bounds == (1, 1) else "part_no" if bounds == (0, 0) else "part_open"
            return self.say.say(f"forms.{answer}", name=name)
        return self.say.say("forms.part", name=name, amount=self._amount(fact, spec.unit_zh if spec else ""))

    def _name(self, key: str) -> str:
        spec = self.policy.facts.facts.get(key)
        return self.say.pick(spec.label, spec.label_en) if spec else key

    def _kind(self, key: str) -> str:
        spec = self.policy.facts.facts.get(key)
        return spec.kind if spec else "count"

    def _amount(self, fact: Fact, unit: str) -> str:
        if self._kind(fact.key) == "money":
            return self.say.money(fact.interval, self._unit(fact, unit))
        return self.say.amount(fact.interval, self._unit(fact, unit))

    def _plain(self, fact: Fact, number: int, unit: str) -> str:
        if self._kind(fact.key) == "money":
            return self.say.sum(number, self._unit(fact, unit))
        return self.say.amount(Interval(number, number), self._unit(fact, unit))

    def _unit(self, fact: Fact, unit: str) -> str:
        return fact.unit if self.say.language == "en" else unit

    def _places(self, pieces: Sequence[Evidence]) -> str:
        places = list(dict.fromkeys((piece.document, piece.page) for piece in pieces))
        if not places:
            return ""
        shown = self.say.join(self.say.place(*place) for place in places[:PLACES_SHOWN])
        name = "places" if len(places) <= PLACES_SHOWN else "places_more"
        return self.say.say(f"forms.{name}", places=shown, count=str(len(places)))

    def _left_out(self, criterion: Criterion) -> str:
        """How much was found and not counted, by reason, the most frequent first."""
        counts: dict[str, int] = {}
        for key in criterion.facts:
            for exclusion in self.exclusions.get(key, ()):
                counts[exclusion.reason] = counts.get(exclusion.reason, 0) + 1 + exclusion.more
        if not counts:
            return ""
        reasons = self.say.join((
            self.say.say("forms.left_out_reason", reason=self._reason(code), count=str(counts[code]))
            for code in sorted(counts, key=lambda code: (-counts[code], code))[:REASONS_SHOWN]), "sides")
        return self.say.say("forms.left_out", count=str(sum(counts.values())), reasons=reasons)

    def _reason(self, code: str) -> str:
        texts = self.policy.facts.reasons.get(code)
        return (texts[-1] if self.say.language == "en" else texts[0]) if texts else code.replace("_", " ")


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
