"""The way of a case through the review: taken up, returned, done; by one or many at once. It is handed in by its
applicant (`api.service.review.submitting`)."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.access import Action
from api.service.cases.events import Events
from api.service.context import Context, case_for, now, record
from api.service.records import Actor, Role
from api.service.review.worklist import NEVER
from api.service.review_records import Change, Done, Status
from api.store.models import Case, Decision, Review, Step, User

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
    events: Events

    def change(self, actor: Actor, case_id: str, change: Change) -> None:
        """Failure "status_not_possible", "not_a_reviewer", "own_case", "not_submitted", "left_to_check",
        "return_unexplained", "second_reviewer".
        """
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

    def apply(self, session: Session, actor: Actor, case_id: str, change: Change, *, lettered: bool = False) -> None:
        """Assignee, deadline and status, as far as the status allows; told and noted. `lettered`: a letter says why it
        is returned.
        """
        case = case_for(session, actor, case_id, Action.REVIEW_CASE)
        review = review_of(session, case_id)
        before = _state(review)
        if change.assignee is not None:
            review.assignee_id = _reviewer(session, change.assignee, case) if change.assignee else None
        if change.due is not None or change.no_due:
            review.due = change.due or NEVER
        if change.status is not None and change.status != review.status:
            if change.status not in WAYS[Status(review.status)]:
                raise Failure("status_not_possible", before=review.status, after=change.status.value)
            if change.status is Status.DONE and review.to_check and not change.note.strip():
                raise Failure("left_to_check", count=review.to_check)
            if change.status is Status.RETURNED and not (lettered or change.note.strip()):
                raise Failure("return_unexplained")
            others = at_work(session, case_id) if self.context.settings.second_review else None
            if change.status not in ways(Status(review.status), actor, others):
                raise Failure("second_reviewer")     # 复核: somebody at work, and another one who concludes
            review.status = change.status
            review.done = now() if change.status is Status.DONE else None
            review.begun = review.begun or (now() if change.status is not Status.RECEIVED else None)
            step(session, self.events, actor, review, change.note)
        after = _state(review)
        if after != before:
            review.changed = now()
            record(session, actor, "review", "case", case_id, before=before, after=after)
            self.events.publish(session, case_id, "review", {})


def review_of(session: Session, case_id: str) -> Review:
    """Failure "not_submitted"."""
    found = session.get(Review, case_id)
    if found is None:
        raise Failure("not_submitted")
    return found


def step(session: Session, events: Events, actor: Actor, review: Review, note: str = "") -> None:
    """The status that the review has now, said in its history, in the audit, and to whoever has the case open."""
    session.add(Step(case_id=review.case_id, status=review.status, by_id=actor.id, at=now(), note=note[:2_000]))
    record(session, actor, "status", "case", review.case_id, status=str(review.status), round=review.round)
    events.publish(session, review.case_id, "review", {"status": str(review.status), "round": review.round})


def begin(session: Session, events: Events, actor: Actor, review: Review) -> None:
    """The first decision takes a case up; nobody's case becomes the reviewer's own."""
    review.assignee_id = review.assignee_id or actor.id
    if review.status == Status.RECEIVED:
        review.status, review.begun = Status.IN_REVIEW, review.begun or now()
        step(session, events, actor, review)


def at_work(session: Session, case_id: str) -> frozenset[str]:
    """Who took the case up or decided about it."""
    return frozenset(session.scalars(select(Decision.by_id).where(Decision.case_id == case_id))) | frozenset(
        session.scalars(select(Step.by_id).where(Step.case_id == case_id, Step.status == Status.IN_REVIEW)))


def ways(status: Status, actor: Actor, others: frozenset[str] | None) -> tuple[Status, ...]:
    """The status itself, and those that this person can bring it to; `others` as `at_work`, None where an office does
    not look twice."""
    twice = others is None or (bool(others) and actor.id not in others)
    return tuple(one for one in Status if one is status or (one in WAYS[status] and (one is not Status.DONE or twice)))


def _reviewer(session: Session, user_id: str, case: Case) -> str:
    """Who may decide about the case: an active reviewer, and not who made it or typed it in."""
    user = session.get(User, user_id)
    if user is None or not user.active or user.role != Role.REVIEWER:
        raise Failure("not_a_reviewer")
    if user.id == case.owner_id:
        raise Failure("own_case", name=user.name or user.email)
    return user.id


def _state(review: Review) -> dict[str, object]:
    return {"status": str(review.status), "assignee": review.assignee_id,
            "due": review.due.isoformat() if review.due != NEVER else None}
