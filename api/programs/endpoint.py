"""The tools by HTTP (MCP, streamable HTTP) at /mcp: each request stands by itself, with the API token that it brings.

Nothing of it is imported before the first request. The gate has looked at the token before.
"""
from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from api.errors import Failure
from api.gate.handlers import as_json
from api.http.deps import language_of
from api.service.services import Services

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

log = logging.getLogger(__name__)

PATH = "/mcp"


class Endpoint:
    """An ASGI application. `close` ends what a first request began."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._manager: asyncio.Task[StreamableHTTPSessionManager] | None = None
        self._holder: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        actor = request.state.actor
        if actor is None or not actor.token_id:  # a page's cookie is no program's key
            await as_json(Failure("token_needed"))(scope, receive, send)
            return
        if self._manager is None:
            self._manager = asyncio.ensure_future(self._begin())
        manager = await asyncio.shield(self._manager)
        await manager.handle_request(scope, receive, send)

    async def close(self) -> None:
        if self._holder is not None:
            self._holder.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._holder
        self._manager = self._holder = None

    async def _begin(self) -> StreamableHTTPSessionManager:
        """Starts what serves the protocol, in a task that holds it."""
        manager = await asyncio.to_thread(self._made)
        running: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def hold() -> None:
            """What the manager starts belongs to one task, from its beginning to its end."""
            async with manager.run():
                running.set_result(None)
                await asyncio.Event().wait()

        self._holder = asyncio.ensure_future(hold())
        await running
        return manager

    def _made(self) -> StreamableHTTPSessionManager:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from api.programs import server

        made = server.installed(self._desk)
        return StreamableHTTPSessionManager(made._lowlevel_server, json_response=True, stateless=True)

    def _desk(self, context: Any) -> Any:
        from api.programs.backends import InstalledDesk

        request = context.request_context.request
        return InstalledDesk(self._services, request.state.actor, language_of(request))
