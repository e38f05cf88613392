"""Files of a case: added by a form or, one at a time with progress, by a script; taken away; downloaded as they are."""
from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile

from api.errors import Failure
from api.http.admission import Takes, takes
from api.http.deps import ActorDep, ServicesDep
from api.pages.rendering import page, wants_json, words_of
from api.pages.routing import FormDep, PageRoute, field, see
from api.service.records import Added, AddedFile, Upload

router = APIRouter(route_class=PageRoute)
FAILED = frozenset({Added.REFUSED})


@router.post("/cases/{case_id}/files")
@takes(Takes.UPLOAD)
def add(request: Request, services: ServicesDep, actor: ActorDep, case_id: str, form: FormDep) -> Response:
    """Field `files`, any number of them; `paths`, in the same order, where a script knows the folders too."""
    given = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    paths = [one for one in form.getlist("paths") if isinstance(one, str)]
    if not given:
        services.cases.get(actor, case_id)
        return see(f"/cases/{case_id}#files")
    names = paths if len(paths) == len(given) else [str(one.filename) for one in given]
    added = services.files.add(actor, case_id, [Upload(name, one.file)
                                                for name, one in zip(names, given, strict=True)])
    kept = any(one.added in {Added.STORED, Added.REPLACED} for one in added)
    if kept and field(form, "start"):
        services.assessments.start(actor, case_id)
    if wants_json(request):
        return JSONResponse({"files": [_added(request, one) for one in added]})
    if kept and all(one.added is Added.STORED for one in added):
        return see(f"/cases/{case_id}")
    return page(request, "files_added.html", case=services.cases.get(actor, case_id), added=added,
                said=[_said(request, one) for one in added])


@router.get("/cases/{case_id}/files")
def rows(request: Request, services: ServicesDep, actor: ActorDep, case_id: str) -> Response:
    """The list of files alone, for a page that is open already."""
    return page(request, "parts/files.html", case=services.cases.get(actor, case_id),
                files=services.files.list(actor, case_id))


@router.post("/cases/{case_id}/files/{file_id}/remove")
def remove(request: Request, services: ServicesDep, actor: ActorDep, case_id: str, file_id: str) -> Response:
    services.files.remove(actor, case_id, file_id)
    if services.files.list(actor, case_id):
        services.assessments.start(actor, case_id)
    return JSONResponse({}) if wants_json(request) else see(f"/cases/{case_id}#files")


@router.post("/cases/{case_id}/files/{file_id}/restore")
def restore(request: Request, services: ServicesDep, actor: ActorDep, case_id: str, file_id: str) -> Response:
    """What was removed is back, and read with the others."""
    services.files.restore(actor, case_id, file_id)
    services.assessments.start(actor, case_id)
    return JSONResponse({}) if wants_json(request) else see(f"/cases/{case_id}#files")


@router.get("/cases/{case_id}/files/{file_id}/content")
def content(services: ServicesDep, actor: ActorDep, case_id: str, file_id: str) -> Response:
    """The file as it was uploaded: always saved, never shown by the browser itself."""
    found = services.files.get(actor, case_id, file_id)
    name = found.name.rpartition("/")[2]
    return Response(services.files.content(actor, case_id, file_id), media_type="application/octet-stream", headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store"})


@router.get("/cases/{case_id}/reports/{kind}")
def report(request: Request, services: ServicesDep, actor: ActorDep, case_id: str, kind: str,
           assessment: str | None = None) -> Response:
    if kind not in {"docx", "pdf", "json"}:
        raise Failure("not_found")
    made = services.reports.render(actor, case_id, assessment, kind, words_of(request).language)
    return Response(made.content, media_type=made.media_type, headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}",
        "Cache-Control": "private, no-store"})


def _added(request: Request, one: AddedFile) -> dict[str, object]:
    return {"name": one.name, "added": one.added.value, "said": _said(request, one),
            "id": one.file.id if one.file else None}


def _said(request: Request, one: AddedFile) -> str:
    """What became of it, in words."""
    words = words_of(request)
    if one.added is Added.REFUSED:
        return words.pick(one.message, one.message_en)
    return words(f"added.{one.added.value}", other=one.other)
