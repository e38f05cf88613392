"""Which tables enumerate a fact, and their rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import zip_longest

from msgspec import Struct
from msgspec.structs import replace

from ingestion.facts.lexicon import is_partial, listed
from ingestion.facts.lists.items import meets
from ingestion.facts.lists.list_titles import list_headings, of_another, of_any, title_above
from ingestion.facts.lists.pools import Item, Pool, Setting
from ingestion.facts.prose.dating import section_period
from ingestion.facts.prose.modality import polarity, section_block
from ingestion.facts.prose.phrases import says_any
from ingestion.facts.scanning.columns import Column, apart, are_persons, empty, kind_of, kind_of_column, roles_of
from ingestion.facts.scanning.grids import Grid, Row, name_columns, named
from ingestion.facts.schema import FactBook, FactSpec, Listing, Require
from ingestion.facts.sentences import Section, Sentence
from ingestion.language import fold, load, pattern
from ingestion.language.ngrams import Text
from ingestion.names import organisations
from ingestion.names.organisations import Origin
from ingestion.numbers.numerals import has_number
from ingestion.numbers.periods import dates

_NAMING = {"title", "number_granted", "origin", "target"}  # roles of columns whose headers say what a table lists
LONGEST_DAY = 16  # characters of a cell that holds a day
LEAST = 3  # cells of a column that show what a table of many kinds lists
_TELLING = {"number", "date", "authors", "index", "status", "rank"}  # roles of columns that only tell of a thing
_BRACKETED = re.compile(r"（[^（）]*）")


class Listed(Struct, frozen=True):
    """The rows of a table that lists a fact's things."""

    pool: Pool
    titled: bool = True  # a title says so; else only what its cells are
    headed: bool = False  # of its titles only the columns' headers
    shown: bool = False  # its cells say so, whatever its titles are
    met: frozenset[int] = frozenset()  # where rows begin that show by their own cells all that the fact asks for


def listed_in(book: FactBook, spec: FactSpec, grid: Grid, setting: Setting) -> Listed | None:
    """What a table lists of a fact's things, if it lists any: by its titles, the nearest first, and its columns; where
    no title speaks of any fact's things, by what its cells are."""
    listing = spec.listing
    if listing is None or not grid.rows:
        return None
    about = _about(book, listing, grid)
    if about is None:
        return None
    grid = _with_roles(book, listing, grid, setting.window.end)
    heads = "｜".join(grid.headers)
    if listing.columns and not says_any(book, listing.columns, heads) and not _has_roles(listing.columns, grid):
        return None
    columns = _naming(book, spec, listing, grid, titled=bool(about))
    if not columns and listing.header and not _numbered(book, listing, grid):
        return None
    if not about and not _told_by_columns(book, spec, listing, grid, columns):
        return None
    items = items_of(book, spec, grid, columns)
    section = Section(grid.table.section.headings, "\n".join([grid.table.section.lead, grid.title]))
    sentence = Sentence(grid.table.document, grid.table.block.span, Text(""), section)
    excerpt = "\n".join([about, grid.title, grid.table.section.text, grid.table.document.name.rsplit("/", 1)[-1]])
    own = bool(about) and about not in list_headings(grid.table.section.headings[:-1])
    host = grid.table.section.headings[-1:] if grid.table.block.host else ()  # the label of the cell that it stands in
    near = "\n".join(dict.fromkeys([grid.title, *near_titles(grid), *host])).strip()
    said = own or (bool(near) and not of_any(book, near))  # 国际合作部花名: a title of no fact's things is still one
    title = near if said else about
    pool = Pool(
        grid.table.document,
        title + "\n" + heads,
        section_period(sentence, setting.window),
        items,
        is_partial(excerpt),
        weak=not said,
        table=True,
        reason=_reason(grid),
        totals=tuple(grid.totals),
    )
    met = _met(book, listing, pool)
    shown = bool(items) and _shown(book, spec, pool, met)
    pool.whole = own or shown
    if not items or (not own and not shown and not (_sided(listing) and _two_sides(grid))):
        return None
    above = "\n".join([*near_titles(grid), *grid.table.section.headings])
    return Listed(pool, bool(about), bool(about) and not says_any(book, listing.about, above), shown, met)


def _with_roles(book: FactBook, listing: Listing, grid: Grid, today: date) -> Grid:
    """渠道｜国家重点研发计划: a column under a header of which nothing is known has the role of what the fact asks of
    its things, where most of its cells say that; 走到哪一步｜验收合格: or say what it takes a thing to be left out."""
    roles = list(grid.roles)
    left_out = [word for reject in listing.reject if not reject.columns for word in reject.words]
    for require in listing.require:
        asked = [role for role in require.columns if role not in ("title", "date")]
        if not asked or not require.words:
            continue
        headed = any(role in own for own in roles for role in asked)
        for column, own in enumerate(roles):
            cells = [text for text in grid.column(column) if not empty(text)]
            asked_for = [*require.words, *left_out] if asked[0] == "status" else require.words
            said = sum(says_any(book, asked_for, text) for text in cells)
            telling = roles_of(grid.headers[column]) - {"mode"}
            if own & {*asked, "number"} or telling or (headed and (said < LEAST or "title" in own)):
                continue
            if said * (3 if headed else 2) > len(cells) and said >= 2:
                roles[column] = own | {asked[0]}
    roles = [own | {"until", "term"} if listing.term and not roles_of(grid.headers[column]) and "term" not in own
             and _to_come(grid, column, today) else own for column, own in enumerate(roles)]
    if roles == grid.roles:
        return grid
    added = [(column, role) for column, own in enumerate(roles) for role in own - grid.roles[column]]
    columns = {role: [column for column, one in added if one == role] for _, role in added}
    told = [
        {role: "｜".join(row.columns.get(c, "") for c in own) for role, own in columns.items()} for row in grid.rows
    ]
    rows = [
        replace(row, cells=row.cells | {k: "｜".join(filter(None, [row.cells.get(k), v])) for k, v in more.items()})
        for row, more in zip(grid.rows, told, strict=True)
    ]
    return replace(grid, roles=roles, rows=rows)


def _to_come(grid: Grid, column: int, today: date) -> bool:
    """Whether a third of a column's days are still to come: what was done has none, what ends has."""
    told = [dates(text) for text in grid.column(column) if len(text) <= LONGEST_DAY]
    last = [days[-1][2] for days in told if days]
    return len(last) >= 2 and 3 * sum(day > today for day in last) >= len(last)


def _has_roles(headers: Sequence[str], grid: Grid) -> bool:
    """Whether a column is, by its cells, one that any of some headers would head."""
    asked = frozenset().union(*map(roles_of, headers)) - {"title"}
    return any(roles & asked for roles in grid.roles) or ("authors" in asked and _name_bodies(grid))


def _name_bodies(grid: Grid) -> bool:
    """Whether a column behind the one that names the things holds bodies, several in a cell or one."""
    named_ = [c for c, roles in enumerate(grid.roles) if "title" in roles]
    return any(sum(bool(organisations.mentions(text)) for text in grid.column(c)) * 2 > len(grid.rows)
               for c in named_[1:])


def _told_by_columns(book: FactBook, spec: FactSpec, listing: Listing, grid: Grid, columns: list[int]) -> bool:
    """Whether a table's columns alone may show that it lists the fact's things: it has one for what the fact asks of
    each, and what its rows name are bodies where bodies are asked for."""
    roles = frozenset().union(*grid.roles)
    if _sided(listing):
        return _two_sides(grid)
    asked = frozenset(role for r in listing.require for role in r.columns) - {"title", "country"}
    if not asked:
        asked = frozenset().union(*map(roles_of, listing.columns)) - {"title", "country", "date"}
    if not roles & (asked | ({"term"} if listing.term else set())) and not _each_said(book, listing, grid):
        return False
    if "person" in spec.measures:
        return bool(columns) and are_persons(grid.column(columns[0]))
    if any(r.origin == "foreign" and "title" in r.columns for r in listing.require):
        cells = grid.column(columns[0]) if columns else []
        bodies = [text for text in cells if organisations.origin(text) is organisations.Origin.FOREIGN]
        return kind_of_column(cells) == "body" and ("country" in roles or len(bodies) * 2 > len(cells))
    return bool(columns)


def _each_said(book: FactBook, listing: Listing, grid: Grid) -> bool:
    """Whether half of the rows say in words what makes bodies the fact's (长期合作)."""
    words_ = listing.named_in if listing.term else []
    said = sum(bool(words_) and says_any(book, words_, row.text) for row in grid.rows)
    return said >= LEAST and said * 2 >= len(grid.rows)


def _sided(listing: Listing) -> bool:
    """Whether each thing has a side here and one abroad."""
    return {"home", "foreign"} <= {r.origin for r in listing.require}


def two_sided(listing: Listing, grid: Grid) -> bool:
    """Whether a table of giver and taker suits a fact whose things have two sides."""
    return _sided(listing) and _two_sides(grid)


def _two_sides(grid: Grid) -> bool:
    """Whether most rows name a body here and one abroad in columns of their own: giver and taker."""
    found_ = 0
    for row in grid.rows:
        sides = {organisations.origin(text) for text in row.columns.values() if kind_of(text) in ("body", "place")}
        found_ += Origin.DOMESTIC in sides and bool(sides & {Origin.FOREIGN, Origin.GREATER_CHINA})
    return found_ >= 2 and found_ * 2 >= len(grid.rows)


def _reason(grid: Grid) -> str:
    """Why no row of a table counts, by its headings, its caption, the sheet or the file that it stands in."""
    near = near_titles(grid)
    if grid.table.block.section:  # a workbook's name titles its sheets
        near.append(fold(grid.table.document.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]))
    return (
        section_block(grid.table.section)
        or section_block(Section((), grid.title.split("\n")[0] if grid.title else ""))
        or next((reason for title in near if (reason := polarity(title))), "")
    )


def near_titles(grid: Grid) -> list[str]:
    """The titles that are the table's own: its caption lines, else the heading right above it; and its sheet."""
    lines = [line for line in grid.title.split("\n") if line.strip() and not _note(line)]
    sheet = fold(grid.table.block.section)
    said = [line for line in lines if not line.rstrip().endswith("。") and not _BRACKETED.fullmatch(line.strip())]
    own = [*lines, *([] if said and len(lines) == len(said) else grid.table.section.headings[-1:])]
    return [*own, sheet] if sheet and sheet not in own else own


def _note(line: str) -> bool:
    return pattern(tuple(load("tables")["note_row"])).match(line) is not None


def _naming(book: FactBook, spec: FactSpec, listing: Listing, grid: Grid, *, titled: bool) -> list[int]:
    """The columns that name the fact's things, the likeliest first: by their headers, else by what their cells are."""
    columns = name_columns(grid, book.pattern(listing.header)) if listing.header else []
    abroad = any(r.origin == "foreign" and "title" in r.columns for r in listing.require)
    if len(columns) > 1 and abroad:
        columns.sort(key=lambda c: -_bodies(grid, c))  # 协议对方 before 协议名称
    if columns or not listing.header:
        return [*_rather(grid, columns[:1]), *columns]
    generic = [c for c, header in enumerate(grid.headers) if listed("generic_name").fullmatch(header.strip())]
    leads = pattern(tuple(load("discourse")["refers_below"])).search(grid.title.rstrip().split("\n")[-1]) is not None
    if generic or (grid.title.rstrip().endswith("。") and not leads and not _kinds_about(book, listing, grid)):
        return generic[:1]  # a sentence above it is no title
    if abroad and (bodies := [c for c, own in enumerate(grid.roles) if "title" in own
                              and kind_of_column(grid.column(c)) == "body"]):
        return bodies[:1]
    asked = {role for require in listing.require for role in require.columns} - {"title", "country", "date"}
    shown = any(own & asked for own in grid.roles) and says_any(book, listing.about, "\n".join(near_titles(grid)))
    named_by = _by_cells(book, spec, listing, grid, abroad=abroad, shown=shown, titled=titled)
    no_persons = "person" in spec.measures and any(kind_of_column(grid.column(c)) == "body" for c in named_by)
    return [] if no_persons else named_by


def _names_another(book: FactBook, listing: Listing, header: str, title: str) -> bool:
    """论文题目, 专利名: whether a header speaks of the things of another fact, and so does the title, where one says
    whose things are listed."""
    told = header if title else listed("generic_name").sub("", header)
    others = (spec.listing for spec in book.facts.values()
              if spec.listing is not None and spec.listing.header != listing.header)
    return any(says_any(book, one.header, told) and (not title or says_any(book, one.about, title)) for one in others)


def _by_cells(
    book: FactBook, spec: FactSpec, listing: Listing, grid: Grid, *, abroad: bool, shown: bool, titled: bool
) -> list[int]:
    """The column under a header of which nothing is known that names the fact's things, of several the first whose
    cells tell the rows apart. `shown`: the table's titles and its other columns say whose things it lists."""
    known = [roles_of(header) for header in grid.headers]
    tells = [apart(grid.column(c)) for c in range(len(known))]
    heads = [c for c, roles in enumerate(known) if "title" in roles and (tells[c] or len(grid.rows) < LEAST)]
    if heads:
        title = "\n".join([*near_titles(grid), *grid.table.section.headings[-1:]]) if titled else ""
        return [] if _names_another(book, listing, grid.headers[heads[0]], title) else heads[:1]
    named_ = [c for c, roles in enumerate(known) if not roles and "title" in grid.roles[c]]
    told = sorted((c for c, roles in enumerate(known) if not roles and not grid.roles[c]), key=lambda c: not tells[c])
    if _sided(listing):
        return told[:1]
    if named_ and told and tells[told[0]] and not tells[named_[0]]:
        return told[:1]  # 成果名｜载体: a journal names many papers
    if named_ and told and not abroad and not {"organisation", "team"} & set(spec.measures):
        named_ = [min(told[0], named_[0])]  # 干什么｜跟谁: whom it is done with names no project
    known_well = sum(map(bool, known)) * 2 > len(known) and not shown and not (told and tells[told[0]])
    headless = not any(grid.headers) and any(r.run_by for r in listing.require)  # 意大利｜某团队｜2021年入驻
    return named_[:1] or ([] if known_well or (abroad and not headless) else told[:1])


def _rather(grid: Grid, columns: list[int]) -> list[int]:
    """户名｜企业称号: where the header stands above what rows share, the column of bodies that tells them apart."""
    if not columns or len(grid.rows) < LEAST or apart(grid.column(columns[0])):
        return []
    return [c for c in range(len(grid.headers))
            if c not in columns and kind_of_column(grid.column(c)) == "body" and apart(grid.column(c))][:1]


def items_of(book: FactBook, spec: FactSpec, grid: Grid, columns: list[int]) -> list[Item]:
    """The rows of a table as items with their names and cells."""
    items = []
    column = columns[0] if columns else None
    unnamed = not columns and spec.listing is not None and bool(spec.listing.header)  # what its rows number
    behind = column is not None and column * 2 > len(grid.headers)  # what tells of the things stands before their names
    order = sorted(range(len(grid.headers)), key=lambda c: behind and c != column and "number" not in grid.roles[c])
    for row in grid.rows:
        name = row.text if unnamed else named(row, column)
        if empty(name) and len(row.columns) > 2:
            name = next((t for t in (row.columns.get(c, "") for c in columns[1:]) if not empty(t)), row.text)
        if not name or empty(name) or listed("figure").match(name):
            continue  # 项目数｜4: a figure, not one project
        if _kind_alone(book, spec, name) and _has_figure(grid, row):
            continue  # 发明专利｜21
        cells = _with_name(row, name)
        headed = tuple(Column(grid.headers[c], row.columns.get(c, ""), grid.roles[c]) for c in order)
        beside = _beside(row, columns[1:])
        items.append(Item(grid.table.document, row.span, row.text, name, cells, row.section, beside, headed))
    return items


def _met(book: FactBook, listing: Listing, pool: Pool) -> frozenset[int]:
    return frozenset(item.span.start for item in pool.items
                     if all(meets(book, require, pool, item) for require in listing.require))


def _shown(book: FactBook, spec: FactSpec, pool: Pool, met: frozenset[int]) -> bool:
    """Whether the rows show by their own cells that they are of what the fact counts, without any title's help: half of
    them, or of what one column holds, meet the first of its requirements, and at least two meet all."""
    if spec.listing is None or not spec.listing.require or len(met) < 2:
        return False
    first = spec.listing.require[0]
    of_kind = sum(meets(book, first, pool, item) for item in pool.items)
    return of_kind * 2 >= len(pool.items) or _column_says(book, first, pool)


def _column_says(book: FactBook, require: Require, pool: Pool) -> bool:
    """Whether a third of the filled cells of a column say what is asked for, in a table of rows of all kinds."""
    rows = [item.headed for item in pool.items] if require.words else []
    for cells in zip_longest(*rows, fillvalue=Column("", "")):
        filled = [one.text for one in cells if not empty(one.text)]
        said = sum(says_any(book, require.words, text) for text in filled)
        if said >= LEAST and said * 3 >= len(filled):
            return True
    return False


def _numbered(book: FactBook, listing: Listing, grid: Grid) -> bool:
    """SCI论文目录: 序号｜发表年月｜境外作者单位: what its rows number is told by the title alone."""
    title = grid.title.strip() or grid.table.section.lead
    told = all(roles & _TELLING for roles in grid.roles)
    return told and any("number" in roles for roles in grid.roles) and says_any(book, listing.about, title)


def _kind_alone(book: FactBook, spec: FactSpec, name: str) -> bool:
    """A name that only says what kind of thing it is."""
    kinds = [word for words_ in (spec.kinds.names.values() if spec.kinds else ()) for word in words_]
    return not book.pattern([*spec.heads, *kinds]).sub("", name).strip()


def _has_figure(grid: Grid, row: Row) -> bool:
    numbered = {column for column, roles in enumerate(grid.roles) if "number" in roles}
    return any(listed("figure").match(text) for column, text in row.columns.items() if column not in numbered)


def _bodies(grid: Grid, column: int) -> int:
    """How many of a column's cells name a body."""
    body = re.compile(load("discourse")["body_words"], re.IGNORECASE)
    return sum(body.search(text) is not None for text in grid.column(column))


def _beside(row: Row, columns: list[int]) -> str:
    """What other columns name an item by: two prizes of one name for different results are two. Numbers name none."""
    texts = [row.columns.get(column, "") for column in columns]
    return "".join("｜" + text for text in texts if text and not has_number(text))


def _with_name(row: Row, name: str) -> dict[str, str]:
    return {**row.cells, "title": name}


def _about(book: FactBook, listing: Listing, grid: Grid) -> str | None:
    """The title that says that a table lists the fact's things: its own, or the header of a column that names things;
    else the nearest heading that speaks of any fact's things, if it speaks of this one's. "" where none does."""
    about = book.pattern(listing.about)
    title = "\n".join(near_titles(grid))
    named_by = [h for h, roles in zip(grid.headers, grid.roles, strict=True) if h and roles & _NAMING]
    first = [h for h, roles in zip(grid.headers, grid.roles, strict=True) if "number" not in roles][:1]
    names = "｜".join(own := list(dict.fromkeys([*first, *named_by])))
    each = _each_about(book, listing, grid)
    if listing.avoid and says_any(book, listing.avoid, names if each else f"{title}\n{names}"):
        return None
    said = about.search(title) or any(map(about.search, [names, *own]))
    if said or each or _kinds_about(book, listing, grid):
        return title or names
    if of_another(book, listing, title if grid.title.strip() else ""):
        return None
    sections = "｜".join(dict.fromkeys(row.section for row in grid.rows if row.section))
    if sections and about.search(sections):
        return title or names
    *outer, nearest = grid.table.section.headings or ("",)
    if about.search(nearest):
        return title or nearest
    return title_above(book, listing, outer, nearest)


def _each_about(book: FactBook, listing: Listing, grid: Grid) -> bool:
    """Whether the name in every row says that it is one of the fact's things (低温阀联合研发)."""
    columns = name_columns(grid, book.pattern(listing.header)) if listing.header else []
    columns += [c for c, header in enumerate(grid.headers) if "title" in roles_of(header)]
    named_ = grid.column(columns[0]) if columns else []
    said = sum(book.pattern([*listing.about, *listing.kinds]).search(name) is not None for name in named_)
    return said > 1 and said * 3 >= len(named_) * 2


def _kinds_about(book: FactBook, listing: Listing, grid: Grid) -> bool:
    """Whether a column under an unforeseen header says of a third of the rows that they are of the fact's kind, in the
    same few words (联合研发, 技术转移)."""
    for column, roles in enumerate(grid.roles):
        cells = [text for text in grid.column(column) if not empty(text)]
        known = roles_of(grid.headers[column])
        if roles & _NAMING or known - {"kind"} or (not known and len(set(cells)) * 2 > len(cells)):
            continue
        said = sum(says_any(book, listing.about, text) for text in cells)
        if (said >= LEAST) + (said * 3 >= len(cells)) > (not known):
            return True
    return False
