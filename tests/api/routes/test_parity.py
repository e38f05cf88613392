"""A script can do all that the page does: each action of the applicant's pages has its route in the API."""
from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api import routes
from api.pages import home
from api.pages.accounts import accounts, recovery
from api.pages.case import case, cases, chat, files, live, second_reader, submission
from api.pages.policy import policy
from api.pages.results import assessments
from api.pages.viewing import viewer

BY_PAGE = {  # what a page posts to, and what it gets its content from
    "POST /demo": "POST /cases/demo",
    "POST /register": "POST /users", "POST /login": "POST /session", "POST /logout": "DELETE /session",
    "POST /account/password": "POST /password", "POST /forgotten": "POST /password/forgotten",
    "POST /reset/{secret}": "POST /password/reset",
    "POST /admin/users/{user_id}/reset": "POST /users/{user_id}/reset",
    "POST /account/sessions/{session_id}/end": "DELETE /sessions/{session_id}",
    "POST /account/tokens": "POST /tokens", "POST /account/tokens/{token_id}/end": "DELETE /tokens/{token_id}",
    "GET /account": "GET /sessions", "GET /invitation/{secret}": "GET /invitations/{secret}",
    "GET /cases": "GET /cases", "POST /cases/new": "POST /cases",
    "POST /cases/paper": "POST /cases/paper", "GET /cases/{case_id}": "GET /cases/{case_id}",
    "POST /cases/{case_id}/edit": "PATCH /cases/{case_id}", "POST /cases/{case_id}/delete": "DELETE /cases/{case_id}",
    "POST /cases/{case_id}/submission": "POST /cases/{case_id}/submission",
    "POST /cases/{case_id}/submission/withdraw": "DELETE /cases/{case_id}/submission",
    "POST /cases/{case_id}/replies/{subject}": "POST /cases/{case_id}/replies",
    "GET /cases/{case_id}/replies/{subject}": "GET /cases/{case_id}/replies",
    "GET /cases/{case_id}/submissions": "GET /cases/{case_id}/submissions",
    "POST /cases/{case_id}/assess": "POST /cases/{case_id}/assessments",
    "GET /cases/{case_id}/facts/{key}": "GET /cases/{case_id}/assessments/{assessment_id}",
    "GET /cases/{case_id}/changes": "GET /cases/{case_id}/difference",
    "GET /cases/{case_id}/compare": "GET /cases/{case_id}/assessments/{assessment_id}/comparison",
    "GET /cases/{case_id}/reports/{kind}": "GET /cases/{case_id}/assessments/{assessment_id}/report",
    "GET /cases/{case_id}/events": "GET /cases/{case_id}/events",
    "POST /cases/{case_id}/files": "POST /cases/{case_id}/files",
    "GET /cases/{case_id}/files": "GET /cases/{case_id}/files",
    "POST /cases/{case_id}/files/{file_id}/restore": "POST /cases/{case_id}/files/{file_id}/restore",
    "POST /cases/{case_id}/files/{file_id}/remove": "DELETE /cases/{case_id}/files/{file_id}",
    "GET /cases/{case_id}/files/{file_id}/content": "GET /cases/{case_id}/files/{file_id}/content",
    "GET /cases/{case_id}/documents/{file_id}": "GET /cases/{case_id}/files/{file_id}/document",
    "GET /cases/{case_id}/documents/{file_id}/pages/{number}": "GET /cases/{case_id}/files/{file_id}/pages/{page}",
    "POST /ask": "POST /answers", "POST /cases/{case_id}/ask": "POST /cases/{case_id}/answers",
    "GET /ask": "GET /conversations/{conversation}/turns",
    "POST /cases/{case_id}/second-reading": "POST /cases/{case_id}/second-reading",
    "POST /cases/{case_id}/second-reading/cancel": "DELETE /cases/{case_id}/second-reading",
    "POST /cases/{case_id}/model": "PUT /cases/{case_id}/model",
    "GET /policy": "GET /policy/articles", "GET /policy/articles/{number}": "GET /policy/clauses/{ref}",
}
FORMS = {  # pages that only hold a form, or the reader's own settings of the page
    "GET /", "GET /demo", "GET /forgotten", "GET /reset/{secret}", "GET /preferences", "GET /login", "GET /register",
    "GET /cases/paper",
    "GET /cases/new", "GET /cases/{case_id}/edit", "GET /cases/{case_id}/delete", "GET /cases/{case_id}/submission",
}


def served(router: APIRouter) -> Iterator[str]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield from (f"{method} {route.path}" for method in sorted((route.methods or set()) - {"HEAD"}))


def offered() -> Iterator[str]:
    app = FastAPI()
    app.include_router(routes.router)
    for path, ways in app.openapi()["paths"].items():
        yield from (f"{method.upper()} {path.removeprefix('/api/v1')}" for method in ways)


def test_each_action_of_a_page_has_its_route() -> None:
    """A page's route that is not in the table fails; so does a route of the table that is not there."""
    applicants = {one for part in (home, accounts, recovery, cases, case, submission, files, live, chat, assessments,
                                 viewer, policy, second_reader)
                  for one in served(part.router)}
    assert applicants - FORMS == set(BY_PAGE)
    assert set(BY_PAGE.values()) <= set(offered())
