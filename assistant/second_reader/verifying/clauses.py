"""What stands around a quote: its cell, sentence and clause, and what these say that the quote leaves out."""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from assistant.second_reader.places import Place, Places
from assistant.second_reader.verifying.quotes import Found, tight
from ingestion.domain import Span
from ingestion.language import fold, load, pattern

_SENTENCE_END = re.compile(r"[。；！？]|(?<=[a-z）\d])\.\s+(?=[A-Z\u4e00-\u9fff])")
_CLAUSE_END = re.compile(r"[，。；！？]|(?<=[a-z）]),\s")
_SHORT_CELL, _CAPTION, _RUN = 12, 60, 8
_BODY = re.compile(
    r"^[\s（]*(?:其中|而|另|此外|同期|据悉|近[一二三四五六]年来?，?|20\d\d年(?:度|以来)?，?|截至[^，。；]{0,14}，)*"
    r"(?P<name>[\u4e00-\u9fff（）]{3,24}?(?:大学|学院|医院|研究院|研究所|公司|集团))"
    r"(?=[^，。；与和同]{0,8}(?:现有|共有|共|拥有|发表|累计|近|已|承担|获|建有|持有|年|未|没有|严格|设有|有))")
_GENERIC = re.compile(
    r"重庆市?|大学|学院|医院|研究院|研究所|有限|责任|股份|公司|集团|科技|技术|工程|应用|国际|中国|[（）]"
    r"|[近过去最]+[一二三四五六七八九十]+年来?|以来|期间|目前|截至|至今|所属|下属|及其|以及|全体|各|均")


class Around(Struct, frozen=True):
    """Spans in the document's text: the cell (or the whole place), the sentence and the clause of a quote."""

    document: int
    cell: Span
    sentence: Span
    clause: Span


def around(places: Places, found: Found) -> Around:
    """The surroundings of a quote."""
    document = places.documents[found.document]
    cell = _cell(places, found)
    text = fold(document.text[cell.start:cell.end])
    first, last = found.span.start - cell.start, found.span.end - cell.start
    sentence, clause = _between(text, first, last, _SENTENCE_END), _between(text, first, last, _CLAUSE_END)
    return Around(found.document, cell, Span(cell.start + sentence.start, cell.start + sentence.end),
                  Span(cell.start + clause.start, cell.start + clause.end))


def words(name: str) -> re.Pattern[str]:
    return pattern(load("second_reader")[name])


def says(name: str, text: str) -> bool:
    """Whether a folded text has a word of a list that none of its exempt ones covers."""
    exempt = f"{name}_exempt"
    if exempt in load("second_reader"):
        text = words(exempt).sub(lambda match: "　" * len(match[0]), text)
    return words(name).search(text) is not None


def row_cells(places: Places, place: Place) -> list[str]:
    """The folded texts of a row's own cells."""
    document = places.documents[place.document]
    return [fold(document.quote(cell.span)).strip() for cell in place.cells if cell.row == place.row]


def headers(places: Places, place: Place, span: Span | None = None) -> list[str]:
    """The texts of a table's first rows in the columns where a span of a row stands, or in all of them."""
    if not place.table or place.row == 0:
        return []
    document = places.documents[place.document]
    columns = {cell.column for cell in place.cells if span is None or cell.span.overlaps(span)}
    found = []
    for name in places.by_id[place.table].rows[:2]:
        head = places.by_id[name]
        if head.row < place.row:
            found += [fold(document.quote(cell.span)) for cell in head.cells
                      if any(cell.column <= column < cell.column + cell.column_span for column in columns)]
    return found


def titles(places: Places, place: Place) -> list[str]:
    """What titles a table: the row it stands in, captions before and behind it, its first row where it is one cell, its
    sheet."""
    own = places.position[place.table or place.id]
    near = [one for one in places.neighbours(place, 2, 1) if one.kind in ("paragraph", "heading")]
    behind = [one for one in near if places.position[one.id] > own and one.kind != "heading"]
    before = [one for one in near if places.position[one.id] < own]
    if len(before) > 1 and before[-1].kind == "heading" != before[0].kind:
        before = before[-1:]   # what ends the section before
    found = [fold(one.shown) for one in reversed([*before, *behind]) if len(one.shown) <= _CAPTION]
    if place.table:
        first = places.by_id[places.by_id[place.table].rows[0]]
        if len(first.cells) == 1 and first.id != place.id:
            found.insert(0, fold(first.shown))
        if host := places.by_id[place.table].host:
            found.insert(0, fold(places.by_id[host].shown))
    return [*found, *([fold(place.section)] if place.section else [])]


def caption_behind(places: Places, place: Place) -> list[str]:
    """What stands behind the tables that go on with a place's table right behind it."""
    if not place.table:
        return []
    table = places.by_id[place.table]
    width, at, on = _width(places, table), places.position[table.id] + len(table.rows) + 1, False
    while at < len(places.order):
        near = places.by_id[places.order[at]]
        if near.document != place.document:
            break
        if near.kind != "table":
            return [fold(near.shown)] if on and near.kind == "paragraph" and len(near.shown) <= _CAPTION else []
        if _width(places, near) != width:
            break
        at, on = at + len(near.rows) + 1, True
    return []


def _width(places: Places, table: Place) -> int:
    return max((cell.column + cell.column_span for row in table.rows for cell in places.by_id[row].cells), default=0)


def headings(places: Places, place: Place) -> list[str]:
    """The headings above a place, the nearest first."""
    return [fold(places.by_id[name].shown) for name in reversed(place.headings)]


def scopes(places: Places, place: Place) -> list[str]:
    """The lines and rows of a place's document that say which period all of it is about."""
    return [fold(one.shown) for one in places.by_id.values() if one.document == place.document and one.kind != "table"
            and words("period_scope").search(fold(one.shown))]


def planned(places: Places, found: Found, near: Around) -> bool:
    """Whether the clause of a quote, the sentence before it or what titles it says that this is still to come."""
    text = fold(places.documents[near.document].text)
    if says("plan", text[near.clause.start:near.clause.end]):
        return True
    before = text[near.sentence.start:found.span.start]
    started = list(words("plan_onward").finditer(words("plan_exempt").sub(
        lambda match: "　" * len(match[0]), before)))
    if started and words("done").search(before, started[-1].end()) is None:
        return True
    place = places.by_id[found.places[0]]
    above = headings(places, place) if not place.table else [*titles(places, place), *headings(places, place)[:1]]
    return any(says("plan_heading", one) for one in above)


def row_planned(places: Places, place: Place) -> bool:
    """Whether a row's short cells or what titles its table say that it is still to come."""
    if any(len(cell) <= _SHORT_CELL and says("plan", cell) for cell in row_cells(places, place)):
        return True
    return any(says("plan_heading", one) for one in [*titles(places, place), *headings(places, place)[:1]])


def of_another(places: Places, found: Found, near: Around, applicant: str) -> bool:
    """Whether the clause or sentence speaks of a larger or of another body."""
    text = fold(places.documents[near.document].text)
    if says("other_body", text[near.clause.start:near.clause.end]):
        return True
    own = tight(applicant)
    for start in {near.clause.start, near.sentence.start}:
        match = _BODY.match(text[start:found.span.start + 1]) or _BODY.match(text[start:near.clause.end])
        if match and own and not _own(tight(match["name"]), own) and not _party(match["name"]):
            return True
    return False


def quotation(places: Places, found: Found, near: Around, policy: str, *, figure: bool) -> bool:
    """Whether this quotes the policy's requirement or an instruction."""
    text = fold(places.documents[near.document].text)
    if says("quotation", text[near.sentence.start:near.sentence.end]):
        return True
    if figure and _in_policy(text, near, policy):
        return True
    place = places.by_id[found.places[0]]
    if place.table:
        return False
    for name in place.headings[-1:]:
        between = places.order[places.position[name]:places.position[place.id]]
        if says("quotation_heading", re.sub(r"\s", "", fold(places.by_id[name].shown))) and not any(
                places.by_id[one].kind == "table" for one in between):
            return True
    return False


def addresses_a_reader(places: Places) -> list[int]:
    """The documents some place of which gives orders to a reader or a model."""
    found = {place.document for place in places.by_id.values()
             if place.kind != "table" and words("orders").search(fold(places.text(place)))}
    return sorted(found)


def _in_policy(text: str, near: Around, policy: str) -> bool:
    """Whether the clause stands in the policy's own text."""
    said = [tight(piece).strip("，。；：、“”《》") for piece in text[near.clause.start:near.clause.end].split("：")]
    return any(len(piece) >= _RUN and piece in _policy(policy) for piece in said)


@lru_cache(maxsize=4)
def _policy(text: str) -> str:
    return tight(text)


def _own(name: str, applicant: str) -> bool:
    """Whether a name is the applicant's, a part of it or a branch that carries its name."""
    if name in applicant or applicant in name or name[:1] in "本我该":
        return True
    core, own = _GENERIC.sub("", name), _GENERIC.sub("", applicant)
    return len(core) < 2 or any(core[at:at + 2] in own for at in range(len(core) - 1))


def _party(name: str) -> bool:
    """Whether a name is of the other party only: 中心与某大学签有."""
    subject, _, other = name.partition("与")
    return bool(other) and re.search(r"(?:大学|学院|医院|研究院|研究所|公司|集团)$", subject) is None


def _cell(places: Places, found: Found) -> Span:
    """From the first cell that a quote touches to the last; a paragraph's whole span; all places it runs over."""
    spans = []
    for name, span in zip(found.places, found.spans, strict=True):
        place = places.by_id[name]
        touched = [cell.span for cell in place.cells if cell.row == place.row and cell.span.overlaps(span)]
        spans += touched or [place.span]
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _between(text: str, first: int, last: int, ends: re.Pattern[str]) -> Span:
    start, end = 0, len(text)
    for match in _marks(text, ends):
        if match.end() <= first:
            start = match.end()
        elif match.start() >= last:
            end = match.start()
            break
    return Span(start, end)


def _marks(text: str, ends: re.Pattern[str]) -> Iterator[re.Match[str]]:
    for match in ends.finditer(text):
        comma = match.start()
        if text[comma] == "," and text[comma - 1:comma].isdigit() and text[comma + 1:comma + 2].isdigit():
            continue
        yield match
