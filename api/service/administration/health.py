"""How the installation is: part by part, with what each holds, waits for or lacks."""
from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select

from api.service.access import Action, demand
from api.service.administration.modelling import Modelling
from api.service.background.executors import DEAD_AFTER
from api.service.background.jobs import Queue
from api.service.context import Context, now
from api.service.conversations.retrievers import FOLDER
from api.service.records import Actor
from api.store.models import Audit, Case, Doomed, Executor, File, Job, User
from api.store.rows import INSTALLATION

LITTLE = 1_000_000_000       # bytes that should be free
LONG = timedelta(minutes=10)  # that a job may wait


class State(StrEnum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    OFF = "off"     # by choice


@dataclass(frozen=True, slots=True)
class HealthPart:
    """`facts` are numbers and names by their keys, in order; pages have the words for the keys."""

    name: str
    state: State
    facts: dict[str, str | int | float | bool | datetime | None]


@dataclass(frozen=True)
class Health:
    context: Context
    jobs: Queue
    modelling: Modelling

    def parts(self, actor: Actor) -> tuple[HealthPart, ...]:
        demand(actor, Action.ADMINISTER)
        found = []
        for name, look in (("database", self._database), ("queue", self._queue), ("storage", self._storage),
                           ("index", self._index), ("parser", self._parser), ("model", self._model)):
            found.append(_looked(name, look))
        return tuple(found)

    def _database(self) -> HealthPart:
        """How much is stored, and whether row-level security holds."""
        with self.context.database.reading(INSTALLATION) as session:
            rows: dict[str, str | int | float | bool | datetime | None] = {
                name: session.scalar(select(func.count()).select_from(table)) or 0
                for name, table in (("cases", Case), ("files", File), ("users", User), ("audit_rows", Audit))}
        database = self.context.database
        kind = {"kind": database.engine.dialect.name}
        if database.embedded:
            return HealthPart("database", State.GOOD, {**kind, **rows})
        guarded = database.guarded()
        return HealthPart("database", State.GOOD if guarded else State.WARN, {**kind, "row_security": guarded, **rows})

    def _queue(self) -> HealthPart:
        """Jobs by state, the oldest one that waits, the processes that work."""
        with self.context.database.reading(INSTALLATION) as session:
            counts: dict[str, int] = {row[0]: row[1] for row in session.execute(
                select(Job.state, func.count()).group_by(Job.state))}
            oldest = session.scalar(select(func.min(Job.created)).where(Job.state == "queued"))
            workers = session.scalar(select(func.count()).select_from(Executor)
                                     .where(Executor.seen > now() - DEAD_AFTER)) or 0
        late = oldest is not None and now() - oldest > LONG
        state = State.BAD if self.jobs.failed else State.WARN if late or not self.jobs.ready else State.GOOD
        return HealthPart("queue", state, {
            "waiting": counts.get("queued", 0), "running": counts.get("running", 0), "failed": counts.get("failed", 0),
            "oldest": oldest, "workers": workers,
            "engine": self.jobs.failed or ("ready" if self.jobs.ready else "starting")})

    def _storage(self) -> HealthPart:
        free = shutil.disk_usage(self.context.settings.data).free
        healthy = self.context.contents.healthy()
        with self.context.database.reading() as session:
            doomed = session.scalar(select(func.count()).select_from(Doomed)) or 0
        state = State.BAD if not healthy else State.WARN if free < LITTLE else State.GOOD
        return HealthPart("storage", state, {"writable": healthy, "free_bytes": free, "to_delete": doomed})

    def _index(self) -> HealthPart:
        folder = self.context.settings.data / FOLDER
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
        return HealthPart("index", State.GOOD, {"built": size > 0, "bytes": size})

    def _parser(self) -> HealthPart:
        """The wall says what confines it; an installation without a wall reads in its own process."""
        try:
            levels = tuple(importlib.import_module("ingestion.parsing.sandbox.wall").level())
        except (ImportError, AttributeError):
            levels = ()
        return HealthPart("parser", State.GOOD if levels else State.WARN, {"confined_by": ", ".join(levels)})

    def _model(self) -> HealthPart:
        known = self.modelling.known()
        state = State.GOOD if known.enabled and known.url else State.OFF
        return HealthPart("model", state, {"enabled": known.enabled, "url": known.url, "model": known.model})


def _looked(name: str, look: Callable[[], HealthPart]) -> HealthPart:
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - a part that cannot be looked at is what the page has to say
        return HealthPart(name, State.BAD, {"error": type(error).__name__})

