"""Reading pdf: text with its places, tables, and pages without text by recognition.

A page's own text is taken where it has some. A scan without text, a picture with next to no text on it, a text layer
of characters without meaning, and text drawn as shapes are recognised from the page's picture instead; what stands in
a picture follows the page's own text. Text that a scanner put invisibly behind its picture is used as it is.
"""
from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ingestion.domain import Document, Notice
from ingestion.errors import UnreadableError
from ingestion.parsing.builder import DocumentBuilder
from ingestion.parsing.formats import Progress
from ingestion.parsing.notices import notice, unreadable
from ingestion.parsing.ocr import page as ocr_page
from ingestion.parsing.ocr import recognition as ocr
from ingestion.parsing.pages.flow import PageFlow, arranged
from ingestion.parsing.pages.layout import PageContent, Strip
from ingestion.parsing.pages.writing import written
from ingestion.parsing.pdf import page as pdf_page
from ingestion.parsing.pdf.page import Reading
from ingestion.parsing.pdf.pdfium import LOCK, Pdf, Rectangle
from ingestion.parsing.pdf.strips import meaningless

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAGES = 2_000
DPI = 150                # of the picture that is recognised
LEAST_SIDE = 1_600       # pixels of its longer side
WHOLE = 0.2              # of a page's area: a picture from this size on may hold text that matters
NOTED = 0.05             # of a page's area: a smaller picture is a logo
FEW = 12                 # characters on a picture at most, for it to be recognised
DRAWN = 60               # paths on a page without any text, from which they may be text drawn as shapes
GARBLED = 0.2            # share of characters without meaning that makes a text layer worthless
_NUMBER = re.compile(r"\d+")
AGREED = 0.7             # share of an invisible layer's pairs of characters that recognition finds, too
LAYER = 20               # characters of an invisible layer at least, for it to be the page's text
LOW_SCORE = 0.8          # of a recognised line, below which it is named
NAMED = 6                # lines and pages that a notice names
SCRIPT = re.compile(rb"/S\s*/JavaScript\b")   # an action of a page, of a field or at opening
TRAILER_WITHIN = 2_048   # bytes from the end of a whole file that hold its end mark


class _Found(Struct):
    """What the pages turned out to be, for the notices; page numbers."""

    broken: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)         # recognition found no text
    recognised: list[int] = field(default_factory=list)
    layered: list[int] = field(default_factory=list)
    layers: dict[int, list[Strip]] = field(default_factory=dict)  # by page index: an invisible layer to be verified
    differing: list[int] = field(default_factory=list)  # pages whose layer says other than what is seen
    garbled: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)        # pictures left unread
    hidden: int = 0
    remarks: int = 0
    failure: str = ""                                      # why recognition is not available


def read(data: bytes, name: str, sha256: str, progress: Progress | None = None) -> Document:
    """The document in a pdf. `progress` is told of the pages that are read, then of those that need recognition."""
    found = _Found()
    builder = DocumentBuilder(name, sha256, "pdf")
    with Pdf(data) as pdf:
        total = len(pdf)
        if not total:
            raise unreadable("corrupt", detail="0 pages")
        flows, pictures = _pages(pdf, min(total, MAX_PAGES), found, progress)
        flows = _with_pictures(pdf, data, flows, pictures, found, progress)
        if len(found.broken) == total:
            raise unreadable("corrupt", detail="PDF")
        attached, scripts, xfa = pdf.attachments, pdf.scripts, pdf.xfa
    builder.notices = [*_notices(found, total, flows),
                       *([notice("attachments_not_read", count=attached)] if attached else []),
                       *([notice("scripts_not_run")] if scripts or SCRIPT.search(data) else []),
                       *([notice("dynamic_form")] if xfa else []),
                       *([notice("truncated")] if b"%%EOF" not in data[-TRAILER_WITHIN:] else [])]
    document = written(builder, flows)
    if not document.text.strip() and not document.notices:
        raise unreadable("blank")
    return document


def pages_of(data: bytes) -> Document:
    """The pages of a pdf that a program made, with the lines of their text; nothing in it is recognised."""
    found = _Found()
    with Pdf(data) as pdf:
        flows, _ = _pages(pdf, min(len(pdf), MAX_PAGES), found, None)
    return written(DocumentBuilder("", "", "pdf"), flows)


def render(data: bytes, page: int, scale: float = 2.0) -> bytes:
    """Page `page` (from 1) as a PNG of `scale` pixels a point, fewer where the page is huge."""
    with Pdf(data) as pdf:
        if not 1 <= page <= len(pdf):
            raise unreadable("no_such_page", page=page, count=len(pdf))
        return pdf.png(page - 1, scale)


def _pages(pdf: Pdf, count: int, found: _Found, progress: Progress | None
           ) -> tuple[list[PageFlow], dict[int, list[Rectangle]]]:
    """Each page's own text in order, and the areas to recognise by page index (an empty list: all of it)."""
    flows: list[PageFlow] = []
    pictures: dict[int, list[Rectangle]] = {}
    for index in range(count):
        number = index + 1
        if progress is not None:
            progress(index, count, False)
        reading = _reading(pdf, index)
        if reading is None:
            found.broken.append(number)
            flows.append(PageFlow(PageContent(number, 0.0, 0.0, []), []))
            continue
        content = reading.content
        if reading.cut:
            found.cut.append(number)
        found.remarks += reading.remarks
        areas = _to_recognise(reading, found)
        if areas is not None:
            pictures[index] = areas
        flows.append(arranged(content))
    return flows, pictures


def _reading(pdf: Pdf, index: int) -> Reading | None:
    """A page's own content, None where it is broken."""
    with LOCK, pdf.page(index) as page:
        return pdf_page.read(pdf, page, index + 1) if page else None


def _to_recognise(reading: Reading, found: _Found) -> list[Rectangle] | None:
    """The pictures of a page that must be recognised, an empty list for all of it, None for nothing.

    Keeps a scanner's invisible layer to be held against the recognition, and drops a text layer that is garbled.
    """
    content = reading.content
    number = content.number
    area = max(1.0, content.width * content.height)
    pictures = [(picture, _area(picture, content) / area) for picture in reading.pictures]
    large = [picture for picture, share in pictures if share >= WHOLE]
    found.hidden += bool(reading.outside)
    unseen = sum(len(strip.text) for strip in reading.unseen)
    if unseen:
        if large and unseen >= LAYER and _sane(reading.unseen):
            found.layers[number - 1] = reading.unseen
            return [] if not content.strips else large
        if not large:
            found.hidden += 1
    if reading.doubtful > GARBLED * max(1, reading.characters):
        content.strips, content.asides = [], []
        found.garbled.append(number)
        return []
    bare = [picture for picture in large
            if sum(len(strip.text) for strip in content.strips if _inside(strip, picture)) < FEW]
    if bare:
        return [] if not content.strips else bare
    if not content.strips and not content.asides and (pictures or reading.drawings >= DRAWN):
        return []
    if any(NOTED <= share < WHOLE for _, share in pictures):
        found.unread.append(number)
    return None


def _area(picture: Rectangle, content: PageContent) -> float:
    left, top, right, bottom = picture
    return max(0.0, min(right, content.width) - max(left, 0.0)) * max(0.0, min(bottom, content.height) - max(top, 0.0))


def _inside(strip: Strip, place: Rectangle) -> bool:
    x, y = (strip.left + strip.right) / 2, (strip.top + strip.bottom) / 2
    return place[0] <= x <= place[2] and place[1] <= y <= place[3]


def _sane(strips: Sequence[Strip]) -> bool:
    text = "".join(strip.text for strip in strips)
    return meaningless(text) <= GARBLED * len(text)


def _with_pictures(pdf: Pdf, data: bytes, flows: list[PageFlow], pictures: dict[int, list[Rectangle]], found: _Found,
                   progress: Progress | None) -> list[PageFlow]:
    """The flows with what stands in the pictures, each behind its page's own text."""
    content_hash = hashlib.sha256(data).hexdigest() if pictures else ""
    jobs = [ocr.Job(f"{content_hash}-{index}-{DPI}", partial(_drawn, pdf, index, flows[index].content))
            for index in pictures]
    try:
        results = ocr.recognise(jobs, progress) if jobs else []
    except ocr.OcrUnavailableError as error:
        found.failure = str(error)
        found.empty += [index + 1 for index in pictures]
        return flows
    contents: dict[int, PageContent] = {}
    for (index, areas), recognised in zip(pictures.items(), results, strict=True):
        flow = flows[index]
        content = ocr_page.content(recognised, index + 1, flow.content.width / recognised.width)
        if areas:
            _keep_within(content, areas)
        if (layer := found.layers.get(index)) and _agree(layer, content.strips):
            flow.content.strips += layer
            flow.content.recognised = True
            flows[index] = arranged(flow.content)
            found.layered.append(index + 1)
            continue
        if layer:
            found.differing.append(index + 1)
        if content.strips or content.asides:
            found.recognised.append(index + 1)
            contents[index] = content
        elif not areas:
            found.empty.append(index + 1)
    result = []
    for index, flow in enumerate(flows):
        if index not in contents or pictures[index]:
            result.append(flow)
        if index in contents:
            result.append(arranged(contents[index]))
    return result


def _agree(layer: Sequence[Strip], seen: Sequence[Strip]) -> bool:
    """Whether an invisible layer says what its page shows: most of its pairs of characters, all of its numbers."""
    hidden, shown = ("".join(strip.text for strip in strips) for strips in (layer, seen))
    pairs, known = _pairs(hidden), _pairs(shown)
    numbers = Counter(_NUMBER.findall(hidden)) - Counter(_NUMBER.findall(shown))
    return sum((pairs & known).values()) >= AGREED * sum(pairs.values()) and not numbers


def _pairs(text: str) -> Counter[str]:
    letters = "".join(char for char in text if char.isalnum()).casefold()
    return Counter(map("".join, pairwise(letters)))


def _drawn(pdf: Pdf, index: int, content: PageContent) -> Image:
    """A page's picture, of `DPI`, or finer for a small page and coarser for a large one."""
    long = max(content.width, content.height, 1.0)
    try:
        return pdf.shown.draw(index, min(max(DPI / 72, LEAST_SIDE / long), ocr.MAX_SIDE / long))
    except UnreadableError:  # its size is absurd
        from PIL import Image
        return Image.new("RGB", (32, 32), "white")


def _keep_within(content: PageContent, areas: Sequence[Rectangle]) -> None:
    """Drop what a page's picture shows outside `areas`: the page's own text."""
    a, b, c, d, e, f = content.to_display or (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

    def within(strip: Strip) -> bool:
        x, y = (strip.left + strip.right) / 2, (strip.top + strip.bottom) / 2
        shown = strip._replace(left=a * x + c * y + e, right=a * x + c * y + e, top=b * x + d * y + f,
                               bottom=b * x + d * y + f)
        return any(_inside(shown, area) for area in areas)

    content.strips = [strip for strip in content.strips if within(strip)]
    content.asides = [strip for strip in content.asides if within(strip)]


def _notices(found: _Found, total: int, flows: Sequence[PageFlow]) -> list[Notice]:
    """What was lost in part, by pages."""
    notices = []

    def about(code: str, pages: list[int]) -> None:
        if pages:
            notices.append(notice(code, pages[0] if len(pages) == 1 else None, pages=page_list(pages)))

    if total > MAX_PAGES:
        notices.append(notice("pages_not_read", count=total, limit=MAX_PAGES))
    about("broken_page", found.broken)
    about("cut_page", found.cut)
    about("garbled_text", found.garbled)
    if found.failure:
        notices.append(notice("recognition_unavailable", pages=page_list(found.empty), detail=found.failure))
    else:
        about("page_no_text", found.empty)
    about("ocr_used", found.recognised)
    about("ocr_layer", found.layered)
    about("ocr_layer_differs", found.differing)
    notices += doubtful(flows)
    about("small_pictures_not_read", found.unread)
    if found.hidden:
        notices.append(notice("hidden_text", count=found.hidden))
    if found.remarks:
        notices.append(notice("comments", count=found.remarks))
    return notices


def doubtful(flows: Sequence[PageFlow]) -> list[Notice]:
    """The lines that were recognised with doubt, by page."""
    low: list[tuple[int, str]] = []
    for flow in flows:
        if flow.content.recognised:
            low += [(flow.content.number, text) for text, score in flow.scores() if score < LOW_SCORE]
    if not low:
        return []
    shown = "；".join(f"第{page}页“{text[:30]}”" for page, text in low[:NAMED])
    return [notice("low_confidence", low[0][0] if len({page for page, _ in low}) == 1 else None, count=len(low),
                   lines=shown + ("……" if len(low) > NAMED else ""))]


def page_list(pages: Sequence[int]) -> str:
    """Page numbers in ascending order with runs drawn together: "1、3-5"."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return "、".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
