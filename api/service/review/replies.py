"""What applicants say to single entries of their case: which figure is right, where that stands, a remark, a file."""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging
from api.service.access import Action, scope
from api.service.cases import places, stored
from api.service.cases.reading import Reader
from api.service.context import Context, case_for, new_id, now, record
from api.service.policies.policies import Policies
from api.service.records import Actor, Page
from api.service.review_records import NewPlace, NewReply, ReplyView
from api.service.views import newest, present
from api.store.models import Case, Content, File, Reply, Submission
from assistant.correcting.corrections import Place
from ingestion.domain import Interval
from ingestion.policies.policy import Policy

LONGEST = 2_000


@dataclass(frozen=True)
class Replies:
    """Each a new version, none overwritten. Others than the applicant see those that were handed in."""

    context: Context
    policies: Policies
    reader: Reader

    def say(self, actor: Actor, case_id: str, new: NewReply) -> ReplyView:
        """Failure "unknown_subject", "reply_empty", "value_invalid", "quote_differs", "not_found" (the file),
        "replied_meanwhile" where another version was said since the one that was seen.
        """
        if len(new.text) > LONGEST:
            raise Failure("too_long", most=LONGEST)
        try:
            with self.context.database.writing() as session:
                return self._say(session, actor, case_id, new)
        except IntegrityError as error:  # two at the very same moment
            with self.context.database.reading(scope(actor)) as session:
                raise _meanwhile(session, case_id, new.subject) from error

    def list(self, actor: Actor, case_id: str, *, after: str | None = None, limit: int = 50) -> Page[ReplyView]:
        """What stands to each entry, the newest first."""
        limit, first = paging.size(limit), paging.number(after) if after else 0
        found = sorted(self.of(actor, case_id).values(), key=lambda one: (one.at, one.id), reverse=True)
        more = paging.cursor(first + limit) if first + limit < len(found) else None
        return Page(tuple(found[first:first + limit]), more, len(found))

    def of(self, actor: Actor, case_id: str) -> Mapping[str, ReplyView]:
        """What stands, by entry."""
        with self.context.database.reading() as session:
            return standing(session, case_for(session, actor, case_id), actor)

    def version(self, actor: Actor, case_id: str, subject: str) -> int:
        """How many there are of an entry, to whoever may write the next one."""
        with self.context.database.reading() as session:
            case_for(session, actor, case_id, Action.CHANGE_CASE)
            return _version(session, case_id, subject)

    def _say(self, session: Session, actor: Actor, case_id: str, new: NewReply) -> ReplyView:
        """What an applicant says to one entry, as a new version of it."""
        case = case_for(session, actor, case_id, Action.CHANGE_CASE)
        if case.on_paper:
            raise Failure("paper_replies")
        latest = newest(session, case)
        if latest is None:
            raise Failure("not_assessed")
        policy = self.policies.of(latest.policy_digest)
        result = stored.decode(session.get_one(Content, latest.id).content).result
        asked = {key for one in result.findings for key in (*one.criterion.facts, *one.criterion.related)}
        if new.subject not in asked and new.subject not in {one.criterion.id for one in result.findings}:
            raise Failure("unknown_subject")
        version = _version(session, case_id, new.subject)
        if version != new.version:
            raise _meanwhile(session, case_id, new.subject)
        text, value = new.text.strip(), _value(new, policy)
        if not (text or value or new.place or new.file_id or version):   # an empty one takes back what was said
            raise Failure("reply_empty")
        if new.file_id is not None and session.scalar(select(File.id).where(
                File.id == new.file_id, File.case_id == case_id, File.removed.is_(None))) is None:
            raise Failure("not_found")
        place = self._place(session, case_id, new.place)
        row = Reply(id=new_id(), case_id=case_id, subject=new.subject, version=version + 1,
                    low=value.low if value else None, high=value.high if value else None,
                    **places.columns(place), file_id=new.file_id, text=text, by_id=actor.id, at=now())
        session.add(row)
        session.flush()
        record(session, actor, "reply", "case", case_id, subject=new.subject, version=row.version,
               reason_sha256=hashlib.sha256(text.encode()).hexdigest())
        return _view(session, row)

    def _place(self, session: Session, case_id: str, new: NewPlace | None) -> Place | None:
        """Words of a file that the case has now, held against what was read of it."""
        if new is None:
            return None
        file = next((one for one in present(session, case_id) if one.name == new.document), None)
        if file is None:
            raise Failure("quote_differs")
        return places.picked(self.reader, file.sha256, new)


def standing(session: Session, case: Case, actor: Actor) -> dict[str, ReplyView]:
    """The newest of each entry, without those that were taken back; for others, as they were handed in."""
    query = select(Reply).where(Reply.case_id == case.id).order_by(Reply.version)
    if case.owner_id != actor.id:
        query = query.where(Reply.at <= select(func.max(Submission.at)).where(
            Submission.case_id == case.id, Submission.withdrawn.is_(None)).scalar_subquery())
    last = {one.subject: one for one in session.scalars(query)}
    return {subject: _view(session, one) for subject, one in last.items()
            if one.text or one.document or one.file_id or one.low is not None}


def _meanwhile(session: Session, case_id: str, subject: str) -> Failure:
    return Failure("replied_meanwhile", subject=subject, version=_version(session, case_id, subject))


def _version(session: Session, case_id: str, subject: str) -> int:
    """How many there are of an entry."""
    return session.scalar(select(func.max(Reply.version)).where(
        Reply.case_id == case_id, Reply.subject == subject)) or 0


def _value(new: NewReply, policy: Policy) -> Interval | None:
    """The figure that is right; for a fact alone."""
    if new.low is None:
        return None
    spec = policy.facts.facts.get(new.subject)
    high = new.high if new.high is not None else new.low
    if spec is None or new.low < 0 or high < new.low or (spec.kind == "yes_no" and high > 1):
        raise Failure("value_invalid")
    return Interval(new.low, high)


def _view(session: Session, row: Reply) -> ReplyView:
    """`place` leads to the file of that name that is there, the one read then or its newer copy."""
    def file(condition: object) -> str | None:
        found: str | None = session.scalar(select(File.id).where(
            File.case_id == row.case_id, condition).order_by(File.added.desc()).limit(1))  # type: ignore[arg-type]
        return found

    place = places.view(row, file(File.name == row.document)) if row.document else None
    name = session.scalar(select(File.name).where(File.id == row.file_id)) if row.file_id else None
    value = Interval(row.low, row.high if row.high is not None else row.low) if row.low is not None else None
    return ReplyView(row.id, row.subject, row.version, value, place, row.file_id if name else None, name or "",
                     row.text, row.at)
