"""Server-sent events (WHATWG HTML, 9.2): how an event is written, and a stream of them kept alive.

Our own because sse-starlette would save some ten lines and take over how the server ends; a stream ends after a while,
so that its reader says anew who it is.
"""
from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.service.records import Actor, Event
from api.service.services import Services

MEDIA = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
HEARTBEAT = 15.0      # seconds: proxies keep a stream that says something
LONGEST = 600.0       # seconds, then the browser comes again and says anew who it is


async def follow(services: Services, actor: Actor, case_id: str, last: str) -> StreamingResponse:
    """What happens to a case: a snapshot, or what came after the event `last`; then each event as it happens."""
    await run_in_threadpool(services.cases.get, actor, case_id)
    stream = services.events.subscribe(actor, case_id, int(last) if last.isdigit() else None)
    return StreamingResponse(written(stream), media_type=MEDIA, headers=HEADERS)


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


async def _next(stream: AsyncIterator[Event]) -> Event:
    return await anext(stream)


def piece(kind: str, data: object, number: int | None = None) -> str:
    """One event as it is sent."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"
