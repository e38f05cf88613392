"""Webhooks, for administrators."""
from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.deps import ActorDep, ServicesDep
from api.http.schemas import ROOT, Body, Part, answers, part, sent
from api.service.webhooks.webhook_records import SUBSCRIBED, DeliveryView, Kind, WebhookView

router = APIRouter(prefix=f"{ROOT}/webhooks", tags=["webhooks"])


class NewWebhook(Body):
    url: str = Field(description="https, or http within a network that GUOHE_WEBHOOK_NETWORKS names")
    kinds: list[Kind] = Field(default=list(SUBSCRIBED), max_length=10)
    note: str = Field("", max_length=200)


class WebhookChange(Body):
    """What is left out stays as it is."""

    url: str | None = None
    kinds: list[Kind] | None = Field(None, max_length=10)
    note: str | None = Field(None, max_length=200)
    active: bool | None = None
    new_secret: bool = False


@router.get("", response_model=list[WebhookView], summary="All webhooks",
            responses=answers("webhooks", "not_signed_in", "forbidden"))
def webhooks(services: ServicesDep, actor: ActorDep) -> tuple[WebhookView, ...]:
    return services.webhooks.list(actor)


@router.post("", response_model=WebhookView, status_code=201, summary="Tell another program of changes",
             openapi_extra=sent("new_webhook"),
             responses=answers("webhook", "not_signed_in", "forbidden", "webhook_url", "too_many_webhooks", "csrf",
                               status=201))
def create(services: ServicesDep, actor: ActorDep, body: NewWebhook) -> WebhookView:
    """Messages are signed as Standard Webhooks has it; the secret is in this answer only."""
    return services.webhooks.create(actor, body.url, body.kinds, body.note)


@router.patch("/{webhook_id}", response_model=WebhookView, summary="Change a webhook, or switch it off",
              openapi_extra=sent("webhook_change"),
              responses=answers("webhook", "not_signed_in", "forbidden", "not_found", "webhook_url", "csrf"))
def change(services: ServicesDep, actor: ActorDep, webhook_id: str, body: WebhookChange) -> WebhookView:
    return services.webhooks.change(actor, webhook_id, **body.model_dump())


@router.delete("/{webhook_id}", status_code=204, summary="End a webhook, with its messages",
               responses=answers("", "not_signed_in", "forbidden", "not_found", "csrf"))
def delete(services: ServicesDep, actor: ActorDep, webhook_id: str) -> None:
    services.webhooks.delete(actor, webhook_id)


@router.post("/{webhook_id}/ping", response_model=DeliveryView, status_code=202, summary="Try a webhook",
             responses=answers("delivery", "not_signed_in", "forbidden", "not_found", "csrf", status=202))
def ping(services: ServicesDep, actor: ActorDep, webhook_id: str) -> DeliveryView:
    return services.webhooks.ping(actor, webhook_id)


@router.get("/{webhook_id}/deliveries", response_model=Part[DeliveryView], summary="What became of its messages",
            responses=answers("deliveries", "not_signed_in", "forbidden", "not_found", "cursor_invalid"))
def deliveries(services: ServicesDep, actor: ActorDep, webhook_id: str, after: str | None = None,
               limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """The newest first."""
    return part(services.webhooks.deliveries(actor, webhook_id, after=after, limit=limit))


@router.post("/{webhook_id}/deliveries/{delivery_id}", response_model=DeliveryView, status_code=202,
             summary="Send a message again",
             responses=answers("delivery", "not_signed_in", "forbidden", "not_found", "csrf", status=202))
def again(services: ServicesDep, actor: ActorDep, webhook_id: str, delivery_id: str) -> DeliveryView:
    return services.webhooks.again(actor, webhook_id, delivery_id)
