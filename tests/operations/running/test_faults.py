"""What is acknowledged stays: a server killed while clients write, an index that is broken, a store that is gone.

Quick form; the long one: `python -m tests.long kill_server`.
"""
from __future__ import annotations

import hashlib
import random
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy.exc import OperationalError

from api.gate import outages
from api.service.administration.auditing import verify
from api.store.database import Database
from tests.operations.running.test_jobs import Server, until
from tests.support.web_samples import APPLICATION, PASSWORD, Installation, installation

CLIENTS = 4
KILLS = 2


class Writers:
    """Clients that make cases and upload files, and keep what was acknowledged."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.kept: dict[str, dict[str, str]] = {}   # case to its acknowledged files, by hash
        self._lock = threading.Lock()

    def run(self, port: int, over: threading.Event, number: int) -> None:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10,
                           headers={"Authorization": f"Bearer {self.secret}"}) as http:
            count = 0
            while not over.is_set():
                try:
                    answer = http.post("/api/v1/cases", json={"base_type": "joint_research_center",
                                                              "application_date": "2025-06-30"})
                    if answer.status_code != 201:
                        continue
                    case = answer.json()["id"]
                    with self._lock:
                        self.kept[case] = {}
                    for _ in range(3):
                        count += 1
                        data = f"{number} {count} {time.monotonic_ns()} {APPLICATION}".encode()
                        answer = http.post(f"/api/v1/cases/{case}/files", files=[("files", (f"{count}.txt", data))])
                        if answer.status_code == 200:
                            with self._lock:
                                self.kept[case][answer.json()[0]["file"]["id"]] = hashlib.sha256(data).hexdigest()
                except (httpx2.HTTPError, ValueError):
                    return


def killed(folder: Path, kills: int, seed: int, clients: int = CLIENTS) -> tuple[int, list[str]]:
    """How many writes were acknowledged, and what was lost of them over `kills` kills at random points."""
    chance = random.Random(seed)
    server = Server(folder)
    csrf = server.http.post("/api/v1/users", json={"email": "a@example.com", "password": PASSWORD}).json()["csrf"]
    secret = server.http.post("/api/v1/tokens", json={"name": "t"}, headers={"X-CSRF-Token": csrf}).json()["secret"]
    writers = Writers(secret)
    for _ in range(kills):
        over = threading.Event()
        threads = [threading.Thread(target=writers.run, args=(server.port, over, number)) for number in range(clients)]
        for thread in threads:
            thread.start()
        before = len(writers.kept)
        until(lambda before=before: len(writers.kept) > before + clients)
        time.sleep(chance.uniform(0.0, 0.5))
        server.kill()
        over.set()
        for thread in threads:
            thread.join()
        server = Server(folder)
    lost = []
    try:
        server.http.headers["Authorization"] = f"Bearer {secret}"
        for case, files in writers.kept.items():
            for file, digest in files.items():
                answer = server.http.get(f"/api/v1/cases/{case}/files/{file}/content")
                if answer.status_code != 200 or hashlib.sha256(answer.content).hexdigest() != digest:
                    lost.append(f"{case}/{file}: {answer.status_code}")
        lost += [case for case in writers.kept if server.http.get(f"/api/v1/cases/{case}").status_code != 200]
    finally:
        server.kill()
    for path in (folder / "data").glob("*.sqlite3"):
        with sqlite3.connect(path) as connection:
            if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                lost.append(f"{path.name}: integrity")
    database = Database(f"sqlite:///{folder / 'data' / 'guohe.sqlite3'}")
    if (broken := verify(database).broken) is not None:
        lost.append(f"the audit's chain is broken at {broken}")
    database.close()
    return sum(map(len, writers.kept.values())) + len(writers.kept), lost


def test_a_server_killed_while_clients_write_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """kill -9 at random points: every case and file that was answered for is there, byte for byte."""
    acknowledged, lost = killed(tmp_path, KILLS, 1)
    assert acknowledged > 10
    assert lost == []


@pytest.fixture
def site(tmp_path: Path) -> Any:
    with installation(tmp_path) as made:
        yield made


def test_a_disk_that_is_full_acknowledges_nothing(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The upload fails with a failure of its own shape, nothing half stays, and it works again with space."""
    me = site.client()
    case = me.case()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(site.services.context.contents), "put", full)
    answer = me.http.post(f"/api/v1/cases/{case}/files", files=[("files", ("a.txt", b"x"))])
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "no_space")
    assert set(answer.json()["error"]) == {"code", "message", "message_en", "detail"}
    assert me.get(f"/api/v1/cases/{case}/files").json() == []
    monkeypatch.undo()
    assert me.upload(case, ("a.txt", APPLICATION.encode()))[0]["file"]["name"] == "a.txt"


def test_a_database_that_is_gone_is_said_and_comes_back(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure in the one shape, `/readyz` says which part, `/healthz` stays, and afterwards all is there."""
    me = site.client()
    case = me.case()

    def gone(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    monkeypatch.setattr(site.services.context.database.engine, "connect", gone)
    monkeypatch.setattr(Database, "reading", gone)
    answer = me.get(f"/api/v1/cases/{case}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_away")
    assert "closed the connection" not in answer.text
    assert site.visitor().get("/readyz").json()["parts"]["database"] == "failed"
    assert site.visitor().get("/healthz").status_code == 200
    monkeypatch.undo()
    assert me.get(f"/api/v1/cases/{case}").json()["id"] == case


def test_what_the_program_itself_did_wrong_is_not_put_on_the_database() -> None:
    """A statement that cannot be right is a fault of the program; a disk that is full is one whatever came of it."""
    def wrapped(error: Exception) -> Exception:
        outer = ValueError("the body cannot be read")
        outer.__cause__ = error
        return outer

    locked, wrong = sqlite3.OperationalError("database is locked"), sqlite3.OperationalError("no such column")
    locked.sqlite_errorname, wrong.sqlite_errorname = "SQLITE_BUSY", "SQLITE_ERROR"
    assert outages.failure(OperationalError("", {}, wrong)) is None
    assert outages.failure(PermissionError(13, "denied")) is None
    away, full = outages.failure(OperationalError("", {}, locked)), outages.failure(wrapped(OSError(28, "full")))
    assert away is not None
    assert full is not None
    assert (away.code, full.code) == ("database_away", "no_space")


def test_what_was_read_and_is_broken_is_read_again(site: Installation) -> None:
    """Documents kept beside their files are only time: truncated, emptied or random bytes cost nothing else."""
    me = site.client()
    case = me.assessed()
    file = me.get(f"/api/v1/cases/{case}/files").json()[0]
    path = f"/api/v1/cases/{case}/files/{file['id']}/document"
    right = me.get(path).json()
    contents = site.services.context.contents
    variant = next(str(one) for one in _variants(site, file["sha256"]))
    for broken in (b"", contents.made(file["sha256"], variant)[:20], random.Random(1).randbytes(500)):  # type: ignore[index]
        contents.put_made(file["sha256"], variant, broken)
        site.services.documents.reader._recent.clear()
        assert me.get(path).json() == right


def _variants(site: Installation, sha256: str) -> list[str]:
    from api.service import versions
    assert site.services.context.contents.made(sha256, f"txt-{versions.reader()}.json.z") is not None
    return [f"txt-{versions.reader()}.json.z"]


STEPS = ("begin", "read 0", "read 1", "assess")


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("last", STEPS)
def test_an_assessment_that_was_cut_off_at_any_step_is_made_once(site: Installation, last: str, moment: str) -> None:
    """A process that dies before a step, or after it and before the engine has noted that: what goes on afterwards with
    what was noted leaves exactly one result. At each step ten times with true processes: `python -m tests.long
    kill_worker`.
    """
    me = site.client()
    case = me.case()
    me.upload(case, ("a.txt", APPLICATION.encode()), ("b.txt", b"x"))
    site.services.jobs.held = True  # type: ignore[attr-defined]
    job = me.post(f"/api/v1/cases/{case}/assessments").json()["id"]
    noted: dict[str, Any] = {}

    def step(name: str, work: Any) -> Any:
        if name in noted:
            return noted[name]
        if name == last and moment == "before":
            raise Killed
        value = work()
        if name == last:
            raise Killed
        noted[name] = value
        return value

    with pytest.raises(Killed):
        site.services.jobs.work(job, step)  # type: ignore[attr-defined]
    assert set(noted) == set(STEPS[:STEPS.index(last)])
    last = ""
    site.services.jobs.work(job, step)  # type: ignore[attr-defined]
    found = me.get(f"/api/v1/cases/{case}/job").json()
    assert (found["id"], found["state"], found["done"]) == (job, "done", 2)
    assert [one["number"] for one in me.get(f"/api/v1/cases/{case}/assessments").json()["items"]] == [1]
    assert {one["state"] for one in me.get(f"/api/v1/cases/{case}/files").json()} == {"done"}
