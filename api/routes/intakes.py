"""Rounds of applications: what applicants can hand in to, and what reviewers make of what was handed in."""
from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.review_requests import sent_file
from api.http.schemas import ROOT, Body, Part, answers, part, sent
from api.service.review.intake_records import IntakeLine, IntakeNumbers, KindCount, NewIntake, OfferedIntake, Overlap

router = APIRouter(prefix=ROOT, tags=["rounds"])
ONE = "/review/intakes/{intake_id}"
READS = ("not_signed_in", "forbidden", "not_found")
WRITES = (*READS, "intake_invalid", "unknown_base_type", "csrf")


class IntakeBody(Body):
    """Both days inclusive, in the office's time. Without a version: the policy in force."""

    title: str = Field(max_length=200)
    base_type: str = Field(max_length=64)
    opens: date
    closes: date
    version_id: str = Field("", max_length=32)
    quota: int | None = None
    note: str = ""

    def record(self) -> NewIntake:
        return NewIntake(self.title, self.base_type, self.opens, self.closes, self.version_id, self.quota, self.note)


class ChangedIntake(IntakeBody):
    seen: datetime = Field(description="Its `changed` as it was looked at")


@router.get("/intakes", response_model=list[OfferedIntake], summary="Rounds that are open or to come",
            responses=answers("intakes_offered", "not_signed_in"))
def offered(services: ServicesDep, actor: ActorDep,
            base_type: Annotated[str, Query(max_length=64)] = "") -> tuple[OfferedIntake, ...]:
    """All of them: there are few."""
    _ = actor
    return services.intakes.rounds.offered(base_type)


@router.get("/cases/{case_id}/intake", response_model=OfferedIntake | None, summary="The round of a case",
            responses=answers("intake_offered", "not_signed_in", "not_found"))
def of_case(services: ServicesDep, actor: ActorDep, case_id: str) -> OfferedIntake | None:
    """Null for one that was handed in to none."""
    services.cases.get(actor, case_id)
    return services.intakes.rounds.of_case(actor, case_id)


@router.get("/review/intakes", response_model=Part[IntakeLine], summary="Rounds",
            responses=answers("intakes", "not_signed_in", "forbidden", "cursor_invalid"))
def intakes(services: ServicesDep, actor: ActorDep, after: str | None = None,
            limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """Those that opened last first."""
    return part(services.intakes.rounds.list(actor, after=after, limit=limit))


@router.post("/review/intakes", response_model=IntakeLine, status_code=201, summary="Open a round",
             openapi_extra=sent("new_intake"), responses=answers("intake", *WRITES, status=201))
def create(services: ServicesDep, actor: ActorDep, body: IntakeBody) -> IntakeLine:
    """Cases of its type are handed in to it from its first day to the end of its last."""
    return services.intakes.rounds.create(actor, body.record())


@router.get(ONE, response_model=IntakeLine, summary="One round", responses=answers("intake", *READS))
def intake(services: ServicesDep, actor: ActorDep, intake_id: str) -> IntakeLine:
    return services.intakes.rounds.get(actor, intake_id)


@router.put(ONE, response_model=IntakeLine, summary="Change a round", openapi_extra=sent("changed_intake"),
            responses=answers("intake", *WRITES, "intake_changed", "intake_has_cases"))
def change(services: ServicesDep, actor: ActorDep, intake_id: str, body: ChangedIntake) -> IntakeLine:
    return services.intakes.rounds.change(actor, intake_id, body.record(), body.seen)


@router.post(f"{ONE}/end", response_model=IntakeLine, summary="Close a round now",
             responses=answers("intake", *READS, "intake_over", "csrf"))
def end(services: ServicesDep, actor: ActorDep, intake_id: str,
        reason: Annotated[str, Query(max_length=2_000)] = "") -> IntakeLine:
    return services.intakes.rounds.end(actor, intake_id, reason)


@router.post(f"{ONE}/reopening", response_model=IntakeLine, summary="Take back that a round was closed early",
             responses=answers("intake", *READS, "intake_over", "intake_goes_on", "csrf"))
def reopen(services: ServicesDep, actor: ActorDep, intake_id: str) -> IntakeLine:
    """Until its last day has passed."""
    return services.intakes.rounds.reopen(actor, intake_id)


@router.delete(ONE, status_code=204, summary="Delete a round that nothing was handed in to",
               responses=answers("", *READS, "intake_has_cases", "csrf"))
def delete(services: ServicesDep, actor: ActorDep, intake_id: str) -> None:
    services.intakes.rounds.delete(actor, intake_id)


@router.get(f"{ONE}/numbers", response_model=IntakeNumbers, summary="What a round comes to",
            responses=answers("intake_numbers", *READS))
def numbers(services: ServicesDep, actor: ActorDep, intake_id: str) -> IntakeNumbers:
    """By status, outcome, criterion; how long cases stayed in each status; how often persons changed which reader."""
    return services.intakes.summing.numbers(actor, intake_id)


@router.get(f"{ONE}/overlaps", response_model=Part[Overlap], summary="What is claimed more than once",
            responses=answers("intake_overlaps", *READS, "cursor_invalid"))
def overlaps(services: ServicesDep, actor: ActorDep, intake_id: str,
             kind: Annotated[str, Query(max_length=20)] = "", after: str | None = None,
             limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """By cases of the round, and by any other case that was handed in; what most cases share first."""
    return part(services.intakes.summing.overlaps(actor, intake_id, kind=kind, after=after, limit=limit))


@router.get(f"{ONE}/overlaps/kinds", response_model=list[KindCount], summary="How much of each kind is",
            responses=answers("intake_kinds", *READS))
def kinds(services: ServicesDep, actor: ActorDep, intake_id: str) -> tuple[KindCount, ...]:
    return services.intakes.summing.kinds(actor, intake_id)


@router.get(f"{ONE}/export", summary="The round as a workbook for the meeting", response_class=Response,
            responses={**answers("", *READS),
                       200: {"content": {"application/octet-stream": {"example": "（xlsx）"}}}})
def export(services: ServicesDep, actor: ActorDep, language: LanguageDep, intake_id: str) -> Response:
    """Landscape pages with borders and repeated heads: the cases, the criteria, what overlaps."""
    return sent_file(services.intakes.meeting.workbook(actor, intake_id, language))
