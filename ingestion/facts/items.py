"""Items of tables and lists, each judged by the fact's definition, once; the reason stays with each item left out."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingestion import organisations
from ingestion.domain import Document, Interval, Method, Span
from ingestion.facts.assertions import Assertion, Findings
from ingestion.facts.declared import abroad, bound, found, section_period
from ingestion.facts.figures import Analysis, section_block, words
from ingestion.facts.grids import Grid, Row, name_column, named
from ingestion.facts.scan import ListGroup, Section, Sentence
from ingestion.facts.schema import FactBook, FactSpec, Listing, Reject, Require
from ingestion.facts.terms import term
from ingestion.language import fold, load, pattern
from ingestion.organisations import Origin
from ingestion.periods import Cover, Period, PeriodKind, Window, dates, periods

KEEP = ""            # a verdict: the item counts
UNKNOWN = "?"        # it only lifts the upper bound


@dataclass(slots=True)
class Item:
    """`cells` by role (empty for list items); `name` identifies it."""

    document: Document
    span: Span
    text: str
    name: str
    cells: dict[str, str] = field(default_factory=dict)
    section: str = ""


@dataclass(slots=True)
class Pool:
    """The items of one list with its title, before they are judged."""

    document: Document
    title: str                # captions, headers' row, lead-in, nearest headings
    period: Period | None
    items: list[Item]
    partial: bool
    loose: bool = False
    table: bool = False
    total_span: Span | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What judging needs besides the item: the day, the window, the host country."""

    window: Window
    host: str = ""


def table_items(book: FactBook, spec: FactSpec, grid: Grid, setting: Setting, findings: Findings) -> None:
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
    reason = section_block(grid.table.section) or section_block(Section((), grid.title.split("\n")[0] if grid.title else ""))
    column = name_column(grid, book.pattern(listing.header)) if listing.header else None
    if column is None and listing.header:
        return
    items = []
    for row in grid.rows:
        name, _ = named(grid, row, column)
        if not name or name in ("—", "-", "/", "无"):
            continue
        items.append(Item(grid.table.document, row.span, row.text, name, _with_name(row, name), row.section))
    if reason:
        for item in items:
            findings.exclude(item.document, item.span, reason)
        return
    sentence = Sentence(grid.table.document, grid.table.block.span, "", Section(grid.table.section.headings, "\n".join([grid.table.section.lead, grid.title])))
    pool = Pool(grid.table.document, title + "\n" + heads, section_period(sentence, setting.window), items, partial("\n".join([title, grid.table.section.text, grid.table.document.name.rsplit("/", 1)[-1]])),
                table=True, total_span=grid.total_span)
    judge(book, spec, pool, setting, findings)


def _with_name(row: Row, name: str) -> dict[str, str]:
    cells = dict(row.cells)
    cells["title"] = name
    return cells


def _about(book: FactBook, listing: Listing, title: str, grid: Grid) -> bool:
    """A table lists the fact's things if its title says so, or the header of a column that names things does."""
    about = book.pattern(listing.about)
    if listing.avoid and book.pattern(listing.avoid).search(title):
        return False
    names = "｜".join(h for h, roles in zip(grid.headers, grid.roles, strict=True) if "title" in roles)
    if listing.avoid and book.pattern(listing.avoid).search(names):
        return False
    sections = "｜".join(dict.fromkeys(x for row in grid.rows for x in (row.section, row.cells.get("kind", "")) if x))
    return bool(about.search(title) or about.search(names) or (sections and about.search(sections))
                or about.search("\n".join(grid.table.section.headings[-1:])))


def list_items(book: FactBook, spec: FactSpec, group: ListGroup, setting: Setting, findings: Findings) -> None:
    listing = spec.listing
    if listing is None or not listing.prose:
        return
    title = group.section.lead or "\n".join(group.section.headings[-1:])
    if not book.pattern(listing.about).search(title):
        title = "\n".join([*group.section.headings[-1:], group.section.lead])
        if not book.pattern(listing.about).search(title) or (group.section.lead and not _neutral(group.section.lead)):
            return
    if listing.avoid and book.pattern(listing.avoid).search(title):
        return
    reason = section_block(group.section)
    document = group.document
    items = [Item(document, span, text := fold(document.quote(span)), item_name(text)) for span in group.items if document.quote(span).strip()]
    if reason:
        for item in items:
            findings.exclude(document, item.span, reason)
        return
    sentence = Sentence(document, group.items[0], "", group.section)
    pool = Pool(document, title, section_period(sentence, setting.window), items, partial(title + "\n" + document.name.rsplit("/", 1)[-1]))
    judge(book, spec, pool, setting, findings)


def _neutral(lead: str) -> bool:
    return bool(re.search(r"如下|下列|以下|：$", lead.strip())) or pattern(tuple(load("tables")["note_row"])).match(lead.strip()) is not None


def sentence_items(book: FactBook, spec: FactSpec, analysis: Analysis, chain: str, pools: dict[str, Pool]) -> None:
    """Things with proper names in running text (重庆市轻合金材料重点实验室); `chain`: the statement that the sentence is in."""
    listing = spec.listing
    if listing is None or not listing.names or analysis.sentence.pair:
        return
    if section_block(analysis.sentence.section) or any(reason in ("quotation", "template") for reason in analysis.clause_blocks.values()):
        return
    if found(book, listing.named_in, chain):
        _named(book, spec, listing, analysis, pools)


def partial(title: str) -> bool:
    """A title that says the list is an excerpt, or ends in 等 without a number."""
    clean = words("partial_exempt").sub("", title)
    return bool(words("partial").search(clean)) and not words("complete").search(clean)


_CITATION = re.compile(r"[“《\"]([^”》\"]{4,})[”》\"]")
_REFERENCE = re.compile(r"(?:^|[.。）]\s*)([A-Z\u4e00-\u9fff][^.\[\]。]{10,}?)(?:\[[JCDM](?:/OL)?\]|（J）|（C）|[.,，]\s*(?:[A-Z][\w&\s-]+)?[,，]?\s*(?:19|20)\d\d)")


def item_name(text: str) -> str:
    """What identifies a list item: the quoted title, a reference's title, or the words before its first note."""
    match = _CITATION.search(text) or _REFERENCE.search(text)
    if match:
        return match[1].strip()
    return re.split(r"[（，,；：。|]", text.strip(), maxsplit=1)[0].strip() or text.strip()


def judge(book: FactBook, spec: FactSpec, pool: Pool, setting: Setting, findings: Findings) -> None:
    """Count a list's items one by one and add the interval that they settle."""
    listing = spec.listing
    assert listing is not None
    counted: list[Span] = []
    names: list[frozenset[str]] = []
    unknown = 0
    seen: list[frozenset[str]] = []
    left_out: list[tuple[Item, str]] = []
    dated = False
    for item in pool.items:
        verdict, has_date = _verdict(book, spec, listing, pool, item, setting)
        dated = dated or has_date
        if verdict not in (KEEP, UNKNOWN):
            left_out.append((item, verdict))
            continue
        keys = organisations.keys(item.name) if _is_body(listing) else frozenset({_title_key(item.name)})
        if any(keys & other for other in seen):
            left_out.append((item, "duplicate"))
            continue
        seen.append(keys)
        if verdict == UNKNOWN:
            unknown += 1
            continue
        counted.append(item.span)
        names.append(keys)
    for item, reason in left_out:
        findings.exclude(item.document, item.span, reason)
    if not counted and not unknown:
        return
    value = Interval(len(counted), None if pool.partial else len(counted) + unknown)
    if spec.time == "window" and dated:
        covered = pool.period.cover(setting.window) if pool.period else Cover.WINDOW
        bounded: Interval | None = value if covered in (Cover.WINDOW, Cover.WIDER) else Interval(value.low, None)
        if covered is Cover.PARTIAL:
            bounded = Interval(value.low, None)
    else:
        bounded = bound(spec, value, pool.period, setting.window)
    if bounded is None:
        for span in counted:
            findings.exclude(pool.document, span, "outside_window")
        return
    span = Span(min(i.span.start for i in pool.items), max(i.span.end for i in pool.items))
    findings.assertions.append(Assertion(
        bounded, pool.document, span, Method.LISTED, (value.low,) if value.high is None else (value.low, value.high),
        items=tuple(counted), item_keys=tuple(names), loose=pool.loose, partial=pool.partial))


def _is_body(listing: Listing) -> bool:
    return any(r.origin for r in listing.require) or bool(listing.names)


def _title_key(name: str) -> str:
    return re.sub(r"[^\w\u4e00-\u9fff]", "", fold(name)).casefold()


def _verdict(book: FactBook, spec: FactSpec, listing: Listing, pool: Pool, item: Item, setting: Setting) -> tuple[str, bool]:
    """KEEP, UNKNOWN or the reason that leaves an item out; and whether a date of its own decided."""
    doubtful = False
    for reject in listing.reject:
        if _rejects(book, reject, item):
            if reject.unknown:
                doubtful = True
            else:
                return reject.reason, False
    for require in listing.require:
        verdict = _requires(book, require, pool, item)
        if verdict == UNKNOWN:
            doubtful = True
        elif verdict != KEEP:
            return verdict, False
    has_date = False
    if listing.dated:
        verdict, has_date = _in_window(item, setting.window)
        if verdict not in (KEEP, UNKNOWN):
            return verdict, has_date
        doubtful = doubtful or verdict == UNKNOWN
    if listing.term and _ended(item, setting.window):
        return "expired", has_date
    if listing.host_only and setting.host and _other_country(item, setting.host):
        return "other_country", has_date
    return (UNKNOWN if doubtful else KEEP), has_date


def _columns(item: Item, roles: list[str]) -> str:
    """The text of the named roles' cells; the whole item where it has no such column."""
    present = [item.cells[r] for r in roles if r in item.cells]
    return "｜".join(present) if present else ""


def _rejects(book: FactBook, reject: Reject, item: Item) -> bool:
    text = _columns(item, reject.columns) if reject.columns and item.cells else item.text
    if item.section and not reject.columns:
        text += "｜" + item.section
    if reject.origin == "domestic":
        return _origin(item) is Origin.DOMESTIC
    if not found(book, reject.words, text):
        return False
    return not (reject.keep and found(book, reject.keep, text))


def _origin(item: Item) -> Origin:
    return organisations.origin(item.name, item.cells.get("country", ""))


def _requires(book: FactBook, require: Require, pool: Pool, item: Item) -> str:
    missing = UNKNOWN if require.missing == "unknown" else require.reason
    if require.origin == "foreign":
        return _foreign(require, pool, item, missing)
    text = _columns(item, require.columns) if require.columns and item.cells else item.text
    if require.columns and item.cells and not text and not require.topic:
        text = item.text
    if found(book, require.words, text) or (item.section and found(book, require.words, item.section)):
        return KEEP
    if require.topic and not text and found(book, require.words, pool.title):
        return KEEP
    if require.topic and found(book, require.words, pool.title) and (not require.columns or not any(r in item.cells for r in require.columns)):
        return KEEP
    return missing


def _foreign(require: Require, pool: Pool, item: Item, missing: str) -> str:
    """Whether an item shows somebody abroad: by its country column, its name, or any of the columns that the rule names."""
    if require.columns and "authors" in require.columns:
        text = _columns(item, require.columns) if item.cells else item.text
        if _yes(text) and re.search(r"外|合作|联合", pool.title):
            return KEEP
        origins = {origin for _, _, origin in organisations.mentions(text)}
        if Origin.FOREIGN in origins:
            return KEEP
        if Origin.GREATER_CHINA in origins:
            return UNKNOWN
        return missing
    if "title" in require.columns or not item.cells:
        where = _origin(item)
        if where in (Origin.FOREIGN, Origin.GREATER_CHINA):
            return KEEP
        if where is Origin.UNKNOWN and (abroad(item.text) or (words("foreign_title").search(pool.title) and not re.search("国内|境内外", pool.title))):
            return KEEP
        return missing if where is Origin.DOMESTIC else (UNKNOWN if words("foreign_title").search(pool.title) else missing)
    parties = [item.cells[role] for role in ("origin", "target") if role in item.cells]
    if parties:
        sides = [organisations.origin(side) for party in parties for side in re.split(r"→|->|至|向|｜", party) if side.strip()]
        if Origin.FOREIGN in sides or Origin.GREATER_CHINA in sides:
            return KEEP
        if all(side is Origin.DOMESTIC for side in sides):
            return missing
    return KEEP if abroad(item.text) else missing


def _yes(text: str) -> bool:
    return any(part.strip() in load("tables")["yes"] for part in text.split("｜"))


def _in_window(item: Item, window: Window) -> tuple[str, bool]:
    """An item's own date against the window. The date column decides, else the last date in the item's text."""
    text = item.cells.get("date") or item.cells.get("term") or ("" if item.cells else item.text)
    dated = [p for p in periods(text, window) if p.start is not None]
    if not dated:
        return KEEP, False
    begun = [p for p in dated if words("begun").match(text, p.span.end)]
    period = dated[0] if item.cells else (begun or dated[-1:])[0]
    start = period.start
    assert start is not None
    if start < window.start:
        single = (period.end - start).days <= 366 and period.end >= window.start
        return (UNKNOWN if single else "outside_window"), True
    return ("outside_window" if start > window.end else KEEP), True


def _ended(item: Item, window: Window) -> bool:
    """A term that ended before the application date; the latest period named decides (续签 renews)."""
    text = "｜".join(filter(None, [item.cells.get("term", ""), item.cells.get("status", ""), item.cells.get("date", "")])) if item.cells else item.text
    stated = term(text, window)
    if stated is None and item.cells.get("term") and "until" in item.cells:
        ends = [last for _, _, last in dates(item.cells["until"])]
        return bool(ends) and max(ends) < window.end
    return stated is not None and stated[1] < window.end


def _other_country(item: Item, host: str) -> bool:
    codes = organisations.countries_in(item.cells.get("country", "")) or organisations.countries_in(item.name)
    code = codes[0] if codes else organisations.country(item.name)
    return bool(code) and code not in (host, "")


_WITH = re.compile(r"(?<![参赋给授])与|(?:^|，)和|同(?=[^时样一])")
_STOPS = re.compile(r"等(?!离)|建立|签订|签署|签有|签约|签了|签定|保持|开展|达成|形成|结成|缔结|共同|共建|合作(?![署社局组银委])|联合(?!会|王国|大学|国)|进行|在(?![国地渝])|就|围绕|长期|均|有(?!限|色|机)|的|。|；|$")


def enumerations(book: FactBook, spec: FactSpec, analyses: list[Analysis], setting: Setting, findings: Findings, pools: dict[str, Pool]) -> None:
    """Names enumerated in one statement (sentences that semicolons join): 如下：A；B；C, 有A、B、C两支, 与A、B建立长期合作."""
    listing = spec.listing
    if listing is None or not listing.enumerated or analyses[0].sentence.pair or not found(book, listing.named_in, "；".join(a.sentence.folded for a in analyses)):
        return
    first, last = analyses[0].sentence, analyses[-1].sentence
    document, base = first.document, first.span.start
    text = fold(document.text[base:last.span.end])
    if len(analyses) == 1:
        text = first.folded
    if any(section_block(a.sentence.section) for a in analyses[:1]) or any(r in ("quotation", "template") for a in analyses for r in a.clause_blocks.values()):
        return
    for region in _regions(book, listing, text):
        if _enumerate(book, spec, listing, analyses, text, base, region, findings, pools) and region[2]:
            return
    del setting


def _regions(book: FactBook, listing: Listing, text: str) -> list[tuple[int, int, bool]]:
    """Where names are enumerated: (start, end, whether the enumeration follows a lead-in and so is a list of its own)."""
    regions: list[tuple[int, int, bool]] = []
    about = book.pattern(listing.about).search(text)
    if listing.avoid and book.pattern(listing.avoid).search(text):
        about = None
    if about is not None:
        lead = words("enumerates").search(text, about.end())
        if lead is not None and not re.search(r"[。；]", text[about.end():lead.start()]) and lead.start() - about.end() < 30:
            regions.append((lead.end(), _list_end(text, lead.end()), True))
        weak = words("enumerates_next").match(text, about.end())
        if weak is not None and not regions:
            regions.append((weak.end(), _list_end(text, weak.end()), True))
    if not listing.split or not found(book, listing.named_in, text):
        return regions
    stop = -1
    for match in _WITH.finditer(text):
        if match.start() >= stop:
            stop = _region_end(text, match.end())
            regions.append((match.end(), stop, False))
    return regions


def _list_end(text: str, start: int) -> int:
    """The end of the sentence; without semicolons, a comma outside brackets ends the enumeration."""
    end = text.find("。", start)
    end = len(text) if end < 0 else end
    if "；" in text[start:end]:
        return end
    depth = 0
    for place in range(start, end):
        depth += {"（": 1, "）": -1}.get(text[place], 0)
        if depth <= 0 and text[place] == "，":
            return place
    return end


def _enumerate(book: FactBook, spec: FactSpec, listing: Listing, analyses: list[Analysis], text: str, base: int,
               region: tuple[int, int, bool], findings: Findings, pools: dict[str, Pool]) -> bool:
    start, end, closed = region
    document = analyses[0].sentence.document
    names = list(_members(text, start, end)) if closed and "；" in text[start:end] else list(_names(text, start, end))
    bodies = [(a, b) for a, b in names if _is_name(book, listing, text[a:b])]
    if not bodies or (len(bodies) < len(names) and not closed):
        return False
    clause, analysis = _clause_at(analyses, base + bodies[0][0])
    reason = analysis.clause_blocks.get(clause, "")
    around = analysis.clause_text(clause)
    tail = text[bodies[-1][1]:]
    tail = tail[len(_note(tail, 0, len(tail))):][:30]
    number = r"(?:\d|[一二两三四五六七八九十]+(?=[家所个国校支]))"
    numbered = re.match(rf"\s*等?[^，。；]{{0,8}}?{number}", tail) is not None
    open_list = re.match(r"\s*等", tail) is not None and not numbered
    if not closed and spec.exclude_clause and book.pattern(spec.exclude_clause).search(around):
        return False
    items = []
    for a, b in bodies:
        note = _note(text, b, len(text))
        item = Item(document, Span(base + a, base + b + len(note)), text[a:b] + note, text[a:b])
        if closed:   # what follows a member until the next separator speaks of it
            stop = next((x for x in (text.find(c, b + len(note)) for c in "；、。") if x >= 0), len(text))
            item.text = text[a:min(stop, end)]
        elif len(bodies) == 1:
            item.text = text[a:]
        items.append(item)
    if reason or (not closed and words("plan").search(_exempt(around))):
        for item in items:
            findings.exclude(item.document, item.span, reason or "planned")
        return True
    title = text[:start] + text[max(bodies[-1][1], start):] if not closed else text[:start]
    pool = Pool(document, title, None, items, open_list or (numbered and not closed) or partial(text[:start]), loose=True)
    _pool(pools, pool, merge=not closed)
    return True


def _members(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The members of a list that semicolons divide: each one's name is what stands before its first comma, bracket or date."""
    for match in re.finditer(r"[^；]+", text[start:end]):
        body = match.group()
        lead = re.match(r"(?:\s|[①-⑳]|（?\d{1,2}[）.、]|[一二三四五六七八九十]是|以及|和)*", body)
        first = lead.end() if lead else 0
        stop = re.search(r"[，,（。：]|(?:19|20)\d\d\s*年", body[first:])
        last = first + (stop.start() if stop else len(body.rstrip(" 。")) - first)
        if last - first >= 2:
            yield start + match.start() + first, start + match.start() + last


def _clause_at(analyses: list[Analysis], offset: int) -> tuple[int, Analysis]:
    for analysis in analyses:
        span = analysis.sentence.span
        if span.start <= offset < span.end:
            place = offset - span.start
            return next((i for i, c in enumerate(analysis.clauses) if not c.depth and c.span.start <= place < max(c.span.end, c.span.start + 1)), 0), analysis
    return 0, analyses[0]


def _is_name(book: FactBook, listing: Listing, name: str) -> bool:
    """A proper name: not a country, not a generic body (境外机构, 国内兄弟院校), not a figure."""
    if re.match(r"[\d约近超多数几]|其他|有关|相关|当地|部分", name) or len(name) > 40 or re.search(r"\d+\s*[个家所名人项支]", name):
        return False
    covered = [m for m in organisations.scan(name) if m.kind is organisations.Kind.COUNTRY]
    rest = name
    for mention in reversed(covered):
        rest = rest[:mention.start] + rest[mention.end:]
    rest = book.pattern(["$foreign", "$domestic", "$organisations", "$countries"]).sub("", rest)
    rest = words("generic").sub("", rest)
    if len(rest) < 2:
        return False
    if listing.names and book.pattern(listing.names).search(name):
        return True
    return organisations.origin(name) is not Origin.UNKNOWN or re.search(load("discourse")["body_words"], name, re.IGNORECASE) is not None or bool(
        book.pattern(listing.header or ["(?!)"]).search(name))


def _exempt(text: str) -> str:
    return words("plan_exempt").sub("", text)


def _region_end(text: str, start: int) -> int:
    depth, place = 0, start
    while place < len(text):
        char = text[place]
        if char == "（":
            depth += 1
        elif char == "）":
            depth -= 1
        elif depth <= 0 and (char in "，。；" or (char not in "、" and _STOPS.match(text, place) and not text.startswith("中心", place))):
            break
        place += 1
    return place


def _names(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The members of an enumeration, without the notes in brackets behind them."""
    depth, first, place = 0, start, start
    while place <= end:
        char = text[place] if place < end else "、"
        if char == "（":
            depth += 1
        elif char == "）":
            depth = max(0, depth - 1)
        elif depth == 0 and (char in "、；，" or (char in "和及与" and _joins(text, place, end)) or place == end):
            a, b = first, place
            cut = re.search(r"的(?:协议|合作|期限|有效|双方|联合)", text[a:b])
            b = a + cut.start() if cut else b
            if text[b - 1:b] == "）" and (opened := _opening(text, a, b)) > a:
                b = opened
            while (joint := re.match(r"以及|[及和、与的，\s]|其中|[①-⑳]", text[a:b])) is not None:
                a += joint.end()
            while b > a and text[b - 1] in " 。等":
                b -= 1
            if b - a >= 2:
                yield a, b
            first = place + 1
        place += 1


def _opening(text: str, start: int, end: int) -> int:
    """Where the bracket that closes at `end` opens."""
    depth = 0
    for place in range(end - 1, start, -1):
        depth += {"）": 1, "（": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return -1


def _joins(text: str, place: int, end: int) -> bool:
    """和, 及 or 与 between two names; not inside one (经济与科技合作署)."""
    left = text[max(0, place - 3):place]
    return re.search(r"(?:大学|学院|公司|院|所|机构|中心|协会|集团|室|局|署|会|）|城|园|[A-Za-z])$", left) is not None and end - place > 2


def _note(text: str, place: int, end: int) -> str:
    if text[place:place + 1] != "（":
        return ""
    depth = 0
    for index in range(place, min(len(text), end + 40)):
        depth += {"（": 1, "）": -1}.get(text[index], 0)
        if depth == 0:
            return text[place:index + 1]
    return ""


def _pool(pools: dict[str, Pool], pool: Pool, merge: bool) -> None:
    key = f"{pool.document.name}|{'loose' if merge else len(pools)}"
    if key in pools:
        pools[key].items += pool.items
        pools[key].partial = pools[key].partial or pool.partial
    else:
        pools[key] = pool


def _named(book: FactBook, spec: FactSpec, listing: Listing, analysis: Analysis, pools: dict[str, Pool]) -> None:
    """Things with proper names in running text, each judged by its own clause."""
    sentence = analysis.sentence
    text = sentence.folded
    names = book.pattern(listing.names)
    generic = book.pattern(spec.heads)
    for index, clause in enumerate(analysis.clauses):
        if clause.depth or analysis.clause_blocks.get(index):
            continue
        body = analysis.clause_text(index)
        figures = [f for f in analysis.figures if f.clause == index]
        for match in names.finditer(body):
            name = _proper(match.group(), generic)
            if re.match(r"\s*[\d一二两三四五六七八九十]+\s*[个项家座]", body[match.end():]):
                continue   # 重庆市科技进步奖1项: the figure says it
            if not name or any(match.start() <= f.quantity.span.start - clause.span.start < match.end() for f in figures):
                continue
            start = clause.span.start + match.end() - len(name)
            note = _note(text, clause.span.start + match.end(), len(text))
            scope = body if len(list(names.finditer(body))) == 1 else name + note + "｜" + names.sub("", _without_notes(body))
            tail = "" if len(list(names.finditer(body))) > 1 else _tail(analysis, index)
            if words("plan").search(_exempt(scope + tail)) and not re.search("获批|批准|认定|授牌", scope):
                continue
            if re.search(r"(?:共享|开放课题|与[^，。；]{0,12}$)", body[:match.start()] + "") and not re.search("共建|建有|获批", body):
                continue
            item = Item(sentence.document, Span(sentence.span.start + start, sentence.span.start + clause.span.start + match.end() + len(note)), name + "｜" + note + "｜" + scope + tail, name)
            open_list = partial(body[:match.start()]) or bool(re.match(r"(?:（[^（）]*）)?\s*等", body[match.end():])) and not re.match(r"(?:（[^（）]*）)?等[^，。；]{0,8}\d", body[match.end():])
            _pool(pools, Pool(sentence.document, text, None, [item], open_list, loose=True), merge=True)


def _without_notes(body: str) -> str:
    return re.sub(r"（[^（）]*）", "", body)


def _tail(analysis: Analysis, index: int) -> str:
    """The next clause, where it goes on about the same thing: X孵化器，2018年认定为市级科技企业孵化器."""
    if index + 1 < len(analysis.clauses) and analysis.clauses[index + 1].depth == 0:
        return "｜" + analysis.clause_text(index + 1)
    return ""


def _proper(name: str, generic: re.Pattern[str]) -> str:
    """A proper name without the verb and connectives before it; "" if only a kind and a rank are left."""
    name = re.split(r"(?:建有|设有|拥有|现有|获批建设|获批建立|获批|获评|获建|共建|建成|建设|组建|依托|挂靠|认定为|被认定为|认定|授牌的?|批准|成立了?|设立了?|包括|分别是|分别为|其中|以及|和|与|及|、|了|的|为|是|有|：|“|”)", name)[-1]
    rest = re.sub(r"(?:国家级|省级|省部级|市级以上|市级|区级|校级|重庆市|国家|省部共建|\d{4}年|年|度)", "", name)
    rest = generic.sub("", rest)
    return name if len(re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", rest)) >= 2 else ""
