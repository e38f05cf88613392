"""Records of the core that the JSON API gives, with their shape: pydantic does not know structs, nor they it."""
from __future__ import annotations

from dataclasses import field, make_dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import NODEFAULT, Struct, structs

from ingestion import domain

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler


class Shape:
    """Says to pydantic that a struct looks like a dataclass with its name, docstring and fields.

    `held` has the shapes of those fields that are structs themselves.
    """

    def __init__(self, record: type[Struct], **held: Any) -> None:
        self._record = record
        self._twin = make_dataclass(record.__name__, [
            (one.name, held.get(one.name, one.type)) if one.default is NODEFAULT
            else (one.name, held.get(one.name, one.type), field(default=one.default))
            for one in structs.fields(record)], namespace={"__doc__": record.__doc__})

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        from pydantic import BeforeValidator, PlainSerializer

        return handler.generate_schema(Annotated[
            self._twin, BeforeValidator(self._as_twin), PlainSerializer(self._as_twin, return_type=self._twin)])

    def _as_twin(self, value: Any) -> Any:
        return self._twin(**structs.asdict(value)) if isinstance(value, self._record) else value


Span = Annotated[domain.Span, Shape(domain.Span)]
Interval = Annotated[domain.Interval, Shape(domain.Interval)]
Citation = Annotated[domain.Citation, Shape(domain.Citation, span=Span)]


class TokenScope(StrEnum):
    """What an API token may be used for, within what its person may do."""

    READ = "read"               # also asking questions
    WRITE = "write"             # one's own cases, files, drafts
    REVIEW = "review"           # deciding about others' work
    ADMINISTER = "administer"   # people, settings, webhooks
