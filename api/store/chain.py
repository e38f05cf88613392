"""The audit's chain: each row is hashed over the one before, in the transaction of what it tells.

Rows wait until the transaction commits: only then is the chain's end taken (PostgreSQL: under a lock that ends with the
transaction; SQLite: its writer is alone anyway), so that writers wait for each other as shortly as can be.
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.store.models import Audit

START = "0" * 64       # what the first row is hashed over
LOCK = 5001            # for pg_advisory_xact_lock
_WAITING = "guohe_audit"


def add(session: Session, row: Audit) -> None:
    """Have the row written when the session commits."""
    session.info.setdefault(_WAITING, []).append(row)


def close(session: Session) -> None:
    """Before a commit: put the waiting rows at the end of the chain."""
    waiting: list[Audit] = session.info.pop(_WAITING, [])
    if not waiting:
        return
    session.flush()
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock(:what)"), {"what": LOCK})
    previous = session.scalar(select(Audit.hash).order_by(Audit.id.desc()).limit(1)) or START
    for row in waiting:
        row.previous = previous
        row.hash = previous = digest(row)
        session.add(row)
        session.flush()  # one at a time: their numbers run as the chain does


def digest(row: Audit) -> str:
    """The hash of a row over all that it says and the hash of the row before."""
    said: Mapping[str, Any] = {
        "previous": row.previous, "at": _moment(row.at), "actor": row.actor_id, "role": str(row.role),
        "action": row.action, "kind": row.object_kind, "object": row.object_id, "before": row.before,
        "after": row.after, "reason": row.reason, "detail": row.detail}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
                          ).hexdigest()


def plain(value: Any) -> Any:
    """A value that comes back from either database as it went in: no fractions, no keys but texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    if value is None or isinstance(value, (bool, int)):
        return value
    return str(value).replace("\0", "")


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")
