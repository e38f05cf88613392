"""A process that works for this one behind the wall: two pipes, a folder of its own, frames with a time.

The folder is held by a lock while the process that made it lives. Whoever makes the first folder of its own removes
those that nobody holds: what a kill leaves behind goes with the next start.
"""
from __future__ import annotations

import contextlib
import gc
import logging
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ingestion.parsing.sandbox import child as inside

logger = logging.getLogger(__name__)

KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME",
                    "PYTHONDONTWRITEBYTECODE", "GUOHE_CACHE", "XDG_CACHE_HOME", "SYSTEMROOT")
PREFIX, HELD = "guohe-wall-", ".held"
YOUNG = 60.0   # seconds in which a folder may not be held yet
Start = Callable[[int, int, str], int]   # by the ends of its pipes and its folder; the number of the process


class TooLongError(Exception):
    """A frame longer than was allowed."""


class Process:
    """One process behind the wall. `usable` is False once it has failed."""

    def __init__(self, start: Start) -> None:
        """Starts it with two pipes and a folder that is held as long as it is needed."""
        sweep()
        self.folder = tempfile.mkdtemp(prefix=PREFIX)
        self._held = _hold(Path(self.folder))
        self.usable = True
        theirs, self._requests = os.pipe()
        self._replies, theirs_too = os.pipe()
        inside.widen(self._requests)
        inside.widen(self._replies)
        self.process: int | None = start(theirs, theirs_too, self.folder)
        os.close(theirs)
        os.close(theirs_too)

    def lives(self) -> bool:
        try:
            return self.process is not None and os.waitpid(self.process, os.WNOHANG)[0] == 0
        except ChildProcessError:
            return False

    def frame(self, until: float, most: int) -> tuple[bytes, bytes, float]:
        """What it says next: a letter, the content, the processor seconds. TimeoutError, EOFError, TooLongError."""
        made, length, seconds = inside.HEADER.unpack(self._exactly(inside.HEADER.size, until))
        if length > most:
            self.usable = False
            raise TooLongError
        return made, self._exactly(length, until), seconds

    def send(self, content: bytes) -> None:
        inside.send(self._requests, content)

    def _exactly(self, count: int, until: float) -> bytes:
        """So many bytes; TimeoutError when they come too late, EOFError when it is gone."""
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

    def died(self) -> tuple[int, int]:
        """The status of a process that is gone, and the signal that ended it, 0 for none that is known."""
        code = self._ended(5.0)
        number = code - 128 if code > 128 else -code
        logger.warning("a process behind the wall ended with status %d", code)
        return code, number if number in set(signal.Signals) else 0

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
        self.let_go()
        self._ended(1.0)
        shutil.rmtree(self.folder, ignore_errors=True)

    def abandon(self) -> None:
        """End the process of somebody else's work, who is told by the end of what it reads, and remove its folder."""
        self.usable = False
        self._kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def let_go(self) -> None:
        """Close what is held of it here; all there is to do where it is another process's, known by a fork."""
        for one in (self._requests, self._replies, self._held):
            with contextlib.suppress(OSError):
                os.close(one)


def single() -> bool:
    """Whether this process may be forked and go on in Python: nothing else runs in it that could hold a lock."""
    try:
        return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 (names alone)
    except OSError:
        return False


def forked(requests: int, replies: int, work: Callable[[], object]) -> int:
    """A copy of this process that does the work in a session of its own, with no file of this one's open but its pipes
    and the log."""
    number = os.fork()
    if number:
        return number
    try:
        os.setsid()
        gc.disable()
        first, last = sorted((requests, replies))
        os.closerange(3, first)
        os.closerange(first + 1, last)
        os.closerange(last + 1, 4096)
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)
        work()
    finally:
        os._exit(70)


def spawned(module: str, requests: int, replies: int, folder: str) -> int:
    """A process that was started anew, with an environment that holds no secrets."""
    import subprocess

    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    root = str(Path(__file__).parents[3])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
    started = subprocess.Popen(
        [sys.executable, "-m", module, str(requests), str(replies), folder],
        stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=(requests, replies), env=environment, cwd=folder)
    started.returncode = 0  # it is waited for by its number, here
    return started.pid


def sweep() -> None:
    """Remove the folders in this place that no process holds any more; once in a process."""
    global _swept
    if _swept:
        return
    _swept = True
    with contextlib.suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError):
                if folder.stat().st_uid == os.getuid() and not _is_held(folder):
                    shutil.rmtree(folder, ignore_errors=True)


def _hold(folder: Path) -> int:
    """A lock that lasts as long as this process."""
    import fcntl

    held = os.open(folder / HELD, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with contextlib.suppress(OSError):
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return held


def _is_held(folder: Path) -> bool:
    """Whether a process holds this folder, or has only just made it."""
    import fcntl

    try:
        held = os.open(folder / HELD, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return time.time() - folder.stat().st_mtime < YOUNG
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(held)
    return False


_swept = False
