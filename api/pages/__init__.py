"""The pages for people: HTML made by the server, working without scripts; scripts only make them quicker to use.

Every route here is thin: it asks the services, makes a view of the answer and renders a template.
"""
from __future__ import annotations

from fastapi import APIRouter

from api.pages import guides, home, notices
from api.pages.accounts import accounts, recovery, sign_on
from api.pages.administration import audit as admin_audit
from api.pages.administration import notices as admin_notices
from api.pages.administration import reading as admin_reading
from api.pages.administration import settings as admin_settings
from api.pages.administration import users as admin_users
from api.pages.administration import webhooks as admin_webhooks
from api.pages.case import case, cases, chat, files, live, second_reader, submission
from api.pages.policy import forms as policy_forms
from api.pages.policy import policy
from api.pages.policy import questions as policy_questions
from api.pages.policy import versions as policy_versions
from api.pages.results import assessments
from api.pages.review import case as review_case
from api.pages.review import intakes
from api.pages.review import letter as review_letter
from api.pages.review import renewal as review_renewal
from api.pages.review import worklist as review_list
from api.pages.viewing import viewer

router = APIRouter()
for _part in (home, guides, accounts, recovery, cases, case, submission, files, live, chat, assessments, viewer,
              policy, second_reader, notices):
    router.routes += _part.router.routes   # as they are: an included route is worked out a second time
for _part in (sign_on, admin_users, admin_settings, admin_reading, admin_audit, admin_notices,
              admin_webhooks):
    router.routes += _part.router.routes   # as they are: an included route is worked out a second time
for _part in (intakes, review_list, review_renewal, review_letter, review_case):
    router.routes += _part.router.routes   # as they are: an included route is worked out a second time
for _part in (policy_forms, policy_versions, policy_questions):
    router.routes += _part.router.routes   # as they are: an included route is worked out a second time
