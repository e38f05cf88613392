"""The web application's server: how soon it answers, how much memory it takes, and how its pages grow with the cases.

    python -m tests.bench.bench_web [CASES ...]

Goals: the first page within 5 s of the command on an empty folder; idle memory below 400 MB; the case page and the
viewer's first page below 100 ms at the median with 10,000 cases. Times are of whole requests over HTTP to a server
process of its own, one at a time.
"""
from __future__ import annotations

import copy
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import insert, select, update

from api.service.accounts.credentials import SESSION
from api.service.context import new_id
from api.service.environment import settings
from api.service.records import Role
from api.service.services import Services, build
from api.store.database import Database
from api.store.models import AssessedFile, Assessment, Base, Case, Content, File, Job, User
from api.store.rows import INSTALLATION
from tests.support.web_samples import AtOnce

SIZES = (100, 1_000, 10_000)
ROUNDS = 60
AT_ONCE = 500
COPIED: tuple[type[Base], ...] = (Case, File, Job, Assessment, Content, AssessedFile)  # as they refer to each other
PERSON = "bench@example.com"


class Server:
    """`guohe serve` on a folder; `first` is the time until it answered."""

    def __init__(self, folder: Path, path: str = "/") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--data", str(folder), "--quiet"],
            env={**os.environ, "GUOHE_CACHE": str(folder / "cache")})
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
        while True:
            try:
                self.status = self.http.get(path).status_code
                break
            except httpx2.TransportError:
                time.sleep(0.02)
        self.first = time.perf_counter() - began
        while self.http.get("/readyz").status_code != 200:
            time.sleep(0.1)
        self.ready = time.perf_counter() - began

    def memory(self) -> float:
        """Megabytes in use now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int((re.search(r"VmRSS:\s*(\d+)", status) or [0, 0])[1]) / 1024

    def processor(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


def main() -> None:
    sizes = [int(one) for one in sys.argv[1:]] or list(SIZES)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        print(f"first page {server.first:.2f} s ({server.status}), ready {server.ready:.2f} s, "
              f"processor {server.processor():.2f} s until then")
        time.sleep(8)
        before = server.processor()
        time.sleep(10)
        print(f"idle: {server.memory():.0f} MB, {(server.processor() - before) * 10:.1f} % of a core")
        server.stop()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        case, cookie = prepared(data)
        for size in sizes:
            fill(data, case, size)
            measure(data, case, cookie, size)


def prepared(data: Path) -> tuple[str, str]:
    """An installation with one assessed case; its id and a reviewer's cookie, who sees them all."""
    services = services_on(data)
    signed = services.accounts.register(PERSON, "评测", "a quiet harbour 7")
    case = services.cases.create_demo(signed.actor)
    with services.context.database.writing(INSTALLATION) as session:
        session.execute(update(User).values(role=Role.REVIEWER))
    services.close()
    return case.id, signed.cookie


def services_on(data: Path) -> Services:
    def engine(_database: Database, work: Any) -> AtOnce:
        return AtOnce(work)

    return build(settings.read({}, data), engine)


def fill(data: Path, case: str, size: int) -> None:
    """Copies of the one case, with all its rows, until there are `size`."""
    services = services_on(data)
    with services.context.database.writing(INSTALLATION) as session:
        have = len(session.scalars(select(Case.id)).all())
        rows = {model: [_values(one) for one in session.scalars(_of(model, case))] for model in COPIED}
        for start in range(have, size, AT_ONCE):
            copies = [_copied(rows, number) for number in range(start, min(size, start + AT_ONCE))]
            for model in COPIED:
                session.execute(insert(model), [row for one in copies for row in one[model]])
    services.close()


def _of(model: type[Base], case: str) -> Any:
    if model is Case:
        return select(Case).where(Case.id == case)
    columns: Any = model
    if model in {Content, AssessedFile}:
        return select(model).where(columns.assessment_id.in_(select(Assessment.id).where(Assessment.case_id == case)))
    return select(model).where(columns.case_id == case)


def _values(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}


def _copied(rows: dict[type[Base], list[dict[str, Any]]], number: int) -> dict[type[Base], list[dict[str, Any]]]:
    """The rows of a case with new ids throughout."""
    names: dict[str, str] = {}
    copies = copy.deepcopy(rows)
    for model in copies.values():
        for row in model:
            for key, value in row.items():
                if isinstance(value, str) and len(value) == 32 and not key.endswith(("_by", "owner_id")):
                    row[key] = names.setdefault(value, new_id())
    for row in copies[Case]:
        row["title"] = f"{row['title']} {number}"
        row["updated"] = row["updated"] - timedelta(seconds=number)
    return copies


def measure(data: Path, case: str, cookie: str, size: int) -> None:
    server = Server(data, "/healthz")
    http = server.http
    http.cookies.set(SESSION, cookie)
    files = http.get(f"/api/v1/cases/{case}/files").json()
    pdf = next(one["id"] for one in files if one["kind"] == "pdf")
    word = next(one["id"] for one in files if one["kind"] == "docx")
    base = f"/api/v1/cases/{case}"
    pages = {
        "case list page": "/cases", "case page": f"/cases/{case}", "viewer page": f"/cases/{case}/documents/{pdf}",
        "list": "/api/v1/cases", "list, searched": "/api/v1/cases?search=膜材料", "case": base,
        "files": f"{base}/files", "assessment": f"{base}/assessments/latest",
        "comparison": f"{base}/assessments/latest/comparison", "history": f"{base}/assessments",
        "document": f"{base}/files/{word}/document", "page picture": f"{base}/files/{pdf}/pages/1",
    }
    print(f"{size} cases, database {(data / 'guohe.sqlite3').stat().st_size / 1e6:.0f} MB")
    for name, path in pages.items():
        answer = http.get(path)
        before = server.processor()
        times = sorted(_timed(http, path) for _ in range(ROUNDS))
        busy = (server.processor() - before) / ROUNDS * 1000
        middle, late = statistics.median(times) * 1000, times[int(ROUNDS * .95)] * 1000
        print(f"  {name:16} median {middle:7.1f} ms  p95 {late:7.1f} ms  processor {busy:6.1f} ms"
              f"  {len(answer.content) / 1000:6.1f} kB  ({answer.status_code})")
    print(f"  memory {server.memory():.0f} MB")
    server.stop()


def _timed(http: httpx2.Client, path: str) -> float:
    began = time.perf_counter()
    http.get(path).read()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps({"load": os.getloadavg(), "processors": os.cpu_count()}))
    main()
