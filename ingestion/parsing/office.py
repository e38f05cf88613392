"""Reading doc, wps, rtf, odt and web pages named as such, by LibreOffice turning them into docx or xlsx; and pages of
office files of every kind, for people to look at.

LibreOffice is a program of its own that may not be there. It runs with its own profile folder, in which macros and
links to the outside are switched off: two runs on one profile disturb each other, so one process has one profile and
converts one file at a time.
"""
from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from functools import cache
from pathlib import Path

from ingestion.domain import Document
from ingestion.errors import UnreadableError
from ingestion.parsing.notices import unreadable

logger = logging.getLogger(__name__)

PROGRAMS = ("soffice", "libreoffice")
TIMEOUT = 26  # seconds for one file; the wall gives it more
SHEETS = frozenset({"xls", "et", "ett", "xlt", "ods"})
WORD_MAGIC = b"\xec\xa5\xc1\x00"  # start of a Word file information block
ENCRYPTED_BIT = 0x01              # of its byte 11
BEGINNINGS = (b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00",
              b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x00\x04\x00")  # of a workbook's own stream, by version
FILE_PASSWORD = b"\x2f\x00"        # the record that says so
FIRST_RECORDS = 8
OLE = b"\xd0\xcf\x11\xe0"
OLE_HEADER, OLE_TABLES, OLE_NONE = 512, 76, 0xFFFFFFFA   # its length; where its tables stand; no sector
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>2</value></prop></item>
</oor:items>
"""
MOST_PAGES = 100          # of a file that is laid out for people
PDF_FILTERS = {"docx": "writer", "doc": "writer", "rtf": "writer", "odt": "writer", "html": "writer",
               "xlsx": "calc", "xls": "calc", "ods": "calc"}     # by kind
_lock = threading.Lock()


def read(data: bytes, name: str, sha256: str) -> Document:
    """The document in a file of an older program, converted by LibreOffice."""
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else "doc"
    target = "xlsx" if extension in SHEETS else "docx"
    if _is_encrypted(data):
        raise unreadable("encrypted")
    locked = target == "xlsx" and _has_password(data)
    program = _program()
    if program is None:
        raise unreadable("encrypted") if locked else unreadable("no_libreoffice", detail=f".{extension}", target=target)
    try:
        converted = _convert(program, data, _source_suffix(data, extension), target)
    except UnreadableError as error:
        if locked:  # LibreOffice opens those that are only protected against changes
            raise unreadable("encrypted") from error
        raise
    module = importlib.import_module(
        "ingestion.parsing.workbook.reader" if target == "xlsx" else "ingestion.parsing.docx.reader")
    document: Document = module.read(converted, name, sha256, "doc" if target == "docx" else "xls")
    return document


def laid_out(data: bytes, kind: str) -> bytes:
    """A pdf of its first pages as LibreOffice lays them out: one more than MOST_PAGES where there are more."""
    program = _program()
    if program is None:
        raise unreadable("no_layout")
    family = PDF_FILTERS[kind]
    pages = json.dumps({"PageRange": {"type": "string", "value": f"1-{MOST_PAGES + 1}"}})
    try:
        return _convert(program, data, kind, "pdf", f"pdf:{family}_pdf_Export:{pages}")
    except UnreadableError as error:
        raise unreadable("layout_failed", detail=str(TIMEOUT)) from error


def _program() -> str | None:
    return next((found for found in map(shutil.which, PROGRAMS) if found), None)


def _source_suffix(data: bytes, extension: str) -> str:
    """What LibreOffice knows the file as: it goes by content, but text formats need their suffix."""
    if data.lstrip()[:5] == b"{\\rtf":
        return "rtf"
    if data[:2] == b"PK":
        return extension if extension in {"odt", "ods"} else "odt"
    if data[:4] == b"\xd0\xcf\x11\xe0" or data[:1] == b"\x09":
        return "xls" if extension in SHEETS else "doc"
    return "html"


def _is_encrypted(data: bytes) -> bool:
    """A Word 97-2003 file that needs a password to open."""
    at = data.find(WORD_MAGIC, 512)
    while at >= 0 and at % 512:
        at = data.find(WORD_MAGIC, at + 1)
    return 0 <= at < len(data) - 12 and bool(data[at + 11] & ENCRYPTED_BIT)


def is_cut(data: bytes) -> bool:
    """Whether an OLE file is shorter than its own table of sectors says: a program may read what is left in silence."""
    if not data.startswith(OLE) or len(data) < OLE_HEADER:
        return data.startswith(OLE)
    size = 1 << min(16, int.from_bytes(data[30:32], "little"))
    last = -1
    for place in range(OLE_TABLES, OLE_HEADER, 4):
        table = int.from_bytes(data[place:place + 4], "little")
        if table >= OLE_NONE:
            continue
        entries = data[(table + 1) * size:(table + 2) * size]
        if len(entries) < size:
            return True
        used = [at for at in range(0, size, 4) if entries[at:at + 4] != b"\xff\xff\xff\xff"]
        if used:
            last = max(last, (place - OLE_TABLES) // 4 * (size // 4) + used[-1] // 4)
    return len(data) <= (last + 1) * size


def _has_password(data: bytes) -> bool:
    """Whether an old workbook's first records say that the others are encrypted."""
    for beginning in BEGINNINGS:
        at = data.find(beginning)
        while at >= 0:
            place = at
            for _ in range(FIRST_RECORDS):
                if place + 4 > len(data):
                    break
                if data[place:place + 2] == FILE_PASSWORD:
                    return True
                place += 4 + int.from_bytes(data[place + 2:place + 4], "little")
            at = data.find(beginning, at + 1)
    return False


@cache
def _profile(process: int) -> tempfile.TemporaryDirectory[str]:  # noqa: ARG001 (a forked process needs its own)
    """The profile folder of one process; it goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="guohe-office-")
    user = Path(folder.name) / "user"
    user.mkdir()
    (user / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    return folder


def _convert(program: str, data: bytes, suffix: str, target: str, output: str = "") -> bytes:
    """The file as LibreOffice writes it in another kind; UnreadableError where it does not."""
    with _lock, tempfile.TemporaryDirectory(prefix="guohe-") as folder:
        source = Path(folder) / f"in.{suffix}"
        source.write_bytes(data)
        result = Path(folder) / f"in.{target}"
        reader = "HTML (StarCalc)" if target == "xlsx" else "HTML (StarWriter)"
        filters = [f"--infilter={reader}"] if suffix == "html" else []
        profile = Path(_profile(os.getpid()).name).as_uri()
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nolockcheck", *filters,
                   "--convert-to", output or target, "--outdir", folder, str(source)]
        _run(command, folder, target)
        if not result.exists():
            raise unreadable("conversion", detail="no output", target=target)
        return result.read_bytes()


def _run(command: list[str], folder: str, target: str) -> None:
    """Run LibreOffice; whatever it started ends with it, also when it takes too long."""
    try:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    except OSError as error:
        raise unreadable("conversion", detail=str(error), target=target) from error
    try:
        output, _ = process.communicate(timeout=TIMEOUT)
        logger.debug("libreoffice: %s", output.decode("utf-8", "replace").strip())
    except subprocess.TimeoutExpired as error:
        with contextlib.suppress(OSError, AttributeError):  # Windows has no process groups
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.communicate()
        raise unreadable("conversion", detail=f"> {TIMEOUT} s", target=target) from error
