"""Cursors of long lists: where the next part begins, opaque to those who carry it."""
from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, date, datetime

from api.errors import Failure

MOST = 200


def cursor(*values: str | int | datetime) -> str:
    plain = [value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def at(text: str) -> tuple[datetime, str]:
    """The moment and the id that a cursor made of these two names. Failure "cursor_invalid"."""
    values = _values(text)
    if len(values) != 2:
        raise Failure("cursor_invalid")
    return moment(str(values[0])), str(values[1])


def pair(text: str) -> tuple[str, str]:
    """The text and the id that a cursor made of these two names. Failure "cursor_invalid"."""
    values = _values(text)
    if len(values) != 2 or not all(isinstance(one, str) for one in values):
        raise Failure("cursor_invalid")
    return str(values[0]), str(values[1])


def moment(text: str) -> datetime:
    """The moment that stands in a cursor. Failure "cursor_invalid"."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise Failure("cursor_invalid") from error


def day(text: str) -> date:
    """The day that stands in a cursor. Failure "cursor_invalid"."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Failure("cursor_invalid") from error


def number(text: str) -> int:
    values = _values(text)
    if len(values) != 1 or not isinstance(values[0], int) or not 0 <= values[0] < 2 ** 31:
        raise Failure("cursor_invalid")
    return values[0]


def size(limit: int) -> int:
    """How many to give when `limit` are asked for."""
    return max(1, min(limit, MOST))


def _values(text: str) -> list[str | int]:
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, UnicodeError) as error:
        raise Failure("cursor_invalid") from error
    if not isinstance(found, list):
        raise Failure("cursor_invalid")
    return found
