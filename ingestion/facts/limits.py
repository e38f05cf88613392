"""How much of documents is read for facts, and how much of what is found is kept one by one.

The limits are counts, so the same documents give the same result on every machine. What lies beyond the first kind is
not read and is said on the document (`Extraction.beyond`); what lies beyond the second is known by its number
(`Evidence.more`, `Exclusion.more`). Both are far above what people write and read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from ingestion.domain import Beyond, Block, BlockKind, Document, Evidence, Exclusion, Fact, Notice, Span, Unexplained
from ingestion.parsing.notices import notice

CHARACTERS, CASE_CHARACTERS = 600_000, 1_500_000   # of one document, of all that are read together
STATEMENTS, CASE_STATEMENTS = 20_000, 50_000       # sentences, lines, rows
ENTRIES, CASE_ENTRIES = 40_000, 80_000             # what one document, what all of them say of all facts
KEPT = 500            # pieces of evidence of a fact, and as many that were left out
KEPT_QUOTES = 60_000  # characters of their quotes together
LONGEST_QUOTE = 3_000

_ENDS = re.compile(r"[。！？；\n]+")
Piece = TypeVar("Piece", Evidence, Exclusion, Unexplained)


def within(documents: Iterable[Document]) -> tuple[list[Document], dict[str, Beyond]]:
    """The documents as far as they are read, in the order given, and what of them lies beyond."""
    characters, statements = CASE_CHARACTERS, CASE_STATEMENTS
    read: list[Document] = []
    beyond: dict[str, Beyond] = {}
    for document in documents:
        end, used = _reach(document.text, min(CHARACTERS, characters), min(STATEMENTS, statements))
        characters, statements = characters - end, statements - used
        if end < len(document.text):
            beyond[document.name] = rest(document, end)
            document = _cut(document, end)
        read.append(document)
    return read, beyond


def rest(document: Document, start: int) -> Beyond:
    """What lies behind `start`."""
    return Beyond(start, len(document.text) - start, _statements(document.text[start:]))


def kept(fact: Fact) -> Fact:
    """The fact with as many pieces of evidence as are kept one by one."""
    return replace(fact, evidence=few(fact.evidence, lambda one: one.method),
                   unexplained=few(fact.unexplained, lambda one: one.why))


def few(pieces: tuple[Piece, ...], sort: Callable[[Piece], Hashable], most: int = KEPT) -> tuple[Piece, ...]:
    """Pieces of every sort and of every document, in their order; the last one of each sort counts the rest of it."""
    longest = any(one.span.end - one.span.start > LONGEST_QUOTE for one in pieces)
    shortened = tuple(map(_short, pieces)) if longest else pieces
    if len(pieces) <= most and sum(len(one.quote) for one in shortened) <= KEPT_QUOTES:
        return shortened
    turns: dict[Hashable, int] = {}
    order: list[tuple[int, int]] = []  # each sort and document has its turns
    for place, one in enumerate(shortened):
        group = (sort(one), one.document)
        turns[group] = turns.get(group, -1) + 1
        order.append((turns[group], place))
    taken: set[int] = set()
    characters = 0
    for turn, place in sorted(order):
        characters += len(shortened[place].quote)
        if turn and (len(taken) >= most or characters > KEPT_QUOTES):
            break
        taken.add(place)
    last = {sort(shortened[place]): place for place in sorted(taken)}
    left: dict[int, int] = {}
    for place, one in enumerate(shortened):
        if place not in taken:
            left[last[sort(one)]] = left.get(last[sort(one)], 0) + 1 + one.more
    return tuple(replace(shortened[place], more=shortened[place].more + left[place]) if place in left
                 else shortened[place] for place in sorted(taken))


def noted(documents: Sequence[Document], beyond: dict[str, Beyond], failed: dict[str, str]) -> tuple[Document, ...]:
    """The documents, with notices of what of them was not read for facts."""
    def notices(name: str) -> Iterable[Notice]:
        if (over := beyond.get(name)) is not None:
            yield notice("facts_in_part", count=f"{over.start:,}", characters=f"{over.characters:,}",
                         statements=f"{over.statements:,}")
        if name in failed:
            yield notice(failed[name])

    return tuple(replace(one, notices=(*one.notices, *added)) if (added := tuple(notices(one.name))) else one
                 for one in documents)


def _reach(text: str, characters: int, statements: int) -> tuple[int, int]:
    """How far a text is read, and how many statements that is."""
    if len(text) <= characters:
        used = _statements(text)
        if used <= statements:
            return len(text), used
    end, used = 0, 0
    for match in _ENDS.finditer(text, 0, characters):
        if used >= statements:
            break
        end, used = match.end(), used + 1
    return (end, used) if end or not statements else (characters, 1)


def _statements(text: str) -> int:
    """How many there may be: the ends of sentences and lines, and what stands behind the last."""
    return sum(1 for _ in _ENDS.finditer(text)) + (not text.endswith(tuple("。！？；\n"))) if text else 0


def _cut(document: Document, end: int) -> Document:
    """The document up to `end`, where a sentence or a line ends."""
    blocks: list[Block] = []
    for block in document.blocks:
        if block.span.end <= end:
            blocks.append(block)
        elif block.span.start < end:
            cells = tuple(cell for cell in block.cells if cell.span.end <= end)
            if block.kind is not BlockKind.TABLE or cells:
                blocks.append(replace(block, span=Span(block.span.start, end), cells=cells))
    return replace(document, text=document.text[:end], blocks=tuple(blocks))


def _short(piece: Piece) -> Piece:
    if piece.span.end - piece.span.start <= LONGEST_QUOTE:
        return piece
    end = piece.span.start + LONGEST_QUOTE
    return replace(piece, span=Span(piece.span.start, end), quote=piece.quote[:LONGEST_QUOTE])
