"""How the items of lists are numbered: lists within lists, within a paragraph, and items that go on below."""

from __future__ import annotations

import re

from ingestion.domain import Block, BlockKind
from ingestion.facts.lexicon import words
from ingestion.numerals import has_number

YEAR_LABEL = re.compile(r"^\s*(?:19|20)\d\d\s*年?\s*：")  # 2023：13 is an entry, too
LONGEST_ENTRY = 20  # characters of a name and its figure in a list within a sentence
DASH = re.compile(r"\s*(?:—{1,2}|–|-{1,2}|－{1,2}|[●•·◆■➢▪◇])\s*(?=[^\s\d—–-])")
_PARTED = re.compile("[，,：]")
_MEMBER = re.compile(r"（(\d{1,2})）|([①-⑳])|(?<![\d.])(\d{1,2})）")


def between(blocks: list[Block]) -> bool:
    """Whether a paragraph stands between items numbered n and n + 1: it belongs to the first of them."""
    if [b.kind for b in blocks] != [BlockKind.LIST_ITEM, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM]:
        return False
    first, second = (re.findall(r"\d+", b.label) for b in (blocks[0], blocks[2]))
    return len(first) == len(second) == 1 and int(second[0]) == int(first[0]) + 1


def family(label: str) -> str:
    """How a list is numbered, without the number: （1） and （12） are alike, 1. and 一、 are not."""
    alike = re.sub(r"[\u2460-\u2473]", "①", re.sub(r"\d+", "1", label.strip()))
    return re.sub(r"[一二三四五六七八九十]+", "一", alike)


def number(mark: re.Match[str] | None) -> int:
    return int(mark[1] or mark[3] or ord(mark[2]) - ord("①") + 1) if mark is not None else 0


def numbered(text: str, label: str = "") -> list[tuple[int, int, int]]:
    """Members numbered 1, 2, … in one paragraph, behind a colon or from its `label` on: (start of the number, start,
    end) of each."""
    begun = _MEMBER.fullmatch(label) is not None and number(_MEMBER.fullmatch(label)) == 1
    marks = [(0, 0)] if begun else []
    for match in _MEMBER.finditer(text):
        if number(match) == len(marks) + 1:
            marks.append(match.span())
    if len(marks) < 2 or not (begun or text[: marks[0][0]].rstrip().endswith("：")):
        return []
    stop = text.find("。", marks[-1][1])
    ends = [*(start for start, _ in marks[1:]), stop if stop >= 0 else len(text)]
    members = [(start, first, end) for (start, first), end in zip(marks, ends, strict=True)]
    return [(start, first, first + len(text[first:end].rstrip("；，。 \n"))) for start, first, end in members]


def entry(text: str) -> bool:
    """A name and its figure, nothing more."""
    named = YEAR_LABEL.sub("", text)
    return len(named.strip()) <= LONGEST_ENTRY and _PARTED.search(named) is None and has_number(named)


_LABELLED = re.compile(r"(\s*[^：\d，。；]{2,16})：(?=\s*\d)")


def labelled(text: str) -> bool:
    """An entry whose figure stands behind a label of its own: 孵化器：1."""
    return _LABELLED.match(text) is not None and entry(_LABELLED.sub(r"\1", text, count=1))


def sums_up(text: str) -> bool:
    """The last entry of a series, with its parts: …；2024年11篇；合计32篇，其中…."""
    return words("sums_up").match(text.lstrip()) is not None


def ranked(text: str) -> bool:
    """An entry that begins with a rank or with who gave it."""
    return entry(text.replace("：", "", 1)) and words("rank_entry").match(text) is not None
