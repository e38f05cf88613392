"""What happens to a case, as it happens; resumed from any event that is still kept."""
from __future__ import annotations

import asyncio
import contextlib
import threading
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, event, func, select
from sqlalchemy.orm import Session

from api.service.access import scope, visible
from api.service.context import Context, now, partly
from api.service.records import Actor, Event
from api.service.views import last_job, last_reading, plain, present
from api.store.models import Case
from api.store.models import Event as Row

AT_ONCE = 200
OFFICES = ("review", "presence")    # what is told of a case while it is with its applicant again
LOOK_EVERY = 1.0      # seconds, for events of other processes
LOOK_ALONE = 20.0     # seconds, where this process is the only one: only to notice that a case is gone


Note = Callable[[Session, str, str, Mapping[str, Any]], None]


class Events:
    """`notes` hear of every event too, within the transaction that it belongs to."""

    def __init__(self, context: Context, notes: Sequence[Note] = ()) -> None:
        self._notes = tuple(notes)
        self._database = context.database
        self._lock = threading.Lock()
        self._listeners: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)
        self._every = LOOK_ALONE if context.database.embedded else LOOK_EVERY

    def publish(self, session: Session, case_id: str, kind: str, data: Mapping[str, Any]) -> None:
        """Within a transaction that changes the case; heard when it has committed."""
        self._database.alone(session, zlib.crc32(case_id.encode()) + 2)  # numbers are visible in their order
        session.add(Row(case_id=case_id, kind=kind, data=dict(data), at=now()))
        session.flush()
        for note in self._notes:
            note(session, case_id, kind, data)
        event.listen(session, "after_commit", lambda _session: self.wake(case_id), once=True)

    def forget(self, session: Session, case_id: str, before: int) -> None:
        """Drop the events of a case before the one numbered so; who has seen fewer gets a snapshot."""
        session.execute(delete(Row).where(Row.case_id == case_id, Row.id < before))

    def wake(self, case_id: str) -> None:
        with self._lock:
            listeners = list(self._listeners.get(case_id, ()))
        for loop, heard in listeners:
            with contextlib.suppress(RuntimeError):  # its loop has ended
                loop.call_soon_threadsafe(heard.set)

    async def subscribe(self, actor: Actor, case_id: str, after: int | None = None) -> AsyncIterator[Event]:
        """Events after the one numbered `after`; a snapshot first without one, or where it is not kept any more.

        Ends, with a "deleted" event, when the case is deleted or the actor loses sight of it.
        """
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._listeners[case_id].add(entry)
        try:
            while True:
                entry[1].clear()
                found = await asyncio.to_thread(self._since, actor, case_id, after)
                if found is None:
                    yield Event((after or 0) + 1, case_id, "deleted", {})
                    return
                for one in found:
                    after = one.id
                    yield one
                if len(found) < AT_ONCE:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(entry[1].wait(), self._every)
        finally:
            with self._lock:
                self._listeners[case_id].discard(entry)
                if not self._listeners[case_id]:
                    del self._listeners[case_id]

    def _since(self, actor: Actor, case_id: str, after: int | None) -> list[Event] | None:
        """What is new, None where there is nothing to see (any more)."""
        with self._database.reading(scope(actor)) as session:
            case = session.scalar(select(Case).where(Case.id == case_id, visible(actor)))
            if case is None:
                return None
            last = session.scalar(select(func.max(Row.id)).where(Row.case_id == case_id)) or 0
            less = partly(case, actor)
            if after is None or (after != last and session.scalar(
                    select(Row.id).where(Row.case_id == case_id, Row.id <= after).limit(1)) is None):
                job = None if less else last_job(session, case_id)
                files = () if less else present(session, case_id)
                return [Event(last, case_id, "snapshot", {
                    "files": [plain(one) for one in files], "job": plain(job) if job else None,
                    "reading": None if less else last_reading(session, case_id)})]
            query = select(Row).where(Row.case_id == case_id, Row.id > after)
            if less:
                query = query.where(Row.kind.in_(OFFICES))
            rows = session.scalars(query.order_by(Row.id).limit(AT_ONCE)).all()
        return [Event(row.id, row.case_id, row.kind, row.data) for row in rows]
