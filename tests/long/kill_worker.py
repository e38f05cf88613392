"""kill -9 of what does the work, at each named step and at random points: everything is resumed, with one result.

On SQLite the server does the work, and its service manager starts it again; on PostgreSQL several `guohe work` die at
once, and one that is started meanwhile takes their jobs over.
"""
from __future__ import annotations

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.long.dying import MOMENTS, STEPS
from tests.long.goals import Figure, Outcome
from tests.long.page import ROOT
from tests.operations.running.test_deployment import SECRET, free_port, process
from tests.operations.running.test_deployment import until as answers
from tests.operations.running.test_jobs import Server, until
from tests.support.databases import fresh, server
from tests.support.web_samples import APPLICATION, PASSWORD

WITHIN = 30.0    # seconds from the death to the result
FILES = 6
AT_ONCE = 5      # workers that die together on PostgreSQL
NAMED = 10       # times that each step is the last, on each database
LONGEST = 1.5    # seconds after the order at which a random kill comes


class Trials:
    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.faults: list[str] = []

    def ended(self, http: httpx2.Client, what: str, case: str, job: str, died: float) -> None:
        """The job's end, which must be within the time, and exactly one result."""
        seen: list[Any] = []

        def over() -> Any:
            seen[:] = [http.get(f"/api/v1/cases/{case}/job").json()]
            return seen[0] if seen[0]["state"] in {"done", "failed"} else None

        try:
            found = until(over, 4 * WITHIN)
        except (AssertionError, httpx2.HTTPError, ValueError, KeyError) as error:
            self.faults.append(f"{what}: not resumed after {time.monotonic() - died:.0f} s: {error!r}, job {seen}")
            return
        took = time.monotonic() - died
        self.seconds.append(took)
        numbers = [one["number"] for one in http.get(f"/api/v1/cases/{case}/assessments").json()["items"]]
        states = {one["state"] for one in http.get(f"/api/v1/cases/{case}/files").json()}
        if (found["id"], found["state"], found["done"], numbers, states) != (job, "done", FILES, [1], {"done"}):
            self.faults.append(f"{what}: {found}, results {numbers}, files {states}")
        elif took > WITHIN:
            self.faults.append(f"{what}: {took:.1f} s")


def run(count: int) -> Outcome:
    """`count` kills at random points, half of them on each database, after ten at each step on each."""
    named = [(step, moment) for step in STEPS for number in range(NAMED) for moment in [MOMENTS[number % 2]]]
    kills: dict[str, list[tuple[str, str] | None]] = {}
    for kind, chance in (("sqlite", count - count // 2), ("postgresql", count // 2)):
        kills[kind] = [*named, *[None] * chance]
    trials = {"sqlite": Trials(), "postgresql": Trials()}
    with tempfile.TemporaryDirectory() as folder:
        embedded(trials["sqlite"], Path(folder) / "one", kills["sqlite"])
        shared(trials["postgresql"], Path(folder) / "several", kills["postgresql"])
    figures = [Figure("每个步骤", "at each step", f"{len(STEPS)} × {NAMED}")]
    for kind, one in trials.items():
        figures += [Figure(f"{kind} 恢复", f"{kind} resumed", f"{len(one.seconds)} / {len(kills[kind])}"),
                    Figure(f"{kind} 从被杀到有结果的中位数、最长", f"{kind} from death to result, median and longest",
                           f"{statistics.median(one.seconds or [0]):.1f} s, {max(one.seconds, default=0):.1f} s")]
    faults = [f"{kind}: {fault}" for kind, one in trials.items() for fault in one.faults]
    return Outcome(count, tuple(figures), tuple(faults))


def order(http: httpx2.Client) -> tuple[str, str]:
    """A case with files that were never read before, and its job."""
    case = http.post("/api/v1/cases", json={"base_type": "joint_research_center",
                                            "application_date": "2025-06-30"}).json()["id"]
    files = [("files", (f"{number}.txt", f"{case} {number}\n{APPLICATION * 8}".encode())) for number in range(FILES)]
    http.post(f"/api/v1/cases/{case}/files", files=files).raise_for_status()
    answer = http.post(f"/api/v1/cases/{case}/assessments")
    answer.raise_for_status()
    return case, answer.json()["id"]


def signed(http: httpx2.Client, email: str = "a@example.com") -> str:
    """Somebody new, and the token to speak for them."""
    csrf = http.post("/api/v1/users", json={"email": email, "password": PASSWORD}).json()["csrf"]
    made: str = http.post("/api/v1/tokens", json={"name": "t"}, headers={"X-CSRF-Token": csrf}).json()["secret"]
    return made


# SQLite: the server itself ------------------------------------------------------------------------------------------

def embedded(trials: Trials, folder: Path, kills: list[tuple[str, str] | None]) -> None:
    folder.mkdir()
    living = Server(folder)
    headers = {"Authorization": f"Bearer {signed(living.http)}"}
    chance = random.Random(len(kills))
    for last in kills:
        if last is not None:
            living.kill()
            living = Server(folder, ("-m", "tests.long.dying", *last))
        living.http.headers.update(headers)
        until(lambda living=living: living.http.get("/readyz").is_success)
        case, job = order(living.http)
        if last is None:
            time.sleep(chance.uniform(0, LONGEST))
        else:
            living.process.wait(60)
        died = time.monotonic()
        living.kill()
        living = Server(folder)
        living.http.headers.update(headers)
        trials.ended(living.http, str(last or "random"), case, job, died)
    living.kill()


# PostgreSQL: workers --------------------------------------------------------------------------------------------------

def shared(trials: Trials, folder: Path, kills: list[tuple[str, str] | None]) -> None:
    chance = random.Random(len(kills))
    with server() as address:
        for start in range(0, len(kills), AT_ONCE):
            batch = kills[start:start + AT_ONCE]
            with web(folder / str(start), fresh(address)) as (http, environment):
                die_together(trials, folder / str(start), http, environment, batch, chance)


@contextmanager
def web(folder: Path, database: str) -> Iterator[tuple[httpx2.Client, dict[str, str]]]:
    """A process that serves and does not work, and what its workers need to be told."""
    port = free_port()
    common = {"GUOHE_DATABASE_URL": database, "GUOHE_BLOB_URL": (folder / "files").as_uri(), "GUOHE_SECRET": SECRET,
              "GUOHE_EMBEDDING": "off", "PYTHONPATH": str(ROOT)}
    with process(folder / "web", "-m", "api.cli", "serve", "--port", str(port), "--data", "data",
                 **{**common, "GUOHE_WORKERS": "0"}):
        answers(f"http://127.0.0.1:{port}/healthz")
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            http.headers["Authorization"] = f"Bearer {signed(http)}"
            yield http, {**common, "GUOHE_WORKERS": "1"}


def die_together(trials: Trials, folder: Path, http: httpx2.Client, environment: dict[str, str],
                 batch: list[tuple[str, str] | None], chance: random.Random) -> None:
    """As many workers as jobs; another one starts when they are dead, and must find the jobs of all of them."""
    with ExitStack() as stack:
        dying = []
        for number, last in enumerate(batch):
            program = ("-m", "tests.long.dying", *last) if last else ("-m", "api.cli")
            dying.append(stack.enter_context(process(folder / f"dying{number}", *program, "work", "--data", "data",
                                                     **environment)))
        orders = [order(http) for _ in batch]
        for last, one in zip(batch, dying, strict=True):
            if last is not None:
                one.wait(120)
        if None in batch:
            until(lambda: any(http.get(f"/api/v1/cases/{case}/job").json()["state"] != "queued" for case, _ in orders))
            time.sleep(chance.uniform(0, LONGEST))
        for one in dying:
            one.kill()
            one.wait()
        died = time.monotonic()
        survivor = stack.enter_context(process(folder / "survivor", "-m", "api.cli", "work", "--data", "data",
                                               **{**environment, "GUOHE_WORKERS": "2"}))
        waiting = [threading.Thread(target=trials.ended, args=(http, str(last or "random"), case, job, died))
                   for last, (case, job) in zip(batch, orders, strict=True)]
        for thread in waiting:
            thread.start()
        for thread in waiting:
            thread.join()
        if survivor.poll() is not None:
            said = (folder / "survivor" / "log").read_text(encoding="utf-8").strip().splitlines()
            trials.faults.append(f"the process that was to take over ended with {survivor.returncode}: {said[-1:]}")
