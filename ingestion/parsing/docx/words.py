"""The words of one docx paragraph as they are read once every tracked change is accepted.

Insertions and the place that text was moved to are text; deletions, hidden text, placeholders of empty form fields and
the fallback copies of drawings are not, and are counted in `Losses`. Page breaks come out as characters that XML 1.0
cannot hold: RENDERED where Word last broke a page, HARD where the author did.
"""
from __future__ import annotations

import re

from msgspec import Struct, field

from ingestion.parsing.docx.styles import VAL, Styles, W, flag
from ingestion.parsing.package import Element
from ingestion.parsing.symbols import PRIVATE, character, is_symbol_font, run_text

RENDERED, HARD = "\f", "\v"

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
V = "{urn:schemas-microsoft-com:vml}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"

TEXT, RUN, PROPERTIES, BOX = W + "t", W + "r", W + "rPr", W + "txbxContent"
FALLBACK, ALTERNATE = MC + "Fallback", MC + "AlternateContent"
FONTS = W + "rFonts"
PASSED = frozenset({W + "ins", W + "moveTo", W + "hyperlink", W + "smartTag", W + "fldSimple", W + "customXml",
                    W + "dir", W + "bdo", W + "sdtContent", M + "oMath", M + "oMathPara"})
GONE = frozenset({W + "del", W + "moveFrom"})
# A paragraph with one of these takes the slow path.
SPECIAL = (*GONE, ALTERNATE, W + "drawing", W + "pict", W + "object", W + "vanish", W + "sym", W + "checkBox",
           W + "sdt", W + "footnoteReference", W + "endnoteReference", W + "lastRenderedPageBreak", W + "br", W + "cr",
           W + "tab", W + "ptab", W + "noBreakHyphen", W + "ruby", M + "t", W + "rStyle")
LETTERS = {W + "tab": "\t", W + "ptab": "\t", W + "cr": "\n", W + "noBreakHyphen": "-",
           W + "lastRenderedPageBreak": RENDERED}
ELEMENT = re.compile(rb"<(?:\w+:)?(\w+)")
SMALL_PICTURE = 1_500_000  # EMU, some 4 cm: a logo or a signature


class Losses(Struct):
    """What stands in the file and is not in the text."""

    deleted: int = 0
    hidden: int = 0
    pictures: int = 0
    objects: int = 0


class Words(Struct):
    """`text` with its page breaks; the notes it refers to as (kind, id); the text boxes that it anchors."""

    text: str = ""
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    def __add__(self, other: Words) -> Words:
        return Words(self.text + other.text, self.notes + other.notes, self.boxes + other.boxes)


def names(raw: bytes) -> frozenset[str]:
    """The local names of all elements in `raw`: what is not among them needs no looking for."""
    return frozenset(name.decode("ascii", "replace") for name in set(ELEMENT.findall(raw)))


class Composer:
    """Composes the paragraphs of one part, whose XML is `raw`."""

    def __init__(self, raw: bytes, styles: Styles, losses: Losses) -> None:
        self._styles, self._losses = styles, losses
        self.names = names(raw)
        self._special = tuple(tag for tag in SPECIAL if tag.rsplit("}", 1)[-1] in self.names)
        if not styles.hides:
            self._special = tuple(tag for tag in self._special if tag != W + "rStyle")
        self._symbolic = b"ingdings" in raw or b'"Symbol"' in raw

    def words(self, paragraph: Element) -> Words:
        """The words of a paragraph; the short way where it holds text alone."""
        if not self._special or next(paragraph.iter(*self._special), None) is None:
            text = "".join([found.text or "" for found in paragraph.iter(TEXT)])
            if not PRIVATE.search(text) and not (self._symbolic and any(
                    is_symbol_font(fonts.get(W + "ascii", "")) for fonts in paragraph.iter(FONTS))):
                return Words(text)
        found = Words()
        parts: list[str] = []
        self._walk(paragraph, found, parts)
        found.text = "".join(parts)
        return found

    def _walk(self, node: Element, found: Words, parts: list[str]) -> None:
        """Adds the words below a node."""
        for child in node:
            tag = child.tag
            if tag == RUN:
                self._run(child, found, parts)
            elif tag in PASSED or (isinstance(tag, str) and tag.startswith(M)):
                if tag == M + "t":
                    parts.append(child.text or "")
                else:
                    self._walk(child, found, parts)
            elif tag == W + "del":
                self._losses.deleted += next(child.iter(W + "delText", TEXT), None) is not None
            elif tag == W + "sdt":
                self._control(child, found, parts)
            elif tag == ALTERNATE:
                self._drawing(child, found)

    def _control(self, control: Element, found: Words, parts: list[str]) -> None:
        """A content control: a check box, an empty field with its placeholder, or words."""
        properties, content = control.find(W + "sdtPr"), control.find(W + "sdtContent")
        box = properties.find(W14 + "checkbox") if properties is not None else None
        if box is not None:
            state = box.find(W14 + "checked")
            ticked = state is not None and state.get(W14 + "val", "1") not in {"0", "false"}
            parts.append("☑" if ticked else "☐")
        elif content is not None and not flag(properties, W + "showingPlcHdr"):
            self._walk(content, found, parts)

    def _run(self, run: Element, found: Words, parts: list[str]) -> None:
        """Adds the words of one run, unless it is hidden."""
        properties = run.find(PROPERTIES)
        font = ""
        if properties is not None:
            if self._hidden(properties):
                self._losses.hidden += next(run.iter(TEXT), None) is not None
                return
            fonts = properties.find(FONTS)
            font = fonts.get(W + "ascii", "") if fonts is not None else ""
        for child in run:
            tag = child.tag
            if tag == TEXT:
                text = child.text or ""
                parts.append(run_text(font, text) if PRIVATE.search(text) or is_symbol_font(font) else text)
            elif tag in LETTERS:
                parts.append(LETTERS[tag])
            elif tag == W + "br":
                parts.append(HARD if child.get(W + "type") == "page" else "\n")
            elif tag == W + "sym":
                parts.append(character(child.get(W + "font", ""), child.get(W + "char", "")))
            elif tag in {W + "footnoteReference", W + "endnoteReference"}:
                found.notes.append((tag[len(W):-len("Reference")], child.get(W + "id", "")))
            elif tag == W + "fldChar":
                parts.append(_form_box(child))
            elif tag == W + "ruby":
                base = child.find(W + "rubyBase")
                if base is not None:
                    self._walk(base, found, parts)
            elif tag == W + "object":
                self._losses.objects += 1
            elif tag in {ALTERNATE, W + "drawing", W + "pict"}:
                self._drawing(child, found)

    def _hidden(self, properties: Element) -> bool:
        own = flag(properties, W + "vanish")
        if own is None and self._styles.hides:
            style = properties.find(W + "rStyle")
            return style is not None and self._styles.get(style.get(VAL)).hidden
        return bool(own)

    def _drawing(self, drawing: Element, found: Words) -> None:
        """Text boxes in their order, each once; pictures and charts are counted."""
        stack = [drawing]
        while stack:
            node = stack.pop()
            tag = node.tag
            if tag == BOX:
                found.boxes.append(node)
                continue
            if tag == A + "blip" or tag == V + "imagedata":
                self._losses.pictures += not _small(drawing)
            elif tag in {DIAGRAM, CHART}:
                self._losses.objects += 1
            children = list(node)
            if tag == ALTERNATE and node.find(MC + "Choice") is not None:
                children = [child for child in children if child.tag != FALLBACK][:1]
            stack.extend(reversed(children))


def _form_box(field_mark: Element) -> str:
    """☑ or ☐ for a legacy form field that is a check box."""
    box = field_mark.find(f"{W}ffData/{W}checkBox")
    if box is None:
        return ""
    state = flag(box, W + "checked")
    return "☑" if (flag(box, W + "default") if state is None else state) else "☐"


def _small(drawing: Element) -> bool:
    extent = next(drawing.iter(WP + "extent"), None)
    if extent is None:
        return False
    sides = [int(extent.get(side, "0")) if extent.get(side, "0").isdigit() else 0 for side in ("cx", "cy")]
    return min(sides) < SMALL_PICTURE
