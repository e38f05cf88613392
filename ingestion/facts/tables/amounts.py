"""Amounts by period: tables whose rows or columns are years, with their unit, their total and a stated rate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from msgspec import Struct

from ingestion.domain import Cell, Interval, Method, Span
from ingestion.facts.claims.assertions import Assertion, Claims, Findings
from ingestion.facts.lexicon import listed
from ingestion.facts.prose.dating import bound, section_period
from ingestion.facts.prose.modality import polarity, section_block
from ingestion.facts.scanning import states
from ingestion.facts.scanning.columns import roles_of
from ingestion.facts.scanning.grids import unit_factor
from ingestion.facts.scanning.scan import Table
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.facts.sentences import Section, Sentence
from ingestion.language import fold
from ingestion.language.ngrams import Text
from ingestion.numbers.numerals import stated_rate
from ingestion.numbers.periods import Cover, Period, PeriodKind, Window, periods

MONTH = 31  # days
LEAST_SUMMED = 2  # rows that a subtotal sums up
LEAST_YUAN = 1_000  # smaller amounts without any unit are of another one
LONGEST_STATE = 20  # characters of what a cell says of a payment
_MONTHS = re.compile(r"(20\d\d)[./](\d{1,2})-(\d{1,2})(?![-./\d])月?")  # 2025.1-6
_DIGITS = re.compile(r"\d{2}")
_SUFFIX = "元万"  # right behind an amount in a cell
_UNIT = re.compile(r"（\s*([^（）]{1,4})\s*）\s*$")
Entry = tuple[Period | None, Decimal, Cell]  # None: the total
_UNIT_NOTE = re.compile(r"\s*（?(?:金额)?单位：[^，。；]{1,8}）?\s*")
_DAY = re.compile(r"(?:19|20)\d\d\.(?:0?[1-9]|1[0-2])")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def amounts(
    book: FactBook, spec: FactSpec, table: Table, window: Window, claims: Claims, beside: Sequence[Table] = ()
) -> bool:
    """Read one table of amounts for a money fact; whether it was one. `beside`: the other tables of its document."""
    if spec.amounts is None:
        return False
    caption = "\n".join(t for texts in table.texts[:3] if not _several(texts) for t in texts if t)
    title = "\n".join([*table.section.headings[-1:], table.section.lead, caption])
    header = next((texts for texts in table.texts if _several(texts)), [])
    about = book.pattern(spec.amounts.about)
    labels = [texts[0] for texts in table.texts if texts]
    named = about.search(title + "\n" + "｜".join(header)) is not None
    blocked = section_block(Section(table.section.headings)) or polarity("\n".join([table.section.lead, caption]))
    if not named and not any(about.search(label) for label in labels):
        if not blocked and _spent_abroad(book, spec, table, title, beside):
            for row in _rows_of_amounts(table):
                claims.exclude(table.document, row, "foreign_currency")
            claims.later(_opened)
            return True
        _leave_out(table, blocked or "definition", claims)
        return False
    if book.pattern(spec.amounts.avoid).search(
        "\n".join([table.section.lead[-40:], caption, *table.section.headings[-1:]])
    ):
        _leave_out(table, blocked or "definition", claims)
        return False
    series = (named and _by_rows(book, spec, table, window, claims)) or _by_columns(book, spec, table, window)
    titled = section_period(
        Sentence(
            table.document,
            table.block.span,
            Text(""),
            Section(table.section.headings, "\n".join([table.section.lead, caption])),
        ),
        window,
    )
    if not series and titled is not None:
        series = _by_kinds(book, spec, table, titled, claims)
    if not series:
        return False
    own = {cell.column for _, _, cell in series}
    named_by = [text for row, texts in zip(table.rows, table.texts, strict=True)
                for cell, text in zip(row, texts, strict=True) if cell.column in own]
    places = [*named_by, title, "\n".join(header), table.section.text]
    unit = next(filter(None, map(unit_factor, places)), None) or _unit_in(table) or _unit_told(table, series)
    currency, factor = spec.counted_in(unit[0]) if unit else "CNY", unit[1] if unit else 1
    if unit is None and any(value < LEAST_YUAN for _, value, _ in series):
        for row in _rows_of_amounts(table):
            claims.exclude(table.document, row, "not_stated")
        return True
    if blocked:
        for row in _rows_of_amounts(table):
            claims.exclude(table.document, row, blocked)
        return True
    received = _received(book, spec, table, title)
    found = _Amounts(table, series, currency, Decimal(factor), title, titled, received)
    claims.later(partial(_settle, spec, found))
    return True


def _spent_abroad(book: FactBook, spec: FactSpec, table: Table, title: str, beside: Sequence[Table]) -> bool:
    """Whether a table beside one of the fact's says what was spent in a foreign currency: how much that is is open."""
    if spec.amounts is None or book.pattern(spec.spent).search(title) is None:
        return False
    if book.pattern([*spec.amounts.avoid, *spec.not_spent, *spec.received]).search(title):
        return False
    unit = next(filter(None, map(unit_factor, [title, *(t for texts in table.texts[:2] for t in texts)])), None)
    about = book.pattern(spec.amounts.about)
    titles = ("\n".join([*other.section.headings[-1:], other.section.lead]) for other in beside if other is not table)
    return unit is not None and unit[0] != "CNY" and any(map(about.search, titles))


def _opened(_window: Window, findings: Findings) -> None:
    findings.foreign = True


def _received(book: FactBook, spec: FactSpec, table: Table, title: str) -> bool:
    """A table of what came in, by its own titles and its sheet: it bounds what was spent from above (reading 14)."""
    named = "\n".join([title, fold(table.block.section)])
    return book.pattern(spec.received).search(named) is not None and book.pattern(spec.spent).search(named) is None


def _rows_of_amounts(table: Table) -> list[Span]:
    """The rows that hold an amount."""
    return [_whole(row) for row, texts in zip(table.rows, table.texts, strict=True)
            if any(_NUMBER.fullmatch(text.replace(" ", "")) for text in texts[1:])]


def _leave_out(table: Table, reason: str, claims: Claims) -> None:
    """A table of other money: each of its rows is said not to count."""
    header = next((texts for texts in table.texts if _several(texts)), [])
    named = any((unit := _UNIT.search(text)) and unit_factor(unit[0]) for text in header)
    for row in _rows_of_amounts(table) if named or is_money(table) else ():
        said = fold(table.document.quote(row))
        claims.exclude(table.document, row, "planned" if listed("budget").search(said) else reason)


def _several(texts: Sequence[str]) -> bool:
    """Whether a row holds several cells, the unit of the whole table (单位：元) aside."""
    return len([text for text in texts if text and _UNIT_NOTE.fullmatch(text) is None]) >= 2


def is_money(table: Table) -> bool:
    """Whether a table is one of amounts of money by its own words: periods or kinds in one direction, figures below
    them, and a unit of money for all of them; nothing in it is counted in another unit."""
    begin, heads = _heads(table)
    numeric = _numeric(table, begin)
    width = max((len(row) for row in table.rows), default=0)
    if not numeric or len(numeric) < width - 1 - any("number" in roles_of(t) for t in heads.values()):
        return False
    labels = [texts[0] for texts in table.texts[begin:] if texts]
    named = [*heads.values(), *labels]
    if any((unit := _UNIT.search(text)) and unit_factor(unit[0]) is None for text in named):
        return False
    inner = [text for texts in table.texts[:begin] for text in texts]
    title = "\n".join([*table.section.headings[-1:], table.section.lead, *inner])
    own = [text for text in named if unit_factor(text)]
    return unit_factor(title) is not None or len(own) >= max(1, len(named) - 1 - len(numeric))


def _unit_told(table: Table, series: list[Entry]) -> tuple[str, int] | None:
    """The unit that the document's text gives beside one of the table's own amounts, its totals first."""
    text = fold(table.document.text)
    for _, value, _ in sorted(series, key=lambda one: -one[1]):
        said = re.search(rf"(?<![\d.]){value}\s*([万亿千百]*元)", text)
        if said is not None and (unit := unit_factor(f"（{said[1]}）")) is not None:
            return unit
    return None


def _unit_in(table: Table) -> tuple[str, int] | None:
    for texts in table.texts:
        for text in texts:
            if found := unit_factor(text):
                return found
    return None


def _by_rows(book: FactBook, spec: FactSpec, table: Table, window: Window, claims: Claims) -> list[Entry]:
    """Rows are periods: the amount stands in the column whose header says so, a total's column first."""
    if spec.amounts is None:
        return []
    begin, heads = _heads(table)
    wanted = book.pattern(spec.amounts.column)
    columns = [
        (column, text)
        for column, text in heads.items()
        if wanted.search(text) and not listed("part_column").search(text) and not periods(text, window)
    ] or [(column, text) for column, text in heads.items() if unit_factor(text) is not None]
    columns = columns or ([(column, "") for column in _numeric(table, begin)] if not heads else [])
    if not columns or (not heads and len(columns) > 1):
        return []
    preferred = (
        sorted(
            ((column, text) for column, text in heads.items() if listed("converted_column").search(text)),
            key=lambda one: listed("converted").search(one[1]) is None,  # 人民币列支｜欧元列支｜折合人民币
        )
        or [c for c in columns if listed("total_column").search(c[1])]
        or [c for c in columns if listed("spent_column").search(c[1])]
        or columns
    )
    column = preferred[0][0]
    years = {column for column, text in heads.items() if "date" in roles_of(text)}
    series: list[Entry] = []
    for row, texts in zip(table.rows[begin:], table.texts[begin:], strict=True):
        whole = _whole(row) if row else Span(0, 0)
        if any(listed("budget").search(t) and _DIGITS.search(t) for t in texts):
            claims.exclude(table.document, whole, "planned")
            continue
        place = next((n for n, c in enumerate(row) if c.column <= column < c.column + c.column_span), -1)
        if place < 0 or not texts:
            continue
        cell = row[place]
        number = _NUMBER.fullmatch(texts[place].replace(" ", "").rstrip(_SUFFIX))
        beside = [t for c, t in zip(row, texts, strict=True) if c is not cell]
        if number is None:
            continue
        if any(listed("unpaid").search(t) for t in beside if len(t) <= LONGEST_STATE):
            claims.exclude(table.document, whole, "not_spent")
            continue
        if any(listed("total_row").search(t) for t in beside):
            series.append((None, Decimal(number[0].replace(",", "")), cell))
            continue
        dated = [t for c, t in zip(row, texts, strict=True) if c is not cell and c.column in years]
        found = periods(_MONTHS.sub(r"\1年\2-\3月", "｜".join(dated or beside[:2])), window)
        if found and found[0].start is not None:
            series.append((_widest(found), Decimal(number[0].replace(",", "")), cell))
    series = _without_subtotals(series)
    return series if any(p for p, _, _ in series) else []


def _without_subtotals(series: Sequence[Entry]) -> list[Entry]:
    """年计｜2023年｜567220: a row that comes to what the rows above it do, back to the last such row, sums them up,
    whatever it is called."""
    found: list[Entry] = []
    run: list[Decimal] = []
    for period, value, cell in series:
        sums = period is not None and len(run) >= LEAST_SUMMED and value == sum(run)
        found.append((None if sums else period, value, cell))
        run = [] if sums or period is None else [*run, value]
    return found


def _by_kinds(book: FactBook, spec: FactSpec, table: Table, titled: Period, claims: Claims) -> list[Entry]:
    """Rows are kinds of spending under a title that gives the period: its total row, else the sum of its rows that are
    not told to be unpaid."""
    if spec.amounts is None:
        return []
    begin, heads = _heads(table)
    numeric = _numeric(table, begin)
    named = [c for c in numeric if book.pattern(spec.amounts.column).search(heads.get(c, ""))]
    column = next(iter(named if heads else numeric), None)
    rows = []
    for row, texts in zip(table.rows[begin:], table.texts[begin:], strict=True):
        if reason := _unspent(row, texts, column):
            claims.exclude(table.document, Span(row[0].span.start, row[-1].span.end), reason)
            continue
        for cell, text in zip(row, texts, strict=True):
            if cell.column == column and (number := _NUMBER.fullmatch(text.replace(" ", ""))):
                rows.append((texts[0], Decimal(number[0].replace(",", "")), cell))
    totals = [r for r in rows if listed("total_row").search(r[0])]
    parts = [r for r in rows if r not in totals]
    return [(titled, value, cell) for _, value, cell in parts] + [(None, value, cell) for _, value, cell in totals]


def _unspent(row: Sequence[Cell], texts: Sequence[str], column: int | None) -> str:
    """Why the amount of a row was not spent, by what stands beside it (合同，未付; 预算); "" where it was."""
    beside = [t for cell, t in zip(row, texts, strict=True) if cell.column != column and len(t) <= LONGEST_STATE]
    if any((said := listed("budget").search(text)) and said.end() == len(text) for text in beside):
        return "planned"
    return "not_spent" if any(
        listed("unpaid").search(text) or states.state(text).against > states.SURE for text in beside[1:]) else ""


def _heads(table: Table) -> tuple[int, dict[int, str]]:
    """Where the rows of amounts begin, and the columns' heads above them; none where the first row has an amount."""
    first = next((i for i, texts in enumerate(table.texts) if _several(texts)), len(table.rows))
    values = [text for text in table.texts[first][1:] if _NUMBER.fullmatch(text.replace(" ", ""))] \
        if first < len(table.rows) else []
    if first == len(table.rows) or not all(map(_YEAR.fullmatch, values)):
        return first, {}
    return first + 1, {c.column: text for c, text in zip(table.rows[first], table.texts[first], strict=True)}


def _numeric(table: Table, begin: int) -> list[int]:
    """The columns behind the first that hold amounts from row `begin` on, and not days (2022.12)."""
    held: dict[int, list[str]] = {}
    for row, texts in zip(table.rows[begin:], table.texts[begin:], strict=True):
        for cell, text in list(zip(row, texts, strict=True))[1:]:
            if _NUMBER.fullmatch(text.replace(" ", "")):
                held.setdefault(cell.column, []).append(text)
    return sorted(column for column, texts in held.items() if not all(_DAY.fullmatch(text) for text in texts))


def _widest(found: list[Period]) -> Period:
    return max((p for p in found if p.start is not None), key=lambda p: (p.end - (p.start or p.end)).days)


def _by_columns(book: FactBook, spec: FactSpec, table: Table, window: Window) -> list[Entry]:
    """Columns are periods: the row that names the fact, else the total's row, else all rows that tell kinds of
    spending and are not told to be unpaid."""
    for index, texts in enumerate(table.texts):
        cells = list(zip(table.rows[index], texts, strict=True))
        heads: dict[int, Period | None] = {}
        for cell, text in cells:
            found = periods(f"{text}年" if _YEAR.fullmatch(text) else text, window)
            if found and found[0].start is not None:
                heads[cell.column] = found[0]
        if len(heads) < 2:
            continue
        rows = [
            (row, t)
            for row, t in zip(table.rows[index + 1 :], table.texts[index + 1 :], strict=True)
            if any(_NUMBER.fullmatch(x.replace(" ", "")) and not _DAY.fullmatch(x) for x in t)
        ]
        chosen = next(
            ([one] for one in rows if spec.amounts and book.pattern(spec.amounts.about).search(one[1][0])), None
        ) or next(([one] for one in rows if listed("total_row").search(one[1][0])), None)
        chosen = chosen or (rows if len(rows) == 1 else [(r, t) for r, t in rows if not _unspent(r, t, None)])
        if len(chosen) > 1 and any(listed("part_column").search(t[0]) for _, t in chosen):
            return []
        if len(chosen) == 1:
            heads |= dict.fromkeys(cell.column for cell, text in cells if listed("total_column").search(text))
        told = [(value, text) for row, t in chosen for value, text in zip(row, t, strict=True)]
        return [(heads[value.column], Decimal(number[0].replace(",", "")), value) for value, text in told
                if value.column in heads and (number := _NUMBER.fullmatch(text.replace(" ", "")))]
    return []


class _Amounts(Struct, frozen=True):
    """The amounts of a table by period, in which currency and how large a unit, and what its title says of them."""

    table: Table
    series: list[Entry]
    currency: str
    factor: Decimal
    title: str
    titled: Period | None
    received: bool


def _settle(spec: FactSpec, amounts: _Amounts, window: Window, findings: Findings) -> None:
    """What the rows inside a window come to."""
    table, series, currency, factor = amounts.table, amounts.series, amounts.currency, amounts.factor
    titled = amounts.titled
    dated = [(p, v, c) for p, v, c in series if p is not None and p.start is not None]
    inside = [
        (p, v, c)
        for p, v, c in dated
        if p.start is not None and p.start >= window.start and p.start <= window.end and p.kind is not PeriodKind.FUTURE
    ]
    for period, _, cell in dated:
        if (period, _, cell) not in inside:
            findings.exclude(table.document, _whole(table.rows[cell.row]), "outside_window")
    if not inside:
        return
    rate = Decimal(1)
    if currency != "CNY":
        found = next(
            (
                r
                for t in [amounts.title, *(t for texts in table.texts for t in texts)]
                if (r := stated_rate(t, currency)) is not None
            ),
            None,
        )
        if found is None:
            for _, _, cell in inside:
                findings.exclude(table.document, _whole(table.rows[cell.row]), "foreign_currency")
            findings.foreign = True
            findings.assertions.append(Assertion(Interval(0, None), table.document,
                                                  _whole(table.rows[inside[0][2].row]), rule="amounts"))
            return
        rate = found
    total = int(sum(v for _, v, _ in inside) * factor * rate)
    value = Interval(total, total)
    points: tuple[int, ...] = (total,)
    conflict = False
    declared = _declared(series, dated, factor * rate) if len(inside) == len(dated) else total
    if declared != total:
        value, points, conflict = Interval(min(total, declared), max(total, declared)), (total, declared), True
    starts = [p.start for p, _, _ in inside if p.start is not None]
    period = Period(Span(0, 0), PeriodKind.DATED, min(starts), max(p.end for p, _, _ in inside))
    if titled is not None and titled.cover(window) in (Cover.WINDOW, Cover.WIDER):
        recent = titled.kind is PeriodKind.RECENT  # a title 近三年 over the table is the window (reading 29)
        if _single_days(dated) or (recent and titled.cover(window) is Cover.WINDOW):
            period = Period(titled.span, PeriodKind.DATED, window.start, window.end)
    if _other_currency(table, [c for _, _, c in inside]):
        value = Interval(value.low, None)  # a column in a foreign currency without a rate stands beside it (reading 14)
        points = (value.low,)
    bounded = bound(spec, value, period, window)
    if bounded is None or period.cover(window) is Cover.OUTSIDE:
        return
    if amounts.received:
        for row in dict.fromkeys(_whole(table.rows[cell.row]) for _, _, cell in inside):
            findings.exclude(table.document, row, "not_spent")
        ceiling = Interval(0, bounded.high)
        span = table.block.span
        findings.assertions.append(Assertion(ceiling, table.document, span, Method.LISTED, (total,), rule="amounts"))
        return
    cells = [cell for _, _, cell in inside]
    rows = [*_parts(table, cells), *(_whole(table.rows[cell.row]) for cell in cells)]
    rows += _summing(table, series, Decimal(total) / (factor * rate), findings)
    findings.assertions.append(
        Assertion(
            bounded,
            table.document,
            table.block.span,
            Method.LISTED,
            points,
            conflict=conflict,
            items=tuple(dict.fromkeys(rows)),
            rule="amounts",
        )
    )


def _summing(table: Table, series: list[Entry], total: Decimal, findings: Findings) -> list[Span]:
    """The rows that state the total of all; those that sum up a part of it are said to."""
    whole: list[Span] = []
    for _, stated, cell in (one for one in series if one[0] is None):
        if int(stated) == int(total):
            whole.append(_whole(table.rows[cell.row]))
        else:
            findings.exclude(table.document, _whole(table.rows[cell.row]), "part_of_total")
    return whole


def _declared(series: Sequence[Entry], dated: Sequence[Entry], factor: Decimal) -> int:
    """What the last of its totals says, unless its totals are those of parts that agree with the rows."""
    stated = [value for period, value, _ in series if period is None]
    summed = sum(value for _, value, _ in dated)
    return int((summed if not stated or summed in (sum(stated), sum(stated[:-1])) else stated[-1]) * factor)


def _single_days(dated: Sequence[Entry]) -> bool:
    """Whether rows are of days, not of years: one payment each."""
    return all(p is not None and p.start is not None and (p.end - p.start).days <= MONTH for p, _, _ in dated)


def _parts(table: Table, cells: list[Cell]) -> list[Span]:
    """The rows that a total's row sums up in the columns of its amounts."""
    rows = {cell.row for cell in cells}
    if len(rows) != 1 or not listed("total_row").search(table.texts[total := next(iter(rows))][0]):
        return []
    columns = {cell.column for cell in cells}
    return [
        _whole(row)
        for row, texts in zip(table.rows[:total], table.texts[:total], strict=True)
        if any(c.column in columns and _NUMBER.fullmatch(t.replace(" ", "")) for c, t in zip(row, texts, strict=True))
        and not _NUMBER.fullmatch(texts[0])
    ]


def _whole(row: Sequence[Cell]) -> Span:
    """A row's span, in whatever order its cells are."""
    return Span(min(cell.span.start for cell in row), max(cell.span.end for cell in row))


def labels_first(table: Table) -> Table:
    """A table whose first column says nothing, or amounts, with the cells of the column in front that says the most."""
    said = Counter(cell.column for row, texts in zip(table.rows, table.texts, strict=True)
                   for cell, text in zip(row, texts, strict=True)
                   if text and _NUMBER.fullmatch(text.replace(" ", "").rstrip(_SUFFIX)) is None)
    first = min((cell.column for row in table.rows for cell in row), default=0)
    labels = max(said, key=lambda column: (said[column], column), default=first)
    if labels == first or said[first] * 2 >= len(table.rows):
        return table
    turned = [sorted(zip(row, texts, strict=True), key=lambda pair: pair[0].column != labels)
              for row, texts in zip(table.rows, table.texts, strict=True)]
    return Table(table.document, table.block, table.section,
                 [[cell for cell, _ in row] for row in turned], [[text for _, text in row] for row in turned])


def _other_currency(table: Table, cells: list[Cell]) -> bool:
    """Whether a table also holds amounts that were paid in a column whose header names a foreign currency."""
    header = next((i for i, texts in enumerate(table.texts) if _several(texts)), 0)
    foreign = {
        cell.column
        for cell, text in zip(table.rows[header], table.texts[header], strict=True)
        if (unit := unit_factor(text)) is not None and unit[0] != "CNY"
    }
    used = {cell.column for cell in cells}
    heads = zip(table.rows[header], table.texts[header], strict=True)
    if any(cell.column in used and listed("converted_column").search(text) for cell, text in heads):
        return False
    return any(
        cell.column in foreign - used and _NUMBER.fullmatch(text.replace(" ", "")) is not None
        for row, texts in list(zip(table.rows, table.texts, strict=True))[header + 1 :]
        if not any(listed("unpaid").search(said) for said in texts if len(said) <= LONGEST_STATE)
        for cell, text in zip(row, texts, strict=True)
    )
