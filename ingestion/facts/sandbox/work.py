"""What is asked of the extractor and what it answers, in one piece: for this process and for one behind the wall."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from msgspec import Struct

from ingestion.domain import Document, Extraction, Fact
from ingestion.facts import explaining, extraction
from ingestion.facts.explaining import Way
from ingestion.facts.schema import FactBook, PolicyFacts
from ingestion.numbers.windows import WindowSetting

Window = tuple[date, date]


class Wording(Struct, frozen=True):
    """What extraction needs of a policy, by itself."""

    text: str
    facts: FactBook
    window: WindowSetting


class Request(Struct, frozen=True):
    """`keys` None: all facts. `windows`: other readings of the window, under which intervals alone are wanted."""

    documents: tuple[Document, ...]
    application_date: date
    keys: frozenset[str] | None = None
    windows: tuple[Window, ...] = ()
    explain: str = ""  # a fact of which the way is wanted, and nothing else


class Answer(Struct, frozen=True):
    """`others` has the facts that a window bears on, for each of the request's."""

    found: Extraction
    others: tuple[dict[str, Fact], ...] = ()
    way: Way | None = None


def answer(request: Request, policy: PolicyFacts, tell: Callable[[str], None] | None = None) -> Answer:
    """`tell` is called with the name of each document that is looked into, and at last with ""."""
    prepared = extraction.prepare(request.documents, policy, tell)
    day, keys = request.application_date, request.keys
    if request.explain:
        return Answer(Extraction({}), way=explaining.way(prepared, policy, day, request.explain))
    found = extraction.read(prepared, policy, day, None, keys)
    if tell is not None:
        tell("")
    bearing = extraction.windowed(policy.facts)
    again = bearing if keys is None else bearing & keys
    return Answer(found, tuple(extraction.read(prepared, policy, day, window, again, bare=True)
                               .facts for window in request.windows))


def light(documents: Sequence[Document]) -> tuple[Document, ...]:
    """The documents without what extraction does not look at: where their lines stand."""
    from msgspec.structs import replace

    return tuple(replace(one, lines=()) for one in documents)
