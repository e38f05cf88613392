"""Webhooks: who is told of changes, and what became of the messages."""
from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.errors import Failure
from api.http.deps import ActorDep, ServicesDep
from api.pages.administration.frame import admin_page
from api.pages.rendering import failure_said
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.access import Action
from api.service.webhooks.webhook_records import SUBSCRIBED, Kind, WebhookView

router = APIRouter(route_class=PageRoute)
SHOWN = 50
MENDED = ("webhook_url", "too_many_webhooks")   # failures that are shown beside the form


@router.get("/admin/webhooks")
def webhooks(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    return _page(request, services, actor)


@router.post("/admin/webhooks")
def create(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """The secret is shown this once."""
    kinds = [one for one in SUBSCRIBED if field(form, one.name.lower())]
    try:
        made = services.webhooks.create(actor, field(form, "url"), kinds, field(form, "note"))
    except Failure as failure:
        if failure.code not in MENDED:
            raise
        return _page(request, services, actor, status=failure.status, url=field(form, "url"),
                     failure=failure_said(request, failure))
    return _page(request, services, actor, made=made)


@router.get("/admin/webhooks/{webhook_id}")
def webhook(request: Request, services: ServicesDep, actor: ActorDep, webhook_id: str, after: str = "") -> Response:
    one = _one(services.webhooks.list(actor), webhook_id)
    return admin_page(request, actor, Action.ADMINISTER, "webhook.html", one=one,
                      messages=services.webhooks.deliveries(actor, webhook_id, after=after or None, limit=SHOWN),
                      later=bool(after))


@router.post("/admin/webhooks/{webhook_id}/{what}")
def change(request: Request, services: ServicesDep, actor: ActorDep, webhook_id: str, what: str) -> Response:
    """`what`: on, off, secret, ping, delete."""
    hooks = services.webhooks
    match what:
        case "on" | "off":
            hooks.change(actor, webhook_id, active=what == "on")
        case "secret":
            return _page(request, services, actor, made=hooks.change(actor, webhook_id, new_secret=True))
        case "ping":
            hooks.ping(actor, webhook_id)
        case "delete":
            hooks.delete(actor, webhook_id)
            return see("/admin/webhooks")
        case _:
            raise Failure("not_found")
    return see(f"/admin/webhooks/{webhook_id}")


@router.post("/admin/webhooks/{webhook_id}/messages/{delivery_id}")
def again(services: ServicesDep, actor: ActorDep, webhook_id: str, delivery_id: str) -> Response:
    """Send a message once more."""
    services.webhooks.again(actor, webhook_id, delivery_id)
    return see(f"/admin/webhooks/{webhook_id}")


def _page(request: Request, services: ServicesDep, actor: ActorDep, *, status: int = 200, failure: str = "",
          url: str = "", made: WebhookView | None = None) -> Response:
    return admin_page(request, actor, Action.ADMINISTER, "webhooks.html", status=status, failure=failure, url=url,
                      made=made, hooks=services.webhooks.list(actor), kinds=tuple(Kind(one) for one in SUBSCRIBED))


def _one(hooks: tuple[WebhookView, ...], webhook_id: str) -> WebhookView:
    for one in hooks:
        if one.id == webhook_id:
            return one
    raise Failure("not_found")
