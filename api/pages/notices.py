"""What a person was told, and what they want to be told: in the page, by mail, at once or once a day."""
from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.deps import ActorDep, ServicesDep
from api.pages.rendering import page
from api.pages.routing import FormDep, PageRoute, see
from api.service.notice_records import CHOSEN, OFFICE, Choices, Kind
from api.service.records import Actor, Role

router = APIRouter(route_class=PageRoute)
A_PAGE = 50


@router.get("/notices")
def notices(request: Request, services: ServicesDep, actor: ActorDep, after: str = "") -> Response:
    return page(request, "notices.html", found=services.notices.list(actor, after=after or None, limit=A_PAGE),
                choices=services.notices.choices(actor), kinds=_kinds(actor), mails=services.notices.mails,
                later=bool(after), saved=bool(request.query_params.get("saved")))


@router.get("/notices/{notice_id}")
def opened(services: ServicesDep, actor: ActorDep, notice_id: str) -> Response:
    """Goes on to what it tells of; it is read from now on."""
    return see(services.notices.open(actor, notice_id))


@router.post("/notices/read")
def read(services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """Those that the page showed, so that none is marked that came in between."""
    services.notices.read(actor, [str(one) for one in form.getlist("notice")])
    return see("/notices")


@router.post("/notices/choices")
def choose(services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    before, shown = services.notices.choices(actor), _kinds(actor)
    page_kinds, mail = (tuple(one for one in CHOSEN if (form.get(f"{way}-{one}") if one in shown else one in kept))
                        for way, kept in (("page", before.page), ("mail", before.mail)))
    services.notices.choose(actor, Choices(page_kinds, mail if services.notices.mails else before.mail,
                                           form.get("digest") == "1" if services.notices.mails else before.digest))
    return see("/notices?saved=1#choices")


def _kinds(actor: Actor) -> tuple[Kind, ...]:
    """What somebody of this role can be told at all."""
    return tuple(one for one in CHOSEN if actor.role is Role.REVIEWER or one not in OFFICE)
