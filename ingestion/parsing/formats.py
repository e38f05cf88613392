"""What kind a file is, and its reading by the module of that kind.

`read` tells the kind by content first and by name second: a .wps that holds a Word file, an .xls that is a web page,
a jpg named .png are read as what they are. A reader's module, and the library behind it, is imported when it is needed.
"""
from __future__ import annotations

import hashlib
import importlib
import logging
from pathlib import PurePosixPath
from typing import Protocol, cast

from msgspec.structs import replace

from ingestion.domain import Document
from ingestion.errors import UnreadableError
from ingestion.parsing.notices import notice, unreadable

logger = logging.getLogger(__name__)

TEXTS = frozenset({"txt", "md", "markdown", "csv", "tsv", "text"})
IMAGES = frozenset({"png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp", "gif"})
WORKBOOKS = frozenset({"xlsx", "xlsm", "xlsb", "xls", "et", "ods"})
OFFICE = frozenset({"doc", "dot", "wps", "wpt", "rtf", "odt"})
WORD = frozenset({"docx", "docm", "dotx"})
ARCHIVES = frozenset({"zip"})
SUFFIXES = TEXTS | IMAGES | WORKBOOKS | OFFICE | WORD | ARCHIVES | {"pdf"}

MODULES = {"pdf": "pdf.reader", "image": "image", "docx": "docx.reader",
           "xlsx": "workbook.reader", "xls": "workbook.reader", "ods": "workbook.reader",
           "doc": "office", "rtf": "office", "odt": "office", "html": "office", "text": "text"}
RECOGNISED = frozenset({"pdf", "image"})

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURE_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
FOREIGN = {b"Rar!\x1a\x07": "rar", b"7z\xbc\xaf\x27\x1c": "7z", b"\x1f\x8b": "gz", b"MZ": "exe"}
PDF_HEADER_WITHIN = 1024
BIFF_STARTS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")  # workbooks before OLE
OLE_HEADER = 512
OLD_WORKBOOKS = frozenset({"xls", "xlt", "et"})
MACROS = b"vbaProject.bin"                            # as a zip names it
MACROS_OLE = "_VBA_PROJECT".encode("utf-16-le")      # as an OLE file names its stream


class Progress(Protocol):
    """Told how many of how many pages are done: of those that are recognised, or of all as they are read."""

    def __call__(self, done: int, total: int, recognising: bool = True, /) -> None: ...


class Reader(Protocol):
    def read(self, data: bytes, name: str, sha256: str, **progress: Progress) -> Document: ...


def suffix(name: str) -> str:
    return PurePosixPath(name).suffix[1:].lower()


def read(data: bytes, name: str, progress: Progress | None = None) -> Document:
    """The document in `data`. UnreadableError if it gives no text; what it lost in part is in `Document.notices`.

    `progress` is told how many of how many pages are done, for those kinds that have pages.
    """
    found = kind(data, name)
    if found == "zip":
        raise unreadable("nested_archive")
    module = _module(found)
    digest = hashlib.sha256(data).hexdigest()
    try:
        if progress is not None and found in RECOGNISED:
            return _unmarked(module.read(data, name, digest, progress=progress))
        try:
            return _noted(_unmarked(module.read(data, name, digest)), data)
        except UnreadableError as error:
            if found != "xls" or error.code != "corrupt":
                raise
            return _noted(_unmarked(_old_workbook(data, name, digest, error)), data)
    except UnreadableError:
        raise
    except MemoryError as error:
        raise unreadable("too_much_memory") from error
    except Exception as error:
        # A damaged file can break a library anywhere; one file must not stop the others.
        logger.info("reading %r failed", name, exc_info=True)
        raise unreadable("corrupt", detail=type(error).__name__) from error


def second_reader(data: bytes, name: str) -> bool:
    """Whether there is another way to read what the first one called corrupt: a workbook of an old program."""
    try:
        return kind(data, name) == "xls"
    except UnreadableError:
        return False


def _module(found: str) -> Reader:
    return cast("Reader", importlib.import_module(f"ingestion.parsing.{MODULES[found]}"))


def _old_workbook(data: bytes, name: str, digest: str, error: UnreadableError) -> Document:
    """A workbook that only LibreOffice knows; where it does not either, or the file is cut off, `error`, or that it is
    encrypted.
    """
    from ingestion.parsing import office

    if office.is_cut(data):
        raise error
    try:
        document = office.read(data, name, digest)
        return replace(document, notices=(*document.notices, notice("old_workbook")))
    except UnreadableError as other:
        if other.code in {"encrypted", "blank", "too_large"}:
            raise
        logger.info("reading %r by LibreOffice: %s", name, other.code)
    raise error


def _unmarked(document: Document) -> Document:
    """The document, unless it bears a mark of state secrets: then nothing of it goes on."""
    from ingestion import secrecy

    if secrecy.mark(document.text) is not None:
        raise unreadable("secrecy_mark")
    return document


def _noted(document: Document, data: bytes) -> Document:
    """The document, with a notice where its file carries macros: they are never run."""
    if not ((data.startswith(b"PK") and MACROS in data) or (data.startswith(OLE) and MACROS_OLE in data)):
        return document
    return replace(document, notices=(*document.notices, notice("macros_not_run")))


def kind(data: bytes, name: str) -> str:
    """A key of MODULES, or "zip" for an archive of documents. UnreadableError for what no module reads."""
    if not data:
        raise unreadable("empty")
    extension = suffix(name)
    zipped = data.startswith((b"PK\x03\x04", b"PK\x05\x06"))
    if b"%PDF-" in data[:PDF_HEADER_WITHIN] and not zipped:  # an archive may hold a pdf as it is
        return "pdf"
    if data.startswith(PICTURE_STARTS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP") \
            or (data.startswith(b"BM") and extension in IMAGES):
        return "image"
    if zipped:
        return _zip_kind(data, extension)
    if data.startswith(OLE):
        return _ole_kind(data, extension)
    if extension in OLD_WORKBOOKS and data.startswith(BIFF_STARTS):
        return "xls"
    for start, foreign in FOREIGN.items():
        if data.startswith(start):
            raise unreadable("unsupported", detail=foreign)
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if extension not in TEXTS and (head.startswith((b"<html", b"<!doctype html")) or b"<html" in head
                                   or b"schemas-microsoft-com:office" in head or b"mime-version:" in head[:200]):
        return "html"
    if extension and extension not in SUFFIXES:
        raise unreadable("unsupported", detail="." + extension)
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise unreadable("corrupt", detail=(
            f"不是 .{extension} 文件", f"not a .{extension} file") if extension else ("不是文字", "binary data"))
    return "text"


def _zip_kind(data: bytes, extension: str) -> str:
    """What a zip holds, by the names in it."""
    from ingestion.parsing.package import Package
    package = Package(data)
    if any(name.startswith("word/") for name in package.infos):
        return "docx"
    if any(name.startswith("xl/") for name in package.infos):
        return "xlsx"
    if any(name.startswith("ppt/") for name in package.infos):
        raise unreadable("unsupported", detail=".pptx")
    if "OFD.xml" in package:
        raise unreadable("unsupported", detail=".ofd")
    if "mimetype" in package:
        declared = package.read("mimetype")
        for mark, found in ((b"opendocument.text", "odt"), (b"opendocument.spreadsheet", "ods")):
            if mark in declared:
                return found
        raise unreadable("unsupported", detail=declared[:60].decode("ascii", "replace"))
    if extension in WORD | WORKBOOKS | OFFICE:
        raise unreadable("corrupt", detail=(
            f".{extension} 中没有文档", f"no document inside the .{extension}"))
    return "zip"


def _ole_kind(data: bytes, extension: str) -> str:
    """What an OLE file holds, by the names of its streams; a file may embed the other kind, then its name decides."""
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise unreadable("encrypted")
    word, workbook = holds("WordDocument"), holds("Workbook") or holds("Book\0")
    if word and not (workbook and extension in WORKBOOKS):
        return "doc"
    if workbook:
        return "xls"
    if holds("PowerPoint Document"):
        raise unreadable("unsupported", detail=".ppt")
    if extension in OFFICE:
        return "doc"
    if extension in OLD_WORKBOOKS and len(data) > OLE_HEADER:
        return "xls"
    raise unreadable("corrupt", detail="OLE") if extension in SUFFIXES else unreadable(
        "unsupported", detail="." + extension)
