"""The tables. A change here goes with a migration (`migrations/versions`); a test holds the two against each other."""
from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = String(32)
Digest = String(64)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declaration
        datetime: Moment,
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[Any]: JSON().with_variant(JSONB(), "postgresql"),
    }


def _id() -> Mapped[str]:
    return mapped_column(Id, primary_key=True)


def _of(target: str, *, index: bool = True, cascade: bool = True) -> Mapped[str]:
    return mapped_column(Id, ForeignKey(f"{target}.id", ondelete="CASCADE" if cascade else None), index=index)


# People ---------------------------------------------------------------------------------------------------------------

class User(Base):
    __tablename__ = "users"

    id: Mapped[str] = _id()
    email: Mapped[str] = mapped_column(String(254), unique=True)  # in lower case
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool]
    created: Mapped[datetime]


class Session(Base):
    """`digest` is of the secret that the cookie carries."""

    __tablename__ = "sessions"

    id: Mapped[str] = _id()
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    user_id: Mapped[str] = _of("users")
    agent: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime]
    last_seen: Mapped[datetime]
    expires: Mapped[datetime]


class Token(Base):
    __tablename__ = "tokens"

    id: Mapped[str] = _id()
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    user_id: Mapped[str] = _of("users")
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(20))
    created: Mapped[datetime]
    last_used: Mapped[datetime | None]


class Invitation(Base):
    __tablename__ = "invitations"

    id: Mapped[str] = _id()
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(20))
    created_by: Mapped[str] = _of("users", index=False)
    created: Mapped[datetime]
    expires: Mapped[datetime]
    used: Mapped[datetime | None]


class Attempt(Base):
    """A sign-in that failed; `key` is a digest of the address or the account."""

    __tablename__ = "attempts"
    __table_args__ = (Index(None, "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(Digest)
    at: Mapped[datetime]


# Cases ----------------------------------------------------------------------------------------------------------------

class Case(Base):
    """`latest_id` is the newest assessment's, kept here so that a list needs no search for it."""

    __tablename__ = "cases"
    __table_args__ = (Index(None, "owner_id", "updated", "id"), Index(None, "updated", "id"))

    id: Mapped[str] = _id()
    owner_id: Mapped[str] = _of("users", index=False, cascade=False)
    title: Mapped[str] = mapped_column(String(200))
    applicant: Mapped[str] = mapped_column(String(200))
    base_type: Mapped[str] = mapped_column(String(64))
    application_date: Mapped[date]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    revision: Mapped[int]
    demo: Mapped[bool]
    latest_id: Mapped[str | None] = mapped_column(Id)


class File(Base):
    """A file of a case. One that was removed stays, with `removed`, while a stored assessment rests on it."""

    __tablename__ = "files"
    __table_args__ = (
        Index("uq_files_present", "case_id", "name", unique=True,
              sqlite_where=text("removed IS NULL"), postgresql_where=text("removed IS NULL")),
    )

    id: Mapped[str] = _id()
    case_id: Mapped[str] = _of("cases", index=False)
    name: Mapped[str] = mapped_column(String(1000))
    sha256: Mapped[str] = mapped_column(Digest, index=True)
    size: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    page: Mapped[int]
    pages: Mapped[int]
    notices: Mapped[list[Any]]
    added: Mapped[datetime]
    removed: Mapped[datetime | None]


class Doomed(Base):
    """Content that no file holds any more and whose bytes are still to be deleted."""

    __tablename__ = "doomed"

    sha256: Mapped[str] = mapped_column(Digest, primary_key=True)


class Job(Base):
    """An assessment that was asked for. `files`, `base_type`, `application_date` are taken when it begins."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "case_id", "created"), Index(None, "state"))

    id: Mapped[str] = _id()
    case_id: Mapped[str] = _of("cases", index=False)
    requested_by: Mapped[str] = _of("users", index=False, cascade=False)
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    step: Mapped[str] = mapped_column(String(20))
    done: Mapped[int]
    total: Mapped[int]
    files: Mapped[list[Any]]
    base_type: Mapped[str] = mapped_column(String(64))
    application_date: Mapped[date]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    attempts: Mapped[int]   # how often it was interrupted
    error: Mapped[str] = mapped_column(Text)
    error_en: Mapped[str] = mapped_column(Text)


class Assessment(Base):
    """Written once, never changed. `job_id` is unique: a job that runs again finds what it made before."""

    __tablename__ = "assessments"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[str] = _id()
    case_id: Mapped[str] = _of("cases", index=False)
    job_id: Mapped[str] = mapped_column(Id, unique=True)
    number: Mapped[int]
    revision: Mapped[int]
    created: Mapped[datetime]
    created_by: Mapped[str] = _of("users", index=False, cascade=False)
    base_type: Mapped[str] = mapped_column(String(64))
    application_date: Mapped[date]
    policy_id: Mapped[str] = mapped_column(String(100))
    policy_version: Mapped[str] = mapped_column(String(50))
    policy_sha256: Mapped[str] = mapped_column(Digest)
    policy_digest: Mapped[str] = mapped_column(Digest)   # of the whole folder, which is kept
    window_start: Mapped[date]
    window_end: Mapped[date]
    extractor: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(Digest)
    overall: Mapped[str] = mapped_column(String(40))
    counts: Mapped[dict[str, Any]]
    files: Mapped[int]


class Content(Base):
    """What an assessment says, compressed; apart from its row, so that lists do not read it."""

    __tablename__ = "assessment_contents"

    assessment_id: Mapped[str] = mapped_column(Id, ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class AssessedFile(Base):
    __tablename__ = "assessed_files"

    assessment_id: Mapped[str] = mapped_column(Id, ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[str] = mapped_column(Id, ForeignKey("files.id", ondelete="CASCADE"), primary_key=True, index=True)


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (Index(None, "case_id", "id"), {"sqlite_autoincrement": True})  # a number is never given twice

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = _of("cases", index=False)
    kind: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]


# Conversations --------------------------------------------------------------------------------------------------------

class Conversation(Base):
    """About a case, or about the policy alone where `case_id` is None."""

    __tablename__ = "conversations"
    __table_args__ = (Index(None, "user_id", "case_id", "updated"),)

    id: Mapped[str] = _id()
    user_id: Mapped[str] = _of("users", index=False)
    case_id: Mapped[str | None] = mapped_column(Id, ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    turns: Mapped[int]
    updated: Mapped[datetime]


class Turn(Base):
    """`record` is what `assistant.conversation.to_record` wrote; `places` name the file of each citation."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("conversation_id", "number"),)

    id: Mapped[str] = _id()
    conversation_id: Mapped[str] = _of("conversations", index=False)
    number: Mapped[int]
    assessment_id: Mapped[str | None] = mapped_column(Id)
    record: Mapped[dict[str, Any]]
    places: Mapped[list[Any]]
    created: Mapped[datetime]


# The installation -----------------------------------------------------------------------------------------------------

class Audit(Base):
    """Who did what to which object; rows are only ever added."""

    __tablename__ = "audit"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own declaration

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    actor_id: Mapped[str] = mapped_column(Id)
    role: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]


class Executor(Base):
    """A process that works on jobs, and when it was last known to live."""

    __tablename__ = "executors"

    id: Mapped[str] = _id()
    seen: Mapped[datetime]
