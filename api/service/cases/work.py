"""The job that makes an assessment: read each file, say what is found in it, check all together, store the result.

Every step may run twice (a crash on the way) and leaves the same behind: documents are kept by content, and an
assessment belongs to its job, so that there is never a second one.
"""
from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import versions
from api.service.background.jobs import Steps
from api.service.cases import claims, standing, stored
from api.service.cases.events import Events
from api.service.cases.reading import Reader
from api.service.context import Context, new_id, now, record
from api.service.policies.policies import Policies
from api.service.records import Actor, FileState, JobState, Role
from api.service.views import file_view, job_view, line, notices, plain
from api.store.models import AssessedFile, Assessment, Case, Content, File, Job, User
from api.store.models import Event as EventRow
from api.store.rows import INSTALLATION
from ingestion.domain import Assessment as Result
from ingestion.domain import Document
from ingestion.errors import GuoheError
from ingestion.parsing import Progress
from ingestion.reading import UNREAD

log = logging.getLogger(__name__)

TELL_EVERY = 0.4   # seconds between two notes on one file's pages
SHOWN = 2          # pieces of evidence of a fact in an event


class OverError(Exception):
    """There is nothing left to do: the case was deleted meanwhile, or the job has ended before."""


@dataclass(frozen=True)
class Assessing:
    context: Context
    policies: Policies
    reader: Reader
    events: Events
    after: Callable[[str], None] = lambda _: None   # what follows an assessment, by its job

    def __call__(self, job_id: str, step: Steps) -> None:
        """Runs the steps of one job; whatever goes wrong ends in a step, too."""
        try:
            files = step("begin", partial(self._begin, job_id))
            for number, file_id in enumerate(files):
                step(f"read {number}", partial(self._read, job_id, file_id, number))
            step("assess", partial(self._assess, job_id, files))
            step("after", partial(self.after, job_id))
        except OverError:
            log.info("job %s is over", job_id)
        except Exception as error:
            log.exception("job %s failed", job_id)
            step("fail", partial(self._fail, job_id, _said(error)))

    def _begin(self, job_id: str) -> list[str]:
        """Take the case as it is now; the files to read."""
        with self.context.database.writing(INSTALLATION) as session:
            job, case = self._job(session, job_id)
            if job.state == JobState.QUEUED:
                rows = session.scalars(select(File.id).where(File.case_id == case.id, File.removed.is_(None))
                                       .order_by(File.name)).all()
                job.files, job.total, job.revision = list(rows), len(rows), case.revision
                job.base_type, job.application_date = case.base_type, case.application_date
                self._move(session, job, JobState.RUNNING, "reading")
            return list(job.files)

    def _read(self, job_id: str, file_id: str, number: int) -> None:
        """Read one file (or find it read), and say what it alone gives."""
        with self.context.database.writing(INSTALLATION) as session:
            job, _ = self._job(session, job_id)
            row = session.get(File, file_id)
            if row is None:  # taken away since; the job goes on without it
                return
            known = row.state in {FileState.DONE, FileState.UNREAD}
            if not known:
                row.state, row.page, row.pages = FileState.READING, 0, 0
                self.events.publish(session, row.case_id, "file", plain(file_view(row)))
            sha256, name, case_id, day = row.sha256, row.name, row.case_id, job.application_date
        document = self.reader.document(sha256, name, self._teller(file_id))
        with self.context.database.writing(INSTALLATION) as session:
            job, _ = self._job(session, job_id)
            row = session.get(File, file_id)
            if row is not None:
                settle(row, document)
                self.events.publish(session, case_id, "file", plain(file_view(row)))
            job.done = number + 1
            self._move(session, job, JobState.RUNNING, "reading" if job.done < job.total else "extracting")
        if document.text.strip():
            self._tell_facts(case_id, file_id, document, day)

    def _teller(self, file_id: str) -> Progress:
        """Notes pages as they are read and recognised, a few times a second at most."""
        last = 0.0

        def tell(done: int, total: int, recognising: bool = True, /) -> None:
            """Tells of pages, not too often."""
            nonlocal last
            if time.monotonic() - last < TELL_EVERY and not (recognising and done == total):
                return
            last = time.monotonic()
            with self.context.database.writing(INSTALLATION) as session:
                row = session.get(File, file_id)
                if row is not None:
                    row.state, row.page, row.pages = (FileState.OCR, done, total) if recognising else \
                        (FileState.READING, done + 1, total)
                    self.events.publish(session, row.case_id, "file", plain(file_view(row)))

        return tell

    def _tell_facts(self, case_id: str, file_id: str, document: Document, day: Any) -> None:
        """The facts of one document by itself, before all are combined: something to look at meanwhile."""
        from assistant.report import serialising
        from ingestion.facts.sandbox import wall

        policy = self.policies.current
        try:
            found = serialising.facts(wall.read([document], policy, day).found.facts, policy)
        except Exception:  # the whole is still tried, and says what went wrong
            log.exception("the facts of one document could not be told")
            return
        for fact in found.values():
            fact["evidence_count"] = sum(1 + one.get("more", 0) for one in fact["evidence"])
            fact["evidence"] = fact["evidence"][:SHOWN]
        with self.context.database.writing(INSTALLATION) as session:
            if session.get(Case, case_id) is not None:
                self.events.publish(session, case_id, "facts",
                                    {"document": document.name, "file_id": file_id, "facts": found})

    def _assess(self, job_id: str, file_ids: list[str]) -> None:
        """Check everything together and store what comes out, once."""
        with self.context.database.writing(INSTALLATION) as session:
            job, _ = self._job(session, job_id)
            self._move(session, job, JobState.RUNNING, "checking")
            rows = session.scalars(select(File).where(File.id.in_(file_ids)).order_by(File.name)).all()
            files = [(row.id, row.sha256, row.name) for row in rows]
            base_type, day = job.base_type, job.application_date
        if not files:
            raise Failure("no_files")
        documents = [self.reader.document(sha256, name) for _, sha256, name in files]
        policy, digest = self.policies.now()
        result = stored.make(documents, policy, base_type, day)
        content, claimed = stored.encode(result), claims.claims(result.found, policy, documents)
        self.policies.keep_used(digest)
        with self.context.database.writing(INSTALLATION) as session:
            self._store(session, job_id, [one for one, _, _ in files], result, content, stored.key(
                documents, digest, versions.extractor(), base_type, day), digest, claimed)

    def _store(self, session: Session, job_id: str, files: list[str], made: stored.Stored, content: bytes, key: str,
               digest: str, claimed: Sequence[claims.Found]) -> None:
        """Stores a result for good, with what follows from it for its case."""
        job, case = self._job(session, job_id)
        result = made.result
        row = kept(session, Assessment(
            id=new_id(), case_id=case.id, job_id=job_id, revision=job.revision, created_by=job.requested_by,
            base_type=result.base_type, application_date=result.application_date,
            policy_id=result.policy_id, policy_version=result.policy_version, policy_sha256=result.policy_sha256,
            policy_digest=digest, window_start=result.window[0], window_end=result.window[1],
            extractor=versions.extractor(), key=key), result, content, files)
        self._note(session, session.scalars(select(File).where(File.id.in_(files))).all(), result.documents)
        latest = session.get(Assessment, case.latest_id) if case.latest_id else None
        if latest is None or latest.revision <= row.revision:
            case.latest_id, case.updated = row.id, now()
            standing.assessed(session, row, made, self.policies, claimed)
        said = plain(line(row))
        self.events.publish(session, case.id, "assessment", said)
        self._move(session, job, JobState.DONE, "done", row.id)
        first = session.scalar(select(func.min(EventRow.id)).where(EventRow.case_id == case.id,
                                                                  EventRow.at >= job.created))
        if first is not None:
            self.events.forget(session, case.id, first)
        user = session.get_one(User, job.requested_by)
        record(session, Actor(user.id, user.email, user.name, Role(user.role)), "assess", "case", case.id,
               assessment=row.id, key=key, overall=row.overall)

    def _note(self, session: Session, rows: Sequence[File], documents: Sequence[Document]) -> None:
        """What an assessment found of a file that reading it alone did not: that not all of it was read for facts."""
        said = {one.name: notices(one.notices) for one in documents}
        for row in rows:
            if row.notices != said.get(row.name, row.notices):
                row.notices = said[row.name]
                self.events.publish(session, row.case_id, "file", plain(file_view(row)))

    def _fail(self, job_id: str, said: tuple[str, str]) -> None:
        with self.context.database.writing(INSTALLATION) as session:
            try:
                job, _ = self._job(session, job_id)
            except OverError:
                return
            job.error, job.error_en = said
            self._move(session, job, JobState.FAILED, "done")

    def _move(self, session: Session, job: Job, state: JobState, step: str, assessment_id: str | None = None) -> None:
        job.state, job.step, job.updated = state, step, now()
        session.flush()
        self.events.publish(session, job.case_id, "job", plain(job_view(job, assessment_id)))

    @staticmethod
    def _job(session: Session, job_id: str) -> tuple[Job, Case]:
        job = session.get(Job, job_id)
        case = session.get(Case, job.case_id, with_for_update=True) if job is not None else None
        if job is None or case is None or job.state not in {JobState.QUEUED, JobState.RUNNING}:
            raise OverError
        return job, case


def kept(session: Session, row: Assessment, result: Result, content: bytes, files: Sequence[str]) -> Assessment:
    """A new assessment of a case, the next in number, with what it says and the files that it rests on."""
    row.number = (session.scalar(select(func.max(Assessment.number)).where(
        Assessment.case_id == row.case_id)) or 0) + 1
    row.created, row.overall, row.counts = now(), result.overall, asdict(stored.counts(result.findings))
    row.files = len(files)
    session.add(row)
    session.flush()
    there = set(session.scalars(select(File.id).where(File.id.in_(files))))
    session.add(Content(assessment_id=row.id, content=content))
    session.add_all(AssessedFile(assessment_id=row.id, file_id=one) for one in files if one in there)
    return row


def settle(row: File, document: Document) -> None:
    """What a file's row says of it once it is read."""
    row.state = FileState.UNREAD if document.kind == UNREAD else FileState.DONE
    row.kind = document.kind
    row.page = row.pages = len(document.pages)
    row.notices = notices(document.notices)


def _said(error: Exception) -> tuple[str, str]:
    """What went wrong, Chinese and English; what nobody foresaw is said without its details, which are in the log."""
    known = error if isinstance(error, GuoheError) else Failure("job_failed", kind=type(error).__name__)
    return known.chinese, str(known)
