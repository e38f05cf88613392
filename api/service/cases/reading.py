"""Documents read once: by the content, the kind that the name claims, and the version of the reader."""
from __future__ import annotations

import logging
import threading
import zlib
from collections import OrderedDict, defaultdict

from msgspec.structs import replace

from api.errors import Failure
from api.service import versions
from api.store.files import Files
from ingestion import parsing
from ingestion.domain import Document, Notice
from ingestion.errors import UnreadableError
from ingestion.parsing import Progress
from ingestion.parsing.sandbox import wall
from ingestion.reading import UNREAD

log = logging.getLogger(__name__)

REFUSED = "refused.json.z"    # says of a content that is not kept why it is not
MARKED = "secrecy_mark"       # the notice of a file that bears a mark of state secrets
KEPT_CHARACTERS = 6_000_000   # of documents kept in memory
COMPRESSION = 3


class Reader:
    """Reads, keeps what was read beside the file, and keeps the documents used last in memory."""

    def __init__(self, contents: Files) -> None:
        self._contents = contents
        self._recent: OrderedDict[str, Document] = OrderedDict()
        self._lock = threading.Lock()
        self._reading: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def document(self, sha256: str, name: str, progress: Progress | None = None) -> Document:
        """The document; a file that gives no text is one without text whose notice says why.

        `progress` is told how many of how many pages are read or recognised, and only if it is read now. Failure
        "not_found" where the file's content is not kept any more.
        """
        variant = f"{parsing.suffix(name)[:10]}-{versions.reader()}.json.z"
        key = f"{sha256}/{variant}"
        found = self._remembered(key)
        if found is None:
            with self._lock:
                alone = self._reading[key]
            with alone:  # who comes second finds it read
                found = self._remembered(key) or self._kept(sha256, variant) or self._read(
                    sha256, name, variant, progress)
            with self._lock:
                self._reading.pop(key, None)
            self._remember(key, found)
        return replace(found, name=name)

    def forget(self, sha256: str) -> None:
        with self._lock:
            for key in [one for one in self._recent if one.startswith(sha256)]:
                del self._recent[key]

    def _read(self, sha256: str, name: str, variant: str, progress: Progress | None) -> Document:
        """Reads a file behind the wall and keeps the document; one that cannot be read is kept as unread."""
        import msgspec

        try:
            data = self._contents.read(sha256)
        except Failure:
            if (refused := self._kept(sha256, REFUSED)) is not None:
                return refused
            raise
        try:
            document = wall.read(data, name, progress)
        except UnreadableError as error:
            document = Document(name, sha256, UNREAD, "", notices=(Notice(error.code, error.chinese, str(error)),))
        made = zlib.compress(msgspec.json.encode(document), COMPRESSION)
        self._contents.put_made(sha256, variant, made)
        if document.kind == UNREAD and any(one.code == MARKED for one in document.notices):
            self._contents.put_made(sha256, REFUSED, made)
            self._contents.drop(sha256)
            log.warning("a file with a mark of state secrets was refused and its content deleted")
        return document

    def _kept(self, sha256: str, variant: str) -> Document | None:
        """What was read before, unless it is broken or of another file."""
        import msgspec

        data = self._contents.made(sha256, variant)
        if data is None:
            return None
        try:
            found = msgspec.json.decode(zlib.decompress(data), type=Document)
        except (zlib.error, msgspec.DecodeError) as error:
            log.warning("what was read of %s is broken (%s) and is read again", sha256[:12], error)
            return None
        if found.sha256 != sha256:
            log.error("what stands for %s was read of another file (%s) and is read again", sha256[:12],
                      found.sha256[:12])
            return None
        return found

    def _remembered(self, key: str) -> Document | None:
        with self._lock:
            found = self._recent.get(key)
            if found is not None:
                self._recent.move_to_end(key)
            return found

    def _remember(self, key: str, document: Document) -> None:
        with self._lock:
            self._recent[key] = document
            self._recent.move_to_end(key)
            total = sum(len(one.text) for one in self._recent.values())
            while total > KEPT_CHARACTERS and len(self._recent) > 1:
                total -= len(self._recent.popitem(last=False)[1].text)


def document_of(contents: Files, sha256: str, name: str) -> Document:
    """The document read anew from its stored bytes; one that gives no text has the notice that says why."""
    try:
        return wall.read(contents.read(sha256), name)
    except UnreadableError as error:
        return Document(name, sha256, UNREAD, "", notices=(Notice(error.code, error.chinese, str(error)),))
