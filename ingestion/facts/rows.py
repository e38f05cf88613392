"""What a row of a table says beside its siblings: that it leaves blank what they fill in, is there no more, is somebody
else's, or is one of them again. Rows need positive evidence; what speaks against one is data of `tables.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from ingestion.facts.columns import CODE, empty, roles_of
from ingestion.facts.lexicon import listed, words
from ingestion.numerals import parse_number

ENOUGH = 2  # siblings that show what a row of the table holds
SHARE = 0.75  # of them that fill a column which a row is asked to fill, too
LONGEST_STATE = 40  # characters of what a cell says of a row's state
BLANK, UNSETTLED = "row_incomplete", "unsettled_status"

_SAYING = frozenset({"number_granted", "date", "term", "until", "status", "index", "rank", "kind", "source", "mode"})
_DIGIT = re.compile(r"[\d一二三四五六七八九十]")


class Column(NamedTuple):
    """One cell of a row with what heads it."""

    header: str
    text: str
    roles: frozenset[str] = frozenset()


_NONE = Column("", "")
_PARTS = re.compile(r"[、，；和与/]")
Cells = Sequence[Column]


def doubts(rows: Mapping[int, Cells]) -> dict[int, list[str]]:
    """What speaks against rows that would count, by their place: BLANK, UNSETTLED."""
    asked = _filled(list(rows.values()))
    found: dict[int, list[str]] = {}
    for place, cells in rows.items():
        missing = [one.header for one in cells if empty(one.text) or _undated(one)]
        told = [BLANK] if asked.intersection(missing) else []
        of_state = [one.text for one in cells[1:] if told or _of_state(one)]
        told += [UNSETTLED for text in of_state if unsettled(text) or _pending(text)]
        told += [UNSETTLED for one in cells[1:] if one.text not in of_state and _pending(one.text)]
        if told:
            found[place] = told
    return found


def _filled(rows: Sequence[Cells]) -> frozenset[str]:
    """The headers of the columns that say what makes a row one of the things, and that nearly all rows fill."""
    filled: dict[str, int] = {}
    for cells in rows:
        dates = [one.header for one in cells if one.roles & {"date", "until"}][1:]  # what still runs has no last day
        for header, text, roles in cells:
            saying = roles & _SAYING and header not in dates and listed("remarks").search(header) is None
            filled[header] = filled.get(header, 0) + bool(saying and not empty(text))
    least = max(ENOUGH, SHARE * (len(rows) - 1))
    return frozenset(header for header, n in filled.items() if n >= least)


def _undated(one: Column) -> bool:
    """Whether words stand where a date or a term is asked for (刊出｜拟投, 约期｜文本在改)."""
    asked = roles_of(one.header) == {"date"} or ("term" in one.roles and _pending(one.text))
    return asked and _DIGIT.search(one.text) is None


def _of_state(one: Column) -> bool:
    return "status" in one.roles or listed("remarks").search(one.header) is not None


def _pending(text: str) -> bool:
    return len(text) <= LONGEST_STATE and listed("pending").search(text) is not None


def unsettled(text: str) -> bool:
    """Whether a cell says that a thing is there no more or not yet, in words that stand in no list of any fact."""
    if len(text) > LONGEST_STATE:
        return False
    said = listed("settled").sub("", text)
    return listed("unsettled").search(said) is not None


def others(rows: Sequence[Cells]) -> set[int]:
    """The rows that somebody else did: a column says of some that the applicant did them (本会, 我单位), of these not;
    or a remark says that they are none of its own (误收, 与中心无关)."""
    found = {place for place, cells in enumerate(rows)
             if any(listed("not_own").search(one.text) for one in cells if len(one.text) <= LONGEST_STATE)}
    for column in zip_longest(*rows, fillvalue=_NONE):
        if any(roles_of(one.header) - {"holder"} for one in column):
            continue
        own = {place for place, one in enumerate(column)
               if any(listed("own_cell").search(part.strip()) for part in _PARTS.split(one.text))}
        if len(own) >= ENOUGH:
            found |= {place for place, one in enumerate(column) if not empty(one.text)} - own
    return found


def once(rows: Sequence[Cells], texts: Sequence[str], place: str) -> list[frozenset[str]]:
    """For each row the keys that it shares with those it is one with: it names their number or their code (与第3项重复,
    同2号卷, 与LCB-022同一项目), or one number is written beside both. `place` tells the table from others."""
    numbers = [_numbers(cells) for cells in rows]
    known: dict[str, int] = {}
    for row, own in enumerate(numbers):
        for number in own:
            known[number] = -1 if number in known else row
    found: list[set[str]] = [set(code) for code in _codes(rows)]
    for row, text in enumerate(texts):
        for number, counted in _referred(text):
            other = known.get(number, -1)
            if other < 0 and counted and number.isdecimal() and not any(numbers):
                other = int(number) - 1
            if other >= 0 and other != row and other < len(rows):
                found[row].add(f"{place}:{other}")
                found[other].add(f"{place}:{other}")
    return [frozenset(keys) for keys in found]


def _numbers(cells: Cells) -> set[str]:
    """What numbers a row: its cell in a column of numbers, and a code that it begins with."""
    said = {one.text.strip() for one in cells if "number" in one.roles}
    first = {one.text.strip() for one in cells[:1] if _MARK.fullmatch(one.text.strip())}
    return {text for text in said | first if text}


_MARK = re.compile(r"[A-Za-z]{0,5}[-.]?\d{1,5}[A-Za-z]?(?:[-.]\d{1,4})?")


def _referred(text: str) -> Iterator[tuple[str, bool]]:
    """The numbers of other rows that a row says to be the same, and whether it counts rows (第一行)."""
    for match in words("same_as_row").finditer(text):
        for said in filter(None, match.groups()):
            number = said if _DIGIT.fullmatch(said[-1]) is None or said[-1].isascii() else str(parse_number(said) or "")
            yield number, "行" in match.group()


_LONG_CODE = re.compile(r"10\.\d{4,9}/\S+|(?=(?:\S*\d){4})[A-Z]{1,6}[A-Z0-9]*(?:[-/.][A-Z0-9]+)*")


def _codes(rows: Sequence[Cells]) -> list[frozenset[str]]:
    """For each row what numbers it alone (DOI, number of a contract or a certificate): in a column of such numbers that
    nearly all differ, two rows of one number are one thing."""
    found: list[set[str]] = [set() for _ in rows]
    for cells in zip_longest(*rows, fillvalue=_NONE):
        told = [text.strip() if _code(text.strip()) else "" for _, text, _ in cells]
        filled = [text for text in told if text]
        most = len(filled) * 2 > len([one for one in cells if one.text.strip(" -")])
        if most and len(set(filled)) * 5 >= len(filled) * 4:
            for keys, text in zip(found, told, strict=True):
                keys |= {f"code:{text}"} if text else set()
    return [frozenset(keys) for keys in found]


def _code(text: str) -> bool:
    return _LONG_CODE.fullmatch(text) is not None or CODE.fullmatch(text) is not None
