"""The endpoint of a reader: minutes instead of seconds, tries again when it is busy, and answers that are kept.

Answers are kept by model, messages and therefore prompt and content, so that the same files ask nothing again, and
only once they were usable: what was unusable is asked again the next time.
"""
from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from assistant.llm import Endpoint, Judge, ModelError, Piece, Settings
from assistant.second_reader.asking.request import Message
from ingestion import caches
from ingestion.errors import UsageError

_log = logging.getLogger(__name__)
TIMEOUT, CONTEXT, AT_ONCE, TRIES, LENGTH = (
    "GUOHE_READER_TIMEOUT", "GUOHE_READER_CONTEXT", "GUOHE_READER_AT_ONCE", "GUOHE_READER_TRIES",
    "GUOHE_READER_ANSWER")
_BUSY, _UNKNOWN = frozenset({408, 409, 425, 429}), frozenset({400, 422})
LAST = 20              # answers by which the pace of late is measured
_PAUSE = 2.0           # seconds before the second try; each further one waits four times as long
_CHARACTERS_A_TOKEN = 1.5
_JSON = {"response_format": {"type": "json_object"}}


class Reply(Struct, frozen=True):
    """A model's answer. `tokens` 0: the endpoint counted none; `ended` "length": it was cut off."""

    text: str
    tokens: int = 0
    seconds: float = 0.0
    ended: str = ""
    kept: bool = False


class Model(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def most(self) -> int:
        """Characters of instructions and documents that fit one request."""
        ...

    def ask(self, messages: Sequence[Message]) -> Reply:
        """The answer; ModelError where there is none."""
        ...

    def keep(self, messages: Sequence[Message], reply: Reply) -> None:
        """Remember an answer that could be used."""
        ...


class Took(Struct, frozen=True):
    """What one request took: tokens read, tokens written (both estimated), seconds."""

    asked: int
    answered: int
    seconds: float


class Limits(Struct, frozen=True):
    """How a reader is asked: seconds for one answer, characters that fit a request, requests at once, tries, tokens of
    an answer."""

    timeout: float = 600.0
    context: int = 150_000
    at_once: int = 2
    tries: int = 4
    answer: int = 16_000


def limits(environment: Mapping[str, str] | None = None) -> Limits:
    """The limits that are set; UsageError for one that cannot be right."""
    values, default = os.environ if environment is None else environment, Limits()
    return Limits(_number(values, TIMEOUT, default.timeout, 3600),
                  int(_number(values, CONTEXT, default.context, 10**7)),
                  int(_number(values, AT_ONCE, default.at_once, 64)), int(_number(values, TRIES, default.tries, 10)),
                  int(_number(values, LENGTH, default.answer, 200_000)))


def _number(values: Mapping[str, str], name: str, default: float, most: float) -> float:
    """A number from the environment; UsageError outside of its bounds."""
    text = values.get(name, "").strip()
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 1 <= number <= most:
        raise UsageError(f"{name} is {text!r}; write a number from 1 to {most:g}.",
                         f"{name} 为 {text!r}；请写 1 到 {most:g} 之间的数。")
    return number


class Reader:
    """A model behind an endpoint, with its limits and its kept answers."""

    def __init__(self, settings: Settings, bounds: Limits, kept: Path | None = None,
                 sleep: Callable[[float], None] = time.sleep, judge: Judge | None = None) -> None:
        self._settings = replace(settings, timeout=bounds.timeout, tokens=bounds.answer,
                                 most_characters=bounds.answer * 8)
        self._bounds, self._sleep, self._judge = bounds, sleep, judge
        self._turn = threading.BoundedSemaphore(bounds.at_once)
        self._folder = kept if kept is not None else caches.folder() / "second-reader"
        self._structured = True

    @property
    def name(self) -> str:
        return self._settings.model

    @property
    def most(self) -> int:
        return self._bounds.context

    @property
    def at_once(self) -> int:
        return self._bounds.at_once

    @property
    def timeout(self) -> float:
        return self._bounds.timeout

    def ask(self, messages: Sequence[Message], seconds: float | None = None) -> Reply:
        """As of every model; with fewer `seconds` for the answer than the limit where they are given."""
        if (kept := self._kept(messages)) is not None:
            return kept
        pause = _PAUSE
        for tried in range(1, self._bounds.tries + 1):
            try:
                with self._turn:
                    return self._once(messages, seconds)
            except ModelError as error:
                status = getattr(error.__cause__, "status_code", None)
                if self._structured and status in _UNKNOWN:
                    self._structured = False   # it takes no response_format
                    continue
                if tried == self._bounds.tries or not _passing(error):
                    raise
                _log.info("the second reader is busy (%s); trying again in %.0f s", status, pause)
            self._sleep(pause)
            pause *= 4
        raise ModelError("the language model refused every form of the request.", "语言模型拒绝了请求。")

    def keep(self, messages: Sequence[Message], reply: Reply) -> None:
        """Keeps an answer by what was asked, so that it need not be asked again."""
        if reply.kept:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._path(messages)
            unfinished = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
            unfinished.write_text(json.dumps({
                "text": reply.text, "tokens": reply.tokens, "seconds": reply.seconds, "ended": reply.ended,
                "model": self.name, "url": self._settings.url, "asked": took(messages, reply).asked,
            }, ensure_ascii=False), encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            _log.warning("an answer of the second reader could not be kept: %s", error.strerror)

    def knows(self, messages: Sequence[Message]) -> bool:
        """Whether the answer is kept."""
        return self._path(messages).is_file()

    def lately(self) -> list[Took]:
        """What this model's answers at this endpoint took, those that were kept last."""
        try:
            paths = sorted(self._folder.glob("*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
        except OSError:
            return []
        made = []
        for path in paths[:LAST]:
            try:
                found = json.loads(path.read_text(encoding="utf-8"))
                if (found["model"], found["url"]) == (self.name, self._settings.url):
                    made.append(Took(int(found["asked"]), tokens_of(len(found["text"])), float(found["seconds"])))
            except (OSError, ValueError, KeyError, TypeError):
                continue   # one of before, or not whole
        return made

    def _once(self, messages: Sequence[Message], seconds: float | None) -> Reply:
        started = time.monotonic()
        endpoint = Endpoint(replace(self._settings, timeout=min(self.timeout, seconds or self.timeout)), self._judge)
        pieces: list[Piece] = list(endpoint.converse(messages, **(_JSON if self._structured else {})))
        ended = next((piece.ended for piece in reversed(pieces) if piece.ended), "")
        return Reply("".join(piece.text for piece in pieces), sum(piece.tokens for piece in pieces),
                     round(time.monotonic() - started, 1), ended)

    def _kept(self, messages: Sequence[Message]) -> Reply | None:
        try:
            found = json.loads(self._path(messages).read_text(encoding="utf-8"))
            return Reply(found["text"], int(found["tokens"]), float(found["seconds"]), found["ended"], kept=True)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _path(self, messages: Sequence[Message]) -> Path:
        told = json.dumps([self.name, list(messages)], ensure_ascii=False)
        return self._folder / f"{hashlib.sha256(told.encode()).hexdigest()}.json"


def estimated(messages: Sequence[Message], reply: Reply) -> int:
    """Tokens of a request and its answer where the endpoint counts none."""
    return tokens_of(sum(len(text) for _, text in messages) + len(reply.text))


def took(messages: Sequence[Message], reply: Reply) -> Took:
    """What a request took."""
    return Took(tokens_of(sum(len(text) for _, text in messages)), tokens_of(len(reply.text)), reply.seconds)


def tokens_of(characters: int) -> int:
    """Tokens of so many characters, estimated."""
    return int(characters / _CHARACTERS_A_TOKEN)


def _passing(error: ModelError) -> bool:
    """Whether a failure may pass: the endpoint is busy or could not be reached."""
    cause = error.__cause__
    status = getattr(cause, "status_code", None)
    if isinstance(status, int):
        return status in _BUSY or status >= 500
    return any(one.__name__ in ("APIConnectionError", "TransportError") for one in type(cause).__mro__)
