"""Reading plain text, Markdown and csv.

Text and Markdown keep every character (line ends become "\\n", and Markdown loses its bold marks), so that offsets into
`from_string(text).text` are offsets into `text`. Blocks are lines; lines next to each other that are divided alike, by
"|", "｜" or tabs, are a table. In a file whose lines are broken at one width, a line that fills it and ends no sentence
runs on into the next, and the block spans both.
"""
from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from itertools import pairwise

from msgspec.structs import replace

from ingestion.domain import Block, BlockKind, Cell, Document, Notice, Span
from ingestion.parsing import structure
from ingestion.parsing.builder import DocumentBuilder
from ingestion.parsing.notices import notice, unreadable
from ingestion.parsing.workbook import grid

MARKDOWN = frozenset({"md", "markdown"})
TABULAR = frozenset({"csv", "tsv"})
MOST_BYTES = 40_000_000
MOST_LINE = 100_000  # characters; some 60 pages without the end of a line
CUT_BYTES = 3  # a file that was cut may end inside a character

RULE = re.compile(r"[\s|:｜=*_~+—-]+$")               # a line that only draws, or divides a table's head
BARS = re.compile(r"[|｜]")
MARK = re.compile(r"(#{1,6})[ \t　]+")                 # a Markdown heading
BOLD = re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1")
QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
WIDE = "\u2e7f"         # characters above take two columns
SAMPLE = 400            # lines that tell whether a file is broken at one width
WIDTHS = (40, 120)      # columns at which programs break lines
RAGGED = 6              # columns that a broken line may fall short of the longest one
FULL_LINES, FULL_SHARE = 3, 0.3
FIELD_LIMIT = 1 << 20
MOST_COLUMNS = 16_384  # as of a sheet in Excel


def read(data: bytes, name: str, sha256: str) -> Document:
    """The document in a text file; tables for csv, headings for Markdown."""
    if len(data) > MOST_BYTES:
        raise unreadable("too_large", detail=f"{len(data) // 1_000_000} MB > {MOST_BYTES // 1_000_000} MB")
    text, notices = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if not text.strip():
        raise unreadable("blank")
    longest = max(map(len, text.split("\n")))
    if longest > MOST_LINE:
        raise unreadable("too_large", detail=f"a line of {longest} characters > {MOST_LINE}")
    extension = name.rsplit(".", 1)[-1].lower()
    if extension in TABULAR:
        document = _table(text, name, sha256, extension)
    elif extension in MARKDOWN:
        plain, bold = _unmark(text)
        document = Document(name, sha256, "text", plain, tuple(
            _blocks(plain, markdown=True, bold=bold, width=_width(plain))))
    else:
        document = Document(name, sha256, "text", text, tuple(_blocks(text, width=_width(text))))
    return document if not notices else Document(
        name, sha256, document.kind, document.text, document.blocks, notices=notices)


def from_string(text: str, name: str = "text") -> Document:
    """The document whose text is `text`, character for character."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(name, digest, "text", text, tuple(_blocks(text)))


def decode(data: bytes) -> tuple[str, tuple[Notice, ...]]:
    """UTF-8, UTF-16 with its mark, or GB18030; what none of them explains is replaced and said."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        try:
            return data.decode("utf-8-sig"), ()
        except UnicodeDecodeError as error:
            if error.start >= len(data) - CUT_BYTES:
                text = data.decode("utf-8-sig", "replace")
            else:
                try:
                    return data.decode("gb18030"), ()
                except UnicodeDecodeError:
                    text = min((data.decode(encoding, "replace") for encoding in ("gb18030", "utf-8-sig")),
                               key=lambda decoded: decoded.count("\ufffd"))
    count = text.count("\ufffd")
    return text, (notice("encoding", count=count),) if count else ()


def _table(text: str, name: str, sha256: str, extension: str) -> Document:
    """A csv file: what divides the columns is the mark that its first lines hold most of."""
    head = text[:4096]
    divider = "\t" if extension == "tsv" else max(",;\t|", key=head.count)
    csv.field_size_limit(FIELD_LIMIT)
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=divider)]
    except csv.Error as error:
        raise unreadable("corrupt", detail=f"csv: {error}") from error
    widest = max(map(len, rows), default=0)
    if widest > MOST_COLUMNS:
        raise unreadable("too_large", detail=f"{widest} columns > {MOST_COLUMNS}")
    builder = DocumentBuilder(name, sha256, "text")
    grid.write(builder, rows)
    if not builder.blocks:
        raise unreadable("blank")
    return builder.build()


def _unmark(text: str) -> tuple[str, frozenset[int]]:
    """Markdown without its bold marks, and the numbers of the lines that were bold as a whole."""
    lines, bold = [], set()
    for number, line in enumerate(text.split("\n")):
        whole = BOLD.fullmatch(line.strip()) if "**" in line or "__" in line else None
        if whole is not None and whole[1] not in whole[2]:
            bold.add(number)
        lines.append(BOLD.sub(r"\2", line) if "**" in line or "__" in line else line)
    return "\n".join(lines), frozenset(bold)


def _columns(line: str) -> int:
    """The width of a line in columns, of which a Chinese character takes two."""
    return len(line) + sum(1 for letter in line if letter > WIDE)


def _width(text: str) -> int:
    """The least width of a line that its file's fixed width may have broken; 0 where lines are not broken so."""
    widths = [_columns(line.rstrip()) for line in text.split("\n", SAMPLE)[:SAMPLE] if line.strip()]
    most = max(widths, default=0)
    full = sum(1 for width in widths if width >= most - RAGGED)
    broken = WIDTHS[0] <= most <= WIDTHS[1] and full >= FULL_LINES and full >= FULL_SHARE * len(widths)
    return most - RAGGED if broken else 0


def _blocks(text: str, *, markdown: bool = False, bold: frozenset[int] = frozenset(), width: int = 0) -> list[Block]:
    """`width` as `_width` tells it."""
    lines = text.split("\n")
    blocks: list[Block] = []
    declared: set[int] = set()
    number, offset = 0, 0
    runs_on = False
    while number < len(lines):
        count, divided = _run(lines, number)
        if divided:
            blocks.append(_grid(lines[number:number + count], offset))
            runs_on = False
        for place in range(number, number + count):
            line = lines[place]
            block = None if divided else _line(line, offset, markdown=markdown, bold=place in bold)
            if block is not None and runs_on and block.kind is BlockKind.PARAGRAPH:
                blocks[-1] = replace(blocks[-1], span=Span(blocks[-1].span.start, block.span.end))
            elif block is not None:
                if markdown and block.kind is BlockKind.HEADING and line.lstrip().startswith("#"):
                    declared.add(len(blocks))
                blocks.append(block)
            runs_on = 0 < width <= _columns(line.rstrip()) and block is not None \
                and block.kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM} \
                and not line.rstrip().endswith(structure.BREAK_ENDS)
            offset += len(line) + 1
        number += count
    if any(block.kind is BlockKind.HEADING for block in blocks):
        return structure.settle(text, blocks, frozenset(declared))
    return blocks


def _line(line: str, offset: int, *, markdown: bool, bold: bool) -> Block | None:
    """The block of one line; None where it holds no words."""
    words = line.strip()
    if not words or (RULE.match(words) and len(words) > 1):
        return None
    start = offset + line.index(words[0])
    if markdown:
        mark = MARK.match(words)
        if mark:
            title = words[mark.end():].rstrip(" \t　#")
            return _at(BlockKind.HEADING, start + mark.end(), title, level=len(mark[1])) if title else None
        quote = QUOTE.match(words)
        if quote:
            words, start = words[quote.end():], start + quote.end()
        if not words or words.startswith(("```", "~~~")):
            return None
    if structure.is_contents_line(words):
        return _at(BlockKind.FURNITURE, start, words)
    level = structure.heading_level(words, bold=bold)
    if level:
        return _at(BlockKind.HEADING, start, words, level=level)
    label = structure.list_label(words)
    if label:
        return _at(BlockKind.LIST_ITEM, start + label[1], words[label[1]:], label=label[0])
    return _at(BlockKind.PARAGRAPH, start, words)


def _at(kind: BlockKind, start: int, words: str, *, level: int = 0, label: str = "") -> Block:
    return Block(kind, Span(start, start + len(words)), level, label)


def _divisions(line: str) -> tuple[str, int]:
    """What divides a line into cells, and how often; ("", 0) where nothing does."""
    bars = len(BARS.findall(line)) if "|" in line or "｜" in line else 0
    if bars:
        return "|", bars
    tabs = line.count("\t") if "\t" in line.strip() else 0   # with those beside blank cells, without a mere indent
    return ("\t", tabs) if tabs else ("", 0)


def _run(lines: list[str], number: int) -> tuple[int, bool]:
    """How many lines from `number` on are divided alike, and whether they are the rows of a table."""
    first = _divisions(lines[number])
    if not first[1]:
        return 1, False
    end = number + 1
    while end < len(lines) and _divisions(lines[end]) == first:
        end += 1
    rows = sum(1 for line in lines[number:end] if not RULE.match(line))
    return end - number, rows > 1 or 0 < rows < end - number


def _grid(lines: list[str], offset: int) -> Block:
    """The table of lines that are divided alike; lines that only draw are no rows."""
    divider = BARS if _divisions(lines[0])[0] == "|" else re.compile("\t")
    framed = divider is BARS and all(BARS.match(line.lstrip()) for line in lines)
    cells: list[Cell] = []
    row, start = 0, offset
    for line in lines:
        if not RULE.match(line):
            edges = [-1, *(found.start() for found in divider.finditer(line)), len(line)]
            if framed:
                edges = edges[1:] if line[edges[-2] + 1:].strip() else edges[1:-1]
            for column, (before, after) in enumerate(pairwise(edges)):
                words = line[before + 1:after]
                left = before + 1 + len(words) - len(words.lstrip()) if words.strip() else before + 1
                cells.append(Cell(row, column, Span(start + left, start + left + len(words.strip()))))
            row += 1
        start += len(line) + 1
    first = offset + len(lines[0]) - len(lines[0].lstrip())
    ends = Span(min([first, *(cell.span.start for cell in cells[:1])]), start - 1)   # the first cell may be blank
    return Block(BlockKind.TABLE, ends, cells=tuple(cells))
