"""What happens to a case, as server-sent events: the page follows its files, facts and assessments by them."""
from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.deps import ActorDep, ServicesDep
from api.pages.routing import PageRoute
from api.service.records import Event

router = APIRouter(route_class=PageRoute)
HEARTBEAT = 15.0  # seconds: proxies keep a stream that says something
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("/cases/{case_id}/events")
async def events(request: Request, services: ServicesDep, actor: ActorDep, case_id: str) -> StreamingResponse:
    await run_in_threadpool(services.cases.get, actor, case_id)
    last = request.headers.get("last-event-id", "")
    stream = services.events.subscribe(actor, case_id, int(last) if last.isdigit() else None)
    return StreamingResponse(_written(stream), media_type="text/event-stream", headers=HEADERS)


async def _written(stream: AsyncIterator[Event]) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    waiting: asyncio.Future[Event] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(stream))
            await asyncio.wait({waiting}, timeout=HEARTBEAT)
            if not waiting.done():
                yield ": still here\n\n"
                continue
            event, waiting = waiting.result(), None
            yield piece(event.kind, event.data, event.id)
    except StopAsyncIteration:
        return
    finally:
        if waiting is not None:
            waiting.cancel()


def piece(kind: str, data: object, number: int | None = None) -> str:
    """One event as it is sent."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
