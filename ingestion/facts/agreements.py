"""Documents that are themselves evidence: a cooperation agreement in force names a partner abroad."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingestion import organisations
from ingestion.domain import BlockKind, Interval, Method, Span
from ingestion.facts.assertions import Assertion, Claims
from ingestion.facts.items import Setting
from ingestion.facts.scan import Reading
from ingestion.facts.schema import FactSpec
from ingestion.facts.terms import term
from ingestion.language import load
from ingestion.organisations import Origin

TITLE_LINES = 8  # within which an agreement says that it is one
STOPS = ("。", "；", ".")


def agreement(specs: Mapping[str, FactSpec], reading: Reading, setting: Setting, found: dict[str, Claims]) -> None:
    """One agreement in force bounds its facts from below; a memorandum, a lapsed or an undated one says nothing."""
    if reading.document.kind in ("xlsx", "xls"):
        return  # a ledger of agreements is a list, not one of them
    head = reading.folded[:160]
    data = load("discourse")
    lines = _words(reading, head).split("\n")[:TITLE_LINES]
    title = "\n".join(line for line in lines if not line.rstrip().endswith(STOPS))
    if not re.search(data["agreement_title"], title, re.IGNORECASE) or re.search(
        data["agreement_avoid"], head, re.IGNORECASE
    ):
        return
    party = _party(reading)
    running = term(reading.folded, setting.window)
    if (
        party is None
        or running is None
        or running[1] < setting.window.end
        or (running[0] is not None and running[0] > setting.window.end)
    ):
        return
    name = reading.document.quote(party)
    for key, spec in specs.items():
        if spec.listing is None or not spec.listing.split:
            continue
        if spec.listing.host_only and setting.host and organisations.country(name) not in ("", setting.host):
            continue
        found[key].add(Assertion(Interval(1, None), reading.document, party, Method.DOCUMENT, rule="listing.split"))


def _words(reading: Reading, head: str) -> str:
    """The head without its tables: a list of agreements is not one of them."""
    for block in reading.document.blocks:
        if block.kind is BlockKind.TABLE and block.span.start < len(head):
            end = min(block.span.end, len(head))
            head = head[: block.span.start] + " " * (end - block.span.start) + head[end:]
    return head


def _party(reading: Reading) -> Span | None:
    """The first line or clause of the document's head that names a body abroad."""
    for match in re.finditer(r"[^\n，。；]+", reading.folded[:1200]):
        text = match.group()
        if organisations.origin(text.strip()) in (Origin.FOREIGN, Origin.GREATER_CHINA) and re.search(
            load("discourse")["body_words"], text, re.IGNORECASE
        ):
            start = match.start() + len(text) - len(text.lstrip())
            return Span(start, match.start() + len(text.rstrip()))
    return None
