"""All services of one installation, put together from its settings."""
from __future__ import annotations

import contextvars
import os
from collections.abc import Callable
from dataclasses import dataclass

from api.service import installation
from api.service.accounts.accounts import Accounts
from api.service.administration import administration
from api.service.administration.administration import Administration
from api.service.administration.modelling import Modelling
from api.service.administration.stored_settings import Kept
from api.service.background.jobs import Jobs, Queue, Steps, Work
from api.service.cases.assessments import Assessments
from api.service.cases.cases import Cases
from api.service.cases.documents import Documents
from api.service.cases.events import Events
from api.service.cases.files import CaseFiles
from api.service.cases.layouts import Layouts
from api.service.cases.reading import Reader
from api.service.cases.reports import Reports
from api.service.cases.work import Assessing
from api.service.context import Context
from api.service.conversations.chat import Chat
from api.service.conversations.retrievers import FOLDER, Retrievers
from api.service.environment.settings import Settings
from api.service.governance import staff
from api.service.governance.staff import Governance
from api.service.intakes import rounds
from api.service.intakes.rounds import Rounds
from api.service.notices import notices
from api.service.notices.notices import Notices
from api.service.notices.noting import Noting
from api.service.policies.policies import Policies
from api.service.review import reviewing
from api.service.review.reviewing import Reviewing
from api.service.second_reader.costs import Costs
from api.service.second_reader.examining import Examining
from api.service.second_reader.exams import Exams
from api.service.second_reader.readiness import Readying
from api.service.second_reader.second import Second
from api.service.second_reader.work import ReadingAgain
from api.service.webhooks import outbox
from api.service.webhooks.courier import Courier
from api.service.webhooks.webhooks import Webhooks
from api.store.database import Database
from api.store.files import Files
from api.store.lock import FolderLock
from api.store.models import Reading
from api.store.rows import INSTALLATION


@dataclass(frozen=True)
class Services:
    """`jobs` is started and everything closed by the application (`api.app`)."""

    settings: Settings
    accounts: Accounts
    cases: Cases
    files: CaseFiles
    documents: Documents
    assessments: Assessments
    events: Events
    chat: Chat
    reports: Reports
    policies: Policies
    policy_work: Governance
    review: Reviewing
    intakes: Rounds
    administration: Administration
    webhooks: Webhooks
    notices: Notices
    second: Second
    context: Context
    jobs: Queue
    lock: FolderLock | None

    def close(self) -> None:
        self.administration.retention.stop()
        self.webhooks.courier.stop()
        self.notices.postman.stop()
        self.jobs.stop()
        self.policies.close()
        self.context.database.close()
        if self.lock is not None:
            self.lock.release()


def _lock(settings: Settings) -> FolderLock | None:
    """What is embedded belongs to one process: the whole data folder, or the vector index in it; None without."""
    from ingestion.indexing import settings as retrieval

    if settings.embedded:
        return FolderLock(settings.data)
    return None if retrieval.read().chroma else FolderLock(settings.data / FOLDER, index=True)


def _either(database: Database, assessing: Work, again: Work) -> Work:
    """The work of a job: an assessment, or a second reading of one."""
    def work(job_id: str, step: Steps) -> None:
        with database.reading(INSTALLATION) as session:
            reads = session.get(Reading, job_id) is not None
        (again if reads else assessing)(job_id, step)

    return work


def build(settings: Settings, engine: Callable[[Database, Work], Queue] | None = None, *,
          meaning: bool = True) -> Services:
    """Opens the stores and brings the schema up to date; starts nothing.

    An embedded data folder is this process's own from here on: UsageError where another has it. `engine` makes another
    job engine than the durable one; without `meaning` questions are understood by rules and words alone.
    """
    from assistant import llm

    lock = _lock(settings)
    database = Database(settings.database_url)
    database.migrate()
    context = Context(settings, database, Files(settings.blob_url))
    installation.check(context)
    policies = Policies(context.contents, settings.policy, database)
    _ = policies.current  # a policy with a mistake is said at the start
    kept, exams, outside = Kept(context), Exams(context), settings.outside
    noting = Noting(kept, outside.known())
    events, reader = Events(context, (outbox.note, noting.note)), Reader(context.contents)
    files, given = CaseFiles(context, events, reader), llm.from_environment()
    modelling = Modelling(kept, given, os.environ.get(llm.KEY, ""), settings.webhook_networks)
    readying = Readying(context, kept, modelling, exams, policies)
    again = ReadingAgain(context, policies, reader, events, readying)
    work = _either(database, Assessing(context, policies, reader, events, again.after), again)
    jobs = engine(database, work) if engine else Jobs(settings.jobs_url, database, work, settings.workers)
    # within no job: whatever asks for a reading, it is handed over by itself
    again.submit = lambda reading_id: contextvars.Context().run(jobs.submit, reading_id)
    governing = administration.build(context, kept, modelling, files, events, jobs)
    assessments = Assessments(context, policies, reader, events, jobs, lambda: governing.limits.waiting)
    cases = Cases(context, policies, files, assessments, events)
    retrieve = Retrievers(settings.data).of if meaning else None
    policy_work = staff.build(context, policies, retrieve, noting.published)
    return Services(
        settings, Accounts(context), cases, files, Documents(
            context, files, reader, events, Layouts(context.contents)), assessments, events,
        Chat(context, policies, assessments, retrieve=retrieve, model=governing.modelling.of,
             answers=policy_work.answers, questions=policy_work.questions),
        Reports(cases, assessments, policies), policies, policy_work,
        reviewing.build(context, policies, cases, reader, events, assessments, kept),
        rounds.build(context, policies, kept),
        governing, Webhooks(context, Courier(context, settings.webhook_networks)),
        notices.build(context, kept, outside, noting),
        Second(context, policies, events, readying, again, Examining(context, policies, readying),
               Costs(context, policies, reader, readying)), context, jobs, lock)
