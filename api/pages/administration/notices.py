"""How notices leave the installation: what is set up, what waits, what failed and when it is tried again."""
from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.errors import Failure
from api.http.deps import ActorDep, ServicesDep
from api.pages.administration.frame import admin_page
from api.pages.administration.settings import number_of
from api.pages.rendering import failure_said
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.access import Action
from api.service.administration.stored_settings import NoticeSettings
from api.service.notice_records import CHOSEN, State, Way
from api.service.records import Actor
from api.service.services import Services

router = APIRouter(route_class=PageRoute)
SHOWN = 50


@router.get("/admin/notices")
def notices(request: Request, services: ServicesDep, actor: ActorDep, after: str = "", way: Way | None = None,
            state: State | None = None) -> Response:
    return _page(request, services, actor, after=after, way=way, state=state)


@router.post("/admin/notices")
def save(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """Which robots tell what, and how long before a deadline; refused values are said on the page."""
    robots = tuple(one.value for one in CHOSEN if form.get(f"robots-{one}"))
    try:
        value = NoticeSettings(robots, number_of(field(form, "days")), number_of(field(form, "hour")))
        services.notices.set(actor, value, field(form, "reason"))
    except Failure as failure:
        if failure.code != "setting_invalid":
            raise
        return _page(request, services, actor, status=failure.status,
                     failure=failure_said(request, failure))
    return see("/admin/notices")


@router.post("/admin/notices/trial/{way}")
def trial(services: ServicesDep, actor: ActorDep, way: str) -> Response:
    if way not in {one.value for one in Way}:
        raise Failure("not_found")
    services.notices.trial(actor, Way(way))
    return see("/admin/notices#messages")


@router.post("/admin/notices/messages/{dispatch_id}")
def again(services: ServicesDep, actor: ActorDep, dispatch_id: str) -> Response:
    """Send a message at once."""
    services.notices.again(actor, dispatch_id)
    return see("/admin/notices#messages")


def _page(request: Request, services: Services, actor: Actor, *, status: int = 200, failure: str = "", after: str = "",
          way: Way | None = None, state: State | None = None) -> Response:
    found = services.notices
    messages = found.dispatches(actor, way=way, state=state, after=after or None, limit=SHOWN)
    onward = {name: value for name, value in (("after", messages.after), ("way", way), ("state", state)) if value}
    return admin_page(request, actor, Action.ADMINISTER, "notices.html", status=status, failure=failure,
                      ways=found.state(actor), messages=messages, later=bool(after), kinds=CHOSEN,
                      onward=onward, narrowed={"way": way or "", "state": state or ""},
                      given=services.administration.kept.get(NoticeSettings))
