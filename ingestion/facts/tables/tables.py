"""What each table of a document is, decided once for all facts of the book, and what it says of those asked for.

A table is of money, of things, of figures, or a form. Whether a fact is asked for changes nothing for another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from ingestion.domain import Span
from ingestion.facts.claims.assertions import Claims
from ingestion.facts.lexicon import listed, words
from ingestion.facts.lists.items import judge
from ingestion.facts.lists.list_titles import same_things
from ingestion.facts.lists.numbered_lists import counts
from ingestion.facts.lists.pools import Setting
from ingestion.facts.prose.modality import polarity, section_block
from ingestion.facts.scanning import forms
from ingestion.facts.scanning.grids import Grid, grid, identified, things_of_form, unit_factor
from ingestion.facts.scanning.scan import Reading, Table, policy_columns, sentences_in
from ingestion.facts.schema import FactBook
from ingestion.facts.sentences import Section, Sentence
from ingestion.facts.tables.amounts import amounts, is_money, labels_first
from ingestion.facts.tables.likely import may_list, payments
from ingestion.facts.tables.listings import Listed, listed_in
from ingestion.language import fold, load
from ingestion.language.ngrams import Text
from ingestion.numbers.numerals import classifiers, has_number
from ingestion.numbers.periods import Window

_PERCENT = re.compile(r"\d{1,3}(?:\.\d+)?%")
SHORTEST_BAR = 6  # characters of a cell that restates what the policy asks for
_UNIT_SAID = re.compile(r"单位：\s*([^（）\s，。]{1,3})")
_COUNTED = re.compile(r"(人|家|项|份|篇|件|户|支)数$")  # 在岗人数
_YEAR, _HAS = "年", "有"  # of the sentence that a cell is told as
_UNIT = re.compile(r"（\s*([^（）]{1,4})\s*）\s*$")


def matrix(table: Table, reason: str = "") -> list[Sentence]:
    """The sentences that a table of figures amounts to; none where it is a list of things, or a form. `reason`: why
    none of its figures counts."""
    header = next((i for i, texts in enumerate(table.texts) if len([t for t in texts if t]) >= 2), None)
    if header is None or header + 1 >= len(table.rows):
        return []
    heads = {cell.column: text for cell, text in zip(table.rows[header], table.texts[header], strict=True)}
    rows = [
        {cell.column: text for cell, text in zip(row, texts, strict=True)}
        for row, texts in zip(table.rows[header + 1 :], table.texts[header + 1 :], strict=True)
    ]
    spans = {id(r): Span(row[0].span.start, row[-1].span.end)
             for r, row in zip(rows, table.rows[header + 1 :], strict=True) if row}
    rows = [r for r in rows if any(r.values())]
    numeric = _numeric(table, heads, rows)
    _fill_groups(rows, min(heads))
    units = {
        c for c in heads if c not in numeric and rows and all(r.get(c, "") in {"", *classifiers()} for r in rows)
    }
    passed = units | {c for c in heads if listed("number_column").search(heads[c]) or _measured(heads[c])}
    passed |= policy_columns(table) if not reason else frozenset()
    first = min((c for c in heads if c not in passed), default=0)
    labels = [
        c
        for c in heads
        if c not in numeric and c not in passed and (c == first or not listed("remarks").search(heads[c]))
    ]
    if not numeric or len(labels) > 3 or len(rows) > 40 or _itemised(heads):
        return []
    if any(_figure(heads[c]) and not re.fullmatch(r"(?:19|20)\d\d", heads[c]) for c in heads):
        return []
    title = "\n".join(filter(None, [table.section.lead, *(t for texts in table.texts[:header] for t in texts if t)]))
    section = Section(table.section.headings, "\n".join(filter(None, [title, "｜".join(heads[c] for c in labels)])))
    whole = Span(table.rows[header][0].span.start, table.rows[-1][-1].span.end)
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
            if _figure(r.get(c, ""))
        ]
        pieces = pieces[:1] + [listed("column_part").sub("", p) if by_row else p for p in pieces[1:]]
        if pieces:
            span = spans[id(group[0][0])] if all(r is group[0][0] for r, _ in group) else whole
            text = Text("、".join(pieces))
            found.append(Sentence(table.document, span, text, section, synthetic=True, blocked=reason))
    return found


def _fill_groups(rows: list[dict[int, str]], first: int) -> None:
    """国家级 once, and blank below: the first column's cell holds for the rows below that name something themselves."""
    group = ""
    for row in rows:
        group = row.get(first, "") or group
        if not row.get(first) and listed("figure").match(row.get(first + 1, "")) is None:
            row[first] = group


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
        if heads[c] and sum(_figure(r.get(c, "")) for r in rows) * 2 > len([r for r in rows if r.get(c)])
        and any(_figure(r.get(c, "")) for r in rows)
        and (c != min(heads) or any(listed("figure").match(r.get(c, "")) for r in rows))  # 117件｜授权知识产权
        and not all(re.match(r"(?:19|20)\d\d", r.get(c, "") or "2000") for r in rows)
        and not listed("number_column").search(heads[c])
        and c not in policy_columns(table)
        and not _measured(heads[c])
    ]


def _figure(text: str) -> bool:
    """Whether a cell is a figure, with or without its unit (24, 24家)."""
    bare = text[:-1] if text[-1:] in classifiers() else text
    return listed("figure").match(bare) is not None


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
    """A cell with what its column, its row and its unit say, as words."""
    label = "".join(t + _YEAR if re.fullmatch(r"(?:19|20)\d\d", t := row.get(c, "")) else t for c in labels)
    head = heads[column]
    for text in (head, label, title) if not unit else ():
        match = _UNIT_SAID.search(text) or _UNIT.search(text)
        if match and match[1] in classifiers():
            unit = match[1]
            break
    unit = "" if row[column].strip()[-1:] in classifiers() else unit or _unit_of_head(head)
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


def read_table(
    book: FactBook, reading: Reading, table: Table, setting: Setting, found: Mapping[str, Claims]
) -> list[Sentence]:
    """Count what a table holds; the sentences that its cells are worth reading as, and those that quote the policy.
    `found`: the facts asked for."""
    return [*_read(book, reading, table, setting, found), *_restated(table, reading)]


def _restated(table: Table, reading: Reading) -> list[Sentence]:
    """The cells that restate the policy's requirements."""
    columns = policy_columns(table) if not _unreal(table) else frozenset()
    cells = [pair for row, texts in zip(table.rows[1:], table.texts[1:], strict=True)
             for pair in zip(row, texts, strict=True)]
    places = [(cell, text) for cell, text in cells if len(text) >= SHORTEST_BAR and (
        cell.column in columns or any(cell.span.overlaps(one) for one in reading.quotations))]
    return [Sentence(table.document, cell.span, Text(text), table.section, synthetic=True, blocked="quotation")
            for cell, text in places]


def _read(
    book: FactBook, reading: Reading, table: Table, setting: Setting, found: Mapping[str, Claims]
) -> list[Sentence]:
    """As `read_table`, by what kind of table it is: of money, of figures, a list, or a form."""
    reason = _unreal(table)
    if _of_money(book, reading, table, setting, found):
        return matrix(table, reason) if reason else []
    figures = matrix(table, reason)
    if figures and reason:
        return figures
    lists = grid(table)
    if lists is not None and not _restates(table, lists) and not _counts(lists):
        owners = _owners(book, lists, setting)
        if figures:  # a table of figures lists things where a title says so
            owners = {key: one for key, one in owners.items() if one.titled}
        for key, listed_ in owners.items():
            if key in found:
                judge(book, book.facts[key], listed_.pool, setting, found[key])
        for key, pool in may_list(book, lists, owners, found).items():
            aside = Claims()
            judge(book, book.facts[key], pool, setting, aside)
            found[key].aside.append(aside)
        for key, claims in found.items() if not owners else ():
            paid = payments(book, book.facts[key], lists) if book.facts[key].kind == "money" else None
            claims.aside += [paid] if paid is not None else []
        itemised = bool(owners) and _named_things(lists)
        counted = bool(owners) or bool(figures)  # rows counted are not read for figures
        return [*(() if itemised else figures), *_rows(table, lists, reading, counted)]
    if lists is not None:
        return [*figures, *_rows(table, lists, reading, counted=False)]
    if figures:
        return figures
    forms = _form(book, table, setting, found)
    for sentence in forms:
        sentence.quotations = reading.quotations
        sentence.asked = _asked(sentence)
        sentence.blocked = sentence.blocked or reason
    return forms


LARGE = 5  # rows of a table of things that is worth saying that nothing was read from it
_ANY_DAY = Setting(Window(date(2000, 1, 1), date(2100, 1, 1), 3))


def feeds(book: FactBook, reading: Reading) -> bool:
    """Whether a table of a document lists the things of any fact."""
    return any(lists is not None and _owners(book, lists, _ANY_DAY) for lists in map(grid, reading.tables))


def unused(book: FactBook, reading: Reading) -> list[Grid]:
    """The larger tables of things by their columns that feed no fact: a person should know of them."""
    found = []
    for table in reading.tables:
        lists = grid(table)
        if lists is None or len(lists.rows) < LARGE or matrix(table) or _of_money(book, reading, table, _ANY_DAY, {}):
            continue
        if len(lists.rows) >= LARGE and identified(lists) and not _owners(book, lists, _ANY_DAY):
            found.append(lists)
    return found


def said_of(lists: Grid) -> str:
    """How a person finds a table: its title, else the headers of its columns."""
    lines = [line for line in lists.title.split("\n") if line.strip()] or [*lists.table.section.headings[-1:]]
    said = (lines or ["、".join(filter(None, lists.headers))])[-1].strip()
    return said.replace("\ue000", "（").replace("\ue001", "）")[:40]


def _form(book: FactBook, table: Table, setting: Setting, found: Mapping[str, Claims]) -> list[Sentence]:
    """A form's labels and values; rows whose labels name the things that its title speaks of are counted."""
    counted: list[Span] = []
    for lists in things_of_form(table):
        owners = {key: one for key, one in _owners(book, lists, setting).items() if one.titled}
        for key, one in owners.items():
            if key in found:
                judge(book, book.facts[key], one.pool, setting, found[key])
        counted += [row.span for row in lists.rows] if owners else []
    return [s for s in _pairs(table) if not any(span.start <= s.span.start < span.end for span in counted)]


def _owners(book: FactBook, lists: Grid, setting: Setting) -> dict[str, Listed]:
    """The facts whose things a table lists: those that a title of it speaks of, else those that its cells show."""
    found = {key: listed_ for key, spec in book.facts.items()
             if (listed_ := listed_in(book, spec, lists, setting)) is not None}
    found = {key: listed_ for key, listed_ in found.items()   # 促进部｜职责｜专职管理人员3名: rows that say how many
             if 2 * sum(counts(book.facts[key], row.text) for row in lists.rows) < len(lists.rows)}
    if any(listed_.shown for listed_ in found.values()):  # 题目 above names of projects is no title of papers
        shown = [book.facts[key].listing for key, listed_ in found.items() if listed_.shown]
        found = {key: listed_ for key, listed_ in found.items()
                 if (listed_.met and not listed_.headed)
                 or any(same_things(book.facts[key].listing, one) for one in shown)}
    titled = {key: listed_ for key, listed_ in found.items() if listed_.titled}
    told = frozenset[int]().union(*(listed_.met for listed_ in titled.values()))
    mixed = {key: one for key, one in found.items() if one.shown and (
        not one.met & told or (book.facts[key].named_by_place and any(
            same_things(book.facts[key].listing, book.facts[other].listing) for other in titled)))}
    return titled | mixed if titled else found


def _of_money(
    book: FactBook, reading: Reading, table: Table, setting: Setting, found: Mapping[str, Claims]
) -> bool:
    """Whether a table is one of amounts: of a fact's own, or of money that no fact asks for."""
    read, table = False, labels_first(table)
    for key, spec in book.facts.items():
        if spec.amounts is not None:
            read |= amounts(book, spec, table, setting.window, found.get(key, Claims()), reading.tables)
    return read or is_money(table)


def _unreal(table: Table) -> str:
    """Why no figure of a table is of what is: its headings or its titles say that it is planned, or somebody's rule."""
    titles = [*table.section.lead.split("\n"), fold(table.block.section)]
    reasons = [*map(polarity, titles), _planned_columns(table)]
    return section_block(table.section) or next(filter(None, reasons), "")


def _planned_columns(table: Table) -> str:
    """年份｜拟投入｜拟新上项目｜常驻人员目标: each column of figures is headed as planned."""
    heads = next((texts for texts in table.texts if len([t for t in texts if t]) >= 2), [])[1:]
    return "planned" if heads and all(polarity(head) == "planned" for head in heads) else ""


def _bare(lists: Grid, column: int, text: str) -> bool:
    """学员｜60: a figure of which only the head of its column says what it counts says nothing in its row alone."""
    head = lists.headers[column] if column < len(lists.headers) else ""
    bare = listed("figure").match(text) is not None
    return bare and bool(head) and listed("quantity_column").search(re.sub(r"（[^（）]*）", "", head).strip()) is None


def _share(lists: Grid, column: int, text: str) -> str:
    """A cell; a share (70%) with the head of its column, which says of what it is one (占股70%)."""
    head = lists.headers[column] if column < len(lists.headers) else ""
    return f"{head}{text}" if _PERCENT.fullmatch(text) else text


def _named_things(lists: Grid) -> bool:
    """名称｜层级｜年度｜在岗人员: a table whose rows each name a thing; its figures are of that thing."""
    return any("title" in roles for roles in lists.roles) and any(roles & {"rank", "date"} for roles in lists.roles)


def _counts(lists: Grid) -> bool:
    """类别｜级别｜数量: some row says that it is several, and is not one thing itself."""
    heads = (re.sub(r"（[^（）]*）", "", header).strip() for header in lists.headers)
    told = [text for c, head in enumerate(heads) if listed("quantity_column").search(head) for text in lists.column(c)]
    if any(has_number(text) and re.match(r"1(?!\d)", text) is None for text in told):
        return True
    columns = [lists.column(c) for c, roles in enumerate(lists.roles) if "number" not in roles][1:]
    return len(columns) > 1 and all(map(_figures, columns))  # 方向｜已完成｜进行中


def _figures(cells: list[str]) -> bool:
    """Whether a column holds nothing but figures, which are no years."""
    return all(listed("figure").match(text) and not re.fullmatch(r"(?:19|20)\d\d", text) for text in cells)


def _restates(table: Table, lists: Grid) -> bool:
    """Whether a table goes through the policy's requirements row by row: its first column of words holds them."""
    first = next((i for i, roles in enumerate(lists.roles) if "number" not in roles), 0)
    return first in policy_columns(table)


def _rows(table: Table, lists: Grid, reading: Reading, counted: bool) -> list[Sentence]:
    """The rows of a list as sentences, without columns and cells that restate the policy; a column of targets in a plan
    restates nothing."""
    skipped = frozenset() if section_block(table.section) else policy_columns(table)
    restated = {fold(reading.document.quote(span)).strip() for span in reading.quotations}
    found = []
    for row in lists.rows:
        kept = dict.fromkeys(
            _share(lists, column, text)
            for column, text in sorted(row.columns.items())
            if text and column not in skipped and text not in restated and (counted or not _bare(lists, column, text))
        )
        asked = "，".join(text for column, text in sorted(row.columns.items()) if column in skipped or text in restated)
        if kept:
            found.append(
                Sentence(table.document, row.span, Text("，".join(kept)), table.section, synthetic=True, row=counted,
                         asked=asked)
            )
    return found


def _asked(sentence: Sentence) -> str:
    """成功转移技术总计3项以上｜已成功转移4项｜台账: the requirement that stands before an answer in its row."""
    before = sentence.previous
    if before is None or "\n" in sentence.document.text[before.span.end:sentence.span.start]:
        return ""
    return before.folded if any(before.span.overlaps(one) for one in sentence.quotations) else ""


_LABEL = re.compile(r"[^。，；]{1,24}")
_ENUMERATOR = re.compile(r"^\s*(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）)", re.MULTILINE)


_ANSWER = re.compile(r"^\s*(?:答|回答|自评|自述)\s*：")


def _topic(label: str) -> bool:
    """（三）科研诚信问题: what a requirement is about, which the answer leaves unsaid; it holds no bar."""
    clean = _ENUMERATOR.sub("", label)
    return len(clean) > 2 and _LABEL.fullmatch(label) is not None and not has_number(clean)


def _pairs(table: Table) -> list[Sentence]:
    """A form's label and value cells as sentences "label\\tvalue"; long values are sentences of their own."""
    found: list[Sentence] = []
    document = table.document
    folded = forms.checked(fold(document.text[table.block.span.start : table.block.span.end]))
    base = table.block.span.start
    skipped = policy_columns(table)
    for row, texts in zip(table.rows, table.texts, strict=True):
        place = 0
        while place < len(row):
            label = texts[place]
            if row[place].column in skipped and not _topic(label):
                place += 1
                continue
            if place + 1 < len(row) and label and _LABEL.fullmatch(label):
                value = row[place + 1]
                whole = Span(row[place].span.start, value.span.end)
                body = folded[whole.start - base : whole.end - base]
                if len(texts[place + 1]) > 60 and "。" in texts[place + 1]:
                    found += sentences_in(
                        document,
                        value.span,
                        folded[value.span.start - base : value.span.end - base],
                        Section((*table.section.headings, label), table.section.lead),
                        None,
                    )
                elif texts[place + 1]:
                    width = row[place].span.end - whole.start
                    told = _ANSWER.sub(lambda m: " " * len(m.group()), body[width + 1 :])
                    told = _ENUMERATOR.sub(lambda m: " " * len(m.group()), told)
                    said = body[:width].replace("\n", " ") + "：" + told.replace("\n", "，")
                    marked = forms.answered(said)
                    sentence = Sentence(
                        document, whole, Text(marked), table.section, pair=True, previous=found[-1] if found else None
                    )
                    found.append(sentence)
                elif document.quote(value.span).strip():  # a box was ticked, and the label says what it makes of it
                    found.append(Sentence(document, whole, Text(label), table.section, pair=True))
                place += 2
                continue
            if label:
                found += sentences_in(
                    document,
                    row[place].span,
                    folded[row[place].span.start - base : row[place].span.end - base],
                    table.section,
                    None,
                )
            place += 1
    return found
