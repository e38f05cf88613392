"""Versions of the policy, for policy staff: uploaded, mended, tried on stored cases, published by a second person."""
from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, UploadFile
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.errors import Failure
from api.http.admission import Takes, takes
from api.http.deps import ActorDep, ServicesDep
from api.http.schemas import ROOT, Body, Part, answers, part, sent
from api.service.governance.form_records import FormChange, FormPart, FormsView
from api.service.policies import folders
from api.service.policies.version_records import TrialView, VersionDifference, VersionLine, VersionView

router = APIRouter(prefix=f"{ROOT}/policy/versions", tags=["policy staff"])
READS = ("not_signed_in", "forbidden", "not_found")
LONG = ConfigDict(extra="forbid", str_max_length=400_000)   # a file of a policy folder
WRITES = (*READS, "policy_state", "policy_changed", "csrf")


class NewText(Body):
    """Only the text; the rest is the current version's."""

    model_config = LONG
    text: str
    version: str = Field("", max_length=50, description="Empty: the current one, its last number raised")
    note: str = Field("", max_length=2_000)


class Mended(Body):
    model_config = LONG
    digest: str = Field(description="Of the version as it was looked at")
    content: str


class MendedCriterion(Body):
    """What is left out stays."""

    digest: str
    quote: str | None = None
    cites: str | None = Field(None, max_length=40)
    bar: int | None = Field(None, ge=0)


class FormBody(Body):
    """Values by field, as a person types them: 200万元, 2025-01-10, true. `id` names the reading, criterion or fact;
    empty with `reading` adds one. `reword`: the clause in the text is to name the new threshold too.
    """

    digest: str
    part: FormPart
    id: str = Field("", max_length=100)
    values: dict[str, str] = Field(max_length=40)
    reword: bool = False


class Digest(Body):
    digest: str = Field(description="Of the version as it was looked at")


@router.get("", response_model=Part[VersionLine], summary="Versions of the policy",
            responses=answers("policy_versions", "not_signed_in", "forbidden", "cursor_invalid"))
def versions(services: ServicesDep, actor: ActorDep, after: str | None = None,
             limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """The newest first. Before the first published one the folder of the installation is current."""
    return part(services.policy_work.versions.list(actor, after=after, limit=limit))


@router.post("", response_model=VersionView, status_code=201, summary="Upload a policy folder",
             openapi_extra={"requestBody": {"content": {"multipart/form-data": {"example": {"file": "policy.zip"}}}}},
             responses=answers("policy_version", "not_signed_in", "forbidden", "policy_zip", "policy_unread", "csrf",
                               status=201))
@takes(Takes.FOLDER_FILE)
async def upload(services: ServicesDep, actor: ActorDep, file: UploadFile, note: str = "") -> VersionView:
    """A zip. Mistakes in it are the draft's problems, as `guohe policy check` says them."""
    data = await read(file)
    return await run_in_threadpool(services.policy_work.versions.upload, actor, data, note)


@router.post("/text", response_model=VersionView, status_code=201, summary="Upload only the text of a new version",
             openapi_extra=sent("policy_text"),
             responses=answers("policy_version", "not_signed_in", "forbidden", "policy_text", "csrf", status=201))
@takes(Takes.FOLDER_FILE)
def upload_text(services: ServicesDep, actor: ActorDep, body: NewText) -> VersionView:
    """Criteria whose quotation vanished must be mended before it can be proposed."""
    return services.policy_work.versions.upload_text(actor, body.text.encode(), body.version, body.note)


@router.post("/document", response_model=VersionView, status_code=201,
             summary="Upload the text of a new version as a file",
             openapi_extra={"requestBody": {"content": {"multipart/form-data": {"example": {"file": "办法.docx"}}}}},
             responses=answers("policy_version", "not_signed_in", "forbidden", "policy_text", "policy_unread", "csrf",
                               status=201))
@takes(Takes.FOLDER_FILE)
async def upload_document(services: ServicesDep, actor: ActorDep, file: UploadFile, version: str = "", note: str = ""
                          ) -> VersionView:
    """Word, pdf or text in UTF-8, GB18030 or UTF-16, read as applications are; the rest as in `/text`."""
    data = await read(file)
    return await run_in_threadpool(services.policy_work.versions.upload_document, actor, data, file.filename or "",
                                   version, note)


@router.get("/{version_id}", response_model=VersionView, summary="One version, with its mistakes",
            responses=answers("policy_version", *READS))
def version(services: ServicesDep, actor: ActorDep, version_id: str) -> VersionView:
    return services.policy_work.versions.get(actor, version_id)


@router.get("/{version_id}/difference", response_model=VersionDifference,
            summary="What changed against the version before", responses=answers("policy_difference", *READS))
def difference(services: ServicesDep, actor: ActorDep, version_id: str) -> VersionDifference:
    """By article and item, word by word, with the criteria that rest on what changed."""
    return services.policy_work.versions.difference(actor, version_id)


@router.get("/{version_id}/folder", summary="The whole folder as a zip", response_class=Response,
            responses=answers("policy_folder", *READS, media="application/zip"))
def folder(services: ServicesDep, actor: ActorDep, version_id: str) -> Response:
    data = services.policy_work.versions.packed(actor, version_id)
    return Response(data, media_type="application/zip",
                    headers={"Content-Disposition": f'attachment; filename="policy-{version_id[:8]}.zip"'})


@router.put("/{version_id}/files/{name:path}", response_model=VersionView, summary="Mend a file of a draft",
            openapi_extra=sent("policy_file"), responses=answers("policy_version", *WRITES, "policy_yaml"))
@takes(Takes.FOLDER_FILE)
def mend(services: ServicesDep, actor: ActorDep, version_id: str, name: str, body: Mended) -> VersionView:
    return services.policy_work.versions.mend(actor, version_id, body.digest, name, body.content)


@router.patch("/{version_id}/criteria/{criterion}", response_model=VersionView, summary="Mend a criterion of a draft",
              openapi_extra=sent("policy_criterion"), responses=answers("policy_version", *WRITES, "policy_yaml"))
def mend_criterion(services: ServicesDep, actor: ActorDep, version_id: str, criterion: str, body: MendedCriterion
                   ) -> VersionView:
    values = {name: value for name, value in (("quote", body.quote), ("cites", body.cites), ("bar", body.bar))
              if value is not None}
    return services.policy_work.versions.mend_criterion(actor, version_id, body.digest, criterion, values)


@router.delete("/{version_id}/criteria/{criterion}", response_model=VersionView,
               summary="Take a criterion out of a draft", responses=answers("policy_version", *WRITES))
def drop_criterion(services: ServicesDep, actor: ActorDep, version_id: str, criterion: str, digest: str
                   ) -> VersionView:
    return services.policy_work.versions.drop_criterion(actor, version_id, digest, criterion)


@router.get("/{version_id}/forms", response_model=FormsView, summary="Its settings by their labels",
            responses=answers("policy_forms", *READS))
def form_values(services: ServicesDep, actor: ActorDep, version_id: str) -> FormsView:
    """Status, dates, window, criteria, facts; each with the file and the line that it is kept in."""
    return services.policy_work.versions.forms(actor, version_id)


@router.patch("/{version_id}/forms", response_model=VersionView, summary="Mend a draft by a form",
              openapi_extra=sent("policy_form"),
              responses=answers("policy_version", *WRITES, "policy_yaml", "policy_field", "policy_amount",
                                "policy_reword"))
def mend_form(services: ServicesDep, actor: ActorDep, version_id: str, body: FormBody) -> VersionView:
    return services.policy_work.versions.mend_form(
        actor, version_id, body.digest, FormChange(body.part, body.id, body.values, body.reword))


@router.post("/{version_id}/trial", response_model=TrialView, status_code=202, summary="Try it on stored cases",
             responses=answers("policy_trial", *READS, "policy_problems", "trial_running", "csrf", status=202))
def try_it(services: ServicesDep, actor: ActorDep, version_id: str) -> TrialView:
    """Its rules over the facts of up to 1,000 stored assessments, in the background; no document is read again."""
    return services.policy_work.trials.start(actor, version_id)


@router.get("/{version_id}/trial", response_model=TrialView | None, summary="The last trial: what flips, and why",
            responses=answers("policy_trial_done", *READS))
def trial(services: ServicesDep, actor: ActorDep, version_id: str) -> TrialView | None:
    """null before the first one."""
    return services.policy_work.trials.latest(actor, version_id)


@router.post("/{version_id}/proposal", response_model=VersionView, summary="Propose its publication",
             openapi_extra=sent("policy_digest"),
             responses=answers("policy_version", *WRITES, "policy_problems", "policy_moved"))
def propose(services: ServicesDep, actor: ActorDep, version_id: str, body: Digest) -> VersionView:
    return services.policy_work.versions.propose(actor, version_id, body.digest)


@router.delete("/{version_id}/proposal", response_model=VersionView, summary="Send a proposal back",
               responses=answers("policy_version", *READS, "policy_state", "csrf"))
def send_back(services: ServicesDep, actor: ActorDep, version_id: str, reason: str = "") -> VersionView:
    return services.policy_work.versions.send_back(actor, version_id, reason)


@router.post("/{version_id}/publication", response_model=VersionView, summary="Publish what another person proposed",
             openapi_extra=sent("policy_digest"),
             responses=answers("policy_version", *WRITES, "policy_problems", "policy_moved", "same_person"))
def publish(services: ServicesDep, actor: ActorDep, version_id: str, body: Digest) -> VersionView:
    """New assessments rest on it from here on; what was assessed before keeps its version."""
    return services.policy_work.versions.publish(actor, version_id, body.digest)


@router.post("/{version_id}/numbers", response_model=VersionView, summary="Name clauses by the numbers they have now",
             openapi_extra=sent("policy_digest"), responses=answers("policy_version", *WRITES))
def renumber(services: ServicesDep, actor: ActorDep, version_id: str, body: Digest) -> VersionView:
    """In every file of a draft that still has the old ones (`old_numbers` of its difference)."""
    return services.policy_work.versions.renumber(actor, version_id, body.digest)


@router.post("/{version_id}/base", response_model=VersionView, summary="Hold a draft against the current version",
             responses=answers("policy_version", *READS, "policy_state", "csrf"))
def renew(services: ServicesDep, actor: ActorDep, version_id: str) -> VersionView:
    return services.policy_work.versions.renew(actor, version_id)


@router.delete("/{version_id}", response_model=VersionView, summary="Give up a version that was not published",
               responses=answers("policy_version", *READS, "policy_state", "csrf"))
def withdraw(services: ServicesDep, actor: ActorDep, version_id: str) -> VersionView:
    return services.policy_work.versions.withdraw(actor, version_id)


async def read(file: UploadFile) -> bytes:
    """A file of at most the size that a policy can have."""
    data = await file.read(folders.MOST_BYTES + 1)
    if len(data) > folders.MOST_BYTES:
        raise Failure("policy_zip", name=f"> {folders.MOST_BYTES // 1_000_000} MB")
    return data
