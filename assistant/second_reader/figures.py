"""Figures and amounts of a quote or a column, read by the project's own numerals."""
from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from msgspec import Struct

from assistant.second_reader import clauses
from assistant.second_reader.clauses import Around
from assistant.second_reader.places import Place, Places
from assistant.second_reader.quotes import Found, tight
from ingestion.domain import Interval, Span
from ingestion.language import fold, load
from ingestion.numerals import Quantity, parse_number, quantities, stated_rate

HOME = "CNY"
_BREAK = "，"
_UNITS = ((re.compile("亿元|[（：]亿|亿[）]"), 10**8), (re.compile("万元|[（：]万(?![一-鿿])|万[）]"), 10**4),
          (re.compile("元"), 1))

_NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?[十百千万亿]*|[零一二两三四五六七八九十百千万亿]+|\b[A-Za-z]+(?:-[a-z]+)?\b")
_EACH = re.compile(r"([^，。；：]*)各[自有]{0,2}$")
_NAMES = re.compile(r"[、和与及]")


class Figure(Struct, frozen=True):
    """A figure as its words read it; `plain` is its number without its modifiers, `whole` whether the quote holds
    all of it, `currency` "" for what is no money."""

    interval: Interval
    plain: Interval
    whole: bool
    currency: str = ""


class Amounts(Struct, frozen=True):
    """What a column adds up to over rows, in yuan or (`currency`) as stated; rows in which it is blank."""

    total: int
    currency: str
    blank: tuple[str, ...]


def of_quote(places: Places, found: Found, near: Around, *, money: bool) -> list[Figure]:
    """Every figure whose number stands in the quote, read with all the words of its cell or paragraph."""
    text = fold(places.documents[near.document].text)
    text = text[:near.cell.start] + _apart(places, found, near, text) + text[near.cell.end:]
    inner = text[near.cell.start:near.cell.end]
    start, end = found.span.start - near.cell.start, found.span.end - near.cell.start
    alone = {one.number.start + start: one for one in quantities(inner[start:end])}
    made = []
    for one in quantities(inner):
        if start <= one.number.start and one.number.end <= end:
            quoted = alone.get(one.number.start)
            whole = (start <= one.span.start and one.span.end <= end) or (
                quoted is not None and quoted.interval == one.interval)
            made.append(_money(places, found, one, whole, inner) if money else Figure(
                one.interval, _plain(inner, one), whole, one.currency))
    return made or _bare(places, found, inner[start:end], money=money)


def _apart(places: Places, found: Found, near: Around, text: str) -> str:
    """The text of the cells of a quote with a comma between them."""
    inner = list(text[near.cell.start:near.cell.end])
    spans = [cell.span for name in found.places for cell in places.by_id[name].cells]
    if spans:
        for offset in range(near.cell.start, near.cell.end):
            if not any(offset in span for span in spans):
                inner[offset - near.cell.start] = _BREAK
    return "".join(inner)


def _plain(text: str, one: Quantity) -> Interval:
    number = parse_number(text[one.number.start:one.number.end])
    return Interval(int(number), int(number)) if number is not None else one.interval


def _money(places: Places, found: Found, one: Quantity, whole: bool, text: str) -> Figure:
    """An amount in yuan, by the unit beside it or in the header and title of its column; or in a foreign currency."""
    if one.currency and one.currency != HOME:
        rate = next((rate for place in places.by_id.values() if place.kind != "table"
                     and (rate := stated_rate(fold(places.text(place)), one.currency))), None)
        low, high = one.interval
        if rate is not None and high is not None and low is not None:
            return Figure(Interval(int(low * rate), int(high * rate)), one.interval, whole, HOME)
        return Figure(one.interval, one.interval, whole, one.currency)
    if one.currency:
        return Figure(one.interval, one.interval, whole, HOME)
    number = parse_number(text[one.number.start:one.number.end])
    factor = _factor(places, places.by_id[found.places[0]], found.spans[-1])
    if number is None or factor is None:
        return Figure(one.interval, _plain(text, one), whole, HOME)
    amount = int(number * factor)
    return Figure(Interval(amount, amount), Interval(amount, amount), whole, HOME)


def _factor(places: Places, place: Place, span: Span | None) -> int | None:
    """The unit of a column: in its header, its row's first cell, its table's title."""
    for texts in (clauses.headers(places, place, span), clauses.row_cells(places, place)[:1],
                  clauses.titles(places, place), clauses.headers(places, place)):
        joined = "\n".join(texts)
        for unit, factor in _UNITS:
            if unit.search(joined):
                return factor
    return None


def _bare(places: Places, found: Found, quote: str, *, money: bool) -> list[Figure]:
    """Cells and pieces that are nothing but a number: 三, 9, 1,950,000.00."""
    made = []
    for piece in re.split(r"[|，、：；\t\n]|(?<!\d),", quote):
        number = parse_number(piece.strip().rstrip("人名家个项件篇份元")) if piece.strip() else None
        if number is None:
            continue
        factor = (_factor(places, places.by_id[found.places[0]], found.spans[-1]) or 1) if money else 1
        value = int(number * factor)
        made.append(Figure(Interval(value, value), Interval(value, value), True, HOME if money else ""))
    return made


def mentions(text: str, value: tuple[int, int | None]) -> bool:
    """Whether a text names a value's bounds, with or without their units: for what does not count, where a figure is
    read more loosely (Six students, 四百万至五百万元, 甲、乙各1人 for 2, 7家银行、12家机构 for 19)."""
    named, together = set(), Decimal(0)
    for match in _NUMERAL.finditer(text):
        number = parse_number(match[0])
        if number is None:
            continue
        together += number
        each = _EACH.search(text[:match.start()])
        for times in {1, len(_NAMES.findall(each[1])) + 1 if each else 1}:
            named |= {number * times * factor for factor in (1, 10**4, 10**8)}
    named.add(together)
    return all(bound is None or Decimal(bound) in named for bound in value)


def amounts(places: Places, rows: Sequence[str], column: str) -> Amounts | str:
    """What a column adds up to over rows; or why it does not: `no_such_column`, `no_amounts`."""
    table = places.by_id[places.by_id[rows[0]].table]
    cell = _column(places, table, column)
    if cell is None:
        return "no_such_column"
    index, heading = cell
    first = places.by_id[rows[0]]
    unit = next((factor for unit, factor in _UNITS if unit.search(heading)), None) or _factor(places, first, None) or 1
    foreign: list[str] = load("numbers")["money"]["foreign"]
    currency = next((one for one in foreign if one in heading), "") or HOME
    total, blank = Decimal(0), []
    for name in rows:
        row = places.by_id[name]
        text = next((fold(places.documents[row.document].quote(one.span)) for one in row.cells
                     if one.row == row.row and one.column == index), "")
        try:
            total += Decimal(re.sub(r"[,\s￥¥元万]", "", text))
        except InvalidOperation:
            blank.append(name)
    return "no_amounts" if len(blank) == len(rows) else Amounts(int(total * unit), currency, tuple(blank))


def _column(places: Places, table: Place, column: str) -> tuple[int, str] | None:
    """The column whose heading is the one named, or (the longest) holds it or is held by it."""
    wanted, near = tight(column), []
    for name in table.rows[:3]:
        row = places.by_id[name]
        for cell in row.cells:
            heading = fold(places.documents[row.document].quote(cell.span))
            own = tight(heading)
            if wanted and own == wanted:
                return cell.column, heading
            if wanted and len(own) > 1 and (wanted in own or own in wanted):
                near.append((cell.column, heading))
    return max(near, key=lambda one: len(one[1]), default=None)
