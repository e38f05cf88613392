"""What stands in the audit in words: its codes, ids and hashes as people read them, with what is kept beside."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from api.pages.texts import Words, words
from api.service.administration.auditing import PERSONS, SETTING, USER, Say
from assistant.report.labels import Vocabulary
from ingestion.domain import Interval, Outcome, Overall
from ingestion.policies.policy import Policy

SHORT: Final = 12        # characters of a hash that are shown
SHORT_ID: Final = 8
RETENTION: Final = "retention"
_CLAIM = "claim "
REASONS: Final = {RETENTION: "audit.by_retention", "user erased": "audit.by_erasure"}   # that nobody typed
BOUNDS = ("low", "high")
HASHES: Final = ("digest", "base", "sha256", "key", "clause", "reason_sha256", "trial", "assessment", "file",
                 "delivery", "token", "prompts", "intake", "policy")


class Row(Protocol):
    """A row of the audit, from the store or from the service."""

    @property
    def action(self) -> str: ...

    @property
    def object_kind(self) -> str: ...

    @property
    def object_id(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def before(self) -> Mapping[str, Any] | None: ...

    @property
    def after(self) -> Mapping[str, Any] | None: ...

    @property
    def detail(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Pair:
    """`raw` is the value as it is kept, "" where that is what is shown."""

    label: str
    shown: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A row in words; `raw` is everything that it holds beside its hashes, as JSON."""

    action: str
    object: str
    object_name: str
    reason: str
    before: tuple[Pair, ...]
    after: tuple[Pair, ...]
    detail: tuple[Pair, ...]
    raw: str

    @property
    def line(self) -> str:
        """All but action and object in one line."""
        parts = [self.reason, *(f"{one.label} {one.shown}" for one in self.detail)]
        if self.before or self.after:
            parts.append(" → ".join(" ".join(f"{one.label} {one.shown}" for one in side) or "—"
                                    for side in (self.before, self.after)))
        return "; ".join(filter(None, parts))


def rows_said(language: str, policy: Policy) -> Say:
    """For an export: action, object and what was done of each row, in words."""
    def say(rows: Sequence[Row], names: Mapping[str, str]) -> list[tuple[str, ...]]:
        said = AuditWords(words(language), policy, names)
        return [(told.action, " ".join(filter(None, (told.object, told.object_name))), told.line)
                for told in map(said.told, rows)]

    return say


class AuditWords:
    """`names` are those of persons by id; who is gone is shown by id."""

    def __init__(self, said: Words, policy: Policy, names: Mapping[str, str]) -> None:
        """`names` are persons by their ids; each name of a value has a way to say it."""
        self._words, self._names = said, names
        self._vocabulary = Vocabulary(policy, said.language)
        self._kinds: dict[str, Callable[[Any], str]] = {
            **dict.fromkeys(("role", "roles"), lambda one: said.label(f"roles.{one}")),
            **dict.fromkeys(PERSONS, self._person), **dict.fromkeys(HASHES, lambda one: str(one)[:SHORT]),
            "status": lambda one: said.label(f"review.status.{one}"),
            "scopes": lambda one: said.label(f"account.scopes.{one}"),
            "act": lambda one: said.label(f"review.acts.{one}"),
            "changed": lambda one: said.label(f"audit_changed.{one}"),
            "why": lambda one: said.label(f"audit_why.{one}"),
            "differ": lambda one: said.label(f"reading_settings.{one}"),
            **dict.fromkeys(("page", "mail"), lambda one: said.label(f"notices.kinds.{one}")),
            "way": lambda one: said.label(f"notices.ways.{one}"),
            "base_type": lambda one: self._vocabulary.base_type(str(one)), "subject": self._subject,
            "overall": self._outcome, "outcome": self._outcome,
            "files": lambda one: str(one.get("id", ""))[:SHORT_ID] if isinstance(one, Mapping) else str(one),
        }

    def told(self, row: Row) -> Told:
        subject = str(row.detail.get("subject", ""))
        raw = {"action": row.action, "object_kind": row.object_kind, "object_id": row.object_id,
               "reason": row.reason, "before": row.before, "after": row.after, "detail": row.detail}
        return Told(
            self.action(row.action), self._words.label(f"audit_kinds.{row.object_kind}"), self._object(row),
            self._reason(row.reason), self._pairs(row.before, row, subject), self._pairs(row.after, row, subject),
            self._pairs(row.detail, row, subject),
            json.dumps({name: value for name, value in raw.items() if value}, ensure_ascii=False, indent=1,
                       default=dict))

    def action(self, code: str) -> str:
        return self._words.label(f"audit_actions.{code}")

    def kind(self, code: str) -> str:
        return self._words.label(f"audit_kinds.{code}")

    def _object(self, row: Row) -> str:
        if row.object_kind == SETTING:
            return self._words.label(f"audit_settings.{row.object_id}")
        return self._names.get(row.object_id, "") if row.object_kind == USER else ""

    def _reason(self, reason: str) -> str:
        if reason.startswith(_CLAIM):
            return self._words("audit.by_claim", name=reason.removeprefix(_CLAIM))
        return self._words(REASONS[reason]) if reason in REASONS else reason

    def _pairs(self, found: Mapping[str, Any] | None, row: Row, subject: str) -> tuple[Pair, ...]:
        """Name, words and what is kept of each value of a row; two bounds are one figure."""
        values = dict(found or {})
        pairs = []
        if values.keys() >= set(BOUNDS):
            bounds = [values.pop(name) for name in BOUNDS]
            pairs.append(Pair(self._words("audit_details.figure"), self._figure(subject, bounds), _plain(bounds)))
        for name, value in values.items():
            shown = self._days(value) if (row.object_kind, row.object_id) == (SETTING, RETENTION) else \
                self._shown(name, value)
            raw = "" if value is None or isinstance(value, bool) else _plain(value)
            pairs.append(Pair(self._words.label(f"audit_details.{name}"), shown, raw if raw != shown else ""))
        return tuple(pairs)

    def _shown(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return self._words("audit.nothing")
        if isinstance(value, bool):
            return self._words("health.yes" if value else "health.no")
        kind = self._kinds.get(name, str)
        if isinstance(value, Sequence) and not isinstance(value, str):
            between = " → " if name == "overall" else self._words("punctuation.list")
            return between.join(map(kind, value)) or self._words("audit.nothing")
        return kind(value)

    def _days(self, value: Any) -> str:
        return self._words("audit.days", count=value) if value else self._words("audit.for_good")

    def _figure(self, subject: str, bounds: Sequence[Any]) -> str:
        low, high = bounds
        if low is None:
            return self._words("audit.nothing")
        if subject in self._vocabulary.policy.facts.facts:
            return self._vocabulary.interval(subject, Interval(low, high))
        return f"{low}–{high if high is not None else ''}"

    def _subject(self, value: Any) -> str:
        name = str(value)
        return self._vocabulary.fact_label(name) if name in self._vocabulary.policy.facts.facts else \
            self._vocabulary.full(name)

    def _outcome(self, value: Any) -> str:
        known: dict[str, Outcome | Overall] = {
            one.value: one for one in (*Outcome, *Overall)}   # what both have is said in the same words
        return self._vocabulary.say.outcome(known[value]) if value in known else str(value)

    def _person(self, value: Any) -> str:
        return self._names.get(str(value)) or str(value)[:SHORT_ID]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
