"""The worklist, its saved views, many cases at once; the statistics."""
from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.http.review_requests import FilterDep, sent_file
from api.pages.rendering import page
from api.pages.results.assessments import said
from api.pages.review.case import change
from api.pages.review.renewal import confirmation, refused_of, since_of
from api.pages.routing import FormDep, PageRoute, field, see
from api.pages.texts import words
from api.service.access import Action, may
from api.service.review.worklist import today
from api.service.review_records import Filter, Sort, Status
from api.service.services import Services
from assistant.report.labels import Vocabulary
from ingestion.domain import Outcome, Overall

router = APIRouter(route_class=PageRoute)
A_PAGE = 50
# What a figure of the statistics narrows the list by, and what takes that away.
WIDER: dict[str, Any] = {"criterion": "", "result": "", "missing": None, "fact": "", "checked": ""}
KEPT = (*WIDER, "intake")    # filters that have no field of their own
CHECKED = ("confirmed", "corrected", "recounted", "rejected", "added")


@router.get("/review")
def worklist(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, wanted: FilterDep,
             after: str | None = None) -> Response:
    """The worklist by filter, with what can be done with many cases at once."""
    found = services.review.worklist.list(actor, wanted, after=after or None, limit=A_PAGE)
    since = since_of(request)
    renewing = services.review.renewals.under_way(actor, since)
    return page(request, "review/list.html", found=found, wanted=wanted, query_now=_query(wanted), later=bool(after),
                views=services.review.worklist.views(actor), reviewers=services.review.worklist.reviewers(actor),
                policy=services.policies.current, statuses=Status, sorts=Sort, today=today(),
                overalls=[(one.value, Vocabulary(services.policies.current, language).say.outcome(one))
                          for one in Overall], may_review=may(actor, Action.REVIEW_CASE, ""),
                may_register=may(actor, Action.CREATE_PAPER),
                narrowed=_narrowed(services, wanted, language), wider=_query(replace(wanted, **WIDER)),
                kept=[(name, value) for name, value in _values(wanted).items() if name in KEPT and value],
                round_name=services.intakes.rounds.titles([wanted.intake]).get(wanted.intake, ""),
                since=since, renewing=renewing, refused=refused_of(request),
                done=request.query_params.get("done", ""), failed=request.query_params.get("failed", ""))


@router.post("/review/views")
def save_view(services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    made = services.review.worklist.save_view(actor, field(form, "name"), field(form, "query"))
    return see(f"/review?{made.query}")


@router.post("/review/views/{view_id}/delete")
def delete_view(services: ServicesDep, actor: ActorDep, view_id: str) -> Response:
    services.review.worklist.delete_view(actor, view_id)
    return see("/review")


@router.post("/review/bulk")
def bulk(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, form: FormDep) -> Response:
    """The chosen cases: changed, taken away in a zip, or (once confirmed) assessed again."""
    chosen = [str(one) for one in form.getlist("cases")]
    if not chosen:
        return see(f"/review?{urlencode({**dict(parse_qsl(field(form, 'back'))), 'done': 0})}")
    if field(form, "assess"):
        return confirmation(request, services, actor, chosen, field(form, "back"))
    if field(form, "export"):
        return sent_file(services.review.exports.cases(actor, chosen, field(form, "export"), language))
    done = services.review.progress.change_all(actor, chosen, change(form))
    good = sum(not one.code for one in done)
    back = dict(parse_qsl(field(form, "back")))
    return see(f"/review?{urlencode({**back, 'done': good, 'failed': len(done) - good})}")


@router.get("/review/export/{kind}")
def export(services: ServicesDep, actor: ActorDep, language: LanguageDep, wanted: FilterDep, kind: str) -> Response:
    return sent_file(services.review.exports.list(actor, wanted, kind, language))


@router.get("/review/statistics")
def statistics(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep) -> Response:
    """Statuses by type, criteria, facts and times, as tables and plots."""
    found = services.review.statistics.all(actor)
    names = Vocabulary(services.policies.current, language)
    labels = {one.criterion: names.named(one.criterion) for one in found.criteria}
    facts = {one.key: names.fact_label(one.key) for one in found.facts}
    kinds = {one.base_type for one in found.statuses}
    table = [(kind, names.base_type(kind), [
        next((one.count for one in found.statuses if one.base_type == kind and one.status is status), 0)
        for status in Status]) for kind in sorted(kinds)]
    return page(request, "review/statistics.html", found=found, labels=labels, facts=facts, table=table,
                statuses=Status, checked=CHECKED, outcomes={one.value: said(one, language) for one in Outcome},
                kinds={kind: names.base_type(kind) for kind, _ in found.times.minutes_by_type})


def _narrowed(services: Services, wanted: Filter, language: str) -> str:
    """What a figure of the statistics stands for, in words; "" for a list that no figure opened."""
    names = Vocabulary(services.policies.current, language)
    said_of = [names.full(wanted.criterion)]
    if wanted.result in {one.value for one in Outcome}:
        said_of.append(names.say.outcome(Outcome(wanted.result)))
    texts = words(language)
    if wanted.missing is not None:
        said_of.append(texts("review.lacks", low=wanted.missing * 10, high=wanted.missing * 10 + 10))
    if wanted.fact:
        said_of.append(names.fact_label(wanted.fact))
    if wanted.checked:
        said_of.append(texts.label(f"review.checked.{wanted.checked}"))
    return texts("punctuation.list").join(one for one in said_of if one)


def _query(wanted: Filter) -> str:
    return urlencode({name: value for name, value in _values(wanted).items() if value})


def _values(wanted: Filter) -> dict[str, str]:
    return {"status": wanted.status, "assignee": wanted.assignee, "base_type": wanted.base_type,
            "outcome": wanted.outcome, "overdue": "true" if wanted.overdue else "",
            "duplicates": "true" if wanted.duplicates else "", "search": wanted.search,
            "sort": wanted.sort.value if wanted.sort is not Sort.RECEIVED else "",
            "outdated": "true" if wanted.outdated else "", "criterion": wanted.criterion, "result": wanted.result,
            "missing": "" if wanted.missing is None else str(wanted.missing), "fact": wanted.fact,
            "checked": wanted.checked, "to_check": "true" if wanted.to_check else "",
            "intake": wanted.intake, "paper": "true" if wanted.paper else ""}
