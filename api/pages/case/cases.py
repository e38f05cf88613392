"""The list of one's pre-checks, and starting one."""
from __future__ import annotations

from datetime import UTC, date, datetime

from fastapi import APIRouter, Request, Response

from api.errors import Failure
from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.pages.case.forms import Settings, read
from api.pages.rendering import failure_said, page
from api.pages.results.assessments import said
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.access import Action, demand, may
from assistant.questions import guide
from ingestion.domain import Outcome

router = APIRouter(route_class=PageRoute)
A_PAGE = 20


@router.get("/cases")
def cases(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, after: str | None = None,
          q: str = "") -> Response:
    return page(request, "cases.html", cases=services.cases.list(actor, after=after, limit=A_PAGE, search=q.strip()),
                policy=services.policies.current, search=q.strip(), later=after is not None,
                said={outcome.value: said(outcome, language) for outcome in Outcome},
                may_create=may(actor, Action.CREATE_CASE), may_register=may(actor, Action.CREATE_PAPER))


@router.get("/cases/new")
def new(request: Request, services: ServicesDep, _actor: ActorDep) -> Response:
    today = datetime.now(UTC).date()
    query = request.query_params
    return _form(request, services, Settings(query.get("base_type", ""), today.isoformat(), query.get("applicant", ""),
                                             query.get("title", "")))


@router.post("/cases/new")
def create(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """Makes the case; the button below the three questions only answers them, and keeps what was typed."""
    typed = read(form)
    answers = {name: field(form, name) for name in guide.questions(services.policies.current)}
    if field(form, "suggest"):
        found = guide.suggestion(services.policies.current, answers)
        return _form(request, services, typed.suggested(found), answers=answers, suggested=found)
    problems = typed.problems(services.policies.current)
    if problems:
        return _form(request, services, typed, answers=answers, problems=problems, status=422)
    made = services.cases.create(actor, base_type=typed.base_type, title=typed.title, applicant=typed.applicant,
                                 application_date=date.fromisoformat(typed.application_date))
    return see(f"/cases/{made.id}")


@router.get("/cases/paper")
def new_paper(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    demand(actor, Action.CREATE_PAPER)
    return _paper(request, services, Settings("", datetime.now(UTC).date().isoformat(), "", "", ""))


@router.post("/cases/paper")
def create_paper(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """An application that came on paper: its scans are added in the case's page. What cannot be kept is shown again."""
    demand(actor, Action.CREATE_PAPER)
    typed = read(form, paper=True)
    problems = typed.problems(services.policies.current)
    if problems:
        return _paper(request, services, typed, problems=problems)
    try:
        made = services.cases.create_paper(
            actor, paper_number=typed.paper_number or "", base_type=typed.base_type, title=typed.title,
            applicant=typed.applicant, application_date=date.fromisoformat(typed.application_date))
    except Failure as failure:
        if failure.code != "paper_number_taken":
            raise
        return _paper(request, services, typed, failure=failure)
    return see(f"/cases/{made.id}")


def _paper(request: Request, services: ServicesDep, typed: Settings, *, problems: dict[str, str] | None = None,
           failure: Failure | None = None) -> Response:
    status = failure.status if failure else 422 if problems else 200
    return page(request, "case_paper.html", status=status, typed=typed, problems=problems or {},
                policy=services.policies.current, failure=failure_said(request, failure))


def _form(request: Request, services: ServicesDep, typed: Settings, *, answers: dict[str, str] | None = None,
          suggested: tuple[str, ...] | None = None, problems: dict[str, str] | None = None, status: int = 200
          ) -> Response:
    policy = services.policies.current
    return page(request, "case_new.html", status=status, typed=typed, questions=guide.questions(policy),
                answers=answers or {}, suggested=suggested, problems=problems or {}, policy=policy)
