"""Questions about the policy and about a case, with their answers kept."""
from __future__ import annotations

from collections.abc import Iterator

from api.service.records import Actor, ConversationLine, Page, TurnView


class Chat:
    def ask(self, actor: Actor, question: str, *, conversation: str | None = None, case_id: str | None = None,
            language: str | None = None) -> TurnView:
        """Answer and keep the turn. Without `conversation` a new one begins.

        With `case_id` the latest assessment of the case speaks, without one the policy alone.
        """
        raise NotImplementedError

    def stream(self, actor: Actor, question: str, *, conversation: str | None = None, case_id: str | None = None,
               language: str | None = None) -> Iterator[str | TurnView]:
        """Checked sentences as they are found, then the stored turn, which is the last piece."""
        raise NotImplementedError

    def turns(self, actor: Actor, conversation: str, *, after: str | None = None, limit: int = 50) -> Page[TurnView]:
        """In order."""
        raise NotImplementedError

    def conversations(self, actor: Actor, case_id: str | None = None, *, after: str | None = None, limit: int = 50
                      ) -> Page[ConversationLine]:
        """One's own about a case, or about the policy alone without one; the newest first."""
        raise NotImplementedError
