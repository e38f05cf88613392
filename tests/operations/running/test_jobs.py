"""Jobs on the true engine: they survive a crash at any point and leave exactly one result."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.service.background import executors
from api.service.background import jobs as engine
from api.service.background.executors import Presence
from api.service.background.jobs import Jobs, Steps
from api.service.context import new_id, now
from api.service.records import JobState
from api.store.database import Database
from api.store.models import Case, Job, User
from api.store.rows import INSTALLATION
from tests.support.databases import KINDS, fresh, server
from tests.support.web_samples import APPLICATION, PASSWORD

PATIENCE = 60.0


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What `true` gives once it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError("nothing happened in time")


@pytest.fixture(scope="module", params=KINDS)
def addresses(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A database, and where the engine keeps its own state: beside it."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("jobs")
        yield f"sqlite:///{folder / 'a.sqlite3'}", f"sqlite:///{folder / 'jobs.sqlite3'}"
        return
    with server() as address:
        made = fresh(address)
        yield made, made.replace("+psycopg", "")


@pytest.fixture(scope="module")
def database(addresses: tuple[str, str]) -> Iterator[Database]:
    made = Database(addresses[0])
    made.migrate()
    yield made
    made.close()


def job(database: Database, **changes: Any) -> str:
    """A job's row, as a request would have committed it."""
    user, case, made = new_id(), new_id(), new_id()
    with database.writing(INSTALLATION) as session:
        session.add(User(id=user, email=f"{user}@example.com", name="", role="applicant", password_hash="-",
                         active=True, created=now()))
        session.flush()
        session.add(Case(id=case, owner_id=user, title="", applicant="", base_type="x", application_date=now().date(),
                         created=now(), updated=now(), revision=1, demo=False, latest_id=None))
        session.flush()
        session.add(Job(**{
            "id": made, "case_id": case, "requested_by": user, "revision": 1, "state": JobState.QUEUED, "step": "",
            "done": 0, "total": 0, "files": [], "base_type": "x", "application_date": now().date(), "created": now(),
            "updated": now(), "attempts": 0, "error": "", "error_en": "", **changes}))
    return made


def finish(database: Database, job_id: str) -> None:
    with database.writing(INSTALLATION) as session:
        session.get_one(Job, job_id).state = JobState.DONE


@contextmanager
def running(database: Database, url: str, work: Callable[[str, Steps], None]) -> Iterator[Jobs]:
    made = Jobs(url, database, work, workers=2)
    made.start()
    try:
        until(lambda: made.ready or made.failed)
        assert made.failed == ""
        yield made
    finally:
        made.stop()


def test_a_job_runs_its_steps_in_order_and_once(database: Database, addresses: tuple[str, str]) -> None:
    """Handing it over twice, as an impatient user might, changes nothing."""
    done: list[tuple[str, Any]] = []

    def work(job_id: str, step: Steps) -> None:
        first = step("one", lambda: ["材料", 1, None])
        done.append(("one", first))
        step("two", lambda: done.append(("two", None)))
        step("end", lambda: finish(database, job_id))

    with running(database, addresses[1], work) as jobs:
        made = job(database)
        jobs.submit(made)
        jobs.submit(made)
        until(lambda: _state(database, made) == JobState.DONE)
        jobs.submit(made)
        time.sleep(1.0)
    assert done == [("one", ["材料", 1, None]), ("two", None)]


def test_a_job_that_nobody_handed_over_is_found_at_the_start(database: Database, addresses: tuple[str, str]) -> None:
    """A crash between the commit and the handing over loses nothing."""
    made = job(database)
    done: list[str] = []

    def work(job_id: str, step: Steps) -> None:
        step("one", lambda: done.append(job_id))
        step("end", lambda: finish(database, job_id))

    with running(database, addresses[1], work):
        until(lambda: _state(database, made) == JobState.DONE)
    assert done == [made]


def test_a_job_of_a_dead_process_goes_on_where_it_was(
        database: Database, addresses: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first step is not done again, the interrupted one is; the lock of the dead says at once that it is dead, so
    that its last sign of life is not waited out.
    """
    monkeypatch.setattr(executors, "DEAD_AFTER", timedelta(days=1))
    made = job(database)
    script = (
        "import os, sys, time\n"
        "from api.service.background.jobs import Jobs\nfrom api.store.database import Database\n"
        "def work(job_id, step):\n"
        "    step('one', lambda: 1)\n"
        "    step('two', lambda: os.kill(os.getpid(), 9))\n"
        "jobs = Jobs(sys.argv[2], Database(sys.argv[1]), work, 1)\njobs.start()\ntime.sleep(60)\n")
    ended = subprocess.run([sys.executable, "-c", script, *addresses], check=False, capture_output=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    done: list[str] = []

    def work(job_id: str, step: Steps) -> None:
        step("one", lambda: done.append("one"))
        step("two", lambda: done.append("two"))
        step("end", lambda: finish(database, job_id))

    with running(database, addresses[1], work):
        until(lambda: _state(database, made) == JobState.DONE)
    assert done == ["two"]


def test_a_job_that_keeps_failing_outside_its_steps_is_given_up(
        database: Database, addresses: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried a few times and then says that it was interrupted, instead of going round for ever."""
    monkeypatch.setattr(engine, "HEARTBEAT_SECONDS", 0.2)
    made = job(database, attempts=engine.MOST_ATTEMPTS - 1)
    tries: list[str] = []

    def work(job_id: str, _step: Steps) -> None:
        tries.append(job_id)
        raise RuntimeError("outside of any step")

    with running(database, addresses[1], work):
        until(lambda: _state(database, made) == JobState.FAILED)
    with database.reading(INSTALLATION) as session:
        found = session.get_one(Job, made)
        assert "中断" in found.error
    assert len(tries) == 2


def test_a_job_that_was_taken_and_then_lost_in_this_very_process_is_taken_again(
        database: Database, addresses: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An error between the two is only logged by the engine, and the job would be a living process's for ever."""
    from dbos import _queue

    monkeypatch.setattr(engine, "HEARTBEAT_SECONDS", 0.2)
    run, lost = _queue.execute_dequeued_workflow, []

    def lose(dbos: Any, status: Any, owner: str) -> Any:
        if lost:
            return run(dbos, status, owner)
        lost.append(status["workflow_uuid"])
        raise ConnectionError("the database went away")

    monkeypatch.setattr(_queue, "execute_dequeued_workflow", lose)
    made = job(database)

    def work(job_id: str, step: Steps) -> None:
        step("end", lambda: finish(database, job_id))

    with running(database, addresses[1], work):
        until(lambda: _state(database, made) == JobState.DONE)
    assert lost == [made]


def test_an_engine_that_cannot_start_is_started_again(
        database: Database, addresses: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is away, or too slow for a moment, leaves no process without its work."""
    from dbos import DBOS

    monkeypatch.setattr(engine, "HEARTBEAT_SECONDS", 0.2)
    launch, refused = DBOS.launch, []

    def refuse() -> None:
        if refused:
            launch()
            return
        refused.append(True)
        raise ConnectionError("the database is away")

    monkeypatch.setattr(DBOS, "launch", refuse)
    made, done = Jobs(addresses[1], database, lambda job_id, _step: finish(database, job_id), workers=2), job(database)
    made.start()
    try:
        until(lambda: _state(database, done) == JobState.DONE)
        assert (refused, made.failed) == ([True], "")
    finally:
        made.stop()


def test_one_process_at_a_time_hands_over_what_nobody_works_on(
        database: Database, addresses: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one that looked earlier and acts later takes jobs from whom another one gave them to."""
    others: list[bool] = []
    living = Presence.living

    def looked(presence: Presence) -> set[str]:
        if threading.current_thread().name == "jobs":
            with database.sole(engine._ADOPTING) as alone:
                others.append(alone)
        return living(presence)

    monkeypatch.setattr(Presence, "living", looked)
    made = job(database)
    with running(database, addresses[1], lambda job_id, _step: finish(database, job_id)):
        until(lambda: _state(database, made) == JobState.DONE)
    assert others[:2] == [True, database.embedded]   # before the hand-over, and within


def _state(database: Database, job_id: str) -> str:
    with database.reading(INSTALLATION) as session:
        return session.get_one(Job, job_id).state


# The whole server -----------------------------------------------------------------------------------------------------

class Server:
    """`guohe serve` as a process of its own; `program` is another way to start it."""

    def __init__(self, folder: Path, program: Sequence[str] = ("-m", "api.cli")) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = (folder / "log.txt").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, *program, "serve", "--port", str(self.port), "--data", str(folder / "data")],
            stdout=self.log, stderr=self.log, env={**os.environ, "GUOHE_CACHE": str(folder / "cache")})
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        until(self.answers)

    def answers(self) -> bool:
        assert self.process.poll() is None
        try:
            return bool(self.http.get("/healthz").is_success)
        except httpx2.TransportError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.log.close()


def test_a_server_killed_in_the_middle_of_an_assessment_finishes_it_after_its_restart(tmp_path: Path) -> None:
    """kill -9 while files are being read: the next start goes on by itself, and there is exactly one result."""
    first = Server(tmp_path)
    try:
        csrf = first.http.post("/api/v1/users", json={"email": "a@example.com", "password": PASSWORD}).json()["csrf"]
        first.http.headers["X-CSRF-Token"] = csrf
        secret = first.http.post("/api/v1/tokens", json={"name": "test"}).json()["secret"]
        case = first.http.post("/api/v1/cases", json={"base_type": "joint_research_center",
                                                      "application_date": "2025-06-30"}).json()["id"]
        text = "".join(f"第{number}节。{APPLICATION}" for number in range(15))
        files = [("files", (f"材料{number}.txt", f"{number}\n{text}".encode())) for number in range(8)]
        assert first.http.post(f"/api/v1/cases/{case}/files", files=files).is_success
        made = first.http.post(f"/api/v1/cases/{case}/assessments").json()
        until(lambda: first.http.get(f"/api/v1/cases/{case}/job").json()["done"] >= 2)
    finally:
        first.kill()
    second = Server(tmp_path)
    try:
        second.http.headers["Authorization"] = f"Bearer {secret}"

        def ended() -> Any:
            found = second.http.get(f"/api/v1/cases/{case}/job").json()
            return found if found["state"] in {"done", "failed"} else None

        found = until(ended)
        assert (found["id"], found["state"], found["done"]) == (made["id"], "done", 8)
        assert [one["number"] for one in second.http.get(f"/api/v1/cases/{case}/assessments").json()["items"]] == [1]
        states = {one["state"] for one in second.http.get(f"/api/v1/cases/{case}/files").json()}
        assert states == {"done"}
        second.process.send_signal(signal.SIGTERM)
        assert second.process.wait(PATIENCE) == 0
    finally:
        second.kill()
