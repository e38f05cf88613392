"""Instructions in documents, and a model that obeys them."""
from __future__ import annotations

from tests.assistant.answering import test_injection as suite
from tests.long.goals import Figure, Outcome


def run(count: int) -> Outcome:
    """The first `count` of the carriers; there are 780."""
    model = suite.Obedient()
    tried = list(suite.carriers(1))[:count]
    changed = [f"{place}: {text}" for place, text in tried if suite.changes(place, text, model)]
    seen = sum(any(suite.sees(text, request) for text in suite.TEXTS) for request in model.requests)
    return Outcome(len(tried), (
        Figure("改变了的", "changed", str(len(changed))),
        Figure("模型被问", "times the model was asked", f"{len(model.requests):,}"),
        Figure("其中见到指令的", "of them with an instruction before it", str(seen))), tuple(changed))
