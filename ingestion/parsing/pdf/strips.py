"""Pieces of characters become strips: what follows closely on one baseline, with the blanks that are seen."""
from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence

from msgspec import Struct

from ingestion.parsing.pages.layout import PageContent, Strip, spacing
from ingestion.parsing.pdf.pdfium import quick
from ingestion.parsing.symbols import run_text

EM = 0.75            # of a loose box's height; what one em is before the font is asked
REACH = 1.5          # ems between pieces of one strip
RAISED = 1.25        # height of words over that of figures beside them, from which those are notes or powers
NOWHERE = 20_000.0   # points; no page reaches so far
LEAST_SIZE = 0.5     # points
INVISIBLE = 3        # text render mode
LATIN_END = "\u0100"
STROKED = frozenset({1, 2})

_pointer, _int = ctypes.c_void_p, ctypes.c_int
_text_object = quick("FPDFText_GetTextObject", _pointer, _pointer, _int)
_font = quick("FPDFTextObj_GetFont", _pointer, _pointer)
_font_size = quick("FPDFTextObj_GetFontSize", _int, _pointer, _pointer)
_render_mode = quick("FPDFTextObj_GetTextRenderMode", _int, _pointer)
_font_name = quick("FPDFFont_GetBaseFontName", ctypes.c_size_t, _pointer, _pointer, ctypes.c_size_t)
_matrix = quick("FPDFPageObj_GetMatrix", _int, _pointer, _pointer)
_name = ctypes.create_string_buffer(256)
_seven = (ctypes.c_float * 7)()   # a font's size and a matrix
_size_place = ctypes.addressof(_seven)
_matrix_place = _size_place + 4
_seven_values = memoryview(_seven).cast("B").cast("f").tolist

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BOLD = re.compile(r"bold|heavy|black(?!letter)|demi", re.IGNORECASE)
_SYMBOLIC = re.compile(r"(?:Open)?(Wingdings|Symbol)[ -]?([23])?", re.IGNORECASE)
_PRIVATE = re.compile("[\uf020-\uf0ff]")
_BLACK = re.compile(r"hei(?!ti.?light)|黑", re.IGNORECASE)


class Characters(Struct):
    """Parallel lists in reading position; y runs downwards."""

    text: str
    left: list[float]
    top: list[float]
    right: list[float]
    bottom: list[float]
    index: Sequence[int]               # of each character in pdfium's own list


class Strips:
    """Joins pieces that follow one another in a row into strips of `page`, and counts what it meets.

    `unseen` are strips drawn invisibly (hidden, or a scanner's text layer), `outside` those beyond the page's sides,
    `doubtful` characters without a meaning.
    """

    def __init__(self, text_page: int, characters: Characters, page: PageContent) -> None:
        self.text_page, self.characters, self.page = text_page, characters, page
        self.unseen: list[Strip] = []
        self.count = self.doubtful = self.outside = 0
        self.fonts: dict[int, tuple[int, str]] = {}
        self.width, self.height = page.reading_width, page.reading_height

    def build(self, pieces: list[tuple[int, int]], chains: list[list[int]]) -> None:
        """Joins pieces that follow closely on one baseline into strips; turned ones stay apart."""
        characters = self.characters
        text, left, top, right, bottom = (characters.text, characters.left, characters.top, characters.right,
                                          characters.bottom)
        turned = {place for chain in chains for place in chain}
        private = _PRIVATE.search(text) is not None
        texts: list[str] = []          # of the strip that grows, with its edges and its sides
        edges: list[float] = []
        above = below = 0.0
        longest = longest_start = 0    # its longest piece: length and first character
        blank = False
        for place, (start, end) in enumerate(pieces):
            begin, stop = left[start], right[end - 1]
            if stop - begin < 0.01 and text[start] in " \r\n":
                blank = True
                continue
            if place in turned:
                continue
            piece, high, low = text[start:end], top[start], bottom[start]
            if (end - start == 1 and piece < LATIN_END and not piece.isdigit()) \
                    or (private and _PRIVATE.search(piece)):
                piece = self._symbols(piece, start)
            if texts and begin - edges[-1] < REACH * EM * (low - high) and begin > edges[-2] - 0.5 \
                    and min(low, below) - max(high, above) > 0.6 * min(low - high, below - above):
                # on the strip's line, not before its last character and not far behind it
                between = spacing(texts[-1], piece, begin - edges[-1], EM * (low - high), blank)
                if between:
                    texts.append(between)
                else:
                    edges.pop()
                if high != above or low != below:
                    piece = _raised(texts, piece, low - high, below - above, below - low)
                    above, below = min(above, high), max(below, low)
            else:
                if texts:
                    self._add("".join(texts), edges, above, below, longest_start)
                texts, edges, above, below, longest = [], [], high, low, 0
            texts.append(piece)
            edges += left[start:end]
            edges.append(stop)
            if end - start > longest:
                longest, longest_start = end - start, start
            blank = False
        if texts:
            self._add("".join(texts), edges, above, below, longest_start)
        for chain in chains:
            self._aside([pieces[place][0] for place in chain])

    def _symbols(self, piece: str, place: int) -> str:
        """A piece as shown, where it is set in a symbol font or holds characters of the private area."""
        drawn = _text_object(self.text_page, self.characters.index[place])
        symbolic = self._font_of(drawn)[1] if drawn else ""
        return run_text(symbolic, piece) if symbolic or _PRIVATE.search(piece) else piece

    def _add(self, text: str, edges: list[float], top: float, bottom: float, start: int) -> None:
        """The strip of `text`, in the looks of the character `start`, to those that are seen or unseen."""
        bare = text.strip()
        if not bare:
            return
        if len(bare) < len(text):
            lead = len(text) - len(text.lstrip())
            text, edges = bare, edges[lead:lead + len(bare) + 1]
        if not (-NOWHERE < edges[0] <= self.width and 0 <= edges[-1] < NOWHERE
                and -NOWHERE < top <= self.height and 0 <= bottom < NOWHERE):
            self.outside += 1  # or no number at all
            return
        size, weight, mode = self._look(start)
        self.count += len(text)
        if not text.isprintable() or "\ufffd" in text:
            self.doubtful += meaningless(text)
        strip = Strip(text, tuple(edges), edges[0], top, edges[-1], bottom, size, weight)
        (self.unseen if mode == INVISIBLE else self.page.strips).append(strip)

    def _aside(self, places: list[int]) -> None:
        characters = self.characters
        text = "".join(characters.text[place] for place in places)
        low, high = min(characters.left[place] for place in places), max(characters.right[place] for place in places)
        step = (high - low) / len(text)
        self.count += len(text)
        self.page.asides.append(Strip(
            text, tuple(low + step * place for place in range(len(text) + 1)), low,
            min(characters.top[place] for place in places), high, max(characters.bottom[place] for place in places),
            self._look(places[0])[0]))

    def _look(self, place: int) -> tuple[float, int, int]:
        """Size in points, weight and render mode of the text object that draws a character."""
        size = max(EM * (self.characters.bottom[place] - self.characters.top[place]), LEAST_SIZE)
        drawn = _text_object(self.text_page, self.characters.index[place])
        if not drawn:
            return size, 0, 0
        if _font_size(drawn, _size_place) and _matrix(drawn, _matrix_place):
            number, a, b, c, d, _, _ = _seven_values()
            scaled = number * abs(a * d - b * c) ** 0.5
            size = scaled if LEAST_SIZE < scaled < NOWHERE else max(size, LEAST_SIZE)
        mode = _render_mode(drawn)
        return size, 2 if mode in STROKED else self._font_of(drawn)[0], mode

    def _font_of(self, drawn: int) -> tuple[int, str]:
        """The weight of a text object's font, and which font of symbols it is ("" for one of letters)."""
        font = _font(drawn) or 0
        if font not in self.fonts:
            _font_name(font, _name, len(_name))
            name = _name.value.decode("utf-8", "replace").rpartition("+")[2]
            found = _SYMBOLIC.match(name)
            self.fonts[font] = (2 if _BOLD.search(name) else 1 if _BLACK.search(name) else 0,
                                " ".join(part.lower() for part in found.groups() if part) if found else "")
        return self.fonts[font]


def _raised(texts: list[str], piece: str, height: float, before: float, over: float) -> str:
    """A piece of some height, in superscript figures if it is a number smaller and higher than the words before it.

    If the words before it (`texts`, of the height `before`) are such a number to it, they become one. `over` is how far
    its foot stands over theirs.
    """
    if before > RAISED * height and over > 0.15 * before and piece.isdigit():
        return piece.translate(_SUPERSCRIPTS)
    if height > RAISED * before and -over > 0.15 * height and "".join(texts).isdigit():
        texts[:] = [word.translate(_SUPERSCRIPTS) for word in texts]
    return piece


def meaningless(text: str) -> int:
    """How many characters name nothing: private use, unassigned, control, replacement."""
    return sum(character == "\ufffd" or not (character.isprintable() or character.isspace()) for character in text)
