"""A case is handed in as it is, once, with a receipt; its applicant takes it back while nobody has taken it up."""
from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging
from api.service.access import Action
from api.service.administration.stored_settings import Kept
from api.service.cases import duplicates, points, standing, stored
from api.service.cases.events import Events
from api.service.context import Context, case_for, new_id, now, record
from api.service.policies.policies import Policies
from api.service.records import Actor, Page
from api.service.review import intake_choosing as choosing
from api.service.review.letters import last_sent, whole
from api.service.review.progress import review_of, step
from api.service.review.worklist import NEVER
from api.service.review_records import Handed, HandedFile, Status, Submission
from api.service.views import present
from api.store import rows
from api.store.models import Assessment, Case, Check, Content, Letter, Reply, Review, Standing, Step
from api.store.models import Submission as Row
from ingestion.domain import Overall

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"   # none that is taken for another one
LENGTH = 6


@dataclass(frozen=True)
class Submitting:
    context: Context
    policies: Policies
    events: Events
    kept: Kept

    def submit(self, actor: Actor, case_id: str, seen: str = "", intake: str = "") -> Submission:
        """Hand a case in, as it was assessed, to the round that is open for its type. Failure "not_assessed", "stale",
        "submitted_already"; "changed_meanwhile" where `seen` is given, and is not the assessment that the case has
        now; those of `choosing.chosen`. What was returned stays in its round, whatever the day.
        """
        with self.context.database.writing() as session:
            case = case_for(session, actor, case_id, Action.SUBMIT_CASE)
            review = session.get(Review, case_id)
            if review is not None and review.status != Status.RETURNED:
                raise Failure("submitted_already")
            latest = session.get(Assessment, case.latest_id) if case.latest_id else None
            if latest is None:
                raise Failure("not_assessed")
            if latest.revision != case.revision:
                raise Failure("stale")
            if seen and seen != latest.id:
                raise Failure("changed_meanwhile")
            intake_id = review.intake_id if review else choosing.chosen(
                session, case.base_type, intake, now(), self.kept.office)
            row = self._copy(session, actor, case, latest)
            if review is None:
                review = Review(
                    case_id=case_id, status=Status.RECEIVED, round=1, assignee_id=None, due=NEVER, received=row.at,
                    changed=row.at, begun=None, done=None, seconds=0, outcome=Overall.INSUFFICIENT, unchecked=0,
                    conflicts=0, duplicates=0, counts=None, intake_id=intake_id)
                session.add(review)
            else:
                review.status, review.round, review.received, review.begun = \
                    Status.RECEIVED, review.round + 1, row.at, None
                letter = last_sent(session, case_id)
                if letter is not None and letter.due == review.due:
                    review.due = NEVER   # it was the applicant's, and is kept
            case.handed_in = case.revision
            session.flush()
            record(session, actor, "submit", "case", case_id, receipt=row.receipt, digest=row.digest,
                   assessment=latest.id, intake=intake_id or "", paper=case.on_paper)
            step(session, self.events, actor, review)
            standing.refresh(session, standing.stand(session, self.policies, case))
            with rows.widened(session):  # other cases count it too
                duplicates.recount(session, duplicates.affected(session, case_id))
            return self._submission(session, review)

    def withdraw(self, actor: Actor, case_id: str) -> None:
        """Take back what was handed in last: the case is a draft again or, after a return, returned as before.

        Failure "not_submitted"; "taken_up" where a reviewer has begun with it.
        """
        with self.context.database.writing() as session:
            case = case_for(session, actor, case_id, Action.SUBMIT_CASE)
            review = review_of(session, case_id)
            if not _untouched(review):
                raise Failure("taken_up")
            handed = _handed_rows(session, case_id)
            handed[0].withdrawn = now()
            case.handed_in = handed[1].revision if len(handed) > 1 else None
            record(session, actor, "take_back", "case", case_id, receipt=handed[0].receipt, round=review.round)
            session.add(Step(case_id=case_id, status=WITHDRAWN, by_id=actor.id, at=now(), note=""))
            self.events.publish(session, case_id, "review", {"status": WITHDRAWN, "round": review.round})
            if len(handed) > 1:
                review.status, review.round, review.received = Status.RETURNED, review.round - 1, handed[1].at
                session.flush()
                standing.refresh(session, standing.stand(session, self.policies, case))
                return
            with rows.widened(session):
                concerned = duplicates.affected(session, case_id)
                for table in (Standing, Check, Review):
                    session.execute(delete(table).where(table.case_id == case_id))
                session.expire_all()
                duplicates.recount(session, concerned)

    def submission(self, actor: Actor, case_id: str) -> Submission | None:
        """How a case that was handed in stands, for whoever sees the case; None for one that was not."""
        with self.context.database.reading() as session:
            case_for(session, actor, case_id)
            review = session.get(Review, case_id)
            return self._submission(session, review) if review is not None else None

    def history(self, actor: Actor, case_id: str, *, after: str | None = None, limit: int = 50) -> Page[Handed]:
        """Everything that was handed in of a case, the newest first; also what was taken back."""
        limit = paging.size(limit)
        query = select(Row).where(Row.case_id == case_id).order_by(Row.number.desc())
        if after:
            query = query.where(Row.number < paging.number(after))
        with self.context.database.reading() as session:
            case_for(session, actor, case_id)
            found, late = session.scalars(query.limit(limit + 1)).all(), self._late(session, case_id)
        more = paging.cursor(found[limit - 1].number) if len(found) > limit else None
        return Page(tuple(_handed(one, late) for one in found[:limit]), more)

    def _copy(self, session: Session, actor: Actor, case: Case, latest: Assessment) -> Row:
        """The frozen copy. What the files hold is kept by their hashes while the case is there."""
        files = present(session, case.id)
        result = stored.decode(session.get_one(Content, latest.id).content).result
        number = len(session.scalars(select(Row.id).where(Row.case_id == case.id)).all()) + 1
        copy = {"title": case.title, "applicant": case.applicant, "base_type": case.base_type,
                "policy_id": latest.policy_id, "policy_version": latest.policy_version,
                "policy_digest": latest.policy_digest, "overall": latest.overall,
                "files": [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in files],
                "open": points.counted(points.open_points(result, files))}
        at = now()
        replies = session.execute(select(Reply.subject, func.max(Reply.version)).where(
            Reply.case_id == case.id).group_by(Reply.subject).order_by(Reply.subject))
        said = {**copy, "replies": [list(one) for one in replies],
                **({"paper_number": case.paper_number} if case.on_paper else {}),
                "at": at.isoformat(), "key": latest.key, "application_date": case.application_date.isoformat()}
        digest = hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        row = Row(id=new_id(), case_id=case.id, number=number, receipt=self._receipt(at), at=at, by_id=actor.id,
                  revision=case.revision, assessment_id=latest.id, application_date=case.application_date,
                  digest=digest, withdrawn=None, **copy)
        session.add(row)
        session.flush()
        return row

    def _receipt(self, at: datetime) -> str:
        """20261201-7K3QMF: the office's day, and letters that nobody guesses."""
        return f"{self._day(at):%Y%m%d}-{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"

    def _day(self, at: datetime) -> date:
        """The office's."""
        return at.astimezone(self.kept.office).date()

    def _late(self, session: Session, case_id: str) -> Mapping[int, date]:
        """By the number of what was handed in: the last day of the letter that it answers, where that had passed."""
        handed = session.execute(select(Row.number, Row.at, Row.withdrawn).where(Row.case_id == case_id)
                                 .order_by(Row.number)).all()
        letters = session.execute(select(Letter.sent, Letter.due).where(
            Letter.case_id == case_id, Letter.sent.is_not(None)).order_by(Letter.number)).all()
        found, answered = {}, datetime.min.replace(tzinfo=UTC)
        for number, at, withdrawn in handed:
            due = next((one.due for one in reversed(letters) if answered < one.sent < at), None)
            if due is not None and due < self._day(at):
                found[number] = due
            answered = answered if withdrawn else at
        return found

    def _submission(self, session: Session, review: Review) -> Submission:
        """How the case stands, with what was said when it came to stand so."""
        case_id, back = review.case_id, review.status == Status.RETURNED
        last = session.scalar(select(Step).where(Step.case_id == case_id, Step.status == review.status)
                              .order_by(Step.id.desc()).limit(1))
        letter, late = last_sent(session, case_id) if back else None, self._late(session, case_id)
        handed = [_handed(one, late) for one in _handed_rows(session, case_id)[:2]]
        due = review.due if review.due != NEVER else None
        return Submission(case_id, Status(review.status), review.round, review.received, review.changed, due,
                          last.note if last else "", whole(letter) if letter else "",
                          letter.number if letter else None, handed[0], handed[1] if len(handed) > 1 else None,
                          _untouched(review), (due - self._day(now())).days if due and back else None)


WITHDRAWN = "withdrawn"    # a step, and no status: the case is a draft again, or returned


def _untouched(review: Review) -> bool:
    return review.status == Status.RECEIVED and review.begun is None


def _handed_rows(session: Session, case_id: str) -> Sequence[Row]:
    """Those that were not taken back, the newest first."""
    return session.scalars(select(Row).where(Row.case_id == case_id, Row.withdrawn.is_(None))
                           .order_by(Row.number.desc())).all()


def _handed(row: Row, late: Mapping[int, date]) -> Handed:
    return Handed(row.id, row.case_id, row.number, row.receipt, row.at, row.assessment_id, row.title, row.applicant,
                  row.base_type, row.application_date, row.policy_id, row.policy_version, Overall(row.overall),
                  tuple(HandedFile(**one) for one in row.files), row.open, row.digest, row.withdrawn,
                  late.get(row.number))
