"""Automatic numbers of a docx as the words that Word shows: "（一）", "3.", "1.2", "①", "•"."""
from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from ingestion.parsing.docx.styles import VAL, W, flag, number
from ingestion.parsing.package import Element
from ingestion.parsing.symbols import bullet

DIGITS = "零一二三四五六七八九"
LEGAL = "零壹贰叁肆伍陆柒捌玖"
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
PLACE = re.compile(r"%([1-9])")
LEVELS = 9
MOST = 32_767  # the highest number Word itself writes


class Level(Struct, frozen=True):
    format: str
    text: str
    start: int
    legal: bool      # shows every number in Arabic digits
    style: str       # the paragraph style that stands for this level
    restarts: bool
    font: str


class Numbering:
    """Counts through one document: `label` is called once for each numbered paragraph, in order."""

    def __init__(self, root: Element) -> None:
        """Reads definitions, their overrides, and the list styles that they borrow."""
        self._abstract: dict[str, dict[int, Level]] = {}
        self._of: dict[str, str] = {}
        self._own: dict[str, dict[int, Level]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is None:
            return
        styled: dict[str, str] = {}  # list style to the definition that it stands for
        links: dict[str, str] = {}   # definition to the list style that it borrows
        for element in root.iterchildren(W + "abstractNum"):
            identifier = element.get(W + "abstractNumId", "")
            self._abstract[identifier] = {_place(level): _level(level) for level in element.iterchildren(W + "lvl")}
            style, link = element.find(W + "styleLink"), element.find(W + "numStyleLink")
            if style is not None:
                styled[style.get(VAL, "")] = identifier
            if link is not None:
                links[identifier] = link.get(VAL, "")
        for element in root.iterchildren(W + "num"):
            identifier = element.get(W + "numId", "")
            link = element.find(W + "abstractNumId")
            abstract = link.get(VAL, "") if link is not None else ""
            self._of[identifier] = styled.get(links.get(abstract, ""), abstract)
            for override in element.iterchildren(W + "lvlOverride"):
                start = number(override, W + "startOverride")
                if start is not None:
                    self._starts.setdefault(identifier, {})[_place(override)] = start
                level = override.find(W + "lvl")
                if level is not None:
                    self._own.setdefault(identifier, {})[_place(override)] = _level(level)

    def label(self, num: tuple[str, int], style: str) -> str | None:
        """The words of the next number of list `num` (numId, ilvl; -1: by `style`); None if there is no such list."""
        identifier, place = num
        abstract = self._of.get(identifier)
        if abstract is None or abstract not in self._abstract:
            return None
        levels = {**self._abstract[abstract], **self._own.get(identifier, {})}
        if place < 0:
            place = next((at for at, level in levels.items() if level.style and level.style == style), 0)
        level = levels.get(place)
        if level is None:
            return None
        counters = self._counters.setdefault(abstract, [None] * LEVELS)
        self._advance(counters, levels, identifier, place)
        if level.format == "bullet":
            return bullet(level.font, level.text.strip())
        if level.format == "none":
            return PLACE.sub("", level.text)

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            other = levels.get(at, level)
            counter = counters[at]
            return spell(other.start if counter is None else counter, "decimal" if level.legal else other.format)

        return PLACE.sub(shown, level.text)

    def _advance(self, counters: list[int | None], levels: dict[int, Level], identifier: str, place: int) -> None:
        """Counts one paragraph at its level; deeper levels begin again."""
        for at in range(place):
            if counters[at] is None and at in levels:
                counters[at] = levels[at].start
        override = self._starts.get(identifier, {}).get(place)
        if override is not None and (identifier, place) not in self._begun:
            counters[place] = override
        else:
            current = counters[place]
            counters[place] = levels[place].start if current is None else min(MOST, current + 1)
        self._begun.add((identifier, place))
        for at in range(place + 1, LEVELS):
            if at not in levels or levels[at].restarts:
                counters[at] = None


def _place(element: Element) -> int:
    value = element.get(W + "ilvl", "0")
    return min(LEVELS - 1, int(value)) if value.isdigit() and len(value) < 4 else 0


def _level(element: Element) -> Level:
    """One level of a definition."""
    text, style, form = element.find(W + "lvlText"), element.find(W + "pStyle"), element.find(W + "numFmt")
    fonts = element.find(f"{W}rPr/{W}rFonts")
    start = number(element, W + "start")
    return Level(
        format=form.get(VAL, "decimal") if form is not None else "decimal",
        text=text.get(VAL, "") if text is not None else "",
        start=1 if start is None else max(0, min(MOST, start)),
        legal=bool(flag(element, W + "isLgl")),
        style=style.get(VAL, "") if style is not None else "",
        restarts=number(element, W + "lvlRestart") != 0,
        font=fonts.get(W + "ascii", fonts.get(W + "hAnsi", "")) if fonts is not None else "",
    )


def spell(value: int, form: str) -> str:
    """`value` in one of Word's number formats; a format that is not known here is shown in Arabic digits."""
    if form.startswith(("chineseCounting", "japaneseCounting", "taiwaneseCounting", "koreanCounting")):
        return _chinese(value, DIGITS, "十百千")
    if form.startswith(("chineseLegal", "japaneseLegal", "ideographLegalTraditional")):
        return _chinese(value, LEGAL, "拾佰仟", short=False)
    if form in SPELLERS:
        return SPELLERS[form](value)
    return str(value)


def _chinese(value: int, digits: str, places: str, *, short: bool = True) -> str:
    """A number in Chinese numerals; in figures from 10,000 on."""
    if value >= 10_000:
        return str(value)
    words, gap = "", False
    figures = str(value)
    for index, figure in enumerate(figures):
        place = len(figures) - index - 1
        if figure == "0":
            gap = bool(words)
            continue
        words += (digits[0] if gap else "") + digits[int(figure)] + (places[place - 1] if place else "")
        gap = False
    words = words or digits[0]
    return words[1:] if short and 10 <= value < 20 else words


def _letters(value: int) -> str:
    """a … z, aa, bb, … as Word repeats them."""
    return chr(97 + (value - 1) % 26) * min(20, (value - 1) // 26 + 1) if value > 0 else str(value)


def _roman(value: int) -> str:
    if not 0 < value < 4000:
        return str(value)
    words = ""
    for worth, letters in ROMAN:
        while value >= worth:
            words, value = words + letters, value - worth
    return words


def _circled(value: int) -> str:
    for first, last, start in ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1)):
        if first <= value <= last:
            return chr(start + value - first)
    return str(value)


def _series(start: int, count: int) -> Callable[[int], str]:
    """The characters that follow `start` in Unicode, as numbers from 1."""
    return lambda value: chr(start + value - 1) if 0 < value <= count else str(value)


SPELLERS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda value: f"{value:02d}",
    "decimalFullWidth": lambda value: "".join(chr(ord(figure) + 0xFEE0) for figure in str(value)),
    "upperLetter": lambda value: _letters(value).upper(),
    "lowerLetter": _letters,
    "upperRoman": lambda value: _roman(value).upper(),
    "lowerRoman": _roman,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": _series(0x2474, 20),
    "decimalEnclosedFullstop": _series(0x2488, 20),
    "ideographEnclosedCircle": _series(0x3220, 10),
    "ideographTraditional": lambda value: STEMS[value - 1] if 0 < value <= len(STEMS) else str(value),
    "ideographZodiac": lambda value: BRANCHES[value - 1] if 0 < value <= len(BRANCHES) else str(value),
    "ideographDigital": lambda value: "".join(DIGITS[int(figure)] for figure in str(value)),
    "japaneseDigitalTenThousand": lambda value: "".join(DIGITS[int(figure)] for figure in str(value)),
}
