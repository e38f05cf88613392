"""Abbreviations that a document explains itself (缩写：S=SCI，E=EI): cells of nothing else say what they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

FEWEST = 2  # entries of one line that make it a legend; a single one may be a sum
_ENTRY = re.compile(
    r"(?:^|[：:；;，,。、\s|｜])([^\s=：:；;，,。、|｜（）()\d]{1,6})\s*=\s*([^=；;，,。\n\t|｜（(]{2,30})"
)
_QUOTED = re.compile(r"((?:[“\"][^”\"\n]{1,8}[”\"][、和]?)+)\s*(?:均|都)?(?<!不)(?:为|是(?!否)|指|即|表示)([^“”\"，。；\n]{2,40})")
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
