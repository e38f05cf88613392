"""What no claim judged: rows of a table that is counted from, places that speak against a statement, and what the
first reader counted or could not explain."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.second_reader.asking.guide import FactGuide
from assistant.second_reader.places import Place, Places
from assistant.second_reader.records import Checked
from assistant.second_reader.schema import Role
from assistant.second_reader.verifying import clauses
from assistant.second_reader.verifying.quotes import tight
from ingestion.domain import Evidence, Exclusion, Fact, Interval, Method, Span, Unexplained
from ingestion.language import fold, pattern
from ingestion.numbers.numerals import has_number

Entry = Evidence | Unexplained   # of the first reader's
_NAME = 4                        # characters of the shortest name by which a thing is known again
_FIGURE = re.compile(r"\d")


def rows(places: Places, claims: Sequence[Checked], kind: str) -> list[str]:
    """Rows of data that no claim names, in tables that a claim counts from."""
    named = {row for one in claims if one.ok for row in one.places}
    return [row for table in sorted(_counted_from(places, claims, kind), key=places.position.__getitem__)
            for row in places.by_id[table].rows if row not in named and _is_data(places, places.by_id[row])]


def _counted_from(places: Places, claims: Sequence[Checked], kind: str) -> set[str]:
    """The tables of which every row has to be judged."""
    items = Counter(places.by_id[one.places[0]].table for one in claims
                    if one.counting and one.claim.role is Role.ITEM and one.places)
    tables = {table for table, count in items.items() if table and count > 1}
    tables |= {places.by_id[row].table for one in claims if one.counting and one.claim.role is Role.ROWS
               and not (kind == "money" and one.total_rows) for row in one.places}
    return tables


def watched(places: Places, claims: Sequence[Checked], guide: FactGuide) -> list[str]:
    """Places that speak against a statement and that no claim names; none where a claim already speaks against it."""
    if not guide.watch or not any(one.counting for one in claims) or any(
            one.counting and one.reads == Interval(0, 0) for one in claims):
        return []
    named = {place for one in claims if one.ok for place in one.places}
    speaks = pattern(guide.watch)
    found = []
    for place in places.by_id.values():
        if place.kind == "table" or place.id in named:
            continue
        text = fold(places.text(place))
        if any(speaks.search(one) and not clauses.says("deny", one) and not clauses.says("condition", one)
               for one in text.split("。")):
            found.append(place.id)
    return found


def entries(places: Places, claims: Sequence[Checked], first: Fact | None, unexplained: Sequence[Unexplained],
            kind: str) -> list[Entry]:
    """What the first reader counted or could not explain and no claim judges.

    A claim judges what its quote touches; heads and totals of a table whose rows are judged need no claim. It judges
    besides: all words of its place, and all statements that say what it says (yes/no facts); the document that is
    itself the thing, by words of that document; further places that name a thing that it judges, and the names before
    a total in its clause (甲、乙等6家). What is but a title (图2 海外机构) says nothing to be judged.
    """
    made = [one for one in claims if one.ok]
    judged = [(document, span) for one in made for document, span in one.spans]
    judged += [(row.document, row.span) for table in _counted_from(places, claims, kind)
               for row in map(places.by_id.__getitem__, places.by_id[table].rows) if not _is_data(places, row)]
    says: set[Interval | None] = set()
    if kind == "yes_no":
        judged += [(places.by_id[name].document, places.by_id[name].span) for one in made for name in one.places]
        says = {one.reads for one in made if one.counting}
    spoken = {places.documents[document].name for document, _ in judged}
    named = _Named(places, made, judged)
    pieces: list[Entry] = [*(first.evidence if first else ()), *unexplained]
    return [piece for piece in pieces
            if not (_touches(places, judged, piece) or _reads(piece) in says
                    or (kind != "yes_no" and _titles(piece))
                    or (_method(piece) is Method.DOCUMENT and piece.document in spoken)
                    or (_method(piece) is Method.LISTED and named.knows(piece)))]


class _Named:
    """The things that claims judge, by their names."""

    def __init__(self, places: Places, claims: Sequence[Checked], judged: Sequence[tuple[int, Span]]) -> None:
        self.places, self.judged = places, judged
        self.things = [tight(thing) for one in claims for thing in one.things]
        self.totals = [place for one in claims if one.counting and one.claim.role is Role.TOTAL for place in one.spans]
        self.texts = [tight(document.text) for document in places.documents] if self.things else []

    def knows(self, piece: Entry) -> bool:
        """Whether a listed piece is but the name of a thing that is judged elsewhere, or part of a document's title in
        a sentence that is judged."""
        name = _name(piece.quote)
        if len(name) >= _NAME and not _FIGURE.search(name) and (
                self._judges(name) or any(self._judges(gloss) for gloss in self._glosses(name))):
            return True
        return self._entitles(piece) or self._sums(piece)

    def _sums(self, piece: Entry) -> bool:
        """Whether a total that is judged stands behind a name in one run of names with it."""
        return any(self.places.documents[document].name == piece.document and piece.span.end <= span.start
                   and not re.search(r"[，。；：\n\d]", fold(self.places.documents[document].text[
                       piece.span.end:span.start])) for document, span in self.totals)

    def _judges(self, name: str) -> bool:
        return any(name in thing for thing in self.things)

    def _glosses(self, name: str) -> Iterator[str]:
        """Names of another language that stand before it: 布伦瑞克工业大学（Technische Universität Braunschweig）."""
        for text in self.texts:
            for match in re.finditer(rf"([\u4e00-\u9fff]{{{_NAME},24}})（{re.escape(name)}", text):
                yield from (match[1][start:] for start in range(len(match[1]) - _NAME + 1))

    def _entitles(self, piece: Entry) -> bool:
        for document, span in self.judged:
            text = fold(self.places.documents[document].text)
            if self.places.documents[document].name != piece.document:
                continue
            start, end = text.rfind("《", 0, piece.span.start + 1), text.find("》", piece.span.end)
            inside = start >= 0 and end >= 0 and "》" not in text[start:piece.span.start]
            if inside and not any(mark in text[end:span.start] for mark in "。；\n") and end <= span.start:
                return True
        return False


def _name(quote: str) -> str:
    """A name without what stands in brackets behind it and the marks around it."""
    return tight(re.sub(r"（[^（]*）$", "", fold(quote).strip())).strip("（）[]“”《》，。；：、")


def _titles(piece: Entry) -> bool:
    """Whether an entry is but the label and the words of a title, or words that lead to a list."""
    quote = fold(piece.quote).strip()
    rest = clauses.words("label").sub("", quote)
    return (rest != quote and not has_number(rest)) or clauses.words("leads_on").match(quote) is not None


def _method(piece: Entry) -> Method | None:
    return piece.method if isinstance(piece, Evidence) else None


def _reads(piece: Entry) -> Interval:
    """What an entry says for the fact; one that says nothing by itself is like no statement."""
    read = piece.reads if isinstance(piece, Evidence) else piece.could_be
    return read if read is not None else Interval(0, None)


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


def place_of(places: Places, piece: Evidence | Exclusion | Unexplained) -> str:
    """The number of the place where a piece of evidence begins."""
    for place in places.by_id.values():
        if place.kind != "table" and places.documents[place.document].name == piece.document and place.span.overlaps(
                piece.span):
            return place.id
    return ""


def _touches(places: Places, spans: Sequence[tuple[int, Span]], piece: Evidence | Exclusion | Unexplained) -> bool:
    return any(places.documents[document].name == piece.document and span.overlaps(piece.span)
               for document, span in spans)


def _is_data(places: Places, row: Place) -> bool:
    """Whether a row is one of data: no header, total or empty one."""
    cells = [cell for cell in clauses.row_cells(places, row) if cell]
    if len(cells) < 2 or any(clauses.words("total_row").match(tight(cell)) for cell in cells):
        return False
    head = row.row == 0 or (row.row == 1 and any(cell.row < row.row for cell in row.cells) and not cells[0].isdigit())
    return not head
