"""What a model writes, read as it comes: SETTLES and the results it rests on, then sentences; or a call as text."""
from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from assistant.checking.sentences import Splitter

MOST_STEPS = 4
_THINKING = re.compile(r"\s*<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL)
_OPEN_THINKING = re.compile(r"\s*<think(?:ing)?>", re.IGNORECASE)
_SETTLES = re.compile(r"\s*\**\s*SETTLES\b[:：]?\s*([^\n]*?)\**\s*(?:\n|$)", re.IGNORECASE)
_ID = re.compile(r"\br(\d{1,2})\b", re.IGNORECASE)
_BEGINNING = re.compile(r"\s*[*]{0,2}\s*(?:S|SE|SET|SETT|SETTL|SETTLE|SETTLES\b[^\n]*)?", re.IGNORECASE)
_TAGGED = re.compile(r"<tool_call>\s*(.*?)\s*(?:</tool_call>|$)", re.DOTALL)


class Asked(Struct, frozen=True):
    """A call that was written as text."""

    tool: str
    arguments: Mapping[str, Any]


class Answered:
    """One answer as it is read. `settles` is None until it is known: the ids that were named, () for none of them."""

    def __init__(self) -> None:
        self.settles: tuple[str, ...] | None = None
        self._waiting, self._splitter = "", Splitter()

    def feed(self, piece: str) -> Iterator[str]:
        """The sentences that are whole now; nothing while it may be a call, thinking or the first line."""
        if self.settles is not None:
            yield from self._splitter.feed(piece)
            return
        self._waiting += piece
        text = _THINKING.sub("", self._waiting, count=1)
        if _OPEN_THINKING.match(text) or text.lstrip()[:1] in {"", "{", "[", "`", "<"}:
            return
        if _BEGINNING.fullmatch(text) and "\n" not in text.lstrip():
            return
        yield from self._begin(text)

    def end(self) -> Iterator[str]:
        """What is left."""
        if self.settles is None:
            text = _THINKING.sub("", self._waiting, count=1)
            if not _OPEN_THINKING.match(text) and not calls(text):
                yield from self._begin(text)
        yield from self._splitter.rest()

    def _begin(self, text: str) -> Iterator[str]:
        match = _SETTLES.match(text)
        named = tuple(dict.fromkeys(f"r{int(one)}" for one in _ID.findall(match[1]))) if match else ("r1",)
        self.settles = named
        yield from self._splitter.feed(text[match.end():] if match else text)


def calls(text: str) -> list[Asked]:
    """The calls in a text that should have been calls, [] if there are none: the first balanced object, or each in
    tags."""
    text = _THINKING.sub("", text)
    tagged = [one for match in _TAGGED.finditer(text) for one in _steps(_object(match[1]))]
    if tagged:
        return tagged[:MOST_STEPS]
    start = text.find("{")
    if start < 0 or _SETTLES.match(text):
        return []
    return _steps(_object(text[start:]))[:MOST_STEPS]


def _steps(read: Any) -> list[Asked]:
    """The calls that a plan in JSON asks for; none where any of it is unusable."""
    if not isinstance(read, dict):
        return []
    steps = read.get("steps")
    found = []
    for one in steps if isinstance(steps, list) else [read]:
        if not isinstance(one, dict):
            return []
        name = one.get("tool") or one.get("name") or ""
        given = one.get("args", one.get("arguments", one.get("parameters", {})))
        if isinstance(given, str):
            given = _object(given)
        if not isinstance(name, str) or not name or not isinstance(given, dict):
            return []
        found.append(Asked(name, given))
    return found


def _object(text: str) -> Any:
    """The JSON object at the beginning of a text, None if there is none."""
    try:
        return json.JSONDecoder().raw_decode(text.lstrip().removeprefix("```json").lstrip())[0]
    except ValueError:
        return None
