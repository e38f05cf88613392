"""Hostile outputs of a second reader, under `cautious`, for the application of each base type in turn."""
from __future__ import annotations

import random

from ingestion.domain import Differ
from tests.assistant.second_reader import reader_attacks as attacks
from tests.assistant.second_reader.reader_model import CENTER, OVERSEAS, PARK
from tests.long.goals import Figure, Outcome

TYPES = (CENTER, PARK, OVERSEAS, attacks.TRANSFER)


def run(count: int) -> Outcome:
    chance, faults, unusable, dropped, found, differ = random.Random(count), [], 0, 0, 0, 0
    for number in range(count):
        first = attacks.known(TYPES[number % len(TYPES)])
        model = attacks.Attacker(attacks.keys(first.base_type), attacks.hostile(chance))
        both, second = attacks.attacked(first, model, Differ.CAUTIOUS)
        unusable += bool(second.error)
        dropped += len(second.dropped)
        found += len(second.facts)
        differ += sum(lie == "differ" for lie in second.agreement.values())
        faults += [f"output {number}: {one} lifted" for one in attacks.lifted(first, both)]
        faults += [f"output {number}: {piece.quote!r} is not in the document" for one in second.facts.values()
                   for piece in one.fact.evidence if first.documents[0].quote(piece.span) != piece.quote]
    return Outcome(count, (
        Figure("没有可用回答的", "without a usable answer", str(unusable)),
        Figure("剔除的论断", "claims dropped", f"{dropped:,}"),
        Figure("留下的事实", "facts that were left", f"{found:,}"),
        Figure("其中与第一读者不同的", "of them other than the first reader's", f"{differ:,}"),
        Figure("被抬高的条件、不在原文的引文", "criteria lifted, quotes not in the document", str(len(faults)))),
        tuple(faults))
