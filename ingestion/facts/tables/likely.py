"""Tables that no title and no column shows to list a fact's things, and that speak of them all the same: their rows are
judged beside the fact and come into its ledger, never into its interval."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from ingestion.domain import Interval
from ingestion.facts.claims.assertions import Assertion, Claims, Findings
from ingestion.facts.lexicon import listed
from ingestion.facts.lists.list_titles import same_things
from ingestion.facts.lists.pools import Pool
from ingestion.facts.prose.phrases import abroad, says_any
from ingestion.facts.scanning.columns import apart, are_persons
from ingestion.facts.scanning.grids import Grid, Row, name_columns, unit_factor
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.facts.tables.listings import Listed, items_of, near_titles, two_sided
from ingestion.numbers.periods import Cover, Window, periods

COUNTED_IN_MUCH = {"thing", "organisation", "document"}  # measures that do not tell what is counted
LEAST = 2   # rows that speak of the fact's things
SHARE = 4   # ... and one in so many of all


def may_list(
    book: FactBook, grid: Grid, owners: Mapping[str, Listed], asked: Mapping[str, Claims]
) -> dict[str, Pool]:
    """By fact, the rows of a table that may be its things: where no fact owns it, or one that lists the same things."""
    found: dict[str, Pool] = {}
    for key, spec in book.facts.items():
        if key in owners or spec.listing is None or not _open_to(book, spec, owners) or not _speaks(book, spec, grid):
            continue
        columns = name_columns(grid, book.pattern(spec.listing.header)) or _names(grid)
        items = items_of(book, spec, grid, columns)
        if items:
            title = "\n".join([*near_titles(grid), "｜".join(grid.headers)])
            found[key] = Pool(grid.table.document, title, None, items, partial=True, table=True,
                              totals=tuple(grid.totals))
    plain = {key: pool for key, pool in found.items() if not book.facts[key].named_by_place}
    return {key: pool for key, pool in (plain or found).items() if key in asked}


def _open_to(book: FactBook, spec: FactSpec, owners: Iterable[str]) -> bool:
    rare = set(spec.measures) - COUNTED_IN_MUCH
    return all(same_things(spec.listing, book.facts[owner].listing) or rare & set(book.facts[owner].measures)
               for owner in owners)


def _names(grid: Grid) -> list[int]:
    return [c for c in range(len(grid.headers)) if "number" not in grid.roles[c] and apart(grid.column(c))][:1]


def _speaks(book: FactBook, spec: FactSpec, grid: Grid) -> bool:
    """Whether enough rows say by their own words, or the titles of all, that they are of the fact's things, and some
    what it asks of each."""
    title = "\n".join(near_titles(grid))
    if spec.listing is None or (spec.listing.avoid and says_any(book, spec.listing.avoid, title)):
        return False
    if two_sided(spec.listing, grid):
        return True
    if spec.named_by_place and any("amount" in roles for roles in grid.roles):
        return False  # 国际合作费用｜…｜1200: what was paid, and not whom it is done with
    if "person" in spec.measures and not any(are_persons(grid.column(c)) for c in range(len(grid.headers))):
        return False
    heads = book.pattern(spec.heads)
    near = [need.words for need in spec.needs if need.reach != "section"]
    titled = heads.search("\n".join([title, *grid.table.section.headings[-1:]])) is not None
    headed = not spec.named_by_place and bool(name_columns(grid, book.pattern(spec.listing.header)))
    named = [row for row in grid.rows
             if titled or heads.search(row.text) is not None or (headed and abroad(row.text))]
    over = "｜" + "｜".join(grid.headers)
    asked = [row for row in named if not near or any(says_any(book, words_, row.text + over) for words_ in near)]
    return len(asked) >= LEAST and len(named) * SHARE >= len(grid.rows)


def payments(book: FactBook, spec: FactSpec, grid: Grid) -> Claims | None:
    """The rows of a table of payments that no title gives to a money fact, where a column, the sheet or a title says
    that money was spent: parts of what they come to, dated outside the window, or not spent."""
    columns = [c for c, roles in enumerate(grid.roles) if "amount" in roles]
    places = [*near_titles(grid), *grid.headers, *(row.text for row in grid.rows)]
    rows = [row for row in grid.rows if any(listed("figure").match(row.columns.get(c, "")) for c in columns)]
    if not rows or not says_any(book, [*spec.heads, *spec.spent], "\n".join(places)):
        return None
    found = Claims()
    found.later(partial(_paid, book, spec, grid, rows))
    return found


def _paid(
    book: FactBook, spec: FactSpec, grid: Grid, rows: Sequence[Row], window: Window, found: Findings
) -> None:
    """Says of each row of payments what it is, and of each sum what it may come to."""
    dated = [c for c, roles in enumerate(grid.roles) if "date" in roles]
    document = grid.table.document
    for row in rows:
        said = "，".join(row.columns.values())
        when = next((p for c in dated for p in periods(row.columns.get(c, ""), window)), None)
        if listed("budget").search(said):
            found.exclude(document, row.span, "planned")
        elif _unspent(book, spec, said):
            found.exclude(document, row.span, "not_spent")
        else:
            outside = when is not None and when.cover(window) is Cover.OUTSIDE
            found.exclude(document, row.span, "outside_window" if outside else "part_of_total")
    unit = next(filter(None, map(unit_factor, [*near_titles(grid), *grid.headers])), None)
    for span in grid.totals:
        sums = [Decimal(number.replace(",", "")) for number in _NUMBER.findall(document.quote(span))]
        points = tuple(int(one * factor) for one in sums for factor in ([unit[1]] if unit is not None else _UNITS))
        found.assertions.append(Assertion(Interval(0, None), document, span, points=points, items=(span,)))


_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_UNITS = [1, 1_000, 10_000]  # of amounts without one: yuan, and what lists give instead


def _unspent(book: FactBook, spec: FactSpec, said: str) -> bool:
    spoken = listed("unpaid").search(said) is not None or says_any(book, [*spec.not_spent, *spec.received], said)
    return spoken and not (book.pattern(spec.spent).search(said) and listed("unpaid").search(said) is None)
