"""The JSON API under /api/v1: each route asks one service and gives what it says."""
from __future__ import annotations

from fastapi import APIRouter

from api.routes import (
    accounts,
    admin_audit,
    admin_settings,
    answers,
    assessments,
    cases,
    events,
    files,
    intakes,
    notices,
    people,
    policy,
    policy_questions,
    policy_versions,
    review,
    second_reader,
    webhooks,
)

router = APIRouter()
for _part in (
        accounts, people, cases, files, assessments, events, answers, policy, policy_questions, policy_versions,
        admin_audit, admin_settings, intakes, review, second_reader, webhooks, notices):
    router.routes += _part.router.routes   # as they are: an included route is worked out a second time
