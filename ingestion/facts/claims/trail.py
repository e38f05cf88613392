"""What becomes of each statement of a fact on its way to the interval, for who asks (`guohe facts --explain`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from ingestion.domain import Interval, Span
from ingestion.facts.claims.assertions import Assertion


class Stood(Struct, frozen=True):
    """A statement after one step: its place, and what it comes to there."""

    document: str
    span: Span
    interval: Interval

    @property
    def place(self) -> tuple[str, Span]:
        return self.document, self.span


class Stage(Struct, frozen=True):
    """A step by its name, and the statements that stand after it."""

    name: str
    stood: tuple[Stood, ...]


class Trail:
    """Remembers nothing: what reconciling is told when nobody asks."""

    def stand(self, step: str, entries: Iterable[Assertion]) -> None: ...

    def outweighed(self, entry: Assertion, plainer: Sequence[Assertion]) -> None: ...

    def comes_to(self, step: str, interval: Interval) -> None: ...


NOWHERE = Trail()


class Kept(Trail):
    """Remembers all of it. `against`: for what was outweighed, the plainer statements that say otherwise."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self.against: dict[tuple[str, Span], tuple[Stood, ...]] = {}
        self.intervals: list[tuple[str, Interval]] = []

    def stand(self, step: str, entries: Iterable[Assertion]) -> None:
        self.stages.append(Stage(step, tuple(_stood(entry) for entry in entries)))

    def outweighed(self, entry: Assertion, plainer: Sequence[Assertion]) -> None:
        self.against[(entry.document.name, entry.span)] = tuple(_stood(one) for one in plainer)

    def comes_to(self, step: str, interval: Interval) -> None:
        self.intervals.append((step, interval))


def _stood(entry: Assertion) -> Stood:
    return Stood(entry.document.name, entry.span, entry.interval)
