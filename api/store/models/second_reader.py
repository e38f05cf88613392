"""The second reader: readings that were asked for, a model's answers about a case, exams, and what was used of it."""
from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Float, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Digest, Id, id_of, own_id


class Reading(Base):
    """A second reading of one assessment that was asked for: a job of its own. `made_id` is what came of it."""

    __tablename__ = "readings"
    __table_args__ = (Index(None, "case_id", "created"), Index(None, "state"))

    id: Mapped[str] = own_id()
    case_id: Mapped[str] = id_of("cases", index=False)
    assessment_id: Mapped[str] = mapped_column(Id)   # of the first reader alone
    requested_by: Mapped[str] = id_of("users", index=False, cascade=False)
    state: Mapped[str] = mapped_column(String(20))
    done: Mapped[int]        # requests answered
    total: Mapped[int]       # foreseen
    created: Mapped[datetime]
    updated: Mapped[datetime]
    attempts: Mapped[int]    # how often it was interrupted
    host: Mapped[str] = mapped_column(String(300))
    model: Mapped[str] = mapped_column(String(200))
    foreseen: Mapped[int] = mapped_column(BigInteger)    # tokens, before it began
    tokens: Mapped[int] = mapped_column(BigInteger)      # of what was asked for it
    seconds: Mapped[float] = mapped_column(Float)
    code: Mapped[str] = mapped_column(String(60))        # of the failure, "" without one
    error: Mapped[str] = mapped_column(Text)
    error_en: Mapped[str] = mapped_column(Text)
    made_id: Mapped[str | None] = mapped_column(Id)


class ReaderAnswer(Base):
    """An answer about a case that could be used, by what was asked of which model, so that nothing is asked twice."""

    __tablename__ = "reader_answers"
    __table_args__ = (UniqueConstraint("case_id", "digest"),)

    id: Mapped[str] = own_id()
    case_id: Mapped[str] = id_of("cases", index=False)
    digest: Mapped[str] = mapped_column(Digest)
    text: Mapped[str] = mapped_column(Text)
    tokens: Mapped[int]
    seconds: Mapped[float] = mapped_column(Float)
    ended: Mapped[str] = mapped_column(String(20))
    created: Mapped[datetime]


class Exam(Base):
    """What a model reached in the reading exam, with the prompts of `prompts_hash` and the policy of `policy_hash`
    ("": it was not kept). `course` is how it went, as JSON ("": it was not kept)."""

    __tablename__ = "exams"
    __table_args__ = (Index(None, "model", "prompts_hash", "policy_hash", "taken"),)

    id: Mapped[str] = own_id()
    model: Mapped[str] = mapped_column(String(200))
    prompts_hash: Mapped[str] = mapped_column(Digest)
    policy_hash: Mapped[str] = mapped_column(Digest, server_default="")
    score: Mapped[float] = mapped_column(Float)
    first: Mapped[float] = mapped_column(Float)          # of the first reader, on the same texts
    obeyed: Mapped[int]                                  # orders in texts that it followed
    taken: Mapped[datetime]
    stopped: Mapped[bool] = mapped_column(Boolean)       # before its end: it could not be passed any more
    course: Mapped[str] = mapped_column(Text, server_default="")


class ModelUse(Base):
    """How many tokens were asked for one person on one day. It stays when a case goes."""

    __tablename__ = "model_use"

    day: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger)
    requests: Mapped[int] = mapped_column(Integer)
