"""What two cases claim alike: kept as identifiers when an assessment is stored, and looked up by them."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import and_, delete, distinct, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from api.service.cases import places
from api.service.cases.claims import Found
from api.service.review_records import Claim, Shared, Status
from api.service.views import file_ids
from api.store.models import Case, ItemKey, Review

SHOWN = 200


def keep(session: Session, case_id: str, claimed: Sequence[Found]) -> None:
    """The identifiers of a case's newest assessment in place of those before; and the counts of all they concern."""
    before = _sharing(session, case_id)
    session.execute(delete(ItemKey).where(ItemKey.case_id == case_id))
    rows = [{"kind": one.kind, "value": one.value, "case_id": case_id, "fact": one.fact,
             **places.columns(one.place)} for one in claimed]
    if rows:
        session.execute(insert(ItemKey), rows)
    recount(session, {case_id, *before, *_sharing(session, case_id)})


def recount(session: Session, case_ids: Iterable[str]) -> None:
    """How many identifiers each case shares with another one that was handed in."""
    mine, other = aliased(ItemKey), aliased(ItemKey)
    for case_id in case_ids:
        number = session.scalar(
            select(func.count(distinct(mine.kind + ":" + mine.value))).select_from(mine)
            .join(other, and_(other.kind == mine.kind, other.value == mine.value, other.case_id != mine.case_id))
            .join(Review, Review.case_id == other.case_id).where(mine.case_id == case_id)) or 0
        session.execute(update(Review).where(Review.case_id == case_id).values(duplicates=number))


def affected(session: Session, case_id: str) -> set[str]:
    """The case itself and those that share something with it."""
    return {case_id, *_sharing(session, case_id)}


def shared(session: Session, case_id: str) -> tuple[Shared, ...]:
    """Everything that another case that was handed in claims too."""
    mine, other = aliased(ItemKey), aliased(ItemKey)
    rows = session.execute(
        select(mine, other, Case, Review.status).select_from(mine)
        .join(other, and_(other.kind == mine.kind, other.value == mine.value, other.case_id != mine.case_id))
        .join(Case, Case.id == other.case_id).join(Review, Review.case_id == other.case_id)
        .where(mine.case_id == case_id).order_by(mine.kind, mine.value, other.case_id).limit(SHOWN)).all()
    files = {one.latest_id: file_ids(session, one.latest_id) for _, _, one, _ in rows}
    own = session.get(Case, case_id)
    here = file_ids(session, own.latest_id) if own else {}
    return tuple(Shared(a.kind, a.value, _claim(a, here), _claim(b, files[case.latest_id]), case.id, case.title,
                        case.applicant, Status(status)) for a, b, case, status in rows)


def _sharing(session: Session, case_id: str) -> set[str]:
    mine, other = aliased(ItemKey), aliased(ItemKey)
    return set(session.scalars(
        select(other.case_id).distinct().select_from(mine)
        .join(other, and_(other.kind == mine.kind, other.value == mine.value, other.case_id != mine.case_id))
        .where(mine.case_id == case_id)))


def _claim(row: ItemKey, files: Mapping[str, str]) -> Claim:
    return Claim(places.view(row, files.get(row.document)), row.fact)
