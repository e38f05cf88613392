"""The way of a case through the review: handed in, taken up, returned, done; by one or many at once."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.access import Action
from api.service.context import Context, case_for, now, record
from api.service.events import Events
from api.service.policies import Policies
from api.service.records import Actor, Role
from api.service.review import duplicates, standing
from api.service.review.records import Change, Done, Status, Submission
from api.service.review.worklist import NEVER
from api.store import rows
from api.store.models import Assessment, Letter, Review, Step, User
from ingestion.domain import Overall

MOST = 200      # cases at once
# From which status a reviewer brings a case to which; only its applicant hands it in (again).
WAYS: dict[Status, frozenset[Status]] = {
    Status.RECEIVED: frozenset({Status.IN_REVIEW, Status.RETURNED, Status.DONE}),
    Status.IN_REVIEW: frozenset({Status.RECEIVED, Status.RETURNED, Status.DONE}),
    Status.RETURNED: frozenset({Status.IN_REVIEW}),
    Status.DONE: frozenset({Status.IN_REVIEW}),
}


@dataclass(frozen=True)
class Progress:
    context: Context
    policies: Policies
    events: Events

    def submit(self, actor: Actor, case_id: str) -> Submission:
        """Hand a case in, as it was assessed. Failure "not_assessed", "stale", "submitted_already"."""
        with self.context.database.writing() as session:
            case = case_for(session, actor, case_id, Action.CHANGE_CASE)
            latest = session.get(Assessment, case.latest_id) if case.latest_id else None
            if latest is None:
                raise Failure("not_assessed")
            if latest.revision != case.revision:
                raise Failure("stale")
            review = session.get(Review, case_id)
            if review is None:
                review = Review(
                    case_id=case_id, status=Status.RECEIVED, round=1, assignee_id=None, due=NEVER, received=now(),
                    changed=now(), begun=None, done=None, seconds=0, outcome=Overall.INSUFFICIENT, unchecked=0,
                    conflicts=0, duplicates=0, to_check=0)
                session.add(review)
                session.flush()
            elif review.status == Status.RETURNED:
                review.status, review.round, review.received = Status.RECEIVED, review.round + 1, now()
            else:
                raise Failure("submitted_already")
            self._step(session, actor, review, "")
            standing.refresh(session, standing.stand(session, self.policies, case))
            with rows.widened(session):  # other cases count it too
                duplicates.recount(session, duplicates.affected(session, case_id))
            return _submission(session, review)

    def submission(self, actor: Actor, case_id: str) -> Submission | None:
        """How a case that was handed in stands, for whoever sees the case; None for one that was not."""
        with self.context.database.reading() as session:
            case_for(session, actor, case_id)
            review = session.get(Review, case_id)
            return _submission(session, review) if review is not None else None

    def change(self, actor: Actor, case_id: str, change: Change) -> None:
        """Failure "status_not_possible", "not_a_reviewer", "not_submitted"."""
        with self.context.database.writing() as session:
            self.apply(session, actor, case_id, change)

    def change_all(self, actor: Actor, case_ids: Sequence[str], change: Change) -> tuple[Done, ...]:
        """Each for itself: what cannot be done to one is said, and done to the others."""
        if len(case_ids) > MOST:
            raise Failure("too_many_cases", most=MOST)
        done = []
        for case_id in dict.fromkeys(case_ids):
            try:
                self.change(actor, case_id, change)
                done.append(Done(case_id))
            except Failure as failure:
                done.append(Done(case_id, failure.code, failure.chinese, str(failure)))
        return tuple(done)

    def apply(self, session: Session, actor: Actor, case_id: str, change: Change) -> None:
        case_for(session, actor, case_id, Action.REVIEW_CASE)
        review = session.get(Review, case_id)
        if review is None:
            raise Failure("not_submitted")
        before = _state(review)
        if change.assignee is not None:
            review.assignee_id = _reviewer(session, change.assignee) if change.assignee else None
        if change.due is not None or change.no_due:
            review.due = change.due or NEVER
        if change.status is not None and change.status != review.status:
            if change.status not in WAYS[Status(review.status)]:
                raise Failure("status_not_possible", before=review.status, after=change.status.value)
            if change.status is Status.DONE and review.to_check and not change.note.strip():
                raise Failure("left_to_check", count=review.to_check)
            review.status = change.status
            review.done = now() if change.status is Status.DONE else None
            review.begun = review.begun or (now() if change.status is not Status.RECEIVED else None)
            self._step(session, actor, review, change.note)
        after = _state(review)
        if after != before:
            review.changed = now()
            record(session, actor, "review", "case", case_id, before=before, after=after)
            self.events.publish(session, case_id, "review", {})

    def _step(self, session: Session, actor: Actor, review: Review, note: str) -> None:
        session.add(Step(case_id=review.case_id, status=review.status, by_id=actor.id, at=now(), note=note[:2_000]))
        record(session, actor, "status", "case", review.case_id, status=str(review.status), round=review.round)
        self.events.publish(session, review.case_id, "review", {"status": str(review.status), "round": review.round})


def begin(session: Session, actor: Actor, review: Review) -> None:
    """The first decision takes a case up; nobody's case becomes the reviewer's own."""
    review.assignee_id = review.assignee_id or actor.id
    if review.status == Status.RECEIVED:
        review.status, review.begun = Status.IN_REVIEW, review.begun or now()
        session.add(Step(case_id=review.case_id, status=review.status, by_id=actor.id, at=now(), note=""))
        record(session, actor, "status", "case", review.case_id, status=Status.IN_REVIEW.value, round=review.round)


def _reviewer(session: Session, user_id: str) -> str:
    user = session.get(User, user_id)
    if user is None or not user.active or user.role != Role.REVIEWER:
        raise Failure("not_a_reviewer")
    return user.id


def _state(review: Review) -> dict[str, object]:
    return {"status": str(review.status), "assignee": review.assignee_id,
            "due": review.due.isoformat() if review.due != NEVER else None}


def _submission(session: Session, review: Review) -> Submission:
    step = session.scalar(select(Step).where(Step.case_id == review.case_id).order_by(Step.id.desc()).limit(1))
    letter = session.scalar(select(Letter).where(Letter.case_id == review.case_id, Letter.sent.is_not(None))
                            .order_by(Letter.number.desc()).limit(1)) if review.status == Status.RETURNED else None
    return Submission(review.case_id, Status(review.status), review.round, review.received, review.changed,
                      review.due if review.due != NEVER else None, step.note if step else "",
                      letter.text if letter else "")


