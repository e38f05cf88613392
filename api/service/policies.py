"""The policy as it is read: articles, items, base types."""
from __future__ import annotations

from api.service.records import ArticleView, ItemView
from ingestion.policy import Policy


class Policies:
    @property
    def current(self) -> Policy:
        """The policy that new assessments are made with."""
        raise NotImplementedError

    def articles(self) -> tuple[ArticleView, ...]:
        raise NotImplementedError

    def clause(self, ref: str) -> ArticleView | ItemView:
        """第八条 or 第八条（二）, as the policy writes it. Failure "not_found" for what it does not have."""
        raise NotImplementedError
