"""The page of one case: its files, its result, and what can be done with it."""
from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.errors import Failure
from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.pages.case import intake_words, second_reader, todos
from api.pages.case.chat import latest_turns, suggested
from api.pages.case.forms import Settings, read
from api.pages.case.submission import since
from api.pages.rendering import page, wants_json, words_of
from api.pages.results import result
from api.pages.routing import FormDep, PageRoute, inside, see
from api.service.records import JobState
from api.service.services import Services
from ingestion.domain import Outcome

router = APIRouter(route_class=PageRoute)
UNDER_WAY = frozenset({JobState.QUEUED, JobState.RUNNING})


@router.get("/cases/{case_id}")
def case(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str) -> Response:
    """With ?part=result only what an assessment changes, for a page that is open already; with ?show=OUTCOME the
    criteria that came out so.
    """
    found, query = services.cases.get(actor, case_id), request.query_params
    files = services.files.list(actor, case_id)
    view = services.assessments.latest(actor, case_id, language) if found.latest else None
    seen = services.review.decisions.seen(actor, case_id, language) if view else None
    shown = result.view(view, services.policies.of(view.policy), language, seen) if view else None
    todo = todos.of(view, files, services.policies.of(view.policy), language, seen,
                    services.review.replies.of(actor, case_id)) if view else None
    second = second_reader.of_case(services, actor, view, case_id, language)
    values: dict[str, Any] = {
        "second": second, "may_decide": False, "reviewing": False, "decide_at": "",
        "case": found, "files": files, "result": shown, "todo": todo, "by_reviewer": seen is not None,
        "mine": found.owner_id == actor.id, "job": found.job, "policy": services.policies.current,
        "under_way": bool(found.job and found.job.state in UNDER_WAY),
        "failed": bool(found.job and found.job.state is JobState.FAILED),
        "only": query.get("show") if query.get("show") in {*(one.value for one in Outcome), result.PRIORITY}
        else ""}
    if query.get("part") == "result":
        return page(request, "parts/result.html", **values)
    stands = services.review.submitting.submission(actor, case_id)
    return page(request, "case.html", **values, turns=latest_turns(services, actor, case_id), submission=stands,
                rounds=intake_words.lines(services, actor, found, language),
                since=since(services, actor, language, stands),
                suggested=suggested(services, view, language),
                title=title_of(request, services, found.title, found.applicant, found.base_type))


@router.post("/cases/{case_id}/assess")
def assess(request: Request, services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    job = services.assessments.start(actor, case_id)
    if wants_json(request):
        return JSONResponse({"job": job.id, "state": job.state.value})
    return see(f"/cases/{case_id}")


@router.get("/cases/{case_id}/edit")
def edit(request: Request, services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    """Failure "handed_in": an address of before it was."""
    found = services.cases.get(actor, case_id)
    if not found.may_change:
        raise Failure("handed_in" if found.status else "forbidden")
    typed = Settings(found.base_type, found.application_date.isoformat(), found.applicant, found.title,
                     found.paper_number)
    return page(request, "case_edit.html", case=found, typed=typed, problems={}, policy=services.policies.current)


@router.post("/cases/{case_id}/edit")
def update(request: Request, services: ServicesDep, actor: ActorDep, case_id: str, form: FormDep) -> Response:
    """A case's settings changed; assessed anew where its type or its day is another and it has files."""
    found = services.cases.get(actor, case_id)
    typed = read(form, paper=found.paper_number is not None)
    problems = typed.problems(services.policies.current)
    if problems:
        return page(request, "case_edit.html", status=422, case=found, typed=typed, problems=problems,
                    policy=services.policies.current)
    day = date.fromisoformat(typed.application_date)
    changed = services.cases.update(actor, case_id, title=typed.title, applicant=typed.applicant,
                                    base_type=typed.base_type, application_date=day,
                                    paper_number=typed.paper_number)
    if (typed.base_type, day) != (found.base_type, found.application_date) and services.files.list(actor, case_id):
        services.assessments.start(actor, case_id)
    return see(f"/cases/{changed.id}")


@router.get("/cases/{case_id}/delete")
def delete_page(request: Request, services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    """Failure "handed_in_for_good": an address of before it was handed in."""
    found = services.cases.get(actor, case_id)
    if not found.may_delete:
        raise Failure("handed_in_for_good" if found.status else "forbidden")
    return page(request, "case_delete.html", case=found, files=services.files.list(actor, case_id),
                title=title_of(request, services, found.title, found.applicant, found.base_type),
                back=inside(request.query_params.get("back", ""), f"/cases/{case_id}"))


@router.post("/cases/{case_id}/delete")
def delete(services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    services.cases.delete(actor, case_id)
    return see("/cases?deleted=1")


@router.get("/cases/{case_id}/facts/{key}")
def fact(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str, key: str
         ) -> Response:
    """One fact with all its evidence and all that was left out of it; ?assessment= as an older one found it."""
    found = services.cases.get(actor, case_id)
    view = services.assessments.whole(actor, case_id, request.query_params.get("assessment") or None, language)
    older = view.line.id if found.latest is not None and view.line.id != found.latest.id else ""
    shown = result.fact_page(view, services.policies.of(view.policy), language, key, older)
    return page(request, "fact.html", case=found, fact=shown, older=view.line.number if older else 0)


def title_of(request: Request, services: Services, title: str, applicant: str, base_type: str) -> str:
    """What a case is called: its title, or its applicant, or its base type."""
    kind = services.policies.current.base_type(base_type)
    return title or applicant or words_of(request).pick(kind.label, kind.label_en)
