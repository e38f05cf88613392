"""Every hostile class through the upload of a live server, while somebody asks whether it lives.

    python -m tests.hostile.live [SEEDS]

Says how many files were sent, what came of them, and how the server fared.
"""
from __future__ import annotations

import os
import queue
import random
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import httpx2

from tests.hostile import others, packages, pdfs
from tests.operations.running.test_jobs import Server, until
from tests.support.web_samples import PASSWORD

CLASSES = packages.CLASSES if pdfs and others else {}
TRANSPORT = ("endless_body", "many_parts", "slow_client", "abort")
CLIENTS = 2
FINAL_WITHIN = 35.0
UPLOAD_MB = "20"
BOUNDARY = "----hostile"


@dataclass
class Outcome:
    sent: Counter[str] = field(default_factory=Counter)
    final: Counter[str] = field(default_factory=Counter)            # states and codes that files ended in
    faults: list[str] = field(default_factory=list)                 # 5xx, late or lost files
    seconds: dict[str, float] = field(default_factory=dict)         # the slowest of each class
    alive: list[float] = field(default_factory=list)                # seconds that /healthz took
    exits: int = 0

    @property
    def p99(self) -> float:
        return sorted(self.alive)[int(0.99 * (len(self.alive) - 1))]


class Run:
    def __init__(self, server: Server) -> None:
        self.server, self.outcome = server, Outcome()
        self.address = ("127.0.0.1", server.port)
        csrf = server.http.post("/api/v1/users", json={"email": "a@example.com", "password": PASSWORD}).json()["csrf"]
        self.secret = server.http.post("/api/v1/tokens", json={"name": "t"}, headers={"X-CSRF-Token": csrf}).json()[
            "secret"]
        self.over = threading.Event()

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=f"http://127.0.0.1:{self.server.port}", timeout=60,
                             headers={"Authorization": f"Bearer {self.secret}"})

    def probe(self) -> None:
        with httpx2.Client(base_url=f"http://127.0.0.1:{self.server.port}", timeout=30) as http:
            while not self.over.is_set():
                start = time.monotonic()
                try:
                    good = http.get("/healthz").status_code == 200
                except httpx2.TransportError:
                    good = False
                self.outcome.alive.append(time.monotonic() - start)
                if not good:
                    self.outcome.faults.append("/healthz")
                time.sleep(0.05)

    def work(self, waiting: queue.Queue[tuple[str, int]]) -> None:
        with self.client() as http:
            while True:
                try:
                    name, seed = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    self.send(http, name, seed)
                except Exception as error:  # noqa: BLE001 (counted, and the others go on)
                    self.outcome.faults.append(f"{name} {seed}: {error!r}")
                self.outcome.sent[name] += 1

    def send(self, http: httpx2.Client, name: str, seed: int) -> None:
        case = http.post("/api/v1/cases", json={"base_type": "joint_research_center",
                                                "application_date": "2025-06-30"}).json()["id"]
        path = f"/api/v1/cases/{case}/files"
        if name in TRANSPORT:
            self.transport(name, path)
            return
        file, data = CLASSES[name](random.Random(f"{name} {seed}"))
        answer = http.post(path, content=body(file, data, name), headers={
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
        start = time.monotonic()
        self.status(name, answer)
        if not answer.is_success:
            self.outcome.final[f"{answer.status_code}"] += 1
            return
        for one in answer.json():
            if one.get("code"):
                self.outcome.final[one["code"]] += 1
        if not self.listed(http, path):
            return
        self.status(name, http.post(f"/api/v1/cases/{case}/assessments"))
        state = ""
        while time.monotonic() - start < FINAL_WITHIN + 60 and state not in {"done", "failed"}:
            files = self.listed(http, path)
            if all(one["state"] in {"done", "unread"} for one in files):
                self.outcome.seconds.setdefault(f"{name} {seed}", time.monotonic() - start)
                state = http.get(f"/api/v1/cases/{case}/job").json()["state"]
            time.sleep(0.1)
        taken = self.outcome.seconds.get(f"{name} {seed}", time.monotonic() - start)
        if taken > FINAL_WITHIN or state != "done":
            self.outcome.faults.append(f"{name} {seed}: {taken:.0f} s, job {state}")
        for one in self.listed(http, path):
            codes = [notice["code"] for notice in one["notices"]]
            self.outcome.final[f"{one['state']}: {codes[0]}" if codes else one["state"]] += 1

    def listed(self, http: httpx2.Client, path: str) -> list[dict[str, Any]]:
        answer = http.get(path)
        self.status(path, answer)
        found: list[dict[str, Any]] = answer.json()
        return found

    def status(self, name: str, answer: httpx2.Response) -> None:
        if answer.status_code >= 500:
            self.outcome.faults.append(f"{name}: {answer.status_code}")

    def transport(self, name: str, path: str) -> None:
        """Over a bare connection: what a client of ours would not do."""
        head = (f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.secret}\r\n"
                f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n")
        part = body("a.txt", b"x" * 100, "")
        with socket.create_connection(self.address, 30) as connection:
            if name == "slow_client":
                connection.sendall((head + "Content-Length: 100000\r\n\r\n").encode())
                for letter in part[:20]:
                    connection.sendall(bytes([letter]))
                    time.sleep(0.1)
                return
            if name == "abort":
                connection.sendall((head + "Content-Length: 5000000\r\n\r\n").encode() + part[:90])
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                return
            if name == "many_parts":
                parts = part[:-len(f"--{BOUNDARY}--\r\n")] * 20_000
                connection.sendall((head + f"Content-Length: {len(parts)}\r\n\r\n").encode())
                pieces = [parts]
            else:
                connection.sendall((head + "Transfer-Encoding: chunked\r\n\r\n").encode())
                pieces = [f"{len(part):x}\r\n".encode() + part + b"\r\n",
                          *[b"100000\r\n" + b"x" * 0x100000 + b"\r\n"] * 400]
            try:
                for piece in pieces:
                    connection.sendall(piece)
                answer = connection.recv(200)
            except OSError:
                answer = b""  # it had enough, and said so by closing
            if b" 5" in answer[:12]:
                self.outcome.faults.append(f"{name}: {answer[:60]!r}")


def body(file: str, data: bytes, name: str) -> bytes:
    raw = file.encode("latin-1") if name == "name_in_gbk" else file.encode("utf-8", "surrogateescape")
    return (f"--{BOUNDARY}\r\n".encode() + b'Content-Disposition: form-data; name="files"; filename="'
            + raw.replace(b'"', b"%22") + b'"\r\nContent-Type: application/octet-stream\r\n\r\n' + data
            + f"\r\n--{BOUNDARY}--\r\n".encode())


def run(seeds: int, folder: Path, names: tuple[str, ...] = ()) -> Outcome:
    """All classes (or those of `names`) with seeds 1 to `seeds`, by two clients at a time."""
    with mock.patch.dict(os.environ, {"GUOHE_UPLOAD_MB": UPLOAD_MB}):
        server = Server(folder)
    try:
        made = Run(server)
        waiting: queue.Queue[tuple[str, int]] = queue.Queue()
        for seed in range(1, seeds + 1):
            for name in names or (*CLASSES, *TRANSPORT):
                waiting.put((name, seed))
        until(lambda: server.http.get("/readyz").is_success)
        threads = [threading.Thread(target=made.work, args=(waiting,)) for _ in range(CLIENTS)]
        prober = threading.Thread(target=made.probe)
        for thread in (prober, *threads):
            thread.start()
        for thread in threads:
            thread.join()
        made.over.set()
        prober.join()
        made.outcome.exits = int(server.process.poll() is not None)
        return made.outcome
    finally:
        server.kill()


def main(seeds: int) -> None:
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = run(seeds, Path(folder))
    print(f"{datetime.now(UTC):%Y-%m-%d}, `python -m tests.hostile.live {seeds}`: {len(found.sent)} classes, "
          f"{found.sent.total()} files in {time.monotonic() - start:.0f} s; server exits {found.exits}, faults "
          f"{len(found.faults)}; /healthz asked {len(found.alive)} times, p99 {1000 * found.p99:.0f} ms, longest "
          f"{1000 * max(found.alive):.0f} ms; slowest file {max(found.seconds.values()):.1f} s")
    for name, seconds in sorted(found.seconds.items(), key=lambda one: -one[1])[:8]:
        print(f"  {name}: {seconds:.1f} s")
    for fault in found.faults:
        print(f"  fault: {fault}")
    print("  " + ", ".join(f"{name} {count}" for name, count in sorted(found.final.items())))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
