"""What happens to a case, as server-sent events."""
from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from api.http import sse
from api.http.deps import ActorDep, ServicesDep
from api.http.schemas import ROOT, answers

router = APIRouter(prefix=ROOT, tags=["events"])


@router.get("/cases/{case_id}/events", summary="Follow a case", response_class=StreamingResponse,
            responses=answers("event", "not_signed_in", "not_found", media=sse.MEDIA))
async def events(services: ServicesDep, actor: ActorDep, case_id: str,
                 last_event_id: Annotated[str, Header()] = "") -> StreamingResponse:
    """A snapshot first, or what came after the header `Last-Event-ID`; then each event as it happens."""
    return await sse.follow(services, actor, case_id, last_event_id)
