"""The disk is full, the database is stopped: true servers, and what they say, keep and do when it is over.

The disk is a small tmpfs, where this computer lets one be mounted; that what is full is told and acknowledged nowhere
is shown everywhere by tests/operations/running/test_faults.py.
"""
from __future__ import annotations

import hashlib
import io
import sqlite3
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.cli import main
from tests.operations.running.test_jobs import Server, until
from tests.support import databases
from tests.support.databases import KINDS, fresh, stoppable
from tests.support.web_samples import APPLICATION, PASSWORD

SECRET = "a secret that all of them share, 42"
NEW = {"base_type": "joint_research_center", "application_date": "2025-06-30"}
SHAPE = {"code", "message", "message_en", "detail"}
LARGE, CLIENTS = 200_000, 3
ROOM = {"sqlite": 40, "postgresql": 160}   # megabytes


@cache
def mountable() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["/bin/mount", "-t", "tmpfs", "none", folder], check=False, capture_output=True).returncode:
            return False
        subprocess.run(["/bin/umount", folder], check=True)
    return True


DISKS = KINDS if mountable() else ()
STOPPABLE = [one for one in KINDS if one == "postgresql"]


@contextmanager
def disk(megabytes: int) -> Iterator[Path]:
    """A disk of its own, of that size, that other users find their way into."""
    folder = Path(tempfile.mkdtemp(prefix="guohe-disk-"))
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "-l", folder], check=True)
        folder.rmdir()


def fill(folder: Path, left: int) -> None:
    """Until no more than `left` bytes are free."""
    import shutil

    with (folder / "filler").open("ab", buffering=0) as stream:
        try:
            while (free := shutil.disk_usage(folder).free) > left:
                stream.write(b"\0" * min(1 << 20, free - left))
        except OSError:
            return


class Clients:
    """Somebody with a token, who makes cases and uploads files and keeps what was acknowledged."""

    def __init__(self, server: Server) -> None:
        self.server = server
        signed = server.http.post("/api/v1/users", json={"email": "a@example.com", "password": PASSWORD})
        csrf = signed.json()["csrf"]
        secret = server.http.post("/api/v1/tokens", json={"name": "t"}, headers={"X-CSRF-Token": csrf}).json()["secret"]
        server.http.cookies.clear()
        self.headers = {"Authorization": f"Bearer {secret}"}
        server.http.headers.update(self.headers)
        self.kept: dict[str, dict[str, str]] = {}    # case to its acknowledged files, by hash
        self.told: Counter[tuple[int, str]] = Counter()
        self.crooked: list[str] = []                 # answers that are no failure in the one shape
        self.lost: list[str] = []
        self._lock = threading.Lock()

    def write(self, over: threading.Event, number: int) -> None:
        with httpx2.Client(base_url=str(self.server.http.base_url), timeout=60, headers=self.headers) as http:
            count = 0
            while not over.is_set():
                count += 1
                made = http.post("/api/v1/cases", json=NEW)
                if made.status_code != 201:
                    self.failed(made)
                    over.wait(0.05)
                    continue
                case = made.json()["id"]
                with self._lock:
                    self.kept[case] = {}
                data = f"{number} {count} {APPLICATION}".encode().ljust(LARGE)
                added = http.post(f"/api/v1/cases/{case}/files", files=[("files", (f"{count}.txt", data))])
                if added.status_code != 200:
                    self.failed(added)
                    continue
                with self._lock:
                    self.kept[case][added.json()[0]["file"]["id"]] = hashlib.sha256(data).hexdigest()

    def failed(self, answer: Any) -> None:
        try:
            error = answer.json()["error"]
            good = set(error) == SHAPE and error["message"] and error["message_en"]
        except (ValueError, KeyError):
            error, good = {"code": "?"}, False
        with self._lock:
            self.told[answer.status_code, error["code"]] += 1
            if not good:
                self.crooked.append(answer.text[:200])

    @contextmanager
    def writing(self) -> Iterator[None]:
        over = threading.Event()
        threads = [threading.Thread(target=self.write, args=(over, number)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def look(self) -> None:
        """What of the acknowledged is lost, and what is listed and is not whole."""
        for case, files in self.kept.items():
            listed = {one["id"]: one["sha256"] for one in self.server.http.get(f"/api/v1/cases/{case}/files").json()}
            self.lost += [f"{case}/{file}" for file, sha256 in files.items() if listed.get(file) != sha256]
            for file, sha256 in listed.items():
                content = self.server.http.get(f"/api/v1/cases/{case}/files/{file}/content").content
                if hashlib.sha256(content).hexdigest() != sha256:
                    self.lost.append(f"{case}/{file}: not whole")

    def asked(self) -> tuple[str, str]:
        """A case with a file, and an assessment of it that was asked for."""
        case = self.server.http.post("/api/v1/cases", json=NEW).json()["id"]
        self.server.http.post(f"/api/v1/cases/{case}/files", files=[("files", ("a.txt", APPLICATION.encode()))])
        answer = self.server.http.post(f"/api/v1/cases/{case}/assessments")
        assert answer.status_code == 202, answer.text
        return case, str(answer.json()["id"])

    def ended(self, case: str) -> Any:
        answer = self.server.http.get(f"/api/v1/cases/{case}/job")
        found = answer.json() if answer.status_code == 200 else {"state": ""}
        return found if found["state"] in {"done", "failed"} else None


@pytest.mark.parametrize("kind", DISKS)
def test_a_full_disk_acknowledges_nothing_and_loses_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data, database and temporary folder on one small disk, filled under writing clients: each failure says so, what
    is there can be read, nothing acknowledged is lost, nothing is half there, and with space it all works again.
    """
    clients = filled_once(kind, monkeypatch)
    assert any(clients.kept.values())
    assert clients.told[507, "no_space"]
    assert set(clients.told) <= {(507, "no_space"), (503, "database_away")}
    assert clients.crooked == []
    assert clients.lost == []


def filled_once(kind: str, environment: pytest.MonkeyPatch) -> Clients:
    """A disk that is filled and freed under clients, and what they met."""
    with disk(ROOM[kind]) as small:
        (small / "tmp").mkdir()
        environment.setenv("TMPDIR", str(small / "tmp"))
        if kind == "sqlite":
            clients = full_and_free(small, lambda: None)
            for path in (small / "data").glob("*.sqlite3"):
                with sqlite3.connect(path) as connection:
                    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), path
            assert well(small / "data")
            return clients
        (small / "pg").mkdir()
        there = databases.Server(small / "pg")
        environment.setenv("GUOHE_DATABASE_URL", fresh(there.address))
        environment.setenv("GUOHE_SECRET", SECRET)
        try:
            clients = full_and_free(small, there.up)
            assert well(small / "data")
            return clients
        finally:
            there.stop()


def well(data: Path) -> bool:
    """As the doctor says, without its words."""
    with redirect_stdout(io.StringIO()):
        return main(["doctor", "--data", str(data), "--lang", "en"]) == 0


def full_and_free(small: Path, again: Any) -> Clients:
    """`again` starts what a full disk has stopped beside the server."""
    server = Server(small)
    try:
        clients = Clients(server)
        until(lambda: server.http.get("/readyz").is_success)
        before, _ = clients.asked()
        assert until(lambda: clients.ended(before))["state"] == "done"
        fill(small, 3_000_000)
        with clients.writing():
            until(lambda: sum(clients.told.values()) >= 20)
            fill(small, 0)
            count = sum(clients.told.values())
            until(lambda: sum(clients.told.values()) >= count + 20)
        assert server.http.get("/healthz").status_code == 200
        # what fails leaves a page free here and there, which a probe may still find
        until(lambda: fill(small, 0) or server.http.get("/readyz").status_code == 503)
        if server.http.get("/readyz").json()["parts"]["database"] == "ok":
            assert server.http.get(f"/api/v1/cases/{before}/assessments/latest").status_code == 200
        (small / "filler").unlink()
        again()
        until(lambda: server.http.post("/api/v1/cases", json=NEW).status_code == 201)
        clients.look()
        after, _ = clients.asked()
        assert until(lambda: clients.ended(after))["state"] == "done"
        assert server.process.poll() is None
        return clients
    finally:
        server.kill()


@pytest.mark.parametrize("kind", STOPPABLE)
def test_a_database_that_is_stopped_is_said_and_comes_back(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                           ) -> None:
    """Stopped in the middle of work and of writing: 503 with text for programs and for people, nothing acknowledged is
    lost, and with the database back everything goes on by itself, the assessment under way too, with one result.
    """
    with stoppable() as there:
        monkeypatch.setenv("GUOHE_DATABASE_URL", fresh(there.address))
        monkeypatch.setenv("GUOHE_SECRET", SECRET)
        server = Server(tmp_path)
        try:
            clients = Clients(server)
            until(lambda: server.http.get("/readyz").is_success)
            with clients.writing():
                until(lambda: any(clients.kept.values()))
                case, job = clients.asked()
                there.stop()
                until(lambda: sum(clients.told.values()) >= 20)
            assert clients.crooked == []
            assert set(clients.told) == {(503, "database_away")}
            answer = server.http.get(f"/api/v1/cases/{case}")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
            assert "数据库" in answer.json()["error"]["message"]
            assert "127.0.0.1" not in answer.text
            page = server.http.get("/cases", headers={"Accept": "text/html"})
            assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
            assert "数据库暂时连接不上" in page.text
            assert server.http.get("/healthz").status_code == 200
            ready = server.http.get("/readyz")
            assert (ready.status_code, ready.json()["parts"]["database"]) == (503, "failed")
            there.start()
            until(lambda: server.http.get("/readyz").is_success)
            clients.look()
            assert clients.lost == []
            found = until(lambda: clients.ended(case))
            assert (found["id"], found["state"]) == (job, "done")
            results = server.http.get(f"/api/v1/cases/{case}/assessments").json()["items"]
            assert [one["number"] for one in results] == [1]
            after, _ = clients.asked()
            assert until(lambda: clients.ended(after))["state"] == "done"
        finally:
            server.kill()
