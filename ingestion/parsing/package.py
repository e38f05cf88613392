"""The gate that every zip-based file passes: counts and sizes are checked while bytes stream, never from headers.

Only the parts that a reader asks for are unpacked. XML is parsed without entities, DTDs and network; a DOCTYPE in any
XML part is refused, because parsers drop the text of an external entity without a word.
"""
from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from itertools import pairwise
from typing import Any

from lxml import etree

from ingestion.parsing.notices import unreadable

ENTRIES = 2_000
PART_BYTES = 40_000_000
TOTAL_BYTES = 100_000_000
TAGS = 4_000_000  # of one XML part; some 1,500 pages of text
CHUNK = 1 << 18
STRICT = (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main",
          b"http://purl.oclc.org/ooxml/officeDocument/relationships", b"http://purl.oclc.org/ooxml/drawingml/main")
TRANSITIONAL = (b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://schemas.openxmlformats.org/drawingml/2006/main")
CENTRAL_DIRECTORY = b"PK\x05\x06"  # its end, at the end of every zip
DIRECTORY_ENTRY = 46 + 1_000  # bytes of the directory for one entry: its fixed part, and more than any name in use
LOCAL_HEADER = 30
SYMLINK, KIND_BITS = 0o120000, 0o170000
BLANK = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
ENCRYPTED = 0x1  # bit of a zip entry's flags
UNSAFE_NAME = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|[\x00-\x1f]")
DOCTYPE = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))

Element = Any  # lxml ships no types


class Package:
    """The parts of one zip by name. `total` counts the bytes that were unpacked so far."""

    def __init__(self, data: bytes) -> None:
        """Opens a zip within limits; UnreadableError for one that is damaged or too large."""
        _refuse_long_directory(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            cut = CENTRAL_DIRECTORY not in data
            raise unreadable("corrupt", detail="zip: the end is missing" if cut else f"zip: {error}") from error
        self.total = 0
        self.infos: dict[str, zipfile.ZipInfo] = {}
        self._kept: dict[str, bytes] = {}
        entries = self._zip.infolist()
        if len(entries) > ENTRIES:
            raise unreadable("too_large", detail=f"{len(entries)} entries > {ENTRIES}")
        for info in entries:
            if UNSAFE_NAME.search(info.filename) or UNSAFE_NAME.search(info.orig_filename):
                raise unreadable("unsafe", detail=f"entry name {info.filename[:80]!r}")
            if info.filename in self.infos:
                raise unreadable("unsafe", detail=f"two entries named {info.filename[:80]!r}")
            if (info.external_attr >> 16) & KIND_BITS == SYMLINK:
                raise unreadable("unsafe", detail=f"link {info.filename[:80]!r}")
            self.infos[info.filename] = info
        _refuse_overlaps(entries)

    def __contains__(self, name: str) -> bool:
        return name in self.infos

    def read(self, name: str) -> bytes:
        """The bytes of one entry, counted while they stream; KeyError if there is no such entry."""
        info = self.infos[name]
        if info.flag_bits & ENCRYPTED:
            raise unreadable("encrypted")
        chunks, size = [], 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    self.total += len(chunk)
                    if size > PART_BYTES or self.total > TOTAL_BYTES:
                        limit = PART_BYTES if size > PART_BYTES else TOTAL_BYTES
                        raise unreadable("too_large", detail=f"{name[:80]!r} > {limit // 1_000_000} MB")
                    chunks.append(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError,
                RuntimeError) as error:
            raise unreadable("corrupt", detail=f"{name[:80]!r}: {error}") from error
        return b"".join(chunks)

    def xml_bytes(self, name: str) -> bytes:
        """The bytes of an XML part, refused with a DOCTYPE; names of strict OOXML made the usual ones."""
        if name in self._kept:
            return self._kept.pop(name)
        raw = self.read(name)
        if any(mark in raw for mark in DOCTYPE):
            raise unreadable("doctype")
        if raw.count(b"<") > TAGS:
            raise unreadable("too_large", detail=f"{name[:80]!r}: more than {TAGS} tags")
        if b"purl.oclc.org" in raw:
            for strict, usual in zip(STRICT, TRANSITIONAL, strict=True):
                raw = raw.replace(strict, usual)
        return raw

    def xml(self, name: str) -> Element:
        """The root element of an XML part; None if there is no such part."""
        return parse(self.xml_bytes(name), name) if name in self.infos else None

    def refuse_doctypes(self) -> None:
        """Look at every part that is XML by name or by how it starts, also those that no reader asks for."""
        for name in self.infos:
            if name.endswith((".xml", ".rels")):
                self._kept[name] = self.xml_bytes(name)
            elif not name.endswith("/") and self._start(name).lstrip(BLANK).startswith(b"<"):
                self.xml_bytes(name)

    def _start(self, name: str) -> bytes:
        """The first bytes of an entry; none of one that cannot be unpacked, which is said when it is read."""
        try:
            with self._zip.open(self.infos[name]) as stream:
                return stream.read(64)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
            return b""

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id to (last word of its type, name of the target part) of one part; outside targets are left out."""
        folder, file = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", file + ".rels"))
        found: dict[str, tuple[str, str]] = {}
        for relation in () if root is None else root:
            if not isinstance(relation.tag, str) or relation.get("TargetMode") == "External":
                continue
            target = relation.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[relation.get("Id", "")] = (relation.get("Type", "").rsplit("/", 1)[-1], path)
        return found


def _refuse_long_directory(data: bytes) -> None:
    """Before a library lists it: a directory of millions of entries takes gigabytes."""
    end = data.rfind(CENTRAL_DIRECTORY)
    if 0 <= end <= len(data) - 22:
        size = int.from_bytes(data[end + 12:end + 16], "little")
        if size == 0xFFFFFFFF:  # zip64
            wide = data.rfind(b"PK\x06\x06", 0, end)
            size = int.from_bytes(data[wide + 40:wide + 48], "little") if wide >= 0 else 0
        if size > ENTRIES * DIRECTORY_ENTRY:
            raise unreadable("too_large", detail=f"zip directory {size // 1_000_000} MB")


def _refuse_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """Entries that share their bytes unpack to many times what the file holds, each within its own limit."""
    placed = sorted((info.header_offset, info.compress_size, info.filename) for info in entries)
    for (start, size, _), (after, _, name) in pairwise(placed):
        if start + LOCAL_HEADER + size > after:
            raise unreadable("unsafe", detail=f"overlapping entry {name[:80]!r}")


def parse(raw: bytes, name: str) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                             remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise unreadable("corrupt", detail=f"{name[:80]!r}: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise unreadable("doctype")
    return root
