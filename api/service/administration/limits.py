"""How much each person may ask for in a minute: a bucket for each person and kind, refilled evenly.

Counted in this process: several web processes give each person as many times as much.
"""
from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from api.errors import Failure
from api.service.administration.kept import Kept, LimitSettings

MINUTE = 60.0
MOST_KNOWN = 20_000
KINDS = (  # how a change's address ends, and what it is
    (("/answers", "/ask", "/chat/completions"), "questions"),
    (("/files",), "uploads"),
    (("/assessments", "/assess", "/demo"), "assessments"),
)


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limits:
    def __init__(self, kept: Kept, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept, self._clock = kept, clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._lock = threading.Lock()

    def check(self, actor_id: str, method: str, path: str) -> None:
        """Count a request. Failure "too_many_requests" with the seconds after which it may come again."""
        settings = self._kept.get(LimitSettings)
        self._take(actor_id, "requests", settings.requests)
        if method == "POST":
            for ends, kind in KINDS:
                if path.endswith(ends):
                    self._take(actor_id, kind, getattr(settings, kind))

    @property
    def waiting(self) -> int:
        """How many assessments of one person may wait at a time."""
        return self._kept.get(LimitSettings).waiting

    def _take(self, actor_id: str, kind: str, most: int) -> None:
        now, rate = self._clock(), most / MINUTE
        with self._lock:
            if len(self._buckets) > MOST_KNOWN:
                self._forget(now)
            bucket = self._buckets.setdefault((actor_id, kind), _Bucket(most, now))
            bucket.left = min(most, bucket.left + (now - bucket.at) * rate)
            bucket.at = now
            if bucket.left >= 1:
                bucket.left -= 1
                return
            wait = max(1, math.ceil((1 - bucket.left) / rate))
        raise Failure("too_many_requests", retry_after=wait)

    def _forget(self, now: float) -> None:
        """Whoever has not come for a minute has a full bucket again, known or not."""
        for key in [key for key, one in self._buckets.items() if now - one.at > MINUTE]:
            del self._buckets[key]
