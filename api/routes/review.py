"""The review: the worklist, one case before a reviewer, what is decided, letters, statistics, files to take away."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.review_requests import FilterDep, sent_file
from api.http.schemas import ROOT, Part, answers, part, sent
from api.routes import review_bodies as bodies
from api.service.records import CaseView, JobView
from api.service.review_records import (
    DecisionView,
    Done,
    Handed,
    LetterDraft,
    LetterView,
    Renewing,
    ReplyView,
    SavedViewLine,
    SentLetter,
    Statistics,
    Submission,
    WorkLine,
)

router = APIRouter(prefix=ROOT, tags=["review"])
CASE = "/review/cases/{case_id}"
USUAL = ("not_signed_in", "not_found", "forbidden", "not_submitted")


@router.post("/cases/{case_id}/submission", response_model=Submission, status_code=201, summary="Hand a case in",
             responses=answers("submission", "not_signed_in", "not_found", "forbidden", "not_assessed", "stale",
                               "submitted_already", "changed_meanwhile", "intake_needed", "intake_closed",
                               "intake_planned", "intake_waits", "intake_suspended", "csrf", status=201))
def submit(services: ServicesDep, actor: ActorDep, case_id: str,
           seen: Annotated[str, Query(max_length=32, description="The assessment that one means to hand in")] = "",
           intake: Annotated[str, Query(max_length=32, description="The round, where several are open")] = ""
           ) -> Submission:
    """By its applicant, as it was assessed last; again after it was returned for supplement. From then on it stays as
    it is, until it is returned or taken back.
    """
    return services.review.submitting.submit(actor, case_id, seen, intake)


@router.get("/cases/{case_id}/submission", response_model=Submission | None, summary="How a case handed in stands",
            responses=answers("submission", "not_signed_in", "not_found"))
def submission(services: ServicesDep, actor: ActorDep, case_id: str) -> Submission | None:
    """Null for one that was not handed in. `letter` says what has to be mended while it is returned."""
    return services.review.submitting.submission(actor, case_id)


@router.get("/cases/{case_id}/letters", response_model=Part[SentLetter], summary="The letters that were sent",
            responses=answers("letters_sent", "not_signed_in", "not_found", "cursor_invalid"))
def letters_sent(services: ServicesDep, actor: ActorDep, case_id: str, after: str | None = None,
                 limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    return part(services.review.letters.sent(actor, case_id, after=after, limit=limit))


@router.get("/cases/{case_id}/letters/{number}/{kind}", summary="A letter as a file", response_class=Response,
            responses={**answers("", "not_signed_in", "not_found"),
                       200: {"content": {"application/octet-stream": {"example": "（docx）"}}}})
def letter_file(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str, number: int,
                kind: Literal["docx", "pdf"]) -> Response:
    """Applicants have those that they were sent, reviewers every version."""
    return sent_file(services.review.exports.letter(actor, case_id, language, kind, number=number))


@router.delete("/cases/{case_id}/submission", status_code=204, summary="Take a case back",
               responses=answers("", "not_signed_in", "not_found", "forbidden", "not_submitted", "taken_up", "csrf"))
def withdraw(services: ServicesDep, actor: ActorDep, case_id: str) -> None:
    """By its applicant, before a reviewer has taken it up."""
    services.review.submitting.withdraw(actor, case_id)


@router.get("/cases/{case_id}/submissions", response_model=Part[Handed], summary="Everything handed in of a case",
            responses=answers("submissions", "not_signed_in", "not_found", "cursor_invalid"))
def submissions(services: ServicesDep, actor: ActorDep, case_id: str, after: str | None = None,
                limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """The newest first, also what was taken back. What changed between two: the difference of their assessments."""
    return part(services.review.submitting.history(actor, case_id, after=after, limit=limit))


@router.get("/cases/{case_id}/replies", response_model=Part[ReplyView], summary="What the applicant says to entries",
            responses=answers("replies", "not_signed_in", "not_found", "cursor_invalid"))
def replies(services: ServicesDep, actor: ActorDep, case_id: str, after: str | None = None,
            limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """What stands to each entry, the newest first; for others than the applicant, as it was handed in."""
    return part(services.review.replies.list(actor, case_id, after=after, limit=limit))


@router.post("/cases/{case_id}/replies", response_model=ReplyView, status_code=201, summary="Say something to an entry",
             openapi_extra=sent("new_reply"),
             responses=answers("reply", "not_signed_in", "not_found", "forbidden", "handed_in", "not_assessed",
                               "unknown_subject", "reply_empty", "replied_meanwhile", "value_invalid", "quote_differs",
                               "csrf", status=201))
def reply(services: ServicesDep, actor: ActorDep, case_id: str, body: bodies.ReplyBody) -> ReplyView:
    """By its applicant, while the case is a draft or returned. A file is added first, and named here."""
    return services.review.replies.say(actor, case_id, body.record())


@router.get("/review/cases", response_model=Part[WorkLine], summary="The worklist",
            responses=answers("worklist", "not_signed_in", "forbidden", "cursor_invalid"))
def worklist(services: ServicesDep, actor: ActorDep, wanted: FilterDep, after: str | None = None,
             limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    return part(services.review.worklist.list(actor, wanted, after=after, limit=limit))


@router.get("/review/cases/export", summary="The worklist as a file", response_class=Response,
            responses={**answers("", "not_signed_in", "forbidden", "unknown_export"),
                       200: {"content": {"application/octet-stream": {"example": "（xlsx）"}}}})
def export_list(services: ServicesDep, actor: ActorDep, language: LanguageDep, wanted: FilterDep,
                kind: Literal["xlsx", "docx", "pdf"] = "xlsx") -> Response:
    return sent_file(services.review.exports.list(actor, wanted, kind, language))


@router.post("/review/cases/files", summary="The review forms of several cases in a zip", response_class=Response,
             openapi_extra=sent("cases_to_export"),
             responses={**answers("", *USUAL, "too_many_cases", "unknown_export", "csrf"),
                        200: {"content": {"application/zip": {"example": "（zip）"}}}})
def export_cases(services: ServicesDep, actor: ActorDep, language: LanguageDep, body: bodies.CasesBody) -> Response:
    return sent_file(services.review.exports.cases(actor, body.cases, body.kind, language))


@router.post("/review/cases/change", response_model=list[Done], summary="Change several cases at once",
             openapi_extra=sent("bulk_change"),
             responses=answers("bulk_done", "not_signed_in", "too_many_cases", "csrf"))
def change_all(services: ServicesDep, actor: ActorDep, body: bodies.BulkBody) -> tuple[Done, ...]:
    """Each for itself: what cannot be done to one is said, and done to the others."""
    return services.review.progress.change_all(actor, body.cases, body.record())


@router.post("/review/cases/assessments", response_model=list[Done], status_code=202,
             summary="Assess several cases with the version of the policy in force",
             openapi_extra=sent("cases_to_assess"),
             responses=answers("bulk_done", "not_signed_in", "too_many_cases", "csrf", status=202))
def assess_many(services: ServicesDep, actor: ActorDep, body: bodies.RenewalBody) -> tuple[Done, ...]:
    """Those that were assessed with another version, each for itself; how they go on: `/review/assessments`."""
    return services.review.renewals.many(actor, body.cases)


@router.get("/review/assessments", response_model=Renewing, summary="How the assessments of others' cases go on",
            responses=answers("renewing", "not_signed_in", "forbidden"))
def under_way(services: ServicesDep, actor: ActorDep,
              since: Annotated[datetime | None, Query(description="Without: those that are not ended")] = None
              ) -> Renewing:
    """Those that one asked for oneself, since then."""
    return services.review.renewals.under_way(actor, since)


@router.get("/review/reviewers", response_model=bodies.PeopleBody, summary="Whom a case can be given to",
            responses=answers("reviewers", "not_signed_in", "forbidden"))
def reviewers(services: ServicesDep, actor: ActorDep) -> bodies.PeopleBody:
    return bodies.PeopleBody(reviewers=list(services.review.worklist.reviewers(actor)))


@router.get("/review/views", response_model=Part[SavedViewLine], summary="One's own saved views",
            responses=answers("saved_views", "not_signed_in", "forbidden"))
def views(services: ServicesDep, actor: ActorDep, after: str | None = None,
          limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """All at once: there are few."""
    _ = after, limit
    return {"items": services.review.worklist.views(actor), "after": None, "total": None}


@router.put("/review/views", response_model=SavedViewLine, summary="Save a view", openapi_extra=sent("saved_view_new"),
            responses=answers("saved_view", "not_signed_in", "forbidden", "too_many_views", "csrf"))
def save_view(services: ServicesDep, actor: ActorDep, body: bodies.ViewBody) -> SavedViewLine:
    return services.review.worklist.save_view(actor, body.name, body.query)


@router.delete("/review/views/{view_id}", status_code=204, summary="Delete a saved view",
               responses=answers("", "not_signed_in", "not_found", "forbidden", "csrf"))
def delete_view(services: ServicesDep, actor: ActorDep, view_id: str) -> None:
    services.review.worklist.delete_view(actor, view_id)


@router.get("/review/statistics", response_model=Statistics, summary="What the reviews come to together",
            responses=answers("statistics", "not_signed_in", "forbidden"))
def statistics(services: ServicesDep, actor: ActorDep) -> Statistics:
    return services.review.statistics.all(actor)


@router.get(CASE, response_model=bodies.ReviewBody, summary="A case before a reviewer",
            responses=answers("review", *USUAL, "not_assessed"))
def review(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str) -> bodies.ReviewBody:
    """The program's figures and outcomes, and persons', side by side."""
    view = services.review.decisions.view(actor, case_id, language)
    return bodies.review(view, services.policies.of(view.policy), language)


@router.patch(CASE, status_code=204, summary="Change status, assignment or deadline",
              openapi_extra=sent("review_change"),
              responses=answers("", *USUAL, "status_not_possible", "not_a_reviewer", "own_case", "left_to_check",
                                "return_unexplained", "second_reviewer", "csrf"))
def change(services: ServicesDep, actor: ActorDep, case_id: str, body: bodies.ChangeBody) -> None:
    services.review.progress.change(actor, case_id, body.record())


@router.post(f"{CASE}/taking-over", response_model=CaseView, summary="Take over an application on paper",
             responses=answers("case", *USUAL, "not_on_paper", "csrf"))
def take_over(services: ServicesDep, actor: ActorDep, case_id: str) -> CaseView:
    """From whoever typed it in: while it is returned, only its owner adds what its applicant sends in."""
    return services.cases.take_over(actor, case_id)


@router.post(f"{CASE}/assessments", response_model=JobView, status_code=202,
             summary="Assess a case with the version of the policy in force",
             responses=answers("job", *USUAL, "review_closed", "changed_since", "no_files", "queue_full", "csrf",
                               status=202))
def assess_again(services: ServicesDep, actor: ActorDep, case_id: str) -> JobView:
    """By a reviewer, after a version was published. Results that were made, and decisions, are kept."""
    return services.review.renewals.one(actor, case_id)


@router.get(f"{CASE}/decisions", response_model=Part[DecisionView], summary="What was decided about a case",
            responses=answers("decisions", *USUAL, "cursor_invalid"))
def decisions(services: ServicesDep, actor: ActorDep, case_id: str, subject: str = "", after: str | None = None,
              limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """The newest first."""
    return part(services.review.decisions.history(actor, case_id, subject=subject, after=after, limit=limit))


@router.post(f"{CASE}/decisions", response_model=DecisionView, status_code=201,
             summary="Decide about a fact or criterion",
             openapi_extra=sent("new_decision"),
             responses=answers("decision", *USUAL, "decided_meanwhile", "review_closed", "reason_missing",
                               "value_invalid", "quote_differs", "no_such_item", "nothing_to_take", "clause_unseen",
                               "session_needed", "csrf", status=201))
def decide(services: ServicesDep, actor: ActorDep, case_id: str, body: bodies.DecisionBody) -> DecisionView:
    """A decision on a version that is not the newest is refused with the other's in `detail`."""
    return services.review.decisions.decide(actor, case_id, body.record())


@router.put(f"{CASE}/presence", response_model=bodies.HereBody, summary="Say that one has the case open",
            openapi_extra=sent("presence"), responses=answers("here", *USUAL[:3], "csrf"))
def come(services: ServicesDep, actor: ActorDep, case_id: str, body: bodies.SubjectBody) -> bodies.HereBody:
    """And who else has. To be said again every half minute."""
    return bodies.HereBody(here=list(services.review.presences.come(actor, case_id, body.subject)))


@router.get(f"{CASE}/presence", response_model=bodies.HereBody, summary="Who else has the case open",
            responses=answers("here", *USUAL[:3]))
def others(services: ServicesDep, actor: ActorDep, case_id: str) -> bodies.HereBody:
    return bodies.HereBody(here=list(services.review.presences.others(actor, case_id)))


@router.delete(f"{CASE}/presence", status_code=204, summary="Say that one has left the case",
               responses=answers("", *USUAL[:3], "csrf"))
def leave(services: ServicesDep, actor: ActorDep, case_id: str) -> None:
    services.review.presences.leave(actor, case_id)


@router.get(f"{CASE}/letter", response_model=LetterView | None, summary="The supplement letter as it was saved last",
            responses=answers("letter", *USUAL[:3]))
def letter(services: ServicesDep, actor: ActorDep, case_id: str) -> LetterView | None:
    return services.review.letters.latest(actor, case_id)


@router.get(f"{CASE}/letter/draft", response_model=LetterDraft, summary="The letter that the gaps make",
            responses=answers("letter_draft", *USUAL, "not_assessed"))
def letter_draft(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str) -> LetterDraft:
    """The deadline, the number and the date are given when it is sent, where `frame` leaves them open."""
    return services.review.letters.draft(actor, case_id, language)


@router.get(f"{CASE}/letter/versions", response_model=Part[LetterView], summary="Every version of the letter",
            responses=answers("letters", *USUAL[:3], "cursor_invalid"))
def letter_versions(services: ServicesDep, actor: ActorDep, case_id: str, after: str | None = None,
                    limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    return part(services.review.letters.versions(actor, case_id, after=after, limit=limit))


@router.put(f"{CASE}/letter", response_model=LetterView, summary="Save the letter", openapi_extra=sent("letter_text"),
            responses=answers("letter", *USUAL, "letter_meanwhile", "letter_due", "too_long", "csrf"))
def save_letter(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str, body: bodies.LetterBody
                ) -> LetterView:
    """A new version; those before are kept."""
    return services.review.letters.save(actor, case_id, body.text, body.number, body.frame, language)


@router.post(f"{CASE}/letter/sending", response_model=LetterView, summary="Return the case with its letter",
             responses=answers("letter", *USUAL, "no_letter", "letter_due", "status_not_possible", "csrf"))
def send_letter(services: ServicesDep, actor: ActorDep, case_id: str) -> LetterView:
    """Dated, numbered, with the last day to answer counted in working days, each where nobody has given one."""
    return services.review.letters.send(actor, case_id)


@router.get(f"{CASE}/files/{{kind}}", summary="A case as a file", response_class=Response,
            responses={**answers("", *USUAL, "unknown_export"),
                       200: {"content": {"application/octet-stream": {"example": "（docx）"}}}})
def export(services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str,
           kind: Literal["docx", "pdf", "xlsx", "letter"]) -> Response:
    """The review form with both values and every decision, or ("letter") the newest supplement letter as docx."""
    exports = services.review.exports
    return sent_file(exports.letter(actor, case_id, language) if kind == "letter" else
                     exports.case(actor, case_id, kind, language))
