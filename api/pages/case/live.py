"""What happens to a case, as server-sent events: the page follows its files, facts and assessments by them."""
from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from api.http import sse
from api.http.deps import ActorDep, ServicesDep
from api.pages.routing import PageRoute

router = APIRouter(route_class=PageRoute)


@router.get("/cases/{case_id}/events")
async def events(request: Request, services: ServicesDep, actor: ActorDep, case_id: str) -> StreamingResponse:
    return await sse.follow(services, actor, case_id, request.headers.get("last-event-id", ""))
