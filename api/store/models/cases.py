"""Cases, their files, their assessments."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Digest, Id, id_of, own_id


class Case(Base):
    """`latest_id` is the newest assessment's, kept here so that a list needs no search for it.

    `handed_in` is the revision that was handed in last, None while the case is a draft, its owner's alone.
    `paper_number` is the office's own of an application that came on paper; its owner is who typed it in.
    """

    __tablename__ = "cases"
    __table_args__ = (Index(None, "owner_id", "updated", "id"), Index(None, "updated", "id"),
                      Index("uq_cases_paper_number", "paper_number", unique=True))

    id: Mapped[str] = own_id()
    owner_id: Mapped[str] = id_of("users", index=False, cascade=False)
    title: Mapped[str] = mapped_column(String(200))
    applicant: Mapped[str] = mapped_column(String(200))
    base_type: Mapped[str] = mapped_column(String(64))
    application_date: Mapped[date]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    revision: Mapped[int]
    demo: Mapped[bool]
    withheld: Mapped[bool | None]   # from a language model that reads; None: as the installation has it
    latest_id: Mapped[str | None] = mapped_column(Id)
    handed_in: Mapped[int | None]
    paper_number: Mapped[str | None] = mapped_column(String(100))

    @property
    def on_paper(self) -> bool:
        return self.paper_number is not None


class File(Base):
    """A file of a case. One that was removed stays, with `removed`, while a stored assessment rests on it."""

    __tablename__ = "files"
    __table_args__ = (
        Index("uq_files_present", "case_id", "name", unique=True,
              sqlite_where=text("removed IS NULL"), postgresql_where=text("removed IS NULL")),
    )

    id: Mapped[str] = own_id()
    case_id: Mapped[str] = id_of("cases", index=False)
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

    id: Mapped[str] = own_id()
    case_id: Mapped[str] = id_of("cases", index=False)
    requested_by: Mapped[str] = id_of("users", index=False, cascade=False)
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
    """Written once, never changed. `job_id` is unique: a job that runs again finds what it made before. `first_id`:
    what the first reader alone has, where a language model read as well."""

    __tablename__ = "assessments"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[str] = own_id()
    case_id: Mapped[str] = id_of("cases", index=False)
    job_id: Mapped[str] = mapped_column(Id, unique=True)
    number: Mapped[int]
    revision: Mapped[int]
    created: Mapped[datetime]
    created_by: Mapped[str] = id_of("users", index=False, cascade=False)
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
    first_id: Mapped[str | None] = mapped_column(Id)


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
    case_id: Mapped[str] = id_of("cases", index=False)
    kind: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]
