"""Coroutines run from tests that are no coroutines themselves."""
from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def looped(made: Coroutine[Any, Any, Result]) -> Result:
    """In a thread of its own: browser tests in the same process keep a loop running in the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, made).result()
