"""Reading docx: blocks in the order of the body, straight from the XML of the package.

Headers come first and footers last, each once; text boxes and footnotes follow the block that anchors them; a nested
table follows its outer table as a block of its own, and a table of one cell (a frame) is read as if it were not there.

A docx has no pages of its own. Where Word left the breaks of its last rendering, or the author's own breaks divide the
text into stretches that can each be one page, `Document.pages` holds them; the numbers are those of that rendering,
near to what a reader sees and not exact. Otherwise there are none.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from ingestion.domain import Block, BlockKind, Document, Page, Span
from ingestion.parsing import structure
from ingestion.parsing.builder import BLOCK_BREAK, DocumentBuilder
from ingestion.parsing.docx.numbering import Numbering
from ingestion.parsing.docx.shape import Given, Shape, Shaper, ends_deleted
from ingestion.parsing.docx.styles import VAL, Styles, W, child, flag
from ingestion.parsing.docx.table import ROW, Place, grid
from ingestion.parsing.docx.words import ALTERNATE, FALLBACK, HARD, MC, RENDERED, Composer, Losses, Words
from ingestion.parsing.notices import notice, unreadable
from ingestion.parsing.package import Element, Package, parse

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PARAGRAPH, TABLE = W + "p", W + "tbl"
WRAPPERS = frozenset({W + "customXml", W + "ins", W + "moveTo", W + "sdtContent", FALLBACK})
WRAPPING = frozenset({"sdt", "customXml", "ins", "del", "moveTo", "AlternateContent", "altChunk"})
CONTENTS_GALLERY = "Table of Contents"
MOST_PARAGRAPHS = 100_000  # some 3,000 pages
PARAGRAPHS = re.compile(rb"<(?:\w+:)?p[\s/>]")
PAGE_CHARACTERS = 1_500  # a page of an application holds no more
BREAKS = re.compile(f"[{RENDERED}{HARD}]")


def read(data: bytes, name: str, sha256: str, kind: str = "docx") -> Document:
    package = Package(data)
    package.refuse_doctypes()
    main = next((path for type_, path in package.relations("").values() if type_ == "officeDocument"),
                "word/document.xml")
    if main not in package:
        raise unreadable("corrupt", detail=(f"缺少 {main}", f"no {main}"))
    return _Reader(package, main, DocumentBuilder(name, sha256, kind)).document()


class _Reader:
    def __init__(self, package: Package, main: str, builder: DocumentBuilder) -> None:
        """Refused where the body is missing or has too many paragraphs."""
        self.package, self.builder = package, builder
        self.losses = Losses()
        self.relations = package.relations(main)
        self.styles = Styles(self._related("styles"))
        self.shaper = Shaper(self.styles, Numbering(self._related("numbering")))
        raw = package.xml_bytes(main)
        paragraphs = len(PARAGRAPHS.findall(raw))
        if paragraphs > MOST_PARAGRAPHS:
            raise unreadable("too_large", detail=f"{paragraphs} paragraphs > {MOST_PARAGRAPHS}")
        self.body = parse(raw, main).find(W + "body")
        if self.body is None:
            raise unreadable("corrupt", detail=("没有正文", "no body"))
        self.composer = Composer(raw, self.styles, self.losses)
        self.wrapped = not self.composer.names.isdisjoint(WRAPPING)
        self.declared: set[int] = set()   # indices of headings that the file declares
        self.levels: dict[str, int] = {}  # level that the file gives to a kind of typed number
        self.breaks: dict[str, list[int]] = {RENDERED: [], HARD: []}
        self.notes: dict[str, dict[str, str]] = {}
        self.noted: set[tuple[str, str]] = set()
        self.in_contents = False

    def document(self) -> Document:
        """Head, body, foot; then pages and the levels of headings."""
        self.styles.measure(self.body)
        self._furniture("header")
        self._flow(self.body)
        self._furniture("footer")
        self._report()
        builder = self.builder
        if not builder.blocks and not builder.notices:
            raise unreadable("blank")
        builder.pages = self._pages()
        document = builder.build()
        blocks = [self._level(document, index, block) for index, block in enumerate(document.blocks)]
        return replace(document, blocks=tuple(structure.settle(document.text, blocks, frozenset(self.declared))))

    def _level(self, document: Document, index: int, block: Block) -> Block:
        """A heading told by its number takes the level that the file's own headings give to such numbers."""
        if block.kind is not BlockKind.HEADING or index in self.declared or not self.levels:
            return block
        found = structure.numbering(block.label + document.quote(block.span))
        return replace(block, level=self.levels.get(found.name, block.level)) if found else block

    def _part(self, type_: str) -> str:
        return next((path for kind, path in self.relations.values() if kind == type_), "")

    def _related(self, type_: str) -> Element:
        return self.package.xml(self._part(type_))

    def _children(self, container: Element) -> Iterator[Element]:
        """Paragraphs and tables (or rows, or cells) through content controls and accepted changes."""
        return self._unwrapped(container) if self.wrapped else iter(container)

    def _unwrapped(self, container: Element) -> Iterator[Element]:
        """The elements of a container, without content controls and alternatives around them."""
        for element in container:
            tag = element.tag
            if tag == W + "sdt":
                properties, content = element.find(W + "sdtPr"), element.find(W + "sdtContent")
                if content is None or flag(properties, W + "showingPlcHdr"):
                    continue
                gallery = properties.find(f"{W}docPartObj/{W}docPartGallery") if properties is not None else None
                outer = self.in_contents
                self.in_contents = outer or (gallery is not None and gallery.get(VAL) == CONTENTS_GALLERY)
                yield from self._children(content)
                self.in_contents = outer
            elif tag == ALTERNATE:
                choice = element.find(MC + "Choice")
                yield from self._children(choice if choice is not None else element)
            elif tag in WRAPPERS:
                yield from self._children(element)
            elif tag == ROW and element.find(f"{W}trPr/{W}del") is not None:
                self.losses.deleted += 1
            elif tag == W + "altChunk":
                self.losses.objects += 1
            else:
                yield element

    def _flow(self, container: Element) -> None:
        """Paragraphs and tables in their order; paragraphs whose ends were deleted run on."""
        run_on: list[Element] = []  # paragraphs whose ends were deleted: the next one goes on with them
        for element in self._children(container):
            if element.tag == PARAGRAPH:
                if self.wrapped and ends_deleted(child(element, W + "pPr")):
                    run_on.append(element)
                else:
                    self._paragraph(element, run_on)
                    run_on = []
            elif element.tag == TABLE:
                self._rest(run_on)
                run_on = []
                self._table(element)
        self._rest(run_on)

    def _rest(self, run_on: list[Element]) -> None:
        if run_on:
            self._paragraph(run_on[-1], run_on[:-1])

    def _paragraph(self, paragraph: Element, run_on: Sequence[Element] = ()) -> None:
        """One paragraph as blocks, one for each of its lines that stands alone."""
        given = self.shaper.given(paragraph)
        if given.properties is not None and flag(given.properties, W + "pageBreakBefore"):
            self.breaks[HARD].append(self.builder.offset)
        words, automatic = self._words(paragraph, given, run_on)
        pieces = structure.split_lines(words.text) if "\n" in words.text else [words.text]
        for place, piece in enumerate(pieces):
            text = BREAKS.sub("", piece).strip()
            start = self.builder.offset
            if text:
                shape = Shape(BlockKind.FURNITURE) if self.in_contents else self.shaper.shape(
                    paragraph, given, text, automatic if place == 0 else "", whole=len(pieces) == 1)
                start = self._write(shape, text, automatic if place == 0 else "")
            self._mark(piece, start, self.builder.offset)
        section = child(given.properties, W + "sectPr")
        if section is not None:
            type_ = child(section, W + "type")
            if type_ is None or type_.get(VAL) != "continuous":
                self.breaks[HARD].append(self.builder.offset)
        self._anchored(words)

    def _words(self, paragraph: Element, given: Given, run_on: Sequence[Element] = ()) -> tuple[Words, str]:
        """A paragraph's words, after those of the paragraphs that run on into it, and its automatic number."""
        words = self.composer.words(paragraph)
        for before in reversed(run_on):
            words = self.composer.words(before) + words
        if given.style.hidden and words.text:
            self.losses.hidden += 1
            words.text = ""
        return words, self.shaper.automatic(given, empty=not words.text)

    def _write(self, shape: Shape, text: str, automatic: str) -> int:
        """Write one block; where `text` starts."""
        builder = self.builder
        if shape.declared:
            self.declared.add(len(builder.blocks))
            found = structure.numbering(automatic + text)
            if found is not None:
                self.levels.setdefault(found.name, shape.level)
        if shape.lead:
            start = builder.write(text[:shape.lead]).start
            builder.blocks.append(Block(shape.kind, builder.write(text[shape.lead:]), label=shape.label))
            builder.write(BLOCK_BREAK)
            return start
        return builder.text_block(shape.kind, text, level=shape.level, label=automatic).span.start

    def _mark(self, raw: str, start: int, after: int) -> None:
        """Note the page breaks in `raw`, whose stripped words stand at `start`; one behind them stands at `after`."""
        if not BREAKS.search(raw):
            return
        plain = BREAKS.sub("", raw)
        lead = len(plain) - len(plain.lstrip())
        length = len(plain.strip())
        for passed, found in enumerate(BREAKS.finditer(raw)):
            at = max(0, min(length, found.start() - passed - lead))
            self.breaks[found[0]].append(after if at == length else start + at)

    def _table(self, table: Element, host: str = "") -> None:
        """A table with what its cells hold beside words; a single cell is a frame and no table."""
        places = grid(table, self._children)
        if sum(map(len, places)) == 1:  # a frame
            self._flow(next(row for row in places if row)[0].element)
            return
        later: list[Element | Words] = []
        hosts: dict[int, str] = {}  # by place in `later`: the words of the row
        texts = []
        for row in places:
            begun = len(later)
            texts.append([self._cell(place, later) for place in row])
            said = "\n".join(filter(None, (BREAKS.sub("", text).strip() for text in texts[-1])))
            hosts |= dict.fromkeys(range(begun, len(later)), said)
        rows = [[(BREAKS.sub("", text).strip(), place.column, place.row_span, place.column_span)
                 for text, place in zip(words, row, strict=True)] for words, row in zip(texts, places, strict=True)]
        block = self.builder.table(rows, host=host)
        cells = iter(block.cells)
        for words in texts:  # cells side by side break at the same page: the one with most breaks tells
            spans = [next(cells).span for _ in words]
            most = max(range(len(words)), key=lambda at: len(BREAKS.findall(words[at])), default=None)
            if most is not None:
                self._mark(words[most], spans[most].start, spans[most].end)
        for place, item in enumerate(later):
            if isinstance(item, Words):
                self._anchored(item)
            else:
                self._table(item, hosts[place])

    def _cell(self, place: Place, later: list[Element | Words]) -> str:
        """A cell's words, a line a paragraph, automatic numbers among them; what follows the table goes `later`."""
        lines, breaks = [], ""
        for element in self._children(place.element):
            if element.tag == TABLE:
                later.append(element)
            elif element.tag == PARAGRAPH:
                words, automatic = self._words(element, self.shaper.given(element))
                text = words.text
                if automatic:
                    text = f"{automatic} {text.strip()}" if text.strip() else automatic
                if text.strip():
                    lines.append(breaks + text)
                breaks = "" if text.strip() else breaks + text.strip(" ")
                if words.boxes or words.notes:
                    later.append(words)
        return "\n".join(lines) + breaks

    def _anchored(self, words: Words) -> None:
        """The text boxes and the notes of a block, after it."""
        for box in words.boxes:
            self._flow(box)
        for kind, identifier in words.notes:
            text = self._notes(kind).get(identifier, "")
            if text and (kind, identifier) not in self.noted:
                self.noted.add((kind, identifier))
                self.builder.text_block(BlockKind.NOTE, text, label=f"[{len(self.noted)}]")

    def _notes(self, kind: str) -> dict[str, str]:
        """The footnotes or the endnotes by id."""
        if kind not in self.notes:
            part = self._part(kind + "s")
            found: dict[str, str] = {}
            if part in self.package:
                raw = self.package.xml_bytes(part)
                for note in parse(raw, part):
                    if note.get(W + "type", "normal") == "normal":
                        found[note.get(W + "id", "")] = "\n".join(self._lines(note, raw))
            self.notes[kind] = found
        return self.notes[kind]

    def _furniture(self, place: str) -> None:
        """The headers or the footers that a section shows, each distinct line once."""
        seen: set[str] = set()
        for reference in self.body.iter(f"{W}{place}Reference"):
            part = self.relations.get(reference.get(R + "id", ""), ("", ""))[1]
            if part not in self.package or part in seen:
                continue
            seen.add(part)
            raw = self.package.xml_bytes(part)
            for line in self._lines(parse(raw, part), raw):
                if line not in seen:
                    seen.add(line)
                    self.builder.text_block(BlockKind.FURNITURE, line)

    def _lines(self, container: Element, raw: bytes) -> list[str]:
        """The paragraphs of a part beside the body; a table's rows are lines."""
        composer = Composer(raw, self.styles, self.losses)
        lines: list[str] = []
        for element in self._unwrapped(container):
            if element.tag == TABLE:
                lines.extend("\t".join("\n".join(self._lines(place.element, raw)) for place in row)
                             for row in grid(element, self._unwrapped))
            elif element.tag == PARAGRAPH:
                words = composer.words(element)
                lines.append(BREAKS.sub("", words.text).strip())
                for box in words.boxes:
                    lines.extend(self._lines(box, raw))
        return [line for line in lines if line.strip()]

    def _pages(self) -> list[Page]:
        """Pages by the breaks that Word noted, or those that were set; none where they are too far apart to be all."""
        starts = self.breaks[RENDERED]
        end = self.builder.offset
        if not starts:
            starts = sorted(self.breaks[HARD])
            edges = [0, *starts, end]
            if any(after - before > PAGE_CHARACTERS for before, after in pairwise(edges)):
                return []
        if not starts:
            return []
        edges = [0, *sorted(starts), end]
        return [Page(index, Span(before, after))
                for index, (before, after) in enumerate(pairwise(edges), start=1)]

    def _report(self) -> None:
        comments = self._related("comments")
        counts = {"deleted_text": self.losses.deleted, "hidden_text": self.losses.hidden,
                  "pictures_not_read": self.losses.pictures, "objects_not_read": self.losses.objects,
                  "comments": 0 if comments is None else sum(1 for _ in comments.iterchildren(W + "comment"))}
        self.builder.notices.extend(notice(code, count=count) for code, count in counts.items() if count)
