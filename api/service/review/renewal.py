"""Cases of others assessed again with the version of the policy that is in force: one, or many at once."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.access import Action, demand, scope
from api.service.cases.assessments import Assessments
from api.service.context import Context, case_for, record
from api.service.policies.policies import Policies
from api.service.records import Actor, JobState, JobView
from api.service.review.progress import MOST, review_of
from api.service.review_records import Done, Renewing, Status
from api.service.views import outdated
from api.store.models import Assessment, Case, Job, Review


@dataclass(frozen=True)
class Renewals:
    """What was made before is kept, and so are the decisions. Each case waits for its turn in the queue like any other:
    people take turns, however many one of them has asked for."""

    context: Context
    policies: Policies
    assessments: Assessments

    def one(self, actor: Actor, case_id: str) -> JobView:
        """Failure "not_submitted", "review_closed"; "stale_review" where its applicant has changed it since."""
        with self.context.database.reading() as session:
            latest, _ = self._latest(session, actor, case_id)
            before = {"version": latest.policy_version}

        def note(session: Session) -> None:
            record(session, actor, "assess_again", "case", case_id, before=before,
                   after={"version": self.policies.current.version})

        return self.assessments.start(actor, case_id, Action.REVIEW_CASE, note)

    def outlook(self, actor: Actor, case_ids: Sequence[str]) -> tuple[Done, ...]:
        """What would come of `many`, each with the reason why not; nothing is asked for yet."""
        return _each(case_ids, lambda case_id: self._outdated(actor, case_id))

    def many(self, actor: Actor, case_ids: Sequence[str]) -> tuple[Done, ...]:
        """Those of an older version, each for itself: what cannot be done to one is said, and done to the others.

        Beside the failures of `one`: "up_to_date" for a case that rests on the version in force, "queue_full" from
        where no more may wait. Failure "too_many_cases".
        """
        def again(case_id: str) -> None:
            self._outdated(actor, case_id)
            self.one(actor, case_id)

        return _each(case_ids, again)

    def under_way(self, actor: Actor, since: datetime | None = None) -> Renewing:
        """How the assessments of others' cases stand that this person asked for since then, or that are not ended."""
        demand(actor, Action.READ_REVIEWS)
        asked = Job.created >= since if since else Job.state.in_([JobState.QUEUED, JobState.RUNNING])
        with self.context.database.reading(scope(actor)) as session:
            counts: dict[str, int] = dict(session.execute(
                select(Job.state, func.count()).join(Case, Case.id == Job.case_id)
                .where(Job.requested_by == actor.id, Case.owner_id != actor.id, asked).group_by(Job.state)).all())
        return Renewing(*(counts.get(state, 0) for state in (
            JobState.QUEUED, JobState.RUNNING, JobState.DONE, JobState.FAILED)))

    def _latest(self, session: Session, actor: Actor, case_id: str) -> tuple[Assessment, Review]:
        case = case_for(session, actor, case_id, Action.REVIEW_CASE)
        review = review_of(session, case_id)
        if review.status == Status.DONE:
            raise Failure("review_closed")
        latest = session.get(Assessment, case.latest_id) if case.latest_id else None
        if latest is None or latest.revision != case.revision:
            raise Failure("changed_since")
        return latest, review

    def _outdated(self, actor: Actor, case_id: str) -> None:
        with self.context.database.reading() as session:
            latest, review = self._latest(session, actor, case_id)
            if not outdated(latest, review, self.policies.digest):
                raise Failure("up_to_date")
            if session.scalar(select(Job.id).where(Job.case_id == case_id, Job.state == JobState.QUEUED).limit(1)):
                raise Failure("queued_already")


def _each(case_ids: Sequence[str], work: Callable[[str], object]) -> tuple[Done, ...]:
    """Does something with each case; one that fails does not stop the others."""
    if len(case_ids) > MOST:
        raise Failure("too_many_cases", most=MOST)
    done = []
    for case_id in dict.fromkeys(case_ids):
        try:
            work(case_id)
            done.append(Done(case_id))
        except Failure as failure:
            done.append(Done(case_id, failure.code, failure.chinese, str(failure)))
    return tuple(done)
