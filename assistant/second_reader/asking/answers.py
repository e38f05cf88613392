"""An answer's text as facts by key; an UnusableError says, in the prompt's language, what is wrong with it.

Thinking before the JSON, a fence around it and words behind it are passed over. Facts that were not asked for are
left out, and a fact that is given twice, or whose claims have no form, makes the answer unusable: it is asked for
again.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from assistant.second_reader.schema import Answer

LONGEST = 2_000_000
_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_MOST_TRIES = 40


class UnusableError(ValueError):
    """The answer cannot be used; its text says why, for the model's second try."""


def facts(text: str, keys: Sequence[str]) -> dict[str, Answer]:
    """What an answer says of each fact asked for; one that it passes over is said to be absent."""
    given = _object(text[:LONGEST])
    body = given.get("facts", given)
    if not isinstance(body, dict):
        raise UnusableError("facts 应为对象，键为事实名")
    known = {key: body[key] for key in keys if key in body}
    if not known:
        raise UnusableError("没有任何所问的事实；facts 的键应为 " + "、".join(keys))
    return {key: _answer(key, value) for key, value in known.items()}


def _answer(key: str, value: object) -> Answer:
    if value is None:
        return Answer()
    try:
        return Answer.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(one) for one in first["loc"])
        raise UnusableError(f"{key} 的 {where or '内容'} 不合要求：{first['msg']}") from error


def _object(text: str) -> dict[str, object]:
    """The first JSON object in the text that has facts, else the first of all."""
    text = _THINKING.sub("", text)
    found: list[dict[str, object]] = []
    for one in _objects(text):
        if "facts" in one:
            return one
        found.append(one)
    if found:
        return found[0]
    if "{" not in text:
        raise UnusableError("其中没有 JSON 对象")
    raise UnusableError("JSON 不完整或不合语法（可能被截断）")


def _objects(text: str) -> Iterator[dict[str, object]]:
    """Every JSON object that a text holds, from the first brace on."""
    decoder = json.JSONDecoder(object_pairs_hook=_once)
    place = text.find("{")
    for _ in range(_MOST_TRIES):
        if place < 0:
            return
        try:
            one, end = decoder.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError):
            place = text.find("{", place + 1)
            continue
        if isinstance(one, dict):
            yield one
        place = text.find("{", end)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = next(key for number, (key, _) in enumerate(pairs) if key in dict(pairs[:number]))
        raise UnusableError(f"键 {twice} 出现了两次")
    return made
