"""Cases."""
from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.schemas import ROOT, CaseChange, NewCase, NewPaperCase, Part, answers, part, sent
from api.service.records import CaseLine, CaseView

router = APIRouter(prefix=ROOT, tags=["cases"])


@router.get("/cases", response_model=Part[CaseLine], summary="The cases that one sees",
            responses=answers("cases", "not_signed_in", "cursor_invalid"))
def cases(services: ServicesDep, actor: ActorDep, after: str | None = None,
          limit: Annotated[int, Query(ge=1, le=200)] = 50,
          search: Annotated[str, Query(max_length=200, description="In title and applicant")] = "") -> dict[str, Any]:
    """The most recently changed first."""
    return part(services.cases.list(actor, after=after, limit=limit, search=search))


@router.post("/cases", response_model=CaseView, status_code=201, summary="Begin a case",
             openapi_extra=sent("new_case"),
             responses=answers("case", "not_signed_in", "forbidden", "unknown_base_type", "date_out_of_range", "csrf",
                               status=201))
def create(services: ServicesDep, actor: ActorDep, body: NewCase) -> CaseView:
    return services.cases.create(actor, base_type=body.base_type, application_date=body.application_date,
                                 title=body.title, applicant=body.applicant)


@router.post("/cases/paper", response_model=CaseView, status_code=201, summary="Register an application on paper",
             openapi_extra=sent("new_paper_case"),
             responses=answers("case", "not_signed_in", "forbidden", "unknown_base_type", "date_out_of_range",
                               "paper_incomplete", "paper_number_taken", "csrf", status=201))
def paper(services: ServicesDep, actor: ActorDep, body: NewPaperCase) -> CaseView:
    """For reviewers and administrators; its scans are added as files, and it is handed in to the worklist."""
    return services.cases.create_paper(actor, **body.model_dump())


@router.post("/cases/demo", response_model=CaseView, status_code=201, summary="Begin a case with the bundled sample",
             responses=answers("case", "not_signed_in", "forbidden", "no_demo", "csrf", status=201))
def demo(services: ServicesDep, actor: ActorDep, language: LanguageDep) -> CaseView:
    """Its assessment is asked for at once."""
    return services.cases.create_demo(actor, language)


@router.get("/cases/{case_id}", response_model=CaseView, summary="A case",
            responses=answers("case", "not_signed_in", "not_found"))
def case(services: ServicesDep, actor: ActorDep, case_id: str) -> CaseView:
    return services.cases.get(actor, case_id)


@router.patch("/cases/{case_id}", response_model=CaseView, summary="Change a case", openapi_extra=sent("case_change"),
              responses=answers("case", "not_signed_in", "not_found", "forbidden", "unknown_base_type",
                                "date_out_of_range", "handed_in", "not_on_paper", "paper_incomplete",
                                "paper_number_taken", "csrf"))
def change(services: ServicesDep, actor: ActorDep, case_id: str, body: CaseChange) -> CaseView:
    """Another base type or date makes the latest assessment stale; ask for a new one."""
    return services.cases.update(actor, case_id, title=body.title, applicant=body.applicant, base_type=body.base_type,
                                 application_date=body.application_date, paper_number=body.paper_number)


@router.delete("/cases/{case_id}", status_code=204, summary="Delete a case with all its texts",
               responses=answers("", "not_signed_in", "not_found", "forbidden", "handed_in_for_good", "csrf"))
def delete(services: ServicesDep, actor: ActorDep, case_id: str) -> None:
    """A draft: one that was handed in is deleted by an administrator."""
    services.cases.delete(actor, case_id)
