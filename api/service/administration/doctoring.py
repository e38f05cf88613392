"""A full check of an installation, and mending of what can be mended, each with a line that says what was done.

The store is the truth: rows and contents by their hashes. What was made of them (texts read from files, indexes, the
job engine's own tables) is thrown away where it is broken and made again by itself. What cannot be made again is named.
"""
from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import delete, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from api.errors import Failure
from api.service.administration.auditing import verify
from api.service.background.executors import DEAD_AFTER
from api.service.cases import stored
from api.service.cases.reading import REFUSED
from api.service.context import now, record_system
from api.service.conversations.retrievers import FOLDER
from api.service.environment.settings import Settings
from api.store.database import HEAD, VERSIONS, Database
from api.store.files import Files
from api.store.models import RULES, Assessment, Case, Content, Doomed, Executor, File, Job, row_security
from api.store.models.installation import APPEND_ONLY
from api.store.rows import INSTALLATION

STUCK = timedelta(hours=1)
SHOWN = 5
JOBS_FILE = "jobs.sqlite3"


class State(StrEnum):
    WELL = "well"
    MENDED = "mended"
    FOUND = "found"      # could be mended, and was not because only a check was asked for
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Found:
    """`what` is a key of texts; `names` are ids or hashes of what it is about, the first few."""

    what: str
    state: State
    count: int = 0
    names: tuple[str, ...] = ()


@dataclass
class Doctor:
    """`mend` needs the installation for itself where it is embedded (the caller holds its lock)."""

    settings: Settings
    mend: bool
    database: Database = field(init=False)
    contents: Files = field(init=False)

    def __post_init__(self) -> None:
        self.database, self.contents = Database(self.settings.database_url), Files(self.settings.blob_url)

    def look(self) -> Iterator[Found]:
        yield self._schema()
        for check in (self._database, self._audit, self._guards, self._rows, self._contents_there, self._orphans,
                      self._made, self._assessments, self._latest, self._stuck, self._engine, self._index):
            yield self._tried(check)
        self.database.close()

    @staticmethod
    def _tried(check: Callable[[], Found]) -> Found:
        try:
            return check()
        except (SQLAlchemyError, OSError, sqlite3.Error) as error:
            return Found(check.__name__.strip("_"), State.BROKEN, 1, (type(error).__name__,))

    def _found(self, what: str, names: list[str], mend: Callable[[], None] | None = None) -> Found:
        """Well without names; else mended where that can be and is wanted."""
        if not names:
            return Found(what, State.WELL)
        state = State.BROKEN if mend is None else State.MENDED if self.mend else State.FOUND
        if mend is not None and self.mend:
            mend()
            with self.database.writing(INSTALLATION) as session:
                record_system(session, "mend", "setting", what, count=len(names))
        return Found(what, state, len(names), tuple(names[:SHOWN]))

    def _schema(self) -> Found:
        with self.database.engine.connect() as connection:
            known = connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar() \
                if inspect(connection).has_table(VERSIONS) else None  # noqa: S608
        if known == HEAD:
            return Found("schema", State.WELL)
        if self.mend:
            self.database.migrate()
        return Found("schema", State.MENDED if self.mend else State.FOUND, 1, (str(known), HEAD))

    def _database(self) -> Found:
        if not self.database.embedded:
            return Found("database", State.WELL)
        with self.database.engine.connect() as connection:
            said = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
            lost = [f"{row[0]} {row[1]}" for row in connection.execute(text("PRAGMA foreign_key_check"))]
        return self._found("database", [one for one in said if one != "ok"] + lost)

    def _audit(self) -> Found:
        found = verify(self.database)
        return self._found("audit", [str(found.broken)] if found.broken is not None else [])

    def _guards(self) -> Found:
        """The triggers that refuse changes of the audit."""
        kind = self.database.engine.dialect.name
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'" if kind == "sqlite" else \
            "SELECT tgname FROM pg_trigger"
        with self.database.engine.connect() as connection:
            there = {str(row[0]) for row in connection.execute(text(query))}
        missing = [one for one in APPEND_ONLY[kind] if "TRIGGER" in one.split("ON")[0] and one.split()[2] not in there]

        def again() -> None:
            with self.database.writing(INSTALLATION) as session:
                for statement in missing:
                    session.execute(text(statement))

        return self._found("guards", [one.split()[2] for one in missing], again)

    def _rows(self) -> Found:
        """Row-level security of every table that has rules, on PostgreSQL."""
        if self.database.embedded:
            return Found("rows", State.WELL)
        with self.database.engine.connect() as connection:
            there = {(str(row[0]), str(row[1])) for row in connection.execute(text(
                "SELECT c.relname, p.polname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
                "WHERE c.relrowsecurity AND c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace"))}
        missing = [table for table in RULES if not {(table, one) for one in row_security.names(table)} <= there]

        def again() -> None:
            with self.database.writing() as session:
                for table in missing:
                    for statement in row_security.statements(table):
                        session.execute(text(statement))

        return self._found("rows", missing, again)

    def _contents_there(self) -> Found:
        """Every file's bytes, by their hash; those refused for a mark of secrecy are not kept on purpose."""
        with self.database.reading(INSTALLATION) as session:
            wanted = session.scalars(select(File.sha256).distinct()).all()
        lost = []
        for sha256 in wanted:
            try:
                whole = hashlib.sha256(self.contents.read(sha256)).hexdigest() == sha256
            except Failure:
                whole = self.contents.made(sha256, REFUSED) is not None
            if not whole:
                lost.append(sha256)
        return self._found("contents", lost)

    def _orphans(self) -> Found:
        """Contents that no row names: left by a crash in the middle of an upload."""
        with self.database.reading(INSTALLATION) as session:
            known = set(session.scalars(select(File.sha256).distinct()))
        orphans = sorted(set(self.contents.all()) - known)

        def away() -> None:
            for sha256 in orphans:
                self.contents.delete(sha256)
            with self.database.writing(INSTALLATION) as session:
                session.execute(delete(Doomed).where(Doomed.sha256.in_(orphans)))

        return self._found("orphans", orphans, away)

    def _made(self) -> Found:
        """What was read from files, where it cannot be unpacked: thrown away, and read again when it is needed."""
        import zlib

        broken = []
        for path in self.contents.listed("made/"):
            if path.endswith(".z"):
                try:
                    zlib.decompress(self.contents.raw(path))
                except (zlib.error, Failure):
                    broken.append(path)

        def away() -> None:
            for path in broken:
                self.contents.remove_raw(path)

        return self._found("made", broken, away)

    def _assessments(self) -> Found:
        """Whether every stored assessment can be read."""
        import zlib

        import msgspec

        broken: list[str] = []
        last = ""
        while True:
            with self.database.reading(INSTALLATION) as session:
                rows = session.execute(select(Content.assessment_id, Content.content).where(
                    Content.assessment_id > last).order_by(Content.assessment_id).limit(100)).all()
            if not rows:
                return self._found("assessments", broken)
            last = rows[-1][0]
            for identifier, content in rows:
                try:
                    stored.decode(content)
                except (zlib.error, msgspec.MsgspecError):
                    broken.append(identifier)

    def _latest(self) -> Found:
        """A case points to its newest assessment."""
        newest = select(Assessment.case_id, func.max(Assessment.number).label("number")).group_by(
            Assessment.case_id).subquery()
        with self.database.reading(INSTALLATION) as session:
            lost = session.execute(
                select(Case.id, Assessment.id).join(newest, newest.c.case_id == Case.id).join(Assessment, (
                    Assessment.case_id == Case.id) & (Assessment.number == newest.c.number))
                .where(Case.latest_id.is_(None) | Case.latest_id.not_in(select(Assessment.id)))).all()

        def point() -> None:
            with self.database.writing(INSTALLATION) as session:
                for case_id, assessment_id in lost:
                    session.get_one(Case, case_id).latest_id = assessment_id

        return self._found("latest", [row[0] for row in lost], point)

    def _stuck(self) -> Found:
        """Jobs that say they run while no living process works on them: queued again."""
        with self.database.reading(INSTALLATION) as session:
            alive = session.scalar(select(Executor.id).where(Executor.seen > now() - DEAD_AFTER).limit(1))
            ids = [] if alive else session.scalars(select(Job.id).where(
                Job.state == "running", Job.updated < now() - STUCK)).all()

        def again() -> None:
            with self.database.writing(INSTALLATION) as session:
                for job in session.scalars(select(Job).where(Job.id.in_(ids))):
                    job.state, job.step, job.attempts, job.updated = "queued", "waiting", 0, now()

        return self._found("stuck", list(ids), again)

    def _engine(self) -> Found:
        """The job engine's own tables: made again from the table of jobs."""
        path = self.settings.data / JOBS_FILE
        broken = [JOBS_FILE] if path.is_file() and not _sound(path) else []

        def away() -> None:
            for one in self.settings.data.glob(f"{JOBS_FILE}*"):
                one.unlink(missing_ok=True)

        return self._found("engine", broken, away)

    def _index(self) -> Found:
        """The search index: a cache, made again at the next question."""
        folder = self.settings.data / FOLDER
        broken = [path.name for path in sorted(folder.rglob("*.sqlite3")) if not _sound(path)]
        return self._found("index", broken, lambda: shutil.rmtree(folder, ignore_errors=True))


def _sound(path: Path) -> bool:
    with contextlib.suppress(sqlite3.Error), closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    return False
