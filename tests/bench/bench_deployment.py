"""How assessments grow with workers, on PostgreSQL and S3: `python -m tests.bench.bench_deployment [CASES]`.

Each worker is a process that does one assessment at a time; a web process takes the cases and is read meanwhile.
"""
from __future__ import annotations

import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from moto.server import ThreadedMotoServer

from tests.operations.running.test_deployment import S3, SECRET, free_port, process, until
from tests.support.databases import fresh, server
from tests.support.web_samples import PASSWORD

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "membrane-center"


def main(cases: int) -> None:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    httpx.put(f"http://{host}:{port}/guohe")
    with server() as address:
        rates = [rate(address, f"http://{host}:{port}", workers, cases) for workers in (1, 2)]
    print(f"2 workers do {rates[1] / rates[0]:.2f} times what one does")
    moto.stop()


def rate(postgres: str, store: str, workers: int, cases: int) -> float:
    """Assessments a minute; every case has files of its own, so that nothing is read once for two."""
    port = free_port()
    common = {"GUOHE_DATABASE_URL": fresh(postgres), "GUOHE_BLOB_URL": f"s3://guohe/{workers}", "GUOHE_SECRET": SECRET,
              "AWS_ENDPOINT_URL": store, "GUOHE_EMBEDDING": "off", **S3}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        place = Path(folder)
        stack.enter_context(process(place / "web", "-m", "api.cli", "serve", "--port", str(port), "--data", "data",
                                    **{**common, "GUOHE_WORKERS": "0"}))
        until(f"http://127.0.0.1:{port}/healthz", 300)
        ports = [free_port() for _ in range(workers)]
        for number in range(workers):
            stack.enter_context(process(place / f"work{number}", "-m", "api.cli", "work", "--data", "data", "--port",
                                        str(ports[number]), **{**common, "GUOHE_WORKERS": "1"}))
        for one in ports:
            until(f"http://127.0.0.1:{one}/readyz", 300)
        api = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=60))
        api.post("/users", json={"email": "a@example.com", "password": PASSWORD, "name": "a"}).raise_for_status()
        api.headers["X-CSRF-Token"] = api.get("/session").json()["csrf"]
        ids = [made(api, number) for number in range(cases + workers)]
        for one in ids[:workers]:   # what a first assessment of a process loads
            api.post(f"/cases/{one}/assessments").raise_for_status()
        wait(api, ids[:workers])
        began = time.monotonic()
        for one in ids[workers:]:
            api.post(f"/cases/{one}/assessments").raise_for_status()
        reads = wait(api, ids[workers:])
        seconds = time.monotonic() - began
    p95 = statistics.quantiles(reads, n=20)[-1] if len(reads) > 20 else max(reads)
    print(f"{workers} worker(s): {cases} assessments in {seconds:.1f} s, {60 * cases / seconds:.1f} a minute; "
          f"reads meanwhile: median {1000 * statistics.median(reads):.0f} ms, p95 {1000 * p95:.0f} ms")
    return cases / seconds


def made(api: httpx.Client, number: int) -> str:
    case: str = api.post("/cases", json={"base_type": "joint_research_center", "application_date": "2025-06-30"}
                         ).json()["id"]
    files: list[Any] = [("files", (one.name, one.read_bytes())) for one in sorted(EXAMPLE.iterdir())]
    files.append(("files", ("补充说明.txt", f"第{number}号案卷的补充说明。".encode())))
    api.post(f"/cases/{case}/files", files=files).raise_for_status()
    return case


def wait(api: httpx.Client, cases: list[str]) -> list[float]:
    """Until all are done; how long each read took meanwhile."""
    reads, left = [], list(cases)
    while left:
        began = time.monotonic()
        job = api.get(f"/cases/{left[0]}/job").json()
        reads.append(time.monotonic() - began)
        assert job["state"] != "failed", job
        if job["state"] == "done":
            left.pop(0)
        else:
            time.sleep(0.1)
    return reads


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
