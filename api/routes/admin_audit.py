"""The audit, for administrators and auditors."""
from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.schemas import ROOT, Part, answers, part
from api.pages.administration.audit_words import rows_said
from api.service.administration.administration_records import AuditFilter, AuditLine, Verification
from api.service.administration.auditing import FORMATS

router = APIRouter(prefix=ROOT, tags=["administration"])


def _wanted(actor: Annotated[str, Query(description="An id or an e-mail address")] = "", action: str = "",
            kind: str = "", object_id: str = "", since: datetime | None = None, until: datetime | None = None
            ) -> AuditFilter:
    return AuditFilter(actor, action, kind, object_id, _aware(since), _aware(until))


WantedDep = Annotated[AuditFilter, Depends(_wanted)]


@router.get("/audit", response_model=Part[AuditLine], summary="Who did what",
            responses=answers("audit", "not_signed_in", "forbidden", "cursor_invalid"))
def audit(services: ServicesDep, actor: ActorDep, wanted: WantedDep, after: str | None = None,
          limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """The newest first; for administrators and auditors."""
    return part(services.administration.auditing.list(actor, wanted, after=after, limit=limit))


@router.get("/audit/verification", response_model=Verification, summary="Whether the audit is whole",
            responses=answers("verification", "not_signed_in", "forbidden"))
def verification(services: ServicesDep, actor: ActorDep) -> Verification:
    """Each row is hashed over the one before; `broken` is the first that is not as it was written."""
    return services.administration.auditing.verify(actor)


@router.get("/audit/export", response_class=StreamingResponse, summary="The audit as a file",
            responses={**answers("", "not_signed_in", "forbidden", "unknown_format"),
                       200: {"content": {"text/csv": {"example": "id,at,actor_id,role,action,…"}}}})
def export(services: ServicesDep, actor: ActorDep, language: LanguageDep, wanted: WantedDep, form: str = "csv"
           ) -> StreamingResponse:
    """As `csv`, each row in words too, or `jsonl`; the oldest row first."""
    say = rows_said(language, services.policies.current)
    pieces = services.administration.auditing.export(actor, wanted, form, say)
    return StreamingResponse(pieces, media_type=FORMATS[form], headers={
        "Content-Disposition": f'attachment; filename="audit.{form}"'})


def _aware(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
