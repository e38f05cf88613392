"""Reading files behind a wall: a process that hangs, eats memory or crashes on a file costs that file and nothing else.

The parent hands a child the file's content and takes back a document; it gives the child a time, and ends it when that
is over. A command line with one thread makes its child by `fork`, which costs next to nothing, and keeps it for all its
files. A server starts a child that makes a process for each file (`child`). Short plain text is read where it is: what
that costs is bounded by its length.

Where a system has no processes of this kind (Windows) files are read without a wall, and `level` says so.
"""
from __future__ import annotations

import atexit
import contextlib
import logging
import os
import signal
import threading
import time
from typing import Any

from ingestion import collector
from ingestion.domain import Document
from ingestion.errors import UnreadableError
from ingestion.parsing import formats as parsing
from ingestion.parsing.notices import unreadable
from ingestion.parsing.sandbox import child as inside
from ingestion.parsing.sandbox import process
from ingestion.parsing.sandbox.process import Process, TooLongError

logger = logging.getLogger(__name__)

SECONDS_START = 30.0      # for a child to begin
SECONDS = 25.0            # for a file, and for each page that is recognised
SECONDS_PAGE = 0.01       # more for each page of a long one
SECONDS_OFFICE = 32.0     # for a file that LibreOffice turns first; it is given less by `office`
MOST_SECONDS = 3_600.0    # for a file, however many pages are recognised
MOST_REPLY = 400_000_000  # bytes
IN_PLACE = 1_000_000      # bytes of plain text that is read without a child
MOST_FILES = 200          # that one child reads
AT_ONCE = max(4, 2 * (os.cpu_count() or 1))  # children
OFFICE_STARTS = (parsing.OLE, b"{\\rtf", b"PK")  # a PK may be an .odt
AVAILABLE = hasattr(os, "fork")
SIGNALS = {signal.SIGXCPU: "took_too_long", signal.SIGALRM: "took_too_long"} if AVAILABLE else {}


def read(data: bytes, name: str, progress: parsing.Progress | None = None) -> Document:
    """`parsing.read`, behind the wall."""
    if not AVAILABLE or _plain(data, name):
        return parsing.read(data, name, progress)
    try:
        content = _asked(inside.READ, (name,), data, progress)
    except UnreadableError as error:
        if error.code != "corrupt" or process.single() or not parsing.second_reader(data, name):
            raise
        content = _asked(inside.READ, (name, True), data, progress)  # by a program, which the first try may not start
    assert isinstance(content, Document)  # noqa: S101 (for the type checker: _asked gives what was asked for)
    return content


def draw(data: bytes, kind: str, page: int, scale: float = 1.0) -> bytes:
    """A page (from 1) of a "pdf", or a frame of an "image" in its own size, as a PNG."""
    if not AVAILABLE:
        from ingestion.parsing import image
        from ingestion.parsing.pdf import reader as pdf
        return pdf.render(data, page, scale) if kind == "pdf" else image.render(data, page)
    content = _asked(inside.DRAW_PDF if kind == "pdf" else inside.DRAW_IMAGE, (page, scale), data, None)
    assert isinstance(content, bytes)  # noqa: S101
    return content


def laid_out(data: bytes, kind: str) -> tuple[bytes, Document]:
    """A pdf of an office file's first pages, by LibreOffice, and the pages in it with the lines of their text."""
    if not AVAILABLE:
        from ingestion.parsing import office
        from ingestion.parsing.pdf import reader as pdf
        drawn = office.laid_out(data, kind)
        return drawn, pdf.pages_of(drawn)
    made = _asked(inside.LAY_OUT, (kind,), data, None)
    assert isinstance(made, bytes)  # noqa: S101
    pages = _asked(inside.PAGES_OF, (), made, None)
    assert isinstance(pages, Document)  # noqa: S101
    return made, pages


def start() -> None:
    """Have a child ready, so that the first file need not wait for it."""
    if AVAILABLE:
        _pool.give_back(_pool.take())


def level() -> tuple[str, ...]:
    """The layers of the wall that are in force here, as `confinement` names them; empty: none."""
    if not AVAILABLE:
        return ()
    if not _pool.layers:
        child = _pool.take()
        with contextlib.suppress(UnreadableError):
            child.greet()
        _pool.give_back(child)
    return _pool.layers


def spent() -> float:
    """Processor seconds that children have spent on this process's files."""
    return _pool.spent


def close() -> None:
    """End the children that wait; others end when they are given back."""
    _pool.close()


def _plain(data: bytes, name: str) -> bool:
    if len(data) > IN_PLACE or data.startswith(b"PK"):
        return False
    try:
        return parsing.kind(data, name) == "text"
    except UnreadableError:
        return True  # said at once, and by the same words


def _asked(what: bytes, arguments: tuple[Any, ...], data: bytes, progress: parsing.Progress | None) -> Document | bytes:
    """A child's answer; one that fails to give it is not used again."""
    with _pool.room:
        child = _pool.take()
        try:
            answer = child.answer(what, arguments, data, progress)
        except UnreadableError:
            raise
        except BaseException:
            child.usable = False  # it is still at work
            raise
        finally:
            _pool.give_back(child)
        return answer


class _Child(Process):
    """A process that reads files. `layers` are those that it gave up, once it has said so."""

    def __init__(self) -> None:
        self.files, self.spent = 0, 0.0
        self.layers: tuple[str, ...] = ()
        self.by_fork = process.single()
        super().__init__(_forked if self.by_fork else _spawned)

    def answer(self, what: bytes, arguments: tuple[Any, ...], data: bytes,
               progress: parsing.Progress | None) -> Document | bytes:
        """What the child makes of a request. UnreadableError where the file is at fault."""
        import msgspec

        self.greet()
        self.files += 1
        begun = time.monotonic()
        limit = SECONDS_OFFICE if what in {inside.READ, inside.LAY_OUT} and data.startswith(OFFICE_STARTS) else SECONDS
        until = begun + limit
        packed = msgspec.msgpack.encode(arguments)
        header = inside.HEADER.pack(what, len(data), 0.0) + len(packed).to_bytes(4, "little")
        seconds = 0.0
        try:
            self.send(header + packed)
            self.send(data)
            while True:
                made, content, seconds = self.frame(until, MOST_REPLY)
                if made == inside.TOLD:
                    done, total, recognised = inside.PAGES.unpack(content)
                    until = max(until, min(time.monotonic() + SECONDS, begun + MOST_SECONDS) if recognised
                                else begun + limit + SECONDS_PAGE * min(total, MOST_SECONDS))
                    if progress is not None:
                        progress(done, total, recognised)
                else:
                    return _decoded(made, content)
        except UnreadableError:
            raise
        except TooLongError as error:
            raise unreadable("too_large", detail=f"> {MOST_REPLY // 1_000_000} MB") from error
        except TimeoutError as error:
            self.usable = False
            logger.warning("reading a file was ended after %.0f s", time.monotonic() - begun)
            raise unreadable("took_too_long", detail=f"{time.monotonic() - begun:.0f}") from error
        except (EOFError, BrokenPipeError) as error:
            self.usable = False
            raise self._why(time.monotonic() - begun) from error
        except (ValueError, OSError) as error:  # it said what is none of its replies
            self.usable = False
            raise unreadable("reader_crashed", detail=type(error).__name__) from error
        finally:
            self.spent += seconds

    def greet(self) -> None:
        """Wait until it has said what it gave up."""
        if self.layers:
            return
        try:
            _, content, _ = self.frame(time.monotonic() + SECONDS_START, MOST_REPLY)
        except (TimeoutError, EOFError, TooLongError) as error:
            self.usable = False
            raise unreadable("reader_crashed", detail="start") from error
        self.layers = tuple(content.decode("ascii", "replace").split())

    def _why(self, seconds: float) -> UnreadableError:
        """Why the child is gone."""
        code, number = self.died()
        if number in SIGNALS:
            return unreadable(SIGNALS[signal.Signals(number)], detail=f"{seconds:.0f}")
        if number == signal.SIGKILL:
            return unreadable("too_much_memory")
        return unreadable("reader_crashed", detail=signal.Signals(number).name if number else f"{code}")


class _Pool:
    """Children that wait for a file, and those at work."""

    def __init__(self) -> None:
        self.room = threading.BoundedSemaphore(AT_ONCE)
        self.layers: tuple[str, ...] = ()
        self.spent = 0.0
        self._waiting: list[_Child] = []
        self._at_work: list[_Child] = []
        self._lock = threading.Lock()

    def take(self) -> _Child:
        """A child that waits, or a new one."""
        with self._lock:
            while self._waiting:
                child = self._waiting.pop()
                if child.lives():
                    self._at_work.append(child)
                    return child
                child.end()
        child = _Child()
        with self._lock:
            self._at_work.append(child)
        return child

    def give_back(self, child: _Child) -> None:
        self._count(child)
        ended = not child.usable or child.files >= MOST_FILES
        with self._lock:
            self._at_work = [one for one in self._at_work if one is not child]
            if not ended:
                self._waiting.append(child)
        if ended:
            child.end()

    def close(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for child in waiting:
            child.end()

    def abandon(self) -> None:
        self.close()
        with self._lock:
            for child in self._at_work:
                child.abandon()

    def forget(self) -> None:
        """In a forked process: the children are another's."""
        for child in (*self._waiting, *self._at_work):
            child.let_go()
        self.__init__()  # type: ignore[misc]

    def _count(self, child: _Child) -> None:
        self.spent += child.spent
        self.layers = child.layers or self.layers
        child.spent = 0.0


def _decoded(made: bytes, content: bytes) -> Document | bytes:
    """What a child handed back, as a document or a picture; UnreadableError for its refusal."""
    import msgspec

    if made == inside.PICTURE:
        return content
    if made == inside.REFUSED:
        code, english, chinese = msgspec.msgpack.decode(content, type=tuple[str, str, str])
        raise UnreadableError(code, english, chinese)
    if made != inside.DOCUMENT:
        raise ValueError(made)
    with collector.paused():
        return msgspec.msgpack.decode(content, type=Document)


def _forked(requests: int, replies: int, folder: str) -> int:
    return process.forked(requests, replies, lambda: inside.serve(requests, replies, folder, each_alone=False))


def _spawned(requests: int, replies: int, folder: str) -> int:
    return process.spawned("ingestion.parsing.sandbox.child", requests, replies, folder)


_pool = _Pool()
atexit.register(_pool.abandon)  # whatever is at work then, nobody waits for
if AVAILABLE:
    os.register_at_fork(after_in_child=_pool.forget)
