"""People, and what they sign in with."""
from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Digest, id_of, own_id


class User(Base):
    __tablename__ = "users"

    id: Mapped[str] = own_id()
    email: Mapped[str] = mapped_column(String(254), unique=True)  # in lower case
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool]
    created: Mapped[datetime]


class Session(Base):
    """`digest` is of the secret that the cookie carries."""

    __tablename__ = "sessions"

    id: Mapped[str] = own_id()
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    user_id: Mapped[str] = id_of("users")
    agent: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime]
    last_seen: Mapped[datetime]
    expires: Mapped[datetime]
    failed: Mapped[int]   # wrong passwords for the account before it began


class Token(Base):
    __tablename__ = "tokens"

    id: Mapped[str] = own_id()
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    user_id: Mapped[str] = id_of("users")
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(20))
    created: Mapped[datetime]
    last_used: Mapped[datetime | None]
    scopes: Mapped[str] = mapped_column(String(60))   # with spaces
    expires: Mapped[datetime]


class Invitation(Base):
    __tablename__ = "invitations"

    id: Mapped[str] = own_id()
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(20))
    created_by: Mapped[str] = id_of("users", index=False)
    created: Mapped[datetime]
    expires: Mapped[datetime]
    used: Mapped[datetime | None]


class Reset(Base):
    """A link with which somebody sets their password anew, once; `digest` is of the secret in it."""

    __tablename__ = "resets"

    id: Mapped[str] = own_id()
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    user_id: Mapped[str] = id_of("users")
    created: Mapped[datetime]
    expires: Mapped[datetime]


class Attempt(Base):
    """A sign-in that failed or is under way; `key` is a digest of the account, of the address, or of both."""

    __tablename__ = "attempts"
    __table_args__ = (Index(None, "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(Digest)
    at: Mapped[datetime]
