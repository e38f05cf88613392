"""A recognised picture as a page's content: turned upright, its slant taken out, in points."""
from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import accumulate

from ingestion.parsing.ocr import recognition as ocr
from ingestion.parsing.ocr.cache import Recognised, RecognisedLine
from ingestion.parsing.pages.layout import CJK, Affine, PageContent, Ruling, Strip

SLANTED = 12.0     # degrees against the page's slant, from which a line belongs to a seal
DOUBTFUL = 0.85    # score below which a lone character is a speck, and a few together with still less
FEW = 8
LETTER = 0.72      # of a line box's height: the size of its letters
MARGIN = 0.3       # of a line box's height, how much wider the box is than the text

_HALF = str.maketrans(",:;?!()", "，：；？！（）")
_DASH = re.compile(r"(?<=[0-9年月日])一(?=[0-9])")  # a dash between dates or figures, read as the numeral one
_HALF_MARKS = re.compile(r"[,:;?!()]")


def content(recognised: Recognised, number: int, scale: float) -> PageContent:
    """The page in points: `scale` points a pixel."""
    width, height = recognised.width * scale, recognised.height * scale
    slant = ocr.slant(recognised.lines)
    cos, sin = math.cos(slant), math.sin(slant)

    def straight(x: float, y: float) -> tuple[float, float]:
        return scale * (x * cos + y * sin), scale * (y * cos - x * sin)

    page = PageContent(number, width, height, [], recognised=True, turned=bool(recognised.turn % 2))
    for line in recognised.lines:
        strip, tilted = _strip(line, straight, slant, scale)
        (page.asides if tilted else page.strips).append(strip)
    for x0, y0, x1, y1 in recognised.horizontals:
        (left, first), (right, last) = straight(x0, y0), straight(x1, y1)
        page.horizontals.append(Ruling((first + last) / 2, left, right))
    for x0, y0, x1, y1 in recognised.verticals:
        (first, top), (last, bottom) = straight(x0, y0), straight(x1, y1)
        page.verticals.append(Ruling((first + last) / 2, top, bottom))
    page.to_display = _to_display(recognised.turn, cos, sin, width, height)
    return page


def _strip(line: RecognisedLine, straight: Callable[[float, float], tuple[float, float]], slant: float,
           scale: float) -> tuple[Strip, bool]:
    """A line in points, and whether it stands apart from the text: a seal's, on its side, a speck."""
    quad = line.quad
    corners = [straight(quad[place], quad[place + 1]) for place in (0, 2, 4, 6)]
    left, right = (corners[0][0] + corners[3][0]) / 2, (corners[1][0] + corners[2][0]) / 2
    height = scale * (math.dist(quad[0:2], quad[6:8]) + math.dist(quad[2:4], quad[4:6])) / 2
    middle = sum(y for _, y in corners) / 4
    text = _DASH.sub("—", _widened(line.text))
    lead = len(text) - len(text.lstrip())
    bare = text.strip()
    edges = [left + scale * distance for distance in line.edges] or _spread(text, left, right)
    units = sum(1.0 if character >= CJK else 0.5 for character in bare)
    size = min(LETTER * height, (right - left - MARGIN * height) / units)
    strip = Strip(bare, tuple(edges[lead:lead + len(bare) + 1]), left, middle - 0.42 * height, right,
                  middle + 0.42 * height, max(size, 0.4 * height), score=line.score)
    tilt = math.degrees(abs(math.atan2(quad[3] - quad[1], quad[2] - quad[0]) - slant))
    speck = not bare.isdigit() and (line.score < DOUBTFUL if len(bare) == 1 else
                                    line.score < DOUBTFUL - 0.1 and len(bare) < FEW)
    return strip, SLANTED < tilt < 180 - SLANTED or speck or (len(bare) > 1 and height > 1.2 * (right - left))


def _widened(text: str) -> str:
    """Punctuation beside ideographs in the full-width form that it has there; the recogniser often takes the other."""
    if not _HALF_MARKS.search(text):
        return text
    return "".join(
        character.translate(_HALF) if (place and text[place - 1] >= CJK) or text[place + 1:place + 2] >= CJK
        else character for place, character in enumerate(text))


def _spread(text: str, left: float, right: float) -> list[float]:
    """Edges of characters that nothing is known about: an ideograph is two letters wide."""
    widths = [2 if character >= CJK else 1 for character in text]
    step = (right - left) / max(1, sum(widths))
    return [left + step * total for total in (0, *accumulate(widths))]


def _to_display(turn: int, cos: float, sin: float, width: float, height: float) -> Affine | None:
    """From straightened points back to the picture as it was given."""
    if turn == 0 and abs(sin) < 1e-9:
        return None
    # upright = straightened turned by the slant; then the quarter turns are undone
    a, b, c, d, e, f = cos, sin, -sin, cos, 0.0, 0.0
    if turn == 1:
        a, b, c, d, e, f = b, -a, d, -c, f, height - e
    elif turn == 2:
        a, b, c, d, e, f = -a, -b, -c, -d, width - e, height - f
    elif turn == 3:
        a, b, c, d, e, f = -b, a, -d, c, width - f, e
    return a, b, c, d, e, f
