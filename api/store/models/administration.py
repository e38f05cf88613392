"""What administrators set, and who people are elsewhere."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Id, id_of, own_id


class Setting(Base):
    """One page of settings by its name, as it is in force; no secret stands here."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[dict[str, Any]]
    revision: Mapped[int]
    updated: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(Id)


class Identity(Base):
    """A person as a provider of single sign-on knows them: its address and its name for them."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = own_id()
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[str] = id_of("users")
    created: Mapped[datetime]
    last_used: Mapped[datetime]
