"""待核对: what two readers leave to a person, with both figures and both evidences."""
from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from assistant.second_reader.agreement import to_check
from ingestion.domain import Agreement, Assessment, Fact, SecondFact, SecondReading


class Both(Struct, frozen=True):
    """A fact as each reader has it; None where it found nothing. `verified`: code verified what the second says."""

    key: str
    agreement: Agreement
    first: Fact | None
    second: SecondFact | None
    verified: bool

    @property
    def to_check(self) -> bool:
        return to_check(self.second, self.agreement)


def both(reading: SecondReading) -> dict[str, Both]:
    """Every fact that a reader found, in the order it was asked."""
    return {key: Both(key, lie, reading.first.get(key), reading.facts.get(key), verified(reading, key))
            for key, lie in reading.agreement.items()}


def verified(reading: SecondReading, key: str) -> bool:
    """Whether code verified what the second reader says of a fact, also that there is nothing."""
    own = reading.facts.get(key)
    return own.verified if own is not None else key in reading.nothing


def first_facts(assessment: Assessment) -> Mapping[str, Fact]:
    """The facts that the first reader alone has."""
    reading = assessment.second
    if reading is None:
        return assessment.facts
    return {key: fact for key, fact in assessment.facts.items() if key not in reading.agreement} | reading.first
