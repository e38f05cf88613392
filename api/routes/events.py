"""What happens to a case, as server-sent events."""
from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.deps import ActorDep, ServicesDep
from api.schemas import answers
from api.service.records import Event

router = APIRouter(tags=["events"])
HEARTBEAT = 15.0      # seconds: proxies keep a stream that says something
LONGEST = 600.0       # seconds, then the browser comes again and says anew who it is
STREAM = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
MEDIA = "text/event-stream"


@router.get("/cases/{case_id}/events", summary="Follow a case", response_class=StreamingResponse,
            responses=answers("event", "not_signed_in", "not_found", media=MEDIA))
async def events(services: ServicesDep, actor: ActorDep, case_id: str,
                 last_event_id: Annotated[str, Header()] = "") -> StreamingResponse:
    """A snapshot first, or what came after the header `Last-Event-ID`; then each event as it happens."""
    await run_in_threadpool(services.cases.get, actor, case_id)
    stream = services.events.subscribe(actor, case_id, int(last_event_id) if last_event_id.isdigit() else None)
    return StreamingResponse(written(stream), media_type=MEDIA, headers=STREAM)


async def written(stream: AsyncIterator[Event]) -> AsyncIterator[str]:
    """Events as they are sent, with a sign of life while nothing happens."""
    began = time.monotonic()
    yield "retry: 2000\n\n"
    waiting: asyncio.Task[Event] | None = None
    try:
        while time.monotonic() - began < LONGEST:
            waiting = waiting or asyncio.ensure_future(_next(stream))
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
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await waiting


def piece(kind: str, data: object, number: int | None = None) -> str:
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


async def _next(stream: AsyncIterator[Event]) -> Event:
    return await anext(stream)
