"""Office files laid out as pages, for people to look at: a pdf beside what was read, made when somebody first asks.

LibreOffice takes seconds, so it works in the background, one file after another and behind the wall; whoever asks
meanwhile is told to wait. What was made is kept by content like all that is read from files, and goes with it.
"""
from __future__ import annotations

import logging
import threading
import zlib
from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import replace

from api.errors import Failure
from api.service import versions
from api.store.files import Files
from ingestion.domain import Document
from ingestion.errors import GuoheError, UnreadableError
from ingestion.parsing.office import MOST_PAGES
from ingestion.parsing.sandbox import wall

log = logging.getLogger(__name__)

KINDS = {"docx": "docx", "doc": "doc", "xlsx": "xlsx", "xls": "xls", "ods": "ods"}   # of documents, to those of files
MOST_WAITING = 50     # files; whoever asks for more asks again
MOST_KNOWN = 1_000    # failures, told again without another try


class LayoutState(StrEnum):
    READY = "ready"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file stands. `pages` are those shown, with the lines of their text; `more`: there are others; `failure`:
    why there are none."""

    state: LayoutState
    pages: Document | None = None
    more: bool = False
    failure: GuoheError | None = None


class Layouts:
    def __init__(self, contents: Files) -> None:
        self._contents = contents
        self._wanted: deque[tuple[str, str]] = deque()
        self._failed: OrderedDict[tuple[str, str], UnreadableError] = OrderedDict()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def of(self, sha256: str, kind: str) -> Layout:
        """The pages of a file, or how far they are; asking has them made."""
        import msgspec

        key = (sha256, KINDS[kind])
        kept = self._contents.made(sha256, _lines(key))
        if kept is not None:
            pages = msgspec.json.decode(zlib.decompress(kept), type=Document)
            shown = replace(pages, pages=pages.pages[:MOST_PAGES])
            return Layout(LayoutState.READY, shown, more=len(pages.pages) > MOST_PAGES)
        with self._lock:
            if (failure := self._failed.get(key)) is not None:
                return Layout(LayoutState.FAILED, failure=failure)
            if key not in self._wanted and len(self._wanted) < MOST_WAITING:
                self._wanted.append(key)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="layouts", daemon=True)
                    self._thread.start()
        return Layout(LayoutState.WAITING)

    def pdf(self, sha256: str, kind: str) -> bytes | None:
        """What was made, None where nothing is kept."""
        return self._contents.made(sha256, _pdf((sha256, KINDS[kind])))

    def _work(self) -> None:
        """Until nothing is wanted any more."""
        while True:
            with self._lock:
                if not self._wanted:
                    self._thread = None
                    return
                key = self._wanted[0]   # it stays there while it is made, so that it is not wanted again
            failure: UnreadableError | None = None
            try:
                self._make(key)
            except UnreadableError as error:
                failure = error
            except Exception as error:  # noqa: BLE001 - the store may be away, or the content gone; others go on
                log.warning("a file could not be laid out (%s)", type(error).__name__)
            with self._lock:
                self._wanted.popleft()
                if failure is not None:
                    self._failed[key] = failure
                    if len(self._failed) > MOST_KNOWN:
                        self._failed.popitem(last=False)

    def _make(self, key: tuple[str, str]) -> None:
        """Lays an office file out and keeps its pages and where its lines stand."""
        import msgspec

        sha256, kind = key
        try:
            data = self._contents.read(sha256)
        except Failure:
            return   # taken away meanwhile
        drawn, pages = wall.laid_out(data, kind)
        self._contents.put_made(sha256, _pdf(key), drawn)
        self._contents.put_made(sha256, _lines(key), zlib.compress(msgspec.json.encode(pages)))


def _pdf(key: tuple[str, str]) -> str:
    return f"layout-{key[1]}-{versions.reader()}.pdf"


def _lines(key: tuple[str, str]) -> str:
    """Of the pages and their lines; written last, so that the pdf is there where it is."""
    return f"layout-{key[1]}-{versions.reader()}.json.z"
