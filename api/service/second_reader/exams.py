"""Exams as they are kept: the last one of a model with today's prompts and a policy says what it may do for that."""
from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import Select, select

from api.service.context import Context, new_id, record_system
from api.service.second_reader.reading_records import ExamFact, ExamMistake, ExamView
from api.store.models import Exam
from assistant.second_reader.exam.examined import Course, Examined, Score, policy_hash, prompts_hash
from ingestion.policies.policy import Policy


@dataclass(frozen=True)
class Exams:
    context: Context

    def keep(self, made: Examined) -> None:
        """Another exam was taken; the last one of a model, its prompts and a policy holds."""
        with self.context.database.writing() as session:
            session.add(Exam(id=new_id(), model=made.model, prompts_hash=made.prompts_hash,
                             policy_hash=made.policy_hash, score=made.score, first=made.first, obeyed=made.obeyed,
                             taken=made.taken, stopped=made.stopped,
                             course=msgspec.json.encode(made.course).decode() if made.course is not None else ""))
            record_system(session, "examine", "setting", "reading", model=made.model, score=made.score,
                          obeyed=made.obeyed, prompts=made.prompts_hash, policy=made.policy_hash)

    def last(self, model: str, policy: Policy) -> Examined | None:
        """The last exam of a model with today's prompts and what this policy tells and asks it."""
        with self.context.database.reading() as session:
            row = session.scalar(_of(model).where(Exam.policy_hash == policy_hash(policy)))
            return Examined(row.model, row.prompts_hash, row.score, row.first, row.obeyed, row.taken, row.stopped,
                            row.policy_hash, msgspec.json.decode(row.course, type=Course) if row.course else None
                            ) if row is not None else None

    def elsewhere(self, model: str) -> bool:
        """Whether a model was examined with today's prompts at all, for whatever policy."""
        with self.context.database.reading() as session:
            return session.scalar(_of(model)) is not None


def _of(model: str) -> Select[Exam]:
    return select(Exam).where(Exam.model == model, Exam.prompts_hash == prompts_hash()).order_by(
        Exam.taken.desc(), Exam.id).limit(1)


def view(one: Examined | None) -> ExamView | None:
    """An exam as pages and routes show it; None where none was taken."""
    if one is None:
        return None
    shown = ExamView(one.model, one.prompts_hash, one.policy_hash, one.score, one.first, one.obeyed, one.taken,
                     one.stopped, one.may_read, one.may_lead, one.refused)
    course = one.course
    if course is None:
        return shown
    facts = tuple(ExamFact(key, own.right, own.all, first.right, first.all)
                  for key in sorted({*course.second, *course.first})
                  for own, first in [(course.second.get(key, Score()), course.first.get(key, Score()))])
    mistakes = tuple(ExamMistake(one.text, one.fact, one.known, one.found, one.reason) for one in course.mistakes)
    return replace(shown, read=course.read, texts=course.texts, requests=course.requests, tokens=course.tokens,
                   estimated=course.estimated, seconds=course.seconds, deadline=course.deadline,
                   orders=tuple(course.obeyed), facts=facts, mistakes=mistakes)
