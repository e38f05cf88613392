"""The pages for people: HTML made by the server, working without scripts; scripts only make them quicker to use.

Every route here is thin: it asks the services, makes a view of the answer and renders a template.
"""
from __future__ import annotations

from fastapi import APIRouter

from api.pages import (
    accounts,
    admin_audit,
    admin_notices,
    admin_reading,
    admin_settings,
    admin_users,
    admin_webhooks,
    assessments,
    case,
    cases,
    chat,
    files,
    guides,
    home,
    intakes,
    live,
    notices,
    policy,
    policy_forms,
    policy_questions,
    policy_versions,
    recovery,
    review_case,
    review_letter,
    review_list,
    review_renewal,
    second_reader,
    sign_on,
    submission,
    viewer,
)

router = APIRouter(include_in_schema=False)
for _part in (home, guides, accounts, recovery, cases, case, submission, files, live, chat, assessments, viewer,
              policy, second_reader, notices):
    router.include_router(_part.router)
for _part in (sign_on, admin_users, admin_settings, admin_reading, admin_audit, admin_notices,
              admin_webhooks):
    router.include_router(_part.router)
for _part in (intakes, review_list, review_renewal, review_letter, review_case):
    router.include_router(_part.router)
for _part in (policy_forms, policy_versions, policy_questions):
    router.include_router(_part.router)
