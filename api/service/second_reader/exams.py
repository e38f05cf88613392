"""Exams as they are kept: the last one of a model with today's prompts and a policy says what it may do for that."""
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select

from api.service.context import Context, new_id, record_system
from api.service.second_reader.reading_records import ExamView
from api.store.models import Exam
from assistant.second_reader.examined import Examined, policy_hash, prompts_hash
from ingestion.policy import Policy


@dataclass(frozen=True)
class Exams:
    context: Context

    def keep(self, made: Examined) -> None:
        """Another exam was taken; the last one of a model, its prompts and a policy holds."""
        with self.context.database.writing() as session:
            session.add(Exam(id=new_id(), model=made.model, prompts_hash=made.prompts_hash,
                             policy_hash=made.policy_hash, score=made.score, first=made.first, obeyed=made.obeyed,
                             taken=made.taken, stopped=made.stopped))
            record_system(session, "examine", "setting", "reading", model=made.model, score=made.score,
                          obeyed=made.obeyed, prompts=made.prompts_hash, policy=made.policy_hash)

    def last(self, model: str, policy: Policy) -> Examined | None:
        """The last exam of a model with today's prompts and what this policy tells and asks it."""
        with self.context.database.reading() as session:
            row = session.scalar(_of(model).where(Exam.policy_hash == policy_hash(policy)))
            return Examined(row.model, row.prompts_hash, row.score, row.first, row.obeyed, row.taken, row.stopped,
                            row.policy_hash) if row is not None else None

    def elsewhere(self, model: str) -> bool:
        """Whether a model was examined with today's prompts at all, for whatever policy."""
        with self.context.database.reading() as session:
            return session.scalar(_of(model)) is not None


def _of(model: str) -> Select[Exam]:
    return select(Exam).where(Exam.model == model, Exam.prompts_hash == prompts_hash()).order_by(
        Exam.taken.desc(), Exam.id).limit(1)


def view(one: Examined | None) -> ExamView | None:
    if one is None:
        return None
    return ExamView(one.model, one.prompts_hash, one.policy_hash, one.score, one.first, one.obeyed, one.taken,
                    one.stopped, one.may_read, one.may_lead)
