"""Passwords: hashed with argon2id, a few at a time because each takes 64 MB and a moment."""
from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

from api.errors import Failure

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST, LONGEST = 8, 200
FEWEST_DIFFERENT = 5
_at_once = threading.Semaphore(2)


def check_strength(password: str, *personal: str) -> None:
    """Failure "password_weak" for one that is short, monotonous, or the person's own name or address."""
    plain = password.casefold()
    known = {part.casefold() for text in personal for part in (text, text.partition("@")[0]) if part}
    if not SHORTEST <= len(password) <= LONGEST or len(set(plain)) < FEWEST_DIFFERENT or plain in known:
        raise Failure("password_weak", shortest=SHORTEST, different=FEWEST_DIFFERENT)


def hashed(password: str) -> str:
    with _at_once:
        return _hasher().hash(password)


def matches(password: str, known: str | None) -> bool:
    """Whether it is the one; as slow for an account that is not there."""
    with _at_once:
        right = _hasher().verify(password[:LONGEST], known or _nobody())
    return right and known is not None


@cache
def _hasher() -> PasswordHash:
    from pwdlib import PasswordHash

    return PasswordHash.recommended()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody's password")
