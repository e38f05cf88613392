"""A loaded pdf page becomes strips of characters, rulings and the places of its pictures.

Characters come with pdfium's loose boxes: from the glyph's origin to its advance, from the font's descent to its
ascent. Characters that pdfium makes up (blanks and line ends) have a box of no width and only mark where words end.
"""
from __future__ import annotations

import ctypes
import re
import unicodedata
from collections import deque
from functools import lru_cache
from itertools import accumulate, pairwise, repeat
from typing import cast

from msgspec import Struct, field

from ingestion import language
from ingestion.parsing.pages.layout import CJK, Affine, PageContent, Strip
from ingestion.parsing.pdf.paths import Paths, paths
from ingestion.parsing.pdf.pdfium import Pdf, Rectangle, frame, quick, slow
from ingestion.parsing.pdf.strips import LEAST_SIZE, Characters, Strips

MAX_CHARACTERS = 100_000   # of one page
TURNED = 0.5               # share of characters whose text runs another way, from which the page counts as turned
CHAIN = 3                  # characters, one below the other, that make text that runs another way

_pointer, _int = ctypes.c_void_p, ctypes.c_int
_load_text = slow("FPDFText_LoadPage", _pointer, _pointer)
_close_text = slow("FPDFText_ClosePage", None, _pointer)
_count = quick("FPDFText_CountChars", _int, _pointer)
_get_text = quick("FPDFText_GetText", _int, _pointer, _int, _int, _pointer)
_unicode = quick("FPDFText_GetUnicode", ctypes.c_uint, _pointer, _int)
_loose_box = quick("FPDFText_GetLooseCharBox", _int, _pointer, _int, _pointer)

_boxes = (ctypes.c_float * (4 * MAX_CHARACTERS))()
_view: memoryview[float] = memoryview(_boxes).cast("B").cast("f")
_places = range(ctypes.addressof(_boxes), ctypes.addressof(_boxes) + 16 * MAX_CHARACTERS, 16)

_RADICALS = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_HYPHENS = "\x02\ufffe"   # pdfium's marks for a hyphen at a line's end


class Reading(Struct):
    """A page with what decides whether its text can be trusted."""

    content: PageContent
    characters: int = 0
    unseen: list[Strip] = field(default_factory=list)  # text drawn invisibly: hidden, or a scanner's text layer
    doubtful: int = 0                  # characters without a meaning: private use, replacement, unassigned
    pictures: tuple[Rectangle, ...] = ()  # left, top, right, bottom as displayed
    drawings: int = 0                  # paths
    outside: int = 0                   # strips that stand outside the page
    remarks: int = 0                   # annotations that are not part of the page
    cut: bool = False


def read(pdf: Pdf, page: int, number: int) -> Reading:
    """The content of a loaded page, number `number`."""
    box, rotation = frame(page)
    width, height = box[2] - box[0], box[3] - box[1]
    if rotation % 2:
        width, height = height, width
    content = PageContent(number, width, height, [])
    found: Paths = paths(page)
    reading = Reading(content, pictures=tuple(_turned_box(picture, box, rotation) for picture in found.pictures),
                      drawings=found.count)
    text_page = _load_text(page)
    if not text_page:
        return reading
    try:
        total = _count(text_page)
        reading.cut = total > MAX_CHARACTERS
        raw = _characters(text_page, min(total, MAX_CHARACTERS))
        turn = rotation
        characters = _turned(raw, box, turn)
        pieces = _pieces(characters)
        chains = _chains(characters, pieces)
        quarter = _direction(characters, pieces, chains)
        if quarter:
            turn = (rotation + quarter) % 4
            content.to_display, content.turned = _back(quarter, width, height), bool(quarter % 2)
            characters = _turned(raw, box, turn)
            pieces = _pieces(characters)
            chains = _chains(characters, pieces)
        strips = Strips(text_page, characters, content)
        strips.build(pieces, chains)
        reading.characters, reading.doubtful, reading.outside = strips.count, strips.doubtful, strips.outside
        reading.unseen = strips.unseen
    finally:
        _close_text(text_page)
    typed, reading.remarks = pdf.annotations(page)
    for text, rectangle in typed:
        content.strips += _typed(text, _turned_box(rectangle, box, turn))
    content.horizontals, content.verticals = found.rulings(lambda place: _turned_box(place, box, turn))
    return reading


def _characters(text_page: int, count: int) -> Characters:
    """The characters of a page with their boxes, without controls and with radicals as characters."""
    text = _text(text_page, count)
    deque(map(_loose_box, repeat(text_page), range(count), _places), maxlen=0)
    values = cast("list[float]", _view[:4 * count].tolist())
    found = Characters(text, values[0::4], values[1::4], values[2::4], values[3::4], range(count))
    if _RADICALS.search(text):
        found.text = text = text.translate(_unified())
    if _CONTROLS.search(text):
        kept = [place for place, character in enumerate(text)
                if character in _HYPHENS or not _CONTROLS.match(character)]
        left, top, right, bottom = ([side[place] for place in kept]
                                    for side in (found.left, found.top, found.right, found.bottom))
        found = Characters("".join("-" if text[place] in _HYPHENS else text[place] for place in kept),
                            left, top, right, bottom, kept)
    return found


def _text(text_page: int, count: int) -> str:
    """The page's characters, one for each of pdfium's list: its own text leaves out those it cannot name."""
    buffer = ctypes.create_string_buffer(2 * count + 2)
    _get_text(text_page, 0, count, buffer)
    text = buffer.raw[:-2].decode("utf-16-le", "replace")
    if len(text) == count and "\0" not in text:
        return text
    codes = map(_unicode, repeat(text_page), range(count))
    return "".join([chr(code) if code < 0x110000 else "\ufffd" for code in codes])


@lru_cache(maxsize=1)
def _unified() -> dict[int, str]:
    """Radicals and compatibility ideographs, as fonts' tables name them, to the ideographs they are; one to one."""
    given = language.load("radicals.yaml")
    table: dict[int, str] = {ord(radical): plain
                             for radical, plain in zip(given["radicals"], given["ideographs"], strict=True)}
    for code in (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and plain != chr(code):
            table[code] = plain
    return table


def _turned(raw: Characters, box: Rectangle, turn: int) -> Characters:
    """Characters in the page's own space, turned `turn` quarters clockwise, y downwards."""
    low_x, low_y, high_x, high_y = box
    if turn == 0:
        left, right = raw.left, raw.right
        if low_x:
            left, right = [x - low_x for x in left], [x - low_x for x in right]
        return Characters(raw.text, left, [high_y - y for y in raw.top], right, [high_y - y for y in raw.bottom],
                           raw.index)
    if turn == 1:
        return Characters(raw.text, [y - low_y for y in raw.bottom], [x - low_x for x in raw.left],
                           [y - low_y for y in raw.top], [x - low_x for x in raw.right], raw.index)
    if turn == 2:
        return Characters(raw.text, [high_x - x for x in raw.right], [y - low_y for y in raw.bottom],
                           [high_x - x for x in raw.left], [y - low_y for y in raw.top], raw.index)
    return Characters(raw.text, [high_y - y for y in raw.top], [high_x - x for x in raw.right],
                       [high_y - y for y in raw.bottom], [high_x - x for x in raw.left], raw.index)


def _turned_box(place: Rectangle, box: Rectangle, turn: int) -> Rectangle:
    """(left, bottom, right, top) in the page's own space as (left, top, right, bottom), turned as `_turned` does."""
    left, bottom, right, top = place
    low_x, low_y, high_x, high_y = box
    if turn == 0:
        return left - low_x if low_x else left, high_y - top, right - low_x if low_x else right, high_y - bottom
    if turn == 1:
        return bottom - low_y, left - low_x, top - low_y, right - low_x
    if turn == 2:
        return high_x - right, bottom - low_y, high_x - left, top - low_y
    return high_y - top, high_x - right, high_y - bottom, high_x - left


def _back(quarter: int, width: float, height: float) -> Affine:
    """The map from reading position to a displayed page that is `quarter` turns short of it."""
    if quarter == 1:
        return 0.0, -1.0, 1.0, 0.0, 0.0, height
    if quarter == 2:
        return -1.0, 0.0, 0.0, -1.0, width, height
    return 0.0, 1.0, -1.0, 0.0, width, 0.0


def _pieces(characters: Characters) -> list[tuple[int, int]]:
    """Ranges of characters that follow each other closely on one baseline, in the order of the file."""
    left, right, bottom = characters.left, characters.right, characters.bottom
    count = len(left)
    starts = [0, *(place for place, end, begin, before, after
                   in zip(range(1, count), right, left[1:], bottom, bottom[1:], strict=False)
                   if not -1.5 < begin - end < 1.0 or not -1.2 < before - after < 1.2), count]
    return list(pairwise(starts)) if count else []


def _chains(characters: Characters, pieces: list[tuple[int, int]]) -> list[list[int]]:
    """Runs of pieces of one character each that follow one another in any direction but to the right."""
    left, top, right, bottom, text = (characters.left, characters.top, characters.right, characters.bottom,
                                      characters.text)
    chains: list[list[int]] = []
    chain: list[int] = []
    last = before = -2  # the character that came last, the visible one before
    for place, (start, end) in enumerate(pieces):
        if end - start > 1 or start != last + 1 or text[start] in "\r\n":
            last = -2
        if end - start > 1 or text[start] in "\r\n":
            continue
        if text[start].isspace():
            last = start if last == start - 1 else -2
            continue
        follows = last == start - 1
        if follows:
            height = bottom[start] - top[start]
            down = (top[start] + bottom[start] - top[before] - bottom[before]) / 2
            across = (left[start] + right[start] - left[before] - right[before]) / 2
            follows = (abs(down) > 0.4 * height or across < -0.4 * height) and abs(down) + abs(across) < 6 * height
        if follows:
            chain.append(place)
        else:
            if len(chain) >= CHAIN:
                chains.append(chain)
            chain = [place]
        last = before = start
    if len(chain) >= CHAIN:
        chains.append(chain)
    return chains


def _direction(characters: Characters, pieces: list[tuple[int, int]], chains: list[list[int]]) -> int:
    """Quarter turns clockwise that bring most of the page's text upright; 0 where it is, or where it slants."""
    visible = sum(end - start for start, end in pieces if characters.right[end - 1] > characters.left[start])
    if sum(map(len, chains)) < TURNED * visible or not chains:
        return 0
    down = across = 0.0
    for chain in chains:
        first, last = pieces[chain[0]][0], pieces[chain[-1]][0]
        down += characters.bottom[last] - characters.bottom[first]
        across += characters.left[last] - characters.left[first]
    if abs(down) > 2 * abs(across):
        return 3 if down > 0 else 1
    return 2 if across < 0 and abs(across) > 2 * abs(down) else 0


def _typed(text: str, place: Rectangle) -> list[Strip]:
    """What was filled in at `place` (left, top, right, bottom), a strip a line."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    left, top, right, bottom = place
    height = (bottom - top) / max(1, len(lines))
    strips = []
    for number, line in enumerate(lines):
        size = min(max(0.7 * height, LEAST_SIZE), 12.0)
        widths = [size if character >= CJK else 0.5 * size for character in line]
        squeeze = min(1.0, (right - left) / max(1e-6, sum(widths)))
        edges = [left, *(left + squeeze * total for total in accumulate(widths))]
        strips.append(Strip(line, tuple(edges), left, top + number * height, edges[-1], top + (number + 1) * height,
                            size))
    return strips
