"""Reading pictures (png, jpg, and bmp, tiff, webp, gif where Pillow has them) by recognition.

A picture is turned as its EXIF orientation says before it is read: that is how a viewer shows it, and boxes are in
points of the picture as shown. Each frame of a picture of several is a page.
"""
from __future__ import annotations

import hashlib
import io
import warnings
from functools import partial

from PIL import Image, ImageOps

from ingestion.domain import Document
from ingestion.parsing.builder import DocumentBuilder
from ingestion.parsing.formats import Progress
from ingestion.parsing.notices import notice, unreadable
from ingestion.parsing.ocr import page as ocr_page
from ingestion.parsing.ocr import recognition as ocr
from ingestion.parsing.pages.flow import arranged
from ingestion.parsing.pages.writing import written
from ingestion.parsing.pdf.reader import doubtful, page_list

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF")
MAX_PIXELS = 40_000_000
MAX_FRAMES = 20          # of a picture of several pages
MAX_MOVING = 10          # of one that moves: no form of a document
MOVING = frozenset({"GIF", "WEBP"})
DPI = (40.0, 1_200.0)    # what is believed of a picture's own claim
USUAL_DPI = 96.0


def read(data: bytes, name: str, sha256: str, progress: Progress | None = None) -> Document:
    """The document in a picture. `progress` is told how many of how many frames are done."""
    with _opened(data) as picture:
        frames, most = _count(picture), MAX_MOVING if picture.format in MOVING else MAX_FRAMES
    builder = DocumentBuilder(name, sha256, "image")
    read_frames = min(frames, most)
    content_hash = hashlib.sha256(data).hexdigest()
    try:
        with _Frames(data) as pictures:
            results = ocr.recognise([ocr.Job(f"{content_hash}-{frame}", partial(pictures.draw, frame))
                                     for frame in range(read_frames)], progress)
    except ocr.OcrUnavailableError as error:
        raise unreadable("no_recognition", detail=error) from error
    scale = 72 / _dpi(data)
    flows = [arranged(ocr_page.content(found, number, scale)) for number, found in enumerate(results, 1)]
    empty = [flow.content.number for flow in flows if not flow.body and not flow.content.asides]
    found = [number for number in range(1, read_frames + 1) if number not in empty]
    if found:
        builder.notices.append(notice("ocr_used", found[0] if len(found) == 1 else None, pages=page_list(found)))
    if empty:
        builder.notices.append(notice("page_no_text", empty[0] if len(empty) == 1 else None, pages=page_list(empty)))
    if frames > most:
        builder.notices.append(notice("frames_not_read", count=frames, limit=most))
    builder.notices += doubtful(flows)
    return written(builder, flows)


def render(data: bytes, frame: int = 1) -> bytes:
    """Frame `frame` (from 1) as a PNG, turned as it is shown."""
    with _opened(data) as picture:
        count = _count(picture)
    if not 1 <= frame <= count:
        raise unreadable("no_such_page", page=frame, count=count)
    stream = io.BytesIO()
    with _Frames(data) as pictures:
        pictures.draw(frame - 1).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _count(picture: Image.Image) -> int:
    """How many frames there are."""
    try:
        return int(getattr(picture, "n_frames", 1))
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise unreadable("corrupt", detail=type(error).__name__) from error


def _opened(data: bytes) -> Image.Image:
    """The picture; UnreadableError for what is none or too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise unreadable("picture_size", detail=str(error)) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise unreadable("corrupt", detail=type(error).__name__) from error
    if picture.width * picture.height > MAX_PIXELS:
        raise unreadable("picture_size", detail=f"{picture.width} × {picture.height}")
    return picture


class _Frames:
    """The frames of a picture, drawn one after another: each builds on those before it."""

    def __init__(self, data: bytes) -> None:
        self._opened = _opened(data)

    def __enter__(self) -> _Frames:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def draw(self, frame: int) -> Image.Image:
        """Frame `frame` (from 0), turned as it is shown, on white."""
        opened = self._opened
        try:
            if frame or opened.tell():
                opened.seek(frame)
                if opened.width * opened.height > MAX_PIXELS:
                    raise unreadable("picture_size", detail=f"{opened.width} × {opened.height}")
            shown = ImageOps.exif_transpose(opened) or opened
            if shown.mode in {"RGBA", "LA", "PA"} or "transparency" in shown.info:
                layer = shown.convert("RGBA")
                ground = Image.new("RGBA", layer.size, "white")
                ground.alpha_composite(layer)
                return ground.convert("RGB")
            return shown.convert("RGB")
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise unreadable("corrupt", detail=type(error).__name__) from error


def _dpi(data: bytes) -> float:
    with _opened(data) as picture:
        claimed = picture.info.get("dpi")
    try:
        value = float(claimed[0]) if claimed else USUAL_DPI
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        value = USUAL_DPI
    return value if DPI[0] <= value <= DPI[1] else USUAL_DPI
