"""Where other programs want to hear of changes, and what they were told."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Id, id_of, own_id


class Webhook(Base):
    """`generation` counts its secrets, which are made from the installation's own and stand nowhere."""

    __tablename__ = "webhooks"

    id: Mapped[str] = own_id()
    url: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String(200))
    kinds: Mapped[list[Any]]
    active: Mapped[bool]
    generation: Mapped[int]
    created: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Id)


class Delivery(Base):
    """A message to one webhook, written with the change that it tells of. `body` is sent as it stands.

    `due` is when to try next; a process that tries has it to itself until `leased`.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "state", "due"), Index(None, "webhook_id", "created", "id"))

    id: Mapped[str] = own_id()
    webhook_id: Mapped[str] = id_of("webhooks", index=False)
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    due: Mapped[datetime]
    leased: Mapped[datetime | None]
    created: Mapped[datetime]
    ended: Mapped[datetime | None]
    status: Mapped[int]      # of the last answer, 0 without one
    problem: Mapped[str] = mapped_column(String(200))
