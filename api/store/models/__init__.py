"""The tables. A change here goes with a migration (`migrations/versions`); a test holds the two against each other."""
from __future__ import annotations

from api.store.models.administration import Identity, Setting
from api.store.models.base import Base
from api.store.models.cases import AssessedFile, Assessment, Case, Content, Doomed, Event, File, Job
from api.store.models.conversations import Conversation, Turn
from api.store.models.installation import Audit, Executor
from api.store.models.intakes import Intake
from api.store.models.notices import Dispatch, Notice, NoticeChoice
from api.store.models.people import Attempt, Invitation, Reset, Session, Token, User
from api.store.models.policies import ApprovedAnswer, Asked, AskedClause, PolicyTrial, PolicyVersion, Thumb
from api.store.models.review import (
    Check,
    Decision,
    ItemKey,
    Letter,
    Presence,
    Reply,
    Review,
    SavedView,
    Standing,
    Step,
    Submission,
)
from api.store.models.row_security import RULES
from api.store.models.second_reader import Exam, ModelUse, ReaderAnswer, Reading
from api.store.models.webhooks import Delivery, Webhook

__all__ = [
    "RULES",
    "ApprovedAnswer",
    "Asked",
    "AskedClause",
    "AssessedFile",
    "Assessment",
    "Attempt",
    "Audit",
    "Base",
    "Case",
    "Check",
    "Content",
    "Conversation",
    "Decision",
    "Delivery",
    "Dispatch",
    "Doomed",
    "Event",
    "Exam",
    "Executor",
    "File",
    "Identity",
    "Intake",
    "Invitation",
    "ItemKey",
    "Job",
    "Letter",
    "ModelUse",
    "Notice",
    "NoticeChoice",
    "PolicyTrial",
    "PolicyVersion",
    "Presence",
    "ReaderAnswer",
    "Reading",
    "Reply",
    "Reset",
    "Review",
    "SavedView",
    "Session",
    "Setting",
    "Standing",
    "Step",
    "Submission",
    "Thumb",
    "Token",
    "Turn",
    "User",
    "Webhook",
]
