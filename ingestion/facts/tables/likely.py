"""Tables that no title and no column shows to list a fact's things, and that speak of them all the same: their rows are
judged beside the fact and come into its ledger, never into its interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingestion.facts.claims.assertions import Claims
from ingestion.facts.lists.list_titles import same_things
from ingestion.facts.lists.pools import Pool, Setting
from ingestion.facts.prose.phrases import says_any
from ingestion.facts.scanning.columns import apart, are_persons
from ingestion.facts.scanning.grids import Grid, name_columns
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.facts.tables.listings import Listed, items_of, near_titles, two_sided

LEAST = 2   # rows that speak of the fact's things
SHARE = 4   # ... and one in so many of all


def may_list(
    book: FactBook, grid: Grid, setting: Setting, owners: Mapping[str, Listed], asked: Mapping[str, Claims]
) -> dict[str, Pool]:
    """By fact, the rows of a table that may be its things: where no fact owns it, or one that lists the same things."""
    found: dict[str, Pool] = {}
    for key in asked:
        spec = book.facts[key]
        if key in owners or spec.listing is None or not _open_to(book, spec, owners) or not _speaks(book, spec, grid):
            continue
        columns = name_columns(grid, book.pattern(spec.listing.header)) or _names(grid)
        items = items_of(book, spec, grid, columns)
        if items:
            title = "\n".join([*near_titles(grid), "｜".join(grid.headers)])
            found[key] = Pool(grid.table.document, title, None, items, partial=True, table=True,
                              totals=tuple(grid.totals))
    plain = {key: pool for key, pool in found.items() if not book.facts[key].named_by_place}
    return plain or found


def _open_to(book: FactBook, spec: FactSpec, owners: Iterable[str]) -> bool:
    return all(same_things(spec.listing, book.facts[owner].listing) for owner in owners)


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
    if "person" in spec.measures and not any(are_persons(grid.column(c)) for c in range(len(grid.headers))):
        return False
    heads = book.pattern(spec.heads)
    near = [need.words for need in spec.needs if need.reach != "section"]
    titled = heads.search("\n".join([title, *grid.table.section.headings[-1:]])) is not None
    named = [row for row in grid.rows if titled or heads.search(row.text) is not None]
    asked = [row for row in named if not near or any(says_any(book, words_, row.text) for words_ in near)]
    return len(asked) >= LEAST and len(named) * SHARE >= len(grid.rows)
