"""The process behind the wall: takes files through a pipe, reads them, and hands back documents and pictures.

    python -m ingestion.parsing.sandbox.child REQUESTS REPLIES FOLDER

Requests and replies are frames: a letter, a length, the processor seconds spent so far on the request, and the content.
A child of the command line serves all files of one person itself. A child of the server makes a process for each file,
which takes the file itself from the pipe: nothing of one person's file is there when the next one's is read, and what
recognition took goes with it. The process for the next file is made while none is waiting.
"""
from __future__ import annotations

import contextlib
import gc
import os
import signal
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ingestion.parsing.sandbox import confinement

if TYPE_CHECKING:
    from ingestion.domain import Document

HEADER = struct.Struct("<cQd")
PAGES = struct.Struct("<II?")
READ, LAY_OUT, PAGES_OF, DRAW_PDF, DRAW_IMAGE = b"r", b"l", b"g", b"p", b"i"   # requests
HELLO, TOLD, DOCUMENT, PICTURE, REFUSED = b"h", b"t", b"d", b"b", b"e"      # replies
TELL_EVERY = 0.2     # seconds between two signs of life
ROOT = str(Path(__file__).parents[2])
ALONE = 3_700        # seconds after which a child whose parent is gone ends by itself, whatever it does
CHUNK = 1 << 20
PIPE = 1 << 18       # bytes that a pipe holds, where the system lets it: the sides take turns less often
NO_MORE = 64         # status of a process that was made for a file that never came


def serve(requests: int, replies: int, folder: str, *, each_alone: bool) -> NoReturn:
    """Answer requests until there are none any more; never returns."""
    settle(folder)
    if each_alone:
        from ingestion.parsing.sandbox import warm

        warm.load()
    layers = confinement.confine(_writable(folder), [ROOT])
    if each_alone and confinement.NETWORK in layers:
        layers.append(confinement.PROGRAMS)
    greet(replies, layers)
    if each_alone:
        while in_a_process_of_its_own(requests, replies, _alone):
            pass
    else:
        while (asked := request(requests)) is not None:
            confinement.limit()
            _answer(replies, *asked)
    os._exit(0)


def settle(folder: str) -> None:
    """What every process behind the wall does first: its folder is its own, and it ends with its pipes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    tempfile.tempdir = os.environ["TMPDIR"] = folder


def greet(replies: int, layers: list[str]) -> None:
    """Say what was given up; everything that is there now is there for good."""
    gc.freeze()
    tell(replies, HELLO, " ".join(layers).encode())


def _writable(folder: str) -> list[str]:
    """The folders that a reader writes to: its own, and what was recognised before."""
    from ingestion.parsing.ocr import cache as ocr_cache

    kept = ocr_cache.folder()
    os.environ["GUOHE_CACHE"] = str(kept.parent)
    os.environ["HOME"] = folder  # where libraries keep what they think they need
    os.environ.pop("XDG_CACHE_HOME", None)
    with contextlib.suppress(OSError):
        kept.mkdir(parents=True, exist_ok=True)
    return [folder, str(kept)]


def in_a_process_of_its_own(requests: int, replies: int, answer: Callable[[int, bytes, Any, bytes], None]) -> bool:
    """Make a process that answers the next request, and wait for its end; False if there was no request any more."""
    process = os.fork()
    if process:
        ended = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if ended and ended != NO_MORE:  # what it had begun to say cannot be told from what comes next
            os._exit(ended if ended > 0 else 128 - ended)
        return not ended
    try:
        gc.disable()
        confinement.die_with_parent()
        asked = request(requests)
        if asked is None:
            os._exit(NO_MORE)
        signal.alarm(ALONE)
        answer(replies, *asked)
        os._exit(0)
    finally:
        os._exit(70)


def _alone(replies: int, what: bytes, arguments: Any, data: bytes) -> None:
    confinement.limit()
    if not _is_office(what, arguments, data):
        confinement.no_programs()
    _answer(replies, what, arguments, data)


def _is_office(what: bytes, arguments: Any, data: bytes) -> bool:
    """Whether a request needs LibreOffice, which is another program."""
    from ingestion.errors import UnreadableError
    from ingestion.parsing import formats as parsing

    if what == LAY_OUT:
        return True
    if what != READ:
        return False
    if len(arguments) > 1 and arguments[1]:
        return True
    try:
        return parsing.MODULES.get(parsing.kind(data, arguments[0])) == "office"
    except UnreadableError:
        return False


def _answer(replies: int, what: bytes, arguments: Any, data: bytes) -> None:
    """Does what was asked and hands back what came of it, a refusal too."""
    import msgspec

    from ingestion.errors import UnreadableError
    from ingestion.parsing.notices import unreadable

    started = time.process_time()
    try:
        try:
            if what == READ:
                made, content = DOCUMENT, msgspec.msgpack.encode(_read(replies, arguments[0], data, started))
            elif what == LAY_OUT:
                made, content = PICTURE, _laid_out(data, arguments[0])
            elif what == PAGES_OF:
                made, content = DOCUMENT, msgspec.msgpack.encode(_pages_of(data))
            else:
                made, content = PICTURE, _draw(what, data, *arguments)
        except MemoryError as error:
            raise unreadable("too_much_memory") from error
    except UnreadableError as error:
        made, content = REFUSED, msgspec.msgpack.encode((error.code, str(error), error.chinese))
    tell(replies, made, content, time.process_time() - started)


def _read(replies: int, name: str, data: bytes, started: float) -> Document:
    """Reads a file and tells of its pages; more is allowed once pictures are recognised."""
    from ingestion.parsing import formats as parsing

    last = 0.0

    def told(done: int, total: int, recognised: bool = True, /) -> None:
        nonlocal last
        first = not last
        if first or done == total or time.monotonic() - last >= TELL_EVERY:
            last = time.monotonic()
            tell(replies, TOLD, PAGES.pack(done, total, recognised), time.process_time() - started)
            if recognised:
                confinement.limit(recognition=True)

    return parsing.read(data, name, told)


def _laid_out(data: bytes, kind: str) -> bytes:
    from ingestion.parsing import office

    return office.laid_out(data, kind)


def _pages_of(data: bytes) -> Document:
    from ingestion.parsing.pdf import reader as pdf

    return pdf.pages_of(data)


def _draw(what: bytes, data: bytes, page: int, scale: float) -> bytes:
    if what == DRAW_PDF:
        from ingestion.parsing.pdf import reader as pdf

        return pdf.render(data, page, scale)
    from ingestion.parsing import image

    return image.render(data, page)


def request(requests: int) -> tuple[bytes, Any, bytes] | None:
    """A request: what to do, its arguments, a file's content; None when there will be no more."""
    import msgspec

    head = _exactly(requests, HEADER.size)
    if len(head) < HEADER.size:
        return None
    what, length, _ = HEADER.unpack(head)
    size = int.from_bytes(_exactly(requests, 4), "little")
    arguments = msgspec.msgpack.decode(_exactly(requests, size))
    return what, arguments, _exactly(requests, length)


def _exactly(source: int, count: int) -> bytes:
    """Fewer only where the other side is gone."""
    if not count:
        return b""
    first = os.read(source, min(count, PIPE))
    if len(first) == count or not first:
        return first
    found = bytearray(count)
    found[:len(first)] = first
    have = len(first)
    with memoryview(found) as view:
        while have < count:
            more = os.readv(source, [view[have:have + CHUNK]])
            if not more:
                break
            have += more
    return bytes(found) if have == count else bytes(found[:have])


def widen(pipe: int) -> None:
    """Let a pipe hold `PIPE` bytes, where the system allows it."""
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def tell(target: int, what: bytes, content: bytes, seconds: float = 0.0) -> None:
    send(target, HEADER.pack(what, len(content), seconds) + content)


def send(target: int, content: bytes) -> None:
    """All of `content`; ends the process where nobody takes it any more."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(target, rest[:CHUNK]):]


def main(arguments: list[str]) -> NoReturn:
    """Of a process that was started for this; nothing that a library prints gets among the replies."""
    requests, replies = int(arguments[0]), int(arguments[1])
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    serve(requests, replies, arguments[2], each_alone=True)


if __name__ == "__main__":
    main(sys.argv[1:])
