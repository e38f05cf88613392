"""What cases of a round claim that another case claims too: the same paper, partner, person, project."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from api.service.review.intake_records import KindCount, Overlap, OverlapCase
from api.service.review_records import Status
from api.store.models import Case, ItemKey, Review

Key = tuple[str, str]        # kind and value
MOST, MOST_CASES = 5_000, 20     # identifiers of a round, cases of one that are shown


def keys(session: Session, intake_id: str) -> tuple[Key, ...]:
    """Those that most cases share first; a kind's in the order of their values."""
    mine, other = aliased(ItemKey), aliased(ItemKey)
    holder = aliased(Review)
    rows = session.execute(
        select(mine.kind, mine.value, func.count(func.distinct(other.case_id)).label("others"))
        .join(Review, Review.case_id == mine.case_id)
        .join(other, and_(other.kind == mine.kind, other.value == mine.value, other.case_id != mine.case_id))
        .join(holder, holder.case_id == other.case_id)
        .where(Review.intake_id == intake_id, Review.duplicates > 0)
        .group_by(mine.kind, mine.value).order_by(func.count(func.distinct(other.case_id)).desc(), mine.kind,
                                                  mine.value).limit(MOST)).all()
    return tuple((kind, value) for kind, value, _ in rows)


def kinds(found: Sequence[Key]) -> tuple[KindCount, ...]:
    return tuple(KindCount(kind, count) for kind, count in Counter(kind for kind, _ in found).most_common())


def told(session: Session, found: Sequence[Key]) -> tuple[Overlap, ...]:
    """Each with the cases that claim it, and where."""
    if not found:
        return ()
    rows: Sequence[Any] = session.execute(
        select(ItemKey, Case.title, Case.applicant, Review.status, Review.intake_id)
        .join(Case, Case.id == ItemKey.case_id).join(Review, Review.case_id == ItemKey.case_id)
        .where(tuple_(ItemKey.kind, ItemKey.value).in_(list(found)))
        .order_by(ItemKey.kind, ItemKey.value, Review.received, ItemKey.case_id)).all()
    cases: dict[Key, list[OverlapCase]] = {}
    for key, title, applicant, status, intake_id in rows:
        cases.setdefault((key.kind, key.value), []).append(OverlapCase(
            key.case_id, title, applicant, Status(status), intake_id or "", key.fact, key.document, key.page,
            key.quote))
    return tuple(Overlap(kind, value, tuple(cases.get((kind, value), ()))) for kind, value in found)
