"""What the second reading of a case will cost, before it is asked for."""
from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from api.errors import Failure
from api.service.cases import reading
from api.service.context import Context
from api.service.policies.policies import Policies
from api.service.records import JobState
from api.service.second_reader.readiness import Readying
from api.service.second_reader.reading_records import Readiness
from api.store.models import AssessedFile, Assessment, Case, File, ReaderAnswer, Reading
from api.store.rows import INSTALLATION
from assistant.second_reader import places
from assistant.second_reader.asking import request
from assistant.second_reader.asking.endpoint import Model
from assistant.second_reader.asking.replaying import digest
from assistant.second_reader.exam import foreseeing
from assistant.second_reader.exam.foreseeing import Cost, Pace
from ingestion.domain import Document
from ingestion.policies.policy import Policy

REMEMBERED = 500    # cases whose requests are not measured again
LATELY = 5          # readings by which the pace is measured


@dataclass
class Costs:
    context: Context
    policies: Policies
    documents: reading.Reader
    readying: Readying
    _measured: OrderedDict[tuple[str, ...], tuple[foreseeing.Request, ...]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, case_id: str, ready: Readiness, *, whole: bool) -> Cost | None:
        """What a reading of the last assessment costs as a `whole`, or would cost now, since what the model said of the
        case before is not asked again; None where its files are not kept any more."""
        with self.context.database.reading(INSTALLATION) as session:
            case = session.get_one(Case, case_id)
            made = session.get(Assessment, case.latest_id) if case.latest_id else None
            if made is None:
                return None
            policy, base = self.policies.of(made.policy_digest), made.first_id or made.id
            about = request.Asked(policy, made.base_type, (), case.applicant, made.application_date,
                                  (made.window_start, made.window_end))
            files = session.execute(select(File.sha256, File.name).join(
                AssessedFile, AssessedFile.file_id == File.id).where(AssessedFile.assessment_id == base)
                .order_by(File.name)).all()
            known = frozenset[str]() if whole else frozenset(session.scalars(
                select(ReaderAnswer.digest).where(ReaderAnswer.case_id == case_id)))
        try:
            measured = self._requests(base, about, [(sha256, name) for sha256, name in files])
        except Failure:
            return None
        return foreseeing.cost(measured, self.pace(policy, ready), known)

    def pace(self, policy: Policy, ready: Readiness) -> Pace | None:
        """How long the model's requests take: by its last readings, else by its exam."""
        with self.context.database.reading(INSTALLATION) as session:
            lately = session.execute(select(Reading.tokens, Reading.seconds).where(
                Reading.model == ready.model, Reading.host == ready.host, Reading.state == JobState.DONE,
                Reading.tokens > 0, Reading.seconds > 0).order_by(Reading.updated.desc()).limit(LATELY)).all()
        if not lately:
            return foreseeing.of_exam(self.readying.exams.last(ready.model, policy))
        each = sum(seconds for _, seconds in lately) / sum(tokens for tokens, _ in lately)
        return Pace(each, each, "readings")

    def _requests(self, base: str, about: request.Asked, files: Sequence[tuple[str, str]]
                  ) -> tuple[foreseeing.Request, ...]:
        """The requests about an assessment's files, measured once."""
        from assistant.report import particulars

        model = self.readying.reader()
        name = (base, about.applicant, model.name, str(model.most))
        with self._lock:
            if name in self._measured:
                self._measured.move_to_end(name)
                return self._measured[name]
        documents = [self.documents.document(sha256, file) for sha256, file in files]
        applicant = particulars.read(documents, about.applicant).applicant
        made = foreseen(request.asked(about.policy, about.base_type, applicant, about.application_date), documents,
                        model)
        with self._lock:
            self._measured[name] = made
            while len(self._measured) > REMEMBERED:
                self._measured.popitem(last=False)
        return made


def foreseen(about: request.Asked, documents: Sequence[Document], model: Model) -> tuple[foreseeing.Request, ...]:
    """The requests that a reading would make, each known by its digest."""
    messages = request.requests(about, places.number(documents), model.most)
    return foreseeing.requests(messages, [digest(model.name, one) for one in messages], len(about.keys))
