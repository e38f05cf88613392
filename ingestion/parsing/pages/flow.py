"""The flow of a document: each page's rows and tables in reading order, and what repeats on every page set apart."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from msgspec import Struct, field

from ingestion.parsing.pages.aligned import aligned
from ingestion.parsing.pages.layout import PageContent, Row, Strip, in_columns, joined
from ingestion.parsing.pages.tables import Table, ruled, without_empty

ZONE = 0.1             # of a page's height, at its top and at its bottom, where furniture stands
EDGE_ZONE = 0.068      # the same for a line that stands on one page only
EDGE_ROWS = 3          # rows from the top or the bottom that may be furniture
REPEATS = 3            # pages that must show a line; 2 in a document of few pages
FEW_PAGES = 8
SUPPORT = 3            # lines that must end near a column's right side for it to be one
NOTE_SIZE = 0.92       # of the body's size, the size of a footnote at most
NOTE_ZONE = 0.55       # of a page's height, above which no footnote stands

_PAGE_NUMBER = re.compile(
    r"[-—–·\s]*(?:第\s*)?(?:[Pp]age\s*)?(?:\d{1,4}|[ivxlIVXL]{1,6})\s*(?:页)?"
    r"(?:\s*(?:[/／]|of|，|,|共)\s*(?:共\s*)?\d{1,4}\s*(?:页)?)?[-—–·\s]*$")
_DIGITS = re.compile(r"\d+")
_NOTE_MARK = re.compile(r"\s*(?:[①-⑳⁰-⁹¹²³*†‡]|\[\d{1,2}\]|\d{1,2}(?=[\s.．　\u2e80-\uffff])|注[：:\d])")


class PageFlow(Struct):
    """One page: running heads, the body in reading order, footnotes, running feet and slanted text."""

    content: PageContent
    body: list[Row | Table]
    heads: list[Row] = field(default_factory=list)
    notes: list[list[Row]] = field(default_factory=list)   # the rows of each
    feet: list[Row] = field(default_factory=list)

    def scores(self) -> Iterator[tuple[str, float]]:
        """Each line's words with the recogniser's confidence."""
        for item in (*self.heads, *self.body, *(row for note in self.notes for row in note), *self.feet):
            if isinstance(item, Row):
                yield from ((strip.text, strip.score) for strip in item.segments)
            else:
                yield from ((line.text, line.score) for row in item.rows for cell in row for line in cell.lines)


def arranged(content: PageContent) -> PageFlow:
    """A page's rows and tables in reading order. Its strips are used up."""
    tables, rest = ruled(content.strips, content.horizontals, content.verticals)
    content.strips = []
    if content.recognised:
        tables = [without_empty(table) for table in tables]
    stand_ins = [Strip("", (table.left, table.right), table.left, table.top, table.right, table.bottom, 0.0,
                       marks=(place,)) for place, table in enumerate(tables)]
    flow = PageFlow(content, [])
    for number, group in enumerate(in_columns([*rest, *stand_ins], pairs=content.recognised)):
        found = {start: (end, table) for start, end, table in aligned(group, content.horizontals)} \
            if any(len(row) > 1 for row in group) else {}
        place = 0
        while place < len(group):
            row = group[place]
            if place in found:
                place, table = found[place]
                flow.body.append(table)
                continue
            if row[0].text:
                flow.body.append(Row(joined(row, blank=True), tuple(row), 0.0, 0.0, number))
            else:
                flow.body.append(tables[int(row[0].marks[0])])
            place += 1
    return flow


def set_sides(flows: Sequence[PageFlow]) -> None:
    """Give each row the sides of its column: those that the column's rows show, or the document's pages share.

    A page with few lines does not show how wide its text may run; where no page does, margins are taken to be equal.
    """
    shared: dict[int, list[tuple[float, float]]] = {}  # sides by page width, of pages without columns
    for flow in flows:
        columns: dict[int, list[Row]] = {}
        for item in flow.body:
            if isinstance(item, Row):
                columns.setdefault(item.column, []).append(item)
        sides = {column: _sides(rows) for column, rows in columns.items()}
        _put(flow, sides)
        for (left, right), rows in zip(sides.values(), columns.values(), strict=True):
            near = sum(row.strip.right > right - 2.5 * row.strip.size for row in rows)
            if len(sides) == 1 and near >= SUPPORT:
                shared.setdefault(round(flow.content.width), []).append((left, right))
    for flow in flows:
        rows = [item for item in flow.body if isinstance(item, Row)]
        if not rows or any(row.column != rows[0].column for row in rows):
            continue
        left, right = rows[0].left, rows[0].right
        known = shared.get(round(flow.content.width))
        if known:
            left = min(left, median(left for left, _ in known))
            right = max(right, median(right for _, right in known))
        elif left > 0.05 * flow.content.width:
            right = max(right, flow.content.width - 1.05 * left)
        _put(flow, {rows[0].column: (left, right)})


def _sides(rows: Sequence[Row]) -> tuple[float, float]:
    """Where lines usually begin and end."""
    lefts = Counter(round(row.strip.left / 2) for row in rows)
    usual = [2 * place for place, count in lefts.items() if count > 1]
    left = min(row.strip.left for row in rows)
    if usual and len(rows) > 3:
        left = max(left, min(usual) - 2)
    rights = sorted((row.strip.right for row in rows), reverse=True)
    em = rows[0].strip.size
    for right, third in zip(rights, rights[2:], strict=False):  # one that hangs over the side is not the side
        if right - third < 0.5 * em and rights[0] - right < 1.5 * em:
            return left, right
    return left, rights[0]


def _put(flow: PageFlow, sides: dict[int, tuple[float, float]]) -> None:
    flow.body = [Row(item.strip, item.segments, *sides[item.column], item.column) if isinstance(item, Row) else item
                 for item in flow.body]


def set_furniture_apart(flows: Sequence[PageFlow], body_size: float) -> None:
    """Move running heads, running feet, page numbers and footnotes out of the pages' bodies."""
    candidates = [(flow, *_edge_rows(flow)) for flow in flows]
    seen: Counter[tuple[bool, str]] = Counter()
    for flow, heads, feet in candidates:
        seen.update({(foot, key) for foot, rows in ((False, heads), (True, feet)) for row in rows
                     for key in _keys(row.strip.text, flow.content.number)})
    needed = REPEATS if len(flows) > FEW_PAGES else 2
    for flow, heads, feet in candidates:
        number = flow.content.number
        chosen: set[int] = set()
        for foot, rows in ((False, heads), (True, feet)):
            for row in rows:
                repeated = any(seen[foot, key] >= needed for key in _keys(row.strip.text, number))
                if repeated or _PAGE_NUMBER.match(row.strip.text) or _stands_alone(flow, row, foot, body_size):
                    chosen.add(id(row))
                    (flow.feet if foot else flow.heads).append(row)
        flow.body = [item for item in flow.body if id(item) not in chosen]
        _set_notes_apart(flow, body_size)


def _edge_rows(flow: PageFlow) -> tuple[list[Row], list[Row]]:
    """The first and the last rows of a page that stand in its outer zones, top to bottom."""
    height = flow.content.reading_height
    rows = sorted((item for item in flow.body if isinstance(item, Row)), key=lambda row: row.strip.top)
    heads = [row for row in rows[:EDGE_ROWS] if row.strip.bottom < ZONE * height]
    feet = [row for row in rows[-EDGE_ROWS:] if row.strip.top > (1 - ZONE) * height]
    return heads, feet


def _keys(text: str, number: int) -> set[str]:
    """Forms of a line that are the same on every page: as it is, and with numbers taken as distances to the page's."""
    plain = "".join(text.split())
    if not plain:
        return set()
    groups = _DIGITS.findall(plain)
    if not groups or len(groups) > 6:
        return {plain}

    def moved(chosen: Sequence[bool]) -> str:
        flags = iter(chosen)
        return _DIGITS.sub(lambda found: f"<{int(found[0][:9]) - number}>" if next(flags) else found[0], plain)

    count = len(groups)
    return {plain, moved([True] * count), moved([True] + [False] * (count - 1)),
            moved([False] * (count - 1) + [True])}


def _stands_alone(flow: PageFlow, row: Row, foot: bool, body_size: float) -> bool:
    """A small line in the margin with space between it and the text: the running head of a page of its own."""
    strip, height = row.strip, flow.content.reading_height
    if strip.size >= 0.95 * body_size or strip.right - strip.left > 0.6 * flow.content.reading_width:
        return False
    if (strip.top < (1 - EDGE_ZONE) * height) if foot else (strip.bottom > EDGE_ZONE * height):
        return False
    others = [item.strip if isinstance(item, Row) else item for item in flow.body if item is not row]
    gaps = [strip.top - other.bottom if foot else other.top - strip.bottom for other in others]
    return bool(gaps) and min(gaps) > 1.5 * strip.size


def _set_notes_apart(flow: PageFlow, body_size: float) -> None:
    """Takes the notes at a page's foot out of its flow."""
    start = len(flow.body)
    while start and isinstance(item := flow.body[start - 1], Row) and item.strip.size < NOTE_SIZE * body_size \
            and item.strip.top > NOTE_ZONE * flow.content.reading_height:
        start -= 1
    start = min(start, _below_separator(flow))
    while start < len(flow.body):
        item = flow.body[start]
        if isinstance(item, Row) and _NOTE_MARK.match(item.strip.text):
            break
        start += 1
    if 0 < start < len(flow.body) and not _belongs(flow.body[start], flow.body[start - 1]):
        for item in flow.body[start:]:
            if isinstance(item, Row) and (not flow.notes or _NOTE_MARK.match(item.strip.text)):
                flow.notes.append([item])
            elif isinstance(item, Row):
                flow.notes[-1].append(item)
        flow.body = flow.body[:start]


def _belongs(item: Row | Table, before: Row | Table) -> bool:
    """Whether a small line right below a table is a remark on it and no footnote."""
    return isinstance(item, Row) and isinstance(before, Table) and (
        item.strip.top - before.bottom < 1.2 * item.strip.size or item.strip.text.lstrip().startswith("注"))


def _below_separator(flow: PageFlow) -> int:
    """The first item of a page's body below a short line of the kind that stands over footnotes."""
    for ruling in flow.content.horizontals:
        below = [place for place, item in enumerate(flow.body)
                 if (item.strip.top if isinstance(item, Row) else item.top) > ruling.at - 2]
        if ruling.at > NOTE_ZONE * flow.content.reading_height and below \
                and below == list(range(below[0], len(flow.body))) and isinstance(row := flow.body[below[0]], Row) \
                and abs(ruling.start - row.strip.left) < 2 * row.strip.size \
                and ruling.end - ruling.start < 0.4 * flow.content.reading_width and _NOTE_MARK.match(row.strip.text):
            return below[0]
    return len(flow.body)


def body_size(flows: Sequence[PageFlow]) -> float:
    """The size that most characters have, rounded to half a point; half a point for any that are smaller."""
    sizes: Counter[float] = Counter()
    for flow in flows:
        for item in flow.body:
            if isinstance(item, Row):
                sizes[max(1, round(2 * item.strip.size)) / 2] += len(item.strip.text)
    return max(sizes, key=lambda size: (sizes[size], size)) if sizes else 10.5


def body_weight(flows: Sequence[PageFlow], size: float) -> int:
    """The weight of most characters of the body's size."""
    weights: Counter[int] = Counter()
    for flow in flows:
        for item in flow.body:
            if isinstance(item, Row) and abs(item.strip.size - size) < 0.5:
                weights[item.strip.weight] += len(item.strip.text)
    return max(weights, key=lambda weight: (weights[weight], -weight)) if weights else 0
