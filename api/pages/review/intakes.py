"""Rounds as reviewers see them: made and changed, how far they are, what overlaps, what they come to."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.datastructures import FormData

from api.errors import Failure
from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.review_requests import sent_file
from api.pages.rendering import failure_said, page
from api.pages.review.plots import Bar, Piece, bars
from api.pages.review.worklist import CHECKED
from api.pages.routing import FormDep, PageRoute, field, see
from api.pages.texts import Words, words
from api.service.access import Action, demand, may
from api.service.records import Actor
from api.service.review.intake_records import IntakeLine, IntakeNumbers, IntakeState, NewIntake
from api.service.review_records import CriterionCount, Status
from api.service.services import Services
from assistant.report.labels import Vocabulary
from ingestion.domain import Outcome, Overall

router = APIRouter(route_class=PageRoute, prefix="/review/intakes")
A_PAGE, MOST_GAPS, OVERLAPS = 20, 10, 20
OUTCOMES = ((Outcome.NOT_MET, "not_met"), (Outcome.INSUFFICIENT, "insufficient"), (Outcome.JUDGEMENT, "judgement"),
            (Outcome.MET, "met"))
SHOWN_AGAIN = frozenset({"intake_invalid", "intake_changed", "intake_has_cases", "unknown_base_type"})


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """A criterion of the round's numbers, with where each count leads."""

    citation: str
    label: str
    count: CriterionCount
    links: Mapping[str, str]
    gaps: int


@router.get("")
def intakes(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep,
            after: str | None = None) -> Response:
    return _list(request, services, actor, language, after=after)


@router.post("")
def create(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, form: FormDep) -> Response:
    """What cannot be kept is shown again as it was typed."""
    try:
        made = services.intakes.rounds.create(actor, _new(form))
    except Failure as failure:
        if failure.code not in SHOWN_AGAIN:
            raise
        return _list(request, services, actor, language, failure=failure, typed=_typed(form))
    return see(f"/review/intakes/{made.id}")


@router.get("/{intake_id}")
def intake(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, intake_id: str) -> Response:
    return _one(request, services, actor, language, intake_id)


@router.post("/{intake_id}")
def change(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, form: FormDep,
           intake_id: str) -> Response:
    try:
        services.intakes.rounds.change(actor, intake_id, _new(form), _moment(field(form, "seen")))
    except Failure as failure:
        if failure.code not in SHOWN_AGAIN:
            raise
        return _one(request, services, actor, language, intake_id, failure=failure, typed=_typed(form))
    return see(f"/review/intakes/{intake_id}?saved=1")


@router.get("/{intake_id}/end")
def ask_to_end(request: Request, services: ServicesDep, actor: ActorDep, intake_id: str) -> Response:
    return _ask(request, services, actor, intake_id, "end")


@router.post("/{intake_id}/end")
def end(services: ServicesDep, actor: ActorDep, form: FormDep, intake_id: str) -> Response:
    services.intakes.rounds.end(actor, intake_id, field(form, "reason"))
    return see(f"/review/intakes/{intake_id}")


@router.post("/{intake_id}/reopening")
def reopen(services: ServicesDep, actor: ActorDep, intake_id: str) -> Response:
    services.intakes.rounds.reopen(actor, intake_id)
    return see(f"/review/intakes/{intake_id}")


@router.get("/{intake_id}/delete")
def ask_to_delete(request: Request, services: ServicesDep, actor: ActorDep, intake_id: str) -> Response:
    return _ask(request, services, actor, intake_id, "delete")


@router.post("/{intake_id}/delete")
def delete(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, intake_id: str) -> Response:
    """Nothing was handed in to it: what it was stands in the form, to be made again."""
    gone = services.intakes.rounds.get(actor, intake_id)
    services.intakes.rounds.delete(actor, intake_id)
    return _list(request, services, actor, language, deleted=gone.title, typed={
        "title": gone.title, "base_type": gone.base_type, "opens": gone.opens.isoformat(),
        "closes": gone.closes.isoformat(), "version_id": gone.version_id, "quota": str(gone.quota or ""),
        "note": gone.note})


@router.get("/{intake_id}/export")
def export(services: ServicesDep, actor: ActorDep, language: LanguageDep, intake_id: str) -> Response:
    return sent_file(services.intakes.meeting.workbook(actor, intake_id, language))


@router.get("/{intake_id}/overlaps")
def overlaps(request: Request, services: ServicesDep, actor: ActorDep, intake_id: str, kind: str = "",
             after: str | None = None) -> Response:
    line = services.intakes.rounds.get(actor, intake_id)
    found = services.intakes.summing.overlaps(actor, intake_id, kind=kind, after=after or None, limit=OVERLAPS)
    titles = services.intakes.rounds.titles([one.intake_id for each in found.items for one in each.cases])
    return page(request, "review/overlaps.html", line=line, found=found, kind=kind, titles=titles, later=bool(after),
                kinds=services.intakes.summing.kinds(actor, intake_id))


# ----------------------------------------------------------------------------------------------------------------------

def _list(request: Request, services: Services, actor: Actor, language: str, *, after: str | None = None,
          failure: Failure | None = None, typed: Mapping[str, str] | None = None, deleted: str = "") -> Response:
    found = services.intakes.rounds.list(actor, after=after or None, limit=A_PAGE)
    return page(request, "review/intakes.html", status=failure.status if failure else 200, found=found,
                later=bool(after), policy=services.policies.current, may_run=may(actor, Action.RUN_INTAKES),
                versions=services.intakes.rounds.versions(actor), typed=typed or {}, kinds=_kinds(services, language),
                deleted=deleted, failure=failure_said(request, failure))


def _ask(request: Request, services: Services, actor: Actor, intake_id: str, act: str) -> Response:
    """What it means, once. Failure "forbidden", "intake_over", "intake_has_cases"."""
    demand(actor, Action.RUN_INTAKES)
    line = services.intakes.rounds.get(actor, intake_id)
    if act == "end" and line.state is IntakeState.CLOSED:
        raise Failure("intake_over")
    if act == "delete" and line.cases:
        raise Failure("intake_has_cases")
    return page(request, "review/intake_ask.html", line=line, act=act)


def _one(request: Request, services: Services, actor: Actor, language: str, intake_id: str, *,
         failure: Failure | None = None, typed: Mapping[str, str] | None = None) -> Response:
    """A round with its numbers, plots and gaps, and its form with what was typed."""
    line = services.intakes.rounds.get(actor, intake_id)
    found = services.intakes.summing.numbers(actor, intake_id)
    names, texts = Vocabulary(services.policies.current, language), words(language)
    criteria = _criteria(found, line, names)
    gaps = sorted((one for one in criteria if one.gaps), key=lambda one: -one.gaps)[:MOST_GAPS]
    return page(request, "review/intake.html", status=failure.status if failure else 200, line=line, found=found,
                policy=services.policies.current, may_run=may(actor, Action.RUN_INTAKES), criteria=criteria,
                may_reopen=line.ended is not None and line.closes >= services.intakes.rounds.kept.today(),
                gaps=gaps, versions=services.intakes.rounds.versions(actor), typed=typed or {},
                failure=failure_said(request, failure),
                kinds=_kinds(services, language), plots=_plots(found, criteria, gaps, names, texts), statuses=Status,
                outcomes={one.value: names.say.outcome(one) for one in (*Outcome, *Overall)}, checked=CHECKED,
                facts={one.key: names.fact_label(one.key) for one in found.facts},
                overlap_kinds=services.intakes.summing.kinds(actor, intake_id),
                saved=request.query_params.get("saved", ""), passed=_passed(found), order=OUTCOMES)


def _passed(found: IntakeNumbers) -> int:
    return next((one.cases for one in found.outcomes if one.outcome == Overall.PENDING), 0)


def _criteria(found: IntakeNumbers, line: IntakeLine, names: Vocabulary) -> Sequence[CriterionLine]:
    """In the order of the policy."""
    order = {one.id: place for place, one in enumerate(names.policy.criteria)}
    made = []
    for count in sorted(found.criteria, key=lambda one: order.get(one.criterion, len(order))):
        links = {name: "/review?" + urlencode({"intake": line.id, "criterion": count.criterion, "result": value.value})
                 for value, name in OUTCOMES}
        made.append(CriterionLine(*names.named(count.criterion), count, links, count.not_met + count.insufficient))
    return made


def _plots(found: IntakeNumbers, criteria: Sequence[CriterionLine], gaps: Sequence[CriterionLine], names: Vocabulary,
           texts: Words) -> Mapping[str, Markup]:
    """The drawings of the page; each has its table beside it."""
    outcome = {value: names.say.outcome(value) for value in Outcome}

    def of(name: str, rows: Sequence[Bar], *, whole: bool = False) -> Markup:
        return bars(f"plot-{name}", texts(f"intake.plots.{name}.title"), texts(f"intake.plots.{name}.about"), rows,
                    whole=whole)

    return {
        "status": of("status", [Bar(texts(f"review.status.{one.status.value}"), (Piece(
            f"st-{one.status.value}", texts("intake.cases"), one.cases),)) for one in found.statuses]),
        "criteria": of("criteria", [Bar(f"{one.citation} {one.label}", tuple(Piece(
            value.value, outcome[value], getattr(one.count, name)) for value, name in OUTCOMES))
            for one in criteria], whole=True),
        "gaps": of("gaps", [Bar(f"{one.citation} {one.label}", tuple(
            Piece(value.value, outcome[value], getattr(one.count, name)) for value, name in OUTCOMES[:2]))
            for one in gaps]),
        "times": of("times", [Bar(texts(f"review.status.{one.status.value}"), (
            Piece("accent", texts("intake.median"), one.median, texts("intake.days", days=one.median)),))
            for one in found.times]),
        "readers": of("readers", [Bar(reader_name(one.reader, one.model, texts), (
            Piece("ch-confirmed", texts("intake.kept"), one.kept),
            Piece("ch-corrected", texts("intake.changed_by"), one.changed))) for one in found.readers], whole=True),
    }


def reader_name(reader: str, model: str, texts: Words) -> str:
    return texts("intake.first_reader") if reader == "first" else texts("intake.second_reader", model=model)


def _kinds(services: Services, language: str) -> Mapping[str, str]:
    names = Vocabulary(services.policies.current, language)
    return {one.id: names.base_type(one.id) for one in services.policies.current.base_types}


def _typed(form: FormData) -> dict[str, str]:
    return {name: field(form, name) for name in ("title", "base_type", "opens", "closes", "version_id", "quota",
                                                 "note")}


def _new(form: FormData) -> NewIntake:
    """Failure "intake_invalid" for a day or number that is none."""
    typed: Any = _typed(form)
    days = {}
    for name in ("opens", "closes"):
        try:
            days[name] = date.fromisoformat(typed[name])
        except ValueError as error:
            raise Failure("intake_invalid", name=name) from error
    if typed["quota"] and not typed["quota"].isdecimal():
        raise Failure("intake_invalid", name="quota")
    return NewIntake(typed["title"], typed["base_type"], days["opens"], days["closes"], typed["version_id"],
                     int(typed["quota"]) if typed["quota"] else None, typed["note"])


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise Failure("intake_changed") from error
