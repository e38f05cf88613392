"""What a docx style says, with what it inherits: outline level, numbering, weight, size, hidden, contents."""
from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from ingestion.parsing.package import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL = W + "val"
BODY_OUTLINE = 9  # outlineLvl of body text
HEADING_NAME = re.compile(r"(?:heading|标题|berschrift|titre)\s*([1-9])", re.IGNORECASE)
TITLE_NAME = re.compile(r"(?:title|标题|文档标题|题目)$", re.IGNORECASE)
CONTENTS_NAME = re.compile(r"(?:toc\b|toc\s*\d|contents?\b|目录|WPSOffice手动目录|table of figures)", re.IGNORECASE)
CHAIN = 20  # a style may inherit from itself through others
RUNNING_TEXT = 20  # characters of a run that is hardly a heading or a cell
SAMPLE = 400       # runs that tell the size of a document's body text


class Style(Struct, frozen=True):
    """`outline` counts from 1, 0 is body text; `size` in half points, 0 unknown; `num` is (numId, ilvl or -1)."""

    outline: int = 0
    num: tuple[str, int] | None = None
    bold: bool = False
    size: int = 0
    hidden: bool = False
    contents: bool = False


PLAIN = Style()


def child(parent: Element, tag: str) -> Element:
    """The first child of that tag, or None; `parent` may be None."""
    return next(parent.iterchildren(tag), None) if parent is not None else None


def flag(parent: Element, tag: str) -> bool | None:
    """An on/off property below `parent`; None where it is not set."""
    found = child(parent, tag)
    if found is None:
        return None
    return found.get(VAL, "1") not in {"0", "false", "off", "none"}


def number(parent: Element, tag: str) -> int | None:
    found = child(parent, tag)
    value = found.get(VAL, "") if found is not None else ""
    return int(value) if value.lstrip("-").isdigit() and len(value) < 10 else None


def numbering_of(properties: Element) -> tuple[str, int] | None:
    """(numId, ilvl) of a paragraph's properties; ilvl -1 where only the list is named."""
    found = child(properties, W + "numPr")
    identifier = child(found, W + "numId")
    if identifier is None:
        return None
    level = number(found, W + "ilvl")
    return identifier.get(VAL, "0"), -1 if level is None else max(0, min(8, level))


class Styles:
    """Styles by id, resolved once each. `body_size` is the size of most of the text, set by `measure`."""

    def __init__(self, root: Element) -> None:
        """Reads the styles and the size of plain text."""
        self._raw: dict[str, Element] = {}
        self._resolved: dict[str, Style] = {}
        self.default_paragraph = ""
        self.body_size = 20
        self.hides = False  # some style hides its text
        if root is None:
            return
        defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self.body_size = number(defaults, W + "sz") or self.body_size
        for style in root.iterchildren(W + "style"):
            identifier = style.get(W + "styleId", "")
            self._raw.setdefault(identifier, style)
            if style.get(W + "type") == "paragraph" and style.get(W + "default") in {"1", "true", "on"}:
                self.default_paragraph = identifier
        self.body_size = self.get(self.default_paragraph).size or self.body_size
        self.hides = any(flag(style.find(W + "rPr"), W + "vanish") for style in self._raw.values())

    def get(self, identifier: str | None) -> Style:
        identifier = identifier or self.default_paragraph
        if identifier not in self._resolved:
            self._resolved[identifier] = self._resolve(identifier)
        return self._resolved[identifier]

    def _resolve(self, identifier: str) -> Style:
        """A style with what it inherits."""
        chain: list[Element] = []
        current = identifier
        while current in self._raw and len(chain) < CHAIN:
            chain.append(self._raw[current])
            based = self._raw[current].find(W + "basedOn")
            current = based.get(VAL, "") if based is not None else ""
        style = PLAIN
        for element in reversed(chain):
            style = _inherit(style, element)
        return style

    def measure(self, body: Element) -> None:
        """Take the size that most running text carries for the body's, also when it is set on the runs."""
        sizes: Counter[int] = Counter()
        for text in islice((text for text in body.iter(W + "t") if len(text.text or "") >= RUNNING_TEXT), SAMPLE):
            run = text.getparent()
            size = number(child(run, W + "rPr"), W + "sz")
            if size is None and run is not None:
                named = child(child(run.getparent(), W + "pPr"), W + "pStyle")
                size = self.get(named.get(VAL) if named is not None else None).size
            sizes[size or self.body_size] += len(text.text)
        if sizes:
            self.body_size = sizes.most_common(1)[0][0]


def _inherit(base: Style, element: Element) -> Style:
    """`base` with what one style element sets."""
    paragraph, run = element.find(W + "pPr"), element.find(W + "rPr")
    name = element.find(W + "name")
    name = name.get(VAL, "") if name is not None else ""
    outline = number(paragraph, W + "outlineLvl")
    level = base.outline
    if outline is not None:
        level = 0 if outline >= BODY_OUTLINE else outline + 1
    elif element.get(W + "type") == "paragraph":
        heading = HEADING_NAME.match(name)
        if heading:
            level = int(heading[1])
        elif TITLE_NAME.match(name):
            level = 1
    bold, hidden = flag(run, W + "b"), flag(run, W + "vanish")
    return replace(
        base, outline=level, num=numbering_of(paragraph) or base.num, size=number(run, W + "sz") or base.size,
        bold=base.bold if bold is None else bold, hidden=base.hidden if hidden is None else hidden,
        contents=base.contents or CONTENTS_NAME.match(name) is not None)
