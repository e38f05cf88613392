"""What a docx paragraph is: heading, list item, line of contents or plain, from its style, its number and its look."""
from __future__ import annotations

from msgspec import Struct

from ingestion.domain import BlockKind
from ingestion.parsing import structure
from ingestion.parsing.docx.numbering import Numbering
from ingestion.parsing.docx.styles import BODY_OUTLINE, VAL, Style, Styles, W, child, flag, number, numbering_of
from ingestion.parsing.package import Element


class Shape(Struct, frozen=True):
    """`label` is a list label typed in the words and `lead` its length there; `declared`: the file itself says so."""

    kind: BlockKind
    level: int = 0
    declared: bool = False
    label: str = ""
    lead: int = 0


class Given(Struct, frozen=True):
    """What a paragraph names: its own properties (None: it has none), its style and that style's id."""

    properties: Element
    identifier: str
    style: Style


class Shaper:
    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self.styles, self.numbering = styles, numbering

    def given(self, paragraph: Element) -> Given:
        properties = child(paragraph, W + "pPr")
        named = child(properties, W + "pStyle")
        identifier = named.get(VAL, "") if named is not None else self.styles.default_paragraph
        return Given(properties, identifier, self.styles.get(identifier))

    def automatic(self, given: Given, *, empty: bool) -> str:
        """The automatic number before a paragraph, counted on; "" where it has none."""
        num = numbering_of(given.properties) or given.style.num
        if num is None or num[0] == "0":
            return ""
        if empty and ends_deleted(given.properties):
            return ""  # the whole paragraph was deleted
        return (self.numbering.label(num, given.identifier) or "").strip()

    def shape(self, paragraph: Element, given: Given, text: str, automatic: str, *, whole: bool) -> Shape:
        """The shape of `text`: a paragraph's words, or one of its lines (then not `whole`)."""
        style = given.style
        if style.contents or structure.is_contents_line(text):
            return Shape(BlockKind.FURNITURE)
        longest = structure.rules().limits["heading"]
        outline = number(given.properties, W + "outlineLvl")
        level = style.outline if outline is None else (outline + 1 if outline < BODY_OUTLINE else 0)
        if level and whole and len(text) <= 2 * longest:
            return Shape(BlockKind.HEADING, level, declared=True)
        if len(text) <= longest:
            bold, ratio = self._look(paragraph, style)
            level = structure.heading_level(automatic + text, bold=bold, size_ratio=ratio)
            if level:
                return Shape(BlockKind.HEADING, level)
        if automatic:
            return Shape(BlockKind.LIST_ITEM)
        typed = structure.list_label(text)
        return Shape(BlockKind.LIST_ITEM, label=typed[0], lead=typed[1]) if typed else Shape(BlockKind.PARAGRAPH)

    def _look(self, paragraph: Element, style: Style) -> tuple[bool, float]:
        """Whether all the words of a paragraph are bold, and their size over the body's."""
        bold, size = True, 0
        for run in paragraph.iter(W + "r"):
            text = child(run, W + "t")
            if text is None or not (text.text or "").strip():
                continue
            properties = child(run, W + "rPr")
            own = flag(properties, W + "b")
            if own is None:
                named = child(properties, W + "rStyle")
                own = style.bold or (named is not None and self.styles.get(named.get(VAL)).bold)
            bold = bold and own
            size = size or number(properties, W + "sz") or 0
        return bold, (size or style.size or self.styles.body_size) / self.styles.body_size


def ends_deleted(properties: Element) -> bool:
    """Whether a tracked change took away the end of the paragraph with these properties."""
    return child(child(properties, W + "rPr"), W + "del") is not None
