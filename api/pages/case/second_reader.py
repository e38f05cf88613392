"""The second reading of a case: asked for, cancelled, kept away; and what its pages show of it."""
from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.http.deps import ActorDep, ServicesDep
from api.pages.rendering import wants_json
from api.pages.results.second_view import SecondShown, shown
from api.pages.routing import FormDep, PageRoute, field, inside, see
from api.service.records import Actor, AssessmentView
from api.service.review_records import ReviewView
from api.service.services import Services
from ingestion.domain import Assessment

router = APIRouter(route_class=PageRoute)


@router.post("/cases/{case_id}/second-reading")
def ask(request: Request, services: ServicesDep, actor: ActorDep, case_id: str, form: FormDep) -> Response:
    view = services.second.ask(actor, case_id)
    if wants_json(request):
        return JSONResponse({"standing": view.standing.value})
    return see(_back(form, case_id))


@router.post("/cases/{case_id}/second-reading/cancel")
def cancel(services: ServicesDep, actor: ActorDep, case_id: str, form: FormDep) -> Response:
    services.second.cancel(actor, case_id)
    return see(_back(form, case_id))


@router.post("/cases/{case_id}/model")
def withhold(services: ServicesDep, actor: ActorDep, case_id: str, form: FormDep) -> Response:
    """Keep the case from the model, or let it read."""
    services.second.withhold(actor, case_id, field(form, "withheld") == "1")
    return see(_back(form, case_id))


def of_case(services: Services, actor: Actor, view: AssessmentView | None, case_id: str, language: str
            ) -> SecondShown | None:
    """For the applicants' page of a case; None where there is nothing to say."""
    found = services.second.view(actor, case_id, language)
    if view is None:
        return None
    return shown(found, services.policies.of(view.policy), case_id, view.file_ids, language,
                 agreement=agreements(view.result), versions={}, standing=frozenset(view.result.facts))


def of_review(services: Services, actor: Actor, view: ReviewView, language: str) -> SecondShown:
    """For whoever reviews the case."""
    found = services.second.view(actor, view.case.id, language)
    return shown(found, services.policies.of(view.policy), view.case.id, view.file_ids, language,
                 agreement=agreements(view.machine), versions={one.key: one.version for one in view.facts},
                 standing=frozenset(one.key for one in view.facts if one.person is not None))


def agreements(result: Assessment) -> Mapping[str, str]:
    """How both readers lie to each other, fact by fact; "unverified" where they agree and code could not verify it."""
    reading = result.second
    if reading is None:
        return {}
    return {key: "unverified" if lie.value == "agree" and not reading.facts[key].verified else lie.value
            for key, lie in reading.agreement.items()}


def _back(form: FormDep, case_id: str) -> str:
    return inside(field(form, "back"), f"/cases/{case_id}")
