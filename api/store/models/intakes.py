"""Rounds of applications: what is handed in between two days for one base type. It holds nothing of an applicant's."""
from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Digest, Id, own_id


class Intake(Base):
    """Which cases belong to it stands in `reviews`. `version_id` is None for the policy that came with the
    installation; `ended` is when it was closed before its last day.
    """

    __tablename__ = "intakes"
    __table_args__ = (Index(None, "base_type", "closes"), Index(None, "opens", "id"))

    id: Mapped[str] = own_id()
    title: Mapped[str] = mapped_column(String(200))
    base_type: Mapped[str] = mapped_column(String(64))
    version_id: Mapped[str | None] = mapped_column(Id, ForeignKey("policy_versions.id"))
    policy_digest: Mapped[str] = mapped_column(Digest)
    policy_version: Mapped[str] = mapped_column(String(50))
    opens: Mapped[date]
    closes: Mapped[date]
    quota: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Id)
    changed: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(Id)
    ended: Mapped[datetime | None]
