"""Python's garbage collector, kept from looking at many small records again and again while they are made."""
from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

_lock = threading.Lock()
_pauses = 0        # that are under way, in all threads
_collects = False  # whether it collected before the first of them


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """No collection until the last pause is over, of this thread or another; then as before the first."""
    global _pauses, _collects
    with _lock:
        if not _pauses:
            _collects = gc.isenabled()
            gc.disable()
        _pauses += 1
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if not _pauses and _collects:
                gc.enable()
