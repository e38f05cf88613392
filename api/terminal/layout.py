"""Text in a terminal: widths of Chinese characters, wrapping, padding, columns, colour where it is wanted.

Our own because rich lets lines begin with 、 or 。 (20 of 384 of the policy's text, here none).
"""
from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TextIO

NO_BREAK_BEFORE = frozenset("，。；：、）！？”’》】〉％%,.;:)!?]}…")
NO_BREAK_AFTER = frozenset("（“‘《【〈([{")
NARROWEST = 11
_STYLES = {"good": "32", "bad": "31", "open": "33", "dim": "2", "bold": "1"}


@lru_cache(maxsize=4_096)
def character_width(character: str) -> int:
    """Columns one character takes: 2 for wide and full-width ones, 0 for combining ones."""
    if character < "\u0300":
        return 1
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(character_width, text))


def plain(text: str) -> str:
    """One line without control and direction characters: nothing in a document can steer the terminal."""
    kept = "".join(" " if character in "\t\n\r\v\f\x85\u2028\u2029" else character for character in text)
    return " ".join("".join(character for character in kept if character.isprintable() or character == "　").split())


def cut(text: str, columns: int) -> str:
    """The beginning of `text` that fits, with … where something was left away."""
    if width(text) <= columns:
        return text
    taken, used = [], 0
    for character in text:
        used += character_width(character)
        if used > columns - 1:
            break
        taken.append(character)
    return "".join(taken) + "…"


def pad(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most `columns`: Latin words stay whole where they fit, no line starts with a closing mark."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and width(line) + width(piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
            piece = piece.lstrip(" ")
        while width(piece) > columns:
            head = _head(piece, columns)
            lines.append(head)
            piece = piece[len(head):]
        line += piece
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> Iterable[str]:
    """Unbreakable pieces: a Latin word with the spaces after it, a wide character with the marks that cling to it."""
    piece = ""
    for character in text:
        previous = piece[-1:] or " "
        latin = character_width(character) < 2 and character != " "
        cling = character == " " or character in NO_BREAK_BEFORE or previous in NO_BREAK_AFTER
        joins = latin and previous != " " and character_width(previous) < 2
        if piece and not cling and not joins:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _head(piece: str, columns: int) -> str:
    used = 0
    for index, character in enumerate(piece):
        used += character_width(character)
        if used > columns:
            return piece[:max(1, index)]
    return piece


def fitted(rows: Sequence[Sequence[str]], total: int, shares: Mapping[int, float], gap: int = 2) -> list[int]:
    """Widths for the columns of `rows`: as wide as their text, those in `shares` narrowed in proportion to fit."""
    widths = [max(map(width, cells)) for cells in zip(*rows, strict=True)]
    while sum(widths) + gap * (len(widths) - 1) > total:
        wide = [place for place in shares if widths[place] > NARROWEST]
        if not wide:
            break
        widths[max(wide, key=lambda place: widths[place] / shares[place])] -= 1
    return widths


def row(cells: Sequence[str], widths: Sequence[int], gap: int = 2) -> list[str]:
    """A table row as lines: each cell wrapped in its column."""
    wrapped = [wrap(cell, size) if cell else [""] for cell, size in zip(cells, widths, strict=True)]
    height = max(map(len, wrapped), default=0)
    lines = []
    for number in range(height):
        parts = [pad(lines_[number] if number < len(lines_) else "", size)
                 for lines_, size in zip(wrapped, widths, strict=True)]
        lines.append((" " * gap).join(parts).rstrip())
    return lines


def hanging(lead: str, text: str, total: int, indent: int | None = None) -> list[str]:
    """`lead` followed by `text`, whose further lines start under the first one (or at `indent`)."""
    inset = width(lead) if indent is None else indent
    wrapped = wrap(text, max(16, total - max(inset, width(lead))))
    return [lead + wrapped[0], *(" " * inset + line for line in wrapped[1:])]


class Painter:
    """Colours words, or leaves them as they are when the stream is no terminal or NO_COLOR is set."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        self.on = stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"

    def __call__(self, text: str, style: str) -> str:
        code = _STYLES.get(style)
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and code and text else text
