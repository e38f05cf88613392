"""Users, their roles, and invitations."""
from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.errors import Failure
from api.http.deps import ActorDep, ServicesDep
from api.pages.administration.frame import admin_page
from api.pages.rendering import failure_said
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.access import Action
from api.service.records import InvitationView, Role

router = APIRouter(route_class=PageRoute)
A_PAGE = 50
STATES = {"active": True, "shut_out": False}


@router.get("/admin/users")
def users(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    return _page(request, services, actor)


@router.get("/admin/users/{user_id}")
def user(request: Request, services: ServicesDep, actor: ActorDep, user_id: str) -> Response:
    return admin_page(request, actor, Action.MANAGE_USERS, "user.html", one=services.accounts.user(actor, user_id),
                      roles=tuple(Role), failure="", link="", hours=0)


@router.post("/admin/users/{user_id}")
def change(request: Request, services: ServicesDep, actor: ActorDep, user_id: str, form: FormDep) -> Response:
    """Role and whether they may sign in, with a reason for the audit."""
    role, active = field(form, "role"), field(form, "active")
    try:
        services.accounts.change(actor, user_id, role=Role(role) if role in set(Role) else None,
                                 active=STATES.get(active), reason=field(form, "reason"))
    except Failure as failure:
        if failure.code != "last_administrator":
            raise
        return admin_page(request, actor, Action.MANAGE_USERS, "user.html", status=failure.status,
                          one=services.accounts.user(actor, user_id), roles=tuple(Role), link="", hours=0,
                          failure=failure_said(request, failure))
    return see("/admin/users")


@router.post("/admin/invitations")
def invite(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """The link is shown this once."""
    role = field(form, "role")
    try:
        made = services.accounts.invite(actor, field(form, "email"),
                                        Role(role) if role in set(Role) else Role.APPLICANT)
    except Failure as failure:
        if failure.code != "email_invalid":
            raise
        return _page(request, services, actor, status=failure.status,
                     failure=failure_said(request, failure))
    return _page(request, services, actor, made=made)


@router.post("/admin/invitations/{invitation_id}/withdraw")
def withdraw(services: ServicesDep, actor: ActorDep, invitation_id: str) -> Response:
    services.accounts.withdraw(actor, invitation_id)
    return see("/admin/users")


def _page(request: Request, services: ServicesDep, actor: ActorDep, *, made: InvitationView | None = None,
          failure: str = "", status: int = 200) -> Response:
    """Users by filter, open invitations, and the link of one that was just made."""
    query = request.query_params
    search, role, state = (query.get(name, "") for name in ("q", "role", "state"))
    found = services.accounts.users(actor, after=query.get("after"), limit=A_PAGE, search=search,
                                    role=Role(role) if role in set(Role) else None, active=STATES.get(state))
    link = ""
    if made is not None:
        base = services.settings.base_url or str(request.base_url).rstrip("/")
        link = f"{base}/invitation/{made.secret}"
    return admin_page(request, actor, Action.MANAGE_USERS, "users.html", status=status, users=found, search=search,
                      role=role, state=state, states=tuple(STATES), roles=tuple(Role), later="after" in query,
                      invitations=services.accounts.open_invitations(actor), link=link, failure=failure)
