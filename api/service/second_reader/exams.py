"""Exams as they are kept: the last one of a model with today's prompts says what it may do."""
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.service.context import Context, new_id, record_system
from api.service.second_reader.reading_records import ExamView
from api.store.models import Exam
from assistant.second_reader.examined import Examined, prompts_hash


@dataclass(frozen=True)
class Exams:
    context: Context

    def keep(self, made: Examined) -> None:
        """Another exam was taken; the last one of a model and its prompts holds."""
        with self.context.database.writing() as session:
            session.add(Exam(id=new_id(), model=made.model, prompts_hash=made.prompts_hash, score=made.score,
                             first=made.first, obeyed=made.obeyed, taken=made.taken, stopped=made.stopped))
            record_system(session, "examine", "setting", "reading", model=made.model, score=made.score,
                          obeyed=made.obeyed, prompts=made.prompts_hash)

    def last(self, model: str) -> Examined | None:
        """The last exam of a model with today's prompts."""
        with self.context.database.reading() as session:
            return _last(session, model)


def _last(session: Session, model: str) -> Examined | None:
    row = session.scalar(select(Exam).where(Exam.model == model, Exam.prompts_hash == prompts_hash())
                         .order_by(Exam.taken.desc(), Exam.id).limit(1))
    return Examined(row.model, row.prompts_hash, row.score, row.first, row.obeyed, row.taken, row.stopped) \
        if row is not None else None


def view(one: Examined | None) -> ExamView | None:
    if one is None:
        return None
    return ExamView(one.model, one.prompts_hash, one.score, one.first, one.obeyed, one.taken, one.stopped,
                    one.may_read, one.may_lead)
