"""The job of a second reading: the model is asked, code verifies, and the case has another assessment with both.

What the first reader has is there all the while. A reading that fails leaves it as it is and says why; one whose case
has changed meanwhile is kept, and the case's newest assessment stays the first reader's. Steps may run twice: what
the model said is kept with the case, so that nothing is asked again.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import versions
from api.service.background.jobs import Steps
from api.service.cases import reading, standing, stored
from api.service.cases.events import Events
from api.service.cases.work import OverError, kept
from api.service.context import Context, new_id, now, record
from api.service.policies.policies import Policies
from api.service.records import Actor, JobState, Role
from api.service.second_reader import costs, readiness
from api.service.second_reader.asked import Asked
from api.service.second_reader.failures import said
from api.service.second_reader.readiness import Readying
from api.service.second_reader.reading_records import Readiness
from api.service.views import line, plain, reading_told
from api.store.models import AssessedFile, Assessment, Case, Content, File, Job, Reading, User
from api.store.rows import INSTALLATION
from assistant.second_reader.asking import request
from assistant.second_reader.asking.endpoint import Model, Reply, estimated
from assistant.second_reader.asking.replaying import Recording
from assistant.second_reader.asking.request import Message
from assistant.second_reader.exam import foreseeing
from ingestion.domain import Document

log = logging.getLogger(__name__)

UNFINISHED = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Whose case a reading is of, who asked for it, and by which version of the policy."""

    reading_id: str
    case_id: str
    user_id: str
    applicant: str
    policy_digest: str


@dataclass
class ReadingAgain:
    """`model` gives the model that reads; `submit` hands over a reading whose row is committed."""

    context: Context
    policies: Policies
    documents: reading.Reader
    events: Events
    readying: Readying
    submit: Callable[[str], None] = lambda _: None

    def after(self, job_id: str) -> None:
        """An assessment was made: readings of what was before it end, and one of it begins, if a model reads here."""
        settings = self.readying.settings
        with self.context.database.reading(INSTALLATION) as session:
            digest = session.scalar(select(Assessment.policy_digest).where(Assessment.job_id == job_id))
        if digest is None:
            return
        ready = self.readying.known(self.policies.of(digest))
        with self.context.database.writing(INSTALLATION) as session:
            made = session.scalar(select(Assessment).where(Assessment.job_id == job_id))
            case = session.get(Case, made.case_id, with_for_update=True) if made is not None else None
            job = session.get(Job, job_id)
            if made is None or case is None or job is None or case.latest_id != made.id:
                return
            for old in session.scalars(select(Reading).where(Reading.case_id == case.id, Reading.state.in_(UNFINISHED),
                                                             Reading.assessment_id != made.id)):
                self._end(session, old, JobState.CANCELLED, Failure("reading_outdated"))
            withheld = settings.withholds(case.withheld)
            if not ready.ready or withheld or case.demo:
                return
            begun = self.begin(session, case, made.id, job.requested_by, ready.host, ready.model)
        self.submit(begun)

    def begin(self, session: Session, case: Case, assessment_id: str, user_id: str, host: str, model: str) -> str:
        """A reading of an assessment of the first reader, or the one that is under way."""
        known = session.scalar(select(Reading.id).where(Reading.assessment_id == assessment_id,
                                                        Reading.state.in_(UNFINISHED)))
        if known is not None:
            return known
        row = Reading(id=new_id(), case_id=case.id, assessment_id=assessment_id, requested_by=user_id,
                      state=JobState.QUEUED, done=0, total=0, created=now(), updated=now(), attempts=0, host=host,
                      model=model, foreseen=0, tokens=0, seconds=0.0, code="", error="", error_en="", made_id=None)
        session.add(row)
        session.flush()
        self._tell(session, row)
        return row.id

    def __call__(self, reading_id: str, step: Steps) -> None:
        """Runs the steps of one reading; whatever goes wrong ends in a step, too."""
        try:
            step("begin", partial(self._begin, reading_id))
            step("read", partial(self._read, reading_id))
        except OverError:
            log.info("reading %s is over", reading_id)
        except Exception as error:
            if not isinstance(error, Failure):
                log.exception("reading %s failed", reading_id)
            failure = error if isinstance(error, Failure) else Failure("reading_failed", kind=type(error).__name__)
            step("fail", partial(self._fail, reading_id, failure.code, failure.chinese, str(failure)))

    def cancel(self, session: Session, case_id: str) -> bool:
        """End what is under way; whether there was something."""
        found = session.scalars(select(Reading).where(Reading.case_id == case_id, Reading.state.in_(UNFINISHED))).all()
        for row in found:
            self._end(session, row, JobState.CANCELLED, None)
        return bool(found)

    # --------------------------------------------------------------------------------------------------------------

    def _begin(self, reading_id: str) -> None:
        settings = self.readying.settings
        with self.context.database.writing(INSTALLATION) as session:
            row, _ = self._row(session, reading_id)
            code = readiness.spent(session, settings, row.requested_by)
            if code:
                raise Failure(code, most=settings.day_tokens if code == "budget_of_day" else settings.user_tokens)
            row.state = JobState.RUNNING
            self._tell(session, row)

    def _read(self, reading_id: str) -> None:
        """The model reads the documents of an assessment; stored beside it, with what it said."""
        with self.context.database.reading(INSTALLATION) as session:
            row, case = self._row(session, reading_id, alone=False)
            base = session.get_one(Assessment, row.assessment_id)
            alone = stored.decode(session.get_one(Content, base.id).content)
            files = session.execute(select(File.id, File.sha256, File.name).join(
                AssessedFile, AssessedFile.file_id == File.id).where(AssessedFile.assessment_id == base.id)
                .order_by(File.name)).all()
            wanted = _Wanted(reading_id, case.id, row.requested_by, case.applicant, base.policy_digest)
        ready = self.readying.known(self.policies.of(wanted.policy_digest))
        if not ready.ready:
            raise Failure(f"reader_{ready.why}")
        documents = [self.documents.document(sha256, name) for _, sha256, name in files]
        made = self._asked(wanted, alone, documents, self.readying.reader(), ready)
        key = stored.key(documents, wanted.policy_digest, versions.extractor(), base.base_type, base.application_date,
                         made)
        with self.context.database.writing(INSTALLATION) as session:
            self._store(session, reading_id, made, key, [one for one, _, _ in files])

    def _asked(self, wanted: _Wanted, alone: stored.Stored, documents: Sequence[Document], model: Model,
               ready: Readiness) -> stored.Stored:
        """Both readings. Failure where there is no usable answer at all."""
        from assistant.report import particulars

        policy, identifier = self.policies.of(wanted.policy_digest), wanted.reading_id
        applicant = particulars.read(documents, wanted.applicant).applicant
        result = alone.result
        about = request.asked(policy, result.base_type, applicant, result.application_date)
        self._foresee(identifier, costs.foreseen(about, documents, model))
        recording = Recording(
            Asked(self.context, model, wanted.case_id, partial(self._still, identifier),
                  partial(self._used, identifier, wanted.user_id)),
            lambda reply: self._answered(identifier, reply))
        asked = stored.Asked(applicant, model.most)
        second = stored.reading_of(alone, documents, policy, asked, recording, ready.differ,
                                   ready.exam.score if ready.exam else None)
        if second.error:
            raise said(recording.last)
        asked = stored.Asked(applicant, model.most, recording.answers)
        return stored.read_again(alone, documents, policy, second, asked)

    def _still(self, reading_id: str) -> None:
        """Raises where the reading is not wanted any more."""
        with self.context.database.reading(INSTALLATION) as session:
            self._row(session, reading_id, alone=False)

    def _foresee(self, reading_id: str, requests: Sequence[foreseeing.Request]) -> None:
        cost = foreseeing.cost(requests, None)
        with self.context.database.writing(INSTALLATION) as session:
            row, _ = self._row(session, reading_id)
            row.total, row.foreseen, row.done = cost.requests, cost.tokens, 0
            self._tell(session, row)

    def _used(self, reading_id: str, user_id: str, messages: Sequence[Message], reply: Reply) -> None:
        tokens = reply.tokens or estimated(messages, reply)
        with self.context.database.writing(INSTALLATION) as session:
            readiness.use(session, user_id, tokens)
            row = session.get(Reading, reading_id)
            if row is not None:
                row.tokens += tokens
                row.seconds += reply.seconds

    def _answered(self, reading_id: str, reply: Reply | None) -> None:
        if reply is None:
            return
        with self.context.database.writing(INSTALLATION) as session:
            row, _ = self._row(session, reading_id)
            row.done += 1
            row.total = max(row.total, row.done)   # what is unclear is asked about once more
            self._tell(session, row)

    def _store(self, session: Session, reading_id: str, made: stored.Stored, key: str, files: Sequence[str]) -> None:
        """Stores the reading as an assessment of its own, which stands if nothing changed meanwhile."""
        row, case = self._row(session, reading_id)
        base, second = session.get_one(Assessment, row.assessment_id), made.result.second
        latest = session.get(Assessment, case.latest_id) if case.latest_id else None
        found = kept(session, Assessment(
            id=new_id(), case_id=case.id, job_id=row.id, revision=base.revision, created_by=row.requested_by,
            base_type=base.base_type, application_date=base.application_date, policy_id=base.policy_id,
            policy_version=base.policy_version, policy_sha256=base.policy_sha256, policy_digest=base.policy_digest,
            window_start=base.window_start, window_end=base.window_end, extractor=base.extractor, key=key,
            first_id=base.id), made.result, stored.encode(made), files)
        if latest is not None and base.id in {latest.id, latest.first_id} and case.revision == base.revision:
            case.latest_id, case.updated = found.id, now()
            standing.read_again(session, found, made, self.policies)
        row.made_id = found.id
        self.events.publish(session, case.id, "assessment", plain(line(found)))
        self._end(session, row, JobState.DONE, None)
        record(session, _actor(session, row.requested_by), "read_again", "case", case.id, assessment=found.id, key=key,
               model=row.model, host=row.host, prompt=second.prompt if second else "", overall=found.overall,
               tokens=row.tokens)

    def _fail(self, reading_id: str, code: str, chinese: str, english: str) -> None:
        with self.context.database.writing(INSTALLATION) as session:
            try:
                row, _ = self._row(session, reading_id)
            except OverError:
                return
            row.code, row.error, row.error_en = code, chinese, english
            self._end(session, row, JobState.FAILED, None)

    def _end(self, session: Session, row: Reading, state: JobState, why: Failure | None) -> None:
        row.state = state
        if why is not None:
            row.code, row.error, row.error_en = why.code, why.chinese, str(why)
        self._tell(session, row)

    def _tell(self, session: Session, row: Reading) -> None:
        row.updated = now()
        session.flush()
        self.events.publish(session, row.case_id, "reading", reading_told(row))

    @staticmethod
    def _row(session: Session, reading_id: str, *, alone: bool = True) -> tuple[Reading, Case]:
        """The reading, while it is wanted, and its case, which whoever writes has to themselves."""
        row = session.get(Reading, reading_id, populate_existing=True)
        case = session.get(Case, row.case_id, with_for_update=alone) if row is not None else None
        if row is None or case is None or row.state not in UNFINISHED:
            raise OverError
        return row, case


def _actor(session: Session, user_id: str) -> Actor:
    user = session.get_one(User, user_id)
    return Actor(user.id, user.email, user.name, Role(user.role))
