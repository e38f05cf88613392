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
import gc
import logging
import os
import select
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

from ingestion import collector, parsing
from ingestion.domain import Document
from ingestion.errors import UnreadableError
from ingestion.parsing import child as inside
from ingestion.parsing.notices import unreadable

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
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME",
                    "PYTHONDONTWRITEBYTECODE", "GUOHE_CACHE", "XDG_CACHE_HOME", "SYSTEMROOT")
SIGNALS = {signal.SIGXCPU: "took_too_long", signal.SIGALRM: "took_too_long"} if AVAILABLE else {}


def read(data: bytes, name: str, progress: parsing.Progress | None = None) -> Document:
    """`parsing.read`, behind the wall."""
    if not AVAILABLE or _plain(data, name):
        return parsing.read(data, name, progress)
    content = _asked(inside.READ, (name,), data, progress)
    assert isinstance(content, Document)  # noqa: S101 (for the type checker: _asked gives what was asked for)
    return content


def draw(data: bytes, kind: str, page: int, scale: float = 1.0) -> bytes:
    """A page (from 1) of a "pdf", or a frame of an "image" in its own size, as a PNG."""
    if not AVAILABLE:
        from ingestion.parsing import image, pdf
        return pdf.render(data, page, scale) if kind == "pdf" else image.render(data, page)
    content = _asked(inside.DRAW_PDF if kind == "pdf" else inside.DRAW_IMAGE, (page, scale), data, None)
    assert isinstance(content, bytes)  # noqa: S101
    return content


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


class _Child:
    """One process behind the wall. `usable` is False once it has failed."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="guohe-wall-")
        self.usable, self.files, self.spent = True, 0, 0.0
        self.layers: tuple[str, ...] = ()
        theirs, self._requests = os.pipe()
        self._replies, theirs_too = os.pipe()
        inside.widen(self._requests)
        inside.widen(self._replies)
        self.by_fork = _single()
        self.process: int | None = _forked(theirs, theirs_too, self.folder) if self.by_fork else _spawned(
            theirs, theirs_too, self.folder)
        os.close(theirs)
        os.close(theirs_too)

    def answer(self, what: bytes, arguments: tuple[Any, ...], data: bytes,
               progress: parsing.Progress | None) -> Document | bytes:
        """What the child makes of a request. UnreadableError where the file is at fault."""
        import msgspec

        self.greet()
        self.files += 1
        begun = time.monotonic()
        limit = SECONDS_OFFICE if what == inside.READ and data.startswith(OFFICE_STARTS) else SECONDS
        until = begun + limit
        packed = msgspec.msgpack.encode(arguments)
        header = inside.HEADER.pack(what, len(data), 0.0) + len(packed).to_bytes(4, "little")
        seconds = 0.0
        try:
            inside.send(self._requests, header + packed)
            inside.send(self._requests, data)
            while True:
                made, content, seconds = self._frame(until)
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
        except TimeoutError as error:
            self.usable = False
            logger.warning("reading a file was ended after %.0f s", time.monotonic() - begun)
            raise unreadable("took_too_long", detail=f"{time.monotonic() - begun:.0f}") from error
        except (EOFError, BrokenPipeError) as error:
            self.usable = False
            raise self._died(time.monotonic() - begun) from error
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
            _, content, _ = self._frame(time.monotonic() + SECONDS_START)
        except (TimeoutError, EOFError) as error:
            self.usable = False
            raise unreadable("reader_crashed", detail="start") from error
        self.layers = tuple(content.decode("ascii", "replace").split())

    def lives(self) -> bool:
        try:
            return self.process is not None and os.waitpid(self.process, os.WNOHANG)[0] == 0
        except ChildProcessError:
            return False

    def _frame(self, until: float) -> tuple[bytes, bytes, float]:
        made, length, seconds = inside.HEADER.unpack(self._exactly(inside.HEADER.size, until))
        if length > MOST_REPLY:
            self.usable = False
            raise unreadable("too_large", detail=f"> {MOST_REPLY // 1_000_000} MB")
        return made, self._exactly(length, until), seconds

    def _exactly(self, count: int, until: float) -> bytes:
        found = bytearray(count)
        have = 0
        waiting = select.poll()
        waiting.register(self._replies, select.POLLIN)
        with memoryview(found) as view:
            while have < count:
                if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
                    raise TimeoutError
                more = os.readv(self._replies, [view[have:have + inside.CHUNK]])
                if not more:
                    raise EOFError
                have += more
        return bytes(found)

    def _died(self, seconds: float) -> UnreadableError:
        """Why the child is gone."""
        code = self._ended(5.0)
        number = code - 128 if code > 128 else -code
        logger.warning("the process that read a file ended with status %d", code)
        if number in SIGNALS:
            return unreadable(SIGNALS[signal.Signals(number)], detail=f"{seconds:.0f}")
        if number == signal.SIGKILL:
            return unreadable("too_much_memory")
        return unreadable("reader_crashed", detail=signal.Signals(number).name if number in set(signal.Signals)
                          else f"{code}")

    def _ended(self, patience: float) -> int:
        """The status of the process, negative for a signal; it is ended where it does not end by itself."""
        if self.process is None:
            return 0
        end = time.monotonic() + patience
        while True:
            with contextlib.suppress(ChildProcessError):
                found, status = os.waitpid(self.process, os.WNOHANG)
                if not found and time.monotonic() < end:
                    time.sleep(0.002)
                    continue
                if not found:
                    self._kill()
                    status = os.waitpid(self.process, 0)[1]
                self.process = None
                return os.waitstatus_to_exitcode(status)
            self.process = None
            return 0

    def _kill(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)

    def end(self) -> None:
        """End the process, at once where it is at work, and remove what it left."""
        if not self.usable:
            self._kill()
        for pipe in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                os.close(pipe)
        self._ended(1.0)
        shutil.rmtree(self.folder, ignore_errors=True)

    def let_go(self) -> None:
        """Of another process's child, known here since this process was forked from it."""
        for pipe in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                os.close(pipe)


class _Pool:
    """Children that wait for a file."""

    def __init__(self) -> None:
        self.room = threading.BoundedSemaphore(AT_ONCE)
        self.layers: tuple[str, ...] = ()
        self.spent = 0.0
        self._waiting: list[_Child] = []
        self._lock = threading.Lock()

    def take(self) -> _Child:
        with self._lock:
            while self._waiting:
                child = self._waiting.pop()
                if child.lives():
                    return child
                child.end()
        return _Child()

    def give_back(self, child: _Child) -> None:
        self._count(child)
        if not child.usable or child.files >= MOST_FILES:
            child.end()
            return
        with self._lock:
            self._waiting.append(child)

    def close(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for child in waiting:
            child.end()

    def forget(self) -> None:
        """In a forked process: the children are another's."""
        for child in self._waiting:
            child.let_go()
        self.__init__()  # type: ignore[misc]

    def _count(self, child: _Child) -> None:
        self.spent += child.spent
        self.layers = child.layers or self.layers
        child.spent = 0.0


def _decoded(made: bytes, content: bytes) -> Document | bytes:
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


def _single() -> bool:
    """Whether this process may be forked and go on in Python: nothing else runs in it that could hold a lock."""
    try:
        return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 (names alone)
    except OSError:
        return False


def _forked(requests: int, replies: int, folder: str) -> int:
    process = os.fork()
    if process:
        return process
    try:
        _become(requests, replies, folder)
    finally:
        os._exit(70)


def _become(requests: int, replies: int, folder: str) -> NoReturn:
    """The forked process: a session of its own, no file of the parent's open but its pipes and the log."""
    os.setsid()
    gc.disable()
    first, last = sorted((requests, replies))
    os.closerange(3, first)
    os.closerange(first + 1, last)
    os.closerange(last + 1, 4096)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    inside.serve(requests, replies, folder, each_alone=False)


def _spawned(requests: int, replies: int, folder: str) -> int:
    """A process that was started anew, with an environment that holds no secrets."""
    import subprocess

    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    root = str(Path(__file__).parent.parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-m", "ingestion.parsing.child", str(requests), str(replies), folder],
        stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=(requests, replies), env=environment, cwd=folder)
    process.returncode = 0  # it is waited for by its number, here
    return process.pid


_pool = _Pool()
atexit.register(close)
if AVAILABLE:
    os.register_at_fork(after_in_child=_pool.forget)
