"""Passwords: hashed with argon2id, one at a time, in a process of its own (`api.service.accounts.hashing`).

Whatever needs one hashed waits in a line of its own, so that nobody else waits for it; where the line is long, the next
one is told to come again.
"""
from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from api.errors import Failure
from api.service.accounts import weak_passwords
from api.service.accounts.hashing import Apart

SHORTEST, LONGEST = 8, 200
FEWEST_DIFFERENT = 5
ROOM = 4           # threads for what asks for them, with its reads and writes
LONGEST_LINE = 24  # in that room and before it
COME_AGAIN = 3     # seconds
Value = TypeVar("Value")
_lock = threading.Lock()
_inside = 0


async def apart(work: Callable[[], Value]) -> Value:
    """Do what needs a password hashed, away from all other requests. Failure "sign_in_busy" where the line is long."""
    global _inside
    with _lock:
        if _inside >= LONGEST_LINE:
            raise Failure("sign_in_busy", retry_after=COME_AGAIN)
        _inside += 1

    def done(_future: object) -> None:
        global _inside
        with _lock:
            _inside -= 1

    future = _room().submit(work)
    future.add_done_callback(done)
    return await asyncio.wrap_future(future)


def check_strength(password: str, *personal: str) -> None:
    """Failure "password_weak" for one that is short, monotonous, or the person's own name or address; "password_known"
    for one that others use too or that is soon guessed.
    """
    plain = password.casefold()
    known = {part.casefold() for text in personal for part in (text, text.partition("@")[0]) if part}
    if not SHORTEST <= len(password) <= LONGEST or len(set(plain)) < FEWEST_DIFFERENT or plain in known:
        raise Failure("password_weak", shortest=SHORTEST, different=FEWEST_DIFFERENT)
    if weak_passwords.guessable(password, known):
        raise Failure("password_known")


def hashed(password: str) -> str:
    return _hashing().submit(_hasher().hash, password).result()


def matches(password: str, known: str | None) -> bool:
    """Whether it is the one; as slow for an account that is not there."""
    right = _hashing().submit(_hasher().verify, password[:LONGEST], known or _nobody()).result()
    return right and known is not None


@cache
def _room() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(ROOM, thread_name_prefix="signing-in")


@cache
def _hashing() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="hashing")


@cache
def _hasher() -> Apart:
    return Apart()


@cache
def _nobody() -> str:
    return hashed("nobody's password")
