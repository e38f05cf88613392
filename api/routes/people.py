"""Users and invitations, for administrators."""
from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.http.deps import ActorDep, ServicesDep
from api.http.schemas import ROOT, NewInvitation, Part, UserChange, answers, part, sent
from api.service.accounts.recovery import ResetView
from api.service.records import InvitationView, Role, UserView

router = APIRouter(prefix=ROOT, tags=["people"])


@router.get("/users", response_model=Part[UserView], summary="All users",
            responses=answers("users", "not_signed_in", "forbidden", "cursor_invalid"))
def users(services: ServicesDep, actor: ActorDep, search: str = "", role: Role | None = None,
          active: bool | None = None, after: str | None = None,
          limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """The newest first; `search` looks in names and addresses."""
    return part(services.accounts.users(actor, after=after, limit=limit, search=search, role=role, active=active))


@router.patch("/users/{user_id}", response_model=UserView, summary="Change a user's role, or let them in or not",
              openapi_extra=sent("user_change"),
              responses=answers("user", "not_signed_in", "forbidden", "not_found", "last_administrator", "csrf"))
def change_user(services: ServicesDep, actor: ActorDep, user_id: str, body: UserChange) -> UserView:
    """What is left out stays."""
    return services.accounts.change(actor, user_id, role=body.role, active=body.active, reason=body.reason)


@router.post("/users/{user_id}/reset", response_model=ResetView, status_code=201,
             summary="Make a link with which a user sets their password",
             responses=answers("reset", "not_signed_in", "forbidden", "not_found", "csrf", status=201))
def make_reset(services: ServicesDep, actor: ActorDep, user_id: str) -> ResetView:
    """The link is {base_url}/reset/{secret}; it works once, and the secret is shown this once."""
    return services.administration.recovery.by_hand(actor, user_id)


@router.post("/invitations", response_model=InvitationView, status_code=201, summary="Invite somebody",
             openapi_extra=sent("new_invitation"),
             responses=answers("invitation", "not_signed_in", "forbidden", "email_invalid", "csrf", status=201))
def invite(services: ServicesDep, actor: ActorDep, body: NewInvitation) -> InvitationView:
    """The link is {base_url}/invitation/{secret}; the secret is shown this once."""
    return services.accounts.invite(actor, body.email, body.role)


@router.get("/invitations", response_model=list[InvitationView], summary="Invitations that nobody has used yet",
            responses=answers("invitations", "not_signed_in", "forbidden"))
def invitations(services: ServicesDep, actor: ActorDep) -> tuple[InvitationView, ...]:
    """The hundred newest, without their secrets."""
    return services.accounts.open_invitations(actor)


@router.delete("/invitations/{invitation_id}", status_code=204, summary="Withdraw an invitation",
               responses=answers("", "not_signed_in", "forbidden", "not_found", "csrf"))
def withdraw(services: ServicesDep, actor: ActorDep, invitation_id: str) -> None:
    services.accounts.withdraw(actor, invitation_id)


@router.get("/invitations/{secret}", response_model=InvitationView, summary="An invitation that can still be used",
            responses=answers("invitation", "invitation_invalid"))
def invitation(services: ServicesDep, secret: str) -> InvitationView:
    return services.accounts.invitation(secret)
