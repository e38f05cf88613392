"""Assessments: asked for, made in the background (`api.service.cases.work`), stored for good, compared."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from msgspec import structs
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging, versions
from api.service.access import Action
from api.service.background.jobs import Queue
from api.service.cases import comparison, stored
from api.service.cases.difference import difference
from api.service.cases.events import Events
from api.service.cases.reading import Reader
from api.service.context import Context, case_for, new_id, now, partly
from api.service.policies.policies import Policies
from api.service.records import (
    Actor,
    AssessmentLine,
    AssessmentView,
    Difference,
    DocumentLine,
    JobState,
    JobView,
    NoticeView,
    Page,
    TypeComparison,
)
from api.service.views import file_ids, job_view, last_job, line, newest, plain
from api.store.models import Assessment, Case, Content, File, Job

RETRY_QUEUE = 60   # seconds after which a place may be free


class Assessments:
    def __init__(self, context: Context, policies: Policies, reader: Reader, events: Events, jobs: Queue,
                 most_waiting: Callable[[], int] | None = None) -> None:
        self._database = context.database
        self._policies, self._reader, self._events, self._jobs = policies, reader, events, jobs
        self._most_waiting = most_waiting

    def start(self, actor: Actor, case_id: str, action: Action = Action.CHANGE_CASE,
              note: Callable[[Session], None] = lambda _: None) -> JobView:
        """Ask for an assessment of the case as it is now, by whoever may do `action` to it.

        One that waits already will see it, and one under way or made for this very state is what was asked for; its job
        is given then. `note` is called within the transaction of a new one. Failure "no_files", "queue_full".
        """
        with self._database.writing() as session:
            self._database.alone(session, _STARTING)
            case = case_for(session, actor, case_id, action)
            known = self._current_job(session, case)
            if known is not None:
                return known
            if session.scalar(select(File.id).where(File.case_id == case_id, File.removed.is_(None)).limit(1)) is None:
                raise Failure("no_files")
            self._check_queue(session, actor)
            job = Job(id=new_id(), case_id=case_id, requested_by=actor.id, revision=case.revision,
                      state=JobState.QUEUED, step="waiting", done=0, total=0, files=[], base_type=case.base_type,
                      application_date=case.application_date, created=now(), updated=now(), attempts=0, error="",
                      error_en="")
            session.add(job)
            session.flush()
            note(session)
            view = job_view(job, None)
            self._events.publish(session, case_id, "job", plain(view))
        self._jobs.submit(view.id)
        return view

    def job(self, actor: Actor, case_id: str) -> JobView | None:
        """The last one asked for."""
        with self._database.reading() as session:
            case_for(session, actor, case_id)
            return last_job(session, case_id)

    def latest(self, actor: Actor, case_id: str, language: str = "zh", *, texts: bool = False
               ) -> AssessmentView | None:
        """The newest; with `texts` its documents are whole, else they are without text, blocks and lines."""
        with self._database.reading() as session:
            row = _latest(session, case_for(session, actor, case_id), actor)
            return self._view(session, row, language, texts=texts) if row is not None else None

    def get(self, actor: Actor, case_id: str, assessment_id: str, language: str = "zh", *, texts: bool = False
            ) -> AssessmentView:
        """One of the case's, as `latest`."""
        with self._database.reading() as session:
            row = self._row(session, actor, case_id, assessment_id)
            return self._view(session, row, language, texts=texts)

    def whole(self, actor: Actor, case_id: str, assessment_id: str | None, language: str = "zh") -> AssessmentView:
        """One of the case's, or the latest, with the facts of every base type. Failure "not_assessed"."""
        with self._database.reading() as session:
            row = self.row(session, actor, case_id, assessment_id)
            view, found = self._view(session, row, language, texts=False), _content(session, row).found
        return replace(view, result=structs.replace(view.result, facts={**found.facts, **view.result.facts},
                                                    exclusions=found.exclusions,
                                                    unexplained=found.unexplained))

    def history(self, actor: Actor, case_id: str, *, after: str | None = None, limit: int = 50
                ) -> Page[AssessmentLine]:
        """The newest first."""
        limit = paging.size(limit)
        query = select(Assessment).where(Assessment.case_id == case_id).order_by(Assessment.number.desc())
        if after:
            query = query.where(Assessment.number < paging.number(after))
        with self._database.reading() as session:
            case = case_for(session, actor, case_id)
            if partly(case, actor):
                query = query.where(Assessment.revision <= case.handed_in)
            rows = session.scalars(query.limit(limit + 1)).all()
        more = paging.cursor(rows[limit - 1].number) if len(rows) > limit else None
        return Page(tuple(line(row) for row in rows[:limit]), more)

    def diff(self, actor: Actor, case_id: str, before: str, after: str) -> Difference:
        """Between two assessments of a case, by id."""
        with self._database.reading() as session:
            old = self._row(session, actor, case_id, before)
            new = self._row(session, actor, case_id, after)
            contents = [_content(session, one) for one in (old, new)]
        settings = tuple(name for name, differs in (
            ("base_type", old.base_type != new.base_type),
            ("application_date", old.application_date != new.application_date),
            ("policy", old.policy_digest != new.policy_digest),
            ("extractor", old.extractor != new.extractor)) if differs)
        return difference(contents[0], contents[1], (line(old), line(new)), settings,
                          self._policies.of(new.policy_digest), new.policy_digest)

    def compare(self, actor: Actor, case_id: str, assessment_id: str | None = None, language: str = "zh"
                ) -> tuple[TypeComparison, ...]:
        """Every base type on the documents of an assessment (the latest without one), the closest first.

        Nothing is read again. Failure "not_assessed" where there is none.
        """
        with self._database.reading() as session:
            row = self.row(session, actor, case_id, assessment_id)
            content = _content(session, row)
        policy = self._policies.of(row.policy_digest)
        return comparison.compare(content.found, content.result.documents, policy, language)

    def body(self, actor: Actor, case_id: str, assessment_id: str | None, language: str = "zh") -> bytes:
        """The JSON of an assessment (the latest without an id), as it was when it was made."""
        import msgspec

        with self._database.reading() as session:
            row = self.row(session, actor, case_id, assessment_id)
            bodies = _content(session, row).bodies
        return msgspec.json.encode(bodies["en" if language == "en" else "zh"])

    def row(self, session: Session, actor: Actor, case_id: str, assessment_id: str | None) -> Assessment:
        """The row of an assessment, or of the latest. Failure "not_found" or "not_assessed"."""
        if assessment_id is not None:
            return self._row(session, actor, case_id, assessment_id)
        row = _latest(session, case_for(session, actor, case_id), actor)
        if row is None:
            raise Failure("not_assessed")
        return row

    # --------------------------------------------------------------------------------------------------------------

    def _current_job(self, session: Session, case: Case) -> JobView | None:
        """The job that does, or did, what would be asked for."""
        waiting = session.scalar(select(Job).where(Job.case_id == case.id, Job.state == JobState.QUEUED).limit(1))
        if waiting is not None:
            return job_view(waiting, None)
        running = session.scalar(select(Job).where(Job.case_id == case.id, Job.state == JobState.RUNNING,
                                                   Job.revision == case.revision).limit(1))
        if running is not None:
            return job_view(running, None)
        latest = session.get(Assessment, case.latest_id) if case.latest_id else None
        if latest is not None and latest.revision == case.revision and latest.extractor == versions.extractor() \
                and latest.policy_digest == self._policies.digest:
            first = session.get_one(Assessment, latest.first_id) if latest.first_id else latest
            return job_view(session.get_one(Job, first.job_id), latest.id)
        return None

    def _check_queue(self, session: Session, actor: Actor) -> None:
        """Nobody fills the queue alone. Failure "queue_full"."""
        most = self._most_waiting() if self._most_waiting is not None else None
        if most is not None and (session.scalar(select(func.count()).select_from(Job).where(
                Job.requested_by == actor.id, Job.state.in_([JobState.QUEUED, JobState.RUNNING]))) or 0) >= most:
            raise Failure("queue_full", most=most, retry_after=RETRY_QUEUE)

    @staticmethod
    def _row(session: Session, actor: Actor, case_id: str, assessment_id: str) -> Assessment:
        case = case_for(session, actor, case_id)
        row = session.scalar(select(Assessment).where(Assessment.id == assessment_id, Assessment.case_id == case_id))
        if row is None or (partly(case, actor) and row.revision > (case.handed_in or 0)):
            raise Failure("not_found")
        return row

    def _view(self, session: Session, row: Assessment, language: str, *, texts: bool) -> AssessmentView:
        """A stored assessment in one language; `texts`: with the texts of its documents."""
        content = _content(session, row)
        files = file_ids(session, row.id)
        result = content.in_language(language)
        documents = tuple(DocumentLine(
            one.name, one.sha256, one.kind, len(one.pages), files.get(one.name),
            tuple(NoticeView(notice.code, notice.text, notice.text_en, notice.page) for notice in one.notices))
            for one in result.documents)
        if texts:
            result = stored.with_texts(result, self._reader.document)
        return AssessmentView(line(row), result, documents, row.key, row.extractor, row.policy_digest, files)


def _latest(session: Session, case: Case, actor: Actor) -> Assessment | None:
    """The newest that this person sees."""
    return newest(session, case, case.handed_in if partly(case, actor) else None)


def _content(session: Session, row: Assessment) -> stored.Stored:
    return stored.decode(session.get_one(Content, row.id).content)


_STARTING = 3  # for Database.alone
