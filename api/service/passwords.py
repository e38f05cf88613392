"""Passwords: hashed with argon2id, which takes 64 MB and a moment each time: in threads of its own, few and yielding.

Whatever needs one hashed waits in a line of its own, so that nobody else waits for it; where the line is long, the next
one is told to come again.
"""
from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from api.errors import Failure

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST, LONGEST = 8, 200
FEWEST_DIFFERENT = 5
AT_ONCE = max(1, (os.cpu_count() or 2) // 2)   # hashes; each takes several cores as it is
ROOM = 4           # threads for what asks for them, with its reads and writes
LONGEST_LINE = 32  # in that room and before it
COME_AGAIN = 3     # seconds
GENTLE = 10        # of the threads that hash: whoever reads a page goes first
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
    """Failure "password_weak" for one that is short, monotonous, or the person's own name or address."""
    plain = password.casefold()
    known = {part.casefold() for text in personal for part in (text, text.partition("@")[0]) if part}
    if not SHORTEST <= len(password) <= LONGEST or len(set(plain)) < FEWEST_DIFFERENT or plain in known:
        raise Failure("password_weak", shortest=SHORTEST, different=FEWEST_DIFFERENT)


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
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing", initializer=_yield)


def _yield() -> None:
    """On Linux a thread, and those that it starts, can stand back; elsewhere they are as all others."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), GENTLE)


@cache
def _hasher() -> PasswordHash:
    from pwdlib import PasswordHash

    return PasswordHash.recommended()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody's password")
