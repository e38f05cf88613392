"""A model that is asked about one case: what it said is kept with the case, and asking ends when the reading does."""
from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from api.service.context import Context, new_id, now
from api.store.models import Case, ReaderAnswer
from api.store.rows import INSTALLATION
from assistant.second_reader.asking.endpoint import Model, Reply
from assistant.second_reader.asking.replaying import digest
from assistant.second_reader.asking.request import Message

LOOK_EVERY = 0.5    # seconds between two looks whether the reading is still wanted


@dataclass
class Asked:
    """`still` raises where the reading is not wanted any more; `used` hears of every answer that was asked for."""

    context: Context
    model: Model
    case_id: str
    still: Callable[[], None]
    used: Callable[[Sequence[Message], Reply], None]

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def most(self) -> int:
        return self.model.most

    @property
    def at_once(self) -> int:
        return int(getattr(self.model, "at_once", 1))

    def ask(self, messages: Sequence[Message]) -> Reply:
        known = self._known(messages)
        if known is not None:
            return known
        self.still()
        reply = self._answer(messages)
        self.used(messages, reply)
        return reply

    def keep(self, messages: Sequence[Message], reply: Reply) -> None:
        """What could be used, while the case is there."""
        if reply.kept:
            return
        name = digest(self.name, messages)
        with self.context.database.writing(INSTALLATION) as session:
            there = session.get(Case, self.case_id, with_for_update=True) is not None
            if there and session.scalar(select(ReaderAnswer.id).where(
                    ReaderAnswer.case_id == self.case_id, ReaderAnswer.digest == name)) is None:
                session.add(ReaderAnswer(id=new_id(), case_id=self.case_id, digest=name, text=reply.text,
                                         tokens=reply.tokens, seconds=reply.seconds, ended=reply.ended, created=now()))

    def _answer(self, messages: Sequence[Message]) -> Reply:
        """Asked apart, so that a reading that is cancelled need not wait for an endpoint that hangs."""
        came: queue.Queue[Reply | BaseException] = queue.Queue()

        def ask() -> None:
            try:
                came.put(self.model.ask(messages))
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                came.put(error)

        threading.Thread(target=ask, name="second reader", daemon=True).start()
        while True:
            try:
                found = came.get(timeout=LOOK_EVERY)
            except queue.Empty:
                self.still()
                continue
            if isinstance(found, BaseException):
                raise found
            return found

    def _known(self, messages: Sequence[Message]) -> Reply | None:
        with self.context.database.reading(INSTALLATION) as session:
            row = session.scalar(select(ReaderAnswer).where(ReaderAnswer.case_id == self.case_id,
                                                            ReaderAnswer.digest == digest(self.name, messages)))
            return Reply(row.text, row.tokens, row.seconds, row.ended, kept=True) if row is not None else None
