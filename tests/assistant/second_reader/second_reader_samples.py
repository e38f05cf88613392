"""An installation where a language model reads as well, over real HTTP, and says what it is told to."""
from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.service.administration.stored_settings import ModelSettings, ReadingSettings
from api.service.records import Role
from assistant.second_reader.exam.examined import Course, Examined, policy_hash, prompts_hash
from ingestion.domain import Differ
from tests.support.model_server import Behaviour, Endpoint, Handler, saying, serving
from tests.support.web_samples import Installation, installation

MODEL = "a-strong-reader"
HERE = {"GUOHE_WEBHOOK_NETWORKS": "127.0.0.0/8"}   # where the tests' model is
PLACE = re.compile(r"^\[(D[\w.]+)\] (.*)$", re.MULTILINE)
CLAIMED = re.compile(r'"places": \["(D[\w.]+)"\], "quote": "([^"]+)"')   # in a request that joins parts
Said = Mapping[str, Any]   # fact: (low, high, quote, value) or None


def answer(request: Mapping[str, Any], facts: Said) -> str:
    """An answer that names the place of each quote as the request numbers it."""
    text = request["messages"][1]["content"]
    made: dict[str, Any] = {}
    for key, one in facts.items():
        if one is None:
            made[key] = {"interval": None, "conflict": False, "claims": []}
            continue
        low, high, quote, value, *more = one
        place = next((name for name, line in PLACE.findall(text) if quote in line), "") or next(
            found[1] for found in CLAIMED.finditer(text) if quote in found[2])
        claim = {"role": "statement" if value in {True, False} and isinstance(value, bool) else "total",
                 "places": [place], "quote": quote, "value": value, "counts": "yes", "group": "a",
                 **(more[0] if more else {})}
        made[key] = {"interval": {"low": low, "high": high}, "conflict": False, "claims": [claim]}
    return json.dumps({"facts": made}, ensure_ascii=False)


def reader(facts: Said | Callable[[Mapping[str, Any]], str]) -> Behaviour:
    """Reads so; where a figure is not in the documents that it gets, it says nothing of it."""
    def behave(handler: Handler) -> None:
        request = handler.endpoint.requests[-1]
        if callable(facts):
            saying(facts(request))(handler)
            return
        text = request["messages"][1]["content"]
        saying(answer(request, {key: one for key, one in facts.items() if one is None or one[2] in text}))(handler)
    return behave


def examined(site: Installation, score: float = 0.98, obeyed: int = 0, model: str = MODEL, first: float = 0.9,
             course: Course | None = None) -> None:
    """An exam that was taken for the policy that is in force."""
    policy = policy_hash(site.services.policies.current)
    site.services.second.readying.exams.keep(
        Examined(model, prompts_hash(), score, first, obeyed, datetime.now(UTC), policy_hash=policy,
                 course=course))


def configured(site: Installation, url: str, **settings: Any) -> None:
    """As an administrator would, with a model that has passed its exam."""
    admin, kept = site.client(Role.ADMINISTRATOR).actor, site.services.administration.kept
    kept.put(admin, ModelSettings(False, url, MODEL))
    kept.put(admin, ReadingSettings(**{"enabled": True, "differ": Differ.CAUTIOUS, **settings}))


@contextmanager
def reading(folder: Path, behaviour: Behaviour, **settings: Any) -> Iterator[tuple[Installation, Endpoint]]:
    with serving(behaviour) as endpoint, installation(folder, **HERE) as site:
        configured(site, endpoint.url, **settings)
        examined(site)
        yield site, endpoint
