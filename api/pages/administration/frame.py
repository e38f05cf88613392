"""What the pages of administration share: which of them somebody may open."""
from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from api.pages.rendering import page
from api.service.access import Action, demand, may
from api.service.records import Actor

TABS = (("health", "/admin", Action.ADMINISTER), ("users", "/admin/users", Action.MANAGE_USERS),
        ("audit", "/admin/audit", Action.READ_AUDIT), ("settings", "/admin/settings", Action.ADMINISTER),
        ("model", "/admin/model", Action.ADMINISTER), ("notices", "/admin/notices", Action.ADMINISTER),
        ("webhooks", "/admin/webhooks", Action.ADMINISTER))


def tabs(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Name and address of the pages that `actor` may open."""
    return tuple((name, address) for name, address, action in TABS if may(actor, action))


def admin_page(request: Request, actor: Actor, action: Action, template: str, /, *, status: int = 200,
               **values: Any) -> Response:
    """The template with the tabs above it. Failure "forbidden"."""
    demand(actor, action)
    return page(request, f"admin/{template}", status=status, tabs=tabs(actor), **values)
