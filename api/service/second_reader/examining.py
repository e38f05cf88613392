"""The reading exam of the installation's model, taken in the background; its record says whether the model reads.

One at a time in a process. An exam that a restart ends leaves no record: it is begun again.
"""
from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from api.service.access import Action, demand
from api.service.context import Context, record
from api.service.policies.policies import Policies
from api.service.records import Actor
from api.service.second_reader.failures import said
from api.service.second_reader.readiness import Readying
from assistant.llm import ModelError
from ingestion.errors import GuoheError

if TYPE_CHECKING:
    from assistant.second_reader.asking.endpoint import Reader
    from ingestion.policies.policy import Policy

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Examination:
    """How an exam stands: texts read of all, the seconds that the others take if they are like those; `error` what
    ended the last one without a record: "refused", "unknown", "busy", "slow", "flood", "unreachable", "failed" as the
    endpoint did, "policy" without an exam."""

    running: bool = False
    read: int = 0
    texts: int = 0
    left: float | None = None
    error: str = ""


@dataclass
class Examining:
    context: Context
    policies: Policies
    readying: Readying
    _state: Examination = Examination()
    _begun: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def state(self) -> Examination:
        return self._state

    def begin(self, actor: Actor) -> None:
        """Examine the model that is configured; nothing where that is under way. Failure "forbidden", "no_model"."""
        demand(actor, Action.ADMINISTER)
        model, policy = self.readying.reader(), self.policies.current
        with self._lock:
            if self._state.running:
                return
            self._state, self._begun = Examination(running=True), time.monotonic()
        with self.context.database.writing() as session:
            record(session, actor, "begin_exam", "setting", "reading", model=model.name)
        threading.Thread(target=self._take, args=(policy, model), daemon=True, name="exam").start()

    def _take(self, policy: Policy, model: Reader) -> None:
        """Takes the exam and keeps its record; what went wrong becomes the state."""
        from assistant.second_reader.exam import sitting as exam

        try:
            result = exam.take(policy, model, self._progress)
            self.readying.exams.keep(exam.record(result, policy))
            self._state = Examination()
        except ModelError as error:
            log.warning("the exam could not be taken: %s", error)
            self._state = Examination(error=said(error).code.removeprefix("reader_"))
        except GuoheError as error:
            log.warning("the exam could not be taken: %s", error)
            self._state = Examination(error="policy")
        except Exception:
            log.exception("the exam ended")
            self._state = Examination(error="failed")

    def _progress(self, read: int, texts: int, _: str) -> None:
        each = (time.monotonic() - self._begun) / read
        self._state = replace(self._state, read=read, texts=texts, left=each * (texts - read))
