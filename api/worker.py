"""The composition root of a process that only works: no pages, no API, and no port unless one is asked for."""
from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from api.service.environment.settings import Settings
from api.service.services import Services, build


@contextmanager
def working(settings: Settings, host: str = "127.0.0.1", port: int | None = None) -> Iterator[Services]:
    """Jobs, messages to webhooks and retention, from here to the end of the block.

    With a `port`, /healthz, /readyz and /metrics answer there.
    """
    from ingestion.parsing.sandbox import wall

    services = build(settings)
    try:
        services.jobs.start()
        services.webhooks.courier.start()
        services.notices.postman.start()
        wall.start()
        services.administration.retention.start()
        if port is not None:
            _answer(services, host, port)
        yield services
    finally:
        services.close()


def _answer(services: Services, host: str, port: int) -> None:
    """Health and metrics at a port, in a thread."""
    import uvicorn
    from fastapi import FastAPI

    from api import app as web
    from api.gate import metrics

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = services
    app.add_api_route("/healthz", web.healthz)
    app.add_api_route("/readyz", web.readyz)
    app.add_api_route("/metrics", metrics.endpoint)
    listener = socket.create_server((host, port))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="metrics", daemon=True).start()
