"""The first page, the demo, and what a visitor prefers: language and theme."""
from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.deps import ActorDep, ServicesDep, VisitorDep
from api.pages.rendering import THEME_COOKIE, THEMES, page
from api.pages.routing import PageRoute, inside, see
from api.service.access import Action, may
from api.service.records import Role

router = APIRouter(route_class=PageRoute)
A_YEAR = 365 * 24 * 3600
LANGUAGES = ("zh", "en")
MOST_RECENT = 5
# What is one click away from the first page, by role.
WORK: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.REVIEWER: (("review", "/review"),),
    Role.AUDITOR: (("audit", "/admin/audit"), ("review", "/review")),
    Role.POLICY_STAFF: (("versions", "/policy/versions"), ("questions", "/policy/questions")),
    Role.ADMINISTRATOR: (("health", "/admin"), ("users", "/admin/users")),
}


@router.get("/")
def home(request: Request, services: ServicesDep, visitor: VisitorDep) -> Response:
    recent = services.cases.list(visitor, limit=MOST_RECENT).items if visitor else ()
    return page(request, "home.html", policy=services.policies.current, recent=recent,
                work=WORK.get(visitor.role, ()) if visitor else (),
                may_create=visitor is not None and may(visitor, Action.CREATE_CASE),
                first=services.accounts.empty() if visitor is None else False)


@router.post("/demo")
def demo(services: ServicesDep, actor: ActorDep) -> Response:
    return see(f"/cases/{services.cases.create_demo(actor).id}")


@router.get("/demo")
def demo_page(request: Request, services: ServicesDep, _actor: ActorDep) -> Response:
    """Where a sign-in that was asked for by the demo's button comes back to."""
    return page(request, "demo.html", policy=services.policies.current)


@router.get("/preferences")
def preferences(request: Request) -> Response:
    """Language and theme, kept in cookies of their own; nothing else changes."""
    answer = see(inside(request.query_params.get("next", "/")))
    for name, cookie, allowed in (("lang", "guohe_lang", LANGUAGES), ("theme", THEME_COOKIE, THEMES)):
        if request.query_params.get(name) in allowed:
            answer.set_cookie(cookie, request.query_params[name], max_age=A_YEAR, samesite="lax", path="/")
    return answer
