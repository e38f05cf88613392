"""The numbers of a round and what overlaps in it, for reviewers and auditors."""
from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from api.service import paging
from api.service.access import Action, demand, scope
from api.service.context import Context
from api.service.intakes import numbers, overlap
from api.service.records import Actor, Page
from api.service.review import intake_choosing as choosing
from api.service.review.intake_records import IntakeNumbers, KindCount, Overlap


@dataclass(frozen=True)
class Summing:
    context: Context
    kept: numbers.Kept = field(default_factory=numbers.Kept)

    def numbers(self, actor: Actor, intake_id: str) -> IntakeNumbers:
        """Failure "not_found"."""
        demand(actor, Action.READ_REVIEWS)
        with self.context.database.reading(scope(actor)) as session:
            row = choosing.row_of(session, intake_id)
            stamp = (*numbers.stamp(session, intake_id), row.changed)
            return self.kept.of("numbers", intake_id, stamp, lambda: numbers.numbers(session, row, self.kept))

    def overlaps(self, actor: Actor, intake_id: str, *, kind: str = "", after: str | None = None, limit: int = 50
                 ) -> Page[Overlap]:
        """What most cases share first; with `kind` of that kind alone."""
        limit, first = paging.size(limit), paging.number(after) if after else 0
        with self.context.database.reading(scope(actor)) as session:
            found = [one for one in self._keys(actor, session, intake_id) if kind in {"", one[0]}]
            told = overlap.told(session, found[first:first + limit])
        more = paging.cursor(first + limit) if len(found) > first + limit else None
        return Page(told, more, len(found))

    def kinds(self, actor: Actor, intake_id: str) -> tuple[KindCount, ...]:
        """How many things of each kind are claimed more than once."""
        with self.context.database.reading(scope(actor)) as session:
            return overlap.kinds(self._keys(actor, session, intake_id))

    def _keys(self, actor: Actor, session: Session, intake_id: str) -> tuple[overlap.Key, ...]:
        demand(actor, Action.READ_REVIEWS)
        choosing.row_of(session, intake_id)
        return self.kept.of("overlap", intake_id, numbers.stamp(session, intake_id),
                            lambda: overlap.keys(session, intake_id))
