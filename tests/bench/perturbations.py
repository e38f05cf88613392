"""Changes of documents that leave every fact as it is: other words, another layout, another way to write figures.

A document is put together anew from its blocks, so that every kind of file can be changed; what LibreOffice makes of a
file is read as a file.
"""
from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import yaml
from msgspec import Struct

from ingestion.domain import Block, BlockKind, Document
from ingestion.facts.scanning.grids import grid, header_row
from ingestion.facts.scanning.scan import scan
from ingestion.numbers.numerals import classifiers
from ingestion.parsing.builder import DocumentBuilder
from ingestion.parsing.text import from_string
from tests.support.chinese_numbers import chinese, full_width

Row = list[tuple[str, int, int, int]]   # cells as the builder takes them: text, column, rows and columns that it spans
Words = Callable[[str], str]
Change = Callable[[Document], Document]

CODE = re.compile(r"[A-Za-z0-9（(〔\[]*[A-Za-z][A-Za-z0-9\-/.〔〕\[\]（）()]*\d[A-Za-z0-9\-/.〕\]）)]*"
                  r"|\d{10,}|第?\d+号")
CAPTION = re.compile(r"\s*(?:附?表|续表)\s*[\d一二三四五六七八九十]")
LONGEST_CAPTION = 40
LONGEST_NUMBER = 4      # digits of a figure that is written in Chinese


class Table(Struct):
    """The rows of a table that lists things, and the place of the row that heads them (-1: none does)."""

    rows: list[Row]
    header: int


def rebuilt(document: Document, words: Words | None = None, cells: Words | None = None,
            tables: Callable[[Table], None] | None = None, order: Callable[[list[Block]], list[Block]] | None = None,
            ) -> Document:
    """The document anew: with other `words` in its prose, in its `cells`, `tables` of things or order of blocks."""
    made = DocumentBuilder(document.name, document.sha256, document.kind)
    listing = _listing(document) if tables else {}
    for block in order([*document.blocks]) if order else document.blocks:
        if block.kind is not BlockKind.TABLE:
            text = document.quote(block.span)
            made.text_block(block.kind, words(text) if words else text, level=block.level, label=block.label,
                            section=block.section)
            continue
        rows: list[Row] = [[] for _ in range(max((cell.row for cell in block.cells), default=-1) + 1)]
        for cell in block.cells:
            text = document.quote(cell.span)
            rows[cell.row].append((cells(text) if cells else text, cell.column, cell.row_span, cell.column_span))
        if tables and block.span in listing:
            tables(Table(rows, listing[block.span]))
        made.table(rows, section=block.section, host=cells(block.host) if cells else block.host)
    return made.build()


def _listing(document: Document) -> dict[object, int]:
    """The tables that list things row by row, none of them with merged cells, and their header rows; not those of a
    form with tables in its cells."""
    if any(block.host for block in document.blocks):
        return {}
    found: dict[object, int] = {}
    for table in scan(document).tables:
        header = header_row(table)
        body = table.rows[(header or 0) + 1:] if header is not None else []
        plain = all(cell.row_span == cell.column_span == 1 for row in table.rows[max(0, header or 0):] for cell in row)
        if header is not None and len(body) > 1 and plain and grid(table) is not None:
            found[table.block.span] = header
    return found


def everywhere(words: Words) -> Change:
    return partial(rebuilt, words=words, cells=words)


def substituted(pattern: str | re.Pattern[str], by: Callable[[re.Match[str]], str]) -> Words:
    """The pattern put otherwise, but not in codes and numbers of documents."""
    compiled = re.compile(pattern)

    def change(text: str) -> str:
        codes = [match.span() for match in CODE.finditer(text)]
        return compiled.sub(lambda m: m[0] if any(a < m.end() and m.start() < b for a, b in codes) else by(m), text)

    return change


# -- words

@cache
def pairs() -> tuple[tuple[str, str, str], ...]:
    """What is put for what, and where not."""
    rows = yaml.safe_load(Path(__file__).with_name("synonyms.yaml").read_text(encoding="utf-8"))
    return tuple((row[0], row[1], row[2] if len(row) > 2 else "") for row in rows)


def other_word(text: str, swaps: tuple[tuple[str, str, str], ...]) -> str:
    """Every word of `swaps` (from, to, not where) put for the other at once."""
    firsts: dict[str, tuple[str, str]] = {}
    for old, new, keep in swaps:
        firsts.setdefault(old, (new, keep))
    kept = [(word, match.span()) for word, (_, keep) in firsts.items() if keep for match in re.finditer(keep, text)]

    def put(match: re.Match[str]) -> str:
        stays = any(word == match[0] and a < match.end() and match.start() < b for word, (a, b) in kept)
        return match[0] if stays else firsts[match[0]][0]

    words = sorted(map(re.escape, firsts), key=len, reverse=True)
    return re.sub("|".join(words), put, text)


def one_by_one(text: str) -> Iterator[tuple[str, str]]:
    """The text with one word put otherwise, for each pair and direction, and which it was."""
    for old, new, keep in pairs():
        for one, other in ((old, new), (new, old)):
            changed = other_word(text, ((one, other, keep),)) if one in text else text
            if changed != text:
                yield f"{one}→{other}", changed


def forward() -> tuple[tuple[str, str, str], ...]:
    return pairs()


def backward() -> tuple[tuple[str, str, str], ...]:
    return tuple((new, old, keep) for old, new, keep in pairs())


@cache
def _traditional() -> Words:
    from opencc import OpenCC

    converted: Words = OpenCC("s2t").convert
    return converted


def other_stop(text: str) -> str:
    """其中 behind a full stop where a comma was, and the other way round."""
    swap = {"，": "。", ",": "。", "。": "，", "；": "。"}
    return re.sub(r"([，,。；])其中(?=[^。；，]{0,12}\d)", lambda m: f"{swap[m[1]]}其中", text)


# -- figures

_COUNTED = "|".join(sorted(map(re.escape, set(classifiers()) - {"年", "月", "日", "号", "%"}), key=len, reverse=True))
_PLAIN = rf"(?<![\d.．,，年月日\-—－–~～至/第（(A-Za-z])(\d{{1,{LONGEST_NUMBER}}})(?=余?(?:{_COUNTED}))(?!个?月)"
_DIGIT = "[一二三四五六七八九]"
_WRITTEN = (rf"(?<![零〇一二三四五六七八九十百千万两第数几近每周星期])((?!一){_DIGIT}十?{_DIGIT}?|十{_DIGIT})"
            rf"(?=(?:{_COUNTED}))(?!个?月|国|方|校|地|级|院|类|区|市|者|种|大|期|周|层|县|季)")
in_chinese = substituted(_PLAIN, lambda m: chinese(int(m[1])))


def _number(words: str) -> int:
    digits = "零一二三四五六七八九"
    if "十" not in words:
        return digits.index(words[0]) if len(words) == 1 else -1
    tens, _, ones = words.partition("十")
    return (digits.index(tens) if tens else 1) * 10 + (digits.index(ones) if ones else 0)


in_digits = substituted(_WRITTEN, lambda m: m[1] if _number(m[1]) < 0 else str(_number(m[1])))
wide_digits = substituted(r"\d+(?:\.\d+)?", lambda m: full_width(m[0]).replace(".", "．"))
_UNIT = "元|万元|万欧元|欧元|美元|万美元|平方米|㎡|亩"
with_commas = substituted(rf"(?<![\d.,，\-—－/])(\d{{4,9}})(?=(?:\.\d+)?\s*(?:{_UNIT}))", lambda m: f"{int(m[1]):,}")
without_commas = substituted(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])", lambda m: m[0].replace(",", ""))


def amounts_with_commas(text: str) -> str:
    """A cell's amount (no year, no number of a document); amounts with their unit, as in prose."""
    amount = re.fullmatch(r"(\d{4,9})(\.\d+)?", text.strip())
    if amount and not re.fullmatch(r"(?:19|20)\d\d", amount[0]) and int(amount[1]) % 10 == 0:
        return f"{int(amount[1]):,}{amount[2] or ''}"
    return with_commas(text)


_DAY = re.compile(r"(?<![\d.\-/—～~至])(20\d\d)(?:年(\d{1,2})月(\d{1,2})日|([-./])(\d{1,2})\4(\d{1,2}))"
                  r"(?![\d.\-/—～~至日])")


def dated(style: str) -> Words:
    """Days in another style."""
    return substituted(_DAY, lambda m: style.format(int(m[1]), int(m[2] or m[5]), int(m[3] or m[6])))


# -- tables

def columns_swapped(table: Table) -> None:
    """The columns from the last to the first, but a number of rows stays in front."""
    width, first = _width(table), int(_numbers_rows(table))
    places = [*range(first), *reversed(range(first, width))]
    _placed(table, {old: new for new, old in enumerate(places)})


def _width(table: Table) -> int:
    return max(cell[1] for row in table.rows[max(0, table.header):] for cell in row) + 1


def _placed(table: Table, places: dict[int, int]) -> None:
    """The cells of every row in other columns; rows of one cell stay as they are."""
    for number in range(max(0, table.header), len(table.rows)):
        row = table.rows[number]
        if sum(bool(cell[0].strip()) for cell in row) > 1:
            table.rows[number] = sorted(((text, places[at], 1, 1) for text, at, *_ in row), key=lambda cell: cell[1])


def rows_turned(table: Table) -> None:
    """The rows from the last to the first; numbers of rows stay where they are, sums at the end, and so does a table
    in parts or one whose rows point to the one above."""
    body = table.rows[table.header + 1:]
    texts = [[cell[0] for cell in row] for row in body]
    if any("同上" in text or "其中" in text for row in texts for text in row):
        return
    if any(len([text for text in row if text.strip()]) <= 1 for row in texts):
        return
    last = len(body)
    while last and _sums(texts[last - 1]):
        last -= 1
    if any(map(_sums, texts[:last])) or len({len(row) for row in texts[:last]}) > 1:
        return
    first = 1 if _numbers_rows(table) else 0
    for place, row in enumerate(body[:last]):
        table.rows[table.header + 1 + place] = [*row[:first], *body[last - 1 - place][first:]]


def headers_spaced(table: Table) -> None:
    """题 名, 合作⏎机构: header words with blanks or line breaks in them."""
    if table.header >= 0:
        table.rows[table.header] = [(_spaced(cell[0]), *cell[1:]) for cell in table.rows[table.header]]


def _spaced(text: str) -> str:
    if not re.fullmatch(r"[一-鿿]{2,8}", text):
        return text
    return text[0] + " " + text[1] if len(text) == 2 else text[:len(text) // 2] + "\n" + text[len(text) // 2:]


def column_added(header: str, first: str, place: int | None, table: Table) -> None:
    """One more column, of which only the first row says something."""
    width = _width(table)
    at = width if place is None else place
    if header and any(header == text for text, *_ in table.rows[max(0, table.header)]):
        return
    _placed(table, {old: old + (old >= at) for old in range(width)})
    for number in range(max(0, table.header), len(table.rows)):
        row = table.rows[number]
        if len(row) > 1:
            text = header if number == table.header else first if number == table.header + 1 else ""
            table.rows[number] = sorted([*row, (text, at, 1, 1)], key=lambda cell: cell[1])


def _numbers_rows(table: Table) -> bool:
    firsts = [row[0][0].strip() for row in table.rows[table.header + 1:] if row and len(row) > 1]
    return sum(text.isdigit() and len(text) < 4 for text in firsts) * 2 > len(firsts)


def _sums(texts: list[str]) -> bool:
    return any(re.match(r"\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|注|备注|说明|Total)", text) for text in texts[:2])


def captions_below(document: Document) -> Document:
    """A numbered title of a table below it, for all tables of the document that have one."""
    def order(blocks: list[Block]) -> list[Block]:
        for place in range(len(blocks) - 1):
            text = document.quote(blocks[place].span)
            titles = blocks[place].kind is BlockKind.PARAGRAPH and CAPTION.match(text)
            if titles and len(text) <= LONGEST_CAPTION and blocks[place + 1].kind is BlockKind.TABLE:
                blocks[place], blocks[place + 1] = blocks[place + 1], blocks[place]
        return blocks

    return rebuilt(document, order=order)


# -- files

def as_pdf(path: Path, folder: Path) -> Path | None:
    """The file as LibreOffice prints it, below `folder`; None where it prints nothing."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise SystemExit("LibreOffice is not installed: name the other kinds with --kinds.")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run([program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--convert-to", "pdf",
                        "--outdir", str(folder), str(path)], capture_output=True, timeout=120, check=False)
    made = folder / f"{path.stem}.pdf"
    return made if made.exists() else None


def as_text(document: Document) -> Document:
    """A Word file saved as plain text: a line for each paragraph and row, tabs between cells, also those that a merged
    cell covers."""
    if document.kind != "docx":
        return document
    lines: list[str] = []
    for block in document.blocks:
        if block.kind is not BlockKind.TABLE:
            lines.append(block.label + document.quote(block.span))
            continue
        width = max(cell.column + cell.column_span for cell in block.cells)
        rows = [[""] * width for _ in range(max(cell.row + cell.row_span for cell in block.cells))]
        for cell in block.cells:
            rows[cell.row][cell.column] = document.quote(cell.span)
        lines += ["\t".join(row) for row in rows]
    return from_string("\n".join(lines), document.name)


KINDS: dict[str, Change] = {
    "synonyms": everywhere(lambda text: other_word(text, forward())),
    "synonyms back": everywhere(lambda text: other_word(text, backward())),
    "columns swapped": partial(rebuilt, tables=columns_swapped),
    "rows turned": partial(rebuilt, tables=rows_turned),
    "digits to Chinese": partial(rebuilt, words=in_chinese),
    "Chinese to digits": partial(rebuilt, words=in_digits),
    "full-width digits": everywhere(wide_digits),
    "stop before 其中": partial(rebuilt, words=other_stop),
    "captions below": captions_below,
    "headers spaced": partial(rebuilt, tables=headers_spaced),
    "empty column": partial(rebuilt, tables=partial(column_added, "", "", 1)),
    "empty column at the end": partial(rebuilt, tables=partial(column_added, "", "", None)),
    "remarks column": partial(rebuilt, tables=partial(column_added, "备注", "已核对", None)),
    "thousands separated": partial(rebuilt, words=with_commas, cells=amounts_with_commas),
    "thousands together": everywhere(without_commas),
    "days 2025-03-01": everywhere(dated("{}-{:02}-{:02}")),
    "days 2025年3月1日": everywhere(dated("{}年{}月{}日")),
    "days 2025.3.1": everywhere(dated("{}.{}.{}")),
    "days 2025/3/1": everywhere(dated("{}/{}/{}")),
    "docx as txt": as_text,
    "traditional": everywhere(lambda text: _traditional()(text)),
}
