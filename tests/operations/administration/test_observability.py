"""What an operator sees: logs without people in them, metrics behind a token, traces at a collector."""
from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from prometheus_client.parser import text_string_to_metric_families

from api.service.records import Role
from api.telemetry import logs, traces
from tests.making import example as make_example
from tests.support.web_samples import Installation, installation

TOKEN = "a-token-for-the-scraper"
PERSONAL = ("11010519491231002X", "13800138000", "zhang.san@example.com", make_example.CODE)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


@contextmanager
def written(formatter: logging.Formatter) -> Iterator[io.StringIO]:
    """What the application logs meanwhile."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.setFormatter(formatter)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.mark.parametrize("formatter", [logs.Line(), logs.Json()])
def test_logs_hold_no_personal_data(formatter: logging.Formatter) -> None:
    """Neither in messages, nor in the texts of exceptions, nor secrets of links and tokens."""
    log = logging.getLogger("tests")
    with written(formatter) as stream:
        for one in PERSONAL:
            log.info("read %s", one)
        log.info("GET /invitation/geheim12345 with guohe_abcdefgh12345678")
        try:
            int(f"材料：{PERSONAL[0]} 张三")   # the error quotes what it was given
        except ValueError:
            log.exception("it failed")
    text = stream.getvalue()
    assert [one for one in (*PERSONAL, "geheim12345", "abcdefgh12345678", "张三") if one in text] == []
    assert "ValueError" in text


def test_ids_stay_whole_in_logs() -> None:
    """An operator can find a job or a case by its id: hexadecimal ids are no identity numbers."""
    assert [logs.clean(f"job {one} failed") for one in ("9539376d6b6b49c8ba7aa8382b024def", "5" * 31 + "a")] == [
        "job 9539376d6b6b49c8ba7aa8382b024def failed", f"job {'5' * 31}a failed"]


def test_a_request_is_one_json_object_named_by_its_route(site: Installation) -> None:
    """Its id is in the answer too; the address, which may hold a secret, is not."""
    person = site.client()
    case = person.case()
    with written(logs.Json()) as stream:
        answer = person.get(f"/api/v1/cases/{case}")
        person.get("/invitation/sehrgeheim")
        person.get("/nothing/there")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    found = [one for one in lines if one.get("message") == "answered"]
    assert [(one["route"], one["status"]) for one in found] == [
        ("/api/v1/cases/{case_id}", 200), ("/invitation/{secret}", found[1]["status"]), ("none", 404)]
    assert answer.headers["x-request-id"] == found[0]["request"]
    assert "sehrgeheim" not in stream.getvalue()


def test_metrics_are_off_without_a_setting(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """And with one, nobody reads them without the token; a short token is none."""
    monkeypatch.delenv("GUOHE_METRICS", raising=False)
    visitor = site.visitor()
    assert visitor.get("/metrics").status_code == 404
    monkeypatch.setenv("GUOHE_METRICS", TOKEN)
    assert visitor.get("/metrics").status_code == 401
    assert visitor.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 401
    assert visitor.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    monkeypatch.setenv("GUOHE_METRICS", "short")
    assert visitor.get("/metrics", headers={"Authorization": "Bearer short"}).status_code == 401


def test_metrics_count_requests_jobs_and_messages(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Prometheus's own format, with routes and states for labels, and no id in any of them."""
    monkeypatch.setenv("GUOHE_METRICS", "open")
    case = site.client().assessed()
    text = site.visitor().get("/metrics").text
    samples: dict[str, list[Any]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append(sample)
    assert {one.labels["state"]: one.value for one in samples["guohe_jobs"]} == {
        "queued": 0, "running": 0, "done": 1, "failed": 0, "cancelled": 0}
    routes = {(one.labels["method"], one.labels["route"]): one.value for one in samples["guohe_request_seconds_count"]}
    assert routes["POST", "/api/v1/cases/{case_id}/assessments"] >= 1
    assert samples["process_resident_memory_bytes"][0].value > 0
    assert case not in text


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """An OpenTelemetry collector that keeps what it is sent."""

    def __init__(self) -> None:
        self.spans: list[Any] = []

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802, ARG002 - the protocol's name
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)
        return trace_service_pb2.ExportTraceServiceResponse()


def test_traces_reach_a_collector_and_say_nothing_personal(site: Installation) -> None:
    """A request's span goes on from the caller's trace and is named by its route."""
    collector, server = Collector(), grpc.server(futures.ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    try:
        traces.configure({"GUOHE_TRACES": f"127.0.0.1:{port}"})
        person = site.client(Role.APPLICANT, "张三")
        person.get("/api/v1/cases?search=13800138000", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
        traces.close()
    finally:
        traces.close()
        server.stop(None)
    names = [one.name for one in collector.spans]
    assert names == ["GET /api/v1/cases"]
    assert collector.spans[0].trace_id.hex() == trace
    assert not {one for one in ("13800138000", "张三") if one in str(collector.spans)}


def test_nothing_of_it_is_loaded_unless_it_is_asked_for() -> None:
    """`guohe serve` and the command line start without the libraries of traces, metrics and tools."""
    script = ("import sys, api.app, api.cli\napi.cli.parser('zh')\n"
              "print([one for one in ('opentelemetry.sdk', 'prometheus_client', 'mcp', 'grpc', 'openai') "
              "if one in sys.modules])")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
