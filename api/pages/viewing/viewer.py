"""The viewer: one page for every kind of document, opened at a place, with its words marked."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.http.deps import ActorDep, LanguageDep, ServicesDep
from api.pages.addresses import clause_address
from api.pages.rendering import failure_said, page
from api.pages.routing import PageRoute
from api.pages.viewing import marking
from api.pages.viewing.walk import Walk
from api.service.cases.layouts import KINDS
from api.service.records import Actor, AssessmentView
from api.service.services import Services
from ingestion.domain import Document, Span
from ingestion.parsing.office import MOST_PAGES

router = APIRouter(route_class=PageRoute)
ZOOMS = (50, 75, 100, 125, 150, 200, 300)
SCALES = (0.25, 1.0, 1.5, 2.0, 3.0, 4.0)
THUMBNAIL, USUAL, SHARP = SCALES[0], SCALES[2], SCALES[4]
FINE = 125            # from this zoom on the sharper picture is shown
A_DAY = 24 * 3600


@router.get("/cases/{case_id}/documents/{file_id}")
def viewer(request: Request, services: ServicesDep, actor: ActorDep, language: LanguageDep, case_id: str,
           file_id: str) -> Response:
    """With `start` and `end` at that place; with `evidence` among the other pieces of the same; `q` searches."""
    query = request.query_params
    layout = services.documents.layout(actor, case_id, file_id) if query.get("view") == "pages" else None
    document = services.documents.document(actor, case_id, file_id)
    file = services.files.get(actor, case_id, file_id)
    wanted = query.get("q", "").strip()
    hits = marking.search(document, wanted) if wanted else ()
    target = span(query.get("start", ""), query.get("end", ""), len(document.text))
    if hits and target is None:
        target = hits[0].span
    assessment = _assessment(services, actor, case_id, query.get("assessment", ""), language) \
        if query.get("evidence") or not query.get("q") else None
    walk = Walk(case_id, file_id, file.name, assessment,
                services.policies.of(assessment.policy) if assessment else services.policies.current, language,
                query.get("evidence", ""), target)
    marks = [*(marking.Mark(hit.span, "hit") for hit in hits), *walk.others(),
             *([marking.Mark(target, "target")] if target else [])]
    shown_as = {"view": "pages"} if layout else {}
    base = f"/cases/{case_id}/documents/{file_id}"
    values: dict[str, Any] = {
        "case": services.cases.get(actor, case_id), "file": file, "document": document, "walk": walk, "hits": hits,
        "wanted": wanted, "most_hits": marking.MOST_HITS, "target": target, "base": base,
        "zoom": _zoom(query.get("zoom", "")), "zooms": ZOOMS, "files": services.files.list(actor, case_id),
        "quote": document.quote(target) if target else "", "as_text": query.get("view") == "text",
        "layable": document.kind in KINDS, "layout": layout, "most_pages": MOST_PAGES,
        "failed_layout": failure_said(request, layout.failure) if layout else "",
        "walk_clause": clause_address(walk.criterion()), "offers": walk.offers(),
        "shown_as": shown_as, "hit_links": [f"{base}?{urlencode({**shown_as, 'q': wanted, **_at(hit)})}#here"
                                            for hit in hits],
    }
    if layout is not None:
        laid, found = layout.pages or Document("", "", "pdf", ""), marking.moved(document, layout.pages, marks)
        there = next((one.span for one in found if one.kind == "target"), None)
        return page(request, "viewer.html", **values, **_pages(laid, found, there, query.get("page", "")),
                    pictured=layout.pages is not None)
    if marking.pictured(document) and query.get("view") != "text":
        return page(request, "viewer.html", **values, **_pages(document, marks, target, query.get("page", "")),
                    pictured=True)
    return page(request, "viewer.html", **values, **_parts(document, marks, target, query.get("page", "")),
                pictured=False)


@router.get("/cases/{case_id}/documents/{file_id}/pages/{number}")
def picture(request: Request, services: ServicesDep, actor: ActorDep, case_id: str, file_id: str, number: int,
            scale: float = USUAL) -> Response:
    """A page as a picture; the sizes are few, so that what was drawn once is found again."""
    made = services.documents.page_image(actor, case_id, file_id, number,
                                         min(SCALES, key=lambda one: abs(one - scale)))
    tag = f'"{made.tag}"'
    headers = {"ETag": tag, "Cache-Control": f"private, max-age={A_DAY}", "X-Content-Type-Options": "nosniff"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(made.content, media_type=made.media_type, headers=headers)


def span(start: str, end: str, length: int) -> Span | None:
    """What an address points to, if it lies in the document."""
    if not (start.isascii() and end.isascii() and start.isdigit() and end.isdigit()):
        return None
    found = Span(int(start), min(int(end), length))
    return found if found.start < found.end else None


def _at(hit: marking.Hit) -> dict[str, int]:
    return {"start": hit.span.start, "end": hit.span.end}


def _pages(document: Document, marks: list[marking.Mark], target: Span | None, chosen: str) -> dict[str, Any]:
    """All pages, with the boxes of the marks on each; their pictures come when they are near."""
    drawn: dict[int, list[tuple[str, object]]] = {one.number: [] for one in document.pages}
    for mark in sorted(marks, key=lambda one: marking.STRENGTH[one.kind]):
        for box in marking.boxes(document, mark.span):
            if box.page in drawn:
                drawn[box.page].append((mark.kind, box))
    at = (document.page_at(target.start) or 1) if target else int(chosen) if chosen.isdigit() else 1
    return {"sheets": [(one, drawn[one.number]) for one in document.pages], "number": min(at, len(document.pages)),
            "count": len(document.pages), "thumbnail": THUMBNAIL, "usual": USUAL, "sharp": SHARP, "fine": FINE}


def _parts(document: Document, marks: list[marking.Mark], target: Span | None, chosen: str) -> dict[str, Any]:
    """The part of a document that holds the target, and the names of the others."""
    made = marking.parts(document)
    at = marking.part_at(made, target.start) if target else int(chosen) if chosen.isdigit() else 1
    at = max(1, min(at, len(made)))
    blocks = list(marking.shown(document, made[at - 1], marks)) if made else []
    return {"parts": list(zip(made, part_names(made), strict=True)), "number": at, "count": len(made), "blocks": blocks}


def part_names(made: Sequence[marking.Part]) -> Iterator[tuple[str, int]]:
    """The name of each part's sheet ("" without) and which part of the sheet it is, 0 where it is the only one."""
    whole, seen = Counter(one.name for one in made), Counter[str]()
    for one in made:
        seen[one.name] += 1
        yield one.name, seen[one.name] if whole[one.name] > 1 else 0


def _zoom(text: str) -> int:
    return int(text) if text.isdigit() and int(text) in ZOOMS else 100


def _assessment(services: Services, actor: Actor, case_id: str, chosen: str, language: str) -> AssessmentView | None:
    if chosen:
        return services.assessments.get(actor, case_id, chosen, language)
    return services.assessments.latest(actor, case_id, language)
