"""Figures and amounts of a quote or a column, read by the project's own numerals."""
from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import pairwise

from msgspec import Struct

from assistant.second_reader.places import Place, Places
from assistant.second_reader.verifying import clauses
from assistant.second_reader.verifying.clauses import Around
from assistant.second_reader.verifying.quotes import Found, tight
from ingestion.domain import Interval, Span
from ingestion.facts.lexicon import words
from ingestion.facts.scanning import grids
from ingestion.facts.schema import FactSpec
from ingestion.language import fold, load
from ingestion.numbers.numerals import Quantity, of_rate, parse_number, quantities, stated_rate

HOME = "CNY"    # the currency that a fact is counted in
_BREAK = "，"
_SENTENCE = re.compile("[。；]")
_PIECES = re.compile("[，；。、（）()\n]")
_LOOSE_UNITS = ((re.compile("亿元|[（：]亿|亿[）]"), 10**8), (re.compile("万元|[（：]万(?![一-鿿])|万[）]"), 10**4),
                (re.compile("元"), 1))   # where no unit is set apart: 经费支出 万元

_NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?[十百千万亿]*|[零一二两三四五六七八九十百千万亿]+|\b[A-Za-z]+(?:-[a-z]+)?\b")
_EACH = re.compile(r"([^，。；：]*)各[自有]{0,2}$")
_NAMES = re.compile(r"[、和与及]")


class Figure(Struct, frozen=True):
    """A figure as its words read it; `plain` is its number without its modifiers, `whole` whether the quote holds
    all of it, `currency` "" for what is no money, else the one that it comes to, `stated` the one that it stands in."""

    interval: Interval
    plain: Interval
    whole: bool
    currency: str = ""
    stated: str = ""


class Unit(Struct, frozen=True):
    """What one stands for in a column of bare numbers: 万欧元 is 10,000 of 欧元."""

    factor: int
    currency: str = HOME


class Amounts(Struct, frozen=True):
    """What a column adds up to over rows in the fact's own currency, also by a stated rate; `foreign`: some of it has
    none, so that its sum is open above. `stated`: the currencies that the amounts stand in."""

    interval: Interval
    foreign: bool
    stated: frozenset[str]


def of_quote(places: Places, found: Found, near: Around, spec: FactSpec) -> list[Figure]:
    """Every figure whose number stands in the quote, read with all the words of its cell or paragraph."""
    if spec.kind == "money":
        return _amounts_of(Purse(places, spec), found, near)
    inner = _apart(places, found, near, fold(places.documents[near.document].text))
    start, end = found.span.start - near.cell.start, found.span.end - near.cell.start
    return [Figure(one.interval, _plain(inner, one), whole, one.currency)
            for one, whole in _quoted(inner, start, end)] or [
        Figure(amount, amount, True) for number in _numbers(inner[start:end])
        for amount in [Interval(int(number), int(number))]]


def _amounts_of(purse: Purse, found: Found, near: Around) -> list[Figure]:
    """As `of_quote`, of money: a foreign amount takes the yuan that are stated for it (50万欧元（折合人民币390万元）),
    what one unit of a currency is worth is none."""
    places = purse.places
    inner = _apart(places, found, near, fold(places.documents[near.document].text))
    start, end = found.span.start - near.cell.start, found.span.end - near.cell.start
    converted = _converted(inner, purse.spec)
    made = []
    for one, whole in _quoted(inner, start, end):
        if of_rate(inner, one.span):
            continue
        amount = converted.get(one.number.start)
        made.append(_money(purse, found, one, whole, inner) if amount is None else Figure(
            amount, one.interval, whole, HOME, one.currency))
    if made:
        return made
    unit = _unit(purse, places.by_id[found.places[0]], found.spans[-1])
    for number in _numbers(inner[start:end]):
        value = int(number * unit.factor) if unit else int(number)
        made.append(purse.figure(Interval(value, value), unit.currency if unit else HOME, found.places[0]))
    return made


def _quoted(inner: str, start: int, end: int) -> Iterator[tuple[Quantity, bool]]:
    """The quantities whose number stands between two offsets, and whether all of their words do."""
    alone = {one.number.start + start: one for one in quantities(inner[start:end])}
    for one in quantities(inner):
        if start <= one.number.start and one.number.end <= end:
            quoted = alone.get(one.number.start)
            yield one, (start <= one.span.start and one.span.end <= end) or (
                quoted is not None and quoted.interval == one.interval)


def _converted(inner: str, spec: FactSpec) -> dict[int, Interval]:
    """By the place of a foreign amount what it is in the fact's own currency, where the text says so behind it."""
    made, money = {}, [one for one in quantities(inner) if one.currency]
    for one, after in pairwise(money):
        foreign, home = (spec.counted_in(each.currency) for each in (one, after))
        between = inner[one.span.end:after.number.start]
        if foreign != HOME and home == HOME and words("converted").search(between) and not of_rate(
                inner, after.span) and not _SENTENCE.search(between):
            made[one.number.start] = after.interval
    return made


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


class Purse(Struct, frozen=True):
    """Money of one fact: its own currency is HOME, whatever that is; another one comes to it by a stated rate only."""

    places: Places
    spec: FactSpec

    def figure(self, amount: Interval, currency: str, at: str, *, whole: bool = True) -> Figure:
        """An amount by the rate that is stated for its currency; as it is where none is."""
        rate = self.rate(currency, at)
        if rate is None:
            return Figure(amount, amount, whole, currency, currency)
        high = None if amount.high is None else int(amount.high * rate)
        return Figure(Interval(int(amount.low * rate), high), amount, whole, HOME, currency)

    def rate(self, currency: str, at: str) -> Decimal | None:
        """What one unit of a currency is worth: as it is stated at a place or with its table, else as the documents
        state it once. Where several rates stand equally near there is none. Rates are stated in yuan, so a fact that is
        counted in another currency has none."""
        if currency == HOME:
            return Decimal(1)
        if self.spec.currency:
            return None
        place = self.places.by_id[at]
        own = [fold(self.places.text(place))]
        if place.table:
            own += [*clauses.titles(self.places, place), *clauses.headers(self.places, place), *(
                fold(self.places.text(self.places.by_id[row])) for row in self.places.by_id[place.table].rows)]
        everywhere = (fold(self.places.text(one)) for one in self.places.by_id.values() if one.kind != "table")
        for texts in (own, everywhere):
            stated = {rate for text in texts for piece in _PIECES.split(text) for name in names(currency)
                      if (rate := stated_rate(piece, name))}
            if stated:
                return stated.pop() if len(stated) == 1 else None
        return None

    def counted(self, unit: Unit | None) -> Unit | None:
        """A stated unit as the fact counts in it."""
        return Unit(unit.factor, self.spec.counted_in(unit.currency)) if unit is not None else None


@cache
def names(currency: str) -> tuple[str, ...]:
    """What a currency is called beside its name."""
    known: list[list[str]] = load("second_reader")["currencies"]
    return next((tuple(one) for one in known if currency in one), (currency,))


def said_otherwise(claimed: str, stated: Collection[str], spec: FactSpec) -> bool:
    """Whether a claim gives amounts a currency that they do not stand in."""
    yuan: dict[str, int] = load("numbers")["money"]["yuan"]
    name = claimed.strip().lstrip("百千万亿").strip()
    if not name:
        return False
    called = HOME if spec.counted_in("CNY" if name in yuan else name) == HOME else name
    return all(one != called and not {called, *names(called)} & {one, *names(one)} for one in stated)


def _money(purse: Purse, found: Found, one: Quantity, whole: bool, text: str) -> Figure:
    """An amount by the currency beside it, or by the unit in the header and title of its column."""
    if one.currency:
        return purse.figure(one.interval, purse.spec.counted_in(one.currency), found.places[0], whole=whole)
    number = parse_number(text[one.number.start:one.number.end])
    unit = _unit(purse, purse.places.by_id[found.places[0]], found.spans[-1])
    if number is None or unit is None:
        return Figure(one.interval, _plain(text, one), whole, HOME, HOME)
    amount = int(number * unit.factor)
    return purse.figure(Interval(amount, amount), unit.currency, found.places[0], whole=whole)


def _unit(purse: Purse, place: Place, span: Span | None) -> Unit | None:
    """The unit of a column: in its header, its row's first cell, its table's title."""
    places = purse.places
    for texts in (clauses.headers(places, place, span), clauses.row_cells(places, place)[:1],
                  clauses.titles(places, place), clauses.headers(places, place)):
        if unit := purse.counted(_stated(texts)):
            return unit
    return None


def _stated(texts: Sequence[str]) -> Unit | None:
    """The unit that one of some texts states, as the first reader reads it; else by its characters alone."""
    for text in texts:
        if stated := grids.unit_factor(text):
            return Unit(stated[1], stated[0])
    joined = "\n".join(texts)
    return next((Unit(factor) for unit, factor in _LOOSE_UNITS if unit.search(joined)), None)


def _numbers(quote: str) -> Iterator[Decimal]:
    """Cells and pieces that are nothing but a number: 三, 9, 1,950,000.00."""
    for piece in re.split(r"[|，、：；\t\n]|(?<!\d),", quote):
        number = parse_number(piece.strip().rstrip("人名家个项件篇份元")) if piece.strip() else None
        if number is not None:
            yield number


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


def amounts(places: Places, rows: Sequence[str], column: str, spec: FactSpec) -> Amounts | str:
    """What a column adds up to over rows, each in the currency of its cell, of its row or of the column; or why it does
    not: `no_such_column`, `no_amounts`."""
    purse, table = Purse(places, spec), places.by_id[places.by_id[rows[0]].table]
    cell = _column(places, table, column)
    if cell is None:
        return "no_such_column"
    index, heading = cell
    unit = purse.counted(_stated([heading])) or _unit(purse, places.by_id[rows[0]], None) or Unit(1)
    foreign: list[str] = load("numbers")["money"]["foreign"]
    if named := next((one for one in foreign if one in heading), ""):
        unit = Unit(unit.factor, spec.counted_in(named))
    total, stated, opened = Decimal(0), set[str](), False
    for name in rows:
        row = places.by_id[name]
        amount = _amount(purse, row, index, unit)
        if amount is None:
            continue   # a blank cell
        stated.add(amount[1])
        rate = purse.rate(amount[1], name)
        opened |= rate is None
        total += amount[0] * rate if rate is not None else 0
    if not stated:
        return "no_amounts"
    return Amounts(Interval(int(total), None if opened else int(total)), opened, frozenset(stated))


def _amount(purse: Purse, row: Place, column: int, unit: Unit) -> tuple[Decimal, str] | None:
    """The amount of a row's cell and its currency: the cell's own, one that its row names apart, the column's."""
    document = purse.places.documents[row.document]
    texts = {cell.column: fold(document.quote(cell.span)) for cell in row.cells if cell.row == row.row}
    text = texts.get(column, "")
    try:
        number = Decimal(re.sub(r"[,\s]", "", text))
    except InvalidOperation:
        found = [one for one in quantities(text) if one.interval.exact]
        if len(found) != 1 or of_rate(text, found[0].span):
            return None
        currency = purse.spec.counted_in(found[0].currency) if found[0].currency else unit.currency
        plain = re.fullmatch(r"[\d,.]+", re.sub(r"\s", "", text[found[0].span.start:found[0].span.end]))
        return Decimal(found[0].interval.low) * (unit.factor if plain else 1), currency
    money = load("numbers")["money"]
    named = next((one.strip() for at, one in texts.items() if at != column and one.strip() in {
        *money["foreign"], *money["yuan"]}), "")
    currency = purse.spec.counted_in("CNY" if named in money["yuan"] else named) if named else unit.currency
    return number * unit.factor, currency


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
