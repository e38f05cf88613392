"""The tools as a language model calls them: by name, with arguments that code checks; each call once, eight in all."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from assistant.agent.material import Material
from assistant.dialogue.asker.roles import Role
from assistant.dialogue.results import Result
from assistant.dialogue.tools import Labelled, Tools
from assistant.wording.texts import load
from ingestion.domain import Call, CriterionKind, Outcome
from ingestion.policies.policy import Policy

MOST_CALLS = 8
MOST_MISTAKES = 8    # calls that were refused and told why; they are not among the eight
LONGEST = 400       # characters of an argument
_TEXTS = Path(__file__).parent.parent / "language" / "tools.yaml"
Schema = dict[str, Any]


class Spec(Struct, frozen=True):
    """A tool as it is offered."""

    name: str
    description: str
    parameters: Schema


class Toolbox(Struct):
    """The tools of one turn, for whoever calls them; nothing here knows a model or a framework."""

    tools: Tools
    material: Material
    policy: Policy
    language: str
    base_type: str = ""
    step: Callable[[str], None] = lambda _: None
    calls: list[Call] = field(default_factory=list)

    def specs(self) -> list[Spec]:
        """The tools that are there: those of a case only with one."""
        made = _policy_specs(self.policy, self.language, self.base_type)
        return made + (_case_specs(self.policy, self.language, self.base_type) if self.base_type else [])

    @property
    def spent(self) -> bool:
        made = sum(1 for one in self.calls if one.result)
        return made >= MOST_CALLS or len(self.calls) - made >= MOST_MISTAKES

    def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """What the model is told; a call that was made before is answered from memory."""
        key = json.dumps(dict(arguments), ensure_ascii=False, sort_keys=True, default=str)
        known = next((one for one in self.calls if one.tool == name and one.arguments == key), None)
        if known is not None:
            return known.told
        if self.spent:
            return _text("spent", self.language)
        if name not in {one.name for one in self.specs()}:
            return self._record(name, key, Result(name, error=f"unknown tool {name!r}"))
        step = self._step(name, arguments)
        self.step(step)
        result = self._result(name, {key: self._back(one) for key, one in arguments.items()})
        return self._record(name, key, result, step)

    def _result(self, name: str, given: Mapping[str, Any]) -> Result:
        """Runs a tool; arguments of another shape are the model's mistake and are said to it."""
        try:
            return _RUN[name](self.tools, given)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return Result(name, error=f"the arguments cannot be used: {type(error).__name__} {error}"[:200])

    def _record(self, name: str, arguments: str, result: Result, step: str = "") -> str:
        told = self.material.add(result)
        number = "" if result.error else list(self.material.given)[-1]
        self.calls.append(Call(name, arguments, number, told, step))
        return told

    def _back(self, value: Any) -> Any:
        """Arguments with names and identifiers back, and none of them long."""
        if isinstance(value, str):
            return self.material.back(value)[:LONGEST]
        if isinstance(value, Mapping):
            return {str(key): self._back(one) for key, one in list(value.items())[:LONGEST]}
        return [self._back(one) for one in value[:20]] if isinstance(value, list) else value

    def _step(self, name: str, given: Mapping[str, Any]) -> str:
        """What is shown while the tool works: fixed words with the policy's own names."""
        texts = load(_TEXTS)["steps"][name]
        fact = self.policy.facts.facts.get(str(given.get("fact", "")))
        criterion = next((one for one in self.policy.criteria if one.id == given.get("criterion")), None)
        ref = str(given.get("ref", ""))
        known = ref if any(ref == one.ref or any(ref == item.ref for item in one.items)
                           for one in self.policy.articles) else ""
        english = self.language == "en"
        values = {"fact": "" if fact is None else fact.label_en if english else fact.label, "ref": known,
                  "criterion": "" if criterion is None else criterion.label_en if english else criterion.label}
        return str(texts[self.language]).format(**values)


def _strings(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError("a list of strings is needed")
    return value


def _labels(value: object) -> list[Labelled]:
    if not isinstance(value, list):
        raise TypeError("terms is a list")
    return [Labelled(str(one["span"]), str(one["role"])) for one in value]


def _changes(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise TypeError("changes is a list of objects")
    return value


_RUN: Mapping[str, Callable[[Tools, Mapping[str, Any]], Result]] = {
    "policy_lookup": lambda tools, given: tools.policy_lookup(str(given["ref"])),
    "policy_search": lambda tools, given: tools.policy_search(str(given["query"]), str(given.get("base_type") or "")),
    "compare": lambda tools, given: tools.compare(str(given["criterion"]), _labels(given["terms"])),
    "findings": lambda tools, given: tools.findings(str(given.get("criterion") or ""), str(given.get("outcome") or "")),
    "facts": lambda tools, given: tools.facts(_strings(given["keys"])),
    "rows": lambda tools, given: tools.rows(
        str(given.get("fact") or ""), str(given.get("counted") or "all"), query=str(given.get("query") or ""),
        page=max(1, int(given.get("page") or 1))),
    "recompute": lambda tools, given: tools.recompute(
        _changes(given["changes"]), whole=bool(given.get("whole"))),
    "documents_search": lambda tools, given: tools.documents_search(str(given["query"])),
    "compare_types": lambda tools, given: tools.compare_types(_strings(given["types"])),
}


# What is offered ------------------------------------------------------------------------------------------------------

def _policy_specs(policy: Policy, language: str, base_type: str) -> list[Spec]:
    """The tools that look into the policy."""
    types = [one.id for one in policy.base_types]
    criteria = [one.id for one in _criteria(policy, base_type)
                if one.kind in (CriterionKind.COUNT, CriterionKind.PLURAL)]
    roles = [one.value for one in Role]
    say = _Words(policy, language, base_type)
    term = _object({"span": {"type": "string", "description": say("compare.span")},
                    "role": {"type": "string", "enum": roles, "description": say("compare.role")}}, "span", "role")
    return [
        say.spec("policy_lookup", {"ref": {"type": "string"}}, "ref"),
        say.spec("policy_search", {"query": {"type": "string"}, "base_type": {"type": "string", "enum": types}},
                 "query"),
        say.spec("compare", {"criterion": {"type": "string", "enum": criteria},
                             "terms": {"type": "array", "items": term}}, "criterion", "terms"),
    ]


def _case_specs(policy: Policy, language: str, base_type: str) -> list[Spec]:
    """The tools that look into the application."""
    say = _Words(policy, language, base_type)
    facts = list(dict.fromkeys(key for one in _criteria(policy, base_type) for key in (*one.facts, *one.related)))
    fact = {"type": "string", "enum": facts}
    criteria = [one.id for one in _criteria(policy, base_type)]
    change = _object({
        "kind": {"type": "string", "enum": ["add", "remove", "value", "rate", "window"],
                 "description": say("recompute.kind")},
        "fact": {**fact, "description": say("recompute.fact")}, "amount": {"type": "integer"},
        "rate": {"type": "number"}, "from": {"type": "string"}, "to": {"type": "string"}}, "kind")
    return [
        say.spec("findings", {"criterion": {"type": "string", "enum": criteria},
                              "outcome": {"type": "string", "enum": [one.value for one in Outcome]}}),
        say.spec("facts", {"keys": {"type": "array", "items": fact}}, "keys"),
        say.spec("rows", {"fact": fact, "counted": {"type": "string", "enum": ["yes", "no", "all"]},
                          "query": {"type": "string"}, "page": {"type": "integer"}}),
        say.spec("recompute", {"changes": {"type": "array", "items": change}, "whole": {"type": "boolean"}}, "changes"),
        say.spec("documents_search", {"query": {"type": "string"}}, "query"),
        say.spec("compare_types", {"types": {"type": "array", "items": {
            "type": "string", "enum": [one.id for one in policy.base_types]}}}, "types"),
    ]


def _criteria(policy: Policy, base_type: str) -> Sequence[Any]:
    return policy.criteria_for(base_type) if base_type else policy.criteria


def _object(properties: Schema, *required: str) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


class _Words:
    """The descriptions of tools in one language, with the policy's names in them."""

    def __init__(self, policy: Policy, language: str, base_type: str) -> None:
        """Lists of types, criteria and facts with their names, for the descriptions of tools."""
        self._language = language
        english = language == "en"
        facts = dict.fromkeys(key for one in _criteria(policy, base_type) for key in (*one.facts, *one.related))
        specs = [(key, policy.facts.facts[key]) for key in facts if key in policy.facts.facts]
        join = "; ".join if english else "；".join
        self._values = {
            "types": join(f"{one.id} {one.label_en if english else one.label}" for one in policy.base_types),
            "criteria": join(f"{one.id} {one.label_en if english else one.label}"
                             for one in _criteria(policy, base_type)),
            "facts": join(f"{key} {one.label_en if english else one.label}" for key, one in specs)}

    def __call__(self, name: str) -> str:
        return _text(name, self._language).format(**self._values)

    def spec(self, name: str, properties: Schema, *required: str) -> Spec:
        texts = load(_TEXTS)[name]
        told = {key: {**one, "description": self(f"{name}.{key}")} if key in texts else one
                for key, one in properties.items()}
        return Spec(name, self(name), _object(told, *required))


@cache
def _text(name: str, language: str) -> str:
    found: Any = load(_TEXTS)
    for key in name.split("."):
        found = found[key]
    return str(found[language])
