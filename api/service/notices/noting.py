"""Notices are written in the transaction of the change that they tell of, so that neither is without the other."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from api.service.administration.stored_settings import Kept, NoticeSettings
from api.service.context import new_id, now
from api.service.notice_records import Choices, Kind, State, Told, Way
from api.service.records import Actor, Role
from api.service.review.worklist import NEVER
from api.service.review_records import Status
from api.store import rows
from api.store.models import Case, Dispatch, Notice, NoticeChoice, Review, Submission, User
from ingestion.policies.policy import Policy

OWNERS = {Status.IN_REVIEW: Kind.TAKEN_UP, Status.RETURNED: Kind.RETURNED, Status.DONE: Kind.DECIDED}


class Noting:
    """`ways` are those that the environment sets up."""

    def __init__(self, kept: Kept, ways: Collection[Way]) -> None:
        self._kept, self._ways = kept, frozenset(ways)

    def note(self, session: Session, case_id: str, event: str, data: Mapping[str, Any]) -> None:
        """An event of a case, as `Events.publish` has it."""
        status = data.get("status")
        if event != "review" or status not in {Status.RECEIVED, *OWNERS}:
            return
        by = rows.of(session).actor
        with rows.widened(session):
            case, review = session.get(Case, case_id), session.get(Review, case_id)
            if case is None or review is None:
                return
            detail = {"receipt": receipt(session, case_id), "round": review.round}
            if status == Status.RECEIVED:
                kind = Kind.SUBMITTED if review.round == 1 else Kind.RESUBMITTED
                self.tell(session, Told(kind, case_id, detail), _office(session, review) - {by, case.owner_id})
                return
            if status == Status.RETURNED and review.due < NEVER:
                detail["due"] = review.due.isoformat()
            if not case.on_paper:   # who handed in on paper is told on paper
                self.tell(session, Told(OWNERS[Status(status)], case_id, detail), {case.owner_id} - {by})

    def published(self, session: Session, actor: Actor, policy: Policy) -> None:
        """A version of the policy that is in force from now on: everybody may want to know."""
        with rows.widened(session):
            people = set(session.scalars(select(User.id).where(User.active)))
            self.tell(session, Told(Kind.PUBLISHED, None, {"version": policy.version}), people - {actor.id})

    def tell(self, session: Session, told: Told, people: Collection[str], mark: str = "") -> None:
        """Each as they chose, and groups as the settings say. With a `mark` once for each person: whoever was told is
        told no more."""
        at, wanted = now(), self.choices(session, people)
        shown, sent = [], []
        for user in people:
            own = wanted.get(user, Choices())
            if mark or told.kind in own.page:
                shown.append({"id": new_id(), "user_id": user, "kind": told.kind.value, "case_id": told.case_id,
                              "detail": dict(told.detail), "created": at, "shown": told.kind in own.page, "read": None,
                              "mark": f"{mark}:{user}" if mark else None})
            if told.kind in own.mail and Way.MAIL in self._ways:
                sent.append(_dispatch(Way.MAIL, told, at, self.digest(at) if own.digest else at, user))
        if told.kind.value in self._kept.get(NoticeSettings).robots:
            sent += [_dispatch(way, told, at, at, None) for way in self._ways if way is not Way.MAIL]
        for table, found in ((Notice, shown), (Dispatch, sent)):
            if found:
                session.execute(insert(table), found)

    def trial(self, session: Session, way: Way, user_id: str) -> str:
        """A message for trying a way; its id."""
        at = now()
        row = _dispatch(way, Told(Kind.TRIAL, None, {}), at, at, user_id if way is Way.MAIL else None)
        session.execute(insert(Dispatch), [row])
        return str(row["id"])

    @staticmethod
    def choices(session: Session, people: Iterable[str]) -> dict[str, Choices]:
        """Of those who chose."""
        found = session.scalars(select(NoticeChoice).where(NoticeChoice.user_id.in_(people))).all()
        return {one.user_id: choices_of(one) for one in found}

    def digest(self, at: datetime) -> datetime:
        """When the next digest is sent."""
        zone, hour = self._kept.office, self._kept.get(NoticeSettings).hour
        local = at.astimezone(zone)
        today = local.replace(hour=hour, minute=0, second=0, microsecond=0)
        return today if today > local else today + timedelta(days=1)


def choices_of(row: NoticeChoice) -> Choices:
    return Choices(_kinds(row.page), _kinds(row.mail), row.digest)


def _kinds(names: Iterable[str]) -> tuple[Kind, ...]:
    return tuple(one for one in Kind if one.value in set(names))


def _dispatch(way: Way, told: Told, at: datetime, due: datetime, user_id: str | None) -> dict[str, Any]:
    return {"id": new_id(), "way": way.value, "user_id": user_id, "case_id": told.case_id, "kind": told.kind.value,
            "detail": dict(told.detail), "state": State.WAITING.value, "attempts": 0, "due": due, "leased": None,
            "created": at, "ended": None, "problem": ""}


def receipt(session: Session, case_id: str) -> str:
    """Of what was handed in last."""
    return session.scalar(select(Submission.receipt).where(Submission.case_id == case_id)
                          .order_by(Submission.number.desc()).limit(1)) or ""


def _office(session: Session, review: Review) -> set[str]:
    """Whose case it is, else every reviewer."""
    if review.assignee_id:
        return {review.assignee_id}
    return set(session.scalars(select(User.id).where(User.role == Role.REVIEWER, User.active)))


