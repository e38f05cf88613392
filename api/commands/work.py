"""guohe work: background jobs only, any number of processes beside `guohe serve` on one PostgreSQL."""
from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from api.terminal.console import Console
from api.terminal.options import add_common
from ingestion.errors import UsageError


def configure(parser: argparse.ArgumentParser, words: Mapping[str, str]) -> None:
    parser.add_argument("--data", metavar="DIR", help=words["data"])
    parser.add_argument("--port", type=int, help=words["work_port"])
    parser.add_argument("--host", default="127.0.0.1", help=words["host"])
    add_common(parser, words, json_help=False)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, console: Console) -> int:
    """Work until interrupted; a job under way is left as after a crash, and goes on elsewhere or at the next start."""
    import dataclasses

    from api.service.environment import settings
    from api.telemetry import logs, traces

    given = settings.read(os.environ, Path(options.data) if options.data else None)
    if options.policy:
        given = dataclasses.replace(given, policy=Path(options.policy))
    if given.embedded:
        raise UsageError("guohe work needs PostgreSQL (GUOHE_DATABASE_URL); with SQLite guohe serve does it.",
                         "guohe work 需要 PostgreSQL（GUOHE_DATABASE_URL）；SQLite 时由 guohe serve 做后台任务。")
    if given.workers == 0:
        raise UsageError("GUOHE_WORKERS is 0: there is nothing that guohe work could do.",
                         "GUOHE_WORKERS 为 0：guohe work 没有任务可做。")
    logs.configure(os.environ, quiet=options.quiet)
    traces.configure(os.environ)
    os.environ.setdefault("GUOHE_CACHE", str(given.data / "cache"))
    from api.worker import working

    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    with working(given, options.host, options.port):
        console.note(console.text("working", workers=given.workers, data=given.data))
        stopped.wait()
    traces.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # as guohe serve: a file being read is not waited for
