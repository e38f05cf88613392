"""Code lists: what the fields and the values of an exported table stand for, as another table of its document says.

字段｜代码｜含义 with SLBM｜1｜SCI, LX=F｜已支出, or 代码｜含义 with G｜高新技术企业: the fields are headers of another
table, the values are its cells. What a code stands for is read in its place; the quotation stays what stands there.
Days that exports write without marks (20240415) are read as days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from ingestion.facts.scanning.marks import spelled
from ingestion.facts.scanning.scan import Table

LEAST = 2               # entries of a code list
SHARE = 0.6             # of its rows that are entries
LONGEST_CODE = 8        # characters
HEAD = 3                # rows of a table among which its header stands
_EQUALS = re.compile(r"\s*([^=＝：:\s]{1,16})\s*[=＝：:]\s*([^=＝：:\s]{1,8})\s*")
_FIRST = re.compile(r"[^，。；,;（(]+")
_SLASH = re.compile(r"\s*[/／]\s*")
_DAY = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")  # the basic format of ISO 8601
_MONTH = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])")


class CodeList(Struct, frozen=True):
    """What fields stand for, and what their values do; a list without fields explains values alone."""

    fields: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    bare: dict[str, str] = field(default_factory=dict)


def decoded(tables: Sequence[Table]) -> list[Table]:
    """A document's tables without its code lists, with each code read as what it stands for."""
    for table in tables:
        _dates(table)
    lists = [(table, found) for table in tables if (found := _code_list(table, tables)) is not None]
    rest = [table for table in tables if all(table is not one for one, _ in lists)]
    for table in rest:
        for _, code_list in lists:
            _decode(table, code_list)
    return rest


def _head_row(table: Table) -> int:
    """The first row that fills more than half of the table's columns."""
    width = max((len(texts) for texts in table.texts), default=0)
    return next((n for n, texts in enumerate(table.texts[:HEAD]) if sum(map(bool, texts)) * 2 > width), 0)


def _heads(table: Table) -> set[str]:
    texts = table.texts[_head_row(table)] if table.texts else []
    return {text for text in texts if text and not text.isdecimal()}


def _code_list(table: Table, tables: Sequence[Table]) -> CodeList | None:
    """The codes that a table explains, if enough of its rows name fields or values of the others."""
    width = max((len(texts) for texts in table.texts), default=0)
    heads = set().union(*(_heads(one) for one in tables if one is not table))
    if not 2 <= width <= LEAST + 2 or not heads:
        return None
    rows = [texts for texts in table.texts[_head_row(table) + 1 :] if sum(map(bool, texts)) > 1]
    for told in (rows, [texts[::-1] for texts in rows]):  # from the field to the meaning, or from that to the field
        found = CodeList()
        entries = sum(_enter(found, heads, texts) for texts in told)
        if entries >= LEAST and entries >= SHARE * len(rows) and (found.values or len(found.fields) >= LEAST):
            return found
        if width == LEAST and (bare := _bare(table, told, tables)) is not None:
            return bare
    return None


def _enter(found: CodeList, heads: set[str], texts: Sequence[str]) -> bool:
    """Whether a row is an entry; it goes into the list."""
    name, *more = texts
    pair = _EQUALS.fullmatch(name)
    if pair is not None and pair[1] in heads and more[-1]:
        found.values.setdefault(pair[1], {})[pair[2]] = more[-1]
        return True
    names, meaning = _SLASH.split(name), more[-1]
    if not meaning or not all(one in heads for one in names):
        return False
    if len(more) > 1 and more[0]:
        found.values.setdefault(name, {})[more[0]] = meaning
        return len(more[0]) <= LONGEST_CODE
    said = _SLASH.split(meaning) if len(names) > 1 else [meaning]
    for one, told in zip(names, said, strict=False):
        found.fields[one] = (_FIRST.match(told) or [told])[0].strip()
    return True


def _bare(table: Table, rows: Sequence[Sequence[str]], tables: Sequence[Table]) -> CodeList | None:
    """代码｜含义 alone: short codes, each once, of which a column of another table is made."""
    codes = {texts[0]: texts[-1] for texts in rows if texts[0] and texts[-1] and len(texts[0]) <= LONGEST_CODE}
    if len(codes) < LEAST or len(codes) < len(rows):
        return None
    for other in tables:
        if other is not table and any(_made_of(cells, codes) for _, cells in _columns(other)):
            return CodeList(bare=codes)
    return None


def _made_of(cells: Sequence[str], codes: dict[str, str]) -> bool:
    filled = [text for text in cells if text]
    return len(set(filled) & set(codes)) >= LEAST and all(text in codes for text in filled)


def _columns(table: Table) -> Iterator[tuple[int, list[str]]]:
    """Each column's cells below the first row that fills half of the table's width."""
    head = _head_row(table)
    width = max((cell.column + cell.column_span for row in table.rows for cell in row), default=0)
    for column in range(width):
        yield column, [text for row, texts in zip(table.rows[head + 1:], table.texts[head + 1:], strict=True)
                       for cell, text in zip(row, texts, strict=True) if cell.column == column]


def _decode(table: Table, code_list: CodeList) -> None:
    known = {*code_list.fields, *code_list.values}
    head = next((n for n, texts in enumerate(table.texts[:HEAD]) if known & set(texts)), None)
    if head is None:
        made = {column for column, cells in _columns(table) if code_list.bare and _made_of(cells, code_list.bare)}
        _read(table, 0, dict.fromkeys(made, code_list.bare))
        return
    columns = {cell.column: text for cell, text in zip(table.rows[head], table.texts[head], strict=True)}
    table.texts[head] = [code_list.fields.get(text, text) for text in table.texts[head]]
    _read(table, head + 1, {c: code_list.values[name] for c, name in columns.items() if name in code_list.values})


def _read(table: Table, begin: int, values: dict[int, dict[str, str]]) -> None:
    for place in range(begin, len(table.rows)):
        table.texts[place] = [spelled(text, values[cell.column]) if cell.column in values else text
                              for cell, text in zip(table.rows[place], table.texts[place], strict=True)]


def _dates(table: Table) -> None:
    """20240415 in a column of nothing else is a day."""
    for shape, written in ((_DAY, r"\1-\2-\3"), (_MONTH, r"\1-\2")):
        for column, cells in _columns(table):
            filled = [text for text in cells if text]
            if len(filled) > LEAST and sum(shape.fullmatch(text) is not None for text in filled) * 5 >= len(filled) * 4:
                for place, row in enumerate(table.rows):
                    table.texts[place] = [
                        shape.sub(written, text) if cell.column == column and shape.fullmatch(text) else text
                        for cell, text in zip(row, table.texts[place], strict=True)]
