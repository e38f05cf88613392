"""Users and invitations, for administrators."""
from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import ActorDep, ServicesDep
from api.schemas import NewInvitation, Part, UserChange, answers, part, sent
from api.service.records import InvitationView, UserView

router = APIRouter(tags=["people"])


@router.get("/users", response_model=Part[UserView], summary="All users",
            responses=answers("users", "not_signed_in", "forbidden", "cursor_invalid"))
def users(services: ServicesDep, actor: ActorDep, after: str | None = None,
          limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    return part(services.accounts.users(actor, after=after, limit=limit))


@router.patch("/users/{user_id}", response_model=UserView, summary="Change a user's role, or let them in or not",
              openapi_extra=sent("user_change"),
              responses=answers("user", "not_signed_in", "forbidden", "not_found", "last_administrator", "csrf"))
def change_user(services: ServicesDep, actor: ActorDep, user_id: str, body: UserChange) -> UserView:
    """What is left out stays."""
    return services.accounts.change(actor, user_id, role=body.role, active=body.active)


@router.post("/invitations", response_model=InvitationView, status_code=201, summary="Invite somebody",
             openapi_extra=sent("new_invitation"),
             responses=answers("invitation", "not_signed_in", "forbidden", "email_invalid", "csrf", status=201))
def invite(services: ServicesDep, actor: ActorDep, body: NewInvitation) -> InvitationView:
    """The link is {base_url}/invitation/{secret}; the secret is shown this once."""
    return services.accounts.invite(actor, body.email, body.role)


@router.get("/invitations/{secret}", response_model=InvitationView, summary="An invitation that can still be used",
            responses=answers("invitation", "invitation_invalid"))
def invitation(services: ServicesDep, secret: str) -> InvitationView:
    return services.accounts.invitation(secret)
