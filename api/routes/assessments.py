"""Assessments of a case: asked for, listed, compared, reported."""
from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from api.http import schemas
from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.schemas import ROOT, DifferenceBody, Part, answers, part
from api.service.records import AssessmentLine, JobView, TypeComparison

router = APIRouter(prefix=ROOT, tags=["assessments"])
LATEST = "latest"


@router.post("/cases/{case_id}/assessments", response_model=JobView, status_code=202, summary="Ask for an assessment",
             responses=answers("job", "not_signed_in", "not_found", "forbidden", "handed_in", "no_files", "csrf",
                               status=202))
def start(services: ServicesDep, actor: ActorDep, case_id: str) -> JobView:
    """Of the case as it is now. Follow it by the case's events, or by its job."""
    return services.assessments.start(actor, case_id)


@router.get("/cases/{case_id}/job", response_model=JobView | None, summary="The assessment asked for last",
            responses=answers("job", "not_signed_in", "not_found"))
def job(services: ServicesDep, actor: ActorDep, case_id: str) -> JobView | None:
    return services.assessments.job(actor, case_id)


@router.get("/cases/{case_id}/assessments", response_model=Part[AssessmentLine], summary="The assessments of a case",
            responses=answers("assessments", "not_signed_in", "not_found", "cursor_invalid"))
def history(services: ServicesDep, actor: ActorDep, case_id: str, after: str | None = None,
            limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """The newest first."""
    return part(services.assessments.history(actor, case_id, after=after, limit=limit))


@router.get("/cases/{case_id}/assessments/{assessment_id}", summary="An assessment", response_class=Response,
            responses=answers("assessment", "not_signed_in", "not_found", "not_assessed"))
def assessment(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str,
               assessment_id: str) -> Response:
    """`latest`, or an id. The same body as `guohe assess --json`, as it was when it was made."""
    body = services.assessments.body(actor, case_id, _named(assessment_id), language)
    return Response(body, media_type="application/json")


@router.get("/cases/{case_id}/assessments/{assessment_id}/comparison", response_model=list[TypeComparison],
            summary="Every base type on the same documents",
            responses=answers("comparison", "not_signed_in", "not_found", "not_assessed"))
def comparison(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str,
               assessment_id: str) -> tuple[TypeComparison, ...]:
    """The closest first, with what each still lacks."""
    return services.assessments.compare(actor, case_id, _named(assessment_id), language)


@router.get("/cases/{case_id}/difference", response_model=DifferenceBody,
            summary="What changed between two assessments",
            responses=answers("difference", "not_signed_in", "not_found"))
def difference(services: ServicesDep, actor: ActorDep, case_id: str, before: str, after: str) -> DifferenceBody:
    """And because of which files. Facts have the shape that they have in an assessment."""
    found = services.assessments.diff(actor, case_id, before, after)
    return schemas.difference(found, services.policies.of(found.policy))


@router.get("/cases/{case_id}/assessments/{assessment_id}/report", summary="The review form", response_class=Response,
            responses={**answers("", "not_signed_in", "not_found", "not_assessed", "unknown_report"),
                       200: {"content": {"application/pdf": {"example": "（审查意见表）"}}}})
def report(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str, assessment_id: str,
           kind: Literal["docx", "pdf", "json"] = "docx") -> Response:
    found = services.reports.render(actor, case_id, _named(assessment_id), kind, language)
    return Response(found.content, media_type=found.media_type, headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"})


def _named(assessment_id: str) -> str | None:
    return None if assessment_id == LATEST else assessment_id
