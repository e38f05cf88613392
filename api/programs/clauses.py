"""An article by any of the ways a program writes it: 第八条（二）, 第8条, 8, 8.2, "article 8 (2)"."""
from __future__ import annotations

import re
from collections.abc import Sequence

from api.errors import Failure
from api.service.policies.articles import ArticleView, ItemView
from ingestion.policies.policy import Policy

_FIGURES = re.compile(r"\D*(\d{1,3})(?:\D+(\d{1,3}))?\D*", re.ASCII)


def find(articles: Sequence[ArticleView], ref: str) -> ArticleView | ItemView:
    """Failure "not_found" for what the policy does not have."""
    wanted = ref.strip()
    figures = _FIGURES.fullmatch(wanted)
    for article in articles:
        if wanted == article.ref or (figures and figures[2] is None and int(figures[1]) == article.number):
            return article
        for item in article.items:
            if wanted == item.ref or (figures and figures[2] and (int(figures[1]), int(figures[2])) == (
                    article.number, item.number)):
                return item
    raise Failure("not_found")


def articles(policy: Policy) -> tuple[ArticleView, ...]:
    """As `api.service.policies.policies` gives them, of any policy."""
    return tuple(ArticleView(
        one.ref, one.number, one.heading, policy.quote(one.opening).strip(), policy.quote(one.span).strip(),
        one.span.start, one.span.end, policy.chapters[one.chapter].title if one.chapter >= 0 else "",
        tuple(ItemView(item.ref, item.number, policy.quote(item.span).strip(), item.span.start, item.span.end)
              for item in one.items), ()) for one in policy.articles)
