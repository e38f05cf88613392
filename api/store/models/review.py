"""What reviewers do with a case that was handed in: where it stands, what was decided, what it shares with others."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Digest, Id, id_of, own_id


def _case() -> Mapped[str]:
    return mapped_column(Id, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)


class Review(Base):
    """A case that was handed in. `due` is far in the future where there is no deadline, so that lists can be sorted.

    `outcome`, `unchecked`, `conflicts`, `duplicates` and `counts` are what the case comes to now, kept for lists.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index(None, "received", "case_id"), Index(None, "due", "case_id"), Index(None, "changed", "case_id"),
        Index(None, "status", "received", "case_id"), Index(None, "status", "due", "case_id"),
        Index(None, "status", "changed", "case_id"), Index(None, "assignee_id", "status", "due"),
        Index(None, "intake_id", "status", "received", "case_id"), Index(None, "intake_id", "changed", "duplicates"))

    case_id: Mapped[str] = _case()
    status: Mapped[str] = mapped_column(String(20))
    round: Mapped[int]      # how often it was handed in
    assignee_id: Mapped[str | None] = mapped_column(Id, ForeignKey("users.id"))
    due: Mapped[date]
    received: Mapped[datetime]
    changed: Mapped[datetime]
    begun: Mapped[datetime | None]
    done: Mapped[datetime | None]
    seconds: Mapped[int]    # that reviewers had it open before them
    outcome: Mapped[str] = mapped_column(String(40))
    unchecked: Mapped[int]  # facts that nobody has looked at
    conflicts: Mapped[int]
    duplicates: Mapped[int]
    counts: Mapped[dict[str, Any] | None]   # of the required criteria, as persons see them
    to_check: Mapped[int] = mapped_column(server_default="0")   # what two readers leave to a person
    intake_id: Mapped[str | None] = mapped_column(Id, ForeignKey("intakes.id"))


class Submission(Base):
    """A case as it was handed in: never changed, but for `withdrawn`. `digest` is over everything that it holds.

    `files` has the name, hash and size of each file, `open` how many points of which kind were open.
    """

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[str] = own_id()
    case_id: Mapped[str] = id_of("cases", index=False)
    number: Mapped[int]
    receipt: Mapped[str] = mapped_column(String(20), unique=True)
    at: Mapped[datetime]
    by_id: Mapped[str] = id_of("users", index=False, cascade=False)
    revision: Mapped[int]
    assessment_id: Mapped[str] = mapped_column(Id)
    title: Mapped[str] = mapped_column(String(200))
    applicant: Mapped[str] = mapped_column(String(200))
    base_type: Mapped[str] = mapped_column(String(64))
    application_date: Mapped[date]
    policy_id: Mapped[str] = mapped_column(String(100))
    policy_version: Mapped[str] = mapped_column(String(50))
    policy_digest: Mapped[str] = mapped_column(Digest)
    overall: Mapped[str] = mapped_column(String(40))
    files: Mapped[list[Any]]
    open: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(Digest)
    withdrawn: Mapped[datetime | None]


class Reply(Base):
    """What an applicant says to one entry of a case; rows are only ever added, `version` counts them.

    `low` and `high` are the figure that is right by them, with the place that proves it; `file_id` what they added.
    """

    __tablename__ = "replies"
    __table_args__ = (UniqueConstraint("case_id", "subject", "version"),)

    id: Mapped[str] = own_id()
    case_id: Mapped[str] = id_of("cases", index=False)
    subject: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    low: Mapped[int | None] = mapped_column(BigInteger)
    high: Mapped[int | None] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(String(1000))   # "" without a place
    page: Mapped[int | None]
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str] = mapped_column(Text)
    file_id: Mapped[str | None] = mapped_column(Id)
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = id_of("users", index=False, cascade=False)
    at: Mapped[datetime]


class Step(Base):
    """A change of a review's status; rows are only ever added."""

    __tablename__ = "review_steps"
    __table_args__ = (Index(None, "case_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    case_id: Mapped[str] = id_of("cases", index=False)
    status: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[str] = id_of("users", index=False, cascade=False)
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


class Decision(Base):
    """One step of a person on one subject; rows are only ever added, `version` counts them.

    `machine_low` and `machine_high` are the program's figure at that time, `basis` a digest of what it rests on. Where
    a language model had read, too, both readers' figures and which model with which prompt.
    """

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("case_id", "subject", "version"), Index(None, "act", "subject"))

    id: Mapped[str] = own_id()
    case_id: Mapped[str] = id_of("cases", index=False)
    assessment_id: Mapped[str] = mapped_column(Id)
    subject: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    act: Mapped[str] = mapped_column(String(20))
    low: Mapped[int | None] = mapped_column(BigInteger)
    high: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(String(40))
    amount: Mapped[int]
    document: Mapped[str] = mapped_column(String(1000))   # "" without a place
    page: Mapped[int | None]
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    machine_low: Mapped[int | None] = mapped_column(BigInteger)
    machine_high: Mapped[int | None] = mapped_column(BigInteger)
    basis: Mapped[str] = mapped_column(Digest)
    first_low: Mapped[int | None] = mapped_column(BigInteger)
    first_high: Mapped[int | None] = mapped_column(BigInteger)
    second_low: Mapped[int | None] = mapped_column(BigInteger)
    second_high: Mapped[int | None] = mapped_column(BigInteger)
    model: Mapped[str] = mapped_column(String(200), server_default="")    # "": no model had read
    prompt: Mapped[str] = mapped_column(String(100), server_default="")
    by_id: Mapped[str] = id_of("users", index=False, cascade=False)
    at: Mapped[datetime]


class Check(Base):
    """How one fact of a case stands now, for the statistics; `intake_id` is the review's."""

    __tablename__ = "checks"
    __table_args__ = (Index(None, "subject", "state"), Index(None, "intake_id", "subject", "state"))

    case_id: Mapped[str] = _case()
    subject: Mapped[str] = mapped_column(String(100), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    intake_id: Mapped[str | None] = mapped_column(Id)


class Standing(Base):
    """What one criterion of a case comes to now. `missing` is the share of the bar that lacks, in percent; `intake_id`
    the review's.
    """

    __tablename__ = "standings"
    __table_args__ = (Index(None, "criterion", "outcome", "missing"),
                      Index(None, "intake_id", "criterion", "outcome", "missing"))

    case_id: Mapped[str] = _case()
    criterion: Mapped[str] = mapped_column(String(100), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(40))
    machine: Mapped[str] = mapped_column(String(40))
    missing: Mapped[int | None]
    intake_id: Mapped[str | None] = mapped_column(Id)


class ItemKey(Base):
    """Something that a case claims and that only one case should: a paper, a patent, a code, an agreement."""

    __tablename__ = "item_keys"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    case_id: Mapped[str] = mapped_column(Id, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, index=True)
    fact: Mapped[str] = mapped_column(String(100))
    document: Mapped[str] = mapped_column(String(1000))
    page: Mapped[int | None]
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str] = mapped_column(Text)


class Letter(Base):
    """A version of the supplement letter; the newest is the letter, `sent` when the case was returned with it.

    What is around the text is kept with it, so that a letter stays as it was sent. `serial` counts the letters of
    `year` whose number the installation gave.
    """

    __tablename__ = "letters"
    __table_args__ = (UniqueConstraint("case_id", "number"), UniqueConstraint("year", "serial"))

    id: Mapped[str] = own_id()
    case_id: Mapped[str] = id_of("cases", index=False)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = id_of("users", index=False, cascade=False)
    created: Mapped[datetime]
    sent: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(5), server_default="zh")
    title: Mapped[str] = mapped_column(String(200), server_default="")      # "": of before there were frames
    issuer: Mapped[str] = mapped_column(String(200), server_default="")
    reference: Mapped[str] = mapped_column(String(100), server_default="")
    contact: Mapped[str] = mapped_column(String(500), server_default="")
    due: Mapped[date | None]
    days: Mapped[int | None]
    dated: Mapped[date | None]
    year: Mapped[int | None]
    serial: Mapped[int | None]


class SavedView(Base):
    """A filter of the worklist under a name of one's own."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[str] = own_id()
    user_id: Mapped[str] = id_of("users", index=False)
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[str] = mapped_column(String(500))


class Presence(Base):
    """Who has a case open, and which subject; stale after a minute without a sign."""

    __tablename__ = "presences"

    case_id: Mapped[str] = _case()
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(100))
    seen: Mapped[datetime]
