"""Plots as SVG that takes its colours from the page's style sheet, light and dark. Of our own: what is installed draws
none (matplotlib would add 60 MB and fixed colours, reportlab is there for tests alone), and bars are a few rectangles.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

WIDTH, ROW, BAR, LABEL = 400, 36, 12, 13     # of the drawing, a row, its bar; where its words stand
EDGE, NARROWEST = 2, 26                      # above the first row; a piece that can hold its number
CHARACTER = 11.5                             # width of a Chinese character of a label


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind` is the class that colours it, `word` what it is called."""

    kind: str
    word: str
    value: float
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    pieces: Sequence[Piece]


def bars(name: str, title: str, description: str, rows: Sequence[Bar], *, whole: bool = False) -> Markup:
    """Bars of pieces side by side, each row's words above it. `whole`: every bar is as long as the drawing, and its
    pieces are shares; otherwise all are drawn on one scale. A table beside the plot says the same.
    """
    most = max((sum(one.value for one in row.pieces) for row in rows), default=0.0)
    drawn = [_row(row, number, sum(one.value for one in row.pieces) if whole else most)
             for number, row in enumerate(rows)]
    height = EDGE + ROW * len(rows)
    return Markup(
        '<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-t {name}-d">'
        '<title id="{name}-t">{title}</title><desc id="{name}-d">{description}</desc>{rows}</svg>').format(
        width=WIDTH, height=height, name=name, title=title, description=description, rows=Markup("").join(drawn))


def _row(row: Bar, number: int, most: float) -> Markup:
    """One bar with its label, cut into pieces by their values."""
    top = EDGE + ROW * number
    drawn: list[Markup] = [_made('<text class="plot-label" x="0" y="{y}">{text}</text>', y=top + LABEL,
                                 text=shortened(row.label))]
    left = 0.0
    for piece in row.pieces:
        width = WIDTH * piece.value / most if most else 0.0
        if width <= 0:
            continue
        drawn.append(_made(
            '<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{bar}"><title>{said}</title></rect>',
            kind=piece.kind, x=round(left, 2), y=top + LABEL + 5, width=round(width, 2), bar=BAR,
            said=f"{row.label} {piece.word} {piece.shown or _plain(piece.value)}"))
        if width >= NARROWEST:
            drawn.append(_made('<text class="plot-value" x="{x}" y="{y}">{text}</text>', x=round(left + 4, 2),
                               y=top + LABEL + 15, text=piece.shown or _plain(piece.value)))
        left += width
    if not left:
        drawn.append(_made('<text class="plot-label" x="0" y="{y}">{text}</text>', y=top + LABEL + 15,
                           text=next((one.shown for one in row.pieces if one.shown), "0")))
    return Markup("<g>{}</g>").format(Markup("").join(drawn))


def shortened(label: str) -> str:
    """As many characters as the drawing is wide."""
    room = WIDTH
    for place, one in enumerate(label):
        room -= CHARACTER if ord(one) > 0x2E7F else CHARACTER * 0.58  # type: ignore[assignment]
        if room < CHARACTER and place + 1 < len(label):
            return label[:place] + "…"
    return label


def _made(template: str, **values: Any) -> Markup:
    return Markup(template).format(**{name: escape(value) for name, value in values.items()})  # noqa: S704 - our own


def _plain(value: float) -> str:
    return f"{value:.10g}"
