"""What people looked at and took away, for the audit: files, reports, lists, and cases that are not their own.

Which answers these are is not said of each route: whatever goes out as an attachment was taken away, and whoever reads
anything of a case that another owns has looked at it. Of looks at one case there is one row an hour for each person.
"""
from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.exc import SQLAlchemyError

from api.service.access import SEE_ALL, Action, demand, scope
from api.service.context import Context, now, record
from api.service.records import Actor
from api.store.models import Audit, Case

log = logging.getLogger(__name__)

EVERY = 3600.0        # seconds between two rows of one person's looks at one case
MOST_KNOWN = 20_000
WATCHED = ("sign_in_failed", "view", "download", "export")
SPANS = (timedelta(days=1), timedelta(days=7), timedelta(days=30))


@dataclass(frozen=True, slots=True)
class Watched:
    """How often something was done in each of SPANS until now."""

    action: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return max(self.counts)


class Noting:
    def __init__(self, context: Context, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = context.database, clock
        self._looked: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def wants(self, actor: Actor, parameters: Mapping[str, str], *, attached: bool) -> bool:
        """Whether `note` would have anything to do: asked of every answer, so without a look into the store."""
        case_id = parameters.get("case_id", "")
        return attached or (bool(case_id) and actor.role in SEE_ALL and not self._known(actor, case_id))

    def note(self, actor: Actor, path: str, parameters: Mapping[str, str], *, attached: bool) -> None:
        """`parameters` are those of the route's address. Where nothing can be written, reading goes on."""
        try:
            if attached:
                self._taken(actor, path, parameters)
            if "case_id" in parameters and actor.role in SEE_ALL:
                self._seen(actor, parameters["case_id"])
        except SQLAlchemyError as error:
            log.warning("what somebody read could not be noted (%s)", type(error).__name__)

    def counts(self, actor: Actor) -> tuple[Watched, ...]:
        """How often each of WATCHED stands in the audit, for those who read it."""
        demand(actor, Action.READ_AUDIT)
        since = tuple(now() - span for span in SPANS)
        sums = [func.sum(case((Audit.at >= one, 1), else_=0)) for one in since]
        with self._database.reading() as session:
            found = {row[0]: tuple(int(one) for one in row[1:]) for row in session.execute(
                select(Audit.action, *sums).where(Audit.at >= since[-1], Audit.action.in_(WATCHED))
                .group_by(Audit.action))}
        return tuple(Watched(one, found.get(one, (0,) * len(SPANS))) for one in WATCHED)

    # --------------------------------------------------------------------------------------------------------------

    def _taken(self, actor: Actor, path: str, parameters: Mapping[str, str]) -> None:
        form: dict[str, Any] = {"form": parameters["kind"]} if "kind" in parameters else {}
        with self._database.writing(scope(actor)) as session:
            if "file_id" in parameters:
                record(session, actor, "download", "file", parameters["file_id"])
            elif "case_id" in parameters:
                record(session, actor, "export", "case", parameters["case_id"], **form)
            else:
                record(session, actor, "export", "list", path[-64:], **form)

    def _seen(self, actor: Actor, case_id: str) -> None:
        """Notes once in a while that somebody looked at another's case."""
        if self._known(actor, case_id):
            return
        with self._lock:
            self._looked[actor.id, case_id] = self._clock()
            while len(self._looked) > MOST_KNOWN:
                self._looked.popitem(last=False)
        with self._database.writing(scope(actor)) as session:
            owner = session.scalar(select(Case.owner_id).where(Case.id == case_id))
            if owner is not None and owner != actor.id:
                record(session, actor, "view", "case", case_id)

    def _known(self, actor: Actor, case_id: str) -> bool:
        at = self._looked.get((actor.id, case_id))
        return at is not None and self._clock() - at < EVERY
