"""A member of staff's own answers to questions about the policy, each resting on a clause, word for word.

One is given to every question that is the same one, and named as such, as long as its clause says what it said. It is
retired with the version that changes the clause.
"""
from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging
from api.service.access import Action, demand
from api.service.context import Context, new_id, now, record
from api.service.governance import questions
from api.service.policies.policies import Policies
from api.service.policies.version_records import ApprovedView, Done
from api.service.records import Actor, Page
from api.store.models import ApprovedAnswer, Asked, User
from assistant.answering import approved
from assistant.questions.understanding import language_of
from ingestion.domain import Citation, Span
from ingestion.policies import articles
from ingestion.policies.policy import Policy

LONGEST = 2_000
CHANGED, REPLACED, WITHDRAWN = "clause_changed", "replaced", "withdrawn"


@dataclass(frozen=True, slots=True)
class Given:
    """An approved answer as it is given: `citation` stands in the policy letter by letter."""

    id: str
    text: str
    by: str
    at: str
    language: str
    citation: Citation


@dataclass(frozen=True)
class Answers:
    context: Context
    policies: Policies

    def approve(self, actor: Actor, question: str, answer: str, ref: str, quote: str = "") -> ApprovedView:
        """Give this answer from now on; an earlier one to the same question is replaced. Without `quote` the whole
        clause is quoted. Failure "answer_empty", "not_found" for a clause that is none, "quote_missing".
        """
        demand(actor, Action.WRITE_POLICY)
        question, answer = question.strip(), answer.strip()
        if not question or not answer or max(len(question), len(answer)) > LONGEST:
            raise Failure("answer_empty", most=LONGEST)
        policy = self.policies.current
        clause = articles.by_ref(policy.articles, ref)
        if clause is None:
            raise Failure("not_found")
        words = policy.quote(clause.span)
        quote = quote.strip() or words
        if quote not in words:
            raise Failure("quote_missing", ref=clause.ref)
        same = approved.key(question)
        with self.context.database.writing() as session:
            for row in _active(session, same):
                _retire(row, REPLACED, actor.id)
            row = ApprovedAnswer(
                id=new_id(), question=question, same=same, language=language_of(question), answer=answer,
                ref=clause.ref, quote=quote, clause_sha256=_sha256(words), policy_version=policy.version,
                created=now(), created_by=actor.id, retired=None, retired_by=None, retired_why="")
            session.add(row)
            questions.settle(session, same)
            record(session, actor, "approve_answer", "answer", row.id, clause=row.clause_sha256)
            session.flush()
            return _view(row, actor.name or actor.email)

    def withdraw(self, actor: Actor, answer_id: str) -> ApprovedView:
        demand(actor, Action.WRITE_POLICY)
        with self.context.database.writing() as session:
            row = session.get(ApprovedAnswer, answer_id)
            if row is None or row.retired is not None:
                raise Failure("not_found")
            _retire(row, WITHDRAWN, actor.id)
            record(session, actor, "withdraw_answer", "answer", row.id)
            return _view(row, _name(session, row.created_by))

    def list(self, actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[ApprovedView]:
        """The newest first, those that are retired too."""
        demand(actor, Action.READ_POLICY_WORK)
        limit = paging.size(limit)
        query = select(ApprovedAnswer).order_by(ApprovedAnswer.created.desc(), ApprovedAnswer.id.desc())
        if after:
            query = query.where(tuple_(ApprovedAnswer.created, ApprovedAnswer.id) < tuple_(*paging.at(after)))
        with self.context.database.reading() as session:
            rows = session.scalars(query.limit(limit + 1)).all()
            views = tuple(_view(row, _name(session, row.created_by)) for row in rows[:limit])
        more = paging.cursor(rows[limit - 1].created, rows[limit - 1].id) if len(rows) > limit else None
        return Page(views, more)

    def given(self, question: str, policy: Policy) -> Given | None:
        """The approved answer to a question, if its clause stands in this policy as it was when it was approved."""
        with self.context.database.reading() as session:
            row = next(iter(_active(session, approved.key(question))), None)
            name = _name(session, row.created_by) if row is not None else ""
        if row is None or row.language != language_of(question):
            return None
        citation = _located(row, policy)
        if citation is None:
            return None
        return Given(row.id, row.answer, name, row.created.isoformat(), row.language, citation)

    def published(self, session: Session, actor: Actor, policy: Policy) -> None:
        """Retire what rests on a clause that says something else now; its question wants an answer again."""
        for row in session.scalars(select(ApprovedAnswer).where(ApprovedAnswer.retired.is_(None))):
            if _located(row, policy) is None:
                _retire(row, CHANGED, None)
                record(session, actor, "retire_answer", "answer", row.id, why=CHANGED, version=policy.version)
                for asked in session.scalars(select(Asked).where(Asked.same == row.same, Asked.about_policy)
                                             .order_by(Asked.at.desc()).limit(1)):
                    asked.wanting = True


def _located(row: ApprovedAnswer, policy: Policy) -> Citation | None:
    clause = articles.by_ref(policy.articles, row.ref)
    if clause is None or clause.ref != row.ref:
        return None
    words = policy.quote(clause.span)
    place = words.find(row.quote)
    if _sha256(words) != row.clause_sha256 or place < 0:
        return None
    start = clause.span.start + place
    return Citation(row.quote, Span(start, start + len(row.quote)), ref=row.ref)


def _active(session: Session, same: str) -> list[ApprovedAnswer]:
    return list(session.scalars(select(ApprovedAnswer).where(
        ApprovedAnswer.same == same, ApprovedAnswer.retired.is_(None)).order_by(ApprovedAnswer.created.desc())))


def _retire(row: ApprovedAnswer, why: str, who: str | None) -> None:
    row.retired, row.retired_why, row.retired_by = now(), why, who


def _name(session: Session, user_id: str) -> str:
    user = session.get(User, user_id)
    return (user.name or user.email) if user is not None else ""


def _view(row: ApprovedAnswer, name: str) -> ApprovedView:
    return ApprovedView(row.id, row.question, row.language, row.answer, row.ref, row.quote, row.policy_version,
                        Done(row.created, row.created_by, name), row.retired, row.retired_why)


def _sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
