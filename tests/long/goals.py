"""What is to be reached: each threat with its goal, the tests that show it in small, and what shows it in large."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured; `value` as it is printed, with its unit."""

    zh: str
    en: str
    value: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a long run found. `size` is how much was done, in the goal's unit; without a fault the goal is reached."""

    size: int
    figures: tuple[Figure, ...]
    faults: tuple[str, ...] = ()


Run = Callable[[int], Outcome]


@dataclass(frozen=True, slots=True)
class Goal:
    """`full` is the size that the goal asks for; `quick` the tests that the suite runs, as pytest calls them; `long` is
    `module:function`, which takes a size. `timed` where a busy machine changes the figures.
    """

    name: str
    zh: str
    en: str
    full: int
    unit_zh: str
    unit_en: str
    quick: tuple[str, ...]
    long: str
    timed: bool = False

    def run(self, size: int) -> Outcome:
        module, _, function = self.long.partition(":")
        made: Outcome = getattr(import_module(module), function)(size)
        return made


def goals() -> tuple[Goal, ...]:
    """All of `goals.yaml`, in its order."""
    known = yaml.safe_load((Path(__file__).parent / "goals.yaml").read_text(encoding="utf-8"))
    return tuple(Goal(name, one["zh"], one["en"], one["full"], *one["unit"], tuple(one["quick"]), one["long"],
                      one.get("timed", False)) for name, one in known.items())


GOALS = goals()
