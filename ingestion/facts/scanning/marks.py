"""Marks and abbreviations of terse notes: 论文22篇／专利13件, total – 32, S=SCI; what a document explains itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from ingestion.language import alternation, load

LONGEST_PIECE = 14  # characters of an entry of a note
MOST_PIECES = 12

_NOTE = re.compile(r"（[^（）]*）")
_BETWEEN = re.compile(r"[，、；。/｜|+\s：,]+")
_NAMED = re.compile(r"[A-Za-z\u4e00-\u9fff]{2}\s*\Z")


@lru_cache(maxsize=1)
def _entry() -> re.Pattern[str]:
    numbers = load("numbers")
    units = alternation(u for name in numbers["measures"] if name != "percent" for u in numbers["measures"][name])
    surplus = alternation(numbers["inside"]["surplus"])
    return re.compile(rf"[^\d]*\d[\d,.]*(?:{surplus})?(?:{units})?", re.IGNORECASE)


@lru_cache(maxsize=1024)
def noted(text: str) -> bool:
    """Whether a text is nothing but short names, each with or without a number behind it."""
    pieces = [p for p in _BETWEEN.split(_NOTE.sub("", text)) if p]
    return len(pieces) <= MOST_PIECES and all(
        len(p) <= LONGEST_PIECE and (not re.search(r"\d", p) or _entry().fullmatch(p) is not None) for p in pieces
    )


def counts(text: str, start: int) -> bool:
    """Whether the bare number at `start` is what the name right before it in a note comes to."""
    return _NAMED.search(text, 0, start) is not None and noted(text)


_LINE = re.compile(r"[^\n。]*[/|｜][^\n。]*")
_BARE = re.compile(r"(?<=\d\s)[/|｜](?=\s*[\u4e00-\u9fff])|(?<=\d)[/|｜](?=\s*[\u4e00-\u9fff])")


_LEAD = re.compile(r"^(?P<before>\s*[^，。；：\n\d-]{2,18})--+(?=[^\n-]*\d)", re.MULTILINE)  # 平台——孵化器：1
_ENTRY_OF_YEAR = r"(?:19|20)\d\d年(?:度)?[：\s]\s*\d[\d.,]*[^\s\d，。；：]{0,2}"
_SERIES = re.compile(rf"{_ENTRY_OF_YEAR}(?:\s{_ENTRY_OF_YEAR})+")
_NEXT_YEAR = re.compile(r"\s(?=(?:19|20)\d\d年)")  # 2022年：7　2023年：12　2024年 15
_YEAR = re.compile(r"((?:19|20)\d\d年(?:度)?)\s")


@lru_cache(maxsize=1)
def _marks() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Slashes between counted things, double dashes before them, and dashes behind a name."""
    numbers = load("numbers")
    units = sorted({u for name, units in numbers["measures"].items() if name not in ("time", "percent") for u in units})
    unit = alternation([*units, *numbers["money"]["yuan"]])
    digit = "0-9" + "".join(numbers["digits"]) + "".join(numbers["powers"])
    counted = rf"[{digit}]\s*(?:{alternation(numbers['inside']['surplus'])})?(?:{unit})"
    slash = re.compile(rf"(?P<before>{counted}(?:（[^（）]*）)?\s*)[/|｜](?=\s*[^\s\d/年月日天次人个家件])")
    dashes = re.compile(rf"(?P<before>{counted}\s*)--+(?=\s*[^\s\d])")
    name = r"(?P<before>(?:^|[；,，：]\s*|\s)(?:(?:19|20)\d\d|[A-Za-z][A-Za-z -]*?)\s)"
    entry = re.compile(name + r"-(?=\s\d{1,4}\s*(?:[；,，.。]|$))")
    return slash, dashes, entry


def punctuated(folded: str) -> str:
    """The text with such marks written as commas and colons; same length."""
    slash, dashes, entry = _marks()
    if "/" in folded or "|" in folded or "｜" in folded:
        folded = slash.sub(lambda m: m["before"] + "，", folded)
        folded = _LINE.sub(lambda m: _BARE.sub("，", m[0]) if noted(m[0]) else m[0], folded)
    folded = _SERIES.sub(lambda m: _YEAR.sub(r"\1：", _NEXT_YEAR.sub("，", m[0])), folded)
    if "--" in folded:
        folded = _LEAD.sub(lambda m: m["before"] + "：" + " " * (len(m[0]) - len(m["before"]) - 1), folded)
        folded = dashes.sub(lambda m: m["before"] + "，" * (len(m.group()) - len(m["before"])), folded)
    if "-" in folded:
        folded = entry.sub(lambda m: m["before"] + "：", folded)
    return folded


FEWEST = 2  # entries of one line that make it a legend; a single one may be a sum
_ENTRY = re.compile(
    r"(?:^|[：:；;，,。、\s|｜])([^\s=：:；;，,。、|｜（）()\d]{1,6})\s*=\s*([^=；;，,。\n\t|｜（(]{2,30})"
)
_QUOTED = re.compile(
    r"((?:[“\"][^”\"\n]{1,8}[”\"][、和]?)+)\s*(?:均|都)?(?<!不)(?:为|是(?!否)|指|即|表示)([^“”\"，。；\n]{2,40})"
)
_NAME = re.compile(r"[“\"]([^”\"\n]{1,8})[”\"]")
_JOINT = re.compile(r"\s*[/／+＋、&]\s*")


@lru_cache(maxsize=64)
def legend(text: str) -> Mapping[str, str]:
    """What each abbreviation of a document stands for; none that is explained in two ways."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for line in text.split("\n") if "=" in text else ():
        entries = [(match[1], match[2].strip()) for match in _ENTRY.finditer(line)]
        entries = entries if len({name for name, _ in entries}) >= FEWEST else []
        for name, meaning in entries:
            doubtful |= {name} if found.setdefault(name, meaning) != meaning else set()
    for match in _QUOTED.finditer(text):  # 表中“驻部”为全日制…，“外聘”“挂名”不坐班
        for name in _NAME.findall(match[1]):
            doubtful |= {name} if name in found else set()
            found[name] = f"{name}（{match[2].strip()}）"
    return {name: meaning for name, meaning in found.items() if name not in doubtful}


def spelled(cell: str, meanings: Mapping[str, str]) -> str:
    """A cell with its abbreviations spelled out, where it is made of them alone (G, G/K, S+E)."""
    said = cell.strip()
    parts = _JOINT.split(said)
    if all(part in meanings for part in parts):
        return "、".join(meanings[part] for part in parts)
    return meanings.get(said, cell)
