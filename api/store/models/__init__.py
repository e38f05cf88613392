"""The tables. A change here goes with a migration (`migrations/versions`); a test holds the two against each other."""
from __future__ import annotations

from api.store.models.administration import Identity, Setting
from api.store.models.base import Base
from api.store.models.cases import AssessedFile, Assessment, Case, Content, Doomed, Event, File, Job
from api.store.models.conversations import Conversation, Turn
from api.store.models.installation import Audit, Executor
from api.store.models.people import Attempt, Invitation, Session, Token, User

__all__ = [
    "AssessedFile", "Assessment", "Attempt", "Audit", "Base", "Case", "Content", "Conversation", "Doomed", "Event",
    "Executor", "File", "Identity", "Invitation", "Job", "Session", "Setting", "Token", "Turn", "User",
]
