"""What a form says of a figure and of words in a file: for reviewers who decide, and applicants who answer."""
from __future__ import annotations

from starlette.datastructures import FormData

from api.errors import Failure
from api.pages.routing import field
from api.pages.viewing import marking
from api.service.records import Actor
from api.service.review_records import NewPlace
from api.service.services import Services


def place(services: Services, actor: Actor, case_id: str, form: FormData) -> NewPlace | None:
    """What was picked in the viewer, or words typed that stand in one place of one file."""
    quote, start = field(form, "quote"), field(form, "start")
    if start:
        return NewPlace(field(form, "document"), int(start), int(field(form, "end")), str(form.get("quote")))
    if not quote:
        return None
    found = [NewPlace(document.name, hit.span.start, hit.span.end, document.quote(hit.span))
             for file in services.files.list(actor, case_id)
             for document in [services.documents.document(actor, case_id, file.id)]
             for hit in marking.search(document, quote)[:2]]
    if len(found) != 1:
        raise Failure("place_unclear", count=len(found))
    return found[0]


def number(form: FormData, name: str) -> int | None:
    text = field(form, name).replace(",", "").replace("，", "")
    return int(text) if text else None
