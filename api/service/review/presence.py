"""Who has a case open before them: known while their page says so, and told to the others through the case's events.

The events themselves name nobody: the applicant may follow the case too.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.service.access import Action
from api.service.cases.events import Events
from api.service.context import Context, case_for, now
from api.service.records import Actor
from api.service.review_records import Here, Person
from api.store.models import Presence, Review, User

STALE = timedelta(seconds=60)
COUNTED = 40    # seconds at most that lie between two signs of work on a case


@dataclass(frozen=True)
class Presences:
    context: Context
    events: Events

    def come(self, actor: Actor, case_id: str, subject: str = "") -> tuple[Here, ...]:
        """The actor has the case open, at `subject`; the others that have. To be said again every half minute."""
        with self.context.database.writing() as session:
            case_for(session, actor, case_id, Action.READ_REVIEW)
            moment = now()
            old = session.execute(delete(Presence).where(Presence.case_id == case_id, Presence.seen < moment - STALE)
                                  .returning(Presence.user_id)).all()
            row = session.get(Presence, (case_id, actor.id))
            tell = row is None or row.subject != subject[:100] or bool(old)
            if row is None:
                session.add(Presence(case_id=case_id, user_id=actor.id, subject=subject[:100], seen=moment))
            else:
                review = session.get(Review, case_id)
                if review is not None:
                    review.seconds += min(COUNTED, max(0, round((moment - row.seen).total_seconds())))
                row.subject, row.seen = subject[:100], moment
            session.flush()
            if tell:
                self.events.publish(session, case_id, "presence", {})
            return here(session, case_id, actor.id)

    def leave(self, actor: Actor, case_id: str) -> None:
        with self.context.database.writing() as session:
            case_for(session, actor, case_id, Action.READ_REVIEW)
            session.execute(delete(Presence).where(Presence.case_id == case_id, Presence.user_id == actor.id))
            self.events.publish(session, case_id, "presence", {})

    def others(self, actor: Actor, case_id: str) -> tuple[Here, ...]:
        with self.context.database.reading() as session:
            case_for(session, actor, case_id, Action.READ_REVIEW)
            return here(session, case_id, actor.id)


def here(session: Session, case_id: str, but: str) -> tuple[Here, ...]:
    """Who else is there."""
    rows = session.execute(select(Presence, User).join(User, User.id == Presence.user_id).where(
        Presence.case_id == case_id, Presence.user_id != but, Presence.seen >= now() - STALE)
        .order_by(Presence.seen, User.id))
    return tuple(Here(Person(user.id, user.name or user.email), row.subject, row.seen) for row, user in rows)
