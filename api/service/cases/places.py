"""Words of a document that somebody picked or the program found: held against it, kept in a row, shown again."""
from __future__ import annotations

from typing import Any, Protocol

from api.errors import Failure
from api.service.cases.reading import Reader
from api.service.review_records import NewPlace, PlaceView
from assistant.correcting import corrections
from assistant.correcting.corrections import Place
from ingestion.domain import Interval, Span


class Kept(Protocol):
    """A row with a place; `document` "" for none."""

    document: Any
    page: Any
    start: Any
    end: Any
    quote: Any


def picked(reader: Reader, sha256: str, new: NewPlace) -> Place:
    """What a person picked in the document of that content. Failure "quote_differs"."""
    whole = reader.document(sha256, new.document)
    place = Place(new.document, whole.page_at(new.start), Span(new.start, new.end), new.quote)
    if not corrections.verbatim(place, whole):
        raise Failure("quote_differs")
    return place


def columns(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"document": "", "page": None, "start": 0, "end": 0, "quote": ""}
    return {"document": place.document, "page": place.page, "start": place.span.start, "end": place.span.end,
            "quote": place.quote}


def of_row(row: Kept) -> Place | None:
    return Place(row.document, row.page, Span(row.start, row.end), row.quote) if row.document else None


def view(row: Kept, file_id: str | None) -> PlaceView:
    return PlaceView(row.document, file_id, row.page, row.start, row.end, row.quote)


def figure(low: int | None, high: int | None) -> Interval | None:
    """A figure that a row keeps in two columns."""
    return Interval(low, high) if low is not None else None
