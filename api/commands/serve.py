"""guohe serve: the pages and the JSON API in one process."""
from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.terminal.console import Console
from api.terminal.options import add_common
from ingestion.errors import UsageError

if TYPE_CHECKING:
    import socket

    import uvicorn

    from api.service.environment.settings import Settings

KEPT_ALIVE = 75   # seconds that an idle connection stays open: longer than the 60 that proxies keep one for use


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("--host", default="127.0.0.1", help=words["host"])
    parser.add_argument("--port", type=int, default=8000, help=words["port"])
    parser.add_argument("--data", metavar="DIR", help=words["data"])
    add_common(parser, words, json_help=False)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Serve until interrupted. Refuses an address or a data folder that is taken."""
    listener = _listener(options.host, options.port)
    from api.service.environment import settings

    given = settings.read(os.environ, Path(options.data) if options.data else None)
    if options.policy:
        given = dataclasses.replace(given, policy=Path(options.policy))
    os.environ.setdefault("GUOHE_CACHE", str(given.data / "cache"))
    import uvicorn

    from api.app import create_app
    from api.telemetry import logs, traces

    logs.configure(os.environ, quiet=options.quiet)
    traces.configure(os.environ)
    app = create_app(given)
    host, port = listener.getsockname()[:2]
    address = given.base_url or f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{port}"  # noqa: S104
    console.note(console.text("serving", address=address, data=given.data))
    server = uvicorn.Server(configured(app, given))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's way to stop it is as good as ours
    with contextlib.suppress(KeyboardInterrupt):  # raised again once everything is closed
        server.run(sockets=[listener])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a file being read in a thread is not waited for: its job goes on at the next start


def configured(app: Any, given: Settings) -> uvicorn.Config:
    """How the server serves: what a proxy says about whom it speaks for is believed of those that are trusted only."""
    import uvicorn

    return uvicorn.Config(app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=3,
                          timeout_keep_alive=KEPT_ALIVE, proxy_headers=bool(given.trusted_proxies),
                          forwarded_allow_ips=[str(one) for one in given.trusted_proxies])


def _listener(host: str, port: int) -> socket.socket:
    """A socket that listens; UsageError where the address cannot be had."""
    import socket

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot listen on {host}:{port} ({reason}); choose another --host or --port.",
                         f"无法监听 {host}:{port}（{reason}）；请换一个 --host 或 --port。") from error
    listener.listen(512)
    return listener

