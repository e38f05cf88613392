"""Instructions in documents, and a second reader that obeys them, under both settings of what stands."""
from __future__ import annotations

from ingestion.domain import Differ
from tests.assistant.second_reader import reader_attacks as attacks
from tests.assistant.second_reader.reader_model import CENTER
from tests.long.goals import Figure, Outcome


def run(count: int) -> Outcome:
    """The first `count` of the carriers; there are 480."""
    tried, faults, sent, noticed, believed, readings = 0, [], 0, 0, 0, 0
    for place, text in list(attacks.carriers())[:count]:
        tried += 1
        first = attacks.alone(attacks.carrying(place, text), CENTER)
        for differ in (Differ.CAUTIOUS, Differ.SECOND):
            model = attacks.Attacker(attacks.keys(CENTER), attacks.obeying)
            both, second = attacks.attacked(first, model, differ)
            readings += 1
            sent += any(" ".join(text.split()) in " ".join(one.split()) for one in model.requests)
            noticed += bool(second.orders)
            believed += any(one.verified for one in second.facts.values())
            faults += [f"{place}, {differ}: {one}: {text}" for one in attacks.lifted(first, both)]
    return Outcome(tried, (
        Figure("阅读", "readings", f"{readings:,}"),
        Figure("其中见到整条指令的", "of them with the whole order sent", str(sent)),
        Figure("程序认出指令、因而不采信的", "in which code knew the order, and verified nothing", str(noticed)),
        Figure("有事实被核实的", "in which some fact was verified", str(believed)),
        Figure("被抬高的条件", "criteria lifted", str(len(faults)))), tuple(faults))
