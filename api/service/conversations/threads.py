"""Conversations of clients that send all that was said each time, instead of the conversation's id."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from api.service.access import scope
from api.service.conversations.chat import REMEMBERED, Chat
from api.service.records import Actor
from api.store.models import Conversation
from api.store.models import Turn as Row

LOOKED_AT = 20        # of the actor's latest conversations of that length


@dataclass(frozen=True)
class Threads:
    chat: Chat

    def conversation(self, actor: Actor, before: Sequence[str]) -> str | None:
        """The conversation in which exactly these questions were asked, None where there were none.

        What was said elsewhere, or changed since, is asked again: the last questions that matter, in order.
        """
        if not before:
            return None
        if (found := self._kept(actor, before)) is not None:
            return found
        for question in before[-REMEMBERED:]:
            found = self.chat.ask(actor, question, conversation=found).conversation
        return found

    def _kept(self, actor: Actor, before: Sequence[str]) -> str | None:
        """The newest conversation whose questions were exactly these."""
        with self.chat.context.database.reading(scope(actor)) as session:
            known = session.scalars(
                select(Conversation.id).where(Conversation.user_id == actor.id, Conversation.case_id.is_(None),
                                              Conversation.turns == len(before))
                .order_by(Conversation.updated.desc()).limit(LOOKED_AT)).all()
            for one in known:
                asked = [row.record["question"] for row in session.scalars(
                    select(Row).where(Row.conversation_id == one).order_by(Row.number))]
                if asked == list(before):
                    return one
        return None
