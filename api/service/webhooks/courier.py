"""Carries messages to their webhooks: each process takes those that are due, one process each, until they are heard."""
from __future__ import annotations

import logging
import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import delete, or_, select, update

from api import __version__
from api.errors import Failure
from api.service.context import Context, now
from api.service.environment.addresses import Network
from api.service.webhooks import addresses, outbox, signing
from api.service.webhooks.webhook_records import State
from api.store.models import Delivery, Webhook

log = logging.getLogger(__name__)

SCHEDULE = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)  # seconds
LOOK_EVERY = 1.0
LEASE = timedelta(seconds=120)
PATIENCE = 10.0           # seconds for an answer
AT_ONCE = 4               # so that one that does not answer holds up few
KEPT = timedelta(days=30)
GONE = 410                # the receiver wants no more


class Courier:
    """Started once in a process. `schedule` are the waits between attempts."""

    def __init__(self, context: Context, allowed: Sequence[Network], schedule: tuple[float, ...] = SCHEDULE) -> None:
        self._context, self._allowed, self._schedule = context, tuple(allowed), schedule
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=PATIENCE + 1)

    def carry(self) -> int:
        """Try everything that is due; how much was tried."""
        due = self._take()
        if due:
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
                list(pool.map(self._try, due))
        return len(due)

    def _run(self) -> None:
        """Until stopped: what is due, and now and then what is over."""
        rounds = 0
        while not self._stop.wait(LOOK_EVERY):
            try:
                while self.carry() and not self._stop.is_set():
                    pass
                if rounds % 3_600 == 0:
                    self._forget()
                rounds += 1
            except Exception as error:  # noqa: BLE001 - the database may be away for a while
                log.warning("webhooks could not be looked after (%s); trying again", type(error).__name__)

    def _take(self) -> list[str]:
        """Messages that are due, leased to this process: whoever else looks passes them by."""
        at = now()
        free = or_(Delivery.leased.is_(None), Delivery.leased < at)
        with self._context.database.reading() as session:
            due = session.scalars(select(Delivery.id).where(Delivery.state == State.WAITING, Delivery.due <= at, free)
                                  .order_by(Delivery.due).limit(AT_ONCE)).all()
        if not due:
            return []
        with self._context.database.writing() as session:
            return [one for one in due if session.scalar(
                update(Delivery).where(Delivery.id == one, Delivery.state == State.WAITING, free)
                .values(leased=at + LEASE).returning(Delivery.id))]

    def _try(self, message: str) -> None:
        """Sends one message and settles it: delivered, tried again, failed, or dropped with its webhook."""
        with self._context.database.reading() as session:
            row = session.get(Delivery, message)
            hook = session.get(Webhook, row.webhook_id) if row is not None else None
        if row is None or hook is None:
            return
        status, problem = self._send(row, hook) if hook.active else (0, "")
        with self._context.database.writing() as session:
            kept, owner = session.get(Delivery, message), session.get(Webhook, hook.id)
            if kept is None or owner is None:
                return
            kept.leased, kept.status, kept.problem = None, status, problem[:200]
            kept.attempts += 1 if hook.active else 0
            at = now()
            again = outbox.later(at, self._schedule, kept.attempts, random.random())  # noqa: S311 - spreads load only
            if not hook.active:
                kept.state, kept.ended = State.DROPPED, at
            elif 200 <= status < 300:
                kept.state, kept.ended = State.DELIVERED, at
            elif status == GONE or again is None:
                kept.state, kept.ended = State.FAILED, at
                owner.active = owner.active and status != GONE
            else:
                kept.due = again

    def _send(self, row: Delivery, hook: Webhook) -> tuple[int, str]:
        """The status of the answer, of which nothing else is read; or what kept one from coming."""
        import httpx

        body = row.body.encode()
        try:
            target = addresses.resolve(hook.url, self._allowed)
        except Failure as failure:
            return 0, failure.code
        headers = {"host": target.header, "content-type": "application/json", "user-agent": f"guohe/{__version__}",
                   **signing.headers(self._context.settings.secret, hook.id, hook.generation, f"msg_{row.id}", now(),
                                     body)}
        try:
            with httpx.Client(follow_redirects=False, trust_env=False, timeout=PATIENCE) as client, client.stream(
                    "POST", target.url, content=body, headers=headers,
                    extensions={"sni_hostname": target.host}) as answer:
                return answer.status_code, "" if answer.is_success else f"HTTP {answer.status_code}"
        except httpx.HTTPError as error:
            return 0, type(error).__name__

    def _forget(self) -> None:
        with self._context.database.writing() as session:
            session.execute(delete(Delivery).where(Delivery.ended < now() - KEPT))
