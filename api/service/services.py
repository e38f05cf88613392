"""All services of one installation, as `create_app` puts them together."""
from __future__ import annotations

from dataclasses import dataclass

from api.service.accounts import Accounts
from api.service.assessments import Assessments
from api.service.cases import Cases
from api.service.chat import Chat
from api.service.documents import Documents
from api.service.events import Events
from api.service.files import Files
from api.service.policies import Policies
from api.service.reports import Reports


@dataclass(frozen=True)
class Services:
    accounts: Accounts
    cases: Cases
    files: Files
    documents: Documents
    assessments: Assessments
    events: Events
    chat: Chat
    reports: Reports
    policies: Policies
