"""Layout mended before anything is read: lines that a mark parts become tables, a table that a page broke is one, and
a line of headers above a table without any is its first row. Only blocks change; the document's text stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from ingestion.domain import Block, BlockKind, Cell, Document, Span
from ingestion.facts.scanning.columns import kind_of, kind_of_column, roles_of
from ingestion.language import fold, load
from ingestion.names import organisations

_BLANK = re.compile(r"[ \u3000]+")
_MARKS = (
    re.compile(r"\s*[|｜¦│]\s*"), re.compile(r"[ \u3000]*\t[ \u3000]*"), re.compile(r"(?: {3,}|\u3000{2,})"), _BLANK,
)
_CONTINUED = re.compile(
    r"\s*[（(]?\s*(?:接上表|续\s*上?\s*表|表\s*[\d一二三四五六七八九十.\-]*\s*[（(]?续[）)]?|Table.{0,12}continued).{0,24}\s*")
_NAME = re.compile(r"[^，。；：（\n]{2,40}")
_LINE = re.compile(r"[^\n]+")
LONGEST_LINE = 400  # characters of a line that may be a row
MOST_COLUMNS = 20
LEAST_NAMED, LONGEST_NAMED = 3, 150  # paragraphs that begin with names and are a list, and characters of one of them
LEAST_COLUMNS = 3   # filled ones of a table that may lose the others; with fewer it may be a form to be filled in


def mended(document: Document) -> list[Block]:
    """The document's blocks without furniture and blanks, tables as they were meant."""
    blocks = [b for b in document.blocks if b.kind is not BlockKind.FURNITURE]
    blocks = [b for b in blocks if document.text[b.span.start : b.span.end].strip()]
    blocks = list(_listed(document, _rosters(document, blocks)))
    parted = [part for block in _delimited(document, blocks) for part in _parted(document, block)]
    return [_filled(document, block) for block in _joined(document, list(_cards(document, parted)))]


def _listed(document: Document, blocks: Iterable[Block]) -> Iterator[Block]:
    """Runs of short paragraphs that each begin with the name of another body, as the items of a list."""
    names = [(block, _body_named(document, block)) for block in blocks]
    for named, run in groupby(names, key=lambda pair: bool(pair[1])):
        members = list(run)
        listed = named and len({name for _, name in members}) == len(members) >= LEAST_NAMED
        yield from (replace(block, kind=BlockKind.LIST_ITEM) if listed else block for block, _ in members)


def _body_named(document: Document, block: Block) -> str:
    """The name of the body with which a short paragraph begins; "" where it begins with none."""
    if block.kind is not BlockKind.PARAGRAPH or block.span.end - block.span.start > LONGEST_NAMED:
        return ""
    text = fold(document.quote(block.span)).strip()
    first = next(iter(organisations.scan(text)), None) if organisations.may_begin(text) else None
    if first is None or first.start or first.kind is organisations.Kind.GENERIC:
        return ""
    name = _NAME.match(text)
    return name[0] if name and re.search(load("discourse")["body_words"], name[0], re.IGNORECASE) else ""


def _filled(document: Document, block: Block) -> Block:
    """A table without the columns in which nothing stands, not even a header."""
    columns = {at for cell in block.cells for at in range(cell.column, cell.column + cell.column_span)
               if cell.column_span > 1 or document.text[cell.span.start : cell.span.end].strip()}
    if len(columns) < LEAST_COLUMNS or len(columns) > max(columns):
        return block
    places = {old: new for new, old in enumerate(sorted(columns))}
    cells = tuple(replace(c, column=places[c.column]) for c in block.cells if c.column in columns)
    return replace(block, cells=cells)


def _delimited(document: Document, blocks: Sequence[Block]) -> Iterator[Block]:
    """Runs of lines that one mark parts into equally many pieces, as tables."""
    for plain, run in groupby(blocks, key=lambda b: b.kind is BlockKind.PARAGRAPH):
        if not plain:
            yield from run
            continue
        held: list[tuple[Block, list[Span]]] = [(b, _lines(document, b)) for b in run]
        place = 0
        while place < len(held):
            found = _table_at(document, held, place) or _records_at(document, held, place)
            found = found or _entries_at(document, held, place)
            if found is None:
                yield held[place][0]
                place += 1
            else:
                table, place = found
                yield table


def _lines(document: Document, block: Block) -> list[Span]:
    lines = _LINE.finditer(document.text, block.span.start, block.span.end)
    return [Span(*line.span()) for line in lines if line.group().strip()]


def _table_at(document: Document, held: list[tuple[Block, list[Span]]], place: int) -> tuple[Block, int] | None:
    """The table that begins with a block, and the block after it."""
    for mark in _MARKS:
        rows: list[list[Span]] = []
        after = place
        for _, lines in held[place:]:
            pieces = [_pieces(document, line, mark) for line in lines]
            width = len(rows[0]) if rows else len(pieces[0]) if pieces else 0
            if not pieces or not 2 < width <= MOST_COLUMNS or any(len(p) != width for p in pieces):
                break
            if mark is _BLANK and not rows and not headed([document.quote(span) for span in pieces[0]]):
                break  # words parted by blanks are a row where the first ones are headers
            rows += pieces
            after += 1
        heads = [roles_of(document.quote(span)) for span in rows[0]] if rows else []
        if len(rows) >= 3 or (len(rows) == 2 and sum(map(bool, heads)) * 2 > len(heads)):
            return table(rows), after
    return None


_FIELD = re.compile(r"\s*(?:[^：:；;\n]{0,8}\s)?([^：:；;，,。\s]{2,10})[：:]\s*([^；;\n]+)")
FEWEST_FIELDS = 3


def _records_at(document: Document, held: list[tuple[Block, list[Span]]], place: int) -> tuple[Block, int] | None:
    """题目：…；期刊：…；时间：…: lines of the same labels, as a table with a row for each."""
    rows: list[list[tuple[Span, Span]]] = []
    after = place
    for _, lines in held[place:]:
        fields = [_fields(document, line) for line in lines]
        first = (rows or fields)[0] if fields else []
        named = [document.quote(label) for label, _ in first]
        alike = all([document.quote(label) for label, _ in one] == named for one in fields)
        if len(named) < FEWEST_FIELDS or not alike:
            break
        rows += fields
        after += 1
    if len(rows) < 2:
        return None
    return table([[label for label, _ in rows[0]], *([value for _, value in one] for one in rows)]), after


def _fields(document: Document, line: Span) -> list[tuple[Span, Span]]:
    """The labels of a line and what stands behind each; none where anything else stands in it."""
    text, place, found = document.quote(line), 0, []
    while place < len(text) and len(text) <= LONGEST_LINE:
        match = _FIELD.match(text, place)
        if match is None:
            return []
        label, value = (Span(line.start + match.start(n), line.start + match.end(n)) for n in (1, 2))
        found.append((label, value))
        place = match.end() + 1
    return found


_SAID = re.compile(r"[^。；;\n]+")
_LABELLED = re.compile(r"\s*([^：:，,。\s]{2,8})[：:]\s*(?=\S)")
_ORDINAL = re.compile(r"\s*[\u4e00-\u9fff]{0,4}?[（(]?[一二三四五六七八九十\d]{1,3}[）)]?[份项个篇条家号件、.]?\s*")
FEWEST_ENTRIES = 3


def _entries_at(document: Document, held: list[tuple[Block, list[Span]]], place: int) -> tuple[Block, int] | None:
    """第一份, 对方：…。期限：…。现正履行。 again and again: entries that begin with the same label, as rows of a table;
    what has no label stands in its last column."""
    entries: list[list[Span]] = []
    begun, after = "", place
    for _, lines in held[place:]:
        told = [_LABELLED.match(document.quote(line)) for line in lines]
        numbers = [_ORDINAL.fullmatch(document.quote(line)) for line in lines]
        begun = begun or next((label[1] for label in told if label), "")
        if not lines or not all(label or number for label, number in zip(told, numbers, strict=True)):
            break
        if not entries and told[0] is not None and told[0][1] != begun:
            break
        for line, label in zip(lines, told, strict=True):
            if label is not None and label[1] == begun:
                entries.append([line])
            elif label is not None and entries:
                entries[-1].append(line)
        after += 1
    rows = [_entry(document, lines) for lines in entries]
    labels = [label for label in dict.fromkeys(name for row_ in rows for name in row_ if name)
              if sum(label in row_ for row_ in rows) * 2 > len(rows)]
    if len(rows) < FEWEST_ENTRIES or len(labels) < 2:
        return None
    heads = [next(row_[label][0] for row_ in rows if label in row_) for label in labels]
    nothing = Span(entries[0][0].start, entries[0][0].start)
    columns = [*labels, *([""] if any("" in row_ for row_ in rows) else [])]
    cells = [[row_.get(column, (nothing, nothing))[1] for column in columns] for row_ in rows]
    return table([[*heads, nothing][: len(columns)], *cells]), after


def _entry(document: Document, lines: list[Span]) -> dict[str, tuple[Span, Span]]:
    """What an entry says under each label, and without any (""), as the label's and the text's spans."""
    found: dict[str, tuple[Span, Span]] = {}
    for line in lines:
        for said in _SAID.finditer(document.text, line.start, line.end):
            label = _LABELLED.match(said.group())
            span = Span(said.start() + (label.end() if label else 0), said.end())
            if label is not None:
                found.setdefault(label[1], (Span(*(said.start() + x for x in label.span(1))), span))
            elif said.group().strip() and ("" not in found or found[""][1].end + 1 >= span.start):
                found[""] = (span, Span(found[""][1].start, span.end)) if "" in found else (span, span)
    return found


def _pieces(document: Document, line: Span, mark: re.Pattern[str]) -> list[Span]:
    """A line's pieces between a mark; the empty ones at its two ends are its frame."""
    text = document.text[line.start : line.end]
    if len(text) > LONGEST_LINE:
        return []
    start, found = 0, []
    for match in mark.finditer(text):
        found.append((start, match.start()))
        start = match.end()
    found.append((start, len(text)))
    if not text[found[0][0] : found[0][1]].strip():
        found = found[1:]
    if found and not text[found[-1][0] : found[-1][1]].strip():
        found = found[:-1]
    return [Span(line.start + first, line.start + last) for first, last in found]


def table(rows: Sequence[Sequence[Span]], like: Block | None = None) -> Block:
    """A table of spans of a document's text, row by row, where another one stood."""
    cells = tuple(Cell(n, column, span) for n, row in enumerate(rows) for column, span in enumerate(row))
    span = Span(min(c.span.start for c in cells), max(c.span.end for c in cells))
    made = Block(BlockKind.TABLE, span, cells=cells)
    return made if like is None else replace(made, section=like.section, host=like.host)


SHORTEST_LIST = 2  # rows below headers that stand inside a form


_COMMA = re.compile(r"\s*[，,、]\s*")
LONGEST_ENTRY = 60  # characters of a line that tells of one person


def _rosters(document: Document, blocks: Sequence[Block]) -> Iterator[Block]:
    """Lines that each tell of one person (某某，处长，专职) are the rows of a table: who, what else is said, how."""
    for single, run in groupby(blocks, key=lambda b: b.kind in (BlockKind.LIST_ITEM, BlockKind.PARAGRAPH)):
        place, held = 0, list(run)
        while place < len(held):
            after, rows = place, []
            while single and after < len(held) and (told := _person(document, held[after])):
                rows.append(told)
                after += 1
            if len(rows) >= 3:
                yield table(rows, held[place])
                place = after
            else:
                yield held[place]
                place += 1


def _person(document: Document, block: Block) -> list[Span]:
    """Name, rest and the way of working of a line that tells of one person; nothing where it is no such line."""
    text = document.quote(block.span).rstrip()
    if len(text) > LONGEST_ENTRY or "\n" in text or re.search(r"[。：:]\s*\S", text):
        return []
    line = Span(block.span.start, block.span.start + len(text.rstrip("。；;")))
    pieces = [span for span in _pieces(document, line, _COMMA) if document.quote(span)]
    last = pieces[-1] if len(pieces) >= 3 else None
    if last is None or kind_of(document.quote(last)) != "mode" or not 2 <= len(document.quote(pieces[0])) <= 30:
        return []
    return [pieces[0], Span(pieces[1].start, pieces[-2].end), last]


def _parted(document: Document, block: Block) -> Iterator[Block]:
    """A form that holds a list (姓名｜职务｜专/兼 with a row for each person) as the form and the list: its title is
    the form's row above it."""
    begun = _list_within(document, block)
    if begun is None:
        yield block
        return
    first, end = begun
    above = row(document, block, first - 1)
    rows = {n: tuple(c for c in block.cells if c.row == n) for n in range(max(c.row for c in block.cells) + 1)}
    parts = [(range(first), block.host), (range(first, end), "\n".join(above)), (range(end, len(rows)), block.host)]
    for numbers, host in parts:
        cells = tuple(replace(c, row=c.row - numbers.start) for n in numbers for c in rows[n])
        if cells:
            span = Span(min(c.span.start for c in cells), max(c.span.end for c in cells))
            yield replace(block, span=span, cells=cells, host=host)


def _list_within(document: Document, block: Block) -> tuple[int, int] | None:
    """The row of headers inside a form, and the row behind the last one of its list."""
    if block.kind is not BlockKind.TABLE or not 3 <= width(block) <= MOST_COLUMNS:
        return None
    rows: list[list[str]] = [[] for _ in range(max(c.row for c in block.cells) + 1)]
    for cell in block.cells:
        rows[cell.row].append(document.quote(cell.span).strip())
    full = len([t for t in rows[0] if t]) == len(set(rows[0])) == width(block)
    if headed(rows[0]) or (full and not _odd(rows[0])):
        return None
    for first in range(1, len(rows) - SHORTEST_LIST):
        heads = rows[first]
        short = all(0 < len(text) <= 8 and not re.search(r"[\d，。；：□☑]", text) for text in heads)
        if len(heads) < 3 or not short or len(set(heads)) < len(heads) or not any(map(roles_of, heads)):
            continue
        end = next((n for n in range(first + 1, len(rows)) if len(rows[n]) != len(heads)), len(rows))
        below = rows[first + 1 : end]
        kinds = [kind_of_column([texts[column] for texts in below]) for column in range(len(heads))]
        told = [kind for kind in kinds if kind not in ("", "text", "figure")]
        if len(below) >= SHORTEST_LIST and told and not any(kind_of(text) in told for text in heads):
            return first, end
    return None


def _odd(texts: Sequence[str]) -> bool:
    """Whether a row has what no header has: a figure, a ticked box, a long text."""
    return any(len(text) > 16 or re.search(r"\d{2}|[□☑■√]", text) for text in texts)


def _cards(document: Document, blocks: Sequence[Block]) -> Iterator[Block]:
    """Forms of two columns with the same labels, one behind another in one place, as one table with a row for each; a
    table whose first column heads its rows, turned."""
    place = 0
    while place < len(blocks):
        labels = _labels(document, blocks[place])
        after = place + 1
        while labels and after < len(blocks) and blocks[after].host == blocks[place].host and _alike(
                labels, _labels(document, blocks[after])):
            after += 1
        if labels and after - place > 1:
            yield _as_rows(blocks[place:after])
        else:
            yield _turned(document, blocks[place])
            after = place + 1
        place = after


def _labels(document: Document, block: Block) -> list[str]:
    """The labels of a card: a table of two columns, a label and a value in each row."""
    rows = {c.row for c in block.cells}
    if block.kind is not BlockKind.TABLE or len(rows) < 2 or len(block.cells) != 2 * len(rows):
        return []
    labels = [document.quote(c.span).strip() for c in block.cells if c.column == 0]
    return labels if len(labels) == len(rows) and all(0 < len(text) <= 16 for text in labels) else []


_NUMBERED = re.compile(r"[\d一二三四五六七八九十]+")


def _alike(first: list[str], second: list[str]) -> bool:
    """Whether two cards have the same labels, but for numbers in them (平台一, 平台二)."""
    return [_NUMBERED.sub("", text) for text in first] == [_NUMBERED.sub("", text) for text in second]


def _as_rows(cards: Sequence[Block]) -> Block:
    labels = [c.span for c in cards[0].cells if c.column == 0]
    return table([labels, *([c.span for c in card.cells if c.column == 1] for card in cards)], cards[0])


def _turned(document: Document, block: Block) -> Block:
    """名称｜A｜B, 国别｜德国｜法国: headers down the first column, a thing in each of the others."""
    if block.kind is not BlockKind.TABLE or not 2 <= width(block) - 1 <= MOST_COLUMNS:
        return block
    columns = [[c for c in block.cells if c.column == n] for n in range(width(block))]
    heights = {len(column) for column in columns}
    if len(heights) != 1 or not 2 <= heights.pop() <= MOST_COLUMNS or any(c.column_span > 1 for c in block.cells):
        return block
    first = [document.quote(c.span).strip() for c in columns[0]]
    if not headed(first) or headed(row(document, block, 0)):
        return block
    rows = [[document.quote(column[n].span).strip() for column in columns[1:]] for n in range(len(first))]
    told = [kinds for texts in rows if (kinds := {kind_of(text) for text in texts}) - {"text", "figure"}]
    even = [kinds for kinds in told if len(kinds) == 1]
    if len(even) < 2 or len(even) < len(told):
        return block
    return table([[c.span for c in column] for column in columns], block)


def _joined(document: Document, blocks: list[Block]) -> Iterator[Block]:
    """Tables right behind one another are one where the second has no headers of its own and as many columns; a line
    of as many known headers as a table has columns heads it."""
    held: Block | None = None
    for place, block in enumerate(blocks):
        between = held is not None and held.kind is BlockKind.TABLE and _CONTINUED.fullmatch(document.quote(block.span))
        if between and any(_continues(document, held, after) for after in blocks[place + 1 : place + 2] if held):
            continue
        if held is not None and block.kind is BlockKind.TABLE:
            if held.kind is BlockKind.TABLE and _continues(document, held, block):
                held = _behind(document, held, block)
                continue
            if held.kind is BlockKind.PARAGRAPH and (heads := _heads(document, held, block)):
                held = _below(heads, block)
                continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held


def width(block: Block) -> int:
    return max((c.column + c.column_span for c in block.cells), default=0)


def row(document: Document, block: Block, number: int) -> list[str]:
    return [document.quote(c.span).strip() for c in block.cells if c.row == number]


def headed(texts: Sequence[str]) -> bool:
    """Whether a row's cells are headers of columns: most have a role, none has a digit."""
    filled = [t for t in texts if t]
    known = [t for t in filled if roles_of(t) and len(t) <= 24]
    return len(filled) >= 2 and len(known) * 2 >= len(filled) and not any(re.search(r"\d{2}", t) for t in filled)


def _continues(document: Document, first: Block, second: Block) -> bool:
    """Whether the second table goes on with the first's rows."""
    if second.kind is not BlockKind.TABLE or first.section != second.section or second.host:
        return False
    if width(first) < 3 or width(second) > width(first):
        return False
    if first.section and (_same_shapes(document, first, second) or _numbered_on(document, first, second)):
        return True  # blank rows of a sheet part its rows, and no tables
    if width(first) != width(second):
        return False
    above = row(document, first, 0)
    return headed(above) and (row(document, second, 0) == above or not headed(row(document, second, 0)))


def _numbered_on(document: Document, first: Block, second: Block) -> bool:
    """Whether the first column's numbers go on from one block of rows to the next (03, 04)."""
    before, after = (
        [said for c in block.cells if not c.column and (said := document.quote(c.span).strip()).isdecimal()]
        for block in (first, second))
    return bool(before and after) and int(before[-1]) + 1 == int(after[0])


def _same_shapes(document: Document, first: Block, second: Block) -> bool:
    """Whether the columns of two blocks of rows are written alike (L013｜20230128｜A), from the second's first row."""
    above, below = _shapes(document, first), _shapes(document, second)
    written = [column for column, shape in above.items() if shape != _WORDS and column in below]
    begun = {c.column: _shape(document.quote(c.span)) for c in second.cells if not c.row}
    alike = [column for column in written if above[column] == below[column] == begun.get(column)]
    return len(alike) >= 2 and len(alike) * 3 >= len(written) * 2


def _shapes(document: Document, block: Block) -> dict[int, str]:
    """How most filled cells of each column are written, of those of which most are written alike."""
    found: dict[int, list[str]] = {}
    for cell in block.cells:
        if shape := _shape(document.quote(cell.span)):
            found.setdefault(cell.column, []).append(shape)
    most = {column: max(set(shapes), key=lambda one: (shapes.count(one), one)) for column, shapes in found.items()}
    return {column: one for column, one in most.items() if found[column].count(one) * 3 >= len(found[column]) * 2}


_WORDS = "w"


def _shape(text: str) -> str:
    """A cell with each run of digits as 9 and each of other letters as w."""
    return re.sub(r"[^\W\d]+", _WORDS, re.sub(r"\d+", "9", text.strip()))


def _behind(document: Document, first: Block, second: Block) -> Block:
    """Two tables as one; the headers that the second repeats go."""
    repeated = row(document, second, 0) == row(document, first, 0)
    begun = max(c.row for c in first.cells) + 1 - repeated
    more = [replace(c, row=c.row + begun) for c in second.cells if not (repeated and c.row == 0)]
    span = Span(first.span.start, second.span.end)
    return replace(first, span=span, cells=(*first.cells, *more))


def _heads(document: Document, line: Block, block: Block) -> list[Span]:
    """技术名称 提供方 受让方 状态: the pieces of a line that head the columns of a table without headers."""
    if headed(row(document, block, 0)):
        return []
    last = (_lines(document, line) or [line.span])[-1]
    pieces = [Span(last.start + m.start(), last.start + m.end()) for m in re.finditer(r"\S+", document.quote(last))]
    said = [document.quote(piece) for piece in pieces]
    short = all(len(text) <= 12 and not re.search("[。；，：:]", text) for text in said)
    fits = len(pieces) == width(block) >= 3 and short and headed(said)
    return pieces if fits else []


def _below(heads: list[Span], block: Block) -> Block:
    first = tuple(Cell(0, column, span) for column, span in enumerate(heads))
    return replace(block, span=Span(heads[0].start, block.span.end),
                   cells=(*first, *(replace(c, row=c.row + 1) for c in block.cells)))
