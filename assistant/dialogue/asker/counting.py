"""Whether words beside a figure say that it does not count: the policy folder's for the fact, and those that say so of
anything."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.questions.dialogue_patterns import pattern, says
from ingestion.facts.schema import FactSpec
from ingestion.names import gazetteer
from ingestion.names.gazetteer import Origin
from ingestion.policies.policy import Policy

_CAPITALS = re.compile(r"(?<![a-z])[a-z](?=[a-z]{3})")   # places are known by their capitals
_WHETHER = re.compile(r"([\u4e00-\u9fff])[不没]\1")     # 算不算 says nothing of what counts


def not_counting(said: str, fact: str, policy: Policy) -> tuple[bool, str]:
    """Whether words beside a figure say that it does not count, and the reason's code where the policy has one."""
    spec, book = policy.facts.facts[fact], policy.facts
    said = _CAPITALS.sub(lambda match: match[0].upper(), _kept().sub(" ", _WHETHER.sub(" ", said)))
    for code, found in _rejected(spec, policy, said):
        if found:
            return True, code
    if _of_elsewhere(spec, said, book.home.names):
        return True, "direction" if spec.home_only else "domestic"
    if spec.subtract and book.pattern(spec.subtract).search(said):
        return True, ""
    if spec.kind == "money" and book.pattern(spec.not_spent).search(said) and not book.pattern(spec.spent).search(said):
        return True, "not_spent"
    return lost(said), ""


def lost(said: str) -> bool:
    """Whether words say of anything that one has it no longer, not yet, or not as one's own."""
    said = _kept().sub(" ", said)
    return any(says("roles", name, said) for name in ("leaves", "unrealised", "not_theirs"))


@cache
def _kept() -> re.Pattern[str]:
    """A loss that is denied: 都没到期, 一户也没搬走."""
    negated, leaves = pattern("roles", "negated").pattern, pattern("roles", "leaves").pattern
    return re.compile(rf"(?:{negated})[^，,。；;]{{0,2}}?(?:{leaves})", re.IGNORECASE)


def _rejected(spec: FactSpec, policy: Policy, said: str) -> Iterator[tuple[str, bool]]:
    for reject in spec.listing.reject if spec.listing else ():
        keep = reject.keep and policy.facts.pattern(reject.keep).search(said)
        if reject.words and not reject.unknown and not keep:
            yield reject.reason, policy.facts.pattern(reject.words).search(said) is not None


def _of_elsewhere(spec: FactSpec, said: str, home: Sequence[str]) -> bool:
    """Whether a place of the mainland is named beside a figure of things that must come from abroad, or, for what
    must come home, another place than home."""
    if spec.listing is None or not any(one.origin == "foreign" for one in spec.listing.require):
        return False
    places = [one for one in gazetteer.scan(said) if one.origin is Origin.DOMESTIC]
    named = [said[one.start:one.end].lower() for one in places]
    return bool(places) and not (spec.home_only and any(
        one in name.lower() or name.lower() in one for one in named for name in home))
