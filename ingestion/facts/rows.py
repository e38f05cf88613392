"""Rows need positive evidence: one that leaves blank what its siblings fill in, or says something of its state that
takes it away in words that no rule of the fact foresees, does not simply count."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from ingestion.facts.columns import empty, roles_of
from ingestion.facts.lexicon import listed

ENOUGH = 2  # siblings that show what a row of the table holds
SHARE = 0.75  # of them that fill a column which a row is asked to fill, too
LONGEST_STATE = 40  # characters of what a cell says of a row's state
BLANK, UNSETTLED = "row_incomplete", "unsettled_status"

_SAYING = frozenset({"number_granted", "date", "term", "until", "status", "index", "rank", "kind", "source", "mode"})

Headed = Sequence[tuple[str, str]]  # header and text of each column


def doubts(rows: Mapping[int, Headed]) -> dict[int, list[str]]:
    """What speaks against rows that would count, by their place: BLANK, UNSETTLED."""
    asked = _filled(list(rows.values()))
    found: dict[int, list[str]] = {}
    for place, headed in rows.items():
        missing = [header for header, text in headed if empty(text) or _undated(header, text)]
        told = [BLANK] if asked.intersection(missing) else []
        said = [text for header, text in headed[1:] if _of_state(header) or told]
        told += [UNSETTLED] if any(map(unsettled, said)) else []
        if told:
            found[place] = told
    return found


def _filled(rows: Sequence[Headed]) -> frozenset[str]:
    """The headers of the columns that say what makes a row one of the things, and that nearly all rows fill."""
    filled: dict[str, int] = {}
    for headed in rows:
        for header, text in headed:
            filled[header] = filled.get(header, 0) + (not empty(text))
    least = max(ENOUGH, SHARE * (len(rows) - 1))
    return frozenset(header for header, n in filled.items() if n >= least and _says(header))


def _undated(header: str, text: str) -> bool:
    """Whether words stand where a date is asked for (刊出｜拟投)."""
    return roles_of(header) == {"date"} and _DIGIT.search(text) is None


_DIGIT = re.compile(r"[\d一二三四五六七八九十]")


def _says(header: str) -> bool:
    return bool(roles_of(header) & _SAYING) and listed("remarks").search(header) is None


def _of_state(header: str) -> bool:
    return "status" in roles_of(header) or listed("remarks").search(header) is not None


def unsettled(text: str) -> bool:
    """Whether a cell says that a thing is there no more or not yet, in words that stand in no list of any fact."""
    if len(text) > LONGEST_STATE:
        return False
    said = listed("settled").sub("", text)
    return listed("unsettled").search(said) is not None


_CODE = re.compile(r"10\.\d{4,9}/\S+|(?=(?:\S*\d){4})[A-Z]{1,6}[A-Z0-9]*(?:[-/.][A-Z0-9]+)*")


def codes_of(rows: Sequence[Headed]) -> list[frozenset[str]]:
    """For each row what numbers it alone (DOI, number of a contract or a certificate): in a column of such numbers that
    nearly all differ, two rows of one number are one thing."""
    found: list[set[str]] = [set() for _ in rows]
    for cells in zip_longest(*rows, fillvalue=("", "")):
        told = [text.strip() if _CODE.fullmatch(text.strip()) else "" for _, text in cells]
        filled = [text for text in told if text]
        most = len(filled) * 2 > len([text for _, text in cells if text.strip(" -")])
        if most and len(set(filled)) * 5 >= len(filled) * 4:
            for keys, text in zip(found, told, strict=True):
                keys |= {f"code:{text}"} if text else set()
    return [frozenset(keys) for keys in found]
