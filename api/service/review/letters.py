"""The supplement letter 补正通知: drafted from what is lacking, edited by people, kept in every version, sent."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.access import Action
from api.service.context import Context, case_for, new_id, now, record
from api.service.events import Events
from api.service.policies import Policies
from api.service.records import Actor
from api.service.review import standing
from api.service.review.progress import Progress
from api.service.review.review_records import Change, LetterView, Status
from api.service.review.worklist import NEVER, people
from api.store.models import Case, Letter, Review
from assistant.report import letter

LONGEST = 20_000


@dataclass(frozen=True)
class Letters:
    context: Context
    policies: Policies
    progress: Progress
    events: Events

    def latest(self, actor: Actor, case_id: str) -> LetterView | None:
        """The newest version, None where nobody has saved one."""
        with self.context.database.reading() as session:
            case_for(session, actor, case_id, Action.READ_REVIEW)
            row = _newest(session, case_id)
            return _view(session, row) if row is not None else None

    def draft(self, actor: Actor, case_id: str, language: str = "zh") -> str:
        """The letter as the gaps of now make it. Failure "not_submitted", "not_assessed"."""
        with self.context.database.reading() as session:
            case = case_for(session, actor, case_id, Action.READ_REVIEW)
            review = _submitted(session, case)
            made = standing.stand(session, self.policies, case, language)
            return letter.draft(made.reviewed.assessment, made.policy, case.applicant or case.title,
                                review.due if review.due != NEVER else None, language, standing.left(made.reviewed))

    def save(self, actor: Actor, case_id: str, text: str, number: int) -> LetterView:
        """A new version after the one numbered so. Failure "letter_meanwhile" where somebody saved another."""
        if len(text) > LONGEST:
            raise Failure("too_long", most=LONGEST)
        with self.context.database.writing() as session:
            case = case_for(session, actor, case_id, Action.REVIEW_CASE)
            _submitted(session, case)
            last = _newest(session, case_id)
            if (last.number if last else 0) != number:
                by = people(session, {last.by_id})[last.by_id].name if last else ""
                raise Failure("letter_meanwhile", by=by)
            row = Letter(id=new_id(), case_id=case_id, number=number + 1, text=text.replace("\r\n", "\n").strip(),
                         by_id=actor.id, created=now(), sent=None)
            session.add(row)
            session.flush()
            record(session, actor, "letter", "case", case_id, number=row.number,
                   sha256=hashlib.sha256(row.text.encode()).hexdigest())
            return _view(session, row)

    def send(self, actor: Actor, case_id: str) -> LetterView:
        """Return the case to its applicant with the newest version, which they see from now on."""
        with self.context.database.writing() as session:
            case_for(session, actor, case_id, Action.REVIEW_CASE)
            row = _newest(session, case_id)
            if row is None:
                raise Failure("no_letter")
            self.progress.apply(session, actor, case_id, Change(status=Status.RETURNED))
            row.sent = now()
            session.flush()
            return _view(session, row)


def _submitted(session: Session, case: Case) -> Review:
    review = session.get(Review, case.id)
    if review is None:
        raise Failure("not_submitted")
    return review


def _newest(session: Session, case_id: str) -> Letter | None:
    return session.scalar(select(Letter).where(Letter.case_id == case_id).order_by(Letter.number.desc()).limit(1))


def _view(session: Session, row: Letter) -> LetterView:
    return LetterView(row.id, row.number, row.text, people(session, {row.by_id})[row.by_id], row.created, row.sent)
