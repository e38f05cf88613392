"""Administration → 模型: whether a language model reads, what stands where it differs, budgets, the last exam."""
from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from api.deps import ActorDep, ServicesDep
from api.errors import Failure
from api.pages.admin_frame import admin_page
from api.pages.rendering import failure_said
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.access import Action
from api.service.administration.stored_settings import ReadingSettings
from api.service.records import Actor
from api.service.services import Services
from ingestion.domain import Differ

router = APIRouter(route_class=PageRoute)
NUMBERS = ("at_once", "day_tokens", "user_tokens")


@router.get("/admin/model")
def model(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    return _page(request, services, actor)


@router.get("/admin/model/second")
def means(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    """What it means when the second reader leads; the only place where that is set."""
    return admin_page(request, actor, Action.ADMINISTER, "reading_second.html",
                      state=services.second.readying.state(actor))


@router.post("/admin/model")
def change(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    kept = services.administration.kept
    try:
        at_once, day, user = (int(field(form, name)) for name in NUMBERS)
        kept.put(actor, replace(kept.get(ReadingSettings), enabled=bool(form.get("enabled")), at_once=at_once,
                                day_tokens=day, user_tokens=user, withheld=bool(form.get("withheld"))),
                 field(form, "reason"))
    except ValueError:
        return _page(request, services, actor, failure=Failure("setting_invalid"))
    except Failure as failure:
        if failure.code != "setting_invalid":
            raise
        return _page(request, services, actor, failure=failure)
    return see("/admin/model")


@router.post("/admin/model/differ")
def differ(services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    kept = services.administration.kept
    chosen = Differ.SECOND if field(form, "differ") == Differ.SECOND else Differ.CAUTIOUS
    kept.put(actor, replace(kept.get(ReadingSettings), differ=chosen), field(form, "reason"))
    return see("/admin/model")


@router.post("/admin/model/exam")
def exam(services: ServicesDep, actor: ActorDep) -> Response:
    """The exam is taken in the background; the page says how far it is."""
    services.second.examining.begin(actor)
    return see("/admin/model#exam")


def _page(request: Request, services: Services, actor: Actor, failure: Failure | None = None) -> Response:
    return admin_page(request, actor, Action.ADMINISTER, "reading.html", status=failure.status if failure else 200,
                      failure=failure_said(request, failure),
                      state=services.second.readying.state(actor), examination=services.second.examining.state,
                      reading=services.administration.kept.get(ReadingSettings), numbers=NUMBERS)
