"""The files of a case, the documents in them, and pictures of their pages."""
from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.errors import Failure
from api.http import schemas
from api.http.admission import Takes, takes
from api.http.deps import ActorDep, ServicesDep
from api.http.schemas import ROOT, DocumentBody, answers
from api.service.records import AddedFile, FileView, Upload

router = APIRouter(prefix=ROOT, tags=["files"])

UPLOAD: dict[str, Any] = {"requestBody": {"required": True, "content": {"multipart/form-data": {
    "schema": {"type": "object", "required": ["files"], "properties": {
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "paths": {"type": "array", "items": {"type": "string"}}}},
    "example": {"files": ["（申报书.docx）", "（论文清单.xlsx）"], "paths": ["申报书.docx", "附件/论文清单.xlsx"]}}}}}
PRIVATE = {"Cache-Control": "private, max-age=604800, immutable"}


@router.get("/cases/{case_id}/files", response_model=list[FileView], summary="The files of a case",
            responses=answers("files", "not_signed_in", "not_found"))
def files(services: ServicesDep, actor: ActorDep, case_id: str) -> tuple[FileView, ...]:
    """By name; bounded by the limit on files of a case."""
    return services.files.list(actor, case_id)


@router.post("/cases/{case_id}/files", response_model=list[AddedFile], summary="Add files", openapi_extra=UPLOAD,
             responses=answers("added", "not_signed_in", "not_found", "forbidden", "handed_in", "too_large",
                               "no_upload", "csrf"))
@takes(Takes.UPLOAD)
async def add(request: Request, services: ServicesDep, actor: ActorDep, case_id: str) -> tuple[AddedFile, ...]:
    """Fields named `files`, each a file; a zip is opened. A file's path below its folder is its name, or the `paths`
    field at the same place. One entry for each file says what became of it.
    """
    async with request.form(max_files=services.settings.case_files * 2) as form:
        streams = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
        paths = [one for one in form.getlist("paths") if isinstance(one, str)]
        if not streams:
            raise Failure("no_upload")
        uploads = [Upload((paths[place] if place < len(paths) else "") or one.filename or "", one.file)
                   for place, one in enumerate(streams)]
        return await run_in_threadpool(services.files.add, actor, case_id, uploads)


@router.get("/cases/{case_id}/files/{file_id}", response_model=FileView, summary="A file",
            responses=answers("file", "not_signed_in", "not_found"))
def file(services: ServicesDep, actor: ActorDep, case_id: str, file_id: str) -> FileView:
    return services.files.get(actor, case_id, file_id)


@router.delete("/cases/{case_id}/files/{file_id}", status_code=204, summary="Take a file away",
               responses=answers("", "not_signed_in", "not_found", "forbidden", "handed_in", "csrf"))
def remove(services: ServicesDep, actor: ActorDep, case_id: str, file_id: str) -> None:
    """It is kept, out of the case, while a stored assessment rests on it."""
    services.files.remove(actor, case_id, file_id)


@router.get("/cases/{case_id}/files/{file_id}/content", summary="A file as it was uploaded", response_class=Response,
            responses={**answers("", "not_signed_in", "not_found"),
                       200: {"content": {"application/octet-stream": {"example": "（文件内容）"}}}})
def content(services: ServicesDep, actor: ActorDep, case_id: str, file_id: str) -> Response:
    """Always to be saved, never shown by the browser: strangers made it."""
    name = services.files.get(actor, case_id, file_id).name.rpartition("/")[2]
    return Response(services.files.content(actor, case_id, file_id), media_type="application/octet-stream",
                    headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"})


@router.post("/cases/{case_id}/files/{file_id}/restore", response_model=FileView, summary="Undo a removal",
             responses=answers("file", "not_signed_in", "not_found", "handed_in", "file_there", "case_full", "csrf"))
def restore(services: ServicesDep, actor: ActorDep, case_id: str, file_id: str) -> FileView:
    """Within an hour. The case is not assessed again by itself."""
    return services.files.restore(actor, case_id, file_id)


@router.get("/cases/{case_id}/files/{file_id}/document", response_model=DocumentBody, summary="A file as it was read",
            responses=answers("document", "not_signed_in", "not_found"))
def document(services: ServicesDep, actor: ActorDep, case_id: str, file_id: str) -> DocumentBody:
    """Text, blocks, pages and what could not be read."""
    return schemas.document(services.documents.document(actor, case_id, file_id))


@router.get("/cases/{case_id}/files/{file_id}/pages/{page}", summary="A picture of a page", response_class=Response,
            responses={**answers("", "not_signed_in", "not_found", "no_picture", "no_such_page", "layout_waiting"),
                       200: {"content": {"image/png": {"example": "（图像）"}}}})
def page_image(request: Request, services: ServicesDep, actor: ActorDep, case_id: str, file_id: str, page: int,
               scale: Annotated[float, Query(ge=0.1, le=4, description="Pixels a point")] = 1.5) -> Response:
    """Of a pdf, a picture, or an office file as LibreOffice lays it out: its first request has that made."""
    known = services.documents.tag(services.files.get(actor, case_id, file_id), page, scale)
    if request.headers.get("if-none-match", "").strip('"') == known:
        return Response(status_code=304, headers={**PRIVATE, "ETag": f'"{known}"'})
    picture = services.documents.page_image(actor, case_id, file_id, page, scale)
    return Response(picture.content, media_type=picture.media_type, headers={**PRIVATE, "ETag": f'"{picture.tag}"'})
