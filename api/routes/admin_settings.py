"""Health, settings, retention and erasure, for administrators."""
from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import Field

from api.http.deps import ActorDep, ServicesDep
from api.http.schemas import ROOT, Body, answers, sent
from api.service.administration.health import HealthPart
from api.service.administration.modelling import ModelState, ModelTest
from api.service.administration.retention import Applied
from api.service.administration.stored_settings import (
    LimitSettings,
    ModelSettings,
    OfficeSettings,
    RetentionSettings,
)
from api.service.records import Role

router = APIRouter(prefix=ROOT, tags=["administration"])
DENIED = ("not_signed_in", "forbidden")


class ModelBody(Body):
    enabled: bool
    url: str = Field("", description="Empty: the endpoint that the server's environment names")
    model: str = ""
    roles: list[Role] = Field(description="Whose questions may go to it")


class LimitBody(Body):
    requests: int
    questions: int
    uploads: int
    assessments: int
    waiting: int = Field(description="How many assessments of one person may wait")
    registrations: int = Field(LimitSettings().registrations, description="From one address")
    all_registrations: int = Field(LimitSettings().all_registrations, description="From all addresses")
    sign_ins: int = Field(LimitSettings().sign_ins, description="From one address")
    all_sign_ins: int = Field(LimitSettings().all_sign_ins, description="From all addresses")


class RetentionBody(Body):
    cases: int = Field(description="Days without a change; 0 keeps them")
    conversations: int
    demos: int


class OfficeBody(Body):
    issuer: str = Field("", description="Who issues supplement letters; empty: the policy's issuer")
    reference: str = Field("", description="How letters are numbered, with {year} and {number}; empty: no number")
    contact: str = ""
    days: int = Field(OfficeSettings().days, description="Working days in which applicants answer")
    zone: str = Field(OfficeSettings().zone, description="The time zone of times on paper")


class Reason(Body):
    reason: str = Field("", description="Stands in the audit")


class CaseDeletion(Body):
    receipt: str = Field(max_length=20, description="The number of its receipt")
    reason: str = Field(description="Stands in the audit")


@dataclass(frozen=True, slots=True)
class SettingsView:
    model: ModelSettings
    limits: LimitSettings
    retention: RetentionSettings
    office: OfficeSettings
    in_force: ModelState


@router.get("/admin/health", response_model=list[HealthPart], summary="How the installation is, part by part",
            responses=answers("health", *DENIED))
def health(services: ServicesDep, actor: ActorDep) -> tuple[HealthPart, ...]:
    return services.administration.health.parts(actor)


@router.get("/admin/settings", response_model=SettingsView, summary="Settings made while the server runs",
            responses=answers("admin_settings", *DENIED))
def settings(services: ServicesDep, actor: ActorDep) -> SettingsView:
    """No secret is among them: the model's key is in the server's environment only."""
    kept, state = services.administration.kept, services.administration.modelling.state(actor)
    return SettingsView(kept.get(ModelSettings), kept.get(LimitSettings), kept.get(RetentionSettings),
                        kept.get(OfficeSettings), state)


@router.put("/admin/settings/model", response_model=SettingsView, summary="Which model may word answers, and for whom",
            openapi_extra=sent("model_settings"),
            responses=answers("admin_settings", *DENIED, "setting_invalid", "model_refused", "csrf"))
def set_model(services: ServicesDep, actor: ActorDep, body: ModelBody) -> SettingsView:
    value = services.administration.modelling.checked(
        ModelSettings(body.enabled, body.url.strip(), body.model.strip(), tuple(body.roles)))
    services.administration.kept.put(actor, value)
    return settings(services, actor)


@router.put("/admin/settings/limits", response_model=SettingsView, summary="What one person may ask for in a minute",
            openapi_extra=sent("limit_settings"),
            responses=answers("admin_settings", *DENIED, "setting_invalid", "csrf"))
def set_limits(services: ServicesDep, actor: ActorDep, body: LimitBody) -> SettingsView:
    services.administration.kept.put(actor, LimitSettings(**body.model_dump()))
    return settings(services, actor)


@router.put("/admin/settings/retention", response_model=SettingsView, summary="When things are deleted by themselves",
            openapi_extra=sent("retention_settings"),
            responses=answers("admin_settings", *DENIED, "setting_invalid", "csrf"))
def set_retention(services: ServicesDep, actor: ActorDep, body: RetentionBody) -> SettingsView:
    services.administration.kept.put(actor, RetentionSettings(**body.model_dump()))
    return settings(services, actor)


@router.put("/admin/settings/office", response_model=SettingsView, summary="Who writes to applicants, by which clock",
            openapi_extra=sent("office_settings"),
            responses=answers("admin_settings", *DENIED, "setting_invalid", "office_invalid", "csrf"))
def set_office(services: ServicesDep, actor: ActorDep, body: OfficeBody) -> SettingsView:
    services.administration.kept.put(actor, OfficeSettings(**body.model_dump()))
    return settings(services, actor)


@router.post("/admin/settings/model/test", response_model=ModelTest, summary="Whether the model answers",
             responses=answers("model_test", *DENIED, "no_model", "csrf"))
def test_model(services: ServicesDep, actor: ActorDep) -> ModelTest:
    """Sends one sentence that holds nothing of anybody's."""
    return services.administration.modelling.test(actor)


@router.get("/admin/retention", response_model=Applied, summary="What the periods would delete now",
            responses=answers("applied", *DENIED))
def preview(services: ServicesDep, actor: ActorDep) -> Applied:
    return services.administration.retention.preview(actor)


@router.post("/admin/retention", response_model=Applied, summary="Delete what is older than its period",
             responses=answers("applied", *DENIED, "csrf"))
def apply(services: ServicesDep, actor: ActorDep) -> Applied:
    return services.administration.retention.apply(actor)


@router.post("/admin/cases/deletion", status_code=204, summary="Delete a case that was handed in",
             openapi_extra=sent("case_deletion"),
             responses=answers("", *DENIED, "not_found", "reason_missing", "csrf"))
def delete_case(services: ServicesDep, actor: ActorDep, body: CaseDeletion) -> None:
    """By the number of its receipt, with a reason; a draft is deleted by its owner."""
    services.administration.retention.delete_case(actor, body.receipt, body.reason)


@router.post("/users/{user_id}/erasure", status_code=204, summary="Erase a person with everything of theirs",
             openapi_extra=sent("reason"),
             responses=answers("", *DENIED, "not_found", "last_administrator", "csrf"))
def erase(services: ServicesDep, actor: ActorDep, user_id: str, body: Reason) -> None:
    """Their cases, conversations and credentials; the audit keeps ids only."""
    services.administration.retention.erase_user(actor, user_id, body.reason)
