"""Versions of the policy as policy staff see them: upload, what changed, mending, trial, publication."""
from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from api.errors import Failure
from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.pages.rendering import page
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.access import Action, may
from api.service.governance import amounts
from api.service.policies import folders
from api.service.policies.version_records import FactValue, Flip
from assistant.report.labels import Vocabulary
from assistant.wording.phrases import phrases
from ingestion.domain import Interval
from ingestion.facts.fact_files import SHARED
from ingestion.policies.files import FACTS
from ingestion.policies.policy import Policy

router = APIRouter(route_class=PageRoute, prefix="/policy/versions")
A_PAGE = 20
SHOWN = 100        # flipped cases on a page; the API gives all
BACK = "/policy/versions/"


@dataclass(frozen=True, slots=True)
class FactFigure:
    """`href` leads to all its evidence, "" for who may not see the case; `machine` is there where persons differ."""

    label: str
    value: str
    href: str
    machine: str
    by_person: bool
    evidence: int


@dataclass(frozen=True, slots=True)
class FlipLine:
    """A flip as it is read: its reason in figures."""

    flip: Flip
    before: str
    after: str
    href: str               # of the criterion in its case, "" for who may not see the case
    facts: tuple[FactFigure, ...]


@router.get("")
def versions(request: Request, services: ServicesDep, actor: ActorDep, after: str | None = None) -> Response:
    found = services.policy_work.versions.list(actor, after=after, limit=A_PAGE)
    return page(request, "policy/versions.html", found=found, later=after is not None,
                policy=services.policies.current, may_write=may(actor, Action.WRITE_POLICY))


@router.post("")
async def upload(services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """A folder as a zip, or only the text, as a file of any kind that is read or pasted."""
    work, note = services.policy_work.versions, field(form, "note")
    (packed, _), (document, name) = await _content(form, "folder"), await _content(form, "text")
    if packed:
        made = await run_in_threadpool(work.upload, actor, packed, note)
    elif document:
        made = await run_in_threadpool(work.upload_document, actor, document, name, field(form, "version"), note)
    else:
        made = await run_in_threadpool(work.upload_text, actor, field(form, "words").encode(), field(form, "version"),
                                       note)
    return see(BACK + made.line.id)


@router.get("/{version_id}")
def version(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, version_id: str
            ) -> Response:
    """A version with its problems, its trial, and what it changes of stored cases, as far as one may see them."""
    work = services.policy_work
    one, trial = work.versions.get(actor, version_id), work.trials.latest(actor, version_id)
    policy = services.policies.current
    shown = trial.found.flips[:SHOWN] if trial and trial.found else ()
    seen = services.cases.seen(actor, [case.case_id for case in shown])
    reviews = may(actor, Action.READ_REVIEWS)
    flips = [(case, [_flip(flip, case.case_id if case.case_id in seen else "", reviews, policy, language)
                     for flip in case.flips]) for case in shown]
    names = Vocabulary(policy, language)
    readable = [name for name in one.files if folders.readable(name)]
    facts_in = {name: _fact_of(name, policy, language) for name in readable
                if name.startswith(f"{FACTS}/") and name != SHARED}
    return page(request, "policy/version.html", one=one, line=one.line, trial=trial, flips=flips, seen=seen,
                readable=[name for name in readable if name not in facts_in], facts_in=facts_in,
                labels={one.id: names.label(one) for one in policy.criteria},
                facts={key: names.fact_label(key) for key in policy.facts.facts},
                difference=work.versions.difference(actor, version_id), policy=policy,
                outcome=lambda value: names.outcome(value) if value else "", cited=phrases(language).citation,
                may_try=one.line.problems == 0 and (may(actor, Action.WRITE_POLICY)
                                                    or may(actor, Action.PUBLISH_POLICY, "")),
                may_send_back=one.line.state == "proposed" and (may(actor, Action.WRITE_POLICY)
                                                                or may(actor, Action.PUBLISH_POLICY, "")))


@router.get("/{version_id}/folder")
def folder(services: ServicesDep, actor: ActorDep, version_id: str) -> Response:
    return Response(services.policy_work.versions.packed(actor, version_id), media_type="application/zip",
                    headers={"Content-Disposition": f'attachment; filename="policy-{version_id[:8]}.zip"'})


@router.get("/{version_id}/files/{name:path}")
def file(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, version_id: str, name: str
         ) -> Response:
    work = services.policy_work.versions
    one = work.get(actor, version_id)
    return page(request, "policy/file.html", one=one, name=name, content=work.file(actor, version_id, name),
                fact=_fact_of(name, services.policies.current, language),
                problems=[problem for problem in one.problems if problem.file == name])


@router.post("/{version_id}/files/{name:path}")
def mend(services: ServicesDep, actor: ActorDep, version_id: str, name: str, form: FormDep) -> Response:
    content = form.get("content")
    services.policy_work.versions.mend(actor, version_id, field(form, "digest"), name,
                                       content if isinstance(content, str) else "")
    return see(BACK + version_id)


@router.post("/{version_id}/criteria/{criterion}")
def mend_criterion(services: ServicesDep, actor: ActorDep, version_id: str, criterion: str, form: FormDep) -> Response:
    """Other words and bar, or the criterion taken out."""
    work, digest = services.policy_work.versions, field(form, "digest")
    if field(form, "drop"):
        work.drop_criterion(actor, version_id, digest, criterion)
        return see(BACK + version_id)
    values: dict[str, str | int] = {name: field(form, name) for name in ("quote", "cites") if field(form, name)}
    if field(form, "bar"):
        values["bar"] = amounts.read(field(form, "bar"), field(form, "unit"))
    work.mend_criterion(actor, version_id, digest, criterion, values)
    return see(BACK + version_id + "#criteria")


@router.post("/{version_id}/trial")
def try_it(services: ServicesDep, actor: ActorDep, version_id: str) -> Response:
    services.policy_work.trials.start(actor, version_id)
    return see(BACK + version_id + "?trial=1#trial")


@router.post("/{version_id}/{step}")
def step(services: ServicesDep, actor: ActorDep, version_id: str, step: str, form: FormDep) -> Response:
    """propose, publish, send-back, renumber, renew, withdraw."""
    work, digest = services.policy_work.versions, field(form, "digest")
    steps = {"propose": lambda: work.propose(actor, version_id, digest),
             "publish": lambda: work.publish(actor, version_id, digest),
             "send-back": lambda: work.send_back(actor, version_id, field(form, "reason")),
             "renumber": lambda: work.renumber(actor, version_id, digest),
             "renew": lambda: work.renew(actor, version_id), "withdraw": lambda: work.withdraw(actor, version_id)}
    if step not in steps:
        raise Failure("not_found")
    steps[step]()
    return see(BACK + version_id)


async def _content(form: FormData, name: str) -> tuple[bytes, str]:
    """What was sent as a file, and its name; nothing where none was."""
    value = form.get(name)
    if not isinstance(value, UploadFile) or not value.filename:
        return b"", ""
    data = await value.read(folders.MOST_BYTES + 1)
    if len(data) > folders.MOST_BYTES:
        raise Failure("policy_zip", name=f"> {folders.MOST_BYTES // 1_000_000} MB")
    return data, value.filename


def _flip(flip: Flip, case_id: str, reviews: bool, policy: Policy, language: str) -> FlipLine:
    """`case_id` "" for who may not see the case; whoever `reviews` is led to where persons decided."""
    names = Vocabulary(policy, language)
    facts = tuple(FactFigure(
        one.label_en if language == "en" else one.label, _value(one, one.value, names),
        "" if not case_id else f"/review/cases/{case_id}#s-{one.key}" if reviews and one.by_person
        else f"/cases/{case_id}/facts/{one.key}",
        _value(one, one.machine, names) if one.by_person and one.machine != one.value else "", one.by_person,
        one.evidence) for one in flip.facts)
    before, after = (names.outcome(one) if one else "" for one in (flip.before, flip.after))
    return FlipLine(flip, before, after, f"/cases/{case_id}#c-{flip.criterion}" if case_id else "", facts)


def _value(fact: FactValue, value: Interval | None, names: Vocabulary) -> str:
    """The interval as people read it, "" where nothing was found."""
    if value is None:
        return ""
    if fact.key in names.policy.facts.facts:
        return names.interval(fact.key, value)
    high = "" if value.high is None else str(value.high)
    return high if str(value.low) == high else f"{value.low}–{high}"


def _fact_of(name: str, policy: Policy, language: str) -> str:
    """What the fact of a file is called, "" for what several share and for other files."""
    if not name.startswith(f"{FACTS}/") or name == SHARED:
        return ""
    key = name.removeprefix(f"{FACTS}/").removesuffix(".yaml")
    return Vocabulary(policy, language).fact_label(key)
