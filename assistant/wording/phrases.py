"""What the rule checker says, in one language: templates of `language/<language>.yaml`, with checked variables.

A template may use the variables of `Values` only; one with another name is refused when the file is read, not when
somebody meets it.
"""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from assistant.wording.texts import load
from ingestion.domain import Interval, Outcome, Overall
from ingestion.errors import UsageError
from ingestion.policies.articles import in_english

ROOT = Path(__file__).parent.parent / "language"
LANGUAGES = ("zh", "en")
WAN = 10_000
_WAN_STEP = 100      # whole hundreds of yuan are shown in 万元, with two decimals at most


class Values(Struct, frozen=True):
    """The variables of a template; the comment at the head of zh.yaml says what each one is."""

    noun: str = ""
    label: str = ""
    amount: str = ""
    have: str = ""
    measure: str = ""
    unit: str = ""
    lack: str = ""
    known: str = ""
    citation: str = ""
    citations: str = ""
    settled: str = ""
    sides: str = ""
    places: str = ""
    parts: str = ""
    holds: str = ""
    fails: str = ""
    name: str = ""
    low: str = ""
    high: str = ""
    money: str = ""
    wan: str = ""
    document: str = ""
    page: str = ""
    place: str = ""
    claims: str = ""
    quote: str = ""
    count: str = ""
    reason: str = ""
    reasons: str = ""
    term: str = ""
    reading: str = ""
    undefined: str = ""
    window: str = ""
    start: str = ""
    end: str = ""
    changes: str = ""
    before: str = ""
    after: str = ""
    year: str = ""
    month: str = ""
    day: str = ""
    iso: str = ""
    points: str = ""
    most: str = ""


_NAMES = tuple(one.name for one in fields(Values))


class Phrases:
    """The phrases of one language, with the ways in which numbers, places and days are written in it."""

    def __init__(self, language: str, texts: dict[str, Any]) -> None:
        self.language = language
        self._texts = texts

    def has(self, key: str) -> bool:
        return self._find(key) is not None

    def say(self, key: str, values: Values | None = None, /, **more: str) -> str:
        """The template at "section.name", filled."""
        template = self._find(key)
        if template is None:
            raise KeyError(key)
        values = values or Values()
        return template.format_map({name: getattr(values, name) for name in _NAMES} | more)

    def pick(self, chinese: str, english: str) -> str:
        return (english or chinese) if self.language == "en" else chinese

    def outcome(self, outcome: Outcome | Overall) -> str:
        return self.say(f"{'overall' if isinstance(outcome, Overall) else 'outcomes'}.{outcome.value}")

    def citation(self, ref: str) -> str:
        return in_english(ref) if self.language == "en" else ref

    def join(self, parts: Iterable[str], separator: str = "list") -> str:
        return self.say(f"forms.{separator}").join(parts)

    def place(self, document: str, page: int | None) -> str:
        return self.say("forms.place" if page is not None else "forms.place_only", document=document, page=str(page))

    def day(self, day: date) -> str:
        return self.say("forms.date", year=str(day.year), month=str(day.month), day=str(day.day), iso=day.isoformat())

    def window(self, window: tuple[date, date]) -> str:
        return self.say("forms.window", start=self.day(window[0]), end=self.day(window[1]))

    def amount(self, interval: Interval, unit: str) -> str:
        """23篇, 11至19个, 至少3人; `unit` is the clause's own word, or in English the fact's unit."""
        low, high = interval.low, interval.high
        if high is None:
            return self._counted("at_least", unit, low) if low else self.say("forms.unknown")
        if interval.exact:
            return self._counted("exact", unit, low)
        return self._counted("range", unit, low, high) if low else self._counted("at_most", unit, high, high)

    def money(self, interval: Interval, unit: str = "") -> str:
        """195万元（1,950,000元）; 超过300万元、不足400万元 for what was written 300余万元. `unit`: 美元, yuan if ""."""
        low, high = interval.low, interval.high
        if interval.exact:
            return self.sum(low, unit, both=True)
        if high is None and not low:
            return self.say("forms.unknown")
        over, under = low % WAN == 1 and low > 1, high is not None and high % WAN == WAN - 1
        below = "" if high is None else self.say("forms.below", money=self.sum(high + 1, unit)) if under \
            else self.sum(high, unit)
        above = self.say("forms.above", money=self.sum(low - 1, unit)) if over else self.sum(low, unit)
        if high is None:
            return above if over else self.say("forms.money_at_least", money=above)
        if not low:
            return below if under else self.say("forms.money_at_most", money=below)
        return self.say("forms.money_open_range" if over or under else "forms.money_range", low=above, high=below)

    def sum(self, amount: int, unit: str = "", *, both: bool = False) -> str:
        """A sum of money, in 万元 where it is round; with `both`, in single yuan as well."""
        name = "money_plain" if amount % _WAN_STEP or amount < WAN else "money_both" if both else "money_round"
        return self.say(f"forms.{name}", wan=f"{amount / WAN:,.2f}".rstrip("0").rstrip("."), money=f"{amount:,}",
                        unit=unit or self.say("forms.money_unit"))

    def points(self, points: Interval | int) -> str:
        """12分, 0至20分."""
        interval = Interval(points, points) if isinstance(points, int) else points
        name = "points_exact" if interval.exact else "points_range"
        return self.say(f"forms.{name}", low=str(interval.low), high=str(interval.high))

    def unit(self, unit: str, number: int) -> str:
        """The unit as it stands after a number: "paper" or "papers" in English."""
        forms = self._texts["units"].get(unit)
        return str(forms[0 if number == 1 else 1]) if forms else unit

    def _counted(self, name: str, unit: str, low: int, high: int | None = None) -> str:
        last = low if high is None else high
        return self.say(f"forms.{name}", low=str(low), high=str(last), unit=self.unit(unit, last)).strip()

    def _find(self, key: str) -> str | None:
        section, _, name = key.partition(".")
        found = self._texts.get(section, {}).get(name)
        return None if found is None else str(found)


@cache
def phrases(language: str) -> Phrases:
    """The phrases of "zh" or "en"; another language is a UsageError."""
    if language not in LANGUAGES:
        raise UsageError(f"no texts in {language!r}; choose one of: {', '.join(LANGUAGES)}",
                         f"没有 {language!r} 的文本，可选：{'、'.join(LANGUAGES)}")
    return check(language, load(ROOT / f"{language}.yaml"))


def check(language: str, texts: dict[str, Any]) -> Phrases:
    """`texts` as Phrases, if every template uses known variables only."""
    for section, templates in texts.items():
        for name, template in templates.items():
            if not isinstance(template, str):
                continue
            unknown = {field for _, field, _, _ in Formatter().parse(template) if field} - set(_NAMES)
            if unknown:
                names = ", ".join(sorted(unknown))
                raise UsageError(f"{language}.yaml: {section}.{name} uses {names}, which is never filled; mend it",
                                 f"{language}.yaml 的 {section}.{name} 使用了未知变量 {names}，请改正")
    return Phrases(language, texts)
