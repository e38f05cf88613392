"""One case before a reviewer: facts and judgements one after another, decided by form or by key."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData

from api.errors import Failure
from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.review_requests import sent_file
from api.pages.case import second_reader
from api.pages.case.case import UNDER_WAY
from api.pages.case.chat import latest_turns
from api.pages.case.submission import since
from api.pages.rendering import page, wants_json
from api.pages.results.reviewed import LIST, Viewing
from api.pages.routing import FormDep, PageRoute, field, see
from api.pages.texts import words
from api.pages.viewing import marking
from api.pages.viewing.picking import number, place
from api.service.records import Actor
from api.service.review.worklist import NEVER
from api.service.review_records import Change, NewDecision, NewPlace, Status
from api.service.services import Services
from assistant.correcting.corrections import Act
from ingestion.domain import Evidence, Exclusion, Outcome, Unexplained

router = APIRouter(route_class=PageRoute)
MOST_HITS = 20
OPEN = frozenset({Status.RECEIVED, Status.IN_REVIEW})    # decisions are taken


@router.get("/review/cases/{case_id}")
def review(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str) -> Response:
    """With ?part=review only what a decision changes; with ?all=KEY all items of a fact."""
    view = services.review.decisions.view(actor, case_id, language)
    open_, stands = view.status in OPEN, services.review.submitting.submission(actor, case_id)
    second = second_reader.of_review(services, actor, view, language)
    values: dict[str, Any] = {"second": second, "reviewing": True, "decide_at": f"/review/cases/{case_id}/decisions",
                              "view": view, "submission": stands, "since": since(services, actor, language, stands),
                              "case": view.case, "policy": services.policies.current,
                              "may_decide": view.may_decide and open_,
                              "shown": Viewing(view, services.policies.of(view.policy), language,
                                               request.query_params.get("all", "")).page()}
    if request.query_params.get("part") == "review":
        return page(request, "review/body.html", **values)
    return page(request, "review/case.html", **values, turns=latest_turns(services, actor, case_id),
                files=services.files.list(actor, case_id), closed=view.may_decide and not open_,
                under_way=bool(view.case.job and view.case.job.state in UNDER_WAY),
                may_assess=view.may_decide and view.status is not Status.DONE,
                reviewers=services.review.worklist.reviewers(actor))


@router.post("/review/cases/{case_id}/decisions")
def decide(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str,
           form: FormDep) -> Response:
    """`item` moves a piece; `act` does everything else."""
    made = services.review.decisions.decide(actor, case_id, _decision(services, actor, language, case_id, form))
    if wants_json(request):
        return JSONResponse({"version": made.version})
    return see(f"/review/cases/{case_id}#s-{made.subject}")


@router.post("/review/cases/{case_id}/settings")
def settings(services: ServicesDep, actor: ActorDep, case_id: str, form: FormDep) -> Response:
    services.review.progress.change(actor, case_id, change(form))
    return see(f"/review/cases/{case_id}")


@router.post("/review/cases/{case_id}/taking-over")
def take_over(services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    """An application on paper, to add to it what its applicant sends in."""
    services.cases.take_over(actor, case_id)
    return see(f"/cases/{case_id}")


@router.post("/review/cases/{case_id}/assess")
def assess_again(services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    """With the version of the policy that is in force."""
    services.review.renewals.one(actor, case_id)
    return see(f"/review/cases/{case_id}")


@router.get("/review/cases/{case_id}/places")
def places(services: ServicesDep, actor: ActorDep, case_id: str, file_id: str, q: str) -> Response:
    """Where words stand in a file of the case, for evidence that a reviewer picks."""
    document = services.documents.document(actor, case_id, file_id)
    services.review.presences.others(actor, case_id)  # refuses whoever does not review
    return JSONResponse({"hits": [
        {"document": document.name, "start": hit.span.start, "end": hit.span.end, "quote": document.quote(hit.span),
         "page": hit.page, "before": hit.before, "after": hit.after}
        for hit in marking.search(document, q.strip())[:MOST_HITS]] if q.strip() else []})


@router.get("/review/cases/{case_id}/files/{kind}")
def export(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str, kind: str) -> Response:
    return sent_file(services.review.exports.case(actor, case_id, kind, language))


def change(form: FormData) -> Change:
    """Status, assignment and deadline as a form says them; a field that is not there changes nothing."""
    due = field(form, "due")
    status = field(form, "status")
    try:
        day = NEVER.fromisoformat(due) if due else None
        who = field(form, "assignee")
        return Change(Status(status) if status else None, "" if who == "nobody" else who or None, day,
                      form.get("due") == "" and field(form, "bulk") == "", field(form, "note"))
    except ValueError as error:
        raise Failure("invalid") from error


def _decision(services: Services, actor: Actor, language: str, case_id: str, form: FormData) -> NewDecision:
    """What a reviewer decided, as the form says it; Failure for what cannot be read."""
    item, subject = field(form, "item"), field(form, "subject")
    settled, _, piece_name = field(form, "settle").partition(":")
    try:
        act = Act(settled or field(form, "act") or "confirm")
        # the key sets the why
        because = words(language)(f"second.because.{act.value}") if field(form, "check") else ""
        new = NewDecision(
            act, subject, int(field(form, "version")), field(form, "reason") or field(form, "why") or because,
            number(form, "low"), number(form, "high"), bool(field(form, "unbounded")),
            Outcome(field(form, "outcome")) if field(form, "outcome") else None, None, number(form, "amount") or 1,
            tuple(str(one) for one in form.getlist("clause")))
        if new.low is None and field(form, "yes_no"):
            new = replace(new, low=int(field(form, "yes_no")))
    except ValueError as error:
        raise Failure("value_invalid") from error
    if settled or field(form, "take"):
        view = services.review.decisions.view(actor, case_id, language)
        viewing = Viewing(view, services.policies.of(view.policy), language)
        return _settled(viewing, new, piece_name) if settled else _taken(viewing, new, field(form, "take"), language)
    if item:
        view = services.review.decisions.view(actor, case_id, language)
        piece = Viewing(view, services.policies.of(view.policy), language).find(subject, item)
        if piece is None:
            raise Failure("no_such_item")
        return replace(new, act=Act.COUNT if isinstance(piece, Exclusion) else Act.LEAVE_OUT, place=NewPlace(
            piece.document, piece.span.start, piece.span.end, piece.quote))
    if field(form, "check"):
        return replace(new, place=_seen(services, actor, case_id, subject) if act is Act.ADD else None)
    return replace(new, place=place(services, actor, case_id, form))


def _settled(viewing: Viewing, new: NewDecision, name: str) -> NewDecision:
    """One of what was read and not decided: it counts, it does not, or it is about something else."""
    piece = viewing.find(new.subject, name)
    if not isinstance(piece, Unexplained):
        raise Failure("no_such_item")
    return replace(new, place=NewPlace(piece.document, piece.span.start, piece.span.end, piece.quote))


def _taken(viewing: Viewing, new: NewDecision, name: str, language: str) -> NewDecision:
    """Of a contradiction the figure that one source gives, with that source as its evidence."""
    say, names = words(language), viewing.names
    if name == LIST:
        count = viewing.listed(new.subject)
        return replace(new, act=Act.CORRECT, low=count, high=count, reason=new.reason or say("review.took_list"))
    piece = viewing.find(new.subject, name)
    if not isinstance(piece, Evidence) or piece.reads is None:
        raise Failure("no_such_item")
    return replace(new, act=Act.CORRECT, low=piece.reads.low, high=piece.reads.high,
                   unbounded=piece.reads.high is None,
                   reason=new.reason or say("review.took", place=names.say.place(piece.document, piece.page)),
                   place=NewPlace(piece.document, piece.span.start, piece.span.end, piece.quote))


def _seen(services: Services, actor: Actor, case_id: str, key: str) -> NewPlace | None:
    """The piece that the second reader shows for what nobody else found: the evidence of a figure of one's own."""
    item = next((one for one in services.second.view(actor, case_id).items if one.key == key), None)
    piece = item.second.evidence[0] if item is not None and item.second is not None and item.second.evidence else None
    return NewPlace(piece.document, piece.span.start, piece.span.end, piece.quote) if piece is not None else None
