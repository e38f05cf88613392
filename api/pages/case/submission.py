"""Handing a case in: what is still open is said once, what was handed in stays to be seen, and is taken back."""
from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, UploadFile

from api.errors import Failure
from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.pages.case import intake_words, todos
from api.pages.rendering import failure_said, page
from api.pages.results import reviewed as review_view
from api.pages.results.assessments import Changed, changed
from api.pages.routing import FormDep, PageRoute, field, see
from api.pages.viewing.picking import number as _number
from api.pages.viewing.picking import place
from api.service.cases import points
from api.service.records import Actor, Upload
from api.service.review_records import NewReply, Submission
from api.service.services import Services
from assistant.report.labels import Vocabulary
from ingestion.errors import GuoheError

router = APIRouter(route_class=PageRoute)


@router.get("/cases/{case_id}/submission")
def ask(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str) -> Response:
    """What is still open, and what has changed since the last time, before it is handed in."""
    found = services.cases.get(actor, case_id)
    view = services.assessments.latest(actor, case_id, language)
    if view is None:
        raise Failure("not_assessed")
    if not found.may_change:
        return see(f"/cases/{case_id}")
    stands = services.review.submitting.submission(actor, case_id)
    counts = points.counted(points.open_points(view.result, services.files.list(actor, case_id)))
    return page(request, "submission.html", case=found, counts=counts, seen=view.line.id, submission=stands,
                rounds=intake_words.lines(services, actor, found, language),
                choices=intake_words.offered(services, found), refused=failure_said(
                    request, None if found.status else services.intakes.rounds.refusal(found.base_type)),
                changed=changed(services, actor, language, case_id, stands.handed.assessment_id, view.line.id)
                if stands else None)


@router.post("/cases/{case_id}/submission")
def submit(services: ServicesDep, actor: ActorDep, case_id: str, form: FormDep) -> Response:
    """Said twice, it is done once."""
    try:
        services.review.submitting.submit(actor, case_id, field(form, "seen"), field(form, "intake"))
    except Failure as failure:
        if failure.code != "submitted_already":
            raise
    return see(f"/cases/{case_id}")


@router.post("/cases/{case_id}/submission/withdraw")
def withdraw(services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    services.review.submitting.withdraw(actor, case_id)
    return see(f"/cases/{case_id}")


@router.get("/cases/{case_id}/submissions")
def submissions(request: Request, services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    """Each receipt with its frozen copy."""
    return page(request, "submissions.html", case=services.cases.get(actor, case_id),
                submissions=services.review.submitting.history(actor, case_id).items, policy=services.policies.current,
                letters=services.review.letters.sent(actor, case_id).items)


@router.get("/cases/{case_id}/replies/{subject}")
def entry(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str, subject: str
          ) -> Response:
    """What the applicant says to one entry, to be written or mended."""
    found, view = services.cases.get(actor, case_id), services.assessments.latest(actor, case_id, language)
    known = todos.entry(view.result, services.policies.of(view.policy), language, subject) if view else None
    if view is None or known is None:
        raise Failure("not_found")
    said = services.review.replies.of(actor, case_id).get(subject)
    shown = review_view.reply(said, case_id, Vocabulary(services.policies.of(view.policy), language))
    return page(request, "reply.html", case=found, subject=subject, label=known[0], yes_no=known[1], unit=known[2],
                reply=shown, low=said.value.low if said and said.value else None,
                version=services.review.replies.version(actor, case_id, subject))


@router.post("/cases/{case_id}/replies/{subject}")
def answer(services: ServicesDep, actor: ActorDep, case_id: str, subject: str, form: FormDep) -> Response:
    """With a file, if there is one: added to the case first, which is then assessed anew."""
    try:
        low = _number(form, "low")
        new = NewReply(subject, int(field(form, "version")), field(form, "text"), low, low)
    except ValueError as error:
        raise Failure("value_invalid") from error
    file = _added(services, actor, case_id, form)
    before = services.review.replies.of(actor, case_id).get(subject)
    kept = before.file_id if before and not file else file
    try:
        services.review.replies.say(actor, case_id, replace(new, place=place(services, actor, case_id, form),
                                                            file_id=kept))
    finally:
        if file:
            services.assessments.start(actor, case_id)
    return see(f"/cases/{case_id}#todo")


def _added(services: Services, actor: Actor, case_id: str, form: FormData) -> str | None:
    """The file of the form as a file of the case; what is refused says why."""
    given = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    if not given:
        return None
    added = services.files.add(actor, case_id, [Upload(str(one.filename), one.file) for one in given[:1]])
    if not added or added[0].file is None:
        raise GuoheError(added[0].message_en, added[0].message) if added else Failure("no_upload")
    return added[0].file.id


def since(services: Services, actor: Actor, language: str, submission: Submission | None) -> Changed | None:
    """What the last submission changed of the one before it; None where there is only one."""
    if submission is None or submission.before is None:
        return None
    return changed(services, actor, language, submission.case_id, submission.before.assessment_id,
                   submission.handed.assessment_id)
