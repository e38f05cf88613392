"""Marks that terse notes use for commas and colons: 论文22篇／专利13件, 7篇——均为…, total – 32."""

from __future__ import annotations

import re
from functools import lru_cache

from ingestion.facts.terse import noted
from ingestion.language import alternation, load

_LINE = re.compile(r"[^\n。]*[/|｜][^\n。]*")
_BARE = re.compile(r"(?<=\d\s)[/|｜](?=\s*[\u4e00-\u9fff])|(?<=\d)[/|｜](?=\s*[\u4e00-\u9fff])")


_LEAD = re.compile(r"^(?P<before>\s*[^，。；：\n\d-]{2,18})--+(?=[^\n-]*\d)", re.MULTILINE)  # 平台——孵化器：1
_ENTRY_OF_YEAR = r"(?:19|20)\d\d年(?:度)?[：\s]\s*\d[\d.,]*[^\s\d，。；：]{0,2}"
_SERIES = re.compile(rf"{_ENTRY_OF_YEAR}(?:\s{_ENTRY_OF_YEAR})+")
_NEXT_YEAR = re.compile(r"\s(?=(?:19|20)\d\d年)")  # 2022年：7　2023年：12　2024年 15
_YEAR = re.compile(r"((?:19|20)\d\d年(?:度)?)\s")


@lru_cache(maxsize=1)
def _marks() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
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
