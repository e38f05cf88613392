"""What a case claims that no other case should: papers, patents, codes, agreements. Pure."""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.correcting.corrections import Place
from assistant.wording.texts import load
from ingestion.domain import Document, Evidence, Extraction, Span
from ingestion.language import fold
from ingestion.policies.policy import Policy

KINDS = Path(__file__).with_suffix(".yaml")
LONGEST = 200
MOST = 3_000     # of one case
AROUND = 60      # characters shown on either side of a number
_NOT_WORD = re.compile(r"[\W_]+")
_WORDS = re.compile(r"[a-z\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Found:
    """An identifier with the piece that it stands in."""

    kind: str
    value: str
    fact: str
    place: Place


def claims(found: Extraction, policy: Policy, documents: Sequence[Document]) -> tuple[Found, ...]:
    """Each identifier once: the names of listed items that are counted, and numbers wherever they stand."""
    known: dict[tuple[str, str], Found] = {}
    for key, fact in found.facts.items():
        unit = policy.facts.facts[key].unit if key in policy.facts.facts else ""
        for piece in fact.evidence:
            place = Place(piece.document, piece.page, piece.span, piece.quote)
            for kind, value in (*((kind, value) for kind, value, _ in _numbers(piece.quote)), *_named(piece, unit)):
                known.setdefault((kind, value[:LONGEST]), Found(kind, value[:LONGEST], key, place))
    for document in documents:
        for kind, value, span in _numbers(document.text):
            if (kind, value[:LONGEST]) not in known:
                known[kind, value[:LONGEST]] = Found(kind, value[:LONGEST], "", _around(document, span))
    return tuple(known.values())[:MOST]


def title(text: str) -> str:
    """A title without case, width, spaces and punctuation."""
    return _NOT_WORD.sub("", fold(text).lower())


def _numbers(text: str) -> Iterator[tuple[str, str, Span]]:
    folded = fold(text)
    for kind, pattern in _compiled().items():
        for match in pattern.finditer(folded):
            yield kind, match["value"].rstrip(".,;").upper(), Span(*match.span())


def _around(document: Document, span: Span) -> Place:
    """The words of its line around an identifier."""
    before = document.text.rfind("\n", max(0, span.start - AROUND), span.start) + 1 or max(0, span.start - AROUND)
    after = document.text.find("\n", span.end, span.end + AROUND)
    whole = Span(before, after if after >= 0 else min(len(document.text), span.end + AROUND))
    return Place(document.name, document.page_at(whole.start), whole, document.quote(whole))


def _named(piece: Evidence, unit: str) -> Iterator[tuple[str, str]]:
    """The cell of a listed item that names it."""
    rule = _rules()["units"].get(unit)
    if rule is None or piece.reads is not None:
        return
    cells = [title(cell) for cell in re.split(r"[\t\n]", piece.quote)]
    named = [cell for cell in cells if len(cell) >= rule["least"] and _WORDS.search(cell)]
    if named:
        yield rule["kind"], max(named, key=len) if rule["cell"] == "longest" else named[0]


def _rules() -> Mapping[str, Any]:
    found: Mapping[str, Any] = load(KINDS)
    return found


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(pattern) for kind, pattern in _rules()["patterns"].items()}
