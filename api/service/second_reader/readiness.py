"""Whether a language model reads here: the settings, the endpoint, its exam, the budget of the day."""
from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.access import Action, demand
from api.service.administration.modelling import Modelling
from api.service.administration.stored_settings import Kept, ReadingSettings
from api.service.context import Context
from api.service.policies.policies import Policies
from api.service.records import Actor
from api.service.second_reader import exams
from api.service.second_reader.exams import Exams
from api.service.second_reader.reading_records import Readiness
from api.store.models import ModelUse
from assistant.second_reader.asking import request
from assistant.second_reader.exam import examined

if TYPE_CHECKING:
    from assistant.llm import Settings
    from assistant.second_reader.asking.endpoint import Limits, Reader
    from assistant.second_reader.exam.examined import Examined
    from ingestion.policies.policy import Policy


@dataclass
class Readying:
    """`limits` are those of the environment; how many requests at once is the installation's setting."""

    context: Context
    kept: Kept
    modelling: Modelling
    exams: Exams
    policies: Policies
    _made: tuple[Settings, Limits, Reader] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def state(self, actor: Actor) -> Readiness:
        """For administrators. Failure "forbidden"."""
        demand(actor, Action.ADMINISTER)
        return self.known()

    def known(self, policy: Policy | None = None) -> Readiness:
        """For a policy, or the one that new assessments are made with."""
        chosen, found = self.kept.get(ReadingSettings), self.modelling.endpoint()
        policy = policy or self.policies.current
        exam = self.exams.last(found.model, policy) if found is not None else None
        why = "disabled" if not chosen.enabled else "no_model" if found is None else self._unfit(
            found.model, policy, exam)
        differ = examined.differ(chosen.differ, exam) if exam is not None else chosen.differ
        with self.context.database.reading() as session:
            used = used_today(session)
        return Readiness(not why, why, host(found), found.model if found else "", request.PROMPT, differ, chosen.differ,
                         exams.view(exam), used, chosen.day_tokens)

    def _unfit(self, model: str, policy: Policy, exam: Examined | None) -> str:
        """Why a model may not read for a policy, "" where it may."""
        if not examined.prepared(policy):
            return "unprepared"
        if exam is None:
            return "other_policy" if self.exams.elsewhere(model) else "unexamined"
        return {"score": "failed_exam", "slow": "too_slow"}.get(exam.refused, exam.refused)

    @property
    def settings(self) -> ReadingSettings:
        return self.kept.get(ReadingSettings)

    def reader(self) -> Reader:
        """The model behind its endpoint, the same for all, so that all of them together ask so many at once."""
        from assistant.second_reader.asking import endpoint as asking

        settings = self.modelling.endpoint()
        if settings is None:
            raise Failure("no_model")
        known = asking.limits()
        limits = asking.Limits(known.timeout, known.context, self.kept.get(ReadingSettings).at_once, known.tries,
                               known.answer)
        with self._lock:
            if self._made is None or self._made[:2] != (settings, limits):
                self._made = (settings, limits, asking.Reader(
                    settings, limits, self.context.settings.data / "nothing",
                    judge=self.modelling.judge(settings.url)))
            return self._made[2]


def host(settings: Settings | None) -> str:
    """Which host reads, with its port where that is not the usual one."""
    return urlsplit(settings.url).netloc.rpartition("@")[2] if settings is not None else ""


def used_today(session: Session, user_id: str = "") -> int:
    """Tokens of this day (UTC), of one person or all."""
    query = select(func.sum(ModelUse.tokens)).where(ModelUse.day == datetime.now(UTC).date())
    return int(session.scalar(query.where(ModelUse.user_id == user_id) if user_id else query) or 0)


def use(session: Session, user_id: str, tokens: int) -> None:
    """One more request was answered."""
    day = datetime.now(UTC).date()
    row = session.get(ModelUse, (day, user_id), with_for_update=True)
    if row is None:
        session.add(ModelUse(day=day, user_id=user_id, tokens=tokens, requests=1))
        session.flush()
    else:
        row.tokens += tokens
        row.requests += 1


def spent(session: Session, settings: ReadingSettings, user_id: str) -> str:
    """The failure that the budget of the day makes, "" while it lasts."""
    if settings.day_tokens and used_today(session) >= settings.day_tokens:
        return "budget_of_day"
    return "budget_of_user" if settings.user_tokens and used_today(session, user_id) >= settings.user_tokens else ""
