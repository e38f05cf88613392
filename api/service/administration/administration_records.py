"""What the services of administration give to pages and routes: frozen records, as in `api.service.records`."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One row of the audit. `actor_name` is the name that its person has today, "" for one who is gone."""

    id: int
    at: datetime
    actor_id: str
    actor_name: str
    role: str
    action: str
    object_kind: str
    object_id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str
    detail: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is empty or None does not restrict. `since` is in, `until` is not."""

    actor: str = ""          # an id, or an e-mail address
    action: str = ""
    kind: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the chain is whole. `broken` is the number of the first row that is not as it was written.

    `head` is the hash of the last row: kept elsewhere, it shows later that no row was taken off the end.
    """

    rows: int
    head: str
    broken: int | None = None
    problem: str = ""        # "changed": its content · "unlinked": rows before it are gone or others stand there
