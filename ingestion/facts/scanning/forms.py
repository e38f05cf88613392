"""Lines: titles and entries of forms, ticked boxes, questions that are answered, items of lists and their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ingestion.domain import Block, BlockKind
from ingestion.facts.lexicon import listed, words
from ingestion.language import load, pattern
from ingestion.numbers.numerals import has_number, parse_number

LONGEST_LINE = 2_000  # characters; longer ones are no line of a form
_ENTRY = re.compile(r"\s*[^，。；：\s][^，。；：]{1,24}(?:：\s*[^：。]{1,60}|[ \u3000]+\d[^，。；：]{0,12})\s*")
_TITLE = re.compile(r"\s*[^，。；：！？|\s][^，。；：！？|]{3,40}\s*")


def is_entry(text: str) -> bool:
    """One line of a form: a label, and what is filled in (SCI收录论文：52篇; 授权发明专利  9件)."""
    return _ENTRY.fullmatch(text) is not None and listed("title_lines").search(text) is None


def of_a_part(text: str) -> bool:
    """A line that begins with the name of a department (综合部｜专职4人): what it says is of that one alone."""
    return words("department_line").match(text) is not None


def is_title(text: str) -> bool:
    """A line without punctuation that entries may stand below; not the title of a whole document (申报书)."""
    text = re.sub(r"（[^（）]*）", "", text)
    return _TITLE.fullmatch(text) is not None and words("document_title").search(text.strip()) is None


@lru_cache(maxsize=1)
def _boxes() -> tuple[re.Pattern[str], str, dict[str, dict[str, str]], re.Pattern[str], re.Pattern[str]]:
    data = load("discourse")["check"]
    marks = data["ticked"] + data["unticked"]
    own = rf"[^{re.escape(marks)}\s，。；、（）]"
    option = re.compile(rf"([{re.escape(marks)}])\s*({own}*)(?:\s*（[^（）]*）{own}{{0,3}})?")  # □有（ ）项
    return option, data["ticked"], data["questions"], pattern(tuple(data["yes"])), pattern(tuple(data["no"]))


def checked(folded: str) -> str:
    """Only the ticked box of a form speaks (reading 25): unticked options are blanked, and 是否… becomes the statement
    that the tick makes of it; same length. A question with nothing ticked is blanked whole."""
    option, ticked, questions, yes, no = _boxes()
    is_one = load("discourse")["check"]["is_one"]  # □独立法人 ☑分支机构 on a line of their own: it is one
    if option.search(folded) is None:
        return folded
    out = []
    lines = list(_lines(folded, option))
    bare = [(found := option.search(line)) is not None and not line[: found.start()].strip() for line in lines]
    for place, line in enumerate(lines):
        options = list(option.finditer(line))
        question = next((q for q in questions if q in line), None)
        if not options:
            out.append(line)
            continue
        if not any(found[1] in ticked for found in options):
            out.append(" " * len(line))
            continue
        if _behind(line, options):
            out.append(_ticked_behind(line, options, ticked))
            continue
        chars = list(line)
        answer = ""
        several = len(options) > 1 or any(bare[max(0, place - 2) : place] + bare[place + 1 : place + 3])
        alone = several and bare[place] and not question
        for found in options:
            if found[1] in ticked:
                answer = answer or ("no" if no.match(found[2]) else "yes" if yes.match(found[2]) else "")
                chars[found.start()] = is_one if alone and not (no.match(found[2]) or yes.match(found[2])) else " "
                if question and answer:
                    chars[found.start() : found.end(2)] = " " * (found.end(2) - found.start())
                filled = _FILLED.match(line, found.end(2))
                for mark in (filled.start(1), filled.end(1) - 1) if filled else ():
                    chars[mark] = " "  # ☑有（ 3 ）个
            else:
                chars[found.start() : found.end()] = " " * (found.end() - found.start())
        text = "".join(chars)
        if question:
            text = text.replace(question, questions[question][answer], 1) if answer else " " * len(line)
        out.append(text)
    return "".join(out)


_FILLED = re.compile(r"\s*(（\s*\d[\d.,]*\s*）)")


def _lines(folded: str, option: re.Pattern[str]) -> Iterator[str]:
    """A form's lines and what parts them. A comma parts two questions (是否…：☑是，有无…：□有), not what is filled in
    behind a box (■已入驻，4家); questions in cells side by side are parted, too."""
    pieces = re.split(r"(\n|；|，)", folded)
    line = pieces[0]
    for mark, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        box = option.search(piece)
        if mark == "，" and not (box is not None and "：" in piece[: box.start()]):
            line += mark + piece
            continue
        yield from _questions(line, option)
        yield mark
        line = piece
    yield from _questions(line, option)


def _questions(line: str, option: re.Pattern[str]) -> Iterator[str]:
    """有无事故 □有 ☑无 有无诚信问题 □有 ☑无: each question with its boxes."""
    if len(line) > LONGEST_LINE:
        yield line
        return
    asked = re.compile(rf"(?<=\s)(?=\S*(?:{'|'.join(_boxes()[2])}))")
    begun = 0
    for found in asked.finditer(line):
        if option.search(line, begun, found.start()):
            yield line[begun : found.start()]
            begun = found.start()
    yield line[begun:]


def _behind(line: str, options: list[re.Match[str]]) -> bool:
    """Whether the boxes stand behind what they tick: 独立法人☑ 非独立法人□."""
    first = line[: options[0].start()].rstrip(" ")
    return len(options) > 1 and not options[-1][2].strip() and first[-1:].isalnum()


def _ticked_behind(line: str, options: list[re.Match[str]], ticked: str) -> str:
    chars, start = list(line), re.search(r"[^，。：；、\s|]*\s*$", line[: options[0].start()])
    begun = start.start() if start else 0
    for found in options:
        first = begun if found[1] not in ticked else found.start()
        chars[first : found.start() + 1] = " " * (found.start() + 1 - first)
        begun = found.start() + 1
    return "".join(chars)


@lru_cache(maxsize=1)
def _question() -> tuple[re.Pattern[str], dict[str, dict[str, str]], re.Pattern[str]]:
    data = load("discourse")["check"]
    answers = sorted({a for a in [*data["yes"], *data["no"]] if a}, key=len, reverse=True)
    asked = "|".join(map(re.escape, data["questions"]))
    said = "|".join(map(re.escape, answers))
    return (
        re.compile(rf"({asked})([^：？，。；\n]{{2,40}}[：？，\t][\s|]*)({said})(?=\s*(?:[，。；\n]|$))"),
        data["questions"],
        pattern(tuple(data["no"])),
    )


def answered(folded: str) -> str:
    """是否发生责任事故：否 is a statement: the question becomes 没有 or 已经, the answer is blanked; same length."""
    asked, questions, no = _question()
    return asked.sub(
        lambda m: questions[m[1]]["no" if no.match(m[3]) else "yes"] + m[2] + " " * len(m[3]), folded
    )


YEAR_LABEL = re.compile(r"^\s*(?:19|20)\d\d\s*年?\s*：")  # 2023：13 is an entry, too
LONGEST_ENTRY = 20  # characters of a name and its figure in a list within a sentence
DASH = re.compile(r"\s*(?:—{1,2}|–|-{1,2}|－{1,2}|[●•·◆■➢▪◇])\s*(?=[^\s\d—–-])")
_PARTED = re.compile("[，,：]")
_MEMBER = re.compile(r"（(\d{1,2}|[一二三四五六七八九十]{1,3})）|([①-⑳])|(?<![\d.])(\d{1,2})）|"
                     r"(?:(?<=[：；。])|(?<=[：；。]\s))(\d{1,2}(?=[.、．]\D)|[一二三四五六七八九十]{1,3}(?=、))[.、．]")


def between(blocks: list[Block]) -> bool:
    """Whether a paragraph stands between items numbered n and n + 1: it belongs to the first of them."""
    if [b.kind for b in blocks] != [BlockKind.LIST_ITEM, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM]:
        return False
    first, second = (re.findall(r"\d+", b.label) for b in (blocks[0], blocks[2]))
    return len(first) == len(second) == 1 and int(second[0]) == int(first[0]) + 1


def family(label: str) -> str:
    """How a list is numbered, without the number: （1） and （12） are alike, 1. and 一、 are not."""
    alike = re.sub(r"[\u2460-\u2473]", "①", re.sub(r"\d+", "1", label.strip()))
    return re.sub(r"[一二三四五六七八九十]+", "一", alike)


def number(mark: re.Match[str] | None) -> int:
    if mark is None:
        return 0
    return ord(mark[2]) - ord("①") + 1 if mark[2] else int(parse_number(mark[1] or mark[3] or mark[4]) or 0)


def numbered(text: str, label: str = "") -> list[tuple[int, int, int]]:
    """Members numbered 1, 2, … in one paragraph, behind a colon or from its `label` on: (start of the number, start,
    end) of each."""
    begun = _MEMBER.fullmatch(label) is not None and number(_MEMBER.fullmatch(label)) == 1
    marks = [(0, 0)] if begun else []
    for match in _MEMBER.finditer(text):
        if number(match) == len(marks) + 1:
            marks.append(match.span())
    if len(marks) < 2 or not (begun or text[: marks[0][0]].rstrip().endswith("：")):
        return []
    stop = text.find("。", marks[-1][1])
    ends = [*(start for start, _ in marks[1:]), stop if stop >= 0 else len(text)]
    members = [(start, first, end) for (start, first), end in zip(marks, ends, strict=True)]
    return [(start, first, first + len(text[first:end].rstrip("；，。 \n"))) for start, first, end in members]


def entry(text: str) -> bool:
    """A name and its figure, nothing more."""
    named = YEAR_LABEL.sub("", text)
    return len(named.strip()) <= LONGEST_ENTRY and _PARTED.search(named) is None and has_number(named)


_LABELLED = re.compile(r"(\s*[^：\d，。；]{2,16})：(?=\s*\d)")


def labelled(text: str) -> bool:
    """An entry whose figure stands behind a label of its own: 孵化器：1."""
    return _LABELLED.match(text) is not None and entry(_LABELLED.sub(r"\1", text, count=1))


def sums_up(text: str) -> bool:
    """The last entry of a series, with its parts: …；2024年11篇；合计32篇，其中…."""
    return words("sums_up").match(text.lstrip()) is not None


def ranked(text: str) -> bool:
    """An entry that begins with a rank or with who gave it."""
    return entry(text.replace("：", "", 1)) and words("rank_entry").match(text) is not None
