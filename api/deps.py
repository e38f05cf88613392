"""Every dependency of the routes as an annotated alias."""
from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.errors import Failure
from api.gate import SESSION
from api.service.records import Actor
from api.service.services import Services


def services_of(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


def visitor_of(request: Request) -> Actor | None:
    """Who asks, None for somebody who has not signed in. The session middleware has looked."""
    found: Actor | None = request.state.actor
    return found


def actor_of(request: Request, visitor: Annotated[Actor | None, Depends(visitor_of)]) -> Actor:
    if visitor is None:
        raise Failure("session_expired" if SESSION in request.cookies else "not_signed_in")
    return visitor


def language_of(request: Request) -> str:
    """"zh" or "en": ?lang=, then the cookie, then Chinese."""
    for chosen in (request.query_params.get("lang"), request.cookies.get("guohe_lang")):
        if chosen in {"zh", "en"}:
            return chosen
    return "zh"


ServicesDep = Annotated[Services, Depends(services_of)]
VisitorDep = Annotated[Actor | None, Depends(visitor_of)]
ActorDep = Annotated[Actor, Depends(actor_of)]
LanguageDep = Annotated[str, Depends(language_of)]
