"""Health as a page, and the settings of model, limits and retention."""
from __future__ import annotations

from dataclasses import fields

from fastapi import APIRouter, Request, Response

from api.errors import Failure
from api.http.deps import ActorDep, ServicesDep
from api.pages.administration.frame import admin_page
from api.pages.rendering import failure_said
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.access import Action
from api.service.administration.modelling import ModelTest
from api.service.administration.retention import Applied
from api.service.administration.stored_settings import LimitSettings, ModelSettings, OfficeSettings, RetentionSettings
from api.service.records import Role

router = APIRouter(route_class=PageRoute)
LINKS = {"users": "/admin/users", "audit_rows": "/admin/audit"}    # of figures that have a page of their own
MENDED = frozenset({"setting_invalid", "office_invalid", "model_refused", "no_model", "not_found", "reason_missing"})
SECTIONS = {"limits": LimitSettings, "retention": RetentionSettings}


@router.get("/admin")
def health(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    return admin_page(request, actor, Action.ADMINISTER, "health.html",
                      parts=services.administration.health.parts(actor), links=LINKS)


@router.get("/admin/settings")
def settings(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    return _page(request, services, actor)


@router.post("/admin/settings/model")
def set_model(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    roles = tuple(one for one in Role if form.get(f"role-{one}"))
    try:
        value = services.administration.modelling.checked(
            ModelSettings(bool(form.get("enabled")), field(form, "url"), field(form, "model"), roles))
        services.administration.kept.put(actor, value, field(form, "reason"))
    except Failure as failure:
        return _refused(request, services, actor, failure)
    return see("/admin/settings#model")


@router.post("/admin/settings/model/test")
def test_model(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    try:
        return _page(request, services, actor, tested=services.administration.modelling.test(actor))
    except Failure as failure:
        return _refused(request, services, actor, failure)


@router.post("/admin/settings/office")
def set_office(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    typed = {name: field(form, name) for name in ("issuer", "reference", "contact", "zone")}
    try:
        services.administration.kept.put(actor, OfficeSettings(days=number_of(field(form, "days")), **typed),
                                         field(form, "reason"))
    except Failure as failure:
        return _refused(request, services, actor, failure)
    return see("/admin/settings#office")


@router.post("/admin/settings/{section}")
def set_numbers(request: Request, services: ServicesDep, actor: ActorDep, section: str, form: FormDep) -> Response:
    """The numbers of one section; what its form does not ask for stays as it is."""
    if section not in SECTIONS:
        raise Failure("not_found")
    kind = SECTIONS[section]
    try:
        now = services.administration.kept.get(kind)   # of what the form does not ask for
        value = kind(**{one.name: number_of(field(form, one.name)) if one.name in form else getattr(now, one.name)
                        for one in fields(kind)})
        services.administration.kept.put(actor, value, field(form, "reason"))
    except Failure as failure:
        return _refused(request, services, actor, failure)
    return see(f"/admin/settings#{section}")


@router.post("/admin/retention/apply")
def apply(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    return _page(request, services, actor, applied=services.administration.retention.apply(actor))


@router.post("/admin/cases/deletion")
def delete_case(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """One that was handed in, by its receipt."""
    try:
        services.administration.retention.delete_case(actor, field(form, "receipt"), field(form, "reason"))
    except Failure as failure:
        return _refused(request, services, actor, failure)
    return _page(request, services, actor, deleted=True)


@router.get("/admin/users/{user_id}/erase")
def ask_to_erase(request: Request, services: ServicesDep, actor: ActorDep, user_id: str) -> Response:
    return admin_page(request, actor, Action.MANAGE_USERS, "erase.html", one=services.accounts.user(actor, user_id))


@router.post("/admin/users/{user_id}/erase")
def erase(services: ServicesDep, actor: ActorDep, user_id: str, form: FormDep) -> Response:
    services.administration.retention.erase_user(actor, user_id, field(form, "reason"))
    return see("/admin/users")


def number_of(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise Failure("setting_invalid")
    return int(text)


def _refused(request: Request, services: ServicesDep, actor: ActorDep, failure: Failure) -> Response:
    if failure.code not in MENDED:
        raise failure
    return _page(request, services, actor, status=failure.status,
                 failure=failure_said(request, failure))


def _page(request: Request, services: ServicesDep, actor: ActorDep, *, status: int = 200, failure: str = "",
          tested: ModelTest | None = None, applied: Applied | None = None, deleted: bool = False) -> Response:
    given = services.administration
    state, kept = given.modelling.state(actor), given.kept
    numbers = {name: {one.name: getattr(kept.get(kind), one.name) for one in fields(kind)}
               for name, kind in SECTIONS.items()}
    return admin_page(request, actor, Action.ADMINISTER, "settings.html", status=status, failure=failure,
                      model=kept.get(ModelSettings), state=state, roles=tuple(Role), numbers=numbers, tested=tested,
                      office=kept.get(OfficeSettings), issuer=services.policies.current.issuer,
                      applied=applied, deleted=deleted, preview=given.retention.preview(actor))
