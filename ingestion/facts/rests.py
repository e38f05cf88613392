"""What a total holds without 其中: the parts that come to it, and what 其余 is the rest of."""

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


def fill(figures: list[Figure]) -> None:
    """共14项，国内9项，国际5项: figures behind a total that come to it exactly are its parts."""
    for place, whole in enumerate(figures):
        members = figures[place + 1 :]
        alike = [f for f in members if f.quantity.measure == whole.quantity.measure and f.depth == whole.depth]
        if len(alike) < 2 or alike != members or whole.part or any(f.part or f.total for f in alike):
            continue
        exact = all(f.quantity.interval.exact for f in (whole, *alike))
        summed = sum(f.quantity.interval.low for f in alike)
        if exact and summed == whole.quantity.interval.low and words("whole_said").search(whole.left):
            for member in alike:
                member.part, member.parent = True, whole
