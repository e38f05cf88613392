"""Cases: one applicant's pre-check, its settings and its list."""
from __future__ import annotations

from datetime import date

from api.service.records import Actor, CaseLine, CaseView, Page


class Cases:
    def create(self, actor: Actor, *, base_type: str, application_date: date, title: str = "",
               applicant: str = "") -> CaseView:
        raise NotImplementedError

    def create_demo(self, actor: Actor) -> CaseView:
        """A case with the bundled, fictional application, its assessment already asked for."""
        raise NotImplementedError

    def get(self, actor: Actor, case_id: str) -> CaseView:
        """Failure "not_found" where it is not there or not theirs."""
        raise NotImplementedError

    def list(self, actor: Actor, *, after: str | None = None, limit: int = 50, search: str = "") -> Page[CaseLine]:
        """The newest first; `search` in title and applicant."""
        raise NotImplementedError

    def update(self, actor: Actor, case_id: str, *, title: str | None = None, applicant: str | None = None,
               base_type: str | None = None, application_date: date | None = None) -> CaseView:
        """What is None stays. A new base type or date makes the latest assessment stale."""
        raise NotImplementedError

    def delete(self, actor: Actor, case_id: str) -> None:
        """With every text of it: files that no other case holds, assessments, conversations, events."""
        raise NotImplementedError
