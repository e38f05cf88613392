"""What is told and to whom, as services give it."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    FINISHED = "assessment.finished"
    FAILED = "assessment.failed"
    REVIEW = "review.status"
    PING = "ping"            # a trial, at an administrator's wish


SUBSCRIBED = (Kind.FINISHED, Kind.FAILED, Kind.REVIEW)


class State(StrEnum):
    WAITING = "waiting"      # to be tried at `due`
    DELIVERED = "delivered"
    FAILED = "failed"        # given up after the last attempt
    DROPPED = "dropped"      # its webhook was switched off


@dataclass(frozen=True, slots=True)
class WebhookView:
    """`secret` only when it is made: with the webhook, or anew."""

    id: str
    url: str
    note: str
    kinds: tuple[Kind, ...]
    active: bool
    created: datetime
    secret: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """`status` is that of the last HTTP answer, 0 without one; `problem` says what went wrong in a word or two."""

    id: str
    webhook_id: str
    kind: Kind
    state: State
    attempts: int
    created: datetime
    due: datetime | None
    ended: datetime | None
    status: int
    problem: str
