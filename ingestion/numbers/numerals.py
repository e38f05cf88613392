"""The quantity grammar: numbers, qualifiers and units as intervals with exact offsets.

`quantities(folded)` reads a text that went through `language.fold` (same length as the original, so that offsets hold).
How a wording becomes an interval is the contract's: 以上 includes the number, 超过 does not; 余, 多 and 近 work at the
place of the last non-zero digit; 约 is ten per cent, rounded outward; for money the step is one yuan.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Any

from msgspec import Struct

from ingestion.domain import Interval, Span
from ingestion.language import alternation, load, pattern
from ingestion.language.ngrams import may, search
from ingestion.patterns import compiled


class Quantity(Struct, frozen=True):
    """`span` covers qualifier, number and unit; `measure` is the unit's class ("paper", "money", "" without a unit).

    Money is in yuan (`currency` "CNY") or in units of a foreign currency as stated.
    """

    span: Span
    number: Span
    interval: Interval
    measure: str
    unit: str
    currency: str = ""


_MIXED = re.compile(r"(\d+(?:\.\d+)?)([十拾百佰千仟万萬亿億]*)")


@lru_cache(maxsize=16_384)
def parse_number(text: str) -> Decimal | None:
    """A plain number, Arabic, Chinese or formal ("1,026", "1.2亿", "二十三", "贰拾贰", "3千万"); None if it is none."""
    text = text.replace(",", "").replace(" ", "")
    mixed = _MIXED.fullmatch(text)
    if mixed:
        value = Decimal(mixed[1])
        for power in mixed[2]:
            value *= _grammar().powers[power]
        return value
    if text.isascii():
        word: int | None = load("numbers")["words_en"].get(text.lower())
        return Decimal(word) if word is not None else None
    return _chinese(text)


def parse_decimal(text: str) -> Decimal | None:
    """The number in a written figure, or None."""
    match = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    return Decimal(match[0].replace(",", "")) if match else None


_RATE = re.compile(r"1\s*([\u4e00-\u9fffA-Z]{2,5}?)\s*[=兑合]\s*(?:人民币)?\s*(\d+(?:\.\d+)?)\s*元")


def stated_rate(folded: str, currency: str) -> Decimal | None:
    """Yuan for one unit of a foreign currency, where the text states it (1欧元=7.8元人民币)."""
    match = _RATE.search(folded)
    return Decimal(match[2]) if match and (not currency or match[1] in currency or currency in match[1]) else None


def of_rate(folded: str, span: Span) -> bool:
    """Whether an amount is what one unit of a foreign currency is worth, or that unit."""
    near = max(0, span.start - _LONGEST_RATE)
    return any(m.start() < span.end and span.start < m.end()
               for m in _RATE.finditer(folded, near, span.end + _LONGEST_RATE))


_LONGEST_RATE = 30


def _chinese(text: str) -> Decimal | None:
    """A number in Chinese numerals; None for what is none."""
    grammar = _grammar()
    text = text.replace(grammar.linking, "")
    whole, point, fraction = text.partition(grammar.point)
    if point:
        number = _chinese(whole)
        digits = "".join(str(grammar.digits[c]) for c in fraction if grammar.digits.get(c, 10) < 10)
        return number + Decimal(f"0.{digits}") if number is not None and len(digits) == len(fraction) > 0 else None
    if not text or any(c not in grammar.digits and c not in grammar.powers for c in text):
        return None
    if len(text) > 1 and all(c in grammar.digits and grammar.digits[c] < 10 for c in text):
        return Decimal("".join(str(grammar.digits[c]) for c in text))  # 二〇二四
    total = section = digit = 0
    for c in text:
        if c in grammar.digits:
            value = grammar.digits[c]
            digit = digit + value if value >= 10 else (digit + value if digit >= 20 else value)
            continue
        power = grammar.powers[c]
        if power >= 10000:
            section = (section + digit) or (1 if not total else 0)
            total = (total + section) * power if power >= 10**8 else total + section * power
            section = digit = 0
        else:
            section += (digit or 1) * power
            digit = 0
    return Decimal(total + section + digit)


@lru_cache(maxsize=1)
def classifiers() -> dict[str, str]:
    """The words that count things, with the measure of each: 家 is "organisation"."""
    beside = ("percent", "time", "area", "equipment", "visits", "countries")
    measures: dict[str, list[str]] = load("numbers")["measures"]
    return {word: name for name, words in measures.items() if name not in beside for word in words}


def has_number(folded: str) -> bool:
    """Whether a text can hold a quantity at all: a digit or a number word."""
    return _grammar().any_number.search(folded) is not None


_LABELLED, _ENDED = re.compile(r"：\s*\Z"), re.compile(r"\s*(?:[，。；、）\n]|\Z)")
_OPENED, _CLOSED = re.compile(r"\s*（"), re.compile(r"\s*）")
_ENDLESS = re.compile(r"\d{64,}")  # no figure is as long; patterns that try each of its digits take a square of time


def masked(folded: str) -> list[Span]:
    """Where numbers name something (ranks, grades, document numbers, percentages) instead of counting it."""
    if _ENDLESS.search(folded):
        folded = _ENDLESS.sub(lambda run: " " * len(run[0]), folded)
    return [Span(*m.span()) for m in _grammar().masks.finditer(folded)]


def quantities(folded: str, taken: Sequence[Span] = ()) -> list[Quantity]:
    """Every quantity of a folded text in order, none of which touches a masked or `taken` span (dates, periods)."""
    blocked = bytearray(len(folded))
    for span in [*masked(folded), *taken]:
        blocked[span.start : span.end] = b"\1" * (span.end - span.start)
    found: list[Quantity] = []
    position = 0
    core = _grammar().core
    while (match := core.search(folded, position)) is not None:
        quantity = None
        if not blocked[match.start("number")]:
            quantity = _read(folded, match, blocked)
        if quantity is None:
            position = (
                match.start() + 1 if match.end() == match.start() else max(match.start() + 1, match.end("number"))
            )
            continue
        found.append(quantity)
        position = quantity.span.end
    return found


def _read(folded: str, match: re.Match[str], blocked: bytearray) -> Quantity | None:
    """The quantity around a number: its range, unit and qualifiers; None where the number counts nothing."""
    grammar = _grammar()
    number = Span(*match.span("number"))
    begin = number.start
    value = parse_number(match["number"])
    if value is None:
        return None
    value, place = _scaled(value, match["magnitude"] or "")
    value, upper, end = _range(folded, match, value, blocked)
    end = _past_repetition(folded, end, value, upper)
    included = grammar.included.match(folded, end)  # 20（含）篇以上
    unit, measure, currency, factor, end = _unit(folded, included.end() if included else end)
    if currency == "CNY" and (stated := grammar.foreign_before.search(folded, max(0, number.start - 6), number.start)):
        unit = currency = stated[1]  # 欧元25万元
        begin -= len(stated.group().lstrip())
    answer = _LABELLED.search(folded, 0, number.start) and _ENDED.match(folded, end)  # 专职人数：三
    plain = bool(answer) or _plain_allowed(match["number"]) or grammar.of_them.match(folded, end) is not None
    if unit == "" and not plain and not _ahead(folded, number.start, end)[1]:
        return None
    if currency:
        value, place = value * factor, place * factor
        upper = upper * factor if upper is not None else None
    if unit:
        end = _past_repetition(folded, end, value, upper)
    suffix, end = _suffix(folded, end)
    prefix, start = _prefix(folded, begin)
    if not unit:
        unit, measure, currency = _ahead(folded, number.start, end)
    surplus = bool(match["surplus"] or match["surplus2"]) or suffix == "surplus"
    interval = _interval(value, upper, place, prefix, suffix, surplus)
    if interval is None:
        return None
    end = max(number.end, len(folded[:end].rstrip()))
    return Quantity(Span(start, end), number, interval, measure, unit, currency)


def _range(
    folded: str, match: re.Match[str], value: Decimal, blocked: bytearray
) -> tuple[Decimal, Decimal | None, int]:
    """(value, upper end of a range or None, end of what was read): 20至30篇, 三四十家; 2至3万元 is 20,000 to 30,000."""
    grammar = _grammar()
    tail = grammar.range_tail.match(folded, match.end()) if may(grammar.range_tail, folded) else None
    if not tail or blocked[tail.start("second")]:
        if match["pair"]:
            tens, factor = parse_number(match["tens"] or "") or 0, grammar.powers.get(match["zeros"] or "", 1)
            first, last = (Decimal(grammar.digits[c]) * factor + tens for c in match["digits"])
            return first, last, match.end()  # 七八, 十七八, 一二十
        return value, None, match.end()
    second = parse_number(tail["second"])
    if second is None:
        return value, None, match.end()
    second, _ = _scaled(second, tail["magnitude"] or "")
    if not match["magnitude"] and tail["magnitude"] and second > value:
        candidate, _ = _scaled(value, tail["magnitude"])
        value = candidate if candidate <= second else value
    return (value, second, tail.end()) if second >= value else (value, None, match.end())


def _past_repetition(folded: str, end: int, value: Decimal, upper: Decimal | None) -> int:
    """The end behind the same number in brackets, if it stands there: 贰拾贰（22）篇."""
    repeated = _grammar().repeated.match(folded, end) if may(_grammar().repeated, folded) else None
    if repeated and upper is None and parse_number(repeated[1]) == value:
        return repeated.end()
    return end


@lru_cache(maxsize=4096)
def _scaled(value: Decimal, magnitude: str) -> tuple[Decimal, Decimal]:
    """The value with its magnitude, and the place of its last non-zero digit."""
    if magnitude.isascii() and magnitude:
        value *= load("numbers")["powers_en"][magnitude.lower()]
    else:
        for power in magnitude:
            value *= _grammar().powers[power]
    if value == 0:
        return value, Decimal(1)
    return value, Decimal(1).scaleb(int(value.normalize().as_tuple().exponent))


def _unit(folded: str, end: int) -> tuple[str, str, str, Decimal, int]:
    """(unit, measure, currency, factor, end of the unit)."""
    grammar = _grammar()
    if match := grammar.money.match(folded, end):
        currency = "CNY" if match["yuan"] else match["foreign"]
        factor = Decimal(1)
        for power in match["power"] or "":
            factor *= grammar.powers[power]
        return match.group().strip(), "money", currency, factor, match.end()
    if match := grammar.unit.match(folded, end):
        unit = match[1]
        return unit, grammar.measure_of[unit.lower()], "", Decimal(1), match.end()
    if opened := _OPENED.match(folded, end):  # 28（篇）, 247（万元）
        unit, measure, currency, factor, inner = _unit(folded, opened.end())
        if closed := _CLOSED.match(folded, inner) if unit else None:
            return unit, measure, currency, factor, closed.end()
    return "", "", "", Decimal(1), end


def _ahead(folded: str, start: int, end: int) -> tuple[str, str, str]:
    """(unit, measure, currency) that do not stand right behind the number: an English figure's noun stands behind its
    adjectives (34 SCI-indexed papers), its currency before it (RMB 2.8 million); 专4兼2 are two pairs."""
    grammar = _grammar()
    if paired := grammar.paired.search(folded, max(0, start - 6), end + 6):
        unit = paired["one"] if paired.start("first") == start else paired["two"]
        if start in (paired.start("first"), paired.start("second")):
            return unit, grammar.measure_of[unit], ""
    if grammar.currency_before.search(folded, max(0, start - 6), start):
        return "RMB", "money", "CNY"
    if foreign := grammar.foreign_before.search(folded, max(0, start - 6), start):
        return foreign[1], "money", foreign[1]
    match = grammar.noun_ahead.match(folded, end)
    return (match[1], grammar.measure_of_noun[match[1].lower()], "") if match else ("", "", "")


def _plain_allowed(words: str) -> bool:
    """A number without a unit is a quantity only in digits: a bare 一 or 三 is mostly part of a word."""
    return words[:1].isdigit()


def _suffix(folded: str, end: int) -> tuple[str, int]:
    after = _grammar().after
    match = after.match(folded, end) if may(after, folded) else None
    if match is None:
        return "", end
    name = next(name for name, text in match.groupdict().items() if text is not None)
    return name, match.end()


def _prefix(folded: str, start: int) -> tuple[str, int]:
    match = search(_grammar().before, folded, max(0, start - 24), start)
    if match is None:
        return "", start
    name = next(name for name, text in match.groupdict().items() if text is not None)
    return name, match.start()


def _whole(value: Decimal, rounding: str) -> int:
    return int(value.to_integral_value(rounding=rounding))


def _interval(
    value: Decimal, upper: Decimal | None, place: Decimal, prefix: str, suffix: str, surplus: bool
) -> Interval | None:
    """What a number says with the words around it: 20余, 近50, 约20, 20以上."""
    low = _whole(value, ROUND_CEILING)
    high: int | None = _whole(upper if upper is not None else value, ROUND_FLOOR)
    if surplus and upper is None:
        low, high = _whole(value, ROUND_FLOOR) + 1, _whole(value + place, ROUND_CEILING) - 1
        if high < low:
            high = low
    elif prefix == "nearly" and upper is None:
        low, high = max(0, _whole(value - place, ROUND_FLOOR) + 1), _whole(value, ROUND_CEILING) - 1
        if high < low:
            return None
    elif "about" in (prefix, suffix):
        low = _whole(value * Decimal("0.9"), ROUND_FLOOR)
        high = _whole((upper if upper is not None else value) * Decimal("1.1"), ROUND_CEILING)
    if suffix == "at_least" or prefix == "at_least":
        high = None
    elif prefix == "more_than":
        low, high = (low if surplus else low + 1), None
    elif suffix == "at_most" or prefix == "at_most":
        low = 0
    elif prefix == "less_than":
        low, high = 0, (high or 0) - 1
    if high is not None and high < low:
        low, high = high, low  # a fraction: between the whole numbers around it
    return Interval(low, high)


class _Grammar(Struct, frozen=True):
    point: str
    linking: str
    digits: dict[str, int]
    powers: dict[str, int]
    masks: re.Pattern[str]
    core: re.Pattern[str]
    any_number: re.Pattern[str]
    range_tail: re.Pattern[str]
    repeated: re.Pattern[str]
    money: re.Pattern[str]
    unit: re.Pattern[str]
    paired: re.Pattern[str]
    measure_of: dict[str, str]
    included: re.Pattern[str]
    currency_before: re.Pattern[str]
    foreign_before: re.Pattern[str]
    noun_ahead: re.Pattern[str]
    measure_of_noun: dict[str, str]
    of_them: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]


def _latin_bounded(words: list[str]) -> str:
    """Units spelled in Latin letters end at a word's end."""
    latin = [w for w in words if w[-1].isascii() and w[-1].isalpha()]
    other = [w for w in words if w not in latin]
    parts = [alternation(other)] if other else []
    if latin:
        parts.append(rf"(?:{alternation(latin)})(?![A-Za-z])")
    return "|".join(parts)


@lru_cache(maxsize=1)
def _grammar() -> _Grammar:
    """The patterns of quantities, compiled once."""
    data: dict[str, Any] = load("numbers")
    digits: dict[str, int] = data["digits"]
    powers: dict[str, int] = data["powers"]
    single = "".join(k for k in digits if len(k) == 1) + "".join(powers)
    arabic = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
    ones = "".join(k for k, v in digits.items() if len(k) == 1 and 0 < v < 10)
    chinese = (
        rf"(?:[{ones}十拾廿卅零](?:[{single}]*[{ones}十拾百佰千仟零])?[万萬亿億]?(?:[{single}]*[{ones}十拾百佰千仟])?"
        r"|[百千](?=[余多])"
        r"|(?<=近)[百千](?=[余多]?[万亿]?[家篇个项件名人份元]))"
        rf"(?:(?<=[十百拾佰]){data['linking']}零?[{ones}](?![{single}]))?"
        rf"(?:点[{ones}零]+)?"
    )
    english = rf"(?:{alternation(data['words_en'])})(?![A-Za-z-])"
    inside = alternation(data["inside"]["surplus"])
    magnitude = f"[{''.join(powers)}]"
    core = compiled.pattern(
        r"(?:(?<![\dA-Za-z.,-])|(?<=[^\dA-Za-z.]-)|(?<=[A-Z])(?=\d+\s*[余多]?[篇件项个家]))"
        rf"(?P<number>{arabic}|{english}"
        rf"|(?P<pair>(?P<tens>[{ones}]?十)?(?P<digits>一二|一两|两三|二三|三四|三五|四五|五六|六七|七八|八九)"
        rf"(?P<zeros>(?<![十][{ones}][{ones}])[十百千])?(?![{single}]))|{chinese})"
        rf"\s*(?:(?P<surplus>{inside})?"
        rf"(?P<magnitude>{magnitude}+|(?:thousand|million|billion)(?![a-z]))?(?P<surplus2>{inside})?)",
        re.IGNORECASE,
    )
    measures: dict[str, list[str]] = data["measures"]
    measure_of = {word.lower(): name for name, words in measures.items() for word in words}
    pair = alternation(data["paired_units"])
    yuan: dict[str, int] = data["money"]["yuan"]
    nouns = [word for words in data["nouns_en"].values() for word in words]
    prefixes = "|".join(f"(?P<{name}>{alternation(words)})" for name, words in data["before"].items())
    suffixes = "|".join(f"(?P<{name}>{alternation(words)})" for name, words in data["after"].items())
    return _Grammar(
        data["point"],
        data["linking"],
        digits,
        powers,
        pattern(tuple(data["masks"])),
        core,
        compiled.pattern(rf"\d|[{single}]|\b(?:{english})", re.IGNORECASE),
        compiled.pattern(
            rf"\s*(?:{inside})?(?:[篇家项个件名人份所户支]|{_latin_bounded(list(yuan))})?"
            rf"\s*(?:{alternation(data['range'])})\s*(?P<second>{arabic}|{chinese})(?P<magnitude>{magnitude}+)?"
        ),
        compiled.pattern(rf"\s*（({arabic}|{chinese})）"),
        compiled.pattern(
            rf"\s*(?P<power>{magnitude}*)\s*"
            rf"(?:(?P<yuan>{_latin_bounded(list(yuan))})|(?P<foreign>{_latin_bounded(data['money']['foreign'])}))",
            re.IGNORECASE,
        ),
        compiled.pattern(
            rf"\s*({data['unit_before']}|{data['paired_behind']}|{_latin_bounded(list(measure_of))})", re.IGNORECASE
        ),
        compiled.pattern(
            rf"(?P<one>{pair})\s*(?P<first>{arabic}|{chinese})\s*[、，+/]?\s*(?P<two>{pair})\s*(?P<second>{arabic}|{chinese})"
            r"(?![\w\u4e00-\u9fff])"
        ),
        measure_of | data["paired_units"],
        compiled.pattern(r"\s*[（\ue000]含[）\ue001](?!\s*以上)"),
        compiled.pattern(rf"(?:{alternation(data['money']['prefix'])})\s*\Z", re.IGNORECASE),
        compiled.pattern(rf"({alternation([*data['money']['foreign_prefix'], *data['money']['foreign']])})\s*\Z"),
        compiled.pattern(
            rf"\s*(?:(?!or\b(?!\s+\w+\s+(?:{alternation(nouns)})\b)|of\b|to\b|in\b)[A-Za-z&/+'.-]+\s+){{0,6}}?({alternation(nouns)})(?![A-Za-z])",
            re.IGNORECASE,
        ),
        {word.lower(): name for name, words in data["nouns_en"].items() for word in words},
        compiled.pattern(rf"\s*(?:{alternation(data['of_them_en'])})(?![A-Za-z])", re.IGNORECASE),
        compiled.pattern(rf"(?:{prefixes})(?:[为有达到了]|至|共|计|：|人民币|\s)*\Z", re.IGNORECASE),
        compiled.pattern(rf"\s*(?:{suffixes})", re.IGNORECASE),
    )
