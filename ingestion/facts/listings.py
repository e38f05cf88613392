"""Which tables and numbered lists enumerate a fact, and their items."""

from __future__ import annotations

import re

from ingestion.facts.assertions import Claims
from ingestion.facts.dating import section_period
from ingestion.facts.grids import Grid, Row, name_columns, named
from ingestion.facts.items import Item, Pool, Setting, is_partial, judge, list_item
from ingestion.facts.lexicon import listed, words
from ingestion.facts.modality import section_block
from ingestion.facts.phrases import found
from ingestion.facts.scan import ListGroup
from ingestion.facts.schema import FactBook, FactSpec, Listing
from ingestion.facts.sentences import Section, Sentence
from ingestion.language import fold, load, pattern
from ingestion.language.ngrams import Text
from ingestion.numerals import has_number, quantities

_NAMING = {"title", "number_granted", "origin", "target"}  # roles of columns whose headers say what a table lists
_TELLING = {"number", "date", "authors", "index", "status", "rank"}  # roles of columns that only tell of a thing
_COUNTED = re.compile(r"（\s*(?:共|计)?\s*(\d+\s*[^（）\d，。]{1,2})）")


def table_items(book: FactBook, spec: FactSpec, grid: Grid, setting: Setting, claims: Claims) -> None:
    listing = spec.listing
    if listing is None or not grid.rows:
        return
    headings = grid.table.section.headings[-1:] if not grid.title.strip() else ()
    title = "\n".join([*headings, grid.title])
    heads = "｜".join(grid.headers)
    if not _about(book, listing, title, grid):
        return
    if listing.columns and not found(book, listing.columns, heads):
        return
    reason = section_block(grid.table.section) or section_block(
        Section((), grid.title.split("\n")[0] if grid.title else "")
    )
    columns = name_columns(grid, book.pattern(listing.header)) if listing.header else []
    if not columns and listing.header and not _numbered(book, listing, grid):
        return
    if len(columns) > 1 and any(r.origin == "foreign" and "title" in r.columns for r in listing.require):
        columns.sort(key=lambda c: -_bodies(grid, c))  # 协议对方 before 协议名称
    column = columns[0] if columns else None
    items = []
    for row in grid.rows:
        name, _ = named(grid, row, column) if columns or not listing.header else (row.text, row.span)
        if not name or name in load("tables")["empty"] or listed("figure").match(name):
            continue  # 项目数｜4: a figure, not one project
        if _kind_alone(book, spec, name) and _has_figure(grid, row):
            continue  # 发明专利｜21
        cells = _with_name(row, name)
        headed = tuple((grid.headers[c], text) for c, text in row.columns.items() if c < len(grid.headers))
        beside = _beside(row, columns[1:])
        items.append(Item(grid.table.document, row.span, row.text, name, cells, row.section, beside, headed))
    if reason:
        for item in items:
            claims.exclude(item.document, item.span, reason)
        return
    sentence = Sentence(
        grid.table.document,
        grid.table.block.span,
        Text(""),
        Section(grid.table.section.headings, "\n".join([grid.table.section.lead, grid.title])),
    )
    pool = Pool(
        grid.table.document,
        title + "\n" + heads,
        section_period(sentence, setting.window),
        items,
        is_partial("\n".join([title, grid.table.section.text, grid.table.document.name.rsplit("/", 1)[-1]])),
        table=True,
        total_span=grid.total_span,
    )
    judge(book, spec, pool, setting, claims)


def _numbered(book: FactBook, listing: Listing, grid: Grid) -> bool:
    """SCI论文目录: 序号｜发表年月｜境外作者单位: what its rows number is told by the title alone."""
    title = grid.title.strip() or grid.table.section.lead
    told = all(roles & _TELLING for roles in grid.roles)
    return told and any("number" in roles for roles in grid.roles) and found(book, listing.about, title)


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
    return sum(body.search(row.columns.get(column, "")) is not None for row in grid.rows)


def _beside(row: Row, columns: list[int]) -> str:
    """What other columns name an item by: two prizes of one name for different results are two. Numbers name none."""
    texts = [row.columns.get(column, "") for column in columns]
    return "".join("｜" + text for text in texts if text and not has_number(text))


def _with_name(row: Row, name: str) -> dict[str, str]:
    cells = dict(row.cells)
    cells["title"] = name
    return cells


def _about(book: FactBook, listing: Listing, title: str, grid: Grid) -> bool:
    """A table lists the fact's things if its title says so, or the header of a column that names things does."""
    about = book.pattern(listing.about)
    if listing.avoid and book.pattern(listing.avoid).search(title):
        return False
    named_by = [h for h, roles in zip(grid.headers, grid.roles, strict=True) if roles & _NAMING]
    first = [h for h, roles in zip(grid.headers, grid.roles, strict=True) if "number" not in roles][:1]
    names = "｜".join(dict.fromkeys([*first, *named_by]))
    if listing.avoid and book.pattern(listing.avoid).search(names):
        return False
    if about.search(title) or about.search(names) or _each_about(book, listing, grid):
        return True
    if _of_another(book, listing, grid):
        return False
    sections = "｜".join(dict.fromkeys(x for row in grid.rows for x in (row.section, row.cells.get("kind", "")) if x))
    return bool(sections and about.search(sections)) or bool(about.search("\n".join(grid.table.section.headings[-1:])))


def _each_about(book: FactBook, listing: Listing, grid: Grid) -> bool:
    """Whether the name in every row says that it is one of the fact's things (低温阀联合研发)."""
    columns = name_columns(grid, book.pattern(listing.header)) if listing.header else []
    named_ = [row.columns.get(columns[0], "") for row in grid.rows] if columns else []
    return len(named_) > 1 and all(book.pattern(listing.about).search(name) for name in named_)


def _of_another(book: FactBook, listing: Listing, grid: Grid) -> bool:
    """表二 海外研发团队 below the heading 平台与合作伙伴: a table's own title says that it lists other things."""
    lists = [spec.listing for spec in book.facts.values() if spec.listing is not None]
    caption = "\n".join(line for line in grid.title.split("\n") if not line.rstrip().endswith("。"))
    return any(found(book, other.about, caption) for other in lists if other.about != listing.about)


def list_items(book: FactBook, spec: FactSpec, group: ListGroup, setting: Setting, claims: Claims) -> None:
    listing = spec.listing
    if listing is None or not listing.prose:
        return
    weak = False
    title = group.section.lead or "\n".join(group.section.headings[-1:])
    if not book.pattern(listing.about).search(title):
        title = "\n".join([*group.section.headings[-1:], group.section.lead])
        weak = True
        if not book.pattern(listing.about).search(title) or (group.section.lead and not _neutral(group.section.lead)):
            return
    if listing.avoid and book.pattern(listing.avoid).search("\n".join([title, *group.section.headings[-1:]])):
        return
    last = title.strip().split("\n")[-1]
    if words("resolves").search(last) or (words("explains").search(last) and not last.endswith("：")):
        return
    reason = section_block(group.section)
    document = group.document
    counting = [span for span in group.items if _counts(spec, fold(document.quote(span)))]
    if len(counting) * 2 > len(group.items):
        return  # 国家级：…1个；市级：…2个: the lines hold figures, not one thing each
    items = [
        list_item(document, span, fold(document.quote(span)))
        for span in group.items
        if document.quote(span).strip()
    ]
    if reason:
        for item in items:
            claims.exclude(document, item.span, reason)
        return
    sentence = Sentence(document, group.items[0], Text(""), group.section)
    pool = Pool(
        document,
        title,
        section_period(sentence, setting.window),
        items,
        is_partial(title + "\n" + document.name.rsplit("/", 1)[-1]),
        weak=weak or not _leads(group.section.lead),
    )
    judge(book, spec, pool, setting, claims)


def _counts(spec: FactSpec, text: str) -> bool:
    """Whether a line states a count of the fact's things right at its name."""
    found_ = quantities(_COUNTED.sub(r"\1", text).split("（")[0])  # 发明专利（5件）
    always = ("thing", "organisation", "team", "paper")  # 二等奖1项 may be one thing with its number
    return any(q.measure in spec.measures and (q.measure in always or q.interval.low > 1) for q in found_)


def _leads(lead: str) -> bool:
    """A lead-in or a caption, which says what the list below holds; not just the title of a text."""
    return lead.rstrip().endswith("：") or listed("title_lines").search(lead) is not None


def _neutral(lead: str) -> bool:
    return (
        bool(words("neutral_lead").search(lead.strip()))
        or pattern(tuple(load("tables")["note_row"])).match(lead.strip()) is not None
    )
