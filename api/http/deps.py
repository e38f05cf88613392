"""Every dependency of the routes as an annotated alias. They wait for nothing, so they are asked where the server
listens and not in a thread, which would cost each request more than they do.
"""
from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.errors import Failure
from api.service.accounts import passwords
from api.service.accounts.credentials import SESSION
from api.service.administration.limits import neighbourhood
from api.service.records import Actor, SignedIn
from api.service.services import Services


def services_of(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


async def visitor_of(request: Request) -> Actor | None:
    """Who asks, None for somebody who has not signed in. The session middleware has looked."""
    found: Actor | None = request.state.actor
    return found


async def actor_of(request: Request, visitor: Annotated[Actor | None, Depends(visitor_of)]) -> Actor:
    if visitor is None:
        raise Failure("session_expired" if SESSION in request.cookies else "not_signed_in")
    return visitor


def address_of(request: Request) -> str:
    """Where it comes from, as the proxies that the settings trust say it: alike for one household."""
    return neighbourhood(request.client.host if request.client else "")


async def signed_in(request: Request, email: str, password: str) -> SignedIn:
    """Failure "sign_in_busy", and those of `Accounts.sign_in`. The gate has counted it."""
    accounts = services_of(request).accounts
    if wait := await run_in_threadpool(accounts.patience, email):
        await asyncio.sleep(wait)
    return await passwords.apart(partial(accounts.sign_in, email, password, address=address_of(request),
                                         agent=request.headers.get("user-agent", "")))


async def registered(request: Request, email: str, name: str, password: str, invitation: str) -> SignedIn:
    """The same, and those of `Accounts.register`."""
    accounts = services_of(request).accounts
    return await passwords.apart(partial(accounts.register, email, name, password, invitation=invitation,
                                         agent=request.headers.get("user-agent", "")))


def language_of(request: Request) -> str:
    """"zh" or "en": ?lang=, then the cookie, then Chinese."""
    for chosen in (request.query_params.get("lang"), request.cookies.get("guohe_lang")):
        if chosen in {"zh", "en"}:
            return chosen
    return "zh"


async def _services(request: Request) -> Services:
    return services_of(request)


async def _language(request: Request) -> str:
    return language_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
VisitorDep = Annotated[Actor | None, Depends(visitor_of)]
ActorDep = Annotated[Actor, Depends(actor_of)]
LanguageDep = Annotated[str, Depends(_language)]
