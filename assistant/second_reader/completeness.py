"""What no claim judged: rows of a table that is counted from, places that speak against a statement, and what the
first reader counted."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assistant.second_reader import clauses
from assistant.second_reader.guide import FactGuide
from assistant.second_reader.places import Place, Places
from assistant.second_reader.quotes import tight
from assistant.second_reader.records import Checked
from assistant.second_reader.schema import Role
from ingestion.domain import Evidence, Exclusion, Fact, Span
from ingestion.language import fold, pattern


def rows(places: Places, claims: Sequence[Checked], kind: str) -> list[str]:
    """Rows of data that no claim names, in tables that a claim counts from."""
    named = {row for one in claims if one.ok for row in one.places}
    items = Counter(places.by_id[one.places[0]].table for one in claims
                    if one.counting and one.claim.role is Role.ITEM and one.places)
    tables = {table for table, count in items.items() if table and count > 1}
    tables |= {places.by_id[row].table for one in claims if one.counting and one.claim.role is Role.ROWS
               and not (kind == "money" and one.total_rows) for row in one.places}
    return [row for table in sorted(tables, key=places.position.__getitem__)
            for row in places.by_id[table].rows if row not in named and _is_data(places, places.by_id[row])]


def watched(places: Places, claims: Sequence[Checked], guide: FactGuide) -> list[str]:
    """Places that speak against a statement and that no claim names."""
    if not guide.watch or not any(one.counting for one in claims):
        return []
    named = {place for one in claims if one.ok for place in one.places}
    speaks = pattern(guide.watch)
    found = []
    for place in places.by_id.values():
        if place.kind == "table" or place.id in named:
            continue
        text = fold(places.text(place))
        if any(not clauses.says("deny", sentence) and speaks.search(sentence) for sentence in text.split("。")):
            found.append(place.id)
    return found


def entries(places: Places, claims: Sequence[Checked], first: Fact | None, kind: str) -> list[Evidence]:
    """What the first reader counted and no claim judges; a statement is judged by a claim on any words of its place."""
    if first is None:
        return []
    judged = [(document, span) for one in claims if one.ok for document, span in one.spans]
    if kind == "yes_no":
        named = [places.by_id[name] for one in claims if one.ok for name in one.places]
        judged += [(place.document, place.span) for place in named]
    return [piece for piece in first.evidence if not _touches(places, judged, piece)]


def rejects(places: Places, claims: Sequence[Checked], first: Fact | None) -> bool:
    """Whether a claim says of something that the first reader counted that it does not count."""
    refused = [(document, span) for one in claims if one.ok and not one.counting for document, span in one.spans]
    return first is not None and any(_touches(places, refused, piece) for piece in first.evidence)


def overrules(places: Places, claims: Sequence[Checked], first: Fact | None,
              left_out: Sequence[Exclusion]) -> bool:
    """Whether a claim counts something that the first reader left out with a reason, and counted nowhere near."""
    counted = [(document, span) for one in claims if one.counting for document, span in one.spans]
    also = [piece.span for piece in first.evidence] if first is not None else []
    return any(_touches(places, counted, piece) and not any(span.overlaps(piece.span) for span in also)
               for piece in left_out)


def place_of(places: Places, piece: Evidence | Exclusion) -> str:
    """The number of the place where a piece of evidence begins."""
    for place in places.by_id.values():
        if place.kind != "table" and places.documents[place.document].name == piece.document and place.span.overlaps(
                piece.span):
            return place.id
    return ""


def _touches(places: Places, spans: Sequence[tuple[int, Span]], piece: Evidence | Exclusion) -> bool:
    return any(places.documents[document].name == piece.document and span.overlaps(piece.span)
               for document, span in spans)


def _is_data(places: Places, row: Place) -> bool:
    """Whether a row is one of data: no header, total or empty one."""
    cells = [cell for cell in clauses.row_cells(places, row) if cell]
    if len(cells) < 2 or any(clauses.words("total_row").match(tight(cell)) for cell in cells):
        return False
    head = row.row == 0 or (row.row == 1 and any(cell.row < row.row for cell in row.cells) and not cells[0].isdigit())
    return not head
