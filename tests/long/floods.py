"""Floods by people whom nobody knows: large bodies, registrations and sign-ins at once, while signed-in people read."""
from __future__ import annotations

import asyncio
import json
import re
import socket
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.long.goals import Figure, Outcome
from tests.long.load import KEPT_OPEN, QUESTIONS, READS, apart
from tests.operations.running.test_jobs import Server
from tests.support.web_samples import APPLICATION, PASSWORD

READERS, THINK = 10, 0.5           # signed-in people, and seconds between two reads of one
BODIES, MEGABYTES = 12, 60          # bodies a round, four at a time; half of them announce their length
AT_ONCE = 200                       # registrations, and sign-ins, a round
SLOWEST_READ, MOST_MEMORY = 0.5, 200.0   # seconds, and megabytes on top of what the server had
QUIET = 1.0                         # seconds of reading after a flood
BODY = "/api/v1/review/cases/files"
PIECE = b"[]," * 20_000


@dataclass
class Flood:
    """What came of one kind: seconds of reads meanwhile, what the flood was answered, memory in megabytes."""

    reads: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.reads, n=20)[-1] if len(self.reads) > 1 else 0.0

    @property
    def grown(self) -> float:
        return max(self.memory) - self.memory[0] if self.memory else 0.0


def run(rounds: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        floods = flooded(Path(folder), rounds)
    faults = []
    for name, one in floods.items():
        faults += [f"{name}: {error}" for error in one.errors[:5]]
        if name == "quiet":   # what to hold the others against
            continue
        if one.p95 >= SLOWEST_READ:
            faults.append(f"{name}: read p95 {1000 * one.p95:.0f} ms")
        if one.grown > MOST_MEMORY:
            faults.append(f"{name}: memory grew by {one.grown:.0f} MB")
    return Outcome(rounds, tuple(
        figure for name, one in floods.items() for figure in (
            Figure(f"{NAMES[name]}：读取次数、p50 / p95", f"{name}: reads, p50 / p95",
                   f"{len(one.reads)}, {1000 * statistics.median(one.reads):.0f} / {1000 * one.p95:.0f} ms"),
            Figure(f"{NAMES[name]}：`/healthz` 最慢、内存增加", f"{name}: slowest `/healthz`, memory grown by",
                   f"{1000 * max(one.health):.0f} ms, {max(0.0, one.grown):.0f} MB"),
            Figure(f"{NAMES[name]}：答复", f"{name}: answers",
                   ", ".join(f"{status} × {times}" for status, times in sorted(one.answers.items()))))),
        tuple(faults))


def flooded(folder: Path, rounds: int, *, readers: int = READERS, bodies: int = BODIES, megabytes: int = MEGABYTES,
            at_once: int = AT_ONCE) -> dict[str, Flood]:
    """A server of its own under each kind of flood in turn, so many times."""
    server = Server(folder)
    kinds: dict[str, Callable[[int, Flood], None]] = {
        "quiet": lambda _, _flood: time.sleep(QUIET),
        "bodies": lambda _, flood: send_bodies(server.port, bodies, megabytes, flood),
        "registrations": lambda turn, flood: _at_once(server.port, "/api/v1/users", at_once, flood, lambda number: {
            "email": f"flood-{turn}-{number}@example.com" if number % 2 else "0@example.com", "password": PASSWORD}),
        "sign_ins": lambda _, flood: _at_once(server.port, "/api/v1/session", at_once, flood, lambda number: {
            "email": f"{number % 4}@example.com", "password": f"wrong guess {number}"})}
    try:
        return apart(_flooded(server, kinds, rounds, readers))
    finally:
        server.kill()


async def _flooded(server: Server, kinds: dict[str, Callable[[int, Flood], None]], rounds: int, readers: int
                   ) -> dict[str, Flood]:
    people = [httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60, limits=KEPT_OPEN)
              for _ in range(readers)]
    found = {name: Flood() for name in kinds}
    try:
        cases = [await _begun(http, number) for number, http in enumerate(people)]
        for http, case in zip(people, cases, strict=True):
            while (await http.get(f"/api/v1/cases/{case}/job")).json()["state"] != "done":
                await asyncio.sleep(0.2)
            for path in READS:
                (await http.get(path.format(case=case))).raise_for_status()
        (await people[0].post("/api/v1/answers", json={"question": QUESTIONS[0]})).raise_for_status()
        for turn in range(rounds):
            for name, kind in kinds.items():
                await _one(server, kind, turn, found[name], list(zip(people, cases, strict=True)))
    finally:
        for http in people:
            await http.aclose()
    return found


async def _one(server: Server, kind: Callable[[int, Flood], None], turn: int, flood: Flood,
               people: list[tuple[httpx.AsyncClient, str]]) -> None:
    over = asyncio.Event()
    working = [asyncio.create_task(_reader(http, case, number, flood, over))
               for number, (http, case) in enumerate(people)]
    watching = asyncio.create_task(_watched(server, flood, over))
    began = time.monotonic()
    await asyncio.to_thread(kind, turn, flood)
    flood.seconds += time.monotonic() - began
    await asyncio.sleep(QUIET)
    over.set()
    await asyncio.gather(watching, *working)


async def _begun(http: httpx.AsyncClient, number: int) -> str:
    signed = await http.post("/api/v1/users", json={"email": f"{number}@example.com", "password": PASSWORD})
    http.headers["X-CSRF-Token"] = signed.json()["csrf"]
    case: str = (await http.post("/api/v1/cases", json={
        "base_type": "joint_research_center", "application_date": "2025-06-30"})).json()["id"]
    await http.post(f"/api/v1/cases/{case}/files", files=[("files", ("申报书.txt", f"{APPLICATION}{number}".encode()))])
    (await http.post(f"/api/v1/cases/{case}/assessments")).raise_for_status()
    return case


async def _reader(http: httpx.AsyncClient, case: str, number: int, flood: Flood, over: asyncio.Event) -> None:
    turn = number
    await asyncio.sleep(THINK * number / READERS)
    while not over.is_set():
        path = READS[turn % len(READS)].format(case=case)
        turn += 1
        began = time.monotonic()
        try:
            answer = await http.get(path)
            if answer.status_code != httpx.codes.OK:
                flood.errors.append(f"{path}: {answer.status_code}")
        except httpx.HTTPError as error:
            flood.errors.append(f"{path}: {error!r}")
        flood.reads.append(time.monotonic() - began)
        await asyncio.sleep(THINK)


async def _watched(server: Server, flood: Flood, over: asyncio.Event) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as http:
        while not over.is_set():
            began = time.monotonic()
            with suppress(httpx.HTTPError):
                await http.get("/healthz")
            flood.health.append(time.monotonic() - began)
            status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
            flood.memory.append(int((re.search(r"VmRSS:\s*(\d+)", status) or [0, 0])[1]) / 1024)
            await asyncio.sleep(0.1)


def send_bodies(port: int, bodies: int, megabytes: int, flood: Flood) -> None:
    """Of JSON without end, by nobody: each until it is answered or sent."""
    with ThreadPoolExecutor(4) as pool:
        flood.answers.update(pool.map(lambda number: _body(port, megabytes * 1_000_000, announced=number % 2 == 0),
                                      range(bodies)))


def _body(port: int, size: int, *, announced: bool) -> str:
    length = f"Content-Length: {size}" if announced else "Transfer-Encoding: chunked"
    head = (f"POST {BODY} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{length}\r\n"
            "Connection: close\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(head)
        with suppress(OSError):
            for piece in _pieces(size):
                connection.sendall(piece if announced else b"%x\r\n%b\r\n" % (len(piece), piece))
            if not announced:
                connection.sendall(b"0\r\n\r\n")
        return _status(connection)


def _pieces(size: int) -> Iterator[bytes]:
    sent = 1
    yield b"["
    while sent < size:
        piece = PIECE[:size - sent]
        sent += len(piece)
        yield piece


def _at_once(port: int, path: str, times: int, flood: Flood, body: Callable[[int], dict[str, str]]) -> None:
    def ask(number: int) -> str:
        content = json.dumps(body(number)).encode()
        head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
            connection.sendall(head + content)
            return _status(connection)

    with ThreadPoolExecutor(times) as pool:
        flood.answers.update(pool.map(ask, range(times)))


def _status(connection: socket.socket) -> str:
    """Of the answer; "none" where the connection was cut."""
    try:
        line = connection.recv(4096).split(b"\r\n", 1)[0].split()
        return line[1].decode() if len(line) > 1 else "none"
    except OSError:
        return "none"


NAMES = {"quiet": "无", "bodies": "大请求体", "registrations": "注册", "sign_ins": "登录"}
