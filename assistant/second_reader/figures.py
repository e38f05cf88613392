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
from ingestion.facts import grids
from ingestion.language import fold, load
from ingestion.numerals import Quantity, parse_number, quantities, stated_rate

HOME = "CNY"
_BREAK = "，"
_LOOSE_UNITS = ((re.compile("亿元|[（：]亿|亿[）]"), 10**8), (re.compile("万元|[（：]万(?![一-鿿])|万[）]"), 10**4),
                (re.compile("元"), 1))   # where no unit is set apart: 经费支出 万元

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


class Unit(Struct, frozen=True):
    """What one stands for in a column of bare numbers: 万欧元 is 10,000 of 欧元."""

    factor: int
    currency: str = HOME


class Amounts(Struct, frozen=True):
    """What a column adds up to over rows, in yuan (also by a stated rate) or in another `currency`; rows in which it is
    blank."""

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
    if one.currency:
        return _in_yuan(places, one.interval, one.currency, whole)
    number = parse_number(text[one.number.start:one.number.end])
    unit = _unit(places, places.by_id[found.places[0]], found.spans[-1])
    if number is None or unit is None:
        return Figure(one.interval, _plain(text, one), whole, HOME)
    amount = int(number * unit.factor)
    return _in_yuan(places, Interval(amount, amount), unit.currency, whole)


def _in_yuan(places: Places, amount: Interval, currency: str, whole: bool) -> Figure:
    """An amount by the rate that the documents state for its currency; as it is where they state none."""
    rate = _rate(places, currency)
    if rate is None or amount.high is None:
        return Figure(amount, amount, whole, currency)
    return Figure(Interval(int(amount.low * rate), int(amount.high * rate)), amount, whole, HOME)


def _rate(places: Places, currency: str) -> Decimal | None:
    """Yuan for one unit of a currency, where the documents state it."""
    if currency == HOME:
        return Decimal(1)
    return next((rate for place in places.by_id.values() if place.kind != "table"
                 and (rate := stated_rate(fold(places.text(place)), currency))), None)


def _unit(places: Places, place: Place, span: Span | None) -> Unit | None:
    """The unit of a column: in its header, its row's first cell, its table's title."""
    for texts in (clauses.headers(places, place, span), clauses.row_cells(places, place)[:1],
                  clauses.titles(places, place), clauses.headers(places, place)):
        if unit := _stated(texts):
            return unit
    return None


def _stated(texts: Sequence[str]) -> Unit | None:
    """The unit that one of some texts states, as the first reader reads it; else by its characters alone."""
    for text in texts:
        if stated := grids.unit_factor(text):
            return Unit(stated[1], stated[0])
    joined = "\n".join(texts)
    return next((Unit(factor) for unit, factor in _LOOSE_UNITS if unit.search(joined)), None)


def _bare(places: Places, found: Found, quote: str, *, money: bool) -> list[Figure]:
    """Cells and pieces that are nothing but a number: 三, 9, 1,950,000.00."""
    made = []
    for piece in re.split(r"[|，、：；\t\n]|(?<!\d),", quote):
        number = parse_number(piece.strip().rstrip("人名家个项件篇份元")) if piece.strip() else None
        if number is None:
            continue
        unit = _unit(places, places.by_id[found.places[0]], found.spans[-1]) if money else None
        value = int(number * unit.factor) if unit else int(number)
        amount = Interval(value, value)
        made.append(_in_yuan(places, amount, unit.currency if unit else HOME, True) if money else Figure(
            amount, amount, True))
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
    unit = _stated([heading]) or _unit(places, first, None) or Unit(1)
    foreign: list[str] = load("numbers")["money"]["foreign"]
    currency = next((one for one in foreign if one in heading), "") or unit.currency
    total, blank = Decimal(0), []
    for name in rows:
        row = places.by_id[name]
        text = next((fold(places.documents[row.document].quote(one.span)) for one in row.cells
                     if one.row == row.row and one.column == index), "")
        try:
            total += Decimal(re.sub(r"[,\s￥¥元万]", "", text))
        except InvalidOperation:
            blank.append(name)
    if len(blank) == len(rows):
        return "no_amounts"
    rate = _rate(places, currency)
    return Amounts(int(total * unit.factor * (rate or 1)), HOME if rate is not None else currency, tuple(blank))


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
