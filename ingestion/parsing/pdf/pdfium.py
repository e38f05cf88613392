"""The one place that loads pypdfium2: open a pdf, load its pages, draw them, read its form.

pdfium is not safe for threads: whatever calls it holds `LOCK`. Calls from Python into pdfium cost more than the work
they ask for, so those made for every character are bound once, with plain integers as handles and without giving up
the interpreter's lock (`quick`).
"""
from __future__ import annotations

import ctypes
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw as raw

from ingestion.parsing.notices import unreadable
from ingestion.parsing.pdf import font as pdf_font

if TYPE_CHECKING:
    from PIL.Image import Image

LOCK = threading.RLock()
MAX_PIXELS = 40_000_000
MAX_SIDE = 14_400.0      # points; the largest page of the format
MAX_FIELDS = 2_000       # of one page
Rectangle = tuple[float, float, float, float]  # left, bottom, right, top in the page's own space
CHECKED = "☑"
UNCHECKED = "☐"
FREE_TEXT, LINK, POPUP, WIDGET = 3, 2, 16, 20
CHECKBOX, RADIO, PUSH = 2, 3, 1
IDEOGRAPHIC = frozenset({128, 129, 134, 136})  # character sets: Japanese, Korean, Chinese simplified, traditional
FONT_NAME = b"guohe reading\0"                 # no font of a machine is named so, and none is taken for it


def quick(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of pdfium that returns at once."""
    address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value or 0
    return ctypes.PYFUNCTYPE(result, *arguments)(address)


def slow(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of pdfium that works; other threads go on meanwhile."""
    address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(result, *arguments)(address)


_pointer, _int = ctypes.c_void_p, ctypes.c_int
_load_page = slow("FPDF_LoadPage", _pointer, _pointer, _int)
_close_page = slow("FPDF_ClosePage", None, _pointer)
_box = quick("FPDF_GetPageBoundingBox", _int, _pointer, _pointer)
_rotation = quick("FPDFPage_GetRotation", _int, _pointer)


def _own_font() -> Any:
    """By what pdfium finds a font that a file does not hold: `font` for Chinese, Japanese and Korean.

    For other writing pdfium has fonts in itself.
    """
    font = pdf_font.made()
    kinds, given = dict(raw.FPDF_SYSFONTINFO._fields_), raw.FPDF_SYSFONTINFO(version=1)

    def find(_own: Any, _weight: int, _italic: int, charset: int, *_: Any) -> int | None:
        return 1 if charset in IDEOGRAPHIC else None

    def name(_own: Any, _font: Any, buffer: Any, size: int) -> int:
        return copied(FONT_NAME, buffer, size)

    def data(_own: Any, _font: Any, table: int, buffer: Any, size: int) -> int:
        return 0 if table else copied(font, buffer, size)

    def copied(content: bytes, buffer: Any, size: int) -> int:
        if buffer and size >= len(content):
            ctypes.memmove(buffer, content, len(content))
        return len(content)

    given.MapFont, given.GetFaceName, given.GetFontData = (
        kinds["MapFont"](find), kinds["GetFaceName"](name), kinds["GetFontData"](data))
    return given


OWN_FONT = _own_font()
raw.FPDF_SetSystemFontInfo(OWN_FONT)


@contextmanager
def _machines_fonts() -> Iterator[None]:
    """Draw with the machine's fonts; hold `LOCK`."""
    raw.FPDF_SetSystemFontInfo(_system_fonts())
    try:
        yield
    finally:
        raw.FPDF_SetSystemFontInfo(OWN_FONT)


@cache
def _system_fonts() -> Any:
    """By what pdfium finds the machine's fonts: kept, and looking for them once.

    Given it anew, pdfium asks for the list of fonts again and adds it to the list that it has.
    """
    given = raw.FPDF_GetDefaultSystemFontInfo()
    if not given:
        return None
    fonts, kinds = given.contents, dict(raw.FPDF_SYSFONTINFO._fields_)
    look = kinds["EnumFonts"](ctypes.cast(fonts.EnumFonts, _pointer).value or 0)

    def once(own: Any, mapper: Any) -> None:
        fonts.EnumFonts = kinds["EnumFonts"]()
        look(own, mapper)

    _callbacks.append(kinds["EnumFonts"](once))
    fonts.EnumFonts = _callbacks[0]
    fonts.Release = kinds["Release"]()  # pdfium would free it when it is taken back
    return given


_callbacks: list[Any] = []  # pdfium knows only where they stand


class Pdf:
    """An open pdf. Close it, or use it in a `with` statement."""

    def __init__(self, data: bytes) -> None:
        """UnreadableError for what is encrypted or no pdf."""
        self._data = data
        self._shown: Pdf | None = None
        with LOCK:
            try:
                self._document = pypdfium2.PdfDocument(data)
            except pypdfium2.PdfiumError as error:
                code = getattr(error, "err_code", None)
                if code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY} or "password" in str(error).lower():
                    raise unreadable("encrypted") from error
                raise unreadable("corrupt", detail="PDF") from error
            self.handle: int = ctypes.cast(self._document.raw, _pointer).value or 0
            self.form = bool(self._document.get_formtype())
            if self.form:
                self._document.init_forms()

    def __enter__(self) -> Pdf:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with LOCK:
            if self._shown is not None:
                self._shown.close()
            self._document.close()

    @property
    def shown(self) -> Pdf:
        """The same file once more, for drawing: an open file keeps the fonts that its text was first read with."""
        if self._shown is None:
            self._shown = Pdf(self._data)
        return self._shown

    def __len__(self) -> int:
        return len(self._document)

    @property
    def attachments(self) -> int:
        return int(raw.FPDFDoc_GetAttachmentCount(self._document))

    @property
    def scripts(self) -> int:
        return max(0, int(raw.FPDFDoc_GetJavaScriptActionCount(self._document)))

    @property
    def xfa(self) -> bool:
        return bool(self._document.get_formtype() in {raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND})

    @contextmanager
    def page(self, index: int) -> Iterator[int | None]:
        """The handle of a page while it is loaded, None for a page that is broken."""
        page = _load_page(self.handle, index)
        known = ctypes.cast(page, raw.FPDF_PAGE) if page and self.form else None
        if known:
            raw.FORM_OnAfterLoadPage(known, self._document.formenv)
        try:
            yield page
        finally:
            if known:
                raw.FORM_OnBeforeClosePage(known, self._document.formenv)
            if page:
                _close_page(page)

    def draw(self, index: int, scale: float) -> Image:
        """A page as displayed, at `scale` pixels a point or as many as `MAX_PIXELS` allow."""
        with LOCK, _machines_fonts():
            page = self._document[index]
            width, height = page.get_size()
            if not (0 < width <= MAX_SIDE * 10 and 0 < height <= MAX_SIDE * 10):
                raise unreadable("corrupt", detail=f"page {index + 1}: {width:.0f} x {height:.0f}")
            scale = min(scale, (MAX_PIXELS / (width * height)) ** 0.5)
            image: Image = page.render(scale=scale, may_draw_forms=self.form).to_pil().convert("RGB")
            page.close()
            return image

    def png(self, index: int, scale: float) -> bytes:
        stream = io.BytesIO()
        self.draw(index, scale).save(stream, "PNG", compress_level=1)
        return stream.getvalue()

    def annotations(self, page: int) -> tuple[list[tuple[str, Rectangle]], int]:
        """What is filled into a page's form and typed onto it, with its places; how many other remarks it carries."""
        handle = ctypes.cast(page, raw.FPDF_PAGE)
        typed: list[tuple[str, Rectangle]] = []
        remarks = 0
        for index in range(min(raw.FPDFPage_GetAnnotCount(handle), MAX_FIELDS)):
            annotation = raw.FPDFPage_GetAnnot(handle, index)
            if not annotation:
                continue
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            text = ""
            if kind == WIDGET and self.form:
                text = self._value(annotation)
            elif kind == FREE_TEXT:
                text = _string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")
            elif kind not in {LINK, POPUP, WIDGET}:
                remarks += bool(_string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents"))
            rectangle = raw.FS_RECTF()
            if text.strip() and raw.FPDFAnnot_GetRect(annotation, rectangle):
                typed.append((text, (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)))
            raw.FPDFPage_CloseAnnot(annotation)
        return typed, remarks

    def _value(self, annotation: Any) -> str:
        form = self._document.formenv
        kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
        if kind == PUSH:
            return ""
        if kind in {CHECKBOX, RADIO}:
            return CHECKED if raw.FPDFAnnot_IsChecked(form, annotation) else UNCHECKED
        return _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)


def _string(call: Callable[..., int], *arguments: Any) -> str:
    """The UTF-16 text that one of pdfium's two-step functions returns."""
    length = call(*arguments, None, 0)
    if length <= 2:
        return ""
    buffer = (ctypes.c_ushort * (length // 2))()
    call(*arguments, buffer, length)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")


def frame(page: int) -> tuple[Rectangle, int]:
    """A loaded page's visible rectangle in its own space, and its rotation in quarter turns clockwise."""
    box = (ctypes.c_float * 4)()  # left, top, right, bottom
    if not _box(page, ctypes.addressof(box)):
        return (0.0, 0.0, 612.0, 792.0), 0
    left, top, right, bottom = box
    return (min(left, right), min(top, bottom), max(left, right), max(top, bottom)), _rotation(page) % 4
