"""Versions of the policy, trials of them, questions as policy staff see them, answers that a person approved."""
from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Digest, Id, id_of, own_id


class PolicyVersion(Base):
    """A policy folder by the digest under which its files are kept. `base_digest` is the one it was held against.

    `proposed_*` and `published_*` are two persons, and of this very digest: a change of the files takes them away.
    """

    __tablename__ = "policy_versions"
    __table_args__ = (Index(None, "state", "published"), Index(None, "created", "id"))

    id: Mapped[str] = own_id()
    digest: Mapped[str] = mapped_column(Digest)
    base_digest: Mapped[str] = mapped_column(Digest)
    version: Mapped[str] = mapped_column(String(50))
    state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    problems: Mapped[int]
    created: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Id)
    changed: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(Id)
    proposed: Mapped[datetime | None]
    proposed_by: Mapped[str | None] = mapped_column(Id)
    published: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(Id)


class PolicyTrial(Base):
    """The rules of one version over the facts of stored assessments. `content` is what it found, compressed."""

    __tablename__ = "policy_trials"
    __table_args__ = (Index(None, "version_id", "started"),)

    id: Mapped[str] = own_id()
    version_id: Mapped[str] = id_of("policy_versions", index=False)
    digest: Mapped[str] = mapped_column(Digest)
    base_digest: Mapped[str] = mapped_column(Digest)
    requested_by: Mapped[str] = mapped_column(Id)
    state: Mapped[str] = mapped_column(String(20))
    done: Mapped[int]
    total: Mapped[int]
    flipped: Mapped[int]
    started: Mapped[datetime]
    updated: Mapped[datetime]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class Asked(Base):
    """One turn as policy staff count it; it goes when its conversation goes. `same` groups questions that are one.

    `about_policy` is false for a question about a case, whose words stay with the case.
    """

    __tablename__ = "asked"
    __table_args__ = (Index(None, "about_policy", "wanting", "same"), Index(None, "same"))

    turn_id: Mapped[str] = mapped_column(Id, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    same: Mapped[str] = mapped_column(Digest)
    about_policy: Mapped[bool]
    unanswered: Mapped[bool]
    down: Mapped[int]
    up: Mapped[int]
    wanting: Mapped[bool]       # needs somebody's answer: nothing was found, or somebody said it was no good
    at: Mapped[datetime]


class AskedClause(Base):
    """A clause that the answer of a turn cites."""

    __tablename__ = "asked_clauses"

    turn_id: Mapped[str] = mapped_column(Id, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    ref: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class Thumb(Base):
    """What somebody thought of an answer that they got."""

    __tablename__ = "thumbs"

    turn_id: Mapped[str] = mapped_column(Id, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    up: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ApprovedAnswer(Base):
    """What a member of staff answers to a question, resting on a clause whose words had this digest."""

    __tablename__ = "approved_answers"
    __table_args__ = (Index(None, "same", "retired"), Index(None, "created", "id"))

    id: Mapped[str] = own_id()
    question: Mapped[str] = mapped_column(Text)
    same: Mapped[str] = mapped_column(Digest)
    language: Mapped[str] = mapped_column(String(2))
    answer: Mapped[str] = mapped_column(Text)
    ref: Mapped[str] = mapped_column(String(40))
    quote: Mapped[str] = mapped_column(Text)
    clause_sha256: Mapped[str] = mapped_column(Digest)
    policy_version: Mapped[str] = mapped_column(String(50))
    created: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Id)
    retired: Mapped[datetime | None]
    retired_by: Mapped[str | None] = mapped_column(Id)
    retired_why: Mapped[str] = mapped_column(String(20))
