"""Reading facts behind a wall: documents that take too long or too much memory cost themselves and nothing else.

Short documents are read where they are: what that costs is bounded by their length (`limits`). Longer ones are read in
another process, as files are (`ingestion.parsing.sandbox.wall`): a command line with one thread forks for it, a
server keeps processes that know its policy. The same documents give the same facts in each of these ways.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import logging
import os
import signal
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from datetime import date

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ingestion import collector
from ingestion.domain import Document, Extraction, Fact
from ingestion.errors import ExtractionError
from ingestion.facts import limits
from ingestion.facts.explaining import Way
from ingestion.facts.prose import relevance
from ingestion.facts.sandbox import child, work
from ingestion.facts.sandbox.work import Answer, Request, Window, Wording
from ingestion.facts.schema import FactBook, PolicyFacts
from ingestion.language import load
from ingestion.parsing.sandbox import child as inside
from ingestion.parsing.sandbox import process, wall
from ingestion.parsing.sandbox.process import Process, TooLongError

logger = logging.getLogger(__name__)

IN_PLACE = 20_000        # characters of all documents together that are read without another process
SECONDS = 300.0          # for one document; a clear failure on a machine that is stuck, never a matter of speed
SECONDS_START = 60.0
MOST_REPLY = 200_000_000  # bytes
MOST_FAILED = 3          # documents of a case that are left out before the whole fails
AT_ONCE = max(2, os.cpu_count() or 1)
MOST_REQUESTS = 200      # that one process has children for
TOO_LONG, TOO_MUCH_MEMORY, CRASHED = "facts_too_long", "facts_too_much_memory", "facts_crashed"


class Read(Struct, frozen=True):
    """`documents` have notices where not all of them was read; `windows` the facts under other readings."""

    documents: tuple[Document, ...]
    found: Extraction
    windows: dict[Window, dict[str, Fact]]


class _FailedError(Exception):
    def __init__(self, code: str, name: str) -> None:
        super().__init__(code)
        self.code, self.name = code, name


def read(documents: Sequence[Document], policy: PolicyFacts, application_date: date,
         keys: Collection[str] | None = None, windows: Iterable[Window] = ()) -> Read:
    """The facts in documents (those of `keys`, or all), under the policy's window and, without evidence, under others.

    A document on which reading ends is left out, and says so. ExtractionError where they cannot be read together.
    """
    wanted = tuple(windows)
    whole = Request(tuple(documents), application_date, frozenset(keys) if keys is not None else None, wanted)
    failed: dict[str, str] = {}
    while True:
        request = replace(whole, documents=tuple(one for one in documents if one.name not in failed))
        try:
            made = _answer(request, policy)
            break
        except _FailedError as error:
            logger.warning("reading facts of %d documents: %s", len(request.documents), error.code)
            if not error.name or len(failed) >= MOST_FAILED:
                text = load("notices")["notices"][error.code]
                raise ExtractionError(error.code, text["en"], text["zh"]) from error
            failed[error.name] = error.code
    found = replace(made.found, failed=failed)
    told = limits.noted(relevance.said_on(documents, found.notices), found.beyond, failed)
    return Read(told, found, dict(zip(wanted, made.others, strict=True)))


def explain(documents: Sequence[Document], policy: PolicyFacts, application_date: date, key: str) -> Way:
    """The way of one fact. ExtractionError where a document cannot be read for facts."""
    try:
        made = _answer(Request(tuple(documents), application_date, explain=key), policy)
    except _FailedError as error:
        text = load("notices")["notices"][error.code]
        raise ExtractionError(error.code, text["en"], text["zh"]) from error
    assert made.way is not None  # noqa: S101 - it was asked for
    return made.way


def _answer(request: Request, policy: PolicyFacts) -> Answer:
    """Answers here what is short, else in another process."""
    if not wall.AVAILABLE or sum(len(one.text) for one in request.documents) <= IN_PLACE:
        return work.answer(request, policy)
    if process.single():
        forked = _Forked(request, policy)
        try:
            return forked.answer()
        finally:
            forked.end()
    with _pool.room:
        one = _pool.take(policy)
        try:
            return one.ask(request)
        except BaseException:
            one.usable = False
            raise
        finally:
            _pool.give_back(one)


class _Reading(Process):
    """A process that reads facts. `usable` is False once it has failed, or is at work."""

    layers: tuple[str, ...] = ()

    def greet(self) -> None:
        """Wait until it has said what it gave up."""
        if not self.layers:
            self.layers = tuple(self._next(SECONDS_START, "")[1].decode("ascii", "replace").split())

    def answer(self) -> Answer:
        """What it makes of the request. _FailedError names the document on which it ended."""
        self.greet()
        name = ""
        while True:
            made, content = self._next(SECONDS, name)
            if made == inside.TOLD:
                name = content.decode("utf-8", "replace")
            elif made == child.FOUND:
                with collector.paused():
                    return msgspec.msgpack.decode(content, type=Answer)
            else:
                raise _FailedError(TOO_MUCH_MEMORY, name)

    def _next(self, seconds: float, name: str) -> tuple[bytes, bytes]:
        """The next frame within so many seconds; a failure that names the document where none comes."""
        try:
            return self.frame(time.monotonic() + seconds, MOST_REPLY)[:2]
        except TimeoutError as error:
            self.usable = False
            raise _FailedError(TOO_LONG, name) from error
        except TooLongError as error:
            raise _FailedError(TOO_MUCH_MEMORY, name) from error
        except (EOFError, BrokenPipeError) as error:
            self.usable = False
            number = self.died()[1]
            codes = {signal.SIGXCPU: TOO_LONG, signal.SIGALRM: TOO_LONG, signal.SIGKILL: TOO_MUCH_MEMORY}
            raise _FailedError(codes.get(signal.Signals(number), CRASHED) if number else CRASHED, name) from error


class _Forked(_Reading):
    """One request of a command line: the copy of this process has the documents and the policy already."""

    def __init__(self, request: Request, policy: PolicyFacts) -> None:
        def serve(replies: int, folder: str) -> None:
            child.confined(replies, folder)
            child.work(replies, request, policy)
            os._exit(0)

        super().__init__(lambda requests, replies, folder: process.forked(
            requests, replies, lambda: serve(replies, folder)))


class _Knowing(_Reading):
    """A process that knows a policy, and makes one of its own for each request."""

    def __init__(self, wording: bytes, key: str) -> None:
        self.key, self.requests = key, 0
        super().__init__(lambda requests, replies, folder: process.spawned(
            "ingestion.facts.sandbox.child", requests, replies, folder))
        self._say(wording)

    def ask(self, request: Request) -> Answer:
        self.requests += 1
        self.greet()
        self._say(msgspec.msgpack.encode(replace(request, documents=work.light(request.documents))))
        return self.answer()

    def _say(self, content: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # what it says next tells why
            self.send(inside.HEADER.pack(child.FACTS, len(content), 0.0) + (1).to_bytes(4, "little") + b"\xc0")
            self.send(content)


class _Pool:
    """Processes that wait for a request, and those at work."""

    def __init__(self) -> None:
        self.room = threading.BoundedSemaphore(AT_ONCE)
        self._waiting: list[_Knowing] = []
        self._at_work: list[_Knowing] = []
        self._lock = threading.Lock()
        self._wordings: list[tuple[FactBook, str, bytes]] = []

    def take(self, policy: PolicyFacts) -> _Knowing:
        """One that knows the policy; the one that waits longest makes room where there are too many."""
        with self._lock:
            key, wording = self._wording(policy)
            found = next((one for one in self._waiting if one.key == key and one.lives()), None)
            gone = [one for one in self._waiting if not one.lives()]
            if found is None and len(self._waiting) - len(gone) >= AT_ONCE:
                gone.append(next(one for one in self._waiting if one not in gone))
            self._waiting = [one for one in self._waiting if one is not found and one not in gone]
        for one in gone:
            one.end()
        made = found or _Knowing(wording, key)
        with self._lock:
            self._at_work.append(made)
        return made

    def give_back(self, one: _Knowing) -> None:
        ended = not one.usable or one.requests >= MOST_REQUESTS
        with self._lock:
            self._at_work = [other for other in self._at_work if other is not one]
            if not ended:
                self._waiting.append(one)
        if ended:
            one.end()

    def abandon(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
            at_work = [*self._at_work]
        for one in waiting:
            one.end()
        for one in at_work:
            one.abandon()

    def forget(self) -> None:
        """In a forked process: the processes are another's."""
        for one in (*self._waiting, *self._at_work):
            one.let_go()
        self.__init__()  # type: ignore[misc]

    def _wording(self, policy: PolicyFacts) -> tuple[str, bytes]:
        """What a process is told of a policy, and its hash; packed once."""
        for book, key, packed in self._wordings:
            if book is policy.facts:
                return key, packed
        packed = msgspec.msgpack.encode(Wording(policy.text, policy.facts, policy.window))
        key = hashlib.sha256(packed).hexdigest()
        self._wordings = [*self._wordings[-7:], (policy.facts, key, packed)]
        return key, packed


_pool = _Pool()
atexit.register(_pool.abandon)
if wall.AVAILABLE:
    os.register_at_fork(after_in_child=_pool.forget)
