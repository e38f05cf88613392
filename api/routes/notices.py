"""Notices: one's own, what one wants to be told, and (for administrators) how they leave the installation."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.deps import ActorDep, ServicesDep
from api.http.schemas import ROOT, Body, Part, answers, part, sent
from api.service.administration.stored_settings import NoticeSettings
from api.service.notice_records import CHOSEN, Choices, DispatchView, Kind, NoticeView, State, Way, WayView

router = APIRouter(prefix=ROOT, tags=["notices"])
DENIED = ("not_signed_in", "forbidden")


class ReadBody(Body):
    ids: list[str] | None = Field(None, max_length=200, description="Null: all of them")


class ChoicesBody(Body):
    page: list[Kind] = Field(default=list(CHOSEN), max_length=20)
    mail: list[Kind] = Field(default=list(Choices().mail), max_length=20)
    digest: bool = Field(False, description="Mail once a day")


class NoticeSettingsBody(Body):
    robots: list[Kind] = Field(max_length=20, description="What groups are told by their robots")
    days: int = Field(NoticeSettings().days, description="Working days before a deadline that it is told; 0 for never")
    hour: int = Field(NoticeSettings().hour, description="Of the office's day, at which a digest is sent")


@dataclass(frozen=True, slots=True)
class WaysView:
    """No address with a key and no password is among it."""

    ways: tuple[WayView, ...]
    settings: NoticeSettings


@router.get("/notices", response_model=Part[NoticeView], summary="What one was told",
            responses=answers("notices", "not_signed_in", "cursor_invalid"))
def notices(services: ServicesDep, actor: ActorDep, after: str | None = None,
            limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """The newest first. They hold receipts, deadlines and states, and nothing of an application."""
    return part(services.notices.list(actor, after=after, limit=limit))


@router.post("/notices/read", status_code=204, summary="Mark notices as read", openapi_extra=sent("notices_read"),
             responses=answers("", "not_signed_in", "csrf"))
def read(services: ServicesDep, actor: ActorDep, body: ReadBody) -> None:
    services.notices.read(actor, body.ids)


@router.get("/notices/choices", response_model=Choices, summary="What one wants to be told, and how",
            responses=answers("notice_choices", "not_signed_in"))
def choices(services: ServicesDep, actor: ActorDep) -> Choices:
    return services.notices.choices(actor)


@router.put("/notices/choices", response_model=Choices, summary="Choose what one is told, and how",
            openapi_extra=sent("notice_choices"), responses=answers("notice_choices", "not_signed_in", "csrf"))
def choose(services: ServicesDep, actor: ActorDep, body: ChoicesBody) -> Choices:
    return services.notices.choose(actor, Choices(tuple(body.page), tuple(body.mail), body.digest))


@router.get("/admin/notices", response_model=WaysView, summary="How notices leave the installation",
            responses=answers("notice_ways", *DENIED))
def ways(services: ServicesDep, actor: ActorDep) -> WaysView:
    """What is set up, what waits and failed, the last problem and when it is tried again."""
    return WaysView(services.notices.state(actor), services.administration.kept.get(NoticeSettings))


@router.put("/admin/notices", response_model=WaysView, summary="What groups are told, and when deadlines are",
            openapi_extra=sent("notice_settings"),
            responses=answers("notice_ways", *DENIED, "setting_invalid", "csrf"))
def set_notices(services: ServicesDep, actor: ActorDep, body: NoticeSettingsBody) -> WaysView:
    services.notices.set(actor, NoticeSettings(tuple(one.value for one in body.robots), body.days, body.hour))
    return ways(services, actor)


@router.get("/admin/notices/messages", response_model=Part[DispatchView], summary="What became of messages",
            responses=answers("notice_messages", *DENIED, "cursor_invalid"))
def messages(services: ServicesDep, actor: ActorDep, way: Way | None = None, state: State | None = None,
             after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """The newest first; kept for 30 days after their end."""
    return part(services.notices.dispatches(actor, way=way, state=state, after=after, limit=limit))


@router.post("/admin/notices/messages/{dispatch_id}/again", response_model=DispatchView, summary="Send it at once",
             responses=answers("notice_message", *DENIED, "not_found", "csrf"))
def again(services: ServicesDep, actor: ActorDep, dispatch_id: str) -> DispatchView:
    """From the beginning of its attempts; one that arrived is not sent twice."""
    return services.notices.again(actor, dispatch_id)


@router.post("/admin/notices/ways/{way}/trial", response_model=DispatchView, status_code=202, summary="Try a way",
             responses=answers("notice_message", *DENIED, "no_way", "csrf", status=202))
def trial(services: ServicesDep, actor: ActorDep, way: Way) -> DispatchView:
    """By mail to oneself, by a robot to its group."""
    return services.notices.trial(actor, way)
