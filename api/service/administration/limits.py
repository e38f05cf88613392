"""How much each person may ask for in a minute: a bucket for each person and kind, refilled evenly. Whom nobody knows
yet is counted by address, and all of them together.

Counted in this process: several web processes give each person as many times as much.
"""
from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from api.errors import Failure
from api.service.administration.stored_settings import Kept, LimitSettings

MINUTE = 60.0
MOST_KNOWN = 20_000
HOUSEHOLD = 64   # bits
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

    def knock(self, kind: str, address: str) -> None:
        """Count somebody who wants to register ("registrations") or to sign in ("sign_ins"). Failure as in `check`."""
        settings = self._kept.get(LimitSettings)
        self._take(f"from {neighbourhood(address)}", kind, getattr(settings, kind))
        self._take("", kind, getattr(settings, f"all_{kind}"))

    @property
    def at_hand(self) -> bool:
        """Whether `knock` answers at once, without a look into the store."""
        return self._kept.fresh(LimitSettings)

    @property
    def waiting(self) -> int:
        """How many assessments of one person may wait at a time."""
        return self._kept.get(LimitSettings).waiting

    def _take(self, actor_id: str, kind: str, most: int) -> None:
        """One of `most` a minute for somebody; Failure "too_many_requests" with when to come again."""
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


def neighbourhood(address: str) -> str:
    """What one household has of addresses: of version 6 a network of 2^64."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, HOUSEHOLD), strict=False))
    return str(found)
