"""What is told, to whom and how, as services give it."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    SUBMITTED = "submitted"
    TAKEN_UP = "taken_up"
    RETURNED = "returned"        # with a deadline, where there is one
    NEAR = "near"                # a deadline
    RESUBMITTED = "resubmitted"
    DECIDED = "decided"
    PUBLISHED = "published"      # a version of the policy
    TRIAL = "trial"              # at an administrator's wish


CHOSEN = tuple(one for one in Kind if one is not Kind.TRIAL)
OFFICE = frozenset({Kind.SUBMITTED, Kind.RESUBMITTED})    # what reviewers alone are told
BY_MAIL = (Kind.RETURNED, Kind.NEAR, Kind.DECIDED)    # of whoever never chose


class Way(StrEnum):
    MAIL = "mail"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"




class State(StrEnum):
    WAITING = "waiting"      # to be tried at `due`
    DELIVERED = "delivered"
    FAILED = "failed"        # given up after the last attempt; may be sent again
    DROPPED = "dropped"      # nobody is there to get it any more


@dataclass(frozen=True, slots=True)
class NoticeView:
    """`address` is where it leads to, below this host."""

    id: str
    kind: Kind
    text: str
    text_en: str
    address: str
    created: datetime
    read: datetime | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person is told in the page and by mail; with `digest` mail comes once a day."""

    page: tuple[Kind, ...] = CHOSEN
    mail: tuple[Kind, ...] = BY_MAIL
    digest: bool = False


@dataclass(frozen=True, slots=True)
class DispatchView:
    """`to` is a person's name, "" for a robot's group; `problem` says what went wrong, `due` when it is tried again."""

    id: str
    way: Way
    kind: Kind
    to: str
    state: State
    attempts: int
    created: datetime
    due: datetime | None
    ended: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class WayView:
    """`host` is where it goes; "" where the environment names nothing. `problem`: of the last attempt, if that failed.
    """

    way: Way
    host: str
    waiting: int
    failed: int
    problem: str
    due: datetime | None     # when what waits is tried next


@dataclass(frozen=True, slots=True)
class Told:
    """A thing to say, before it is worded."""

    kind: Kind
    case_id: str | None
    detail: Mapping[str, Any]
