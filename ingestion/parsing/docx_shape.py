"""What a docx paragraph is: heading, list item, line of contents or plain, from its style, its number and its look."""
from __future__ import annotations

from dataclasses import dataclass

from ingestion.domain import BlockKind
from ingestion.parsing import structure
from ingestion.parsing.docx_numbering import Numbering
from ingestion.parsing.docx_styles import BODY_OUTLINE, VAL, Style, Styles, W, flag, number, numbering_of
from ingestion.parsing.package import Element

TYPED_LABEL = "、）)"


@dataclass(frozen=True, slots=True)
class Shape:
    """`label` is a list label typed in the words and `lead` its length there; `declared`: the file itself says so."""

    kind: BlockKind
    level: int = 0
    declared: bool = False
    label: str = ""
    lead: int = 0


class Shaper:
    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self.styles, self.numbering = styles, numbering

    def style(self, paragraph: Element) -> tuple[Style, str]:
        """The style of a paragraph, and its id."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        identifier = named.get(VAL, "") if named is not None else self.styles.default_paragraph
        return self.styles.get(identifier), identifier

    def automatic(self, paragraph: Element, *, empty: bool) -> str:
        """The automatic number before a paragraph, counted on; "" where it has none."""
        style, identifier = self.style(paragraph)
        properties = paragraph.find(W + "pPr")
        num = numbering_of(properties) or style.num
        if num is None or num[0] == "0":
            return ""
        if empty and properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            return ""  # the whole paragraph was deleted
        return (self.numbering.label(num, identifier) or "").strip()

    def shape(self, paragraph: Element, text: str, automatic: str, *, whole: bool) -> Shape:
        """The shape of `text`: a paragraph's words, or one of its lines (then not `whole`)."""
        style, _ = self.style(paragraph)
        if style.contents or structure.is_contents_line(text):
            return Shape(BlockKind.FURNITURE)
        longest = structure.rules().limits["heading"]
        outline = number(paragraph.find(W + "pPr"), W + "outlineLvl")
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
            text = run.find(W + "t")
            if text is None or not (text.text or "").strip():
                continue
            properties = run.find(W + "rPr")
            own = flag(properties, W + "b")
            if own is None:
                named = properties.find(W + "rStyle") if properties is not None else None
                own = style.bold or (named is not None and self.styles.get(named.get(VAL)).bold)
            bold = bold and own
            size = size or number(properties, W + "sz") or 0
        return bold, (size or style.size or self.styles.body_size) / self.styles.body_size
