"""From a document to what is read: sentences with their headings and lead-ins, lists and tables.

A `Sentence` is a piece of one block between full stops (or semicolons, or line ends), a pair of label and value cells
of a form, or a list item; its offsets are the document's. A `ListGroup` is a run of list items below one lead-in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct, field
from msgspec.structs import replace

from ingestion.domain import Block, BlockKind, Cell, Document, Span
from ingestion.facts.lexicon import words
from ingestion.facts.scanning import forms
from ingestion.facts.scanning.columns import is_place
from ingestion.facts.scanning.marks import legend, punctuated, spelled
from ingestion.facts.scanning.mending import mended
from ingestion.facts.sentences import Section, Sentence
from ingestion.language import fold, load, pattern
from ingestion.language.ngrams import Text
from ingestion.numbers.numerals import classifiers

LONGEST_HOST = 120  # characters beside a form's label that still introduce the table within
LONGEST_SENTENCE = 1_500  # characters
LONGEST_CAPTION = 60
LEAST_BESIDE = 3  # filled cells of a list's row whose last one holds a table
LEAST_HEADED = 2  # of one below heads for all its columns
LONGEST_PLACE = 8  # characters of a line that only names a place
_CAPTION = re.compile(r"\s*(?:附?表|续表|Table|Tab\.)\s*[\dA-Z一二三四五六七八九十]", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"\s*[-]?\s*\d{1,3}\s*[-]?\s*")
_HEADING_NUMBER = re.compile(r"^\s*\d+(?:\.\d+)*(?=[\s　、.．])")


_NUMBER = re.compile(r"\s*\d{1,2}\.\d{1,2}[\s　]+(?=[\u4e00-\u9fffA-Z])")


def _unnumbered(text: str) -> str:
    """5.1　近三年…, 项目有：一、…；二、…: what numbers a paragraph or the members of a list within it is blanked, same
    length; 5.1 万元 is an amount."""
    for start, first, _ in forms.numbered(text):
        text = text[:start] + " " * (first - start) + text[first:]
    number = _NUMBER.match(text)
    if number is None or (_unit().match(text, number.end()) and not words("own").match(text, number.end())):
        return text
    return " " * number.end() + text[number.end():]


@lru_cache(maxsize=1)
def _unit() -> re.Pattern[str]:
    """What a number before it counts or measures."""
    numbers = load("numbers")
    return re.compile("|".join(map(re.escape, [*numbers["powers"], *numbers["money"]["yuan"], *classifiers()])))


@lru_cache(maxsize=1)
def _stops() -> re.Pattern[str]:
    """Brackets, and what ends a sentence; the full stop of an abbreviation (Sdn. Bhd., Co. Ltd) does not."""
    short = "".join(rf"(?<!\b{word})" for word in load("discourse")["abbreviations"])
    return re.compile(rf"[（）]|[。！？；\n]|(?<=\S)(?=[●•◆▪➢▶])|(?<=[a-z\d）]){short}\.(?=\s+[A-Z])|(?<=[a-z])\.\s*$")


class Table(Struct):
    """A table with its title: `rows` of cells by grid position, folded texts beside."""

    document: Document
    block: Block
    section: Section
    rows: list[list[Cell]]
    texts: list[list[str]] = field(default_factory=list)

    def name_below(self, caption: str) -> None:
        """A caption that stands below the table titles it as one above it does; a statement above it that does not
        speak of what follows titles nothing then."""
        lead = self.section.lead if _leads(self.section.lead) else ""
        self.section = Section(self.section.headings, f"{lead}\n{caption}".strip())


class ListGroup(Struct):
    document: Document
    section: Section
    items: list[Span]
    lead: Sentence | None = None


class Reading(Struct):
    """All that one document offers to the extractor."""

    document: Document
    folded: str
    sentences: list[Sentence]
    tables: list[Table]
    lists: list[ListGroup]
    quotations: tuple[Span, ...] = ()


def quotations(document: Document, policy: str) -> tuple[Span, ...]:
    """Verbatim quotations of the policy (`policy`: its text without white space): words in quotation marks, table cells
    and whole paragraphs that stand in it."""
    marked = re.finditer(r"[“\"「]([^”\"」“]{8,400})[”\"」]", document.text)
    found = [Span(*match.span(1)) for match in marked if squeezed(match[1]) in policy or _cited(document.text, match)]
    for block in document.blocks:
        if block.kind is BlockKind.TABLE:
            found += [
                c.span
                for c in block.cells
                if c.span.end - c.span.start >= 10 and squeezed(document.quote(c.span)).rstrip("。；") in policy
            ]
        elif block.span.end - block.span.start >= 24 and squeezed(document.quote(block.span)).rstrip("。；") in policy:
            found.append(block.span)
    return tuple(found)


def _cited(text: str, quoted: re.Match[str]) -> bool:
    """第九条（二）“在驻在国拥有…”: words that an article says, if not word for word; those of a contract are none."""
    return words("article_before").search(text[max(0, quoted.start() - 30) : quoted.start()]) is not None


def squeezed(text: str) -> str:
    return "".join(text.split()).replace("(", "（").replace(")", "）")


def scan(document: Document, policy: str = "") -> Reading:
    reading = _Scan(document).run()
    found = quotations(document, policy) if policy else ()
    for sentence in reading.sentences if found else ():
        sentence.quotations = () if _pledged(sentence) else found
    reading.quotations = found
    return reading


def _pledged(sentence: Sentence) -> bool:
    """Below 我单位郑重承诺： the policy's words are the applicant's own."""
    pledge = pattern(tuple(load("discourse")["pledges_below"]))
    return sentence.listed and pledge.search(sentence.section.lead) is not None


class _Outer(Struct, frozen=True):
    """A list that another one within it interrupts."""

    family: str
    items: list[Span]
    lead: str
    sentence: Sentence | None


class _Scan:
    """One walk over a document's blocks, and what it remembers of those above: headings, lead-in, a list's items."""

    def __init__(self, document: Document) -> None:
        self.reading = Reading(document, punctuated(forms.answered(forms.checked(fold(document.text)))), [], [], [])
        self.headings: list[tuple[int, str]] = []
        self.lead = ""
        self.lead_sentence: Sentence | None = None
        self.items: list[Span] = []
        self.family, self.last_item, self.ends_open = "", "", False  # of the list that is open
        self.titled = False  # the lead-in is the title of a form, which holds for all of its lines
        self.above: list[_Outer] = []  # the lists that it stands in
        self.last: Sentence | None = None

    def run(self) -> Reading:
        """The document as it is read, block by block."""
        folded = self.reading.folded
        blocks = mended(self.reading.document)
        for place, block in enumerate(blocks):
            text = folded[block.span.start : block.span.end]
            titles = block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING)
            if titles and self._caption_below(blocks, place, text):
                self.reading.tables[-1].name_below(text.strip())
                self._read(block, text)
                continue
            if self.items and forms.between(blocks[place - 1 : place + 2]):
                self.items[-1] = Span(self.items[-1].start, block.span.end)
                self._read(block, text)
            else:
                self._block(block, text)
        self._close_list()
        for table in self.reading.tables:
            if table.block.host:
                _fill_host(table, self.reading.tables)
        self.reading.sentences = list(_series(self.reading.sentences, folded))
        return self.reading

    def _block(self, block: Block, text: str) -> None:
        """One block: an item of the list that is open, a heading, a table, or a paragraph."""
        dash = forms.DASH.match(text) if block.kind is BlockKind.PARAGRAPH else None
        if dash is not None and (self.items or self.lead.rstrip().endswith("：")):
            span = Span(block.span.start + dash.end(), block.span.end)
            block = replace(block, kind=BlockKind.LIST_ITEM, label=dash[0].strip(), span=span)
            text = text[dash.end() :]
        if block.kind is BlockKind.PARAGRAPH and len(text) <= LONGEST_PLACE and is_place(text.strip()):
            self._read(block, text)  # 德国, 日本: the places of a list's items part it no more than they lead it in
            return
        if block.kind is not BlockKind.LIST_ITEM:
            self._close_list()
        if block.kind is BlockKind.HEADING:
            self._heading(block, text)
        elif block.kind is BlockKind.TABLE:
            self._add_table(block)
        else:
            self._note_of_table(text)
            self._paragraph(block, text)

    def _heading(self, block: Block, text: str) -> None:
        """A heading takes its level; it leads in what follows if it ends with a colon."""
        level = block.level or 1
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self._end_instructions()
        self.headings.append((level, text.strip()))
        self.lead, self.lead_sentence, self.last = "", None, None
        unnumbered = _HEADING_NUMBER.sub(lambda m: "·" * len(m.group()), text)
        self._read(block, unnumbered)
        if text.rstrip().endswith("："):
            self.lead = text.strip()

    def _end_instructions(self) -> None:
        """What tells how to fill in a form ends at the next heading or table, whatever its level."""
        self.headings = [(level, text) for level, text in self.headings if not _instructs(text)]

    def _add_table(self, block: Block) -> None:
        if (self.lead or self.last is not None) and not _instructs(self.lead):
            self._end_instructions()  # 填写示例 right above a table is its own title
        if not self.lead and self.last is not None and pattern(tuple(load("discourse")["refers_below"])).search(
            self.last.folded
        ):
            self.lead = self.last.folded  # 代表性项目见表1: the end of a list's item may speak of it, too
        self.reading.tables.append(_table(self.reading.document, block, self._section(), self.reading.folded))
        self.lead, self.last = "", None

    def _caption_below(self, blocks: list[Block], place: int, text: str) -> bool:
        """表1 合作方一览: a numbered caption right below a table that has none above it, and no table of its own: none
        follows, or that one, too, has its caption below."""
        if not place or blocks[place - 1].kind is not BlockKind.TABLE or not _numbered_caption(text):
            return False
        section = self.reading.tables[-1].section
        if any(_numbered_caption(line) for line in [*section.headings[-1:], *section.lead.split("\n")]):
            return False
        if place + 1 >= len(blocks) or blocks[place + 1].kind is not BlockKind.TABLE:
            return True
        after = blocks[place + 2 : place + 3]
        said = [self.reading.folded[b.span.start : b.span.end] for b in after if b.kind is BlockKind.PARAGRAPH]
        return any(map(_numbered_caption, said))

    def _note_of_table(self, text: str) -> None:
        """A note in brackets right below a table names it."""
        tables = self.reading.tables
        if tables and not self.lead and self.last is None and re.fullmatch(r"\s*（[^。]{2,40}）\s*", text):
            tables[-1].name_below(text.strip())

    def _paragraph(self, block: Block, text: str) -> None:
        """A paragraph with its sentences, its numbered parts, and what it leads in."""
        if _PAGE_NUMBER.fullmatch(text):
            return
        found = self._read(block, _unnumbered(text))
        if block.kind is BlockKind.LIST_ITEM:
            self._item(block, text, found)
        elif found:
            self._numbered_within(block, text, found[0])
            if self.titled and forms.is_entry(text):
                for sentence in found:
                    sentence.listed = True
            else:
                self.lead, self.lead_sentence = _lead(text, found, self.lead)
                self.titled = forms.is_title(text)
        self.last = found[-1] if found else self.last

    def _item(self, block: Block, text: str, found: list[Sentence]) -> None:
        """One item of a list. Behind one that ends with a colon, items numbered otherwise are a list of their own."""
        if found and self._numbered_within(block, text, found[0]):
            return
        family = forms.family(block.label)
        if self.above and family == self.above[-1].family:
            self._close_inner()
        elif self.items and self.ends_open and family != self.family:
            self.above.append(_Outer(self.family, self.items[:-1], self.lead, self.lead_sentence))
            self.lead = f"{self.lead}\n{self.last_item}".strip()
            self.lead_sentence, self.items = self.last, []
        self.family, self.last_item, self.ends_open = family, text.strip(), text.rstrip().endswith("：")
        self.items.append(block.span)
        for sentence in found:
            sentence.listed = True

    def _close_inner(self) -> None:
        self._add_group()
        outer = self.above.pop()
        self.family, self.items, self.lead, self.lead_sentence = outer.family, outer.items, outer.lead, outer.sentence

    def _numbered_within(self, block: Block, text: str, lead: Sentence) -> bool:
        """A list within a paragraph: 承担项目：（1）…；（2）…；（3）…。"""
        members = forms.numbered(text, block.label)
        if members:
            lead_in = text[: members[0][0]].strip() or self.lead
            section = Section(tuple(heading for _, heading in self.headings), lead_in)
            spans = [Span(block.span.start + first, block.span.start + last) for _, first, last in members]
            self.reading.lists.append(ListGroup(self.reading.document, section, spans, lead))
        return bool(members)

    def _read(self, block: Block, text: str) -> list[Sentence]:
        found = list(sentences_in(self.reading.document, block.span, text, self._section(), self.last))
        self.reading.sentences += found
        return found

    def _section(self) -> Section:
        return Section(tuple(text for _, text in self.headings), self.lead)

    def _close_list(self) -> None:
        while self.above:
            self._close_inner()
        self._add_group()
        if self.items:
            self.lead, self.lead_sentence = "", None  # what follows a list is no longer below its lead-in
        self.items = []

    def _add_group(self) -> None:
        if len(self.items) >= 2 or (self.items and self.lead.rstrip().endswith("：")):
            group = ListGroup(self.reading.document, self._section(), self.items, self.lead_sentence)
            self.reading.lists.append(group)


def _fill_host(table: Table, tables: list[Table]) -> None:
    """What a table says that stands in a cell of a list's row is what that cell says (续签记录｜有效至2027-12)."""
    host = fold(table.block.host)
    for other in tables:
        least = LEAST_HEADED if all(other.texts[0]) else LEAST_BESIDE
        for texts in other.texts if other is not table else ():
            filled = [text for text in texts if text]
            if least <= len(filled) < len(texts) and "\n".join(filled) == host:
                blank = len(texts) - 1 - texts[::-1].index("")
                texts[blank] = "；".join("｜".join(filter(None, row)) for row in table.texts)


def _numbered_caption(text: str) -> bool:
    return len(text.strip()) <= LONGEST_CAPTION and _CAPTION.match(text) is not None


def _instructs(title: str) -> bool:
    return pattern(tuple(load("discourse")["instruction_heading"])).search(title) is not None


def _lead(text: str, found: list[Sentence], before: str) -> tuple[str, Sentence]:
    """The lead-in that a paragraph gives to a list or table below it: a caption, or its last sentence; a unit line or a
    date line keeps the title above it."""
    words = found[-1].folded.strip()
    if len(text.strip()) <= 40 and pattern(tuple(load("tables")["credits"])).match(text):
        return (before if not before.rstrip().endswith("。") else ""), found[-1]
    if before and pattern(tuple(load("tables")["note_row"])).match(text.strip()):
        return f"{before}\n{text.strip()}", found[-1]
    if len(text.strip()) <= 60 and pattern(tuple(load("tables")["title_lines"])).search(text):
        kept = (before and len(before) < 120 and not before.rstrip().endswith("。")) or _refers_below(before)
        return f"{before}\n{text.strip()}" if kept else text.strip(), found[-1]
    return (text.strip() if len(text) <= 80 else words), found[-1]


def _leads(text: str) -> bool:
    """Whether what stands above a table may be of it: no full sentence, or one that refers to what follows."""
    return not text.rstrip().endswith("。") or _refers_below(text)


def _refers_below(text: str) -> bool:
    return pattern(tuple(load("discourse")["refers_below"])).search(text[-40:]) is not None


def sentences_in(
    document: Document, span: Span, folded: str, section: Section, previous: Sentence | None
) -> Iterator[Sentence]:
    """Sentences of a span, parted at stops outside of brackets."""
    start = 0
    depth = 0
    pieces: list[tuple[int, int]] = []
    for match in _stops().finditer(folded):
        char = match.group()
        if char == "（":
            depth += 1
        elif char == "）":
            depth = max(0, depth - 1)
        elif depth and char == "；" and folded.find("）", match.end()) != -1:
            continue
        else:
            pieces.append((start, match.end()))
            start, depth = match.end(), 0
    pieces.append((start, len(folded)))
    for first, last in _cut(folded, _joined(folded, pieces)):
        body = folded[first:last]
        if not body.strip(" \n。；"):
            continue
        left = first + len(body) - len(body.lstrip())
        right = first + len(body.rstrip())
        sentence = Sentence(
            document, Span(span.start + left, span.start + right), Text(folded[left:right]), section, previous=previous
        )
        yield sentence
        previous = sentence


def _series(sentences: list[Sentence], folded: str) -> Iterator[Sentence]:
    """Entries by year, line by line below one title (2021年：70万元, 2022年：65万元), as one statement."""
    run: list[Sentence] = []
    for sentence in [*sentences, None]:
        yearly = sentence is not None and sentence.listed and _YEARLY.match(sentence.folded) is not None
        if run and not (yearly and sentence and sentence.section == run[0].section and sentence.previous is run[-1]):
            yield _as_one(run, folded) if len(run) > 1 else run[0]
            run = []
        if yearly and sentence:
            run.append(sentence)
        elif sentence:
            yield sentence


_YEARLY = re.compile(r"(?:19|20)\d\d年[^，。；：]{0,10}：\s*\d")


def _as_one(run: list[Sentence], folded: str) -> Sentence:
    span = Span(run[0].span.start, run[-1].span.end)
    text = re.sub(r"\s*\n", lambda m: "；" + " " * (len(m[0]) - 1), folded[span.start : span.end])
    return Sentence(
        run[0].document, span, Text(text), run[0].section, previous=run[0].previous, listed=True,
        quotations=run[0].quotations,
    )


def _cut(folded: str, pieces: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Nobody writes sentences that long: they are cut at their last comma before the limit, or there."""
    for first, last in pieces:
        while last - first > LONGEST_SENTENCE:
            comma = folded.rfind("，", first, first + LONGEST_SENTENCE)
            cut = comma + 1 if comma >= first else first + LONGEST_SENTENCE
            yield first, cut
            first = cut
        yield first, last


def _joined(folded: str, pieces: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Short entries that semicolons part make one statement: those behind a colon (国家级：0项；市级：3项), and
    those of one rank after another (国家级8项；市级15项)."""
    place = 0
    while place < len(pieces):
        first, last = pieces[place]
        _, colon, listed = folded[first:last].partition("：")
        ranked = forms.ranked(folded[first:last])
        alike = forms.entry if colon and not ranked else forms.ranked
        alike = forms.labelled if colon and forms.labelled(listed) else alike  # 平台：孵化器：1；工作站：2
        entry = listed if colon and not ranked else folded[first:last]
        place += 1
        while alike(entry) and folded[last - 1] == "；" and place < len(pieces):
            entry = folded[slice(*pieces[place])]
            if not alike(entry) and not forms.sums_up(entry):
                break
            last = pieces[place][1]
            place += 1
        yield first, last


def _cell(text: str) -> str:
    """A dash alone in a cell says that there is nothing, and is no colon."""
    return "-" if text and not text.strip("：") else text


def _table(document: Document, block: Block, section: Section, folded: str) -> Table:
    """A table's rows with its section, and abbreviations spelled out."""
    rows: list[list[Cell]] = []
    for cell in block.cells:
        while len(rows) <= cell.row:
            rows.append([])
        rows[cell.row].append(cell)
    meanings = legend(folded)
    texts = [[spelled(_cell(folded[c.span.start : c.span.end].strip()), meanings) for c in row] for row in rows]
    if block.section and block.section not in section.text:
        section = Section((*section.headings, fold(block.section)), section.lead)
    if block.host:
        label, _, rest = fold(block.host).partition("\n")
        section = Section((*section.headings, label), rest if len(rest) <= LONGEST_HOST else section.lead)
    return Table(document, block, section, rows, texts)


_OF_A_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")


def policy_columns(table: Table) -> frozenset[int]:
    """Columns that restate the policy's requirements: 政策要求, 管理办法条件; a column of a year is a plan's."""
    if not table.texts:
        return frozenset()
    heads = pattern(tuple(load("discourse")["quotation_column"]))
    return frozenset(
        cell.column
        for cell, text in zip(table.rows[0], table.texts[0], strict=True)
        if 2 <= len(text) <= 12 and heads.search(text) and not _OF_A_YEAR.match(text)
    )
