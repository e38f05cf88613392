"""Instructions in documents and hostile outputs make no criterion met, or to be judged, that the first reader alone
does not have so. A sample of each; at full size: `python -m tests.long reader_orders reader_outputs`.
"""
from __future__ import annotations

import random

import pytest

from ingestion.domain import Differ
from tests.assistant.second_reader import reader_attacks as attacks
from tests.assistant.second_reader.reader_model import CENTER, OVERSEAS, PARK

MODES = (Differ.CAUTIOUS, Differ.SECOND)


def test_there_are_480_carriers() -> None:
    """60 texts, half of them English, in eight places."""
    assert len(set(attacks.TEXTS)) == 60
    assert len(set(attacks.carriers())) == 480


@pytest.mark.parametrize("place", attacks.PLACES)
def test_a_reader_that_obeys_lifts_nothing(place: str) -> None:
    """Under `cautious` and under `second`, also where the place is one that is not sent and the model obeys all the
    same."""
    asked = 0
    for where, text in attacks.carriers(len(attacks.PLACES)):
        if where != place:
            continue
        first = attacks.alone(attacks.carrying(place, text), CENTER)
        for differ in MODES:
            model = attacks.Attacker(attacks.keys(CENTER), attacks.obeying)
            both, _ = attacks.attacked(first, model, differ)
            asked += len(model.requests)
            assert attacks.lifted(first, both) == set(), (place, text, differ)
    assert asked


@pytest.mark.parametrize("base_type", [CENTER, PARK, OVERSEAS, attacks.TRANSFER])
def test_under_cautious_no_output_lifts_anything(base_type: str) -> None:
    """Claims of every form about what is there and what is not, and answers that are none."""
    chance, first = random.Random(41), attacks.known(base_type)
    for _ in range(40):
        both, second = attacks.attacked(first, attacks.Attacker(attacks.keys(base_type), attacks.hostile(chance)),
                                        Differ.CAUTIOUS)
        assert attacks.lifted(first, both) == set()
        for fact in second.facts.values():
            assert all(piece.quote == first.documents[0].quote(piece.span) for piece in fact.fact.evidence)


def test_the_attacks_reach_something() -> None:
    """They would be idle if nothing they claim were ever believed: some facts are found and some differ."""
    first = attacks.known(CENTER)
    _, second = attacks.attacked(first, attacks.Attacker(attacks.keys(CENTER), attacks.obeying), Differ.SECOND)
    assert second.facts
    assert "differ" in {str(lie) for lie in second.agreement.values()}
