"""Numbers, qualifiers and periods drawn at random, with what they come to by the contract's tables.

A figure is drawn as a number with a qualifier, a period apart from it; `within` says what the two settle together.
Nothing is taken from the extractor.
"""
from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TypeVar

from tests.support.chinese_numbers import chinese, full_width

T = TypeVar("T")
Bounds = tuple[int, int | None]
DAYS = [date(2023, 11, 15), date(2024, 6, 15), date(2025, 3, 31), date(2025, 9, 10), date(2026, 1, 20)]


class Reach(Enum):
    """How a period lies to the window."""

    WINDOW = "window"
    WIDER = "wider"
    NARROWER = "narrower"
    NONE = "none"  # outside, or overlapping in part: no fact


@dataclass(frozen=True)
class Statement:
    """Paragraphs, and a table below them where it has one, with the facts that they state together."""

    lines: tuple[str, ...]
    gold: dict[str, Bounds] = field(default_factory=dict)
    table: tuple[tuple[str, ...], ...] = ()

    @property
    def text(self) -> str:
        return "\n".join([*self.lines, *(" | ".join(row) for row in self.table)])


class Numerals(Enum):
    ARABIC = "arabic"
    WIDE = "wide"
    CHINESE = "chinese"
    FORMAL = "formal"


class Words:
    """Draws words; the same seed draws the same ones, in any numerals."""

    def __init__(self, seed: int, day: date, numerals: Numerals | None = None) -> None:
        self.random = random.Random(seed)
        self.numerals = numerals
        self.day = day
        self.first = day.year - 3  # the window's first year

    def one(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def number(self, value: int) -> str:
        """A numeral: in the way that was asked for, else in any."""
        drawn = self.random.choices(list(Numerals), [12, 3, 4, 1])[0]
        return {Numerals.ARABIC: str(value), Numerals.WIDE: full_width(str(value)),
                Numerals.CHINESE: "两" if value == 2 else chinese(value),
                Numerals.FORMAL: chinese(value, formal=True)}[self.numerals or drawn]

    def exact(self, low: int, high: int, unit: str) -> tuple[str, int]:
        value = self.random.randint(low, high)
        return self.number(value) + unit, value

    def figure(self, low: int, high: int, unit: str) -> tuple[str, Bounds]:
        """A figure with its unit and what it comes to, most often exact."""
        value = self.random.randint(low, high)
        if self.chance(0.55):
            return self.number(value) + unit, (value, value)
        tens = max(10, value // 10 * 10)
        number, round_number = self.number(value), self.number(tens)
        step = 10 ** (len(str(tens)) - len(str(tens).rstrip("0")))
        return self.one([
            (f"{round_number}余{unit}", (tens + 1, tens + step - 1)),
            (f"{round_number}多{unit}", (tens + 1, tens + step - 1)),
            (f"近{round_number}{unit}", (tens - step + 1, tens - 1)),
            (f"{number}{unit}以上", (value, None)),
            (f"{number}{unit}（含）以上", (value, None)),
            (f"不少于{number}{unit}", (value, None)),
            (f"至少{number}{unit}", (value, None)),
            (f"超过{number}{unit}", (value + 1, None)),
            (f"逾{number}{unit}", (value + 1, None)),
            (f"约{round_number}{unit}", (tens * 9 // 10, -(-tens * 11 // 10))),
            (f"{round_number}{unit}左右", (tens * 9 // 10, -(-tens * 11 // 10))),
            (f"{value}-{value + 3}{unit}", (value, value + 3)),
            (f"{value}至{value + 3}{unit}", (value, value + 3)),
        ])

    def money(self) -> tuple[str, Bounds]:
        """An amount of yuan."""
        tens = self.random.randint(5, 90) * 10
        cents = self.random.randint(500, 9000)
        return self.one([
            (f"{tens}万元", (tens * 10_000, tens * 10_000)),
            (f"{full_width(str(tens))}万元", (tens * 10_000, tens * 10_000)),
            (f"{chinese(tens)}万元", (tens * 10_000, tens * 10_000)),
            (f"{cents / 10:.1f}万元", (cents * 1000, cents * 1000)),
            (f"人民币{tens}万元", (tens * 10_000, tens * 10_000)),
            (f"{tens * 10_000:,}元", (tens * 10_000, tens * 10_000)),
            (f"{tens}余万元", (tens * 10_000 + 1, (tens + 10 ** (len(str(tens)) - len(str(tens).rstrip("0"))))
                             * 10_000 - 1)),
            (f"超过{tens}万元", (tens * 10_000 + 1, None)),
            (f"不少于{tens}万元", (tens * 10_000, None)),
            ("1.2亿元", (120_000_000, 120_000_000)),
        ])

    def period(self, bounds: Bounds) -> tuple[str, Reach]:
        """A period as an adverb, and how it lies to the window; none that would leave a figure without any bound."""
        year, first, month = self.day.year, self.first, self.day.month
        last = f"{year}年{month - 1}月" if month > 1 else f"{year - 1}年12月"
        ways = {
            Reach.WINDOW: ["近三年", "近3年", "最近三年", "近三年来", f"{first}年以来", f"自{first}年以来",
                           f"{first}年至今",
                           f"{first}年1月至{last}", f"近三年（{first}年1月1日至申报日）", f"{first}年1月1日至申报日"],
            Reach.WIDER: ["近五年", f"{first - 2}年以来", f"{first - 1}年至今", "累计", "成立以来", ""],
            Reach.NARROWER: ["近两年", f"{first + 1}年以来", f"{first + 1}年", f"{year - 1}年度"]
            + [f"{first}—{year - 1}年"] * (month > 3),
            Reach.NONE: [f"{first - 3}—{first + 1}年", f"{first - 1}年", f"{first - 4}年至{first - 1}年"],
        }
        if bounds[1] is None:
            del ways[Reach.WIDER]
        reach = self.random.choices(list(ways), [6, 2, 2, 1][:len(ways)])[0]
        return self.one(ways[reach]), reach


def within(bounds: Bounds, reach: Reach) -> Bounds | None:
    """What a figure of a windowed fact comes to for a period (readings 6 and 7)."""
    low, high = bounds
    return {Reach.WINDOW: bounds, Reach.WIDER: (0, high), Reach.NARROWER: (low, None), Reach.NONE: None}[reach]
