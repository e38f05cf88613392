"""What persons are told, what each of them wants to be told, and what is sent outside for it."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Id, id_of, own_id


def _case() -> Mapped[str | None]:
    return mapped_column(Id, ForeignKey("cases.id", ondelete="CASCADE"), index=True)


class Notice(Base):
    """Something that one person is told. `detail` has ids, numbers and days, nothing of an application.

    `shown` where it stands in their list; `mark` is what is told of once only, such as a deadline that comes near.
    """

    __tablename__ = "notices"
    __table_args__ = (Index(None, "user_id", "created", "id"), Index(None, "user_id", "shown", "read"))

    id: Mapped[str] = own_id()
    user_id: Mapped[str] = id_of("users", index=False)
    kind: Mapped[str] = mapped_column(String(20))
    case_id: Mapped[str | None] = _case()
    detail: Mapped[dict[str, Any]]
    created: Mapped[datetime]
    shown: Mapped[bool]
    read: Mapped[datetime | None]
    mark: Mapped[str | None] = mapped_column(String(120), unique=True)


class NoticeChoice(Base):
    """What a person wants to be told in the page and by mail; who never chose has none."""

    __tablename__ = "notice_choices"

    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    page: Mapped[list[Any]]
    mail: Mapped[list[Any]]
    digest: Mapped[bool]


class Dispatch(Base):
    """Something to be sent outside, written with the change that it tells of: a mail to a person, or a message to a
    group's robot (no person). `due` is when to try next; a process that tries has it to itself until `leased`.
    """

    __tablename__ = "dispatches"
    __table_args__ = (Index(None, "way", "state", "due"), Index(None, "created", "id"))

    id: Mapped[str] = own_id()
    way: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[str | None] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[str | None] = _case()
    kind: Mapped[str] = mapped_column(String(20))
    detail: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    due: Mapped[datetime]
    leased: Mapped[datetime | None]
    created: Mapped[datetime]
    ended: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(200))
