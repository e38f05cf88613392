"""A version of the policy by its labels: status, period, thresholds, wording; the files behind are a detail."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from api.errors import Failure
from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.pages.rendering import failure_said, page
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.governance.form_records import FormChange, FormPart
from api.service.governance.forms import FIELDS, TIMES
from api.service.records import Actor
from api.service.services import Services
from assistant.wording.phrases import phrases
from assistant.wording.texts import load

router = APIRouter(route_class=PageRoute, prefix="/policy/versions/{version_id}/forms")
STATUSES = Path(__file__).parents[2] / "language" / "policy_statuses.yaml"
OTHER = "other"
SHOWN_AGAIN = frozenset({"policy_field", "policy_amount", "policy_reword", "policy_changed"})


@router.get("")
def forms(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, version_id: str) -> Response:
    return _all(request, services, actor, language, version_id)


@router.get("/criterion/{criterion}")
def criterion(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, version_id: str,
              criterion: str) -> Response:
    return _one(request, services, actor, language, version_id, criterion)


@router.post("/{part}")
@router.post("/{part}/{name}")
def save(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, form: FormDep,
         version_id: str, part: FormPart, name: str = "") -> Response:
    """What cannot be saved is shown again as it was typed, with what is wrong."""
    values = _values(part, form)
    try:
        services.policy_work.versions.mend_form(actor, version_id, field(form, "digest"), FormChange(
            part, name, values, bool(field(form, "reword"))))
    except Failure as failure:
        if failure.code not in SHOWN_AGAIN:
            raise
        again = _one if part is FormPart.CRITERION else _all
        args = (request, services, actor, language, version_id, *((name,) if part is FormPart.CRITERION else ()))
        return again(*args, failure=failure, typed={(part.value, name): values})
    back = f"/policy/versions/{version_id}/forms"
    return see(f"{back}?saved={part}#{'criterion-' + name if part is FormPart.CRITERION else part}")


Typed = Mapping[tuple[str, str], Mapping[str, str]]


def _all(request: Request, services: Services, actor: Actor, language: str, version_id: str, *,
         failure: Failure | None = None, typed: Typed | None = None) -> Response:
    view = services.policy_work.versions.forms(actor, version_id)
    statuses = load(STATUSES)
    chosen = next((key for key, pair in statuses.items() if view.head and pair[0] == view.head.status), OTHER)
    return page(request, "policy/forms.html", status=failure.status if failure else 200, view=view, line=view.line,
                failure=failure_said(request, failure), typed=typed or {}, statuses=statuses, chosen=chosen,
                times=TIMES, cited=phrases(language).citation, saved=request.query_params.get("saved", ""))


def _one(request: Request, services: Services, actor: Actor, language: str, version_id: str, criterion: str, *,
         failure: Failure | None = None, typed: Typed | None = None) -> Response:
    """One criterion as a form, with what was typed and why it was refused."""
    view = services.policy_work.versions.forms(actor, version_id)
    one = next((each for each in view.criteria if each.id == criterion), None)
    if one is None:
        raise Failure("not_found")
    version = services.policy_work.versions.get(actor, version_id)
    return page(request, "policy/criterion.html", status=failure.status if failure else 200, view=view, line=view.line,
                one=one, failure=failure_said(request, failure),
                typed=(typed or {}).get((FormPart.CRITERION.value, criterion), {}), cited=phrases(language).citation,
                problems=[each for each in version.problems if each.criterion == criterion])


def _values(part: FormPart, form: FormData) -> dict[str, str]:
    """What was typed, by field; a usual status stands for its words in both languages."""
    values = {name: field(form, name) for name in FIELDS[part] if isinstance(form.get(name), str)}
    usual = load(STATUSES).get(field(form, "usual_status")) if part is FormPart.HEAD else None
    return values | ({"status": usual[0], "status_en": usual[1]} if usual else {})
