"""What was asked about the policy, and answers that a person approved."""
from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.http.deps import ActorDep, ServicesDep
from api.http.schemas import ROOT, Body, Part, answers, part, sent
from api.service.policies.version_records import ApprovedView, AskedLine, ClauseUse

router = APIRouter(prefix=ROOT, tags=["policy staff"])
READS = ("not_signed_in", "forbidden")


class Thumb(Body):
    up: bool
    comment: str = Field("", max_length=500)


class NewAnswer(Body):
    question: str
    answer: str
    ref: str = Field(max_length=40, description="第八条 or 第八条（二）")
    quote: str = Field("", description="Words of the clause, letter by letter; empty: the whole clause")


@router.post("/turns/{turn_id}/rating", status_code=204, summary="Say whether an answer was good",
             openapi_extra=sent("rating"), responses=answers("", "not_signed_in", "not_found", "csrf"))
def rate(services: ServicesDep, actor: ActorDep, turn_id: str, body: Thumb) -> Response:
    """One's own answers; the last word counts."""
    services.policy_work.questions.rate(actor, turn_id, up=body.up, comment=body.comment)
    return Response(status_code=204)


@router.get("/policy/questions", response_model=Part[AskedLine], summary="Questions that want a person's answer",
            responses=answers("policy_questions", *READS, "cursor_invalid"))
def wanting(services: ServicesDep, actor: ActorDep, after: str | None = None,
            limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """Nothing was found, or somebody was not content. Nobody is named; questions about cases are not told."""
    return part(services.policy_work.questions.wanting(actor, after=after, limit=limit))


@router.delete("/policy/questions/{same}", status_code=204, summary="Take a question off the list",
               responses=answers("", *READS, "not_found", "csrf"))
def settle(services: ServicesDep, actor: ActorDep, same: str) -> Response:
    services.policy_work.questions.settle(actor, same)
    return Response(status_code=204)


@router.get("/policy/clause-questions", response_model=list[ClauseUse], summary="What was asked about each clause",
            responses=answers("clause_questions", *READS))
def clauses(services: ServicesDep, actor: ActorDep) -> tuple[ClauseUse, ...]:
    return services.policy_work.questions.clauses(actor)


@router.get("/policy/approved-answers", response_model=Part[ApprovedView], summary="Answers that a person approved",
            responses=answers("approved_answers", *READS, "cursor_invalid"))
def approved(services: ServicesDep, actor: ActorDep, after: str | None = None,
             limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    return part(services.policy_work.answers.list(actor, after=after, limit=limit))


@router.post("/policy/approved-answers", response_model=ApprovedView, status_code=201,
             summary="Answer a question from now on", openapi_extra=sent("new_approved_answer"),
             responses=answers("approved_answer", *READS, "not_found", "quote_missing", "answer_empty", "csrf",
                               status=201))
def approve(services: ServicesDep, actor: ActorDep, body: NewAnswer) -> ApprovedView:
    """Given, and named as a person's, to every question that is the same one, until its clause changes."""
    return services.policy_work.answers.approve(actor, body.question, body.answer, body.ref, body.quote)


@router.delete("/policy/approved-answers/{answer_id}", response_model=ApprovedView, summary="Withdraw an answer",
               responses=answers("approved_answer", *READS, "not_found", "csrf"))
def withdraw(services: ServicesDep, actor: ActorDep, answer_id: str) -> ApprovedView:
    return services.policy_work.answers.withdraw(actor, answer_id)
