"""The audit as a page: filter, verify, export."""
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.pages.administration.audit_words import AuditWords, rows_said
from api.pages.administration.frame import admin_page
from api.pages.routing import PageRoute
from api.pages.texts import words
from api.service.access import Action
from api.service.administration.administration_records import AuditFilter
from api.service.administration.auditing import FORMATS

router = APIRouter(route_class=PageRoute)
A_PAGE = 50
FIELDS = ("actor", "action", "kind", "object_id", "since", "until")


@router.get("/admin/audit")
def audit(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, after: str | None = None
          ) -> Response:
    """The audit by filter, page by page, verified where that is asked."""
    auditing, wanted = services.administration.auditing, _wanted(request)
    actions, kinds = auditing.choices(actor)
    lines = auditing.list(actor, wanted, after=after, limit=A_PAGE)
    said = AuditWords(words(language), services.policies.current, auditing.people(actor, lines.items))
    return admin_page(
        request, actor, Action.READ_AUDIT, "audit.html", lines=lines, said=said,
        typed={name: request.query_params.get(name, "") for name in FIELDS}, actions=actions, kinds=kinds,
        formats=tuple(FORMATS), later=after is not None,
        watched=services.administration.noting.counts(actor) if not request.query_params else (),
        checked=auditing.verify(actor) if "verify" in request.query_params else None)


@router.get("/admin/audit/export")
def export(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, form: str = "csv"
           ) -> Response:
    """As it is kept; a csv has each row in words beside it."""
    say = rows_said(language, services.policies.current)
    pieces = services.administration.auditing.export(actor, _wanted(request), form, say)
    return StreamingResponse(pieces, media_type=FORMATS[form], headers={
        "Content-Disposition": f'attachment; filename="audit.{form}"'})


def _wanted(request: Request) -> AuditFilter:
    """What the page's form says; a day that is none does not restrict."""
    query = request.query_params
    until = _day(query.get("until", ""))
    actor, action, kind, object_id = (query.get(name, "") for name in FIELDS[:4])
    return AuditFilter(actor, action, kind, object_id, _day(query.get("since", "")),
                       until + timedelta(days=1) if until else None)


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError:
        return None
