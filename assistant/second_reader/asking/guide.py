"""`reading.yaml` of a policy folder: what the reader is told of facts and readings, and the words that verify it."""
from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from ingestion import typed_yaml
from ingestion.errors import UsageError
from ingestion.facts.schema import FactSpec
from ingestion.policies.policy import Policy

FILE = "reading.yaml"
Kind = Literal["count", "money", "yes_no"]
Time = Literal["window", "state", "open"]


class FactGuide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fact; the file's head says what each field is."""

    counts: str
    about: list[str]
    aspects: list[list[str]] = []
    fails: list[str] = []
    denies: bool = False
    watch: list[str] = []
    upper: list[str] = []
    rank: list[str] = []
    period: Literal["", "window", "running"] = ""
    begun: bool = False
    code: bool = False


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a wording is read, for the facts of these `kinds` and `times`, or for these `facts`; empty: for all."""

    text: str
    facts: list[str] = []
    kinds: list[Kind] = []
    times: list[Time] = []

    def concerns(self, key: str, spec: FactSpec) -> bool:
        return (not self.facts or key in self.facts) and (not self.kinds or spec.kind in self.kinds) and (
            not self.times or spec.time in self.times)


class Guide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    facts: dict[str, FactGuide]
    readings: list[Reading]
    reasons: dict[str, str]


def of(policy: Policy) -> Guide:
    """The guide of a policy; UsageError where its folder has none."""
    return _load(policy.root / FILE, policy.title)


def keys(policy: Policy, base_type: str) -> tuple[str, ...]:
    """The facts that a reader is asked for: those that the base type's criteria are checked by."""
    asked = {key for criterion in policy.criteria_for(base_type) for key in criterion.facts}
    known = of(policy).facts
    return tuple(key for key in policy.facts.facts if key in asked and key in known)


@lru_cache(maxsize=8)
def _load(path: Path, title: str) -> Guide:
    if not path.is_file():
        raise UsageError(f"the policy {title!r} has no {FILE}, so no model can read for it; add one.",
                         f"政策“{title}”没有 {FILE}，模型无法作为第二读者；请补充该文件。")
    return typed_yaml.decode(typed_yaml.read(path), Guide, path)
