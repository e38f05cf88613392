"""Conversations."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Id, id_of, own_id


class Conversation(Base):
    """About a case, or about the policy alone where `case_id` is None."""

    __tablename__ = "conversations"
    __table_args__ = (Index(None, "user_id", "case_id", "updated"),)

    id: Mapped[str] = own_id()
    user_id: Mapped[str] = id_of("users", index=False)
    case_id: Mapped[str | None] = mapped_column(Id, ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    turns: Mapped[int]
    updated: Mapped[datetime]


class Turn(Base):
    """`record` is what `assistant.dialogue.conversation.to_record` wrote; `places` name the file of each citation."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("conversation_id", "number"),)

    id: Mapped[str] = own_id()
    conversation_id: Mapped[str] = id_of("conversations", index=False)
    number: Mapped[int]
    assessment_id: Mapped[str | None] = mapped_column(Id)
    record: Mapped[dict[str, Any]]
    places: Mapped[list[Any]]
    created: Mapped[datetime]
