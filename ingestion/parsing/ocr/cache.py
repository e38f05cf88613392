"""What was recognised on a picture, kept in a folder by the picture's content.

The folder is `$GUOHE_CACHE/ocr`, or the user's cache folder. It only saves time: an entry that is missing, broken or
cannot be written is no error.
"""
from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from ingestion import caches

logger = logging.getLogger(__name__)

Numbers = tuple[float, ...]


class RecognisedLine(Struct, frozen=True):
    """`quad` holds the corners x, y clockwise from the top left; `edges` distances along the top side or nothing."""

    text: str
    score: float
    quad: Numbers
    edges: Numbers


class Recognised(Struct, frozen=True):
    """A picture's text. All coordinates are pixels of the picture turned `turn` quarters clockwise.

    `width` and `height` are those of the picture as it was given. Rulings are (x0, y0, x1, y1).
    """

    width: int
    height: int
    turn: int
    lines: tuple[RecognisedLine, ...]
    horizontals: tuple[Numbers, ...] = ()
    verticals: tuple[Numbers, ...] = ()


def folder() -> Path:
    """Where entries are kept."""
    return caches.folder() / "ocr"


def load(key: str) -> Recognised | None:
    try:
        return _recognised(json.loads(_path(key).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, RuntimeError, ValueError, TypeError, KeyError) as error:
        logger.info("entry %s of the recognition cache is ignored: %r", key, error)
        return None


def save(key: str, recognised: Recognised) -> None:
    """Keeps what was recognised, all at once; a cache that cannot be written is no failure."""
    try:
        path = _path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(msgspec.json.encode(recognised))
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except (OSError, RuntimeError) as error:
        logger.info("the recognition cache cannot be written: %r", error)


def _path(key: str) -> Path:
    name = hashlib.sha256(key.encode("utf-8")).hexdigest()
    return folder() / name[:2] / f"{name}.json"


def _recognised(data: dict[str, Any]) -> Recognised:
    lines = tuple(RecognisedLine(str(line["text"]), float(line["score"]), _numbers(line["quad"], 8),
                                 _numbers(line["edges"])) for line in data["lines"])
    for line in lines:
        if line.edges and len(line.edges) != len(line.text) + 1:
            raise ValueError("edges do not fit the text")
    return Recognised(int(data["width"]), int(data["height"]), int(data["turn"]) % 4, lines,
                      tuple(_numbers(ruling, 4) for ruling in data["horizontals"]),
                      tuple(_numbers(ruling, 4) for ruling in data["verticals"]))


def _numbers(values: Any, count: int | None = None) -> Numbers:
    numbers = tuple(float(value) for value in values)
    if count is not None and len(numbers) != count:
        raise ValueError(f"{count} numbers expected")
    return numbers
