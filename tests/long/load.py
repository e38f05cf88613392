"""Many people at once on one server: mostly reading, some asking, some uploading."""
from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from api.service.administration.stored_settings import LimitSettings
from tests.long.goals import Figure, Outcome
from tests.operations.running.test_jobs import Server
from tests.support.web_samples import APPLICATION, PASSWORD

USERS, THINK = 100, 4.0                      # people, and seconds that each thinks on average between two requests
SHARES = {"read": 70, "ask": 20, "upload": 10}
READS = ("/api/v1/cases", "/api/v1/cases/{case}", "/api/v1/cases/{case}/files",
         "/api/v1/cases/{case}/assessments/latest", "/cases/{case}", "/", "/policy")
QUESTIONS = ("国际联合研究中心要求多少篇论文？", "海外中心要几个人？", "技术转移中心每年要几项？",
             "评估优秀有什么奖励？", "How many papers does a joint research center need?", "年度总结什么时候交？")
LIMITS = {**asdict(LimitSettings()), "registrations": 1_000, "all_registrations": 1_000}
MOST_ERRORS, SLOWEST_READ, GROWTH = 0.001, 0.5, 1.1
KEPT_OPEN = httpx.Limits(keepalive_expiry=2.0)   # before the server closes what is idle
SAMPLE = 2.0                                 # seconds between two looks at the server's memory


_T = TypeVar("_T")


def apart(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run in a thread of its own: browser tests keep a loop running in theirs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@dataclass
class Load:
    """What came of it: seconds by kind of request, what failed, megabytes of the server's process over time."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    processor: float = 0.0   # seconds that the server's process worked

    @property
    def requests(self) -> int:
        return sum(map(len, self.seconds.values()))

    def p95(self, kind: str) -> float:
        return statistics.quantiles(self.seconds[kind], n=20)[-1] if len(self.seconds[kind]) > 1 else 0.0

    @property
    def settled(self) -> tuple[float, float]:
        """Mean memory in the second and in the last fifth of the time."""
        fifth = max(1, len(self.memory) // 5)
        return statistics.mean(self.memory[fifth:2 * fifth] or [0]), statistics.mean(self.memory[-fifth:] or [0])


def run(minutes: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        load = loaded(Path(folder), USERS, 60.0 * minutes, THINK)
    share, (early, late) = len(load.errors) / load.requests, load.settled
    faults = []
    if share >= MOST_ERRORS:
        faults += [f"errors {100 * share:.2f} %", *load.errors[:10]]
    if load.p95("read") >= SLOWEST_READ:
        faults.append(f"read p95 {1000 * load.p95('read'):.0f} ms")
    if late > GROWTH * early:
        faults.append(f"memory grew from {early:.0f} to {late:.0f} MB")
    return Outcome(minutes, (
        Figure("人", "people", str(USERS)), Figure("请求", "requests", f"{load.requests:,}"),
        Figure("每秒", "a second", f"{load.requests / 60 / minutes:.1f}"),
        Figure("错误", "errors", f"{len(load.errors)} ({100 * share:.3f} %)"),
        *(Figure(f"{kind} p50 / p95", f"{kind} p50 / p95", f"{1000 * statistics.median(load.seconds[kind]):.0f} / "
                 f"{1000 * load.p95(kind):.0f} ms") for kind in SHARES),
        Figure("处理器时间每请求", "processor time a request", f"{1000 * load.processor / load.requests:.0f} ms"),
        Figure("内存从、到", "memory from, to", f"{early:.0f}, {late:.0f} MB")), tuple(faults))


def loaded(folder: Path, users: int, seconds: float, think: float) -> Load:
    """A server of its own under `users` for so long."""
    server = Server(folder)
    try:
        return apart(_loaded(f"http://127.0.0.1:{server.port}", server.process.pid, users, seconds, think))
    finally:
        server.kill()


async def _loaded(address: str, process: int, users: int, seconds: float, think: float) -> Load:
    load, over = Load(), asyncio.Event()
    people = [httpx.AsyncClient(base_url=address, timeout=60, limits=KEPT_OPEN) for _ in range(users)]
    try:
        cases = [await _begun(http, number) for number, http in enumerate(people)]
        await _assessed(people, cases)
        before = _processor(process)
        memory = asyncio.create_task(_watched(process, load, over))
        working = [asyncio.create_task(_person(http, case, number, load, over, think))
                   for number, (http, case) in enumerate(zip(people, cases, strict=True))]
        await asyncio.sleep(seconds)
        over.set()
        await asyncio.gather(memory, *working)
        load.processor = _processor(process) - before
    finally:
        for http in people:
            await http.aclose()
    return load


async def _begun(http: httpx.AsyncClient, number: int) -> str:
    """Somebody new with a case of one file, whose assessment is asked for."""
    signed = await http.post("/api/v1/users", json={"email": f"{number}@example.com", "password": PASSWORD})
    http.headers["X-CSRF-Token"] = signed.json()["csrf"]
    if number == 0:   # the administrator: all of these people register from one address
        (await http.put("/api/v1/admin/settings/limits", json=LIMITS)).raise_for_status()
    case: str = (await http.post("/api/v1/cases", json={
        "base_type": "joint_research_center", "application_date": "2025-06-30"})).json()["id"]
    await http.post(f"/api/v1/cases/{case}/files", files=[("files", ("申报书.txt", f"{APPLICATION}{number}".encode()))])
    (await http.post(f"/api/v1/cases/{case}/assessments")).raise_for_status()
    return case


async def _assessed(people: list[httpx.AsyncClient], cases: list[str]) -> None:
    for http, case in zip(people, cases, strict=True):
        while (await http.get(f"/api/v1/cases/{case}/job")).json()["state"] != "done":
            await asyncio.sleep(0.2)
    for question in QUESTIONS:   # what a first question of a process loads
        (await people[0].post("/api/v1/answers", json={"question": question})).raise_for_status()


async def _person(http: httpx.AsyncClient, case: str, number: int, load: Load, over: asyncio.Event, think: float
                  ) -> None:
    chance, made = random.Random(number), 0
    await asyncio.sleep(chance.uniform(0, think))
    while not over.is_set():
        kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
        made += 1
        began = time.monotonic()
        try:
            answer = await _request(http, case, kind, chance, f"{number} {made}")
            if answer.status_code >= 400:
                load.errors.append(f"{kind}: {answer.status_code} {answer.text[:120]}")
        except httpx.HTTPError as error:
            load.errors.append(f"{kind}: {error!r}")
        load.seconds[kind].append(time.monotonic() - began)
        await asyncio.sleep(min(chance.expovariate(1 / think), 5 * think))


async def _request(http: httpx.AsyncClient, case: str, kind: str, chance: random.Random, mark: str) -> httpx.Response:
    if kind == "read":
        return await http.get(chance.choice(READS).format(case=case))
    if kind == "ask":
        return await http.post("/api/v1/answers", json={"question": chance.choice(QUESTIONS)})
    return await http.post(f"/api/v1/cases/{case}/files", files=[
        ("files", (f"补充 {mark}.txt", f"{APPLICATION}{mark}".encode()))])


def _processor(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _watched(process: int, load: Load, over: asyncio.Event) -> None:
    while not over.is_set():
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        load.memory.append(int((re.search(r"VmRSS:\s*(\d+)", status) or [0, 0])[1]) / 1024)
        await asyncio.sleep(SAMPLE)
