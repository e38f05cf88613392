"""What happens to a case, as it happens; resumed from any event that is still kept."""
from __future__ import annotations

from collections.abc import AsyncIterator

from api.service.records import Actor, Event


class Events:
    def subscribe(self, actor: Actor, case_id: str, after: int | None = None) -> AsyncIterator[Event]:
        """Events after the one numbered `after`; a snapshot first without one, or where it is not kept any more.

        Ends when the case is deleted or the actor loses sight of it.
        """
        raise NotImplementedError
