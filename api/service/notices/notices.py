"""What a person was told and chooses to be told; what administrators see of how it went outside."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging
from api.service.access import Action, demand, scope
from api.service.administration.stored_settings import Kept, NoticeSettings
from api.service.context import Context, now, record
from api.service.environment.ways import Ways
from api.service.notice_records import CHOSEN, Choices, DispatchView, Kind, NoticeView, State, Told, Way, WayView
from api.service.notices import wording
from api.service.notices.noting import Noting, choices_of
from api.service.notices.postman import Postman
from api.service.records import Actor, Page
from api.store.models import Dispatch, Notice, NoticeChoice, User
from api.store.rows import INSTALLATION

MOST_COUNTED = 100     # unread ones; more are as many


@dataclass(frozen=True)
class Notices:
    """`postman` carries them outside; the application starts and stops it."""

    context: Context
    kept: Kept
    ways: Ways
    noting: Noting
    postman: Postman

    # One's own ------------------------------------------------------------------------------------------------------

    def list(self, actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[NoticeView]:
        """The newest first."""
        limit = paging.size(limit)
        query = select(Notice).where(Notice.user_id == actor.id, Notice.shown).order_by(
            Notice.created.desc(), Notice.id.desc()).limit(limit + 1)
        if after:
            query = query.where(tuple_(Notice.created, Notice.id) < tuple_(*paging.at(after)))
        with self.context.database.reading(scope(actor)) as session:
            rows = session.scalars(query).all()
        more = paging.cursor(rows[limit - 1].created, rows[limit - 1].id) if len(rows) > limit else None
        return Page(tuple(_view(row) for row in rows[:limit]), more)

    def unread(self, actor: Actor) -> int:
        """At most `MOST_COUNTED`."""
        found = select(Notice.id).where(Notice.user_id == actor.id, Notice.shown, Notice.read.is_(None)).limit(
            MOST_COUNTED).subquery()
        with self.context.database.reading(scope(actor)) as session:
            return session.scalar(select(func.count()).select_from(found)) or 0

    def read(self, actor: Actor, ids: Sequence[str] | None = None) -> None:
        """Mark these as read, all without any."""
        query = update(Notice).where(Notice.user_id == actor.id, Notice.read.is_(None)).values(read=now())
        with self.context.database.writing(scope(actor)) as session:
            session.execute(query if ids is None else query.where(Notice.id.in_(ids)))

    def open(self, actor: Actor, notice_id: str) -> str:
        """Where a notice leads to; it is read from now on. Failure "not_found"."""
        with self.context.database.writing(scope(actor)) as session:
            row = session.scalar(select(Notice).where(Notice.id == notice_id, Notice.user_id == actor.id))
            if row is None:
                raise Failure("not_found")
            row.read = row.read or now()
            return wording.address(_told(row))

    def choices(self, actor: Actor) -> Choices:
        with self.context.database.reading(scope(actor)) as session:
            row = session.get(NoticeChoice, actor.id)
            return choices_of(row) if row is not None else Choices()

    def choose(self, actor: Actor, wanted: Choices) -> Choices:
        """What somebody wants to be told, in the page and by mail."""
        page, mail = ([one.value for one in CHOSEN if one in kinds] for kinds in (wanted.page, wanted.mail))
        with self.context.database.writing(scope(actor)) as session:
            row = session.get(NoticeChoice, actor.id)
            if row is None:
                row = NoticeChoice(user_id=actor.id, page=page, mail=mail, digest=wanted.digest)
                session.add(row)
            else:
                row.page, row.mail, row.digest = page, mail, wanted.digest
            record(session, actor, "choose_notices", "user", actor.id, page=page, mail=mail, digest_mail=wanted.digest)
            return choices_of(row)

    @property
    def mails(self) -> bool:
        """Whether anything goes by mail here."""
        return self.ways.mail is not None

    # Administration -------------------------------------------------------------------------------------------------

    def state(self, actor: Actor) -> tuple[WayView, ...]:
        """Every way: where it goes, what waits, what failed last and when it is tried again."""
        demand(actor, Action.ADMINISTER)
        with self.context.database.reading(INSTALLATION) as session:
            return tuple(_way(session, way, self.ways.host(way)) for way in Way)

    def dispatches(self, actor: Actor, *, way: Way | None = None, state: State | None = None, after: str | None = None,
                   limit: int = 50) -> Page[DispatchView]:
        """The newest first, all or those of a way or in a state; kept for 30 days after their end."""
        demand(actor, Action.ADMINISTER)
        limit = paging.size(limit)
        query = select(Dispatch, User.name).outerjoin(User, User.id == Dispatch.user_id).order_by(
            Dispatch.created.desc(), Dispatch.id.desc()).limit(limit + 1)
        if way is not None:
            query = query.where(Dispatch.way == way)
        if state is not None:
            query = query.where(Dispatch.state == state)
        if after:
            query = query.where(tuple_(Dispatch.created, Dispatch.id) < tuple_(*paging.at(after)))
        with self.context.database.reading(INSTALLATION) as session:
            rows = session.execute(query).all()
        more = paging.cursor(rows[limit - 1][0].created, rows[limit - 1][0].id) if len(rows) > limit else None
        return Page(tuple(_dispatch(row, name) for row, name in rows[:limit]), more)

    def again(self, actor: Actor, dispatch_id: str) -> DispatchView:
        """Send a message at once, from the beginning of its attempts; one that arrived is not sent twice."""
        demand(actor, Action.ADMINISTER)
        with self.context.database.writing(INSTALLATION) as session:
            row = session.get(Dispatch, dispatch_id)
            if row is None or row.state == State.DELIVERED:
                raise Failure("not_found")
            row.state, row.attempts, row.due, row.ended = State.WAITING, 0, now(), None
            record(session, actor, "resend_notice", "notice", dispatch_id)
            name = session.scalar(select(User.name).where(User.id == row.user_id))
            return _dispatch(row, name)

    def trial(self, actor: Actor, way: Way) -> DispatchView:
        """A message for trying a way: by mail to oneself, by a robot to its group. Failure "no_way"."""
        demand(actor, Action.ADMINISTER)
        if way not in self.ways.known():
            raise Failure("no_way")
        with self.context.database.writing(INSTALLATION) as session:
            made = self.noting.trial(session, way, actor.id)
            record(session, actor, "try_notice", "notice", made, way=way.value)
            return _dispatch(session.get_one(Dispatch, made), actor.name if way is Way.MAIL else None)

    def set(self, actor: Actor, value: NoticeSettings, reason: str = "") -> None:
        """Failure "setting_invalid"."""
        if not set(value.robots) <= {one.value for one in CHOSEN}:
            raise Failure("setting_invalid")
        self.kept.put(actor, value, reason)


def build(context: Context, kept: Kept, ways: Ways, noting: Noting) -> Notices:
    return Notices(context, kept, ways, noting, Postman(context, kept, ways, noting))


def _told(row: Notice) -> Told:
    return Told(Kind(row.kind), row.case_id, row.detail)


def _view(row: Notice) -> NoticeView:
    told = _told(row)
    return NoticeView(row.id, told.kind, wording.said(told, "zh"), wording.said(told, "en"), wording.address(told),
                      row.created, row.read)


def _way(session: Session, way: Way, host: str) -> WayView:
    waiting, failed = (session.scalar(select(func.count()).select_from(Dispatch).where(
        Dispatch.way == way, Dispatch.state == state)) or 0 for state in (State.WAITING, State.FAILED))
    troubled = session.scalar(select(Dispatch).where(
        Dispatch.way == way, Dispatch.problem != "", Dispatch.state.in_((State.WAITING, State.FAILED)))
        .order_by(Dispatch.created.desc()).limit(1))
    due = session.scalar(select(func.min(Dispatch.due)).where(Dispatch.way == way, Dispatch.state == State.WAITING))
    return WayView(way, host, waiting, failed, troubled.problem if troubled else "", due)


def _dispatch(row: Dispatch, name: str | None) -> DispatchView:
    return DispatchView(row.id, Way(row.way), Kind(row.kind), name or "", State(row.state), row.attempts, row.created,
                        row.due if row.state == State.WAITING else None, row.ended, row.problem)
