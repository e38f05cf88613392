"""Zips of documents: their members by name, within the limits of `package`.

Names are read as UTF-8 where the zip says so or they are, else as GB18030, which Chinese Windows programs write without
saying so. A zip with an unsafe name is refused whole: a program that writes such names is not packing documents.
"""
from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from zipfile import ZipInfo

from ingestion.parsing.notices import unreadable

UTF8_FLAG = 0x800
LITTER = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini", ".DS_Store", ".git", ".svn", ".hg", ".Trashes",
                    ".fseventsd", ".Spotlight-V100", ".TemporaryItems", ".idea", ".vscode"})
LOCKS = ("~$", "._", ".~")   # of office programs; what a Mac puts beside a file


def members(data: bytes) -> list[tuple[str, bytes]]:
    """The files in a zip as (name with "/", bytes), sorted by name; a zip inside is one of them, unopened."""
    from ingestion.parsing.package import UNSAFE_NAME, Package
    package = Package(data)
    found: dict[str, bytes] = {}
    for stored, info in package.infos.items():
        name = _name(info)
        if UNSAFE_NAME.search(name):
            raise unreadable("unsafe", detail=f"entry {name[:80]!r}")
        if info.is_dir() or is_litter(name):
            continue
        if name in found:
            raise unreadable("unsafe", detail=f"two entries named {name[:80]!r}")
        found[name] = package.read(stored)
    return sorted(found.items())


def is_litter(name: str) -> bool:
    """Files that systems and programs leave behind: lock files, thumbnails, hidden ones of no kind that is read. A
    document stays one when somebody hides it (.申报书.docx).
    """
    from ingestion.parsing import formats as parsing

    parts = PurePosixPath(name).parts
    if any(part in LITTER or part.startswith(LOCKS) for part in parts):
        return True
    return any(part.startswith(".") for part in parts) and parsing.suffix(name) not in parsing.SUFFIXES


def _name(info: ZipInfo) -> str:
    """A member's name, in whichever encoding it was written."""
    name = info.filename
    if not info.flag_bits & UTF8_FLAG:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding) or name
            except UnicodeDecodeError:
                continue
            break
    return unicodedata.normalize("NFC", name.replace("\\", "/"))
