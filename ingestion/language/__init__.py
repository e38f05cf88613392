"""Words of the languages that documents are written in, as data; nothing here belongs to one policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ingestion.language.characters import simplified
from ingestion.patterns import compiled

ROOT = Path(__file__).resolve().parent


@lru_cache(maxsize=16)
def load(name: str) -> Any:
    """The content of `<name>.yaml` in this folder, read once."""
    with (ROOT / f"{name.removesuffix('.yaml')}.yaml").open(encoding="utf-8") as handle:
        return yaml.load(handle, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe loaders both


def alternation(words: Iterable[str]) -> str:
    """One regular expression for any of `words`, longest first; a word between slashes is a pattern itself."""
    plain, patterns = [], []
    for word in words:
        if len(word) > 2 and word.startswith("/") and word.endswith("/"):
            patterns.append(word[1:-1])
        else:
            plain.append(word)
    plain.sort(key=lambda word: (-len(word), word))
    return _with_inner("|".join(patterns + [re.escape(word) for word in plain])) or r"(?!)"


_FIXED = re.compile(r"(\(\?<[!=][^()]*\)|\[[^\]]*\])")  # a lookbehind, which must have one width; a set of characters


def _with_inner(pattern: str) -> str:
    """Every word also finds its synonyms, and 境外 also 国（境）外, as `fold` writes it."""
    pieces = _FIXED.split(pattern)
    for place in range(0, len(pieces), 2):
        pieces[place] = _any_synonym().sub(lambda m: _synonyms()[m[1]], pieces[place])
    return "".join(pieces)


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, str]:
    """What finds a word and all that say the same, by the word."""
    found = {"境外": "(?:国?境外|国\ue000境\ue001外)"}
    for group in load("synonyms"):
        said = "|".join(sorted((re.escape(word) for word in group), key=lambda word: (-len(word), word)))
        found |= dict.fromkeys(group, f"(?:{said})")
    return found


@lru_cache(maxsize=1)
def _any_synonym() -> re.Pattern[str]:
    said = sorted(map(re.escape, _synonyms()), key=lambda word: (-len(word), word))
    return re.compile(f"国?({'|'.join(said)})(?![?*+{{])")


@lru_cache(maxsize=4096)
def _compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    return compiled.pattern(alternation(words), re.IGNORECASE)


def pattern(words: Iterable[str]) -> re.Pattern[str]:
    """`alternation` compiled, case folded, kept."""
    return _compiled(tuple(words))


_FOLD = {code: code - 0xFEE0 for code in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]}
_FOLD |= {
    ord(a): b
    for a, b in {
        "　": " ",
        "\u00a0": " ",
        "\t": " ",
        "％": "%",
        "．": ".",
        "～": "~",
        "〜": "~",
        "－": "-",
        "—": "-",
        "–": "-",
        "―": "-",
        "─": "-",
        "‑": "-",  # noqa: RUF001 - the character to fold
        "／": "/",
        "＋": "+",
        "＝": "=",
        "(": "（",
        ")": "）",
        "[": "（",
        "]": "）",
        "【": "（",
        "】": "）",
        ":": "：",
        ";": "；",
        "﹑": "、",
        "?": "？",
        "!": "！",
        "＆": "&",  # noqa: RUF001 - the character to fold
        "｜": "|",
        "⼀": "一",
        "″": "”",
        "〇": "零",  # noqa: RUF001 - the character to fold
    }.items()
}
_INNER = re.compile(r"国（[境內内]）|（境）|（区）(?=域)|（含）|（[含包][^（）]{0,8}）(?=以上)")


_WIDE_COMMA = re.compile(r"(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")


def fold(text: str) -> str:
    """A copy for matching, of the same length: traditional characters become simplified, full-width letters and digits
    half-width, the many dashes one, brackets, colons and semicolons full-width; brackets inside a word (国（境）外)
    become private characters."""
    folded = _WIDE_COMMA.sub(",", simplified(text)).translate(_FOLD)
    if "（" in folded:
        folded = _INNER.sub(lambda m: m.group().replace("（", "\ue000").replace("）", "\ue001"), folded)
    return folded
