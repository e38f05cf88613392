"""Headings and list numbers as they are typed, for every format whose file does not say which is which.

The patterns are language data (`ingestion/language/structure.yaml`); the functions here only weigh them against
the weight and the size of a line. Levels order numberings as documents nest them, they need not be contiguous:
部分/章 1, 节 or 一、 2, （一） or 1.1 3, 1. 4, （1） or 1.1.1 5; a bold line without a number is 6.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from ingestion import language
from ingestion.domain import Block, BlockKind, Span
from ingestion.patterns import compiled

UNNUMBERED_LEVEL = 6
ITEM_NUMBERS = frozenset({"bracket", "arabic", "arabic_bracket"})  # names in structure.yaml
CONTENTS_LINE = 160  # characters of a line of contents, its leaders included
TAIL = 12  # characters at its end that hold the page number, or the last leaders
BREAK_ENDS = ("。", "；", "：", "！", "？", ";", ":", ".")


class Numbering(Struct, frozen=True):
    name: str
    level: int
    pattern: re.Pattern[str]
    plain: bool  # its number alone makes a short line a heading


class Rules(Struct, frozen=True):
    headings: tuple[Numbering, ...]
    sentence_end: re.Pattern[str]
    sentence_inside: re.Pattern[str]
    clause_inside: re.Pattern[str]
    counted: re.Pattern[str]
    never: re.Pattern[str]
    never_unnumbered: re.Pattern[str]
    page_tail: re.Pattern[str]
    leaders: re.Pattern[str]
    remark: re.Pattern[str]
    labelled: re.Pattern[str]
    list_label: re.Pattern[str]
    limits: dict[str, float]


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The patterns of headings and list numbers, compiled once."""
    data = language.load("structure.yaml")
    return Rules(
        headings=tuple(Numbering(entry["name"], entry["level"], compiled.pattern(entry["pattern"]),
                                 entry.get("plain", True)) for entry in data["headings"]),
        sentence_end=compiled.pattern(data["sentence_end"]),
        sentence_inside=compiled.pattern(data["sentence_inside"]),
        clause_inside=compiled.pattern(data["clause_inside"]),
        counted=compiled.pattern(data["counted"]),
        never=_any(data["never"]),
        never_unnumbered=_any(data["never_unnumbered"]),
        page_tail=compiled.pattern(data["page_tail"]),
        leaders=compiled.pattern(data["leaders"]),
        remark=compiled.pattern(data["remark"]),
        labelled=compiled.pattern(data["labelled"]),
        list_label=compiled.pattern(r"\s*(?:" + "|".join(data["list_labels"]) + r")\s*"),
        limits=data["limits"],
    )


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return compiled.pattern("|".join(f"(?:{pattern})" for pattern in patterns))


def numbering(text: str) -> Numbering | None:
    """The kind of heading number that `text` begins with, whether or not the line is a heading."""
    line = text.strip()
    for kind in rules().headings:
        if kind.pattern.match(line):
            return kind
    return None


def heading_level(text: str, *, bold: bool = False, size_ratio: float = 1.0) -> int:
    """The level 1.. of a line that is a heading, 0 of one that is not.

    `bold` is the whole line's weight, `size_ratio` its letters' size over the body text's. A number alone is enough
    for 第一章, 一、, （一） and 1.1 on a short line without clauses and counts; 1. and （1） need weight or size too.
    """
    line = text.strip()
    known = rules()
    if not line or len(line) > known.limits["heading"] or known.never.match(line) or is_contents_line(line):
        return 0
    if known.sentence_end.search(line) or known.sentence_inside.search(line):
        return 0
    large = size_ratio >= known.limits["large_ratio"]
    kind = numbering(line)
    if kind is None:
        if not (bold or large) or len(line) > known.limits["unnumbered"] or known.clause_inside.search(line) \
                or line.endswith(("：", ":")) or known.never_unnumbered.match(line) or known.counted.search(line):
            return 0
        if size_ratio >= known.limits["title_ratio"]:
            return 1
        return 2 if large else UNNUMBERED_LEVEL
    found = kind.pattern.match(line)
    rest = line[found.end():].strip(" 　:：、.．") if found else ""
    if not rest and kind.name not in {"appendix", "part", "chapter"}:
        return 0
    if bold or large:
        return kind.level
    if not kind.plain or len(line) > known.limits["plain_heading"]:
        return 0
    if known.clause_inside.search(rest) or known.counted.search(rest):
        return 0
    return kind.level


def list_label(text: str) -> tuple[str, int] | None:
    """The number or bullet typed at the start of a line, and how many characters stand before the item's own words.

    None where there is none, or where nothing follows it.
    """
    found = rules().list_label.match(text)
    if found is None or found.end() >= len(text.rstrip()):
        return None
    return found[found.lastindex or 0].strip(), found.end()


def is_contents_line(text: str) -> bool:
    """A line of a typed table of contents: leaders or a tab, then a page number."""
    line = text.strip()
    if len(line) > CONTENTS_LINE or (not line[-1:].isalnum() and line[-1:] not in "-–—"):
        return False
    page = rules().page_tail.search(line, max(0, len(line) - TAIL))
    return page is not None and page.start() > 0 \
        and rules().leaders.search(line[:page.start()], max(0, page.start() - TAIL)) is not None


def split_lines(text: str) -> list[str]:
    """A paragraph's lines where its line breaks divide items or sentences; one piece where they only wrap a line."""
    pieces: list[str] = []
    for line in text.split("\n"):
        previous = pieces[-1].rstrip() if pieces else ""
        if pieces and previous and not previous.endswith(BREAK_ENDS) and list_label(line) is None \
                and numbering(line) is None:
            pieces[-1] += "\n" + line
        else:
            pieces.append(line)
    return [piece for piece in pieces if piece.strip()]


def settle(text: str, blocks: Sequence[Block], fixed: frozenset[int] = frozenset()) -> list[Block]:
    """Blocks of `text` with every run of numbered headings that have nothing below them made list items again.

    Neighbours with the same kind of number, one right after the other, are a list (of items, or of contents): two of
    （一）, three of 一、; after a line that ends in a colon, one. `fixed` holds the indices of headings that the file
    itself declares; they stay.
    """
    result = list(blocks)
    start = 0
    while start < len(result):
        kind = _typed(text, result[start]) if start not in fixed else None
        end = start + 1
        while kind and end < len(result) and end not in fixed and _typed(text, result[end]) == kind:
            end += 1
        led_in = start > 0 and result[start - 1].kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM} \
            and text[result[start - 1].span.start:result[start - 1].span.end].rstrip().endswith(("：", ":"))
        if kind and (led_in or end - start >= (2 if kind in ITEM_NUMBERS else 3)):
            for index in range(start, end):
                block = result[index]
                if block.label:
                    result[index] = replace(block, kind=BlockKind.LIST_ITEM, level=0)
                    continue
                label = list_label(text[block.span.start:block.span.end])
                result[index] = replace(block, kind=BlockKind.PARAGRAPH, level=0) if label is None else replace(
                    block, kind=BlockKind.LIST_ITEM, level=0, label=label[0],
                    span=Span(block.span.start + label[1], block.span.end))
        start = end
    return result


def _typed(text: str, block: Block) -> str | None:
    """The kind of number of a heading, typed in its own words or resolved into its label."""
    if block.kind is not BlockKind.HEADING:
        return None
    kind = numbering(block.label + " " + text[block.span.start:block.span.end])
    return kind.name if kind else None
