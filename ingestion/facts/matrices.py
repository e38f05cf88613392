"""Tables of figures: a cell's row and column name what it counts; each row or column is read as one sentence.

级别｜平台数 / 国家级｜2 / 市级｜6 reads 国家级平台数2、市级平台数6. The evidence is the table's own text.
"""

from __future__ import annotations

import re

from ingestion.domain import Span
from ingestion.facts.grids import unit_factor
from ingestion.facts.lexicon import listed, words
from ingestion.facts.scan import Table, policy_columns
from ingestion.facts.sentences import Section, Sentence
from ingestion.language import load
from ingestion.language.ngrams import Text
from ingestion.numerals import classifiers

_UNIT_SAID = re.compile(r"单位：\s*([^（）\s，。]{1,3})")
_COUNTED = re.compile(r"(人|家|项|份|篇|件|户|支)数$")  # 在岗人数
_YEAR, _HAS = "年", "有"  # of the sentence that a cell is told as
_UNIT = re.compile(r"（\s*([^（）]{1,4})\s*）\s*$")


def matrix(table: Table) -> list[Sentence]:
    """The sentences that a table of figures amounts to; none where it is a list of things, or a form."""
    header = next((i for i, texts in enumerate(table.texts) if len([t for t in texts if t]) >= 2), None)
    if header is None or header + 1 >= len(table.rows):
        return []
    heads = {cell.column: text for cell, text in zip(table.rows[header], table.texts[header], strict=True)}
    rows = [
        {cell.column: text for cell, text in zip(row, texts, strict=True)}
        for row, texts in zip(table.rows[header + 1 :], table.texts[header + 1 :], strict=True)
    ]
    rows = [r for r in rows if any(r.values())]
    numeric = _numeric(table, heads, rows)
    units = {
        c for c in heads if c not in numeric and rows and all(r.get(c, "") in {"", *classifiers()} for r in rows)
    }
    passed = units | policy_columns(table) | {c for c in heads if listed("number_column").search(heads[c])}
    passed |= {c for c in heads if _measured(heads[c])}
    first = min((c for c in heads if c not in passed), default=0)
    labels = [
        c
        for c in heads
        if c not in numeric and c not in passed and (c == first or not listed("remarks").search(heads[c]))
    ]
    if not numeric or len(labels) > 3 or len(rows) > 40 or _itemised(heads):
        return []
    if any(listed("figure").match(heads[c]) and not re.fullmatch(r"(?:19|20)\d\d", heads[c]) for c in heads):
        return []
    title = "\n".join(filter(None, [table.section.lead, *(t for texts in table.texts[:header] for t in texts if t)]))
    section = Section(table.section.headings, "\n".join(filter(None, [title, "｜".join(heads[c] for c in labels)])))
    span = Span(table.rows[header][0].span.start, table.rows[-1][-1].span.end)
    total_row = listed("total_row")
    body = [r for r in rows if not any(total_row.search(r.get(c, "")) for c in labels[:2])] or rows
    columns = [c for c in numeric if not total_row.search(heads[c])] or numeric
    by_row = not labels or sum(bool(re.match(r"(?:19|20)\d\d", heads[c])) for c in columns) >= 2
    groups = [[(r, c) for c in columns] for r in body] if by_row else [[(r, c) for r in body] for c in columns]
    groups = _with_overlap(groups, heads, labels)
    found = []
    for group in groups:
        pieces = [
            _piece(r, c, heads, labels, next((r[u] for u in units if r.get(u)), ""), title)
            for r, c in group
            if listed("figure").match(r.get(c, ""))
        ]
        pieces = pieces[:1] + [listed("column_part").sub("", p) if by_row else p for p in pieces[1:]]
        if pieces:
            found.append(Sentence(table.document, span, Text("、".join(pieces)), section, synthetic=True))
    return found


Cells = list[tuple[dict[int, str], int]]


def _with_overlap(groups: list[Cells], heads: dict[int, str], labels: list[int]) -> list[Cells]:
    """SCI｜EI｜同时收录: what is counted twice is read with what it is a part of, behind it."""

    def twice(group: Cells) -> bool:
        row, column = group[0]
        named = heads[column] if all(c == column for _, c in group) else "".join(row.get(c, "") for c in labels)
        return words("overlap").search(named) is not None

    last = [group for group in groups if group and twice(group)]
    rest = [group for group in groups if group and group not in last]
    apart = any(words("disjoint").search(text) for text in heads.values())
    return [[cell for group in [*rest, *last] for cell in group]] if (last or apart) and rest else groups


def _numeric(table: Table, heads: dict[int, str], rows: list[dict[int, str]]) -> list[int]:
    """Columns of figures: not of years, of numbers in a row, or of what the policy asks."""
    return [
        c
        for c in heads
        if sum(bool(listed("figure").match(r.get(c, ""))) for r in rows) * 2 > len([r for r in rows if r.get(c)])
        and any(listed("figure").match(r.get(c, "")) for r in rows)
        and not all(re.match(r"(?:19|20)\d\d", r.get(c, "") or "2000") for r in rows)
        and not listed("number_column").search(heads[c])
        and c not in policy_columns(table)
        and not _measured(heads[c])
    ]


def _measured(head: str) -> bool:
    """场地（平方米）: a column of something measured, not counted."""
    unit, measures = _UNIT.search(head), load("numbers")["measures"]
    if unit is None:
        return False
    sizes = ("area", "equipment", "time", "percent")
    return unit_factor(unit[0]) is not None or any(unit[1] in measures[name] for name in sizes)


def _itemised(heads: dict[int, str]) -> bool:
    """A list of things with a column of numbers in a row; a list of indicators may have one, too."""
    indicators = any(listed("indicator").search(text) for text in heads.values())
    return any(
        listed("itemised").search(text) and not (indicators and listed("number_column").search(text))
        for text in heads.values()
        if not listed("indicator").search(text)
    )


def _piece(row: dict[int, str], column: int, heads: dict[int, str], labels: list[int], unit: str, title: str) -> str:
    label = "".join(t + _YEAR if re.fullmatch(r"(?:19|20)\d\d", t := row.get(c, "")) else t for c in labels)
    head = heads[column]
    for text in (head, label, title) if not unit else ():
        match = _UNIT_SAID.search(text) or _UNIT.search(text)
        if match and match[1] in classifiers():
            unit = match[1]
            break
    unit = unit or _unit_of_head(head)
    clean = [_without_unit(label), listed("column_part").sub("", _without_unit(head))]
    if re.match(r"(?:19|20)\d\d$", clean[1]):
        clean[1] += _YEAR
    return f"{clean[0]} {clean[1]} {_HAS}{row[column]}{unit}"


def _unit_of_head(head: str) -> str:
    """在岗人数, 企业家数: what a column's head says that its figures count."""
    named = _COUNTED.search(head)
    return named[1] if named else ""


def _without_unit(text: str) -> str:
    """SCI论文（篇） without its unit; 论文（近三年） says more than a unit."""
    match = _UNIT.search(text)
    return text[: match.start()] if match and (match[1] in classifiers() or unit_factor(match[0])) else text
