"""The supplement letter: drafted, looked at as it will be, edited, sent; its versions, for both sides to take away."""
from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from api.errors import Failure
from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.review_requests import sent_file
from api.pages.rendering import failure_said, page
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.access import Action, may
from api.service.records import Actor
from api.service.review_records import LetterFrame, Status
from api.service.services import Services

router = APIRouter(route_class=PageRoute)
OPEN = frozenset({Status.RECEIVED, Status.IN_REVIEW})
MENDED = ("letter_meanwhile", "letter_due", "too_long", "invalid")   # failures that are said beside the form


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form; `number` is the version that it was made of."""

    text: str
    frame: LetterFrame
    number: int


@router.get("/review/cases/{case_id}/letter")
def letter(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str) -> Response:
    """The newest version, or the draft; ?draft=1 makes the draft anew."""
    return _page(request, services, actor, language, case_id)


@router.post("/review/cases/{case_id}/letter/preview")
def preview(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str,
            form: FormDep) -> Response:
    """What was typed, as it would be sent; nothing is kept."""
    try:
        return _page(request, services, actor, language, case_id, _typed(form))
    except Failure as failure:
        if failure.code not in MENDED:
            raise
        return _refused(request, services, actor, language, case_id, form, failure)


@router.post("/review/cases/{case_id}/letter")
def save(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str, form: FormDep
         ) -> Response:
    """Saves; with `send` the case is returned to its applicant as well."""
    try:
        typed = _typed(form)
        services.review.letters.save(actor, case_id, typed.text, typed.number, typed.frame, language)
        if field(form, "send"):
            services.review.letters.send(actor, case_id)
            return see(f"/review/cases/{case_id}")
    except Failure as failure:
        if failure.code not in MENDED:
            raise
        return _refused(request, services, actor, language, case_id, form, failure)
    return see(f"/review/cases/{case_id}/letter")


@router.get("/review/cases/{case_id}/letter/draft/{kind}")
def draft(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str, kind: str) -> Response:
    return sent_file(services.review.exports.letter(actor, case_id, language, kind, draft=True))


@router.get("/cases/{case_id}/letters/{number}/{kind}")
def version(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str, number: int, kind: str
            ) -> Response:
    """Reviewers have every version, applicants what they were sent."""
    return sent_file(services.review.exports.letter(actor, case_id, language, kind, number=number))


def _typed(form: FormData) -> Typed:
    number = field(form, "number")
    frame = LetterFrame(field(form, "title"), field(form, "issuer"), field(form, "reference"), field(form, "contact"),
                        _day(form, "due"), None, _day(form, "dated"))
    return Typed(str(form.get("text", "")), frame, int(number) if number.isdigit() else 0)


def _day(form: FormData, name: str) -> date | None:
    try:
        return date.fromisoformat(field(form, name)) if field(form, name) else None
    except ValueError as error:
        raise Failure("invalid") from error


def _refused(request: Request, services: Services, actor: Actor, language: str, case_id: str, form: FormData,
             failure: Failure) -> Response:
    """The form as it was typed; after somebody else's version what is saved next follows that one."""
    given = FormData([(name, value) for name, value in form.multi_items()
                      if failure.code != "invalid" or name not in {"due", "dated"}])
    typed, newest = _typed(given), services.review.letters.latest(actor, case_id)
    if failure.code == "letter_meanwhile" and newest is not None:
        typed = replace(typed, number=newest.number)
    return _page(request, services, actor, language, case_id, typed, status=failure.status,
                 failure=failure_said(request, failure))


def _page(request: Request, services: Services, actor: Actor, language: str, case_id: str, typed: Typed | None = None,
          *, status: int = 200, failure: str = "") -> Response:
    """The letter: the newest version or a new draft, as typed, and whether it can still be written."""
    letters, case = services.review.letters, services.cases.get(actor, case_id)
    versions, drafted = letters.versions(actor, case_id).items, letters.draft(actor, case_id, language)
    saved = versions[0] if versions else None
    stands = services.review.submitting.submission(actor, case_id)
    writing = stands is not None and stands.status in OPEN and may(actor, Action.REVIEW_CASE, case.owner_id)
    anew = saved is None or (writing and (bool(request.query_params.get("draft")) or saved.sent is not None))
    if typed is None:
        frame = drafted.frame if anew or saved is None else saved.frame
        typed = Typed(drafted.text if anew or saved is None else saved.text, frame, saved.number if saved else 0)
    return page(request, "review/letter.html", status=status, case=case, saved=saved, typed=typed, anew=anew,
                versions=versions, writing=writing, drafted=drafted, failure=failure,
                lines=letters.shown(drafted, typed.text, typed.frame, language))
