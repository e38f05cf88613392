"""Prometheus metrics at /metrics. Off by default: GUOHE_METRICS is a token that a scraper brings, or "open".

Labels are routes, methods, states and kinds, never ids, names or addresses.
"""
from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.errors import Failure
from api.gate.handlers import as_json

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Histogram
    from prometheus_client.core import Metric

    from api.service.services import Services

SETTING = "GUOHE_METRICS"
SHORTEST = 16
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def on() -> bool:
    return bool(os.environ.get(SETTING))


async def endpoint(request: Request) -> Response:
    """404 where metrics are off, 401 without the token."""
    wanted = os.environ.get(SETTING, "")
    if not wanted:
        return as_json(Failure("not_found"))
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if wanted != "open" and not (len(wanted) >= SHORTEST and hmac.compare_digest(given.encode(), wanted.encode())):
        return as_json(Failure("not_signed_in"))
    from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

    text = await run_in_threadpool(generate_latest, _registry(request.app.state.services))
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """One request, by its route's pattern."""
    _requests().labels(method, route, str(status)).observe(seconds)


@cache
def _requests() -> Histogram:
    from prometheus_client import Histogram

    return Histogram("guohe_request_seconds", "Time to the end of an answer", ["method", "route", "status"],
                     buckets=BUCKETS, registry=None)


def _registry(services: Services) -> CollectorRegistry:
    from prometheus_client import CollectorRegistry, ProcessCollector

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_requests())
    registry.register(_Stored(services))
    return registry


class _Stored:
    """What the database holds now, the same whichever process is asked."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        """What the database says of jobs and messages, and what it cost to ask."""
        from prometheus_client.core import GaugeMetricFamily

        began = time.perf_counter()
        jobs, waits, messages = self._counts()
        yield _family("guohe_jobs", "Assessments asked for, by state", "state", jobs)
        yield _family("guohe_webhook_messages", "Messages to webhooks, by state", "state", messages)
        waiting = GaugeMetricFamily("guohe_oldest_job_seconds", "How long the oldest unfinished assessment waits")
        waiting.add_metric([], waits)
        yield waiting
        ready = GaugeMetricFamily("guohe_ready", "Whether this process takes jobs")
        ready.add_metric([], float(self._services.jobs.ready))
        yield ready
        taken = GaugeMetricFamily("guohe_scrape_seconds", "What it cost to count")
        taken.add_metric([], time.perf_counter() - began)
        yield taken

    def _counts(self) -> tuple[dict[str, int], float, dict[str, int]]:
        """Jobs by state, how long the oldest unfinished one waits in seconds, messages by state."""
        from sqlalchemy import func, select

        from api.service.records import JobState
        from api.store.models import Delivery, Job
        from api.store.rows import INSTALLATION

        with self._services.context.database.reading(INSTALLATION) as session:
            jobs: dict[str, int] = dict(session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
            oldest = session.scalar(select(func.min(Job.created)).where(
                Job.state.in_([JobState.QUEUED, JobState.RUNNING])))
            messages: dict[str, int] = dict(
                session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all())
        waits = (datetime.now(UTC) - oldest).total_seconds() if oldest is not None else 0.0
        return {state.value: jobs.get(state, 0) for state in JobState}, waits, messages


def _family(name: str, text: str, label: str, values: dict[str, int]) -> Any:
    from prometheus_client.core import GaugeMetricFamily

    found = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        found.add_metric([key], value)
    return found
