"""Messages are written in the transaction of the change that they tell of, so that neither is without the other."""
from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.service.context import new_id, now
from api.service.records import JobState
from api.service.webhooks.webhook_records import Kind, State
from api.store.models import Assessment, Delivery, Webhook

OVER = {JobState.DONE: Kind.FINISHED, JobState.FAILED: Kind.FAILED}


def note(session: Session, case_id: str, event: str, data: Mapping[str, Any]) -> None:
    """An event of a case, as `Events.publish` has it: a message to every webhook that wants its kind."""
    if event == "job" and data.get("state") in OVER:
        kind, told = OVER[JobState(data["state"])], _assessment(session, data)
    elif event == "review" and data.get("status"):
        kind, told = Kind.REVIEW, {"status": str(data["status"]), "round": data.get("round")}
    else:
        return
    wanting = session.scalars(select(Webhook).where(Webhook.active)).all()
    for hook in wanting:
        if kind in hook.kinds:
            add(session, hook.id, kind, {"case_id": case_id, **told})


def add(session: Session, webhook_id: str, kind: Kind, data: Mapping[str, Any]) -> Delivery:
    """One message. It holds ids and outcomes, no text of an applicant's: who may read more asks with its token."""
    at = now()
    body = json.dumps({"type": kind.value, "timestamp": at.astimezone(UTC).isoformat(), "data": dict(data)},
                      ensure_ascii=False, separators=(",", ":"))
    made = Delivery(id=new_id(), webhook_id=webhook_id, kind=kind, body=body, state=State.WAITING, attempts=0, due=at,
                    leased=None, created=at, ended=None, status=0, problem="")
    session.add(made)
    return made


def _assessment(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    row = session.get(Assessment, data["assessment_id"]) if data.get("assessment_id") else None
    if row is None:
        return {"job_id": data["id"]}
    return {"job_id": data["id"], "assessment_id": row.id, "number": row.number, "base_type": row.base_type,
            "overall": row.overall, "policy_version": row.policy_version}


def later(at: datetime, schedule: tuple[float, ...], attempts: int, jitter: float) -> datetime | None:
    """When to try again after so many attempts; None after the last. `jitter` from 0 to 1 spreads the tries."""
    if attempts > len(schedule):
        return None
    return at + timedelta(seconds=schedule[attempts - 1] * (1 + 0.2 * jitter))
