"""Background jobs that survive a restart: the one place that knows DBOS.

A job is a row of the table `jobs` (an assessment) or `readings` (a second reading of one), written in the same
transaction as what asked for it; that row is the truth. Readings have a queue of their own: they take minutes, and
assessments do not wait for them. DBOS runs a job as a workflow of the same id, step by step, and after a crash goes
on from the step that was interrupted. Each process is an executor of its own (`api.service.background.executors`), so
that the jobs of a dead one are taken over and those of a living one are not. A job without a workflow (a crash between
the two) is handed over again. Steps may run twice, so each leaves the same behind when it does.
"""
from __future__ import annotations

import itertools
import json
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.background.executors import Presence
from api.service.records import JobState
from api.store.database import Database
from api.store.models import Job, Reading
from api.store.rows import INSTALLATION
from api.telemetry import traces

log = logging.getLogger(__name__)

NAME = "guohe"
VERSION = "1"             # of the steps: a change leaves jobs of the old version to be begun again
QUEUE, READINGS = "assessments", "readings"
READINGS_AT_ONCE = 8      # of one process; how many requests that makes is a setting
POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 2.0
LOOK_EVERY = 3            # heartbeats between two looks for jobs that nobody works on, unless a process has died
MOST_ATTEMPTS = 5
KEPT = timedelta(days=3)
FORGET_EVERY = 600        # looks: an hour

_ADOPTING = 5002          # for Database.sole

Value = TypeVar("Value")


class Steps(Protocol):
    """How a job does its work: `step(name, work)` runs `work` once, or gives what it gave before a crash.

    What it gives must be plain enough for JSON.
    """

    def __call__(self, name: str, work: Callable[[], Value], /) -> Value: ...


Work = Callable[[str, Steps], None]


class Queue(Protocol):
    """What the application needs of the engine; `submit` hands over a job whose row is committed."""

    @property
    def ready(self) -> bool: ...

    @property
    def failed(self) -> str: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def submit(self, job_id: str) -> None: ...


class Jobs:
    """The job engine of this process. Start it once; it is a singleton because DBOS is."""

    def __init__(self, url: str, database: Database, work: Work, workers: int) -> None:
        self._url, self._database, self._work, self._workers = url, database, work, workers
        self._presence = Presence(database)
        self._stop = threading.Event()
        self._known = threading.Event()   # to the others, as a process that lives
        self._ready = threading.Event()
        self._threads: list[threading.Thread] = []
        self._failed = ""
        self._running: list[str] = []   # jobs, one that runs beside what is left of an earlier run of it twice
        self._idle: set[str] = set()    # jobs that are this process's and did not run when it looked last

    @property
    def ready(self) -> bool:
        return self._ready.is_set()

    @property
    def failed(self) -> str:
        """Why it could not start, "" while nothing is wrong."""
        return self._failed

    def start(self) -> None:
        """Begin in the background: importing and launching takes seconds, and the page need not wait for it."""
        for name, target in (("heartbeat", self._live), ("jobs", self._run)):
            thread = threading.Thread(target=target, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Take no more jobs. One under way is left as after a crash, and goes on at the next start."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)
        if self._ready.is_set():
            from dbos import DBOS

            self._ready.clear()
            DBOS.destroy()
        _current.clear()
        self._presence.leave()

    def submit(self, job_id: str) -> None:
        """Hand a committed job over; where the engine is not there yet, its start or its next look finds it."""
        if self._ready.is_set():
            try:
                self._enqueue(job_id, job_id)
            except Exception:
                log.exception("job %s could not be handed over and will be again", job_id)

    def _live(self) -> None:
        """Beats, from before the engine's start on: nothing that takes long may keep them."""
        while True:
            try:
                self._presence.beat()
                self._known.set()
            except Exception as error:  # noqa: BLE001 - the database may be away for a while
                log.warning("that this process lives could not be said (%s); trying again", error)
            if self._stop.wait(HEARTBEAT_SECONDS * (LOOK_EVERY if self._database.embedded else 1)):
                return

    def _run(self) -> None:
        """Looks after jobs until stopped: starts the engine, takes over from dead processes, forgets what is done."""
        while not (self._known.wait(HEARTBEAT_SECONDS) and self._launched()):
            if self._stop.wait(HEARTBEAT_SECONDS):
                return
        looks, living = 0, set[str]()
        for beats in itertools.count():
            try:
                before, living = living, self._presence.living()
                if before - living or beats % LOOK_EVERY == 0:
                    self._adopt()
                    if looks % FORGET_EVERY == 0:
                        self._forget()
                    looks += 1
            except Exception as error:  # noqa: BLE001 - the database may be away for a while
                log.warning("jobs could not be looked after (%s); trying again", error)
            if self._stop.wait(HEARTBEAT_SECONDS):
                return

    def _launched(self) -> bool:
        """Whether the engine has started; what keeps it from that, such as a database that is away, may pass."""
        try:
            self._launch()
        except Exception as error:
            log.exception("the job engine could not start; trying again")
            self._failed = type(error).__name__
            from dbos import DBOS

            with suppress(Exception):
                DBOS.destroy()
            _current.clear()
            return False
        self._failed = ""
        return True

    def _launch(self) -> None:
        """Starts the engine with a queue for assessments and one for readings."""
        from dbos import DBOS, DBOSConfig

        config: DBOSConfig = {
            "name": NAME, "system_database_url": self._url, "application_version": VERSION,
            "executor_id": self._presence.id, "log_level": "WARNING", "enable_otlp": False,
            "serializer": _serializer(),
        }
        _current.append(self)
        DBOS(config=config)
        _workflow()
        if self._workers == 0:  # others do the work
            DBOS.listen_queues([])
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=max(1, self._workers), polling_interval_sec=POLL_SECONDS,
                            on_conflict="always_update" if self._workers else "never_update")
        DBOS.register_queue(READINGS, worker_concurrency=READINGS_AT_ONCE, polling_interval_sec=POLL_SECONDS,
                            on_conflict="always_update" if self._workers else "never_update")
        self._ready.set()

    def _adopt(self) -> None:
        """Hand over what nobody works on: new jobs without a workflow, and those of executors that are dead.

        One process at a time: another one that looked before and acts later would take a job from whom it was given to.
        """
        with self._database.sole(_ADOPTING) as alone:
            if not alone:
                return
            with self._database.reading(INSTALLATION) as session:
                unfinished = [one for table in (Job, Reading) for one in session.scalars(select(table.id).where(
                    table.state.in_([JobState.QUEUED, JobState.RUNNING])).order_by(table.created)).all()]
            if unfinished:
                self._hand_over(unfinished)

    def _hand_over(self, job_ids: Sequence[str]) -> None:
        """Sees that each of these jobs runs somewhere: begun, resumed, begun afresh, or left to who lives."""
        from dbos import DBOS

        known = {status.workflow_id: status for status in DBOS.list_workflows(
            workflow_id_prefix=list(job_ids), load_input=False, load_output=False)}
        living = self._presence.living()   # after the look at what runs: who took a job was known to live before
        idle, self._idle = self._idle, set()
        for job_id in job_ids:
            runs = sorted(one for one in known if one.partition(".")[0] == job_id)
            last = known[runs[-1]] if runs else None
            if last is None:
                self._enqueue(job_id, job_id)
                continue
            if last.status in {"ENQUEUED", "DELAYED"} and last.app_version in {None, VERSION}:
                continue
            if last.status == "PENDING" and last.executor_id in living and not self._forgotten(last, job_id, idle):
                continue
            if not self._again(job_id):
                continue
            if last.status == "PENDING" and last.app_version == VERSION:
                log.info("job %s was interrupted and goes on", job_id)
                DBOS.resume_workflow(last.workflow_id, queue_name=self._turn(job_id)[0])
            else:  # it ended without ending its job (another version, a failure outside its steps): begun afresh
                self._enqueue(f"{job_id}.{len(runs)}", job_id)

    def _forgotten(self, workflow: Any, job_id: str, idle: set[str]) -> bool:
        """Whether this process took the job and does not run it, at this look and the one before: an error after it was
        taken, such as a lost connection, is only logged by the engine.
        """
        if workflow.executor_id != self._presence.id or job_id in self._running:
            return False
        self._idle.add(job_id)
        return job_id in idle

    def _enqueue(self, workflow_id: str, job_id: str) -> None:
        """A workflow of this id, unless there is one."""
        from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

        queue, turn = self._turn(job_id)
        with SetWorkflowID(workflow_id), SetEnqueueOptions(priority=turn):
            DBOS.enqueue_workflow(queue, _workflow(), job_id)

    def _forget(self) -> None:
        """Drop the engine's own record of jobs that ended some days ago; the table `jobs` keeps what matters."""
        from dbos import DBOS

        before = (datetime.now(UTC) - KEPT).isoformat()
        ended = DBOS.list_workflows(completed_before=before, limit=1_000, load_input=False, load_output=False)
        if ended:
            DBOS.delete_workflows([one.workflow_id for one in ended])

    def _again(self, job_id: str) -> bool:
        """Whether to try once more; a job that was interrupted too often may be what stops the server."""
        with self._database.writing(INSTALLATION) as session:
            job = _found(session, job_id)
            if job is None or job.state not in {JobState.QUEUED, JobState.RUNNING}:
                return False
            job.attempts += 1
            if job.attempts <= MOST_ATTEMPTS:
                return True
            log.error("job %s was interrupted %d times and is given up", job_id, job.attempts)
            failure = Failure("job_interrupted", times=job.attempts)
            job.state, job.error, job.error_en = JobState.FAILED, failure.chinese, str(failure)
            return False

    def _turn(self, job_id: str) -> tuple[str, int]:
        """The queue, and whose turn it is: the how manieth waiting job of its person this is, so that people take turns
        however many each has asked for.
        """
        with self._database.reading(INSTALLATION) as session:
            job = _found(session, job_id)
            if job is None:
                return QUEUE, 1
            table = type(job)
            return READINGS if table is Reading else QUEUE, 1 + (session.scalar(
                select(func.count()).select_from(table).where(
                    table.requested_by == job.requested_by, table.state.in_([JobState.QUEUED, JobState.RUNNING]),
                    table.created < job.created)) or 0)

    def run(self, job_id: str) -> None:
        """One job, within a workflow."""
        from dbos import DBOS

        def step(name: str, work: Callable[[], Value]) -> Value:
            def watched() -> Value:
                with traces.span(f"job {name.split()[0]}"):
                    return work()

            return DBOS.run_step({"name": name}, watched)

        self._running.append(job_id)
        try:
            self._work(job_id, step)
        finally:
            self._running.remove(job_id)


def _found(session: Session, job_id: str) -> Job | Reading | None:
    return session.get(Job, job_id) or session.get(Reading, job_id)


_current: list[Jobs] = []
_workflows: list[Any] = []


def _workflow() -> Any:
    """The workflow that runs a job, registered once in a process."""
    if not _workflows:
        from dbos import DBOS

        @DBOS.workflow(name="job")
        def job(job_id: str) -> None:
            _current[-1].run(job_id)

        _workflows.append(job)
    return _workflows[0]


def _serializer() -> Any:
    """JSON, so that nothing that stands in the engine's tables can run."""
    from dbos import Serializer

    class Json(Serializer):
        def serialize(self, data: Any) -> str:
            return json.dumps({"error": type(data).__name__} if isinstance(data, BaseException) else {"value": data})

        def deserialize(self, serialized_data: str) -> Any:
            found = json.loads(serialized_data)
            return RuntimeError(found["error"]) if "error" in found else _plain(found["value"])

        def name(self) -> str:
            return "guohe_json"

    return Json()


def _plain(value: Any) -> Any:
    """Arguments come as a mapping whose tuple became a list."""
    if isinstance(value, dict) and value.keys() == {"args", "kwargs"}:
        return {"args": tuple(value["args"]), "kwargs": value["kwargs"]}
    return value
