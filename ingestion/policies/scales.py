"""Points: what a figure earns by a scale, and scales as a policy words them.

每服务1家得2分，最高20分; 达到3家的得10分，达到5家的得15分; 满分10分.
"""
from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from ingestion.domain import Interval, Scale
from ingestion.language import load
from ingestion.patterns import compiled
from ingestion.policies.measures import amount_of, either


def earned(scale: Scale, figure: int) -> int:
    """The points of one figure."""
    if scale.each:
        return min(scale.most, figure // scale.every * scale.each)
    steps = scale.steps or ((1, scale.most),)
    return max((points for bar, points in steps if figure >= bar), default=0)


def written(scale: Scale) -> str:
    """A scale as it is written in the file."""
    parts = [f"most: {scale.most}"]
    if scale.each:
        parts += [f"each: {scale.each}", f"every: {scale.every}"]
    if scale.steps:
        parts.append("steps: [" + ", ".join(f"[{bar}, {points}]" for bar, points in scale.steps) + "]")
    return "{" + ", ".join(parts) + "}"


def between(scale: Scale, interval: Interval) -> Interval:
    """The points of a figure that is only known between two bounds."""
    high = scale.most if interval.high is None else earned(scale, interval.high)
    return Interval(earned(scale, interval.low), high)


class Worded(Struct, frozen=True):
    """A scale as a clause words it. `unit` is the unit of the figure that earns the points, "" without one."""

    scale: Scale
    unit: str
    text: str   # from the first points to the last, as worded


def read(clause: str) -> Worded | None:
    """The scale that a clause words, or None where it names no points or names them in a way that is not known."""
    words = _words()
    ends = [match.end() for match in words.any_points.finditer(clause)]
    if not ends:
        return None
    most = words.most.search(clause)
    top = int(amount_of(most["points"], "")) if most else 0
    begin = min(match.start() for one in (words.each, words.step, words.most, words.any_points)
                if (match := one.search(clause)))
    text = re.sub(r"\s", "", clause[begin:max(ends)])
    if each := words.each.search(clause):
        every = int(amount_of(each["number"] or "1", each["magnitude"] or ""))
        return Worded(Scale(top, int(amount_of(each["points"], "")), every), each["unit"], text) if top else None
    steps = [(int(amount_of(one["number"], one["magnitude"] or "")), int(amount_of(one["points"], "")), one["unit"])
             for one in words.step.finditer(clause)]
    if steps:
        best = max(points for _, points, _ in steps)
        rising = tuple((bar, points) for bar, points, _ in sorted(steps))
        return Worded(Scale(top or best, steps=rising), steps[0][2], text)
    plain = words.any_points.search(clause)
    top = top or (int(amount_of(plain["points"], "")) if plain else 0)
    return Worded(Scale(top), "", text) if top else None


class _Words(Struct, frozen=True):
    each: re.Pattern[str]
    step: re.Pattern[str]
    most: re.Pattern[str]
    any_points: re.Pattern[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    """The patterns of scales, made of `language/measure.yaml`."""
    data = load("measure")
    said = data["points"]
    number = r"[0-9０-９]+(?:[,，][0-9０-９]{3})*(?:[.．][0-9]+)?|[零一二三四五六七八九十百千两]{1,8}"
    units, magnitudes = either(data["units"]), either(data["magnitudes"])
    points = rf"(?P<points>[0-9０-９]{{1,4}}|[一二三四五六七八九十百两]{{1,5}}){either(said['unit'])}"
    earns = rf"[^，。；：\d]{{0,16}}?(?:{either(said['earns'])}){points}"
    unit = rf"(?P<magnitude>{magnitudes})?(?P<unit>{units}){earns}"
    each = rf"(?:{either(said['each'])})[^，。；：\d]{{0,8}}?(?P<number>{number})?{unit}"
    step = rf"(?<![0-9０-９])(?P<number>{number}){unit}"
    most = rf"(?:{either(said['most'])})[^，。；：\d]{{0,3}}{points}"
    named = rf"(?:{either(said['earns'])}|{either(said['most'])})[^，。；：\d]{{0,3}}{points}"
    return _Words(*(compiled.pattern(one) for one in (each, step, most, named)))
