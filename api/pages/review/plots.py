"""Plots of counts as SVG in the page: pygal draws them, the page's style sheet gives them their colours, light and dark
(docs/libraries.md says what else was tried). What is drawn is kept: a page that is looked at again draws nothing.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

WIDTH, ROW, AXIS, EDGE = 420, 27, 30, 14     # of the drawing, of a row; the scale below the last one, right of all
FONT, NARROWEST, MOST_LABEL = 11, 20, 13.5   # a piece that can hold its number; characters that a label may take
ESTIMATED = 0.6                              # of the font's size: what pygal takes a character to be wide
WHOLE = 100.0                                # a bar whose pieces are shares
ONLY_FOR_SCRIPTS = frozenset({"style", "script", "desc"})


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
    pieces: tuple[Piece, ...]


def bars(name: str, title: str, description: str, rows: Sequence[Bar], *, whole: bool = False) -> Markup:
    """Bars of pieces side by side. `whole`: every bar is as long as the drawing, and its pieces are shares; otherwise
    all are drawn on one scale. "" without rows. A table beside the plot says the same.
    """
    return _drawn(name, title, description, tuple(reversed(rows)), whole) if rows else Markup("")


@lru_cache(maxsize=256)
def _drawn(name: str, title: str, description: str, rows: tuple[Bar, ...], whole: bool) -> Markup:
    """From the last row up, as pygal draws them; one series for each kind of piece, nothing where a row has none."""
    import pygal  # here: a tenth of a second that only whoever looks at a plot waits for

    kinds = list(dict.fromkeys(piece.kind for row in rows for piece in row.pieces))
    sums = [sum(piece.value for piece in row.pieces) or 1.0 for row in rows]
    scale = WHOLE if whole else max(sums, default=1.0)
    labels = [shortened(row.label) for row in rows]
    widest = FONT * max(map(_wide, labels), default=0.0)
    chart = pygal.HorizontalStackedBar(
        width=WIDTH, height=AXIS + ROW * len(rows), margin=4, margin_right=EDGE, spacing=2,
        margin_left=4 + max(0.0, widest - FONT * ESTIMATED * max(map(len, labels), default=0)),
        style=pygal.style.Style(label_font_size=FONT, major_label_font_size=FONT, value_font_size=FONT),
        print_values=True, print_values_position="center", no_data_text="0", show_legend=False, js=[], no_prefix=True,
        order_min=0, classes=("plot",), range=(0, scale), x_labels=labels,
        y_labels=[WHOLE * part / 4 for part in range(5)] if whole else None,
        value_formatter=lambda value: f"{_plain(value)}{'%' if whole else ''}")
    for kind in kinds:
        values: list[dict[str, Any]] = []
        for row, total in zip(rows, sums, strict=True):
            piece = next((one for one in row.pieces if one.kind == kind), Piece(kind, "", 0.0))
            value, shown = WHOLE * piece.value / total if whole else piece.value, piece.shown or _plain(piece.value)
            fits = (WIDTH - widest - EDGE) * value / scale >= max(NARROWEST, FONT * _wide(shown))
            values.append({"value": value, "formatter": lambda _, said=shown if fits else "": said}
                          | ({"tooltip": f"{row.label} {piece.word} {shown}"} if value else {}))
        chart.add(kind, values)
    return _cleaned(chart.render_tree(), name, title, description, rows, kinds)


def _cleaned(root: Any, name: str, title: str, description: str, rows: Sequence[Bar],
             kinds: Sequence[str]) -> Markup:
    """Without what is there for pygal's own script and colours, neither of which the page lets in; named for readers
    of screens, its series coloured by their kinds.
    """
    from lxml import etree

    for one in [*root.iter()]:
        kind = one.get("class", "") if isinstance(one.tag, str) else ""
        if not isinstance(one.tag, str) or one.tag in ONLY_FOR_SCRIPTS or "tooltip-overlay" in kind:
            one.getparent().remove(one)
        elif kind.startswith("series "):
            one.set("class", kinds[int(kind.split()[1].removeprefix("serie-"))])
    for whole, row in zip(root.iterfind(".//g[@class='axis y']/g/title"), rows, strict=True):
        whole.text = row.label
    root.find("title").text, said = title, etree.SubElement(root, "desc", id=f"{name}-d")
    root.find("title").set("id", f"{name}-t")
    said.text = description
    root.attrib.update({"id": name, "role": "img", "aria-labelledby": f"{name}-t {name}-d"})
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704 - every label was text to lxml


def _wide(text: str) -> float:
    """How many Chinese characters are as wide."""
    return sum(1.0 if ord(one) > 0x2E7F else 0.58 for one in text)


def shortened(label: str) -> str:
    """As much of it as its place holds; the table has the whole."""
    if _wide(label) <= MOST_LABEL:
        return label
    while _wide(label) > MOST_LABEL - 1:
        label = label[:-1]
    return label + "…"


def _plain(value: float) -> str:
    return f"{value:.10g}"
