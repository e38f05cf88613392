"""Handing a case in: what is still open is said once, what was handed in stays to be seen, and is taken back."""
from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.deps import ActorDep, LanguageDep, ServicesDep
from api.errors import Failure
from api.pages.assessments import Changed, changed
from api.pages.rendering import page
from api.pages.routing import FormDep, PageRoute, field, see
from api.service import points
from api.service.records import Actor
from api.service.review.records import Submission
from api.service.services import Services

router = APIRouter(route_class=PageRoute)


@router.get("/cases/{case_id}/submission")
def ask(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str) -> Response:
    """What is still open, and what has changed since the last time, before it is handed in."""
    found = services.cases.get(actor, case_id)
    view = services.assessments.latest(actor, case_id, language)
    if view is None:
        raise Failure("not_assessed")
    if not found.may_change:
        return see(f"/cases/{case_id}")
    stands = services.review.submitting.submission(actor, case_id)
    counts = points.counted(points.open_points(view.result, services.files.list(actor, case_id)))
    return page(request, "submission.html", case=found, counts=counts, seen=view.line.id, submission=stands,
                changed=changed(services, actor, language, case_id, stands.handed.assessment_id, view.line.id)
                if stands else None)


@router.post("/cases/{case_id}/submission")
def submit(services: ServicesDep, actor: ActorDep, case_id: str, form: FormDep) -> Response:
    """Said twice, it is done once."""
    try:
        services.review.submitting.submit(actor, case_id, field(form, "seen"))
    except Failure as failure:
        if failure.code != "submitted_already":
            raise
    return see(f"/cases/{case_id}")


@router.post("/cases/{case_id}/submission/withdraw")
def withdraw(services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    services.review.submitting.withdraw(actor, case_id)
    return see(f"/cases/{case_id}")


@router.get("/cases/{case_id}/submissions")
def submissions(request: Request, services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    """Each receipt with its frozen copy."""
    return page(request, "submissions.html", case=services.cases.get(actor, case_id),
                submissions=services.review.submitting.history(actor, case_id).items, policy=services.policies.current)


def since(services: Services, actor: Actor, language: str, submission: Submission | None) -> Changed | None:
    """What the last submission changed of the one before it; None where there is only one."""
    if submission is None or submission.before is None:
        return None
    return changed(services, actor, language, submission.case_id, submission.before.assessment_id,
                   submission.handed.assessment_id)
