"""What was asked: counted by clause, listed where nothing was found or somebody was not content.

Staff see what is asked about the policy, without names and identifiers. Questions about a case stay with the case.
"""
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case as when
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging
from api.service.access import Action, demand, scope
from api.service.context import Context, case_for, now, record
from api.service.policies.version_records import AskedLine, ClauseUse
from api.service.records import Actor, Page
from api.store.models import Asked, AskedClause, Conversation, Thumb, Turn
from api.store.rows import INSTALLATION
from assistant.answering import approved
from assistant.checking.redaction import Redactor

LONGEST_COMMENT = 500
SHOWN = 5          # questions and comments beside a clause or a question
A_BATCH = 200


@dataclass(frozen=True)
class Questions:
    context: Context

    def rate(self, actor: Actor, turn_id: str, *, up: bool, comment: str = "") -> bool:
        """Say whether an answer of one's own was good; the last word counts. Failure "not_found"."""
        with self.context.database.writing(scope(actor)) as session:
            turn = session.scalar(select(Turn).join(Conversation, Conversation.id == Turn.conversation_id).where(
                Turn.id == turn_id, Conversation.user_id == actor.id))
            if turn is None:
                raise Failure("not_found")
            conversation = session.get_one(Conversation, turn.conversation_id)
            if conversation.case_id is not None:
                case_for(session, actor, conversation.case_id)
            asked = session.get(Asked, turn_id) or self.add(session, turn, about_policy=conversation.case_id is None)
            thumb = session.get(Thumb, (turn_id, actor.id))
            if thumb is None:
                thumb = Thumb(turn_id=turn_id, user_id=actor.id, up=up, comment="", at=now())
                session.add(thumb)
            else:
                asked.up, asked.down = asked.up - thumb.up, asked.down - (not thumb.up)
            thumb.up, thumb.comment, thumb.at = up, comment.strip()[:LONGEST_COMMENT], now()
            asked.up, asked.down = asked.up + up, asked.down + (not up)
            asked.wanting = asked.unanswered or asked.down > 0
            record(session, actor, "rate_answer", "turn", turn_id, up=up)
        return up

    def add(self, session: Session, turn: Turn, *, about_policy: bool) -> Asked:
        """Count a turn, in the transaction that keeps it. One that a person's answer settled wants nothing."""
        told = turn.record
        good = bool(told["answerable"]) or "approved" in told
        row = Asked(turn_id=turn.id, same=approved.key(told["understood"] or told["question"]),
                    about_policy=about_policy, unanswered=not good, down=0, up=0, wanting=not good, at=turn.created)
        session.add(row)
        session.flush()
        refs = dict.fromkeys(one["ref"][:40] for one in told["citations"] if one["ref"])
        session.add_all(AskedClause(turn_id=turn.id, ref=ref) for ref in refs)
        session.flush()
        return row

    def catch_up(self) -> None:
        """Count the turns that were kept before they were counted."""
        while True:
            with self.context.database.writing(INSTALLATION) as session:
                rows = session.execute(select(Turn, Conversation.case_id).join(
                    Conversation, Conversation.id == Turn.conversation_id).outerjoin(
                    Asked, Asked.turn_id == Turn.id).where(Asked.turn_id.is_(None)).limit(A_BATCH)).all()
                for turn, case_id in rows:
                    self.add(session, turn, about_policy=case_id is None)
            if len(rows) < A_BATCH:
                return

    def wanting(self, actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[AskedLine]:
        """Questions about the policy that want a person's answer, those asked most often first."""
        demand(actor, Action.READ_POLICY_WORK)
        limit, start = paging.size(limit), paging.number(after) if after else 0
        times = func.count()
        query = select(Asked.same, times, func.sum(when((Asked.unanswered, 1), else_=0)), func.sum(Asked.down)
                       ).where(Asked.about_policy, Asked.wanting).group_by(Asked.same)
        with self.context.database.reading(scope(actor, Action.READ_POLICY_WORK)) as session:
            total = session.scalar(select(func.count()).select_from(query.subquery()))
            groups = session.execute(query.order_by(times.desc(), func.max(Asked.at).desc(), Asked.same)
                                     .offset(start).limit(limit + 1)).all()
            lines = tuple(self._line(session, *group) for group in groups[:limit])
        return Page(lines, paging.cursor(start + limit) if len(groups) > limit else None, total)

    def about_cases(self, actor: Actor) -> int:
        """How many questions about cases want an answer; only their number is told."""
        demand(actor, Action.READ_POLICY_WORK)
        with self.context.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Asked).where(
                Asked.about_policy.is_(False), Asked.wanting)) or 0

    def settle(self, actor: Actor, same: str) -> None:
        """Take a question off the list without an answer. Failure "not_found"."""
        demand(actor, Action.WRITE_POLICY)
        with self.context.database.writing() as session:
            if not settle(session, same):
                raise Failure("not_found")
            record(session, actor, "settle_question", "question", same)

    def clauses(self, actor: Actor) -> tuple[ClauseUse, ...]:
        """What was asked about each clause, those cited most often first."""
        demand(actor, Action.READ_POLICY_WORK)
        about = func.sum(when((Asked.about_policy, 1), else_=0))
        with self.context.database.reading(scope(actor, Action.READ_POLICY_WORK)) as session:
            rows = session.execute(select(AskedClause.ref, func.count(), about).join(
                Asked, Asked.turn_id == AskedClause.turn_id).group_by(AskedClause.ref).order_by(
                func.count().desc(), AskedClause.ref)).all()
            return tuple(ClauseUse(ref, times, times - own, self._asked_about(session, ref))
                         for ref, times, own in rows)

    def _asked_about(self, session: Session, ref: str) -> tuple[str, ...]:
        rows = session.scalars(select(Turn).join(Asked, Asked.turn_id == Turn.id).join(
            AskedClause, AskedClause.turn_id == Turn.id).where(AskedClause.ref == ref, Asked.about_policy).order_by(
            Asked.at.desc()).limit(SHOWN * 4))
        kept = {approved.key(row.record["question"]): _shown(row.record["question"]) for row in reversed(rows.all())}
        return tuple(reversed(kept.values()))[:SHOWN]

    def _line(self, session: Session, same: str, times: int, unanswered: int, down: int) -> AskedLine:
        turn = session.scalars(select(Turn).join(Asked, Asked.turn_id == Turn.id).where(
            Asked.same == same, Asked.about_policy, Asked.wanting).order_by(Asked.at.desc()).limit(1)).one()
        comments = session.scalars(select(Thumb.comment).join(Asked, Asked.turn_id == Thumb.turn_id).where(
            Asked.same == same, Asked.about_policy, Thumb.up.is_(False), Thumb.comment != "").order_by(
            Thumb.at.desc()).limit(SHOWN)).all()
        told = turn.record
        refs = tuple(dict.fromkeys(one["ref"] for one in told["citations"] if one["ref"]))
        return AskedLine(same, _shown(told["understood"] or told["question"]), told["language"], times, unanswered,
                         down, tuple(map(_shown, comments)), _shown(told["answer"]), refs, turn.created, turn.id)


def settle(session: Session, same: str) -> int:
    """Nobody waits for an answer to this question any more; how many did."""
    found = session.execute(update(Asked).where(Asked.same == same, Asked.about_policy, Asked.wanting).values(
        wanting=False))
    return int(getattr(found, "rowcount", 0))


def _shown(text: str) -> str:
    """Without identifiers of people and organisations' numbers."""
    return Redactor().redact(text)
