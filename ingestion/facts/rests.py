"""What 其余 is the rest of: a total whose parts it completes, or nothing that was stated."""

from __future__ import annotations

from ingestion.facts.lexicon import words
from ingestion.facts.records import Figure


def completed(figure: Figure, earlier: list[Figure]) -> Figure | None:
    """共9人，在当地工作5人，其余4人在国内: the figure before that those after it and the rest come to exactly; those
    are its parts."""
    for place, whole in enumerate(earlier[:-1]):
        members = earlier[place + 1 :]
        exact = whole.quantity.interval.exact and all(f.quantity.interval.exact for f in (*members, figure))
        summed = sum(f.quantity.interval.low for f in (*members, figure))
        if whole.part or not exact or summed != whole.quantity.interval.low or any(f.part for f in members):
            continue
        for member in members:
            member.part, member.parent = True, whole
        return whole
    return None


def of_nothing_stated(earlier: list[Figure]) -> bool:
    """联合研发4项、技术转移2项，其余1项只签了意向: beside figures joined to one another and no total of theirs."""
    if len(earlier) < 2 or earlier[-1].part or earlier[-1].total:
        return False
    first, last = earlier[-2:]
    joined = words("joint").match(last.left.lstrip()) is not None
    return joined and first.clause == last.clause and first.quantity.unit == last.quantity.unit and not first.total


def newly(figure: Figure, earlier: list[Figure]) -> bool:
    """由9家增加到11家，新加两家是…: what is new is a part of what it grew to."""
    if len(earlier) < 2 or words("new_ones").match(figure.left.lstrip("，、 ")) is None:
        return False
    was, now = (f.quantity.interval for f in earlier[-2:])
    return was.exact and now.exact and now.low - was.low == figure.quantity.interval.low
