"""The second reader: how a case's second reading stands, what it leaves to a person, and its settings."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.schemas import ROOT, Body, answers, sent
from api.service.administration.stored_settings import ReadingSettings
from api.service.second_reader.reading_records import CheckItem, ReaderFact, Readiness, SecondView, Standing
from ingestion.domain import Agreement, Differ

router = APIRouter(prefix=ROOT, tags=["second reader"])
PATH = "/cases/{case_id}/second-reading"
USUAL = ("not_signed_in", "not_found")
DENIED = ("not_signed_in", "forbidden")


class CheckBody(BaseModel):
    """A fact that is left to a person, or was (`settled`). `first`, `second`: as each reader has it, null where it
    found nothing. `raises_first`, `raises_second`: criteria that become met when that figure is taken."""

    key: str
    label: str
    label_en: str
    agreement: Agreement
    verified: bool
    why: list[str]
    first: dict[str, Any] | None
    second: dict[str, Any] | None
    settled: bool
    raises_first: list[str]
    raises_second: list[str]


class SecondBody(BaseModel):
    standing: Standing
    why: str = Field(description="Where no model reads here: disabled, no_model, unprepared, unexamined, "
                                 "other_policy, failed_exam, too_slow, obeyed")
    host: str = Field(description="Where the documents' text goes, without personal identifiers")
    model: str
    prompt: str
    differ: Differ | None
    exam: float | None
    withheld: bool
    withheld_by_default: bool
    done: int
    total: int
    foreseen: int = Field(description="Tokens that the reading under way, or one that may be asked for, is expected to "
                                      "need; estimated")
    foreseen_requests: int | None = Field(description="0: everything was answered before; null: not known")
    foreseen_seconds: float | None = Field(description="Estimated; null where nothing was measured")
    pace: str = Field(description="What the seconds are estimated from: readings, exam, or nothing")
    tokens: int
    estimated: bool
    requests: int
    seconds: float
    created: datetime | None
    error: str
    error_en: str
    failed: list[str]
    orders: list[str]
    dropped: int
    agreed: int
    facts: int
    left: int
    items: list[CheckBody]
    may_ask: bool
    may_withhold: bool


class WithholdBody(Body):
    withheld: bool | None = Field(None, description="Null: as the installation has it")


class ReadingBody(Body):
    enabled: bool
    differ: Differ
    day_tokens: int = Field(0, description="Of all on one day; 0 for no limit")
    user_tokens: int = 0
    at_once: int = Field(2, description="Requests of one process at a time")
    withheld: bool = Field(False, description="Keep cases from the model unless their owner says otherwise")


class ReadingView(BaseModel):
    settings: ReadingSettings
    in_force: Readiness


@router.get(PATH, response_model=SecondBody, summary="The second reading of a case, and what it leaves to check",
            responses=answers("second_reading", *USUAL))
def second(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str) -> SecondBody:
    """For whoever sees the case. Reviewers see what was settled, too."""
    return body(services.second.view(actor, case_id, language))


@router.post(PATH, response_model=SecondBody, status_code=202, summary="Let the model read a case as it was assessed",
             responses=answers("second_reading", *USUAL, "forbidden", "not_assessed", "stale", "withheld",
                               "reader_disabled", "reader_no_model", "reader_unexamined", "reader_failed_exam",
                               "reader_unprepared", "reader_other_policy", "reader_too_slow",
                               "reader_obeyed", "csrf", status=202))
def ask(services: ServicesDep, actor: ActorDep, case_id: str) -> SecondBody:
    """Again, where it failed, was cancelled or is outdated. What was answered before is not asked again."""
    return body(services.second.ask(actor, case_id))


@router.delete(PATH, status_code=204, summary="Cancel the second reading that is under way",
               responses=answers("", *USUAL, "forbidden", "nothing_to_cancel", "csrf"))
def cancel(services: ServicesDep, actor: ActorDep, case_id: str) -> None:
    services.second.cancel(actor, case_id)


@router.put("/cases/{case_id}/model", response_model=SecondBody, summary="Keep a case from the model, or let it read",
            openapi_extra=sent("withhold"), responses=answers("second_reading", *USUAL, "forbidden", "csrf"))
def withhold(services: ServicesDep, actor: ActorDep, case_id: str, wanted: WithholdBody) -> SecondBody:
    """By its owner. A reading that is under way ends."""
    return body(services.second.withhold(actor, case_id, wanted.withheld))


@router.get("/admin/settings/reading", response_model=ReadingView, summary="Whether and how a model reads",
            responses=answers("reading_settings", *DENIED))
def settings(services: ServicesDep, actor: ActorDep) -> ReadingView:
    """With its last exam, and why it may not read where that is so."""
    in_force = services.second.readying.state(actor)
    return ReadingView(settings=services.administration.kept.get(ReadingSettings), in_force=in_force)


@router.put("/admin/settings/reading", response_model=ReadingView, summary="Set whether and how a model reads",
            openapi_extra=sent("reading_settings_new"),
            responses=answers("reading_settings", *DENIED, "setting_invalid", "csrf"))
def change(services: ServicesDep, actor: ActorDep, chosen: ReadingBody) -> ReadingView:
    services.administration.kept.put(actor, ReadingSettings(**chosen.model_dump()))
    return settings(services, actor)


@router.post("/admin/settings/reading/exam", status_code=204, summary="Examine the configured model",
             responses=answers("", *DENIED, "no_model", "csrf"))
def examine(services: ServicesDep, actor: ActorDep) -> None:
    """In the background; how it went stands in the settings."""
    services.second.examining.begin(actor)


def body(view: SecondView) -> SecondBody:
    told = {name: getattr(view, name) for name in SecondBody.model_fields if name != "items"}
    return SecondBody(**told, items=[_item(one) for one in view.items])


def _item(one: CheckItem) -> CheckBody:
    return CheckBody(key=one.key, label=one.label, label_en=one.label_en, agreement=one.agreement,
                     verified=one.verified, why=list(one.why), first=_fact(one.first), second=_fact(one.second),
                     settled=one.settled, raises_first=list(one.raises_first), raises_second=list(one.raises_second))


def _fact(one: ReaderFact | None) -> dict[str, Any] | None:
    from assistant.report import serialising

    return {"low": one.low, "high": one.high, "conflict": one.conflict,
            "evidence": [serialising.evidence(piece) for piece in one.evidence]} if one is not None else None
