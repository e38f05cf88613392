"""The composition root of the web application."""
from __future__ import annotations

import gzip
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.formparsers import MultiPartParser
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api import __version__, routes
from api.gate import handlers, metrics, outages
from api.gate.gate import Gate
from api.gate.watching import Watching
from api.http.admission import Admissions
from api.http.schemas import described
from api.programs import endpoint
from api.routes import openai
from api.service.environment.settings import Settings
from api.service.services import Services, build
from api.telemetry import traces
from ingestion.parsing.sandbox import wall

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "web" / "static"
YEAR = 31_536_000
PACKED = frozenset({".css", ".js", ".svg"})
SPOOLED = 64_000   # bytes of an uploaded file in memory; more of it goes to the disk as it comes
SOON = 1         # seconds after which jobs that are starting have started
PATIENCE = 2.0   # seconds that the jobs wait for a first request
_ANY_DAY = date(2025, 6, 30)


class _Described(FastAPI):
    def openapi(self) -> dict[str, Any]:
        return described(super().openapi())


def create_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """The application: `app.state.services` holds the services, `app.state.settings` the settings.

    Jobs begin in the background once the first request was answered (or soon), so that it need not wait for them.
    """
    services = services or build(settings)
    app = _Described(title="guohe 国合助手", version=__version__, lifespan=_lifespan, docs_url=None, redoc_url=None,
                     description="Pre-screens applications for international S&T cooperation bases. Every route takes "
                                 "a session cookie or `Authorization: Bearer <API token>`. Errors have one shape; "
                                 "lists page by `after`.")
    app.state.services, app.state.settings, app.state.answered = services, settings, threading.Event()
    handlers.install(app)
    MultiPartParser.spool_max_size = SPOOLED
    app.add_middleware(Gate, accounts=services.accounts, settings=settings, answered=app.state.answered,
                       admissions=Admissions(lambda: app.router.routes), limits=services.administration.limits,
                       noting=services.administration.noting)
    app.add_middleware(Watching)
    app.router.routes += [*routes.router.routes, *openai.router.routes]
    app.state.programs = endpoint.Endpoint(services)
    app.router.routes.append(Route(endpoint.PATH, app.state.programs, include_in_schema=False))
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    app.add_api_route("/readyz", readyz, include_in_schema=False)
    app.add_api_route("/metrics", metrics.endpoint, include_in_schema=False)
    if STATIC.is_dir():
        app.mount("/static", _Static(directory=STATIC), name="static")
    if handlers.PAGES:
        from api import pages

        app.router.routes += pages.router.routes
    return app


async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok", "version": __version__}


async def readyz(request: Request) -> JSONResponse:
    """Whether everything that requests need is there, part by part. Jobs start in the background: until then requests
    are answered and jobs kept, and the answer says when to ask again.
    """
    services: Services = request.app.state.services
    parts = {
        "database": await run_in_threadpool(services.context.database.healthy),
        "files": await run_in_threadpool(services.context.contents.healthy),
        "jobs": services.jobs.ready,
    }
    ready = all(parts.values())
    said = {name: "ok" if good else "starting" if name == "jobs" and not services.jobs.failed else "failed"
            for name, good in parts.items()}
    level = await run_in_threadpool(wall.level)
    return JSONResponse({"status": "ok" if ready else "not ready", "parts": said, "wall": level},
                        200 if ready else 503, None if ready else {
                            "Retry-After": str(SOON if "failed" not in said.values() else outages.RETRY_AFTER)})


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    threading.Thread(target=_settle, args=(services, app.state.answered), name="settle", daemon=True).start()
    try:
        yield
    finally:
        await app.state.programs.close()
        await run_in_threadpool(services.close)
        await run_in_threadpool(traces.close)


def _settle(services: Services, answered: threading.Event) -> None:
    """What the first page need not wait for: the jobs, what a crash left to delete, and what makes the first
    assessment slow, the words and patterns of the policy.
    """
    answered.wait(PATIENCE)
    try:
        services.jobs.start()
        services.webhooks.courier.start()
        services.notices.postman.start()
        wall.start()
        services.files.sweep_all()
        services.policy_work.questions.catch_up()
        services.administration.retention.start()
        from assistant.answering import answering
        from ingestion import facts

        policy = services.policies.current
        facts.extract_text(policy.text[:2_000], policy, _ANY_DAY)
        answering.advisor(policy)
    except Exception:
        log.exception("warming up failed")


class _Static(StaticFiles):
    """Files whose address names their content (`?v=`) are kept by the browser; others are asked for anew. Packed where
    the browser takes it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and Path(path).suffix in PACKED and b"gzip" in dict(
                scope["headers"]).get(b"accept-encoding", b""):
            response = await run_in_threadpool(_packed, response)
        versioned = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = f"public, max-age={YEAR}, immutable" if versioned else "no-cache"
        response.headers["vary"] = "Accept-Encoding"
        return response


def _packed(file: FileResponse) -> Response:
    """A style or a script, packed for slow lines. Pages are not: they hold secrets beside what others have written."""
    tag = file.headers["etag"]
    return Response(_squeezed(str(file.path), tag), media_type=file.media_type, headers={
        "content-encoding": "gzip", "etag": f"W/{tag}", "last-modified": file.headers["last-modified"]})


@cache
def _squeezed(path: str, _tag: str) -> bytes:
    return gzip.compress(Path(path).read_bytes(), mtime=0)
