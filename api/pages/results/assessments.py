"""Assessments beside each other: what changed and why, and every base type on the same documents."""
from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.pages.rendering import page
from api.pages.routing import PageRoute
from api.service.records import Actor, Difference, FactChange, OutcomeChange
from api.service.services import Services
from assistant.report.labels import Vocabulary
from assistant.report.words import Wording
from ingestion.domain import Outcome

router = APIRouter(route_class=PageRoute)
TWO = 2
RANK = {Outcome.NOT_MET: 0, Outcome.INSUFFICIENT: 1, Outcome.JUDGEMENT: 2, Outcome.MET: 3}


@dataclass(frozen=True, slots=True)
class Said:
    """An outcome in words with its mark."""

    value: str
    mark: str
    word: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    label: str
    citation: str
    before: Said | None
    after: Said | None
    better: bool
    due: tuple[str, ...]   # facts in words, then files


@dataclass(frozen=True, slots=True)
class FactLine:
    key: str
    label: str
    before: str
    after: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed between two assessments, in words."""

    difference: Difference
    outcomes: tuple[ChangeLine, ...]
    facts: tuple[FactLine, ...]

    @property
    def nothing(self) -> bool:
        return not (self.difference.files or self.difference.settings or self.outcomes or self.facts)


@router.get("/cases/{case_id}/changes")
def changes(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str,
            before: str = "", after: str = "") -> Response:
    """Between two assessments of a case; the last two, if none are named."""
    found = services.cases.get(actor, case_id)
    history = services.assessments.history(actor, case_id, limit=50).items
    if len(history) < TWO and not (before and after):
        return page(request, "changes.html", case=found, history=history, changed=None)
    return page(request, "changes.html", case=found, history=history, changed=changed(
        services, actor, language, case_id, before or history[1].id, after or history[0].id))


@router.get("/cases/{case_id}/compare")
def compare(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str
            ) -> Response:
    found = services.cases.get(actor, case_id)
    compared = services.assessments.compare(actor, case_id, None, language) if found.latest else ()
    names = Vocabulary(services.policies.current, language)
    facts = {one.id: [(key, names.fact_label(key)) for key in one.facts] for one in names.policy.criteria}
    return page(request, "compare.html", case=found, types=compared, facts=facts,
                said={outcome.value: said(outcome, language) for outcome in Outcome})


def changed(services: Services, actor: Actor, language: str, case_id: str, before: str, after: str) -> Changed:
    """From one assessment of a case to another, by their ids."""
    difference = services.assessments.diff(actor, case_id, before, after)
    names = Vocabulary(services.policies.current, language)
    return Changed(difference, tuple(_outcome(one, names, difference) for one in difference.outcomes),
                   tuple(_fact(one, names) for one in difference.facts))


def said(outcome: Outcome, language: str) -> Said:
    from assistant.wording.phrases import phrases

    return Said(outcome.value, Wording(language)(f"mark.{outcome.value}"), phrases(language).outcome(outcome))


def _outcome(one: OutcomeChange, names: Vocabulary, difference: Difference) -> ChangeLine:
    language = names.words.language
    labels = {key: names.fact_label(key) for key in one.facts if key in names.policy.facts.facts}
    better = bool(one.before and one.after and RANK[one.after] > RANK[one.before])
    return ChangeLine(names.say.pick(one.label, one.label_en), names.say.citation(one.citation),
                      said(one.before, language) if one.before else None,
                      said(one.after, language) if one.after else None, better,
                      (*labels.values(), *(one.files or difference.settings)))


def _fact(one: FactChange, names: Vocabulary) -> FactLine:
    figures = [names.figure_and_conflict(fact) if fact else "" for fact in (one.before, one.after)]
    return FactLine(one.key, names.say.pick(one.label, one.label_en), figures[0], figures[1], one.files)


