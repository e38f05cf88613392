"""Carries notices outside: each process takes what is due, one process each, until it is taken or given up. What waits
for one person goes in one mail; a robot that hangs holds up no mail. Deadlines that come near are looked for, too."""
from __future__ import annotations

import logging
import random
import threading
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from api.service import clock
from api.service.administration.stored_settings import Kept, NoticeSettings
from api.service.context import Context, now
from api.service.environment.mail import NotSentError
from api.service.environment.ways import Ways
from api.service.notice_records import Kind, State, Told, Way
from api.service.notices import wording
from api.service.notices.noting import Noting, receipt
from api.service.review_records import Status
from api.service.webhooks.outbox import later
from api.store.models import Case, Dispatch, Notice, Review, User
from api.store.rows import INSTALLATION

log = logging.getLogger(__name__)

SCHEDULE = (60.0, 300.0, 1_800.0, 7_200.0, 21_600.0, 43_200.0, 86_400.0)    # seconds between attempts
LOOK_EVERY = 2.0
NEAR_EVERY = 300        # looks between two for deadlines
LEASE = timedelta(seconds=180)
AT_ONCE = 4             # mails; of each robot's messages one at a time
MOST_IN_ONE = 100       # notices in one mail
KEPT, KEPT_NOTICES = timedelta(days=30), timedelta(days=365)
ALONE = zlib.crc32(b"deadlines")


class Postman:
    """Started once in a process. `schedule` are the waits between attempts."""

    def __init__(self, context: Context, kept: Kept, ways: Ways, noting: Noting,
                 schedule: tuple[float, ...] = SCHEDULE) -> None:
        self._context, self._kept, self._ways, self._noting, self._schedule = context, kept, ways, noting, schedule
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=LOOK_EVERY + 1)

    def carry(self) -> int:
        """Try everything that is due; how many messages were tried."""
        groups = [group for way in self._ways.known() for group in self._take(way)]
        if groups:
            with ThreadPoolExecutor(len(groups), thread_name_prefix="notice") as pool:
                list(pool.map(self._try, groups))
        return len(groups)

    def look(self) -> None:
        """Tell of deadlines that come near: applicants of a returned case's, reviewers of that of one of theirs,
        also of one that was returned on paper."""
        days, today = self._kept.get(NoticeSettings).days, self._kept.today()
        if not days:
            return
        until = clock.working_days_after(today, days)
        with self._context.database.writing(INSTALLATION) as session:
            self._context.database.alone(session, ALONE)
            near = session.execute(select(Review, Case).join(Case, Case.id == Review.case_id).where(
                Review.due >= today, Review.due <= until, Review.status != Status.DONE)).all()
            for review, case in near:
                self._near(session, review, review.assignee_id if case.on_paper else case.owner_id)

    def _near(self, session: Session, review: Review, owner: str | None) -> None:
        office = review.status in {Status.RECEIVED, Status.IN_REVIEW}
        who = review.assignee_id if office else owner if review.status == Status.RETURNED else None
        mark = f"{Kind.NEAR.value}:{review.case_id}:{review.due.isoformat()}"
        if who is None or session.scalar(select(Notice.id).where(Notice.mark == f"{mark}:{who}")) is not None:
            return
        self._noting.tell(session, Told(Kind.NEAR, review.case_id, {
            "receipt": receipt(session, review.case_id), "due": review.due.isoformat(), "office": office}), {who}, mark)

    def _run(self) -> None:
        """Until stopped: deadlines that come near, what is due, what is over."""
        rounds = 0
        while not self._stop.wait(LOOK_EVERY):
            try:
                if rounds % NEAR_EVERY == 0:
                    self.look()
                    self._forget()
                while self.carry() and not self._stop.is_set():
                    pass
            except Exception as error:  # noqa: BLE001 - the database may be away for a while
                log.warning("notices could not be looked after (%s); trying again", type(error).__name__)
            rounds += 1

    def _take(self, way: Way) -> list[list[str]]:
        """Messages of a way that are due, by whom they are for, leased to this process: others pass them by."""
        at = now()
        free = or_(Dispatch.leased.is_(None), Dispatch.leased < at)
        due = (Dispatch.way == way, Dispatch.state == State.WAITING, Dispatch.due <= at, free)
        mail = way is Way.MAIL
        with self._context.database.reading(INSTALLATION) as session:
            first = session.scalars(select(Dispatch.user_id if mail else Dispatch.id).where(*due)
                                    .group_by(Dispatch.user_id if mail else Dispatch.id)
                                    .order_by(func.min(Dispatch.due)).limit(AT_ONCE if mail else 1)).all()
            groups: list[Sequence[str]] = [session.scalars(select(Dispatch.id).where(*due, Dispatch.user_id == one)
                                                           .order_by(Dispatch.created).limit(MOST_IN_ONE)).all()
                                           for one in first] if mail else [[one] for one in first if one]
        if not groups:
            return []
        with self._context.database.writing(INSTALLATION) as session:
            taken = [[one for one in group if session.scalar(
                update(Dispatch).where(Dispatch.id == one, Dispatch.state == State.WAITING, free)
                .values(leased=at + LEASE).returning(Dispatch.id))] for group in groups]
        return [group for group in taken if group]

    def _try(self, group: Sequence[str]) -> None:
        """Sends one group of messages and settles each."""
        with self._context.database.reading(INSTALLATION) as session:
            found = session.scalars(select(Dispatch).where(Dispatch.id.in_(group)).order_by(Dispatch.created)).all()
            user = session.get(User, found[0].user_id) if found and found[0].user_id else None
        if not found:
            return
        told = [Told(Kind(one.kind), one.case_id, one.detail) for one in found]
        problem, gone = "", Way(found[0].way) is Way.MAIL and (user is None or not user.active)
        if not gone:
            try:
                self._send(Way(found[0].way), user.email if user else "", told)
            except NotSentError as error:
                problem = str(error)
        with self._context.database.writing(INSTALLATION) as session:
            for one in session.scalars(select(Dispatch).where(Dispatch.id.in_(group))):
                self._settle(one, problem, gone=gone)

    def _send(self, way: Way, to: str, told: Sequence[Told]) -> None:
        subject, text = wording.message(told, self._context.settings.base_url)
        if way is Way.MAIL:
            if self._ways.mail is not None:
                self._ways.mail.send(to, subject, text)
        else:
            self._ways.robots[way].send(text, self._ways.allowed)

    def _settle(self, row: Dispatch, problem: str, *, gone: bool) -> None:
        """A message delivered, dropped, failed for good, or to be tried again."""
        at = now()
        row.leased, row.problem = None, problem[:200]
        row.attempts += 0 if gone else 1
        jitter = random.random()  # noqa: S311 - spreads load only
        again: datetime | None = later(at, self._schedule, max(row.attempts, 1), jitter)
        if gone:
            row.state, row.ended = State.DROPPED, at
        elif not problem:
            row.state, row.ended = State.DELIVERED, at
        elif again is None:
            row.state, row.ended = State.FAILED, at
        else:
            row.due = again

    def _forget(self) -> None:
        at = now()
        with self._context.database.writing(INSTALLATION) as session:
            session.execute(delete(Dispatch).where(Dispatch.ended < at - KEPT))
            session.execute(delete(Notice).where(Notice.created < at - KEPT_NOTICES))
