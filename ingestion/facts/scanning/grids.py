"""Tables read by the roles of their columns, and amounts by period."""

from __future__ import annotations

import re

from msgspec import Struct, field

from ingestion.domain import Cell, Span
from ingestion.facts.lexicon import listed
from ingestion.facts.scanning.columns import column_roles, is_body, kind_of, kind_of_column, rank, roles_of
from ingestion.facts.scanning.scan import Table, policy_columns
from ingestion.language import load
from ingestion.numbers.numerals import classifiers
from ingestion.numbers.periods import dates


class Row(Struct):
    """One row of a list table: the text of each role's cells, the whole row's text, and the label of its section."""

    span: Span
    cells: dict[str, str]
    text: str
    section: str
    name: str
    columns: dict[int, str] = field(default_factory=dict)
    own: frozenset[int] = frozenset()  # columns of its own cells, not of those merged over several rows


class Grid(Struct):
    """A table that lists things: its title (caption lines and headers) and its rows."""

    table: Table
    title: str
    headers: list[str]
    roles: list[frozenset[str]]
    rows: list[Row] = field(default_factory=list)
    total: str = ""
    totals: list[Span] = field(default_factory=list)

    def column(self, place: int) -> list[str]:
        """The texts of a column's cells, row by row; "" where a row has none."""
        return [row.columns.get(place, "") for row in self.rows]


SHORTEST_TITLE, LONG_TITLE = 6, 10  # characters of what may be a thing's title, and surely is no label
SHORT = 4  # characters of a word for a rank, a status or a kind


def header_row(table: Table) -> int | None:
    """The index of the row that heads the columns: at least two cells with a known role, and no long prose; a row of
    notes above it (填表：…, 2024年10月) is passed over. Where no header is known, what the cells below are tells: -1
    where the first row is already one of theirs."""
    known = _known_header(table)
    return known if known is not None and not _holds_values(table, known) else _told_by_cells(table, known)


def _holds_values(table: Table, index: int) -> bool:
    """Whether what seems a row of headers is a thing like those below it: most cells are of their columns' kind."""
    kinds = _kinds(table, index + 1)
    told = [kind for kind in kinds if kind in _TELLING]
    cells = [(kinds[column], text) for column, text in _cells(table, index).items() if column < len(kinds)]
    same = [kind for kind, text in cells if kind in _TELLING and kind_of(text) == kind]
    return "mode" in same or (len(told) >= 2 and len(same) >= 2 and len(same) * 2 > len(told))


LABEL, LONGEST_HEAD = 10, 16   # characters of a form's label and of a column's head, at most
_TELLING = ("term", "date", "index", "rank", "place", "mode", "state", "body")


def _kinds(table: Table, begin: int) -> list[str]:
    """What most cells of each column are, from a row on; nothing where most rows leave columns out."""
    rows = [_cells(table, place) for place in range(begin, len(table.rows))]
    rows = [row for row in rows if len([text for text in row.values() if text]) > 1]
    width = max((max(row) + 1 for row in rows), default=0)
    most = max(map(len, rows), default=0)
    full = [row for row in rows if len(row) * 4 >= most * 3]
    if len(full) < 2 or len(full) * 2 < len(rows):
        return []
    return [kind_of_column([row.get(column, "") for row in rows]) for column in range(width)]


def _cells(table: Table, place: int) -> dict[int, str]:
    """A row's texts by the columns that they stand in."""
    row = zip(table.rows[place], table.texts[place], strict=True)
    return {column: text for cell, text in row for column in range(cell.column, cell.column + cell.column_span)}


def _told_by_cells(table: Table, known: int | None) -> int | None:
    """The first row that names every column in a few words, each its own; -1 where it is one of the rows below: two
    columns say by their cells what they are, and it holds the same."""
    if len(table.texts) < 2 or (known is not None and known > 0) or policy_columns(table):
        return known
    width = max((cell.column + cell.column_span for row in table.rows for cell in row), default=0)
    place = next((n for n, texts in enumerate(table.texts[:6]) if len([t for t in texts if t]) * 3 >= width * 2), 0)
    kinds, first = _kinds(table, place + 1), _cells(table, place)
    told = [column for column, kind in enumerate(kinds) if kind in _TELLING]
    if len(kinds) < 3:
        return known
    same = [column for column in told if column in first and kind_of(first[column]) == kinds[column]]
    enough = len(told) >= 2 or not any(map(roles_of, first.values()))
    if (len(same) * 2 > len(told) and enough) or any(kinds[column] == "mode" for column in same):
        return -1
    heads = [text for text in table.texts[place] if text]
    headless = 1 if len(told) >= 2 and len(heads) + 1 == len(table.texts[place]) else 0  # a column of remarks
    named = len(set(heads)) == len(heads) and len(heads) + headless >= max(3, *(len(row) - 1 for row in table.rows))
    return place if named and not same and all(map(_heads, heads)) and len(table.rows) - place > 2 else known


def _heads(text: str) -> bool:
    """Whether a few words, whatever stands in brackets behind them, may head a column."""
    head = text.partition("（")[0] or text
    return len(head) <= LONGEST_HEAD and re.search(r"[。；：]|\d{2}", text) is None


def _known_header(table: Table) -> int | None:
    """The row whose words name columns, near the top; None where none does."""
    for index, texts in enumerate(table.texts[:6]):
        filled = [t for t in texts if t]
        if len(filled) < 2 or any(listed("title_note").search(t) for t in filled):
            continue
        known = [t for t in filled if roles_of(t) and len(t) <= 24 and not re.search(r"[。；]", t)]
        numeric = [t for t in filled if re.fullmatch(r"[\d.,%\-\s]+", t)]
        if len(known) >= 2 and len(known) * 2 >= len(filled) and not numeric:
            numbered = any("number" in roles_of(t) for t in filled)
            return index if numbered or len(table.rows) - index >= 2 or len(filled) >= 3 else None
        weak = known and len(filled) >= 3 and len(known) * 3 >= len(filled) and not numeric
        return index if weak else None
    return None


def looks_like_form(table: Table, header: int | None) -> bool:
    """Label and value cells in turn: no column is headed, and rows differ in what they hold."""
    if header is None:
        return True
    if header < 0:
        return False
    if _labels_in_turn(table.texts[header:]):
        return True
    if _begins_with_values(table) and not _typed(table, header):
        return True
    filled = [t for t in table.texts[header] if t]
    if len(filled) >= 4 and len(set(filled)) < len(filled) and not any(re.search(r"\d", t) for t in filled):
        return True  # 项目｜内容｜项目｜内容
    columns = {cell.column for cell in table.rows[header]}
    uneven = [row for row in table.rows[header + 1 :] if len(row) != len(columns) and not _below(row, columns)]
    if (
        len(filled) <= 4
        and not any("number" in roles_of(t) for t in filled)
        and len(uneven) * 2 > len(table.rows) - header - 1
    ):
        return True
    below = [texts for texts in table.texts[header + 1 :] if any(texts)]
    if any("number" in roles_of(t) for t in filled):
        return False
    if len(filled) == 2 and below and all(_short(texts[1]) for texts in below if len(texts) == 2):
        return False  # 平台名称｜级别: one kind of short word below the second header
    if len(filled) == 2 and below:
        labels = sum(1 for texts in below if texts and _labels(texts[0]))
        return labels * 2 >= len(below)
    if len(filled) == 4 and below and _labelled_twice([texts for texts in table.texts[header:] if any(texts)]):
        return True
    if len(filled) == 4 and below:
        labels = sum(1 for texts in below if len(texts) >= 4 and _labels(texts[2]) and _labels(texts[0]))
        return labels * 2 > len(below)
    return False


def _labels_in_turn(rows: list[list[str]]) -> bool:
    """基地名称｜某中心｜基地类型｜…: every other cell is a label, from a first row on of which the cells between hold
    what no header says."""
    first = rows[0]
    between = [text for text in first[1::2] if text]
    if len(first) != 4 or len(rows) < 2 or any(map(roles_of, between)) or not any(len(t) > LABEL for t in between):
        return False
    labels = [text for texts in rows for text in texts[::2] if text]
    plain = all(len(text) <= LABEL and re.search(r"[\d，。；]", text) is None for text in labels)
    return plain and len(set(labels)) == len(labels) and all(map(roles_of, first[::2]))


def _below(row: list[Cell], columns: set[int]) -> bool:
    """Whether a row only lacks cells: a workbook holds none where nothing was written."""
    return len(row) > 1 and all(cell.column_span == 1 and cell.column in columns for cell in row)


def _typed(table: Table, header: int) -> bool:
    """Whether what its cells are shows columns of things below the header."""
    return len([kind for kind in _kinds(table, header + 1) if kind in _TELLING]) >= 2


def _labelled_twice(rows: list[list[str]]) -> bool:
    """专职机构｜国际合作处｜成立时间｜2015年: a first row with a figure beside its labels heads nothing."""
    labels = [text for texts in rows for text in texts[::2]]
    values = re.search(r"\d", "".join(rows[0][1::2])) is not None
    return values and all(0 < len(text) <= 16 and re.search(r"[\d，。；]", text) is None for text in labels)


def _short(text: str) -> bool:
    return 0 < len(text) <= SHORT and re.search(r"\d", text) is None


def _begins_with_values(table: Table) -> bool:
    """Whether the first full row holds a value, as a form's does (单位名称｜某公司｜成立日期｜2019年4月3日)."""
    first = next((texts for texts in table.texts if len([t for t in texts if t]) >= 2), [])
    if any(listed("title_note").search(t) for t in first):
        return False
    return any(listed("value").search(text) for text in first[1::2])


def _labels(text: str) -> bool:
    """Whether a cell is what heads others, and no value that a header may be worded like, too (在园)."""
    return bool(roles_of(text)) and kind_of(text) not in _TELLING and re.search(r"\d", text) is None


def grid(table: Table) -> Grid | None:
    """The table as a list of rows, or None where it is a form."""
    index = header_row(table)
    if index is None or looks_like_form(table, index):
        return None
    headers_by_column: dict[int, str] = {}
    for cell, text in zip(table.rows[max(0, index)], table.texts[max(0, index)], strict=True):
        for column in range(cell.column, cell.column + cell.column_span):
            headers_by_column[column] = unspaced(text) if index >= 0 else ""
    width = max(headers_by_column, default=-1) + 1
    headers = [headers_by_column.get(c, "") for c in range(width)]
    roles = _roles(table, index, headers)
    caption = "\n".join(t for texts in table.texts[: max(0, index)] for t in texts if t)
    found = Grid(table, "\n".join(filter(None, [table.section.lead, caption])), headers, _with_term(roles))
    section = group = ""
    repeated = _grouped(table, index, roles)
    carried: dict[int, tuple[int, str]] = {}
    for row, texts in zip(table.rows[index + 1 :], _with_ticks(table, index + 1), strict=True):
        filled = [t for t in texts if t]
        if not filled or (index >= 0 and texts == table.texts[index]):
            continue
        whole = Span(row[0].span.start, row[-1].span.end)
        sums = any(map(listed("total_row").search, filled[:2])) or listed("total_row").fullmatch(filled[-1])
        if sums:
            found.total = "：".join(filled)
            found.totals.append(whole)
        elif len(filled) == 1 and (len(row) < max(2, width) or len(texts) > 1) and not _single_column(table):
            section = filled[0] if not listed("note_row").search(filled[0]) else section
            if listed("note_row").search(filled[0]):
                found.title += "\n" + filled[0]
            continue
        if sums:
            continue
        values = _by_column(row, texts, carried, width)
        if repeated:
            group = values.get(0, "").strip() or group
            values[0] = group
        found.rows.append(_row(found, row, texts, values, whole, section))
    return found


def _with_ticks(table: Table, begin: int) -> list[list[str]]:
    """The texts of rows, with the ticks that alone fill a cell: they answer the header, and no box of a form."""
    quote = table.document.quote
    return [[text or (said if (said := quote(cell.span).strip()) in load("tables")["yes"] else "")
             for cell, text in zip(row, texts, strict=True)]
            for row, texts in zip(table.rows[begin:], table.texts[begin:], strict=True)]


def _grouped(table: Table, index: int, roles: list[frozenset[str]]) -> bool:
    """Whether the first column names groups of rows, each once (2022, and blank below): it is of no things and numbers
    nothing, its first cell is filled and some below are not."""
    if index < 0 or not roles or roles[0] & {"number", "title", "status"}:
        return False
    first = [texts[0] if row and row[0].column == 0 else "" for row, texts in zip(
        table.rows[index + 1 :], table.texts[index + 1 :], strict=True) if len(row) > 1]
    said = [text.strip() for text in first]
    named = [text for text in said if text]
    several = said.count("") > 1 or len(set(said)) * 2 <= len(said) + 2
    return len(said) > 2 and bool(said[0]) and "" in said and several and len(set(named)) == len(named)


def _roles(table: Table, index: int, headers: list[str]) -> list[frozenset[str]]:
    """Each column's roles, by its header and by what its cells are."""
    cells: dict[int, list[str]] = {}
    for row, texts in zip(table.rows[index + 1 :], table.texts[index + 1 :], strict=True):
        if len(row) > 1:
            for cell, text in zip(row, texts, strict=True):
                cells.setdefault(cell.column, []).append(text)
    return [column_roles(header, cells.get(column, ())) for column, header in enumerate(headers)]


def things_of_form(table: Table) -> list[Grid]:
    """What a form of labels and values lists: rows whose labels are names and whose values tell of each when it is
    (…大学｜协议，2022—2027年); rows whose labels are one word and a number (派驻人员一, 派驻人员二)."""
    rows = [(row, texts) for row, texts in zip(table.rows, table.texts, strict=True) if len(row) == 2]
    named = [(row, texts) for row, texts in rows if _names_a_thing(*texts)]
    found = [_of_form(table, "", named, frozenset({"title"}), frozenset({"status", "date"}))] if len(named) > 1 else []
    stems: dict[str, list[tuple[list[Cell], list[str]]]] = {}
    for row, texts in rows:
        label = _NUMBERED.fullmatch(texts[0].strip())
        if label is not None and len(texts[1]) >= SHORTEST_TITLE:
            stems.setdefault(label[1], []).append((row, texts))
    for stem, alike in stems.items():
        if len(alike) > 1:
            found.append(_of_form(table, stem, alike, frozenset({"number"}), frozenset({"title", "status", "date"})))
    return found


_NUMBERED = re.compile(r"([\u3400-\u9fffA-Za-z ]{2,12}?)\s*[（(]?(?:[一二三四五六七八九十]|[①-⑳]|\d{1,2})[）)]?")


def _of_form(
    table: Table, title: str, rows: list[tuple[list[Cell], list[str]]], *roles: frozenset[str]
) -> Grid:
    found = Grid(table, f"{table.section.lead}\n{title}".strip(), ["", ""], list(roles))
    for row, texts in rows:
        values = {cell.column: text for cell, text in zip(row, texts, strict=True)}
        found.rows.append(_row(found, row, texts, values, Span(row[0].span.start, row[-1].span.end), ""))
    return found


def _names_a_thing(label: str, value: str) -> bool:
    body = is_body(label)
    if not 4 <= len(label) <= 60 or kind_of(label) in ("date", "term", "figure") or re.search(r"[。；：]", label):
        return False
    if not body and (len(label) < SHORTEST_TITLE or (roles_of(label) and len(label) < LONG_TITLE)):
        return False
    return bool(dates(value))


def identified(found: Grid) -> bool:
    """Whether a table's columns tell of things one by one: two of them are of bodies, places, terms, ranks and such."""
    cells = [found.column(c) for c in range(len(found.headers))]
    return len([kind for kind in map(kind_of_column, cells) if kind in _TELLING]) >= 2


def unspaced(text: str) -> str:
    """题 名, 合作⏎机构: Chinese words without the blanks and line ends that only fill a narrow cell."""
    return re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", text)


def _single_column(table: Table) -> bool:
    return all(len(row) <= 1 for row in table.rows)


def _by_column(row: list[Cell], texts: list[str], carried: dict[int, tuple[int, str]], width: int) -> dict[int, str]:
    """Each column's text in a row; a cell merged over rows holds for each of them."""
    values: dict[int, str] = {}
    for cell, text in zip(row, texts, strict=True):
        for column in range(cell.column, min(width, cell.column + cell.column_span)):
            values[column] = text
            if cell.row_span > 1:
                carried[column] = (cell.row_span - 1, text)
    for column in list(carried):
        left, text = carried[column]
        if column not in values and left > 0:
            values[column] = text
            carried[column] = (left - 1, text)
        elif left <= 0:
            del carried[column]
    return values


def _row(found: Grid, row: list[Cell], texts: list[str], values: dict[int, str], whole: Span, section: str) -> Row:
    """One row with its cells by role."""
    cells: dict[str, str] = {}
    for column, text in list(values.items()):
        for role in found.roles[column] if column < len(found.roles) else ():
            text = load("tables")["short_modes"].get(text, text) if role == "mode" else text
            values[column] = text = rank(text) if role == "rank" else text
            cells[role] = f"{cells[role]}｜{text}" if role in cells else text
    begun, until = _begun_until(found)
    if begun is not None and until is not None and values.get(begun) and values.get(until):
        cells["term"] = f"{values[begun]}至{values[until]}"  # From, To
    titled = (text for cell, text in zip(row, texts, strict=True)
              if cell.column < len(found.roles) and "title" in found.roles[cell.column] and text)
    own = frozenset(c for cell in row for c in range(cell.column, cell.column + cell.column_span))
    text = "｜".join(value for _, value in sorted(values.items()) if value)
    return Row(whole, cells, text, section, next(titled, ""), values, own)


def _with_term(roles: list[frozenset[str]]) -> list[frozenset[str]]:
    """The last column of last days (To, 管到哪天) tells terms, with one of first days before it (From) or alone."""
    last = max((c for c, own in enumerate(roles) if "until" in own), default=None)
    if last is None or any("term" in own for own in roles):
        return roles
    return [frozenset({"until", "term"}) if c == last else own for c, own in enumerate(roles)]


def _begun_until(found: Grid) -> tuple[int | None, int | None]:
    """The columns for the first and the last day of a term, where they are two."""
    until = next((c for c, roles in enumerate(found.roles) if roles == frozenset({"until", "term"})), None)
    dates = [c for c, roles in enumerate(found.roles) if "date" in roles and until is not None and c < until]
    return (dates[-1] if dates else None), until


def name_columns(found: Grid, words: re.Pattern[str]) -> list[int]:
    """The columns whose headers name the fact's items, the likeliest first. A column with another role (项目来源,
    技术提供方) comes after those without; 论文名称 before 期刊名称, whose only word of the fact's is 名称."""
    ranked: list[tuple[tuple[bool, bool, bool, bool, int], int]] = []
    for column, header in enumerate(found.headers):
        if "number" in found.roles[column] or not words.search(header):
            continue
        other = bool(found.roles[column] - {"title", "authors"})
        own = any(not listed("generic_name").fullmatch(m.group()) for m in words.finditer(header))
        named = listed("name_end").search(header) is not None
        ranked.append(((other, not (own and named), not own, not named, column), column))
    return [column for _, column in sorted(ranked)]


def named(row: Row, column: int | None) -> str:
    """A row's name: in `column`, where it has a cell of its own there, else in the first with the role of a title."""
    return row.columns.get(column, "") if column is not None and column in row.own else row.name


def unit_factor(text: str) -> tuple[str, int] | None:
    """Currency and factor that a unit line or a header's bracket gives: 单位：万元 is ("CNY", 10000). A word behind a
    power (万德兰) that is no classifier is a currency, too."""
    data, numbers = load("tables"), load("numbers")
    powers: dict[str, int] = numbers["powers"]
    for name in ("unit_line", "unit_in_header"):
        for match in re.finditer(data[name], text):
            unit, factor = match[1], 1
            while unit and unit[0] in powers:
                factor *= powers[unit[0]]
                unit = unit[1:]
            if unit in numbers["money"]["yuan"]:
                return "CNY", factor
            if unit in numbers["money"]["foreign"] or (factor > 1 and unit and unit not in classifiers()):
                return unit, factor
    return None
