"""OpenTelemetry traces, where GUOHE_TRACES names a collector (host:port of OTLP over gRPC); nothing is loaded without.

Spans name routes, steps and states. No question, name, file or address stands in one.
"""
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from api import __version__

SETTING = "GUOHE_TRACES"
_tracer: list[Any] = []


def configure(environment: Mapping[str, str] = os.environ) -> None:
    """Once in a process. `https://` before the address for TLS, else it is spoken to in the clear, as on loopback."""
    target = environment.get(SETTING) or ""
    if not target or _tracer:
        return
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(endpoint=target.removeprefix("http://"), insecure=not target.startswith("https://"))
    provider = TracerProvider(resource=Resource({"service.name": "guohe", "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1_000))
    _tracer.append(provider.get_tracer("guohe"))
    _tracer.append(provider)


def close() -> None:
    """Send what was not sent yet."""
    if _tracer:
        _tracer[1].shutdown()
        _tracer.clear()


def on() -> bool:
    return bool(_tracer)


@contextmanager
def span(name: str, headers: Mapping[str, str] | None = None, **attributes: str | int) -> Iterator[Any]:
    """A span below the current one, or the caller's (`traceparent` in `headers`); None without traces."""
    if not _tracer:
        yield None
        return
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract(dict(headers)) if headers is not None else None
    with _tracer[0].start_as_current_span(name, context=parent, attributes=attributes,
                                          record_exception=False) as found:
        yield found
